package kernel

import "math/bits"

// A digest of a street tells nearly always that another one differs, in a word for each value: taken apart, a street lies in
// four places. It holds which numbers occur, by their hash; the parity of the bytes that the sign is made of; which letters
// occur in its long words, some places for two; how many of them some two long words that are the same must have in common;
// and whether all this decides.
const (
	digestNumbers = 16
	digestSign    = 24
	digestLetters = 20
	digestNeed    = 3
	atSign        = digestNumbers
	atLetters     = atSign + digestSign
	atNeed        = atLetters + digestLetters
	mostNeed      = 1<<digestNeed - 1
	digestDecides = 1 << 63
)

// digestOf is that of a street of one part.
func (d *Dictionary) digestOf(p *part) uint64 {
	s := p.sign
	digest := (s ^ s>>digestSign ^ s>>(2*digestSign)) & (1<<digestSign - 1) << atSign
	short, need := 0, mostNeed
	for _, ref := range d.wordsOf(p) {
		w := &d.words[ref&wordNumber]
		edits := mostTypos(w.size)
		lettersOf := (w.sign | w.sign>>digestLetters&(1<<(26-digestLetters)-1)) & (1<<digestLetters - 1)
		switch {
		case ref&wordDigits != 0 && edits > 0 && lettersOf != 0:
			need = 0 // another one's word may be this one mistyped
		case ref&wordDigits != 0:
			digest |= 1 << (ref & wordNumber * 0x9e3779b1 >> (32 - 4))
		case edits == 0:
			short++
		default:
			digest |= lettersOf << atLetters
			need = min(need, bits.OnesCount64(lettersOf)-edits)
		}
	}
	if need <= 0 || 2*short >= p.wordCount() {
		return digest
	}
	return digest | uint64(need)<<atNeed | digestDecides
}

// mostTypos is how many edits may lie between a word of a length and another one, at most: a longer word may have more.
func mostTypos(size uint32) int {
	return max(typos(size, size), typos(size, size+1), typos(size, size+2))
}

// streetsDiffer reports that two streets differ altogether. They have no number in common, so that they are not close;
// too few letters for a long word of one to be one of the other's, so that the words in common are short ones, fewer
// than half; and signs of which too much differs for a typo between the whole.
func streetsDiffer(a, b uint64) bool {
	need := int(max(a>>atNeed&mostNeed, b>>atNeed&mostNeed))
	common := bits.OnesCount64(a & b >> atLetters & (1<<digestLetters - 1))
	differ := bits.OnesCount64((a ^ b) >> atSign & (1<<digestSign - 1))
	return a&b&digestDecides != 0 && a&b&(1<<digestNumbers-1) == 0 && common < need && differ > 4
}
