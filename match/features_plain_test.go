package match

import (
	"slices"
	"strings"
	"testing"
)

// plainly are the values of a person, made with new memory for each.
func plainly(s *schema, r raw) []string {
	given, family, generation := plainName(r.firstName, r.lastName)
	if given == "" && family == "" && r.name != "" {
		given, family, generation = plainName(r.name, "")
	}
	var personal, shared []string
	for _, text := range r.emails {
		address, kind := plainEmail(text)
		n := []string{address}
		switch kind {
		case emailPersonal:
			new(texts).named(n, personName{given: given, family: family})
			personal = append(personal, n...)
		case emailShared:
			shared = append(shared, n...)
		}
	}
	at := plainPlaces(r.addresses, func(kind string) bool { return !strings.HasPrefix(kind, "address_work") })
	if len(at.streets) == 0 {
		at = plainPlaces(r.addresses, func(string) bool { return true })
	}
	var mobiles []string
	for _, text := range r.mobiles {
		if digits, _ := new(texts).phoneOf(text, at.country); digits != "" {
			mobiles = append(mobiles, digits)
		}
	}
	moved, landlines := plainPhones(r.landlines, at.country)
	movedWork, work := plainPhones(r.workPhones, at.country)
	values := []string{given, familyParts(family), birthDate(r.birthDate), join(personal), join(slices.Concat(mobiles, moved, movedWork)), join(landlines),
		join(at.streets), join(at.cities), join(at.postcodes), s.newMaker().employerOf(&r), join(work), join(shared), generation}
	for i := range values {
		values[i] = written(values[i])
	}
	return values
}

func plainPhones(all []string, country string) (mobiles, fixed []string) {
	for _, text := range all {
		switch digits, mobile := new(texts).phoneOf(text, country); {
		case digits == "":
		case mobile:
			mobiles = append(mobiles, digits)
		default:
			fixed = append(fixed, digits)
		}
	}
	return mobiles, fixed
}

func plainName(first, last string) (given, family, generationOf string) {
	if last == "" && strings.Contains(first, ",") {
		last, first, _ = strings.Cut(first, ",")
	} else if first == "" && strings.Contains(last, ",") {
		last, first, _ = strings.Cut(last, ",")
	}
	words := func(text string) (kept []string) {
		all := strings.Fields(fold(text))
		for i, w := range all {
			switch g := generation(w); {
			case g != "" && (i > 0 || g == "2" && w != "ii"):
				generationOf = g
			case len(all) > 1 && (slices.Contains(nameTitles, w) || i > 0 && slices.Contains(degrees, w)):
			default:
				kept = append(kept, w)
			}
		}
		return kept
	}
	givens, families := words(first), words(last)
	if len(families) == 0 && len(givens) >= 2 {
		families, givens = givens[len(givens)-1:], givens[:len(givens)-1]
	}
	given, family = strings.Join(givens, " "), strings.Join(families, " ")
	if isPlaceholder(given) && !isNa(first) || isNoGivenName(given) {
		given = ""
	}
	if isPlaceholder(family) {
		family = ""
	}
	return given, family, generationOf
}

func plainEmail(text string) (string, emailKind) {
	text = strings.TrimPrefix(strings.ToLower(strings.TrimSpace(text)), "mailto:")
	local, domain, ok := strings.Cut(text, "@")
	if !ok || local == "" || domain == "" || strings.ContainsAny(text, " ,;<>()") || !writable(text) {
		return looseEmail(text)
	}
	if tag := strings.IndexByte(local, '+'); tag > 0 {
		local = local[:tag]
	}
	if domain == "googlemail.com" || domain == "gmail.com" {
		domain, local = "gmail.com", strings.ReplaceAll(local, ".", "")
	}
	switch {
	case isPlaceholder(fold(local)) || domain == "example.com" && local == "user":
		return "", emailNone
	case roleMailboxes[local]:
		return local + "@" + domain, emailShared
	}
	return local + "@" + domain, emailPersonal
}

func plainPlaces(addresses []address, keep func(kind string) bool) (p placeFields) {
	filled := func(text string) string {
		if isPlaceholder(text) {
			return ""
		}
		return text
	}
	for _, a := range addresses {
		if p.country == "" {
			p.country = new(texts).regionOf(a.country)
		}
		if !keep(a.kind) {
			continue
		}
		var kept []string
		for _, w := range strings.Fields(fold(a.line1 + " " + a.line2)) {
			if form, ok := addressWords[w]; ok {
				w = form
			}
			if w != "" && w != "unit" {
				kept = append(kept, w)
			}
		}
		city := filled(fold(a.city))
		if rest, saint := strings.CutPrefix(city, "saint "); saint {
			city = "st " + rest
		}
		p.streets = append(p.streets, filled(strings.Join(kept, " ")))
		p.cities = append(p.cities, city)
		p.postcodes = append(p.postcodes, filled(strings.ReplaceAll(fold(a.postcode), " ", "")))
	}
	return p
}

// FuzzPeopleAreReadWithMemoryUsedAgain reads several people with one maker, whose memory they share.
func FuzzPeopleAreReadWithMemoryUsedAgain(f *testing.F) {
	f.Add("Dr. Jos\u00e9 Mar\u00eda\nvan den Berg Jr\nJose.Berg+news@GMail.com\n0412 345 678\nUnit 3/12 High Street\nSaint Kilda\n3182\nAustralia\ninfo@a.test")
	f.Add("Smith, John\n\nmailto:J.Smith@Googlemail.com\n+61 2 9999 1111\n'\u00c9lys\u00e9e'\n\u0301x\nSW1A 1AA\nUK\na@b, c@d")
	f.Add("Mr\nSr\nuser@example.com\n(03) 9123-4567\nThe Apartment\nsaint \n0000\n\nnone@test")
	s, err := schemaOf("people", nil)
	if err != nil {
		f.Fatal(err)
	}
	m := s.newMaker()
	f.Fuzz(func(t *testing.T, joined string) {
		texts := strings.Split(joined, "\n")
		text := func(i int) string { return texts[i%len(texts)] }
		var got, want [][]string
		for i := range 3 {
			r := raw{firstName: text(i), lastName: text(i + 1), name: text(2 * i), birthDate: text(i + 3), companyName: text(i),
				emails: []string{text(i + 2), text(i + 8), text(i)}[:1+i], mobiles: []string{text(i + 3)}, landlines: []string{text(i + 3), text(i)}[i/2:], workPhones: []string{text(i + 4), text(3)},
				addresses: []address{{"address_work", text(i + 3), text(i), text(i + 2), text(i + 6), text(i + 5)}, {[]string{"address_home", "address_work"}[i%2], text(i + 4), text(i + 1), text(i + 5), text(i + 6), text(i + 7)}}}
			want = append(want, plainly(s, r))
			m.raw = r
			values := make([]string, len(s.fields))
			m.features(values)
			got = append(got, values)
		}
		for i := range got {
			if !slices.Equal(got[i], want[i]) {
				t.Errorf("person %d is read as %q, want %q", i, got[i], want[i])
			}
		}
	})
}
