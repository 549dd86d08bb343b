package kernel

import (
	"slices"
	"sync"
	"sync/atomic"
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
	cells := s.codedValues(threads)
	onThreads(threads, (s.Len()+packedAtOnce-1)/packedAtOnce, func(piece int) {
		s.pack(cells, piece*packedAtOnce, min((piece+1)*packedAtOnce, s.Len()))
	})
}

// codedValues are the values of each dictionary as they are scanned, nil for one that holds more than there are records: others
// hold most values for several of them.
func (s *Set) codedValues(threads int) [][]coded {
	cells := make([][]coded, len(s.Dictionaries))
	onThreads(threads, len(cells), func(f int) {
		d := s.Dictionaries[f]
		if d.Len() > s.Len() {
			return
		}
		cells[f] = make([]coded, d.Len())
		for code := range cells[f] {
			cells[f][code] = d.coded(uint32(code))
		}
	})
	return cells
}

// pack lays out some records.
func (s *Set) pack(cells [][]coded, from, to int) {
	n := len(s.Values)
	for f, column := range s.Values {
		for i, code := range column[from:to] {
			if cells[f] != nil {
				s.rows[(from+i)*n+f] = cells[f][code]
			} else {
				s.rows[(from+i)*n+f] = s.Dictionaries[f].coded(code)
			}
		}
	}
}

// onThreads calls do for every number below n, on so many threads.
func onThreads(threads, n int, do func(i int)) {
	var next atomic.Int64
	var working sync.WaitGroup
	for range min(max(1, threads), n) {
		working.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				do(i)
			}
		})
	}
	working.Wait()
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
