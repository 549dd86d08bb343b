package match

import (
	"math"
	"slices"

	"github.com/sameas/sameas/internal/evidence"
	"github.com/sameas/sameas/match/kernel"
)

// mostStrata is how many sources get priors of their own: with more, all share one.
const mostStrata = 64

// priorStrength is how many expected matches the prior of all pairs counts for in those of two sources: where few are
// found, or where every pair is kept apart by IDs, the prior of all stands.
const priorStrength = 20.0

// strataOf numbers the records' sources, in the order of their names; nil when there is one only, or too many.
func strataOf(records []record) (names []string, stratum []uint8) {
	for i := range records {
		if at, found := slices.BinarySearch(names, records[i].source); !found {
			names = slices.Insert(names, at, records[i].source)
		}
		if len(names) > mostStrata {
			return nil, nil
		}
	}
	if len(names) < 2 {
		return names, nil
	}
	stratum = make([]uint8, len(records))
	for i := range records {
		at, _ := slices.BinarySearch(names, records[i].source)
		stratum[i] = uint8(at)
	}
	return names, stratum
}

// population is how many pairs there are of each two sources, those left out that IDs keep apart: these never enter a fit.
type population struct {
	n     int         // strata
	pairs [][]float64 // by the smaller and the larger stratum
	all   float64
}

// populationOf counts pairs by source, and estimates from random pairs what share of them is kept apart.
func populationOf(set *kernel.Set, apart [][]uint32, random []randomPair) population {
	size := []float64{0}
	for i := range set.Len() {
		s := stratumOf(set, uint32(i))
		for len(size) <= int(s) {
			size = append(size, 0)
		}
		size[s]++
	}
	p := population{n: len(size)}
	seen, free := square(p.n), square(p.n)
	for _, r := range random {
		s, t := sorted2(stratumOf(set, r.a), stratumOf(set, r.b))
		seen[s][t]++
		if !keptApart(apart, r.a, r.b) {
			free[s][t]++
		}
	}
	p.pairs = square(p.n)
	for s := range p.n {
		for t := s; t < p.n; t++ {
			p.pairs[s][t] = size[s] * size[t]
			if s == t {
				p.pairs[s][t] = size[s] * (size[s] - 1) / 2
			}
			if seen[s][t] > 0 {
				p.pairs[s][t] *= free[s][t] / seen[s][t]
			}
			p.all += p.pairs[s][t]
		}
	}
	p.all = max(p.all, 1)
	return p
}

func stratumOf(set *kernel.Set, record uint32) uint8 {
	if set.Stratum == nil {
		return 0
	}
	return set.Stratum[record]
}

func sorted2(a, b uint8) (uint8, uint8) { return min(a, b), max(a, b) }

func square(n int) [][]float64 {
	rows := make([][]float64, n)
	for i := range rows {
		rows[i] = make([]float64, n)
	}
	return rows
}

// apartColumns are, for each application, the number of every record's ID, 0 for none or several: pairs that differ in one
// are two things, as far as that application knows, and teach nothing of how records of one thing differ.
func (id *identity) apartColumns(n int) [][]uint32 {
	var columns [][]uint32
	for r, held := range id.holdings {
		for i, h := range held {
			for len(columns) <= int(h.scope) {
				columns = append(columns, make([]uint32, n))
			}
			columns[h.scope][r] = h.id + 1
			if i > 0 && held[i-1].scope == h.scope || i+1 < len(held) && held[i+1].scope == h.scope {
				columns[h.scope][r] = 0
			}
		}
	}
	return columns
}

func keptApart(columns [][]uint32, a, b uint32) bool {
	return slices.ContainsFunc(columns, func(c []uint32) bool { return c[a] != 0 && c[b] != 0 && c[a] != c[b] })
}

// learnPriors sets the shares of matches, over all pairs and for each two sources; those of two sources are drawn towards
// the share among all.
func (f *fit) learnPriors(p population, matches [][]float64, sampled float64) (change float64) {
	total := 0.0
	for s := range matches {
		for t := range matches[s] {
			total += matches[s][t] / sampled
		}
	}
	before := f.lambda
	f.lambda = math.Sqrt(f.lambda * min(max(total/p.all, 0.02/math.Sqrt(2*p.all)), 0.3))
	change = math.Abs(f.lambda/before - 1)
	if p.n < 2 {
		return change
	}
	f.strata = square(p.n)
	for s := range p.n {
		for t := s; t < p.n; t++ {
			f.strata[s][t] = (matches[s][t]/sampled + priorStrength) / (p.pairs[s][t] + priorStrength/f.lambda)
		}
	}
	return change
}

// priors are those of a fit as evidence prints them.
func (f *fit) priorsOf(sources []string, p population, matches [][]float64, sampled float64) []evidence.Prior {
	if p.n < 2 {
		return nil
	}
	var list []evidence.Prior
	for s := range p.n {
		for t := s; t < p.n; t++ {
			list = append(list, evidence.Prior{Left: sources[s], Right: sources[t], Bits: rounded(evidence.Bits(f.strata[s][t])),
				Pairs: math.Round(p.pairs[s][t]), Matches: math.Round(matches[s][t] / sampled)})
		}
	}
	return list
}

// priorSources are the sources that a model has priors for, by stratum.
func (m *model) priorSources() []string {
	var names []string
	for _, p := range m.Priors {
		if at, found := slices.BinarySearch(names, p.Left); !found {
			names = slices.Insert(names, at, p.Left)
		}
	}
	return names
}

// strata are the numbers of records' sources; nil when the model has one prior only, or does not know one of them.
func (m *model) strata(sources ...string) []uint8 {
	var stratum []uint8
	for _, source := range sources {
		at, found := slices.BinarySearch(m.sources, source)
		if !found {
			return nil
		}
		stratum = append(stratum, uint8(at))
	}
	return stratum
}
