package merge

import (
	"context"
	"errors"
	"net/http"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/sameas/sameas/internal/connec"
	"github.com/sameas/sameas/internal/sandbox"
)

// batchWorld is a plan of n operations of each type for a sandbox, to be sent in batches. Its wire may be tampered with.
func batchWorld(t *testing.T, n, batch int) (*watchedHub, ApplyOptions, []*connec.Request) {
	t.Helper()
	server, ops := everyTypeServer(t, n, sandbox.Options{})
	hub := &watchedHub{server: server, effects: map[string]int{}, told: func(int) {}}
	dir := t.TempDir()
	o := childJob{Plan: filepath.Join(dir, "plan.ndjson"), Endpoint: testEndpoint, Group: testGroup, LockDir: dir, Concurrency: 2, Batch: batch}.options()
	o.Doer = &direct{server: hub}
	writePlanFile(t, o.Plan, testHeader(int64(len(ops))), ops)
	var requests []*connec.Request
	for _, op := range ops {
		requests = append(requests, op.Request)
	}
	return hub, o, requests
}

// doerFunc is a Doer.
type doerFunc func(*http.Request) (*http.Response, error)

func (f doerFunc) Do(r *http.Request) (*http.Response, error) { return f(r) }

func TestBatchesSendTheSameWritesInFewerRequests(t *testing.T) {
	t.Parallel()
	hub, o, requests := batchWorld(t, 20, 10)
	var writes, batches atomic.Int64
	inner := o.Doer
	o.Doer = doerFunc(func(r *http.Request) (*http.Response, error) {
		if r.Method != http.MethodGet {
			writes.Add(1)
		}
		if r.URL.Path == "/batch" {
			batches.Add(1)
		}
		return inner.Do(r)
	})
	r := mustApply(t, o)
	if r.Outcomes[OutcomeOK] != 120 || r.Writes != 120 {
		t.Errorf("%+v", r)
	}
	hub.once(t, requests, "in batches")
	// Connec!'s own merges, 20 of them, go alone: they need a header of their own.
	if n := writes.Load(); n-batches.Load() != 20 || n > 80 {
		t.Errorf("%d requests that write, %d of them batches", n, batches.Load())
	}
	verifyClean(t, o)
}

// A batch that the server will not take as a whole ends the run and says what to do; nothing was written.
func TestARefusedBatchEndsTheRun(t *testing.T) {
	t.Parallel()
	hub, o, requests := batchWorld(t, 4, 10)
	inner := o.Doer
	o.Doer = doerFunc(func(r *http.Request) (*http.Response, error) {
		if r.URL.Path == "/batch" {
			return answered(r, 404, `{"errors":[{"title":"Resource not found"}]}`, ""), nil
		}
		return inner.Do(r)
	})
	_, err := Apply(context.Background(), o)
	var stopped *StoppedError
	if !errors.As(err, &stopped) || !strings.Contains(err.Error(), "the server refuses the batch") || !strings.Contains(err.Error(), "batch: 0") {
		t.Fatal(err)
	}
	if len(hub.effects) > 0 {
		t.Errorf("%v", hub.effects)
	}
	o.Config.Merge.Batch = 0
	mustApply(t, o)
	hub.once(t, requests, "one by one")
}

// An answer with another number of results than the batch had writes tells none of them apart: every target is read.
func TestABatchMiscountedIsReadBack(t *testing.T) {
	t.Parallel()
	hub, o, requests := batchWorld(t, 6, 4)
	inner := o.Doer
	var miscounted atomic.Int64
	o.Doer = doerFunc(func(r *http.Request) (*http.Response, error) {
		resp, err := inner.Do(r)
		if r.URL.Path == "/batch" && miscounted.Add(1) <= 3 {
			resp.Body.Close()
			return answered(r, 200, `{"results":[]}`, ""), nil
		}
		return resp, err
	})
	o.Config.Merge.Concurrency = 1
	r := mustApply(t, o)
	if r.Remaining != 0 || r.Outcomes[OutcomeDone] < 3 {
		t.Errorf("%+v", r)
	}
	hub.once(t, requests, "miscounted")
}
