package kernel

import "strings"

// Separator stands between several values of one field or of one blocking rule.
const Separator = "\x1f"

// Dictionary numbers the distinct values of one field and holds each taken apart for comparison.
// Number 0 is the missing value. It is written by one goroutine and then only read.
type Dictionary struct {
	kind      Kind
	nicknames nicknames
	texts     []string
	codes     map[string]uint32
	values    [][]part
	terms     map[string]uint32
	termTexts []string
}

// part is one of a value's several values.
type part struct {
	text    string
	tokens  []string
	groups  []uint16 // of nicknames, those that hold the first token
	acronym string
	marks   []wordMark // of an organization's name, by token
	named   bool       // of an e-mail address: made of its owner's name
	term    uint32     // number of the value whose frequency counts
}

// NewDictionary returns an empty dictionary for values of a kind.
func NewDictionary(kind Kind) *Dictionary {
	d := &Dictionary{kind: kind, codes: map[string]uint32{"": 0}, texts: []string{""}, values: [][]part{nil},
		terms: map[string]uint32{"": 0}, termTexts: []string{""}}
	if kind == Given {
		d.nicknames = newNicknames()
	}
	return d
}

// Code is the number of a value, given anew when it is met for the first time.
func (d *Dictionary) Code(text string) uint32 {
	if code, ok := d.codes[text]; ok {
		return code
	}
	code := uint32(len(d.texts))
	d.texts = append(d.texts, text)
	d.codes[text] = code
	var parts []part
	for t := range strings.SplitSeq(text, Separator) {
		if t != "" {
			parts = append(parts, d.part(t))
		}
	}
	d.values = append(d.values, parts)
	return code
}

// Text is the value of a number.
func (d *Dictionary) Text(code uint32) string { return d.texts[code] }

// Terms are the values whose frequency counts, by their number; number 0 is none.
func (d *Dictionary) Terms() []string { return d.termTexts }

// TermsOf lists the terms of a value.
func (d *Dictionary) TermsOf(code uint32) []uint32 {
	terms := make([]uint32, 0, len(d.values[code]))
	for _, p := range d.values[code] {
		terms = append(terms, p.term)
	}
	return terms
}

// Len is the number of distinct values, the missing one included.
func (d *Dictionary) Len() int { return len(d.texts) }

// Named stands before an e-mail address that is made of its owner's name.
const Named = "~"

// Telling stands before a word of an organization's name that has a meaning of its own, such as "bakery", and UnitWord
// before one that tells apart what belongs together, such as a place or "holdings".
const (
	Telling  = "~"
	UnitWord = "^"
)

// wordMark says what a word of an organization's name is.
type wordMark uint8

const (
	ownWord     wordMark = iota // a coinage, a family name, or a typo
	tellingWord                 // a word of the language
	unitWord                    // a place, a number, a company of a group
)

func (d *Dictionary) part(text string) part {
	if d.kind == OrgName {
		p := d.takeApart(Unmarked(text))
		for w := range strings.FieldsSeq(text) {
			p.marks = append(p.marks, markOf(w))
		}
		return p
	}
	bare, named := text, false
	if d.kind == Email {
		bare, named = strings.CutPrefix(text, Named)
	}
	p := d.takeApart(bare)
	p.named = named
	return p
}

// Unmarked is an organization's name without the marks of its words.
func Unmarked(name string) string {
	return strings.ReplaceAll(strings.ReplaceAll(name, Telling, ""), UnitWord, "")
}

func markOf(word string) wordMark {
	switch {
	case strings.HasPrefix(word, UnitWord):
		return unitWord
	case strings.HasPrefix(word, Telling):
		return tellingWord
	}
	return ownWord
}

func (d *Dictionary) takeApart(text string) part {
	p := part{text: text, tokens: strings.Fields(text)}
	term := text
	switch d.kind {
	case Given:
		if len(p.tokens) > 0 {
			term = p.tokens[0]
			p.groups = d.nicknames[term]
		}
	case OrgName, Employer:
		p.acronym = acronym(p.tokens)
	}
	p.term = d.term(term)
	return p
}

func (d *Dictionary) term(text string) uint32 {
	if n, ok := d.terms[text]; ok {
		return n
	}
	n := uint32(len(d.termTexts))
	d.terms[text] = n
	d.termTexts = append(d.termTexts, text)
	return n
}

// acronym is the initials of a name of two words or more.
func acronym(tokens []string) string {
	if len(tokens) < 2 {
		return ""
	}
	var b strings.Builder
	for _, t := range tokens {
		b.WriteByte(t[0])
	}
	return b.String()
}
