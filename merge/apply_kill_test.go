package merge

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sameas/sameas/internal/connec"
)

var errKilled = errors.New("killed")

// killer kills the process, so to speak, at its nth point: from then on nothing reaches the disk or the hub, whatever
// the code still tries, which is all that either of them can see of a kill.
type killer struct {
	mu    sync.Mutex
	at, n int
	dead  bool
	label string // of the point
}

func (k *killer) point(label string) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.dead {
		return errKilled
	}
	if k.n++; k.n == k.at {
		k.dead, k.label = true, label
		return errKilled
	}
	return nil
}

// killFile is a journal file with a point before, inside and after each write and each fsync. It counts what was
// fsynced, so that a kill can also take what was not, as a power cut does.
type killFile struct {
	journalFile
	k *killer

	mu     sync.Mutex
	synced int64
	size   int64
}

func (f *killFile) Write(b []byte) (int, error) {
	kind := lineKind(b)
	if err := f.k.point("before the write of an " + kind); err != nil {
		return 0, err
	}
	half := len(b) / 2
	if err := f.put(b[:half]); err != nil {
		return 0, err
	}
	if err := f.k.point("inside the write of an " + kind); err != nil {
		return half, err
	}
	if err := f.put(b[half:]); err != nil {
		return half, err
	}
	return len(b), f.k.point("after the write of an " + kind)
}

func (f *killFile) put(b []byte) error {
	n, err := f.journalFile.Write(b)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.size += int64(n)
	return err
}

func lineKind(b []byte) string {
	for _, kind := range []string{kindOpen, kindIntent, kindOutcome, kindUndo} {
		if bytes.Contains(b, []byte(`"kind":"`+kind+`"`)) {
			return kind
		}
	}
	return "unknown line"
}

func (f *killFile) Seek(offset int64, whence int) (int64, error) {
	n, err := f.journalFile.Seek(offset, whence)
	f.size, f.synced = n, n
	return n, err
}

// Sync leaves the disk in peace: what a power cut would take is simulated, too.
func (f *killFile) Sync() error {
	if err := f.k.point("before an fsync"); err != nil {
		return err
	}
	f.mu.Lock()
	f.synced = f.size
	f.mu.Unlock()
	return f.k.point("after an fsync")
}

// killDoer has a point before and after the effect of each request.
type killDoer struct {
	inner connec.Doer
	k     *killer
}

func (d *killDoer) Do(r *http.Request) (*http.Response, error) {
	kind := "read"
	if r.Method != http.MethodGet {
		kind = "write"
	}
	if err := d.k.point("before a " + kind + " is sent"); err != nil {
		return nil, err
	}
	resp, err := d.inner.Do(r)
	if killed := d.k.point("before the answer to a " + kind); killed != nil {
		return nil, killed
	}
	return resp, err
}

// applyUntilKilled runs apply and says at what point the kill came; "" when it came to its end before.
func applyUntilKilled(t *testing.T, o ApplyOptions, at int, power bool) (label string) {
	t.Helper()
	k := &killer{at: at}
	var file *killFile
	o.Doer = &killDoer{o.Doer, k}
	o.seams.retryWait = time.Microsecond
	o.seams.openJournal = func(path string) (journalFile, error) {
		inner, err := openJournalFile(path)
		file = &killFile{journalFile: inner, k: k}
		return file, err
	}
	_, err := Apply(context.Background(), o)
	switch {
	case !k.dead && err != nil:
		t.Fatalf("kill point %d: %v", at, err)
	case !k.dead:
		return ""
	case power && file != nil:
		if err := os.Truncate(journalPath(o.Plan), file.synced); err != nil {
			t.Fatal(err)
		}
	}
	return k.label
}

// everyType is one operation of each type, the nth of its kind: no two share a record or an ID.
func everyType(n int) []Operation {
	uuid := func(kind string) string { return fmt.Sprintf("%s%d", kind, n) }
	return []Operation{
		attachOp(uuid("attach"), uuid("7")), fillOp(uuid("fill"), "old@x.org", uuid("new")+"@x.org"),
		repointOp(uuid("repoint"), "o2", "o1"), retireOp(uuid("retire")), mergeOp(uuid("keep"), uuid("lose")), createOp(uuid("9"), "Bo"),
	}
}

// everyTypeHub holds the records that three of each type of operation work on.
func everyTypeHub() *fakeHub {
	h := &fakeHub{}
	for n := range 3 {
		for _, kind := range []string{"attach", "fill", "repoint", "retire", "keep", "lose"} {
			uuid := fmt.Sprintf("%s%d", kind, n)
			h.add("people", uuid, map[string]any{"first_name": "Ann", "email": map[string]any{"address": "old@x.org"},
				"organization_id": idArray([]connec.ExternalID{hubKey("o2")})}, otherID(uuid))
		}
	}
	return h
}

func mergeOp(keep, lose string) Operation {
	ids := []connec.ExternalID{hubKey(keep), otherID(keep)}
	return Operation{ID: "merge-" + keep, Level: 4, Type: TypeMerge, Collection: "people", Target: hubKey(keep).String(),
		Request: &connec.Request{Method: "PUT", Path: "/people/" + keep + "/merge", Body: json.RawMessage(`{"ids":["` + lose + `"],"people":{"first_name":"Anna"}}`)},
		Merges:  []string{hubKey(lose).String()}, MayGain: []connec.ExternalID{otherID(lose)},
		Losers: map[string]Snapshot{hubKey(lose).String(): {IDs: []connec.ExternalID{hubKey(lose), otherID(lose)},
			Fields: map[string]json.RawMessage{"first_name": quoted("Ann"), "email.address": quoted("old@x.org")}, Refs: map[string]string{"organization_id": hubKey("o2").String()}}},
		Before: Snapshot{IDs: ids, Fields: map[string]json.RawMessage{"first_name": quoted("Ann")}},
		Expect: Snapshot{IDs: ids, Fields: map[string]json.RawMessage{"first_name": quoted("Anna")}}}
}

// plansOfEveryType are all choices of one to most operations from the six types, a type more than once included, each
// in the order of its levels.
func plansOfEveryType(most int) [][]Operation {
	var plans [][]Operation
	var choose func(from int, chosen []Operation)
	choose = func(from int, chosen []Operation) {
		if len(chosen) > 0 {
			ops := slices.Clone(chosen)
			slices.SortStableFunc(ops, func(a, b Operation) int { return a.Level - b.Level })
			plans = append(plans, ops)
		}
		if len(chosen) == most {
			return
		}
		for kind := from; kind < 6; kind++ {
			choose(kind, append(chosen, everyType(len(chosen))[kind]))
		}
	}
	choose(0, nil)
	return plans
}

// Killed at every point of plans of one to three operations of each type, with and without a power cut, apply resumes
// to the same end, each operation having taken effect exactly once. The plans of three operations, and every variant of
// those of two, are the long run's: go test ./merge -run TestKilledAtEveryPoint -long.
func TestKilledAtEveryPoint(t *testing.T) {
	t.Parallel()
	most := 2
	if *long {
		most = 3
	}
	labels, points := map[string]int{}, 0
	for i, ops := range plansOfEveryType(most) {
		path := t.TempDir() + "/plan.ndjson"
		writePlanFile(t, path, testHeader(18), ops)
		for variant := range 4 {
			if len(ops) == 1 || *long || variant == i%4 {
				points += killEverywhere(t, path, ops, 1+variant&2, variant&1 == 1, labels)
			}
		}
	}
	for _, label := range killLabels() {
		if labels[label] == 0 {
			t.Errorf("no kill came %s", label)
		}
	}
	t.Logf("%d kills, by point: %v", points, labels)
}

func killLabels() []string {
	labels := []string{"before an fsync", "after an fsync"}
	for _, kind := range []string{"read", "write"} {
		labels = append(labels, "before a "+kind+" is sent", "before the answer to a "+kind)
	}
	for _, kind := range []string{kindOpen, kindIntent, kindOutcome} {
		for _, where := range []string{"before", "inside", "after"} {
			labels = append(labels, where+" the write of an "+kind)
		}
	}
	return labels
}

// killEverywhere kills apply of one plan at its first point, its second, and so on until none is left.
func killEverywhere(t *testing.T, path string, ops []Operation, width int, power bool, labels map[string]int) (points int) {
	t.Helper()
	fresh := func() (*fakeHub, ApplyOptions) {
		_ = os.Remove(journalPath(path))
		h := everyTypeHub()
		o := optionsFor(t, path, h)
		o.seams.openJournal = func(path string) (journalFile, error) {
			inner, err := openJournalFile(path)
			return &killFile{journalFile: inner, k: &killer{}}, err
		}
		o.seams.width, o.seams.retryWait = width, time.Microsecond
		return h, o
	}
	h, o := fresh()
	mustApply(t, o)
	want := h.snapshot(t)
	for at := 1; ; at++ {
		h, o := fresh()
		label := applyUntilKilled(t, o, at, power)
		if label == "" {
			return at - 1
		}
		labels[label]++
		when := fmt.Sprintf("%s: killed %s (point %d, width %d, power cut %v)", planName(ops), label, at, width, power)
		if r := mustApply(t, o); r.Remaining != 0 {
			t.Fatalf("%s: %+v", when, r)
		}
		checkExactlyOnce(t, h, ops, when)
		if got := h.snapshot(t); width == 1 && got != want {
			t.Fatalf("%s: the hub holds\n%s\nwant\n%s", when, got, want)
		}
		verifyClean(t, o)
	}
}

func planName(ops []Operation) string {
	names := make([]string, len(ops))
	for i, op := range ops {
		names[i] = op.Type
	}
	return strings.Join(names, "+")
}
