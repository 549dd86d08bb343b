package extract_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/sameas/sameas/extract"
)

// TestResume interrupts a run at each of its pages, goes on, and compares every row with a run that nobody disturbed.
func TestResume(t *testing.T) {
	t.Parallel()
	h := func() *hub {
		return &hub{collections: map[string][]string{
			"organizations": {`{"id":[{"realm":"org-1","provider":"connec","id":"o1"}],"name":"Acme"}`},
			"people":        people(14),
		}}
	}
	undisturbed := newWorld(t, h())
	undisturbed.mustRun()
	want := undisturbed.tables() + undisturbed.pages()
	for stop := range 6 {
		t.Run(fmt.Sprint(stop), func(t *testing.T) {
			t.Parallel()
			server := h()
			w := newWorld(t, server)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			o, pages := w.options(), 0
			o.Progress = func(string, int64, int64) {
				if pages++; pages > stop {
					cancel()
				}
			}
			_, err := extract.Run(ctx, o)
			if !errors.Is(err, context.Canceled) {
				t.Fatalf("the run was not interrupted: %v", err)
			}
			diff(t, "records before the resume", w.rows("SELECT count(*) FROM records"), "0")
			kept := w.rows("SELECT coalesce(sum(rows_got), 0) FROM pages")
			before := server.requests.Load()
			w.mustRun()
			if stop > 2 && server.requests.Load()-before > 6 {
				t.Errorf("the resume sent %d requests with %s rows there", server.requests.Load()-before, strings.TrimSpace(kept))
			}
			if got := w.tables() + w.pages(); got != want {
				t.Errorf("resumed after %s rows:\n%s\nwant:\n%s", kept, got, want)
			}
		})
	}
}

func (w *world) pages() string {
	return w.rows("SELECT source, collection, sweep, skip, top, rows_got, body, sha256, total, more FROM pages ORDER BY ALL") +
		w.rows("SELECT * FROM page_records ORDER BY ALL") +
		w.rows("SELECT source, collection, total, rows_got, records, repeated, status, skip FROM extractions QUALIFY run = max(run) OVER (PARTITION BY source, collection) ORDER BY ALL")
}

func TestFreshStartsAgain(t *testing.T) {
	t.Parallel()
	server := &hub{collections: map[string][]string{"people": people(9)}}
	var fresh atomic.Int64 // pages asked for by the fresh run, which asks for larger ones: an answer to the run before may still be under way
	server.answer = func(w http.ResponseWriter, _ string, skip, top int) bool {
		if top == 3 && skip >= 3 {
			w.WriteHeader(http.StatusBadRequest)
			return true
		}
		if top == 5 {
			fresh.Add(1)
		}
		return false
	}
	w := newWorld(t, server)
	w.cfg.Sources[0].PageSize, w.cfg.Sources[0].Concurrency = 3, 1
	if _, err := w.run(); err == nil {
		t.Fatal("no error")
	}
	diff(t, "after the error", w.rows("SELECT status, skip FROM extractions"), "running|3")
	w.cfg.Sources[0].PageSize = 5
	o := w.options()
	o.Fresh = true
	if _, err := extract.Run(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	diff(t, "after the fresh run", w.rows("SELECT run, status, skip FROM extractions ORDER BY run"), "1|failed|3\n2|complete|9")
	diff(t, "pages asked for", fmt.Sprint(fresh.Load()), "2")
}

// TestOrderDecidesNothing serves the same records in another order, from a file with its lines shuffled, and expects
// the same tables.
func TestOrderDecidesNothing(t *testing.T) {
	t.Parallel()
	records, lines := people(30), []string{}
	for i := range 40 {
		lines = append(lines, fmt.Sprintf("%d,Ann,Lee %d", i, i))
	}
	var want string
	for seed := range uint64(4) {
		shuffle := rand.New(rand.NewPCG(seed, 1)).Shuffle
		shuffle(len(records), func(i, j int) { records[i], records[j] = records[j], records[i] })
		shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
		w := newWorld(t, &hub{collections: map[string][]string{"people": records}})
		w.cfg.Sources = append(w.cfg.Sources, crm(w.file("a.csv", "contact_id,given_name,surname\n"+strings.Join(lines, "\n"))))
		w.cfg.Sources[0].PageSize = int64(3 + seed)
		w.mustRun()
		got := w.tables()
		if want == "" {
			want = got
		}
		if got != want {
			t.Errorf("seed %d:\n%s\nwant:\n%s", seed, got, want)
		}
	}
	if strings.Count(want, "\n") < 70+70 {
		t.Errorf("too few rows to tell:\n%s", want)
	}
}

// TestAgain extracts one collection again after it has grown: the other one keeps its rows, rid stays dense.
func TestAgain(t *testing.T) {
	t.Parallel()
	server := &hub{collections: map[string][]string{
		"organizations": {`{"id":[{"realm":"org-1","provider":"connec","id":"o1"}],"name":"Acme"}`},
		"people":        {person(1, `,"organization_id":[{"realm":"org-1","provider":"connec","id":"o1"}]`)},
	}}
	w := newWorld(t, server)
	w.mustRun()
	before := w.rows("SELECT collection, digest FROM stages ORDER BY ALL")
	w.mustRun()
	diff(t, "digests of the same data", w.rows("SELECT collection, digest FROM stages ORDER BY ALL"), before)
	server.collections["organizations"] = append(server.collections["organizations"],
		`{"id":[{"realm":"org-1","provider":"connec","id":"o0"}],"name":"Before"}`)
	o := w.options()
	o.Collections = []string{"organizations"}
	if _, err := extract.Run(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	diff(t, "records", w.rows("SELECT rid, key FROM records ORDER BY rid"),
		"1|connec/org-1/o0\n2|connec/org-1/o1\n3|connec/org-1/uuid-0001")
	diff(t, "ids", w.rows("SELECT DISTINCT rid, collection FROM external_ids ORDER BY ALL"), "1|organizations\n2|organizations\n3|people")
	diff(t, "refs", w.rows("SELECT rid, target_rid FROM refs"), "3|2")
	if w.rows("SELECT collection, digest FROM stages WHERE collection = 'people'") == strings.Split(before, "\n")[1]+"\n" {
		t.Error("the digest of people does not show that their numbers moved")
	}
}

// A run that ends between the records and the verdict has renumbered and resolved anew what it was not asked for: what was
// matched of that must count as out of date, too, or a plan would join clusters to other records.
func TestNoDigestOutlivesTheRecordsThatItIsOf(t *testing.T) {
	t.Parallel()
	server := &hub{collections: map[string][]string{
		"organizations": {`{"id":[{"realm":"org-1","provider":"connec","id":"o1"}],"name":"Acme"}`},
		"people":        people(3),
	}}
	w := newWorld(t, server)
	w.mustRun()
	if _, err := w.db.Exec("DROP TABLE quality"); err != nil { // the verdict cannot be kept
		t.Fatal(err)
	}
	server.collections["organizations"] = append(server.collections["organizations"], `{"id":[{"realm":"org-1","provider":"connec","id":"o2"}],"name":"Bolt"}`)
	o := w.options()
	o.Collections, o.Fresh = []string{"organizations"}, true
	if _, err := extract.Run(t.Context(), o); err == nil {
		t.Fatal("no error")
	}
	diff(t, "records", w.rows("SELECT count(*) FROM records"), "5")
	diff(t, "digests that stand", w.rows("SELECT count(*) FROM stages WHERE stage = 'extract' AND digest <> ''"), "0")
}
