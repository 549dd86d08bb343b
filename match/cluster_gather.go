package match

import (
	"cmp"
	"slices"
)

// gatherPasses bounds how often clusters are gone through; the gain of a move is counted anew after each.
const gatherPasses = 3

// gather mends what joining best-first leaves behind where an application holds one thing twice. Its two records may not
// stand in one cluster, so each drew to itself what resembled it most, and the thing is split as it happened to fall. Where
// the two are alike, whatever need not stay with the one goes to the other, if it is alike too and the larger cluster
// resembles it more on the whole: single moves that raise the sum of weights inside clusters, as in the heuristics for
// correlation clustering (A. Goder and V. Filkov, "Consensus Clustering Algorithms: Comparison and Refinement", 2008).
func (c *clustering) gather(component []uint32, auto []candidate, weight func(a, b uint32) int32) {
	if c.alike == nil {
		return
	}
	for range gatherPasses {
		moved := false
		edges := c.edgesOfSplit(auto)
		for _, r := range c.refusals {
			if r.reason == refusedApart && c.find(r.a) != c.find(r.b) && c.alike(r.x, r.y) {
				moved = c.gatherPair(component, edges, r, weight) || moved
			}
		}
		if !moved {
			return
		}
		again := c.refusals
		c.refusals = nil
		retried := make([]candidate, 0, len(again))
		for _, r := range again {
			retried = append(retried, r.candidate)
		}
		c.run(retried)
	}
}

// edgesOfSplit are the edges of the records of clusters that a cannot-link divides, by record.
func (c *clustering) edgesOfSplit(auto []candidate) map[uint32][]candidate {
	split := map[uint32]bool{}
	for _, r := range c.refusals {
		if r.reason == refusedApart {
			split[c.find(r.a)], split[c.find(r.b)] = true, true
		}
	}
	edges := map[uint32][]candidate{}
	for _, e := range auto {
		if split[c.find(e.a)] && split[c.find(e.b)] {
			edges[e.a], edges[e.b] = append(edges[e.a], e), append(edges[e.b], e)
		}
	}
	return edges
}

// gatherPair moves components from the smaller of two clusters to the larger.
func (c *clustering) gatherPair(component []uint32, edges map[uint32][]candidate, r refusal, weight func(a, b uint32) int32) (moved bool) {
	to, from := c.find(r.a), c.find(r.b)
	if c.frozen[to] || c.frozen[from] || c.isUnwilling(to) || c.isUnwilling(from) {
		return false
	}
	if d := cmp.Compare(len(c.list(to)), len(c.list(from))); d < 0 || d == 0 && to > from {
		to, from = from, to
	}
	for _, part := range partsOf(component, c.list(from)) {
		to, from = c.find(to), c.find(from)
		rest := without(c.list(from), part)
		if len(rest) == 0 || !c.mayMove(part, to, edges) || c.sum(part, c.list(to), weight) <= c.sum(part, rest, weight) {
			continue
		}
		to, from = c.move(part, rest, to)
		moved = true
	}
	return moved
}

// partsOf cuts a cluster into its components, in the order of their smallest records.
func partsOf(component, members []uint32) [][]uint32 {
	byRoot := map[uint32][]uint32{}
	var roots []uint32
	for _, i := range members {
		root := component[i]
		if byRoot[root] == nil {
			roots = append(roots, root)
		}
		byRoot[root] = append(byRoot[root], i)
	}
	slices.Sort(roots)
	parts := make([][]uint32, 0, len(roots))
	for _, root := range roots {
		parts = append(parts, byRoot[root])
	}
	return parts
}

func without(members, part []uint32) []uint32 {
	return slices.DeleteFunc(slices.Clone(members), func(i uint32) bool { return slices.Contains(part, i) })
}

// mayMove reports that an edge joins a part to a cluster, and that nothing forbids it.
func (c *clustering) mayMove(part []uint32, to uint32, edges map[uint32][]candidate) bool {
	joins := slices.ContainsFunc(part, func(i uint32) bool {
		return slices.ContainsFunc(edges[i], func(e candidate) bool { return e.a != i && c.find(e.a) == to || e.b != i && c.find(e.b) == to })
	})
	if !joins || len(c.list(to))+len(part) > largeCluster {
		return false
	}
	if _, clashes := clash(c.holdingsOf(part), c.heldBy(to)); clashes {
		return false
	}
	for _, x := range part {
		for _, y := range c.list(to) {
			if c.id.different[ordered(x, y)] || !c.check(x, y) {
				return false
			}
		}
	}
	return true
}

func (c *clustering) sum(part, members []uint32, weight func(a, b uint32) int32) int64 {
	sum := int64(0)
	for _, x := range part {
		for _, y := range members {
			sum += int64(weight(x, y))
		}
	}
	return sum
}

// move takes a part out of its cluster, of which the rest stays, into another, and returns the roots of both.
func (c *clustering) move(part, rest []uint32, to uint32) (newTo, newFrom uint32) {
	grown := slices.Sorted(slices.Values(slices.Concat(c.list(to), part)))
	from := c.find(part[0])
	for _, root := range []uint32{to, from} {
		c.several[root] = nil
	}
	return c.establish(grown), c.establish(rest)
}
