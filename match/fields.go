package match

import (
	"fmt"

	"github.com/sameas/sameas/internal/config"
	"github.com/sameas/sameas/match/kernel"
)

// spec is the version of the normalisation: features made under another one are made again.
const spec = "features/4"

// field is one compared field of a collection's model, with what is assumed of it before the data speaks.
type field struct {
	name     string
	label    string
	kind     kernel.Kind
	group    string
	lent     string // the group that it counts in when the given names differ, if it has none of its own
	personal bool
	tf       bool
	path     string    // of a field that the configuration adds
	m        []float64 // by level from 1: share among matches that both have the value
	u        []float64 // likewise among other pairs; that of `exact` is counted from the data
}

// Groups of correlated evidence.
const (
	groupHousehold = "household"
	groupNamesake  = "namesake" // a household and a given name: a son is often named after his father
	groupWorkplace = "workplace"
	groupBrand     = "brand"
	groupPremises  = "premises"
)

// schema is how one collection is matched.
type schema struct {
	collection string
	fields     []field
	rules      []rule
	names      *orgNames
	// caps say by how many bits each group's sum must stay below the prior's reach: sharing a household, say, leaves
	// the odds of being one person at 2^-margin, whatever more the household shares.
	caps []groupCap
}

type groupCap struct {
	name   string
	within string  // the wider group, listed later
	margin float64 // bits
	// learnt: the data may correct the margin. Only where some blocking rule finds the pairs that agree on the group
	// and on nothing else: of other groups one sees hardly any but true matches.
	learnt bool
}

// schemaOf is that of a collection with the fields that the configuration adds.
func schemaOf(collection string, c *config.Config) (*schema, error) {
	var s schema
	switch collection {
	case "people":
		s = peopleSchema()
	default:
		s = organizationSchema()
	}
	s.collection = collection
	s.names = newOrgNames()
	if c != nil {
		for _, extra := range c.Match[collection].Fields {
			s.fields = append(s.fields, extraField(extra))
		}
	}
	if len(s.fields) > kernel.MaxFields {
		return nil, fmt.Errorf("match.%s.fields: %d fields more than the %d there is room for: remove some", collection,
			len(s.fields)-kernel.MaxFields, kernel.MaxFields-len(s.fields)+len(c.Match[collection].Fields))
	}
	return &s, nil
}

// index of a field by name; -1 when there is none.
func (s *schema) index(name string) int {
	for i := range s.fields {
		if s.fields[i].name == name {
			return i
		}
	}
	return -1
}

func extraField(extra config.MatchField) field {
	f := field{name: extra.Name, label: extra.Name, path: extra.Path, tf: true}
	switch extra.Compare {
	case "exact":
		f.kind, f.personal, f.m, f.u = kernel.Exact, true, []float64{0.96, 0.04}, []float64{1e-5, 1}
	case "text":
		f.kind, f.m, f.u = kernel.Text, []float64{0.75, 0.08, 0.04, 0.13}, []float64{1e-3, 2e-3, 0.02, 1}
	default:
		f.kind, f.personal, f.m, f.u = kernel.Code, true, []float64{0.92, 0.05, 0.03}, []float64{1e-5, 5e-4, 1}
	}
	return f
}

// The defaults of m below are not measured on anything: they are round figures of the kind that record-linkage
// studies report for administrative data. Those of u at levels other than exact only matter where the sample of
// random pairs holds too few to count.

func peopleSchema() schema {
	return schema{
		rules: peopleRules(),
		caps: []groupCap{
			{name: groupHousehold, within: groupNamesake, margin: 1.5, learnt: true},
			{name: groupNamesake, margin: -5, learnt: true},
			{name: groupWorkplace, margin: 5},
		},
		fields: []field{
			{name: "given", label: "Given name", kind: kernel.Given, group: groupNamesake, personal: true, tf: true,
				m: []float64{0.77, 0.05, 0.07, 0.03, 0.02, 0.02, 0.04}, u: []float64{0.008, 0.003, 0.004, 0.004, 0.0002, 0.02, 1}},
			{name: "family", label: "Family name", kind: kernel.Family, group: groupHousehold, tf: true,
				m: []float64{0.82, 0.07, 0.02, 0.01, 0.02, 0.06}, u: []float64{0.002, 0.002, 0.0002, 0.0005, 0.012, 1}},
			{name: "birth_date", label: "Birth date", kind: kernel.Date, personal: true, tf: true,
				m: []float64{0.88, 0.05, 0.015, 0.015, 0.04}, u: []float64{6e-5, 6e-4, 4e-3, 0.016, 1}},
			{name: "email", label: "E-mail", kind: kernel.Email, lent: groupHousehold, personal: true, tf: true,
				m: []float64{0.70, 0.06, 0.05, 0.04, 0.15}, u: []float64{1e-6, 1e-5, 1e-4, 1e-3, 1}},
			{name: "mobile", label: "Mobile", kind: kernel.Phone, personal: true, tf: true,
				m: []float64{0.75, 0.04, 0.21}, u: []float64{1e-5, 1e-4, 1}},
			{name: "landline", label: "Home phone", kind: kernel.Phone, group: groupHousehold, tf: true,
				m: []float64{0.70, 0.04, 0.26}, u: []float64{2e-5, 1e-4, 1}},
			{name: "street", label: "Street", kind: kernel.Street, group: groupHousehold, tf: true,
				m: []float64{0.62, 0.16, 0.06, 0.16}, u: []float64{2e-5, 2e-5, 4e-3, 1}},
			{name: "city", label: "City", kind: kernel.City, group: groupHousehold, tf: true,
				m: []float64{0.80, 0.05, 0.15}, u: []float64{0.01, 0.002, 1}},
			{name: "postcode", label: "Postcode", kind: kernel.Code, group: groupHousehold, tf: true,
				m: []float64{0.80, 0.05, 0.15}, u: []float64{0.003, 0.008, 1}},
			{name: "organization", label: "Organization", kind: kernel.Employer, group: groupWorkplace, tf: true,
				m: []float64{0.70, 0.05, 0.01, 0.03, 0.02, 0.01, 0.18}, u: []float64{5e-4, 5e-4, 1e-4, 1e-3, 0.01, 1e-3, 1}},
			{name: "work_phone", label: "Work phone", kind: kernel.Phone, group: groupWorkplace, tf: true,
				m: []float64{0.60, 0.04, 0.36}, u: []float64{2e-4, 3e-4, 1}},
			{name: "work_email", label: "Shared mailbox", kind: kernel.Exact, group: groupWorkplace, tf: true,
				m: []float64{0.60, 0.40}, u: []float64{1e-3, 1}},
			{name: "generation", label: "Generation", kind: kernel.Exact, personal: false,
				m: []float64{0.96, 0.04}, u: []float64{0.6, 0.4}},
		},
	}
}

func organizationSchema() schema {
	return schema{
		rules: organizationRules(),
		caps:  []groupCap{{name: groupBrand, margin: 2, learnt: true}, {name: groupPremises, margin: 2, learnt: true}},
		fields: []field{
			{name: "name", label: "Name", kind: kernel.OrgName, group: groupBrand, personal: true, tf: true,
				m: []float64{0.66, 0.10, 0.06, 0.07, 0.03, 0.015, 0.06}, u: []float64{2e-4, 3e-4, 2e-4, 2e-3, 0.01, 0.01, 1}},
			{name: "tax_number", label: "Tax number", kind: kernel.Code, personal: true, tf: true,
				m: []float64{0.93, 0.04, 0.03}, u: []float64{1e-5, 1e-4, 1}},
			{name: "email", label: "E-mail", kind: kernel.Email, group: groupBrand, tf: true,
				m: []float64{0.65, 0.04, 0.06, 0.05, 0.20}, u: []float64{1e-5, 1e-5, 5e-3, 2e-3, 1}},
			{name: "domain", label: "Web domain", kind: kernel.Text, group: groupBrand, tf: true,
				m: []float64{0.82, 0.04, 0.02, 0.12}, u: []float64{1e-4, 3e-4, 3e-3, 1}},
			{name: "phone", label: "Phone", kind: kernel.Phone, tf: true,
				m: []float64{0.68, 0.04, 0.28}, u: []float64{2e-5, 1e-4, 1}},
			{name: "street", label: "Street", kind: kernel.Street, group: groupPremises, tf: true,
				m: []float64{0.62, 0.16, 0.07, 0.15}, u: []float64{2e-5, 2e-5, 6e-3, 1}},
			{name: "city", label: "City", kind: kernel.City, group: groupPremises, tf: true,
				m: []float64{0.86, 0.04, 0.10}, u: []float64{0.03, 0.003, 1}},
			{name: "postcode", label: "Postcode", kind: kernel.Code, group: groupPremises, tf: true,
				m: []float64{0.82, 0.05, 0.13}, u: []float64{0.004, 0.01, 1}},
			{name: "legal_form", label: "Legal form", kind: kernel.Exact, group: groupBrand, tf: true,
				m: []float64{0.80, 0.20}, u: []float64{0.35, 1}},
			{name: "own_web", label: "Own mailbox or website", kind: kernel.Exact, tf: true,
				m: []float64{0.70, 0.30}, u: []float64{1e-5, 1}},
		},
	}
}
