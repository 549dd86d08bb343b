package kernel

import "math/bits"

// maxBits is the length of the texts that the bit-parallel forms are for: one bit a byte.
const maxBits = 64

// Scratch is the working memory of one worker; it must not be shared between goroutines.
type Scratch struct {
	positions [256]uint64 // bit j of positions[c]: byte j of one text is c; all zero between calls
	rows      [3][]int
	digits    [2][]byte
	matched   [2][]bool
}

// Edits is the number of single-byte insertions, deletions, substitutions and swaps of neighbours that turn a into b
// (optimal string alignment), or limit+1 when it is more than limit. Without a swap that helps it equals
// smetrics.WagnerFischer(a, b, 1, 1, 1).
func (s *Scratch) Edits(a, b string, limit int) int {
	if d := len(a) - len(b); d > limit || -d > limit {
		return limit + 1
	}
	a, b = trimCommon(a, b)
	if len(a) > len(b) {
		a, b = b, a
	}
	switch {
	case len(a) == 0:
		return min(len(b), limit+1)
	case limit == 1:
		if oneLeft(a, b) {
			return 1
		}
		return 2
	case len(a) > maxBits:
		return min(s.editsLong(a, b), limit+1)
	}
	return s.editsBits(a, b, limit)
}

func trimCommon[T string | []byte](a, b T) (T, T) {
	n := min(len(a), len(b))
	i := 0
	for i < n && a[i] == b[i] {
		i++
	}
	a, b = a[i:], b[i:]
	i, n = 0, n-i
	for i < n && a[len(a)-1-i] == b[len(b)-1-i] {
		i++
	}
	return a[:len(a)-i], b[:len(b)-i]
}

// oneLeft reports whether two texts that share neither first nor last byte are one edit apart.
func oneLeft[T string | []byte](a, b T) bool {
	switch {
	case len(a)+len(b) == 1 || len(a) == 1 && len(b) == 1:
		return true
	case len(a) == 2 && len(b) == 2:
		return a[0] == b[1] && a[1] == b[0]
	}
	return false
}

// editsWithinOne reports whether one edit at most lies between two texts.
func editsWithinOne[T string | []byte](a, b T) bool {
	if d := len(a) - len(b); d > 1 || d < -1 {
		return false
	}
	a, b = trimCommon(a, b)
	return len(a)+len(b) == 0 || oneLeft(a, b)
}

// editsBits is the distance of texts of which the first has up to 64 bytes, a column of the matrix of distances at a
// time in a few operations on words: H. Hyyrö, "A bit-vector algorithm for computing Levenshtein and Damerau edit
// distances", Nordic Journal of Computing 10 (2003), after G. Myers, "A fast bit-vector algorithm for approximate
// string matching based on dynamic programming", Journal of the ACM 46 (1999). It ends when the limit cannot be kept.
func (s *Scratch) editsBits(a, b string, limit int) int {
	for i := range len(a) {
		s.positions[a[i]] |= 1 << i
	}
	distance := len(a)
	last := uint64(1) << (len(a) - 1)
	up, down := ^uint64(0), uint64(0) // vertical differences of +1 and of -1
	var diagonal, before uint64       // of the column before: no difference along the diagonal; positions of its byte
	for j := range len(b) {
		here := s.positions[b[j]]
		swapped := (^diagonal & here) << 1 & before
		diagonal = ((here & up) + up) ^ up | here | down | swapped
		right := down | ^(diagonal | up)
		left := diagonal & up
		switch {
		case right&last != 0:
			distance++
		case left&last != 0:
			distance--
		}
		if distance-(len(b)-1-j) > limit {
			distance = limit + 1
			break
		}
		right = right<<1 | 1
		up = left<<1 | ^(diagonal | right)
		down = right & diagonal
		before = here
	}
	for i := range len(a) {
		s.positions[a[i]] = 0
	}
	return min(distance, limit+1)
}

// editsLong is the distance of texts of any length, row by row.
func (s *Scratch) editsLong(a, b string) int {
	for i := range s.rows {
		if len(s.rows[i]) <= len(b) {
			s.rows[i] = make([]int, len(b)+1)
		}
	}
	before, last, row := s.rows[0], s.rows[1], s.rows[2]
	for j := range len(b) + 1 {
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

// oneDigit reports whether one edit lies between two packed runs of digits.
func oneDigit(a, b *part) bool {
	if a.size < b.size {
		a, b = b, a
	}
	same := trailingDigits(a.sign^b.sign) * 4
	switch a.size - b.size {
	case 0:
		x, y := a.sign>>same, b.sign>>same
		return x>>4 == y>>4 || x>>8 == y>>8 && x&15 == y>>4&15 && x>>4&15 == y&15
	case 1:
		same = min(same, int(b.size)*4)
		return a.sign>>same>>4 == b.sign>>same
	}
	return false
}

// trailingDigits is how many digits at the end of a packed difference are none.
func trailingDigits(difference uint64) int { return bits.TrailingZeros64(difference) / 4 }
