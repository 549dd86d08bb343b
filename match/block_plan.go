package match

import (
	"cmp"
	"container/heap"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/sameas/sameas/match/kernel"
)

// Budgets of the planner.
const (
	tileRecords    = 2000      // a block of more records is cut into tiles of this many, compared two by two: nothing is lost
	pairsPerRecord = 8         // a rule's pairs may be this many for each record,
	pairsAtLeast   = 3_000_000 // or this many, whichever is more,
	looseShare     = 4         // of which a loose rule has one in this many
	toldKeys       = 20        // of the keys over the budget, so many are told of one by one
)

// plan is what will be compared: the records of every key, keys in the order of rules.
type plan struct {
	starts  []uint32       // where the records of each key begin among members; one more than there are keys
	members []uint32       // ascending within a key
	owners  []int          // per rule: the number of its first key; one more than there are rules
	tiled   []kernel.Block // the tiles of the keys that are cut
	rules   []rulePlan
	keyed   int // of the rules, how many put records together for what they hold
}

type rulePlan struct {
	keys    int64
	largest int64
	pairs   int64 // before pairs that an earlier rule holds are left out
	top     []PreflightKey
	refined []refinement
}

// refinement tells of a key that was over the budget and what became of it.
type refinement struct {
	group   group  // as it was
	key     string // in words, of those told of
	records int64
	pairs   int64
	left    int64 // pairs still compared
}

func pairsOf(n int) int64 { return int64(n) * int64(n-1) / 2 }

// group is the records under one key, or under a part of it.
type group struct {
	key     uint64
	part    []uint32 // what its records agree on beside the key, by refiner
	depth   int      // how often it was refined
	origin  int      // index of its refinement, or -1
	records []uint32
}

// keysAtOnce is of how many records times rules the keys are held at once: those of ten million people's fifteen rules
// would take more memory than all else.
const keysAtOnce = 60_000_000

// planBlocks groups the records by key, refines keys until each rule keeps its budget, gives set the keys as refined, and
// cuts large blocks into tiles.
func planBlocks(ctx context.Context, s *schema, set *kernel.Set, threads int) (*plan, error) {
	return s.planBy(ctx, set, max(1, keysAtOnce/max(1, set.Len())), threads)
}

// planBy plans so many rules at a time.
func (s *schema) planBy(ctx context.Context, set *kernel.Set, some, threads int) (*plan, error) {
	p := &plan{rules: make([]rulePlan, len(s.rules)), keyed: s.keyed(), owners: []int{0}, starts: []uint32{0}}
	refiners := s.refiners(set)
	for from := 0; from < len(s.rules); from += some {
		rules := ruleRange{from, min(from+some, len(s.rules))}
		groups, err := s.groupByKey(ctx, set, rules, refiners, p.rules, workers(threads))
		if err != nil {
			return nil, err
		}
		p.append(groups, rules)
	}
	p.cut(tileRecords)
	p.giveKeys(set)
	return p, nil
}

// ruleRange is some rules, the last one not included.
type ruleRange struct{ from, to int }

func (r ruleRange) len() int { return r.to - r.from }

// groupByKey groups the records by the keys of some rules, as refined.
func (s *schema) groupByKey(ctx context.Context, set *kernel.Set, rules ruleRange, refiners []refiner, plans []rulePlan, threads int) ([][]group, error) {
	made, err := s.blockKeys(ctx, set, rules, threads)
	if err != nil {
		return nil, err
	}
	groups := make([][]group, rules.len())
	err = inParallel(ctx, threads, rules.len(), func(_, n int) error {
		r := rules.from + n
		all := made.take(n).groups()
		plans[r].top = s.largestKeys(set, r, all)
		groups[n] = s.refine(set, r, all, refiners, s.rules[r].budget(set.Len()), &plans[r])
		return nil
	})
	return groups, err
}

// budget is how many pairs of so many records a rule may compare. What a loose rule's largest keys lose by having less, other
// rules find: of a generated million's true pairs those that no rule finds grow from one in a thousand to two.
func (r *rule) budget(records int) int64 {
	pairs := max(int64(records)*pairsPerRecord, pairsAtLeast)
	if r.strength == loose {
		pairs /= looseShare
	}
	return pairs
}

// append adds the groups of the next rules.
func (p *plan) append(groups [][]group, rules ruleRange) {
	keys, members := 0, 0
	for _, of := range groups {
		keys += len(of)
		for _, g := range of {
			members += len(g.records)
		}
	}
	p.starts, p.members = slices.Grow(p.starts, keys), slices.Grow(p.members, members)
	for n, of := range groups {
		for _, g := range of {
			p.rules[rules.from+n].add(len(g.records))
			p.members = append(p.members, g.records...)
			p.starts = append(p.starts, uint32(len(p.members)))
		}
		groups[n] = nil
		p.owners = append(p.owners, len(p.starts)-1)
	}
}

func (rp *rulePlan) add(records int) {
	rp.keys++
	rp.largest = max(rp.largest, int64(records))
	rp.pairs += pairsOf(records)
}

// keys is how many keys two records or more share.
func (p *plan) keys() int { return len(p.starts) - 1 }

// records are those of a key.
func (p *plan) records(key int) []uint32 { return p.members[p.starts[key]:p.starts[key+1]] }

// blocks is how many blocks there are: the tiles of large keys, and then one a key.
func (p *plan) blocks() int { return len(p.tiled) + p.keys() }

// block is one of the blocks; that of a key which is cut into tiles is empty.
func (p *plan) block(i int) kernel.Block {
	if i < len(p.tiled) {
		return p.tiled[i]
	}
	key := i - len(p.tiled)
	b := kernel.Block{Rule: p.ruleOf(key), Key: uint32(key), Records: p.records(key)}
	if len(b.Records) > tileRecords {
		b.Records = nil
	}
	return b
}

func (p *plan) ruleOf(key int) int {
	r, _ := slices.BinarySearch(p.owners, key+1)
	return r - 1
}

// cut cuts the keys of more than so many records into pairs of slices, so that all cores work on them.
func (p *plan) cut(most int) {
	for key := range p.keys() {
		records := p.records(key)
		if len(records) <= most {
			continue
		}
		rule, chunks := p.ruleOf(key), slices.Collect(slices.Chunk(records, most))
		for i, a := range chunks {
			p.tiled = append(p.tiled, kernel.Block{Rule: rule, Key: uint32(key), Records: a})
			for _, b := range chunks[i+1:] {
				p.tiled = append(p.tiled, kernel.Block{Rule: rule, Key: uint32(key), Records: a, Others: b})
			}
		}
	}
}

// giveKeys lays the keys' numbers out by record.
func (p *plan) giveKeys(set *kernel.Set) {
	set.Rules = nil
	for _, first := range p.owners {
		set.Rules = append(set.Rules, uint32(first))
	}
	start := make([]uint32, set.Len()+1)
	for _, record := range p.members {
		start[record+1]++
	}
	for i := range set.Len() {
		start[i+1] += start[i]
	}
	keys, next := make([]uint32, len(p.members)), slices.Clone(start)
	for key := range p.keys() {
		for _, record := range p.records(key) {
			keys[next[record]] = uint32(key)
			next[record]++
		}
	}
	set.Keys = kernel.KeyColumn{Start: start, Keys: keys}
}

// dropBlocks frees what was to be compared when all pairs are scored; each record still has its keys.
func (p *plan) dropBlocks() { p.starts, p.members, p.tiled = nil, nil, nil }

// refine splits the largest groups, each by the next refiner, until the sum of pairs keeps the budget. A group that
// no refiner is left for is cut into runs of neighbours. Every split is recorded. The groups are given, and returned, in the
// order of keys.
func (s *schema) refine(set *kernel.Set, r int, groups []group, refiners []refiner, budget int64, rp *rulePlan) []group {
	total := int64(0)
	for i := range groups {
		total += pairsOf(len(groups[i].records))
	}
	if total <= budget {
		return groups
	}
	q := newLargestFirst(groups)
	for total > budget {
		g := q.take()
		if g.origin < 0 {
			g.origin = len(rp.refined)
			rp.refined = append(rp.refined, refinement{group: g, records: int64(len(g.records)), pairs: pairsOf(len(g.records))})
		}
		total -= pairsOf(len(g.records))
		for _, part := range split(g, refiners) {
			if len(part.records) > 1 {
				total += pairsOf(len(part.records))
				q.add(part)
			}
		}
	}
	whole, parts := q.left()
	for i := range parts {
		rp.refined[parts[i].origin].left += pairsOf(len(parts[i].records))
	}
	s.tell(set, r, rp)
	return mergedByKey(whole, parts)
}

// mergedByKey are groups that were left whole, in the order of keys, and parts of others among them.
func mergedByKey(whole, parts []group) []group {
	slices.SortFunc(parts, func(a, b group) int { return a.compare(&b) })
	all := make([]group, 0, len(whole)+len(parts))
	for i := range whole {
		for len(parts) > 0 && parts[0].key < whole[i].key {
			all, parts = append(all, parts[0]), parts[1:]
		}
		all = append(all, whole[i])
	}
	return append(all, parts...)
}

// tell puts the largest refinements first and words their keys.
func (s *schema) tell(set *kernel.Set, r int, rp *rulePlan) {
	slices.SortFunc(rp.refined, func(a, b refinement) int {
		return cmp.Or(cmp.Compare(b.records, a.records), cmp.Compare(a.group.key, b.group.key))
	})
	k := s.newKeyring()
	for i := range rp.refined {
		if f := &rp.refined[i]; i < toldKeys {
			f.key = k.wordsOf(vals(set, f.group.records[0], nil), r, f.group.key)
		}
		rp.refined[i].group.records = nil
	}
}

// largestFirst is a heap of groups, by their places: the one with the most records first, the smallest key among equals.
type largestFirst struct {
	groups []group // those taken are without records
	whole  int     // so many of them are as they were, and the others parts
	heap   []uint32
}

func newLargestFirst(groups []group) *largestFirst {
	q := &largestFirst{groups: slices.Clip(groups), whole: len(groups), heap: make([]uint32, len(groups))}
	for i := range q.heap {
		q.heap[i] = uint32(i)
	}
	heap.Init(q)
	return q
}

// take takes the largest group out.
func (q *largestFirst) take() group {
	n := q.heap[0]
	heap.Pop(q)
	g := q.groups[n]
	q.groups[n].records = nil
	return g
}

// add adds a part of a group.
func (q *largestFirst) add(part group) {
	q.groups = append(q.groups, part)
	heap.Push(q, uint32(len(q.groups)-1))
}

// left are the groups that nobody took, those that are as they were in their order.
func (q *largestFirst) left() (whole, parts []group) {
	taken := func(g group) bool { return g.records == nil }
	return slices.DeleteFunc(q.groups[:q.whole:q.whole], taken), slices.DeleteFunc(q.groups[q.whole:], taken)
}

func (q *largestFirst) Len() int { return len(q.heap) }
func (q *largestFirst) Less(i, j int) bool {
	a, b := &q.groups[q.heap[i]], &q.groups[q.heap[j]]
	if len(a.records) != len(b.records) {
		return len(a.records) > len(b.records)
	}
	return a.compare(b) < 0
}
func (q *largestFirst) Swap(i, j int) { q.heap[i], q.heap[j] = q.heap[j], q.heap[i] }
func (q *largestFirst) Push(x any)    { q.heap = append(q.heap, x.(uint32)) }
func (q *largestFirst) Pop() any {
	last := q.heap[len(q.heap)-1]
	q.heap = q.heap[:len(q.heap)-1]
	return last
}

// split parts a group by its next refiner, in the order of the refiner's ranks.
func split(g group, refiners []refiner) []group {
	if g.depth >= len(refiners) {
		return runs(g)
	}
	ranked := make([]uint64, len(g.records)) // rank, record
	for n, i := range g.records {
		ranked[n] = uint64(refiners[g.depth](i))<<32 | uint64(i)
	}
	slices.Sort(ranked)
	records, parts := make([]uint32, len(ranked)), []group(nil)
	for n, r := range ranked {
		records[n] = uint32(r)
	}
	for from := 0; from < len(ranked); {
		rank, to := ranked[from]>>32, from+1
		for to < len(ranked) && ranked[to]>>32 == rank {
			to++
		}
		parts = append(parts, g.within(uint32(rank), records[from:to:to], g.depth+1))
		from = to
	}
	return parts
}

// compare puts groups in the order of keys, and of their parts under one.
func (g *group) compare(o *group) int {
	if g.key != o.key {
		return cmp.Compare(g.key, o.key)
	}
	return slices.Compare(g.part, o.part)
}

// within is a part of a group.
func (g *group) within(part uint32, records []uint32, depth int) group {
	return group{key: g.key, part: append(slices.Clip(g.part), part), depth: depth, origin: g.origin, records: records}
}

// runs halves a group that nothing tells apart any more, in the order of keys.
func runs(g group) []group {
	half := len(g.records) / 2
	return []group{g.within(0, g.records[:half], g.depth), g.within(1, g.records[half:], g.depth)}
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

// oversized are the conflict rows of keys that were refined: the largest of each rule one by one, the others in one row.
func (p *plan) oversized(s *schema) []conflict {
	var conflicts []conflict
	for r := range p.rules {
		refined := p.rules[r].refined
		for _, f := range refined[:min(toldKeys, len(refined))] {
			conflicts = append(conflicts, conflict{kind: "oversized_block", detail: fmt.Sprintf(
				"rule %q: %d records share one key (%s); %d of their %d pairs were compared under this rule, those that agree on more; the others only if another rule finds them: a value that so many share is probably a placeholder, clear it in its application",
				s.rules[r].name, f.records, strings.ReplaceAll(f.key, "\x1e", " "), f.left, f.pairs)})
		}
		if len(refined) <= toldKeys {
			continue
		}
		rest := refinement{}
		for _, f := range refined[toldKeys:] {
			rest = refinement{records: max(rest.records, f.records), pairs: rest.pairs + f.pairs, left: rest.left + f.left}
		}
		conflicts = append(conflicts, conflict{kind: "oversized_block", detail: fmt.Sprintf(
			"rule %q: %d more keys, of up to %d records each: %d of their %d pairs were compared under this rule, those that agree on more; the others only if another rule finds them",
			s.rules[r].name, len(refined)-toldKeys, rest.records, rest.left, rest.pairs)})
	}
	return conflicts
}
