package match

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// graph is a random small world: IDs of two applications, must-link components, weighted pairs.
func graph(r *rand.Rand, n int) (*identity, []uint32, []candidate) {
	id := &identity{holdings: make([][]holding, n), verdicts: verdicts{different: map[[2]uint32]bool{}}}
	component := make([]uint32, n)
	for i := range n {
		component[i] = uint32(i)
		for scope := range uint32(2) {
			if r.IntN(3) == 0 {
				id.holdings[i] = append(id.holdings[i], holding{scope, r.Uint32N(3)})
			}
		}
	}
	if n > 4 && r.IntN(2) == 0 {
		component[3] = 1
		id.holdings[3] = nil
	}
	if r.IntN(3) == 0 {
		id.different[[2]uint32{0, 2}] = true
	}
	var candidates []candidate
	for a := range uint32(n) {
		for b := a + 1; b < uint32(n); b++ {
			if r.IntN(2) == 0 {
				candidates = append(candidates, candidate{a: a, b: b, weight: r.Int32N(8), auto: true})
			}
		}
	}
	r.Shuffle(len(candidates), func(i, j int) { candidates[i], candidates[j] = candidates[j], candidates[i] })
	return id, component, candidates
}

// bruteForce joins best-first by looking at every pair of records of the two sets, with no index of any kind.
func bruteForce(id *identity, component []uint32, candidates []candidate) []uint32 {
	label := slices.Clone(component)
	forbidden := func(x, y uint32) bool {
		for i := range label {
			for j := range label {
				if label[i] != x || label[j] != y {
					continue
				}
				if id.different[[2]uint32{uint32(min(i, j)), uint32(max(i, j))}] {
					return true
				}
				for _, h := range id.holdings[i] {
					for _, g := range id.holdings[j] {
						if h.scope == g.scope && h.id != g.id {
							return true
						}
					}
				}
			}
		}
		return false
	}
	rest := slices.Clone(candidates)
	for len(rest) > 0 {
		best := 0
		for i, e := range rest {
			b := rest[best]
			if e.weight > b.weight || e.weight == b.weight && (e.a < b.a || e.a == b.a && e.b < b.b) {
				best = i
			}
		}
		x, y := label[rest[best].a], label[rest[best].b]
		if x != y && !forbidden(x, y) {
			for i := range label {
				if label[i] == max(x, y) {
					label[i] = min(x, y)
				}
			}
		}
		rest = slices.Delete(rest, best, best+1)
	}
	return label
}

func TestClusteringIsBruteForceUnderConstraints(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(4, 4))
	refusals := 0
	for round := range 2000 {
		id, component, candidates := graph(r, 2+r.IntN(8))
		want := bruteForce(id, component, candidates)
		c := newClustering(newPartition(id, component), nil, func(uint32, uint32) bool { return true })
		sorted := slices.Clone(candidates)
		sortCandidates(sorted)
		c.run(sorted)
		refusals += len(c.refusals)
		got := make([]uint32, len(want))
		for i := range got {
			got[i] = c.find(uint32(i))
		}
		if !slices.Equal(got, want) {
			t.Fatalf("round %d: clusters %v, want %v", round, got, want)
		}
	}
	if refusals < 1000 {
		t.Errorf("only %d unions were refused: the constraints were hardly tried", refusals)
	}
}

func TestFrozenComponentsTakeNothingIn(t *testing.T) {
	t.Parallel()
	id := &identity{holdings: make([][]holding, 3), verdicts: verdicts{different: map[[2]uint32]bool{}}}
	c := newClustering(newPartition(id, []uint32{0, 0, 2}), map[uint32]bool{0: true}, func(uint32, uint32) bool { return true })
	c.run([]candidate{{a: 1, b: 2, weight: 9, auto: true}})
	if c.find(2) != 2 || len(c.refusals) != 1 || c.refusals[0].reason != refusedFrozen {
		t.Errorf("a record was joined to a contradiction: %+v", c.refusals)
	}
}

func TestBridges(t *testing.T) {
	t.Parallel()
	members := []uint32{10, 11, 20, 21, 22}
	links := []link{{10, 11, 0, true}, {20, 21, 90, false}, {21, 22, 80, false}, {20, 22, 70, false}, {11, 20, 60, false}}
	s, bridges := shapeOf(members, links)
	if len(bridges) != 2 || s.bridges != 2 || s.byIDs || s.weakest != 60.0/1024 || s.edges != 5 {
		t.Errorf("shape %+v", s)
	}
	if !splitsInTwo(members, links, link{11, 20, 60, false}) || splitsInTwo(members, links, link{20, 21, 90, false}) {
		t.Error("the halves are not told apart")
	}
}

func BenchmarkClustering(b *testing.B) {
	r := rand.New(rand.NewPCG(9, 9))
	const n = 100_000
	id := &identity{holdings: make([][]holding, n), verdicts: verdicts{different: map[[2]uint32]bool{}}}
	component := make([]uint32, n)
	for i := range component {
		component[i] = uint32(i)
		id.holdings[i] = []holding{{r.Uint32N(3), uint32(i)}}
	}
	var candidates []candidate
	for range 2 * n {
		x := r.Uint32N(n - 4)
		candidates = append(candidates, candidate{a: x, b: x + 1 + r.Uint32N(3), weight: r.Int32N(1 << 16), auto: true})
	}
	sortCandidates(candidates)
	for b.Loop() {
		newClustering(newPartition(id, component), nil, func(uint32, uint32) bool { return true }).run(candidates)
	}
}
