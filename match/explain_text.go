package match

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/sameas/sameas/internal/evidence"
)

// Text renders the explanation for a terminal: the verdict, the waterfall in bits, what found the pair or did not, what
// keeps it apart, and what would change that.
func (e Explanation) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s  %s (%s)\n%s  %s (%s)\n", e.Collection, e.Left, e.Sources[0], strings.Repeat(" ", len(e.Collection)), e.Right, e.Sources[1])
	fmt.Fprintf(&b, "verdict: %s: %s\nfound:   %s\n", e.Verdict, e.Reason, e.FoundBy)
	for _, c := range e.Conflicts {
		if !slices.ContainsFunc(e.KeptApart, func(k Constraint) bool { return c == k.Kind+": "+k.Detail }) {
			fmt.Fprintf(&b, "conflict: %s\n", c)
		}
	}
	if len(e.Waterfall.Steps) == 0 {
		return b.String()
	}
	b.WriteString("\n")
	waterfallText(&b, e.Waterfall, e.AutoBits, e.ReviewBits)
	e.pathText(&b)
	e.rulesText(&b)
	e.apartText(&b)
	if len(e.Changes) > 0 {
		b.WriteString("\nwhat would change it:\n")
	}
	for _, c := range e.Changes {
		fmt.Fprintf(&b, "- %s\n", c)
	}
	return b.String()
}

func waterfallText(b *strings.Builder, w evidence.Waterfall, auto, review float64) {
	table(b, func(t io.Writer) {
		row := func(cells ...any) { fmt.Fprintf(t, strings.Repeat("%s\t", 10)+"%s\n", cells...) }
		row("field", "level", "bits", "sum", "", "left", "right", "m", "u", "frequency", "held back")
		sum := w.Prior
		row("prior", "", signedBits(w.Prior), signedBits(sum), bar(w.Prior), "", "", "", "", "", "")
		for _, s := range w.Steps {
			sum += s.Bits
			left, right := shown(s.LeftGiven, s.Left), shown(s.RightGiven, s.Right)
			if s.Level == "missing" {
				row(s.Label, s.Level, "", signedBits(sum), "", left, right, "", "", "", "")
				continue
			}
			held := ""
			if s.Capped > 0 {
				held = fmt.Sprintf("%.2f", s.Capped)
			}
			row(s.Label, s.Level, signedBits(s.Bits), signedBits(sum), bar(s.Bits), left, right, fmt.Sprintf("%.3g", s.M), fmt.Sprintf("%.2g", s.U), signedBits(s.TF), held)
		}
		row("total", "", signedBits(w.Total), "", "", fmt.Sprintf("score %.4f", w.Probability), "", "", "", "", "")
	})
	for _, h := range w.Held {
		fmt.Fprintf(b, "%s: its fields agree on the same things, so their %.2f bits count as %.2f: %.2f held back\n", h.Group, h.Sum, h.Cap, h.Bits)
	}
	fmt.Fprintf(b, "auto begins at %.2f bits, review at %.2f\n", auto, review)
}

func signedBits(bits float64) string { return fmt.Sprintf("%+.2f", bits) }

// shown is a value as given and, where folding changed more than case, as compared.
func shown(given, compared string) string {
	switch {
	case given == "" && compared == "":
		return "-"
	case given == "":
		return compared
	case compared == "":
		return given + " [not used]"
	case strings.EqualFold(given, compared), strings.HasPrefix(given, compared+"T"):
		return given // a date may come with a time of day
	}
	return given + " [" + compared + "]"
}

func (e Explanation) pathText(b *strings.Builder) {
	if len(e.Hops) == 0 {
		return
	}
	b.WriteString("\npath:\n")
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	weakest := weakestHop(e.Hops)
	for i, h := range e.Hops {
		note := ""
		if i == weakest && len(e.Hops) > 1 {
			note = "the weakest"
		}
		fmt.Fprintf(t, "  %s\t->\t%s\t%s\t%s\t%+.2f bits\t%s\n", h.Left, h.Right, h.Kind, h.Via, h.Weight, note)
	}
	t.Flush()
}

// rulesText lists what each rule makes of the pair: what is shared, what is missing, or the nearest two keys.
func (e Explanation) rulesText(b *strings.Builder) {
	b.WriteString("\nblocking rules:\n")
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	for _, r := range e.Rules {
		fmt.Fprintf(t, "  %s\t%s\n", r.Rule, r.words())
	}
	t.Flush()
}

func (r *RuleCheck) words() string {
	missing := func(side string, fields []string) string {
		if len(fields) == 0 {
			return "no key on the " + side
		}
		return "no key on the " + side + " for want of " + strings.Join(fields, ", ")
	}
	switch {
	case len(r.Shared) > 0:
		return "shared: " + strings.Join(r.Shared, ", ")
	case r.Nearest != nil:
		return fmt.Sprintf("differ, the nearest: %s and %s", r.Nearest[0], r.Nearest[1])
	case len(r.Left) == 0 && len(r.Right) == 0:
		return missing("left", r.MissingLeft) + "; " + missing("right", r.MissingRight)
	case len(r.Left) == 0:
		return missing("left", r.MissingLeft)
	}
	return missing("right", r.MissingRight)
}

func (e Explanation) apartText(b *strings.Builder) {
	if len(e.KeptApart) == 0 {
		return
	}
	b.WriteString("\nkept apart by:\n")
	for _, c := range e.KeptApart {
		fmt.Fprintf(b, "- %s: %s\n", c.Kind, c.Detail)
		for _, side := range [2][]HeldID{c.LeftIDs, c.RightIDs} {
			for _, h := range side {
				fmt.Fprintf(b, "    %s/%s/%s on %s\n", c.Provider, c.Realm, h.ID, h.Record)
			}
		}
	}
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
