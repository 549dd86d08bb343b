package match

import (
	"fmt"
	"math"
	"slices"

	"github.com/sameas/sameas/internal/config"
	"github.com/sameas/sameas/internal/evidence"
	"github.com/sameas/sameas/match/kernel"
)

// Limits of what one comparison may weigh. A value seen twice may be rare or may be a typist's habit: no single value
// is believed beyond these.
const (
	maxBits     = 17.0 // of a level's log2(m/u)
	minBits     = -7.0
	maxTermBits = 5.0 // what rarity adds
	minTermBits = -8.0
)

// model is a fitted model: what evidence prints of it, and the kernel's integer form of the same.
type model struct {
	evidence.Model
	sources []string // by stratum
	spec    *kernel.Spec
	terms   [][]int32 // per field that frequency adjusts: what each term adds, in units, by its number
	lambda  float64   // share of true matches among all pairs
	pairs   float64   // all pairs that could be compared
}

// units rounds bits to the kernel's grid.
func units(bits float64) int32 { return int32(math.Round(bits / kernel.Unit)) }

// rounded is bits on the kernel's grid, so that sums of floats and of units are the same.
func rounded(bits float64) float64 { return float64(units(bits)) * kernel.Unit }

// parameters are the probabilities of a model while it is fitted: by field, by level (0 unused).
type parameters struct {
	m, u   [][]float64
	lambda float64
	strata [][]float64 // lambda by the two records' sources, the smaller one first; nil for one source
	shares []float64   // per group of correlated fields: of the pairs that agree on it, how many are one thing
}

// defaults are the parameters before the data speaks.
func (s *schema) defaults(lambda float64) parameters {
	p := parameters{lambda: lambda}
	for _, f := range s.fields {
		p.m = append(p.m, append([]float64{0}, normalised(f.m)...))
		p.u = append(p.u, append([]float64{0}, f.u...))
		closeU(p.u[len(p.u)-1])
	}
	for _, c := range s.caps {
		p.shares = append(p.shares, evidence.Probability(-c.margin))
	}
	return p
}

// capOf is the most that a group may weigh: what brings the prior to the share of pairs agreeing on it that are one.
// Where that is nearly all, there is no correlation to guard against, and the cap is lifted so far that one other
// field which disagrees does not outweigh the group; it stays a cap, since the share is measured on so many pairs only.
// It is lifted only where that of the group within it is: where there are families, there are namesakes in them.
func (s *schema) capOf(g int, prior float64, shares []float64) float64 {
	lifted := shares[g] >= liftedShare
	for inner := range s.caps {
		lifted = lifted && (s.groupIndex(s.caps[inner].within) != g || shares[inner] >= liftedShare)
	}
	if lifted {
		return liftedBits - prior
	}
	return max(2, evidence.Bits(shares[g])-prior)
}

// normalised divides by the sum.
func normalised(p []float64) []float64 {
	sum := 0.0
	for _, x := range p {
		sum += x
	}
	out := make([]float64, len(p))
	for i, x := range p {
		out[i] = x / sum
	}
	return out
}

// closeU gives the last level, disagreement, what the others leave.
func closeU(u []float64) {
	rest := 1.0
	for _, x := range u[1 : len(u)-1] {
		rest -= x
	}
	u[len(u)-1] = max(rest, 0.05)
}

// build turns a fit into the model and the kernel's form of it.
func (s *schema) build(f fit, sources []string, terms []termTable, set *kernel.Set, t config.Thresholds) *model {
	p := f.parameters
	m := &model{lambda: p.lambda, sources: sources, spec: &kernel.Spec{}}
	m.Model = evidence.Model{Collection: s.collection, Spec: spec, Prior: rounded(math.Log2(p.lambda / (1 - p.lambda))), Priors: f.priors,
		Thresholds: evidence.Thresholds{Auto: t.Auto, Review: t.Review, Attach: t.Attach}, Trained: f.trained, Warnings: f.warnings}
	for g, c := range s.caps {
		limit := rounded(s.capOf(g, m.Prior, p.shares))
		m.Groups = append(m.Groups, evidence.Group{Name: c.name, Cap: limit, Within: c.within})
	}
	for i, field := range s.fields {
		m.Fields = append(m.Fields, evidenceField(field, p.m[i], p.u[i]))
		f.learnt.tell(i, &m.Fields[i])
		m.terms = append(m.terms, nil)
		if field.tf && terms != nil {
			m.terms[i] = terms[i].adjustments(p.u[i][kernel.Same])
			m.Fields[i].Rare = float64(terms[i].adjustment(p.u[i][kernel.Same], 0)) * kernel.Unit
		}
	}
	m.warnNoData(set)
	m.warnMonotonic()
	m.compile(s)
	return m
}

func evidenceField(f field, m, u []float64) evidence.Field {
	out := evidence.Field{Name: f.name, Label: f.label, Group: f.group, TF: f.tf, Personal: f.personal}
	if f.lent != "" {
		out.Lent, out.Owner = f.lent, "given"
	}
	for l, name := range f.kind.Levels() {
		level := evidence.Level{Name: name}
		if l > 0 {
			level.M, level.U = m[l], u[l]
			level.Bits = rounded(min(max(math.Log2(m[l]/u[l]), minBits), maxBits))
			if l > 1 { // exact never weighs less than close, nor any level less than a weaker one
				level.Bits = min(level.Bits, out.Levels[1].Bits)
			}
		}
		out.Levels = append(out.Levels, level)
	}
	last := len(out.Levels) - 1
	out.Levels[last].Bits = min(out.Levels[last].Bits, 0)
	return out
}

// tell puts beside a field's m what links and EM alone would make of it.
func (l *learnt) tell(i int, f *evidence.Field) {
	if l == nil {
		for level := range f.Levels[1:] {
			f.Levels[level+1].From = "default"
		}
		return
	}
	for level := 1; level < len(f.Levels); level++ {
		f.Links += l.links[i][level]
		f.Matches += l.em[i][level]
	}
	for level := 1; level < len(f.Levels); level++ {
		of := &f.Levels[level]
		if f.Links > 0 {
			of.MLinks = l.links[i][level] / f.Links
		}
		if f.Matches > 0 {
			of.MEM = l.em[i][level] / f.Matches
		}
		switch links, em := l.links[i][level] >= 1, l.em[i][level] >= 1; {
		case links && em:
			of.From = "links, EM"
		case links:
			of.From = "links"
		case em:
			of.From = "EM"
		default:
			of.From = "default"
		}
	}
	f.Links, f.Matches = math.Round(f.Links), math.Round(f.Matches)
}

// warnNoData tells of fields whose weights are all assumed, though records have values in them.
func (m *model) warnNoData(set *kernel.Set) {
	for i, f := range m.Fields {
		assumed := !slices.ContainsFunc(f.Levels[1:], func(l evidence.Level) bool { return l.From != "default" })
		if assumed && set != nil && set.Len() >= fewRecords && set.Dictionaries[i].Len() > 1 {
			m.Warnings = append(m.Warnings, fmt.Sprintf("%s: no pair of matches has both values: its weights are the documented defaults", f.Name))
		}
	}
}

// warnMonotonic tells of fields where a weaker level came out with more weight than a stronger one.
func (m *model) warnMonotonic() {
	for _, f := range m.Fields {
		last := len(f.Levels) - 1
		for l := 1; l < last; l++ {
			if f.Levels[l].Bits < f.Levels[last].Bits {
				m.Warnings = append(m.Warnings, fmt.Sprintf("%s: level %q weighs less than %q", f.Name, f.Levels[l].Name, f.Levels[last].Name))
			}
		}
	}
}

// priorUnits lays the priors of the sources out by their numbers.
func (m *model) priorUnits() []int32 {
	if len(m.Priors) == 0 {
		return nil
	}
	n := len(m.sources)
	out := make([]int32, n*n)
	for s := range n {
		for t := range n {
			out[s*n+t] = units(m.PriorOf(m.sources[s], m.sources[t]))
		}
	}
	return out
}

// compile makes the kernel's form of a model.
func (m *model) compile(s *schema) {
	spec := &kernel.Spec{Prior: units(m.Prior), Priors: m.priorUnits()}
	for _, g := range m.Groups {
		spec.Caps = append(spec.Caps, units(g.Cap))
		spec.Within = append(spec.Within, m.groupIndex(g.Within))
	}
	for i, f := range m.Fields {
		kf := kernel.Field{Kind: s.fields[i].kind, Group: kernel.NoGroup, Lent: kernel.NoGroup, Swap: -1}
		kf.Group, kf.Lent = m.groupIndex(f.Group), m.groupIndex(f.Lent)
		for _, l := range f.Levels {
			kf.Bits = append(kf.Bits, units(l.Bits))
		}
		if f.Name == "given" {
			kf.Swap = s.index("family")
		}
		kf.Terms = m.terms[i]
		spec.Fields = append(spec.Fields, kf)
	}
	m.spec = spec
}

// patternsOnly is the kernel's spec for counting patterns under a schema, without any weight.
func (s *schema) patternsOnly() *kernel.Spec {
	spec := &kernel.Spec{Count: true, Keep: math.MaxInt32}
	for _, f := range s.fields {
		kf := kernel.Field{Kind: f.kind, Group: kernel.NoGroup, Lent: kernel.NoGroup, Swap: -1}
		if f.name == "given" {
			kf.Swap = s.index("family")
		}
		spec.Fields = append(spec.Fields, kf)
	}
	return spec
}

// bits of a probability threshold, in units.
func thresholdUnits(p float64) int32 { return units(evidence.Bits(p)) }
