package kernel

import (
	"math/bits"
	"strings"
)

// Similarities at and above which two texts are close or related. They follow the levels commonly used for
// Jaro-Winkler on names (0.92 and 0.88 in Splink's comparison library), with related lower: it carries little weight.
const (
	closeName   = 0.92
	relatedName = 0.82
	closeText   = 0.93
	relatedText = 0.85
)

// levelOf compares two parts of one dictionary. It is symmetric: where a measure is not, as Jaro's greedy search is
// not, the lesser text goes first.
func (s *Scratch) levelOf(d *Dictionary, a, b *part) uint8 {
	if d.kind == Given {
		return s.given(d, a, b)
	}
	if a.term == b.term {
		return Same
	}
	switch d.kind {
	case Family:
		return s.family(d, a, b)
	case Date:
		return date(d, a, b)
	case Email:
		return s.email(d, a, b)
	case Phone:
		return phone(d, a, b)
	case Street:
		return s.street(d, a, b)
	case City:
		return s.city(d, a, b)
	case Code:
		return code(d, a, b)
	case OrgName:
		return s.orgName(d, a, b)
	case Employer:
		return s.employer(d, a, b)
	case Text:
		return s.text(d, a, b)
	}
	return ExactDifferent
}

func (d *Dictionary) text(p *part) string { return d.arena()[p.at : p.at+p.size] }

// inOrder is the texts of two parts, the lesser one first.
func (d *Dictionary) inOrder(a, b *part) (x, y string) {
	x, y = d.text(a), d.text(b)
	if x > y {
		return y, x
	}
	return x, y
}

// typo reports whether one edit, or two in a text of nine bytes or more, makes the texts equal. Short texts differ
// by one edit without meaning the same (Feng and Deng), so below five bytes none is allowed.
func (s *Scratch) typo(d *Dictionary, a, b span, signA, signB uint64) bool {
	limit := typos(a.size, b.size)
	return limit > 0 && fewest(signA, signB) <= limit && s.Edits(d.cut(a), d.cut(b), limit) <= limit
}

// typos is how many edits may lie between two texts of these lengths; 0 also when the lengths alone differ by more.
func typos(a, b uint32) int {
	short, long := min(a, b), max(a, b)
	switch {
	case long < 5:
		return 0
	case long < 9 && long-short <= 1:
		return 1
	case long >= 9 && long-short <= 2:
		return 2
	}
	return 0
}

func (s *Scratch) partTypo(d *Dictionary, a, b *part) bool {
	return s.typo(d, span{a.at, a.size}, span{b.at, b.size}, a.sign, b.sign)
}

// partSimilarity is Jaro-Winkler of two texts, or less than floor when it is less.
func (s *Scratch) partSimilarity(d *Dictionary, a, b *part, floor float64) float64 {
	matching := mostMatching(a.size, b.size, a.sign, b.sign)
	if !mayReach(floor, int(a.size), int(b.size), matching, boostPrefix) {
		return 0
	}
	x, y := d.inOrder(a, b)
	return s.similarity(x, y, matching, floor)
}

// date compares two days as yyyy-mm-dd: one digit mistyped, two neighbours swapped, or day and month exchanged is
// close.
func date(d *Dictionary, a, b *part) uint8 {
	if a.info&b.info&partPacked == 0 {
		if a.size != 10 || b.size != 10 {
			return DateDifferent
		}
		return dateTexts(d.inOrder(a, b))
	}
	x, y := a.sign, b.sign
	differ := x ^ y
	// The highest bit of each byte that differs: the zero-byte test of H. S. Warren, "Hacker's Delight" (2002), 6-1.
	const low7 = 0x7f7f7f7f7f7f7f7f
	bytes := ((differ&low7 + low7) | differ) &^ low7
	switch bits.OnesCount64(bytes) {
	case 1:
		return DateClose
	case 2:
		first, last := bits.LeadingZeros64(bytes)&^7, bits.TrailingZeros64(bytes)&^7
		if uint8(x>>(56-first)) == uint8(y>>last) && uint8(x>>last) == uint8(y>>(56-first)) {
			return DateClose
		}
	}
	sameYear := differ>>32 == 0
	switch {
	case sameYear && uint32(x)>>16 == uint32(y)&0xffff && uint32(x)&0xffff == uint32(y)>>16:
		return DateClose
	case differ>>16 == 0 || uint32(differ) == 0:
		return DateMonth
	case sameYear:
		return DateYear
	}
	return DateDifferent
}

// dateTexts is date for values in another form.
func dateTexts(a, b string) uint8 {
	differ, first, last := 0, -1, -1
	for i := range a {
		if a[i] != b[i] {
			differ++
			last = i
			if first < 0 {
				first = i
			}
		}
	}
	swappedDigits := differ == 2 && a[first] == b[last] && a[last] == b[first]
	dayMonth := a[:4] == b[:4] && a[5:7] == b[8:] && a[8:] == b[5:7]
	switch {
	case differ == 1 || swappedDigits || dayMonth:
		return DateClose
	case a[:7] == b[:7] || a[5:] == b[5:]:
		return DateMonth
	case a[:4] == b[:4]:
		return DateYear
	}
	return DateDifferent
}

// email compares addresses. One made of its owner's name says nothing that the name does not, short of being equal or
// mistyped: namesakes have such addresses too, and tell them apart by digits.
func (s *Scratch) email(d *Dictionary, a, b *part) uint8 {
	least := fewest(a.sign, b.sign)
	if (a.info|b.info)&partMarked != 0 {
		if least <= 2 && s.mistypedAddress(d, a, b) {
			return EmailClose
		}
		return EmailDifferent
	}
	x, y := d.text(a), d.text(b)
	localA, domainA := x[:a.words], x[a.words:]
	localB, domainB := y[:b.words], y[b.words:]
	sameLocal, sameDomain := localA == localB, sameDomain(domainA, domainB)
	switch {
	case least <= 2 && (sameDomain && len(lesser(x, y, localA, localB)) > 5 || sameLocal) && s.Edits(x, y, 2) <= 2:
		return EmailClose
	case sameLocal && len(localA) >= 5:
		return EmailLocal
	}
	if x > y {
		x, y = y, x
	}
	matching := mostMatching(a.size, b.size, a.sign, b.sign)
	if third := len(y) / 3; least <= third && s.similarity(x, y, matching, relatedText) >= relatedText && s.Edits(x, y, third) <= third && s.nearDigits(localA, localB) {
		return EmailRelated
	}
	return EmailDifferent
}

// lesser is what belongs to the lesser text.
func lesser(x, y, ofX, ofY string) string {
	if x <= y {
		return ofX
	}
	return ofY
}

// sameDomain compares what follows the local part: a bare @ is no other domain than none.
func sameDomain(a, b string) bool {
	return a == b || len(a)+len(b) == 1
}

// mistypedAddress reports whether one edit of the local part, or of the domain, lies between two addresses that hold
// the same digits.
func (s *Scratch) mistypedAddress(d *Dictionary, a, b *part) bool {
	localA, domainA, _ := strings.Cut(d.text(a), "@")
	localB, domainB, _ := strings.Cut(d.text(b), "@")
	return (domainA == domainB && s.Edits(localA, localB, 1) <= 1 || localA == localB && s.Edits(domainA, domainB, 1) <= 1) &&
		sameDigits(localA, localB)
}

// nearDigits reports whether one edit at most lies between the digits of two local parts: what another number tells
// apart is not alike.
func (s *Scratch) nearDigits(a, b string) bool {
	if sameDigits(a, b) {
		return true
	}
	s.digits[0], s.digits[1] = appendDigits(s.digits[0][:0], a), appendDigits(s.digits[1][:0], b)
	return editsWithinOne(s.digits[0], s.digits[1])
}

func appendDigits(digits []byte, text string) []byte {
	for i := range len(text) {
		if isDigit(text[i]) {
			digits = append(digits, text[i])
		}
	}
	return digits
}

// sameDigits reports whether two texts hold the same digits in the same order.
func sameDigits(a, b string) bool {
	i, j := 0, 0
	for {
		for i < len(a) && !isDigit(a[i]) {
			i++
		}
		for j < len(b) && !isDigit(b[j]) {
			j++
		}
		switch {
		case i == len(a) || j == len(b):
			return i == len(a) && j == len(b)
		case a[i] != b[j]:
			return false
		}
		i++
		j++
	}
}

func isDigit(c byte) bool { return c-'0' <= 9 }

// phone compares digits: one digit mistyped, or the same subscriber number behind another country or area code.
func phone(d *Dictionary, a, b *part) uint8 {
	const subscriber = 8
	packed := a.info&b.info&partPacked != 0
	if a.size >= subscriber && b.size >= subscriber {
		if packed {
			if uint32(a.sign) == uint32(b.sign) || oneDigit(a, b) {
				return CodeClose
			}
			return CodeDifferent
		}
		x, y := d.text(a), d.text(b)
		if x[len(x)-subscriber:] == y[len(y)-subscriber:] {
			return CodeClose
		}
	}
	if packed && !oneDigit(a, b) {
		return CodeDifferent
	}
	return oneEdit(d, a, b, subscriber)
}

func (s *Scratch) city(d *Dictionary, a, b *part) uint8 {
	if s.partTypo(d, a, b) || s.partSimilarity(d, a, b, closeName) >= closeName {
		return CodeClose
	}
	return CodeDifferent
}

func code(d *Dictionary, a, b *part) uint8 {
	if a.info&b.info&partPacked != 0 && !oneDigit(a, b) {
		return CodeDifferent
	}
	return oneEdit(d, a, b, 4)
}

// oneEdit is close when one edit lies between two texts of which the lesser one has some length.
func oneEdit(d *Dictionary, a, b *part, length int) uint8 {
	if x, y := d.inOrder(a, b); len(x) >= length && editsWithinOne(x, y) {
		return CodeClose
	}
	return CodeDifferent
}

func (s *Scratch) text(d *Dictionary, a, b *part) uint8 {
	if s.partTypo(d, a, b) {
		return TextClose
	}
	switch j := s.partSimilarity(d, a, b, relatedText); {
	case j >= closeText:
		return TextClose
	case j >= relatedText:
		return TextRelated
	}
	return TextDifferent
}
