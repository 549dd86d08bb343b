package match

import (
	"cmp"
	"slices"

	"github.com/sameas/sameas/match/kernel"
)

// Limits of clusters.
const (
	largeCluster  = 50  // records; a larger one is never auto, and its pairs are not all scored
	ambiguousBits = 3.0 // two forbidden neighbours nearer to each other than this: nobody can say which is right
	weakBits      = 3.0 // a bridge less than this above the threshold is weak
)

// candidate is a pair that clustering may join, a < b.
type candidate struct {
	a, b   uint32
	weight int32
	auto   bool // its evidence may join without being asked
}

// refusal is a union that was not made.
type refusal struct {
	candidate
	reason refusalKind
	scope  uint32 // of cannot-links
	x, y   uint32 // the records that forbid it: one of each cluster
}

type refusalKind uint8

const (
	refusedApart     refusalKind = iota // two IDs of one application
	refusedDifferent                    // judged different by a person
	refusedVeto                         // a pair inside would speak against it
	refusedFrozen                       // one side is a contradictory component
	refusedLarge
)

// partition is the clusters so far. Islands are clustered side by side: each touches what belongs to its own records only.
type partition struct {
	*unions
	id      *identity
	several []*several // by root: a cluster of several records, nil for others
}

// several is a cluster of several records.
type several struct {
	members []uint32  // ascending
	held    []holding // ascending by scope, one ID a scope
}

// newPartition starts from the components of must-links.
func newPartition(id *identity, component []uint32) *partition {
	p := &partition{unions: newUnions(len(component)), id: id, several: make([]*several, len(component))}
	for i, root := range component {
		if uint32(i) != root {
			p.parent[i] = root
			if p.several[root] == nil {
				p.several[root] = &several{members: []uint32{root}}
			}
			p.several[root].members = append(p.several[root].members, uint32(i))
		}
	}
	for _, s := range p.several {
		if s != nil {
			s.held = p.holdingsOf(s.members)
		}
	}
	return p
}

// list is the records of a cluster.
func (p *partition) list(root uint32) []uint32 {
	if s := p.several[root]; s != nil {
		return s.members
	}
	return []uint32{root}
}

// heldBy are the IDs that keep a cluster apart from others.
func (p *partition) heldBy(root uint32) []holding {
	if s := p.several[root]; s != nil {
		return s.held
	}
	return p.id.holdings[root]
}

func (p *partition) holdingsOf(records []uint32) []holding {
	var held []holding
	for _, r := range records {
		held = mergeHoldings(held, p.id.holdings[r])
	}
	return held
}

// establish makes sorted records a cluster, and returns its root.
func (p *partition) establish(members []uint32) uint32 {
	root := members[0]
	for _, i := range members {
		p.parent[i] = root
	}
	p.several[root] = nil
	if len(members) > 1 {
		p.several[root] = &several{members, p.holdingsOf(members)}
	}
	return root
}

// judgedApart finds a pair of two clusters that a person judged different.
func (p *partition) judgedApart(as, bs []uint32) (x, y uint32, apart bool) {
	if len(p.id.different) == 0 {
		return 0, 0, false
	}
	for _, x := range as {
		for _, y := range bs {
			if p.id.different[ordered(x, y)] {
				return x, y, true
			}
		}
	}
	return 0, 0, false
}

// clustering joins the records of one island best-first under constraints.
type clustering struct {
	*partition
	frozen map[uint32]bool // roots of contradictory components
	check  func(a, b uint32) bool
	// alike says that two records which must stay apart are one thing all the same, as far as evidence goes: an
	// application's own duplicates. Whichever of them a record is attached to, it is attached to the right thing.
	alike     func(a, b uint32) bool
	refusals  []refusal
	unwilling map[uint32]refusal // roots of components that are ambiguous: no fuzzy edge joins them
}

func newClustering(p *partition, contradictory map[uint32]bool, agree func(a, b uint32) bool) *clustering {
	return &clustering{partition: p, frozen: contradictory, check: agree}
}

// mergeHoldings unites two lists by scope; the first list's id stays where both have one.
func mergeHoldings(a, b []holding) []holding {
	out := slices.Concat(a, b)
	slices.SortStableFunc(out, func(x, y holding) int { return cmp.Compare(x.scope, y.scope) })
	return slices.CompactFunc(out, func(x, y holding) bool { return x.scope == y.scope })
}

// sortCandidates puts the pairs in the total order of joining: weight, then the smaller record, then the larger;
// records are numbered in the order of their keys.
func sortCandidates(candidates []candidate) {
	slices.SortFunc(candidates, func(x, y candidate) int {
		return cmp.Or(cmp.Compare(y.weight, x.weight), cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b))
	})
}

// run joins the candidates in order, as far as nothing forbids it.
func (c *clustering) run(candidates []candidate) {
	for _, e := range candidates {
		a, b := c.find(e.a), c.find(e.b)
		if a == b {
			continue
		}
		if c.isUnwilling(a) || c.isUnwilling(b) {
			continue
		}
		if r, refused := c.refuse(a, b, e); refused {
			c.refusals = append(c.refusals, r)
			continue
		}
		c.unite(a, b)
	}
}

func (c *clustering) isUnwilling(root uint32) bool {
	_, unwilling := c.unwilling[root]
	return unwilling
}

func (c *clustering) unite(a, b uint32) {
	merged := slices.Concat(c.list(a), c.list(b))
	held := mergeHoldings(c.heldBy(a), c.heldBy(b))
	root := c.join(a, b)
	slices.Sort(merged)
	c.several[max(a, b)], c.several[root] = nil, &several{merged, held}
}

// refuse says whether the union of two clusters is forbidden, and by what.
func (c *clustering) refuse(a, b uint32, e candidate) (refusal, bool) {
	if c.frozen[a] || c.frozen[b] {
		return refusal{candidate: e, reason: refusedFrozen}, true
	}
	as, bs := c.list(a), c.list(b)
	if x, y, apart := c.judgedApart(as, bs); apart {
		return refusal{candidate: e, reason: refusedDifferent, x: x, y: y}, true
	}
	if scope, clash := clash(c.heldBy(a), c.heldBy(b)); clash {
		x, y := c.holders(a, b, scope)
		return refusal{candidate: e, reason: refusedApart, scope: scope, x: x, y: y}, true
	}
	if len(as)+len(bs) > largeCluster {
		return refusal{}, false
	}
	for _, x := range as {
		for _, y := range bs {
			if !c.check(x, y) {
				return refusal{candidate: e, reason: refusedVeto, x: x, y: y}, true
			}
		}
	}
	return refusal{}, false
}

// clash finds a scope in which two clusters hold different IDs; both lists ascend by scope and are a few entries.
func clash(a, b []holding) (uint32, bool) {
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0].scope < b[0].scope:
			a = a[1:]
		case a[0].scope > b[0].scope:
			b = b[1:]
		case a[0].id != b[0].id:
			return a[0].scope, true
		default:
			a, b = a[1:], b[1:]
		}
	}
	return 0, false
}

// holders are the first records of two clusters that hold the clashing IDs.
func (c *clustering) holders(a, b uint32, scope uint32) (uint32, uint32) {
	first := func(root uint32) uint32 {
		for _, r := range c.list(root) {
			for _, h := range c.id.holdings[r] {
				if h.scope == scope {
					return r
				}
			}
		}
		return root
	}
	return first(a), first(b)
}

// ambiguous finds components that could be attached to either of two forbidden clusters about as well: for each
// refused union, the side whose own IDs do not clash, with an edge into the rest of its cluster that is hardly
// better than the refused one. It returns their roots in the component numbering.
func (c *clustering) ambiguous(component []uint32, candidates []candidate) map[uint32]refusal {
	best := c.bestInside(component, candidates)
	found := map[uint32]refusal{}
	for _, r := range c.refusals {
		if r.reason != refusedApart {
			continue
		}
		for _, side := range [2][2]uint32{{r.a, r.b}, {r.b, r.a}} {
			own := component[side[0]]
			other := c.find(side[1])
			if _, clashes := clash(c.componentHeld(component, own), c.heldBy(other)); clashes {
				continue
			}
			if c.alike != nil && c.alike(r.x, r.y) {
				continue
			}
			if inside, ok := best[own]; ok && float64(inside-r.weight)*kernel.Unit <= ambiguousBits {
				if _, seen := found[own]; !seen {
					found[own] = r
				}
			}
		}
	}
	return found
}

// bestInside is, per component, the weight of its best edge to another component of its cluster.
func (c *clustering) bestInside(component []uint32, candidates []candidate) map[uint32]int32 {
	best := map[uint32]int32{}
	for _, e := range candidates {
		x, y := component[e.a], component[e.b]
		if x == y || c.find(e.a) != c.find(e.b) {
			continue
		}
		for _, side := range [2]uint32{x, y} {
			if w, ok := best[side]; !ok || e.weight > w {
				best[side] = e.weight
			}
		}
	}
	return best
}

func (c *clustering) componentHeld(component []uint32, root uint32) []holding {
	var held []holding
	for _, r := range c.list(c.find(root)) {
		if component[r] == root {
			held = mergeHoldings(held, c.id.holdings[r])
		}
	}
	return held
}
