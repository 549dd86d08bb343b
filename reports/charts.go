package reports

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"github.com/sameas/sameas/internal/evidence"
)

// chart is an SVG drawing in user units; the template only writes it out.
type chart struct {
	Title, Note   string
	Width, Height float64
	Bars          []bar
	Lines         []rule
	Curves        []curve
	Labels        []label
	Empty         string // said instead of a drawing
}

type bar struct {
	X, Y, W, H float64
	Class      string
	Title      string
}

type rule struct {
	X1, Y1, X2, Y2 float64
	Class          string
}

type label struct {
	X, Y   float64
	Anchor string
	Class  string
	Text   string
}

// The drawing area of every chart: room for labels below and above.
const (
	chartWidth, chartHeight = 440.0, 210.0
	chartLeft, chartRight   = 6.0, 6.0
	chartTop, chartBottom   = 34.0, 30.0
)

// weightChart draws how many pairs weigh how much, with the thresholds of the collection's model. Counts are drawn by
// their square root: the few pairs near the thresholds are what one looks for.
func weightChart(collection string, bins []weightBin, m *evidence.Model) chart {
	c := chart{Title: "Weight of kept pairs, " + collection, Width: chartWidth, Height: chartHeight,
		Note: "Bits of evidence; heights grow by the square root. Right of auto: held to be one. Between review and auto: a person looks."}
	bins = slices.DeleteFunc(slices.Clone(bins), func(b weightBin) bool { return b.Collection != collection })
	if len(bins) == 0 {
		c.Empty = "No scored pairs."
		return c
	}
	lo, hi, most := bins[0].Bit, bins[len(bins)-1].Bit+1, int64(1)
	for _, b := range bins {
		most = max(most, b.Fuzzy+b.ByID)
	}
	if m != nil {
		lo = min(lo, int64(math.Floor(thresholdBits(m.Thresholds.Review)))-1)
		hi = max(hi, int64(math.Ceil(thresholdBits(m.Thresholds.Auto)))+1)
	}
	x := func(bit float64) float64 {
		return chartLeft + (bit-float64(lo))/float64(hi-lo)*(chartWidth-chartLeft-chartRight)
	}
	c.weightBars(bins, most, x)
	c.axis(lo, hi, x)
	if m != nil {
		c.threshold("review", x(thresholdBits(m.Thresholds.Review)), 12)
		c.threshold("auto", x(thresholdBits(m.Thresholds.Auto)), 26)
	}
	return c
}

// thresholdBits keeps a threshold of 0 or 1 on the drawing.
func thresholdBits(p float64) float64 { return math.Max(-40, math.Min(80, evidence.Bits(p))) }

func (c *chart) weightBars(bins []weightBin, most int64, x func(float64) float64) {
	room := chartHeight - chartTop - chartBottom
	height := func(n int64) float64 { return math.Sqrt(float64(n)/float64(most)) * room }
	for _, b := range bins {
		left, width := x(float64(b.Bit))+0.5, x(float64(b.Bit+1))-x(float64(b.Bit))-1
		title := fmt.Sprintf("%d to %d bits: %s by evidence, %s by IDs", b.Bit, b.Bit+1, thousands(b.Fuzzy), thousands(b.ByID))
		all := height(b.Fuzzy + b.ByID)
		fuzzy := 0.0
		if n := b.Fuzzy + b.ByID; n > 0 {
			fuzzy = all * float64(b.Fuzzy) / float64(n)
		}
		base := chartHeight - chartBottom
		c.Bars = append(c.Bars,
			bar{X: left, Y: base - fuzzy, W: width, H: fuzzy, Class: "s1", Title: title},
			bar{X: left, Y: base - all, W: width, H: all - fuzzy, Class: "s2", Title: title})
	}
}

func (c *chart) axis(lo, hi int64, x func(float64) float64) {
	base := chartHeight - chartBottom
	c.Lines = append(c.Lines, rule{X1: chartLeft, Y1: base, X2: chartWidth - chartRight, Y2: base, Class: "axis"})
	step := int64(5)
	for (hi-lo)/step > 9 {
		step *= 2
	}
	for bit := int64(math.Ceil(float64(lo)/float64(step))) * step; bit <= hi; bit += step {
		anchor := "middle"
		switch at := x(float64(bit)); {
		case at > chartWidth-20:
			anchor = "end"
		case at < 20:
			anchor = "start"
		}
		c.Labels = append(c.Labels, label{X: x(float64(bit)), Y: base + 18, Anchor: anchor, Class: "tick", Text: strconv.FormatInt(bit, 10)})
	}
}

func (c *chart) threshold(name string, x, y float64) {
	c.Lines = append(c.Lines, rule{X1: x, Y1: y - 6, X2: x, Y2: chartHeight - chartBottom, Class: "limit " + name})
	l := label{X: x + 5, Y: y + 3, Anchor: "start", Class: "limit", Text: name}
	if x > chartWidth-60 {
		l.X, l.Anchor = x-5, "end"
	}
	c.Labels = append(c.Labels, l)
}

// sizeChart draws how many clusters have how many records.
func sizeChart(collection string, sizes []sizeBin) chart {
	c := chart{Title: "Records in a cluster, " + collection, Width: chartWidth, Height: chartHeight,
		Note: "How many clusters hold two, three, … records; heights grow by the square root."}
	sizes = slices.DeleteFunc(slices.Clone(sizes), func(s sizeBin) bool { return s.Collection != collection })
	if len(sizes) == 0 {
		c.Empty = "No clusters of two or more."
		return c
	}
	most := int64(1)
	for _, s := range sizes {
		most = max(most, s.Auto+s.Review)
	}
	slot := (chartWidth - chartLeft - chartRight) / 8
	base := chartHeight - chartBottom
	for _, s := range sizes {
		left := chartLeft + float64(s.Size-2)*slot + 4
		all := math.Sqrt(float64(s.Auto+s.Review)/float64(most)) * (base - chartTop)
		auto := all * float64(s.Auto) / float64(s.Auto+s.Review)
		title := fmt.Sprintf("%s records: %s auto, %s for review", sizeName(s.Size), thousands(s.Auto), thousands(s.Review))
		c.Bars = append(c.Bars,
			bar{X: left, Y: base - auto, W: slot - 8, H: auto, Class: "s1", Title: title},
			bar{X: left, Y: base - all, W: slot - 8, H: all - auto, Class: "s3", Title: title})
		c.Labels = append(c.Labels, label{X: left + slot/2 - 4, Y: base - all - 5, Anchor: "middle", Class: "value", Text: thousands(s.Auto + s.Review)})
	}
	c.Lines = append(c.Lines, rule{X1: chartLeft, Y1: base, X2: chartWidth - chartRight, Y2: base, Class: "axis"})
	for n := int64(2); n <= 9; n++ {
		c.Labels = append(c.Labels, label{X: chartLeft + (float64(n-2)+0.5)*slot, Y: base + 18, Anchor: "middle", Class: "tick", Text: sizeName(n)})
	}
	return c
}

func sizeName(n int64) string {
	if n >= 9 {
		return "9+"
	}
	return strconv.FormatInt(n, 10)
}

// overlap is the picture of what applications have in common: one row and column an application.
type overlap struct {
	Collection string
	Names      []string
	Rows       []overlapRow
}

type overlapRow struct {
	Name  string
	Cells []overlapValue
}

type overlapValue struct {
	Things int64
	Shade  int // 0 to 5, by its share of the smaller application's things
	Self   bool
	Share  string
}

func overlaps(cells []overlapCell) []overlap {
	var all []overlap
	cells = slices.Clone(cells)
	for i := range cells {
		cells[i].A, cells[i].B = applicationName(cells[i].A), applicationName(cells[i].B)
	}
	for _, c := range cells {
		if n := len(all); n == 0 || all[n-1].Collection != c.Collection {
			all = append(all, overlap{Collection: c.Collection})
		}
		o := &all[len(all)-1]
		if c.A == c.B {
			o.Names = append(o.Names, c.A)
		}
	}
	for i := range all {
		all[i].fill(cells)
	}
	return slices.DeleteFunc(all, func(o overlap) bool { return len(o.Names) < 2 })
}

func applicationName(name string) string {
	if name == "connec" {
		return "the hub"
	}
	return name
}

func (o *overlap) fill(cells []overlapCell) {
	count := map[[2]string]int64{}
	for _, c := range cells {
		if c.Collection == o.Collection {
			count[[2]string{c.A, c.B}], count[[2]string{c.B, c.A}] = c.Things, c.Things
		}
	}
	for _, a := range o.Names {
		row := overlapRow{Name: a}
		for _, b := range o.Names {
			v := overlapValue{Things: count[[2]string{a, b}], Self: a == b}
			if smaller := min(count[[2]string{a, a}], count[[2]string{b, b}]); smaller > 0 && a != b {
				share := float64(v.Things) / float64(smaller)
				v.Shade, v.Share = int(math.Ceil(share*5)), percent(share)
			}
			row.Cells = append(row.Cells, v)
		}
		o.Rows = append(o.Rows, row)
	}
}

// thousands writes a count with a thin space between groups of three digits.
func thousands(n int64) string {
	text := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, text = "−", text[1:]
	}
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "\u202f" + text[i:]
	}
	return sign + text
}

// percent never rounds something to nothing or a part to the whole.
func percent(share float64) string {
	switch {
	case share > 0 && share < 0.01:
		return "<1 %"
	case share < 1 && share > 0.99:
		return ">99 %"
	}
	return strconv.FormatFloat(share*100, 'f', 0, 64) + " %"
}
