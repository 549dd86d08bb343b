package match

import (
	"slices"
	"strings"

	"github.com/sameas/sameas/match/kernel"
)

// organizationFields are where the fields of organizations stand; nil of a collection of others.
type organizationFields struct {
	name, tax, phone, own, domain, email, street, city int

	set       *kernel.Set
	malformed []bool // by number of the tax number
}

func (s *schema) organizationFields(set *kernel.Set) *organizationFields {
	o := &organizationFields{set: set, name: s.index("name"), tax: s.index("tax_number"), phone: s.index("phone"), own: s.index("own_web"), domain: s.index("domain"), email: s.index("email"),
		street: s.index("street"), city: s.index("city")}
	if s.collection == "people" || o.name < 0 {
		return nil
	}
	o.malformed = malformed(set.Dictionaries[o.tax])
	return o
}

// mistypedNumber reports whether a field is the tax number and one of two is no number at all.
func (j *judge) mistypedNumber(f int, a, b uint32) bool {
	o := j.organizations
	if o == nil || f != o.tax {
		return false
	}
	numbers := o.set.Values[f]
	return o.malformed[numbers[a]] || o.malformed[numbers[b]]
}

// otherUnit reports that the names are those of two companies of a group, or of two places of business, and that it is
// not one of them under two names: the same tax number in the same street, or a name that gives the place beside one that
// leaves it to the address.
func (j *judge) otherUnit(a, b uint32, c kernel.Comparison) bool {
	o := j.organizations
	return o != nil && c.Levels[o.name] == kernel.OrgOther && !(o.here(c) && (c.Levels[o.tax] == kernel.Same || o.placeNamed(a, b)))
}

// placeNamed reports whether the names of two records differ only by the town that both are in.
func (o *organizationFields) placeNamed(a, b uint32) bool {
	words := func(f int, record uint32) []string {
		first, _, _ := strings.Cut(o.set.Dictionaries[f].Text(o.set.Values[f][record]), valueSeparator)
		return strings.Fields(kernel.Unmarked(first))
	}
	town := words(o.city, a)
	if len(town) == 0 || !slices.Equal(town, words(o.city, b)) {
		return false
	}
	rest := func(record uint32) []string {
		return slices.DeleteFunc(words(o.name, record), func(w string) bool { return slices.Contains(town, w) })
	}
	x, y := rest(a), rest(b)
	slices.Sort(x)
	slices.Sort(y)
	return len(x) > 0 && slices.Equal(x, y)
}

// organizationBears reports whether names that do not quite fit are borne out by something of the organization's own,
// since neighbours in a street and companies of a group share much. An acronym or a part of a name wants a number or
// website that reaches only it, or the telephone or the brand's website at the place; another name the tax number, or
// telephone and website; the same name in another street, which may be another shop, a number. And a brand alone is no
// more than a brand where telephone or mailbox differ.
func (j *judge) organizationBears(a, b uint32, c kernel.Comparison) bool {
	o := j.organizations
	if o == nil {
		return true
	}
	tax, phone, own := j.speaks(c, o.tax), j.speaks(c, o.phone), j.speaks(c, o.own)
	here := o.here(c)
	brand := c.Levels[o.domain] == kernel.Same || c.Levels[o.email] == kernel.Same
	other := c.Levels[o.domain] > kernel.TextClose // another brand
	switch level := c.Levels[o.name]; {
	case level == kernel.OrgOther:
		return !j.otherUnit(a, b, c)
	case level == kernel.OrgRelated:
		return c.Levels[o.tax] == kernel.Same || phone && own
	case level == kernel.OrgDifferent || level == kernel.Missing:
		return c.Levels[o.tax] == kernel.Same && (own || here)
	case o.elsewhere(c):
		return tax || phone
	case level == kernel.OrgAcronym && here && !other:
		return true
	case level == kernel.OrgAcronym || level == kernel.OrgContained:
		return tax || own || here && (phone || brand)
	}
	return tax || phone || here || c.Levels[o.phone] != kernel.CodeDifferent && c.Levels[o.email] != kernel.EmailDifferent
}

// organizationWorthAsking reports whether a pair of organizations that is not sure is worth a person's time: two units
// of a group, or names that differ, are not for sharing a building, a town or a brand.
func (j *judge) organizationWorthAsking(c kernel.Comparison) bool {
	o := j.organizations
	tax, phone, own := j.speaks(c, o.tax), j.speaks(c, o.phone), j.speaks(c, o.own)
	switch level := c.Levels[o.name]; {
	case level == kernel.OrgOther:
		return o.here(c) && (tax || phone || own)
	case level == kernel.OrgRelated || level == kernel.OrgDifferent:
		return tax || own || phone && !o.elsewhere(c) || level == kernel.OrgRelated && o.here(c)
	}
	return true
}

// speaks reports whether a field is a witness.
func (j *judge) speaks(c kernel.Comparison, f int) bool {
	return f >= 0 && j.bits(c, f) >= independentBits
}

// here reports the same street.
func (o *organizationFields) here(c kernel.Comparison) bool {
	return c.Levels[o.street] == kernel.Same || c.Levels[o.street] == kernel.TextClose
}

// elsewhere reports another street or, where one has none, another town.
func (o *organizationFields) elsewhere(c kernel.Comparison) bool {
	return c.Levels[o.street] == kernel.TextDifferent || c.Levels[o.street] == kernel.Missing && c.Levels[o.city] == kernel.CodeDifferent
}
