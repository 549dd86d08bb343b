package kernel

import (
	"hash/maphash"
	"math/bits"
	"strings"

	"github.com/xrash/smetrics"
)

// part is one of a value's several values, taken apart.
type part struct {
	sign  uint64 // what its bytes are, by kind: see sign and packed
	at    uint32 // its text in the arena
	size  uint32
	term  uint32 // number of the value whose frequency counts
	words uint32 // first of its words in spans; of an e-mail address: length of the local part
	more  uint32 // first of the value's further parts, when it has several
	info  uint32 // marks, and the number of words
}

// Marks of a part.
const (
	partEmpty   = 1 << 31 // the value has no part at all
	partSeveral = 1 << 30 // the value has more parts
	partLast    = 1 << 29 // the last one of them
	partLoose   = 1 << 28 // another value may be equal to this one in a part
	partPacked  = 1 << 27 // sign is the text itself
	partMarked  = 1 << 26 // an e-mail address made of its owner's name; a cluster of organizations
	partWords   = 1<<26 - 1
)

// word is one distinct word of a dictionary's parts.
type word struct {
	sign uint64
	span
	sound [4]byte // of words of organizations' names: the Soundex code
}

// A reference to a word holds marks beside the word's number.
const (
	wordTelling = 1 << 31 // of an organization's name: it has a meaning of its own
	wordPlain   = 1 << 30 // of an organization's name: it is the organization's own, or a typo
	wordDigits  = 1 << 29 // it begins with a digit
	wordUnit    = 1 << 28 // of an organization's name: it tells apart what belongs together
	wordNumber  = 1<<28 - 1
)

func (p *part) wordCount() int { return int(p.info & partWords) }

// takeApart fills in the parts of a value whose text stands at a place in raw.
func (d *Dictionary) takeApart(code uint32, text string, at uint32) {
	n := 0
	for t := range strings.SplitSeq(text, Separator) {
		if t != "" {
			p := d.newPart(code, t, at)
			switch n++; n {
			case 1:
				d.parts[code] = p
			case 2:
				d.parts[code].info |= partSeveral | partLoose
				d.parts[code].more = uint32(len(d.more))
				fallthrough
			default:
				d.more = append(d.more, p)
			}
		}
		at += uint32(len(t) + len(Separator))
	}
	if n == 1 && d.kind == Street {
		d.digests[code] = d.digestOf(&d.parts[code])
	}
	switch p := &d.parts[code]; {
	case n == 0:
		p.info = partEmpty
	case n > 1:
		d.more[len(d.more)-1].info |= partLast
	case d.ownedTerm[p.term]:
		p.info |= partLoose
	default:
		d.ownedTerm[p.term] = true
	}
}

func (d *Dictionary) newPart(code uint32, text string, at uint32) part {
	p := part{at: at, size: uint32(len(text))}
	marked := text
	switch d.kind {
	case Email:
		if bare, named := strings.CutPrefix(text, Named); named {
			text = bare
			p.at, p.size, p.info = at+1, p.size-1, partMarked
		}
		local, _, _ := strings.Cut(text, "@")
		p.words = uint32(len(local))
	case OrgName:
		p.at = uint32(d.bare.Len())
		for i := range len(text) {
			if c := text[i]; c != Telling[0] && c != UnitWord[0] {
				d.bare.WriteByte(c)
			}
		}
		text = d.bare.String()[p.at:]
		p.size = uint32(len(text))
	case Employer:
		if text[0] == '#' {
			p.info = partMarked
		}
	}
	d.split(&p, text, marked)
	p.term = d.termOf(code, &p, text)
	var whole bool
	if p.sign, whole = d.signOf(text); whole {
		p.info |= partPacked
	}
	return p
}

// split finds the words of a part, for the kinds that are compared by them.
func (d *Dictionary) split(p *part, text, marked string) {
	switch d.kind {
	case Given, Family, Street, OrgName, Employer:
	default:
		return
	}
	p.words = uint32(len(d.spans))
	from := 0
	for t := range strings.FieldsSeq(text) {
		for !strings.HasPrefix(text[from:], t) { // it stands after a blank or two
			from++
		}
		ref := d.wordOf(t, p.at+uint32(from))
		from += len(t)
		if digits(t) {
			ref |= wordDigits
		}
		d.spans = append(roomy(d.spans), ref)
	}
	words := d.spans[p.words:]
	p.info |= uint32(min(len(words), partWords))
	if d.kind != OrgName {
		return
	}
	i := 0
	for t := range strings.FieldsSeq(marked) {
		if i == len(words) {
			break
		}
		switch {
		case strings.HasPrefix(t, Telling):
			words[i] |= wordTelling
		case strings.HasPrefix(t, UnitWord):
			words[i] |= wordUnit
		default:
			words[i] |= wordPlain
		}
		i++
	}
}

func (d *Dictionary) wordOf(text string, at uint32) uint32 {
	hash := maphash.String(d.seed, text)
	if n, ok := d.byWord.find(hash, func(n uint32) bool { return d.cut(d.words[n].span) == text }); ok {
		return n
	}
	n := uint32(len(d.words))
	w := word{sign: sign(text), span: span{at, uint32(len(text))}}
	if d.kind == OrgName {
		copy(w.sound[:], smetrics.Soundex(text))
	}
	d.words = append(roomy(d.words), w)
	d.byWord.add(hash, n)
	if d.kind == Given {
		list := uint16(0)
		if groups := d.nicknames[text]; groups != nil {
			list = uint16(len(d.lists))
			d.lists = append(d.lists, groups)
		}
		d.groups = append(d.groups, list)
	}
	return n
}

// termOf is the number of what a part's frequency is counted by: the first given name, else the whole.
func (d *Dictionary) termOf(code uint32, p *part, text string) uint32 {
	s := span{p.at, p.size}
	if d.kind == Given && p.wordCount() > 0 {
		s = d.words[d.spans[p.words]&wordNumber].span
		text = d.cut(s)
	}
	switch term := d.parts[code].term; {
	case text == "":
		return 0
	case len(text) < len(d.Text(code)):
		return d.partTerm(text, s)
	case term != 0:
		return term
	}
	return d.newTerm(s) // of a value that was not found, nor as a term
}

// partTerm is the term of a text that is not the whole of the value in which it is met.
func (d *Dictionary) partTerm(text string, s span) uint32 {
	termOf := func(n uint32) uint32 {
		if n&onlyTerm != 0 {
			return n &^ onlyTerm
		}
		return d.parts[n].term
	}
	hash := maphash.String(d.seed, text)
	if n, ok := d.byText.find(hash, func(n uint32) bool { return d.Term(termOf(n)) == text }); ok {
		return termOf(n)
	}
	term := d.newTerm(s)
	d.byText.add(hash, onlyTerm|term)
	return term
}

func (d *Dictionary) newTerm(s span) uint32 {
	d.terms = append(roomy(d.terms), s)
	d.ownedTerm = append(roomy(d.ownedTerm), false)
	return uint32(len(d.terms) - 1)
}

// signOf is a part's sign, and whether that is the text itself.
func (d *Dictionary) signOf(text string) (uint64, bool) {
	switch d.kind {
	case Date:
		return packDate(text)
	case Phone, Code:
		if packed, ok := packDigits(text); ok {
			return packed, true
		}
	}
	return sign(text), false
}

// packDate holds yyyy-mm-dd in eight bytes, the first one highest.
func packDate(text string) (packed uint64, ok bool) {
	if len(text) != 10 || text[4] != '-' || text[7] != '-' {
		return 0, false
	}
	for i := range len(text) {
		switch {
		case i == 4 || i == 7:
		case isDigit(text[i]):
			packed = packed<<8 | uint64(text[i])
		default:
			return 0, false
		}
	}
	return packed, true
}

// packDigits holds up to sixteen digits, the last one lowest.
func packDigits(text string) (packed uint64, ok bool) {
	if len(text) > 16 {
		return 0, false
	}
	for i := range len(text) {
		c := text[i] - '0'
		if c > 9 {
			return 0, false
		}
		packed = packed<<4 | uint64(c)
	}
	return packed, true
}

// sign is the set of bytes in a text, with a second member for a letter that occurs twice. A text's byte put in or
// taken out changes at most one member, so that half the number of members in which two signs differ, rounded up, is
// no more than the edits between the texts; and every member of one sign alone is a byte that Jaro cannot match.
func sign(text string) uint64 {
	var s uint64
	for i := range len(text) {
		once := members[text[i]]
		s |= once | (s&once&letterMembers)<<36
	}
	return s
}

// letterMembers are the members of sign that stand for a letter's first.
const letterMembers = 1<<26 - 1

// members are what each byte is among the members of sign.
var members = func() (members [256]uint64) {
	for c := range members {
		switch {
		case c >= 'a' && c <= 'z':
			members[c] = 1 << (c - 'a')
		case c >= '0' && c <= '9':
			members[c] = 1 << (26 + c - '0')
		default:
			members[c] = 1 << (62 + c&1)
		}
	}
	return members
}()

// fewest is the least number of edits that two signs allow.
func fewest(a, b uint64) int { return (bits.OnesCount64(a^b) + 1) / 2 }
