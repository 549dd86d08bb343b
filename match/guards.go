package match

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/sameas/sameas/match/kernel"
)

// Limits of the guards on must-links.
const (
	rejectBits      = -4.0 // evidence of the fields, prior left out: 16 to 1 against
	contradictShare = 0.02 // of a source's links contradicted: none of them counts for auto,
	contradictFew   = 5    // but not for fewer than this
)

// conflict is a row of the table conflicts while it is made.
type conflict struct {
	kind            string
	a, b            uint32 // records, when pair is set
	pair            bool
	between         bool // a and b stand in two clusters
	keyA, keyB      string
	provider, realm string
	weight          float64
	scored          bool
	detail          string
}

// judgeLinks scores every must-link and takes out those that the fields contradict, and whole sources that slipped.
func (id *identity) judgeLinks(records []record, c *kernel.Comparer, m *model) {
	totals, against := map[string]int{}, map[string]int{}
	for i := range id.links {
		l := &id.links[i]
		l.weight, l.scored = float64(c.Weight(l.a, l.b))*kernel.Unit, true
		totals[l.source]++
		if l.kind != "decision" && l.weight-m.Prior < rejectBits {
			l.doubt = true
			against[l.source]++
		}
	}
	off := id.sourcesOff(totals, against)
	for i := range id.links {
		l := &id.links[i]
		if l.doubt {
			id.conflicts = append(id.conflicts, conflict{kind: "link_contradicted", a: l.a, b: l.b, pair: true, between: true, weight: l.weight, scored: true,
				detail: fmt.Sprintf("%s and %s are linked by %s, but their fields speak against it (%.1f bits): not merged; check the link in its application", records[l.a].key, records[l.b].key, l.via, l.weight-m.Prior)})
		}
		if off[l.source] {
			l.off = true
			l.lost = 2*against[l.source] > totals[l.source]
		}
	}
}

func (id *identity) sourcesOff(totals, against map[string]int) map[string]bool {
	off := map[string]bool{}
	sources := make([]string, 0, len(against))
	for s := range against {
		sources = append(sources, s)
	}
	slices.Sort(sources)
	for _, s := range sources {
		if against[s] < contradictFew || float64(against[s]) <= contradictShare*float64(totals[s]) {
			continue
		}
		off[s] = true
		provider, realm := scopeOf(s)
		id.conflicts = append(id.conflicts, conflict{kind: "link_source_off", provider: provider, realm: realm,
			detail: fmt.Sprintf("%d of the %d links of %s join records whose fields speak against it: none of its links merges anything by itself; a crosswalk that slipped by a row looks like this", against[s], totals[s], s)})
	}
	return off
}

// components are the records joined by the must-links that count: for each record the smallest one of its component.
func (id *identity) components(n int) []uint32 {
	u := newUnions(n)
	for _, l := range id.links {
		if !l.off && !l.doubt {
			u.join(l.a, l.b)
		}
	}
	component := make([]uint32, n)
	for i := range component {
		component[i] = u.find(uint32(i))
	}
	return component
}

// contradictions finds components that hold two IDs of one application, or two records judged different: all of
// such a component goes to review. It returns the roots of those.
func (id *identity) contradictions(records []record, component []uint32) map[uint32]bool {
	members := map[uint32][]uint32{}
	for i, root := range component {
		members[root] = append(members[root], uint32(i))
	}
	contradictory := map[uint32]bool{}
	for root, list := range members {
		if len(list) < 2 {
			delete(members, root)
		}
	}
	roots := make([]uint32, 0, len(members))
	for root := range members {
		roots = append(roots, root)
	}
	slices.Sort(roots)
	for _, root := range roots {
		if c, ok := id.contradiction(records, members[root]); ok {
			contradictory[root] = true
			id.conflicts = append(id.conflicts, c)
		}
	}
	return contradictory
}

func (id *identity) contradiction(records []record, list []uint32) (conflict, bool) {
	type carried struct {
		holding
		record uint32
	}
	var all []carried
	for _, r := range list {
		for _, h := range id.holdings[r] {
			all = append(all, carried{h, r})
		}
	}
	slices.SortFunc(all, func(a, b carried) int {
		return cmp.Or(cmp.Compare(a.scope, b.scope), cmp.Compare(a.id, b.id), cmp.Compare(a.record, b.record))
	})
	for i := 1; i < len(all); i++ {
		x, y := all[i-1], all[i]
		if x.scope != y.scope || x.id == y.id {
			continue
		}
		s := id.scopes[x.scope]
		c := conflict{kind: "id_contradiction", a: min(x.record, y.record), b: max(x.record, y.record), pair: true, provider: s.provider, realm: s.realm,
			detail: fmt.Sprintf("IDs join %d records into one thing, but %s knows it as two (%s and %s): nothing is merged; correct the wrong ID or link", len(list), s, id.uses[x.id].id.ID, id.uses[y.id].id.ID)}
		if a, b, ok := id.echo(records, list); ok {
			c.kind, c.a, c.b = "echo", min(a, b), max(a, b)
			c.detail = fmt.Sprintf("%s and %s are the two halves of an echo: both applications held the thing before they were connected, and the sync copied each one's record into the other; remove the copies in the applications, extract again, and the two are merged", records[a].key, records[b].key)
		}
		return c, true
	}
	return conflict{}, false
}

// echo looks for two hub records that both hold IDs of the same two applications, all of them different: the shape
// that is left when two natively linked applications were each synced into the hub and copied into the other.
func (id *identity) echo(records []record, list []uint32) (a, b uint32, ok bool) {
	for i, x := range list {
		for _, y := range list[i+1:] {
			if records[x].hub && records[y].hub && id.differInTwo(x, y) {
				return x, y, true
			}
		}
	}
	return 0, 0, false
}

func (id *identity) differInTwo(x, y uint32) bool {
	differ := 0
	for _, h := range id.holdings[x] {
		for _, g := range id.holdings[y] {
			if h.scope == g.scope && h.id != g.id {
				differ++
			}
		}
	}
	return differ >= 2
}
