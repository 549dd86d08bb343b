package match

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/sameas/sameas/internal/evidence"
)

// Text renders the models for a terminal: a line a level, m as links have it beside m as EM has it.
func (all Models) Text() string {
	var b strings.Builder
	for i := range all.Models {
		if i > 0 {
			b.WriteString("\n")
		}
		modelText(&b, &all.Models[i])
	}
	return b.String()
}

func modelText(b *strings.Builder, m *evidence.Model) {
	fmt.Fprintf(b, "%s: %s\n", m.Collection, m.Trained)
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "FIELD\tLEVEL\tM FROM LINKS\tM FROM EM\tM\tU\tBITS\tM IS FROM\t")
	for _, f := range m.Fields {
		name := f.Name
		for _, l := range f.Levels[1:] {
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%.4f\t%.2g\t%+.2f\t%s\t\n", name, l.Name, portion(l.MLinks, f.Links), portion(l.MEM, f.Matches), l.M, l.U, l.Bits, l.From)
			name = ""
		}
	}
	t.Flush()
	priorText(b, m)
	for _, g := range m.Groups {
		within := ""
		if g.Within != "" {
			within = ", which counts in " + g.Within
		}
		fmt.Fprintf(b, "group %s: at most %.1f bits%s\n", g.Name, g.Cap, within)
	}
	for _, w := range m.Warnings {
		fmt.Fprintf(b, "warning: %s\n", w)
	}
	b.WriteString("what a sum of bits gives is a score, not a probability, until truth or judgements have calibrated it\n")
}

// portion is a dash where no pair was seen.
func portion(m, of float64) string {
	if of == 0 {
		return "-"
	}
	return fmt.Sprintf("%.4f", m)
}

func priorText(b *strings.Builder, m *evidence.Model) {
	fmt.Fprintf(b, "prior of all pairs: %.2f bits\n", m.Prior)
	for _, p := range m.Priors {
		where := "within " + p.Left
		if p.Left != p.Right {
			where = "between " + p.Left + " and " + p.Right
		}
		fmt.Fprintf(b, "prior %s: %.2f bits (%.0f expected matches among the candidates, %.0f pairs)\n", where, p.Bits, p.Matches, p.Pairs)
	}
}
