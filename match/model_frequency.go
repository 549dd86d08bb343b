package match

import (
	"math"

	"github.com/sameas/sameas/match/kernel"
)

// termTable counts the values of one field: over must-link components, not records, since five synced copies of one
// person do not make his name common.
type termTable struct {
	counts []int64 // by term of the dictionary
	total  int64   // components that have a value
}

// countTerms counts each field's terms, each once a component.
func countTerms(s *schema, set *kernel.Set, component []uint32) []termTable {
	tables := make([]termTable, len(s.fields))
	for f := range s.fields {
		d := set.Dictionaries[f]
		t := termTable{counts: make([]int64, len(d.Terms()))}
		members := map[uint64]bool{}
		for i, code := range set.Values[f] {
			if code == 0 {
				continue
			}
			if first := uint64(component[i]) << 32; !members[first] {
				members[first] = true
				t.total++
			}
			for _, term := range d.TermsOf(code) {
				key := uint64(component[i])<<32 | uint64(term)
				if !members[key] {
					members[key] = true
					t.counts[term]++
				}
			}
		}
		t.total = max(t.total, 1)
		tables[f] = t
	}
	return tables
}

// same is the share of pairs of components that have the same value: the sum of squared frequencies, each value's
// pairs with itself left out. It is exact where sampling pairs would find almost none.
func (t *termTable) same() float64 {
	if t.total < 2 {
		return 0
	}
	sum := 0.0
	for _, c := range t.counts {
		sum += float64(c) * float64(c-1)
	}
	return sum / (float64(t.total) * float64(t.total-1))
}

// adjustments are the bits that a term's frequency adds to those of `exact`: log2(u / f), so that agreeing on a rare
// value counts for more and on a common one for less, within limits.
// See W. E. Winkler, "Frequency-Based Matching in Fellegi-Sunter Model of Record Linkage" (2000).
func (t *termTable) adjustments(u float64, d *kernel.Dictionary) map[string]float64 {
	bits := make(map[string]float64, len(t.counts))
	for term, text := range d.Terms() {
		if c := t.counts[term]; c > 0 {
			// The two records that agree are no sign of how common their value is among others, so they are left
			// out; and a handful of sightings is drawn towards the field's mean (a gamma prior of shape 1).
			f := (float64(max(c-2, 0)) + 1) / (float64(t.total) + 1/u)
			bits[text] = rounded(min(max(math.Log2(u/f), minTermBits), maxTermBits))
		}
	}
	return bits
}
