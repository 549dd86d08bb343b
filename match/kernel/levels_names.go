package kernel

import "slices"

// wordsOf are the words of a part.
func (d *Dictionary) wordsOf(p *part) []uint32 { return d.spans[p.words : int(p.words)+p.wordCount()] }

func (d *Dictionary) wordText(ref uint32) string { return d.cut(d.words[ref&wordNumber].span) }

func (s *Scratch) given(d *Dictionary, a, b *part) uint8 {
	if a.wordCount() == 0 || b.wordCount() == 0 {
		if d.text(a) == d.text(b) {
			return Same
		}
		return GivenDifferent
	}
	wordsA, wordsB := d.wordsOf(a), d.wordsOf(b)
	refX, refY := wordsA[0], wordsB[0]
	if refX == refY {
		if d.middleDiffers(wordsA[1:], wordsB[1:]) {
			return GivenClose
		}
		return Same
	}
	x, y := &d.words[refX&wordNumber], &d.words[refY&wordNumber]
	groupsX, groupsY := d.groups[refX&wordNumber], d.groups[refY&wordNumber]
	known := groupsX != 0 && groupsY != 0
	switch {
	case known && shareGroup(d.lists[groupsX], d.lists[groupsY]):
		return GivenNickname
	case x.size == 1 || y.size == 1:
		if d.wordText(refX)[0] == d.wordText(refY)[0] {
			return GivenInitial
		}
		return GivenDifferent
	case known:
		return GivenDifferent // two known names, and not variants: Michael is no typo for Michelle
	case slices.Contains(wordsA[1:], refY) || slices.Contains(wordsB[1:], refX):
		return GivenNickname // known by the middle name
	case len(wordsA)+len(wordsB) > 2 && d.sameJoined(wordsA, wordsB):
		return Same // Mary Ann and Maryann
	case s.typo(d, x.span, y.span, x.sign, y.sign):
		return GivenClose
	}
	return s.similarGiven(d, a, b, x, y)
}

func (s *Scratch) similarGiven(d *Dictionary, a, b *part, x, y *word) uint8 {
	matching := mostMatching(x.size, y.size, x.sign, y.sign)
	if !mayReach(relatedName, int(x.size), int(y.size), matching, boostPrefix) {
		return GivenDifferent
	}
	if d.text(a) > d.text(b) {
		x, y = y, x
	}
	switch j := s.similarity(d.cut(x.span), d.cut(y.span), matching, relatedName); {
	case j >= closeName && min(x.size, y.size) > 3:
		return GivenClose
	case j >= relatedName:
		return GivenRelated
	}
	return GivenDifferent
}

// middleDiffers reports whether both have a middle name and these are neither alike nor initials of each other.
func (d *Dictionary) middleDiffers(a, b []uint32) bool {
	if len(a) == 0 || len(b) == 0 || a[0] == b[0] {
		return false
	}
	return d.wordText(a[0])[0] != d.wordText(b[0])[0]
}

func shareGroup(a, b []uint16) bool {
	for _, g := range a {
		if slices.Contains(b, g) {
			return true
		}
	}
	return false
}

// sameJoined reports whether words make the same text when the blanks between them are left out.
func (d *Dictionary) sameJoined(a, b []uint32) bool {
	x, y := "", ""
	for {
		for x == "" && len(a) > 0 {
			x, a = d.wordText(a[0]), a[1:]
		}
		for y == "" && len(b) > 0 {
			y, b = d.wordText(b[0]), b[1:]
		}
		n := min(len(x), len(y))
		if n == 0 {
			return len(x) == len(y)
		}
		if x[:n] != y[:n] {
			return false
		}
		x, y = x[n:], y[n:]
	}
}

func (s *Scratch) family(d *Dictionary, a, b *part) uint8 {
	if s.partTypo(d, a, b) {
		return FamilyClose
	}
	j := s.partSimilarity(d, a, b, relatedName)
	switch {
	case j >= closeName && a.wordCount() == b.wordCount() && min(a.size, b.size) > 3:
		return FamilyClose
	case (a.wordCount() > 1 || b.wordCount() > 1) && d.sharePart(d.wordsOf(a), d.wordsOf(b)):
		return FamilyPart
	case j >= relatedName:
		return FamilyRelated
	}
	return FamilyDifferent
}

// sharePart finds a double-barrelled name of which the other is one half, or an inner blank more or less.
func (d *Dictionary) sharePart(a, b []uint32) bool {
	for _, t := range a {
		if d.words[t&wordNumber].size > 2 && slices.Contains(b, t) {
			return true
		}
	}
	return d.sameJoined(a, b)
}
