package match

import "github.com/sameas/sameas/match/kernel"

// organizationFields are where the fields of organizations stand; nil of a collection of others.
type organizationFields struct {
	name, tax, street int
	contact           []int // what reaches one organization
}

func (s *schema) organizationFields() *organizationFields {
	o := &organizationFields{name: s.index("name"), tax: s.index("tax_number"), street: s.index("street")}
	if s.collection == "people" || o.name < 0 {
		return nil
	}
	for _, name := range []string{"phone", "own_web"} {
		if f := s.index(name); f >= 0 {
			o.contact = append(o.contact, f)
		}
	}
	return o
}

// otherUnit reports that the names are those of two companies of a group, or of two places of business, and that it is
// not one of them under two names: the same tax number in the same street.
func (j *judge) otherUnit(c kernel.Comparison) bool {
	o := j.organizations
	return o != nil && c.Levels[o.name] == kernel.OrgOther &&
		(c.Levels[o.tax] != kernel.Same || c.Levels[o.street] != kernel.Same && c.Levels[o.street] != kernel.TextClose)
}

// organizationBears reports whether names that do not quite fit are borne out by something of the organization's own,
// since neighbours in a street and companies of a group share much: an acronym or a part of a name by a number or
// address that reaches only it; another name by the tax number.
func (j *judge) organizationBears(c kernel.Comparison) bool {
	o := j.organizations
	if o == nil {
		return true
	}
	switch level := c.Levels[o.name]; {
	case level == kernel.OrgAcronym || level == kernel.OrgContained:
		return j.bits(c, o.tax) >= independentBits || j.agreeing(c, o.contact) > 0
	case level > kernel.OrgContained:
		return c.Levels[o.tax] == kernel.Same
	case c.Levels[o.street] == kernel.TextDifferent:
		return j.bits(c, o.tax) >= independentBits || j.agreeing(c, o.contact) > 0 // an outlet elsewhere in the town
	}
	return true
}
