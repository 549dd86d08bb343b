package merge

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/sameas/sameas/internal/connec"
)

// examineMerged judges an operation of Connec!'s own merge by the records that it takes away, too: the target alone may
// look as wanted before and after. It is done when all of them are gone, and to be done while all of them are there and
// hold what the plan took them to hold: what another editor has written to them since would go with them.
func (r *runner) examineMerged(ctx context.Context, op Operation, e examination) examination {
	if e.err != nil || e.standing == hasDrifted {
		return e
	}
	remaining, err := remainingOf(ctx, r.hub, op)
	switch {
	case err != nil:
		return examination{now: e.now, err: err}
	case len(remaining) == len(op.Merges):
		e.standing = asBefore
		for _, loser := range remaining {
			e.drift = append(e.drift, judgeLoser(op, loser)...)
		}
		if len(e.drift) > 0 {
			e.standing = hasDrifted
		}
	case len(remaining) > 0:
		e.standing, e.drift = hasDrifted, []difference{{what: "records to be merged", now: fmt.Sprintf("%d of %d are gone", len(op.Merges)-len(remaining), len(op.Merges))}}
	case e.standing == asBefore:
		e.standing, e.drift = hasDrifted, []difference{{what: "records to be merged", now: "gone, but the record kept is not as wanted"}}
	}
	return e
}

// judgeLoser finds what a record that is to be merged away has gained or lost since the plan was made: an ID, or a value
// that survivorship weighed.
func judgeLoser(op Operation, now observed) (drift []difference) {
	key := now.key()
	for _, id := range now.ids {
		if !id.IsHub() && !isVoid(id) && !slices.Contains(op.MayGain, id) && !slices.Contains(op.Expect.IDs, id) && !slices.Contains(op.NoIdentity, id) {
			drift = append(drift, difference{key + " ID " + id.String(), "absent", "held", "absent"})
		}
	}
	for _, f := range op.Fields {
		for _, held := range append(slices.Clone(f.Losing), LosingValue{f.Winner, f.After}) {
			value := now.field(f.Field)
			if sameRecord(held.Key, key) && value != canonicalRaw(held.Value) {
				drift = append(drift, difference{key + " " + f.Field, canonicalRaw(held.Value), value, "merged away"})
			}
		}
	}
	return drift
}

// key is the record's hub key.
func (o observed) key() string {
	for _, id := range o.ids {
		if id.IsHub() {
			return id.String()
		}
	}
	return connec.ExternalID{Provider: connec.HubProvider, ID: o.uuid}.String()
}

func keysOf(records []observed) string {
	keys := make([]string, len(records))
	for i, o := range records {
		keys[i] = o.key()
	}
	return strings.Join(keys, ", ")
}

// remainingOf are the records that the operation's merge was to take away and that are still there.
func remainingOf(ctx context.Context, h hub, op Operation) ([]observed, error) {
	var remaining []observed
	for _, key := range op.Merges {
		answer, err := h.Get(ctx, op.Collection, uuidOf(key))
		if statusOf(err) == 404 {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", key, err)
		}
		now, err := observe(answer.Body)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", key, err)
		}
		if now.uuid == uuidOf(key) { // a hub may answer for a record that is gone with the one that it went into
			remaining = append(remaining, now)
		}
	}
	return remaining, nil
}
