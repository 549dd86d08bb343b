package match

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/sameas/sameas/internal/connec"
)

// told is what crosswalks say of IDs that no record at hand bears. Such an ID is not lost: the records that lines link to
// it are one thing as far as their source is right, and two of them under one scope are two things.
type told struct {
	ids    []connec.ExternalID
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

// toldHolding is an ID that a source says belongs to a record.
type toldHolding struct {
	record, id uint32 // id among the told
	source     string
}

func (t *told) end(e connec.ExternalID, record uint32, borne bool) toldEnd {
	if borne {
		return toldEnd{record, true}
	}
	n, known := t.number[e]
	if !known {
		n = uint32(len(t.ids))
		t.number[e], t.ids = n, append(t.ids, e)
	}
	return toldEnd{n: n}
}

// joinTold links the records that lines join by way of IDs which no record bears, and keeps whose IDs these are said to be.
func (id *identity) joinTold() {
	joined := newUnions(len(id.told.ids))
	for _, l := range id.told.lines {
		if !l.ends[0].record && !l.ends[1].record {
			joined.join(l.ends[0].n, l.ends[1].n)
		}
	}
	groups := map[uint32][]toldLine{} // the lines that end in a record, by the smallest ID of those joined
	for _, l := range id.told.lines {
		if l.ends[0].record {
			l.ends[0], l.ends[1] = l.ends[1], l.ends[0]
		}
		if l.ends[1].record {
			root := joined.find(l.ends[0].n)
			groups[root] = append(groups[root], l)
		}
	}
	for n, e := range id.told.ids {
		id.tellOf(uint32(n), e, groups[joined.find(uint32(n))], joined.find(uint32(n)) == uint32(n))
	}
}

// tellOf notes of which records an ID is told, and, for the first of the IDs that lines make one, links the records.
func (id *identity) tellOf(n uint32, e connec.ExternalID, lines []toldLine, first bool) {
	if len(lines) > hubValueRecords {
		id.conflicts = append(id.conflicts, conflict{kind: "hub_value", provider: e.Provider, realm: e.Realm, keyA: e.String(),
			detail: fmt.Sprintf("crosswalks link the ID %s to %d records, more than can be one thing: it links none of them; correct it there", e, len(lines))})
		return
	}
	for i, l := range lines {
		id.told.held = append(id.told.held, toldHolding{l.ends[1].n, n, l.source})
		if a, b := lines[0].ends[1].n, l.ends[1].n; first && i > 0 && a != b {
			id.links = append(id.links, mustLink{a: min(a, b), b: max(a, b), kind: "link", source: l.source, also: lines[0].source,
				via: fmt.Sprintf("%s and %s by way of %s", lines[0].via, l.via, e)})
		}
	}
}

// holdTold lets the told IDs keep records apart as borne ones do, those of sources that are off left out. apart says of
// which applications IDs do that.
func (id *identity) holdTold(off map[string]bool, apart func(scope) bool) {
	numbers := map[uint32]uint32{} // of the told IDs, among all
	id.toldOf = map[uint32]bool{}
	for _, h := range id.told.held {
		e := id.told.ids[h.id]
		s := scope{e.Provider, e.Realm}
		if off[h.source] || e.IsHub() || !apart(s) {
			continue
		}
		n, numbered := numbers[h.id]
		if !numbered {
			n = id.ids.addUnborne(e)
			numbers[h.id] = n
		}
		holds := holding{id.ids.scope[n], n}
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
