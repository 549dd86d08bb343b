package match

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/sameas/sameas/internal/connec"
)

// told is what crosswalks say of IDs that no record at hand bears. Such an ID is not lost: the records that lines link to
// it are one thing as far as their sources are right, and two of them under one scope are two things.
type told struct {
	ids    []uint32 // numbers among all IDs
	number map[connec.ExternalID]uint32
	lines  []toldLine
	held   []toldHolding
}

// toldLine is a line of a crosswalk with an end, or both, that no record bears.
type toldLine struct {
	ends        [2]toldEnd
	source, via string
}

// toldEnd is a record, or else a number among the told IDs.
type toldEnd struct {
	n      uint32
	record bool
}

// toldHolding is an ID that sources say belongs to a record.
type toldHolding struct {
	record, id uint32
	sources    []string
}

// toldGroup is what lines say of IDs that they make one: the lines that end in a record, in the order of source and line,
// and the sources of the lines that join the IDs.
type toldGroup struct {
	lines   []toldLine
	sources []string
}

// end is one end of a line; an ID that no record bears gets a number.
func (id *identity) end(e connec.ExternalID, n uint32, borne bool) toldEnd {
	if borne {
		return toldEnd{id.ids.records(n)[0], true}
	}
	number, known := id.told.number[e]
	if !known {
		number = uint32(len(id.told.ids))
		id.told.number[e], id.told.ids = number, append(id.told.ids, id.ids.addUnborne(e))
	}
	return toldEnd{n: number}
}

// joinTold links the records that lines join by way of IDs which no record bears, and keeps whose IDs these are said to be.
func (id *identity) joinTold() {
	joined := newUnions(len(id.told.ids))
	for _, l := range id.told.lines {
		if !l.ends[0].record && !l.ends[1].record {
			joined.join(l.ends[0].n, l.ends[1].n)
		}
	}
	groups := make([]toldGroup, len(id.told.ids)) // by the smallest ID of those joined
	for _, l := range id.told.lines {
		if l.ends[0].record {
			l.ends[0], l.ends[1] = l.ends[1], l.ends[0]
		}
		g := &groups[joined.find(l.ends[0].n)]
		if l.ends[1].record {
			g.lines = append(g.lines, l)
		} else if !slices.Contains(g.sources, l.source) {
			g.sources = append(g.sources, l.source)
		}
	}
	for n, number := range id.told.ids {
		root := joined.find(uint32(n))
		g := groups[root]
		if records := g.records(); records > hubValueRecords {
			e := id.ids.id(number)
			id.conflicts = append(id.conflicts, conflict{kind: "hub_value", provider: e.Provider, realm: e.Realm, keyA: e.String(),
				detail: fmt.Sprintf("crosswalks link the ID %s to %d records, more than can be one thing: it links none of them; correct it there", e, records)})
			continue
		}
		id.tellOf(number, g)
		if root == uint32(n) {
			id.linkTold(number, g)
		}
	}
}

// records is how many the group's lines end in, each counted once.
func (g toldGroup) records() int {
	ends := map[uint32]bool{}
	for _, l := range g.lines {
		ends[l.ends[1].n] = true
	}
	return len(ends)
}

// tellOf notes of which records an ID is told.
func (id *identity) tellOf(n uint32, g toldGroup) {
	for _, l := range g.lines {
		id.told.held = append(id.told.held, toldHolding{l.ends[1].n, n, slices.Concat([]string{l.source}, g.sources)})
	}
}

// linkTold links the records of a group: to the first one of the same source, and the first ones of the sources to each
// other, so that a source that is off takes none of the others' links along.
func (id *identity) linkTold(n uint32, g toldGroup) {
	for i, l := range g.lines {
		of := slices.IndexFunc(g.lines, func(o toldLine) bool { return o.source == l.source })
		if of == i {
			of = 0
		}
		first := g.lines[of]
		if a, b := first.ends[1].n, l.ends[1].n; a != b {
			id.links = append(id.links, mustLink{a: min(a, b), b: max(a, b), kind: "link", source: l.source, also: slices.Concat([]string{first.source}, g.sources),
				via: fmt.Sprintf("%s and %s by way of %s", first.via, l.via, id.ids.id(n))})
		}
	}
}

// holdTold lets the told IDs keep records apart as borne ones do: not those of sources that are off, nor those that are gone
// from an application whose file lists all that it holds.
func (id *identity) holdTold(off map[string]bool) {
	id.toldOf = map[uint32]bool{}
	for _, h := range id.told.held {
		holds := holding{id.ids.scope[h.id], h.id}
		s := id.ids.scopes[holds.scope]
		if s.provider == connec.HubProvider || !id.keepsApart(s) || id.listed[s] || slices.ContainsFunc(h.sources, func(source string) bool { return off[source] }) {
			continue
		}
		list := slices.Clone(id.holdings[h.record])
		if at, found := slices.BinarySearchFunc(list, holds, holding.compare); !found {
			id.holdings[h.record] = slices.Insert(list, at, holds)
			id.toldOf[h.record] = true
		}
	}
}

func (h holding) compare(o holding) int {
	return cmp.Or(cmp.Compare(h.scope, o.scope), cmp.Compare(h.id, o.id))
}
