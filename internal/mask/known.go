package mask

import (
	"hash/maphash"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What a hub says in an error of its own is no sentence of sameas: a value stands anywhere in it, and nothing tells where.
// There the values that the workspace knows are looked for, word by word.

// Known are values of records, to be found again in the words of others. It holds a hash of each: two words of 10,000
// million are taken for one another about once, which hides a word too many.
type Known struct {
	seed   maphash.Seed
	hashes []uint64 // sorted up to sorted
	sorted int
}

// NewKnown knows nothing.
func NewKnown() *Known { return &Known{seed: maphash.MakeSeed()} }

const (
	mostWords  = 8 // of a value that is looked for as a whole
	leastDigit = 4 // digits of a number that stands for somebody
	lastDigits = 8 // of a longer number those at its end count: a prefix of a country comes and goes
)

// Kinds of hashes.
const (
	exactWord  = "=" // one word as it is written
	foldedWord = "~" // one word, whatever its case
	phrase     = " " // several words, whatever their case
	number     = "#" // digits, whatever stands between them
)

// Add makes a value known. One that is too short to mean anybody is left out: a letter, a house number.
func (k *Known) Add(value string) {
	words := wordsOf(value)
	digits := digitsOf(value, words)
	switch {
	case len(words) == 0 || len(words) > mostWords:
	case digits != "":
		if len(digits) >= leastDigit {
			k.add(number, digits)
		}
	case len(words) > 1:
		k.add(phrase, folded(value, words))
	case utf8.RuneCountInString(words[0].of(value)) > 1:
		k.add(exactWord, words[0].of(value))
		k.add(foldedWord, folded(value, words))
	}
}

func (k *Known) add(kind, text string) {
	if len(k.hashes) == cap(k.hashes) { // of many equal values few stay
		k.sort()
		k.hashes = slices.Grow(k.hashes, max(1024, len(k.hashes)))
	}
	k.hashes = append(k.hashes, k.hash(kind, text))
}

func (k *Known) hash(kind, text string) uint64 { return maphash.String(k.seed, kind+text) }

// sort makes the values that were added findable; nothing may be added while words are looked for.
func (k *Known) sort() {
	slices.Sort(k.hashes)
	k.hashes = slices.Compact(k.hashes)
	k.sorted = len(k.hashes)
}

func (k *Known) holds(kind, text string) bool {
	_, found := slices.BinarySearch(k.hashes[:k.sorted], k.hash(kind, text))
	return found
}

// replace puts what stand gives in the place of every known value of a text, the longest first.
func (k *Known) replace(text string, stand func(string) string) string {
	words := wordsOf(text)
	var b strings.Builder
	done := 0
	for i := 0; i < len(words); i++ {
		for n := min(mostWords, len(words)-i); n > 0; n-- {
			run := words[i : i+n]
			if run[n-1].stretch != run[0].stretch || !k.knows(text, run) {
				continue
			}
			b.WriteString(text[done:run[0].from])
			b.WriteString(stand(text[run[0].from:run[n-1].to]))
			done, i = run[n-1].to, i+n-1
			break
		}
	}
	b.WriteString(text[done:])
	return b.String()
}

// knows reports whether the words stand for a known value. A single word in small letters must be one as it is: "may" is
// not the name May, and "MAY" or "May" is.
func (k *Known) knows(text string, words []word) bool {
	if digits := digitsOf(text, words); digits != "" {
		return len(digitsOf(text, words[1:])) < lastDigits && k.holds(number, digits) // else another number stands before it
	}
	if len(words) > 1 {
		return k.holds(phrase, folded(text, words))
	}
	one := words[0].of(text)
	return k.holds(exactWord, one) || one != strings.ToLower(one) && k.holds(foldedWord, folded(text, words))
}

// word is a run of letters or of digits. Between words of one stretch stands no stand-in.
type word struct{ from, to, stretch int }

func (w word) of(text string) string { return text[w.from:w.to] }

func wordsOf(text string) []word {
	var words []word
	kind, stretch := 0, 0 // of what the last word is made: 0 nothing, 1 letters, 2 digits
	for at := 0; at < len(text); {
		if text[at] == '#' && len(text)-at > digits && isHex(text[at+1:at+1+digits]) {
			kind, stretch, at = 0, stretch+1, at+1+digits
			continue
		}
		r, size := utf8.DecodeRuneInString(text[at:])
		now := 0
		switch {
		case unicode.IsDigit(r):
			now = 2
		case unicode.IsLetter(r) || unicode.IsMark(r):
			now = 1
		}
		switch {
		case now == 0:
		case now == kind:
			words[len(words)-1].to = at + size
		default:
			words = append(words, word{at, at + size, stretch})
		}
		kind, at = now, at+size
	}
	return words
}

func isHex(text string) bool { return strings.Trim(text, "0123456789abcdef") == "" }

// folded is the words in small letters, a space between each two.
func folded(text string, words []word) string {
	var b strings.Builder
	for i, w := range words {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(strings.ToLower(w.of(text)))
	}
	return b.String()
}

// digitsOf are the last digits of words that are all digits, "" when one is not.
func digitsOf(text string, words []word) string {
	var b strings.Builder
	for _, w := range words {
		if r, _ := utf8.DecodeRuneInString(w.of(text)); !unicode.IsDigit(r) {
			return ""
		}
		b.WriteString(w.of(text))
	}
	all := []rune(b.String())
	return string(all[max(0, len(all)-lastDigits):])
}
