package merge

import "sync"

// crew works on operations side by side, as many as its width. Three rules keep them apart: a level begins when the one
// before it has ended; an operation waits for those that it depends on; and no two operations that touch one record or
// one ID are under way together, since a request that races another on the same ID can make a second record.
type crew struct {
	width int

	mu    sync.Mutex
	freed sync.Cond
	under int             // operations under way
	level int             // theirs
	held  map[string]bool // operations under way, and the records and IDs that they touch
	err   error           // the first; nothing new is begun after it
}

func newCrew(width int) *crew {
	c := &crew{width: max(width, 1), held: map[string]bool{}}
	c.freed.L = &c.mu
	return c
}

// take begins work on the operation once it may begin, and returns then; begin is called before it does, in the order of
// the calls of take. An error of any work ends the crew: it is returned by take and by wait.
func (c *crew) take(op Operation, begin func(), work func() error) error {
	holds := touched(op)
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.err == nil && !c.free(op, holds) {
		c.freed.Wait()
	}
	if c.err != nil {
		return c.err
	}
	begin()
	c.under++
	c.level = op.Level
	for _, name := range holds {
		c.held[name] = true
	}
	go func() {
		err := work()
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.err == nil {
			c.err = err
		}
		c.under--
		for _, name := range holds {
			delete(c.held, name)
		}
		c.freed.Broadcast()
	}()
	return nil
}

// free reports whether the operation may begin.
func (c *crew) free(op Operation, holds []string) bool {
	if c.under == 0 {
		return true
	}
	if c.under >= c.width || c.level != op.Level {
		return false
	}
	for _, name := range holds {
		if c.held[name] {
			return false
		}
	}
	for _, id := range op.DependsOn {
		if c.held[operationName(id)] {
			return false
		}
	}
	return true
}

// wait returns when all work has ended, with the first error.
func (c *crew) wait() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.under > 0 {
		c.freed.Wait()
	}
	return c.err
}

func operationName(id string) string { return "operation " + id }

// touched names the operation, the records that it writes or takes away, and the IDs that its request bears.
func touched(op Operation) []string {
	names := []string{operationName(op.ID)}
	record := func(key string) { names = append(names, "record "+op.Collection+" "+key) }
	if op.Target != "" {
		record(op.Target)
	}
	for _, key := range op.Merges {
		record(key)
	}
	for _, id := range op.BearsIDs {
		names = append(names, "ID "+op.Collection+" "+id.String())
	}
	return names
}
