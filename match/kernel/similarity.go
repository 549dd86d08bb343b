package kernel

import "math/bits"

// Jaro-Winkler's usual parameters: the boost applies above 0.7 and looks at four leading bytes. They are those of
// smetrics' documentation, after W. E. Winkler, "String Comparator Metrics and Enhanced Decision Rules in the
// Fellegi-Sunter Model of Record Linkage" (1990).
const (
	boostThreshold = 0.7
	boostPrefix    = 4
)

// rounding is more than the floating-point error of a similarity: a bound is only trusted beyond it.
const rounding = 1e-9

// JaroWinkler is smetrics.JaroWinkler(a, b, 0.7, 4), bit for bit, faster for texts of up to 64 bytes: the search for
// a matching byte within the window is one AND and one count of trailing zeros. Each product is rounded by itself:
// processors that multiply and add at once would give another last bit.
func (s *Scratch) JaroWinkler(a, b string) float64 {
	var j float64
	switch {
	case len(a) == 0 || len(b) == 0:
		if len(a) == len(b) {
			return 1
		}
		return 0
	case len(a) > maxBits || len(b) > maxBits:
		j = s.jaroLong(a, b)
	default:
		j = s.jaro(a, b)
	}
	if j <= boostThreshold {
		return j
	}
	return j + float64(float64(0.1*float64(commonPrefix(a, b)))*(1.0-j))
}

func commonPrefix(a, b string) int {
	n := min(len(a), len(b), boostPrefix)
	for i := range n {
		if a[i] != b[i] {
			return i
		}
	}
	return n
}

// similarity is Jaro-Winkler of two texts of which so many bytes match at most, or 0 when it is less than floor.
func (s *Scratch) similarity(a, b string, matching int, floor float64) float64 {
	if !mayReach(floor, len(a), len(b), matching, commonPrefix(a, b)) {
		return 0
	}
	return s.JaroWinkler(a, b)
}

// mostMatching is how many bytes of two texts Jaro can match at most: none that stands in one sign alone.
func mostMatching(sizeA, sizeB uint32, signA, signB uint64) int {
	return min(int(sizeA)-bits.OnesCount64(signA&^signB), int(sizeB)-bits.OnesCount64(signB&^signA))
}

// mayReach reports whether Jaro-Winkler of two texts of some lengths may reach floor: all that may match does, in order.
func mayReach(floor float64, lenA, lenB, matching, prefix int) bool {
	if matching <= 0 {
		return lenA == 0 || lenB == 0
	}
	j := (float64(matching*(lenA+lenB))/float64(lenA*lenB) + 1) / 3
	if j > boostThreshold-rounding {
		j += 0.1 * float64(prefix) * (1 - j)
	}
	return j >= floor-rounding
}

func (s *Scratch) jaro(a, b string) float64 {
	window := max(0, max(len(a), len(b))/2-1)
	for j := range len(b) {
		s.positions[b[j]] |= 1 << j
	}
	var matchedA, matchedB uint64
	for i := range len(a) {
		lo, hi := max(0, i-window), min(len(b)-1, i+window)
		if lo > hi {
			break
		}
		inWindow := ^uint64(0) >> (63 - (hi - lo)) << lo
		if free := s.positions[a[i]] & inWindow &^ matchedB; free != 0 {
			matchedA |= 1 << i
			matchedB |= free & -free
		}
	}
	for j := range len(b) {
		s.positions[b[j]] = 0
	}
	matches, unaligned := bits.OnesCount64(matchedA), 0
	for matchedA != 0 {
		if a[bits.TrailingZeros64(matchedA)] != b[bits.TrailingZeros64(matchedB)] {
			unaligned++
		}
		matchedA &= matchedA - 1
		matchedB &= matchedB - 1
	}
	return jaroOf(matches, unaligned, len(a), len(b))
}

// jaroOf is Jaro's measure, of the bytes that match and of those among them that stand in another order.
func jaroOf(matches, unaligned, lenA, lenB int) float64 {
	if matches == 0 {
		return 0
	}
	m, t := float64(matches), float64(unaligned/2)
	return ((m / float64(lenA)) + (m / float64(lenB)) + ((m - t) / m)) / 3.0
}

// jaroLong is the same byte by byte, for texts of any length.
func (s *Scratch) jaroLong(a, b string) float64 {
	window := max(0, max(len(a), len(b))/2-1)
	s.matched[0] = append(s.matched[0][:0], make([]bool, len(a))...)
	s.matched[1] = append(s.matched[1][:0], make([]bool, len(b))...)
	matchedA, matchedB := s.matched[0], s.matched[1]
	matches := 0
	for i := range len(a) {
		for j := max(0, i-window); j <= min(len(b)-1, i+window); j++ {
			if !matchedB[j] && a[i] == b[j] {
				matchedA[i], matchedB[j] = true, true
				matches++
				break
			}
		}
	}
	unaligned, j := 0, 0
	for i := range len(a) {
		if !matchedA[i] {
			continue
		}
		for !matchedB[j] {
			j++
		}
		if a[i] != b[j] {
			unaligned++
		}
		j++
	}
	return jaroOf(matches, unaligned, len(a), len(b))
}
