package merge

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sameas/sameas/internal/connec"
	"github.com/sameas/sameas/internal/sandbox"
)

// watchedHub is a sandbox on loopback that counts what took effect, knows when nobody is connected to it any more, and
// tells the nth request.
type watchedHub struct {
	server *sandbox.Server
	url    string

	mu      sync.Mutex
	closed  sync.Cond
	open    map[net.Conn]bool
	seen    int
	effects map[string]int // "METHOD path body", of every write that the server took
	told    func(n int)    // called when the nth request has arrived
}

func newWatchedHub(t testing.TB, server *sandbox.Server) *watchedHub {
	t.Helper()
	h := &watchedHub{server: server, open: map[net.Conn]bool{}, effects: map[string]int{}, told: func(int) {}}
	h.closed.L = &h.mu
	web := httptest.NewUnstartedServer(h)
	web.Config.ConnState = h.connection
	web.Start()
	t.Cleanup(web.Close)
	h.url = web.URL + "/api/v2"
	return h
}

func (h *watchedHub) connection(c net.Conn, state http.ConnState) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if state == http.StateClosed || state == http.StateHijacked {
		delete(h.open, c)
	} else {
		h.open[c] = true
	}
	h.closed.Broadcast()
}

// quiet waits until every connection is closed: what a killed process had sent has then been dealt with.
func (h *watchedHub) quiet() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for len(h.open) > 0 {
		h.closed.Wait()
	}
}

func (h *watchedHub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	h.seen++
	h.told(h.seen)
	h.mu.Unlock()
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	answer := httptest.NewRecorder()
	h.server.ServeHTTP(answer, r)
	if r.Method != http.MethodGet {
		h.count(r, body, answer)
	}
	maps.Copy(w.Header(), answer.Header())
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes())
}

// count notes the writes that the server took, those of a batch one by one.
func (h *watchedHub) count(r *http.Request, body []byte, answer *httptest.ResponseRecorder) {
	h.mu.Lock()
	defer h.mu.Unlock()
	note := func(status int, method, path string, body []byte) {
		if status < 300 {
			_, path, _ = strings.Cut(strings.TrimSuffix(path, "/"), "/"+testGroup)
			h.effects[strings.ToUpper(method)+" "+path+" "+string(body)]++
		}
	}
	if r.URL.Path != "/batch" {
		note(answer.Code, r.Method, r.URL.Path, body)
		return
	}
	var in struct {
		Ops []struct {
			Method, URL string
			Params      json.RawMessage
		}
	}
	var out struct{ Results []struct{ Status int } }
	if json.Unmarshal(body, &in) != nil || json.Unmarshal(answer.Body.Bytes(), &out) != nil {
		return
	}
	for i, result := range out.Results {
		note(result.Status, in.Ops[i].Method, in.Ops[i].URL, in.Ops[i].Params)
	}
}

// reset lets the next phase count anew.
func (h *watchedHub) reset(told func(n int)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.seen, h.told = 0, told
}

// once requires that each request took effect once, and nothing else did.
func (h *watchedHub) once(t *testing.T, requests []*connec.Request, when string) {
	t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, r := range requests {
		key := r.Method + " " + r.Path + " " + string(r.Body)
		if h.effects[key] != 1 {
			t.Fatalf("%s: %s took effect %d times", when, key, h.effects[key])
		}
	}
	if len(h.effects) != len(requests) {
		t.Fatalf("%s: %d different writes for %d operations", when, len(h.effects), len(requests))
	}
	clear(h.effects)
}

// everyTypeServer is a sandbox with the records of n operations of each type, and these operations in the order of
// their levels. It is the group and channel of the other tests' hub.
func everyTypeServer(t testing.TB, n int, so sandbox.Options) (*sandbox.Server, []Operation) {
	t.Helper()
	so.Group, so.Channel = testGroup, testRealm
	server, err := sandbox.New(so)
	if err != nil {
		t.Fatal(err)
	}
	var ops []Operation
	var people, organizations bytes.Buffer
	for _, key := range []string{"o1", "o2"} {
		fmt.Fprintf(&organizations, `{"id":[{"provider":"connec","realm":%q,"id":%q}],"name":%q}`+"\n", testRealm, key, key)
	}
	for i := range n {
		for _, kind := range []string{"attach", "fill", "repoint", "retire", "keep", "lose"} {
			uuid := fmt.Sprintf("%s%d", kind, i)
			fmt.Fprintf(&people, `{"id":[{"provider":"connec","realm":%q,"id":%q},{"provider":"other-app","realm":"77","id":%q}],"status":"ACTIVE",`+
				`"first_name":"Ann","email":{"address":"old@x.org"},"organization_id":[{"provider":"connec","realm":%q,"id":"o2"}]}`+"\n", testRealm, uuid, uuid, testRealm)
		}
		for _, op := range everyType(i) {
			switch op.Type {
			case TypeConsolidate:
				op.Inverse = &connec.Request{Method: "PUT", Path: "/people/" + uuidOf(op.Target), Body: rawBody("people", map[string]any{"email": map[string]any{"address": "old@x.org"}})}
			case TypeRetire:
				op.Before.Fields = map[string]json.RawMessage{"status": quoted("ACTIVE")}
			}
			ops = append(ops, op)
		}
	}
	slices.SortStableFunc(ops, func(a, b Operation) int { return cmp.Compare(a.Level, b.Level) })
	for name, lines := range map[string]io.Reader{"organizations": &organizations, "people": &people} {
		if err := server.Load(name, lines); err != nil {
			t.Fatal(err)
		}
	}
	return server, ops
}

// Killed at random moments, 1,000 of them in the long run, apply and undo resume until they are done: each operation has
// taken effect exactly once, verify finds nothing, and undo has taken back all that it said it would.
//
//	go test ./merge -run TestSIGKILLAtRandomMoments -long -v
func TestSIGKILLAtRandomMoments(t *testing.T) {
	t.Parallel()
	kills := map[string]int{}
	for seed := uint64(0); kills["apply"]+kills["undo"] < int(seeds(25, 1000)); seed++ {
		rng := rand.New(rand.NewPCG(seed, 9))
		server, ops := everyTypeServer(t, 1+rng.IntN(4), sandbox.Options{})
		h := newWatchedHub(t, server)
		dir := t.TempDir()
		header := testHeader(int64(len(ops)))
		header.Endpoint = h.url
		job := childJob{Do: "apply", Plan: filepath.Join(dir, "plan.ndjson"), Endpoint: h.url, Group: testGroup, LockDir: dir,
			Concurrency: 1 + rng.IntN(4), Batch: rng.IntN(3) * 2}
		writePlanFile(t, job.Plan, header, ops)
		when := fmt.Sprintf("seed %d, %d at once, batches of %d", seed, job.Concurrency, job.Batch)
		killUntilDone(t, h, job, rng, kills, when)
		var requests, inverses []*connec.Request
		for _, op := range ops {
			requests = append(requests, op.Request)
			if op.Inverse != nil {
				inverses = append(inverses, op.Inverse)
			}
		}
		h.once(t, requests, when)
		verifyClean(t, job.unheard())
		job.Do = "undo"
		killUntilDone(t, h, job, rng, kills, when)
		h.once(t, inverses, when+", undone")
		undo := job.unheard()
		undo.Plan = UndoPath(job.Plan, "")
		verifyClean(t, undo)
	}
	t.Logf("killed %v", kills)
}

// unheard are options whose requests leave no connection open.
func (j childJob) unheard() ApplyOptions {
	o := j.options()
	o.Doer = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	return o
}

// killUntilDone runs the job again and again, each time killed a moment after some request has arrived, until it comes
// to its end.
func killUntilDone(t *testing.T, h *watchedHub, job childJob, rng *rand.Rand, kills map[string]int, when string) {
	t.Helper()
	for run := 0; ; run++ {
		// a batch is written when all its targets are read: some run must live to see that
		at, later := 1+rng.IntN(map[string]int{"apply": 14, "undo": 6}[job.Do]*max(1, job.Batch)), time.Duration(rng.IntN(3000))*time.Microsecond
		started := make(chan *child, 1)
		h.reset(func(n int) {
			if n == at {
				c := <-started
				time.AfterFunc(later, func() { _ = c.Process.Kill() })
			}
		})
		c := job.start(t)
		started <- c
		report, ended := c.end(t)
		h.quiet()
		switch {
		case !ended:
			kills[job.Do]++
		case report.Error != "" || report.Result.Remaining > 0:
			t.Fatalf("%s: %s run %d: %s %+v", when, job.Do, run, report.Error, report.Result)
		default:
			return
		}
		if run > 200 {
			t.Fatalf("%s: %s never ends", when, job.Do)
		}
	}
}
