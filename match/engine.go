package match

import (
	"context"

	"github.com/sameas/sameas/match/kernel"
)

// Engine compares the pairs of blocks elsewhere than in this process. That is what takes the time of a match beyond one
// machine; all else is done here, so that whatever the engine the same records give the same rows.
type Engine interface {
	// Scan compares the pairs of the blocks and returns what Scanner.Scan finds in them: edges in the order of records,
	// pairs compared by rule, counts if the spec asks for them; or an error, but never a part of it. The name tells the
	// scans of one match apart, such as people/score. Progress may be called with any unit.
	Scan(ctx context.Context, name string, set *kernel.Set, spec *kernel.Spec, blocks kernel.Blocks, progress func(done, total int64)) (kernel.Result, error)
}

// scan compares the blocks by the engine of the options.
func (o Options) scan(ctx context.Context, name string, set *kernel.Set, spec *kernel.Spec, blocks kernel.Blocks, progress func(done, total int64)) (kernel.Result, error) {
	if o.Engine != nil {
		return o.Engine.Scan(ctx, name, set, spec, blocks, progress)
	}
	return scan(ctx, set, spec, blocks, o.Threads, progress)
}
