package reports

import (
	"fmt"
	"hash/crc32"
	"strings"
	"unicode/utf8"
)

// visible makes a value safe to look at: characters that hide, reorder or end text are written out as [U+202E], and
// what is longer than a card's cell is cut with the number of characters left out. The mark of a cut carries a
// checksum of the whole, so that two values that differ only beyond the cut still differ.
func visible(s string) string { return cut(unhide(s)) }

func cut(s string) string {
	if len(s) <= maxRunes {
		return s
	}
	n := utf8.RuneCountInString(s)
	if n <= maxRunes {
		return s
	}
	end := 0
	for range maxRunes {
		_, size := utf8.DecodeRuneInString(s[end:])
		end += size
	}
	return fmt.Sprintf("%s … and %d more characters (%08x)", s[:end], n-maxRunes, crc32.ChecksumIEEE([]byte(s)))
}

func unhide(s string) string {
	if !strings.ContainsFunc(s, hides) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if hides(r) {
			fmt.Fprintf(&b, "[U+%04X]", r)
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// hides reports characters that a reader cannot see but that change what is seen: controls but for the line feed
// that parts the values of a list, bidirectional marks and overrides, line and paragraph separators, soft hyphens and
// zero-width spaces. The zero-width joiners stay: scripts and emoji need them.
func hides(r rune) bool {
	switch {
	case r == '\n':
		return false
	case r < 0x20, r >= 0x7f && r <= 0x9f, r == 0xad, r == 0x61c, r == utf8.RuneError:
		return true
	case r == 0x200b, r == 0x200e, r == 0x200f, r >= 0x2028 && r <= 0x202e, r >= 0x2060 && r <= 0x206f, r == 0xfeff:
		return true
	case r >= 0xe0000 && r <= 0xe007f:
		return true
	}
	return false
}
