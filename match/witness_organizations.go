package match

import "github.com/sameas/sameas/match/kernel"

// organizationFields are where the fields of organizations stand; nil of a collection of others.
type organizationFields struct {
	name, tax, phone, own, street, city int
}

func (s *schema) organizationFields() *organizationFields {
	o := &organizationFields{name: s.index("name"), tax: s.index("tax_number"), phone: s.index("phone"), own: s.index("own_web"),
		street: s.index("street"), city: s.index("city")}
	if s.collection == "people" || o.name < 0 {
		return nil
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
	elsewhere := c.Levels[o.street] == kernel.TextDifferent || c.Levels[o.street] == kernel.Missing && c.Levels[o.city] == kernel.CodeDifferent
	reached := j.bits(c, o.tax) >= independentBits || j.bits(c, o.phone) >= independentBits
	switch level := c.Levels[o.name]; {
	case level > kernel.OrgContained:
		return c.Levels[o.tax] == kernel.Same
	case elsewhere:
		return reached // a shop of the name in another street is another shop
	case level == kernel.OrgAcronym || level == kernel.OrgContained:
		return reached || j.bits(c, o.own) >= independentBits
	}
	return true
}
