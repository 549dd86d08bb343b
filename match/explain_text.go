package match

import (
	"fmt"
	"math"
	"strings"
	"text/tabwriter"

	"github.com/sameas/sameas/internal/evidence"
)

// Text renders the explanation for a terminal: the verdict, then the waterfall in bits.
func (e Explanation) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s\n%s  %s\n", e.Collection, e.Left, strings.Repeat(" ", len(e.Collection)), e.Right)
	fmt.Fprintf(&b, "verdict: %s: %s\nfound:   %s\n", e.Verdict, e.Reason, e.FoundBy)
	for _, c := range e.Conflicts {
		fmt.Fprintf(&b, "conflict: %s\n", c)
	}
	if len(e.Path) > 2 {
		fmt.Fprintf(&b, "path:    %s\n", strings.Join(e.Path, " -> "))
	}
	if len(e.Waterfall.Steps) > 0 {
		b.WriteString("\n")
		waterfallText(&b, e.Waterfall)
	}
	return b.String()
}

func waterfallText(b *strings.Builder, w evidence.Waterfall) {
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "field\tlevel\tbits\tsum\t\tleft\tright\tm\tu\tfrequency")
	sum := w.Prior
	fmt.Fprintf(t, "prior\t\t%+.2f\t%+.2f\t%s\t\t\t\t\t\n", w.Prior, sum, bar(w.Prior))
	for _, s := range w.Steps {
		sum += s.Bits
		note := ""
		if s.Capped > 0 {
			note = fmt.Sprintf(" (%.2f held back: %s)", s.Capped, s.Group)
		}
		if s.Level == "missing" {
			fmt.Fprintf(t, "%s\tmissing\t\t%+.2f\t\t%s\t%s\t\t\t\n", s.Label, sum, dash(s.Left), dash(s.Right))
			continue
		}
		fmt.Fprintf(t, "%s\t%s\t%+.2f\t%+.2f\t%s\t%s\t%s\t%.3g\t%.2g\t%+.2f%s\n", s.Label, s.Level, s.Bits, sum, bar(s.Bits), dash(s.Left), dash(s.Right), s.M, s.U, s.TF, note)
	}
	fmt.Fprintf(t, "total\t\t%+.2f\t\t\tscore %.4f\t\t\t\t\n", w.Total, w.Probability)
	t.Flush()
}

// bar is one sign for two bits, at most ten.
func bar(bits float64) string {
	sign := "+"
	if bits < 0 {
		sign = "-"
	}
	return strings.Repeat(sign, min(10, int(math.Round(math.Abs(bits)/2))))
}

func dash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}
