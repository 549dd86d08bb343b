package match

import (
	"fmt"
	"slices"

	"github.com/sameas/sameas/internal/config"
	"github.com/sameas/sameas/match/kernel"
)

// agree reports that nothing in a pair speaks against it, or that a person answers for it.
func (m *matching) agree(a, b uint32) bool {
	if m.identity.decided(a, b) {
		return true
	}
	if p := m.keptPair(a, b); p != nil {
		return p.agrees
	}
	return m.judge.agree(a, b)
}

// apart are the pairs of clusters, by their roots, that hold two records judged different.
func (m *matching) apart(c *clustering) map[[2]uint32]bool {
	apart := make(map[[2]uint32]bool, len(m.identity.different))
	for pair := range m.identity.different {
		apart[ordered(c.find(pair[0]), c.find(pair[1]))] = true
	}
	return apart
}

// linkReviewable says whether a must-link that joins nothing is worth a person's time: it is doubtful by itself, or good
// in a source that is off, or refused because of a judgement that does not say which of several links is wrong.
func (m *matching) linkReviewable(l mustLink) bool {
	if l.kind == "decision" {
		return l.doubt
	}
	if m.identity.judgedApart(l.a, l.b) {
		return false
	}
	return l.refused || l.off != l.doubt && !l.lost
}

// reviewable says whether a pair is worth a person's time. Between two records that one application holds as two,
// only strong evidence is, and none where the configuration forbids it.
func (m *matching) reviewable(c *clustering, apart map[[2]uint32]bool, e candidate) bool {
	a, b := c.find(e.a), c.find(e.b)
	if a == b || apart[ordered(a, b)] {
		return false
	}
	scope, clashes := clash(c.heldBy(a), c.heldBy(b))
	if !clashes {
		return e.auto || m.judge.worthAsking(m.judge.Compare(e.a, e.b))
	}
	s := m.identity.ids.scopes[scope]
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
		case contradictory[root], slices.ContainsFunc(members, func(r uint32) bool { return m.identity.disputed[r] }):
			out.tier[root] = "review"
		case len(members) > largeCluster:
			if m.approvedWhole(members) {
				continue
			}
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

// approvedWhole reports that people judged all records of a cluster the same.
func (m *matching) approvedWhole(members []uint32) bool {
	return !slices.ContainsFunc(members, func(r uint32) bool { return !m.identity.judgedSame(members[0], r) })
}

// vetoInside scores every pair of a cluster, blocked or not.
func (m *matching) vetoInside(members []uint32) (conflict, bool) {
	for i, x := range members {
		for _, y := range members[i+1:] {
			if m.agree(x, y) {
				continue
			}
			why := m.judge.against(x, y)
			return conflict{kind: "veto", a: x, b: y, pair: true, weight: float64(m.judge.Weight(x, y)) * kernel.Unit, scored: true,
				detail: fmt.Sprintf("%s and %s stand in one cluster, but %s speaks against it: decide in review", m.records[x].key, m.records[y].key, why)}, true
		}
	}
	return conflict{}, false
}
