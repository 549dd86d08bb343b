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

// tiers are the ways of clustering that are bounded, in this order.
const tiers = 3

// tally is what one connected group of records adds to the figures: to those of auto, auto with review, review judged.
type tally struct {
	right, found [tiers]int64
	wanted       int64
}

func (t *tally) add(o tally, times int64) {
	for i := range t.right {
		t.right[i] += times * o.right[i]
		t.found[i] += times * o.found[i]
	}
	t.wanted += times * o.wanted
}

// bounds of one tier.
type bounds struct{ precision, recall *Interval }

// intervals bound precision and recall by a bootstrap over connected groups: records that share a cluster or an entity
// stand or fall together, pairs are not independent (a cluster bootstrap, Davison and Hinkley 1997, section 3.8). Where
// nothing is wrong the bootstrap has nothing to vary; then the lower bound is Wilson's, over groups.
func (v view) intervals() [tiers]bounds {
	kinds, groups := differentTallies(v.tallies())
	if len(groups) == 0 {
		return [tiers]bounds{}
	}
	var precisions, recalls [tiers][]float64
	random := rand.New(rand.NewPCG(seedFirst, seedSecond))
	drawn := make([]int64, len(kinds))
	for range resamples {
		clear(drawn)
		for range groups {
			drawn[groups[random.IntN(len(groups))]]++
		}
		var sum tally
		for k, times := range drawn {
			sum.add(kinds[k], times)
		}
		for tier := range tiers {
			if sum.found[tier] > 0 {
				precisions[tier] = append(precisions[tier], float64(sum.right[tier])/float64(sum.found[tier]))
			}
			if sum.wanted > 0 {
				recalls[tier] = append(recalls[tier], float64(sum.right[tier])/float64(sum.wanted))
			}
		}
	}
	var out [tiers]bounds
	for tier := range tiers {
		finds, wants := 0, 0
		for _, k := range groups {
			if kinds[k].found[tier] > 0 {
				finds++
			}
			if kinds[k].wanted > 0 {
				wants++
			}
		}
		out[tier] = bounds{percentiles(precisions[tier], finds), percentiles(recalls[tier], wants)}
	}
	return out
}

// differentTallies numbers the different ones of sorted tallies: most groups are alike, and a number a group is all that drawing
// has to reach for.
func differentTallies(all []tally) (kinds []tally, numbers []int32) {
	for _, t := range all {
		if len(kinds) == 0 || kinds[len(kinds)-1] != t {
			kinds = append(kinds, t)
		}
		numbers = append(numbers, int32(len(kinds)-1))
	}
	return kinds, numbers
}

// tallies are the connected groups that hold a pair, in an order that does not depend on how they were found.
func (v view) tallies() []tally {
	u := newUnions(len(v.records))
	firstOfEntity := v.connect(u, byEntity)
	groupings := [tiers]grouping{byAuto, byReview, byOracle}
	var firsts [tiers]map[int32]uint32
	for tier, by := range groupings {
		firsts[tier] = v.connect(u, by)
	}
	byRoot := map[uint32]*tally{}
	of := func(record uint32) *tally {
		root := u.find(record)
		if byRoot[root] == nil {
			byRoot[root] = &tally{}
		}
		return byRoot[root]
	}
	for tier, by := range groupings {
		for group, p := range v.perGroup(by) {
			t := of(firsts[tier][group])
			t.right[tier] += p.right
			t.found[tier] += p.found
		}
	}
	for group, p := range v.perGroup(byEntity) {
		of(firstOfEntity[group]).wanted += p.found
	}
	var groups []tally
	for _, t := range byRoot {
		if t.wanted > 0 || t.found != [tiers]int64{} {
			groups = append(groups, *t)
		}
	}
	slices.SortFunc(groups, func(a, b tally) int {
		return cmp.Or(slices.Compare(a.found[:], b.found[:]), cmp.Compare(a.wanted, b.wanted), slices.Compare(a.right[:], b.right[:]))
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
