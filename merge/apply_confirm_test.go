package merge

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/sameas/sameas/internal/behaviour"
	"github.com/sameas/sameas/internal/connec"
	"github.com/sameas/sameas/internal/sandbox"
)

// foreignOp attaches an ID of another application than the sandbox's own.
func foreignOp(uuid, id string) Operation {
	foreign := connec.ExternalID{Provider: "third-app", Realm: "5", ID: id}
	op := attachOp(uuid, id)
	hub := op.Before.IDs
	op.ID, op.BearsIDs = "foreign-"+uuid, []connec.ExternalID{foreign}
	op.Expect.IDs = sortedIDs(hub, op.BearsIDs)
	op.Request, _ = putRequest(op.Collection, uuid, map[string]any{"id": op.BearsIDs})
	return op
}

// An ID that the hub leaves out without a word is missed at once, not only by the canary of its type; the plan ends.
func TestApplyMissesADroppedID(t *testing.T) {
	t.Parallel()
	o, server, log := newSandbox(t, 4, sandbox.Options{Behave: sandbox.Behave{ForeignID: behaviour.Drop}})
	o.Plan = replan(t, o, func(ops []Operation) []Operation {
		at := func(i int) string { return fmt.Sprintf("00000000-0000-4000-8000-%012d", i) }
		return []Operation{ops[0], inSandbox(foreignOp(at(1), "7")), ops[2]}
	})
	o.seams.width = 1 // side by side, the third could be under way already
	before := log.writes()
	result, err := Apply(t.Context(), o)
	var stopped *StoppedError
	if !errors.As(err, &stopped) || !strings.Contains(err.Error(), "answered well, but without third-app/5/7") {
		t.Errorf("got %v", err)
	}
	if result.Outcomes[OutcomeOK] != 1 || result.Outcomes[OutcomeFailed] != 1 || log.writes()-before != 2 {
		t.Errorf("%+v, %d writes", result.Outcomes, log.writes()-before)
	}
	server.Each("people", func(r sandbox.Shown) {
		for _, id := range r.IDs {
			if id.Provider == "third-app" {
				t.Errorf("%s bears %s", r.Key, id)
			}
		}
	})
}

// A hub that takes an ID away from the record that held it is seen by the first operation that shares one; the plan is
// stopped for good.
func TestApplySeesAnIDTakenAway(t *testing.T) {
	t.Parallel()
	for _, rule := range []string{behaviour.Share, behaviour.Move, behaviour.Error} {
		o, _, log := newSandbox(t, 6, sandbox.Options{Behave: sandbox.Behave{HeldID: rule}})
		o.Plan = replan(t, o, func(ops []Operation) []Operation {
			var shared []Operation
			for i := range 3 { // each of the first three gains the ID that one of the last three bears
				uuid, other := fmt.Sprintf("00000000-0000-4000-8000-%012d", i), fmt.Sprintf("00000000-0000-4000-8000-%012d", i+3)
				op := foreignOp(uuid, other)
				held := connec.ExternalID{Provider: "other-app", Realm: "77", ID: other}
				op.BearsIDs = []connec.ExternalID{held}
				op.Before.IDs = sortedIDs(op.Before.IDs, []connec.ExternalID{{Provider: "other-app", Realm: "77", ID: uuid}})
				op.Expect.IDs = sortedIDs(op.Before.IDs, op.BearsIDs)
				op.Request, _ = putRequest(op.Collection, uuid, map[string]any{"id": op.BearsIDs})
				op.Hazards = []Hazard{twoRecords(op.BearsIDs)}
				shared = append(shared, inSandbox(op))
			}
			return shared
		})
		o.Config.Merge.Allow = []string{HazardTwoRecords}
		before := log.writes()
		result, err := Apply(t.Context(), o)
		writes := log.writes() - before
		switch rule {
		case behaviour.Share:
			if err != nil || result.Outcomes[OutcomeOK] != 3 {
				t.Errorf("share: %+v, %v", result.Outcomes, err)
			}
		case behaviour.Error:
			if err != nil || result.Outcomes[OutcomeFailed] != 3 {
				t.Errorf("error: %+v, %v", result.Outcomes, err)
			}
		case behaviour.Move:
			if err == nil || !strings.Contains(err.Error(), "took it away from record 00000000-0000-4000-8000-000000000003") || writes != 1 {
				t.Errorf("move: %v, %d writes", err, writes)
			}
			if _, err := Apply(t.Context(), o); err == nil || !strings.Contains(err.Error(), "stopped for good") || log.writes()-before != 1 {
				t.Errorf("move, again: %v", err)
			}
		}
	}
}

// replan writes another plan of some of the plan's operations, and returns its path.
func replan(t *testing.T, o ApplyOptions, change func([]Operation) []Operation) string {
	t.Helper()
	p, err := OpenPlan(o.Plan)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	var ops []Operation
	if err := p.Each(func(op Operation) error { ops = append(ops, op); return nil }); err != nil {
		t.Fatal(err)
	}
	path := o.Plan + "2"
	writePlanFile(t, path, p.Header(), change(ops))
	return path
}
