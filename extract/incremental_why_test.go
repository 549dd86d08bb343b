package extract_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sameas/sameas/extract"
	"github.com/sameas/sameas/internal/config"
	"github.com/sameas/sameas/internal/sandbox"
)

// quietHub is a drifting hub that does not drift, extracted in full an hour ago.
func quietHub(t *testing.T) (*world, *driftingHub) {
	t.Helper()
	w, h := newWorld(t, nil), newDriftingHub(1)
	h.left, h.step = 0, 0
	w.cfg.Sources = []config.Source{driftingSource()}
	w.mustRunOn(h, false)
	h.clock = h.clock.Add(time.Hour)
	return w, h
}

// mustRunOn extracts from the hub and returns the verdict on its one collection.
func (w *world) mustRunOn(d interface {
	Do(*http.Request) (*http.Response, error)
}, incremental bool) extract.Extraction {
	w.t.Helper()
	o := w.options()
	o.Doer, o.Incremental = d, incremental
	result, err := extract.Run(w.t.Context(), o)
	if err != nil {
		w.t.Fatal(err)
	}
	return result.Extractions[0]
}

// TestIncrementalVerdict: what changed is asked for in a few requests, and the verdict says what that proves.
func TestIncrementalVerdict(t *testing.T) {
	t.Parallel()
	w, h := quietHub(t)
	before := len(h.records)
	h.records[3].version, h.records[3].updated = 1, h.clock
	h.records[4].archived, h.records[4].updated = true, h.clock
	h.add()
	h.clock = h.clock.Add(time.Minute)
	asked := &asking{hub: h}
	e := w.mustRunOn(asked, true)
	diff(t, "verdict", fmt.Sprint(e.Mode, " ", e.Status, " ", e.Doubt, *e.Added, *e.Changed, e.Vanished, " ", *e.Total-int64(before)), "incremental complete 1 2 0 1")
	diff(t, "note", e.Note, "asked for what changed after 2019-12-31T23:55:32Z: 1 new, 2 changed; complete as of 2020-01-01T02:01:34Z by the server's clock, "+
		fmt.Sprintf("as its count of %d agrees with the records known; all IDs were read last at 2020-01-01T01:00:34Z; ", before+1)+
		"taken for granted, as nothing documents it: every change moves updated_at")
	diff(t, "records", w.rows("SELECT code, status, count(*) FROM records GROUP BY ALL ORDER BY ALL"), fmt.Sprintf("v0|ACTIVE|%d\nv0|ARCHIVED|1\nv1|ACTIVE|1", before-1))
	diff(t, "last questions", strings.Join(asked.filters[len(asked.filters)-2:], "\n"), "\nupdated_at gt '2020-01-01T02:00:32Z'")
	if pages := before/5 + 1; len(asked.filters) > pages+4 { // all of this hub's records are within the overlap
		t.Errorf("%d requests: %q", len(asked.filters), asked.filters)
	}
	h.clock = h.clock.Add(10 * time.Hour)
	asked.filters = nil
	e = w.mustRunOn(asked, true)
	diff(t, "filters of the next run", strings.Join(asked.filters, "\n"), "updated_at gt '2020-01-01T01:55:34Z'\nupdated_at gt '2020-01-01T02:00:32Z'\n\nupdated_at gt '2020-01-01T02:00:32Z'")
	diff(t, "as of", fmt.Sprint(e.AsOf.Format(time.RFC3339), " ", e.IDsAsOf.Format(time.RFC3339), *e.Added, *e.Changed), "2020-01-01T12:01:34Z 2020-01-01T01:00:34Z0 0")
}

// asking notes the filters of the questions, one a page.
type asking struct {
	hub     *driftingHub
	filters []string
}

func (a *asking) Do(q *http.Request) (*http.Response, error) {
	a.hub.mu.Lock()
	a.filters = append(a.filters, q.URL.Query().Get("$filter"))
	a.hub.mu.Unlock()
	return a.hub.Do(q)
}

// TestIncrementalReadsAllInstead lists when what changed proves nothing, and the words for it.
func TestIncrementalReadsAllInstead(t *testing.T) {
	t.Parallel()
	statement := func(text string) func(*world, *driftingHub) {
		return func(w *world, _ *driftingHub) {
			if _, err := w.db.ExecContext(w.t.Context(), text); err != nil {
				w.t.Fatal(err)
			}
		}
	}
	for _, c := range []struct {
		name   string
		happen func(*world, *driftingHub)
		why    string
	}{
		{"nothing before", statement("DELETE FROM extractions"), "there is no extraction before it"},
		{"another group", func(w *world, _ *driftingHub) { w.cfg.Sources[0].Group = "cld-2" }, "the extraction before it was of another endpoint or group"},
		{"another endpoint", func(w *world, _ *driftingHub) { w.cfg.Sources[0].Endpoint += "/" }, "the extraction before it was of another endpoint or group"},
		{"in doubt", statement("UPDATE extractions SET status = 'in_doubt', as_of = NULL"), "the extraction before it was not complete"},
		{"no count", statement("UPDATE extractions SET as_of = NULL"), "the extraction before it had no count of the server's to prove it"},
		{"purged", statement("DELETE FROM pages"), "the pages of the extraction before it are not there"},
		{"empty", statement("DELETE FROM records"), "the extraction before it held no record"},
		{"no updated_at", statement("UPDATE records SET updated_at = NULL WHERE rid = 1"), "1 record bears no updated_at, by which changes are found"},
		{"long ago", func(w *world, _ *driftingHub) { w.cfg.Sources[0].FullReadHours = 24 }, "all IDs were last read at 2020-01-01T01:00:34Z, and `full_read_hours` is 24"},
		{"filter refused", func(_ *world, h *driftingHub) { h.blind = true }, "the server refused to be asked for what changed"},
		{"filter unheeded", func(_ *world, h *driftingHub) { h.records[0].updated = time.Unix(0, 0).UTC(); h.filter = "all" },
			"asked for what changed, the server answered with what did not: it does not heed the filter on updated_at"},
		{"nothing told", func(_ *world, h *driftingHub) { h.filter = "none" }, "in the answer to what changed: gone, or the server does not heed the filter on updated_at"},
		{"a record left out before", statement("UPDATE extractions SET status = 'in_doubt'; UPDATE page_records SET raw = '{\"id\":null}' WHERE place = 3"),
			"the extraction before it left 1 record out that no Connec! ID names"},
		{"gone", func(_ *world, h *driftingHub) { h.records = h.records[1:] }, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w, h := quietHub(t)
			c.happen(w, h)
			e := w.mustRunOn(h, true)
			if e.Mode != "full" || e.Status != "complete" || !strings.Contains(e.Note, "read in full: ") || !strings.Contains(e.Note, c.why) {
				t.Errorf("%s %s %q: want a full reading, and why: %s", e.Mode, e.Status, e.Note, c.why)
			}
			diff(t, "records", w.rows("SELECT count(*) FROM records"), fmt.Sprint(len(h.records)))
			if c.name == "gone" {
				diff(t, "who", strings.Join(e.FirstVanished, " ")+w.rows("SELECT key, status, run FROM vanished_records"), "connec/org-1/0000connec/org-1/0000|ACTIVE|3")
				diff(t, "note", e.Note[strings.Index(e.Note, ";")+2:], "1 record that was extracted before is gone, and matched no more: connec/org-1/0000 (table vanished_records)")
			}
		})
	}
}

// TestIncrementalAfterAnInterruption: an interrupted full reading is gone on with; an interrupted one of what changed is
// gone on with only by its like.
func TestIncrementalAfterAnInterruption(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ first, second bool }{{false, true}, {true, true}, {true, false}} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			t.Parallel()
			w, h := quietHub(t)
			h.add()
			h.clock = h.clock.Add(time.Minute)
			o := w.options()
			o.Doer, o.Incremental = &interrupting{hub: h, left: 2}, c.first
			if _, err := extract.Run(t.Context(), o); err == nil {
				t.Fatal("not interrupted")
			}
			e := w.mustRunOn(h, c.second)
			diff(t, "mode", fmt.Sprint(e.Mode, " ", e.Status), map[bool]string{true: "incremental complete", false: "full complete"}[c.first && c.second])
			if resumed := strings.Contains(e.Note, "resumed at offset 5"); resumed != (!c.first || c.second) {
				t.Errorf("resumed: %v: %s", resumed, e.Note)
			}
			diff(t, "records", w.rows("SELECT count(*) FROM records"), fmt.Sprint(len(h.records)))
		})
	}
	w, h := quietHub(t)
	o := w.options()
	o.Doer, o.Incremental, o.Fresh = h, true, true
	if _, err := extract.Run(t.Context(), o); err == nil {
		t.Error("fresh and incremental at once: no error")
	}
}

// TestIncrementalFiles: files are read whole, and the verdict says whether they changed.
func TestIncrementalFiles(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.cfg.Sources = []config.Source{crm(w.file("a.csv", "contact_id,given_name,surname\n1,Ann,Lee\n2,Bob,Lee\n"))}
	o := w.options()
	o.Incremental = true
	var notes []string
	for _, content := range []string{"", "", "contact_id,given_name,surname\n2,Bob,Lee\n", "contact_id,given_name,surname\n1,Ann,Lee\n2,Bob,Lee\n"} {
		if content != "" {
			w.file("a.csv", content)
		}
		result, err := extract.Run(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		notes = append(notes, fmt.Sprint(result.Extractions[0].Note, " ", strings.Fields(w.rows("SELECT key FROM vanished_records"))))
	}
	diff(t, "notes", strings.Join(notes, "\n"), ` []
the file is as it was, and was read whole []
the file is another one than before, and was read whole; 1 record that was extracted before is gone, and matched no more: my-application/2243/1 (table vanished_records) [my-application/2243/1]
the file is another one than before, and was read whole []`)
}

// TestIncrementalWithATimeToCome: a record that bears a time to come hides not that the records bear another clock than the
// answers.
func TestIncrementalWithATimeToCome(t *testing.T) {
	t.Parallel()
	w, h := newWorld(t, nil), newDriftingHub(1)
	h.left, h.step = 0, 0
	h.lag = 2 * time.Hour
	for i := range h.records {
		h.records[i].updated = h.records[i].updated.Add(-h.lag)
	}
	h.records[0].updated = time.Date(2999, 1, 1, 0, 0, 0, 0, time.UTC)
	w.cfg.Sources = []config.Source{driftingSource()}
	w.mustRunOn(h, false)
	h.clock = h.clock.Add(time.Hour)
	h.records[3].version, h.records[3].updated = 1, h.clock.Add(-h.lag)
	h.clock = h.clock.Add(time.Minute)
	e := w.mustRunOn(h, true)
	diff(t, "verdict", fmt.Sprint(e.Mode, " ", e.Status, " ", *e.Changed), "incremental complete 1")
}

// counted changes the hub before it counts for the first time.
type counted struct {
	hub    *driftingHub
	happen func()
}

func (c *counted) Do(q *http.Request) (*http.Response, error) {
	if values := q.URL.Query(); c.happen != nil && values.Get("$filter") == "" && values.Get("$top") == "1" {
		c.happen()
		c.happen = nil
	}
	return c.hub.Do(q)
}

// TestIncrementalCountThatHidesAChange: a record goes away and another is added before the server counts, after it has
// answered what changed; where only one was added, nothing is amiss.
func TestIncrementalCountThatHidesAChange(t *testing.T) {
	t.Parallel()
	for _, gone := range []bool{true, false} {
		w, h := quietHub(t)
		late := &counted{hub: h, happen: func() {
			if h.add(); gone {
				h.records = h.records[1:]
			}
		}}
		e := w.mustRunOn(late, true)
		diff(t, "verdict", fmt.Sprint(e.Mode, " ", e.Status, " ", e.FirstVanished), map[bool]string{true: "full complete [connec/org-1/0000]", false: "incremental complete []"}[gone])
		if late.happen != nil || gone && !strings.Contains(e.Note, "read in full: ") {
			t.Errorf("note: %s", e.Note)
		}
		diff(t, "records", w.rows("SELECT count(*) FROM records"), fmt.Sprint(len(h.records)))
	}
}

// TestUnreadIsNotGone: a record whose row was set aside was not read, and is not said to be gone before a file is read of
// which all rows are, by IDs that no program spoiled.
func TestUnreadIsNotGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	const header = "contact_id,given_name,surname\n1,Ann,Lee\n"
	w.cfg.Sources = []config.Source{crm(w.file("a.csv", header+"2,Bob,Lee\n3,Eve,Lee\n"))}
	w.cfg.Sources[0].MaxRejected = 1
	w.mustRun()
	for _, step := range []struct{ name, rows, note, unread, vanished string }{
		{"a value too many", "2,Bob,Lee,more\n3,Eve,Lee\n", "1 record that was extracted before was not read, and matched no more: my-application/2243/2 (table unread_records)", "2", ""},
		{"one ID twice", "2,Bob,Lee\n3,Eve,Lee\n3,Joe,Lee\n", "1 record that was extracted before was not read, and matched no more: my-application/2243/3 (table unread_records)", "3", ""},
		{"aside, and not there", "2,Bob,Lee,more\n", "2 records that were extracted before were not read, and matched no more: my-application/2243/2, my-application/2243/3 (table unread_records)", "2 3", ""},
		{"all rows read", "2,Bob,Lee\n", "1 record that was extracted before is gone, and matched no more: my-application/2243/3 (table vanished_records)", "", "3"},
		{"back, and aside", "2,Bob,Lee\n3,Eve,Lee,more\n", "", "", "3"},
		{"back", "2,Bob,Lee\n3,Eve,Lee\n", "", "", ""},
		{"IDs taken for numbers", "SPOILED", "3 records that were extracted before were not read, and matched no more: my-application/2243/1, my-application/2243/2, my-application/2243/3 (table unread_records)", "1 2 3", ""},
		{"as text again", "2,Bob,Lee\n", "3 records that were extracted before are gone, and matched no more: my-application/2243/1.0, my-application/2243/2.0, my-application/2243/3 (table vanished_records)", "", "1.0 2.0 3"},
	} {
		rows := header + step.rows
		if step.rows == "SPOILED" {
			rows = "contact_id,given_name,surname\n1.0,Ann,Lee\n2.0,Bob,Lee\n"
		}
		w.file("a.csv", rows)
		e := w.mustRun().Extractions[0]
		diff(t, step.name+": note", e.Note, step.note)
		ids := func(table string) string {
			return w.rows("SELECT string_agg(parse_filename(key), ' ' ORDER BY key) FROM " + table)
		}
		diff(t, step.name+": unread", ids("unread_records"), step.unread)
		diff(t, step.name+": gone", ids("vanished_records"), step.vanished)
		diff(t, step.name+": counted", fmt.Sprint(e.Unread), fmt.Sprint(len(strings.Fields(step.unread))))
	}
}

// TestUnreadOfTheHubIsNotGone: so is a record on a page that did not come.
func TestUnreadOfTheHubIsNotGone(t *testing.T) {
	t.Parallel()
	server := &hub{collections: map[string][]string{"people": people(7)}}
	w := newWorld(t, server)
	w.mustRun()
	server.answer = func(w http.ResponseWriter, _ string, skip, top int) bool {
		if skip >= 3 {
			fmt.Fprint(w, envelope("people", nil, skip, top, 7, true))
		}
		return skip >= 3
	}
	e := w.mustRun().Extractions[0]
	diff(t, "in doubt", fmt.Sprint(e.Status, e.Unread, e.Vanished, w.rows("SELECT key FROM vanished_records")), "in_doubt4 0")
	server.answer = nil
	server.collections["people"] = server.collections["people"][:6]
	e = w.mustRun().Extractions[0]
	diff(t, "complete", fmt.Sprint(e.Status, e.Unread, e.Vanished, w.rows("SELECT key FROM vanished_records")+w.rows("SELECT key FROM unread_records")), "complete0 1connec/org-1/uuid-0006")
}

// TestGoneTakesACountOfTheHub: of a hub that tells no total nothing is said to be gone.
func TestGoneTakesACountOfTheHub(t *testing.T) {
	t.Parallel()
	server := &hub{collections: map[string][]string{"people": people(7)}}
	w := newWorld(t, server)
	w.mustRun()
	server.collections["people"] = server.collections["people"][:6]
	server.answer = func(w http.ResponseWriter, collection string, skip, top int) bool {
		page := server.page(collection, skip, top)
		fmt.Fprint(w, strings.Replace(page, `,"total":6`, "", 1))
		return true
	}
	e := w.mustRun().Extractions[0]
	diff(t, "no total", fmt.Sprint(e.Total == nil, e.Unread, e.Vanished, w.rows("SELECT key FROM unread_records")), "true 1 0connec/org-1/uuid-0006")
	server.answer = nil
	e = w.mustRun().Extractions[0]
	diff(t, "a total", fmt.Sprint(e.Status, e.Unread, e.Vanished, w.rows("SELECT key FROM vanished_records")), "complete0 1connec/org-1/uuid-0006")
}

// refusing refuses one kind of question.
type refusing struct {
	doer   *counting
	filter string
}

func (r refusing) Do(q *http.Request) (*http.Response, error) {
	if strings.HasPrefix(q.URL.Query().Get("$filter"), r.filter) {
		answer := httptest.NewRecorder()
		answer.WriteHeader(http.StatusBadRequest)
		return answer.Result(), nil
	}
	return r.doer.Do(q)
}

// TestReferrersAreReadByTheirIDs: what refers to a record that gained an ID shows it, and no other time for it.
func TestReferrersAreReadByTheirIDs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		refuses string
		orgs    int // that gain an ID
		mode    string
		note    string
	}{
		{"some", "nothing", 1, "incremental", "5 records read by their IDs, as records that they refer to changed theirs; asked"},
		{"most", "nothing", 12, "full", "of its 30 records refer to records whose IDs changed"},
		{"refused", "_id in", 1, "full", "the server refused to be asked for records by their IDs"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w, full := newWorld(t, nil), newWorld(t, nil)
			s := newSandboxWorld(t, w, full, 3, sandbox.Options{})
			w.cfg.Sources[0].PageSize = 100
			s.clock = s.clock.Add(time.Hour)
			s.extract(w, false)
			s.clock = s.clock.Add(time.Hour)
			employers := strings.Fields(w.rows("SELECT records.id FROM refs JOIN records ON target_rid = records.rid GROUP BY records.id ORDER BY count(*) DESC, records.id"))
			for i, uuid := range employers[:min(c.orgs, len(employers))] {
				s.send("PUT", "/organizations/"+uuid, fmt.Sprintf(`{"organizations":{"id":[{"provider":"other","realm":"7","id":"%d"}]}}`, i), nil)
			}
			s.clock = s.clock.Add(time.Hour)
			e := w.mustRunOn(refusing{s.doer, c.refuses}, true)
			if e.Collection != "people" || e.Mode != c.mode || !strings.Contains(e.Note, c.note) {
				t.Errorf("%s %s %q: want %s and %q", e.Collection, e.Mode, e.Note, c.mode, c.note)
			}
			s.extract(full, false)
			if got, want := w.tables(), full.tables(); got != want {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}

// TestReferrersOfWhatWasReadApart: collections are brought up to date each by itself, and the one that is referred to gains
// an ID, or loses a record, before the other is read.
func TestReferrersOfWhatWasReadApart(t *testing.T) {
	t.Parallel()
	for _, merge := range []bool{false, true} {
		t.Run(fmt.Sprint("merge ", merge), func(t *testing.T) {
			t.Parallel()
			w, full := newWorld(t, nil), newWorld(t, nil)
			s := newSandboxWorld(t, w, full, 3, sandbox.Options{})
			w.cfg.Sources[0].PageSize = 100
			s.clock = s.clock.Add(time.Hour)
			s.extract(w, false)
			s.clock = s.clock.Add(time.Hour)
			employer := employerOf(w)
			if merge {
				s.mergeAway("organizations", slices.Index(s.live["organizations"], employer))
			} else {
				s.send("PUT", "/organizations/"+employer, `{"organizations":{"id":[{"provider":"other","realm":"7","id":"1"}]}}`, nil)
			}
			changed := s.clock
			var people extract.Extraction
			for _, collection := range []string{"people", "organizations", "people"} {
				s.clock = s.clock.Add(time.Hour)
				e := s.only(collection)
				if collection == "people" {
					if people = e; e.Mode != "incremental" || e.Status != "complete" {
						t.Errorf("%s: %s %s %s", collection, e.Mode, e.Status, e.Note)
					}
					if stale := w.rows("SELECT count(*) FROM extractions WHERE collection = 'organizations'") == "1\n"; stale != e.AsOf.Before(changed) {
						t.Errorf("complete as of %s: %s", e.AsOf, e.Note)
					}
				}
			}
			if !strings.Contains(people.Note, "records read by their IDs") || !strings.Contains(people.Note, "as of when the organizations that they refer to are known") {
				t.Errorf("people: %s", people.Note)
			}
			s.extract(full, false)
			if got, want := w.tables(), full.tables(); got != want {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}

// employerOf is the organization that most people refer to.
func employerOf(w *world) string {
	return strings.Fields(w.rows("SELECT records.id FROM refs JOIN records ON target_rid = records.rid GROUP BY records.id ORDER BY count(*) DESC, records.id"))[0]
}

// only brings one collection up to date.
func (s *sandboxWorld) only(collection string) extract.Extraction {
	s.t.Helper()
	o := s.options()
	o.Doer, o.Incremental, o.Collections = s.doer, true, []string{collection}
	result, err := extract.Run(s.t.Context(), o)
	if err != nil {
		s.t.Fatal(err)
	}
	return result.Extractions[0]
}

// between does something before the first request for a collection.
type between struct {
	doer       *counting
	collection string
	happen     func()
}

func (b *between) Do(q *http.Request) (*http.Response, error) {
	if b.happen != nil && strings.HasSuffix(q.URL.Path, "/"+b.collection) {
		happen := b.happen
		b.happen = nil
		happen()
	}
	return b.doer.Do(q)
}

// TestReferrersOfWhatChangedWithinARun: an organization gains an ID after the people were read, and before the
// organizations are; by turns in a full run and in one of what changed, in which some of the people changed, too.
func TestReferrersOfWhatChangedWithinARun(t *testing.T) {
	t.Parallel()
	for _, incremental := range []bool{false, true} {
		t.Run(fmt.Sprint("incremental ", incremental), func(t *testing.T) {
			t.Parallel()
			w, full := newWorld(t, nil), newWorld(t, nil)
			s := newSandboxWorld(t, w, full, 3, sandbox.Options{})
			w.cfg.Sources[0].PageSize = 100
			s.clock = s.clock.Add(time.Hour)
			s.extract(full, false)
			employer := employerOf(full)
			if incremental {
				s.extract(w, false)
				s.clock = s.clock.Add(time.Hour)
				for _, uuid := range strings.Fields(w.rows("SELECT r.id FROM refs JOIN records AS o ON target_rid = o.rid JOIN records AS r ON r.rid = refs.rid WHERE o.id = '" + employer + "' LIMIT 2")) {
					s.send("PUT", "/people/"+uuid, `{"people":{"description":"another"}}`, nil)
				}
				s.clock = s.clock.Add(30 * time.Minute) // what comes is more than the overlap later
				s.create("people")
			}
			s.clock = s.clock.Add(time.Hour)
			late := &between{doer: s.doer, collection: "organizations", happen: func() {
				s.clock = s.clock.Add(time.Minute)
				s.send("PUT", "/organizations/"+employer, `{"organizations":{"id":[{"provider":"other","realm":"7","id":"1"}]}}`, nil)
				s.clock = s.clock.Add(time.Minute)
			}}
			if e := w.mustRunOn(late, incremental); late.happen != nil || e.Status != "complete" || e.AsOf.After(s.clock.Add(-2*time.Minute)) {
				t.Errorf("%s as of %s: %s", e.Status, e.AsOf, e.Note)
			}
			s.clock = s.clock.Add(time.Hour)
			e := w.mustRunOn(s.doer, true)
			if e.Mode != "incremental" || e.Status != "complete" || !strings.Contains(e.Note, "read by their IDs") {
				t.Errorf("%s %s: %s", e.Mode, e.Status, e.Note)
			}
			s.extract(full, false)
			if got, want := w.tables(), full.tables(); got != want {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}
