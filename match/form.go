package match

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/sameas/sameas/internal/config"
	"github.com/sameas/sameas/match/kernel"
)

// outcome is what clustering found.
type outcome struct {
	auto      *clustering
	review    *unions
	candidate []candidate
	tier      map[uint32]string // of roots of two records or more that are not auto
	conflicts []conflict
}

// maxRounds bounds how often clustering is repeated without the components found ambiguous; what is still found
// ambiguous then is reported and kept out of auto by its tier.
const maxRounds = 4

// form makes the clusters: must-links, then edges at or above auto, then the wider clusters for review.
func (m *matching) form() outcome {
	contradictory := m.identity.contradictions(m.records, m.component)
	out := outcome{candidate: m.candidates(), tier: map[uint32]string{}}
	var auto []candidate
	for _, e := range out.candidate {
		if e.auto {
			auto = append(auto, e)
		}
	}
	unwilling := map[uint32]bool{}
	ambiguous := map[uint32]refusal{}
	for range maxRounds {
		out.auto = newClustering(m.identity, m.component, contradictory, m.judge.agree)
		out.auto.unwilling = unwilling
		out.auto.alike = m.alike
		out.auto.run(auto)
		found := out.auto.ambiguous(m.component, auto)
		for root, r := range found {
			ambiguous[root] = r
			unwilling[root] = true
		}
		if len(found) == 0 {
			break
		}
	}
	out.conflicts = append(out.conflicts, m.ambiguities(ambiguous)...)
	out.conflicts = append(out.conflicts, m.refused(out.auto)...)
	m.widen(&out, auto)
	m.takeOut(&out, contradictory)
	return out
}

// alike reports that a pair's evidence would join it unasked if nothing forbade it.
func (m *matching) alike(a, b uint32) bool {
	c := m.judge.Compare(a, b)
	return c.Weight >= thresholdUnits(m.model.Thresholds.Auto) && m.judge.independent(c) && m.judge.agree(a, b)
}

// candidates are the kept edges in the order of joining, each with whether it may join unasked.
func (m *matching) candidates() []candidate {
	auto := thresholdUnits(m.model.Thresholds.Auto)
	candidates := make([]candidate, 0, len(m.scanned.Edges))
	for _, e := range m.scanned.Edges {
		c := candidate{a: e.A, b: e.B, weight: e.Weight}
		c.auto = e.Weight >= auto && m.judge.independent(m.judge.Compare(e.A, e.B))
		candidates = append(candidates, c)
	}
	sortCandidates(candidates)
	return candidates
}

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

// refused are the conflict rows of unions that were not made.
func (m *matching) refused(c *clustering) []conflict {
	var conflicts []conflict
	for _, r := range c.refusals {
		a, b := m.records[r.a].key, m.records[r.b].key
		row := conflict{a: r.a, b: r.b, pair: true, between: true, weight: float64(r.weight) * kernel.Unit, scored: true}
		switch r.reason {
		case refusedApart:
			s := m.identity.scopes[r.scope]
			row.kind, row.provider, row.realm = "cannot_link", s.provider, s.realm
			row.detail = fmt.Sprintf("%s and %s look like one (%.1f bits), but %s holds two records for them (%s and %s): not merged; if they are one, merge them in that application", a, b, row.weight, s, m.idOf(r.x, r.scope), m.idOf(r.y, r.scope))
		case refusedDifferent:
			row.kind = "cannot_link"
			row.detail = fmt.Sprintf("%s and %s were judged different by a person: not merged", m.records[r.x].key, m.records[r.y].key)
		case refusedVeto:
			row.kind = "veto"
			row.detail = fmt.Sprintf("%s and %s look like one (%.1f bits), but %s of %s and %s speaks against it: not merged; decide in review", a, b, row.weight, m.judge.against(r.x, r.y), m.records[r.x].key, m.records[r.y].key)
		case refusedFrozen:
			row.kind = "suppressed"
			row.detail = fmt.Sprintf("%s and %s look like one (%.1f bits), but one of them belongs to a contradiction of IDs: not merged until that is resolved", a, b, row.weight)
		}
		conflicts = append(conflicts, row)
	}
	return conflicts
}

func (m *matching) idOf(record, scope uint32) string {
	for _, h := range m.identity.holdings[record] {
		if h.scope == scope {
			return m.identity.uses[h.id].id.ID
		}
	}
	return "?"
}

// widen goes on joining at the review threshold: what a person is asked about stands together.
func (m *matching) widen(out *outcome, auto []candidate) {
	w := widening{matching: m, auto: out.auto, unions: newUnions(len(m.records)), members: map[uint32][]uint32{}}
	for i := range m.records {
		w.join(uint32(i), out.auto.find(uint32(i)))
	}
	for root, members := range out.auto.members {
		w.members[root] = members
	}
	out.review = w.unions
	for _, l := range m.identity.links {
		if l.off != l.doubt && !l.lost { // doubtful by itself, or good in a source that is off
			w.unite(l.a, l.b, false)
		}
	}
	for _, e := range out.candidate {
		if m.reviewable(out.auto, e) {
			w.unite(e.a, e.b, true)
		}
	}
}

// averageSlack is how many bits below the review threshold two wider clusters may resemble each other on average.
const averageSlack = 3.0

// widening is the wider clusters while they are formed.
type widening struct {
	*matching
	*unions
	auto    *clustering
	members map[uint32][]uint32
}

func (w *widening) list(root uint32) []uint32 {
	if m := w.members[root]; m != nil {
		return m
	}
	return []uint32{root}
}

// unite joins two wider clusters, unless they grow too large for a person to look at, or, with onAverage, resemble
// each other in one pair only: doubtful pairs in a chain would put a street of namesakes before one person.
func (w *widening) unite(a, b uint32, onAverage bool) {
	a, b = w.find(a), w.find(b)
	as, bs := w.list(a), w.list(b)
	if a == b || len(as)+len(bs) > largeCluster || onAverage && !w.alikeOnAverage(as, bs) {
		return
	}
	root := w.join(a, b)
	delete(w.members, max(a, b))
	w.members[root] = slices.Concat(as, bs)
}

func (w *widening) alikeOnAverage(as, bs []uint32) bool {
	sum := int64(0)
	for _, x := range as {
		for _, y := range bs {
			sum += int64(w.judge.Weight(x, y))
		}
	}
	return sum >= int64(w.model.spec.Keep-units(averageSlack))*int64(len(as)*len(bs))
}

// reviewable says whether a pair is worth a person's time. Between two records that one application holds as two,
// only strong evidence is, and none where the configuration forbids it.
func (m *matching) reviewable(c *clustering, e candidate) bool {
	a, b := c.find(e.a), c.find(e.b)
	if a == b {
		return false
	}
	if m.identity.different[[2]uint32{e.a, e.b}] {
		return false
	}
	scope, clashes := clash(c.held[a], c.held[b])
	if !clashes {
		return true
	}
	s := m.identity.scopes[scope]
	return e.auto && m.options.Config.Distinct(s.provider, s.realm) == config.DistinctReview
}

// takeOut finds the clusters that must not be auto, and says why.
func (m *matching) takeOut(out *outcome, contradictory map[uint32]bool) {
	roots := make([]uint32, 0, len(out.auto.members))
	for root := range out.auto.members {
		roots = append(roots, root)
	}
	slices.Sort(roots)
	for _, root := range roots {
		members := out.auto.members[root]
		switch {
		case contradictory[root]:
			out.tier[root] = "review"
		case len(members) > largeCluster:
			out.tier[root] = "review"
			out.conflicts = append(out.conflicts, conflict{kind: "large_cluster", a: root, b: members[len(members)-1], pair: true,
				detail: fmt.Sprintf("%d records were joined into one cluster, more than %d: look at it before anything is merged", len(members), largeCluster)})
		default:
			if c, found := m.vetoInside(members); found {
				out.tier[root] = "review"
				out.conflicts = append(out.conflicts, c)
			}
		}
	}
	m.weakBridges(out, roots)
}

// vetoInside scores every pair of a cluster, blocked or not.
func (m *matching) vetoInside(members []uint32) (conflict, bool) {
	for i, x := range members {
		for _, y := range members[i+1:] {
			if m.judge.agree(x, y) {
				continue
			}
			why := m.judge.against(x, y)
			return conflict{kind: "veto", a: x, b: y, pair: true, weight: float64(m.judge.Weight(x, y)) * kernel.Unit, scored: true,
				detail: fmt.Sprintf("%s and %s stand in one cluster, but %s speaks against it: decide in review", m.records[x].key, m.records[y].key, why)}, true
		}
	}
	return conflict{}, false
}

// sortConflicts puts the rows in a total order.
func sortConflicts(conflicts []conflict) {
	slices.SortFunc(conflicts, func(x, y conflict) int {
		return cmp.Or(cmp.Compare(x.kind, y.kind), cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b), cmp.Compare(x.keyA, y.keyA),
			cmp.Compare(x.provider, y.provider), cmp.Compare(x.realm, y.realm), cmp.Compare(x.detail, y.detail))
	})
}
