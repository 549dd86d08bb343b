package kernel

import (
	"errors"
	"hash/maphash"
	"math"
	"slices"
	"strings"
)

// Separator stands between several values of one field or of one blocking rule.
const Separator = "\x1f"

// Named stands before an e-mail address that is made of its owner's name.
const Named = "~"

// Telling stands before a word of an organization's name that has a meaning of its own, such as "bakery", and UnitWord
// before one that tells apart what belongs together, such as a place or "holdings".
const (
	Telling  = "~"
	UnitWord = "^"
)

// Unmarked is an organization's name without the marks of its words.
func Unmarked(name string) string {
	return strings.ReplaceAll(strings.ReplaceAll(name, Telling, ""), UnitWord, "")
}

// Dictionary numbers the distinct values of one field and holds each taken apart for comparison.
// Number 0 is the missing value. It is written by one goroutine at a time and then only read.
//
// All text stands in one arena and all else in arrays without pointers: a value costs some 45 bytes, of a street 8 more, and
// its text, and nothing that a garbage collector has to walk.
type Dictionary struct {
	kind    Kind
	raw     strings.Builder // the values as given, one after the other
	bare    strings.Builder // of organization names: the parts without the marks of telling words
	starts  []uint32        // by code: where its text starts in raw; one more than there are codes
	parts   []part          // by code: the first part of the value
	digests []uint64        // of streets, by code: see digestOf
	more    []part          // the other parts of values that have several
	spans   []uint32        // the words of parts, as references into words
	words   []word          // the distinct words of kinds that are compared word by word
	terms   []span          // by term: its text among the parts

	nicknames nicknames
	groups    []uint16   // of given names, by word: its place in lists, 0 for none
	lists     [][]uint16 // of nickname groups

	seed      maphash.Seed
	byText    table // of codes, and of terms that are not the whole of the value they were met in, marked onlyTerm
	byWord    table
	ownedTerm []bool // by term: some value is nothing but this

	limit    limit
	overfull bool
}

// limit is how much a dictionary can number.
type limit struct{ text, values, words int }

// ErrFull says that a field holds more distinct text than a dictionary can number: 4 GiB, 536,870,911 values or
// 268,435,455 words.
var ErrFull = errors.New("more distinct text in one field than can be numbered (4 GiB, 536,870,911 values or 268,435,455 words): match fewer records at once")

// onlyTerm marks a number that is a term's.
const onlyTerm = 1 << 31

// span is a piece of an arena.
type span struct{ at, size uint32 }

// NewDictionary returns an empty dictionary for values of a kind.
func NewDictionary(kind Kind) *Dictionary {
	d := &Dictionary{kind: kind, starts: []uint32{0, 0}, parts: []part{{info: partEmpty}}, more: []part{{}},
		terms: []span{{}}, ownedTerm: []bool{false}, seed: maphash.MakeSeed(),
		limit: limit{text: math.MaxUint32, values: codeMask, words: wordNumber}}
	if kind == Street {
		d.digests = []uint64{0}
	}
	d.byText.init()
	d.byWord.init()
	if kind == Given {
		d.nicknames = newNicknames()
		d.lists = [][]uint16{nil}
	}
	return d
}

// Code is the number of a value, given anew when it is met for the first time. A value that the dictionary has no room for
// has none: it counts as missing, and Err says so.
func (d *Dictionary) Code(text string) uint32 {
	if text == "" {
		return 0
	}
	return d.code(maphash.String(d.seed, text), text)
}

// Hashes are those of every step-th of some values, as Codes needs them. Any goroutine may make them at any time.
func (d *Dictionary) Hashes(hashes []uint64, values []string, step int) {
	for i := range hashes {
		hashes[i] = 0
		if text := values[i*step]; text != "" {
			hashes[i] = maphash.String(d.seed, text)
		}
	}
}

// Codes gives every step-th of some values its number, as Code would one after the other, in half the time: a look-up waits for
// memory in a place or two that nothing was read from of late, and here all wait for the first place at once, and then for the
// second.
func (d *Dictionary) Codes(codes []uint32, hashes []uint64, values []string, step int) {
	for i, hash := range hashes {
		codes[i] = d.byText.likely(hash)
	}
	for i, hash := range hashes {
		switch text, code := values[i*step], codes[i]; {
		case text == "":
			codes[i] = 0
		case code == 0 || code&onlyTerm != 0 || d.Text(code) != text:
			codes[i] = d.code(hash, text)
		}
	}
}

func (d *Dictionary) code(hash uint64, text string) uint32 {
	term := uint32(0) // the text's, if it is known as one
	if code, ok := d.byText.find(hash, func(n uint32) bool {
		if n&onlyTerm != 0 {
			if d.Term(n&^onlyTerm) == text {
				term = n &^ onlyTerm
			}
			return false
		}
		return d.Text(n) == text
	}); ok {
		return code
	}
	code := uint32(len(d.parts))
	at := d.raw.Len()
	if words := len(d.words) + len(text)/2 + 1; at+len(text) > d.limit.text || int(code) > d.limit.values || words > d.limit.words {
		d.overfull = true
		return 0
	}
	d.raw.Grow(len(text))
	d.raw.WriteString(text)
	d.starts = append(roomy(d.starts), uint32(d.raw.Len()))
	d.parts = append(roomy(d.parts), part{term: term})
	if d.kind == Street {
		d.digests = append(roomy(d.digests), 0)
	}
	d.byText.add(hash, code)
	d.takeApart(code, text, uint32(at))
	return code
}

// roomy is a list with room for more. It doubles where append adds a quarter, which copies all there is four times over, and
// writes to no memory that is not needed yet.
func roomy[T any](list []T) []T {
	if len(list) < cap(list) {
		return list
	}
	more := make([]T, len(list), max(64, 2*len(list)))
	copy(more, list)
	return more
}

// Grow makes room in an empty dictionary for about as much as another one holds, so that it need not grow bit by bit.
func (d *Dictionary) Grow(like *Dictionary) {
	d.raw.Grow(like.raw.Len() + like.raw.Len()/4)
	if d.kind == OrgName {
		d.bare.Grow(like.raw.Len())
	}
	d.starts = slices.Grow(d.starts, len(like.starts))
	d.parts = slices.Grow(d.parts, len(like.parts))
	d.terms = slices.Grow(d.terms, len(like.terms))
	d.ownedTerm = slices.Grow(d.ownedTerm, len(like.terms))
	d.byText.grow(like.byText.used)
}

// Err is ErrFull when a value found no room, nil otherwise.
func (d *Dictionary) Err() error {
	if d.overfull {
		return ErrFull
	}
	return nil
}

// Seal gives back the memory that only numbering needs. A sealed dictionary takes no new value: Code must not be
// called again.
func (d *Dictionary) Seal() {
	d.byText, d.byWord, d.ownedTerm = table{}, table{}, nil
}

// Text is the value of a number.
func (d *Dictionary) Text(code uint32) string { return d.raw.String()[d.starts[code]:d.starts[code+1]] }

// Len is the number of distinct values, the missing one included.
func (d *Dictionary) Len() int { return len(d.parts) }

// TermCount is the number of terms: values whose frequency counts. Number 0 is none.
func (d *Dictionary) TermCount() int { return len(d.terms) }

// Term is the text of a term.
func (d *Dictionary) Term(n uint32) string { return d.cut(d.terms[n]) }

// Terms are the texts of all terms, by their number.
func (d *Dictionary) Terms() []string {
	texts := make([]string, len(d.terms))
	for n := range texts {
		texts[n] = d.Term(uint32(n))
	}
	return texts
}

// TermsOf lists the terms of a value.
func (d *Dictionary) TermsOf(code uint32) []uint32 { return d.AppendTerms(nil, code) }

// AppendTerms adds the terms of a value to a list.
func (d *Dictionary) AppendTerms(terms []uint32, code uint32) []uint32 {
	for i := range d.partsOf(code) {
		terms = append(terms, d.part(code, i).term)
	}
	return terms
}

// arena is the text that parts, words and terms are pieces of.
func (d *Dictionary) arena() string {
	if d.kind == OrgName {
		return d.bare.String()
	}
	return d.raw.String()
}

func (d *Dictionary) cut(s span) string { return d.arena()[s.at : s.at+s.size] }

// partsOf is how many parts a value has.
func (d *Dictionary) partsOf(code uint32) int {
	switch p := &d.parts[code]; {
	case p.info&partEmpty != 0:
		return 0
	case p.info&partSeveral == 0:
		return 1
	default:
		n := 2
		for d.more[p.more+uint32(n)-2].info&partLast == 0 {
			n++
		}
		return n
	}
}

// part is one of a value's parts.
func (d *Dictionary) part(code uint32, i int) *part {
	if i == 0 {
		return &d.parts[code]
	}
	return &d.more[d.parts[code].more+uint32(i)-1]
}

// sameTerms appends sameTerm of the values from the one with the number len(same) on.
func (d *Dictionary) sameTerms(same, terms []int32) []int32 {
	from, to := len(same), d.Len()
	same = slices.Grow(same, to-from)
	for code := from; code < to; code++ {
		same = append(same, d.sameTerm(uint32(code), terms))
	}
	return same
}

// sameTerm is what frequency adds when two records have this value: of its parts, the one that adds most.
func (d *Dictionary) sameTerm(code uint32, terms []int32) int32 {
	most := terms[d.parts[code].term]
	for i := 1; i < d.partsOf(code); i++ {
		most = max(most, terms[d.part(code, i).term])
	}
	return most
}
