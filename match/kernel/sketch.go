package kernel

import (
	"math/bits"
	"sync"
)

// A record's value as it is scanned: its number and marks in the lower half, and in the upper half a sketch of the
// value, enough to tell nearly always that two values are of no use without a look into the dictionary. In a million
// records such a look is a wait for memory, and most pairs of a block are strangers.
type coded uint64

// Marks of a number.
const (
	looseCode = 1 << 31 // an unequal value may be the same in some part
	vagueCode = 1 << 30 // the sketch says nothing; with otherCode it is of a value of two parts, half of it of each
	otherCode = 1 << 29 // the sketch is of the kind's other form
	codeMask  = otherCode - 1
)

func (v coded) code() uint32   { return uint32(v) & codeMask }
func (v coded) sketch() uint32 { return uint32(v >> 32) }

// Sketches of names and texts hold which letters occur, five rare ones in places of others, the length, and of the first
// byte what tells letters apart.
const (
	sketchLetters = 1<<21 - 1
	sketchLength  = 21
	sketchFirst   = 27
	longSketch    = 63
)

// letters are those of a sign as sketches hold them.
func letters(sign uint64) uint32 {
	all := uint32(sign) & (1<<26 - 1)
	return (all | all>>21) & sketchLetters
}

// coded is a value as it is scanned; 0 also for a value without any part.
func (d *Dictionary) coded(code uint32) coded {
	p := &d.parts[code]
	if p.info&partEmpty != 0 {
		return 0
	}
	v := coded(code)
	if p.info&partLoose != 0 {
		v |= looseCode
	}
	sketch, marks := d.sketch(p)
	if p.info&partSeveral != 0 {
		sketch, marks = d.sketchSeveral(code)
	}
	return v | coded(marks) | coded(sketch)<<32
}

// sketchSeveral is the sketch of a value of several parts: of two, half of it is of each, where the kind has halves.
func (d *Dictionary) sketchSeveral(code uint32) (sketch, marks uint32) {
	if d.partsOf(code) > 2 {
		return 0, vagueCode
	}
	for i := range 2 {
		p := d.part(code, i)
		switch {
		case d.kind == Exact || d.kind == Phone && p.info&partPacked != 0:
			half, _ := d.sketch(p)
			sketch = sketch<<16 | half&0xffff
		default:
			return 0, vagueCode
		}
	}
	return sketch, vagueCode | otherCode
}

func (d *Dictionary) sketch(p *part) (sketch, marks uint32) {
	packed := p.info&partPacked != 0
	switch d.kind {
	case Given:
		return d.sketchGiven(p)
	case Family, City, Text:
		if p.size >= longSketch {
			return 0, vagueCode
		}
		if p.wordCount() > 1 {
			marks = otherCode
		}
		return letters(p.sign) | p.size<<sketchLength | d.firstByte(p)<<sketchFirst, marks
	case Date:
		if packed {
			return digitsOfDate(p.sign), 0
		}
	case Phone:
		if packed {
			return uint32(p.sign), 0
		}
	case Code:
		if packed {
			return uint32(p.sign), 0
		}
		return uint32(p.sign) | uint32(p.sign>>32), otherCode
	case Email:
		if p.info&partMarked != 0 {
			marks = otherCode
		}
		return d.sketchEmail(p), marks
	case Street:
		return d.sketchNumbers(p), 0
	case Employer:
		if p.info&partMarked != 0 {
			marks = otherCode
		}
		return 0, marks
	case Exact:
		return p.term, 0
	}
	return 0, vagueCode
}

// digitsOfDate makes four bits of each of eight digits.
func digitsOfDate(packed uint64) (digits uint32) {
	for i := range 8 {
		digits |= uint32(packed>>(8*i)&15) << (4 * i)
	}
	return digits
}

// Sketches of given names hold which letters occur, two or three to a place, the length, of the first byte what tells
// letters apart, and to which groups of nicknames the first name belongs, 0 for none.
const (
	foldedLetters = 1<<12 - 1
	givenLength   = 12
	longGiven     = 31
	givenFirst    = 17
	givenGroups   = 22
	groupPlaces   = 10
)

// folded are the letters of a sketch as those of given names hold them.
func folded(letters uint32) uint32 { return (letters | letters>>12) & foldedLetters }

func (d *Dictionary) sketchGiven(p *part) (sketch, marks uint32) {
	words := d.wordsOf(p)
	if len(words) == 0 || p.size >= longGiven {
		return 0, vagueCode
	}
	first := words[0] & wordNumber
	switch size := d.words[first].size; {
	case len(words) > 1:
		marks = otherCode
	case size != p.size:
		return 0, vagueCode
	}
	sketch = folded(letters(p.sign)) | p.size<<givenLength | d.firstByte(p)<<givenFirst
	if d.words[first].size > 1 {
		for _, group := range d.lists[d.groups[first]] {
			sketch |= 1 << (givenGroups + group%groupPlaces)
		}
	}
	return sketch, marks
}

// firstByte is what tells letters apart of a part's first byte.
func (d *Dictionary) firstByte(p *part) uint32 {
	if p.size == 0 {
		return 0
	}
	return uint32(d.arena()[p.at]) & 31
}

// Sketches of addresses hold the bytes of the local part, of which each one put in or taken out changes one bit at most,
// and a hash of the domain.
const (
	localBytes    = 1<<24 - 1
	addressDomain = 24
)

func (d *Dictionary) sketchEmail(p *part) uint32 {
	text := d.text(p)
	local, domain := text[:p.words], text[p.words:]
	if domain != "" {
		domain = domain[1:]
	}
	s := sign(local)
	return uint32(s^s>>24^s>>48)&localBytes | hash32(domain)>>24<<addressDomain
}

// hash32 is the hash FNV-1a of G. Fowler, L. C. Noll and K.-P. Vo.
func hash32(text string) uint32 {
	h := uint32(2166136261)
	for i := range len(text) {
		h = (h ^ uint32(text[i])) * 16777619
	}
	return h ^ h>>15
}

// sketchNumbers has one of 32 bits for each number of a street.
func (d *Dictionary) sketchNumbers(p *part) (sketch uint32) {
	for _, w := range d.wordsOf(p) {
		if w&wordDigits != 0 {
			sketch |= 1 << (w * 0x9e3779b1 >> 27)
		}
	}
	return sketch
}

// bestLevel is the strongest level that two unequal values, neither missing, may have by their sketches: the true one
// is no smaller number. When it is the kind's last one it is the true one. Of other values it may say anything.
//
// Levels are chosen by assignments under a condition and not by returns: which one comes out is hard to foretell, and a
// processor that guesses wrong loses more time than all of them take.
func bestLevel(kind Kind, x, y coded, need *floors) uint32 {
	a, b := x.sketch(), y.sketch()
	if all := uint32(x | y); all&(looseCode|vagueCode) != 0 {
		switch {
		case all&vagueCode != 0:
			return bestVague(kind, x, y)
		case a == b:
			return Same
		}
	}
	marks := uint32(x|y) & otherCode
	switch kind {
	case Exact:
		return ExactDifferent
	case Given:
		return bestGiven(a, b, marks, need)
	case Date:
		return dateSketches(a, b)
	case Phone:
		level := uint32(CodeDifferent)
		if lastDigitsNear(a, b) == 0 {
			level = CodeClose
		}
		return level
	case Code:
		return bestCode(a, b, marks, uint32(x^y)&otherCode)
	case Email:
		return bestEmail(a, b, marks)
	case Street:
		return bestStreet(a, b)
	case Employer:
		if marks != 0 {
			return OrgDifferent
		}
		return Same
	case Family:
		if marks != 0 {
			return FamilyClose
		}
		return need.name.level(a, b, FamilyRelated, FamilyDifferent)
	case City:
		return need.name.level(a, b, CodeClose, CodeDifferent)
	case Text:
		return need.text.level(a, b, TextRelated, TextDifferent)
	}
	return Same
}

// bestVague is bestLevel where a sketch says nothing of its value as a whole.
func bestVague(kind Kind, x, y coded) uint32 {
	switch {
	case kind == Exact && !halvesMeet(kind, x, y):
		return ExactDifferent
	case kind == Phone && !halvesMeet(kind, x, y):
		return CodeDifferent
	case uint32(x|y)&looseCode != 0 || kind == Given || kind == OrgName || kind == Employer:
		return Same
	}
	return Same + 1
}

// halved reports whether the sketch, or each half of it, is that of a whole part.
func halved(v coded) bool { return uint32(v)&(vagueCode|otherCode) != vagueCode }

// halves are those of a sketch, or twice the lower one of a value of one part.
func halves(v coded) (one, other uint32) {
	s := v.sketch()
	if uint32(v)&vagueCode == 0 {
		return s & 0xffff, s & 0xffff
	}
	return s & 0xffff, s >> 16
}

// halvesMeet reports whether some two parts may be alike.
func halvesMeet(kind Kind, x, y coded) bool {
	if !halved(x) || !halved(y) {
		return true
	}
	a, b := halves(x)
	c, d := halves(y)
	if kind == Phone {
		return fourDigitsNear(a, c) || fourDigitsNear(a, d) || fourDigitsNear(b, c) || fourDigitsNear(b, d)
	}
	return a == c || a == d || b == c || b == d
}

// bestGiven: two known names of no common group differ, whatever follows them.
func bestGiven(a, b, several uint32, need *floors) uint32 {
	groupsA, groupsB := a>>givenGroups, b>>givenGroups
	sizeA, sizeB := a>>givenLength&longGiven, b>>givenLength&longGiven
	led := a>>givenFirst&31 == b>>givenFirst&31
	level := need.name.alike(a&foldedLetters, b&foldedLetters, sizeA, sizeB, led, GivenRelated, GivenDifferent)
	known := min(groupsA, groupsB) != 0
	if known {
		level = GivenNickname
	}
	if min(sizeA, sizeB) <= 1 {
		level = GivenNickname
	}
	if several != 0 {
		level = Same
	}
	apart := groupsA & groupsB
	if !known {
		apart = 1
	}
	if apart == 0 {
		level = GivenDifferent
	}
	return level
}

func bestCode(a, b, marks, mixed uint32) uint32 {
	differ := lastDigitsNear(a, b)
	if marks != 0 {
		differ = uint32(max(bits.OnesCount32(a^b), 2) - 2)
	}
	if mixed != 0 {
		differ = 0
	}
	level := uint32(CodeDifferent)
	if differ == 0 {
		level = CodeClose
	}
	return level
}

// bestEmail: addresses that share neither local part nor domain are related at best, and not even that when one is
// made of its owner's name. Such a one is close to others only where one byte is put in, taken out or another.
func bestEmail(a, b, named uint32) uint32 {
	limit, level := 4, uint32(EmailRelated)
	if named != 0 {
		limit, level = 2, EmailDifferent
	}
	if a>>addressDomain != b>>addressDomain {
		limit = 0
	}
	if bits.OnesCount32((a^b)&localBytes) <= limit {
		level = EmailClose
	}
	return level
}

// bestStreet: addresses are close where the numbers of one are all among the other's.
func bestStreet(a, b uint32) uint32 {
	moreA, moreB := a&^b, b&^a
	if a == 0 {
		moreA = 1
	}
	if b == 0 {
		moreB = 1
	}
	level := uint32(TextRelated)
	if min(moreA, moreB) == 0 {
		level = TextClose
	}
	return level
}

// alikeNeeds is what makes two texts of some lengths as alike as a floor, or a typo apart.
type alikeNeeds struct {
	near, far uint8 // how many bytes must match
	typo      uint8 // in fewer letters they must differ
}

// needs are those by the lengths, of texts whose first bytes differ and of those that may begin alike.
type needs [2][longSketch + 1][longSketch + 1]alikeNeeds

// floors are the needs of names and of texts.
type floors struct{ name, text needs }

// needed are worked out once.
var needed = sync.OnceValue(func() *floors {
	var all floors
	all.name.fill(closeName, relatedName)
	all.text.fill(closeText, relatedText)
	return &all
})

func (n *needs) fill(near, far float64) {
	for i, prefix := range []int{0, boostPrefix} {
		for a := range longSketch + 1 {
			for b := range longSketch + 1 {
				of := &n[i][a][b]
				of.near, of.far = matchingNeeded(near, a, b, prefix), matchingNeeded(far, a, b, prefix)
				if limit := typos(uint32(a), uint32(b)); limit > 0 {
					of.typo = uint8(2*limit + 1)
				}
			}
		}
	}
}

// matchingNeeded is how many bytes of two texts of some lengths must match that they may reach a floor.
func matchingNeeded(floor float64, a, b, prefix int) uint8 {
	n := 0
	for n <= min(a, b) && !mayReach(floor, a, b, n, prefix) {
		n++
	}
	return uint8(n)
}

// level is alike of two sketches of letters, length and first byte.
func (n *needs) level(a, b, related, different uint32) uint32 {
	return n.alike(a&sketchLetters, b&sketchLetters, a>>sketchLength&longSketch, b>>sketchLength&longSketch, a>>sketchFirst == b>>sketchFirst, related, different)
}

// alike is Same + 1 when two texts of some letters and lengths may be as alike as near, or a typo apart; related when
// they may be as alike as far.
func (n *needs) alike(lettersA, lettersB, sizeA, sizeB uint32, led bool, related, different uint32) uint32 {
	i := 0
	if led {
		i = 1
	}
	of := &n[i][sizeA&longSketch][sizeB&longSketch]
	onlyA, onlyB := bits.OnesCount32(lettersA&^lettersB), bits.OnesCount32(lettersB&^lettersA)
	matching := min(int(sizeA)-onlyA, int(sizeB)-onlyB)
	level := different
	if matching >= int(of.far) {
		level = related
	}
	if matching >= int(of.near) {
		level = Same + 1
	}
	if onlyA+onlyB < int(of.typo) {
		level = Same + 1
	}
	return level
}

// dateSketches is the level of two unequal days.
func dateSketches(a, b uint32) uint32 {
	differ := a ^ b
	first, last := uint(28-bits.LeadingZeros32(differ|1)&^3), uint(bits.TrailingZeros32(differ|1<<31)&^3)
	exchanged := (a>>first&15 ^ b>>last&15) | (a>>last&15 ^ b>>first&15)
	if first == last {
		exchanged = 0
	}
	oneOrTwo := differ&^(15<<first|15<<last) | exchanged
	dayMonth := differ>>16 | (a>>8&0xff ^ b&0xff) | (a&0xff ^ b>>8&0xff)
	level := uint32(DateDifferent)
	if differ>>16 == 0 {
		level = DateYear
	}
	if min(differ>>8, differ&0xffff) == 0 {
		level = DateMonth
	}
	if min(oneOrTwo, dayMonth) == 0 {
		level = DateClose
	}
	return level
}

// lastDigitsNear is 0 when one edit may lie between two runs of digits of which these are the last eight: after the
// digits that are equal at the end, one differs, or two are each other's, or one side has one more.
func lastDigitsNear(a, b uint32) uint32 {
	same := uint(bits.TrailingZeros32(a^b)) &^ 3
	a, b = a>>same, b>>same
	seven := ^uint32(0) >> same >> 4 // what is left but for one digit
	swapped := (a>>8 ^ b>>8) | (a&15 ^ b>>4&15) | (a>>4&15 ^ b&15)
	return min(a>>4^b>>4, a>>4^b&seven, b>>4^a&seven, swapped)
}

// fourDigitsNear is lastDigitsNear of the last four.
func fourDigitsNear(a, b uint32) bool {
	same := uint(bits.TrailingZeros32(a^b)) &^ 3
	a, b = a>>same, b>>same
	three := uint32(0xffff) >> same >> 4
	return a>>4 == b>>4 || a>>4 == b&three || b>>4 == a&three || a>>8 == b>>8 && a&15 == b>>4&15 && a>>4&15 == b&15
}

// sketchesDiffer reports whether a given and a family name are certain to be neither a typo apart nor close.
func sketchesDiffer(given, family uint32, need *floors) bool {
	led := given>>givenFirst&31 == family>>sketchFirst
	return need.name.alike(given&foldedLetters, folded(family&sketchLetters), given>>givenLength&longGiven, family>>sketchLength&longSketch, led, 0, 0) == 0
}
