package merge

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sameas/sameas/internal/connec"
	"github.com/sameas/sameas/internal/sandbox"
)

// faultyWire hands requests to a hub of the same process and lets a share of them go wrong on the way: 500, 429 and
// reset before the effect, the others after it.
type faultyWire struct {
	hub    *watchedHub
	share  float64
	kinds  []string
	denied int // from this request on the answer is 401; 0 for never

	mu    sync.Mutex
	rng   *rand.Rand
	seen  int
	wrong int // requests that went wrong
}

func faultKinds() []string {
	return []string{"500", "429", "reset", "lost", "truncated", "slow"}
}

func (w *faultyWire) Do(r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	w.seen++
	kind, drawn := "", w.rng.IntN(1000)
	if w.rng.Float64() < w.share {
		kind, w.wrong = w.kinds[w.rng.IntN(len(w.kinds))], w.wrong+1
	}
	if w.denied > 0 && w.seen >= w.denied {
		kind = "401"
	}
	w.mu.Unlock()
	switch kind {
	case "401", "500":
		return answered(r, map[string]int{"401": 401, "500": 500}[kind], `{"errors":[]}`, ""), nil
	case "429": // one server in a while asks for days
		return answered(r, 429, `{"errors":[]}`, []string{"0", "1", "20", "1000000"}[drawn%4]), nil
	case "reset":
		return nil, errors.New("connection reset by peer")
	}
	recorder := httptest.NewRecorder()
	if r.Body == nil {
		r.Body = http.NoBody
	}
	w.hub.ServeHTTP(recorder, r)
	text := recorder.Body.String()
	resp := answered(r, recorder.Code, text, "")
	switch kind {
	case "lost":
		return nil, io.ErrUnexpectedEOF
	case "truncated":
		resp.Body = io.NopCloser(io.MultiReader(strings.NewReader(text[:len(text)*drawn/1000]), brokenReader{}))
	case "slow":
		time.Sleep(time.Duration(drawn) * 10 * time.Millisecond)
		resp.Body = &slowReader{Reader: strings.NewReader(text)}
	}
	return resp, nil
}

func answered(r *http.Request, status int, text, retryAfter string) *http.Response {
	header := http.Header{"Content-Type": {"application/json"}}
	if retryAfter != "" {
		header.Set("Retry-After", retryAfter)
	}
	return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(text)), Request: r}
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// slowReader gives some bytes at a time.
type slowReader struct{ io.Reader }

func (s *slowReader) Read(b []byte) (int, error) {
	time.Sleep(50 * time.Millisecond)
	return s.Reader.Read(b[:min(len(b), 64)])
}

func (*slowReader) Close() error { return nil }

// faultyWorld is a plan of operations of every type against a hub behind a faulty wire, with a user's own waits: inside
// synctest they take no time.
func faultyWorld(t *testing.T, seed uint64, kinds []string, batch int) (*faultyWire, ApplyOptions, []*connec.Request) {
	t.Helper()
	server, ops := everyTypeServer(t, 3, sandbox.Options{})
	hub := &watchedHub{server: server, effects: map[string]int{}, told: func(int) {}}
	wire := &faultyWire{hub: hub, share: 0.2, kinds: kinds, rng: rand.New(rand.NewPCG(seed, 17))}
	dir := t.TempDir()
	header := testHeader(18)
	o := childJob{Plan: filepath.Join(dir, "plan.ndjson"), Endpoint: testEndpoint, Group: testGroup, LockDir: dir, Concurrency: 4, Batch: batch}.options()
	o.Doer, o.seams.wait, o.seams.retryWait = wire, nil, 0
	o.seams.openJournal = func(path string) (journalFile, error) {
		inner, err := openJournalFile(path)
		return &killFile{journalFile: inner, k: &killer{}}, err // without the disk's own fsync
	}
	writePlanFile(t, o.Plan, header, ops)
	var requests []*connec.Request
	for _, op := range ops {
		requests = append(requests, op.Request)
	}
	return wire, o, requests
}

// applyUntilDone runs apply until nothing is left, and requires of each run that it accounts for every operation.
func applyUntilDone(t *testing.T, o ApplyOptions, when string) (runs int) {
	t.Helper()
	for {
		r, err := Apply(t.Context(), o)
		runs++
		var stopped *StoppedError
		if err != nil && !errors.As(err, &stopped) {
			t.Fatalf("%s: %v", when, err)
		}
		var told int64
		for _, n := range r.Outcomes {
			told += n
		}
		if err == nil && told != r.Operations {
			t.Fatalf("%s: %d of %d operations have an outcome: %+v", when, told, r.Operations, r)
		}
		if settled := r.Outcomes[OutcomeOK] + r.Outcomes[OutcomeDone]; int64(len(r.Problems)) != told-settled || r.Remaining != r.Operations-settled {
			t.Fatalf("%s: %d problems of %v, %d remaining", when, len(r.Problems), r.Outcomes, r.Remaining)
		}
		s, statusErr := Status(t.Context(), StatusOptions{Plan: o.Plan})
		if statusErr != nil || s.Remaining != r.Remaining {
			t.Fatalf("%s: status says %d remain, apply said %d (%v)", when, s.Remaining, r.Remaining, statusErr)
		}
		if r.Remaining == 0 {
			return runs
		}
		if runs > 40 {
			t.Fatalf("%s: never ends: %+v", when, r)
		}
	}
}

// On a wire where a fifth of everything goes wrong in one way, or in all of them, each operation takes effect exactly
// once, and every run accounts for every operation.
func TestFaultsOfEachKind(t *testing.T) {
	t.Parallel()
	cases := map[string][]string{"all": faultKinds()}
	for _, kind := range faultKinds() {
		cases[kind] = []string{kind}
	}
	for name, kinds := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for seed := range seeds(6, 200) {
				synctest.Test(t, func(t *testing.T) {
					when := fmt.Sprintf("%s, seed %d", name, seed)
					wire, o, requests := faultyWorld(t, seed, kinds, int(seed%3)*4)
					began := time.Now()
					applyUntilDone(t, o, when)
					if took := time.Since(began); took > 4*time.Hour {
						t.Errorf("%s: took %v", when, took)
					}
					if wire.wrong < 3 {
						t.Errorf("%s: only %d of %d requests went wrong", when, wire.wrong, wire.seen)
					}
					wire.hub.once(t, requests, when)
					wire.share = 0
					verifyClean(t, o)
				})
			}
		})
	}
}

// Credentials that are refused from some request on end the run at once; with good ones it goes on where it was.
func TestCredentialsRefusedAtEachRequest(t *testing.T) {
	t.Parallel()
	for denied := 1; ; denied++ {
		more := false
		synctest.Test(t, func(t *testing.T) {
			when := fmt.Sprintf("401 from request %d on", denied)
			wire, o, requests := faultyWorld(t, 1, faultKinds(), 0)
			wire.share, wire.denied, o.seams.width = 0, denied, 2
			r, err := Apply(context.Background(), o)
			more = err != nil
			if more && (!strings.Contains(err.Error(), "credentials") || r.Outcomes[OutcomeFailed]+r.Outcomes[OutcomeUnknown] > 2) {
				t.Fatalf("%s: %v, %+v", when, err, r)
			}
			wire.denied = 0
			applyUntilDone(t, o, when)
			wire.hub.once(t, requests, when)
		})
		if !more {
			if denied < 40 {
				t.Errorf("only %d requests", denied)
			}
			return
		}
	}
}
