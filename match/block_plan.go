package match

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

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

func pairsOf(n int) int64 { return int64(n) * int64(n-1) / 2 }

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
	refiners, threads := s.refiners(set), workers(threads)
	for from := 0; from < len(s.rules); from += some {
		rules := ruleRange{from, min(from+some, len(s.rules))}
		groups, err := s.groupByKey(ctx, set, rules, refiners, p.rules, threads)
		if err != nil {
			return nil, err
		}
		if err := p.append(ctx, groups, rules, threads); err != nil {
			return nil, err
		}
	}
	p.cut(tileRecords)
	return p, p.giveKeys(ctx, set, threads)
}

// ruleRange is some rules, the last one not included.
type ruleRange struct{ from, to int }

func (r ruleRange) len() int { return r.to - r.from }

// groupByKey groups the records by the keys of some rules, as refined.
func (s *schema) groupByKey(ctx context.Context, set *kernel.Set, rules ruleRange, refiners []refiner, plans []rulePlan, threads int) ([]ruleGroups, error) {
	made, err := s.blockKeys(ctx, set, rules, threads)
	if err != nil {
		return nil, err
	}
	groups, sorters := make([]ruleGroups, rules.len()), make([]sorter, threads)
	err = inParallel(ctx, threads, rules.len(), func(worker, n int) error {
		r := rules.from + n
		pieces := made.take(n)
		if keys := pieces.len(); keys > math.MaxUint32 {
			return fmt.Errorf("rule %q gives %d block keys, more than the %d that can be numbered: match fewer records at once", s.rules[r].name, keys, uint32(math.MaxUint32))
		}
		all := sorters[worker].sorted(pieces).grouped()
		plans[r].top = s.largestKeys(set, r, all)
		groups[n], plans[r].refined = all.refine(refiners, s.rules[r].budget(set.Len()))
		s.tell(set, r, plans[r].refined)
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
func (p *plan) append(ctx context.Context, rules []ruleGroups, at ruleRange, threads int) error {
	type place struct{ keys, members int } // where those of a rule begin
	places, end := make([]place, len(rules)), place{len(p.starts), len(p.members)}
	for n, of := range rules {
		places[n] = end
		end.keys += len(of.groups)
		for i := range of.groups {
			end.members += of.groups[i].size()
		}
		p.owners = append(p.owners, end.keys-1)
	}
	if end.members > math.MaxUint32 {
		return fmt.Errorf("%d records stand under block keys, more than the %d that can be numbered: match fewer records at once", end.members, uint32(math.MaxUint32))
	}
	p.starts = slices.Grow(p.starts, end.keys-len(p.starts))[:end.keys]
	p.members = slices.Grow(p.members, end.members-len(p.members))[:end.members]
	return inParallel(ctx, threads, len(rules), func(_, n int) error {
		keys, members := places[n].keys, places[n].members
		for i := range rules[n].groups {
			g := &rules[n].groups[i]
			p.rules[at.from+n].add(g.size())
			members += copy(p.members[members:], rules[n].records[g.from:g.to])
			p.starts[keys+i] = uint32(members)
		}
		rules[n] = ruleGroups{}
		return nil
	})
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

// giveKeys lays the keys' numbers out by record, a part of the records on each core.
func (p *plan) giveKeys(ctx context.Context, set *kernel.Set, threads int) error {
	set.Rules = nil
	for _, first := range p.owners {
		set.Rules = append(set.Rules, uint32(first))
	}
	n := set.Len()
	start, next := make([]uint32, n+1), make([]uint32, n)
	keys := make([]uint32, len(p.members))
	set.Keys = kernel.KeyColumn{Start: start, Keys: keys}
	share := max(1, (n+threads-1)/threads)
	err := inPieces(ctx, threads, n, share, func(_, from, to int) {
		for _, record := range p.members {
			if int(record) >= from && int(record) < to {
				start[record+1]++
			}
		}
	})
	if err != nil {
		return err
	}
	for i := range n {
		next[i] = start[i]
		start[i+1] += start[i]
	}
	return inPieces(ctx, threads, n, share, func(_, from, to int) {
		for key := range p.keys() {
			for _, record := range p.records(key) {
				if int(record) >= from && int(record) < to {
					keys[next[record]] = uint32(key)
					next[record]++
				}
			}
		}
	})
}

// dropBlocks frees what was to be compared when all pairs are scored; each record still has its keys.
func (p *plan) dropBlocks() { p.starts, p.members, p.tiled = nil, nil, nil }

// oversized are the conflict rows of keys that were refined: the largest of each rule one by one, the others in one row.
func (p *plan) oversized(s *schema) []conflict {
	var conflicts []conflict
	for r := range p.rules {
		refined := p.rules[r].refined
		for _, f := range refined[:min(toldKeys, len(refined))] {
			conflicts = append(conflicts, conflict{kind: "oversized_block", detail: fmt.Sprintf(
				"rule %q: %d records share one key (%s); %d of their %d pairs were compared under this rule, those that agree on more; the others only if another rule finds them: a value that so many share is probably a placeholder, clear it in its application",
				s.rules[r].name, f.records, strings.ReplaceAll(f.words, "\x1e", " "), f.left, f.pairs)})
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
