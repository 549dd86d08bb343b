package match

import (
	"context"
	"sync"

	"golang.org/x/sync/errgroup"
)

// learn changes values by what all records of the collection tell of them. What changes fields of its own goes on beside what
// changes others.
func (c *columns) learn(ctx context.Context) error {
	first, ctxFirst := errgroup.WithContext(ctx)
	first.Go(func() error { return c.markTelling(ctxFirst) })
	first.Go(func() error {
		c.joinPhones()
		return nil
	})
	if err := first.Wait(); err != nil {
		return err
	}
	leads := sync.OnceValue(c.leads)
	then, ctxThen := errgroup.WithContext(ctx)
	then.Go(func() error { return c.dropPlaceholders(ctxThen, leads) })
	then.Go(func() error {
		c.markOwn(leads)
		return nil
	})
	if err := then.Wait(); err != nil {
		return err
	}
	for f := range c.dictionaries { // marks take room, too
		if err := c.full(f); err != nil {
			return err
		}
	}
	return nil
}
