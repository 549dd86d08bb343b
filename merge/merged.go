package merge

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
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
			drift, err := r.judgeLoser(op, loser)
			if err != nil {
				return examination{now: e.now, err: err}
			}
			e.drift = append(e.drift, drift...)
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

// judgeLoser finds what a record that is to be merged away has gained or lost since the plan was made, in any of its
// parts, but for what this plan's own operations wrote.
func (r *runner) judgeLoser(op Operation, now observed) (drift []difference, err error) {
	held, err := now.whole()
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", now.key(), err)
	}
	key := op.Merges[slices.IndexFunc(op.Merges, func(key string) bool { return uuidOf(key) == now.uuid })]
	then := Operation{Type: TypeMerge, NoIdentity: op.NoIdentity, MayGain: op.MayGain, Before: Snapshot{IDs: op.Losers[key].IDs,
		Fields: maps.Clone(op.Losers[key].Fields), Refs: maps.Clone(op.Losers[key].Refs)}}
	for path := range held.Fields {
		if _, was := then.Before.Fields[path]; !was {
			setField(&then.Before.Fields, path, json.RawMessage("null"))
		}
	}
	for path := range held.Refs {
		if _, was := then.Before.Refs[path]; !was {
			setRef(&then.Before.Refs, path, "")
		}
	}
	own := r.ownOf(op.Collection, key)
	_, ids := judgeIDs(then, now, own)
	_, fields := judgeFields(then, now, own)
	_, refs := judgeRefs(then, now, own)
	for _, d := range slices.Concat(ids, fields, refs, judgeStatus(then, now, own)) {
		drift = append(drift, difference{key + " " + d.what, d.planned, d.now, "merged away"})
	}
	return drift, nil
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
