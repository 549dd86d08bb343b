package merge

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/sameas/sameas/internal/connec"
)

func checkExactlyOnce(t *testing.T, h *fakeHub, ops []Operation, when string) {
	t.Helper()
	for _, op := range ops {
		want := op.Request.Method + " " + op.Request.Path + " " + string(op.Request.Body)
		n := 0
		for _, effect := range h.effects {
			if effect == want {
				n++
			}
		}
		if n != 1 {
			t.Fatalf("%s: %s took effect %d times: %q", when, op.ID, n, h.effects)
		}
	}
	if len(h.effects) != len(ops) {
		t.Fatalf("%s: %d writes for %d operations", when, len(h.effects), len(ops))
	}
}

func verifyClean(t *testing.T, o ApplyOptions) {
	t.Helper()
	v, err := Verify(context.Background(), o)
	if err != nil || len(v.Differences) > 0 || v.Unwritten > 0 {
		t.Fatalf("verify: %+v %v", v, err)
	}
}

// failingFile fails its nth write or fsync, as a full or broken disk does, after writing a part.
type failingFile struct {
	journalFile
	left *int
}

func (f failingFile) Write(b []byte) (int, error) {
	if *f.left--; *f.left == 0 {
		n, _ := f.journalFile.Write(b[:len(b)/3])
		return n, errors.New("no space left on device")
	}
	return f.journalFile.Write(b)
}

func (f failingFile) Sync() error {
	if *f.left--; *f.left == 0 {
		return errors.New("input/output error")
	}
	return f.journalFile.Sync()
}

func TestJournalThatCannotBeWrittenStopsApply(t *testing.T) {
	t.Parallel()
	ops := threeKinds()
	failures := 0
	for at := 1; ; at++ {
		h, o := newWorld(t, ops...)
		left := at
		broken := o
		broken.seams.openJournal = func(path string) (journalFile, error) {
			inner, err := openJournalFile(path)
			return failingFile{inner, &left}, err
		}
		_, err := Apply(context.Background(), broken)
		if err == nil {
			break
		}
		failures++
		if !strings.Contains(err.Error(), "no space left") && !strings.Contains(err.Error(), "input/output error") {
			t.Fatalf("failure %d: %v", at, err)
		}
		intents := countIntents(t, o)
		if len(h.sent) > intents {
			t.Fatalf("failure %d: %d requests for %d intents", at, len(h.sent), intents)
		}
		mustApply(t, o)
		checkExactlyOnce(t, h, ops, fmt.Sprintf("failure %d", at))
	}
	if failures < 8 {
		t.Errorf("only %d failures", failures)
	}
}

func countIntents(t *testing.T, o ApplyOptions) int {
	t.Helper()
	content, err := os.ReadFile(journalPath(o.Plan))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Count(string(content), `"kind":"intent"`)
}

// faultyWrites makes each write fail in one of the ways of a bad wire or server, before or after its effect.
func faultyWrites(h *fakeHub, rng *rand.Rand, share float64) {
	h.intercept = func(method, path string, handle func() (int, any)) (int, any, error) {
		if method == http.MethodGet || rng.Float64() >= share {
			status, body := handle()
			return status, body, nil
		}
		switch rng.IntN(6) {
		case 0:
			return 500, map[string]any{}, nil
		case 1:
			return 429, map[string]any{}, nil
		case 2:
			return 0, nil, io.ErrUnexpectedEOF // reset before the effect
		case 3:
			handle()
			return 0, nil, io.ErrUnexpectedEOF // the answer is lost
		case 4:
			handle()
			return 503, map[string]any{}, nil // an error after the effect
		}
		handle()
		return 200, `{"people":{"id":[{"prov`, nil // cut
	}
}

func TestFaultyWireNeverWritesTwice(t *testing.T) {
	t.Parallel()
	ops := threeKinds()
	for i := range 4 {
		ops = append(ops, createOp(fmt.Sprintf("c%d", i), "Cy"))
	}
	for seed := range seeds(100, 1000) {
		h, o := newWorld(t, ops...)
		faultyWrites(h, rand.New(rand.NewPCG(seed, 1)), 0.5)
		for run := 0; ; run++ {
			r, err := Apply(context.Background(), o)
			var stopped *StoppedError
			if err != nil && !errors.As(err, &stopped) {
				t.Fatalf("seed %d: %v", seed, err)
			}
			if r.Remaining == 0 {
				break
			}
			if run > 50 {
				t.Fatalf("seed %d: never ends: %+v", seed, r)
			}
		}
		checkExactlyOnce(t, h, ops, fmt.Sprintf("seed %d", seed))
		h.intercept = nil
		verifyClean(t, o)
	}
}

// An editor that changes a target after the plan was made loses nothing, whatever it is that he changes.
func TestEveryEditedTargetIsLeftAlone(t *testing.T) {
	t.Parallel()
	edits := map[string]func(r map[string]any){
		"field":   func(r map[string]any) { r["email"] = map[string]any{"address": "mine@x.org"} },
		"cleared": func(r map[string]any) { r["email"] = map[string]any{} },
		"ID": func(r map[string]any) {
			r["id"] = append(r["id"].([]any), idArray([]connec.ExternalID{otherID("x")})...)
		},
		"ID gone": func(r map[string]any) { r["id"] = idArray([]connec.ExternalID{idsOf(r["id"])[0]}) },
		"retired": func(r map[string]any) { r["status"] = "INACTIVE" },
	}
	for name, edit := range edits {
		ops := []Operation{fillOp("u1", "old@x.org", "new@x.org"), fillOp("u2", "old@x.org", "new@x.org")}
		h, o := newWorld(t, ops...)
		edit(h.records["people"][0])
		before := fmt.Sprint(h.records["people"][0])
		r := mustApply(t, o)
		if r.Outcomes[OutcomeDrifted] != 1 || r.Outcomes[OutcomeOK] != 1 {
			t.Errorf("%s: %+v", name, r)
		}
		if after := fmt.Sprint(h.records["people"][0]); after != before {
			t.Errorf("%s: the edited record was written: %s", name, after)
		}
		if slices.ContainsFunc(h.effects, func(e string) bool { return strings.Contains(e, `"u1"`) }) {
			t.Errorf("%s: %q", name, h.effects)
		}
	}
}

// When a write leaves, its intent is on disk: written and fsynced.
func TestNoRequestWithoutItsIntentOnDisk(t *testing.T) {
	t.Parallel()
	h, o := newWorld(t, threeKinds()...)
	var file *killFile
	o.seams.openJournal = func(path string) (journalFile, error) {
		inner, err := openJournalFile(path)
		file = &killFile{journalFile: inner, k: &killer{}}
		return file, err
	}
	checked := 0
	h.intercept = func(method, path string, handle func() (int, any)) (int, any, error) {
		if method != http.MethodGet {
			checked++
			if n := countIntents(t, o); n != len(h.sent) || file.synced != file.size {
				t.Errorf("%s %s left with %d intents written, %d of %d bytes fsynced", method, path, n, file.synced, file.size)
			}
		}
		status, body := handle()
		return status, body, nil
	}
	mustApply(t, o)
	if checked != 3 {
		t.Errorf("%d writes", checked)
	}
}

// A POST whose answers are lost and which never shows is sent twice, no more; then a person must look.
func TestALostPostIsSentOnceMore(t *testing.T) {
	t.Parallel()
	h, o := newWorld(t, createOp("99", "Bo"))
	h.intercept = func(method, path string, handle func() (int, any)) (int, any, error) {
		if method == http.MethodPost {
			return 0, nil, io.ErrUnexpectedEOF
		}
		status, body := handle()
		return status, body, nil
	}
	r := mustApply(t, o)
	if len(h.sent) != 2 || r.Outcomes[OutcomeUnknown] != 1 || !strings.Contains(r.Problems[0], "a person must look") {
		t.Fatalf("sent %d times, %+v", len(h.sent), r)
	}
	if r := mustApply(t, o); len(h.sent) != 3 || r.Outcomes[OutcomeUnknown] != 1 {
		t.Fatalf("applied again: sent %d times, %+v", len(h.sent), r)
	}
}

// A POST that arrives late, after the first look for it, is not sent again.
func TestALatePostIsWaitedFor(t *testing.T) {
	t.Parallel()
	h, o := newWorld(t, createOp("99", "Bo"))
	var late func() (int, any)
	looks := 0
	h.intercept = func(method, path string, handle func() (int, any)) (int, any, error) {
		if method == http.MethodPost {
			late = handle
			return 0, nil, io.ErrUnexpectedEOF
		}
		if late != nil {
			if looks++; looks == 2 {
				late()
			}
		}
		status, body := handle()
		return status, body, nil
	}
	r := mustApply(t, o)
	if len(h.sent) != 1 || len(h.effects) != 1 || r.Outcomes[OutcomeDone] != 1 {
		t.Errorf("sent %d times, %d effects, %+v", len(h.sent), len(h.effects), r)
	}
}
