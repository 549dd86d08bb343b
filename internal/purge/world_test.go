package purge

import (
	"context"
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	queries "github.com/sameas/sameas/sql"
)

// world is a folder with a workspace, what was written from it, and two files that somebody else has put there since.
type world struct {
	dir string
	was string // what was decided before anything was purged
}

func (w world) workspace() string { return filepath.Join(w.dir, "w.duckdb") }

func (w world) path(name string) string { return filepath.Join(w.dir, name) }

// strangers are the files that no purge may touch.
func strangers() []string { return []string{"report/pairs.csv", "plan.undo.ndjson"} }

// own are the files that were written from the workspace and are as they were.
func own() []string {
	return []string{"plan.ndjson", "plan.ndjson.journal", "report/members.csv", "hub/people.ndjson"}
}

// besidePlans stand for merge's: a journal is known by how it begins.
func besidePlans() Belongings {
	return Belongings{
		Of: func(plan string) []string {
			return []string{strings.TrimSuffix(plan, ".ndjson") + ".undo.ndjson", plan + ".journal"}
		},
		Written: func(path string) bool {
			text, err := os.ReadFile(path)
			return err == nil && strings.HasPrefix(string(text), "journal")
		},
	}
}

// openAt opens the workspace at path, whatever became of it.
func openAt(t testing.TB, path string) *sql.DB {
	t.Helper()
	db, err := queries.Open(context.Background(), path, queries.Options{Create: true, ToolVersion: "test"})
	if err != nil {
		t.Fatalf("the workspace does not open: %v", err)
	}
	return db
}

func execute(t testing.TB, db *sql.DB, statement string, args ...any) {
	t.Helper()
	if _, err := db.ExecContext(context.Background(), statement, args...); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// rows is what a query gives, a line a row.
func rows(t testing.TB, db *sql.DB, query string) string {
	t.Helper()
	found, err := db.QueryContext(context.Background(), "SELECT concat_ws(' ', *COLUMNS(*)) FROM ("+query+") ORDER BY ALL")
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer found.Close()
	var b strings.Builder
	for found.Next() {
		var line string
		if err := found.Scan(&line); err != nil {
			t.Fatal(err)
		}
		b.WriteString(line + "\n")
	}
	if err := found.Err(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// extracted gives the workspace its records, as an extraction does.
func extracted(t testing.TB, db *sql.DB) {
	t.Helper()
	for rid, id := range []string{"17", "ann@x.example", "a/b"} {
		execute(t, db, `INSERT INTO records (rid, source, collection, key, provider, realm, id, hub, last_name, content_hash, raw)
			SELECT $1, 'crm', 'people', id_text('crm', '1', $2), 'crm', '1', $2, false, 'Marlowe', '', '{"last_name":"Marlowe"}'`, rid+1, id)
		execute(t, db, `INSERT INTO external_ids VALUES ($1, 'people', 'crm', '1', $2, 0)`, rid+1, id)
	}
}

// said is what people have judged and what was drawn for audits.
func said(t testing.TB, db *sql.DB) string {
	t.Helper()
	return rows(t, db, "SELECT collection, left_key, right_key, judgement, who, decided_at FROM decisions") +
		rows(t, db, "SELECT collection, provider, realm, id, field, who, decided_at FROM field_decisions") +
		rows(t, db, "SELECT sample, place, collection, key, population, seed FROM samples")
}

func makeWorld(t testing.TB) world {
	t.Helper()
	w := world{dir: t.TempDir()}
	db := openAt(t, w.workspace())
	defer db.Close()
	extracted(t, db)
	for _, statement := range []string{
		`INSERT INTO extractions BY NAME SELECT 1 AS run, 'crm' AS source, 'file' AS source_type, 'people' AS collection, 'crm.csv' AS endpoint, TIMESTAMP '2026-01-01' AS started_at,
			TIMESTAMP '2026-01-01' AS finished_at, 3 AS total, 3 AS rows_got, 3 AS records, 0 AS repeated, 0 AS id_defects, 0 AS dangling_refs, 'complete' AS status, 'of "Marlowe"' AS doubt, 0 AS skip`,
		`INSERT INTO cluster_stats VALUES ('people', 'people-1', 'auto', 2, 0, 1, NULL, 1, 0, false, 'Marlowe')`,
		`INSERT INTO decisions VALUES ('people', 'crm/1/17', 'crm/1/ann@x.example', 'same', 'ada', TIMESTAMP '2026-01-02', 'Marlowe', 1, NULL), ('people', 'crm/1/17', 'crm/1/gone', 'different', 'ada', TIMESTAMP '2026-01-02', '', 2, NULL)`,
		`INSERT INTO field_decisions VALUES ('people', 'crm', '1', 'a/b', 'last_name', 'ada', TIMESTAMP '2026-01-02', '', 3, NULL)`,
		`INSERT INTO samples VALUES (1, 1, 'people', 'people-1', 'crm/1/17', 9, 1, TIMESTAMP '2026-01-02'), (1, 1, 'people', 'people-1', 'crm/1/a%2Fb', 9, 1, TIMESTAMP '2026-01-02')`,
	} {
		execute(t, db, statement)
	}
	w.was = said(t, db)
	write := func(name, text string) {
		if err := os.MkdirAll(filepath.Dir(w.path(name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(w.path(name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range append(own(), strangers()...) {
		write(name, "journal or not, of Marlowe")
	}
	for kind, names := range map[string][]string{KindPlan: {"plan.ndjson"}, KindReport: {"report/members.csv", "report/pairs.csv"}, KindHub: {"hub/people.ndjson"}} {
		for _, name := range names {
			if err := Remember(t.Context(), db, kind, w.path(name)); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, name := range strangers() {
		write(name, "of somebody else")
	}
	return w
}

// purge surveys the world and removes what the survey found.
func (w world) purge(t testing.TB, on disk) (removed, left []File, err error) {
	t.Helper()
	db := openAt(t, w.workspace())
	s, err := Look(context.Background(), db, w.workspace(), besidePlans())
	if err != nil {
		t.Fatal(err)
	}
	return remover{db, on, "test"}.remove(context.Background(), s, false)
}

// names are the files by name.
func (w world) names(files []File) []string {
	names := []string{}
	for _, f := range files {
		name, err := filepath.Rel(w.dir, f.Path)
		if err != nil {
			name = f.Path
		}
		names = append(names, filepath.ToSlash(name))
	}
	return names
}

// wholeOrNot requires of a purge that ended somewhere that the workspace opens, and holds either all it held or what is to
// be kept of it.
func (w world) wholeOrNot(t testing.TB) {
	t.Helper()
	db := openAt(t, w.workspace())
	defer db.Close()
	switch n := strings.TrimSpace(rows(t, db, "SELECT count(*) FROM records")); n {
	case "3":
		if now := said(t, db); now != w.was {
			t.Errorf("the old workspace lost of what was decided (-want +got):\n%s", cmp.Diff(w.was, now))
		}
	case "0":
		w.kept(t, db)
	default:
		t.Errorf("%s of 3 records are left", n)
	}
}

// kept requires that the counts are there once and that nothing names anybody.
func (w world) kept(t testing.TB, db *sql.DB) {
	t.Helper()
	counts := rows(t, db, "SELECT collection, what, name, n FROM purged")
	if want := "people clusters auto 1\npeople records crm 3\n"; counts != want {
		t.Errorf("counts are %q, want %q", counts, want)
	}
	text, err := os.ReadFile(w.workspace())
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"Marlowe", "ann@x.example", "crm/1/17"} {
		if strings.Contains(string(text), word) {
			t.Errorf("the bytes of the workspace hold %q", word)
		}
	}
}

// again purges what another purge may have left, and requires that all is as after one that nothing disturbed; then the
// records are extracted again, and everything that was decided counts as before.
func (w world) again(t testing.TB) {
	t.Helper()
	_, left, err := w.purge(t, system{})
	if err != nil {
		t.Fatalf("purged again: %v", err)
	}
	if got := w.names(left); !cmp.Equal(got, []string{"plan.undo.ndjson", "report/pairs.csv"}) {
		t.Errorf("left are %q", got)
	}
	for _, name := range strangers() {
		if text, err := os.ReadFile(w.path(name)); err != nil || string(text) != "of somebody else" {
			t.Errorf("%s, of somebody else: %q, %v", name, text, err)
		}
	}
	for _, name := range append(own(), "hub", "w.duckdb.purged", "w.duckdb.purged.wal", "w.duckdb.purged.tmp") {
		if _, err := os.Lstat(w.path(name)); err == nil {
			t.Errorf("%s is still there", name)
		}
	}
	db := openAt(t, w.workspace())
	defer db.Close()
	w.kept(t, db)
	if now := said(t, db); strings.Count(now, "~") != 7 {
		t.Errorf("decisions and samples name records by something else than digests:\n%s", now)
	}
	extracted(t, db)
	if n, err := Restore(t.Context(), db); n != 3 || err != nil {
		t.Errorf("%d records are known again, %v", n, err)
	}
	// One record never comes back: it stays a digest.
	now := said(t, db)
	for word := range strings.FieldsSeq(now) {
		if strings.HasPrefix(word, "~") {
			now = strings.ReplaceAll(now, word, "crm/1/gone")
		}
	}
	if now != w.was {
		t.Errorf("what was decided is not what it was (-want +got):\n%s", cmp.Diff(w.was, now))
	}
}
