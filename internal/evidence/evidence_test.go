package evidence

import (
	"math"
	"testing"
)

func model() *Model {
	levels := func(bits float64) []Level {
		return []Level{{Name: "missing"}, {Name: "exact", M: 0.9, U: 0.01, Bits: bits}, {Name: "different", M: 0.1, U: 0.99, Bits: -3}}
	}
	return &Model{Prior: -12,
		Fields: []Field{
			{Name: "given", Group: "namesake", Personal: true, Levels: levels(7)},
			{Name: "family", Group: "household", Levels: levels(8)},
			{Name: "street", Group: "household", Levels: levels(9)},
			{Name: "email", Lent: "household", Owner: "given", Levels: levels(15)},
		},
		Groups: []Group{{Name: "household", Cap: 10, Within: "namesake"}, {Name: "namesake", Cap: 14}}}
}

func TestExplainCapsGroupsFromTheInnerOut(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		levels []uint8
		tf     []float64
		want   float64
		bits   []float64
	}{
		{"nothing", []uint8{0, 0, 0, 0}, nil, -12, []float64{0, 0, 0, 0}},
		{"under the caps", []uint8{0, 1, 2, 1}, nil, -12 + 8 - 3 + 15, []float64{0, 8, -3, 15}},
		{"the household's cap", []uint8{0, 1, 1, 0}, nil, -12 + 10, []float64{0, 8, 2, 0}},
		{"the wider cap too", []uint8{1, 1, 1, 0}, nil, -12 + 14, []float64{7, 7, 0, 0}},
		{"a mailbox that a family shares", []uint8{2, 1, 0, 1}, nil, -12 - 3 + 10, []float64{-3, 8, 0, 2}},
		{"a common name", []uint8{1, 1, 0, 0}, []float64{-4, -5, 0, 0}, -12 + 3 + 3, []float64{3, 3, 0, 0}},
	} {
		w := model().Explain(c.levels, c.tf, nil, nil)
		sum := w.Prior
		for i, s := range w.Steps {
			sum += s.Bits
			if s.Bits != c.bits[i] {
				t.Errorf("%s: %s counts %v bits, want %v", c.name, s.Field, s.Bits, c.bits[i])
			}
			if s.Bits+s.Capped != s.Base+s.TF {
				t.Errorf("%s: %s: %v counted and %v capped are not %v", c.name, s.Field, s.Bits, s.Capped, s.Base+s.TF)
			}
		}
		lost, held := 0.0, 0.0
		for _, s := range w.Steps {
			lost += s.Capped
		}
		for _, h := range w.Held {
			held += h.Bits
			if h.Bits <= 0 || h.Sum-h.Bits != h.Cap {
				t.Errorf("%s: %+v", c.name, h)
			}
		}
		if lost != held {
			t.Errorf("%s: the steps lost %v bits to caps, the caps held back %v", c.name, lost, held)
		}
		if w.Total != c.want || sum != w.Total {
			t.Errorf("%s: total %v, steps add up to %v, want %v", c.name, w.Total, sum, c.want)
		}
	}
}

func TestLineNamesEachStepThatCounts(t *testing.T) {
	t.Parallel()
	m := model()
	for i := range m.Fields {
		m.Fields[i].Label = m.Fields[i].Name
	}
	w := m.Explain([]uint8{2, 1, 0, 1}, []float64{0, -1.25, 0, 0}, nil, nil)
	if got, want := w.Line(), "prior -12.0; given different -3.0; family exact +6.8 (tf -1.2); email exact +3.2 (capped -11.8)"; got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	if len(w.Held) != 1 || w.Held[0] != (Held{"household", 10, 21.75, 11.75}) {
		t.Errorf("held back: %+v", w.Held)
	}
	if Signed(-0.04) != "+0.0" || Signed(2) != "+2.0" || Signed(-2) != "-2.0" {
		t.Error("signs")
	}
}

func TestBitsAndProbabilityAreInverse(t *testing.T) {
	t.Parallel()
	for _, p := range []float64{0.001, 0.5, 0.99, 0.999} {
		if got := Probability(Bits(p)); math.Abs(got-p) > 1e-12 {
			t.Errorf("Probability(Bits(%v)) = %v", p, got)
		}
	}
	if Bits(0.5) != 0 {
		t.Errorf("even odds are %v bits", Bits(0.5))
	}
}
