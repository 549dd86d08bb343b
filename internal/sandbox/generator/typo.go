package generator

import (
	"strings"
	"unicode"
)

// Shapes of error. Slips of the hand (neighbouring keys, transposed, dropped and doubled letters) and of the ear
// (letters that sound alike), in the mix that studies of name errors report: substitutions first, then omissions,
// insertions, transpositions (Damerau 1964 found four fifths of misspelt words to hold one such slip).
const (
	keyRows  = "qwertyuiop|asdfghjkl|zxcvbnm|1234567890"
	earPairs = "ph f c k ie ei y i s z ck k ee ea ll l tt t nn n oo u ai ay gh g ss s au o er ar mc mac"
)

// slip makes one slip in a text of three characters or more; shorter ones stay.
func slip(d dice, s string) string {
	r := []rune(s)
	if len(r) < 3 {
		return s
	}
	if d.chance(300) {
		if t := mishear(d, s); t != s {
			return t
		}
	}
	for range 8 {
		if out := slipAt(d, r, 1+d.IntN(len(r)-1)); out != s {
			return out
		}
	}
	return s
}

func slipAt(d dice, r []rune, i int) string {
	if !unicode.IsLetter(r[i]) && !unicode.IsDigit(r[i]) {
		return string(r)
	}
	switch x := d.IntN(100); {
	case x < 40:
		return string(r[:i]) + string(neighbour(d, r[i])) + string(r[i+1:])
	case x < 65:
		return string(r[:i]) + string(r[i+1:])
	case x < 75:
		return string(r[:i+1]) + string(r[i]) + string(r[i+1:])
	case x < 85:
		return string(r[:i]) + string(neighbour(d, r[i])) + string(r[i:])
	case i+1 < len(r) && unicode.IsLetter(r[i]) == unicode.IsLetter(r[i+1]):
		return string(r[:i]) + string([]rune{r[i+1], r[i]}) + string(r[i+2:])
	}
	return string(r[:i]) + string(r[i+1:])
}

func neighbour(d dice, r rune) rune {
	low := unicode.ToLower(r)
	i := strings.IndexRune(keyRows, low)
	if i < 0 {
		return r
	}
	j := i + 1
	if d.chance(500) && i > 0 && keyRows[i-1] != '|' || j >= len(keyRows) || keyRows[j] == '|' {
		j = i - 1
	}
	n := rune(keyRows[j])
	if unicode.IsUpper(r) {
		n = unicode.ToUpper(n)
	}
	return n
}

func mishear(d dice, s string) string {
	pairs := strings.Fields(earPairs)
	n := len(pairs) / 2
	start := d.IntN(n)
	for k := range n {
		i := (start + k) % n * 2
		a, b := pairs[i], pairs[i+1]
		if d.chance(500) {
			a, b = b, a
		}
		if at := strings.Index(s[1:], a); at >= 0 {
			return s[:1+at] + b + s[1+at+len(a):]
		}
	}
	return s
}

// shout writes a text in capitals.
func shout(s string) string { return strings.ToUpper(s) }
