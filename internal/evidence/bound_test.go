package evidence

import (
	"math"
	"testing"
)

func TestAtMost(t *testing.T) {
	t.Parallel()
	// Clopper and Pearson's own: none of 300 at most 1 - 0.05^(1/300), 2 of 10 at most 0.5069, all at most all.
	for _, x := range []struct {
		k, n int64
		want float64
	}{{0, 300, 1 - math.Pow(0.05, 1./300)}, {2, 10, 0.5069013}, {10, 10, 1}, {64, 39934, 0.0019730142}} {
		if got := AtMost(x.k, x.n); math.Abs(got-x.want) > 1e-7 {
			t.Errorf("%d of %d: at most %v, want %v", x.k, x.n, got, x.want)
		}
	}
	if !math.IsNaN(AtMost(0, 0)) {
		t.Error("a bound of nothing")
	}
}
