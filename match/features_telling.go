package match

import (
	"strings"

	"github.com/sameas/sameas/match/kernel"
)

// tellingNames is how many names a word must stand in to be taken for a word with a meaning, and not for a typo or
// one organization's own coinage.
const tellingNames = 4

// unitWords say that a name is one part's of something larger: a company of a group, or a place of business. From
// general knowledge of how such companies are called.
func unitWords() map[string]bool {
	words := map[string]bool{}
	for w := range strings.FieldsSeq(`holdings group investments investment properties developments development finance rentals retail
		wholesale international services solutions partners capital ventures enterprises trading operations assets nominees
		leasing lending superannuation franchising branch office store depot division subsidiary affiliate
		north south east west northern southern eastern western central upper lower nth sth
		beteiligung beteiligungs verwaltung verwaltungs vermogensverwaltung immobilien filiale zweigniederlassung niederlassung
		participations participation immobiliere filiale succursale groupe gruppe grupo gruppo inversiones participacoes
		empreendimentos sucursal partecipazioni immobiliare filiale deelnemingen beheer vastgoed forvaltning eiendom fastigheter`) {
		words[w] = true
	}
	return words
}

// markTelling marks the words of organizations' names that tell things apart: those that stand in several names, as
// "bakery" and "services" do, and the places that records lie in. A company of a group and a branch are named so, and
// share their website, telephone and letterhead with the head office. The words are learnt from the records, since
// every trade and country has its own. Places, and the words that companies of a group are told apart by, are marked
// as such: what they tell apart is not one thing under two names.
func (s *schema) markTelling(rows []featureRow) {
	if s.collection != "organizations" {
		return
	}
	name, city := s.index("name"), s.index("city")
	names, units := map[string]int{}, unitWords()
	seen := map[string]bool{}
	for i := range rows {
		for c := range strings.SplitSeq(rows[i].vals[city], valueSeparator) {
			for w := range strings.FieldsSeq(c) {
				units[w] = true
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
		rows[i].vals[name] = marked(rows[i].vals[name], func(w string) string {
			switch {
			case units[w]:
				return kernel.UnitWord
			case names[w] >= tellingNames:
				return kernel.Telling
			}
			return ""
		})
	}
}

func wordsOnce(text string) map[string]bool {
	words := map[string]bool{}
	for name := range strings.SplitSeq(text, valueSeparator) {
		for w := range strings.FieldsSeq(name) {
			words[w] = true
		}
	}
	return words
}

func marked(text string, mark func(word string) string) string {
	names := strings.Split(text, valueSeparator)
	for i, name := range names {
		words := strings.Fields(name)
		for k, w := range words {
			words[k] = mark(w) + w
		}
		names[i] = strings.Join(words, " ")
	}
	return strings.Join(names, valueSeparator)
}
