package match

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestIslandsAreWhatPairsConnect holds the islands against painting every record with the smallest it can be reached from.
func TestIslandsAreWhatPairsConnect(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 1))
	several := 0
	for range 500 {
		n := 2 + r.IntN(30)
		component := make([]uint32, n)
		for i := range component { // a root is the smallest of its component
			component[i] = uint32(i)
			if r.IntN(4) == 0 {
				component[i] = component[r.IntN(i+1)]
			}
		}
		var pairs []candidate
		for range r.IntN(n) {
			a, b := uint32(r.IntN(n)), uint32(r.IntN(n))
			if a != b {
				pairs = append(pairs, candidate{a: min(a, b), b: max(a, b), weight: r.Int32N(9)})
			}
		}
		paint := slices.Clone(component)
		for range n {
			for _, e := range pairs {
				low := min(paint[e.a], paint[e.b])
				for i := range paint {
					if component[i] == component[e.a] || component[i] == component[e.b] {
						paint[i] = min(paint[i], low)
					}
				}
			}
		}
		found := islands(component, slices.Clone(pairs))
		var all []candidate
		last := -1
		for _, pairs := range found {
			for _, e := range pairs {
				if paint[e.a] != paint[pairs[0].a] || paint[e.b] != paint[pairs[0].a] {
					t.Fatalf("%v in one island, components %v", pairs, component)
				}
			}
			if color := int(paint[pairs[0].a]); color <= last {
				t.Fatalf("island of %d after that of %d: of one island, or out of order", color, last)
			} else {
				last = color
			}
			all = append(all, pairs...)
		}
		sortCandidates(all)
		sortCandidates(pairs)
		if !slices.Equal(all, pairs) {
			t.Fatalf("islands hold %v, want %v", all, pairs)
		}
		if len(found) > 1 {
			several++
		}
	}
	if several < 100 {
		t.Errorf("only %d graphs of several islands", several)
	}
}

func TestFindOnlyReadsWhatIsFlat(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 2))
	u := newUnions(200)
	for range 150 {
		u.join(r.Uint32N(200), r.Uint32N(200))
	}
	want := make([]uint32, 200)
	for i := range want {
		want[i] = u.find(uint32(i))
	}
	u.flatten()
	if !slices.Equal(u.parent, want) {
		t.Errorf("flat %v, want %v", u.parent, want)
	}
}
