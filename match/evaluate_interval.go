package match

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
)

// The bootstrap: how often the groups are drawn anew, and from which seed. Fixed, so that the same clusters always
// give the same interval.
const (
	resamples  = 1000
	seedFirst  = 0x5a3e
	seedSecond = 0xa5
	normal95   = 1.959963984540054
)

// tally is what one connected group of records adds to the figures.
type tally struct{ right, found, wanted int64 }

// intervals bound precision and recall of auto by a bootstrap over connected groups: records that share a cluster or
// an entity stand or fall together, pairs are not independent. Where nothing is wrong the bootstrap has nothing to
// vary; then the lower bound is Wilson's, over groups.
func (v view) intervals() (precision, recall *Interval) {
	groups := v.tallies()
	if len(groups) == 0 {
		return nil, nil
	}
	random := rand.New(rand.NewPCG(seedFirst, seedSecond))
	var precisions, recalls []float64
	for range resamples {
		var sum tally
		for range groups {
			g := groups[random.IntN(len(groups))]
			sum = tally{sum.right + g.right, sum.found + g.found, sum.wanted + g.wanted}
		}
		if sum.found > 0 {
			precisions = append(precisions, float64(sum.right)/float64(sum.found))
		}
		if sum.wanted > 0 {
			recalls = append(recalls, float64(sum.right)/float64(sum.wanted))
		}
	}
	finds, wants := 0, 0
	for _, g := range groups {
		if g.found > 0 {
			finds++
		}
		if g.wanted > 0 {
			wants++
		}
	}
	return percentiles(precisions, finds), percentiles(recalls, wants)
}

// tallies are the connected groups that hold a pair, in an order that does not depend on how they were found.
func (v view) tallies() []tally {
	u := newUnions(len(v.records))
	firstOfEntity, firstOfCluster := v.connect(u, byEntity), v.connect(u, byAuto)
	byRoot := map[uint32]tally{}
	for group, p := range v.perGroup(byAuto) {
		root := u.find(firstOfCluster[group])
		t := byRoot[root]
		byRoot[root] = tally{t.right + p.right, t.found + p.found, t.wanted}
	}
	for group, p := range v.perGroup(byEntity) {
		root := u.find(firstOfEntity[group])
		t := byRoot[root]
		byRoot[root] = tally{t.right, t.found, t.wanted + p.found}
	}
	var groups []tally
	for _, t := range byRoot {
		if t.found+t.wanted > 0 {
			groups = append(groups, t)
		}
	}
	slices.SortFunc(groups, func(a, b tally) int {
		return cmp.Or(cmp.Compare(a.found, b.found), cmp.Compare(a.wanted, b.wanted), cmp.Compare(a.right, b.right))
	})
	return groups
}

// connect joins the records of each group and gives the first of each.
func (v view) connect(u *unions, by grouping) map[int32]uint32 {
	firsts := map[int32]uint32{}
	for i := range v.records {
		group := by(&v.records[i])
		if first, seen := firsts[group]; seen {
			u.join(uint32(i), first)
		} else {
			firsts[group] = uint32(i)
		}
	}
	return firsts
}

// percentiles are the 2.5th and 97.5th of the resampled figures of n groups.
func percentiles(figures []float64, n int) *Interval {
	if len(figures) == 0 || n == 0 {
		return nil
	}
	slices.Sort(figures)
	low := figures[len(figures)*25/1000]
	high := figures[min(len(figures)*975/1000, len(figures)-1)]
	switch {
	case low == 1:
		low, _ = wilson(n, n)
	case high == 0:
		_, high = wilson(0, n)
	}
	return &Interval{Ratio(low), Ratio(high)}
}

// wilson is the 95 % score interval of k of n (Wilson, JASA 22, 1927).
func wilson(k, n int) (low, high float64) {
	p, m, z := float64(k)/float64(n), float64(n), normal95
	middle := (p + z*z/(2*m)) / (1 + z*z/m)
	half := z / (1 + z*z/m) * math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	return max(middle-half, 0), min(middle+half, 1)
}
