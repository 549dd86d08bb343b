package match

import (
	"slices"
	"strings"
)

// titles and generation suffixes that people write into name fields, folded.
var (
	nameTitles = []string{"mr", "mrs", "ms", "miss", "dr", "prof", "professor", "sir", "dame", "rev", "herr", "frau", "mme", "mx", "hon", "capt"}
	degrees    = []string{"phd", "md", "mba", "esq", "cpa", "bsc", "ba", "msc", "obe", "am", "ao"}
)

// personName is a person's name taken apart.
type personName struct {
	given      string // first name, then middle names
	family     string
	generation string // "1" senior, "2" junior or II, "3" III ...
}

// namesOf reads the name of a person; "Smith, John" in either field is put right, and titles and degrees are dropped.
func namesOf(first, last string) personName {
	if last == "" && strings.Contains(first, ",") {
		last, first, _ = strings.Cut(first, ",")
	} else if first == "" && strings.Contains(last, ",") {
		last, first, _ = strings.Cut(last, ",")
	}
	var n personName
	given := n.words(first)
	family := n.words(last)
	if len(family) == 0 && len(given) >= 2 {
		family, given = given[len(given)-1:], given[:len(given)-1]
	}
	n.given, n.family = strings.Join(given, " "), strings.Join(family, " ")
	if isPlaceholder(n.given) && !isNa(first) || isNoGivenName(n.given) {
		n.given = ""
	}
	if isPlaceholder(n.family) {
		n.family = ""
	}
	return n
}

// isNa tells the Chinese name Na from the placeholder, which is written NA, na or N/A.
func isNa(first string) bool { return strings.TrimSpace(first) == "Na" }

// isNoGivenName reports that what stands in the field is a title alone, or the name of a function: Mr, Accounts.
func isNoGivenName(given string) bool {
	return slices.Contains(nameTitles, given) || len(given) > 3 && roleMailboxes[given]
}

func (n *personName) words(text string) []string {
	words := strings.Fields(fold(text))
	kept := words[:0]
	for i, w := range words {
		switch g := generation(w); {
		case g != "" && (i > 0 || g == "2" && w != "ii"):
			n.generation = g
		case len(words) > 1 && (slices.Contains(nameTitles, w) || i > 0 && slices.Contains(degrees, w)):
		default:
			kept = append(kept, w)
		}
	}
	return kept
}

func generation(word string) string {
	switch word {
	case "sr", "snr", "senior":
		return "1"
	case "jr", "jnr", "junior", "ii":
		return "2"
	case "iii", "3rd":
		return "3"
	case "iv", "4th":
		return "4"
	}
	return ""
}

// familyParts are a family name whole and, when particles lead it, without them: van den Berg is also Berg.
func familyParts(family string) string {
	words := strings.Fields(family)
	i := 0
	for i < len(words)-1 && isParticle(words[i]) {
		i++
	}
	if i == 0 {
		return family
	}
	return family + valueSeparator + strings.Join(words[i:], " ")
}

func isParticle(w string) bool {
	switch w {
	case "van", "von", "de", "der", "den", "del", "della", "di", "da", "dos", "du", "la", "le", "al", "el", "bin", "ibn", "ter", "ten", "st":
		return true
	}
	return false
}
