package reports

import (
	"bytes"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	queries "github.com/sameas/sameas/sql"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestGoldenCSV(t *testing.T) {
	t.Parallel()
	dir, _ := write(t, handMade(t))
	names := []string{"runbook.md"}
	for _, f := range csvSet() {
		names = append(names, f.name+".csv")
	}
	for _, name := range names {
		got := readText(t, filepath.Join(dir, name))
		golden := filepath.Join("testdata", "golden", name)
		if *update {
			if err := os.MkdirAll(filepath.Dir(golden), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(readText(t, golden), got); diff != "" {
			t.Errorf("%s differs from its golden file (-update writes it anew):\n%s", name, diff)
		}
	}
}

func TestDocumentedColumnsAreTheStatements(t *testing.T) {
	t.Parallel()
	db := handMade(t)
	twins, free, err := keepTwins(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	defer free()
	for _, f := range csvSet() {
		text, err := os.ReadFile(filepath.Join("..", "sql", f.statement))
		if err != nil {
			t.Fatal(err)
		}
		on, freeOn, err := connectionFor(t.Context(), db, twins, f)
		if err != nil {
			t.Fatal(err)
		}
		rows, err := on.QueryContext(queries.WithFunction(t.Context(), "waterfall", models(nil).waterfalls()), string(text))
		if err != nil {
			t.Fatalf("%s: %v", f.statement, err)
		}
		got, err := rows.Columns()
		rows.Close()
		freeOn()
		if err != nil {
			t.Fatal(err)
		}
		var documented []string
		for _, c := range f.columns {
			documented = append(documented, c.name)
			if c.doc == "" {
				t.Errorf("%s.csv: column %s has no description", f.name, c.name)
			}
		}
		if diff := cmp.Diff(got, documented); diff != "" {
			t.Errorf("%s.csv: statement's columns and documented ones differ:\n%s", f.name, diff)
		}
	}
}

func TestSameWorkspaceSameBytes(t *testing.T) {
	t.Parallel()
	first, result := write(t, handMade(t))
	second, _ := write(t, handMade(t))
	for _, name := range result.Files {
		a, b := readText(t, filepath.Join(first, name)), readText(t, filepath.Join(second, name))
		if a != b {
			t.Errorf("%s differs between two reports of the same workspace", name)
		}
	}
}

// The order in which rows were inserted and the numbers that records were given must not show.
func TestRowOrderAndNumbersDoNotShow(t *testing.T) {
	t.Parallel()
	plain := handMade(t)
	shuffled := handMade(t)
	for _, name := range []string{"records", "external_ids", "refs", "edges", "clusters", "conflicts", "operations", "outcomes", "cluster_stats", "blocking"} {
		execute(t, shuffled, "CREATE TABLE turned AS SELECT * FROM "+name+" ORDER BY hash("+name+")")
		execute(t, shuffled, "DELETE FROM "+name)
		execute(t, shuffled, "INSERT INTO "+name+" SELECT * FROM turned")
		execute(t, shuffled, "DROP TABLE turned")
	}
	for _, set := range []string{"records SET rid = rid + 1000", "external_ids SET rid = rid + 1000", "clusters SET rid = rid + 1000",
		"refs SET rid = rid + 1000, target_rid = target_rid + 1000", "edges SET rid_a = rid_a + 1000, rid_b = rid_b + 1000"} {
		execute(t, shuffled, "UPDATE "+set)
	}
	a, result := write(t, plain)
	b, _ := write(t, shuffled)
	for _, name := range result.Files {
		if readText(t, filepath.Join(a, name)) != readText(t, filepath.Join(b, name)) {
			t.Errorf("%s depends on the order of rows or on rid", name)
		}
	}
}

func TestReportAfterEachStage(t *testing.T) {
	t.Parallel()
	stages := []struct {
		name   string
		clear  []string
		notRun []string
		says   string
	}{
		{"nothing", []string{"extractions", "records", "stages", "external_ids", "refs", "models", "blocking", "edges", "clusters", "cluster_stats", "conflicts", "plans", "operations", "operation_fields", "outcomes"},
			[]string{"extract", "match", "merge plan", "merge apply", "merge verify"}, "Nothing has been extracted yet."},
		{"extract", []string{"models", "blocking", "edges", "clusters", "cluster_stats", "conflicts", "plans", "operations", "operation_fields", "outcomes"},
			[]string{"match", "merge plan", "merge apply", "merge verify"}, "They have not been compared yet."},
		{"match", []string{"plans", "operations", "operation_fields", "outcomes"},
			[]string{"merge plan", "merge apply", "merge verify"}, "would be created twice <bdi>in my-application</bdi> if its sync were switched on now."},
		{"plan", []string{"outcomes"}, []string{"merge apply", "merge verify"}, "2 operations, 1 record left alone"},
		{"verify", nil, []string{}, "ID 17 is not there"},
	}
	for _, s := range stages {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			db := handMade(t)
			for _, name := range s.clear {
				execute(t, db, "DELETE FROM "+name)
			}
			if len(s.clear) > 5 {
				execute(t, db, "DELETE FROM stages WHERE stage = 'match'")
			}
			dir, result := write(t, db)
			if diff := cmp.Diff(s.notRun, result.NotRun); diff != "" {
				t.Errorf("stages not run:\n%s", diff)
			}
			html := readText(t, filepath.Join(dir, "report.html"))
			if !strings.Contains(html, s.says) {
				t.Errorf("the page does not say %q", s.says)
			}
			for _, stage := range s.notRun {
				if !strings.Contains(html, "<code>"+stage+"</code>") {
					t.Errorf("the page does not say that %s has not run", stage)
				}
			}
			for _, f := range csvSet() {
				table(t, dir, f.name)
			}
			summary, err := Summary(t.Context(), db)
			if err != nil {
				t.Fatal(err)
			}
			if len(s.notRun) > 0 && !strings.Contains(summary, "not run yet: "+strings.Join(s.notRun, ", ")) {
				t.Errorf("summary does not say what has not run:\n%s", summary)
			}
		})
	}
}

func TestFilesAreTheOwnersAlone(t *testing.T) {
	t.Parallel()
	dir, result := write(t, handMade(t))
	info, err := os.Stat(dir)
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o700 {
		t.Errorf("folder has mode %v", info.Mode().Perm())
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
		if info, err := e.Info(); err != nil || info.Mode() != fs.FileMode(0o600) {
			t.Errorf("%s has mode %v (%v)", e.Name(), info.Mode(), err)
		}
	}
	want := slices.Sorted(slices.Values(result.Files))
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("files in the folder and files reported differ:\n%s", diff)
	}
}

// A planted link must be replaced, not followed: the file it points to stays as it was.
func TestLinksAreNotFollowed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	victim := filepath.Join(dir, "victim")
	if err := os.WriteFile(victim, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "report")
	if err := os.Mkdir(out, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(victim, filepath.Join(out, "clusters.csv")); err != nil {
		t.Fatal(err)
	}
	if _, err := Write(t.Context(), Options{DB: handMade(t), Dir: out}); err != nil {
		t.Fatal(err)
	}
	if got := readText(t, victim); got != "mine" {
		t.Errorf("the file that the link pointed to now holds %q", got)
	}
}

// The workspace must be the same after a report, row for row.
func TestReportChangesNothing(t *testing.T) {
	t.Parallel()
	db := handMade(t)
	digest := func() string {
		var all strings.Builder
		names, err := db.QueryContext(t.Context(), "SELECT table_name FROM duckdb_tables() ORDER BY table_name")
		if err != nil {
			t.Fatal(err)
		}
		var tables []string
		for names.Next() {
			var name string
			if err := names.Scan(&name); err != nil {
				t.Fatal(err)
			}
			tables = append(tables, name)
		}
		names.Close()
		for _, name := range tables {
			var sum string
			if err := db.QueryRowContext(t.Context(), "SELECT count(*) || ' ' || coalesce(sum(hash("+name+")), 0) FROM "+name).Scan(&sum); err != nil {
				t.Fatal(err)
			}
			all.WriteString(name + " " + sum + "\n")
		}
		return all.String()
	}
	before := digest()
	write(t, db)
	if diff := cmp.Diff(before, digest()); diff != "" {
		t.Errorf("the report changed the workspace:\n%s", diff)
	}
}

func TestPageRefersToNothingOutside(t *testing.T) {
	t.Parallel()
	dir, _ := write(t, handMade(t))
	html := readText(t, filepath.Join(dir, "report.html"))
	if m := regexp.MustCompile(`(?i)(src|href|action|poster|data)\s*=\s*["']?\s*(https?:|//)`).FindString(html); m != "" {
		t.Errorf("the page refers outside: %s", m)
	}
	if m := regexp.MustCompile(`(?i)<(link|img|iframe|object|embed|base)\b|\sstyle=|\son[a-z]+=`).FindString(html); m != "" {
		t.Errorf("the page holds %s, which its policy forbids or which could load something", m)
	}
	for _, part := range []string{"default-src 'none'", hashOf(styleText), hashOf(reportScripts())} {
		if !strings.Contains(html, part) && !strings.Contains(html, strings.ReplaceAll(strings.ReplaceAll(part, "'", "&#39;"), "+", "&#43;")) {
			t.Errorf("the page's policy lacks %s", part)
		}
	}
}

func TestCSVHoldsNoTimeRunPathOrRid(t *testing.T) {
	t.Parallel()
	for _, f := range csvSet() {
		if f.name == "extractions" {
			continue
		}
		for _, c := range f.columns {
			if f.name == "operations" && slices.Contains([]string{"sent_at", "answered_at", "undone_at"}, c.name) {
				continue // the account of what was written, empty before apply
			}
			if regexp.MustCompile(`(^|_)(rid|run|path|at|time)($|_)`).MatchString(c.name) {
				t.Errorf("%s.csv has a column %s", f.name, c.name)
			}
		}
	}
}

func TestSummaryOfHandMadeWorkspace(t *testing.T) {
	t.Parallel()
	got, err := Summary(t.Context(), handMade(t))
	if err != nil {
		t.Fatal(err)
	}
	golden := filepath.Join("testdata", "golden", "summary.txt")
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(readText(t, golden), got); diff != "" {
		t.Errorf("summary (-want +got):\n%s", diff)
	}
}

func TestReadmeNamesEveryFile(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := writeReadme(TableOptions{}, &b); err != nil {
		t.Fatal(err)
	}
	for _, f := range csvSet() {
		if !strings.Contains(b.String(), "## "+f.name+".csv") {
			t.Errorf("README.md does not describe %s.csv", f.name)
		}
	}
}
