package extract_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sameas/sameas/extract"
	"github.com/sameas/sameas/internal/config"
)

// driftingHub is a hub that changes before each of its answers, for a while or for ever: records are added, changed,
// archived, removed, and by some seeds moved to another place. Its clock goes on by a step with each answer.
type driftingHub struct {
	mu      sync.Mutex
	r       *rand.Rand
	clock   time.Time
	step    time.Duration
	records []driftingRecord // in the order that they are served
	next    int
	left    int           // answers before which it still changes
	moves   bool          // order is not kept
	blind   bool          // does not tell what changed
	filter  string        // what it makes of a filter: "" heeds it, or all, none, day
	stays   bool          // nothing is removed
	lag     time.Duration // by which the clock of its records is behind that of its answers
	ever    map[int]bool
	gone    map[int]bool
	first   []int // those there before the first answer
}

type driftingRecord struct {
	n                int
	version          int
	archived         bool
	created, updated time.Time // by the records' clock
	changed          time.Time // by that of the answers
}

func newDriftingHub(seed uint64) *driftingHub {
	h := &driftingHub{r: rand.New(rand.NewPCG(seed, 7)), clock: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), step: time.Second, ever: map[int]bool{}, gone: map[int]bool{}}
	for range 20 + h.r.IntN(40) {
		h.add()
		h.clock = h.clock.Add(time.Duration(h.r.IntN(3)) * time.Second)
	}
	for _, r := range h.records {
		h.first = append(h.first, r.n)
	}
	h.clock = h.clock.Add(time.Hour)
	h.left, h.moves = []int{5, 15, 60, 1 << 30}[seed%4], seed%3 == 0
	return h
}

func (h *driftingHub) add() {
	h.records = append(h.records, driftingRecord{n: h.next, created: h.clock.Add(-h.lag), updated: h.clock.Add(-h.lag), changed: h.clock})
	h.ever[h.next] = true
	h.next++
}

// change does one thing to the collection.
func (h *driftingHub) change() {
	if len(h.records) < 3 {
		h.add()
		return
	}
	i := h.r.IntN(len(h.records))
	at := &h.records[i]
	switch kind := h.r.IntN(10); {
	case kind < 2, h.stays && kind == 7:
		h.add()
	case kind < 4 && !h.stays:
		h.gone[at.n] = true
		h.records = slices.Delete(h.records, i, i+1)
	case kind < 6:
		at.version, at.updated, at.changed = at.version+1, h.clock.Add(-h.lag), h.clock
	case kind < 7:
		at.archived, at.updated, at.changed = true, h.clock.Add(-h.lag), h.clock
	case kind < 8: // one goes, one comes: the count does not show it
		h.gone[at.n] = true
		h.records = slices.Delete(h.records, i, i+1)
		h.add()
	case h.moves:
		j := h.r.IntN(len(h.records))
		moved := h.records[i]
		h.records = slices.Insert(slices.Delete(h.records, i, i+1), j, moved)
	}
}

// Do answers a request without a network.
func (h *driftingHub) Do(q *http.Request) (*http.Response, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.clock = h.clock.Add(h.step)
	if h.left > 0 {
		h.left--
		for range h.r.IntN(3) {
			h.change()
		}
	}
	values := q.URL.Query()
	skip, _ := strconv.Atoi(values.Get("$skip"))
	top, _ := strconv.Atoi(values.Get("$top"))
	var all []string
	for _, r := range h.records {
		if h.holds(values.Get("$filter"), r) {
			all = append(all, r.json())
		}
	}
	from, to := min(skip, len(all)), min(skip+top, len(all))
	answer := httptest.NewRecorder()
	if h.blind && values.Has("$filter") {
		answer.WriteHeader(http.StatusBadRequest)
		return answer.Result(), nil
	}
	answer.Header().Set("Date", h.clock.Format(http.TimeFormat))
	fmt.Fprint(answer, envelope("people", all[from:to], skip, top, len(all), to < len(all)))
	return answer.Result(), nil
}

// holds reports whether a record is what the filter asks for, as this hub understands it.
func (h *driftingHub) holds(filter string, r driftingRecord) bool {
	since, ok := strings.CutPrefix(filter, "updated_at gt '")
	switch {
	case !ok || h.filter == "all":
		return true
	case h.filter == "none":
		return false
	case h.filter == "day":
		return r.updated.Format(time.DateOnly) >= since[:len(time.DateOnly)]
	}
	return r.updated.Format(time.RFC3339)+"'" > since
}

func (r driftingRecord) json() string {
	status := map[bool]string{false: "ACTIVE", true: "ARCHIVED"}[r.archived]
	return fmt.Sprintf(`{"id":[{"provider":"connec","realm":"org-1","id":"%04d"}],"code":"v%d","status":%q,"created_at":%q,"updated_at":%q}`,
		r.n, r.version, status, r.created.Format(time.RFC3339), r.updated.Format(time.RFC3339))
}

// TestDrift reads a collection that changes meanwhile. What was there all the time must be read; a verdict of complete
// must mean that nothing is missing, and that what is read is there. SAMEAS_DRIFT_SEEDS sets how many collections.
func TestDrift(t *testing.T) {
	t.Parallel()
	seeds := 48
	if n, err := strconv.Atoi(os.Getenv("SAMEAS_DRIFT_SEEDS")); err == nil {
		seeds = n
	}
	const block = 12
	var complete, inDoubt atomic.Int64
	t.Run("seeds", func(t *testing.T) {
		for first := 0; first < seeds; first += block {
			t.Run(fmt.Sprint(first), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t, nil)
				for seed := first; seed < min(first+block, seeds); seed++ {
					if w.drift(uint64(seed)).Status == "complete" {
						complete.Add(1)
					} else {
						inDoubt.Add(1)
					}
				}
			})
		}
	})
	if complete.Load() == 0 || inDoubt.Load() == 0 {
		t.Errorf("the seeds try one verdict only: %d complete, %d in doubt", complete.Load(), inDoubt.Load())
	}
	t.Logf("%d complete, %d in doubt", complete.Load(), inDoubt.Load())
}

// drift extracts from the hub of one seed and checks the verdict.
func (w *world) drift(seed uint64) extract.Extraction {
	w.t.Helper()
	h := newDriftingHub(seed)
	s := driftingSource()
	s.PageSize, s.Concurrency = int64(3+seed%5), []int{1, 3, 8}[seed/3%3]
	w.cfg.Sources = []config.Source{s}
	o := w.options()
	o.Doer = h
	result, err := extract.Run(w.t.Context(), o)
	if err != nil {
		w.t.Fatalf("seed %d: %v", seed, err)
	}
	h.check(w.t, seed, result.Extractions[0], strings.Fields(w.rows("SELECT id FROM records ORDER BY id")))
	return result.Extractions[0]
}

func (h *driftingHub) check(t *testing.T, seed uint64, e extract.Extraction, read []string) {
	t.Helper()
	if (e.Status == "complete") != (e.Doubt == "") {
		t.Errorf("seed %d: %s, and the doubt is %q", seed, e.Status, e.Doubt)
	}
	got := map[int]bool{}
	for _, id := range read {
		n, _ := strconv.Atoi(id)
		got[n] = true
		if !h.ever[n] {
			t.Errorf("seed %d: %d never was", seed, n)
		}
	}
	for _, n := range h.first {
		if !h.gone[n] && !got[n] {
			t.Errorf("seed %d: %d was there all the time and was not read: %s, %s, moves %v", seed, n, e.Status, e.Doubt, h.moves)
		}
	}
	if e.Status != "complete" {
		return
	}
	for _, r := range h.records {
		if !got[r.n] {
			t.Errorf("seed %d: %d is there, was not read, and the verdict is complete", seed, r.n)
		}
	}
}

// TestServerThatDoesNotTellWhatChanged reads twice instead of asking.
func TestServerThatDoesNotTellWhatChanged(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.cfg.Sources = []config.Source{driftingSource()}
	h := newDriftingHub(1)
	h.blind, h.left = true, 0
	o := w.options()
	o.Doer = h
	result, err := extract.Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	e := result.Extractions[0]
	diff(t, "verdict", e.Status+": "+e.Note, "complete: the server refused to be asked for what changed meanwhile, so that only its count shows it")
	diff(t, "sweeps", w.rows("SELECT DISTINCT sweep FROM pages ORDER BY sweep"), "0\n2")
	diff(t, "records", fmt.Sprint(e.Records), fmt.Sprint(len(h.first)))
}

// TestRecordsMadeJustBefore: what the first pass has read was not added while the second read, though both and the
// making of it lie within the slack of the clock.
func TestRecordsMadeJustBefore(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.cfg.Sources = []config.Source{driftingSource()}
	h := newDriftingHub(1)
	h.left, h.step = 0, 0
	h.add()
	h.add()
	o := w.options()
	o.Doer = h
	result, err := extract.Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	e := result.Extractions[0]
	diff(t, "verdict", e.Status+": "+e.Doubt+e.Note, "complete: read in 2 passes, as it changed meanwhile")
	diff(t, "records", fmt.Sprint(e.Records), fmt.Sprint(len(h.records)))
}

// TestResumeWhileItDrifts interrupts at every page a run over a collection that changes, and goes on: the verdict must
// still hold.
func TestResumeWhileItDrifts(t *testing.T) {
	t.Parallel()
	for stop := range 12 {
		w := newWorld(t, nil)
		w.cfg.Sources = []config.Source{driftingSource()}
		h := newDriftingHub(uint64(4*stop + 2))
		o := w.options()
		o.Doer = &interrupting{hub: h, left: 2 + 3*stop}
		_, err := extract.Run(t.Context(), o)
		if err == nil && stop < 3 {
			t.Fatalf("stop %d: the run was not interrupted", stop)
		}
		o.Doer = h
		result, err := extract.Run(t.Context(), o)
		if err != nil {
			t.Fatalf("stop %d: %v", stop, err)
		}
		h.check(t, uint64(stop), result.Extractions[0], strings.Fields(w.rows("SELECT id FROM records ORDER BY id")))
	}
}

// interrupting refuses every request after the first few, for good.
type interrupting struct {
	hub  *driftingHub
	mu   sync.Mutex
	left int
}

func (i *interrupting) Do(q *http.Request) (*http.Response, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.left--; i.left < 0 {
		answer := httptest.NewRecorder()
		answer.WriteHeader(http.StatusForbidden)
		return answer.Result(), nil
	}
	return i.hub.Do(q)
}

func driftingSource() config.Source {
	return config.Source{
		Name: "hub", Type: config.TypeConnec, Endpoint: "https://hub.example/api/v2", Group: "cld-1",
		Credentials: config.Credentials{KeyEnv: "KEY", SecretEnv: "SECRET"}, Collections: []string{"people"}, PageSize: 5, Concurrency: 2,
	}
}
