package reports

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sameas/sameas/internal/evidence"
)

// judgedBin is how people judged the scored pairs of one bit of weight.
type judgedBin struct {
	Collection           string
	Bit, Same, Different int64
}

// fewestJudged is how many judged pairs a curve is drawn from at least: fewer would say nothing.
const fewestJudged = 10

// accuracyChart draws precision and recall over the threshold, as far as people have judged: of the judged pairs at or above
// a weight how many are the same, and of those that are the same how many lie at or above it. False when too few were judged.
func accuracyChart(collection string, bins []judgedBin, m *evidence.Model) (chart, bool) {
	bins = slices.DeleteFunc(slices.Clone(bins), func(b judgedBin) bool { return b.Collection != collection })
	var same, different int64
	for _, b := range bins {
		same, different = same+b.Same, different+b.Different
	}
	if same+different < fewestJudged || same == 0 {
		return chart{}, false
	}
	c := chart{Title: "Precision and recall over the threshold, " + collection, Width: chartWidth, Height: chartHeight,
		Note: fmt.Sprintf("Of the %s that people judged, as scored, without the rules that keep clusters apart. People judge the doubtful ones: among all pairs precision is higher.", many(same+different, "pair", "pairs"))}
	lo, hi := bins[0].Bit, bins[len(bins)-1].Bit+1
	x := func(bit float64) float64 {
		return chartLeft + (bit-float64(lo))/float64(hi-lo)*(chartWidth-chartLeft-chartRight)
	}
	c.Curves = []curve{{Class: "recall"}, {Class: "precision"}}
	all := same
	for _, b := range bins {
		at := [2]float64{float64(same) / float64(all), float64(same) / float64(max(same+different, 1))}
		for i, share := range at {
			c.Curves[i].step(x(float64(b.Bit)), x(float64(b.Bit+1)), share)
		}
		same, different = same-b.Same, different-b.Different
	}
	c.axis(lo, hi, x)
	c.thresholdWithin("review", 12, lo, hi, m, x)
	c.thresholdWithin("auto", 26, lo, hi, m, x)
	return c, true
}

// thresholdWithin draws the model's threshold of that name where it lies on the drawing.
func (c *chart) thresholdWithin(name string, y float64, lo, hi int64, m *evidence.Model, x func(float64) float64) {
	if m == nil {
		return
	}
	p := m.Thresholds.Auto
	if name == "review" {
		p = m.Thresholds.Review
	}
	if bits := thresholdBits(p); bits >= float64(lo) && bits <= float64(hi) {
		c.threshold(name, x(bits), y)
	}
}

// curve is a line of steps, in user units.
type curve struct {
	Class  string
	points []string
}

func (c *curve) step(from, to, share float64) {
	y := chartTop + (1-share)*(chartHeight-chartTop-chartBottom)
	c.points = append(c.points, decimal(from)+","+decimal(y), decimal(to)+","+decimal(y))
}

// Points are the attribute of an SVG polyline.
func (c curve) Points() string { return strings.Join(c.points, " ") }
