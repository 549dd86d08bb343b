package match

import (
	"testing"

	"github.com/sameas/sameas/internal/config"
	"github.com/sameas/sameas/match/kernel"
)

func TestNamesThatDoNotFitNeedAWitness(t *testing.T) {
	t.Parallel()
	home := []address{{line1: "12 Alder Street", city: "Ballarat", postcode: "3350", country: "Australia"}}
	away := []address{{line1: "7 Cedar Road", city: "Ballarat", postcode: "3350", country: "Australia"}}
	person := func(first, last string, change func(*raw)) raw {
		r := raw{firstName: first, lastName: last}
		if change != nil {
			change(&r)
		}
		return r
	}
	works := func(r *raw) { r.companyName = "Damson Freight" }
	for _, c := range []struct {
		name        string
		a, b        raw
		bear, worth bool
	}{
		{"one name, nothing else", person("Anna", "Brown", nil), person("Anna", "Brown", nil), false, true},
		{"one name, other birth dates", person("Anna", "Brown", func(r *raw) { r.birthDate = "1961-02-03" }),
			person("Anna", "Brown", func(r *raw) { r.birthDate = "1984-11-27" }), false, false},
		{"one name, other streets", person("Anna", "Brown", func(r *raw) { r.addresses = home }),
			person("Anna", "Brown", func(r *raw) { r.addresses = away }), true, false},
		{"names exchanged, nothing else", person("James", "Taylor", nil), person("Taylor", "James", nil), false, false},
		{"colleagues of one given name", person("Anna", "Brown", works), person("Anna", "Whitlock", works), false, false},
		{"colleagues of names alike", person("Deepak", "Rao", works), person("Deepika", "Rao", works), false, true},
		{"a married name with a mobile", person("Anna", "Brown", func(r *raw) { r.mobiles = []string{"0412 345 876"} }),
			person("Anna", "Whitlock", func(r *raw) { r.mobiles = []string{"0412 345 876"} }), true, true},
		{"another family name and a birth date", person("Anna", "Brown", func(r *raw) { r.birthDate = "1961-02-03" }),
			person("Anna", "Whitlock", func(r *raw) { r.birthDate = "1961-02-03" }), false, true},
		{"a married name with birth date and home", person("Anna", "Brown", func(r *raw) { r.birthDate, r.addresses = "1961-02-03", home }),
			person("Anna", "Whitlock", func(r *raw) { r.birthDate, r.addresses = "1961-02-03", home }), true, true},
		{"twins: a nickname and a birth date", person("Mark", "Presthorne", func(r *raw) { r.birthDate, r.emails = "1978-08-16", []string{"mark_p@inbox.test"} }),
			person("Marc", "Presthorne", func(r *raw) { r.birthDate, r.emails = "1978-08-16", []string{"mpresthorne@postbox.example"} }), false, true},
		{"a nickname and a birth date, one of them without a mailbox", person("Mark", "Presthorne", func(r *raw) { r.birthDate, r.emails = "1978-08-16", []string{"mark_p@inbox.test"} }),
			person("Marc", "Presthorne", func(r *raw) { r.birthDate = "1978-08-16" }), true, true},
		{"a nickname, a birth date and a home", person("Mark", "Presthorne", func(r *raw) { r.birthDate, r.addresses, r.emails = "1978-08-16", home, []string{"mark_p@inbox.test"} }),
			person("Marc", "Presthorne", func(r *raw) {
				r.birthDate, r.addresses, r.emails = "1978-08-16", home, []string{"mpresthorne@postbox.example"}
			}), true, true},
		{"a nickname at one company", person("Elizabeth", "Tarwinshaw", works), person("Liz", "Tarwinshaw", works), false, true},
		{"one name at one company", person("Anna", "Tarwinshaw", works), person("Anna", "Tarwinshaw", works), true, true},
		{"namesakes at one company", person("Anna", "Tarwinshaw", func(r *raw) { works(r); r.emails = []string{"anna.t@inbox.test"} }),
			person("Anna", "Tarwinshaw", func(r *raw) { works(r); r.emails = []string{"tarwinshaw88@postbox.example"} }), false, true},
		{"an initial at one street", person("A", "Brown", func(r *raw) { r.addresses = home }),
			person("Anna", "Brown", func(r *raw) { r.addresses = home }), true, true},
	} {
		j := judgeOf(t, c.a, c.b)
		got := j.Compare(0, 1)
		if bear := j.namesBear(0, 1, got); bear != c.bear {
			t.Errorf("%s: names bear %v, want %v (levels %v)", c.name, bear, c.bear, got.Levels)
		}
		if worth := j.worthAsking(got); worth != c.worth {
			t.Errorf("%s: worth asking %v, want %v (levels %v)", c.name, worth, c.worth, got.Levels)
		}
	}
}

// judgeOf judges two people by the documented defaults.
func judgeOf(t *testing.T, a, b raw) *judge {
	t.Helper()
	s, err := schemaOf("people", nil)
	if err != nil {
		t.Fatal(err)
	}
	set := s.coded([][]string{featuresOf(s, a), featuresOf(s, b)})
	m := s.build(fit{parameters: s.defaults(startLambda(10_000))}, nil, nil, set, config.Thresholds{Auto: 0.99, Review: 0.5, Attach: 0.995})
	return newJudge(s, m, set)
}

func TestACommonGivenNameBearsWitnessWhereThereAreNoFamilies(t *testing.T) {
	t.Parallel()
	at := []address{{line1: "12 Alder Street", city: "Ballarat", postcode: "3350", country: "Australia"}}
	john := raw{firstName: "John", lastName: "Smith", addresses: at}
	for _, families := range []bool{true, false} {
		j := judgeOf(t, john, john)
		j.model.Fields[j.names.given].Levels[kernel.Same].Bits = independentBits - 0.5 // every third man is called John
		if !families {
			j.model.Groups[j.model.groupIndex(groupHousehold)].Cap = liftedBits - j.model.Prior
		}
		if got := j.independent(0, 1, j.Compare(0, 1)); got == families {
			t.Errorf("families %v: a name and an address may join %v", families, got)
		}
	}
}

func TestNamesakesAreBoundedByHouseholds(t *testing.T) {
	t.Parallel()
	s, err := schemaOf("people", nil)
	if err != nil {
		t.Fatal(err)
	}
	household, namesake := s.groupIndex(groupHousehold), s.groupIndex(groupNamesake)
	f := fit{parameters: s.defaults(startLambda(10_000))}
	f.shares[namesake] = 0.99
	w := s.patternWeights(f.parameters)
	f.learnShares(s, &w, &patternCounts{})
	if most := 1 - namesakesInside*(1-f.shares[household]); f.shares[namesake] > most {
		t.Errorf("of those who share a household %.3f are one, of those who share a given name, too, %.3f: want at most %.3f", f.shares[household], f.shares[namesake], most)
	}
}

func TestNamesAloneJoinNothing(t *testing.T) {
	t.Parallel()
	at := []address{{city: "Ballarat", postcode: "3350", country: "Australia"}}
	rare := raw{firstName: "Konstantinos", lastName: "Economou"}
	here := rare
	here.addresses = at
	for _, c := range []struct {
		name string
		a, b raw
		want bool
	}{{"the names", rare, here, false}, {"the names and a postcode", here, here, true}} {
		j := judgeOf(t, c.a, c.b)
		if got := j.independent(0, 1, j.Compare(0, 1)); got != c.want {
			t.Errorf("%s: may join %v, want %v", c.name, got, c.want)
		}
	}
}

func TestNamesakesAreLiftedOnlyWithHouseholds(t *testing.T) {
	t.Parallel()
	s, err := schemaOf("people", nil)
	if err != nil {
		t.Fatal(err)
	}
	household, namesake := s.groupIndex(groupHousehold), s.groupIndex(groupNamesake)
	shares := s.defaults(startLambda(10_000)).shares
	for _, c := range []struct {
		household float64
		lifted    bool
	}{{0.9, false}, {0.98, true}} {
		shares[household], shares[namesake] = c.household, 0.98
		if lifted := s.capOf(namesake, -12, shares) == liftedBits+12; lifted != c.lifted {
			t.Errorf("households are one person %.2f of the time: the cap of namesakes is lifted %v, want %v", c.household, lifted, c.lifted)
		}
	}
}
