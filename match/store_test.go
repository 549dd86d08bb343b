package match

import (
	"math"
	"strconv"
	"testing"

	"github.com/sameas/sameas/match/kernel"
)

func TestUnitsAreWrittenAsTheBitsThatTheyAre(t *testing.T) {
	t.Parallel()
	for units := math.MinInt16; units <= math.MaxInt16; units++ {
		want := strconv.FormatFloat(float64(units)*kernel.Unit, 'f', -1, 64)
		if got := string(appendUnits(nil, int64(units))); got != want {
			t.Fatalf("%d units: %s, want %s", units, got, want)
		}
	}
}
