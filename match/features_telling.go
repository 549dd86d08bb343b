package match

import (
	"strings"

	"github.com/sameas/sameas/match/kernel"
)

// tellingNames is how many names a word must stand in to be taken for a word with a meaning, and not for a typo or
// one organization's own coinage.
const tellingNames = 4

// markTelling marks the words of organizations' names that tell things apart: those that stand in several names, as
// "holdings" and "services" do, and the places that records lie in. A company of a group and a branch are named so, and
// share their website, telephone and letterhead with the head office. The words are learnt from the records, since
// every trade and country has its own.
func (s *schema) markTelling(rows []featureRow) {
	if s.collection != "organizations" {
		return
	}
	name, city := s.index("name"), s.index("city")
	names, places := map[string]int{}, map[string]bool{}
	seen := map[string]bool{}
	for i := range rows {
		for c := range strings.SplitSeq(rows[i].vals[city], valueSeparator) {
			for w := range strings.FieldsSeq(c) {
				places[w] = true
			}
		}
		text := rows[i].vals[name]
		if seen[text] {
			continue
		}
		seen[text] = true
		for w := range wordsOnce(text) {
			names[w]++
		}
	}
	for i := range rows {
		rows[i].vals[name] = marked(rows[i].vals[name], func(w string) bool {
			return names[w] >= tellingNames || places[w]
		})
	}
}

func wordsOnce(text string) map[string]bool {
	words := map[string]bool{}
	for w := range strings.FieldsSeq(text) {
		words[w] = true
	}
	return words
}

func marked(name string, telling func(word string) bool) string {
	words := strings.Fields(name)
	for i, w := range words {
		if telling(w) {
			words[i] = kernel.Telling + w
		}
	}
	return strings.Join(words, " ")
}
