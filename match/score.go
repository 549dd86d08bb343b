package match

import (
	"cmp"
	"context"
	"slices"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/sameas/sameas/match/kernel"
)

// scan compares the blocks on all cores. The result does not depend on their number: counts are added, and edges are
// put in the order of records.
func scan(ctx context.Context, set *kernel.Set, spec *kernel.Spec, blocks kernel.Blocks, threads int, progress func(done, total int64)) (kernel.Result, error) {
	n := workers(threads)
	scanners := make([]*kernel.Scanner, n)
	var next, done atomic.Int64
	group, ctx := errgroup.WithContext(ctx)
	for w := range n {
		scanners[w] = kernel.NewScanner(set, spec)
		group.Go(func() error {
			const batch = 64
			some := make([]kernel.Block, 0, batch)
			for {
				from := int(next.Add(batch)) - batch
				if from >= blocks.N {
					return nil
				}
				if err := ctx.Err(); err != nil {
					return err
				}
				to := min(from+batch, blocks.N)
				some = some[:0]
				for i := from; i < to; i++ {
					some = append(some, blocks.At(i))
				}
				scanners[w].ScanAll(some)
				if w == 0 || done.Load()%4096 == 0 {
					progress(done.Add(int64(to-from)), int64(blocks.N))
				} else {
					done.Add(int64(to - from))
				}
			}
		})
	}
	if err := group.Wait(); err != nil {
		return kernel.Result{}, err
	}
	return together(scanners, set.RuleCount()), nil
}

func together(scanners []*kernel.Scanner, rules int) kernel.Result {
	sum := kernel.Result{Pairs: make([]int64, rules), Counts: map[kernel.Count]int64{}}
	found := make([][]kernel.Edge, len(scanners))
	for i, s := range scanners {
		result := s.Result()
		found[i] = result.Edges
		for r, n := range result.Pairs {
			sum.Pairs[r] += n
		}
		for c, n := range result.Counts {
			sum.Counts[c] += n
		}
	}
	sum.Edges = sortedEdges(found)
	return sum
}

// sortedEdges are the edges in the order of records: put in place by their first record, and then the few
// that share it by their second.
func sortedEdges(found [][]kernel.Edge) []kernel.Edge {
	records, n := 0, 0
	for _, edges := range found {
		n += len(edges)
		for i := range edges {
			records = max(records, int(edges[i].A)+1)
		}
	}
	at := make([]uint32, records+1) // where the next edge of a record goes
	for _, edges := range found {
		for i := range edges {
			at[edges[i].A+1]++
		}
	}
	for i := range records {
		at[i+1] += at[i]
	}
	sorted := make([]kernel.Edge, n)
	for _, edges := range found {
		for i := range edges {
			to := &at[edges[i].A]
			sorted[*to] = edges[i]
			*to++
		}
	}
	from := uint32(0)
	for _, to := range at[:records] {
		slices.SortFunc(sorted[from:to], func(a, b kernel.Edge) int { return cmp.Compare(a.B, b.B) })
		from = to
	}
	return sorted
}
