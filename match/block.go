package match

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	queries "github.com/sameas/sameas/sql"
)

// rule is one blocking rule: the keys that a record has under it. Two records are compared when they share one.
type rule struct {
	name string
	strength
	// fields are those that the key is made of: m of them is never estimated from pairs that only this rule found.
	fields []string
	keys   func(v *values, k *keyring)
}

// strength is how much agreeing on a rule's key says, and so how many of the pairs that do are worth comparing.
type strength uint8

const (
	telling strength = iota
	// loose: of a thousand pairs that agree on this and on no key before it, one or two at most are of one thing.
	loose
)

// peopleRules find the duplicates of people. No rule needs what every other one needs too: a birth date may be
// missing, an e-mail may be missing, either name may be misspelt in its first letter, and names may be exchanged.
func peopleRules() []rule {
	return []rule{
		{"email", telling, []string{"email"}, func(v *values, k *keyring) { k.each(v.emails) }},
		{"identifier", telling, nil, func(v *values, k *keyring) { k.each(v.extras) }},
		{"phone", telling, []string{"mobile", "landline", "work_phone"}, phoneInitials},
		{"birth date, name initial", telling, []string{"birth_date"}, initials},
		{"names", telling, []string{"given", "family"}, names},
		{"family name, place", loose, []string{"family", "postcode", "city"}, func(v *values, k *keyring) { places(v, k, v.familySound) }},
		{"given name, place", loose, []string{"given", "postcode", "city"}, func(v *values, k *keyring) { k.prefixed(v.postcodes, v.canonical) }},
		{"given name, birth month", loose, []string{"given", "birth_date"}, birthMonth},
		{"birth date, place", telling, []string{"birth_date", "postcode", "city"}, func(v *values, k *keyring) { places(v, k, fullDate(v.birth)) }},
		{"family name, birth year", loose, []string{"family", "birth_date"}, birthYear},
		{"end of family name, given name", loose, []string{"family", "given"}, tail},
		{"e-mail name", loose, []string{"email"}, locals},
		{"street", telling, []string{"street", "postcode", "city"}, streetInitials},
		{"shared mailbox, given name", telling, []string{"work_email", "given"}, func(v *values, k *keyring) { k.prefixed(v.shared, v.canonical) }},
		{"organization, given name", telling, []string{"organization", "given"}, func(v *values, k *keyring) { k.prefixed(v.organizations, v.canonical) }},
		{"workplace, family name", telling, []string{"organization", "work_email", "family"}, workplaces},
	}
}

// organizationRules find the duplicates of organizations.
func organizationRules() []rule {
	return []rule{
		{"tax number", telling, []string{"tax_number"}, func(v *values, k *keyring) { k.add(v.tax, "") }},
		{"identifier", telling, nil, func(v *values, k *keyring) { k.each(v.extras) }},
		{"phone", telling, []string{"phone"}, func(v *values, k *keyring) { k.each(v.phones) }},
		{"domain", telling, []string{"domain", "email", "own_web"}, func(v *values, k *keyring) { k.each(v.domains) }},
		{"email", telling, []string{"email", "domain", "own_web"}, func(v *values, k *keyring) { k.each(v.emails) }},
		{"name", telling, []string{"name"}, sortedNames},
		{"word of name, place", loose, []string{"name", "city", "postcode"}, wordPlaces},
		{"two words of name", loose, []string{"name"}, wordPairs},
		{"acronym, place", loose, []string{"name", "city"}, acronyms},
		{"first word of name", loose, []string{"name"}, firstWords},
		{"street", telling, []string{"street", "postcode", "city"}, func(v *values, k *keyring) { streetKeys(v, k, "") }},
	}
}

// everyPairAtMost is up to how many pairs a collection's records are all compared with each other: a second's work, and
// then no rule can miss a pair.
const everyPairAtMost = 2_000_000

// everyPair is the last rule of a small collection.
const everyPair = "every pair"

// forRecords adds the rule that compares every pair, if there are so few records.
func (s *schema) forRecords(n int) {
	if n >= 2 && pairsOf(n) <= everyPairAtMost {
		s.addEveryPair()
	}
}

func (s *schema) addEveryPair() {
	if s.rules[len(s.rules)-1].name != everyPair {
		s.rules = append(s.rules, rule{everyPair, telling, []string{}, func(_ *values, k *keyring) { k.add(everyPair, "") }})
	}
}

// asMatched adds the rule if it was there when the collection was matched.
func (s *schema) asMatched(ctx context.Context, db *sql.DB) error {
	var keys float64
	err := queries.One(ctx, db, "match/114_rule_keys.sql", queries.Args{"collection": s.collection, "rule": everyPair}, &keys)
	if err == nil && keys > 0 {
		s.addEveryPair()
	}
	return err
}

// keyed is how many of the rules put records together for what they hold. A model learns from the pairs of these: those
// that nothing brings together are strangers, and of strangers the random pairs tell.
func (s *schema) keyed() int {
	if n := len(s.rules); s.rules[n-1].name == everyPair {
		return n - 1
	}
	return len(s.rules)
}

func initial(name string) string {
	if name == "" {
		return ""
	}
	return name[:1]
}

// initials are the birth date with the initials of either name: it holds when names are exchanged or one is missing.
func initials(v *values, k *keyring) {
	if len(v.birth) != 10 {
		return
	}
	for _, i := range [...]string{initial(v.canonical), initial(v.given), initial(v.family)} {
		if i != "" {
			k.add(v.birth, i)
		}
	}
}

// names are the sounds of both names in a fixed order. A given name of short words is taken as one word, too: Mei Ling is
// Meiling.
func names(v *values, k *keyring) {
	b := v.familySound
	if b == "" {
		return
	}
	if a := firstSound(v.canonical); a != "" {
		k.add(min(a, b), max(a, b))
	}
	if first, rest, several := strings.Cut(v.given, " "); several && len(first) <= shortWord {
		a := firstSound(first + strings.ReplaceAll(rest, " ", ""))
		k.add(min(a, b), max(a, b))
	}
}

// shortWord is the length up to which the first word of a given name may be half of one.
const shortWord = 4

// phoneInitials are the last digits of the numbers, which a missing country code leaves alone, with the initial of either
// name.
func phoneInitials(v *values, k *keyring) {
	const subscriber = 8
	for _, with := range [...]string{initial(v.given), initial(v.family)} {
		if with == "" {
			continue
		}
		for _, p := range v.phones {
			k.add(with, p[max(0, len(p)-subscriber):])
		}
	}
}

// workplaces are the organizations and shared mailboxes with the sound of the family name: the given name may be misspelt, or
// but an initial.
func workplaces(v *values, k *keyring) {
	k.prefixed(v.organizations, v.familySound)
	k.prefixed(v.shared, v.familySound)
}

func streetInitials(v *values, k *keyring) {
	for _, with := range [...]string{initial(v.given), initial(v.family)} {
		if with != "" {
			streetKeys(v, k, with)
		}
	}
}

// fullDate is a date, "" for a part of one.
func fullDate(date string) string {
	if len(date) != 10 {
		return ""
	}
	return date
}

func places(v *values, k *keyring, with string) {
	k.prefixed(v.postcodes, with)
	k.prefixed(v.cities, with)
}

// birthMonth are the given name with month and year or month and day of birth, and with the year and a place.
func birthMonth(v *values, k *keyring) {
	if len(v.birth) != 10 || v.canonical == "" {
		return
	}
	k.add(v.canonical, v.birth[:7])
	k.add(v.canonical, v.birth[5:])
	for _, place := range v.cities {
		k.add3(v.canonical, v.birth[:4], place)
	}
}

func birthYear(v *values, k *keyring) {
	if len(v.birth) == 10 && v.family != "" {
		k.add3(v.familySound, v.birth[:4], initial(v.canonical))
	}
}

// tail is the end of the family name, which a typo in its first letters leaves alone, with the given name.
func tail(v *values, k *keyring) {
	if n := len(v.family); n >= 4 && v.canonical != "" {
		k.add(v.family[n-3:], v.canonical)
	}
}

// locals are the consonants and digits of e-mail names long enough to be somebody's own.
func locals(v *values, k *keyring) {
	for _, e := range v.emails {
		if local, _, ok := strings.Cut(e, "@"); ok && len(local) >= 6 {
			k.add(skeleton(local), "")
		}
	}
}

// skeleton drops vowels, signs and repetitions.
func skeleton(local string) string {
	kept := make([]byte, 0, len(local))
	for i := range len(local) {
		c := local[i]
		if strings.IndexByte("aeiouy", c) >= 0 || (c < 'a' || c > 'z') && (c < '0' || c > '9') || len(kept) > 0 && kept[len(kept)-1] == c {
			continue
		}
		kept = append(kept, c)
	}
	if len(kept) < 3 {
		return local
	}
	return string(kept)
}

// streetKeys are the number and the longest word of a street with its place.
func streetKeys(v *values, k *keyring, with string) {
	where := v.postcodes
	if len(where) == 0 {
		where = v.cities
	}
	for _, s := range v.streets {
		number, word := streetKey(s)
		if word == "" {
			continue
		}
		for _, place := range where {
			k.add3(number+" "+word, place, with)
		}
	}
}

func streetKey(street string) (number, longest string) {
	for w := range strings.FieldsSeq(street) {
		if w[0] >= '0' && w[0] <= '9' {
			number = w
		} else if len(w) > len(longest) {
			longest = w
		}
	}
	return number, longest
}

// someWords is room for the words of most names.
type someWords [12]string

// wordsOf appends the words of a name.
func wordsOf(words []string, name string) []string {
	for w := range strings.FieldsSeq(name) {
		words = append(words, w)
	}
	return words
}

// sortedNames are the names with their words in alphabetical order.
func sortedNames(v *values, k *keyring) {
	var some someWords
	for _, name := range v.orgNames {
		words := wordsOf(some[:0], name)
		slices.Sort(words)
		k.add(strings.Join(words, " "), "")
	}
}

func wordPlaces(v *values, k *keyring) {
	for _, name := range v.orgNames {
		for w := range strings.FieldsSeq(name) {
			if len(w) >= 3 {
				places(v, k, firstSound(w))
			}
		}
	}
}

func wordPairs(v *values, k *keyring) {
	var some, sounding someWords
	for _, name := range v.orgNames {
		words := wordsOf(some[:0], name)
		slices.Sort(words)
		words = slices.Compact(words)
		sounds := sounding[:0]
		for _, w := range words {
			sounds = append(sounds, firstSound(w))
		}
		for i := range sounds {
			for j := i + 1; j < len(sounds) && j < i+4; j++ {
				k.add(sounds[i], sounds[j])
			}
		}
	}
}

func firstWords(v *values, k *keyring) {
	for _, name := range v.orgNames {
		if first, _, _ := strings.Cut(name, " "); len(first) >= 3 {
			k.add(first, "")
		}
	}
}

func acronyms(v *values, k *keyring) {
	var some someWords
	for _, name := range v.orgNames {
		k.prefixed(v.cities, acronymOf(wordsOf(some[:0], name)))
	}
}

// acronymOf is a name's acronym, or the name itself where it may be one; "" for another name of one word.
func acronymOf(words []string) string {
	if len(words) == 1 && len(words[0]) <= 4 {
		return words[0]
	}
	if len(words) < 2 {
		return ""
	}
	initials := make([]byte, len(words))
	for i, w := range words {
		initials[i] = w[0]
	}
	return string(initials)
}
