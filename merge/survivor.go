package merge

import (
	"cmp"
	"slices"
)

// survivorRule is one step of choosing the record that the others are merged into.
type survivorRule struct {
	name    string
	compare func(a, b *member) int // negative when a comes first
}

// survivorRules are asked in turn; the last is a total order, so that there is always one survivor.
//
// Two rules are there for a second run, which must find nothing to do. IDs in doubt (gone from their application, or
// borne outside the cluster too) are never added, so a record with one lacks a sound ID for ever, and would lose its
// place once the loser has gained the others. And once all hold the same IDs and fields, age alone could turn survivor
// and loser round: the one that is referred to stays.
func survivorRules() []survivorRule {
	return []survivorRule{
		{"in use", func(a, b *member) int { return preferTrue(a.inUse(), b.inUse()) }},
		{"fewest IDs in doubt", func(a, b *member) int { return cmp.Compare(a.inDoubt(), b.inDoubt()) }},
		{"known to the most applications", func(a, b *member) int { return cmp.Compare(b.known(), a.known()) }},
		{"most complete", func(a, b *member) int { return cmp.Compare(b.complete, a.complete) }},
		{"most referred to", func(a, b *member) int { return cmp.Compare(b.RefsIn, a.RefsIn) }},
		{"oldest", func(a, b *member) int { return compareCreated(a.Created, b.Created) }},
		{"smallest ID", func(a, b *member) int { return cmp.Compare(a.Key, b.Key) }},
	}
}

func (m *member) known() int {
	n, _ := m.accounts()
	return n
}

func (m *member) inDoubt() int {
	_, n := m.accounts()
	return n
}

func preferTrue(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// compareCreated puts a record without a time last; times of one form compare as text.
func compareCreated(a, b string) int {
	if (a == "") != (b == "") {
		return preferTrue(a != "", b != "")
	}
	return cmp.Compare(a, b)
}

// rankSurvivors sorts the records, survivor first, and names the rule by which the first came before the second. The
// record that a person decided for, if any, goes before every rule.
func rankSurvivors(records []*member, decided *member) (ranked []*member, rule string) {
	for _, m := range records {
		m.complete = m.completeness()
	}
	rules := survivorRules()
	order := func(a, b *member) (int, string) {
		for _, r := range rules {
			if c := r.compare(a, b); c != 0 {
				return c, r.name
			}
		}
		return 0, ""
	}
	ranked = slices.SortedStableFunc(slices.Values(records), func(a, b *member) int {
		c, _ := order(a, b)
		return c
	})
	switch {
	case len(ranked) < 2:
	case decided != nil:
		ranked = slices.Insert(slices.DeleteFunc(ranked, func(m *member) bool { return m == decided }), 0, decided)
		rule = ruleDecision
	default:
		_, rule = order(ranked[0], ranked[1])
	}
	return ranked, rule
}

// completeness counts the fields that say something: valid values of fields that survivorship decides. A flag counts
// when it is set, because an unset one is what a record without it has too; consent never does.
func (m *member) completeness() int {
	n := 0
	for path, raw := range m.leaves {
		switch kindOf(path, raw) {
		case fieldPlain:
			if isValid(path, raw) {
				n += fullness(path, raw)
			}
		case fieldFlag:
			if compact(raw) == "true" {
				n += 2
			}
		case fieldReference:
			n += 2
		}
	}
	return n
}
