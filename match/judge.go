package match

import (
	"github.com/sameas/sameas/internal/evidence"
	"github.com/sameas/sameas/match/kernel"
)

// independentBits is what a group of fields must weigh to count as a witness of its own.
const independentBits = 2.0

// mistakenShare is how many pairs of one thing, at the least, a fit must find to differ in a field altogether before a
// difference there may be a mistake rather than another thing.
const mistakenShare = 0.025

// judge decides, pair by pair, what a weight alone does not: whether two independent groups of fields agree, and
// whether something inside a cluster speaks against it.
type judge struct {
	comparer      *kernel.Comparer
	dependence    *dependence // nil of organizations
	model         *model
	veto          []vetoField
	recalled      kernel.Comparison
	sums          []float64
	groups        []int32
	known         map[[2]uint32]bool
	stratum       []uint8             // of each record, nil for one
	organizations *organizationFields // nil of people
	names         *nameFields         // nil of organizations
}

// Compare compares a pair in full, with what its fields say of each other taken into account.
func (j *judge) Compare(a, b uint32) kernel.Comparison {
	c := j.comparer.Compare(a, b)
	j.correct(a, b, &c)
	return c
}

// recall is Compare of an edge that was scanned. What it returns stands until the next one.
func (j *judge) recall(e kernel.Edge) *kernel.Comparison {
	j.comparer.Recall(e, &j.recalled)
	j.correct(e.A, e.B, &j.recalled)
	return &j.recalled
}

// correct takes back what the fields of a comparison say of each other.
func (j *judge) correct(a, b uint32, c *kernel.Comparison) {
	if j.dependence != nil && j.dependence.apply(min(a, b), max(a, b), c, j.model) {
		c.Weight = j.weigh(a, b, c)
	}
}

// Weight is that of a pair, in units.
func (j *judge) Weight(a, b uint32) int32 { return j.Compare(a, b).Weight }

// prior is that of a pair's two sources, in units.
func (j *judge) prior(a, b uint32) int32 {
	if j.stratum == nil || j.model.spec.Priors == nil {
		return j.model.spec.Prior
	}
	return j.model.spec.Priors[int(j.stratum[a])*len(j.model.sources)+int(j.stratum[b])]
}

// evidence is what the fields of a pair of that weight weigh, its prior left out, in bits.
func (j *judge) evidence(a, b uint32, weight int32) float64 {
	return float64(weight-j.prior(a, b)) * kernel.Unit
}

// weigh sums a comparison anew, as the kernel does.
func (j *judge) weigh(a, b uint32, c *kernel.Comparison) int32 {
	spec := j.model.spec
	groups := append(j.groups[:0], make([]int32, len(spec.Caps))...)
	j.groups = groups
	differs := j.names != nil && c.Levels[j.names.given] == kernel.GivenDifferent
	weight := j.prior(a, b)
	for f := range spec.Fields {
		field := &spec.Fields[f]
		switch bits := field.Bits[c.Levels[f]] + c.Terms[f]; {
		case field.Group != kernel.NoGroup:
			groups[field.Group] += bits
		case field.Lent != kernel.NoGroup && differs:
			groups[field.Lent] += bits
		default:
			weight += bits
		}
	}
	for g := range groups {
		sum := min(groups[g], spec.Caps[g])
		if wider := spec.Within[g]; wider == kernel.NoGroup {
			weight += sum
		} else {
			groups[wider] += sum
		}
	}
	return weight
}

// vetoField is a field of which disagreement alone keeps a cluster out of auto.
type vetoField struct {
	index int
	level uint8
}

func newJudge(s *schema, m *model, set *kernel.Set) *judge {
	j := &judge{comparer: kernel.NewComparer(set, m.spec), model: m, known: map[[2]uint32]bool{}, stratum: set.Stratum, sums: make([]float64, len(m.Groups))}
	j.names, j.organizations = s.nameFields(), s.organizationFields(set)
	for i, f := range s.fields {
		switch {
		case f.name == "generation", f.name == "tax_number", (f.name == "given" || f.name == "birth_date") && !m.oftenDiffers(i):
			j.veto = append(j.veto, vetoField{i, f.kind.Different()})
		}
	}
	return j
}

// fewLookAlikes reports that nearly all pairs which share a household are one person in this data: there are no families
// in it that a given name or a birth date would have to tell apart, so one of them may be wrong.
func (m *model) fewLookAlikes() bool {
	g := m.groupIndex(groupHousehold)
	return g >= 0 && evidence.Probability(m.Groups[g].Cap+m.Prior) >= 0.9
}

// oftenDiffers reports that the field may be wrong altogether in one of two records of one person: the data hold hardly any
// look-alikes, and the fit found that more than a few of those who are one differ in it. Without that it is a veto: twins
// among a thousand copies that a sync made are two.
func (m *model) oftenDiffers(field int) bool {
	levels := m.Fields[field].Levels
	return m.fewLookAlikes() && levels[len(levels)-1].M >= mistakenShare
}

// independent reports whether two groups of fields agree, one of them on something of the person's or the
// organization's own. A field without a group is a group of its own.
func (j *judge) independent(a, b uint32, c kernel.Comparison) bool {
	clear(j.sums)
	witnesses, personal := 0, false
	for i := range j.model.Fields {
		f := &j.model.Fields[i]
		bits := f.Levels[c.Levels[i]].Bits + float64(c.Terms[i])*kernel.Unit
		if j.names != nil && i == j.names.given && c.Levels[i] != kernel.Missing && c.Levels[i] <= kernel.GivenClose && j.model.fewLookAlikes() {
			bits = max(bits, independentBits) // where nobody is taken for a relative, common names are names
		}
		if f.Personal && bits >= independentBits {
			personal = true
		}
		if g := j.model.groupIndex(f.Group); g >= 0 {
			j.sums[g] += bits
		} else if bits >= independentBits {
			witnesses++
		}
	}
	for _, sum := range j.sums {
		if sum >= independentBits {
			witnesses++
		}
	}
	return personal && witnesses >= 2 && j.namesBear(a, b, c) && j.organizationBears(a, b, c)
}

// groupIndex is the place of a group, -1 for none.
func (m *model) groupIndex(name string) int {
	for g := range m.Groups {
		if m.Groups[g].Name == name {
			return g
		}
	}
	return -1
}

// against names what in a pair keeps its cluster out of auto; "" is nothing.
func (j *judge) against(a, b uint32) string { return j.speaksAgainst(a, b, j.Compare(a, b)) }

// speaksAgainst is against, of a pair that was compared.
func (j *judge) speaksAgainst(a, b uint32, c kernel.Comparison) string {
	for _, v := range j.veto {
		if c.Levels[v.index] == v.level && !j.mistypedNumber(v.index, a, b) {
			return j.model.Fields[v.index].Label
		}
	}
	if j.otherUnit(a, b, c) {
		return j.model.Fields[j.organizations.name].Label
	}
	if j.evidence(a, b, c.Weight) < rejectBits {
		return "evidence"
	}
	return ""
}

// agree is against() == "", remembered: clustering asks for the same pair at every union of their clusters.
func (j *judge) agree(a, b uint32) bool {
	key := [2]uint32{min(a, b), max(a, b)}
	ok, known := j.known[key]
	if !known {
		ok = j.against(a, b) == ""
		j.known[key] = ok
	}
	return ok
}

func termBits(terms []int32) []float64 {
	bits := make([]float64, len(terms))
	for i, t := range terms {
		bits[i] = float64(t) * kernel.Unit
	}
	return bits
}
