package merge

import (
	"fmt"
	"strings"
	"text/tabwriter"
)

// Opening is what an undo says before it starts: what it takes back, and what it cannot.
func (r UndoResult) Opening() string {
	var b strings.Builder
	of := "plan " + r.Plan
	if r.Cluster != "" {
		of = "cluster " + r.Cluster + " of " + of
	}
	fmt.Fprintf(&b, "undo of %s (%.12s): %s sent, %d to take back (%s)\n", of, r.SHA256, plural(r.Sent, "operation"), r.Undoes, r.UndoPlan)
	if len(r.Stays) == 0 {
		return b.String()
	}
	b.WriteString("Cannot be undone, each named in the undo's plan:\n")
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, name := range byCount(r.Stays) {
		fmt.Fprintf(w, "  stays\t%8d\t%s\t%s\n", r.Stays[name], name, staysMeaning(name))
	}
	_ = w.Flush()
	b.WriteString(r.examples())
	return b.String()
}

// examples are the first lines of each kind of what stays.
func (r UndoResult) examples() string {
	var b strings.Builder
	shown := map[string]int{}
	for _, s := range r.Staying {
		if shown[s.Why]++; shown[s.Why] <= maxExamples {
			fmt.Fprintf(&b, "  %s\n", s)
		}
	}
	if more := len(r.Staying) - strings.Count(b.String(), "\n"); more > 0 {
		fmt.Fprintf(&b, "  ... and %d more\n", more)
	}
	return b.String()
}

// String is the line for a terminal.
func (s Staying) String() string {
	return fmt.Sprintf("%s: %s %s: %s", s.Why, s.Collection, orText(s.Record, s.Operation), s.Text)
}

// Text is the result for a terminal, without the opening.
func (r UndoResult) Text() string { return r.Result.Text() }
