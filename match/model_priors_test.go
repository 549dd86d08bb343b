package match

import (
	"math"
	"testing"

	"github.com/sameas/sameas/match/kernel"
)

func TestStrataAreTheSourcesInOrder(t *testing.T) {
	t.Parallel()
	names, stratum := strataOf([]record{{source: "hub"}, {source: "crm"}, {source: "hub"}})
	if len(names) != 2 || names[0] != "crm" || stratum[0] != 1 || stratum[1] != 0 || stratum[2] != 1 {
		t.Errorf("strata %v of %v", stratum, names)
	}
	if _, stratum := strataOf([]record{{source: "hub"}, {source: "hub"}}); stratum != nil {
		t.Errorf("one source has strata %v", stratum)
	}
}

// halves are records of two sources, n each; those of the first all have an ID of one application.
func halves(n int) (*kernel.Set, *identity, []randomPair) {
	set := &kernel.Set{Values: [][]uint32{make([]uint32, 2*n)}, Stratum: make([]uint8, 2*n)}
	id := &identity{holdings: make([][]holding, 2*n)}
	for i := range 2 * n {
		if i < n {
			id.holdings[i] = []holding{{0, uint32(i)}}
		} else {
			set.Stratum[i] = 1
		}
	}
	t := training{set: set}
	return set, id, t.randomPairs()
}

func TestPopulationLeavesOutWhatIDsKeepApart(t *testing.T) {
	t.Parallel()
	set, id, pairs := halves(200)
	p := populationOf(set, id.apartColumns(400), pairs)
	if p.pairs[0][0] != 0 || p.pairs[0][1] != 200*200 || p.pairs[1][1] != 200*199/2 {
		t.Errorf("pairs by source %v, want none, 40000 and 19900", p.pairs)
	}
}

func TestPriorsFollowTheSources(t *testing.T) {
	t.Parallel()
	set, id, pairs := halves(200)
	p := populationOf(set, id.apartColumns(400), pairs)
	f := fit{parameters: parameters{lambda: 0.002}}
	for range 60 { // the shares move by halves
		f.learnPriors(p, [][]float64{{0, 180}, {0, 0}}, 1)
	}
	if got, want := f.lambda, 180/p.all; math.Abs(got/want-1) > 0.01 {
		t.Errorf("share of matches %v, want %v", got, want)
	}
	within, between, kept := f.strata[1][1], f.strata[0][1], f.strata[0][0]
	if within >= f.lambda || between <= f.lambda {
		t.Errorf("within the second source %v, between the two %v: want them below and above %v", within, between, f.lambda)
	}
	if math.Abs(kept/f.lambda-1) > 1e-9 {
		t.Errorf("where every pair is kept apart the prior is %v, want that of all, %v", kept, f.lambda)
	}
}

func TestApartColumnsForgetRecordsWithTwoIDs(t *testing.T) {
	t.Parallel()
	id := &identity{holdings: [][]holding{{{0, 1}}, {{0, 2}}, {{0, 1}, {0, 2}}, nil}}
	columns := id.apartColumns(4)
	for _, c := range []struct {
		a, b uint32
		want bool
	}{{0, 1, true}, {0, 2, false}, {1, 2, false}, {0, 3, false}} {
		if got := keptApart(columns, c.a, c.b); got != c.want {
			t.Errorf("%d and %d are kept apart: %v, want %v", c.a, c.b, got, c.want)
		}
	}
}
