package match

import (
	"math"

	"github.com/sameas/sameas/match/kernel"
)

// termTable counts the values of one field: over must-link components, not records, since five synced copies of one
// person do not make his name common.
type termTable struct {
	counts []int32 // by term of the dictionary
	total  int64   // components that have a value
}

// joinedComponents are the records of each component of two or more, by its smallest.
type joinedComponents struct {
	component []uint32
	joined    []bool // by record: its component holds others
}

func newJoinedComponents(component []uint32) joinedComponents {
	j := joinedComponents{component, make([]bool, len(component))}
	for i, root := range component {
		if uint32(i) != root {
			j.joined[i], j.joined[root] = true, true
		}
	}
	return j
}

// countTerms counts the terms of a field, each once a component.
func countTerms(d *kernel.Dictionary, codes []uint32, components joinedComponents) termTable {
	t := termTable{counts: make([]int32, d.TermCount())}
	seen := map[uint64]bool{} // of components that have several records
	var terms []uint32
	for i, code := range codes {
		if code == 0 {
			continue
		}
		terms = d.AppendTerms(terms[:0], code)
		if !components.joined[i] {
			t.total++
			t.countEach(terms)
			continue
		}
		root := uint64(components.component[i]) << 32
		if !seen[root] { // term 0 is no value's
			seen[root] = true
			t.total++
		}
		for _, term := range terms {
			if !seen[root|uint64(term)] {
				seen[root|uint64(term)] = true
				t.counts[term]++
			}
		}
	}
	t.total = max(t.total, 1)
	return t
}

// countEach counts the terms of one record, each once.
func (t *termTable) countEach(terms []uint32) {
	for i, term := range terms {
		again := false
		for _, before := range terms[:i] {
			again = again || before == term
		}
		if !again {
			t.counts[term]++
		}
	}
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

// adjustments are what each term's frequency adds to the bits of `exact`, in units.
func (t *termTable) adjustments(u float64) []int32 {
	const remembered = 256
	var known [remembered]int32
	for c := range known {
		known[c] = t.adjustment(u, int32(c))
	}
	out := make([]int32, len(t.counts))
	for term, c := range t.counts {
		switch {
		case c == 0:
		case c < remembered:
			out[term] = known[c]
		default:
			out[term] = t.adjustment(u, c)
		}
	}
	return out
}

// adjustment is log2(u / f) of a value's frequency f, within limits: agreeing on a rare value counts for more and on a
// common one for less. See W. E. Winkler, "Frequency-Based Matching in Fellegi-Sunter Model of Record Linkage" (2000).
//
// The two records that agree are no sign of how common their value is among others, so they are left out; and a handful
// of sightings is drawn towards the field's mean (a gamma prior of shape 1).
func (t *termTable) adjustment(u float64, count int32) int32 {
	f := (float64(max(count-2, 0)) + 1) / (float64(t.total) + 1/u)
	return units(min(max(math.Log2(u/f), minTermBits), maxTermBits))
}
