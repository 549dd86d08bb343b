package merge

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sameas/sameas/internal/connec"
	"github.com/sameas/sameas/internal/sandbox"
)

// requestLog is the sandbox's own account of what it was asked.
type requestLog struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *requestLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *requestLog) writes() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.b.String(), `"method":"P`)
}

// newSandbox serves n people over loopback, and a plan that attaches an ID to each, fills a field of every second one
// and creates ten more.
func newSandbox(t testing.TB, n int, so sandbox.Options) (ApplyOptions, *sandbox.Server, *requestLog) {
	t.Helper()
	log := &requestLog{}
	so.Requests = log
	server, err := sandbox.New(so)
	if err != nil {
		t.Fatal(err)
	}
	people, ops := sandboxPeople(n)
	if err := server.Load("people", people); err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(server)
	t.Cleanup(web.Close)
	h := testHeader(int64(n))
	h.Endpoint, h.Group = web.URL+"/api/v2", sandbox.DefaultGroup
	path := filepath.Join(t.TempDir(), "plan.ndjson")
	writePlanFile(t, path, h, ops)
	o := ApplyOptions{Plan: path, seams: seams{wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
		lockDir: t.TempDir(), retryWait: time.Millisecond}}
	o.Config = optionsFor(t, path, nil).Config
	o.Config.Sources[0].Endpoint, o.Config.Sources[0].Group = h.Endpoint, h.Group
	o.Getenv = sandboxCredentials
	return o, server, log
}

// sandboxPeople are n people as a sandbox loads them, and the operations of newSandbox's plan.
func sandboxPeople(n int) (io.Reader, []Operation) {
	var people bytes.Buffer
	var ops []Operation
	for i := range n {
		uuid := fmt.Sprintf("00000000-0000-4000-8000-%012d", i)
		fmt.Fprintf(&people, `{"id":[{"provider":"connec","realm":"org-sandbox","id":%q},{"provider":"other-app","realm":"77","id":%q}],"first_name":"Ann","email":{"address":"old@x.org"},"created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-01T00:00:00Z"}`+"\n", uuid, uuid)
		ops = append(ops, attachOp(uuid, fmt.Sprint(i)))
	}
	for i := 0; i < n; i += 2 {
		op := fillOp(fmt.Sprintf("00000000-0000-4000-8000-%012d", i), "old@x.org", fmt.Sprintf("new%d@x.org", i))
		ops = append(ops, op)
	}
	for i := range 10 {
		ops = append(ops, createOp(fmt.Sprintf("c%d", i), "Cy"))
	}
	for i := range ops {
		ops[i] = inSandbox(ops[i])
	}
	return &people, ops
}

// inSandbox moves an operation to the sandbox's channel.
func inSandbox(op Operation) Operation {
	move := func(ids []connec.ExternalID) []connec.ExternalID {
		out := make([]connec.ExternalID, len(ids))
		for i, id := range ids {
			if id.IsHub() {
				id.Realm = sandbox.DefaultChannel
			}
			out[i] = id
		}
		return out
	}
	op.Target = strings.Replace(op.Target, testRealm, sandbox.DefaultChannel, 1)
	op.Before.IDs, op.Expect.IDs = move(op.Before.IDs), move(op.Expect.IDs)
	return op
}

func TestApplyToTheSandbox(t *testing.T) {
	t.Parallel()
	o, server, log := newSandbox(t, 40, sandbox.Options{})
	var out bytes.Buffer
	o.Out = &out
	dry, err := DryRun(context.Background(), o)
	if err != nil || dry.Outcomes[OutcomeWouldWrite] != 70 || log.writes() != 0 {
		t.Fatalf("dry-run: %+v %v, %d writes", dry, err, log.writes())
	}
	if r := mustApply(t, o); r.Outcomes[OutcomeOK] != 70 || log.writes() != 70 {
		t.Fatalf("%+v, %d writes", r, log.writes())
	}
	if r := mustApply(t, o); !r.Finished || log.writes() != 70 {
		t.Errorf("again: %+v", r)
	}
	verifyClean(t, o)
	if n := server.Len("people"); n != 50 {
		t.Errorf("%d people", n)
	}
}

// On a wire that loses, cuts, delays and refuses a fifth of everything, every operation still ends well, and once.
func TestApplyToAFaultySandbox(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"500=0.2", "reset=0.2", "lost=0.2", "truncate=0.2", "500=0.1,429=0.01,reset=0.1,lost=0.1,truncate=0.1"} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			faults, err := sandbox.ParseFaults(kind)
			if err != nil {
				t.Fatal(err)
			}
			o, server, _ := newSandbox(t, 20, sandbox.Options{Faults: faults, Seed: 7})
			for run := 0; ; run++ {
				r, err := Apply(context.Background(), o)
				var stopped *StoppedError
				if err != nil && !errors.As(err, &stopped) {
					t.Fatal(err)
				}
				if r.Remaining == 0 {
					break
				}
				if run > 30 {
					t.Fatalf("never ends: %+v", r)
				}
			}
			if n := server.Len("people"); n != 30 {
				t.Errorf("%d people, want 30", n)
			}
		})
	}
}

// BenchmarkApply sends n operations to a sandbox in the same process; run it with -benchtime 1x.
func BenchmarkApply(b *testing.B) {
	const n = 66_660 // 100,000 operations
	for range b.N {
		b.StopTimer()
		o, _, log := newSandbox(b, n, sandbox.Options{})
		runtime.GC()
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		b.StartTimer()
		r, err := Apply(context.Background(), o)
		if err != nil || r.Remaining > 0 {
			b.Fatalf("%+v %v", r, err)
		}
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(r.Operations)/b.Elapsed().Seconds(), "ops/s")
		b.ReportMetric(float64(log.writes()), "writes")
		b.ReportMetric(float64(after.HeapInuse-before.HeapInuse)/1e6, "MB-more")
	}
}
