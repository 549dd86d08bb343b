package match

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sameas/sameas/internal/config"
)

// settled is a matched world of people and of copies of them.
func settled(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	people := town(120, "a")
	w.fill("people", append(people, copies(people, "b")...), nil)
	w.run(nil, 0)
	return w
}

// mark puts into the stored models what no run would write, so that a run which leaves them alone shows.
func (w *world) mark() {
	w.t.Helper()
	w.exec(`UPDATE models SET created_at = TIMESTAMP '2000-01-01'`)
}

func (w *world) marked() bool {
	w.t.Helper()
	return w.text(`SELECT count(*)::VARCHAR FROM models WHERE created_at = TIMESTAMP '2000-01-01'`) != "0"
}

func (w *world) exec(statement string, args ...any) {
	w.t.Helper()
	if _, err := w.db.Exec(statement, args...); err != nil {
		w.t.Fatal(err)
	}
}

func TestWhatDidNotChangeIsNotMatchedAgain(t *testing.T) {
	t.Parallel()
	w := settled(t)
	before := w.text(allTables)
	first, err := Run(context.Background(), Options{DB: w.db, Anew: true})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, w.text(allTables)); diff != "" {
		t.Errorf("matched anew, nothing having changed, the tables differ:\n%s", diff)
	}
	w.mark()
	if diff := cmp.Diff(first, w.run(nil, 1)); diff != "" {
		t.Errorf("what was found before and what is told of it differ:\n%s", diff)
	}
	if !w.marked() {
		t.Error("nothing changed, and yet it was matched again")
	}
}

func TestWhateverChangedIsMatchedAgain(t *testing.T) {
	t.Parallel()
	anew := func(w *world) Options { return Options{DB: w.db} }
	with := func(change func(o *Options)) func(w *world) Options {
		return func(w *world) Options {
			o := Options{DB: w.db}
			change(&o)
			return o
		}
	}
	sql := func(statement string) func(w *world) Options {
		return func(w *world) Options {
			w.exec(statement)
			return anew(w)
		}
	}
	for name, change := range map[string]func(w *world) Options{
		"a value":              sql(`UPDATE records SET last_name = 'fielding', content_hash = repeat('f', 64) WHERE key = 'a/1/7'`),
		"a record less":        sql(`DELETE FROM records WHERE key = 'a/1/7'`),
		"an ID":                sql(`UPDATE external_ids SET id = 'x7' WHERE provider = 'b' AND id = '7'`),
		"an ID less":           sql(`DELETE FROM external_ids WHERE provider = 'b' AND id = '7'`),
		"a link":               sql(`INSERT INTO links VALUES ('l', 2, 'people', 'a', '1', '3', 'b', '1', '9')`),
		"a judgement":          sql(`INSERT INTO decisions VALUES ('people', 'a/1/3', 'b/1/9', 'different', 'me', now()::TIMESTAMP, '', 0, NULL)`),
		"a record not read":    sql(`INSERT INTO unread_records (source, collection, key, run) VALUES ('test', 'people', 'a/1/900', 1)`),
		"a verdict in doubt":   sql(extracted(1, "test", "people", "in_doubt")),
		"the extraction":       sql(`INSERT INTO stages VALUES ('extract', 'people', 'other', '', '', now()::TIMESTAMP)`),
		"the order of records": sql(`UPDATE records SET rid = 1000 - rid`),
		"a lost edge":          sql(`DELETE FROM edges WHERE key_a = (SELECT min(key_a) FROM edges)`),
		"lost features":        sql(`DELETE FROM features`),
		"the settings": with(func(o *Options) {
			o.Config = &config.Config{Providers: []config.Provider{{Provider: "a", Realm: "*", Distinct: "allow"}}}
		}),
		"a source that lists all": with(func(o *Options) { o.Config = &config.Config{Sources: []config.Source{{Name: "test", Complete: true}}} }),
		"a budget":                with(func(o *Options) { o.Budget.Pairs = 1 << 40 }),
		"being told to":           with(func(o *Options) { o.Anew = true }),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := settled(t)
			w.mark()
			if _, err := Run(context.Background(), change(w)); err != nil {
				t.Fatal(err)
			}
			if w.marked() {
				t.Error("it was not matched again")
			}
		})
	}
}
