package match

import (
	"cmp"
	"slices"
	"strings"

	"github.com/sameas/sameas/match/kernel"
)

// values are a record's normalised fields as blocking reads them: the texts that are compared, taken apart. The slices
// are used again for the next record.
type values struct {
	given, family   string
	canonical       string // the first given name, or the name that it is short for
	familySound     string // the Soundex code of the family name
	birth           string
	emails, shared  []string
	phones          []string // every number
	streets, cities []string
	postcodes       []string
	extras          []string // of exact and exact_or_typo, each after its field's name
	orgNames        []string // of an organization
	tax             string
	domains         []string
	organizations   []string
}

// keyring makes the block keys of records, rule by rule. A key is the hash of its parts: only whether two records share
// one counts, and of sixty-four bits two different keys are equal by chance once in ten thousand runs over a hundred
// million records, which costs a comparison and changes no result. It is for one goroutine.
type keyring struct {
	schema    *schema
	canonical map[string]string
	values    values
	keys      []uint64
	texts     []string // of the keys, when they are wanted in words
	inText    bool
}

func (s *schema) newKeyring() *keyring {
	return &keyring{schema: s, canonical: kernel.Nicknames()}
}

// of returns the record's keys under a rule, ascending and each once; valid until the next call.
func (k *keyring) of(rule int) []uint64 {
	k.keys = k.keys[:0]
	k.schema.rules[rule].keys(&k.values, k)
	slices.Sort(k.keys)
	k.keys = slices.Compact(k.keys)
	return k.keys
}

// wordedKey is a key as a person may read it.
type wordedKey struct {
	key  uint64
	text string
}

// inWords returns the record's keys under a rule with their words, in the order of these.
func (k *keyring) inWords(rule int) []wordedKey {
	k.inText, k.texts, k.keys = true, nil, k.keys[:0]
	k.schema.rules[rule].keys(&k.values, k)
	k.inText = false
	var worded []wordedKey
	for i, text := range k.texts {
		worded = append(worded, wordedKey{k.keys[i], text})
	}
	slices.SortFunc(worded, func(a, b wordedKey) int { return cmp.Or(strings.Compare(a.text, b.text), cmp.Compare(a.key, b.key)) })
	return slices.Compact(worded)
}

// wordsOf finds the words of one of a record's keys under a rule.
func (k *keyring) wordsOf(vals []string, rule int, key uint64) string {
	k.read(vals)
	for _, w := range k.inWords(rule) {
		if w.key == key {
			return w.text
		}
	}
	return ""
}

// Parameters of FNV-1a, by G. Fowler, L. C. Noll and K.-P. Vo.
const (
	fnvOffset = 14695981039346656037
	fnvPrime  = 1099511628211
)

func hashed(h uint64, text string) uint64 {
	for i := range len(text) {
		h = (h ^ uint64(text[i])) * fnvPrime
	}
	return (h ^ 0x1f) * fnvPrime
}

// add adds the key of two parts, unless both are empty.
func (k *keyring) add(a, b string) { k.add3(a, b, "") }

func (k *keyring) add3(a, b, c string) {
	if a == "" && b == "" {
		return
	}
	if k.inText {
		k.texts = append(k.texts, strings.TrimSpace(a+" "+b+" "+c))
	}
	k.keys = append(k.keys, mix(hashed(hashed(hashed(fnvOffset, a), b), c)))
}

// each adds a key for every value.
func (k *keyring) each(values []string) {
	for _, v := range values {
		k.add(v, "")
	}
}

// prefixed adds a key for every value after a text; without the text there are no keys.
func (k *keyring) prefixed(values []string, text string) {
	if text == "" {
		return
	}
	for _, v := range values {
		k.add(text, v)
	}
}

// firstSound is the Soundex code of a name's first word, "" for none.
func firstSound(name string) string {
	word, _, _ := strings.Cut(name, " ")
	return soundOf(word)
}

// read takes a record's normalised values apart.
func (k *keyring) read(vals []string) {
	v := &k.values
	*v = values{emails: v.emails[:0], shared: v.shared[:0], phones: v.phones[:0], streets: v.streets[:0], cities: v.cities[:0],
		postcodes: v.postcodes[:0], extras: v.extras[:0], orgNames: v.orgNames[:0], domains: v.domains[:0], organizations: v.organizations[:0]}
	for f := range k.schema.fields {
		if vals[f] != "" {
			k.readField(&k.schema.fields[f], vals[f])
		}
	}
	first, _, _ := strings.Cut(v.given, " ")
	v.canonical = first
	if c, ok := k.canonical[first]; ok {
		v.canonical = c
	}
	v.familySound = firstSound(v.family)
}

func (k *keyring) readField(f *field, text string) {
	v := &k.values
	if f.path != "" { // the configuration's own field may bear any name
		if f.kind != kernel.Text {
			v.extras = append(v.extras, f.name+"="+text)
		}
		return
	}
	switch f.name {
	case "given":
		v.given = text
	case "family":
		v.family, _, _ = strings.Cut(text, valueSeparator)
	case "birth_date":
		v.birth = text
	case "email":
		v.emails = parts(v.emails, text)
		for i, e := range v.emails {
			v.emails[i] = strings.TrimPrefix(e, kernel.Named)
		}
	case "work_email":
		v.shared = parts(v.shared, text)
	case "mobile", "landline", "work_phone", "phone":
		v.phones = parts(v.phones, text)
	case "street":
		v.streets = parts(v.streets, text)
	case "city":
		v.cities = parts(v.cities, text)
	case "postcode":
		v.postcodes = parts(v.postcodes, text)
	case "organization":
		v.organizations = parts(v.organizations, text)
	case "name":
		v.orgNames = parts(v.orgNames, kernel.Unmarked(text))
	case "tax_number":
		v.tax = text
	case "domain":
		v.domains = parts(v.domains, text)
	}
}

// parts appends the values that a text holds.
func parts(list []string, text string) []string {
	for {
		v, rest, more := strings.Cut(text, valueSeparator)
		if v != "" {
			list = append(list, v)
		}
		if !more {
			return list
		}
		text = rest
	}
}
