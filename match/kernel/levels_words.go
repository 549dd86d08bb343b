package kernel

import "slices"

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

func (s *Scratch) orgName(d *Dictionary, a, b *part) uint8 {
	if a.wordCount() == 0 || b.wordCount() == 0 {
		return OrgDifferent
	}
	wordsA, wordsB := d.wordsOf(a), d.wordsOf(b)
	if sameWords(wordsA, wordsB) || d.sameJoined(wordsA, wordsB) {
		return Same
	}
	if d.acronym(a, wordsB) || d.acronym(b, wordsA) {
		return OrgAcronym
	}
	shared, of := s.sharedWords(d, a, b)
	longer := max(len(wordsA), len(wordsB))
	switch {
	case shared > 0 && (s.tellsApart(d, wordsA, wordsB) || s.tellsApart(d, wordsB, wordsA)):
		return OrgOther
	case shared == longer || s.partTypo(d, a, b):
		return OrgClose
	case shared == of && longer > of:
		return OrgContained
	case 2*shared >= longer || s.partSimilarity(d, a, b, relatedText) >= relatedText:
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

// tellsApart reports whether one name has a word that tells things apart and that the other one lacks: a number, or a
// word marked as telling.
func (s *Scratch) tellsApart(d *Dictionary, a, b []uint32) bool {
	for _, x := range a {
		if x&(wordDigits|wordTelling) != 0 && !s.has(d, b, x) {
			return true
		}
	}
	return false
}

// has finds a word, a typo allowed, but none in a number. A word that is no telling one may be a short one mistyped.
func (s *Scratch) has(d *Dictionary, words []uint32, x uint32) bool {
	for _, y := range words {
		if s.sameWord(d, x, y) {
			return true
		}
		if y&wordPlain == 0 || (x|y)&wordDigits != 0 {
			continue
		}
		a, b := &d.words[x&wordNumber], &d.words[y&wordNumber]
		if min(a.size, b.size) >= 3 && fewest(a.sign, b.sign) <= 1 && editsWithinOne(d.cut(a.span), d.cut(b.span)) {
			return true
		}
	}
	return false
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
