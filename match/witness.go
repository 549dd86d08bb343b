package match

import (
	"slices"

	"github.com/sameas/sameas/match/kernel"
)

// nameFields are where the names of people stand among the fields; nil of a collection without them.
type nameFields struct {
	given, family int
	born          int   // birth date
	own           []int // fields that are one person's own, names apart
	home          []int // fields of the household that say more than a town
	against       []int // fields in which one person seldom has two values at once
}

func (s *schema) nameFields() *nameFields {
	n := &nameFields{given: s.index("given"), family: s.index("family"), born: s.index("birth_date")}
	if n.given < 0 || n.family < 0 {
		return nil
	}
	for i := range s.fields {
		f := &s.fields[i]
		switch {
		case i == n.given || i == n.family:
		case f.personal:
			n.own = append(n.own, i)
		case f.name == "street" || f.name == "landline":
			n.home = append(n.home, i)
		}
		switch f.name {
		case "birth_date", "mobile", "street":
			n.against = append(n.against, i)
		}
	}
	return n
}

// namesBear reports whether names that do not quite fit are borne out by something of the person's own: colleagues and
// neighbours share given names, or family names, and everything that comes with a workplace and a town. Where data hold
// hardly any look-alikes, there is nobody to take for another.
func (j *judge) namesBear(a, b uint32, c kernel.Comparison) bool {
	n := j.names
	if n == nil {
		return true
	}
	if !j.moreThanNames(c) {
		return false
	}
	if j.model.fewLookAlikes() {
		return true
	}
	own, home, elsewhere := j.agreeing(c, n.own), j.agreeing(c, n.home), j.differs(c, n.own)
	given := c.Levels[n.given]
	if (given == kernel.GivenRelated || given == kernel.GivenClose) && j.dependence.bothNames(a, b) {
		return own >= 2 // twins have a birth date in common, and a couple a mailbox
	}
	twins := own == 1 && elsewhere && j.agrees(c, n.born) // born on one day, and reached in two ways
	switch given {
	case kernel.GivenRelated, kernel.GivenDifferent:
		return own >= 1 && !twins
	case kernel.GivenNickname, kernel.GivenClose, kernel.GivenInitial:
		if own == 0 && home == 0 || twins && home == 0 {
			return false
		}
	}
	if own == 0 && home == 0 && elsewhere {
		return false // namesakes at one company
	}
	switch family := c.Levels[n.family]; {
	case family < kernel.FamilyRelated:
		return true
	case family == kernel.FamilyRelated:
		return own >= 1
	}
	// A birth date alone is shared by many of one given name; a number or an address by hardly any.
	return own >= 2 || own == 1 && given != kernel.GivenInitial && (!j.agrees(c, n.born) || home > 0)
}

// agrees reports that a field, if there is one, agrees well enough to be a witness.
func (j *judge) agrees(c kernel.Comparison, field int) bool {
	return field >= 0 && j.bits(c, field) >= independentBits
}

// differs reports that one of some fields differs altogether.
func (j *judge) differs(c kernel.Comparison, fields []int) bool {
	return slices.ContainsFunc(fields, func(f int) bool {
		return c.Levels[f] > kernel.Same && int(c.Levels[f]) == len(j.model.Fields[f].Levels)-1
	})
}

// moreThanNames reports that something beside the names agrees. Given and family name are two fields and one witness: how
// rare a name is among the records at hand does not tell how many people elsewhere bear it.
func (j *judge) moreThanNames(c kernel.Comparison) bool {
	for f := range j.model.Fields {
		if f != j.names.given && f != j.names.family && j.bits(c, f) >= independentBits {
			return true
		}
	}
	return false
}

// worthAsking reports whether a pair that is not sure is worth a person's time. It is not when one of the names differs
// and nothing of the person's own or of the home agrees, nor when nothing but the names agrees and they were either
// exchanged or something else of the person differs: among many people such pairs are namesakes.
func (j *judge) worthAsking(c kernel.Comparison) bool {
	if j.organizations != nil {
		return j.organizationWorthAsking(c)
	}
	n := j.names
	if n == nil || j.agreeing(c, n.own) > 0 || j.agreeing(c, n.home) > 0 {
		return true
	}
	given, family := c.Levels[n.given], c.Levels[n.family]
	if given == kernel.GivenDifferent || family == kernel.FamilyDifferent {
		return false
	}
	if j.workplaces(c) >= independentBits {
		return true
	}
	if given == kernel.GivenSwapped || family == kernel.FamilySwapped {
		return false
	}
	return !j.differs(c, n.against)
}

// agreeing counts those of some fields that agree well enough to be a witness.
func (j *judge) agreeing(c kernel.Comparison, fields []int) int {
	agreeing := 0
	for _, f := range fields {
		if j.bits(c, f) >= independentBits {
			agreeing++
		}
	}
	return agreeing
}

// workplaces is what a pair's evidence of a common workplace weighs, uncapped.
func (j *judge) workplaces(c kernel.Comparison) float64 {
	sum := 0.0
	for f := range j.model.Fields {
		if j.model.Fields[f].Group == groupWorkplace {
			sum += j.bits(c, f)
		}
	}
	return sum
}

// bits is what a field of a pair weighs.
func (j *judge) bits(c kernel.Comparison, f int) float64 {
	return j.model.Fields[f].Levels[c.Levels[f]].Bits + float64(c.Terms[f])*kernel.Unit
}
