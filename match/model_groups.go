package match

import (
	"math"
	"slices"

	"github.com/sameas/sameas/internal/evidence"
	"github.com/sameas/sameas/match/kernel"
)

// Limits of what is learnt about groups of correlated fields.
const (
	shareStrength = 12.0 // pairs that the default share counts for
	shareMost     = 0.98 // no group alone is believed beyond this
	agreeBits     = 5.0  // a group that weighs so much agrees,
	agreePart     = 0.6  // or this part of what the prior has to be brought up by, if that is more
)

// patternWeights are the weights of a parameter set, without frequencies, caps included.
type patternWeights struct {
	prior float64
	bits  [][]float64
	group []int
	caps  []float64
	sums  []float64
}

func (s *schema) patternWeights(p parameters) patternWeights {
	w := patternWeights{prior: math.Log2(p.lambda / (1 - p.lambda)), sums: make([]float64, len(s.caps))}
	for g := range s.caps {
		w.caps = append(w.caps, capOf(w.prior, p.shares[g]))
	}
	for i, f := range s.fields {
		levels := evidenceField(f, p.m[i], p.u[i]).Levels
		bits := make([]float64, len(levels))
		for l := range levels {
			bits[l] = levels[l].Bits
		}
		w.bits = append(w.bits, bits)
		w.group = append(w.group, slices.IndexFunc(s.caps, func(c groupCap) bool { return c.name == f.group }))
	}
	return w
}

// sum fills w.sums with the groups' sums and returns the sum of the fields outside groups.
func (w *patternWeights) sum(p kernel.Pattern) (alone float64) {
	clear(w.sums)
	for i := range w.bits {
		b := w.bits[i][p.Level(i)]
		if w.group[i] < 0 {
			alone += b
		} else {
			w.sums[w.group[i]] += b
		}
	}
	return alone
}

func (w *patternWeights) probability(p kernel.Pattern) float64 {
	total := w.prior + w.sum(p)
	for g, sum := range w.sums {
		total += min(sum, w.caps[g])
	}
	return evidence.Probability(total)
}

// learnShares estimates, for each group, what share of the pairs that agree on it are one thing, judged by the
// evidence outside the group: a mixture whose one parameter is the share. In data full of families a shared household
// proves little; in data where nearly every pair that shares one is one person, it proves much.
func (f *fit) learnShares(s *schema, w *patternWeights, counts []patternCount) {
	for g, c := range s.caps {
		agree := max(agreeBits, -w.prior*agreePart)
		byDefault := evidence.Probability(-c.margin)
		expected, seen := shareStrength*byDefault, shareStrength
		for _, p := range counts {
			outside := w.sum(p.Pattern)
			if w.sums[g] < agree {
				continue
			}
			for other, sum := range w.sums {
				if other != g {
					outside += min(sum, 6)
				}
			}
			if math.Abs(outside) < 1 {
				continue // says nothing either way
			}
			expected += p.n * evidence.Probability(evidence.Bits(f.shares[g])+outside)
			seen += p.n
		}
		f.shares[g] = min(max(expected/seen, 0.001), shareMost)
		w.caps[g] = capOf(w.prior, f.shares[g])
	}
}
