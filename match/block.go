package match

import (
	"slices"
	"strings"

	"github.com/xrash/smetrics"
)

// rule is one blocking rule: the keys that a record has under it. Two records are compared when they share one.
type rule struct {
	name string
	// fields are those that the key is made of: m of them is never estimated from pairs that only this rule found.
	fields []string
	keys   func(v *values) []string
}

// values are a record's normalised fields as blocking reads them.
type values struct {
	given, family   string
	canonical       string // the first given name, or the name that it is short for
	birth           string
	emails, shared  []string
	phones          []string // every number
	streets, cities []string
	postcodes       []string
	extras          []string // of exact and exact_or_typo
	orgNames        []string
	tax             string
	domains         []string
	organization    string
	fields          []string // as stored in features.vals
}

// peopleRules find the duplicates of people. No rule needs what every other one needs too: a birth date may be
// missing, an e-mail may be missing, either name may be misspelt in its first letter, and names may be exchanged.
func peopleRules() []rule {
	return []rule{
		{"email", []string{"email"}, func(v *values) []string { return v.emails }},
		{"identifier", nil, func(v *values) []string { return v.extras }},
		{"phone", []string{"mobile", "landline", "work_phone"}, func(v *values) []string { return prefixed(v.phones, initial(v.given)) }},
		{"birth date, name initial", []string{"birth_date"}, func(v *values) []string { return initials(v) }},
		{"names", []string{"given", "family"}, func(v *values) []string { return names(v) }},
		{"family name, place", []string{"family", "postcode", "city"}, func(v *values) []string { return prefixed(places(v), sound(v.family)) }},
		{"given name, place", []string{"given", "postcode", "city"}, func(v *values) []string { return prefixed(v.postcodes, v.canonical) }},
		{"given name, birth month", []string{"given", "birth_date"}, func(v *values) []string { return birthMonth(v, v.canonical) }},
		{"family name, birth year", []string{"family", "birth_date"}, func(v *values) []string { return birthYear(v) }},
		{"end of family name, given name", []string{"family", "given"}, func(v *values) []string { return tail(v) }},
		{"e-mail name", []string{"email"}, func(v *values) []string { return locals(v.emails) }},
		{"street", []string{"street", "postcode", "city"}, func(v *values) []string { return streetKeys(v, initial(v.given)) }},
		{"shared mailbox, given name", []string{"work_email", "given"}, func(v *values) []string { return prefixed(v.shared, v.canonical) }},
		{"organization, given name", []string{"organization", "given"}, func(v *values) []string { return prefixed(one(v.organization), v.canonical) }},
	}
}

// organizationRules find the duplicates of organizations.
func organizationRules() []rule {
	return []rule{
		{"tax number", []string{"tax_number"}, func(v *values) []string { return one(v.tax) }},
		{"identifier", nil, func(v *values) []string { return v.extras }},
		{"phone", []string{"phone"}, func(v *values) []string { return v.phones }},
		{"domain", []string{"domain", "email"}, func(v *values) []string { return v.domains }},
		{"email", []string{"email"}, func(v *values) []string { return append(slices.Clone(v.emails), v.shared...) }},
		{"name", []string{"name"}, func(v *values) []string { return sortedNames(v) }},
		{"word of name, place", []string{"name", "city", "postcode"}, func(v *values) []string { return wordPlaces(v) }},
		{"two words of name", []string{"name"}, func(v *values) []string { return wordPairs(v) }},
		{"acronym, place", []string{"name", "city"}, func(v *values) []string { return acronymPlaces(v) }},
		{"first word of name", []string{"name"}, func(v *values) []string { return firstWords(v) }},
		{"street", []string{"street", "postcode", "city"}, func(v *values) []string { return streetKeys(v, "") }},
	}
}

// sound is the Soundex code of a name's first word, "" for none.
func sound(name string) string {
	word, _, _ := strings.Cut(name, " ")
	if word == "" || word[0] < 'a' || word[0] > 'z' {
		return word
	}
	return smetrics.Soundex(word)
}

func initial(name string) string {
	if name == "" {
		return ""
	}
	return name[:1]
}

func one(text string) []string {
	if text == "" {
		return nil
	}
	return []string{text}
}

// prefixed puts a text before each value; without the text there are no keys.
func prefixed(values []string, text string) []string {
	if text == "" {
		return nil
	}
	var keys []string
	for _, v := range values {
		if v != "" {
			keys = append(keys, text+"|"+v)
		}
	}
	return keys
}

// initials are the birth date with the initials of either name: it holds when names are exchanged or one is missing.
func initials(v *values) []string {
	var keys []string
	if len(v.birth) == 10 {
		for _, i := range []string{initial(v.canonical), initial(v.given), initial(v.family)} {
			if i != "" {
				keys = append(keys, v.birth+i)
			}
		}
	}
	return keys
}

// names are the sounds of both names in a fixed order.
func names(v *values) []string {
	a, b := sound(v.canonical), sound(v.family)
	if a == "" || b == "" {
		return nil
	}
	return one(min(a, b) + "|" + max(a, b))
}

func places(v *values) []string {
	keys := slices.Clone(v.postcodes)
	for _, c := range v.cities {
		if c != "" {
			keys = append(keys, c)
		}
	}
	return keys
}

func birthMonth(v *values, name string) []string {
	if len(v.birth) != 10 || name == "" {
		return nil
	}
	return []string{name + "|" + v.birth[:7], name + "|" + v.birth[5:]}
}

func birthYear(v *values) []string {
	if len(v.birth) != 10 || v.family == "" {
		return nil
	}
	return one(sound(v.family) + "|" + v.birth[:4] + initial(v.canonical))
}

// tail is the end of the family name, which a typo in its first letters leaves alone, with the given name.
func tail(v *values) []string {
	n := len(v.family)
	if n < 4 || v.canonical == "" {
		return nil
	}
	return one(v.family[n-3:] + "|" + v.canonical)
}

// locals are e-mail names long enough to be somebody's own.
func locals(emails []string) []string {
	var keys []string
	for _, e := range emails {
		if local, _, ok := strings.Cut(e, "@"); ok && len(local) >= 6 {
			keys = append(keys, local)
		}
	}
	return keys
}

// streetKeys are the numbers and the longest word of a street with its place.
func streetKeys(v *values, with string) []string {
	var keys []string
	for i, s := range v.streets {
		place := v.postcodes[i]
		if place == "" {
			place = v.cities[i]
		}
		if key := streetKey(s); key != "" && place != "" {
			keys = append(keys, with+"|"+key+"|"+place)
		}
	}
	return keys
}

func streetKey(street string) string {
	number, longest := "", ""
	for w := range strings.FieldsSeq(street) {
		if w[0] >= '0' && w[0] <= '9' {
			number = w
		} else if len(w) > len(longest) {
			longest = w
		}
	}
	if longest == "" {
		return ""
	}
	return number + " " + longest
}

// sortedNames are the names with their words in alphabetical order.
func sortedNames(v *values) []string {
	var keys []string
	for _, name := range v.orgNames {
		keys = append(keys, strings.Join(slices.Sorted(strings.FieldsSeq(name)), " "))
	}
	return keys
}

func wordPlaces(v *values) []string {
	var keys []string
	at := places(v)
	for _, name := range v.orgNames {
		for w := range strings.FieldsSeq(name) {
			if len(w) >= 3 {
				keys = append(keys, prefixed(at, sound(w))...)
			}
		}
	}
	return keys
}

func wordPairs(v *values) []string {
	var keys []string
	for _, name := range v.orgNames {
		words := slices.Compact(slices.Sorted(strings.FieldsSeq(name)))
		for i := range words {
			for j := i + 1; j < len(words) && j < i+4; j++ {
				keys = append(keys, sound(words[i])+"|"+sound(words[j]))
			}
		}
	}
	return keys
}

func firstWords(v *values) []string {
	var keys []string
	for _, name := range v.orgNames {
		if first, _, _ := strings.Cut(name, " "); len(first) >= 3 {
			keys = append(keys, first)
		}
	}
	return keys
}

func acronymPlaces(v *values) []string {
	var keys []string
	for _, name := range v.orgNames {
		keys = append(keys, prefixed(v.cities, acronymOf(strings.Fields(name)))...)
	}
	return keys
}

// acronymOf is a name's acronym, or the name itself where it may be one; "" for another name of one word.
func acronymOf(words []string) string {
	if len(words) == 1 && len(words[0]) <= 4 {
		return words[0]
	}
	var b strings.Builder
	for _, w := range words {
		b.WriteByte(w[0])
	}
	if b.Len() < 2 {
		return ""
	}
	return b.String()
}
