package merge

import (
	"context"
	"fmt"
)

// examineMerged judges an operation of Connec!'s own merge by the records that it takes away, too: the target alone may
// look as wanted before and after. It is done when all of them are gone, and to be done while all of them are there.
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
	case len(remaining) > 0:
		e.standing, e.drift = hasDrifted, []difference{{what: "records to be merged", now: fmt.Sprintf("%d of %d are gone", len(op.Merges)-len(remaining), len(op.Merges))}}
	case e.standing == asBefore:
		e.standing, e.drift = hasDrifted, []difference{{what: "records to be merged", now: "gone, but the record kept is not as wanted"}}
	}
	return e
}

// remainingOf are the records, by key, that the operation's merge was to take away and that are still there.
func remainingOf(ctx context.Context, h hub, op Operation) ([]string, error) {
	var remaining []string
	for _, key := range op.Merges {
		_, err := h.Get(ctx, op.Collection, uuidOf(key))
		switch {
		case statusOf(err) == 404:
		case err != nil:
			return nil, fmt.Errorf("read %s: %w", key, err)
		default:
			remaining = append(remaining, key)
		}
	}
	return remaining, nil
}
