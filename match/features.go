package match

import (
	"context"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/sameas/sameas/match/kernel"
)

// featureRow is one record's normalised values and block keys.
type featureRow struct {
	vals []string // one a field, several values joined by U+001F
	keys []string // one a rule, likewise
}

// makeFeatures normalises all records, those of equal content once.
func makeFeatures(ctx context.Context, s *schema, records []record, threads int, cached map[string]featureRow) ([]featureRow, error) {
	rows := make([]featureRow, len(records))
	canonical := kernel.Nicknames()
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(workers(threads))
	const chunk = 2048
	for start := 0; start < len(records); start += chunk {
		group.Go(func() error {
			for i := start; i < min(start+chunk, len(records)); i++ {
				if row, ok := cached[records[i].contentHash]; ok && records[i].organization == nil {
					rows[i] = row
					continue
				}
				rows[i] = s.features(&records[i], canonical)
			}
			return ctx.Err()
		})
	}
	err := group.Wait()
	s.markTelling(rows)
	return rows, err
}

func workers(threads int) int {
	if threads > 0 {
		return threads
	}
	return runtime.GOMAXPROCS(0)
}

func (s *schema) features(r *record, canonical map[string]string) featureRow {
	var v values
	if s.collection == "people" {
		v = s.personValues(r, canonical)
	} else {
		v = s.organizationValues(r)
	}
	for _, f := range s.fields {
		if f.path == "" {
			continue
		}
		text := extraValue(f.kind, r.extra[f.path])
		v.fields = append(v.fields, text)
		if f.kind != kernel.Text && text != "" {
			v.extras = append(v.extras, f.name+"="+text)
		}
	}
	row := featureRow{vals: v.fields, keys: make([]string, len(s.rules))}
	for i, rule := range s.rules {
		row.keys[i] = join(rule.keys(&v))
	}
	return row
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

func (s *schema) personValues(r *record, canonical map[string]string) values {
	n := namesOf(r.firstName, r.lastName)
	if n.given == "" && n.family == "" && r.name != "" {
		n = namesOf(r.name, "")
	}
	v := values{given: n.given, family: n.family, birth: birthDate(r.birthDate)}
	first, _, _ := strings.Cut(n.given, " ")
	v.canonical = first
	if c, ok := canonical[first]; ok {
		v.canonical = c
	}
	v.emails, v.shared = emails(r.emails)
	home := func(kind string) bool { return !strings.HasPrefix(kind, "address_work") }
	streets, cities, postcodes, country := addressFields(r.addresses, home)
	if len(streets) == 0 {
		streets, cities, postcodes, country = addressFields(r.addresses, func(string) bool { return true })
	}
	v.streets, v.cities, v.postcodes = streets, cities, postcodes
	mobiles, fixed := phones(r.mobiles, country, true)
	moved, landlines := phones(r.landlines, country, false)
	movedWork, work := phones(r.workPhones, country, false)
	mobiles = slices.Concat(mobiles, moved, movedWork)
	landlines = append(landlines, fixed...)
	v.phones = slices.Concat(mobiles, landlines, work)
	v.organization = s.employerOf(r)
	v.fields = []string{n.given, familyParts(n.family), v.birth, join(named(v.emails, n)), join(mobiles), join(landlines),
		join(streets), join(cities), join(postcodes), v.organization, join(work), join(v.shared), n.generation}
	return v
}

// employerOf is the clusters of the organizations referred to and, without any, the company's name.
func (s *schema) employerOf(r *record) string {
	if len(r.organization) > 0 {
		return join(r.organization)
	}
	return s.names.name(r.companyName)
}

func (s *schema) organizationValues(r *record) values {
	v := values{tax: taxReference(r.reference)}
	var form string
	v.orgNames, form = s.names.read(r.name)
	v.emails, v.shared = emails(r.emails)
	all := slices.Concat(v.emails, v.shared)
	for _, w := range r.websites {
		v.domains = append(v.domains, domainOfWebsite(w))
	}
	for _, e := range all {
		v.domains = append(v.domains, domainOfEmail(e))
	}
	var country string
	v.streets, v.cities, v.postcodes, country = addressFields(r.addresses, func(string) bool { return true })
	for _, list := range [][]string{r.workPhones, r.mobiles, r.landlines} {
		mobile, fixed := phones(list, country, false)
		v.phones = slices.Concat(v.phones, fixed, mobile)
	}
	v.fields = []string{join(v.orgNames), v.tax, join(all), join(v.domains), join(v.phones), join(v.streets), join(v.cities), join(v.postcodes), form}
	return v
}

// emails sorts addresses into those of one person and those of a function.
func emails(texts []string) (personal, shared []string) {
	for _, t := range texts {
		switch address, kind := emailOf(t); kind {
		case emailPersonal:
			personal = append(personal, address)
		case emailShared:
			shared = append(shared, address)
		}
	}
	return personal, shared
}

// phones sorts numbers into mobile and fixed ones; a number of unknown kind goes where it was found.
func phones(texts []string, country string, inMobileField bool) (mobiles, fixed []string) {
	for _, t := range texts {
		digits, mobile := phoneOf(t, country)
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
