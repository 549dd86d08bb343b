package merge

import (
	"context"
	"fmt"
	"slices"
	"sync"
)

// canaries let one operation of each kind out before the others of its kind: until one has been seen to do what it was
// to do, and nothing beside, only the first in the plan of those under way may send its request.
type canaries struct {
	mu     sync.Mutex
	turn   sync.Cond
	proven map[string]bool
	queue  map[string][]int64 // operations under way, by kind, by their place in the plan
}

// canaryKinds are what an operation can be a canary of: its type, which is read back by its UUID and by every ID, and
// putting an ID on a second record, after which the first record is read back, too.
func canaryKinds(op Operation) []string {
	if hasHazard(op, HazardTwoRecords) {
		return []string{op.Type, HazardTwoRecords}
	}
	return []string{op.Type}
}

func newCanaries() *canaries {
	c := &canaries{proven: map[string]bool{}, queue: map[string][]int64{}}
	c.turn.L = &c.mu
	return c
}

func (c *canaries) isProven(kind string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.proven[kind]
}

func (c *canaries) prove(kind string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.proven[kind] = true
	delete(c.queue, kind)
	c.turn.Broadcast()
}

// join is called in the order of the plan, before the operation is dealt with; leave when that has been done.
func (c *canaries) join(op Operation, at int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, kind := range canaryKinds(op) {
		if !c.proven[kind] {
			c.queue[kind] = append(c.queue[kind], at)
		}
	}
}

func (c *canaries) leave(op Operation, at int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, kind := range canaryKinds(op) {
		if i := slices.Index(c.queue[kind], at); i >= 0 {
			c.queue[kind] = slices.Delete(c.queue[kind], i, i+1)
		}
	}
	c.turn.Broadcast()
}

// wait returns when the operation's request may leave, and says whether that took time: then what was read of the
// target is old. Nobody waits for an operation that comes later in the plan, so somebody can always go on.
func (c *canaries) wait(op Operation, at int64) (waited bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, kind := range canaryKinds(op) {
		for !c.proven[kind] && len(c.queue[kind]) > 0 && c.queue[kind][0] != at {
			waited = true
			c.turn.Wait()
		}
	}
	return waited
}

// canary reads the first operation of each type back before a second one is sent, and every one whose answer lacks an
// ID that was sent.
func (r *runner) canary(ctx context.Context, s step) step {
	if len(s.unshown) > 0 {
		ctx = context.WithoutCancel(ctx)
	}
	if r.canaries.isProven(s.op.Type) && len(s.unshown) == 0 || ctx.Err() != nil {
		return s
	}
	if err := r.readBack(ctx, s.op, s.uuid); err != nil {
		if ctx.Err() != nil {
			return s
		}
		s.outcome = OutcomeFailed
		s.detail = "canary: the first " + s.op.Type + " was answered well, but: " + err.Error()
		if len(s.unshown) > 0 {
			s.detail = fmt.Sprintf("answered well, but without %s: %v", names(s.unshown), err)
		}
		s.halt = "the canary did not come back"
		return s
	}
	s.canary = true
	r.canaries.prove(s.op.Type)
	return s
}
