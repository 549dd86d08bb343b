package kernel

import "math/bits"

// A record's value as it is scanned: its number and marks in the lower half, and in the upper half a sketch of the
// value, enough to tell nearly always that two values are of no use without a look into the dictionary. In a million
// records such a look is a wait for memory, and most pairs of a block are strangers.
type coded uint64

// Marks of a number.
const (
	looseCode = 1 << 31 // an unequal value may be the same in some part
	vagueCode = 1 << 30 // the sketch says nothing
	otherCode = 1 << 29 // the sketch is of the kind's other form
	codeMask  = otherCode - 1
)

func (v coded) code() uint32   { return uint32(v) & codeMask }
func (v coded) sketch() uint32 { return uint32(v >> 32) }

// Sketches of names and texts hold which letters occur, and the length above them.
const (
	sketchLetters = 1<<26 - 1
	sketchLength  = 26
	longSketch    = 63
)

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
		sketch, marks = 0, vagueCode
	}
	return v | coded(marks) | coded(sketch)<<32
}

func (d *Dictionary) sketch(p *part) (sketch, marks uint32) {
	packed := p.info&partPacked != 0
	switch d.kind {
	case Given, Family, City, Text:
		if p.size >= longSketch {
			return 0, vagueCode
		}
		if p.wordCount() > 1 {
			marks = otherCode
		}
		return uint32(p.sign&sketchLetters) | p.size<<sketchLength, marks
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
		return 0, 0
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

// sketchEmail is half a hash of the local part and half a hash of the domain.
func (d *Dictionary) sketchEmail(p *part) uint32 {
	text := d.text(p)
	local, domain := text[:p.words], text[p.words:]
	if domain != "" {
		domain = domain[1:]
	}
	return hash32(local)>>16 | hash32(domain)>>16<<16
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
// is no smaller number. When it is the kind's last one it is the true one.
func bestLevel(kind Kind, x, y coded) uint8 {
	if uint32(x|y)&looseCode != 0 || kind == Given || kind == OrgName {
		return Same
	}
	if uint32(x|y)&vagueCode != 0 {
		if kind == Employer {
			return Same
		}
		return Same + 1
	}
	a, b := x.sketch(), y.sketch()
	marks := uint32(x|y) & otherCode
	switch kind {
	case Exact:
		return ExactDifferent
	case Date:
		return dateSketches(a, b)
	case Phone:
		if a == b || lastDigitsNear(a, b) {
			return CodeClose
		}
		return CodeDifferent
	case Code:
		return bestCode(a, b, marks, uint32(x^y)&otherCode)
	case Email:
		return bestEmail(a, b, marks)
	case Street:
		if a != 0 && a&^b == 0 || b != 0 && b&^a == 0 {
			return TextClose
		}
		return TextRelated
	case Employer:
		if marks != 0 {
			return OrgDifferent
		}
		return Same
	case Family:
		if marks != 0 {
			return FamilyClose
		}
		return bestAlike(a, b, closeName, relatedName, FamilyRelated, FamilyDifferent)
	case City:
		return bestAlike(a, b, closeName, closeName, CodeDifferent, CodeDifferent)
	case Text:
		return bestAlike(a, b, closeText, relatedText, TextRelated, TextDifferent)
	}
	return Same
}

func bestCode(a, b, marks, mixed uint32) uint8 {
	switch {
	case mixed != 0:
		return CodeClose
	case marks != 0 && bits.OnesCount32(a^b) > 2, marks == 0 && !lastDigitsNear(a, b):
		return CodeDifferent
	}
	return CodeClose
}

// bestEmail: addresses that share neither local part nor domain are related at best, and not even that when one is
// made of its owner's name.
func bestEmail(a, b, named uint32) uint8 {
	differ := a ^ b
	switch {
	case differ<<16 == 0 || differ>>16 == 0:
		return EmailClose
	case named != 0:
		return EmailDifferent
	}
	return EmailRelated
}

// bestAlike is Same + 1 when two texts may be as alike as near, or a typo apart; related when as alike as far.
func bestAlike(a, b uint32, near, far float64, related, different uint8) uint8 {
	sizeA, sizeB := a>>sketchLength, b>>sketchLength
	lettersA, lettersB := uint64(a&sketchLetters), uint64(b&sketchLetters)
	if limit := typos(sizeA, sizeB); limit > 0 && fewest(lettersA, lettersB) <= limit {
		return Same + 1
	}
	matching := mostMatching(sizeA, sizeB, lettersA, lettersB)
	switch {
	case !mayReach(far, int(sizeA), int(sizeB), matching, boostPrefix):
		return different
	case far == near || mayReach(near, int(sizeA), int(sizeB), matching, boostPrefix):
		return Same + 1
	}
	return related
}

// dateSketches is the level of two unequal days.
func dateSketches(a, b uint32) uint8 {
	differ := a ^ b
	first, last := 28-bits.LeadingZeros32(differ)&^3, bits.TrailingZeros32(differ)&^3
	oneOrTwo := differ&^(15<<first|15<<last) == 0
	exchanged := a>>first&15 == b>>last&15 && a>>last&15 == b>>first&15
	switch {
	case oneOrTwo && (first == last || exchanged):
		return DateClose
	case differ>>16 == 0 && a>>8&0xff == b&0xff && a&0xff == b>>8&0xff:
		return DateClose
	case differ>>8 == 0 || differ&0xffff == 0:
		return DateMonth
	case differ>>16 == 0:
		return DateYear
	}
	return DateDifferent
}

// lastDigitsNear reports whether one edit may lie between two runs of digits of which these are the last eight: after
// the digits that are equal at the end, one differs, or two are each other's, or one side has one more.
func lastDigitsNear(a, b uint32) bool {
	same := uint(bits.TrailingZeros32(a^b)) &^ 3
	a, b = a>>same, b>>same
	seven := ^uint32(0) >> same >> 4 // what is left but for one digit
	return a>>4 == b>>4 || a>>4 == b&seven || b>>4 == a&seven || a>>8 == b>>8 && a&15 == b>>4&15 && a>>4&15 == b&15
}

// sketchesDiffer reports whether two names are certain to be neither a typo apart nor close.
func sketchesDiffer(a, b uint32) bool {
	return a != b && bestAlike(a, b, closeName, closeName, 0, 0) == 0
}
