package kernel

import (
	"slices"
	"strings"

	"github.com/xrash/smetrics"
)

// This file is the comparison in its plainest form: texts and lists of texts, nothing worked out before, no bound, and
// the distances of smetrics and of the whole matrix. What the package does in a hurry must give the same.

type naive struct{ nicknames nicknames }

type naivePart struct {
	text    string
	tokens  []string
	groups  []uint16
	acronym string
	marks   []byte
	named   bool
	term    string
}

func (naive) JaroWinkler(a, b string) float64 {
	return smetrics.JaroWinkler(a, b, boostThreshold, boostPrefix)
}

func (naive) Edits(a, b string, limit int) int { return min(alignment(a, b), limit+1) }

func (s naive) parts(kind Kind, text string) (parts []naivePart) {
	for t := range strings.SplitSeq(text, Separator) {
		if t != "" {
			parts = append(parts, s.part(kind, t))
		}
	}
	return parts
}

func (s naive) part(kind Kind, text string) naivePart {
	if kind == OrgName {
		p := s.takeApart(kind, strings.ReplaceAll(strings.ReplaceAll(text, Telling, ""), UnitWord, ""))
		for w := range strings.FieldsSeq(text) {
			switch {
			case strings.HasPrefix(w, Telling):
				p.marks = append(p.marks, 't')
			case strings.HasPrefix(w, UnitWord):
				p.marks = append(p.marks, 'u')
			default:
				p.marks = append(p.marks, 'o')
			}
		}
		return p
	}
	bare, named := text, false
	if kind == Email {
		bare, named = strings.CutPrefix(text, Named)
	}
	p := s.takeApart(kind, bare)
	p.named = named
	return p
}

func (s naive) takeApart(kind Kind, text string) naivePart {
	p := naivePart{text: text, tokens: strings.Fields(text), term: text}
	switch kind {
	case Given:
		if len(p.tokens) > 0 {
			p.term = p.tokens[0]
			p.groups = s.nicknames[p.term]
		}
	case OrgName, Employer:
		if len(p.tokens) > 1 {
			for _, t := range p.tokens {
				p.acronym += t[:1]
			}
		}
	}
	return p
}

// naiveField compares two values of a field.
func (s naive) field(kind Kind, x, y string, terms func(string) int32) outcome {
	best := outcome{}
	for _, a := range s.parts(kind, x) {
		for _, b := range s.parts(kind, y) {
			o := outcome{level: s.levelOf(kind, &a, &b)}
			if terms != nil && kind.byFrequency(o.level) {
				o.term = min(terms(a.term), terms(b.term))
			}
			if best.level == 0 || o.level < best.level || o.level == best.level && o.term > best.term {
				best = o
			}
		}
	}
	return best
}

// across compares a given name with a family name.
func (s naive) across(given, family string) uint8 {
	givens, families := s.parts(Given, given), s.parts(Family, family)
	if len(givens) == 0 || len(families) == 0 {
		return 0
	}
	best := uint8(3)
	for _, x := range givens {
		for _, y := range families {
			if x.text == y.text {
				best = 1
			} else if best > 2 && (s.typo(x.text, y.text) || len(x.text) > 3 && s.JaroWinkler(min(x.text, y.text), max(x.text, y.text)) >= closeName) {
				best = 2
			}
		}
	}
	return best
}

// compare is the comparison of two records, value by value, and its weight.
func (s naive) compare(set *Set, spec *Spec, x, y uint32) (levels []uint8, weight int32) {
	value := func(f int, i uint32) string { return set.Dictionaries[f].Text(set.Values[f][i]) }
	outcomes := make([]outcome, len(spec.Fields))
	for f := range spec.Fields {
		terms := func(text string) int32 {
			return spec.Fields[f].Terms[slices.Index(set.Dictionaries[f].Terms(), text)]
		}
		if spec.Fields[f].Terms == nil {
			terms = nil
		}
		outcomes[f] = s.field(spec.Fields[f].Kind, value(f, x), value(f, y), terms)
	}
	for f := range spec.Fields {
		if g := spec.Fields[f].Swap; g >= 0 {
			s.swap(outcomes, f, g, s.across(value(f, x), value(g, y)), s.across(value(f, y), value(g, x)))
		}
	}
	for _, o := range outcomes {
		levels = append(levels, o.level)
	}
	prior := spec.Prior
	if spec.Priors != nil {
		a, b := int(set.Stratum[x]), int(set.Stratum[y])
		prior = spec.Priors[min(a, b)*spec.strata()+max(a, b)]
	}
	return levels, prior + s.sum(spec, outcomes)
}

func (naive) swap(outcomes []outcome, f, g int, one, other uint8) {
	for _, field := range []int{f, g} {
		if l := outcomes[field].level; l != Missing && l < 5 {
			return
		}
	}
	switch {
	case one != 0 && other != 0:
		if one <= 2 && other <= 2 {
			outcomes[f], outcomes[g] = outcome{level: GivenSwapped}, outcome{level: FamilySwapped}
		}
	case one == 1 || other == 1:
		outcomes[f], outcomes[g] = outcome{level: Missing}, outcome{level: FamilySwapped}
	}
}

func (naive) sum(spec *Spec, outcomes []outcome) (weight int32) {
	groups := make([]int32, len(spec.Caps))
	differs := false
	for f := range spec.Fields {
		differs = differs || spec.Fields[f].Kind == Given && outcomes[f].level == GivenDifferent
	}
	for f, field := range spec.Fields {
		if field.Bits == nil {
			continue
		}
		bits := field.Bits[outcomes[f].level] + outcomes[f].term
		switch {
		case field.Group != NoGroup:
			groups[field.Group] += bits
		case differs && field.Lent != NoGroup:
			groups[field.Lent] += bits
		default:
			weight += bits
		}
	}
	for g, sum := range groups {
		if sum = min(groups[g], spec.Caps[g]); spec.Within[g] == NoGroup {
			weight += sum
		} else {
			groups[spec.Within[g]] += sum
		}
	}
	return weight
}

// levelOf compares two parts of one kind. It is symmetric: the texts are put in order first, since Jaro's greedy
// search is not.
func (s naive) levelOf(kind Kind, a, b *naivePart) uint8 {
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
		return naiveDate(a.text, b.text)
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
func (s naive) typo(a, b string) bool {
	switch n := max(len(a), len(b)); {
	case n < 5:
		return false
	case n < 9:
		return s.Edits(a, b, 1) <= 1
	}
	return s.Edits(a, b, 2) <= 2
}

func (s naive) given(a, b *naivePart) uint8 {
	if len(a.tokens) == 0 || len(b.tokens) == 0 {
		return GivenDifferent
	}
	x, y := a.tokens[0], b.tokens[0]
	switch {
	case x == y && naiveMiddleDiffers(a.tokens[1:], b.tokens[1:]):
		return GivenClose
	case x == y:
		return Same
	case naiveShareGroup(a.groups, b.groups):
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
func naiveMiddleDiffers(a, b []string) bool {
	if len(a) == 0 || len(b) == 0 {
		return false
	}
	return a[0][0] != b[0][0]
}

func naiveShareGroup(a, b []uint16) bool {
	for _, g := range a {
		if slices.Contains(b, g) {
			return true
		}
	}
	return false
}

func (s naive) family(a, b *naivePart) uint8 {
	if s.typo(a.text, b.text) {
		return FamilyClose
	}
	j := s.JaroWinkler(a.text, b.text)
	switch {
	case j >= closeName && len(a.tokens) == len(b.tokens) && min(len(a.text), len(b.text)) > 3:
		return FamilyClose
	case naiveSharePart(a.tokens, b.tokens):
		return FamilyPart
	case j >= relatedName:
		return FamilyRelated
	}
	return FamilyDifferent
}

// sharePart finds a double-barrelled name of which the other is one half, or an inner blank more or less.
func naiveSharePart(a, b []string) bool {
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
func naiveDate(a, b string) uint8 {
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
func (s naive) email(a, b *naivePart) uint8 {
	localA, domainA, _ := strings.Cut(a.text, "@")
	localB, domainB, _ := strings.Cut(b.text, "@")
	sameDigits := naiveDigitsOf(localA) == naiveDigitsOf(localB)
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
	case s.Edits(naiveDigitsOf(localA), naiveDigitsOf(localB), 1) <= 1 && s.JaroWinkler(a.text, b.text) >= relatedText && s.Edits(a.text, b.text, len(b.text)/3) <= len(b.text)/3:
		return EmailRelated
	}
	return EmailDifferent
}

func naiveDigitsOf(text string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, text)
}

// phone compares digits: one digit mistyped, or the same subscriber number behind another country or area code.
func (s naive) phone(a, b string) uint8 {
	const subscriber = 8
	if len(a) >= subscriber && len(b) >= subscriber && a[len(a)-subscriber:] == b[len(b)-subscriber:] {
		return CodeClose
	}
	if len(a) >= subscriber && s.Edits(a, b, 1) <= 1 {
		return CodeClose
	}
	return CodeDifferent
}

func (s naive) city(a, b string) uint8 {
	if s.typo(a, b) || s.JaroWinkler(a, b) >= closeName {
		return CodeClose
	}
	return CodeDifferent
}

func (s naive) code(a, b string) uint8 {
	if len(a) >= 4 && s.Edits(a, b, 1) <= 1 {
		return CodeClose
	}
	return CodeDifferent
}

func (s naive) text(a, b string) uint8 {
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
func (s naive) street(a, b *naivePart) uint8 {
	shared, of := s.sharedTokens(a.tokens, b.tokens)
	numbers := naiveNumbersAgree(a.tokens, b.tokens)
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
func (s naive) sharedTokens(a, b []string) (shared, of int) {
	var used uint64
	for _, x := range a {
		for j, y := range b {
			if j < 64 && used&(1<<j) == 0 && (x == y || !naiveDigits(x) && s.typo(x, y)) {
				used |= 1 << j
				shared++
				break
			}
		}
	}
	return shared, min(len(a), len(b))
}

// numbersAgree reports whether one address's numbers are all among the other's, and there is one.
func naiveNumbersAgree(a, b []string) bool {
	within := func(a, b []string) (all bool) {
		found := false
		for _, t := range a {
			if naiveDigits(t) {
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

func naiveDigits(t string) bool { return t != "" && t[0] >= '0' && t[0] <= '9' }

func (s naive) orgName(a, b *naivePart) uint8 {
	if len(a.tokens) == 0 || len(b.tokens) == 0 {
		return OrgDifferent
	}
	if naiveSameTokens(a.tokens, b.tokens) || strings.Join(a.tokens, "") == strings.Join(b.tokens, "") {
		return Same
	}
	if len(a.tokens) == 1 && a.text == b.acronym || len(b.tokens) == 1 && b.text == a.acronym {
		return OrgAcronym
	}
	x, y := s.lacking(a, b)
	shared := len(a.tokens) - len(x)
	units, telling := count(x, 'u')+count(y, 'u'), count(x, 't')+count(y, 't')
	switch {
	case shared > 0 && units > 0:
		return OrgOther
	case len(x)+len(y) == 0 || telling+units == 0 && s.typo(a.text, b.text):
		return OrgClose
	case len(x) == 0 || len(y) == 0:
		return OrgContained
	case count(x, 'o') > 0 && count(y, 'o') > 0 && s.JaroWinkler(a.text, b.text) < relatedText:
		return OrgDifferent
	case 2*shared >= max(len(a.tokens), len(b.tokens)) || 2*shared >= min(len(a.tokens), len(b.tokens)) &&
		a.mark(0) != 'u' && (a.tokens[0] == b.tokens[0] || s.variant(a, b, 0, 0)):
		return OrgRelated
	case s.JaroWinkler(a.text, b.text) >= relatedText:
		return OrgRelated
	}
	return OrgDifferent
}

func count(marks []byte, mark byte) int { return strings.Count(string(marks), string(mark)) }

// mark is 'u' for a word that tells units apart, 't' for one of the language and 'o' for another.
func (p *naivePart) mark(i int) byte {
	if naiveDigits(p.tokens[i]) {
		return 'u'
	}
	if i < len(p.marks) {
		return p.marks[i]
	}
	return 'o'
}

// lacking returns the marks of the words of each name that find no partner in the other.
func (s naive) lacking(a, b *naivePart) (x, y []byte) {
	takenA, takenB := map[int]bool{}, map[int]bool{}
	for pass := range 2 {
		for i := range min(64, len(a.tokens)) {
			for j := range min(64, len(b.tokens)) {
				if !takenA[i] && !takenB[j] && (a.tokens[i] == b.tokens[j] || pass == 1 && s.variant(a, b, i, j)) {
					takenA[i], takenB[j] = true, true
				}
			}
		}
	}
	left := func(p *naivePart, taken map[int]bool) (marks []byte) {
		for i := range p.tokens {
			if !taken[i] {
				marks = append(marks, p.mark(i))
			}
		}
		return marks
	}
	return left(a, takenA), left(b, takenB)
}

func (s naive) variant(a, b *naivePart, i, j int) bool {
	x, y := a.tokens[i], b.tokens[j]
	unit := func(p *naivePart, i int) bool { return i < len(p.marks) && p.marks[i] == 'u' }
	plain := func(p *naivePart, i int) bool { return i < len(p.marks) && p.marks[i] == 'o' }
	switch {
	case naiveDigits(x) || naiveDigits(y):
		return false
	case s.typo(min(x, y), max(x, y)):
		return true
	case !unit(a, i) && !unit(b, j) && (naiveAbbreviates(x, y) || naiveAbbreviates(y, x)):
		return true
	case !plain(a, i) && !plain(b, j) || min(len(x), len(y)) < 3:
		return false
	}
	return s.Edits(x, y, 1) <= 1 ||
		min(len(x), len(y)) > 3 && x[0] == y[0] && s.Edits(x, y, 2) <= 2 && smetrics.Soundex(x) == smetrics.Soundex(y)
}

// naiveAbbreviates looks at every beginning that two words have in common.
func naiveAbbreviates(short, long string) bool {
	if len(short) < 3 || len(long) < len(short)+2 {
		return false
	}
	n := 0
	for n < len(short) && strings.HasPrefix(long, short[:n+1]) {
		n++
	}
	if n < len(short) && float64(len(long)) > 2.5*float64(len(short)) {
		return false
	}
	return n > 0 && !strings.ContainsAny(short[n:], "aeiou") && subsequence(short[n:], long[n:])
}

func subsequence(short, long string) bool {
	if short == "" {
		return true
	}
	for i := range len(long) {
		if long[i] == short[0] {
			return subsequence(short[1:], long[i+1:])
		}
	}
	return false
}

func naiveSameTokens(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	x, y := slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	return slices.Equal(x, y)
}

// employer compares organizations that persons belong to: clusters ("#...") among themselves, and names among
// themselves; a cluster against a name says nothing but "different", the weakest level, which another part outdoes.
func (s naive) employer(a, b *naivePart) uint8 {
	if a.text[0] == '#' || b.text[0] == '#' {
		return OrgDifferent
	}
	return s.orgName(a, b)
}
