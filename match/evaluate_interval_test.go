package match

import (
	"math"
	"testing"
)

func TestIntervals(t *testing.T) {
	t.Parallel()
	// Wilson's own figures: 0 of 10 is 0 to 0.2775, 10 of 10 its mirror.
	if _, high := wilson(0, 10); math.Abs(high-0.27753) > 1e-4 {
		t.Errorf("0 of 10: %v", high)
	}
	if low, high := wilson(5, 10); math.Abs(low-0.23659) > 1e-4 || math.Abs(high-0.76341) > 1e-4 {
		t.Errorf("5 of 10: %v %v", low, high)
	}
	// 300 clusters of two, none wrong: the rule of three says at most 1 % or so.
	var records []verdict
	for i := range int32(300) {
		records = append(records, verdict{entity: i, auto: i, linked: 2 * i}, verdict{entity: i, auto: i, linked: 2*i + 1})
	}
	for i := range records {
		records[i].review, records[i].oracle = records[i].auto, records[i].auto
	}
	interval := func() (*Interval, *Interval) {
		b := (view{records, false}).intervals()[0]
		return b.precision, b.recall
	}
	precision, recall := interval()
	if precision.High != 1 || precision.Low < 0.98 || precision.Low >= 1 || *recall != *precision {
		t.Errorf("no error in 300: %+v %+v", precision, recall)
	}
	// Thirty of them wrong: 0.9 lies inside, and the interval has the width of a binomial's, about 0.034 each way.
	for i := range int32(30) {
		records[2*i].entity = 1000 + i
	}
	precision, _ = interval()
	if precision.Low < 0.85 || precision.Low > 0.88 || precision.High < 0.92 || precision.High > 0.95 {
		t.Errorf("30 errors in 300: %+v", precision)
	}
	again, _ := interval()
	if *again != *precision {
		t.Error("two runs differ")
	}
	if b := (view{}).intervals(); b != [tiers]bounds{} {
		t.Error("an interval of nothing")
	}
}
