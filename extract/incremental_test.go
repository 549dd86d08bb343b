package extract_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sameas/sameas/extract"
	"github.com/sameas/sameas/internal/config"
	"github.com/sameas/sameas/internal/sandbox"
)

// sandboxWorld is a sandbox whose clock is the test's, a workspace that is brought up to date by what changed, and another
// that is extracted in full each time.
type sandboxWorld struct {
	*world
	full     *world
	server   *sandbox.Server
	doer     *counting
	clock    time.Time
	r        *rand.Rand
	live     map[string][]string // UUIDs by collection, in order of their making
	vanished map[string]bool     // keys, as the workspace is to know them
	made     int
}

// counting counts the requests that read.
type counting struct {
	sandbox.Doer
	reads atomic.Int64
}

func (c *counting) Do(q *http.Request) (*http.Response, error) {
	if q.Method == http.MethodGet {
		c.reads.Add(1)
	}
	return c.Doer.Do(q)
}

func newSandboxWorld(t *testing.T, incremental, full *world, seed uint64, o sandbox.Options) *sandboxWorld {
	t.Helper()
	s := &sandboxWorld{
		world: incremental, full: full, r: rand.New(rand.NewPCG(seed, 11)), clock: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC),
		live: map[string][]string{}, vanished: map[string]bool{},
	}
	o.Now, o.Seed = func() time.Time { return s.clock }, seed
	var err error
	if s.server, err = sandbox.New(o); err != nil {
		t.Fatal(err)
	}
	doer, err := s.server.Doer(sandboxEndpoint)
	if err != nil {
		t.Fatal(err)
	}
	s.doer = &counting{Doer: doer}
	for _, w := range []*world{incremental, full} {
		w.cfg.Sources = []config.Source{{
			Name: "hub", Type: config.TypeConnec, Endpoint: sandboxEndpoint, Group: sandbox.DefaultGroup,
			Credentials: config.Credentials{KeyEnv: "KEY", SecretEnv: "SECRET"},
			Collections: []string{"people", "organizations"}, PageSize: int64(4 + seed%5), Concurrency: 2,
		}}
	}
	for i := range 42 {
		s.create(map[bool]string{true: "organizations", false: "people"}[i < 12])
		s.clock = s.clock.Add(10 * time.Minute)
	}
	return s
}

const sandboxEndpoint = "https://hub.example/api/v2"

// send writes to the sandbox; the answer's record is decoded into place when there is one.
func (s *sandboxWorld) send(method, path, body string, into any) {
	s.t.Helper()
	request := httptest.NewRequest(method, sandboxEndpoint+"/"+s.server.Options().Group+path, strings.NewReader(body))
	request.Header.Set("CONNEC-EXTERNAL-IDS", "false")
	answer, err := s.doer.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode > 299 {
		s.t.Fatalf("%s %s %s: %d %s %v", method, path, body, answer.StatusCode, text, err)
	}
	if into != nil {
		if err := json.NewDecoder(bytes.NewReader(text)).Decode(into); err != nil {
			s.t.Fatalf("%s: %v", text, err)
		}
	}
}

func (s *sandboxWorld) create(collection string) {
	s.made++
	own := fmt.Sprintf(`"id":[{"provider":"my-application","realm":"2243","id":"%d"}]`, s.made)
	fields := fmt.Sprintf(`"name":"Acme %d"`, s.made)
	if collection == "people" {
		fields = fmt.Sprintf(`"first_name":"Ann %d"`, s.made)
		if all := s.live["organizations"]; s.r.IntN(4) > 0 {
			fields += fmt.Sprintf(`,"organization_id":%q`, all[s.r.IntN(len(all))])
		}
	}
	var answer map[string]struct {
		ID json.RawMessage `json:"id"`
	}
	s.send("POST", "/"+collection, fmt.Sprintf(`{%q:{%s,%s}}`, collection, own, fields), &answer)
	s.live[collection] = append(s.live[collection], strings.Trim(string(answer[collection].ID), `"`))
}

// write changes one record.
func (s *sandboxWorld) write(collection, fields string) {
	all := s.live[collection]
	s.send("PUT", "/"+collection+"/"+all[s.r.IntN(len(all))], fmt.Sprintf(`{%q:{%s}}`, collection, fields), nil)
}

// change does one thing to the hub.
func (s *sandboxWorld) change() {
	collection := []string{"people", "people", "people", "organizations"}[s.r.IntN(4)]
	s.made++
	switch kind := s.r.IntN(10); {
	case kind < 3:
		s.create(collection)
	case kind < 5:
		s.write(collection, fmt.Sprintf(`"description":"changed %d"`, s.made))
	case kind < 6:
		s.write(collection, `"status":"ARCHIVED"`)
	case kind < 8: // what refers to it shows the ID, and bears no other time for it
		s.write(collection, fmt.Sprintf(`"id":[{"provider":"other","realm":"7","id":"%d"}]`, s.made))
	default:
		s.merge(collection)
	}
}

// merge takes a record away: whatever refers to it refers to another one then.
func (s *sandboxWorld) merge(collection string) {
	all := s.live[collection]
	if len(all) < 3 {
		return
	}
	s.mergeAway(collection, s.r.IntN(len(all)))
}

// mergeAway merges the record at that place into another.
func (s *sandboxWorld) mergeAway(collection string, i int) {
	all := s.live[collection]
	gone := all[i]
	s.live[collection] = slices.Delete(all, i, i+1)
	s.send("PUT", "/"+collection+"/"+s.live[collection][s.r.IntN(len(all)-1)]+"/merge", fmt.Sprintf(`{"ids":[%q],%q:{"description":"merged"}}`, gone, collection), nil)
	s.vanished[collection+"|connec/"+sandbox.DefaultChannel+"/"+gone] = true
}

func (s *sandboxWorld) extract(w *world, incremental bool) extract.Result {
	s.t.Helper()
	o := w.options()
	o.Doer, o.Incremental, o.Fresh = s.doer, incremental, w == s.full
	result, err := extract.Run(s.t.Context(), o)
	if err != nil {
		s.t.Fatal(err)
	}
	return result
}

// round lets the hub change, brings one workspace up to date, extracts the other in full, and compares every row.
func (s *sandboxWorld) round(when string) extract.Result {
	s.t.Helper()
	before := s.keys()
	s.clock = s.clock.Add(time.Duration(s.r.IntN(7200)) * time.Second)
	for range s.r.IntN(5) {
		s.change()
		s.clock = s.clock.Add(time.Duration(s.r.IntN(900)) * time.Second)
	}
	s.clock = s.clock.Add(3 * time.Second) // else the full extraction takes what was just made for what is being made
	result := s.extract(s.world, true)
	s.extract(s.full, false)
	if got, want := s.tables(), s.full.tables(); got != want {
		s.t.Errorf("%s: what changed makes other tables than the whole (-whole +changed):\n%s", when, cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")))
	}
	for key := range s.vanished {
		if !before[key] { // it came and went between two extractions
			delete(s.vanished, key)
		}
	}
	got := strings.Fields(s.rows("SELECT collection || '|' || key FROM vanished_records ORDER BY ALL"))
	if d := cmp.Diff(slices.Sorted(maps.Keys(s.vanished)), got); d != "" && len(got)+len(s.vanished) > 0 {
		s.t.Errorf("%s: records that are gone (-want +got):\n%s", when, d)
	}
	for _, e := range result.Extractions {
		if e.Status != "complete" || e.AsOf == nil {
			s.t.Errorf("%s: %s is %s: %s", when, e.Collection, e.Status, e.Doubt)
		}
	}
	return result
}

// keys are those of the records that the workspace holds, and of those that it knows to be gone.
func (s *sandboxWorld) keys() map[string]bool {
	keys := map[string]bool{}
	for _, key := range strings.Fields(s.rows("SELECT collection || '|' || key FROM records UNION ALL SELECT collection || '|' || key FROM vanished_records")) {
		keys[key] = true
	}
	return keys
}

// TestIncrementalEqualsFull: after a full extraction and some of what changed the tables are, row for row, those of a full
// extraction. The sandbox gains, changes, archives and loses records between them. The long run takes 1,000 sandboxes: go
// test ./extract -run TestIncrementalEqualsFull -long; blocks of them by -run 'TestIncrementalEqualsFull/seeds/12[0-9]$'.
func TestIncrementalEqualsFull(t *testing.T) {
	t.Parallel()
	seeds := 12
	if *long {
		seeds = 1000
	}
	const block = 6
	var blocks, whole, changed atomic.Int64 // blocks run, and collections read in either way
	t.Run("seeds", func(t *testing.T) {
		for first := 0; first < seeds; first += block {
			t.Run(fmt.Sprint(first), func(t *testing.T) {
				t.Parallel()
				incremental, full := newWorld(t, nil), newWorld(t, nil)
				for seed := first; seed < min(first+block, seeds); seed++ {
					s := newSandboxWorld(t, incremental, full, uint64(seed), sandbox.Options{})
					clear(t, incremental)
					s.extract(s.world, false)
					for n := range []int{2, 1, 1}[seed%3] {
						for _, e := range s.round(fmt.Sprintf("seed %d, round %d", seed, n)).Extractions {
							if e.Mode == "full" {
								whole.Add(1)
							} else {
								changed.Add(1)
							}
						}
					}
				}
				blocks.Add(1)
			})
		}
	})
	if int(blocks.Load())*block >= seeds && (whole.Load() == 0 || changed.Load() == 0) {
		t.Errorf("the seeds try one way only: %d collections read in full, %d of what changed", whole.Load(), changed.Load())
	}
}

// clear empties a workspace.
func clear(t *testing.T, w *world) {
	t.Helper()
	for _, table := range []string{"extractions", "pages", "page_records", "records", "external_ids", "refs", "stages", "vanished_records", "unread_records"} {
		if _, err := w.db.ExecContext(t.Context(), "DELETE FROM "+table); err != nil {
			t.Fatal(err)
		}
	}
}

// TestIncrementalWhileItDrifts brings a workspace up to date while the hub goes on changing, by some seeds one that does not
// heed the filter, or whose records bear another clock than its answers. What was there all the time must be read; a verdict
// of complete must mean that nothing is missing, and that no record is older than the time it names.
func TestIncrementalWhileItDrifts(t *testing.T) {
	t.Parallel()
	seeds := 24
	if *long {
		seeds = 1000
	}
	const block = 12
	var mu sync.Mutex
	verdicts := map[string]int{}
	t.Run("seeds", func(t *testing.T) {
		for first := 0; first < seeds; first += block {
			t.Run(fmt.Sprint(first), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, nil)
				for seed := first; seed < min(first+block, seeds); seed++ {
					e := w.driftOn(uint64(seed))
					mu.Lock()
					verdicts[e.Mode+", "+e.Status]++
					mu.Unlock()
				}
			})
		}
	})
	if verdicts["incremental, complete"] == 0 || verdicts["full, complete"] == 0 {
		t.Errorf("the seeds try one way only: %v", verdicts)
	}
	t.Log(verdicts)
}

// driftOn extracts from the hub of one seed while nobody writes, lets it change for some hours, and reads what changed
// while it goes on changing.
func (w *world) driftOn(seed uint64) extract.Extraction {
	w.t.Helper()
	clear(w.t, w)
	h := newDriftingHub(seed)
	left := []int{0, 5, 15, 1 << 30}[seed%4]
	h.left, h.lag, h.filter = 0, []time.Duration{0, 2 * time.Hour, -2 * time.Hour}[seed%3], []string{"", "", "", "all", "", "", "", "none", "", "", "day"}[seed%11]
	h.stays = seed%5 != 0
	if h.filter == "none" {
		left = 0 // of what is added after the last page no reading can know
	}
	if left > 0 && (!h.stays || h.filter != "") {
		h.lag = 0 // all is read then, and what is added meanwhile is found by the clock of the answers
	}
	for i := range h.records { // they bear the same clock as what comes
		r := &h.records[i]
		r.created, r.updated = r.created.Add(-h.lag), r.updated.Add(-h.lag)
	}
	s := driftingSource()
	s.PageSize, s.Concurrency = int64(3+seed%5), []int{1, 3}[seed%2]
	w.cfg.Sources = []config.Source{s}
	o := w.options()
	o.Doer = h
	if _, err := extract.Run(w.t.Context(), o); err != nil {
		w.t.Fatalf("seed %d: %v", seed, err)
	}
	for range h.r.IntN(8) {
		h.clock = h.clock.Add(time.Duration(h.r.IntN(3600)) * time.Second)
		h.change()
	}
	h.clock = h.clock.Add(time.Minute)
	h.left, h.first = left, nil
	for _, r := range h.records {
		h.first = append(h.first, r.n)
	}
	o.Incremental = true
	result, err := extract.Run(w.t.Context(), o)
	if err != nil {
		w.t.Fatalf("seed %d: %v", seed, err)
	}
	e := result.Extractions[0]
	h.check(w.t, seed, e, strings.Fields(w.rows("SELECT id FROM records ORDER BY id")))
	h.checkContent(w.t, seed, e, w.rows("SELECT id, code, status FROM records ORDER BY id"))
	return e
}

// checkContent holds a complete verdict to the time that it names.
func (h *driftingHub) checkContent(t *testing.T, seed uint64, e extract.Extraction, read string) {
	t.Helper()
	if e.Status != "complete" {
		return
	}
	for _, r := range h.records {
		status := map[bool]string{false: "ACTIVE", true: "ARCHIVED"}[r.archived]
		if want := fmt.Sprintf("%04d|v%d|%s\n", r.n, r.version, status); !r.changed.After(*e.AsOf) && !strings.Contains(read, want) {
			t.Errorf("seed %d: %s, as of %s, holds not %s (%s)", seed, e.Mode, e.AsOf, want, e.Note)
		}
	}
}
