package kernel

import "cmp"

// Count names a pattern and the rules under which the pair shares a key, one bit a rule: which rule came first is no
// property of the pair, and would bias what is learnt of the fields that the first rules look at.
type Count struct {
	Rules   uint32
	Strata  [2]uint8 // of the two records, the smaller one first
	Pattern Pattern
	Terms   int8 // what the frequency of the values adds in all, in whole bits: two who share a common name are not two who share a rare one
}

// compare orders counts, for output that is the same in every run.
func (c Count) compare(d Count) int {
	return cmp.Or(cmp.Compare(c.Rules, d.Rules), cmp.Compare(c.Strata[0], d.Strata[0]), cmp.Compare(c.Strata[1], d.Strata[1]),
		cmp.Compare(c.Pattern, d.Pattern), cmp.Compare(c.Terms, d.Terms))
}

// counts counts patterns: open addressing with linear probing, at most half full, where a map of Go would cost more
// than the comparison that is counted.
type counts struct {
	slots []counted
	used  int
}

type counted struct {
	Count
	n int64 // 0 = free
}

func (c Count) hash() uint64 {
	h := uint64(c.Pattern)*0x9e3779b97f4a7c15 ^ (uint64(c.Rules)<<24|uint64(c.Strata[0])<<16|uint64(c.Strata[1])<<8|uint64(uint8(c.Terms)))*0xbf58476d1ce4e5b9
	return h ^ h>>32
}

// place is where a count stands, or would.
func (t *counts) place(c Count) *counted {
	mask := uint64(len(t.slots) - 1)
	for i := c.hash() & mask; ; i = (i + 1) & mask {
		if s := &t.slots[i]; s.n == 0 || s.Count == c {
			return s
		}
	}
}

func (t *counts) add(c Count) { t.addMany(c, 1) }

func (t *counts) addMany(c Count, n int64) {
	if 2*t.used >= len(t.slots) {
		old := t.slots
		t.slots = make([]counted, max(1024, 2*len(old)))
		for _, s := range old {
			if s.n > 0 {
				*t.place(s.Count) = s
			}
		}
	}
	s := t.place(c)
	if s.n == 0 {
		s.Count = c
		t.used++
	}
	s.n += n
}

func (t *counts) all() map[Count]int64 {
	all := make(map[Count]int64, t.used)
	for _, s := range t.slots {
		if s.n > 0 {
			all[s.Count] = s.n
		}
	}
	return all
}
