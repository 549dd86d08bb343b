package merge

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sameas/sameas/internal/connec"
	"github.com/sameas/sameas/internal/sandbox"
)

// The lock of a holder that was killed is free at once: the kernel takes it back with the process.
func TestKilledHolderLeavesNoLock(t *testing.T) {
	t.Parallel()
	h, o := newWorld(t, attachOp("u1", "17"))
	for name, plan := range map[string]string{"the same plan": o.Plan, "another plan for the same group": o.Plan + ".other"} {
		holder, line := childJob{Do: "hold", Plan: plan, LockDir: o.seams.lockDir}.firstLine(t)
		if line != "held" {
			t.Fatalf("%s: %q", name, line)
		}
		if _, err := Apply(context.Background(), o); err == nil || !strings.Contains(err.Error(), "another apply is at work") {
			t.Errorf("%s: %v", name, err)
		}
		if len(h.sent) > 0 {
			t.Fatalf("%s: written under another's lock", name)
		}
		if err := holder.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = holder.Wait()
		release, err := lockForApply(o, testHeader(1))
		if err != nil {
			t.Fatalf("%s: the killed holder's lock: %v", name, err)
		}
		release()
	}
}

// Two processes apply one plan, or the plan and a copy of it, at once: one works, the other leaves, or comes when there
// is nothing left to do. Now and then the one at work is killed: the next finds the lock free at once, and goes on.
//
//	go test ./merge -run TestRaces -long -v
func TestRaces(t *testing.T) {
	t.Parallel()
	left, killed := 0, 0
	for seed := range seeds(8, 1000) {
		rng := rand.New(rand.NewPCG(seed, 23))
		server, ops := everyTypeServer(t, 1, sandbox.Options{})
		h := newWatchedHub(t, server)
		dir := t.TempDir()
		header := testHeader(6)
		header.Endpoint = h.url
		first := childJob{Do: "apply", Plan: filepath.Join(dir, "plan.ndjson"), Endpoint: h.url, Group: testGroup, LockDir: dir, Concurrency: 1 + rng.IntN(4)}
		writePlanFile(t, first.Plan, header, ops)
		second := first
		if rng.IntN(2) == 0 {
			second.Plan = filepath.Join(dir, "copy.ndjson")
			copyFile(t, first.Plan, second.Plan)
		}
		when := fmt.Sprintf("seed %d", seed)
		a, b := first.start(t), second.start(t)
		if at := 1 + rng.IntN(20); seed%3 == 0 {
			h.reset(func(n int) {
				if n == at {
					_ = a.Process.Kill()
				}
			})
		}
		for _, c := range []*child{a, b} {
			report, ended := c.end(t)
			switch {
			case !ended:
				killed++
			case strings.Contains(report.Error, "another apply is at work"):
				left++
			case report.Error != "" || report.Result.Remaining > 0:
				t.Fatalf("%s: %+v", when, report)
			}
		}
		h.quiet()
		for _, job := range []childJob{first, second} {
			if report, ended := job.start(t).end(t); !ended || report.Error != "" || report.Result.Remaining > 0 {
				t.Fatalf("%s: afterwards: %+v", when, report)
			}
		}
		var requests []*connec.Request
		for _, op := range ops {
			requests = append(requests, op.Request)
		}
		h.once(t, requests, when)
	}
	if left == 0 {
		t.Error("nobody ever found another at work")
	}
	t.Logf("%d left, %d were killed", left, killed)
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	content, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestOnePlaceHasOneLock: however the endpoint is spelled.
func TestOnePlaceHasOneLock(t *testing.T) {
	t.Parallel()
	const place = "https://hub.example.com/api/v2"
	for _, same := range []string{place, place + "/", "HTTPS://Hub.Example.COM/api/v2", "https://hub.example.com:443/api/v2", "https://hub.example.com./api/v2"} {
		if got := placeOf(same); got != place {
			t.Errorf("%s is %s", same, got)
		}
	}
	for _, other := range []string{"http://hub.example.com/api/v2", "https://hub.example.com:8443/api/v2", "https://hub.example.com/API/v2", "https://hub.example.org/api/v2"} {
		if placeOf(other) == place {
			t.Errorf("%s is taken for %s", other, place)
		}
	}
}
