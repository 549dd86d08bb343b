package merge

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// maxListed is how many problems or differences the text form lists; the JSON form and the tables hold them all.
const maxListed = 50

// maxExamples is how many of the things that need nobody's attention the text form shows.
const maxExamples = 3

// Text is the result for a terminal.
func (r ApplyResult) Text() string {
	var b strings.Builder
	what := "plan"
	if r.DryRun {
		what = "dry-run of plan"
	}
	fmt.Fprintf(&b, "%s %s (%.12s): %s\n", what, r.Plan, r.SHA256, plural(r.Operations, "operation"))
	writeCounts(&b, "outcomes", r.Outcomes, []string{OutcomeOK, OutcomeDone, OutcomeWouldWrite, OutcomeSkipped, OutcomeDrifted, OutcomeFailed, OutcomeUnknown})
	writeCounts(&b, "types", r.Types, slices.Sorted(maps.Keys(r.Types)))
	writeCounts(&b, "hazards", r.Hazards, slices.Sorted(maps.Keys(r.Hazards)))
	writeCounts(&b, "collections", r.Collection, slices.Sorted(maps.Keys(r.Collection)))
	if r.DryRun {
		b.WriteString("nothing was sent: the client of a dry-run cannot write\n")
	} else {
		fmt.Fprintf(&b, "%s sent, %s left\n", plural(r.Writes, "write"), plural(r.Remaining, "operation"))
		if r.Gap != nil {
			fmt.Fprintf(&b, "between each read and its write: %.0f ms in the mean, %.0f ms at most; another editor's change in that time is lost\n", r.Gap.Mean, r.Gap.Most)
		}
	}
	for _, refusal := range r.Refusals {
		fmt.Fprintf(&b, "apply would refuse: %s\n", refusal)
	}
	for _, note := range r.Notes {
		fmt.Fprintf(&b, "note: %s\n", note)
	}
	writeList(&b, "problem", r.Problems)
	if r.StoppedBy != "" {
		fmt.Fprintf(&b, "stopped: %s\n", r.StoppedBy)
	}
	if r.Next != "" {
		fmt.Fprintf(&b, "next: %s\n", r.Next)
	}
	return b.String()
}

// Text is the result for a terminal.
func (r VerifyResult) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "verify of plan %s: %s checked, %s\n", r.Plan, plural(r.Checked, "operation"), plural(int64(len(r.Differences)), "difference"))
	if r.Unwritten > 0 {
		fmt.Fprintf(&b, "%s not written yet, and not checked: `sameas merge status %s`\n", plural(r.Unwritten, "operation"), r.Plan)
	}
	if r.Unsure > 0 {
		fmt.Fprintf(&b, "%d of these sent, and nobody knows whether to any effect: `%s` looks\n", r.Unsure, r.resume)
	}
	if r.Undone > 0 {
		fmt.Fprintf(&b, "%s undone, or to be, and not checked: `sameas merge verify %s`\n", plural(r.Undone, "operation"), strings.Join(r.UndoPlans, "`, `sameas merge verify "))
	}
	if n := len(r.Expected); n > 0 {
		fmt.Fprintf(&b, "%s answered by another record, as the plan says or as it was before; such as\n", plural(int64(n), "ID"))
		for _, line := range r.Expected[:min(n, maxExamples)] {
			fmt.Fprintf(&b, "  %s\n", line)
		}
	}
	writeList(&b, "difference", r.Differences)
	return b.String()
}

func writeCounts(b *strings.Builder, name string, counts map[string]int64, order []string) {
	var parts []string
	for _, k := range order {
		if counts[k] > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", k, counts[k]))
		}
	}
	if len(parts) > 0 {
		fmt.Fprintf(b, "%s: %s\n", name, strings.Join(parts, ", "))
	}
}

func writeList(b *strings.Builder, name string, lines []string) {
	for _, line := range lines[:min(len(lines), maxListed)] {
		fmt.Fprintf(b, "%s: %s\n", name, line)
	}
	if more := len(lines) - maxListed; more > 0 {
		fmt.Fprintf(b, "... and %d more: --json lists them all\n", more)
	}
}
