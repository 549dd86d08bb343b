package merge

import (
	"context"
	"fmt"
	"slices"

	"github.com/sameas/sameas/internal/connec"
)

// What the hub does beside what was asked is seen by looking: an ID that it leaves out without a word, and one that it
// takes away from another record to give it to this one.

// unshown are the IDs of the request that the answer to it does not show on the record. An answer that tells no IDs
// tells nothing of them either.
func unshown(op Operation, got observed) []connec.ExternalID {
	if len(got.ids) == 0 || op.Type == TypeMerge {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(op.BearsIDs), func(id connec.ExternalID) bool { return slices.Contains(got.ids, id) })
}

// heldBefore finds who holds the IDs of a request that puts them on a second record, until one such request has been
// seen to leave the first record as it was. What cannot be told is left out.
func (r *runner) heldBefore(ctx context.Context, op Operation) map[connec.ExternalID]string {
	if r.result.DryRun || r.canaries.isProven(HazardTwoRecords) || !hasHazard(op, HazardTwoRecords) {
		return nil
	}
	held := map[connec.ExternalID]string{}
	for _, id := range op.BearsIDs {
		if holder, err := r.holder(ctx, op.Collection, id); err == nil && holder != "" && holder != uuidOf(op.Target) {
			held[id] = holder
		}
	}
	return held
}

// stillHeld stops the plan for good when the hub has taken an ID away from the record that held it: the operations to
// come would take back and forth what belongs to both.
func (r *runner) stillHeld(ctx context.Context, s step, held map[connec.ExternalID]string) step {
	ctx = context.WithoutCancel(ctx) // it was sent: what it did must be known
	for _, id := range unionOfIDs(held) {
		answer, err := r.hub.Get(ctx, s.op.Collection, held[id])
		if err != nil {
			return s // the next request of this kind looks again
		}
		now, err := observe(answer.Body)
		if err != nil {
			return s
		}
		if !holds(now, id) {
			s.outcome, s.stop = OutcomeFailed, "took_id_away"
			s.detail = fmt.Sprintf("ID %s was given to %s, and the hub took it away from record %s: run `sameas probe`, then plan again", id, s.op.Target, held[id])
			return s
		}
	}
	if len(held) > 0 && s.halt == "" {
		r.canaries.prove(HazardTwoRecords)
	}
	return s
}

func unionOfIDs(m map[connec.ExternalID]string) []connec.ExternalID {
	ids := make([]connec.ExternalID, 0, len(m))
	for id := range m {
		ids = append(ids, id)
	}
	return sortedIDs(ids)
}
