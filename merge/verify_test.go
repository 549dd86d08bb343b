package merge

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sameas/sameas/internal/connec"
	queries "github.com/sameas/sameas/sql"
)

func TestVerifyFindsPlantedDamage(t *testing.T) {
	t.Parallel()
	damages := map[string]struct {
		harm func(h *fakeHub)
		want string
	}{
		"field": {func(h *fakeHub) { h.records["people"][1]["email"] = map[string]any{"address": "x@x.org"} }, `consolidate-u2 people connec/u2: email.address: planned from null, now "x@x.org", wanted "new@x.org"`},
		"ID gone": {func(h *fakeHub) {
			h.records["people"][0]["id"] = idArray([]connec.ExternalID{hubKey("u1"), otherID("u1")})
		}, "ID my-application/2243/17 is answered by no record, not by record u1"},
		"ID moved": {func(h *fakeHub) {
			h.records["people"][0]["id"] = idArray([]connec.ExternalID{hubKey("u1"), otherID("u1")})
			mergeInto(h.records["people"][3], map[string]any{"id": idArray([]connec.ExternalID{appID("17")})})
		}, "ID my-application/2243/17 is answered by record u4, not by record u1"},
		"gone":       {func(h *fakeHub) { h.records["people"] = h.records["people"][1:] }, "record u1 is gone"},
		"created ID": {func(h *fakeHub) { h.records["people"][4]["first_name"] = "Zed" }, "create-99 people connec/new-1: first_name"},
	}
	for name, c := range damages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, o := newWorld(t, threeKinds()...)
			mustApply(t, o)
			verifyClean(t, o)
			c.harm(h)
			v, err := Verify(context.Background(), o)
			if err != nil {
				t.Fatal(err)
			}
			if all := strings.Join(v.Differences, "\n"); !strings.Contains(all, c.want) {
				t.Errorf("no %q in\n%s", c.want, all)
			}
			if len(h.sent) != 3 {
				t.Error("verify wrote")
			}
		})
	}
}

// An ID on two records is expected where the plan says so, whoever answers to it, and a difference elsewhere.
func TestVerifyKnowsIDsOnTwoRecords(t *testing.T) {
	t.Parallel()
	op := attachOp("u2", "17")
	op.Hazards = []Hazard{{Name: "id_on_two_records", Stop: true, Text: "u1 keeps it"}}
	h, o := newWorld(t, op)
	o.Config.Merge.Allow = []string{"id_on_two_records"}
	mergeInto(h.records["people"][0], map[string]any{"id": idArray([]connec.ExternalID{appID("17")})})
	mustApply(t, o)
	v, err := Verify(context.Background(), o)
	if err != nil || len(v.Differences) > 0 || len(v.Expected) != 1 || !strings.Contains(v.Expected[0], "answered by record u1") {
		t.Errorf("%+v %v", v, err)
	}
}

// An ID that was on two records before the plan, and that the plan did not write, is no difference.
func TestVerifyDoesNotBlameThePlanForWhatWasThere(t *testing.T) {
	t.Parallel()
	zero := otherID("0")
	op := attachOp("u2", "17")
	op.Before.IDs = append(op.Before.IDs, zero)
	op.Expect.IDs = append(op.Expect.IDs, zero)
	h, o := newWorld(t, op)
	for _, r := range h.records["people"][:2] {
		mergeInto(r, map[string]any{"id": idArray([]connec.ExternalID{zero})})
	}
	if r := mustApply(t, o); r.Outcomes[OutcomeOK] != 1 {
		t.Fatalf("%+v", r)
	}
	v, err := Verify(context.Background(), o)
	if err != nil || len(v.Differences) > 0 || len(v.Expected) != 1 || !strings.Contains(v.Expected[0], "answered by record u1") {
		t.Errorf("%+v %v", v, err)
	}
}

// Reading whole pages and asking record by record come to the same.
func TestVerifyByPagesAgreesWithVerifyByRecord(t *testing.T) {
	t.Parallel()
	const n = 150
	h := &fakeHub{}
	var ops []Operation
	for i := range n {
		uuid := fmt.Sprintf("u%d", i)
		h.add("people", uuid, nil, otherID(uuid))
		ops = append(ops, attachOp(uuid, fmt.Sprint(i)))
	}
	path := filepath.Join(t.TempDir(), "plan.ndjson")
	writePlanFile(t, path, testHeader(n), ops)
	o := optionsFor(t, path, h)
	mustApply(t, o)
	people := h.records["people"]
	people[7]["id"] = idArray([]connec.ExternalID{hubKey("u7"), otherID("u7")})
	mergeInto(people[9], map[string]any{"id": idArray([]connec.ExternalID{appID("8")})})
	h.records["people"] = append(people[:20:20], people[21:]...)
	h.reads = 0
	byPages, err := Verify(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	if h.reads > 20 {
		t.Errorf("%d reads for pages", h.reads)
	}
	writePlanFile(t, path, testHeader(100*n), ops) // now a small share: record by record
	if _, err := Apply(context.Background(), o); err == nil {
		t.Fatal("the journal of the plan before was taken")
	}
	v := &verifier{o: o, hub: mustClient(t, o), facts: &planFacts{header: testHeader(100 * n)}, found: map[string]string{}}
	var due []*expectation
	for _, op := range ops {
		e := &expectation{collection: "people", uuid: uuidOf(op.Target)}
		e.fold(op)
		due = append(due, e)
	}
	if err := v.byRecord(context.Background(), "people", due); err != nil {
		t.Fatal(err)
	}
	one, all := strings.Join(v.result.Differences, "\n"), strings.Join(byPages.Differences, "\n")
	for _, id := range []string{"attach-u7", "attach-u20"} {
		if !strings.Contains(one, id) || !strings.Contains(all, id) {
			t.Errorf("%s is missing in\n%s\nor\n%s", id, one, all)
		}
	}
	// The hub answers a GET by ID with one record: only the pages show that a second one bears it.
	const second = "attach-u8 people connec/u8: ID my-application/2243/8 is on record u9 too, which the plan does not name"
	if !strings.Contains(all, second) || len(v.result.Differences) != len(byPages.Differences)-1 {
		t.Errorf("record by record\n%s\nby pages\n%s", one, all)
	}
	o.Whole = true
	v = &verifier{o: o, hub: mustClient(t, o), facts: &planFacts{header: testHeader(100 * n)}, found: map[string]string{}, pending: map[string][]*expectation{"people": due}}
	if err := v.check(context.Background()); err != nil || !strings.Contains(strings.Join(v.result.Differences, "\n"), second) {
		t.Errorf("whole: %v\n%s", err, strings.Join(v.result.Differences, "\n"))
	}
}

func mustClient(t *testing.T, o ApplyOptions) hub {
	t.Helper()
	c, err := newClient(t.Context(), o, testHeader(1), asItIs)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// The outcomes table is the journal's copy, and keeps what verify found for as long as the outcome stands.
func TestOutcomesAreLoadedFromTheJournal(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	db, err := queries.Open(ctx, "", queries.Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	h, o := newWorld(t)
	header := testHeader(4)
	header.Extract, header.Match = digestOf(nil), digestOf(nil)
	writePlanFile(t, o.Plan, header, threeKinds())
	o.DB = db
	h.intercept = func(method, path string, handle func() (int, any)) (int, any, error) {
		if method == "PUT" {
			return 422, map[string]any{"errors": []any{map[string]any{"title": "it's \"odd\""}}}, nil
		}
		status, body := handle()
		return status, body, nil
	}
	mustApply(t, o)
	rows := func() string {
		var text string
		err := db.QueryRow(`SELECT string_agg(op_id || ' ' || outcome || ' ' || coalesce(verified::VARCHAR, '-') || ' ' || coalesce(difference, '-'), '; ' ORDER BY op_id) FROM outcomes`).Scan(&text)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	if got, want := rows(), "attach-u1 failed - -; consolidate-u2 ok - -; create-99 ok - -"; got != want {
		t.Fatalf("%s, want %s", got, want)
	}
	h.records["people"][1]["email"] = map[string]any{"address": "x@x.org"}
	if v, err := Verify(ctx, o); err != nil || len(v.Differences) != 1 || v.Unwritten != 1 {
		t.Fatalf("%+v %v", v, err)
	}
	h.intercept = nil
	mustApply(t, o)
	if got := rows(); !strings.HasPrefix(got, "attach-u1 ok - -; consolidate-u2 ok false email.address: ") || !strings.HasSuffix(got, "; create-99 ok true -") {
		t.Fatal(got)
	}
	// A workspace whose match has moved on refuses the plan.
	if _, err := db.Exec(`INSERT INTO stages VALUES ('match', 'people', 'd', '', '', '2026-01-01')`); err != nil {
		t.Fatal(err)
	}
	if _, err := Apply(ctx, o); err == nil || !strings.Contains(err.Error(), "older match") {
		t.Errorf("stale plan: %v", err)
	}
}

// TestVerifyReadsBackTheCanary: what was answered well and did not come back as wanted is no operation that was never
// written: it is compared, and differs.
func TestVerifyReadsBackTheCanary(t *testing.T) {
	t.Parallel()
	h, o := newWorld(t, fillOp("u1", "old@x.org", "new@x.org"), fillOp("u2", "old@x.org", "new@x.org"))
	h.intercept = func(method, path string, handle func() (int, any)) (int, any, error) {
		if method == "POST" { // taken, and forgotten
			return 200, map[string]any{"people": h.records["people"][0]}, nil
		}
		status, body := handle()
		return status, body, nil
	}
	if _, err := Apply(t.Context(), o); err == nil || !strings.Contains(err.Error(), "the canary did not come back") || len(h.sent) != 1 {
		t.Fatalf("%v after %q", err, h.sent)
	}
	v, err := Verify(t.Context(), o)
	if err != nil || v.Checked != 1 || v.Unwritten != 1 || len(v.Differences) != 1 || !strings.Contains(v.Differences[0], "email.address") {
		t.Errorf("%v, %+v", err, v)
	}
}
