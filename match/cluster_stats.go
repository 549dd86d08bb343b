package match

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/sameas/sameas/internal/evidence"
	"github.com/sameas/sameas/match/kernel"
)

// clusterShape is what the edges inside one cluster look like.
type clusterShape struct {
	root    uint32
	edges   int
	bridges int     // edges whose loss splits the cluster
	weakest float64 // weight in bits of the weakest edge of the maximum spanning tree
	byIDs   bool    // IDs alone hold it together
	reason  string  // in words, why its records are held to be one
}

// link is an edge inside a cluster; one that an ID makes is certain, and any other is a kept pair.
type link struct {
	a, b    uint32
	weight  int32
	certain bool
}

// insideLinks are the links that hold clusters together, by cluster.
type insideLinks struct {
	links []link
	ends  []uint32 // by root, of its links
}

// linksByCluster sorts by cluster the must-links that count, and the kept pairs.
func (m *matching) linksByCluster(p *partition) *insideLinks {
	p.flatten()
	each := func(do func(root uint32, l link)) {
		for i := range m.identity.links {
			if l := &m.identity.links[i]; l.counts() && p.find(l.a) == p.find(l.b) {
				do(p.find(l.a), link{l.a, l.b, 0, true})
			}
		}
		for i := range m.kept {
			if k := &m.kept[i]; p.find(k.a) == p.find(k.b) {
				do(p.find(k.a), link{k.a, k.b, k.weight, false})
			}
		}
	}
	in := &insideLinks{ends: make([]uint32, len(m.records)+1)}
	each(func(root uint32, _ link) { in.ends[root+1]++ })
	for root := range m.records {
		in.ends[root+1] += in.ends[root]
	}
	in.links = make([]link, in.ends[len(m.records)])
	each(func(root uint32, l link) { // ends[root] is where its links begin, until they are placed
		in.links[in.ends[root]] = l
		in.ends[root]++
	})
	return in
}

// of are a cluster's links, each pair once: the certain ones first, then by weight.
func (in *insideLinks) of(root uint32) []link {
	from := uint32(0)
	if root > 0 {
		from = in.ends[root-1]
	}
	links := in.links[from:in.ends[root]]
	order := func(x, y link) int {
		return cmp.Or(cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b))
	}
	slices.SortStableFunc(links, order) // must-links were placed first
	links = slices.CompactFunc(links, func(x, y link) bool { return order(x, y) == 0 })
	slices.SortFunc(links, func(x, y link) int {
		switch {
		case x.certain && !y.certain:
			return -1
		case y.certain && !x.certain:
			return 1
		}
		return cmp.Or(cmp.Compare(y.weight, x.weight), order(x, y))
	})
	return links
}

// shapeOf measures one cluster, and returns its bridges unless it is large. Links come certain ones first, then by weight:
// so joining them in order makes the maximum spanning tree, and its last fuzzy one is the weakest.
func shapeOf(members []uint32, links []link) (clusterShape, []link) {
	s := clusterShape{root: members[0], edges: len(links), byIDs: true}
	place := placesOf(members)
	u := newUnions(len(members))
	for _, l := range links {
		a, b := u.find(place(l.a)), u.find(place(l.b))
		if a == b {
			continue
		}
		u.join(a, b)
		if !l.certain {
			s.byIDs = false
			s.weakest = float64(l.weight) * kernel.Unit
		}
	}
	if len(members) > largeCluster {
		return s, nil
	}
	found := bridges(len(members), links, place)
	s.bridges = len(found)
	return s, found
}

// placesOf finds the place of a member among those of a cluster.
func placesOf(members []uint32) func(record uint32) uint32 {
	if len(members) <= 8 { // most are: looking through them takes less than a table
		return func(record uint32) uint32 { return uint32(slices.Index(members, record)) }
	}
	places := make(map[uint32]uint32, len(members))
	for i, r := range members {
		places[r] = uint32(i)
	}
	return func(record uint32) uint32 { return places[record] }
}

// bridges finds the links that are the only way between two parts, by leaving each out in turn: clusters are small.
func bridges(n int, links []link, place func(record uint32) uint32) []link {
	var found []link
	for skip := range links {
		u := newUnions(n)
		for i, l := range links {
			if i != skip {
				u.join(place(l.a), place(l.b))
			}
		}
		if l := links[skip]; u.find(place(l.a)) != u.find(place(l.b)) {
			found = append(found, l)
		}
	}
	return found
}

// weakBridge is the edge, hardly above the threshold, by which alone two halves of a cluster, both of several records, hang
// together; nil if there is none.
func (m *matching) weakBridge(members []uint32, inside, bridges []link) *conflict {
	if len(members) < 4 {
		return nil
	}
	limit := evidence.Bits(m.model.Thresholds.Auto) + weakBits
	for _, b := range bridges {
		weight := float64(b.weight) * kernel.Unit
		if b.certain || weight >= limit || !splitsInTwo(members, inside, b) {
			continue
		}
		return &conflict{kind: "weak_bridge", a: b.a, b: b.b, pair: true, weight: weight, scored: true,
			detail: fmt.Sprintf("only the pair %s and %s (%.1f bits) holds two groups of records together: decide in review", m.records[b.a].key, m.records[b.b].key, weight)}
	}
	return nil
}

// splitsInTwo reports whether a cluster without one link falls into two parts of two records or more.
func splitsInTwo(members []uint32, links []link, without link) bool {
	place := placesOf(members)
	u := newUnions(len(members))
	for _, l := range links {
		if l != without {
			u.join(place(l.a), place(l.b))
		}
	}
	part := 0
	for i := range members {
		if u.find(uint32(i)) == u.find(place(without.a)) {
			part++
		}
	}
	return part >= 2 && len(members)-part >= 2
}

// agreements are in words what every level of every field says for two records; "" where it says nothing for them.
func (m *model) agreements() [][]string {
	words := make([][]string, len(m.Fields))
	for f := range m.Fields {
		field := &m.Fields[f]
		words[f] = make([]string, len(field.Levels))
		for l, level := range field.Levels {
			if l != kernel.Missing && level.Bits > 0 {
				words[f][l] = strings.ToLower(field.Label) + " " + level.Name
			}
		}
	}
	return words
}

// reason says in words why the records of a cluster are held to be one.
func (m *matching) reason(members []uint32, links []link, shape clusterShape, agreements [][]string) string {
	certain := 0
	best := link{weight: math.MinInt32}
	for _, l := range links {
		if l.certain {
			certain++
		} else if l.weight > best.weight {
			best = l
		}
	}
	if shape.byIDs {
		return m.certainReason(members, certain)
	}
	text := make([]byte, 0, 160)
	if certain > 0 {
		text = fmt.Appendf(text, "joined by %d shared or linked IDs, and ", certain)
	}
	pattern, between := m.keptPair(best.a, best.b).pattern, ""
	for f, levels := range agreements {
		if words := levels[pattern.Level(f)]; words != "" {
			text = append(append(text, between...), words...)
			between = ", "
		}
	}
	text = strconv.AppendFloat(append(text, " ("...), float64(best.weight)*kernel.Unit, 'f', 1, 64)
	text = strconv.AppendFloat(append(text, " bits at the strongest pair, "...), shape.weakest, 'f', 1, 64)
	return string(append(text, " at the weakest needed)"...))
}

// certainReason words why a cluster needs no likeness: IDs join it, or a person.
func (m *matching) certainReason(members []uint32, links int) string {
	for _, r := range members[1:] {
		if m.identity.byIDs[r] != m.identity.byIDs[members[0]] {
			return "judged the same by a person"
		}
	}
	return fmt.Sprintf("joined by %d shared or linked IDs", links)
}
