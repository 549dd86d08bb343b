package match

import (
	"testing"

	"github.com/sameas/sameas/internal/config"
)

// fields are a record's normalised values by the names of their fields.
type fields map[string]string

// and adds values to some.
func (f fields) and(more fields) fields {
	all := fields{}
	for _, part := range []fields{f, more} {
		for name, text := range part {
			all[name] = text
		}
	}
	return all
}

func organizationJudge(t *testing.T, records ...fields) *judge {
	t.Helper()
	s, err := schemaOf("organizations", nil)
	if err != nil {
		t.Fatal(err)
	}
	var texts [][]string
	for _, r := range records {
		row := make([]string, len(s.fields))
		for name, text := range r {
			row[s.index(name)] = text
		}
		texts = append(texts, row)
	}
	set := s.coded(texts)
	m := s.build(fit{parameters: s.defaults(startLambda(10_000))}, nil, nil, set, config.Thresholds{Auto: 0.99, Review: 0.5, Attach: 0.995})
	return newJudge(s, m, set)
}

func TestOrganizationsThatDoNotFitNeedAWitness(t *testing.T) {
	t.Parallel()
	named := func(name string) fields { return fields{"name": name} }
	here := fields{"street": "12 quay st", "city": "hull"}
	away := fields{"street": "7 cedar rd", "city": "leeds"}
	phone, other := fields{"phone": "441482555010"}, fields{"phone": "441132555099"}
	tax := fields{"tax_number": "51824753556"}
	own := fields{"domain": "alder.example", "own_web": "alder.example"}
	brand := fields{"domain": "alder.example"}
	for name, c := range map[string]struct {
		a, b                 fields
		bear, worth, against bool
	}{
		"one name in one street":                      {named("alder").and(here), named("alder").and(here), true, true, false},
		"one name in two streets":                     {named("alder").and(here), named("alder").and(away), false, true, false},
		"one name in two streets, one telephone":      {named("alder").and(here).and(phone), named("alder").and(away).and(phone), true, true, false},
		"one name and its own website":                {named("alder").and(own), named("alder").and(own), true, true, false},
		"one name and website, other telephones":      {named("alder").and(own).and(phone), named("alder").and(own).and(other), false, true, false},
		"an acronym in one street":                    {named("alder ~timber ~works").and(here), named("atw").and(here), true, true, false},
		"an acronym in one street, of another brand":  {named("alder ~timber ~works").and(here).and(brand), named("atw").and(here).and(fields{"domain": "quill.example"}), false, true, false},
		"a part of a name in one street":              {named("alder ~timber").and(here), named("alder").and(here), false, true, false},
		"a part of a name at one telephone there":     {named("alder ~timber").and(here).and(phone), named("alder").and(here).and(phone), true, true, false},
		"two trades at one telephone":                 {named("alder ~timber").and(phone), named("alder ~bakery").and(phone), false, true, false},
		"two trades with one telephone and website":   {named("alder ~timber").and(phone).and(own), named("alder ~bakery").and(phone).and(own), true, true, false},
		"two trades with one tax number":              {named("alder ~timber").and(tax), named("alder ~bakery").and(tax), true, true, false},
		"two companies of a group":                    {named("alder ~timber").and(here), named("alder ^holdings").and(here), false, false, true},
		"two companies of a group at one telephone":   {named("alder ~timber").and(here).and(phone), named("alder ^holdings").and(here).and(phone), false, true, true},
		"a branch with the company's tax number":      {named("alder").and(here).and(tax), named("alder ^leeds").and(away).and(tax), false, false, true},
		"one company under two names, one tax number": {named("alder ^services").and(here).and(tax), named("alder").and(here).and(tax), true, true, false},
		"a name that gives the town":                  {named("alder ^hull").and(here), named("alder").and(here), true, false, false},
		"other names, one telephone elsewhere":        {named("alder").and(here).and(phone), named("quill").and(away).and(phone), false, false, false},
	} {
		j := organizationJudge(t, c.a, c.b)
		got := j.Compare(0, 1)
		if bear := j.organizationBears(0, 1, got); bear != c.bear {
			t.Errorf("%s: bear %v, want %v (levels %v)", name, bear, c.bear, got.Levels)
		}
		if worth := j.worthAsking(got); worth != c.worth {
			t.Errorf("%s: worth asking %v, want %v (levels %v)", name, worth, c.worth, got.Levels)
		}
		if against := j.against(0, 1) == "Name"; against != c.against {
			t.Errorf("%s: the name speaks against it: %v, want %v (levels %v)", name, against, c.against, got.Levels)
		}
	}
}

func TestAMistypedTaxNumberContradictsNobody(t *testing.T) {
	t.Parallel()
	var records []fields
	for number := range validNumbers(30) {
		records = append(records, fields{"name": "alder", "street": "12 quay st", "tax_number": number})
	}
	typo := fields{"name": "alder", "street": "12 quay st", "tax_number": "99999999123"}
	j := organizationJudge(t, append(records, typo)...)
	if got := j.against(0, 1); got != "Tax number" {
		t.Errorf("two good numbers that differ speak against it by %q, want the tax number", got)
	}
	if got := j.against(0, 30); got != "" {
		t.Errorf("%q speaks against it, though the number is none", got)
	}
}
