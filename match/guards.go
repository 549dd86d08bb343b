package match

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/sameas/sameas/match/kernel"
)

// Limits of the guards on must-links.
const (
	rejectBits      = -4.0 // evidence of the fields, prior left out: 16 to 1 against
	contradictShare = 0.02 // of a source's links contradicted: none of them counts for auto,
	contradictFew   = 5    // but fewer than this only where chance hardly makes so many:
	contradictLuck  = 0.01 // how likely that may be at most
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

// judgeLinks takes out the must-links that the fields contradict, and whole sources that slipped; compared are the links'
// pairs, in the same order.
func (id *identity) judgeLinks(records []record, compared []keptPair, j *judge) {
	totals, against := map[string]int{}, map[string]int{}
	id.judgeByFields(compared, j)
	for i := range id.links {
		l := &id.links[i]
		weighs := j.evidence(l.a, l.b, compared[i].weight)
		l.weight, l.scored = float64(compared[i].weight)*kernel.Unit, true
		if compared[i].pattern != 0 || id.judgedApart(l.a, l.b) { // fields contradict nothing where records have none in common
			l.count(totals)
		}
		switch {
		case l.kind == "decision", id.judgedSame(l.a, l.b):
		case id.judgedApart(l.a, l.b):
			l.ruled = true
			l.count(against)
		case weighs < rejectBits:
			l.doubt = true
			l.count(against)
		}
	}
	off := id.sourcesOff(totals, against)
	for i := range id.links {
		l := &id.links[i]
		if l.doubt && l.kind != "decision" {
			id.conflicts = append(id.conflicts, conflict{kind: "link_contradicted", a: l.a, b: l.b, pair: true, between: true, weight: l.weight, scored: true,
				detail: fmt.Sprintf("%s and %s are linked by %s, but their fields speak against it (%.1f bits): not merged; check the link in its application", records[l.a].key, records[l.b].key, l.via, j.evidence(l.a, l.b, compared[i].weight))})
		}
		for _, source := range l.sources() {
			if off[source] {
				l.off = true
				l.lost = l.lost || 2*against[source] > totals[source]
			}
		}
	}
	id.holdTold(off)
}

// judgeByFields finds the links that blocking rules should find, whatever people judged: judgements are on what the rules
// found, and say nothing of what they missed.
func (id *identity) judgeByFields(compared []keptPair, j *judge) {
	totals, against := map[string]int{}, map[string]int{}
	for i := range id.links {
		l := &id.links[i]
		l.likely = l.kind != "decision" && j.evidence(l.a, l.b, compared[i].weight) >= rejectBits
		if compared[i].pattern != 0 {
			l.count(totals)
		}
		if !l.likely {
			l.count(against)
		}
	}
	for i := range id.links {
		l := &id.links[i]
		l.likely = l.likely && !slices.ContainsFunc(l.sources(), func(s string) bool { return slipped(against[s], totals[s]) })
	}
}

// sources are all that the link hangs on, each once.
func (l *mustLink) sources() []string {
	if l.also == nil {
		return []string{l.source}
	}
	all := append([]string{l.source}, l.also...)
	slices.Sort(all)
	return slices.Compact(all)
}

// count counts the link for its sources.
func (l *mustLink) count(links map[string]int) {
	for _, source := range l.sources() {
		links[source]++
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
		if !slipped(against[s], totals[s]) {
			continue
		}
		off[s] = true
		provider, realm := scopeOf(s)
		id.conflicts = append(id.conflicts, conflict{kind: "link_source_off", provider: provider, realm: realm,
			detail: fmt.Sprintf("%d of the %d links of %s that can be held against fields join records whose fields speak against it: none of its links merges anything by itself; a crosswalk that slipped by a row looks like this", against[s], totals[s], s)})
	}
	return off
}

// slipped reports that more links of a source are contradicted than the share that may be; of few, more than chance brings
// about with that share, by the binomial distribution.
func slipped(against, total int) bool {
	if float64(against) <= contradictShare*float64(total) {
		return false
	}
	if against >= contradictFew {
		return true
	}
	fewer, term := 0.0, math.Pow(1-contradictShare, float64(total)) // of exactly none
	for k := range against {
		fewer += term
		term *= float64(total-k) / float64(k+1) * contradictShare / (1 - contradictShare)
	}
	return 1-fewer < contradictLuck
}

// linked are the records joined by must-links, whatever people judged of them: for each record the smallest one of its set.
func (id *identity) linked(n int) []uint32 {
	joined := newUnions(n)
	for i := range id.links {
		if l := &id.links[i]; l.kind != "decision" && l.counts() {
			joined.join(l.a, l.b)
		}
	}
	joined.flatten()
	return joined.parent
}

// components are the records joined by the must-links that count and by judgements: for each record the smallest one
// of its component. No component holds a pair judged different; judgements join first, then the links by weight.
func (id *identity) components(n int) []uint32 {
	all, ids := newSeparated(n, id.different), newUnions(n)
	order := make([]int, 0, len(id.links))
	for i := range id.links {
		id.links[i].refused = false
		if id.links[i].counts() {
			order = append(order, i)
		}
	}
	decision := func(i int) int {
		if id.links[i].kind == "decision" {
			return 0
		}
		return 1
	}
	slices.SortStableFunc(order, func(x, y int) int {
		return cmp.Or(cmp.Compare(decision(x), decision(y)), cmp.Compare(id.links[y].weight, id.links[x].weight))
	})
	for _, i := range order {
		l := &id.links[i]
		switch joins := all.unite(l.a, l.b); {
		case !joins:
			l.refused = true
		case l.kind != "decision":
			ids.join(l.a, l.b)
		}
	}
	id.joined, id.byIDs = make([]uint32, n), make([]uint32, n)
	for i := range id.joined {
		id.joined[i], id.byIDs[i] = all.find(uint32(i)), ids.find(uint32(i))
	}
	id.judgedBetween = map[[2]uint32][][2]uint32{}
	for _, l := range id.links {
		if l.kind == "decision" && l.counts() {
			between := ordered(id.byIDs[l.a], id.byIDs[l.b])
			id.judgedBetween[between] = append(id.judgedBetween[between], [2]uint32{l.a, l.b})
		}
	}
	return id.joined
}

// contradictions finds what IDs and judgements join though it holds two IDs of one application, or two records judged
// different: all of it goes to review, unless people judged the pairs concerned. It returns the roots of the components concerned.
func (id *identity) contradictions(records []record, component []uint32, content sameContent) map[uint32]bool {
	members := map[uint32][]uint32{}
	var roots []uint32
	for r := range id.toldOf {
		if root := id.joined[r]; root == r { // perhaps of a record alone
			roots, members[root] = append(roots, root), []uint32{root}
		}
	}
	for i, root := range id.joined { // a root is the smallest of its component
		if uint32(i) == root {
			continue
		}
		if members[root] == nil {
			roots = append(roots, root)
			members[root] = []uint32{root}
		}
		members[root] = append(members[root], uint32(i))
	}
	slices.Sort(roots)
	contradictory := map[uint32]bool{}
	for _, root := range roots {
		if found := id.contradiction(records, members[root], content); len(found) > 0 {
			contradictory[component[root]] = true
			id.conflicts = append(id.conflicts, found...)
		}
	}
	id.overruled(records, component, contradictory)
	return contradictory
}

// overruled reports the links that judgements refused. Where the judgements do not say which of several links is wrong,
// both sides are contradictory.
func (id *identity) overruled(records []record, component []uint32, contradictory map[uint32]bool) {
	for _, l := range id.links {
		if !l.ruled && !l.refused {
			continue
		}
		c := conflict{kind: "link_overruled", a: l.a, b: l.b, pair: true, between: true, weight: l.weight, scored: l.scored,
			detail: fmt.Sprintf("%s and %s are linked by %s, but a person judged them different: not merged; correct the ID or the link in its application", records[l.a].key, records[l.b].key, l.via)}
		if !id.judgedApart(l.a, l.b) {
			contradictory[component[l.a]], contradictory[component[l.b]] = true, true
			c.kind = "id_contradiction"
			c.detail = fmt.Sprintf("IDs join %s and %s (%s), but a person judged records different that this would make one: nothing is merged until it is judged which link is wrong", records[l.a].key, records[l.b].key, l.via)
		}
		id.conflicts = append(id.conflicts, c)
	}
}

// carried is an ID that keeps apart, on one record.
type carried struct {
	holding
	record uint32
}

// contradiction reports what is wrong with the records of one component of IDs.
func (id *identity) contradiction(records []record, list []uint32, content sameContent) []conflict {
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
		if x.scope != y.scope || x.id == y.id || id.approved(all, x.scope, list) {
			continue
		}
		if echo := id.echo(records, list, content); len(echo) > 0 {
			return echo
		}
		return []conflict{id.contradictory(x, y, len(list))}
	}
	return nil
}

// contradictory is the conflict of two IDs of an application on one thing of some records.
func (id *identity) contradictory(x, y carried, records int) conflict {
	s := id.ids.scopes[x.scope]
	c := conflict{kind: "id_contradiction", a: min(x.record, y.record), b: max(x.record, y.record), pair: true, provider: s.provider, realm: s.realm}
	joined, remedy := fmt.Sprintf("IDs join %d records into one thing", records), "correct the wrong ID or link, or judge it"
	if records == 1 {
		joined, remedy = "crosswalks hold the record to be one thing", "correct the wrong line"
	}
	c.detail = fmt.Sprintf("%s, but %s knows it as two (%s and %s): nothing is merged; %s", joined, s, id.ids.id(x.id).ID, id.ids.id(y.id).ID, remedy)
	return c
}

// approved reports that people answer for all IDs of an application in a component being one: of any two, by a chain of
// others perhaps, a record of the one was judged the same as a record of the other. Where one record carries them all, all
// of the component must have been judged the same.
func (id *identity) approved(all []carried, scope uint32, list []uint32) bool {
	var of []carried
	for _, c := range all {
		if c.scope == scope {
			of = append(of, c)
		}
	}
	if !slices.ContainsFunc(of, func(c carried) bool { return c.record != of[0].record }) {
		return len(list) > 1 && !slices.ContainsFunc(list, func(r uint32) bool { return !id.judgedSame(list[0], r) })
	}
	ids := newUnions(len(of)) // of carriers: by their ID, and by judgements
	for i, x := range of {
		for j, y := range of[:i] {
			if x.id == y.id || x.record != y.record && id.judgedSame(x.record, y.record) {
				ids.join(uint32(i), uint32(j))
			}
		}
	}
	return !slices.ContainsFunc(ids.parent, func(i uint32) bool { return ids.find(i) != 0 })
}
