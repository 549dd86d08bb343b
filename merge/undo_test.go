package merge

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sameas/sameas/internal/connec"
	queries "github.com/sameas/sameas/sql"
)

// undoable is fillOp with the request that takes it back.
func undoable(uuid, before, after string) Operation {
	op := fillOp(uuid, before, after)
	op.Inverse = &connec.Request{Method: "PUT", Path: "/people/" + uuid, Body: rawBody("people", map[string]any{"email": map[string]any{"address": before}})}
	return op
}

// retireOp takes the record out of use, after the operations named.
func retireOp(uuid string, after ...string) Operation {
	body := func(status string) json.RawMessage { return rawBody("people", map[string]any{"status": status}) }
	return Operation{ID: "retire-" + uuid, Level: 3, Type: TypeRetire, Collection: "people", ClusterID: "people-1", Target: hubKey(uuid).String(),
		Request: &connec.Request{Method: "PUT", Path: "/people/" + uuid, Body: body("INACTIVE")},
		Inverse: &connec.Request{Method: "PUT", Path: "/people/" + uuid, Body: body("")},
		Before:  Snapshot{IDs: []connec.ExternalID{hubKey(uuid), otherID(uuid)}, Fields: map[string]json.RawMessage{"status": json.RawMessage("null")}},
		Expect:  Snapshot{Fields: map[string]json.RawMessage{"status": json.RawMessage(`"INACTIVE"`)}}, DependsOn: after}
}

// repointOp moves the record's organization from one to another.
func repointOp(uuid, from, to string) Operation {
	body := func(key string) json.RawMessage {
		return rawBody("people", map[string]any{"organization_id": idArray([]connec.ExternalID{hubKey(key)})})
	}
	return Operation{ID: "repoint-" + uuid, Level: 2, Type: TypeRepoint, Collection: "people", ClusterID: "people-1", Target: hubKey(uuid).String(),
		Request: &connec.Request{Method: "PUT", Path: "/people/" + uuid, Body: body(to)},
		Inverse: &connec.Request{Method: "PUT", Path: "/people/" + uuid, Body: body(from)},
		Before:  Snapshot{Refs: map[string]string{"organization_id": hubKey(from).String()}},
		Expect:  Snapshot{Refs: map[string]string{"organization_id": hubKey(to).String()}}}
}

// undoKinds is a plan of operations that can be taken back, one that cannot, and one that can in part.
func undoKinds() []Operation {
	both := undoable("u2", "old@x.org", "new@x.org")
	both.Request = &connec.Request{Method: "PUT", Path: "/people/u2", Body: rawBody("people", map[string]any{
		"id": idArray([]connec.ExternalID{appID("18")}), "email": map[string]any{"address": "new@x.org"}})}
	both.BearsIDs, both.Expect.IDs = []connec.ExternalID{appID("18")}, []connec.ExternalID{hubKey("u2"), appID("18"), otherID("u2")}
	both.ClusterID = "people-2"
	return []Operation{attachOp("u1", "17"), both, repointOp("u3", "o2", "o1"), retireOp("u4", "repoint-u3")}
}

// undoWorld is newWorld for undoKinds: its people work for an organization.
func undoWorld(t *testing.T, ops ...Operation) (*fakeHub, UndoOptions) {
	t.Helper()
	h, o := newWorld(t, ops...)
	for _, r := range h.records["people"] {
		r["organization_id"] = idArray([]connec.ExternalID{hubKey("o2")})
	}
	return h, UndoOptions{ApplyOptions: o, Send: true}
}

func mustUndo(t *testing.T, o UndoOptions) UndoResult {
	t.Helper()
	r, err := Undo(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// forVerify are the options to verify the undo's own plan.
func (o UndoOptions) forVerify() ApplyOptions {
	inner := o.ApplyOptions
	inner.Plan = UndoPath(o.Plan, o.Cluster)
	return inner
}

func TestUndoTakesBackNewestFirstAndSaysWhatStays(t *testing.T) {
	t.Parallel()
	h, o := undoWorld(t, undoKinds()...)
	before := h.snapshot(t)
	mustApply(t, o.ApplyOptions)
	h.effects = nil
	var opening string
	o.Begin = func(r UndoResult) error {
		opening = r.Opening()
		if len(h.effects) > 0 {
			t.Error("the opening came after a request")
		}
		return nil
	}
	r := mustUndo(t, o)
	want := []string{`PUT /people/u4 {"people":{"status":""}}`, `PUT /people/u3 {"people":{"organization_id":[{"id":"o2","provider":"connec","realm":"org-1"}]}}`,
		`PUT /people/u2 {"people":{"email":{"address":"old@x.org"}}}`}
	if !slices.Equal(h.effects, want) {
		t.Errorf("sent\n%q\nwant\n%q", h.effects, want)
	}
	if r.Sent != 4 || r.Undoes != 3 || r.Result.Outcomes[OutcomeOK] != 3 || r.Stays[StaysID] != 2 || len(r.Stays) != 1 {
		t.Errorf("%+v", r)
	}
	for _, want := range []string{"4 operations sent, 3 to take back", "external_id: people connec/org-1/u1: my-application/2243/17 stays on the record",
		"external_id: people connec/org-1/u2: my-application/2243/18 stays on the record"} {
		if !strings.Contains(opening, want) {
			t.Errorf("the opening does not say %q:\n%s", want, opening)
		}
	}
	for i, uuid := range []string{"u1", "u2"} {
		h.records["people"][i]["id"] = idArray([]connec.ExternalID{hubKey(uuid), otherID(uuid)})
	}
	delete(h.records["people"][3], "status") // restored by '', as the API's own clients do
	if after := h.snapshot(t); after != before {
		t.Errorf("but for the IDs, the hub holds\n%s\nheld\n%s", after, before)
	}
	verifyClean(t, o.forVerify())
	o.Begin = nil
	if r := mustUndo(t, o); !r.Result.Finished || r.Result.Writes != 0 || len(h.effects) != 3 {
		t.Errorf("undone twice: %+v", r)
	}
}

func TestUndoShowsWhatItWouldSendAndCannotWrite(t *testing.T) {
	t.Parallel()
	h, o := undoWorld(t, undoKinds()...)
	mustApply(t, o.ApplyOptions)
	h.sent = nil
	o.Send = false
	var out bytes.Buffer
	o.Out = &out
	r := mustUndo(t, o)
	if len(h.sent) > 0 || !r.Result.DryRun || r.Result.Outcomes[OutcomeWouldWrite] != 3 || r.Result.Next != "sameas merge undo --apply "+o.Plan {
		t.Fatalf("sent %q, %+v", h.sent, r)
	}
	if _, err := os.Stat(journalPath(UndoPath(o.Plan, ""))); err == nil {
		t.Error("showing an undo left a journal")
	}
	shown, err := os.ReadFile(UndoPath(o.Plan, ""))
	if err != nil {
		t.Fatal(err)
	}
	o.Send = true
	mustUndo(t, o)
	if sent, _ := os.ReadFile(UndoPath(o.Plan, "")); !bytes.Equal(shown, sent) {
		t.Error("what was sent is another plan than what was shown")
	}
	for _, sent := range h.sent {
		method, rest, _ := strings.Cut(sent, " ")
		path, body, _ := strings.Cut(rest, " ")
		if want := fmt.Sprintf("  %s /api/v2/%s%s\n  %s\n", method, testGroup, path, body); !strings.Contains(out.String(), want) {
			t.Errorf("what was sent was not shown:\n%s\nin\n%s", want, out.String())
		}
	}
}

// What others changed since apply is theirs: it is left alone, named, and holds back nothing that does not need it.
func TestUndoLeavesEditedRecordsAlone(t *testing.T) {
	t.Parallel()
	h, o := undoWorld(t, undoKinds()...)
	mustApply(t, o.ApplyOptions)
	h.records["people"][1]["email"] = map[string]any{"address": "edited@x.org"}
	h.records["people"][3]["status"] = "ARCHIVED"
	h.effects = nil
	r := mustUndo(t, o)
	if len(h.effects) > 0 || r.Result.Outcomes[OutcomeDrifted] != 2 || r.Result.Outcomes[OutcomeSkipped] != 1 {
		t.Fatalf("effects %q, %+v", h.effects, r.Result)
	}
	all := strings.Join(r.Result.Problems, "\n")
	for _, want := range []string{`email.address: planned from "new@x.org", now "edited@x.org", wanted "old@x.org"`,
		`status: planned from "INACTIVE", now "ARCHIVED", wanted "ACTIVE"`, "waits for undo-retire-u4, which is drifted"} {
		if !strings.Contains(all, want) {
			t.Errorf("no %q in\n%s", want, all)
		}
	}
	// Once the record is as apply left it, the undo goes on.
	h.records["people"][3]["status"] = "INACTIVE"
	if r := mustUndo(t, o); r.Result.Outcomes[OutcomeOK] != 2 || r.Result.Outcomes[OutcomeDrifted] != 1 {
		t.Errorf("%+v", r.Result)
	}
}

// Only what was sent is undone: what apply found as wanted was somebody else's doing.
func TestUndoTakesBackOnlyWhatWasSent(t *testing.T) {
	t.Parallel()
	h, o := undoWorld(t, undoable("u1", "old@x.org", "a@x.org"), undoable("u2", "old@x.org", "b@x.org"), undoable("u3", "old@x.org", "c@x.org"), undoable("u4", "old@x.org", "d@x.org"))
	h.records["people"][0]["email"] = map[string]any{"address": "a@x.org"}
	ctx, cancel := context.WithCancel(context.Background())
	h.intercept = func(method, path string, handle func() (int, any)) (int, any, error) {
		if method == http.MethodGet {
			status, body := handle()
			return status, body, nil
		}
		switch len(h.sent) {
		case 1: // u2: refused
			return 422, map[string]any{"errors": []any{}}, nil
		case 2: // u3: arrives, the answer is lost, and so is apply's patience
			handle()
			cancel()
			return 0, nil, io.ErrUnexpectedEOF
		}
		status, body := handle()
		return status, body, nil
	}
	if _, err := Apply(ctx, o.ApplyOptions); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	h.intercept, h.effects = nil, nil
	r := mustUndo(t, o)
	if want := []string{`PUT /people/u3 {"people":{"email":{"address":"old@x.org"}}}`}; !slices.Equal(h.effects, want) || r.Sent != 1 {
		t.Errorf("effects %q, %+v", h.effects, r)
	}
}

func TestUndoOfOneCluster(t *testing.T) {
	t.Parallel()
	h, o := undoWorld(t, undoKinds()...)
	mustApply(t, o.ApplyOptions)
	h.effects = nil
	o.Cluster = "people-2"
	r := mustUndo(t, o)
	if want := []string{`PUT /people/u2 {"people":{"email":{"address":"old@x.org"}}}`}; !slices.Equal(h.effects, want) || r.Sent != 1 || r.Stays[StaysID] != 1 {
		t.Fatalf("effects %q, %+v", h.effects, r)
	}
	// Apply writes no more, verify of the plan leaves the undone out, and the rest can still be undone.
	var refused *RefusedError
	if _, err := Apply(t.Context(), o.ApplyOptions); !errors.As(err, &refused) || !strings.Contains(err.Error(), "an undo of the plan has begun (`sameas merge status "+UndoPath(o.Plan, "people-2")) {
		t.Errorf("applied after an undo: %v", err)
	}
	v, err := Verify(t.Context(), o.ApplyOptions)
	if err != nil || v.Undone != 1 || v.Checked != 3 || len(v.Differences) > 0 || !strings.Contains(v.Text(), "sameas merge verify "+UndoPath(o.Plan, "people-2")) {
		t.Errorf("%+v %v", v, err)
	}
	o.Cluster = ""
	if r := mustUndo(t, o); r.Result.Outcomes[OutcomeOK] != 2 || r.Result.Outcomes[OutcomeDone] != 1 || len(h.effects) != 3 {
		t.Errorf("%+v", r.Result)
	}
	o.Cluster = "people-9"
	if _, err := Undo(t.Context(), o); !errors.As(err, &refused) || !strings.Contains(err.Error(), "no operation of cluster people-9") {
		t.Error(err)
	}
}

// A request that moved references of two clusters cannot be taken back for one of them.
func TestUndoOfOneClusterLeavesWhatIsShared(t *testing.T) {
	t.Parallel()
	shared := repointOp("u3", "o2", "o1")
	shared.Before.Refs["person_id"], shared.Expect.Refs["person_id"] = hubKey("p2").String(), hubKey("p1").String()
	h, o := undoWorld(t, repointOp("u2", "o2", "o1"), shared)
	h.records["people"][2]["person_id"] = idArray([]connec.ExternalID{hubKey("p2")})
	shared.Request.Body = rawBody("people", map[string]any{"organization_id": idArray([]connec.ExternalID{hubKey("o1")}), "person_id": idArray([]connec.ExternalID{hubKey("p1")})})
	writePlanFile(t, o.Plan, testHeader(4), []Operation{repointOp("u2", "o2", "o1"), shared})
	mustApply(t, o.ApplyOptions)
	o.Cluster = "people-1"
	r := mustUndo(t, o)
	if r.Stays[StaysShared] != 1 || r.Undoes != 1 || r.Result.Outcomes[OutcomeOK] != 1 {
		t.Errorf("%+v", r)
	}
}

func TestUndoRefusals(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(t *testing.T, o *UndoOptions)
		want   string
	}{
		"never applied": {func(t *testing.T, o *UndoOptions) { _ = os.Remove(journalPath(o.Plan)) }, "was never applied from here: it has no journal"},
		"too late": {func(t *testing.T, o *UndoOptions) {
			o.Config.Merge.UndoDays = 30
			o.seams.now = func() time.Time { return time.Date(2026, 3, 5, 4, 5, 7, 0, time.UTC) }
		}, "was applied until 2026-02-03T04:05:06Z, and may be undone for 30 days: look at what has become of the records since, then raise merge.undo_days"},
		"an undo's own": {func(t *testing.T, o *UndoOptions) {
			mustUndo(t, *o)
			o.Plan = UndoPath(o.Plan, "")
		}, "is the plan of an undo: it cannot be undone itself"},
		"another undo's file": {func(t *testing.T, o *UndoOptions) {
			mustUndo(t, *o)
			o.Cluster, o.UndoPlan = "people-2", UndoPath(o.Plan, "")
		}, "is in use by another undo, which has begun: name another file with --out"},
		"over the plan itself": {func(t *testing.T, o *UndoOptions) { o.UndoPlan = o.Plan }, "is there and is not the plan of an undo: move it away, or name another file with --out"},
		"over another file": {func(t *testing.T, o *UndoOptions) {
			o.UndoPlan = filepath.Join(t.TempDir(), "letter.txt")
			_ = os.WriteFile(o.UndoPlan, []byte("Dear\n"), 0o600)
		}, "is there and is not the plan of an undo"},
		"pin":  {func(t *testing.T, o *UndoOptions) { o.SHA256 = strings.Repeat("0", 64) }, "not " + strings.Repeat("0", 64)},
		"hub":  {func(t *testing.T, o *UndoOptions) { o.Config.Sources[0].Group = "cld-2" }, "the configuration says https://hub.test/api/v2 group cld-2"},
		"many": {func(t *testing.T, o *UndoOptions) { o.Config.Merge.MaxShare = 0.5 }, "the plan writes 3 people records of 4 (75.0 %)"},
		"journal": {func(t *testing.T, o *UndoOptions) {
			raw, _ := os.ReadFile(journalPath(o.Plan))
			_ = os.WriteFile(journalPath(o.Plan), bytes.Replace(raw, []byte(`"status":200`), []byte(`"status":201`), 1), 0o600)
		}, "line 3: the journal does not hold: its checksum is wrong"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, o := undoWorld(t, undoKinds()...)
			mustApply(t, o.ApplyOptions)
			c.change(t, &o)
			before := len(h.sent)
			if _, err := Undo(t.Context(), o); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("error %v, want one with %q", err, c.want)
			}
			if len(h.sent) > before {
				t.Errorf("a refused undo wrote: %q", h.sent[before:])
			}
		})
	}
	// On the last day it may be undone, and an undo that began in time may end.
	_, o := undoWorld(t, undoKinds()...)
	mustApply(t, o.ApplyOptions)
	o.Config.Merge.UndoDays = 30
	o.seams.now = func() time.Time { return time.Date(2026, 3, 5, 4, 5, 6, 0, time.UTC) }
	mustUndo(t, o)
	o.seams.now = func() time.Time { return time.Date(2026, 4, 5, 0, 0, 0, 0, time.UTC) }
	mustUndo(t, o)
}

// The plan of an undo is applied by undo alone, which tells the journal of the plan undone.
func TestApplyRefusesThePlanOfAnUndo(t *testing.T) {
	t.Parallel()
	h, o := undoWorld(t, undoKinds()...)
	mustApply(t, o.ApplyOptions)
	o.Send = false
	mustUndo(t, o)
	before := len(h.sent)
	if _, err := Apply(t.Context(), o.forVerify()); err == nil || !strings.Contains(err.Error(), "is the plan of an undo: run `sameas merge undo --apply "+o.Plan+"`") || len(h.sent) > before {
		t.Errorf("%v, sent %q", err, h.sent[before:])
	}
	o.Send = true
	mustUndo(t, o)
	s, err := Status(t.Context(), StatusOptions{Plan: o.Plan})
	if err != nil || !strings.Contains(s.StoppedBy, "an undo of the plan has begun") {
		t.Errorf("%+v %v", s, err)
	}
}

// What cannot be taken back is named, and nothing that hangs on it is sent.
func TestUndoNeverPretends(t *testing.T) {
	t.Parallel()
	native := Operation{ID: "merge-u1", Level: 3, Type: TypeMerge, Collection: "people", Target: hubKey("u1").String(), Merges: []string{hubKey("u4").String()}, MayGain: []connec.ExternalID{otherID("u4")},
		Losers:  map[string]Snapshot{hubKey("u4").String(): {IDs: []connec.ExternalID{hubKey("u4"), otherID("u4")}, Fields: map[string]json.RawMessage{"first_name": quoted("Ann"), "email.address": quoted("old@x.org")}, Refs: map[string]string{"organization_id": hubKey("o2").String()}}},
		Request: &connec.Request{Method: "PUT", Path: "/people/u1/merge", Body: json.RawMessage(`{"ids":["u4"],"people":{}}`)},
		Before:  Snapshot{IDs: []connec.ExternalID{hubKey("u1"), otherID("u1")}}, Expect: Snapshot{IDs: []connec.ExternalID{hubKey("u1"), otherID("u1")}},
		DependsOn: []string{"repoint-u2"}}
	moved := repointOp("u2", "u4", "u1")
	create := createOp("99", "Bo")
	create.Level = 4
	h, o := undoWorld(t, moved, native, create)
	h.records["people"][1]["organization_id"] = idArray([]connec.ExternalID{hubKey("u4")})
	h.intercept = func(method, path string, handle func() (int, any)) (int, any, error) {
		if strings.HasSuffix(path, "/merge") {
			h.records["people"] = h.records["people"][:3]
			return 200, map[string]any{"people": h.records["people"][0]}, nil
		}
		status, body := handle()
		return status, body, nil
	}
	if r := mustApply(t, o.ApplyOptions); r.Outcomes[OutcomeOK] != 3 {
		t.Fatalf("%+v", r)
	}
	before := len(h.sent)
	r := mustUndo(t, o)
	if len(h.sent) > before || r.Undoes != 0 || r.Stays[StaysMerged] != 2 || r.Stays[StaysCreated] != 1 {
		t.Fatalf("sent %q, %+v", h.sent[before:], r)
	}
	opening := r.Opening()
	for _, want := range []string{"merged into connec/org-1/u1 and gone: connec/org-1/u4", "organization_id is not moved back: connec/org-1/u4 was merged away by merge-u1",
		"people connec//new-1: the record made for my-application/2243/99 stays, with its IDs; with --allow retire_propagates it is made INACTIVE"} {
		if !strings.Contains(opening, want) {
			t.Errorf("no %q in\n%s", want, opening)
		}
	}
	// Allowed by name, the created record is taken out of use, unless somebody has worked on it since.
	o.Config.Merge.Allow = []string{HazardRetire}
	h.records["people"][3]["first_name"] = "Bob"
	if r := mustUndo(t, o); r.Result.Outcomes[OutcomeDrifted] != 1 || len(h.sent) > before {
		t.Errorf("%+v", r.Result)
	}
	h.records["people"][3]["first_name"] = "Bo"
	if r := mustUndo(t, o); r.Result.Outcomes[OutcomeOK] != 1 || h.records["people"][3]["status"] != "INACTIVE" || r.Stays[StaysCreated] != 1 {
		t.Errorf("%+v", r)
	}
}

// A write that landed on another record than the plan named is told, not guessed at.
func TestUndoNamesWhatWasWrittenElsewhere(t *testing.T) {
	t.Parallel()
	h, o := undoWorld(t, undoable("u1", "old@x.org", "new@x.org"))
	h.intercept = func(method, path string, handle func() (int, any)) (int, any, error) {
		if method == http.MethodPost {
			return 200, map[string]any{"people": h.records["people"][2]}, nil
		}
		status, body := handle()
		return status, body, nil
	}
	if _, err := Apply(t.Context(), o.ApplyOptions); err == nil {
		t.Fatal("apply went on")
	}
	r := mustUndo(t, o)
	if len(h.sent) != 1 || r.Undoes != 0 || r.Stays[StaysAstray] != 1 || !strings.Contains(r.Opening(), "the server wrote record u3 instead of connec/org-1/u1") {
		t.Errorf("%+v", r)
	}
}

// A record that was created and did not read back well is a created record; one that was there before is not.
func TestUndoTellsWhatACreateDid(t *testing.T) {
	t.Parallel()
	op := createOp("99", "Bo")
	u := &undoer{o: UndoOptions{ApplyOptions: optionsFor(t, "plan", nil)}}
	for _, c := range []struct {
		s    opState
		want string
	}{
		{opState{tries: 1, outcome: OutcomeOK, status: 201, uuid: "n1"}, StaysCreated},
		{opState{tries: 1, outcome: OutcomeFailed, status: 201, uuid: "n1"}, StaysCreated},
		{opState{tries: 1, outcome: OutcomeDone, uuid: "n1"}, StaysCreated},
		{opState{tries: 1, pending: true}, StaysCreated},
		{opState{tries: 1, outcome: OutcomeFailed, status: 200, uuid: "u3"}, StaysAstray},
	} {
		v := u.invert(op, c.s)
		if v.op != nil || len(v.stays) != 1 || v.stays[0].Withheld != c.want || c.s.uuid != "" && !strings.Contains(v.stays[0].Record+v.stays[0].Reason.Text, c.s.uuid) {
			t.Errorf("%+v: %+v, want %s", c.s, v, c.want)
		}
	}
}

func TestUndoPath(t *testing.T) {
	t.Parallel()
	for _, c := range [][3]string{{"plan.ndjson", "", "plan.undo.ndjson"}, {"d/p", "", "d/p.undo"}, {"plan.ndjson", "people-7", "plan.undo-people-7.ndjson"}, {"p.ndjson", "../x", "p.undo-.._x.ndjson"}} {
		if got := UndoPath(c[0], c[1]); filepath.ToSlash(got) != c[2] {
			t.Errorf("%q of %q: %q", c[1], c[0], got)
		}
	}
}

func rawRecord(t *testing.T, record map[string]any) json.RawMessage {
	t.Helper()
	raw, err := json.Marshal(record)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// Tables and status tell of every operation: what was sent, when, the answer, and what became of taking it back.
func TestAuditOfApplyAndUndo(t *testing.T) {
	t.Parallel()
	db, err := queries.Open(t.Context(), "", queries.Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	ops := undoKinds()
	h, o := undoWorld(t, ops...)
	header := testHeader(4)
	header.Extract, header.Match = digestOf(nil), digestOf(nil)
	writePlanFile(t, o.Plan, header, ops)
	o.DB = db
	h.intercept = func(method, path string, handle func() (int, any)) (int, any, error) {
		if method == http.MethodPut && len(h.sent) == 1 {
			return 429, map[string]any{}, nil // the first request is not taken, and sent again
		}
		status, body := handle()
		return status, body, nil
	}
	mustApply(t, o.ApplyOptions)
	h.records["people"][1]["email"] = map[string]any{"address": "edited@x.org"}
	mustUndo(t, o)
	rows := func() string {
		var text string
		if err := db.QueryRow(`SELECT string_agg(concat_ws(' ', op_id, undoes IS NOT NULL, outcome, coalesce(status, 0), coalesce(uuid, '-'), tries, left(coalesce(request_sha256, '-'), 4), coalesce(sent_at::VARCHAR, '-'), finished_at), chr(10) ORDER BY op_id) FROM outcomes`).Scan(&text); err != nil {
			t.Fatal(err)
		}
		return text
	}
	digest := func(r *connec.Request) string { return fmt.Sprintf("%x", sha256.Sum256(r.Body)) }
	const at = "2026-02-03 04:05:06"
	want := fmt.Sprintf(`attach-u1 false ok 200 u1 2 %.4s %[6]s %[6]s
consolidate-u2 false ok 200 u2 1 %.4[2]s %[6]s %[6]s
repoint-u3 false ok 200 u3 1 %.4[3]s %[6]s %[6]s
retire-u4 false ok 200 u4 1 %.4[4]s %[6]s %[6]s
undo-consolidate-u2 true drifted 0 - 0 - - %[6]s
undo-repoint-u3 true ok 200 u3 1 %.4[5]s %[6]s %[6]s
undo-retire-u4 true ok 200 u4 1 %.4[7]s %[6]s %[6]s`, digest(ops[0].Request), digest(ops[1].Request), digest(ops[2].Request), digest(ops[3].Request), digest(ops[2].Inverse), at, digest(ops[3].Inverse))
	if got := rows(); got != want {
		t.Errorf("outcomes\n%s\nwant\n%s", got, want)
	}
	s, err := Status(t.Context(), StatusOptions{Plan: o.Plan, Audit: true})
	if err != nil || len(s.Audit) != 4 || !slices.Equal(s.Undos, []UndoStatus{{UndoPath(o.Plan, ""), 3, 2}}) {
		t.Fatalf("%+v %v", s, err)
	}
	const rfc = "2026-02-03T04:05:06Z"
	if got, want := s.Audit[0], (OperationStatus{Op: "attach-u1", Type: TypeAttach, Collection: "people", Cluster: "people-1", Target: hubKey("u1").String(), Request: "PUT /people/u1",
		SHA256: digest(ops[0].Request), Tries: 2, Sent: rfc, Answered: rfc, Outcome: OutcomeOK, Status: 200, UUID: "u1"}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if a := s.Audit[1]; a.Undo != OutcomeDrifted || a.Undone != "" {
		t.Errorf("%+v", a)
	}
	if a := s.Audit[3]; a.Undo != OutcomeOK || a.Undone != rfc {
		t.Errorf("%+v", a)
	}
	for _, want := range []string{"retire-u4       connec/org-1/u4  PUT /people/u4  " + digest(ops[3].Request) + "  1      2026-02-03T04:05:06Z", "undone: 2 of 3 operations that can be, by " + UndoPath(o.Plan, "")} {
		if !strings.Contains(s.Text(), want) {
			t.Errorf("no %q in\n%s", want, s.Text())
		}
	}
	// A torn last line, as a kill leaves it, is no obstacle to verify; the operation that it was about is unknown.
	tearLastLine(t, journalPath(UndoPath(o.Plan, "")))
	inner := o.forVerify()
	if v, err := Verify(t.Context(), inner); err != nil || len(v.Differences) > 0 || v.Unwritten != 2 || v.Unsure != 1 ||
		!strings.Contains(v.Text(), "1 of these sent, and nobody knows whether to any effect: `sameas merge undo --apply "+o.Plan+"` looks") {
		t.Fatalf("%+v %v\n%s", v, err, v.Text())
	}
	if got := rows(); !strings.Contains(got, "undo-repoint-u3 true unknown") {
		t.Error(got)
	}
}

// tearLastLine takes the end from the file.
func tearLastLine(t *testing.T, path string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := bytes.SplitAfter(text, []byte("\n"))
	// The last line is of the drifted operation; with it goes the end of the outcome before it, so that its intent stands alone.
	whole := bytes.Join(lines[:len(lines)-3], nil)
	if err := os.WriteFile(path, append(whole, lines[len(lines)-3][:20]...), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestGoldenUndo compares the undo of a plan of every type with testdata, to be read as a pull request would be; -update
// writes it.
func TestGoldenUndo(t *testing.T) {
	t.Parallel()
	ops := slices.Concat(undoKinds(), []Operation{mergeOp("u6", "u5"), createOp("99", "Bo")})
	ops[5].Level = 5
	h, o := undoWorld(t, ops...)
	h.add("people", "u5", map[string]any{"first_name": "Ann", "email": map[string]any{"address": "old@x.org"}, "organization_id": idArray([]connec.ExternalID{hubKey("o2")})}, otherID("u5"))
	h.add("people", "u6", map[string]any{"first_name": "Ann"}, otherID("u6"))
	o.seams.width = 1
	if r := mustApply(t, o.ApplyOptions); r.Outcomes[OutcomeOK] != 6 {
		t.Fatalf("%+v", r)
	}
	o.Send, o.Config.Merge.Allow = false, []string{HazardRetire}
	mustUndo(t, o)
	got, err := os.ReadFile(UndoPath(o.Plan, ""))
	if err != nil {
		t.Fatal(err)
	}
	golden := filepath.Join("testdata", "plans", "undo.ndjson")
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(pretty(t, want), pretty(t, got)); diff != "" {
		t.Errorf("-golden +got:\n%s", diff)
	}
}

// Locks are apply's own: while one is at work, no undo is, nor another way round.
func TestUndoAndApplyKeepApart(t *testing.T) {
	t.Parallel()
	h, o := undoWorld(t, undoKinds()...)
	mustApply(t, o.ApplyOptions)
	release, err := lockForApply(o.ApplyOptions, testHeader(1))
	if err != nil {
		t.Fatal(err)
	}
	sent := len(h.sent)
	var refused *RefusedError
	if _, err := Undo(t.Context(), o); !errors.As(err, &refused) || !strings.Contains(err.Error(), "another apply is at work") || len(h.sent) > sent {
		t.Errorf("%v", err)
	}
	release()
	// Whoever comes first of two undos works, the other leaves or finds it done; each request is sent once.
	errs := twoAtOnce(t, func() error {
		_, err := Undo(context.Background(), o)
		return err
	})
	if errs[0] != nil && errs[1] != nil || len(h.sent)-sent != 3 {
		t.Errorf("%v, sent %q", errs, h.sent[sent:])
	}
}

// An undo that was cut off between its mark and its own journal may begin anew with other settings: the plan undone then
// bears two marks, and tells of one undo.
func TestUndoBegunTwiceIsToldOnce(t *testing.T) {
	t.Parallel()
	_, o := undoWorld(t, undoKinds()...)
	mustApply(t, o.ApplyOptions)
	cut := o
	cut.seams.openJournal = func(path string) (journalFile, error) {
		if path == journalPath(UndoPath(o.Plan, "")) {
			return nil, errors.New("cut off")
		}
		return openJournalFile(path)
	}
	if _, err := Undo(t.Context(), cut); err == nil || !strings.Contains(err.Error(), "cut off") {
		t.Fatal(err)
	}
	config := *o.Config
	config.Merge.Allow = append(slices.Clone(config.Merge.Allow), HazardLargeCluster)
	o.Config = &config
	result := mustUndo(t, o)
	if state, err := peekJournal(journalPath(o.Plan), result.SHA256); err != nil || len(state.undos) != 2 {
		t.Fatalf("%d marks, %v", len(state.undos), err)
	}
	s, err := Status(t.Context(), StatusOptions{Plan: o.Plan})
	if err != nil || len(s.Undos) != 1 || s.Undos[0].Undone != s.Undos[0].Operations {
		t.Errorf("%+v %v", s.Undos, err)
	}
	if v, err := Verify(t.Context(), o.ApplyOptions); err != nil || len(v.UndoPlans) != 1 {
		t.Errorf("%+v %v", v, err)
	}
}

// The undo's own plan may lie in another folder: the journal tells where, and each command says how to go on.
func TestUndoPlanElsewhere(t *testing.T) {
	t.Parallel()
	h, o := undoWorld(t, undoKinds()...)
	mustApply(t, o.ApplyOptions)
	o.UndoPlan, o.Cluster = filepath.Join(t.TempDir(), "back.ndjson"), "people-1"
	ctx, cancel := context.WithCancel(t.Context())
	h.intercept = func(method, path string, handle func() (int, any)) (int, any, error) {
		if method == http.MethodPut {
			cancel()
		}
		status, body := handle()
		return status, body, nil
	}
	again := "sameas merge undo --apply " + o.Plan + " --cluster people-1 --out " + o.UndoPlan
	r, err := Undo(ctx, o)
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "undo stopped: interrupted: context canceled: what was done is in the journal; `"+again+"` goes on from there") || r.Result.Next != again {
		t.Fatalf("%v, next %q", err, r.Result.Next)
	}
	s, err := Status(t.Context(), StatusOptions{Plan: o.UndoPlan})
	if err != nil || s.Next != again {
		t.Errorf("next %q, want %q; %v", s.Next, again, err)
	}
	s, err = Status(t.Context(), StatusOptions{Plan: o.Plan})
	if err != nil || !slices.Equal(s.Undos, []UndoStatus{{o.UndoPlan, 2, 1}}) {
		t.Errorf("%+v %v", s.Undos, err)
	}
	if v, err := Verify(t.Context(), o.ApplyOptions); err != nil || v.Undone != 2 || !slices.Equal(v.UndoPlans, []string{o.UndoPlan}) {
		t.Errorf("%+v %v", v, err)
	}
	h.intercept = nil
	if r := mustUndo(t, o); r.Result.Remaining != 0 {
		t.Errorf("%+v", r.Result)
	}
	if err := os.Remove(o.UndoPlan); err != nil {
		t.Fatal(err)
	}
	s, err = Status(t.Context(), StatusOptions{Plan: o.Plan})
	if err != nil || len(s.Undos) != 0 || !strings.Contains(strings.Join(s.Notes, "\n"), "the plan of an undo that has begun is missing: "+o.UndoPlan) {
		t.Errorf("%+v %v", s, err)
	}
	if r := mustUndo(t, o); !r.Result.Finished { // the plan is made again, and its journal fits it
		t.Errorf("%+v", r.Result)
	}
}

// What hangs on an unknown does so on the way back, too.
func TestUndoInAListIsAStop(t *testing.T) {
	t.Parallel()
	op := repointOp("u1", "o2", "o1")
	op.Before.Refs, op.Expect.Refs = map[string]string{"lines/0/organization_id": "connec/org-1/o2"}, map[string]string{"lines/0/organization_id": "connec/org-1/o1"}
	op.Hazards = []Hazard{hazard(HazardOutcomeUnknown, "x"), hazard(HazardIrreversible, "x")}
	u := &undoer{o: UndoOptions{ApplyOptions: optionsFor(t, "plan", nil)}, after: map[string][]string{}}
	v := u.invert(op, opState{tries: 1, outcome: OutcomeOK, status: 200, uuid: "u1"})
	if v.op == nil || len(v.op.Hazards) != 1 || !v.op.Hazards[0].Stop || v.op.Hazards[0].Name != HazardOutcomeUnknown {
		t.Errorf("%+v", v.op)
	}
}
