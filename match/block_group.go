package match

import (
	"cmp"
	"context"
	"slices"

	"github.com/sameas/sameas/match/kernel"
)

// keyEntry is one key of one record under one rule.
type keyEntry struct {
	key    uint64
	record uint32
}

// keyEntries are some of one rule; records ascend.
type keyEntries []keyEntry

// pieceEntries is how many entries stand in one piece.
const pieceEntries = 1 << 12

// keyPieces are entries in pieces of one size, so that none is copied when there are more of them.
type keyPieces []keyEntries

func (p *keyPieces) add(e keyEntry) {
	last := len(*p) - 1
	if last < 0 || len((*p)[last]) == pieceEntries {
		*p = append(*p, make(keyEntries, 0, pieceEntries))
		last++
	}
	(*p)[last] = append((*p)[last], e)
}

func (p keyPieces) len() (n int) {
	for _, e := range p {
		n += len(e)
	}
	return n
}

// madeKeys are the keys of all records by part of the records and by rule.
type madeKeys [][]keyPieces

// blockKeys makes the keys of all records under some rules, a part of the records on each core.
func (s *schema) blockKeys(ctx context.Context, set *kernel.Set, rules ruleRange, threads int) (madeKeys, error) {
	n := set.Len()
	parts := max(1, min(threads, n))
	made := make(madeKeys, parts)
	err := inParallel(ctx, parts, parts, func(_, part int) error {
		k := s.newKeyring()
		made[part] = make([]keyPieces, rules.len())
		var texts []string
		for i := part * n / parts; i < (part+1)*n/parts; i++ {
			texts = vals(set, uint32(i), texts)
			k.read(texts)
			for r := range rules.len() {
				for _, key := range k.of(rules.from + r) {
					made[part][r].add(keyEntry{key, uint32(i)})
				}
			}
		}
		return ctx.Err()
	})
	return made, err
}

// take takes the keys of a rule out.
func (made madeKeys) take(rule int) (pieces keyPieces) {
	for part := range made {
		pieces = append(pieces, made[part][rule]...)
		made[part][rule] = nil
	}
	return pieces
}

// group is the records under one key, or under a part of it.
type group struct {
	key      uint64
	from, to uint32 // its records are these of the rule's
	origin   int32  // index of its refinement, or -1
	depth    int32  // how often it was refined
}

func (g *group) size() int { return int(g.to - g.from) }

func (g *group) pairs() int64 { return pairsOf(g.size()) }

// ruleGroups are the groups of a rule, in the order of keys; so are the records, which ascend within a group. Records between
// two groups are in none.
type ruleGroups struct {
	groups  []group
	records []uint32
}

// grouped puts the records together that share a key with another one.
func (e keyEntries) grouped() ruleGroups {
	shared, members := 0, 0
	e.runs(2, func(run keyEntries) {
		shared++
		members += len(run)
	})
	g := ruleGroups{make([]group, 0, shared), make([]uint32, 0, members)}
	e.runs(2, func(run keyEntries) {
		from := len(g.records)
		for _, x := range run {
			g.records = append(g.records, x.record)
		}
		g.groups = append(g.groups, group{key: run[0].key, origin: -1, from: uint32(from), to: uint32(len(g.records))})
	})
	return g
}

// runs calls do for every key that so many entries or more have in common; the entries are sorted.
func (e keyEntries) runs(least int, do func(run keyEntries)) {
	for from := 0; from < len(e); {
		to := from + 1
		for to < len(e) && e[to].key == e[from].key {
			to++
		}
		if to-from >= least {
			do(e[from:to])
		}
		from = to
	}
}

// sorter is memory to sort entries in, used again for the next ones.
type sorter struct{ into, spare keyEntries }

// A radix sort looks at the upper half of the key, in digits: hardly two keys have it in common.
const (
	digitBits = 11
	digits    = 3
	upperHalf = 64 - digits*digitBits
)

// sorted are the entries in the order of keys, and those under a key in their own, until the sorter is used again: a radix
// sort, and a merge sort of the few that it leaves.
func (s *sorter) sorted(pieces keyPieces) keyEntries {
	n, at := pieces.len(), pieces.places()
	s.into, s.spare = slices.Grow(s.into[:0], n)[:n], slices.Grow(s.spare[:0], n)[:n]
	for _, e := range pieces {
		s.into.place(e, upperHalf, &at[0])
	}
	for d := 1; d < digits; d++ {
		s.spare.place(s.into, upperHalf+d*digitBits, &at[d])
		s.into, s.spare = s.spare, s.into
	}
	e := s.into
	for from := 0; from < len(e); {
		to := from + 1
		for to < len(e) && e[to].key>>upperHalf == e[from].key>>upperHalf {
			to++
		}
		if run := e[from:to]; len(run) > 1 && !slices.IsSortedFunc(run, byKey) {
			slices.SortStableFunc(run, byKey)
		}
		from = to
	}
	return e
}

// places are where the entries of each digit's values begin.
func (p keyPieces) places() (at [digits][1 << digitBits]uint32) {
	for _, e := range p {
		for i := range e {
			upper := e[i].key >> upperHalf
			for d := range at {
				at[d][upper>>(d*digitBits)&(1<<digitBits-1)]++
			}
		}
	}
	for d := range at {
		next := uint32(0)
		for v, count := range at[d] {
			at[d][v] = next
			next += count
		}
	}
	return at
}

// place puts entries in the order of a digit.
func (e keyEntries) place(from keyEntries, shift int, at *[1 << digitBits]uint32) {
	for i := range from {
		next := &at[from[i].key>>shift&(1<<digitBits-1)]
		e[*next] = from[i]
		*next++
	}
}

// sorted is that of a sorter. It may return other memory, and the entries are not what they were.
func (e keyEntries) sorted() keyEntries {
	s := sorter{spare: e}
	return s.sorted(keyPieces{e})
}

func byKey(a, b keyEntry) int { return cmp.Compare(a.key, b.key) }
