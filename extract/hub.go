package extract

import (
	"context"

	"github.com/sameas/sameas/internal/connec"
)

// lister reads pages; *connec.Client is one.
type lister interface {
	List(ctx context.Context, collection string, o connec.ListOptions) (connec.Page, error)
}

// client makes the client of a connec source. Its credentials are read once for all collections: a command that gives them
// may ask a person.
func (x *extraction) client(ctx context.Context, t *task) (lister, error) {
	if known, ok := x.connections[t.source.Name]; ok {
		return connec.NewClient(known)
	}
	options, err := t.source.Connection(ctx, x.Getenv)
	if err != nil {
		return nil, err
	}
	options.Rate, options.Concurrency, options.Doer = t.source.Rate, t.source.Concurrency, x.Doer
	x.connections[t.source.Name] = options
	return connec.NewClient(options)
}
