package match

import (
	"fmt"

	"github.com/sameas/sameas/internal/evidence"
	"github.com/sameas/sameas/match/kernel"
)

// clusterShape is what the edges inside one cluster look like.
type clusterShape struct {
	edges   int
	bridges []link // edges whose loss splits the cluster
	weakest float64
	byIDs   bool
}

// link is an edge inside a cluster; one that an ID makes is certain.
type link struct {
	a, b    uint32
	weight  int32
	certain bool
}

// linksByCluster sorts the links that hold clusters together by cluster: must-links that count, and kept edges.
func (m *matching) linksByCluster(c *clustering, candidates []candidate) map[uint32][]link {
	byRoot := map[uint32][]link{}
	seen := map[[2]uint32]bool{}
	add := func(l link) {
		root := c.find(l.a)
		if root != c.find(l.b) || seen[[2]uint32{l.a, l.b}] {
			return
		}
		seen[[2]uint32{l.a, l.b}] = true
		byRoot[root] = append(byRoot[root], l)
	}
	for _, l := range m.identity.links {
		if l.counts() {
			add(link{l.a, l.b, 0, true})
		}
	}
	for _, e := range candidates {
		add(link{e.a, e.b, e.weight, false})
	}
	return byRoot
}

// shapeOf measures one cluster. Links come certain ones first, then by weight: so joining them in order makes the
// maximum spanning tree, and its last fuzzy one is the weakest.
func shapeOf(members []uint32, links []link) clusterShape {
	s := clusterShape{edges: len(links), byIDs: true}
	place := make(map[uint32]uint32, len(members))
	for i, r := range members {
		place[r] = uint32(i)
	}
	u := newUnions(len(members))
	for _, l := range links {
		a, b := u.find(place[l.a]), u.find(place[l.b])
		if a == b {
			continue
		}
		u.join(a, b)
		if !l.certain {
			s.byIDs = false
			s.weakest = float64(l.weight) * kernel.Unit
		}
	}
	if len(members) <= largeCluster {
		s.bridges = bridges(len(members), links, place)
	}
	return s
}

// bridges finds the links that are the only way between two parts, by leaving each out in turn: clusters are small.
func bridges(n int, links []link, place map[uint32]uint32) []link {
	var found []link
	for skip := range links {
		u := newUnions(n)
		for i, l := range links {
			if i != skip {
				u.join(place[l.a], place[l.b])
			}
		}
		if l := links[skip]; u.find(place[l.a]) != u.find(place[l.b]) {
			found = append(found, l)
		}
	}
	return found
}

// weakBridges takes clusters out of auto whose two halves, both of several records, hang together by one edge that is
// hardly above the threshold.
func (m *matching) weakBridges(out *outcome, roots []uint32) {
	limit := evidence.Bits(m.model.Thresholds.Auto) + weakBits
	links := m.linksByCluster(out.auto, out.candidate)
	for _, root := range roots {
		members := out.auto.members[root]
		if out.tier[root] != "" || len(members) < 4 {
			continue
		}
		for _, b := range shapeOf(members, links[root]).bridges {
			weight := float64(b.weight) * kernel.Unit
			if b.certain || weight >= limit || !splitsInTwo(members, links[root], b) {
				continue
			}
			out.tier[root] = "review"
			out.conflicts = append(out.conflicts, conflict{kind: "weak_bridge", a: b.a, b: b.b, pair: true, weight: weight, scored: true,
				detail: fmt.Sprintf("only the pair %s and %s (%.1f bits) holds two groups of records together: decide in review", m.records[b.a].key, m.records[b.b].key, weight)})
			break
		}
	}
}

// splitsInTwo reports whether a cluster without one link falls into two parts of two records or more.
func splitsInTwo(members []uint32, links []link, without link) bool {
	place := make(map[uint32]uint32, len(members))
	for i, r := range members {
		place[r] = uint32(i)
	}
	u := newUnions(len(members))
	for _, l := range links {
		if l != without {
			u.join(place[l.a], place[l.b])
		}
	}
	part := 0
	for i := range members {
		if u.find(uint32(i)) == u.find(place[without.a]) {
			part++
		}
	}
	return part >= 2 && len(members)-part >= 2
}
