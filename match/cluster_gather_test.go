package match

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// splitThing is one thing of which an application holds two records, 0 and 1: 2 and 3 resembled 0 most, 4 resembled 1 most.
func splitThing() (*identity, []uint32, []candidate) {
	id := &identity{holdings: make([][]holding, 6), verdicts: verdicts{different: map[[2]uint32]bool{}}}
	id.holdings[0], id.holdings[1] = []holding{{0, 7}}, []holding{{0, 8}}
	component := []uint32{0, 1, 2, 3, 4, 5}
	return id, component, []candidate{
		{a: 0, b: 2, weight: 90, auto: true}, {a: 0, b: 3, weight: 89, auto: true}, {a: 1, b: 4, weight: 88, auto: true},
		{a: 2, b: 4, weight: 60, auto: true}, {a: 0, b: 1, weight: 50, auto: true}}
}

func TestGatherBringsTogetherWhatACannotLinkSplit(t *testing.T) {
	t.Parallel()
	yes := func(uint32, uint32) bool { return true }
	for _, c := range []struct {
		name   string
		change func(id *identity, c *clustering)
		weight int32 // of a pair without an edge
		moves  bool
	}{
		{"alike, and the larger cluster fits better", func(*identity, *clustering) {}, 40, true},
		{"the smaller cluster fits better", func(*identity, *clustering) {}, 10, false},
		{"the two are not alike", func(_ *identity, c *clustering) { c.alike = func(uint32, uint32) bool { return false } }, 40, false},
		{"an ID keeps it where it is", func(id *identity, _ *clustering) { id.holdings[4] = []holding{{0, 8}} }, 40, false},
		{"a field speaks against it", func(_ *identity, c *clustering) {
			c.check = func(a, b uint32) bool { return min(a, b) != 3 || max(a, b) != 4 }
		}, 40, false},
		{"a person judged them different", func(id *identity, _ *clustering) { id.different[[2]uint32{3, 4}] = true }, 40, false},
	} {
		id, component, candidates := splitThing()
		clusters := newClustering(newPartition(id, component), nil, func(a, b uint32) bool { return true })
		clusters.alike = yes
		c.change(id, clusters)
		clusters.run(candidates)
		if clusters.find(4) != clusters.find(1) || clusters.find(2) != clusters.find(0) {
			t.Fatalf("%s: not split as it should be to begin with", c.name)
		}
		clusters.gather(component, candidates, func(a, b uint32) int32 {
			for _, e := range candidates {
				if e.a == min(a, b) && e.b == max(a, b) {
					return e.weight
				}
			}
			return c.weight
		})
		if moved := clusters.find(4) == clusters.find(0); moved != c.moves {
			t.Errorf("%s: moved %v, want %v", c.name, moved, c.moves)
		}
		if clusters.find(0) == clusters.find(1) {
			t.Errorf("%s: two IDs of one application stand in one cluster", c.name)
		}
	}
}

func TestGatherKeepsEveryConstraint(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 8))
	for range 400 {
		n := 3 + r.IntN(9)
		id, component, candidates := graph(r, n)
		c := newClustering(newPartition(id, component), nil, func(a, b uint32) bool { return true })
		c.alike = func(uint32, uint32) bool { return true }
		sortCandidates(candidates)
		c.run(candidates)
		before := total(c, n)
		c.gather(component, candidates, weightIn(candidates))
		if after := total(c, n); after < before {
			t.Fatalf("gathering took the sum of weights inside clusters from %d to %d", before, after)
		}
		for a := range uint32(n) {
			if !slices.Contains(c.list(c.find(a)), a) || slices.Min(c.list(c.find(a))) != c.find(a) {
				t.Fatalf("record %d is not listed under its root %d: %v", a, c.find(a), c.list(c.find(a)))
			}
			for b := a + 1; b < uint32(n); b++ {
				_, clashes := clash(id.holdings[a], id.holdings[b])
				together := c.find(a) == c.find(b)
				if together && component[a] != component[b] && (clashes || id.different[[2]uint32{a, b}]) {
					t.Fatalf("%d and %d must stay apart", a, b)
				}
				if !together && component[a] == component[b] {
					t.Fatalf("%d and %d are linked and were parted", a, b)
				}
			}
		}
	}
}

func weightIn(candidates []candidate) func(a, b uint32) int32 {
	return func(a, b uint32) int32 {
		for _, e := range candidates {
			if e.a == min(a, b) && e.b == max(a, b) {
				return e.weight
			}
		}
		return -1
	}
}

// total is how many pairs stand in one cluster.
func total(c *clustering, n int) int {
	sum := 0
	for a := range uint32(n) {
		sum += len(c.list(c.find(a)))
	}
	return sum
}
