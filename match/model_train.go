package match

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/sameas/sameas/internal/evidence"
	"github.com/sameas/sameas/match/kernel"
)

// How a model is fitted.
const (
	fewRecords     = 100       // below so many the documented defaults stand
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
	learnt   *learnt // nil when the documented defaults stand
	priors   []evidence.Prior
}

// training is what a model is fitted to.
type training struct {
	set     *kernel.Set
	sources []string // by stratum
	plan    *plan
	terms   []termTable
	linked  linkedPairs
	apart   [][]uint32 // IDs that keep records apart: such pairs take no part
	threads int
	scan    func(ctx context.Context, set *kernel.Set, spec *kernel.Spec, blocks kernel.Blocks) (kernel.Result, error)
}

// fitModel estimates u from value counts and random pairs, then m and the priors by EM over the patterns of candidate
// pairs, u held fixed. Pairs that IDs keep apart take no part.
func fitModel(ctx context.Context, s *schema, t training) (fit, error) {
	n := t.set.Len()
	f := fit{parameters: s.defaults(startLambda(n))}
	pairs := t.randomPairs()
	random, err := s.randomLevels(ctx, t, pairs)
	if err != nil {
		return fit{}, err
	}
	f.estimateU(s, random, t.terms)
	if n < fewRecords {
		f.trained = fmt.Sprintf("documented defaults: %d records are too few to fit", n)
		f.warnings = append(f.warnings, f.trained)
		return f, nil
	}
	spec := s.patternsOnly()
	for i := range spec.Fields {
		if s.fields[i].tf {
			spec.Fields[i].Terms = t.terms[i].adjustments(f.u[i][kernel.Same])
		}
	}
	free := *t.set
	free.Apart = slices.Concat(t.set.Apart, t.apart)
	result, err := t.scan(ctx, &free, spec, sampleBlocks(t.plan, trainingPairs))
	if err != nil {
		return fit{}, err
	}
	e := expectation{schema: s, training: t, counts: patternCounts{all: sortedCounts(result.Counts), threads: t.threads}, random: random,
		population: populationOf(t.set, t.apart, pairs), sampled: sampledShare(t.plan, trainingPairs) * t.linked.reached()}
	f.maximiseExpectation(&e)
	return f, nil
}

// startLambda is where EM begins: half of the records having one duplicate.
func startLambda(n int) float64 {
	return min(0.1, 0.5/float64(max(n-1, 1)))
}

// sampleBlocks takes blocks spread evenly over all, up to about so many pairs.
func sampleBlocks(p *plan, pairs int64) kernel.Blocks {
	step := sampleStep(p, pairs)
	return kernel.Blocks{N: p.blocks(), At: func(i int) kernel.Block {
		if step > 1 && mix(uint64(i))%uint64(step) != 0 {
			return kernel.Block{}
		}
		if b := p.block(i); b.Rule < p.keyed {
			return b
		}
		return kernel.Block{}
	}}
}

func sampleStep(p *plan, pairs int64) int64 {
	total := int64(0)
	for _, r := range p.rules[:p.keyed] {
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

// randomPair is one of the sample for u.
type randomPair struct{ a, b uint32 }

// randomPairs are the same ones in every run.
func (t *training) randomPairs() []randomPair {
	n := uint64(t.set.Len())
	if n < 2 {
		return nil
	}
	pairs := make([]randomPair, 0, samplePairs)
	for k := range uint64(min(samplePairs, n*(n-1)/2)) {
		if a, b := mix(2*k)%n, mix(2*k+1)%n; a != b {
			pairs = append(pairs, randomPair{uint32(a), uint32(b)})
		}
	}
	return pairs
}

// randomLevels compares the random pairs, those left out that IDs keep apart.
func (s *schema) randomLevels(ctx context.Context, t training, pairs []randomPair) (levelCounts, error) {
	counts, threads := s.newLevelCounts(), workers(t.threads)
	workersCounts, comparers := make([]levelCounts, threads), make([]*kernel.Comparer, threads)
	for w := range comparers {
		workersCounts[w], comparers[w] = s.newLevelCounts(), kernel.NewComparer(t.set, s.patternsOnly())
	}
	err := inPieces(ctx, threads, len(pairs), 1<<12, func(worker, from, to int) {
		for _, p := range pairs[from:to] {
			if keptApart(t.apart, p.a, p.b) {
				continue
			}
			pattern := comparers[worker].Pattern(p.a, p.b)
			for f := range counts {
				workersCounts[worker][f][pattern.Level(f)]++
			}
		}
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

// patternCounts are those of all candidate pairs.
type patternCounts struct {
	all     []patternCount
	of      []float64 // memory for what is worked out of each
	threads int
}

// each works something out of every count, on all cores: the numbers are the same in whatever order, and stand until the next
// call.
func (c *patternCounts) each(w *patternWeights, of func(w *patternWeights, c *patternCount) float64) []float64 {
	threads := workers(c.threads)
	own := make([]patternWeights, threads)
	for i := range own {
		own[i] = *w
		own[i].sums = make([]float64, len(w.sums))
	}
	c.of = slices.Grow(c.of[:0], len(c.all))[:len(c.all)]
	_ = inPieces(context.Background(), threads, len(c.all), 1<<12, func(worker, from, to int) { // it returns no error
		for i := from; i < to; i++ {
			c.of[i] = of(&own[worker], &c.all[i])
		}
	})
	return c.of
}

func sortedCounts(counts map[kernel.Count]int64) []patternCount {
	sorted := make([]patternCount, 0, len(counts))
	for c, n := range counts {
		sorted = append(sorted, patternCount{c, float64(n)})
	}
	slices.SortFunc(sorted, func(a, b patternCount) int {
		return cmp.Or(cmp.Compare(a.Rules, b.Rules), slices.Compare(a.Strata[:], b.Strata[:]), cmp.Compare(a.Pattern, b.Pattern), cmp.Compare(a.Terms, b.Terms))
	})
	return sorted
}

// linkedPairs are the patterns of must-linked pairs whose content differs: matches that are known without a model.
type linkedPairs struct {
	patterns []kernel.Pattern
	blocked  int // how many of them blocking finds, too
}

// enoughLinks is from how many links on the share that blocking finds is believed.
const enoughLinks = 100

// reached is the share of matches that blocking finds, as far as links tell.
func (l linkedPairs) reached() float64 {
	if len(l.patterns) < enoughLinks {
		return 1
	}
	return max(0.5, float64(l.blocked)/float64(len(l.patterns)))
}

// expectation is what EM goes through again and again.
type expectation struct {
	schema *schema
	training
	counts     patternCounts
	random     levelCounts
	population population
	sampled    float64 // share of all matches that the counts hold, by sampling and blocking
	learnt
}

// learnt is what matches were seen with which levels.
type learnt struct {
	em, links levelCounts
	matches   [][]float64 // by sources
}

// maximiseExpectation alternates between the share of matches in each pattern and the parameters that these shares give
// (A. P. Dempster, N. M. Laird, D. B. Rubin, "Maximum Likelihood from Incomplete Data via the EM Algorithm", 1977).
// A field's m takes no part from pairs that only a rule keyed on the field found.
func (f *fit) maximiseExpectation(e *expectation) {
	e.links = e.schema.newLevelCounts()
	for _, p := range e.linked.patterns {
		e.links.add(p, 1)
	}
	change := math.Inf(1)
	rounds := 0
	for ; rounds < iterations && change > converged; rounds++ {
		weights := e.schema.patternWeights(f.parameters)
		shared := f.learnShares(e.schema, &weights, &e.counts)
		e.expect(f, &weights)
		change = max(shared, f.maximise(e.schema, e.em, e.links))
		change = max(change, f.learnPriors(e.population, e.matches, e.sampled))
		f.estimateU(e.schema, e.random, e.terms)
	}
	f.learnt, f.priors = &e.learnt, f.priorsOf(e.sources, e.population, e.matches, e.sampled)
	f.report(e, rounds, change)
}

// expect counts the matches of every level, as the parameters have it.
func (e *expectation) expect(f *fit, weights *patternWeights) {
	unkeyed := e.schema.unkeyedRules()
	e.em, e.matches = e.schema.newLevelCounts(), square(e.population.n)
	priors := square(e.population.n)
	for a, row := range priors {
		for b := range row {
			row[b] = weights.prior
			if f.strata != nil {
				row[b] = evidence.Bits(f.strata[a][b])
			}
		}
	}
	for i, probability := range e.counts.each(weights, func(w *patternWeights, c *patternCount) float64 {
		return w.probability(priors[c.Strata[0]][c.Strata[1]], c.Pattern, float64(c.Terms))
	}) {
		c := &e.counts.all[i]
		r := c.n * probability
		e.matches[c.Strata[0]][c.Strata[1]] += r
		for i := range e.em {
			if l := c.Pattern.Level(i); l != kernel.Missing && c.Rules&unkeyed[i] != 0 {
				e.em[i][l] += r
			}
		}
	}
}

// add counts a pattern's levels.
func (c levelCounts) add(p kernel.Pattern, n float64) {
	for i := range c {
		if l := p.Level(i); l != kernel.Missing {
			c[i][l] += n
		}
	}
}

func (f *fit) maximise(s *schema, em, links levelCounts) (change float64) {
	for i := range s.fields {
		prior := normalised(s.fields[i].m)
		total := 0.0
		for l := range em[i] {
			total += em[i][l] + links[i][l]
		}
		last := len(em[i]) - 1
		fresh := make([]float64, last)
		for l := 1; l <= last; l++ {
			fresh[l-1] = (em[i][l] + links[i][l] + defaultWeight*prior[l-1]) / (total + defaultWeight)
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
		for r, rule := range s.rules[:s.keyed()] {
			if !slices.Contains(rule.fields, f.name) && (rule.fields != nil || f.path == "") {
				masks[i] |= 1 << r
			}
		}
	}
	return masks
}

func (f *fit) report(e *expectation, rounds int, change float64) {
	matches := 0.0
	for _, row := range e.matches {
		for _, n := range row {
			matches += n
		}
	}
	linked := len(e.linked.patterns)
	f.trained = fmt.Sprintf("u from value counts and %d random pairs; m from %d linked pairs and by EM on candidate pairs (%.0f expected matches, %d rounds), smoothed by the documented defaults",
		samplePairs, linked, matches, rounds)
	if change > converged {
		f.warnings = append(f.warnings, fmt.Sprintf("EM did not converge in %d rounds: the last one still changed a parameter by %.4f", rounds, change))
	}
	if matches+float64(linked) < enoughMatches {
		f.warnings = append(f.warnings, fmt.Sprintf("only %.0f matches to learn from: the weights are mostly the documented defaults", matches+float64(linked)))
	}
}
