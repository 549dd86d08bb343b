package match

import (
	"strings"

	"github.com/sameas/sameas/match/kernel"
)

// maker normalises records. It is for one goroutine at a time and uses its memory again for the next record.
type maker struct {
	schema *schema
	names  interned
	keys   texts
	raw    raw
	made   texts
	lists

	// Of a chunk of records: where each stands, their values, one record's after the other's, and of one field the hash and
	// the number of each value.
	places []uint32
	values []string
	hashes []uint64
	codes  []uint32
}

// lists are what a record's values are made in.
type lists struct {
	words                    []string
	personal, shared         []string
	mobiles, landlines, work []string
	at                       placeFields
}

// forget lets go of the texts of rows, which are the engine's.
func (m *maker) forget() {
	m.raw, m.lists = raw{}, lists{}
	clear(m.values)
}

func (s *schema) newMaker() *maker { return &maker{schema: s, names: interned{}} }

// features writes a record's normalised values, one text a field of the schema; ” is missing, and several values are
// joined by U+001F.
func (m *maker) features(into []string) {
	n := 0
	if m.schema.collection == "people" {
		n = m.person(into)
	} else {
		n = m.organization(into)
	}
	for f := n; f < len(m.schema.fields); f++ {
		into[f] = extraValue(m.schema.fields[f].kind, m.extra(m.schema.fields[f].path))
	}
	for f, text := range into {
		if !inRow(text) {
			into[f] = written(text)
		}
	}
}

// unwritable reports whether a row of the kernel cannot hold a sign: one of control, by which rows and values are parted, or a
// backslash.
func unwritable(c rune) bool { return c < ' ' || c == '\\' }

// writable reports whether a row of the kernel can hold a text.
func writable(text string) bool {
	for i := range len(text) {
		if unwritable(rune(text[i])) {
			return false
		}
	}
	return true
}

// inRow reports whether all values in a text are writable.
func inRow(text string) bool {
	for i := range len(text) {
		if c := text[i]; c != valueSeparator[0] && unwritable(rune(c)) {
			return false
		}
	}
	return true
}

// written is the values of a field without what rows have no way to write.
func written(text string) string {
	values := strings.Split(text, valueSeparator)
	for i, v := range values {
		if !writable(v) {
			values[i] = strings.Map(func(r rune) rune {
				if unwritable(r) {
					return -1
				}
				return r
			}, v)
		}
	}
	return join(values)
}

// extra is the value at a path that the configuration adds.
func (m *maker) extra(path string) string {
	for _, entry := range m.raw.extra {
		if at, value, _ := strings.Cut(entry, partSeparator); at == path {
			return value
		}
	}
	return ""
}

func extraValue(kind kernel.Kind, text string) string {
	folded := fold(text)
	if isPlaceholder(folded) {
		return ""
	}
	if kind != kernel.Text {
		folded = strings.ReplaceAll(folded, " ", "")
	}
	return folded
}

// person writes the values of the built-in fields of people, in their order, and returns how many they are.
func (m *maker) person(into []string) int {
	r := &m.raw
	n := m.namesOf(r.firstName, r.lastName)
	if n.given == "" && n.family == "" && r.name != "" {
		n = m.namesOf(r.name, "")
	}
	personal, shared := m.emails(r.emails)
	m.made.named(personal, n)
	home := func(kind string) bool { return !strings.HasPrefix(kind, "address_work") }
	a := m.addressFields(r.addresses, home)
	if len(a.streets) == 0 {
		a = m.addressFields(r.addresses, func(string) bool { return true })
	}
	mobiles, landlines := m.appendPhones(m.mobiles[:0], m.landlines[:0], r.mobiles, a.country, true)
	mobiles, landlines = m.appendPhones(mobiles, landlines, r.landlines, a.country, false)
	mobiles, work := m.appendPhones(mobiles, m.work[:0], r.workPhones, a.country, false)
	m.mobiles, m.landlines, m.work = mobiles, landlines, work
	return copy(into, []string{n.given, familyParts(n.family), birthDate(r.birthDate), join(personal), join(mobiles), join(landlines),
		join(a.streets), join(a.cities), join(a.postcodes), m.employerOf(r), join(work), join(shared), n.generation})
}

// employerOf is the clusters of the organizations referred to and, without any, the company's name.
func (m *maker) employerOf(r *raw) string {
	if len(r.organizations) > 0 {
		return join(r.organizations)
	}
	if r.companyName == "" {
		return ""
	}
	return m.schema.names.name(r.companyName)
}

// organization writes the values of the built-in fields of organizations, in their order, and returns how many they are.
func (m *maker) organization(into []string) int {
	r := &m.raw
	personal, shared := m.emails(r.emails)
	all := append(personal, shared...)
	m.personal = all
	var domains []string
	for _, w := range r.websites {
		domains = append(domains, domainOfWebsite(w))
	}
	for _, e := range all {
		domains = append(domains, domainOfEmail(e))
	}
	a := m.addressFields(r.addresses, func(string) bool { return true })
	numbers := m.work[:0]
	for _, list := range [...][]string{r.workPhones, r.mobiles, r.landlines} {
		m.mobiles, m.landlines = m.appendPhones(m.mobiles[:0], m.landlines[:0], list, a.country, false)
		numbers = append(append(numbers, m.landlines...), m.mobiles...)
	}
	m.work = numbers
	names, form := m.schema.names.read(r.name)
	return copy(into, []string{join(names), taxReference(r.reference), join(all), join(domains), join(numbers),
		join(a.streets), join(a.cities), join(a.postcodes), form, join(append(domains, all...))})
}

// emails sorts addresses into those of one person and those of a function.
func (m *maker) emails(texts []string) (personal, shared []string) {
	personal, shared = m.personal[:0], m.shared[:0]
	for _, t := range texts {
		switch address, kind := m.made.emailOf(t); kind {
		case emailPersonal:
			personal = append(personal, address)
		case emailShared:
			shared = append(shared, address)
		}
	}
	m.personal, m.shared = personal, shared
	return personal, shared
}

// appendPhones sorts numbers into mobile and fixed ones; a number of unknown kind goes where it was found.
func (m *maker) appendPhones(mobiles, fixed, texts []string, country string, inMobileField bool) (allMobiles, allFixed []string) {
	for _, t := range texts {
		digits, mobile := m.made.phoneOf(t, country)
		switch {
		case digits == "":
		case mobile || inMobileField:
			mobiles = append(mobiles, digits)
		default:
			fixed = append(fixed, digits)
		}
	}
	return mobiles, fixed
}

// birthDate drops the days that forms and migrations fill in for none.
func birthDate(text string) string {
	switch text {
	case "1900-01-01", "1970-01-01", "1899-12-30", "1899-12-31", "1901-01-01", "1753-01-01", "1800-01-01", "9999-12-31", "0001-01-01", "1111-11-11":
		return ""
	}
	if len(text) != 10 {
		return ""
	}
	return text
}
