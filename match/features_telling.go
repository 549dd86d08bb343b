package match

import (
	"slices"
	"strings"

	"github.com/sameas/sameas/match/kernel"
)

// tellingNames is how many names a word must stand in to be taken for a word with a meaning, and not for a typo or
// one organization's own coinage.
const tellingNames = 4

// unitWords say that a name is one part's of something larger: a company of a group, or a place of business. From
// general knowledge of how such companies are called.
func unitWords() map[string]bool {
	words := map[string]bool{}
	for w := range strings.FieldsSeq(`holdings group investments investment properties developments development finance rentals retail
		wholesale international services solutions partners capital ventures enterprises trading operations assets nominees
		leasing lending superannuation franchising trust cokg lp branch office store depot division subsidiary affiliate
		north south east west northern southern eastern western central upper lower nth sth
		beteiligung beteiligungs verwaltung verwaltungs vermogensverwaltung immobilien filiale zweigniederlassung niederlassung
		participations participation immobiliere filiale succursale groupe gruppe grupo gruppo inversiones participacoes
		empreendimentos sucursal partecipazioni immobiliare filiale deelnemingen beheer vastgoed forvaltning eiendom fastigheter`) {
		words[w] = true
	}
	return words
}

// markTelling marks the words of organizations' names that tell things apart: those that stand in several names, as
// "bakery" and "motors" do, and the places that records lie in. A company of a group and a branch are named so, and
// share their website, telephone and letterhead with the head office. The words are learnt from the records, since
// every trade and country has its own. Places, and the words that companies of a group are told apart by, are marked
// as such: what they tell apart is not one thing under two names.
func (c *columns) markTelling() {
	name, city := c.schema.index("name"), c.schema.index("city")
	if c.schema.collection != "organizations" {
		return
	}
	units := unitWords()
	for code := range c.dictionaries[city].Len() {
		for _, place := range parts(nil, c.dictionaries[city].Text(uint32(code))) {
			for w := range strings.FieldsSeq(place) {
				units[w] = true
			}
		}
	}
	names := map[string]int{}
	sounds := map[string][]string{}
	for w := range units {
		if len(w) >= 5 {
			sounds[soundOf(w)] = append(sounds[soundOf(w)], w)
		}
	}
	d := c.dictionaries[name]
	for code := range d.Len() {
		for w := range wordsOnce(d.Text(uint32(code))) {
			names[w]++
		}
	}
	c.recode(name, func(text string) string {
		return marked(text, func(w string) string {
			switch {
			case units[w]:
				return kernel.UnitWord
			case names[w] >= tellingNames:
				return kernel.Telling
			case mistyped(w, sounds[soundOf(w)]):
				return kernel.UnitWord
			}
			return ""
		})
	})
}

// recode replaces each distinct value of a field.
func (c *columns) recode(f int, change func(text string) string) {
	old, fresh := c.dictionaries[f], kernel.NewDictionary(c.schema.fields[f].kind)
	codes := make([]uint32, old.Len())
	for code := range codes {
		codes[code] = fresh.Code(change(old.Text(uint32(code))))
	}
	for i, code := range c.values[f] {
		c.values[f][i] = codes[code]
	}
	c.dictionaries[f] = fresh
}

// mistyped reports whether a word sounds like one of some others and differs from it by two edits at most.
func mistyped(word string, others []string) bool {
	var s kernel.Scratch
	return len(word) >= 5 && slices.ContainsFunc(others, func(w string) bool { return s.Edits(word, w, 2) <= 2 })
}

func wordsOnce(text string) map[string]bool {
	words := map[string]bool{}
	for name := range strings.SplitSeq(text, valueSeparator) {
		for w := range strings.FieldsSeq(name) {
			words[w] = true
		}
	}
	return words
}

func marked(text string, mark func(word string) string) string {
	names := strings.Split(text, valueSeparator)
	for i, name := range names {
		words := strings.Fields(name)
		for k, w := range words {
			words[k] = mark(w) + w
		}
		names[i] = strings.Join(words, " ")
	}
	return strings.Join(names, valueSeparator)
}
