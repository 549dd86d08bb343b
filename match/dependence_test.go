package match

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sameas/sameas/internal/config"
)

func TestShapeOfAddress(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		local, given, family string
		want                 string
		digits               int
		ofGiven, ofFamily    bool
	}{
		{"john.smith", "john", "smith", "F.L@x.org", 0, true, true},
		{"johnsmith66", "john", "smith", "FL##@x.org", 2, true, true},
		{"jsmith", "john", "smith", "fL@x.org", 0, false, true},
		{"j.smith", "john", "smith", "f.L@x.org", 0, false, true},
		{"anna_w7", "anna", "whitlock", "F_l#@x.org", 1, true, false},
		{"surfer77", "anna", "whitlock", "", 2, false, false},
		{"bo12", "bo", "ek", "", 2, false, false}, // two letters are too short to be told from chance
	} {
		got := shapeOfAddress(nil, c.local, "x.org", c.given, c.family)
		if string(got.text) != c.want || got.digits != c.digits || got.given != c.ofGiven || got.family != c.ofFamily {
			t.Errorf("%s of %s %s: %+v, want %+v", c.local, c.given, c.family, got, c)
		}
	}
}

// plainShape is shapeOfAddress step by step.
func plainShape(local, domain, given, family string) (text string, digits int, ofGiven, ofFamily bool) {
	for _, name := range []struct {
		text, mark string
		in         *bool
	}{{family, "L", &ofFamily}, {given, "F", &ofGiven}} {
		if len(name.text) > 2 && strings.Contains(local, name.text) {
			local = strings.Replace(local, name.text, name.mark, 1)
			*name.in = true
		}
	}
	first, last := ofGiven, ofFamily
	for i := range len(local) {
		c := local[i]
		alone := (i == 0 || !lower(local[i-1])) && (i+1 == len(local) || !lower(local[i+1]))
		switch {
		case c >= '0' && c <= '9':
			digits++
			text += "#"
		case alone && !first && given != "" && c == given[0]:
			first = true
			text += "f"
		case alone && !last && family != "" && c == family[0]:
			last = true
			text += "l"
		default:
			text += local[i : i+1]
		}
	}
	if first || last {
		return text + "@" + domain, digits, ofGiven, ofFamily
	}
	return "", digits, ofGiven, ofFamily
}

func FuzzShapeOfAddress(f *testing.F) {
	for _, seed := range [][3]string{{"john.smith", "john", "smith"}, {"annwhitlocka.n", "ann", "whitlock"}, {"j_s-j1", "john", "smith"},
		{"bobob", "bob", "obo"}, {"é.a\xff1", "\xffa", "é"}, {"", "", ""}, {"lflfl", "lfl", "flf"}} {
		f.Add(seed[0], seed[1], seed[2])
	}
	f.Fuzz(func(t *testing.T, local, given, family string) {
		given, family = strings.ToLower(given), strings.ToLower(family)
		text, digits, ofGiven, ofFamily := plainShape(local, "x.org", given, family)
		got := shapeOfAddress(make([]byte, 1, 4), local, "x.org", given, family)
		if string(got.text) != text || got.digits != digits || got.given != ofGiven || got.family != ofFamily {
			t.Errorf("%q of %q %q: %q %d %v %v, want %q %d %v %v", local, given, family, got.text, got.digits, got.given, got.family, text, digits, ofGiven, ofFamily)
		}
	})
}

// The shapes of all records are those of their addresses one by one, on however many cores they are found.
func TestShapesOfAllRecords(t *testing.T) {
	t.Parallel()
	two := raw{firstName: "John", lastName: "Smith", emails: []string{"john.smith@mail.test", "js@mail.test"}}
	d := dependent(t, crowd(two, raw{firstName: "Ann", lastName: "Other", emails: []string{"bluebird@mail.test"}})).dependence
	several, none := 0, 0
	for _, threads := range []int{1, 2, 5} {
		d.shapeAddresses(threads)
		for i := range uint32(d.set.Len()) {
			email, own := d.text(d.email, i), d.shaped.own[i]
			switch want := d.shape(nil, email, i); {
			case strings.Contains(email, valueSeparator):
				several++
				if own.number != severalShapes {
					t.Errorf("record %d has several addresses, and shape %d", i, own.number)
				}
			case own.number == noShape && want.text == nil:
				none++
			case d.shaped.texts[own.number] != string(want.text) || int(own.digits) != want.digits || own.given != want.given || own.family != want.family:
				t.Errorf("record %d: %+v of %q, want %+v", i, own, d.shaped.texts[own.number], want)
			}
		}
	}
	if several != 3 || none < 3 {
		t.Errorf("%d records of several addresses, %d of no shape: little was tried", several, none)
	}
}

// dependent are records under the documented defaults with their dependence counted.
func dependent(t *testing.T, records []raw) *judge {
	t.Helper()
	s, err := schemaOf("people", nil)
	if err != nil {
		t.Fatal(err)
	}
	var rows [][]string
	component := make([]uint32, len(records))
	for i := range records {
		rows = append(rows, featuresOf(s, records[i]))
		component[i] = uint32(i)
	}
	set := s.coded(rows)
	terms := make([]termTable, len(s.fields))
	for f := range terms {
		terms[f] = countTerms(set.Dictionaries[f], set.Values[f], newJoinedComponents(component))
	}
	m := s.build(fit{parameters: s.defaults(startLambda(len(records)))}, nil, terms, set, config.Thresholds{Auto: 0.99, Review: 0.5, Attach: 0.995})
	j := newJudge(s, m, set)
	j.dependence = newDependence(s, set, component, m, 2)
	return j
}

// crowd is many people: 40 are called John Smith, the other names are all different or combined at random.
func crowd(more ...raw) []raw {
	givens := []string{"John", "Mary", "Peter", "Susan", "Alan", "Ruth", "Wei", "Wen", "Carl", "Dora"}
	families := []string{"Smith", "Archer", "Bolton", "Cooper", "Draper", "Fuller", "Glover", "Hooper", "Joiner", "Miller"}
	records := append([]raw{}, more...)
	for i := range 400 {
		r := raw{firstName: givens[i%10], lastName: families[i/10%10]}
		if i%10 == 0 {
			r.firstName, r.lastName = "John", "Smith"
		}
		if i%3 == 0 {
			r.emails = []string{fmt.Sprintf("%s.%s@mail.test", r.firstName, r.lastName)}
		}
		records = append(records, r)
	}
	return records
}

func TestAFullNameOfManySaysLessThanItsParts(t *testing.T) {
	t.Parallel()
	j := dependent(t, crowd(raw{firstName: "John", lastName: "Smith"}, raw{firstName: "John", lastName: "Smith"}))
	family := j.dependence.family
	common, plain := j.Compare(0, 1), j.comparer.Compare(0, 1)
	if taken := plain.Weight - common.Weight; taken < units(1.5) || common.Terms[family] >= plain.Terms[family] {
		t.Errorf("John Smith: %d units for the family name's frequency, %d in all; as independent parts %d and %d", common.Terms[family], common.Weight, plain.Terms[family], plain.Weight)
	}
	if got, want := j.Weight(2+11, 2+111), j.comparer.Weight(2+11, 2+111); want-got > units(0.5) {
		t.Errorf("Mary Archer, no more frequent than her names: %d units, want %d", got, want)
	}
}

func TestAnAddressMadeOfTheNameSaysLittleOfNamesakes(t *testing.T) {
	t.Parallel()
	mail := func(r raw, address string) raw {
		r.emails = []string{address}
		return r
	}
	john, ruth := raw{firstName: "John", lastName: "Smith"}, raw{firstName: "Ruth", lastName: "Miller"}
	j := dependent(t, crowd(mail(john, "john.smith@mail.test"), mail(john, "john.smith@mail.test"), // 0, 1
		mail(john, "jsmith74031@mail.test"), mail(john, "jsmith74031@mail.test"), // 2, 3
		mail(ruth, "bluebird@mail.test"), mail(ruth, "bluebird@mail.test"), // 4, 5
		mail(ruth, "john.smith@mail.test"),                                                                                                          // 6
		mail(raw{firstName: "Ruth", lastName: "Archer"}, "ruth.a@mail.test"), mail(raw{firstName: "Ruth", lastName: "Bolton"}, "ruth.b@mail.test"))) // 7, 8
	email := j.dependence.email
	bits := func(a, b uint32) float64 { return j.bits(j.Compare(a, b), email) }
	if got := bits(0, 1); got > 6 {
		t.Errorf("john.smith@ of two John Smiths weighs %.1f bits", got)
	}
	if got := bits(2, 3); got < 12 {
		t.Errorf("jsmith74031@ of two John Smiths weighs only %.1f bits", got)
	}
	if got, plain := bits(7, 8), j.bits(j.comparer.Compare(7, 8), email); got > plain-2 {
		t.Errorf("ruth.a@ and ruth.b@ of an Archer and a Bolton weigh %.1f bits, %.1f without their names", got, plain)
	}
	if got, want := bits(4, 5), j.bits(j.comparer.Compare(4, 5), email); got != want {
		t.Errorf("an address not made of the name weighs %.1f bits, want %.1f", got, want)
	}
	if got, want := bits(0, 6), j.bits(j.comparer.Compare(0, 6), email); got != want {
		t.Errorf("an address that people of other names share weighs %.1f bits, want %.1f", got, want)
	}
}

func TestTwoNamesAreNoTypoOfEachOther(t *testing.T) {
	t.Parallel()
	at := func(first string, change func(*raw)) raw {
		r := raw{firstName: first, lastName: "Lauterbach", birthDate: "1981-03-09", addresses: []address{{line1: "3 Elm Street", city: "Kiel", postcode: "24103"}}}
		if change != nil {
			change(&r)
		}
		return r
	}
	phone := func(r *raw) { r.mobiles = []string{"0412 345 876"} }
	j := dependent(t, crowd(at("Wei", nil), at("Wen", nil), at("Wei", phone), at("Wen", phone), at("Dora", nil), at("Dorba", nil)))
	for _, c := range []struct {
		name string
		a, b uint32
		want bool
	}{
		{"two names, as twins have", 0, 1, false},
		{"two names, but birth date and mobile agree", 2, 3, true},
		{"a name and a misspelling", 4, 5, true},
	} {
		if got := j.independent(c.a, c.b, j.Compare(c.a, c.b)); got != c.want {
			t.Errorf("%s: may join %v, want %v", c.name, got, c.want)
		}
	}
}

func TestDependenceOnlyTakesAway(t *testing.T) {
	t.Parallel()
	j := dependent(t, crowd())
	for a := range uint32(120) {
		for b := a + 1; b < 120; b++ {
			c, plain := j.Compare(a, b), j.comparer.Compare(a, b)
			if c.Weight > plain.Weight {
				t.Fatalf("%d and %d weigh %d, more than the kernel's %d", a, b, c.Weight, plain.Weight)
			}
			if sum := j.weigh(a, b, &c); sum != c.Weight {
				t.Fatalf("%d and %d: %d, but summed anew %d", a, b, c.Weight, sum)
			}
			if sum := j.weigh(a, b, &plain); sum != plain.Weight {
				t.Fatalf("%d and %d: the kernel's %d is not %d", a, b, plain.Weight, sum)
			}
			levels, terms := c.Levels, termBits(c.Terms)
			if total := j.model.Explain(levels, terms, nil, nil).Total; units(total) != c.Weight {
				t.Fatalf("%d and %d: explained as %.3f bits, weighed %d units", a, b, total, c.Weight)
			}
		}
	}
}
