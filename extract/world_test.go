package extract_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sameas/sameas/extract"
	"github.com/sameas/sameas/internal/config"
	queries "github.com/sameas/sameas/sql"
)

// hub is a Connec! server of a test: records by collection, served in pages.
type hub struct {
	collections map[string][]string // records as JSON
	max         int                 // page size that it grants at most, 0 for what is asked
	requests    atomic.Int64
	// answer replaces the answer to a page when it returns true.
	answer func(w http.ResponseWriter, collection string, skip, top int) bool
}

func (h *hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.requests.Add(1)
	collection := r.URL.Path[strings.LastIndex(r.URL.Path, "/")+1:]
	skip, _ := strconv.Atoi(r.URL.Query().Get("$skip"))
	top, _ := strconv.Atoi(r.URL.Query().Get("$top"))
	if h.max > 0 {
		top = min(top, h.max)
	}
	w.Header().Set("Content-Type", "application/vnd.api+json")
	w.Header().Set("Date", "Fri, 01 Jan 2016 12:00:00 GMT")
	if r.URL.Query().Get("$filter") != "" { // nothing changes here
		fmt.Fprint(w, envelope(collection, nil, skip, top, 0, false))
		return
	}
	if h.answer != nil && h.answer(w, collection, skip, top) {
		return
	}
	fmt.Fprint(w, h.page(collection, skip, top))
}

func (h *hub) page(collection string, skip, top int) string {
	all := h.collections[collection]
	from, to := min(skip, len(all)), min(skip+top, len(all))
	return envelope(collection, all[from:to], skip, top, len(all), to < len(all))
}

func envelope(collection string, records []string, skip, top, total int, more bool) string {
	next := ""
	if more {
		next = fmt.Sprintf(`,"next":"http://elsewhere.example/api/v2/cld-1/%s?%%24skip=%d&%%24top=%d"`, collection, skip+top, top)
	}
	return fmt.Sprintf(`{%q:[%s],"pagination":{"skip":%d,"top":%d,"total":%d%s}%s}`,
		collection, strings.Join(records, ","), skip, top, total, "", next)
}

// world is a workspace, a hub and a folder of files.
type world struct {
	t   *testing.T
	dir string
	db  *sql.DB
	hub *hub
	cfg *config.Config
}

func newWorld(t *testing.T, h *hub) *world {
	t.Helper()
	db, err := queries.Open(t.Context(), "", queries.Options{Create: true, ToolVersion: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	w := &world{t: t, dir: t.TempDir(), db: db, hub: h, cfg: &config.Config{}}
	if h == nil {
		return w
	}
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	var names []string
	for _, name := range []string{"organizations", "people", "invoices", "payments"} {
		if _, ok := h.collections[name]; ok {
			names = append(names, name)
		}
	}
	w.cfg.Sources = append(w.cfg.Sources, config.Source{
		Name: "hub", Type: config.TypeConnec, Endpoint: server.URL + "/api/v2", Group: "cld-1",
		Credentials: config.Credentials{KeyEnv: "KEY", SecretEnv: "SECRET"},
		Collections: names, PageSize: 3, Concurrency: 3,
	})
	return w
}

func (w *world) file(name, content string) string {
	w.t.Helper()
	return writeFile(w.t, w.dir, name, content)
}

func writeFile(t testing.TB, dir, name, content string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func (w *world) options() extract.Options {
	return extract.Options{DB: w.db, Config: w.cfg, Getenv: func(name string) string { return "value of " + name }}
}

func (w *world) run() (extract.Result, error) { return extract.Run(w.t.Context(), w.options()) }

func (w *world) mustRun() extract.Result {
	w.t.Helper()
	result, err := w.run()
	if err != nil {
		w.t.Fatal(err)
	}
	return result
}

// rows are the rows of a statement as text, one a line, values split by bars.
func (w *world) rows(statement string) string {
	w.t.Helper()
	rows, err := w.db.QueryContext(context.WithoutCancel(w.t.Context()), statement)
	if err != nil {
		w.t.Fatal(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		w.t.Fatal(err)
	}
	var b strings.Builder
	for rows.Next() {
		values, places := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			places[i] = &values[i]
		}
		if err := rows.Scan(places...); err != nil {
			w.t.Fatal(err)
		}
		for i, v := range values {
			if i > 0 {
				b.WriteByte('|')
			}
			if v != nil {
				fmt.Fprint(&b, v)
			}
		}
		b.WriteByte('\n')
	}
	if err := rows.Err(); err != nil {
		w.t.Fatal(err)
	}
	return b.String()
}

// tables is all that the other stages see, in a fixed order.
func (w *world) tables() string {
	var b strings.Builder
	for _, table := range []string{"records", "external_ids", "refs", "links"} {
		b.WriteString(table + "\n" + w.rows("SELECT * FROM "+table+" ORDER BY ALL"))
	}
	return b.String() + w.rows("SELECT collection, digest FROM stages ORDER BY ALL")
}

func person(n int, more string) string {
	ids := fmt.Sprintf(`[{"realm":"2243","provider":"my-application","id":"%d"},{"realm":"org-1","provider":"connec","id":"uuid-%04d"}]`, n, n)
	return fmt.Sprintf(`{"id":%s,"code":"PE%d","first_name":"Ann %d","created_at":"2016-01-01T00:00:%02dZ"%s}`, ids, n, n, n%60, more)
}

func people(n int) []string {
	var all []string
	for i := range n {
		all = append(all, person(i, ""))
	}
	return all
}

func diff(t *testing.T, what, got, want string) {
	t.Helper()
	if strings.TrimSpace(got) != strings.TrimSpace(want) {
		t.Errorf("%s:\n got: %s\nwant: %s", what, got, want)
	}
}

func asJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

var (
	update     = flag.Bool("update", false, "write the golden files anew")
	manyPeople = flag.Int("people", 20_000, "how many records BenchmarkFetchAtLatency reads")
	long       = flag.Bool("long", false, "kill and starve many more extractions")
)

// golden compares with testdata/golden/NAME; -update writes it.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", "golden", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), got); d != "" {
		t.Errorf("%s (-want +got):\n%s", path, d)
	}
}
