package match

import (
	"math"
	"slices"

	"github.com/sameas/sameas/internal/evidence"
	"github.com/sameas/sameas/match/kernel"
)

// Limits of what is learnt about groups of correlated fields.
const (
	shareStrength   = 12.0 // pairs that the default share counts for
	shareMost       = 0.99 // what a share is estimated as at most
	liftedShare     = 0.97 // a group of which so many pairs are one thing is hardly correlated,
	liftedBits      = 12.0 // and may weigh this much more than the prior
	namesakesInside = 0.1  // of those who share a household and are not one, at least so many share a given name, too
	agreeBits       = 5.0  // a group agrees that weighs so much and all but makes up for the prior
)

// patternWeights are the weights of a parameter set, without frequencies, caps included.
type patternWeights struct {
	prior float64
	bits  [][]float64
	group []int
	lent  []int // per field: the group that it counts in when the given names differ, -1 for none
	given int   // the field that says so, -1 for none
	own   int   // the field of what leads to one organization alone, -1 for none
	caps  []float64
	wider []int // per group
	sums  []float64
}

func (s *schema) patternWeights(p parameters) patternWeights {
	w := patternWeights{prior: math.Log2(p.lambda / (1 - p.lambda)), sums: make([]float64, len(s.caps)), given: s.index("given"), own: s.index("own_web")}
	for g := range s.caps {
		w.caps = append(w.caps, s.capOf(g, w.prior, p.shares))
		w.wider = append(w.wider, s.groupIndex(s.caps[g].within))
	}
	for i, f := range s.fields {
		levels := evidenceField(f, p.m[i], p.u[i]).Levels
		bits := make([]float64, len(levels))
		for l := range levels {
			bits[l] = levels[l].Bits
		}
		w.bits = append(w.bits, bits)
		w.group = append(w.group, s.groupIndex(f.group))
		w.lent = append(w.lent, s.groupIndex(f.lent))
	}
	return w
}

// groupIndex is the place of a group, -1 for none.
func (s *schema) groupIndex(name string) int {
	return slices.IndexFunc(s.caps, func(c groupCap) bool { return c.name == name })
}

// sum fills w.sums with the groups' sums, those of wider groups with what the caps of the inner ones leave, and
// returns the sum of the fields outside groups.
func (w *patternWeights) sum(p kernel.Pattern) (alone float64) {
	clear(w.sums)
	lend := w.given >= 0 && p.Level(w.given) == kernel.GivenDifferent
	for i := range w.bits {
		b := w.bits[i][p.Level(i)]
		switch {
		case w.group[i] >= 0:
			w.sums[w.group[i]] += b
		case lend && w.lent[i] >= 0:
			w.sums[w.lent[i]] += b
		default:
			alone += b
		}
	}
	for g, wider := range w.wider {
		if wider >= 0 {
			w.sums[wider] += min(w.sums[g], w.caps[g])
		}
	}
	return alone
}

// probability is that of a pattern under a prior, when the frequencies of its values add some bits.
func (w *patternWeights) probability(prior float64, p kernel.Pattern, terms float64) float64 {
	total := prior + w.sum(p) + terms
	for g, sum := range w.sums {
		if w.wider[g] < 0 {
			total += min(sum, w.caps[g])
		}
	}
	return evidence.Probability(total)
}

// learnShares estimates, for each group, what share of the pairs that agree on it are one thing, judged by the
// evidence outside the group: a mixture whose one parameter is the share. In data full of families a shared household
// proves little; in data where nearly every pair that shares one is one person, it proves much.
func (f *fit) learnShares(s *schema, w *patternWeights, counts *patternCounts) (change float64) {
	for g, c := range s.caps {
		if !c.learnt {
			continue
		}
		prior, nothing := evidence.Bits(f.shares[g]), -1.0
		expected, seen := shareStrength*evidence.Probability(-c.margin), shareStrength
		for i, share := range counts.each(w, func(w *patternWeights, p *patternCount) float64 {
			outside, agrees := w.outside(p.Pattern, g)
			if !agrees || math.Abs(outside) < 1 {
				return nothing // to learn, or to learn it by
			}
			return evidence.Probability(prior + outside)
		}) {
			if share != nothing {
				expected += counts.all[i].n * share
				seen += counts.all[i].n
			}
		}
		share := min(max(expected/seen, 0.001), shareMost)
		if inner := slices.Index(w.wider, g); inner >= 0 && f.shares[inner] < liftedShare {
			share = min(share, 1-namesakesInside*(1-f.shares[inner])) // where there are families, namesakes are among them
		}
		change = max(change, math.Abs(share-f.shares[g]))
		f.shares[g] = share
		w.caps[g] = s.capOf(g, w.prior, f.shares)
	}
	return change
}

// outside is the weight of all evidence outside a group and those within it, and whether the group agrees. Another
// group counts for no more than one strong field.
func (w *patternWeights) outside(p kernel.Pattern, g int) (bits float64, agrees bool) {
	const oneField = 6
	if w.own >= 0 && p.Level(w.own) == kernel.Same {
		return 0, false // no witness of what sharing a brand or a building proves: it is part of what is shared
	}
	total := w.sum(p)
	agree := max(agreeBits, -w.prior-1)
	inner := slices.Index(w.wider, g)
	if w.sums[g] < agree || inner >= 0 && (w.sums[inner] < agree || w.sums[g]-min(w.sums[inner], w.caps[inner]) < independentBits) {
		return 0, false // a wider group agrees when the inner one does, and its own fields too
	}
	for other, sum := range w.sums {
		switch {
		case other == g || other == inner:
		case w.wider[g] == other: // the wider group's own fields are outside
			total += sum - min(w.sums[g], w.caps[g])
		case w.wider[other] < 0:
			total += min(sum, oneField)
		}
	}
	return total, true
}
