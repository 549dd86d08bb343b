package match

import (
	"slices"
	"strings"

	"github.com/xrash/smetrics"

	"github.com/sameas/sameas/match/kernel"
)

// Limits of what may lead to one organization alone.
const (
	ownLeads  = 2 // first words of the names that a mailbox or website stands with: a name and its acronym, say
	ownPlaces = 2 // places: two are a move or a second address, three are a chain
)

// three holds up to three different numbers, as many as are told apart; 0 is none of them.
type three [3]uint32

func (f *three) add(n uint32) {
	for i := range f {
		if f[i] == n || n == 0 {
			return
		}
		if f[i] == 0 {
			f[i] = n
			return
		}
	}
}

func (f *three) count() int {
	n := 0
	for n < len(f) && f[n] != 0 {
		n++
	}
	return n
}

// bearers is what the records are called that a mailbox or website stands on, and where they are.
type bearers struct{ leads, places, units three }

func (b *bearers) own() bool {
	return b.leads.count() <= ownLeads && b.places.count() <= ownPlaces && b.units.count() <= 1
}

// markOwn keeps, of the mailboxes and websites in the field own_web, those that lead to one organization as far as the
// records tell. What a group or a chain shares stands with names that tell units apart, or in many places, and what a
// provider lends to all stands with names of all kinds: those say no more than the brand that they belong to.
func (c *columns) markOwn(leadsOf func() []uint32) {
	f, name, city := c.schema.index("own_web"), c.schema.index("name"), c.schema.index("city")
	if f < 0 || name < 0 || city < 0 {
		return
	}
	leads := leadsOf()
	units, _ := numbered(c.dictionaries[name], unitsOf)
	places, _ := numbered(c.dictionaries[city], placeOf)
	d := c.dictionaries[f]
	seen := make([]bearers, d.TermCount())
	var terms []uint32
	for i, code := range c.values[f] {
		if code == 0 {
			continue
		}
		terms = d.AppendTerms(terms[:0], code)
		n, p := c.values[name][i], c.values[city][i]
		for _, t := range terms {
			seen[t].leads.add(leads[n])
			seen[t].places.add(places[p])
			seen[t].units.add(units[n])
		}
	}
	c.renumber(f, func(code uint32) string {
		terms = d.AppendTerms(terms[:0], code)
		own := slices.DeleteFunc(terms, func(t uint32) bool { return !seen[t].own() })
		if len(own) == len(terms) {
			return d.Text(code)
		}
		texts := make([]string, len(own))
		for i, t := range own {
			texts[i] = d.Term(t)
		}
		return strings.Join(texts, valueSeparator)
	})
}

// leads numbers the first words of organizations' names by their sound, for each number of a name. Places do not lead.
func (c *columns) leads() []uint32 {
	leads, _ := numbered(c.dictionaries[c.schema.index("name")], func(text string) string { return soundOf(firstOwn(text)) })
	return leads
}

// numbered gives each value of a dictionary the number of what it is taken for, and says what the numbers stand for; that of
// "" is 0.
func numbered(d *kernel.Dictionary, take func(text string) string) (out []uint32, texts []string) {
	numbers := map[string]uint32{"": 0}
	out, texts = make([]uint32, d.Len()), []string{""}
	for code := 1; code < d.Len(); code++ {
		what := take(d.Text(uint32(code)))
		n, known := numbers[what]
		if !known {
			n = uint32(len(texts))
			numbers[what], texts = n, append(texts, what)
		}
		out[code] = n
	}
	return out, texts
}

// firstOwn is the first word of a marked name that is no place, or its first word.
func firstOwn(text string) string {
	name, _, _ := strings.Cut(text, valueSeparator)
	for w := range strings.FieldsSeq(name) {
		if !strings.HasPrefix(w, kernel.UnitWord) {
			return strings.TrimPrefix(w, kernel.Telling)
		}
	}
	first, _, _ := strings.Cut(kernel.Unmarked(name), " ")
	return first
}

// unitsOf are the sounds of the words in a marked name that tell units apart, after a mark that there may be none; "" where the
// name may be an acronym, which has no words.
func unitsOf(text string) string {
	first, _, _ := strings.Cut(text, valueSeparator)
	if len(first) <= 5 && len(strings.Fields(first)) == 1 {
		return ""
	}
	sounds := "of"
	for w := range strings.FieldsSeq(first) {
		if unit, is := strings.CutPrefix(w, kernel.UnitWord); is {
			sounds += " " + soundOf(unit)
		}
	}
	return sounds
}

// placeOf is the sound of a place's first word.
func placeOf(text string) string {
	first, _, _ := strings.Cut(text, valueSeparator)
	first, _, _ = strings.Cut(first, " ")
	return soundOf(first)
}

// soundOf is the Soundex code of a word, the word itself where it has none.
func soundOf(word string) string {
	if word == "" || word[0] < 'a' || word[0] > 'z' {
		return word
	}
	return smetrics.Soundex(word)
}
