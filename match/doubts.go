package match

import (
	"context"
	"fmt"
	"slices"

	"github.com/sameas/sameas/internal/config"
	"github.com/sameas/sameas/match/kernel"
)

// agree reports that nothing in a pair speaks against it, or that a person answers for it.
func (m *matching) agree(a, b uint32) bool {
	return m.identity.decided(a, b, func(x, y uint32) bool { return !m.fieldsAgree(x, y) }) || m.fieldsAgree(a, b)
}

// fieldsAgree reports that nothing in the fields of a pair speaks against it.
func (m *matching) fieldsAgree(a, b uint32) bool {
	if p := m.keptPair(a, b); p != nil {
		return p.agrees
	}
	return m.judge.agree(a, b)
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
func (m *matching) reviewable(auto *partition, p *keptPair) bool {
	a, b := auto.find(p.a), auto.find(p.b)
	if a == b || !p.asks {
		return false
	}
	if _, _, apart := auto.judgedApart(auto.list(a), auto.list(b)); apart {
		return false
	}
	scope, clashes := clash(auto.heldBy(a), auto.heldBy(b))
	if !clashes {
		return true
	}
	s := m.identity.ids.scopes[scope]
	return p.auto && m.options.Config.Distinct(s.provider, s.realm) == config.DistinctReview
}

// takeOut measures every cluster, finds those that must not be auto, and says why.
func (m *matching) takeOut(ctx context.Context, out *outcome, contradictory map[uint32]bool) error {
	links := m.linksByCluster(out.auto)
	var roots []uint32
	for root, s := range out.auto.several {
		if s != nil {
			roots = append(roots, uint32(root))
		}
	}
	out.shapes = make([]clusterShape, len(roots))
	conflicts, agreements := make([]*conflict, len(roots)), m.model.agreements()
	err := m.inChunks(ctx, len(roots), func(m *matching, i int) {
		root := roots[i]
		members := out.auto.list(root)
		inside := links.of(root)
		shape, bridges := shapeOf(members, inside)
		if !contradictory[root] && !m.disputed(members) {
			conflicts[i] = m.doubt(members, inside, bridges)
		}
		shape.reason = m.reason(members, inside, shape, agreements)
		out.shapes[i] = shape
		clear(m.judge.known)
	})
	for i, root := range roots {
		if conflicts[i] != nil {
			out.conflicts = append(out.conflicts, *conflicts[i])
		}
		if conflicts[i] != nil || contradictory[root] || m.disputed(out.auto.list(root)) {
			out.tier[root] = "review"
		}
	}
	return err
}

// disputed reports that judgements of a cluster's records contradict each other.
func (m *matching) disputed(members []uint32) bool {
	return slices.ContainsFunc(members, func(r uint32) bool { return m.identity.disputed[r] })
}

// doubt is why a cluster must not be auto; nil if nothing is.
func (m *matching) doubt(members []uint32, inside, bridges []link) *conflict {
	if len(members) > largeCluster && !m.approvedWhole(members) {
		return &conflict{kind: "large_cluster", a: members[0], b: members[len(members)-1], pair: true,
			detail: fmt.Sprintf("%d records were joined into one cluster, more than %d: look at it before anything is merged", len(members), largeCluster)}
	}
	if len(members) <= largeCluster {
		if c := m.vetoInside(members); c != nil {
			return c
		}
	}
	return m.weakBridge(members, inside, bridges)
}

// approvedWhole reports that people judged all records of a cluster the same.
func (m *matching) approvedWhole(members []uint32) bool {
	return !slices.ContainsFunc(members, func(r uint32) bool { return !m.identity.judgedSame(members[0], r) })
}

// vetoInside scores every pair of a cluster, blocked or not.
func (m *matching) vetoInside(members []uint32) *conflict {
	for i, x := range members {
		for _, y := range members[i+1:] {
			if m.agree(x, y) {
				continue
			}
			why := m.judge.against(x, y)
			return &conflict{kind: "veto", a: x, b: y, pair: true, weight: float64(m.judge.Weight(x, y)) * kernel.Unit, scored: true,
				detail: fmt.Sprintf("%s and %s stand in one cluster, but %s speaks against it: decide in review", m.records[x].key, m.records[y].key, why)}
		}
	}
	return nil
}
