package kernel

import (
	"slices"
	"sync"
)

// Set is the records that blocks are made of, column by column. It is only read while blocks are scanned.
// Records stand in the order of their keys: a pair's first record is the one with the smaller number.
type Set struct {
	Dictionaries []*Dictionary // one a field
	Values       [][]uint32    // field, record: the value's number, 0 = missing
	Keys         KeyColumn     // of all blocking rules
	Rules        []uint32      // rule r owns the keys Rules[r] <= k < Rules[r+1]; one entry more than there are rules
	Apart        [][]uint32    // two records with different numbers other than 0 in one column are never compared
	Stratum      []uint8       // number of each record's source; nil = all of one

	rows []coded // see Pack
}

// packedAtOnce is how many records' rows are written before those of the next: they stay near the processor meanwhile.
const packedAtOnce = 1 << 10

// Pack lays the values out record by record, each with a sketch, beside the columns, on so many threads: comparing a record
// then reads one or two lines of memory and not one for each field. Scanning is right without it, and slower; it holds good as
// long as Values stays.
func (s *Set) Pack(threads int) {
	if cells := len(s.Values) * s.Len(); cap(s.rows) >= cells {
		s.rows = s.rows[:cells]
	} else {
		s.rows = make([]coded, cells)
	}
	if threads <= 1 || s.Len() <= packedAtOnce {
		s.pack(0, 1)
		return
	}
	var packing sync.WaitGroup
	for t := range threads {
		packing.Go(func() { s.pack(t, threads) })
	}
	packing.Wait()
}

// pack lays out every step-th piece of the records from one on.
func (s *Set) pack(first, step int) {
	n := len(s.Values)
	for from := first * packedAtOnce; from < s.Len(); from += step * packedAtOnce {
		to := min(from+packedAtOnce, s.Len())
		for f, column := range s.Values {
			d := s.Dictionaries[f]
			for i, code := range column[from:to] {
				s.rows[(from+i)*n+f] = d.coded(code)
			}
		}
	}
}

// Len is the number of records.
func (s *Set) Len() int {
	if len(s.Values) == 0 {
		return 0
	}
	return len(s.Values[0])
}

// RuleCount is the number of blocking rules.
func (s *Set) RuleCount() int { return max(0, len(s.Rules)-1) }

// RuleOf is the rule that a key belongs to.
func (s *Set) RuleOf(key uint32) int {
	at, found := slices.BinarySearch(s.Rules, key)
	if !found {
		return at - 1
	}
	for at+1 < len(s.Rules) && s.Rules[at+1] == key { // a rule without keys
		at++
	}
	return at
}

// FirstRule is the rule under which two records would be compared, or -1.
func (s *Set) FirstRule(a, b uint32) int {
	if key, ok := s.Keys.firstShared(a, b); ok {
		return s.RuleOf(key)
	}
	return -1
}

// rulesOf is the set of rules under which two records share a key, one bit a rule.
func (s *Set) rulesOf(a, b uint32) (mask uint32) {
	x, y := s.Keys.Of(a), s.Keys.Of(b)
	rule := 0
	for i, j := 0, 0; i < len(x) && j < len(y); {
		switch {
		case x[i] < y[j]:
			i++
		case x[i] > y[j]:
			j++
		default:
			for s.Rules[rule+1] <= x[i] {
				rule++
			}
			mask |= 1 << rule
			i++
			j++
		}
	}
	return mask
}

func (s *Set) apart(a, b uint32) bool {
	for _, column := range s.Apart {
		if x, y := column[a], column[b]; x != y && x != 0 && y != 0 {
			return true
		}
	}
	return false
}

func (s *Set) stratum(record uint32) uint8 {
	if s.Stratum == nil {
		return 0
	}
	return s.Stratum[record]
}

// KeyColumn holds the block keys of all records: those of record i are Keys[Start[i]:Start[i+1]], ascending. Only keys
// that two records or more share need a number.
type KeyColumn struct {
	Start []uint32
	Keys  []uint32
}

// Of returns the keys of a record.
func (c *KeyColumn) Of(record uint32) []uint32 { return c.Keys[c.Start[record]:c.Start[record+1]] }

// before are the keys of a record below a limit.
func (c *KeyColumn) before(record, limit uint32) []uint32 {
	keys := c.Of(record)
	for i, k := range keys {
		if k >= limit {
			return keys[:i]
		}
	}
	return keys
}

// firstShared is the smallest key that two records share.
func (c *KeyColumn) firstShared(a, b uint32) (key uint32, ok bool) {
	x, y := c.Of(a), c.Of(b)
	for i, j := 0, 0; i < len(x) && j < len(y); {
		switch {
		case x[i] == y[j]:
			return x[i], true
		case x[i] < y[j]:
			i++
		default:
			j++
		}
	}
	return 0, false
}
