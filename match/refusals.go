package match

import (
	"fmt"

	"github.com/sameas/sameas/match/kernel"
)

func (m *matching) ambiguities(ambiguous map[uint32]refusal) []conflict {
	var conflicts []conflict
	for root, r := range ambiguous {
		conflicts = append(conflicts, conflict{kind: "ambiguous", a: root, b: other(r, m.component, root), pair: true, between: true, weight: float64(r.weight) * kernel.Unit, scored: true,
			detail: fmt.Sprintf("%s fits two things that must stay apart about equally well: it is attached to neither; choose in review", m.records[root].key)})
	}
	return conflicts
}

func other(r refusal, component []uint32, root uint32) uint32 {
	if component[r.a] == root {
		return r.b
	}
	return r.a
}

// refusedPair is what one conflict row of refused unions stands for: two clusters, and why they stay two.
type refusedPair struct {
	reason refusalKind
	roots  [2]uint32
}

// refused are the conflict rows of unions that were not made: one for each two clusters and reason, made of the strongest
// pair, for unions are tried strongest first.
func (m *matching) refused(c *clustering) []conflict {
	pairs := map[refusedPair]int{}
	var strongest []refusal
	for _, r := range c.refusals {
		key := refusedPair{r.reason, ordered(c.find(r.a), c.find(r.b))}
		if pairs[key]++; pairs[key] == 1 {
			strongest = append(strongest, r)
		}
	}
	conflicts := make([]conflict, 0, len(strongest))
	for _, r := range strongest {
		row := m.refusedRow(r)
		if n := pairs[refusedPair{r.reason, ordered(c.find(r.a), c.find(r.b))}]; n > 1 {
			row.detail += fmt.Sprintf(" (the strongest of %d such pairs between the two clusters)", n)
		}
		conflicts = append(conflicts, row)
	}
	return conflicts
}

func (m *matching) refusedRow(r refusal) conflict {
	a, b := m.records[r.a].key, m.records[r.b].key
	row := conflict{a: r.a, b: r.b, pair: true, between: true, weight: float64(r.weight) * kernel.Unit, scored: true}
	switch r.reason {
	case refusedApart:
		s := m.identity.ids.scopes[r.scope]
		row.kind, row.provider, row.realm = "cannot_link", s.provider, s.realm
		row.detail = fmt.Sprintf("%s and %s look like one (%.1f bits), but %s holds two records for them (%s and %s): not merged; if they are one, merge them in that application", a, b, row.weight, s, m.idOf(r.x, r.scope), m.idOf(r.y, r.scope))
	case refusedDifferent:
		row.kind = "judged_different"
		row.detail = fmt.Sprintf("%s and %s were judged different by a person: not merged", m.records[r.x].key, m.records[r.y].key)
	case refusedVeto:
		row.kind = "veto"
		row.detail = fmt.Sprintf("%s and %s look like one (%.1f bits), but %s of %s and %s speaks against it: not merged; decide in review", a, b, row.weight, m.judge.against(r.x, r.y), m.records[r.x].key, m.records[r.y].key)
	case refusedFrozen:
		row.kind = "suppressed"
		row.detail = fmt.Sprintf("%s and %s look like one (%.1f bits), but one of them belongs to a contradiction of IDs: not merged until that is resolved", a, b, row.weight)
	}
	return row
}

func (m *matching) idOf(record, scope uint32) string {
	for _, h := range m.identity.holdings[record] {
		if h.scope == scope {
			return m.identity.ids.id(h.id).ID
		}
	}
	return "?"
}
