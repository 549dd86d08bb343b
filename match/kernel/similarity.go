package kernel

import (
	"math/bits"

	"github.com/xrash/smetrics"
)

// Jaro-Winkler's usual parameters: the boost applies above 0.7 and looks at four leading bytes. They are those of
// smetrics' documentation, after W. E. Winkler, "String Comparator Metrics and Enhanced Decision Rules in the
// Fellegi-Sunter Model of Record Linkage" (1990).
const (
	boostThreshold = 0.7
	boostPrefix    = 4
)

// Scratch is the working memory of one worker; it must not be shared between goroutines.
type Scratch struct {
	positions [256]uint64 // bit j of positions[c]: byte j of the second text is c; all zero between calls
	rows      [3][maxBits + 1]int
}

const maxBits = 64

// JaroWinkler is smetrics.JaroWinkler(a, b, 0.7, 4), bit for bit, faster for texts of up to 64 bytes: the search for
// a matching byte within the window is one AND and one count of trailing zeros.
func (s *Scratch) JaroWinkler(a, b string) float64 {
	if len(a) > maxBits || len(b) > maxBits || len(a) == 0 || len(b) == 0 {
		return smetrics.JaroWinkler(a, b, boostThreshold, boostPrefix)
	}
	j := s.jaro(a, b)
	if j <= boostThreshold {
		return j
	}
	prefix := 0.0
	for i := range min(len(a), len(b), boostPrefix) {
		if a[i] != b[i] {
			break
		}
		prefix++
	}
	return j + float64(float64(0.1*prefix)*(1.0-j))
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
	if matchedA == 0 {
		return 0
	}
	m := float64(bits.OnesCount64(matchedA))
	unaligned := 0
	for matchedA != 0 {
		if a[bits.TrailingZeros64(matchedA)] != b[bits.TrailingZeros64(matchedB)] {
			unaligned++
		}
		matchedA &= matchedA - 1
		matchedB &= matchedB - 1
	}
	t := float64(unaligned / 2)
	return ((m / float64(len(a))) + (m / float64(len(b))) + ((m - t) / m)) / 3.0
}

// Edits is the number of single-byte insertions, deletions, substitutions and swaps of neighbours that turn a into b
// (optimal string alignment), or limit+1 when it is more than limit. Without a swap that helps it equals
// smetrics.WagnerFischer(a, b, 1, 1, 1).
func (s *Scratch) Edits(a, b string, limit int) int {
	if d := len(a) - len(b); d > limit || -d > limit {
		return limit + 1
	}
	a, b = trimCommon(a, b)
	switch {
	case len(a) == 0:
		return min(len(b), limit+1)
	case len(b) == 0:
		return min(len(a), limit+1)
	case len(b) > maxBits:
		return min(edits(a, b, make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)), limit+1)
	}
	n := len(b) + 1
	return min(edits(a, b, s.rows[0][:n], s.rows[1][:n], s.rows[2][:n]), limit+1)
}

func trimCommon(a, b string) (string, string) {
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	return a, b
}

func edits(a, b string, before, last, row []int) int {
	for j := range row {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
