package merge

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/sameas/sameas/internal/connec"
)

// Reasons why the plan leaves a record alone: Operation.Withheld, and the keys of PlanSummary.Withheld.
const (
	WithheldReview      = "in_review"                // a person must judge it first
	WithheldAmbiguous   = "ambiguous"                // two clusters fit it equally
	WithheldBelowAttach = "below_attach"             // likeness alone, and less than an ID that stays for ever takes
	WithheldInDoubt     = "hub_in_doubt"             // the hub may hold it, unseen: its records may not all have been read
	WithheldNotInHub    = "not_in_hub"               // no candidate; merge.create is off
	WithheldArchived    = "archived_match"           // its only match is out of use
	WithheldReferrer    = "archived_referrer"        // a record out of use refers to a duplicate
	WithheldChannels    = "two_channels"             // its cluster spans two channels
	WithheldSecondID    = "second_id"                // the application holds the record twice
	WithheldOldID       = "old_id_held"              // the hub record bears an ID that the application no longer lists
	WithheldElsewhere   = "id_held_elsewhere"        // a hub record outside its cluster bears its ID
	WithheldHubValue    = "hub_value"                // its ID is a placeholder, no identity
	WithheldReference   = "field_conflict_reference" // the cluster's tax or registration numbers differ
	WithheldBirthDate   = "field_conflict_birth_date"
	WithheldNoAddress   = "reference_not_addressable" // a nested reference whose sub-entity has no ID
	WithheldForeign     = "foreign_id"                // it would gain an ID of another application, which the hub will not take
	WithheldSuppressed  = "suppressed"                // it must never be created again
	WithheldHeld        = "id_not_shared"             // it would gain an ID that a duplicate of it bears, which the hub will not have on both
)

// withheldMeaning says what the reason is, in a few words; each line of the plan says more of its own record.
func withheldMeaning(reason string) string {
	switch reason {
	case WithheldReview:
		return "a person must judge it first"
	case WithheldAmbiguous:
		return "it fits two clusters equally"
	case WithheldBelowAttach:
		return "alike, but not surely enough for an ID that cannot be taken back"
	case WithheldInDoubt:
		return "nothing is like it, but the hub's records may not all have been read: it may be there unseen"
	case WithheldNotInHub:
		return "the hub holds nothing like it; merge.create would make a record of it"
	case WithheldArchived:
		return "its only match in the hub is out of use"
	case WithheldReferrer:
		return "a record out of use that refers to a duplicate"
	case WithheldChannels:
		return "its cluster spans two channels, which are never merged"
	case WithheldSecondID:
		return "its application holds the record twice: merge it there"
	case WithheldOldID:
		return "the hub record bears an ID that its application no longer lists: look what became of it"
	case WithheldElsewhere:
		return "a hub record outside its cluster bears its ID already"
	case WithheldHubValue:
		return "its ID names nothing: give it one of its own"
	case WithheldReference:
		return "tax or registration numbers differ within its cluster"
	case WithheldBirthDate:
		return "birth dates differ within its cluster"
	case WithheldNoAddress:
		return "a reference in a list whose element has no ID to be addressed by"
	case WithheldForeign:
		return "it would gain an ID of another application, which the hub does not take from this one"
	case WithheldSuppressed:
		return "it is on the list of what must never be created again"
	case WithheldHeld:
		return "it would gain an ID that its duplicate bears, which the hub does not leave on both"
	}
	return ""
}

// withhold is the line of a record that the plan leaves alone.
func (p *planner) withhold(collection, clusterID string, m *member, name, text string) Operation {
	return Operation{ID: opID(TypeWithheld, collection, m.Key, m.Source, name), Level: levelWithheld, Type: TypeWithheld,
		Collection: collection, ClusterID: clusterID, Record: m.Key, Withheld: name, Reason: Reason{Text: text}}
}

// unlinked are the part's application records whose ID no hub record bears yet.
func (u *unit) unlinked() []*member {
	return slices.DeleteFunc(slices.Clone(u.apps), func(m *member) bool { return u.ids.holders[hubID(m.Key)] > 0 })
}

func (p *planner) withholdUnlinked(u *unit, name, text string) {
	for _, m := range u.unlinked() {
		u.withheld = append(u.withheld, p.withhold(u.collection, u.id, m, name, text))
	}
}

// withholdAll takes the whole part out of the plan: its unlinked records and the losers among its hub records.
func (u *unit) withholdAll(p *planner, name, text string) {
	u.ops = nil
	p.withholdUnlinked(u, name, text)
	for _, m := range u.losers() {
		u.withheld = append(u.withheld, p.withhold(u.collection, u.id, m, name, text))
	}
}

// accountFor counts the records that are linked already, and says why another's ID is not written.
func (p *planner) accountFor(u *unit) {
	p.summary.Linked += int64(len(u.apps) - len(u.unlinked()))
	for _, m := range u.unlinked() {
		name, text := u.whyNot(m)
		if name != "" {
			u.withheld = append(u.withheld, p.withhold(u.collection, u.id, m, name, text))
		}
	}
}

// whyNot says why the record's own ID is written to no hub record; "" when it is written to one.
func (u *unit) whyNot(m *member) (name, text string) {
	own := hubID(m.Key)
	for _, op := range u.ops {
		if slices.Contains(op.BearsIDs, own) {
			return "", ""
		}
	}
	void := slices.ContainsFunc(m.IDs, func(h heldID) bool { return h.Key == m.Key && h.Void })
	switch {
	case void:
		return WithheldHubValue, "its ID is a placeholder or on more records than can be true: give it an ID of its own"
	case u.ids.elsewhere[own]:
		return WithheldElsewhere, "a hub record outside its cluster bears its ID already: look at both"
	}
	if old := u.deadBeside(own); old != "" {
		return WithheldOldID, fmt.Sprintf("the hub record bears %s, which the application no longer lists, and an ID cannot be taken back: "+
			"two of one application on a record would confuse it; find out what became of that record", old)
	}
	return WithheldSecondID, fmt.Sprintf("the hub record bears another ID of %s/%s: the application holds this record twice, merge it there", own.Provider, own.Realm)
}

// deadBeside is the ID of the account that keeps its own ID from the part's hub records, if no living one does; "" otherwise.
func (u *unit) deadBeside(own connec.ExternalID) string {
	dead := ""
	for _, m := range u.members {
		for _, h := range m.IDs {
			switch {
			case h.id == own || h.Void || h.account() != (account{own.Provider, own.Realm}):
			case !h.Dead:
				return ""
			case m.Hub:
				dead = h.Key
			}
		}
	}
	return dead
}

// quotedList is the values one after the other, in quotes as every value of a record is in a sentence: masking goes by them.
func quotedList(values []string) string {
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = strconv.Quote(v)
	}
	return strings.Join(quoted, ", ")
}

// contradiction finds what no two records of one thing can differ in: a tax number, a birth date.
func (u *unit) contradiction() (name, text string) {
	references := u.differing(func(m *member) []string { return []string{taxNumber(m.Reference)} })
	dates := u.differing(func(m *member) []string {
		given := append([]string{m.BirthDate}, m.readings...)
		if slices.ContainsFunc(given, placeholderDate.MatchString) {
			return nil
		}
		return given
	})
	switch {
	case len(references) > 1:
		return WithheldReference, "tax or registration numbers differ (" + quotedList(references) + "): a person must say whether these are one"
	case len(dates) > 1:
		return WithheldBirthDate, "birth dates differ (" + quotedList(dates) + "): a person must say whether these are one"
	}
	return "", ""
}

// differing are the values of the part's records, each once in the order of keys, if two records hold different ones that
// nobody judged the same. Records that a person held together speak as one: with any value that one of them holds. So does
// a record of which the value can be read in two ways: another differs from it when it fits neither.
func (u *unit) differing(values func(*member) []string) []string {
	judged := forest{}
	for _, b := range u.bonds {
		if b.Kind == "decision" {
			judged.join(b.A, b.B)
		}
	}
	spoken := map[string][]string{}
	var all []string
	for _, m := range u.members {
		for _, v := range values(m) {
			if v == "" {
				continue
			}
			root := judged.root(m.Key)
			spoken[root] = append(spoken[root], v)
			if !slices.Contains(all, v) {
				all = append(all, v)
			}
		}
	}
	for a, values := range spoken {
		for b, others := range spoken {
			if a != b && !slices.ContainsFunc(values, func(v string) bool { return slices.Contains(others, v) }) {
				return all
			}
		}
	}
	return nil
}

// taxNumber is the number's letters and digits; a placeholder is none.
func taxNumber(s string) string {
	if isPlaceholderText(strings.ToLower(strings.TrimSpace(s))) {
		return ""
	}
	s = strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' {
			return r
		}
		return -1
	}, strings.ToUpper(s))
	if strings.Trim(s, "0") == "" {
		return ""
	}
	return s
}

// planLoose works out an application's record that no auto cluster holds: withheld, or created where nothing speaks
// against it.
func (p *planner) planLoose(collection string, l looseRecord) error {
	name, text := p.whyLoose(collection, l)
	if name != "" {
		p.askOf(collection, l.reviewID, name)
		return p.emit(p.withhold(collection, l.clusterID, l.member, name, text))
	}
	return p.planCreate(collection, l.clusterID, []*member{l.member}, Reason{Probability: 1, Text: "no hub record is like it"})
}

// askOf counts the review cluster among those that a person must look at, when that is why something is withheld.
func (p *planner) askOf(collection, reviewID, name string) {
	if name == WithheldReview || name == WithheldAmbiguous {
		p.review[collection+"\x00"+reviewID] = true
	}
}

// notCreated says why no record is made in the collection, whatever it is; "" when that may be.
func (p *planner) notCreated(collection string) (name, text string) {
	switch {
	case !p.o.Config.Merge.Create:
		return WithheldNotInHub, "the hub holds no record like it; merge.create would make one"
	case p.unsure[collection] != "":
		return WithheldInDoubt, "the hub may hold it unseen: " + p.unsure[collection]
	}
	return "", ""
}

func (p *planner) whyLoose(collection string, l looseRecord) (name, text string) {
	kinds := strings.Split(l.kinds, ",")
	told := func(kind string) bool { return slices.Contains(kinds, kind) }
	own := slices.IndexFunc(l.member.IDs, func(h heldID) bool { return h.Key == l.member.Key })
	switch {
	case own >= 0 && l.member.IDs[own].Void:
		return WithheldHubValue, "its ID is a placeholder or on more records than can be true: give it an ID of its own"
	case told("ambiguous"):
		return WithheldAmbiguous, "two clusters fit it equally: a person must say which"
	case l.tier == "review":
		return WithheldReview, "its cluster was taken out of auto" + because(kinds) + ": a person must judge it"
	case l.company || l.candidate != "":
		return WithheldReview, mayBe(l.candidate)
	case told("cannot_link") || told("veto") || told("oversized_block") || told("link_contradicted"):
		return WithheldReview, "not all that is like it could be ruled out" + because(kinds) + ": a person must judge it"
	}
	if key := l.member.heldElsewhere(); key != "" {
		return WithheldElsewhere, "a hub record outside its cluster bears " + key + " already: look at both"
	}
	return p.notCreated(collection)
}

func because(kinds []string) string {
	if len(kinds) == 0 || kinds[0] == "" {
		return ""
	}
	return " (" + strings.Join(kinds, ", ") + ")"
}
