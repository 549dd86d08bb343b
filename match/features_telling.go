package match

import (
	"context"
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

// unmarked gives the names, which markTelling numbers anew, a dictionary that does not take them apart.
func (c *columns) unmarked() {
	if c.schema.collection == "organizations" {
		c.dictionaries[c.schema.index("name")] = kernel.NewDictionary(kernel.Exact)
	}
}

// markTelling marks the words of organizations' names that tell things apart: those that stand in several names, as
// "bakery" and "motors" do, and the places that records lie in. A company of a group and a branch are named so, and
// share their website, telephone and letterhead with the head office. The words are learnt from the records, since
// every trade and country has its own. Places, and the words that companies of a group are told apart by, are marked
// as such: what they tell apart is not one thing under two names.
func (c *columns) markTelling(ctx context.Context) error {
	if c.schema.collection != "organizations" {
		return nil
	}
	name := c.schema.index("name")
	words := wordsOfNames(c.dictionaries[name])
	if err := words.judge(ctx, c.unitWords(), c.threads); err != nil {
		return err
	}
	texts, err := words.markedTexts(ctx, c.dictionaries[name], c.threads)
	if err == nil {
		c.renumber(name, func(code uint32) string { return texts[code] })
	}
	return err
}

// unitWords are the words that tell apart what belongs together, the places that records lie in among them.
func (c *columns) unitWords() map[string]bool {
	units, city := unitWords(), c.dictionaries[c.schema.index("city")]
	for code := range city.Len() {
		for _, place := range parts(nil, city.Text(uint32(code))) {
			for w := range strings.FieldsSeq(place) {
				units[w] = true
			}
		}
	}
	return units
}

// nameWords are the distinct words of names: in how many names each stands, and the mark that it gets.
type nameWords struct {
	numbers map[string]uint32
	words   []nameWord
}

type nameWord struct {
	text, mark string
	names      int
	last       uint32 // the name that it was met in last
}

// wordsOfNames counts the words of a dictionary's values.
func wordsOfNames(d *kernel.Dictionary) *nameWords {
	n := &nameWords{numbers: map[string]uint32{}}
	for code := uint32(1); code < uint32(d.Len()); code++ {
		for name := range strings.SplitSeq(d.Text(code), valueSeparator) {
			for w := range strings.FieldsSeq(name) {
				number, known := n.numbers[w]
				if !known {
					number = uint32(len(n.words))
					n.numbers[w], n.words = number, append(n.words, nameWord{text: w})
				}
				if word := &n.words[number]; word.last != code {
					word.last = code
					word.names++
				}
			}
		}
	}
	return n
}

// judge finds the mark of every word.
func (n *nameWords) judge(ctx context.Context, units map[string]bool, threads int) error {
	sounds := map[string][]string{}
	for w := range units {
		if len(w) >= leastMistyped {
			sounds[soundOf(w)] = append(sounds[soundOf(w)], w)
		}
	}
	scratch := make([]kernel.Scratch, threads)
	return inPieces(ctx, threads, len(n.words), 1<<13, func(worker, from, to int) {
		for i := from; i < to; i++ {
			switch w := &n.words[i]; {
			case units[w.text]:
				w.mark = kernel.UnitWord
			case w.names >= tellingNames:
				w.mark = kernel.Telling
			case len(w.text) >= leastMistyped && mistyped(&scratch[worker], w.text, sounds[soundOf(w.text)]):
				w.mark = kernel.UnitWord
			}
		}
	})
}

// markedTexts are a dictionary's values with their words marked.
func (n *nameWords) markedTexts(ctx context.Context, d *kernel.Dictionary, threads int) ([]string, error) {
	texts := make([]string, d.Len())
	err := inPieces(ctx, threads, len(texts), 1<<13, func(_, from, to int) {
		var all []byte
		ends := make([]int, 0, to-from)
		for code := from; code < to; code++ {
			all = n.appendMarked(all, d.Text(uint32(code)))
			ends = append(ends, len(all))
		}
		text, start := string(all), 0
		for i, end := range ends {
			texts[from+i], start = text[start:end], end
		}
	})
	return texts, err
}

func (n *nameWords) appendMarked(into []byte, text string) []byte {
	several := false
	for name := range strings.SplitSeq(text, valueSeparator) {
		if several {
			into = append(into, valueSeparator...)
		}
		several = true
		first := true
		for w := range strings.FieldsSeq(name) {
			if !first {
				into = append(into, ' ')
			}
			first = false
			into = append(append(into, n.words[n.numbers[w]].mark...), w...)
		}
	}
	return into
}

// recode replaces each distinct value of a field.
func (c *columns) recode(f int, change func(text string) string) {
	d := c.dictionaries[f]
	c.renumber(f, func(code uint32) string { return change(d.Text(code)) })
}

// renumber replaces each distinct value of a field by what is now said for its number.
func (c *columns) renumber(f int, text func(code uint32) string) {
	old := c.dictionaries[f]
	fresh := kernel.NewDictionary(c.schema.fields[f].kind)
	fresh.Grow(old)
	codes := make([]uint32, old.Len())
	for code := range codes {
		codes[code] = fresh.Code(text(uint32(code)))
	}
	for i, code := range c.values[f] {
		c.values[f][i] = codes[code]
	}
	c.dictionaries[f] = fresh
}

// leastMistyped is from how many letters on a word may be another one mistyped.
const leastMistyped = 5

// mistyped reports whether a word differs from one of some others, that sound like it, by two edits at most.
func mistyped(s *kernel.Scratch, word string, others []string) bool {
	return slices.ContainsFunc(others, func(w string) bool { return s.Edits(word, w, 2) <= 2 })
}
