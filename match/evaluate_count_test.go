package match

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// TestCountsAgreeWithEveryPairLookedAt compares all counting by formula with a look at each pair.
func TestCountsAgreeWithEveryPairLookedAt(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	for round := range 400 {
		records := make([]verdict, 1+random.IntN(14))
		keys := make(blockKeys, len(records))
		for i := range records {
			any := func(n int) int32 { return int32(random.IntN(n)) }
			records[i] = verdict{entity: any(4), auto: any(6), review: any(3), linked: any(10), oracle: any(8), label: max(0, any(5)-2), kind: any(3)}
			for k := range uint64(4) {
				if random.IntN(3) == 0 {
					keys[i] = append(keys[i], k)
				}
			}
		}
		for _, v := range []view{{records, false}, {records, true}} {
			checkAgainstPairs(t, round, v, keys)
		}
	}
}

// lookedAt is what a look at every pair finds.
type lookedAt struct {
	wanted, found, right, blocked                    int64
	kindWanted, kindFound, kindRight, kindBlocked    [3]int64
	falseKinds                                       map[[2]int32]int64
	tiers                                            tally
	impure, used                                     map[int32]bool
	sizePairs, sizeRight, sizeClusters, sizeImpurely [5]int64
}

func sizeClass(n int) int { return map[bool]int{true: min(n, 5) - 2, false: 4}[n < 10] }

// lookAtPairs counts pair by pair.
func lookAtPairs(v view, keys blockKeys) lookedAt {
	c := lookedAt{falseKinds: map[[2]int32]int64{}, impure: map[int32]bool{}, used: map[int32]bool{}}
	members := map[int32]int{}
	for i := range v.records {
		members[v.records[i].auto]++
	}
	for i := range v.records {
		for k := i + 1; k < len(v.records); k++ {
			a, b := &v.records[i], &v.records[k]
			if a.label != 0 && a.label == b.label || v.notByIDs && a.linked == b.linked {
				continue
			}
			same, together := a.entity == b.entity, a.auto == b.auto
			shares := a.linked == b.linked || slices.ContainsFunc(keys[i], func(x uint64) bool { return slices.Contains(keys[k], x) })
			add := func(to *int64, kinds *[3]int64, is bool) {
				if !is {
					return
				}
				*to++
				kinds[a.kind]++
				if a.kind != b.kind {
					kinds[b.kind]++
				}
			}
			add(&c.wanted, &c.kindWanted, same)
			add(&c.found, &c.kindFound, together)
			add(&c.right, &c.kindRight, same && together)
			add(&c.blocked, &c.kindBlocked, same && shares)
			for tier, in := range [tiers]bool{together, a.review == b.review, a.oracle == b.oracle} {
				if in {
					c.tiers.found[tier]++
				}
				if in && same {
					c.tiers.right[tier]++
				}
			}
			if !together {
				continue
			}
			class := sizeClass(members[a.auto])
			c.sizePairs[class]++
			if !c.used[a.auto] {
				c.sizeClusters[class]++
			}
			c.used[a.auto] = true
			if same {
				c.sizeRight[class]++
				continue
			}
			if !c.impure[a.auto] {
				c.sizeImpurely[class]++
			}
			c.impure[a.auto] = true
			c.falseKinds[[2]int32{min(a.kind, b.kind), max(a.kind, b.kind)}]++
		}
	}
	c.tiers.wanted = c.wanted
	return c
}

func checkAgainstPairs(t *testing.T, round int, v view, keys blockKeys) {
	t.Helper()
	c := lookAtPairs(v, keys)
	blocked := v.blocked(keys, 2)
	clusters, impureClusters := v.impure(byAuto)
	got := []int64{v.pairs(byEntity), v.pairs(byAuto), v.pairs(byAuto, byEntity), blocked.pairs, clusters, impureClusters}
	want := []int64{c.wanted, c.found, c.right, c.blocked, int64(len(c.used)), int64(len(c.impure))}
	if !slices.Equal(got, want) {
		t.Errorf("round %d, not by IDs %v: %v, want %v", round, v.notByIDs, got, want)
	}
	for _, x := range []struct {
		got  []int64
		want [3]int64
	}{{v.touching(2, byEntity), c.kindWanted}, {v.touching(2, byAuto), c.kindFound}, {v.touching(2, byAuto, byEntity), c.kindRight}, {blocked.kinds, c.kindBlocked}} {
		if !slices.Equal(x.got, x.want[:]) {
			t.Errorf("round %d, not by IDs %v, by kind: %v, want %v", round, v.notByIDs, x.got, x.want)
		}
	}
	var sum tally
	for _, g := range v.tallies() {
		sum.add(g, 1)
	}
	if sum != c.tiers {
		t.Errorf("round %d: the groups add up to %+v, want %+v", round, sum, c.tiers)
	}
	for class, row := range v.bySize(byAuto) {
		got := []int64{row.Clusters, row.Impure, row.Pairs}
		want := []int64{c.sizeClusters[class], c.sizeImpurely[class], c.sizePairs[class]}
		if !slices.Equal(got, want) || fmt.Sprint(row.Precision) != fmt.Sprint(ratio(c.sizeRight[class], c.sizePairs[class])) {
			t.Errorf("round %d, clusters of %s: %v precision %v, want %v", round, row.Size, got, row.Precision, want)
		}
	}
	for _, row := range v.lookAlikes([]string{"a", "b"}) {
		number := func(kind string) int32 { return int32(strings.Index(" ab", kind) * min(1, len(kind))) }
		pair := [2]int32{number(row.Kinds[0]), number(row.Kinds[1])}
		if row.Auto != c.falseKinds[pair] {
			t.Errorf("round %d: %d wrong pairs of %v, want %d", round, row.Auto, row.Kinds, c.falseKinds[pair])
		}
		delete(c.falseKinds, pair)
	}
	if len(c.falseKinds) > 0 {
		t.Errorf("round %d: wrong pairs in no row: %v", round, c.falseKinds)
	}
	checkBCubed(t, round, v)
}

func checkBCubed(t *testing.T, round int, v view) {
	t.Helper()
	var precision, recall float64
	for i := range v.records {
		cluster, entity, both := 1., 1., 1.
		for k := range v.records {
			a, b := &v.records[i], &v.records[k]
			if i == k || a.label != 0 && a.label == b.label || v.notByIDs && a.linked == b.linked {
				continue
			}
			if a.auto == b.auto {
				cluster++
			}
			if a.entity == b.entity {
				entity++
			}
			if a.auto == b.auto && a.entity == b.entity {
				both++
			}
		}
		precision += both / cluster
		recall += both / entity
	}
	n := float64(len(v.records))
	precision, recall = precision/n, recall/n
	if got := v.bCubed(byAuto); !sameRates(got, precision, recall, 2*precision*recall/(precision+recall)) {
		t.Errorf("round %d, not by IDs %v: b-cubed %+v, want %v %v", round, v.notByIDs, got, precision, recall)
	}
}

func TestGiantEntityIsALowerBound(t *testing.T) {
	t.Parallel()
	const n = giantEntity + 1
	records, keys := make([]verdict, n), make(blockKeys, n)
	for i := range records {
		records[i].linked = int32(i)
		keys[i] = []uint64{1, 2 + uint64(i%2)}
	}
	if got := (view{records, false}).blocked(keys, 0); got.pairs != n*(n-1)/2 || got.kinds[0] != got.pairs {
		t.Errorf("%d pairs under the one key", got.pairs)
	}
}
