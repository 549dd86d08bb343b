package merge

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sameas/sameas/internal/connec"
)

// undoUntilKilled runs an undo and says at what point the kill came; "" when it came to its end before. The points are
// those of apply's own test, in and around every write and fsync of both journals and the effect of every request.
func undoUntilKilled(t *testing.T, o UndoOptions, at int, power bool) (label string) {
	t.Helper()
	k := &killer{at: at}
	files := map[string]*killFile{}
	o.Doer = &killDoer{o.Doer, k}
	o.seams.openJournal = func(path string) (journalFile, error) {
		inner, err := openJournalFile(path)
		files[path] = &killFile{journalFile: inner, k: k}
		return files[path], err
	}
	_, err := Undo(context.Background(), o)
	switch {
	case !k.dead && err != nil:
		t.Fatalf("kill point %d: %v", at, err)
	case !k.dead:
		return ""
	}
	for path, file := range files {
		if power && os.Truncate(path, file.synced) != nil {
			t.Fatalf("kill point %d: %s cannot be cut", at, path)
		}
	}
	return k.label
}

// Killed at every point of undos of plans of one to three operations of each type, with and without a power cut, alone
// and side by side, an undo resumes to the same end, each operation having taken effect exactly once; and apply, asked at
// that moment, writes nothing. Plans of three operations, and every variant of those of two, are the long run's:
// go test ./merge -run TestUndoKilledAtEveryPoint -long.
func TestUndoKilledAtEveryPoint(t *testing.T) {
	t.Parallel()
	most := 2
	if *long {
		most = 3
	}
	labels, points, plans := map[string]int{}, 0, 0
	for i, ops := range plansOfEveryType(most) {
		withInverses(ops)
		path := filepath.Join(t.TempDir(), "plan.ndjson")
		writePlanFile(t, path, testHeader(18), ops)
		for variant := range 4 {
			if *long || variant == i%4 {
				n := undoKilledEverywhere(t, path, ops, 1+variant&2, variant&1 == 1, labels)
				if points += n; n > 0 {
					plans++
				}
			}
		}
	}
	for _, label := range append(killLabels(), "before the write of an undo", "inside the write of an undo", "after the write of an undo") {
		if labels[label] == 0 {
			t.Errorf("no kill came %s", label)
		}
	}
	t.Logf("%d kills of the undos of %d plans, by point: %v", points, plans, labels)
}

// withInverses gives those operations an inverse that a plan would have one for.
func withInverses(ops []Operation) {
	for i, op := range ops {
		if op.Type == TypeConsolidate {
			uuid := uuidOf(op.Target)
			ops[i].Inverse = &connec.Request{Method: "PUT", Path: "/people/" + uuid, Body: rawBody("people", map[string]any{"email": map[string]any{"address": "old@x.org"}})}
		}
	}
}

// undoKilledEverywhere kills the undo of one plan at its first point, its second, and so on until none is left. A plan of
// which nothing can be taken back has no point.
func undoKilledEverywhere(t *testing.T, path string, ops []Operation, width int, power bool, labels map[string]int) (points int) {
	t.Helper()
	fresh := func() (*fakeHub, UndoOptions) {
		for _, old := range []string{journalPath(path), UndoPath(path, ""), journalPath(UndoPath(path, ""))} {
			_ = os.Remove(old)
		}
		h := everyTypeHub()
		o := optionsFor(t, path, h)
		o.seams.openJournal = func(path string) (journalFile, error) {
			inner, err := openJournalFile(path)
			return &killFile{journalFile: inner, k: &killer{}}, err
		}
		o.seams.width, o.seams.retryWait = 1, time.Microsecond // one after the other, so that created records are named alike
		o.Config.Merge.Allow = []string{HazardRetire}
		mustApply(t, o)
		o.seams.width = width
		h.effects, h.sent = nil, nil
		return h, UndoOptions{ApplyOptions: o, Send: true}
	}
	h, o := fresh()
	undos := mustUndo(t, o).Undoes
	want := h.snapshot(t)
	if len(h.effects) != int(undos) {
		t.Fatalf("%s: %d operations to take back, %q", planName(ops), undos, h.effects)
	}
	for at := 1; undos > 0; at++ {
		h, o := fresh()
		label := undoUntilKilled(t, o, at, power)
		if label == "" {
			return at - 1
		}
		labels[label]++
		when := fmt.Sprintf("undo of %s: killed %s (point %d, width %d, power cut %v)", planName(ops), label, at, width, power)
		applyWritesNothing(t, h, o, when)
		if r := mustUndo(t, o); r.Result.Remaining != 0 || len(r.Result.Problems) > 0 {
			t.Fatalf("%s: %+v", when, r.Result)
		}
		checkExactlyOnce(t, h, operationsOf(t, UndoPath(path, "")), when)
		if got := h.snapshot(t); got != want {
			t.Fatalf("%s: the hub holds\n%s\nwant\n%s", when, got, want)
		}
		verifyClean(t, o.forVerify())
	}
	return 0
}

// operationsOf are the plan's operations that write.
func operationsOf(t *testing.T, path string) []Operation {
	t.Helper()
	p, err := OpenPlan(path)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	var ops []Operation
	if err := p.Each(func(op Operation) error { ops = append(ops, op); return nil }); err != nil {
		t.Fatal(err)
	}
	return writes(ops)
}

// applyWritesNothing: the plan is finished, or its undo has begun. Neither sends anything.
func applyWritesNothing(t *testing.T, h *fakeHub, o UndoOptions, when string) {
	t.Helper()
	sent := len(h.sent)
	_, err := Apply(context.Background(), o.ApplyOptions)
	var refused *RefusedError
	if err != nil && !errors.As(err, &refused) || sent > 0 && err == nil {
		t.Fatalf("%s: apply: %v, after %d requests of the undo", when, err, sent)
	}
	if len(h.sent) > sent {
		t.Fatalf("%s: apply sent %q", when, h.sent[sent:])
	}
}

func checkUndoneOnce(t *testing.T, h *fakeHub, ops []Operation, when string) {
	t.Helper()
	inverses := make([]Operation, len(ops))
	for i, op := range ops {
		inverses[i] = Operation{ID: "undo-" + op.ID, Request: op.Inverse}
	}
	checkExactlyOnce(t, h, inverses, when)
}

// An undo whose journals cannot be written sends nothing without its intent, and resumes once they can.
func TestUndoWithoutADiskSendsNothing(t *testing.T) {
	t.Parallel()
	ops := undoKinds()[1:]
	failures := 0
	for at := 1; ; at++ {
		h, o := undoWorld(t, ops...)
		mustApply(t, o.ApplyOptions)
		h.effects, h.sent = nil, nil
		left := at
		broken := o
		broken.seams.openJournal = func(path string) (journalFile, error) {
			inner, err := openJournalFile(path)
			return failingFile{inner, &left}, err
		}
		_, err := Undo(context.Background(), broken)
		if err == nil {
			break
		}
		failures++
		if !strings.Contains(err.Error(), "no space left") && !strings.Contains(err.Error(), "input/output error") {
			t.Fatalf("failure %d: %v", at, err)
		}
		if len(h.sent) > 0 {
			if intents := countIntents(t, o.forVerify()); len(h.sent) > intents {
				t.Fatalf("failure %d: %d requests for %d intents", at, len(h.sent), intents)
			}
		}
		mustUndo(t, o)
		checkUndoneOnce(t, h, ops, fmt.Sprintf("failure %d", at))
	}
	if failures < 8 {
		t.Errorf("only %d failures", failures)
	}
}

// On a wire that loses, cuts and refuses half of all writes, everything is taken back, and once.
func TestUndoOverAFaultyWire(t *testing.T) {
	t.Parallel()
	ops := undoKinds()[1:]
	for seed := range seeds(100, 1000) {
		h, o := undoWorld(t, ops...)
		mustApply(t, o.ApplyOptions)
		h.effects = nil
		faultyWrites(h, rand.New(rand.NewPCG(seed, 2)), 0.5)
		for run := 0; ; run++ {
			r, err := Undo(context.Background(), o)
			var stopped *StoppedError
			if err != nil && !errors.As(err, &stopped) {
				t.Fatalf("seed %d: %v", seed, err)
			}
			if r.Result.Remaining == 0 {
				break
			}
			if run > 50 {
				t.Fatalf("seed %d: never ends: %+v", seed, r)
			}
		}
		checkUndoneOnce(t, h, ops, fmt.Sprintf("seed %d", seed))
		h.intercept = nil
		verifyClean(t, o.forVerify())
	}
}

// An apply that was killed at any moment can be undone as it stands: what arrived is taken back, what did not is not.
func TestUndoOfAKilledApply(t *testing.T) {
	t.Parallel()
	ops := undoKinds()[1:]
	fresh, _ := undoWorld(t, ops...)
	for at := 1; ; at++ {
		h, o := undoWorld(t, ops...)
		if applyUntilKilled(t, o.ApplyOptions, at, at%2 == 0) == "" {
			break
		}
		arrived := len(h.effects)
		h.effects = nil
		r, err := Undo(context.Background(), o)
		if err != nil && !strings.Contains(err.Error(), "was never applied from here") {
			t.Fatalf("kill point %d: %v", at, err)
		}
		if err == nil && len(r.Result.Problems) > 0 || len(h.effects) != arrived {
			t.Fatalf("kill point %d: %d requests had arrived, taken back %q, %+v", at, arrived, h.effects, r.Result)
		}
		for i, person := range h.records["people"] {
			now, before := holding(mustObserve(t, person)), holding(mustObserve(t, fresh.records["people"][i]))
			if now.fields != before.fields || now.refs["organization_id"] != before.refs["organization_id"] {
				t.Fatalf("kill point %d: %+v, was %+v", at, now, before)
			}
		}
	}
}

func mustObserve(t *testing.T, record map[string]any) observed {
	t.Helper()
	o, err := observe(rawRecord(t, record))
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// When a request of an undo leaves, the journal of the plan undone says that its undo has begun, and the undo's own
// journal holds the intent, both on disk.
func TestNoUndoRequestWithoutItsIntentOnDisk(t *testing.T) {
	t.Parallel()
	h, o := undoWorld(t, undoKinds()[1:]...)
	mustApply(t, o.ApplyOptions)
	h.sent = nil
	files := map[string]*killFile{}
	o.seams.openJournal = func(path string) (journalFile, error) {
		inner, err := openJournalFile(path)
		files[path] = &killFile{journalFile: inner, k: &killer{}}
		return files[path], err
	}
	checked := 0
	h.intercept = func(method, path string, handle func() (int, any)) (int, any, error) {
		if method != http.MethodGet {
			checked++
			marked, err := os.ReadFile(journalPath(o.Plan))
			if err != nil || strings.Count(string(marked), `"kind":"undo"`) != 1 {
				t.Errorf("%s %s left, and the plan's journal does not say that its undo began: %v", method, path, err)
			}
			if n := countIntents(t, o.forVerify()); n != len(h.sent) {
				t.Errorf("%s %s left with %d intents written", method, path, n)
			}
			for path, file := range files {
				if file.synced != file.size {
					t.Errorf("%d of %d bytes of %s are on disk", file.synced, file.size, path)
				}
			}
		}
		status, body := handle()
		return status, body, nil
	}
	mustUndo(t, o)
	if checked != 3 {
		t.Errorf("%d writes", checked)
	}
}
