package merge

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/sameas/sameas/internal/connec"
)

// threeKinds is a plan of every way to address a record: PUT by UUID, POST upsert, POST of a new record.
func threeKinds() []Operation {
	return []Operation{attachOp("u1", "17"), fillOp("u2", "old@x.org", "new@x.org"), createOp("99", "Bo")}
}

func TestDryRunShowsWhatApplySendsAndCannotWrite(t *testing.T) {
	t.Parallel()
	h, o := newWorld(t, append(threeKinds(), Operation{ID: "w", Type: TypeWithheld, Collection: "people"})...)
	var out bytes.Buffer
	o.Out = &out
	r, err := DryRun(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	if len(h.sent) > 0 {
		t.Fatalf("dry-run sent %q", h.sent)
	}
	if r.Outcomes[OutcomeWouldWrite] != 3 || r.Writes != 0 || !r.DryRun {
		t.Errorf("result %+v", r)
	}
	if _, err := os.Stat(journalPath(o.Plan)); err == nil {
		t.Error("dry-run left a journal")
	}
	mustApply(t, o)
	if len(h.sent) != 3 {
		t.Fatalf("apply sent %q", h.sent)
	}
	for _, sent := range h.sent {
		method, rest, _ := strings.Cut(sent, " ")
		path, body, _ := strings.Cut(rest, " ")
		if want := fmt.Sprintf("  %s /api/v2/%s%s\n  %s\n", method, testGroup, path, body); !strings.Contains(out.String(), want) {
			t.Errorf("dry-run did not print what apply sent:\n%s\nin\n%s", want, out.String())
		}
	}
	for _, want := range []string{`email.address: "old@x.org" -> "new@x.org"`, "ID: + my-application/2243/17", "why: same e-mail and birth date"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("dry-run does not say %q:\n%s", want, out.String())
		}
	}
}

// TestDryRunAsJSON: the document holds every request as apply sends it, and the result beside them.
func TestDryRunAsJSON(t *testing.T) {
	t.Parallel()
	h, o := newWorld(t, threeKinds()...)
	var out bytes.Buffer
	o.OutJSON = &out
	r, err := DryRun(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	var document struct {
		ApplyResult
		Steps []DryRunStep `json:"steps"`
	}
	if err := json.Unmarshal(out.Bytes(), &document); err != nil {
		t.Fatalf("%v in\n%s", err, out.String())
	}
	if len(h.sent) > 0 || document.SHA256 != r.SHA256 || document.Operations != 3 || document.Types[TypeAttach] != 1 || len(document.Steps) != 3 {
		t.Errorf("%d sent, document %+v", len(h.sent), document)
	}
	o.OutJSON = nil
	mustApply(t, o)
	printed := map[string]bool{}
	for _, s := range document.Steps {
		printed[fmt.Sprintf("%s %s %s", s.Request.Method, strings.TrimPrefix(s.Request.Path, "/api/v2/"+testGroup), s.Request.Body)] = true
		if s.Outcome != OutcomeWouldWrite || len(s.After.IDs)+len(s.After.Fields) == 0 {
			t.Errorf("step %+v", s)
		}
	}
	for _, sent := range h.sent {
		if !printed[sent] {
			t.Errorf("dry-run did not print what apply sent: %s\nof %v", sent, printed)
		}
	}
	// Applied, nothing would be sent, and the document says so.
	out.Reset()
	o.OutJSON = &out
	if _, err := DryRun(context.Background(), o); err != nil || !json.Valid(out.Bytes()) || strings.Contains(out.String(), `"request"`) {
		t.Errorf("%v\n%s", err, out.String())
	}
}

func TestApplyTwiceSendsNothing(t *testing.T) {
	t.Parallel()
	h, o := newWorld(t, threeKinds()...)
	if r := mustApply(t, o); r.Outcomes[OutcomeOK] != 3 || r.Writes != 3 || r.Finished || r.Remaining != 0 {
		t.Fatalf("first: %+v", r)
	}
	after, sent := h.snapshot(t), len(h.sent)
	reads := h.reads
	if r := mustApply(t, o); !r.Finished || r.Writes != 0 || r.Outcomes[OutcomeOK] != 3 {
		t.Errorf("second: %+v", r)
	}
	if h.reads != reads {
		t.Error("a finished plan was read for again")
	}
	// A copy of the plan without its journal finds everything as wanted.
	raw, err := os.ReadFile(o.Plan)
	if err != nil {
		t.Fatal(err)
	}
	o.Plan = filepath.Join(t.TempDir(), "copy.ndjson")
	if err := os.WriteFile(o.Plan, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	if r := mustApply(t, o); r.Outcomes[OutcomeDone] != 3 || r.Writes != 0 {
		t.Errorf("copy: %+v", r)
	}
	if len(h.sent) != sent || h.snapshot(t) != after {
		t.Errorf("the second apply wrote: %q", h.sent[sent:])
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	stop := attachOp("u1", "17")
	stop.Hazards = []Hazard{{Name: "foreign_id", Stop: true, Text: "x"}}
	astray := attachOp("u1", "17")
	astray.Request = &connec.Request{Method: "PUT", Path: "/people/u2", Body: astray.Request.Body}
	for name, c := range map[string]struct {
		op     Operation
		change func(*ApplyOptions)
		want   string
	}{
		"endpoint": {attachOp("u1", "17"), func(o *ApplyOptions) { o.Config.Sources[0].Endpoint = "https://other.test/api/v2" },
			"the plan was made for https://hub.test/api/v2 group cld-1, the configuration says https://other.test/api/v2 group cld-1"},
		"group":  {attachOp("u1", "17"), func(o *ApplyOptions) { o.Config.Sources[0].Group = "cld-2" }, "the configuration says https://hub.test/api/v2 group cld-2"},
		"pin":    {attachOp("u1", "17"), func(o *ApplyOptions) { o.SHA256 = strings.Repeat("0", 64) }, "not " + strings.Repeat("0", 64)},
		"stop":   {stop, nil, "--allow foreign_id"},
		"share":  {attachOp("u1", "17"), func(o *ApplyOptions) { o.Config.Merge.MaxShare = 0.2 }, "the plan writes 1 people records of 4 (25.0 %); merge.max_share allows 20 %"},
		"astray": {astray, nil, "it writes to /people/u2, its target is connec/org-1/u1"},
		"altered": {attachOp("u1", "17"), func(o *ApplyOptions) {
			raw, _ := os.ReadFile(o.Plan)
			_ = os.WriteFile(o.Plan, bytes.Replace(raw, []byte(`"17"`), []byte(`"18"`), 1), 0o600)
		}, "altered"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, o := newWorld(t, c.op)
			if c.change != nil {
				c.change(&o)
			}
			r, err := Apply(context.Background(), o)
			var refused *RefusedError
			if !errors.As(err, &refused) || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("error %v, want a refusal with %q", err, c.want)
			}
			if r.Operations != 0 || len(h.sent)+h.reads > 0 {
				t.Errorf("a refused plan reached the server: %d reads, %q", h.reads, h.sent)
			}
		})
	}
}

func TestAllowedStopHazardIsApplied(t *testing.T) {
	t.Parallel()
	op := attachOp("u1", "17")
	op.Hazards = []Hazard{{Name: "foreign_id", Stop: true, Text: "x"}}
	_, o := newWorld(t, op)
	o.Config.Merge.Allow = []string{"foreign_id"}
	if r := mustApply(t, o); r.Outcomes[OutcomeOK] != 1 {
		t.Errorf("%+v", r)
	}
}

func TestMaxShareCountsAllWritesAndHasNoFloor(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		writes, records int64
		share           float64
		refused         bool
	}{
		{0, 0, 0.3, false}, {1, 0, 0.3, true}, {1, 0, 1, false},
		{1, 1, 0.3, true}, {0, 1, 0.3, false}, {1, 1, 1, false},
		{2, 9, 0.3, false}, {3, 9, 0.3, true}, {3, 10, 0.3, false}, {4, 10, 0.3, true},
		{3, 11, 0.3, false}, {4, 11, 0.3, true}, {30, 100, 0.3, false}, {31, 100, 0.3, true}, {1, 100, 0, true},
	} {
		if err := shareRefusal("people", c.writes, c.records, c.share); (err != nil) != c.refused {
			t.Errorf("%d of %d at %v: %v, want refused %v", c.writes, c.records, c.share, err, c.refused)
		}
	}
	// Three kinds, one record each, of ten: two kinds alone would pass.
	_, o := newWorld(t)
	writePlanFile(t, o.Plan, testHeader(10), threeKinds())
	o.Config.Merge.MaxShare = 0.29
	if _, err := Apply(context.Background(), o); err == nil || !strings.Contains(err.Error(), "3 people records of 10") {
		t.Errorf("the sum of all kinds was not counted: %v", err)
	}
}

func TestDriftIsSkippedAndShownThreeWays(t *testing.T) {
	t.Parallel()
	h, o := newWorld(t, threeKinds()...)
	mergeInto(h.records["people"][0], map[string]any{"id": idArray([]connec.ExternalID{appID("18")})})
	h.records["people"][1]["email"] = map[string]any{"address": "edited@x.org"}
	h.add("people", "u9", map[string]any{"first_name": "Other"}, appID("99"))
	before := h.snapshot(t)
	r := mustApply(t, o)
	if len(h.sent) > 0 || h.snapshot(t) != before || r.Outcomes[OutcomeDrifted] != 3 {
		t.Fatalf("%+v sent %q", r, h.sent)
	}
	all := strings.Join(r.Problems, "\n")
	for _, want := range []string{
		`email.address: planned from "old@x.org", now "edited@x.org", wanted "new@x.org"`,
		"ID my-application/2243/18: planned from absent, now held, wanted absent",
		"ID my-application/2243/99: planned from on no record, now on record u9, wanted on a new record",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("no %q in\n%s", want, all)
		}
	}
	// Once the editor has taken the change back, apply goes on.
	h.records["people"][1]["email"] = map[string]any{"address": "old@x.org"}
	if r := mustApply(t, o); r.Outcomes[OutcomeOK] != 1 || r.Outcomes[OutcomeDrifted] != 2 {
		t.Errorf("%+v", r)
	}
}

func TestHarmlessChangesAreNoDrift(t *testing.T) {
	t.Parallel()
	h, o := newWorld(t, threeKinds()...)
	for _, r := range h.records["people"] {
		r["updated_at"], r["title"], r["website"] = "2027-01-01T00:00:00Z", "Dr", map[string]any{}
	}
	mergeInto(h.records["people"][0], map[string]any{"id": idArray([]connec.ExternalID{{Provider: "third", Realm: "r", ID: "5"}})})
	if r := mustApply(t, o); r.Outcomes[OutcomeOK] != 3 {
		t.Errorf("%+v", r)
	}
}

func TestOwnEarlierWritesAreNoDrift(t *testing.T) {
	t.Parallel()
	second := fillOp("u1", "old@x.org", "later@x.org")
	second.ID, second.Level = "consolidate-again", 2
	first := fillOp("u1", "old@x.org", "new@x.org")
	h, o := newWorld(t, attachOp("u1", "17"), first, second)
	if r := mustApply(t, o); r.Outcomes[OutcomeOK] != 3 {
		t.Errorf("%+v", r)
	}
	if len(h.effects) != 3 {
		t.Errorf("effects %q", h.effects)
	}
}

func TestAnIDThatAnotherRecordGainedIsDrift(t *testing.T) {
	t.Parallel()
	h, o := newWorld(t, attachOp("u1", "17"))
	mergeInto(h.records["people"][2], map[string]any{"id": idArray([]connec.ExternalID{appID("17")})})
	if r := mustApply(t, o); r.Outcomes[OutcomeDrifted] != 1 || len(h.sent) > 0 {
		t.Errorf("%+v %q", r, h.sent)
	}
}

func TestCreatedUnexpectedlyStopsThePlanForGood(t *testing.T) {
	t.Parallel()
	h, o := newWorld(t, fillOp("u1", "old@x.org", "a@x.org"), fillOp("u2", "old@x.org", "b@x.org"))
	h.intercept = func(method, path string, handle func() (int, any)) (int, any, error) {
		if method == "POST" {
			return 201, map[string]any{"people": h.add("people", "surprise", nil)}, nil
		}
		status, body := handle()
		return status, body, nil
	}
	r, err := Apply(context.Background(), o)
	var stopped *StoppedError
	if !errors.As(err, &stopped) || !strings.Contains(err.Error(), "created_unexpectedly") ||
		!strings.Contains(err.Error(), "u1") || !strings.Contains(err.Error(), "surprise") {
		t.Fatalf("error %v", err)
	}
	if len(h.sent) != 1 || r.Outcomes[OutcomeFailed] != 1 {
		t.Errorf("%+v sent %q", r, h.sent)
	}
	var refused *RefusedError
	if _, err := Apply(context.Background(), o); !errors.As(err, &refused) || len(h.sent) != 1 {
		t.Errorf("applied again: %v, sent %q", err, h.sent)
	}
}

func TestCanaryHoldsTheSecondOfAType(t *testing.T) {
	t.Parallel()
	h, o := newWorld(t, attachOp("u1", "17"), attachOp("u2", "18"))
	h.intercept = func(method, path string, handle func() (int, any)) (int, any, error) {
		if method == "PUT" { // answers well and drops the ID
			return 200, map[string]any{"people": h.records["people"][0]}, nil
		}
		status, body := handle()
		return status, body, nil
	}
	_, err := Apply(context.Background(), o)
	if err == nil || !strings.Contains(err.Error(), "canary") || len(h.sent) != 1 {
		t.Fatalf("error %v, sent %q", err, h.sent)
	}
	h.intercept = nil
	if r := mustApply(t, o); r.Outcomes[OutcomeOK] != 2 {
		t.Errorf("after the server was mended: %+v", r)
	}
}

func TestAFailedOperationBlocksOnlyItsDependants(t *testing.T) {
	t.Parallel()
	waits := fillOp("u2", "old@x.org", "new@x.org")
	waits.DependsOn = []string{"attach-u1"}
	h, o := newWorld(t, attachOp("u1", "17"), attachOp("u3", "18"), waits)
	h.intercept = func(method, path string, handle func() (int, any)) (int, any, error) {
		if method == "PUT" && path == "/people/u1" {
			return 422, map[string]any{"errors": []any{}}, nil
		}
		status, body := handle()
		return status, body, nil
	}
	r := mustApply(t, o)
	if r.Outcomes[OutcomeFailed] != 1 || r.Outcomes[OutcomeSkipped] != 1 || r.Outcomes[OutcomeOK] != 1 || r.Remaining != 2 {
		t.Fatalf("%+v", r)
	}
	if !strings.Contains(strings.Join(r.Problems, "\n"), "waits for attach-u1, which is failed") {
		t.Errorf("%q", r.Problems)
	}
	h.intercept = nil
	if r := mustApply(t, o); r.Outcomes[OutcomeOK] != 3 {
		t.Errorf("after the server was mended: %+v", r)
	}
}

func TestInterruptedFinishesTheRequestUnderWay(t *testing.T) {
	t.Parallel()
	h, o := newWorld(t, threeKinds()...)
	ctx, cancel := context.WithCancel(context.Background())
	h.intercept = func(method, path string, handle func() (int, any)) (int, any, error) {
		if method == "PUT" {
			cancel()
		}
		status, body := handle()
		return status, body, nil
	}
	r, err := Apply(ctx, o)
	if !errors.Is(err, context.Canceled) || !strings.Contains(err.Error(), "sameas merge apply "+o.Plan) {
		t.Fatalf("error %v", err)
	}
	if r.Outcomes[OutcomeOK] != 1 || r.Remaining != 2 || len(h.effects) != 1 {
		t.Fatalf("%+v", r)
	}
	if r := mustApply(t, o); r.Outcomes[OutcomeOK] != 3 || len(h.effects) != 3 {
		t.Errorf("resumed: %+v", r)
	}
}

func TestCredentialsRefusedMidwayStop(t *testing.T) {
	t.Parallel()
	h, o := newWorld(t, threeKinds()...)
	h.intercept = func(method, path string, handle func() (int, any)) (int, any, error) {
		if len(h.effects) > 0 {
			return 401, map[string]any{"errors": []any{}}, nil
		}
		status, body := handle()
		return status, body, nil
	}
	if _, err := Apply(context.Background(), o); err == nil || len(h.sent) > 2 {
		t.Fatalf("error %v, sent %q", err, h.sent)
	}
	h.intercept = nil
	mustApply(t, o)
	if len(h.effects) != 3 {
		t.Errorf("effects %q", h.effects)
	}
}

// twoAtOnce runs work twice at once; whoever fails does so because the other is at work.
func twoAtOnce(t *testing.T, work func() error) []error {
	t.Helper()
	var wait sync.WaitGroup
	errs := make([]error, 2)
	for i := range errs {
		wait.Go(func() { errs[i] = work() })
	}
	wait.Wait()
	for _, err := range errs {
		if err != nil && !strings.Contains(err.Error(), "another apply is at work") {
			t.Fatal(err)
		}
	}
	return errs
}

func TestTwoAppliesAtOnce(t *testing.T) {
	t.Parallel()
	for range 20 {
		h, o := newWorld(t, threeKinds()...)
		errs := twoAtOnce(t, func() error {
			_, err := Apply(context.Background(), o)
			return err
		})
		if errs[0] != nil && errs[1] != nil {
			t.Fatalf("both left: %v, %v", errs[0], errs[1])
		}
		if len(h.effects) != 3 {
			t.Fatalf("effects %q", h.effects)
		}
	}
}

func TestStatusNeedsPlanAndJournalOnly(t *testing.T) {
	t.Parallel()
	h, o := newWorld(t, threeKinds()...)
	r, err := Status(context.Background(), StatusOptions{Plan: o.Plan})
	if err != nil || r.Remaining != 3 || r.Finished || !strings.Contains(r.Next, "dry-run") {
		t.Fatalf("%+v %v", r, err)
	}
	h.intercept = func(method, path string, handle func() (int, any)) (int, any, error) {
		if method == "PUT" {
			return 422, "no", nil
		}
		status, body := handle()
		return status, body, nil
	}
	mustApply(t, o)
	r, err = Status(context.Background(), StatusOptions{Plan: o.Plan})
	if err != nil || r.Remaining != 1 || r.Outcomes[OutcomeFailed] != 1 || r.Outcomes[OutcomeOK] != 2 || !strings.Contains(r.Next, "merge apply") {
		t.Fatalf("%+v %v", r, err)
	}
	if !strings.Contains(r.Text(), "failed 1") {
		t.Error(r.Text())
	}
}
