package match

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/sameas/sameas/match/kernel"
)

// Budgets of the planner.
const (
	tileRecords    = 2000      // a block of more records is cut into tiles of this many, compared two by two: nothing is lost
	pairsPerRecord = 60        // a rule's pairs may be this many for each record,
	pairsAtLeast   = 3_000_000 // or this many, whichever is more
)

// plan is what will be compared: the keys of every record, and the blocks in the order of rules and keys.
type plan struct {
	blocks []kernel.Block
	rules  []rulePlan
}

type rulePlan struct {
	keys    int64
	largest int64
	pairs   int64 // before pairs that an earlier rule holds are left out
	refined []refinement
}

// refinement tells of a key that was over the budget and what became of it.
type refinement struct {
	key     string
	records int64
	pairs   int64
	left    int64 // pairs still compared
}

// group is the records under one key.
type group struct {
	key     string
	depth   int // how often it was refined
	origin  int // index of its refinement, or -1
	records []uint32
}

func pairsOf(n int) int64 { return int64(n) * int64(n-1) / 2 }

// planBlocks groups the records by key rule by rule, refines keys until each rule keeps its budget, fills set.Keys
// with the keys as refined, and cuts large blocks into tiles.
func planBlocks(s *schema, rows []featureRow, set *kernel.Set) *plan {
	p := &plan{}
	budget := max(int64(len(rows))*pairsPerRecord, pairsAtLeast)
	refiners := s.refiners(rows)
	var all []group
	set.Rules = []uint32{0}
	for r := range s.rules {
		groups := groupByKey(rows, r)
		var rp rulePlan
		groups = refine(groups, refiners, budget, &rp)
		for _, g := range groups {
			rp.keys++
			rp.largest = max(rp.largest, int64(len(g.records)))
			rp.pairs += pairsOf(len(g.records))
			p.blocks = append(p.blocks, tiles(r, uint32(len(all)), g.records)...)
			all = append(all, g)
		}
		set.Rules = append(set.Rules, uint32(len(all)))
		p.rules = append(p.rules, rp)
	}
	set.Keys = keyColumn(all, len(rows))
	return p
}

// groupByKey collects the records of every key that two records or more share, in the order of keys.
func groupByKey(rows []featureRow, r int) []group {
	byKey := map[string][]uint32{}
	for i := range rows {
		if rows[i].keys[r] == "" {
			continue
		}
		for key := range strings.SplitSeq(rows[i].keys[r], valueSeparator) {
			byKey[key] = append(byKey[key], uint32(i))
		}
	}
	var groups []group
	for key, records := range byKey {
		if len(records) > 1 {
			groups = append(groups, group{key: key, origin: -1, records: records})
		}
	}
	sortGroups(groups)
	return groups
}

func sortGroups(groups []group) {
	slices.SortFunc(groups, func(a, b group) int { return cmp.Compare(a.key, b.key) })
}

// refine splits the largest groups, each by the next refiner, until the sum of pairs keeps the budget. A group that
// no refiner is left for is cut into runs of neighbours. Every split is recorded.
func refine(groups []group, refiners []func(uint32) string, budget int64, rp *rulePlan) []group {
	total := int64(0)
	for _, g := range groups {
		total += pairsOf(len(g.records))
	}
	for total > budget {
		at := largestGroup(groups)
		g := groups[at]
		if g.origin < 0 {
			g.origin = len(rp.refined)
			rp.refined = append(rp.refined, refinement{key: g.key, records: int64(len(g.records)), pairs: pairsOf(len(g.records))})
		}
		parts := split(g, refiners)
		total -= pairsOf(len(g.records))
		groups = slices.Delete(groups, at, at+1)
		for _, part := range parts {
			if len(part.records) > 1 {
				total += pairsOf(len(part.records))
				groups = append(groups, part)
			}
		}
	}
	for _, g := range groups {
		if g.origin >= 0 {
			rp.refined[g.origin].left += pairsOf(len(g.records))
		}
	}
	sortGroups(groups)
	return groups
}

// largestGroup is the index of the group with the most records, the smallest key among equals.
func largestGroup(groups []group) int {
	best := 0
	for i := range groups {
		switch c := cmp.Compare(len(groups[i].records), len(groups[best].records)); {
		case c > 0, c == 0 && groups[i].key < groups[best].key:
			best = i
		}
	}
	return best
}

func split(g group, refiners []func(uint32) string) []group {
	if g.depth >= len(refiners) {
		return runs(g)
	}
	byValue := map[string][]uint32{}
	for _, i := range g.records {
		v := refiners[g.depth](i)
		byValue[v] = append(byValue[v], i)
	}
	parts := make([]group, 0, len(byValue))
	for v, records := range byValue {
		parts = append(parts, group{key: g.key + "\x1e" + v, depth: g.depth + 1, origin: g.origin, records: records})
	}
	sortGroups(parts)
	return parts
}

// runs halves a group that nothing tells apart any more, in the order of keys.
func runs(g group) []group {
	half := len(g.records) / 2
	return []group{
		{key: g.key + "\x1e0", depth: g.depth, origin: g.origin, records: g.records[:half]},
		{key: g.key + "\x1e1", depth: g.depth, origin: g.origin, records: g.records[half:]},
	}
}

// keyColumn lays the groups' numbers out by record.
func keyColumn(groups []group, records int) kernel.KeyColumn {
	column := kernel.KeyColumn{Start: make([]uint32, records+1)}
	for _, g := range groups {
		for _, i := range g.records {
			column.Start[i+1]++
		}
	}
	for i := range records {
		column.Start[i+1] += column.Start[i]
	}
	column.Keys = make([]uint32, column.Start[records])
	next := slices.Clone(column.Start)
	for k, g := range groups {
		for _, i := range g.records {
			column.Keys[next[i]] = uint32(k)
			next[i]++
		}
	}
	return column
}

// tiles cuts a block of many records into pairs of slices, so that all cores work on it.
func tiles(rule int, key uint32, records []uint32) []kernel.Block {
	if len(records) <= tileRecords {
		return []kernel.Block{{Rule: rule, Key: key, Records: records}}
	}
	var blocks []kernel.Block
	chunks := slices.Collect(slices.Chunk(records, tileRecords))
	for i, a := range chunks {
		blocks = append(blocks, kernel.Block{Rule: rule, Key: key, Records: a})
		for _, b := range chunks[i+1:] {
			blocks = append(blocks, kernel.Block{Rule: rule, Key: key, Records: a, Others: b})
		}
	}
	return blocks
}

// oversized are the conflict rows of keys that were refined.
func (p *plan) oversized(s *schema) []conflict {
	var conflicts []conflict
	for r := range p.rules {
		for _, f := range p.rules[r].refined {
			conflicts = append(conflicts, conflict{kind: "oversized_block", detail: fmt.Sprintf(
				"rule %q: %d records share one key (%s); %d of their %d pairs were compared under this rule, those that agree on more; the others only if another rule finds them: a value that so many share is probably a placeholder, clear it in its application",
				s.rules[r].name, f.records, strings.ReplaceAll(f.key, "\x1e", " "), f.left, f.pairs)})
		}
	}
	return conflicts
}
