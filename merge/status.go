package merge

import (
	"context"
	"fmt"
)

// Status is the state of a plan and its journal; it needs no server and no workspace, and changes nothing.
func Status(ctx context.Context, plan string) (ApplyResult, error) {
	reader, err := OpenPlan(plan)
	if err != nil {
		return ApplyResult{}, err
	}
	defer reader.Close()
	facts, err := surveyPlan(reader)
	if err != nil {
		return ApplyResult{}, err
	}
	state, err := peekJournal(journalPath(plan), reader.SHA256())
	if err != nil {
		return ApplyResult{}, err
	}
	r := newResult(plan, reader.SHA256(), facts)
	r.Notes = append(r.Notes, state.notes()...)
	err = reader.Each(func(op Operation) error {
		if op.Type == TypeWithheld {
			return nil
		}
		r.tell(op, state.op(op.ID))
		return ctx.Err()
	})
	if err != nil {
		return ApplyResult{}, err
	}
	if err := facts.covers(state); err != nil {
		r.StoppedBy = err.Error()
	}
	r.Finished = r.Remaining == 0 && r.Operations > 0
	r.Next = nextCommand(r, state, plan)
	return r, nil
}

// tell counts one operation as its journal left it.
func (r *ApplyResult) tell(op Operation, s opState) {
	r.Writes += int64(s.tries)
	if s.settled() {
		r.Outcomes[s.outcome]++
		return
	}
	r.Remaining++
	outcome, detail := s.outcome, s.detail
	switch {
	case s.pending:
		outcome, detail = OutcomeUnknown, "sent, the answer is not known: apply again reads the target first"
	case outcome == "":
		return // not tried yet: no problem
	}
	r.Outcomes[outcome]++
	r.Problems = append(r.Problems, step{op: op, outcome: outcome, detail: detail}.problem())
}

func nextCommand(r ApplyResult, s *journalState, plan string) string {
	switch {
	case r.StoppedBy != "":
		return "sameas extract"
	case s.lines == 0:
		return "sameas merge dry-run " + plan
	case r.Remaining > 0:
		return "sameas merge apply " + plan
	}
	return fmt.Sprintf("sameas merge verify %s", plan)
}
