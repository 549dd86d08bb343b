package match

import (
	"slices"
	"testing"
)

// shareRule are the rules under which two people share a key.
func shareRules(t *testing.T, a, b raw) []string {
	t.Helper()
	s, err := schemaOf("people", nil)
	if err != nil {
		t.Fatal(err)
	}
	left, right := s.newKeyring(), s.newKeyring()
	left.read(featuresOf(s, a))
	right.read(featuresOf(s, b))
	var shared []string
	for i, rule := range s.rules {
		of := slices.Clone(left.of(i))
		if slices.ContainsFunc(right.of(i), func(k uint64) bool { return slices.Contains(of, k) }) {
			shared = append(shared, rule.name)
		}
	}
	return shared
}

func TestBlockingReachesPairsThatLackWhatOtherRulesNeed(t *testing.T) {
	t.Parallel()
	at := []address{{line1: "16 Alder Street", city: "Ballarat", postcode: "3350"}}
	for _, c := range []struct {
		name string
		a, b raw
		rule string
	}{
		{"a number with and without its country's code, the family name misspelt",
			raw{firstName: "Li", lastName: "Sun", mobiles: []string{"+61 556 230 463"}}, raw{firstName: "Li", lastName: "Cun", mobiles: []string{"556 230 463"}}, "phone"},
		{"one number, names exchanged and one of them misspelt",
			raw{firstName: "Margaret", lastName: "Lindsay", mobiles: []string{"0412 345 876"}}, raw{firstName: "Lyndsy", lastName: "Nargaret", mobiles: []string{"0412 345 876"}}, "phone"},
		{"one street, names exchanged", raw{firstName: "Georgia", lastName: "Johnston", addresses: at}, raw{firstName: "Johnston", lastName: "Georgia", addresses: at}, "street"},
		{"birth date and place, both names replaced",
			raw{firstName: "Luke", lastName: "Hyrycz", birthDate: "1967-09-09", addresses: at}, raw{firstName: "Olivee", lastName: "Grafto", birthDate: "1967-09-09", addresses: at}, "birth date, place"},
		{"given name, year and place, the family name missing",
			raw{firstName: "Amber", lastName: "Smith", birthDate: "2003-05-12", addresses: at}, raw{firstName: "Amber", birthDate: "2003-07-06", addresses: at}, "given name, birth month"},
		{"an e-mail name with a vowel mistyped and signs left out",
			raw{firstName: "Ann", emails: []string{"caldwell.michelle@green.biz"}}, raw{lastName: "Carter", emails: []string{"caldwellmichell@green.biz"}}, "e-mail name"},
		{"a given name in two words", raw{firstName: "Mei Ling", lastName: "Wu"}, raw{firstName: "Meiling", lastName: "Wu"}, "names"},
	} {
		if shared := shareRules(t, c.a, c.b); !slices.Contains(shared, c.rule) {
			t.Errorf("%s: found by %q, want %q among them", c.name, shared, c.rule)
		}
	}
}

func TestBlockingDoesNotBringStrangersTogether(t *testing.T) {
	t.Parallel()
	at := func(line1, city, postcode string) []address {
		return []address{{line1: line1, city: city, postcode: postcode}}
	}
	for _, c := range []struct {
		name string
		a, b raw
	}{
		{"a first name and a town", raw{firstName: "Anna", lastName: "Brown", addresses: at("1 Elm Road", "Leeds", "4410")}, raw{firstName: "Anna", lastName: "Whitlock", addresses: at("9 Oak Lane", "Leeds", "4417")}},
		{"a birth date in two towns, other names", raw{firstName: "Anna", lastName: "Brown", birthDate: "1971-04-09", addresses: at("1 Elm Road", "Leeds", "4410")},
			raw{firstName: "Carl", lastName: "Duffy", birthDate: "1971-04-09", addresses: at("9 Oak Lane", "Hull", "5120")}},
		{"a number of which the first digits agree", raw{firstName: "Anna", lastName: "Brown", mobiles: []string{"0412 345 876"}}, raw{firstName: "Anna", lastName: "Duffy", mobiles: []string{"0412 345 119"}}},
	} {
		if shared := shareRules(t, c.a, c.b); len(shared) > 0 {
			t.Errorf("%s: found by %q", c.name, shared)
		}
	}
}
