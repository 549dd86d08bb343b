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
func (m *maker) namesOf(first, last string) personName {
	if last == "" && strings.Contains(first, ",") {
		last, first, _ = strings.Cut(first, ",")
	} else if first == "" && strings.Contains(last, ",") {
		last, first, _ = strings.Cut(last, ",")
	}
	var n personName
	m.words = n.appendWords(m.words[:0], m.made.fold(first))
	split := len(m.words)
	m.words = n.appendWords(m.words, m.made.fold(last))
	given, family := m.words[:split], m.words[split:]
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

// appendWords adds the words of a folded name to others.
func (n *personName) appendWords(words []string, folded string) []string {
	first, several := true, strings.Contains(folded, " ")
	for w := range strings.FieldsSeq(folded) {
		switch g := generation(w); {
		case g != "" && (!first || g == "2" && w != "ii"):
			n.generation = g
		case several && (slices.Contains(nameTitles, w) || !first && slices.Contains(degrees, w)):
		default:
			words = append(words, w)
		}
		first = false
	}
	return words
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
	if first, _, several := strings.Cut(family, " "); !several || !isParticle(first) {
		return family
	}
	words := strings.Fields(family)
	i := 0
	for i < len(words)-1 && isParticle(words[i]) {
		i++
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
