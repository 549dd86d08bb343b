package reports

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/sameas/sameas/internal/evidence"
)

// judgedBin is how people judged the scored pairs of one bit of weight.
type judgedBin struct {
	Collection           string
	Bit, Same, Different int64
}

// TruthCurve is what a truth file says of one collection's scored pairs.
type TruthCurve struct {
	Collection string
	TruePairs  int64 // pairs of records that are one thing, found or not
	Points     []TruthPoint
}

// TruthPoint is the scored pairs at or above one threshold.
type TruthPoint struct {
	Name              string  // of the threshold that clusters were formed by: review, auto, attach; else ""
	Bits              float64 // the threshold as weight; the points of a curve are in its order, lowest first
	Pairs             int64   // how many lie at or above it; of none there is no precision
	Precision, Recall float64 // shares, from 0 to 1
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
	lo, hi := bins[0].Bit, withRoom(bins[0].Bit, bins[len(bins)-1].Bit+1)
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
	c.shares()
	c.axis(lo, hi, x)
	c.thresholdWithin("review", 12, lo, hi, m, x)
	c.thresholdWithin("auto", 26, lo, hi, m, x)
	return c, true
}

// truthChart draws precision and recall over the threshold as a truth file counts them; false when it says nothing of the
// collection.
func truthChart(collection string, truth []TruthCurve, m *evidence.Model) (chart, bool) {
	i := slices.IndexFunc(truth, func(t TruthCurve) bool { return t.Collection == collection })
	if i < 0 || truth[i].TruePairs == 0 || len(truth[i].Points) < 2 {
		return chart{}, false
	}
	points := truth[i].Points
	c := chart{Title: "Precision and recall by the truth file, " + collection, Width: chartWidth, Height: chartHeight,
		Note: fmt.Sprintf("Of all scored pairs, without the rules that keep clusters apart; of the %s, one that was never compared counts as missed.%s", many(truth[i].TruePairs, "true pair", "true pairs"), atAuto(points))}
	lo := int64(math.Floor(points[0].Bits))
	hi := withRoom(lo, int64(math.Ceil(points[len(points)-1].Bits)))
	x := func(bit float64) float64 {
		return chartLeft + (bit-float64(lo))/float64(hi-lo)*(chartWidth-chartLeft-chartRight)
	}
	c.Curves = []curve{{Class: "recall"}, {Class: "precision"}}
	for _, p := range points {
		c.Curves[0].point(x(p.Bits), p.Recall)
		if p.Pairs > 0 {
			c.Curves[1].point(x(p.Bits), p.Precision)
		}
	}
	c.shares()
	c.axis(lo, hi, x)
	c.thresholdWithin("review", 12, lo, hi, m, x)
	c.thresholdWithin("auto", 26, lo, hi, m, x)
	return c, true
}

// atAuto is the two figures at the threshold of sure clusters, in words.
func atAuto(points []TruthPoint) string {
	for _, p := range points {
		if p.Name == "auto" && p.Pairs > 0 {
			return fmt.Sprintf(" At auto: precision %s, recall %s.", tenths(p.Precision), tenths(p.Recall))
		}
	}
	return ""
}

// tenths is a share in percent with one decimal, cut, so that only the whole is 100 %.
func tenths(share float64) string { return decimal(math.Floor(share*1000+1e-9)/10) + "\u00a0%" }

// withRoom leaves room behind the curves for what their heights mean.
func withRoom(lo, hi int64) int64 { return hi + max(1, (hi-lo)/9) }

// shares draws what the heights of curves mean.
func (c *chart) shares() {
	for _, share := range []float64{1, 0.75, 0.5, 0.25} {
		y := chartTop + (1-share)*(chartHeight-chartTop-chartBottom)
		c.Lines = append(c.Lines, rule{X1: chartLeft, Y1: y, X2: chartWidth - chartRight, Y2: y, Class: "grid"})
		c.Labels = append(c.Labels, label{X: chartWidth - chartRight, Y: y + 12, Anchor: "end", Class: "tick", Text: percent(share)})
	}
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

// curve is a line of steps or from point to point, in user units.
type curve struct {
	Class  string
	points []string
}

func (c *curve) step(from, to, share float64) {
	c.point(from, share)
	c.point(to, share)
}

func (c *curve) point(at, share float64) {
	c.points = append(c.points, decimal(at)+","+decimal(chartTop+(1-share)*(chartHeight-chartTop-chartBottom)))
}

// Points are the attribute of an SVG polyline.
func (c curve) Points() string { return strings.Join(c.points, " ") }
