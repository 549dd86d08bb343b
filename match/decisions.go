package match

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"

	queries "github.com/sameas/sameas/sql"
)

// verdicts are the judgements of people on a collection's records. They go above every other evidence: a pair judged the
// same is tested no further, and nothing joins a pair judged different.
type verdicts struct {
	different map[[2]uint32]bool // a < b
	class     []uint32           // per record: the smallest of those judged the same as it; nil without judgements
	disputed  map[uint32]bool    // records of which the judgements contradict each other: they join nothing
	apart     map[[2]uint32]bool // classes that hold a pair judged different, smaller first
	unknown   int                // judgements on records that are not in the workspace
}

// loadDecisions reads what persons judged.
func (id *identity) loadDecisions(ctx context.Context, db *sql.DB, collection string, records []record) error {
	err := queries.Each(ctx, db, "match/040_decisions.sql", queries.Args{"collection": collection}, func(rows *sql.Rows) error {
		var record, other, left, right, judgement string
		if err := rows.Scan(&record, &other, &left, &right, &judgement); err != nil {
			return err
		}
		a, okA := numberOf(records, left)
		b, okB := numberOf(records, right)
		switch {
		case !okA || !okB:
			id.unknown++
		case a == b:
		case judgement == "different":
			id.different[[2]uint32{min(a, b), max(a, b)}] = true
		default:
			id.links = append(id.links, mustLink{a: min(a, b), b: max(a, b), kind: "decision", via: record + " = " + other, source: "decisions"})
		}
		return nil
	})
	if err != nil {
		return err
	}
	id.settle(records)
	return nil
}

// numberOf finds the record of a key; records are in the order of their keys.
func numberOf(records []record, key string) (uint32, bool) {
	at, found := slices.BinarySearchFunc(records, key, func(r record, key string) int { return strings.Compare(r.key, key) })
	return uint32(at), found
}

// warnings say what of the judgements could not be used, and which IDs may be gone.
func (id *identity) warnings() []string {
	var list []string
	if id.unknown > 0 {
		list = append(list, fmt.Sprintf("%d decisions name a record that is not in the workspace, or an ID that several records bear: they have no effect; extract its source again, or correct the keys in the decisions", id.unknown))
	}
	for _, s := range slices.SortedFunc(maps.Keys(id.absent), scope.compare) {
		list = append(list, fmt.Sprintf("%d IDs of %s are in no row of its own file, and still keep records apart: where the file lists all that %s holds, and its extraction is complete, say `complete: true` in its source", id.absent[s], s, s))
	}
	return list
}

// settle makes classes of the records judged the same, and finds judgements that contradict each other: those join
// nothing, and their records go to review.
func (id *identity) settle(records []record) {
	classes := newUnions(len(records))
	for _, l := range id.links {
		if l.kind == "decision" {
			classes.join(l.a, l.b)
		}
	}
	wrong := map[uint32]bool{}
	for _, pair := range sortedPairs(id.different) {
		if root := classes.find(pair[0]); root == classes.find(pair[1]) {
			wrong[root] = true
			id.conflicts = append(id.conflicts, conflict{kind: "decision_conflict", a: pair[0], b: pair[1], pair: true, between: true,
				detail: fmt.Sprintf("%s and %s were judged different, and the same by other decisions: they are kept apart and what was judged the same with them joins nothing, until one decision is corrected", records[pair[0]].key, records[pair[1]].key)})
		}
	}
	id.classify(classes, wrong, len(records))
}

func (id *identity) classify(classes *unions, wrong map[uint32]bool, n int) {
	kept := newUnions(n)
	id.disputed = map[uint32]bool{}
	same := false
	for i := range id.links {
		l := &id.links[i]
		switch {
		case l.kind != "decision":
		case wrong[classes.find(l.a)]:
			l.doubt = true
			id.disputed[l.a], id.disputed[l.b] = true, true
		default:
			kept.join(l.a, l.b)
			same = true
		}
	}
	if !same && len(id.different) == 0 {
		return
	}
	id.class = make([]uint32, n)
	for i := range id.class {
		id.class[i] = kept.find(uint32(i))
	}
	id.apart = make(map[[2]uint32]bool, len(id.different))
	for pair := range id.different {
		id.apart[ordered(id.class[pair[0]], id.class[pair[1]])] = true
	}
}

// judgedSame reports that people judged the two records the same, by a chain of judgements.
func (v *verdicts) judgedSame(a, b uint32) bool { return v.class != nil && v.class[a] == v.class[b] }

// judgedApart reports that people judged the two records different, they or records judged the same as they.
func (v *verdicts) judgedApart(a, b uint32) bool {
	return v.class != nil && v.apart[ordered(v.class[a], v.class[b])]
}

// decided reports that a person answers for the pair: it was judged the same, or the IDs of its records join them to a pair
// that was, though something spoke against that pair too.
func (id *identity) decided(a, b uint32, speaksAgainst func(a, b uint32) bool) bool {
	if id.judgedSame(a, b) {
		return true
	}
	if id.class == nil || id.joined[a] != id.joined[b] {
		return false
	}
	judged := id.judgedBetween[ordered(id.byIDs[a], id.byIDs[b])]
	return slices.ContainsFunc(judged, func(pair [2]uint32) bool { return speaksAgainst(pair[0], pair[1]) })
}

func ordered(a, b uint32) [2]uint32 { return [2]uint32{min(a, b), max(a, b)} }

func sortedPairs(set map[[2]uint32]bool) [][2]uint32 {
	pairs := make([][2]uint32, 0, len(set))
	for pair := range set {
		pairs = append(pairs, pair)
	}
	slices.SortFunc(pairs, func(x, y [2]uint32) int { return slices.Compare(x[:], y[:]) })
	return pairs
}

// separated is a union-find that refuses to join two sets which hold a pair judged different.
type separated struct {
	*unions
	enemies map[uint32][]uint32 // per root: the records that its members were judged to differ from
}

func newSeparated(n int, different map[[2]uint32]bool) *separated {
	s := &separated{unions: newUnions(n), enemies: map[uint32][]uint32{}}
	for _, pair := range sortedPairs(different) {
		s.enemies[pair[0]] = append(s.enemies[pair[0]], pair[1])
		s.enemies[pair[1]] = append(s.enemies[pair[1]], pair[0])
	}
	return s
}

// unite joins the sets of two records, and reports whether nobody judged that they must stay apart.
func (s *separated) unite(a, b uint32) bool {
	a, b = s.find(a), s.find(b)
	if a == b {
		return true
	}
	for _, e := range s.enemies[a] {
		if s.find(e) == b {
			return false
		}
	}
	enemies := slices.Concat(s.enemies[a], s.enemies[b])
	delete(s.enemies, max(a, b))
	if root := s.join(a, b); len(enemies) > 0 {
		s.enemies[root] = enemies
	}
	return true
}
