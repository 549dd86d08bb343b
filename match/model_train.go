package match

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/sameas/sameas/match/kernel"
)

// How a model is fitted.
const (
	samplePairs    = 200_000   // random pairs for u
	trainingPairs  = 1_500_000 // candidate pairs for EM, about
	iterations     = 60
	converged      = 1e-3 // largest change of a parameter
	enoughMatches  = 200  // expected matches among the candidates below which the defaults stand
	defaultWeight  = 60   // matches that the default m counts for
	defaultUWeight = 50   // random pairs that the default u counts for
	maxDrift       = 3.0  // m of disagreement stays within this factor of its default
)

// fit is what the data said, beside the parameters made of it.
type fit struct {
	parameters
	trained  string
	warnings []string
}

// fitModel estimates u from value counts and random pairs, then m and the prior by EM over the patterns of candidate
// pairs, u held fixed.
func fitModel(ctx context.Context, s *schema, set *kernel.Set, p *plan, terms []termTable, linked linkedPairs, threads int) (fit, error) {
	n := set.Len()
	all := float64(n) * float64(n-1) / 2
	f := fit{parameters: s.defaults(startLambda(n))}
	random, err := s.randomLevels(ctx, set, workers(threads))
	if err != nil {
		return fit{}, err
	}
	f.estimateU(s, random, terms)
	if n < 100 {
		f.trained = fmt.Sprintf("documented defaults: %d records are too few to fit", n)
		f.warnings = append(f.warnings, f.trained)
		return f, nil
	}
	spec := s.patternsOnly()
	for i := range spec.Fields {
		if s.fields[i].tf {
			spec.Fields[i].Terms = terms[i].adjustments(f.u[i][kernel.Same])
		}
	}
	result, err := scan(ctx, set, spec, sampleBlocks(p, trainingPairs), threads, func(int64, int64) {})
	if err != nil {
		return fit{}, err
	}
	share := sampledShare(p, trainingPairs)
	counts := sortedCounts(result.Counts)
	f.expectationMaximisation(s, counts, linked, random, terms, all, share)
	return f, nil
}

// startLambda is where EM begins: half of the records having one duplicate.
func startLambda(n int) float64 {
	return min(0.1, 0.5/float64(max(n-1, 1)))
}

// sampleBlocks takes blocks spread evenly over all, up to about so many pairs.
func sampleBlocks(p *plan, pairs int64) blockList {
	step := sampleStep(p, pairs)
	return blockList{p.blocks(), func(i int) kernel.Block {
		if step > 1 && mix(uint64(i))%uint64(step) != 0 {
			return kernel.Block{}
		}
		return p.block(i)
	}}
}

func sampleStep(p *plan, pairs int64) int64 {
	total := int64(0)
	for _, r := range p.rules {
		total += r.pairs
	}
	return max(1, (total+pairs-1)/pairs)
}

func sampledShare(p *plan, pairs int64) float64 { return 1 / float64(sampleStep(p, pairs)) }

// mix scatters a number (the finaliser of splitmix64, by S. Vigna).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// levelCounts counts levels: field, level.
type levelCounts [][]float64

func (s *schema) newLevelCounts() levelCounts {
	c := make(levelCounts, len(s.fields))
	for f := range s.fields {
		c[f] = make([]float64, len(s.fields[f].kind.Levels()))
	}
	return c
}

// randomLevels compares random pairs; the same ones in every run.
func (s *schema) randomLevels(ctx context.Context, set *kernel.Set, threads int) (levelCounts, error) {
	const chunk = 4096
	counts, n := s.newLevelCounts(), uint64(set.Len())
	if n < 2 {
		return counts, nil
	}
	pairs := int(min(samplePairs, n*(n-1)/2))
	workersCounts, comparers := make([]levelCounts, threads), make([]*kernel.Comparer, threads)
	for w := range comparers {
		workersCounts[w], comparers[w] = s.newLevelCounts(), kernel.NewComparer(set, s.patternsOnly())
	}
	err := inParallel(ctx, threads, (pairs+chunk-1)/chunk, func(worker, c int) error {
		for k := uint64(c * chunk); k < uint64(min((c+1)*chunk, pairs)); k++ {
			a, b := mix(2*k)%n, mix(2*k+1)%n
			if a == b {
				continue
			}
			pattern := comparers[worker].Pattern(uint32(a), uint32(b))
			for f := range counts {
				workersCounts[worker][f][pattern.Level(f)]++
			}
		}
		return nil
	})
	for _, part := range workersCounts { // whole numbers: in whatever order they are added
		for f := range counts {
			for l := range counts[f] {
				counts[f][l] += part[f][l]
			}
		}
	}
	return counts, err
}

// estimateU sets u: of exact from value counts, of the others from random pairs, both less the true matches among
// them, and never nothing.
func (f *fit) estimateU(s *schema, random levelCounts, terms []termTable) {
	for i := range s.fields {
		u, m := f.u[i], f.m[i]
		defaults := s.fields[i].u
		seen := 0.0
		for _, c := range random[i][1:] {
			seen += c
		}
		for l := 1; l < len(u)-1; l++ {
			share := (random[i][l] + defaultUWeight*defaults[l-1]) / (seen + defaultUWeight)
			if l == kernel.Same && s.fields[i].tf && terms[i].total > 1 {
				share = terms[i].same()
			}
			corrected := (share - f.lambda*m[l]) / (1 - f.lambda)
			u[l] = math.Sqrt(u[l] * max(corrected, share/20, floorU(terms[i].total, defaults[l-1])))
		}
		closeU(u)
	}
}

// floorU is the least that u may be: a share that the data are too few to tell from nothing.
func floorU(total int64, byDefault float64) float64 {
	return max(2e-6, min(byDefault, 0.3/float64(max(total, 1))))
}

// patternCount is one comparison pattern under one rule.
type patternCount struct {
	kernel.Count
	n float64
}

func sortedCounts(counts map[kernel.Count]int64) []patternCount {
	sorted := make([]patternCount, 0, len(counts))
	for c, n := range counts {
		sorted = append(sorted, patternCount{c, float64(n)})
	}
	slices.SortFunc(sorted, func(a, b patternCount) int {
		return cmp.Or(cmp.Compare(a.Rules, b.Rules), cmp.Compare(a.Pattern, b.Pattern), cmp.Compare(a.Terms, b.Terms))
	})
	return sorted
}

// linkedPairs are the patterns of must-linked pairs whose content differs: matches that are known without a model.
type linkedPairs struct{ patterns []kernel.Pattern }

// expectationMaximisation alternates between the share of matches in each pattern and the parameters that these
// shares give. A field's m takes no part from pairs that only a rule keyed on the field found.
func (f *fit) expectationMaximisation(s *schema, counts []patternCount, linked linkedPairs, random levelCounts, terms []termTable, all, share float64) {
	unkeyed := s.unkeyedRules()
	var matches float64
	change := math.Inf(1)
	rounds := 0
	for ; rounds < iterations && change > converged; rounds++ {
		weights := s.patternWeights(f.parameters)
		shared := f.learnShares(s, &weights, counts)
		sums := s.newLevelCounts()
		matches = 0
		for _, c := range counts {
			r := c.n * weights.probability(c.Pattern, float64(c.Terms))
			matches += r
			for i := range sums {
				if l := c.Pattern.Level(i); l != kernel.Missing && c.Rules&unkeyed[i] != 0 {
					sums[i][l] += r
				}
			}
		}
		for _, p := range linked.patterns {
			for i := range sums {
				if l := p.Level(i); l != kernel.Missing {
					sums[i][l]++
				}
			}
		}
		change = max(shared, f.maximise(s, sums))
		before := f.lambda
		f.lambda = math.Sqrt(f.lambda * min(max(matches/share/all, 0.02/math.Sqrt(2*all)), 0.3))
		change = max(change, math.Abs(f.lambda/before-1))
		f.estimateU(s, random, terms)
	}
	f.report(s, matches, len(linked.patterns), rounds, change)
}

func (f *fit) maximise(s *schema, sums levelCounts) (change float64) {
	for i := range s.fields {
		prior := normalised(s.fields[i].m)
		total := 0.0
		for _, x := range sums[i] {
			total += x
		}
		last := len(sums[i]) - 1
		fresh := make([]float64, last)
		for l := 1; l <= last; l++ {
			fresh[l-1] = (sums[i][l] + defaultWeight*prior[l-1]) / (total + defaultWeight)
		}
		if s.fields[i].kind == kernel.OrgName {
			holdOther(fresh, prior[kernel.OrgOther-1])
		}
		bound(fresh, prior[last-1]/maxDrift, prior[last-1]*maxDrift)
		for l, m := range fresh {
			change = max(change, math.Abs(m-f.m[i][l+1]))
			f.m[i][l+1] = m
		}
	}
	return change
}

// holdOther keeps the share of names told apart by a word at most at its default: a company of a group and a branch
// agree with the head office on nearly all else, and would be learnt from as matches.
func holdOther(shares []float64, most float64) {
	at := kernel.OrgOther - 1
	if shares[at] <= most {
		return
	}
	rest := 1 - shares[at]
	for l := range shares {
		shares[l] *= (1 - most) / rest
	}
	shares[at] = most
}

// bound keeps the last of some shares within limits; the others make room in proportion.
func bound(shares []float64, least, most float64) {
	last := len(shares) - 1
	want := min(max(shares[last], least), most)
	rest := 0.0
	for _, x := range shares[:last] {
		rest += x
	}
	for l := range shares[:last] {
		shares[l] *= (1 - want) / rest
	}
	shares[last] = want
}

// unkeyedRules are, for each field, the rules whose key is not made of it, one bit a rule.
func (s *schema) unkeyedRules() []uint32 {
	masks := make([]uint32, len(s.fields))
	for i, f := range s.fields {
		for r, rule := range s.rules {
			if !slices.Contains(rule.fields, f.name) && (rule.fields != nil || f.path == "") {
				masks[i] |= 1 << r
			}
		}
	}
	return masks
}

func (f *fit) report(s *schema, matches float64, linked, rounds int, change float64) {
	f.trained = fmt.Sprintf("u from value counts and %d random pairs; m from %d linked pairs and by EM on candidate pairs (%.0f expected matches, %d rounds), smoothed by the documented defaults",
		samplePairs, linked, matches, rounds)
	if change > converged {
		f.warnings = append(f.warnings, fmt.Sprintf("EM did not converge in %d rounds: the last one still changed a parameter by %.4f", rounds, change))
	}
	if matches+float64(linked) < enoughMatches {
		f.warnings = append(f.warnings, fmt.Sprintf("only %.0f matches to learn from: the weights are mostly the documented defaults", matches+float64(linked)))
	}
}
