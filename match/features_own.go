package match

import (
	"strings"

	"github.com/xrash/smetrics"

	"github.com/sameas/sameas/match/kernel"
)

// Limits of what may lead to one organization alone.
const (
	ownLeads  = 2 // first words of the names that a mailbox or website stands with: a name and its acronym, say
	ownPlaces = 2 // places: two are a move or a second address, three are a chain
)

// bearers is what the records are called that a mailbox or website stands on, and where they are.
type bearers struct {
	leads, places map[uint32]bool
	units         map[string]bool
}

// markOwn keeps, of the mailboxes and websites in the field own_web, those that lead to one organization as far as the
// records tell. What a group or a chain shares stands with names that tell units apart, or in many places, and what a
// provider lends to all stands with names of all kinds: those say no more than the brand that they belong to.
func (c *columns) markOwn() {
	f, name, city := c.schema.index("own_web"), c.schema.index("name"), c.schema.index("city")
	if f < 0 || name < 0 || city < 0 {
		return
	}
	leads, units := c.leads(), c.units(name)
	places := c.sounds(city)
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
			seen[t].add(leads[n], places[p], units[n], n != 0)
		}
	}
	own := make(map[string]bool, len(seen))
	for t := range seen {
		b := &seen[t]
		own[d.Term(uint32(t))] = len(b.leads) <= ownLeads && len(b.places) <= ownPlaces && len(b.units) <= 1
	}
	c.recode(f, func(text string) string {
		var kept []string
		for _, v := range parts(nil, text) {
			if own[v] {
				kept = append(kept, v)
			}
		}
		return strings.Join(kept, valueSeparator)
	})
}

func (b *bearers) add(lead, place uint32, units string, named bool) {
	if b.leads == nil {
		*b = bearers{map[uint32]bool{}, map[uint32]bool{}, map[string]bool{}}
	}
	if named {
		b.leads[lead] = true
		if units != "?" {
			b.units[units] = true
		}
	}
	if place != 0 {
		b.places[place] = true
	}
}

// leads numbers the first words of organizations' names by their sound, for each number of a name. Places do not lead.
func (c *columns) leads() []uint32 {
	d := c.dictionaries[c.schema.index("name")]
	numbers := map[string]uint32{}
	out := make([]uint32, d.Len())
	for code := 1; code < d.Len(); code++ {
		lead := soundOf(firstOwn(d.Text(uint32(code))))
		n, known := numbers[lead]
		if !known {
			n = uint32(len(numbers) + 1)
			numbers[lead] = n
		}
		out[code] = n
	}
	return out
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

// units are, for each number of a name, the sounds of the words in it that tell units apart; "?" where the name may be
// an acronym, which has no words.
func (c *columns) units(name int) []string {
	d := c.dictionaries[name]
	out := make([]string, d.Len())
	for code := 1; code < d.Len(); code++ {
		first, _, _ := strings.Cut(d.Text(uint32(code)), valueSeparator)
		var sounds []string
		words := strings.Fields(first)
		for _, w := range words {
			if unit, is := strings.CutPrefix(w, kernel.UnitWord); is {
				sounds = append(sounds, soundOf(unit))
			}
		}
		out[code] = strings.Join(sounds, " ")
		if len(words) == 1 && len(words[0]) <= 5 {
			out[code] = "?"
		}
	}
	return out
}

// sounds numbers a field's values by the sound of the first word, for each number of a value.
func (c *columns) sounds(f int) []uint32 {
	d := c.dictionaries[f]
	numbers := map[string]uint32{}
	out := make([]uint32, d.Len())
	for code := 1; code < d.Len(); code++ {
		first, _, _ := strings.Cut(d.Text(uint32(code)), valueSeparator)
		first, _, _ = strings.Cut(first, " ")
		sound := soundOf(first)
		n, known := numbers[sound]
		if !known {
			n = uint32(len(numbers) + 1)
			numbers[sound] = n
		}
		out[code] = n
	}
	return out
}

// soundOf is the Soundex code of a word, the word itself where it has none.
func soundOf(word string) string {
	if word == "" || word[0] < 'a' || word[0] > 'z' {
		return word
	}
	return smetrics.Soundex(word)
}
