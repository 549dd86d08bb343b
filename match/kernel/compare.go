package kernel

import (
	"slices"
	"strings"

	"github.com/xrash/smetrics"
)

// Similarities at and above which two texts are close or related. They follow the levels commonly used for
// Jaro-Winkler on names (0.92 and 0.88 in Splink's comparison library), with related lower: it carries little weight.
const (
	closeName   = 0.92
	relatedName = 0.82
	closeText   = 0.93
	relatedText = 0.85
)

// levelOf compares two parts of one kind. It is symmetric: the texts are put in order first, since Jaro's greedy
// search is not.
func (s *Scratch) levelOf(kind Kind, a, b *part) uint8 {
	if a.text == b.text {
		return Same
	}
	if a.text > b.text {
		a, b = b, a
	}
	switch kind {
	case Given:
		return s.given(a, b)
	case Family:
		return s.family(a, b)
	case Date:
		return date(a.text, b.text)
	case Email:
		return s.email(a, b)
	case Phone:
		return s.phone(a.text, b.text)
	case Street:
		return s.street(a, b)
	case City:
		return s.city(a.text, b.text)
	case Code:
		return s.code(a.text, b.text)
	case OrgName:
		return s.orgName(a, b)
	case Employer:
		return s.employer(a, b)
	case Text:
		return s.text(a.text, b.text)
	}
	return ExactDifferent
}

// typo reports whether one edit, or two in a text of nine bytes or more, makes the texts equal. Short texts differ
// by one edit without meaning the same (Feng and Deng), so below five bytes none is allowed.
func (s *Scratch) typo(a, b string) bool {
	switch n := max(len(a), len(b)); {
	case n < 5:
		return false
	case n < 9:
		return s.Edits(a, b, 1) <= 1
	}
	return s.Edits(a, b, 2) <= 2
}

func (s *Scratch) given(a, b *part) uint8 {
	if len(a.tokens) == 0 || len(b.tokens) == 0 {
		return GivenDifferent
	}
	x, y := a.tokens[0], b.tokens[0]
	switch {
	case x == y && middleDiffers(a.tokens[1:], b.tokens[1:]):
		return GivenClose
	case x == y:
		return Same
	case shareGroup(a.groups, b.groups):
		return GivenNickname
	case len(x) == 1 || len(y) == 1:
		if x[0] == y[0] {
			return GivenInitial
		}
		return GivenDifferent
	case len(a.groups) > 0 && len(b.groups) > 0:
		return GivenDifferent // two known names, and not variants: Michael is no typo for Michelle
	case slices.Contains(a.tokens[1:], y) || slices.Contains(b.tokens[1:], x):
		return GivenNickname // known by the middle name
	case strings.Join(a.tokens, "") == strings.Join(b.tokens, ""):
		return Same // Mary Ann and Maryann
	case s.typo(x, y):
		return GivenClose
	}
	switch j := s.JaroWinkler(x, y); {
	case j >= closeName && min(len(x), len(y)) > 3:
		return GivenClose
	case j >= relatedName:
		return GivenRelated
	}
	return GivenDifferent
}

// middleDiffers reports whether both have a middle name and these are neither alike nor initials of each other.
func middleDiffers(a, b []string) bool {
	if len(a) == 0 || len(b) == 0 {
		return false
	}
	return a[0][0] != b[0][0]
}

func shareGroup(a, b []uint16) bool {
	for _, g := range a {
		if slices.Contains(b, g) {
			return true
		}
	}
	return false
}

func (s *Scratch) family(a, b *part) uint8 {
	if s.typo(a.text, b.text) {
		return FamilyClose
	}
	j := s.JaroWinkler(a.text, b.text)
	switch {
	case j >= closeName && len(a.tokens) == len(b.tokens) && min(len(a.text), len(b.text)) > 3:
		return FamilyClose
	case sharePart(a.tokens, b.tokens):
		return FamilyPart
	case j >= relatedName:
		return FamilyRelated
	}
	return FamilyDifferent
}

// sharePart finds a double-barrelled name of which the other is one half, or an inner blank more or less.
func sharePart(a, b []string) bool {
	if len(a) < 2 && len(b) < 2 {
		return false
	}
	for _, t := range a {
		if len(t) > 2 && slices.Contains(b, t) {
			return true
		}
	}
	return strings.Join(a, "") == strings.Join(b, "")
}

// date compares two days as yyyy-mm-dd: one digit mistyped, two neighbours swapped, or day and month exchanged is
// close.
func date(a, b string) uint8 {
	if len(a) != 10 || len(b) != 10 {
		return DateDifferent
	}
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
func (s *Scratch) email(a, b *part) uint8 {
	localA, domainA, _ := strings.Cut(a.text, "@")
	localB, domainB, _ := strings.Cut(b.text, "@")
	sameDigits := digitsOf(localA) == digitsOf(localB)
	if a.named || b.named {
		if sameDigits && (domainA == domainB && s.Edits(localA, localB, 1) <= 1 || localA == localB && s.Edits(domainA, domainB, 1) <= 1) {
			return EmailClose
		}
		return EmailDifferent
	}
	switch {
	case s.Edits(a.text, b.text, 2) <= 2 && (domainA == domainB && len(localA) > 5 || localA == localB):
		return EmailClose
	case localA == localB && len(localA) >= 5:
		return EmailLocal
	case s.JaroWinkler(a.text, b.text) >= relatedText && s.Edits(a.text, b.text, len(b.text)/3) <= len(b.text)/3:
		return EmailRelated
	}
	return EmailDifferent
}

func digitsOf(text string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, text)
}

// phone compares digits: one digit mistyped, or the same subscriber number behind another country or area code.
func (s *Scratch) phone(a, b string) uint8 {
	const subscriber = 8
	if len(a) >= subscriber && len(b) >= subscriber && a[len(a)-subscriber:] == b[len(b)-subscriber:] {
		return CodeClose
	}
	if len(a) >= subscriber && s.Edits(a, b, 1) <= 1 {
		return CodeClose
	}
	return CodeDifferent
}

func (s *Scratch) city(a, b string) uint8 {
	if s.typo(a, b) || s.JaroWinkler(a, b) >= closeName {
		return CodeClose
	}
	return CodeDifferent
}

func (s *Scratch) code(a, b string) uint8 {
	if len(a) >= 4 && s.Edits(a, b, 1) <= 1 {
		return CodeClose
	}
	return CodeDifferent
}

func (s *Scratch) text(a, b string) uint8 {
	if s.typo(a, b) {
		return TextClose
	}
	switch j := s.JaroWinkler(a, b); {
	case j >= closeText:
		return TextClose
	case j >= relatedText:
		return TextRelated
	}
	return TextDifferent
}

// street compares the words and numbers of address lines, in any order: "unit 3 12 high street" and "3/12 high st"
// were made alike by folding. Other house numbers are another house.
func (s *Scratch) street(a, b *part) uint8 {
	shared, of := s.sharedTokens(a.tokens, b.tokens)
	numbers := numbersAgree(a.tokens, b.tokens)
	share := float64(shared) / float64(max(of, 1))
	switch {
	case numbers && (share >= 0.75 || s.JaroWinkler(a.text, b.text) >= closeText):
		return TextClose
	case share >= 0.5 || s.typo(a.text, b.text):
		return TextRelated
	}
	return TextDifferent
}

// sharedTokens counts words of a that b has too, a typo allowed, and the number of words of the shorter one.
func (s *Scratch) sharedTokens(a, b []string) (shared, of int) {
	var used uint64
	for _, x := range a {
		for j, y := range b {
			if j < 64 && used&(1<<j) == 0 && (x == y || !digits(x) && s.typo(x, y)) {
				used |= 1 << j
				shared++
				break
			}
		}
	}
	return shared, min(len(a), len(b))
}

// numbersAgree reports whether one address's numbers are all among the other's, and there is one.
func numbersAgree(a, b []string) bool {
	within := func(a, b []string) (all bool) {
		found := false
		for _, t := range a {
			if digits(t) {
				found = true
				if !slices.Contains(b, t) {
					return false
				}
			}
		}
		return found
	}
	return within(a, b) || within(b, a)
}

func digits(t string) bool { return t != "" && t[0] >= '0' && t[0] <= '9' }

// orgName compares organizations' names word by word, in any order. A word that tells apart what belongs together and
// that one name lacks makes them two units; a word of the language that both lack of each other's makes them two names,
// which may be one thing that trades under several.
func (s *Scratch) orgName(a, b *part) uint8 {
	if len(a.tokens) == 0 || len(b.tokens) == 0 {
		return OrgDifferent
	}
	if sameTokens(a.tokens, b.tokens) || strings.Join(a.tokens, "") == strings.Join(b.tokens, "") {
		return Same
	}
	if len(a.tokens) == 1 && a.text == b.acronym || len(b.tokens) == 1 && b.text == a.acronym {
		return OrgAcronym
	}
	x, y := s.lacking(a, b)
	shared := len(a.tokens) - x.words
	switch {
	case shared > 0 && x.units+y.units > 0:
		return OrgOther
	case x.words+y.words == 0 || shared > 0 && x.telling+y.telling == 0 && s.typo(a.text, b.text):
		return OrgClose
	case x.words == 0 || y.words == 0:
		return OrgContained
	case x.own > 0 && y.own > 0 && x.telling+y.telling > 0:
		return OrgDifferent // each has a name of its own: what they share is a trade or a town
	case 2*shared >= max(len(a.tokens), len(b.tokens)) || 2*shared >= min(len(a.tokens), len(b.tokens)) && s.sameLead(a, b):
		return OrgRelated
	case s.JaroWinkler(a.text, b.text) >= relatedText:
		return OrgRelated
	}
	return OrgDifferent
}

// lack is what one name has and another lacks.
type lack struct {
	words, own, telling, units int
}

// lacking pairs the words of two names, equal ones first, and counts those of each that are left over.
func (s *Scratch) lacking(a, b *part) (x, y lack) {
	var fromA, fromB uint64
	for _, equal := range [2]bool{true, false} {
		for i := range min(len(a.tokens), 64) {
			for j := range min(len(b.tokens), 64) {
				if fromA&(1<<i) == 0 && fromB&(1<<j) == 0 && (a.tokens[i] == b.tokens[j] || !equal && s.sameWord(a, b, i, j)) {
					fromA |= 1 << i
					fromB |= 1 << j
				}
			}
		}
	}
	return a.left(fromA), b.left(fromB)
}

// left counts the words of a name that found no partner.
func (p *part) left(paired uint64) (l lack) {
	for i := range p.tokens {
		if i < 64 && paired&(1<<i) != 0 {
			continue
		}
		l.words++
		switch p.mark(i) {
		case unitWord:
			l.units++
		case tellingWord:
			l.telling++
		default:
			l.own++
		}
	}
	return l
}

func (p *part) mark(i int) wordMark {
	switch {
	case digits(p.tokens[i]):
		return unitWord
	case i < len(p.marks):
		return p.marks[i]
	}
	return ownWord
}

// sameLead reports whether two names begin with the same word, and not with a place.
func (s *Scratch) sameLead(a, b *part) bool {
	return a.mark(0) != unitWord && (a.tokens[0] == b.tokens[0] || s.sameWord(a, b, 0, 0))
}

// sameWord reports whether a word of one name is one of another, abbreviated or mistyped. Words of the language are
// mistyped only into what is no such word; a number never is.
func (s *Scratch) sameWord(a, b *part, i, j int) bool {
	x, y, mx, my := a.tokens[i], b.tokens[j], a.mark(i), b.mark(j)
	if digits(x) || digits(y) {
		return false
	}
	if x > y {
		x, y = y, x
	}
	if s.typo(x, y) || mx != unitWord && my != unitWord && (abbreviates(x, y) || abbreviates(y, x)) {
		return true
	}
	if mx != ownWord && my != ownWord || min(len(x), len(y)) < 3 {
		return false
	}
	return s.Edits(x, y, 1) <= 1 || min(len(x), len(y)) > 3 && x[0] == y[0] && s.Edits(x, y, 2) <= 2 && smetrics.Soundex(x) == smetrics.Soundex(y)
}

// abbreviates reports whether a word is a short form of another: its beginning, or a beginning and then consonants of
// it in their order, down to the last or so ("mgmt", "svcs", "natl", "sth").
func abbreviates(short, long string) bool {
	if len(short) < 3 || len(long) < len(short)+2 || short[0] != long[0] {
		return false
	}
	i := 0
	for i < len(short) && short[i] == long[i] {
		i++
	}
	rest := long[i:]
	for _, c := range []byte(short[i:]) {
		if strings.IndexByte("aeiou", c) >= 0 {
			return false
		}
		at := strings.IndexByte(rest, c)
		if at < 0 {
			return false
		}
		rest = rest[at+1:]
	}
	return true
}

func sameTokens(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	x, y := slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	return slices.Equal(x, y)
}

// employer compares organizations that persons belong to: clusters ("#...") among themselves, and names among
// themselves; a cluster against a name says nothing but "different", the weakest level, which another part outdoes.
func (s *Scratch) employer(a, b *part) uint8 {
	if a.text[0] == '#' || b.text[0] == '#' {
		return OrgDifferent
	}
	return s.orgName(a, b)
}
