package match

import (
	"cmp"
	"context"
	"slices"
)

// outcome is what clustering found.
type outcome struct {
	auto      *partition
	review    *unions
	tier      map[uint32]string // of roots of two records or more that are not auto
	shapes    []clusterShape    // of the clusters of two records or more, by root
	conflicts []conflict
}

// form makes the clusters: must-links, then pairs at or above auto, island by island; then the wider clusters for review;
// then it looks at what was made.
func (m *matching) form(ctx context.Context) (outcome, error) {
	contradictory := m.identity.contradictions(m.records, m.component, m.sameContent)
	out := outcome{auto: newPartition(m.identity, m.component), tier: map[uint32]string{}}
	if err := m.joinIslands(ctx, &out, contradictory); err != nil {
		return out, err
	}
	if err := m.widen(ctx, &out); err != nil {
		return out, err
	}
	return out, m.takeOut(ctx, &out, contradictory)
}

// joinIslands joins what may be joined unasked.
func (m *matching) joinIslands(ctx context.Context, out *outcome, contradictory map[uint32]bool) error {
	var auto []candidate
	for i := range m.kept {
		if p := &m.kept[i]; p.auto {
			auto = append(auto, p.candidate())
		}
	}
	all := islands(m.component, auto)
	conflicts := make([][]conflict, len(all))
	err := m.inChunks(ctx, len(all), func(m *matching, i int) {
		conflicts[i] = m.joinIsland(out.auto, contradictory, all[i])
	})
	out.conflicts = slices.Concat(conflicts...)
	return err
}

// inChunks calls do for every i below n on all cores, each with a matching that judges for itself.
func (m *matching) inChunks(ctx context.Context, n int, do func(m *matching, i int)) error {
	threads := workers(m.options.Threads)
	mine := make([]*matching, threads)
	for w := range mine {
		own := *m
		own.judge = m.anotherJudge()
		mine[w] = &own
	}
	return inPieces(ctx, threads, n, 512, func(worker, from, to int) {
		for i := from; i < to; i++ {
			do(mine[worker], i)
		}
	})
}

// alike reports that a pair's evidence would join it unasked if nothing forbade it.
func (m *matching) alike(a, b uint32) bool {
	if p := m.keptPair(a, b); p != nil {
		return p.auto && m.agree(a, b)
	}
	c := m.judge.Compare(a, b)
	return c.Weight >= thresholdUnits(m.model.Thresholds.Auto) && m.judge.independent(a, b, c) && m.agree(a, b)
}

// widen goes on joining at the review threshold: what a person is asked about stands together.
func (m *matching) widen(ctx context.Context, out *outcome) error {
	doubtful, err := m.doubtful(ctx, out.auto)
	if err != nil {
		return err
	}
	w := widening{matching: m, partition: out.auto, wider: newUnions(len(m.records)), members: map[uint32][]uint32{}}
	copy(w.wider.parent, out.auto.parent)
	out.review = w.wider
	for _, l := range m.identity.links {
		if m.linkReviewable(l) {
			w.unite(l.a, l.b, false)
		}
	}
	for _, e := range doubtful {
		w.unite(e.a, e.b, true)
	}
	return nil
}

// doubtful are the pairs of different clusters that are worth a person's time, in the order of joining.
func (m *matching) doubtful(ctx context.Context, auto *partition) ([]candidate, error) {
	worth := make([]bool, len(m.kept))
	auto.flatten()
	err := m.inChunks(ctx, len(m.kept), func(m *matching, i int) { worth[i] = m.reviewable(auto, &m.kept[i]) })
	var pairs []candidate
	for i, w := range worth {
		if w {
			pairs = append(pairs, m.kept[i].candidate())
		}
	}
	sortCandidates(pairs)
	return pairs, err
}

// averageSlack is how many bits below the review threshold two wider clusters may resemble each other on average.
const averageSlack = 4.0

// widening is the wider clusters while they are formed.
type widening struct {
	*matching
	*partition
	wider   *unions
	members map[uint32][]uint32 // of those that are wider than a cluster
}

func (w *widening) all(root uint32) []uint32 {
	if m := w.members[root]; m != nil {
		return m
	}
	return w.list(root)
}

// unite joins two wider clusters, unless they grow too large for a person to look at, or, with onAverage, resemble
// each other in one pair only: doubtful pairs in a chain would put a street of namesakes before one person.
func (w *widening) unite(a, b uint32, onAverage bool) {
	a, b = w.wider.find(a), w.wider.find(b)
	if a == b {
		return
	}
	as, bs := w.all(a), w.all(b)
	if len(as)+len(bs) > largeCluster || onAverage && !w.alikeOnAverage(as, bs) {
		return
	}
	root := w.wider.join(a, b)
	delete(w.members, max(a, b))
	w.members[root] = slices.Concat(as, bs)
}

func (w *widening) alikeOnAverage(as, bs []uint32) bool {
	sum := int64(0)
	for _, x := range as {
		for _, y := range bs {
			sum += int64(w.weight(x, y))
		}
	}
	return sum >= int64(w.model.spec.Keep-units(averageSlack))*int64(len(as)*len(bs))
}

// sortConflicts puts the rows in a total order.
func sortConflicts(conflicts []conflict) {
	slices.SortFunc(conflicts, func(x, y conflict) int {
		return cmp.Or(cmp.Compare(x.kind, y.kind), cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b), cmp.Compare(x.keyA, y.keyA),
			cmp.Compare(x.provider, y.provider), cmp.Compare(x.realm, y.realm), cmp.Compare(x.detail, y.detail))
	})
}
