package reports

import "slices"

// judgements are the decisions that stand, ready to be asked about records.
type judgements struct {
	all       []Decision
	on        map[place][]int // of a record: its decisions, as indexes into all
	class     map[place]place // of a record: another that it was judged the same as; none of the last of its class
	enemies   map[place]map[place]bool
	conflicts []DecisionConflict
}

func newJudgements(decisions []Decision) *judgements {
	j := &judgements{all: decisions, on: map[place][]int{}, class: map[place]place{}, enemies: map[place]map[place]bool{}, conflicts: decisionConflicts(decisions)}
	for i, d := range decisions {
		record, other := place{d.Collection, d.Record}, place{d.Collection, d.Other}
		j.on[record] = append(j.on[record], i)
		if !d.onPair() || record == other {
			continue
		}
		j.on[other] = append(j.on[other], i)
		if a, b := j.find(record), j.find(other); d.Kind == Same && a != b {
			j.class[a] = b
		}
	}
	for _, d := range decisions {
		if d.Kind == Different && d.Record != d.Other {
			a, b := j.find(place{d.Collection, d.Record}), j.find(place{d.Collection, d.Other})
			j.oppose(a, b)
			j.oppose(b, a)
		}
	}
	return j
}

func (j *judgements) oppose(a, b place) {
	if j.enemies[a] == nil {
		j.enemies[a] = map[place]bool{}
	}
	j.enemies[a][b] = true
}

// find is the last of the record's class, which stands for all of it.
func (j *judgements) find(p place) place {
	for {
		next, ok := j.class[p]
		if !ok {
			return p
		}
		if after, more := j.class[next]; more {
			j.class[p] = after
		}
		p = next
	}
}

// partition is how an item's records fall into things.
type partition struct {
	group    []int // of each record, numbered in the order of first records
	settled  bool  // of every two groups it is known that they are two things
	judged   bool  // somebody decided something on two of the records
	disputed bool  // a group holds two records that were judged different
}

// partition puts records together that were judged the same, and whole clusters unless they were taken out of auto or a
// person judged them apart.
func (j *judgements) partition(collection string, members []ReviewMember) partition {
	p := partition{group: make([]int, len(members))}
	classes, byClass := make([]place, len(members)), map[place]int{}
	for i, m := range members {
		classes[i] = j.find(place{collection, m.Key})
		p.group[i] = i
		p.unite(i, firstOf(byClass, classes[i], i))
	}
	inCluster := map[string][]int{}
	for i, m := range members {
		if m.Tier == "review" {
			continue
		}
		at := slices.IndexFunc(inCluster[m.Cluster], func(k int) bool { return !p.apart(j, classes, i, k) })
		if at >= 0 {
			p.unite(i, inCluster[m.Cluster][at])
		} else {
			inCluster[m.Cluster] = append(inCluster[m.Cluster], i)
		}
	}
	p.number()
	p.oppose(j, classes)
	for _, m := range members {
		p.judged = p.judged || slices.ContainsFunc(j.on[place{collection, m.Key}], func(n int) bool { return j.all[n].onPair() && holdsBoth(members, j.all[n]) })
	}
	return p
}

// apart reports whether the groups of two records hold two that were judged different.
func (p *partition) apart(j *judgements, classes []place, i, k int) bool {
	a, b := p.root(i), p.root(k)
	for x, c := range classes {
		if len(j.enemies[c]) == 0 || p.root(x) != a {
			continue
		}
		for y, d := range classes {
			if j.enemies[c][d] && p.root(y) == b {
				return true
			}
		}
	}
	return false
}

func firstOf[K comparable](seen map[K]int, key K, i int) int {
	if first, known := seen[key]; known {
		return first
	}
	seen[key] = i
	return i
}

func (p *partition) root(i int) int {
	for p.group[i] != i {
		i = p.group[i]
	}
	return i
}

func (p *partition) unite(i, k int) {
	a, b := p.root(i), p.root(k)
	p.group[max(a, b)] = min(a, b)
}

// number makes the groups 0, 1, 2, ... A root comes before the others of its group.
func (p *partition) number() {
	n := 0
	for i, g := range p.group {
		if g == i {
			p.group[i] = n
			n++
		} else {
			p.group[i] = p.group[g]
		}
	}
}

// oppose looks which groups are known to be two things.
func (p *partition) oppose(j *judgements, classes []place) {
	at := map[place][]int{}
	groups := 0
	for i, c := range classes {
		groups = max(groups, p.group[i]+1)
		if !slices.Contains(at[c], p.group[i]) {
			at[c] = append(at[c], p.group[i])
		}
	}
	apart := map[[2]int]bool{}
	for c, own := range at {
		for enemy := range j.enemies[c] {
			for _, g := range own {
				for _, h := range at[enemy] {
					apart[[2]int{min(g, h), max(g, h)}] = true
					p.disputed = p.disputed || g == h
				}
			}
		}
	}
	p.settled = !p.disputed && len(apart) == groups*(groups-1)/2
}

func holdsBoth(members []ReviewMember, d Decision) bool {
	holds := func(key string) bool {
		return slices.ContainsFunc(members, func(m ReviewMember) bool { return m.Key == key })
	}
	return holds(d.Record) && holds(d.Other)
}

// within are the decisions on the records alone, in their order.
func (j *judgements) within(collection string, members []ReviewMember) []Decision {
	var all []Decision
	seen := map[int]bool{}
	for _, m := range members {
		for _, n := range j.on[place{collection, m.Key}] {
			if d := j.all[n]; !seen[n] && (!d.onPair() || holdsBoth(members, d)) {
				seen[n] = true
				all = append(all, d)
			}
		}
	}
	return all
}
