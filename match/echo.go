package match

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/sameas/sameas/internal/connec"
	"github.com/sameas/sameas/match/kernel"
)

// sameContent reports whether one record may be a copy of another: no field that both hold differs.
type sameContent func(a, b uint32) bool

// sameContent of two records, by the levels of their comparison.
func (m *matching) sameContent(a, b uint32) bool {
	levels := m.judge.Compare(a, b).Levels
	for f, level := range levels {
		if level != kernel.Missing && level == m.schema.fields[f].kind.Different() {
			return false
		}
	}
	return true
}

// clockSlack is how far the clocks and time zones of two systems may lie apart before an order of events is believed.
const clockSlack = 24 * 60 * 60 // seconds

// echoed is what two applications synced both ways leave of one thing: the hub's records x{keepS, copyT} and
// y{keepT, copyS}, while the applications hold keepS and keepT to be one.
type echoed struct {
	x, y                       uint32
	keepS, copyS, keepT, copyT uint32 // numbers of ID uses
}

// echo looks for an echo among the records that IDs join, and returns a conflict for each copy: the original to keep as
// key_a, the copy as key_b. A copy has no link of its own to the other application, is no older than the hub's record
// that it was made from, and says nothing else than it; where no file lists a copy, the two hub records must say the same.
// Anything else is an ordinary contradiction.
func (id *identity) echo(records []record, list []uint32, content sameContent) []conflict {
	for i, x := range list {
		for _, y := range list[i+1:] {
			if !records[x].hub || !records[y].hub {
				continue
			}
			for _, side := range [2][2]uint32{{x, y}, {y, x}} {
				if e, ok := id.echoBetween(records, side[0], side[1], content); ok {
					return id.copies(records, e)
				}
			}
		}
	}
	return nil
}

func (id *identity) echoBetween(records []record, x, y uint32, content sameContent) (echoed, bool) {
	for _, s := range id.holdings[x] {
		for _, t := range id.holdings[y] {
			if s.scope >= t.scope || !id.isNative(records, s.id, t.id) {
				continue
			}
			copyT, okT := id.otherOf(x, t)
			copyS, okS := id.otherOf(y, s)
			if !okT || !okS || id.nativelyLinked(records, copyS, t.scope) || id.nativelyLinked(records, copyT, s.scope) {
				continue
			}
			seenT, mayT := id.mayCopy(records, copyT, x, content)
			seenS, mayS := id.mayCopy(records, copyS, y, content)
			if mayT && mayS && (seenT && seenS || content(x, y)) {
				return echoed{x: x, y: y, keepS: s.id, copyS: copyS, keepT: t.id, copyT: copyT}, true
			}
		}
	}
	return echoed{}, false
}

// otherOf is the only ID of an application on a record, when it is another than the given one.
func (id *identity) otherOf(r uint32, h holding) (uint32, bool) {
	found, n := uint32(0), 0
	for _, g := range id.holdings[r] {
		if g.scope == h.scope {
			found = g.id
			n++
		}
	}
	return found, n == 1 && found != h.id
}

// isNative reports that a crosswalk, or a record of an application's own file, holds two IDs to be one.
func (id *identity) isNative(records []record, a, b uint32) bool {
	x, y := id.ids.id(a), id.ids.id(b)
	return slices.Contains(id.native[x], y) || id.inOneFileRecord(records, a, b)
}

func (id *identity) inOneFileRecord(records []record, a, b uint32) bool {
	return slices.ContainsFunc(id.ids.records(a), func(r uint32) bool {
		return !records[r].hub && slices.Contains(id.ids.records(b), r)
	})
}

// nativelyLinked reports that an ID is natively linked to some ID of an application: then it is no copy.
func (id *identity) nativelyLinked(records []record, use, scope uint32) bool {
	e, s := id.ids.id(use), id.ids.scopes[scope]
	if slices.ContainsFunc(id.native[e], func(o connec.ExternalID) bool { return o.Provider == s.provider && o.Realm == s.realm }) {
		return true
	}
	for _, r := range id.ids.records(use) {
		if !records[r].hub && slices.ContainsFunc(id.holdings[r], func(h holding) bool { return h.scope == scope }) {
			return true
		}
	}
	return false
}

// mayCopy reports that an application's record of an ID may have been made from a hub record, and whether a file lists it:
// where none does, nothing is known of the copy's own content.
func (id *identity) mayCopy(records []record, use, hub uint32, content sameContent) (seen, may bool) {
	e := id.ids.id(use)
	for _, r := range id.ids.records(use) {
		if records[r].hub || records[r].key != e.String() {
			continue
		}
		if !content(r, hub) || earlier(records[r].created, records[hub].created) {
			return true, false
		}
		seen = true
	}
	return seen, true
}

// earlier reports that both times are known and one lies before the other by more than clocks may differ.
func earlier(a, b int64) bool { return a != 0 && b != 0 && a+clockSlack < b }

func (id *identity) copies(records []record, e echoed) []conflict {
	var rows []conflict
	for _, pair := range [2][2]uint32{{e.keepS, e.copyS}, {e.keepT, e.copyT}} {
		keep, copied := id.ids.id(pair[0]), id.ids.id(pair[1])
		rows = append(rows, conflict{kind: "echo", a: min(e.x, e.y), b: max(e.x, e.y), pair: true, keyA: keep.String(), keyB: copied.String(),
			provider: keep.Provider, realm: keep.Realm,
			detail: fmt.Sprintf("%s and %s are the two halves of an echo: both applications held the thing before they were connected, and the sync copied each one's record into the other. In %s, %s is the original and %s the copy: remove the copy, extract again, and the two are merged", records[e.x].key, records[e.y].key, scope{keep.Provider, keep.Realm}, keep.ID, copied.ID)})
	}
	slices.SortFunc(rows, func(x, y conflict) int { return cmp.Compare(x.keyA, y.keyA) })
	return rows
}
