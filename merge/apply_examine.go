package merge

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/sameas/sameas/internal/connec"
)

// examination is what reading the target, before or after a request, has told.
type examination struct {
	standing standing
	drift    []difference
	now      *observed // nil for a record that does not exist
	err      error     // the target could not be read
	at       time.Time // when the target's answer was there
}

// examine reads the target, and by the IDs that the request would bring also who else answers to them. What follows the
// first read goes ahead of other operations' reads: from there on the write is waited for.
func (r *runner) examine(ctx context.Context, op Operation) examination {
	if op.Type == TypeCreate {
		return r.examineCreate(ctx, op)
	}
	answer, err := r.hub.Get(ctx, op.Collection, uuidOf(op.Target))
	if statusOf(err) == 404 {
		return examination{standing: hasDrifted, drift: []difference{{what: op.Target, now: "the record is gone"}}}
	}
	if err != nil {
		return examination{err: err}
	}
	at, ctx := r.o.seams.now(), connec.Ahead(ctx)
	now, err := observe(answer.Body)
	if err != nil {
		return examination{err: fmt.Errorf("read %s: %w", op.Target, err)}
	}
	if now.uuid != uuidOf(op.Target) {
		return examination{standing: hasDrifted, now: &now, drift: []difference{{what: op.Target, now: "answered by record " + now.uuid}}}
	}
	e := examination{now: &now, at: at}
	e.standing, e.drift = judge(op, now, r.ownOf(op.Collection, op.Target))
	if op.Type == TypeMerge {
		e = r.examineMerged(ctx, op, e)
	}
	if e.standing == asBefore {
		e.drift, e.err = r.heldElsewhere(ctx, op, now)
		if len(e.drift) > 0 {
			e.standing = hasDrifted
		}
	}
	return e
}

// examineCreate looks for the record by every ID that it would bear: none answers to them before, one after.
func (r *runner) examineCreate(ctx context.Context, op Operation) examination {
	var at time.Time
	for _, id := range op.BearsIDs {
		answer, err := r.hub.GetByExternalID(ctx, op.Collection, id)
		if at.IsZero() {
			at, ctx = r.o.seams.now(), connec.Ahead(ctx)
		}
		if statusOf(err) == 404 {
			continue
		}
		if err != nil {
			return examination{err: fmt.Errorf("read %s by %s: %w", op.Collection, id, err)}
		}
		now, err := observe(answer.Body)
		if err != nil {
			return examination{err: fmt.Errorf("read %s by %s: %w", op.Collection, id, err)}
		}
		if stands, _ := judge(op, now, nil); stands == asWanted {
			return examination{standing: asWanted, now: &now}
		}
		return examination{standing: hasDrifted, now: &now,
			drift: []difference{{"ID " + id.String(), "on no record", "on record " + now.uuid, "on a new record"}}}
	}
	return examination{standing: asBefore, at: at}
}

// unreadable is the step of an operation whose target could not be read: nothing was sent now.
func (e examination) unreadable(op Operation, prior opState) step {
	s := step{op: op, outcome: OutcomeFailed, trouble: true, status: statusOf(e.err), detail: "the target could not be read, nothing was sent: " + e.err.Error()}
	if prior.uncertain() {
		s.outcome = OutcomeUnknown
		s.detail = "an earlier request's answer was lost, and the target could not be read: " + e.err.Error()
	}
	return s
}

// readBack is the canary's check: the record by its UUID and by every ID that it must answer to.
func (r *runner) readBack(ctx context.Context, op Operation, uuid string) error {
	answer, err := r.hub.Get(ctx, op.Collection, uuid)
	if err != nil {
		return err
	}
	now, err := observe(answer.Body)
	if err != nil {
		return err
	}
	if stands, drift := judge(op, now, nil); stands != asWanted {
		return fmt.Errorf("the record reads back otherwise than the plan expects: %s", orText(joinDifferences(drift), lacking(op, now)))
	}
	remaining, err := remainingOf(ctx, r.hub, op)
	if err != nil {
		return err
	}
	if len(remaining) > 0 {
		return fmt.Errorf("the records merged away are still there: %s", keysOf(remaining))
	}
	for _, id := range op.Expect.IDs {
		if id.IsHub() {
			continue
		}
		holder, err := r.holder(ctx, op.Collection, id)
		shared := hasHazard(op, HazardTwoRecords) || slices.Contains(op.Before.IDs, id)
		if shared && (holder != "" || isRefusal(err)) {
			continue // it is on several records, as the plan says or as it was: which of them answers is the server's choice
		}
		if err != nil {
			return err
		}
		if holder != uuid {
			return fmt.Errorf("ID %s is answered by %s, not by %s", id, orText(holder, "no record"), uuid)
		}
	}
	return nil
}

// lacking names what the record does not show although the operation was to bring it.
func lacking(op Operation, now observed) string {
	var ds []difference
	for _, path := range unionOfKeys(op.Expect.Fields, nil) {
		if v := now.field(path); v != canonicalField(path, op.Expect.Fields[path]) {
			ds = append(ds, difference{path, canonicalField(path, op.Before.Fields[path]), v, canonicalField(path, op.Expect.Fields[path])})
		}
	}
	for _, path := range unionOfKeys(op.Expect.Refs, nil) {
		if v := now.ref(path); !sameRecord(v, op.Expect.Refs[path]) {
			ds = append(ds, difference{path, orNothing(op.Before.Refs[path]), orNothing(v), orNothing(op.Expect.Refs[path])})
		}
	}
	for _, id := range op.Expect.IDs {
		if !holds(now, id) {
			ds = append(ds, difference{"ID " + id.String(), "absent", "absent", "held"})
		}
	}
	return joinDifferences(ds)
}

func orText(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// recordOf decodes the record of an answer to a write; an answer without one is nil.
func recordOf(body json.RawMessage) *observed {
	o, err := observe(body)
	if err != nil {
		return nil
	}
	return &o
}
