package match

import (
	"cmp"
	"container/heap"
	"slices"
	"strings"
	"sync"

	"github.com/sameas/sameas/match/kernel"
)

// refinement tells of a key that was over the budget and what became of it.
type refinement struct {
	key     uint64
	first   uint32 // of its records
	words   string // of those told of
	records int64
	pairs   int64
	left    int64 // pairs still compared
}

// refining splits the largest groups of a rule until the sum of their pairs keeps a budget.
type refining struct {
	ruleGroups
	refiners []refiner
	refined  []refinement
	total    int64 // pairs
	floor    int   // groups of so many records or more
	heap     []group
	ranked   []uint64 // memory to split in
}

// refine splits the largest groups, each by the next refiner, until the sum of pairs keeps the budget. A group that
// no refiner is left for is cut into runs of neighbours. Every split is recorded.
func (g ruleGroups) refine(refiners []refiner, budget int64) (ruleGroups, []refinement) {
	r := refining{ruleGroups: g, refiners: refiners}
	for i := range g.groups {
		r.total += g.groups[i].pairs()
		r.floor = max(r.floor, g.groups[i].size()+1)
	}
	if r.total <= budget {
		return g, nil
	}
	for r.total > budget {
		r.split(r.take())
	}
	r.putBack()
	return r.ruleGroups, r.refined
}

// take takes the largest group out, the one with the smallest key among equals. Few groups are ever taken: the heap holds
// those of floor records or more, and parts.
func (r *refining) take() group {
	for len(r.heap) == 0 || r.heap[0].size() < r.floor {
		r.lower()
	}
	g, last := r.heap[0], len(r.heap)-1
	r.heap[0], r.heap = r.heap[last], r.heap[:last]
	if last > 0 {
		heap.Fix(r, 0)
	}
	return g
}

// lower halves the floor.
func (r *refining) lower() {
	r.floor /= 2
	r.groups = slices.DeleteFunc(r.groups, func(g group) bool {
		if g.size() < r.floor {
			return false
		}
		r.heap = append(r.heap, g)
		return true
	})
	heap.Init(r)
}

// split parts a group by its next refiner, in the order of the refiner's ranks.
func (r *refining) split(g group) {
	r.total -= g.pairs()
	if g.origin < 0 {
		g.origin = int32(len(r.refined))
		r.refined = append(r.refined, refinement{key: g.key, first: r.records[g.from], records: int64(g.size()), pairs: g.pairs()})
	}
	if int(g.depth) >= len(r.refiners) { // nothing tells them apart any more
		half := g.from + uint32(g.size()/2)
		r.add(g, g.from, half)
		r.add(g, half, g.to)
		return
	}
	ranks, records := r.refiners[g.depth], r.records[g.from:g.to]
	g.depth++
	ranked := r.ranked[:0] // rank, record
	for _, i := range records {
		ranked = append(ranked, uint64(ranks(i))<<32|uint64(i))
	}
	slices.Sort(ranked)
	r.ranked = ranked
	from := g.from
	for n := range ranked {
		records[n] = uint32(ranked[n])
		if n > 0 && ranked[n]>>32 != ranked[n-1]>>32 {
			r.add(g, from, g.from+uint32(n))
			from = g.from + uint32(n)
		}
	}
	r.add(g, from, g.to)
}

// add adds a part of a group, if it has pairs.
func (r *refining) add(g group, from, to uint32) {
	if g.from, g.to = from, to; g.size() < 2 {
		return
	}
	r.total += g.pairs()
	r.heap = append(r.heap, g)
	heap.Fix(r, len(r.heap)-1)
}

// putBack puts the groups that nobody took back among the others.
func (r *refining) putBack() {
	for _, g := range r.heap {
		if g.origin >= 0 {
			r.refined[g.origin].left += g.pairs()
		}
	}
	slices.SortFunc(r.heap, func(a, b group) int { return cmp.Compare(a.from, b.from) })
	groups, parts := make([]group, 0, len(r.groups)+len(r.heap)), r.heap
	for _, g := range r.groups {
		for len(parts) > 0 && parts[0].from < g.from {
			groups, parts = append(groups, parts[0]), parts[1:]
		}
		groups = append(groups, g)
	}
	r.groups = append(groups, parts...)
}

// Len, Less, Swap, Push and Pop are those of the heap; groups are put in and taken out without a copy in an interface.
func (r *refining) Len() int { return len(r.heap) }
func (r *refining) Less(i, j int) bool {
	a, b := &r.heap[i], &r.heap[j]
	if a.size() != b.size() {
		return a.size() > b.size()
	}
	return a.from < b.from
}
func (r *refining) Swap(i, j int) { r.heap[i], r.heap[j] = r.heap[j], r.heap[i] }
func (*refining) Push(any)        {}
func (*refining) Pop() any        { return nil }

// tell puts the largest refinements first and words their keys.
func (s *schema) tell(set *kernel.Set, rule int, refined []refinement) {
	slices.SortFunc(refined, func(a, b refinement) int {
		return cmp.Or(cmp.Compare(b.records, a.records), cmp.Compare(a.key, b.key))
	})
	k := s.newKeyring()
	for i := range refined[:min(toldKeys, len(refined))] {
		f := &refined[i]
		f.words = k.wordsOf(vals(set, f.first, nil), rule, f.key)
	}
}

// refiner tells by what a record's key is split: the rank of a text among all that there are.
type refiner func(record uint32) uint32

// refiners are what a key too large is split by, first the first: attributes that duplicates mostly share. They may be asked
// by several goroutines.
func (s *schema) refiners(set *kernel.Set) []refiner {
	value := func(name string, cut func(string) string) refiner {
		f := s.index(name)
		ranks := sync.OnceValue(func() []uint32 { return ranked(set.Dictionaries[f], cut) })
		return func(i uint32) uint32 { return ranks()[set.Values[f][i]] }
	}
	first := func(n int) func(string) string {
		return func(v string) string {
			v, _, _ = strings.Cut(v, valueSeparator)
			return v[:min(n, len(v))]
		}
	}
	if s.collection == "people" {
		return []refiner{value("given", first(3)), value("family", first(4)), value("birth_date", first(4)), value("postcode", first(8))}
	}
	return []refiner{value("name", sortedWord), value("city", first(6)), value("postcode", first(8))}
}

// ranked gives each value of a dictionary the rank of what is taken of it.
func ranked(d *kernel.Dictionary, take func(text string) string) []uint32 {
	numbers, texts := numbered(d, take)
	order := make([]uint32, len(texts))
	for n := range order {
		order[n] = uint32(n)
	}
	slices.SortFunc(order, func(a, b uint32) int { return strings.Compare(texts[a], texts[b]) })
	rank := make([]uint32, len(texts))
	for r, n := range order {
		rank[n] = uint32(r)
	}
	for code, n := range numbers {
		numbers[code] = rank[n]
	}
	return numbers
}

// sortedWord is the first word of a name in alphabetical order, so that the order of its words does not matter.
func sortedWord(name string) string {
	name, _, _ = strings.Cut(name, valueSeparator)
	words := strings.Fields(kernel.Unmarked(name))
	if len(words) == 0 {
		return ""
	}
	return slices.Min(words)
}
