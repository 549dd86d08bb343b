package reports

import "strings"

// ofNumbers are the characters of what spreadsheets take for a number, a day or a time.
const ofNumbers = "0123456789.:/-+%eETZ "

// looksLikeNumber reports whether a spreadsheet could take the text for a number, a day or a time, and show another one: an
// ID without its zeros, a telephone number rounded. Such text is quoted, so that a reader that tells quoted cells from
// others keeps it.
func looksLikeNumber(s string) bool {
	for i := range len(s) {
		if strings.IndexByte(ofNumbers, s[i]) < 0 {
			return false
		}
	}
	return strings.ContainsAny(s, "0123456789")
}
