package match

import (
	"cmp"
	"context"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/sameas/sameas/match/kernel"
)

func TestSortedEdgesAreInTheOrderOfRecords(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(4, 2))
	for n := range 40 {
		var found [][]kernel.Edge
		var want []kernel.Edge
		for a := range uint32(n) {
			for b := a + 1; b < uint32(n); b++ {
				if r.IntN(3) == 0 {
					want = append(want, kernel.Edge{A: a, B: b, Weight: int32(r.IntN(99))})
				}
			}
		}
		mixed := slices.Clone(want)
		r.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
		for edges := range slices.Chunk(mixed, 7) {
			found = append(found, edges)
		}
		got := sortedEdges(found)
		if !slices.Equal(got, want) || !slices.IsSortedFunc(got, func(x, y kernel.Edge) int { return cmp.Or(cmp.Compare(x.A, y.A), cmp.Compare(x.B, y.B)) }) {
			t.Fatalf("of %d records: %v, want %v", n, got, want)
		}
	}
}

// TestKeptPairsAreThoseComparedInFull: what the kernel tells of an edge leaves the same pairs as comparing each anew.
func TestKeptPairsAreThoseComparedInFull(t *testing.T) {
	t.Parallel()
	m := crowded(t, 2000)
	through(t, m.features, m.block, m.identify, m.train)
	m.model.spec.Keep = 30 * 1024 // what many pairs weigh about, so that what is taken back decides
	for i := range m.judge.dependence.joint {
		m.judge.dependence.joint[i] -= int32(i%4) * 6 * 1024 // as if many full names were frequent
	}
	result, err := m.options.scan(context.Background(), "people/score", m.set, m.model.spec, kernel.Blocks{N: m.plan.blocks(), At: m.plan.block}, func(int64, int64) {})
	if err != nil {
		t.Fatal(err)
	}
	var want []keptPair
	for _, e := range result.Edges {
		if c := m.judge.Compare(e.A, e.B); c.Weight >= m.model.spec.Keep {
			want = append(want, m.judge.keep(e.A, e.B, e.Rule, c))
		}
	}
	through(t, func(ctx context.Context) error { return m.judgeKept(ctx, result.Edges) })
	if !reflect.DeepEqual(m.kept, want) || len(want) < 400 || len(want) == len(result.Edges) {
		t.Errorf("%d pairs are kept of %d, comparing each in full leaves %d", len(m.kept), len(result.Edges), len(want))
	}
}
