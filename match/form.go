package match

import (
	"cmp"
	"slices"
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
	contradictory := m.identity.contradictions(m.records, m.component, m.sameContent)
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
		out.auto = newClustering(m.identity, m.component, contradictory, m.agree)
		out.auto.unwilling = unwilling
		out.auto.alike = m.alike
		out.auto.run(auto)
		out.auto.gather(m.component, auto, m.weight)
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
	if p := m.keptPair(a, b); p != nil {
		return p.auto && m.agree(a, b)
	}
	c := m.judge.Compare(a, b)
	return c.Weight >= thresholdUnits(m.model.Thresholds.Auto) && m.judge.independent(a, b, c) && m.agree(a, b)
}

// candidates are the kept edges in the order of joining, each with whether it may join unasked.
func (m *matching) candidates() []candidate {
	candidates := make([]candidate, 0, len(m.kept))
	for i := range m.kept {
		p := &m.kept[i]
		candidates = append(candidates, candidate{a: p.a, b: p.b, weight: p.weight, auto: p.auto})
	}
	sortCandidates(candidates)
	return candidates
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
		if m.linkReviewable(l) {
			w.unite(l.a, l.b, false)
		}
	}
	apart := m.apart(out.auto)
	for _, e := range out.candidate {
		if m.reviewable(out.auto, apart, e) {
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
			sum += int64(w.weight(x, y))
		}
	}
	return sum >= int64(w.model.spec.Keep-units(averageSlack))*int64(len(as)*len(bs))
}

// sortConflicts puts the rows in a total order.
func sortConflicts(conflicts []conflict) {
	slices.SortFunc(conflicts, func(x, y conflict) int {
		return cmp.Or(cmp.Compare(x.kind, y.kind), cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b), cmp.Compare(x.keyA, y.keyA),
			cmp.Compare(x.provider, y.provider), cmp.Compare(x.realm, y.realm), cmp.Compare(x.detail, y.detail))
	})
}
