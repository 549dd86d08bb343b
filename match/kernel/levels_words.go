package kernel

import (
	"slices"
	"strings"
)

func digits(t string) bool { return t != "" && isDigit(t[0]) }

// street compares the words and numbers of address lines, in any order: "unit 3 12 high street" and "3/12 high st"
// were made alike by folding. Other house numbers are another house.
func (s *Scratch) street(d *Dictionary, a, b *part) uint8 {
	wordsA, wordsB := d.wordsOf(a), d.wordsOf(b)
	shared, of := s.sharedWords(d, a, b)
	numbers := numbersAgree(wordsA, wordsB)
	switch {
	case numbers && (4*shared >= 3*max(of, 1) || s.partSimilarity(d, a, b, closeText) >= closeText):
		return TextClose
	case 2*shared >= max(of, 1) || s.partTypo(d, a, b):
		return TextRelated
	}
	return TextDifferent
}

// sharedWords counts words of the lesser text that the other one has too, a typo allowed, and the number of words of
// the shorter one.
func (s *Scratch) sharedWords(d *Dictionary, a, b *part) (shared, of int) {
	wordsA, wordsB := d.wordsOf(a), d.wordsOf(b)
	of = min(len(wordsA), len(wordsB))
	if !d.mayShare(wordsA, wordsB) {
		return 0, of
	}
	if d.text(a) > d.text(b) {
		wordsA, wordsB = wordsB, wordsA
	}
	var used uint64
	for _, x := range wordsA {
		for j, y := range wordsB[:min(len(wordsB), 64)] {
			if used&(1<<j) == 0 && s.sameWord(d, x, y) {
				used |= 1 << j
				shared++
				break
			}
		}
	}
	return shared, of
}

// mayShare reports whether some two words are equal, or so alike in length and letters that they may be.
func (d *Dictionary) mayShare(a, b []uint32) bool {
	for _, x := range a {
		for _, y := range b {
			if x&wordNumber == y&wordNumber {
				return true
			}
			if x&y&wordDigits != 0 {
				continue
			}
			u, v := &d.words[x&wordNumber], &d.words[y&wordNumber]
			if limit := typos(u.size, v.size); limit > 0 && fewest(u.sign, v.sign) <= limit {
				return true
			}
		}
	}
	return false
}

// sameWord reports whether two words are equal but for a typo, none allowed in a number.
func (s *Scratch) sameWord(d *Dictionary, x, y uint32) bool {
	if x&wordNumber == y&wordNumber {
		return true
	}
	if x&wordDigits != 0 {
		return false
	}
	a, b := &d.words[x&wordNumber], &d.words[y&wordNumber]
	return s.typo(d, a.span, b.span, a.sign, b.sign)
}

// numbersAgree reports whether one address's numbers are all among the other's, and there is one.
func numbersAgree(a, b []uint32) bool { return numbersWithin(a, b) || numbersWithin(b, a) }

func numbersWithin(a, b []uint32) bool {
	found := false
	for _, t := range a {
		if t&wordDigits != 0 {
			found = true
			if !slices.Contains(b, t) {
				return false
			}
		}
	}
	return found
}

// orgName compares organizations' names word by word, in any order. A word that tells apart what belongs together and
// that one name lacks makes them two units; words of the language that each lacks of the other make them two names, which
// may be one thing that trades under several.
func (s *Scratch) orgName(d *Dictionary, a, b *part) uint8 {
	if a.wordCount() == 0 || b.wordCount() == 0 {
		return OrgDifferent
	}
	if d.text(a) > d.text(b) {
		a, b = b, a
	}
	wordsA, wordsB := d.wordsOf(a), d.wordsOf(b)
	if sameWords(wordsA, wordsB) || d.sameJoined(wordsA, wordsB) {
		return Same
	}
	if d.acronym(a, wordsB) || d.acronym(b, wordsA) {
		return OrgAcronym
	}
	x, y := s.lacking(d, wordsA, wordsB)
	shared := len(wordsA) - x.words
	switch {
	case shared > 0 && x.units+y.units > 0:
		return OrgOther
	case x.words+y.words == 0 || x.telling+y.telling+x.units+y.units == 0 && s.partTypo(d, a, b):
		return OrgClose
	case x.words == 0 || y.words == 0:
		return OrgContained
	case x.own > 0 && y.own > 0: // each has a name of its own: what they share is a trade or a town
	case 2*shared >= max(len(wordsA), len(wordsB)) || 2*shared >= min(len(wordsA), len(wordsB)) && s.sameLead(d, wordsA, wordsB):
		return OrgRelated
	}
	if s.partSimilarity(d, a, b, relatedText) >= relatedText {
		return OrgRelated
	}
	return OrgDifferent
}

// acronym reports whether a name of one word is the initials of another one's words.
func (d *Dictionary) acronym(p *part, of []uint32) bool {
	if p.wordCount() != 1 || len(of) < 2 || int(p.size) != len(of) {
		return false
	}
	text := d.text(p)
	for i, w := range of {
		if text[i] != d.wordText(w)[0] {
			return false
		}
	}
	return true
}

// lack is what one name has and another lacks.
type lack struct{ words, own, telling, units int }

// lacking pairs the words of two names, equal ones first, and counts those of each that are left over.
func (s *Scratch) lacking(d *Dictionary, a, b []uint32) (x, y lack) {
	var fromA, fromB uint64
	shortA, shortB := a[:min(len(a), 64)], b[:min(len(b), 64)]
	for _, equal := range [2]bool{true, false} {
		for i, v := range shortA {
			for j, w := range shortB {
				if (fromA>>i|fromB>>j)&1 == 0 && (v&wordNumber == w&wordNumber || !equal && s.wordVariant(d, v, w)) {
					fromA |= 1 << i
					fromB |= 1 << j
				}
			}
		}
	}
	return leftOver(a, fromA), leftOver(b, fromB)
}

// leftOver counts the words that found no partner.
func leftOver(words []uint32, paired uint64) (l lack) {
	for i, w := range words {
		if i < 64 && paired>>i&1 != 0 {
			continue
		}
		l.words++
		switch {
		case w&(wordUnit|wordDigits) != 0:
			l.units++
		case w&wordTelling != 0:
			l.telling++
		default:
			l.own++
		}
	}
	return l
}

// sameLead reports whether two names begin with the same word, and not with a place.
func (s *Scratch) sameLead(d *Dictionary, a, b []uint32) bool {
	return a[0]&wordUnit == 0 && (a[0]&wordNumber == b[0]&wordNumber || s.wordVariant(d, a[0], b[0]))
}

// wordVariant reports whether one word is another one abbreviated or mistyped. Words of the language are mistyped only
// into what is no such word; a number never is.
func (s *Scratch) wordVariant(d *Dictionary, x, y uint32) bool {
	if (x|y)&wordDigits != 0 {
		return false
	}
	a, b := &d.words[x&wordNumber], &d.words[y&wordNumber]
	if s.typo(d, a.span, b.span, a.sign, b.sign) {
		return true
	}
	v, w := d.cut(a.span), d.cut(b.span)
	if (x|y)&wordUnit == 0 && (abbreviates(v, w) || abbreviates(w, v)) {
		return true
	}
	if (x|y)&wordPlain == 0 || min(len(v), len(w)) < 3 {
		return false
	}
	least := fewest(a.sign, b.sign)
	return least <= 1 && editsWithinOne(v, w) ||
		least <= 2 && min(len(v), len(w)) > 3 && v[0] == w[0] && s.Edits(v, w, 2) <= 2 && a.sound == b.sound
}

// abbreviates reports whether a word is a short form of another: its beginning or, not too short for it, a beginning and
// then consonants of it in their order ("mgmt", "svcs", "natl", "bldg").
func abbreviates(short, long string) bool {
	if len(short) < 3 || len(long) < len(short)+2 || short[0] != long[0] {
		return false
	}
	i := 1
	for i < len(short) && short[i] == long[i] {
		i++
	}
	if i < len(short) && 2*len(long) > 5*len(short) {
		return false
	}
	rest := long[i:]
	for _, c := range []byte(short[i:]) {
		at := strings.IndexByte(rest, c)
		if at < 0 || strings.IndexByte("aeiou", c) >= 0 {
			return false
		}
		rest = rest[at+1:]
	}
	return true
}

// sameWords reports whether two lists hold the same words, each as often.
func sameWords(a, b []uint32) bool {
	if len(a) != len(b) {
		return false
	}
	for i, x := range a {
		here, there := 0, 0
		for j, y := range a {
			if y&wordNumber == x&wordNumber {
				if j < i {
					break // counted before
				}
				here++
			}
			if b[j]&wordNumber == x&wordNumber {
				there++
			}
		}
		if here > 0 && here != there {
			return false
		}
	}
	return true
}

// employer compares organizations that persons belong to: clusters ("#...") among themselves, and names among
// themselves; a cluster against a name says nothing but "different", the weakest level, which another part outdoes.
func (s *Scratch) employer(d *Dictionary, a, b *part) uint8 {
	if (a.info|b.info)&partMarked != 0 {
		return OrgDifferent
	}
	return s.orgName(d, a, b)
}
