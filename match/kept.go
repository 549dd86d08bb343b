package match

import (
	"context"
	"slices"

	"github.com/sameas/sameas/match/kernel"
)

// keptPair is a pair that was found alike, compared in full.
type keptPair struct {
	a, b    uint32 // a < b
	weight  int32  // in units
	rule    uint8  // under which it was found, or would have been; noRule of a must-link that no rule finds
	auto    bool   // its evidence may join without being asked
	agrees  bool   // nothing in it speaks against it
	asks    bool   // it is worth a person's time
	pattern kernel.Pattern
	terms   [kernel.MaxFields]int16 // what frequency and dependence add to each field, in units
}

const noRule = ^uint8(0)

func (p *keptPair) candidate() candidate {
	return candidate{a: p.a, b: p.b, weight: p.weight, auto: p.auto}
}

// comparison is the pair's in full.
func (p *keptPair) comparison(fields int) kernel.Comparison {
	c := kernel.Comparison{Levels: make([]uint8, fields), Terms: make([]int32, fields), Weight: p.weight}
	for f := range fields {
		c.Levels[f], c.Terms[f] = p.pattern.Level(f), int32(p.terms[f])
	}
	return c
}

// judgeKept takes back, of the pairs that the kernel kept, what their fields say of each other, on all cores, and leaves out
// those that then fall below the review threshold. It compares the must-links too.
func (m *matching) judgeKept(ctx context.Context, edges []kernel.Edge) error {
	pairs := make([]keptPair, len(edges))
	err := m.inChunks(ctx, len(edges), func(m *matching, i int) {
		if c := m.judge.recall(edges[i]); c.Weight < m.model.spec.Keep {
			pairs[i].weight = c.Weight
		} else {
			pairs[i] = m.judge.keep(edges[i].A, edges[i].B, edges[i].Rule, *c)
		}
	})
	if err != nil {
		return err
	}
	pairs = slices.DeleteFunc(pairs, func(p keptPair) bool { return p.weight < m.model.spec.Keep })
	if len(pairs) < cap(pairs)/8*7 {
		pairs = slices.Clone(pairs) // hardly larger than it must be: it stays to the end
	}
	m.kept = pairs
	return m.judgeLinked(ctx)
}

// judgeLinked compares the must-links.
func (m *matching) judgeLinked(ctx context.Context) error {
	m.index()
	m.linked = make([]keptPair, len(m.identity.links))
	return m.inChunks(ctx, len(m.linked), func(m *matching, i int) {
		l := &m.identity.links[i]
		rule := noRule
		if !m.rejudges { // there are no keys then, and what the rules found stands
			if r := m.set.FirstRule(l.a, l.b); r >= 0 {
				rule = uint8(r)
			}
		}
		m.linked[i] = m.judge.keep(l.a, l.b, rule, m.judge.Compare(l.a, l.b))
	})
}

// anotherJudge judges as m.judge does, for another goroutine.
func (m *matching) anotherJudge() *judge {
	j := *m.judge
	j.comparer = kernel.NewComparer(m.set, m.model.spec)
	j.sums, j.groups, j.recalled, j.known = make([]float64, len(j.sums)), nil, kernel.Comparison{}, map[[2]uint32]bool{}
	return &j
}

// index notes where the kept pairs of each record begin.
func (m *matching) index() {
	m.keptAt = make([]uint32, len(m.records)+1)
	for i := range m.kept {
		m.keptAt[m.kept[i].a+1]++
	}
	for i := range m.records {
		m.keptAt[i+1] += m.keptAt[i]
	}
}

// keptPair is that of two records, nil if they were not found alike.
func (m *matching) keptPair(a, b uint32) *keptPair {
	a, b = min(a, b), max(a, b)
	for i := m.keptAt[a]; i < m.keptAt[a+1]; i++ {
		if m.kept[i].b == b {
			return &m.kept[i]
		}
	}
	return nil
}

// weight is a pair's, in units, whether it was found or not.
func (m *matching) weight(a, b uint32) int32 {
	if p := m.keptPair(a, b); p != nil {
		return p.weight
	}
	return m.judge.Weight(a, b)
}

// keep is a pair as it was compared, and what to make of it.
func (j *judge) keep(a, b uint32, rule uint8, c kernel.Comparison) keptPair {
	p := keptPair{a: a, b: b, weight: c.Weight, rule: rule}
	for f, level := range c.Levels {
		p.pattern |= kernel.Pattern(level) << (4 * f)
		p.terms[f] = int16(c.Terms[f])
	}
	j.settle(&p, c)
	return p
}

// settle says what to make of a pair that was compared.
func (j *judge) settle(p *keptPair, c kernel.Comparison) {
	p.agrees = j.speaksAgainst(p.a, p.b, c) == ""
	p.auto = c.Weight >= thresholdUnits(j.model.Thresholds.Auto) && j.independent(p.a, p.b, c)
	p.asks = p.auto || j.worthAsking(c)
}
