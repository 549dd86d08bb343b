package match

import (
	"slices"
	"strings"
	"unicode"

	"github.com/mozillazg/go-unidecode"
	"golang.org/x/text/unicode/norm"
)

// fold brings a text to lower-case ASCII words with single blanks: compatibility decomposition (NFKD) drops accents
// and width, unidecode writes other scripts in Latin letters, and punctuation becomes a blank. An apostrophe
// disappears, so that O'Brien is obrien.
func fold(text string) string {
	if plain(text) {
		return text
	}
	var short [128]byte
	return string(appendFolded(short[:0], text))
}

// fold is fold of a text that lives for a while.
func (t *texts) fold(text string) string {
	if plain(text) {
		return text
	}
	return t.made(appendFolded(t.scratch[:0], text))
}

// appendFolded writes a folded text, behind what was written before as a word of its own.
func appendFolded(out []byte, text string) []byte {
	if !isASCII(text) {
		text = unidecode.Unidecode(stripMarks(norm.NFKD.String(text)))
	}
	blank := len(out) > 0
	for i := range len(text) {
		switch c := foldedBytes[text[i]]; c {
		case ' ':
			blank = len(out) > 0
		case 0:
		default:
			if blank {
				out = append(out, ' ')
				blank = false
			}
			out = append(out, c)
		}
	}
	return out
}

// foldedBytes are what fold makes of each byte: itself, a small letter, a blank or, 0, nothing.
var foldedBytes = func() (folded [256]byte) {
	for c := range folded {
		switch {
		case c >= 'A' && c <= 'Z':
			folded[c] = byte(c) + 'a' - 'A'
		case c >= 'a' && c <= 'z' || c >= '0' && c <= '9':
			folded[c] = byte(c)
		case c == '\'' || c == '`':
		default:
			folded[c] = ' '
		}
	}
	return folded
}()

// plain reports whether fold would change nothing.
func plain(text string) bool {
	for i := range len(text) {
		c := text[i]
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' {
			continue
		}
		if c == ' ' && i > 0 && i < len(text)-1 && text[i-1] != ' ' {
			continue
		}
		return false
	}
	return true
}

func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= 0x80 {
			return false
		}
	}
	return true
}

func stripMarks(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, text)
}

// isPlaceholder reports whether a folded text stands for no value.
func isPlaceholder(folded string) bool {
	switch folded {
	case "", "test", "testing", "tester", "unknown", "na", "n a", "none", "null", "nil", "undefined", "tbc", "tbd",
		"tba", "no name", "noname", "not known", "not available", "not applicable", "not provided", "not given",
		"no email", "noemail", "xx", "xxx", "xxxx", "dummy", "sample", "example", "asdf",
		"empty", "anonymous", "no phone", "do not use", "first name", "last name", "firstname", "lastname", "name",
		"surname", "missing", "unbekannt", "inconnu", "desconocido":
		return true
	}
	return repeated(folded)
}

// repeated reports whether a text of three or more bytes is one byte over and over: 0000, xxxxx, 99999.
func repeated(text string) bool {
	if len(text) < 3 {
		return text == "0" || text == "00"
	}
	return text[1] == text[0] && strings.Count(text, text[:1]) == len(text)
}

// join puts several values into one text, sorted out of repeats, in their order.
func join(values []string) string {
	switch len(values) {
	case 0:
		return ""
	case 1:
		return values[0]
	}
	out := make([]string, 0, len(values))
	var seen map[string]bool // of more values than are soon looked through
	if len(values) > 16 {
		seen = map[string]bool{}
	}
	for _, v := range values {
		if v == "" || seen[v] || seen == nil && slices.Contains(out, v) {
			continue
		}
		if seen != nil {
			seen[v] = true
		}
		out = append(out, v)
	}
	return strings.Join(out, valueSeparator)
}
