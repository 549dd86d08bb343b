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

// keyEntries are those of one rule; records ascend.
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

// take puts the keys of a rule together and forgets them.
func (made madeKeys) take(rule int) keyEntries {
	pieces := keyPieces(nil)
	for part := range made {
		pieces = append(pieces, made[part][rule]...)
		made[part][rule] = nil
	}
	return slices.Concat(pieces...)
}

// groups are the records of every key that two records or more share, in the order of keys.
func (e keyEntries) groups() []group {
	e = e.sorted()
	shared, members := 0, 0
	e.runs(func(run keyEntries) {
		shared++
		members += len(run)
	})
	groups, records := make([]group, 0, shared), make([]uint32, 0, members)
	e.runs(func(run keyEntries) {
		from := len(records)
		for _, x := range run {
			records = append(records, x.record)
		}
		groups = append(groups, group{key: run[0].key, origin: -1, records: records[from:len(records):len(records)]})
	})
	return groups
}

// runs calls do for every key that two records or more share.
func (e keyEntries) runs(do func(run keyEntries)) {
	for from := 0; from < len(e); {
		to := from + 1
		for to < len(e) && e[to].key == e[from].key {
			to++
		}
		if to-from > 1 {
			do(e[from:to])
		}
		from = to
	}
}

// sorted puts the entries in the order of keys, and of records under a key: a radix sort by the upper half of the key,
// which hardly two keys have in common, and an insertion sort of what it leaves. It may return other memory.
func (e keyEntries) sorted() keyEntries {
	const digit = 1 << 11
	spare := make(keyEntries, len(e))
	for shift := 31; shift < 64; shift += 11 {
		var at [digit + 1]int
		for i := range e {
			at[e[i].key>>shift&(digit-1)+1]++
		}
		for d := 1; d < digit; d++ {
			at[d] += at[d-1]
		}
		for i := range e {
			d := e[i].key >> shift & (digit - 1)
			spare[at[d]] = e[i]
			at[d]++
		}
		e, spare = spare, e
	}
	for from := 0; from < len(e); {
		to := from + 1
		for to < len(e) && e[to].key>>31 == e[from].key>>31 {
			to++
		}
		if run := e[from:to]; len(run) > 1 && !slices.IsSortedFunc(run, byKey) {
			slices.SortStableFunc(run, byKey)
		}
		from = to
	}
	return e
}

func byKey(a, b keyEntry) int { return cmp.Compare(a.key, b.key) }
