package match

import (
	"strings"

	"github.com/sameas/sameas/match/kernel"
)

// tellingNames is how many names a word must stand in to be taken for a word with a meaning, and not for a typo or
// one organization's own coinage.
const tellingNames = 4

// markTelling marks the words of organizations' names that tell things apart: those that stand in several names, as
// "holdings" and "services" do, and the places that records lie in. A company of a group and a branch are named so, and
// share their website, telephone and letterhead with the head office. The words are learnt from the records, since
// every trade and country has its own.
func (c *columns) markTelling() {
	name, city := c.schema.index("name"), c.schema.index("city")
	if c.schema.collection != "organizations" {
		return
	}
	places := map[string]bool{}
	for code := range c.dictionaries[city].Len() {
		for _, place := range parts(nil, c.dictionaries[city].Text(uint32(code))) {
			for w := range strings.FieldsSeq(place) {
				places[w] = true
			}
		}
	}
	names := map[string]int{}
	d := c.dictionaries[name]
	for code := range d.Len() {
		for w := range wordsOnce(d.Text(uint32(code))) {
			names[w]++
		}
	}
	c.recode(name, func(text string) string {
		return marked(text, func(w string) bool { return names[w] >= tellingNames || places[w] })
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

func wordsOnce(text string) map[string]bool {
	words := map[string]bool{}
	for w := range strings.FieldsSeq(text) {
		words[w] = true
	}
	return words
}

func marked(name string, telling func(word string) bool) string {
	words := strings.Fields(name)
	for i, w := range words {
		if telling(w) {
			words[i] = kernel.Telling + w
		}
	}
	return strings.Join(words, " ")
}
