package merge

import (
	"fmt"
	"slices"
	"strings"
)

// Text is the result for a terminal: what is unknown, what the plan does under each setting that matters, and which
// operations hang on it.
func (r RehearseResult) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "rehearsal of plan %s (%.12s): %s, on a sandbox filled from the workspace\n", r.Plan, r.SHA256, plural(r.Operations, "operation"))
	if len(r.Known) > 0 {
		fmt.Fprintf(&b, "known of the API: %s\n", r.Known)
	}
	if len(r.Unknown) == 0 {
		b.WriteString("nothing is unknown of the API\n")
	} else {
		fmt.Fprintf(&b, "unknown: %s; %s\n", strings.Join(r.Unknown, ", "), r.hangs())
	}
	for _, alike := range alikeRuns(r.Runs) {
		r.text(&b, alike)
	}
	if r.Uncovered > 0 {
		fmt.Fprintf(&b, "NOT REHEARSED: %d further settings; raise --max-runs, or probe\n", r.Uncovered)
	}
	for _, note := range r.Notes {
		fmt.Fprintf(&b, "note: %s\n", note)
	}
	for _, refusal := range r.Refusals {
		fmt.Fprintf(&b, "apply would refuse: %s\n", refusal)
	}
	var lines []string
	for _, d := range r.Depends {
		lines = append(lines, d.text())
	}
	if len(lines) > 0 {
		fmt.Fprintf(&b, "%s\n", r.hanging())
	}
	for _, line := range lines[:min(len(lines), maxHanging)] {
		fmt.Fprintf(&b, "hangs on an unknown: %s\n", line)
	}
	if more := len(lines) - maxHanging; more > 0 {
		fmt.Fprintf(&b, "... and %d more: --json lists them all\n", more)
	}
	switch {
	case len(r.Depends) > 0:
		b.WriteString("next: sameas probe, on a staging group; then sameas merge plan\n")
	case r.Clean() && len(r.Refusals) == 0: // a refusal says itself what to do next
		fmt.Fprintf(&b, "next: sameas merge apply %s\n", r.Plan)
	}
	return b.String()
}

func (r RehearseResult) hangs() string {
	covered := fmt.Sprintf("%s rehearsed in %s", plural(r.Settings, "setting"), plural(int64(len(r.Runs)), "run"))
	if len(r.Asked) == 0 {
		return "none of it matters to this plan: " + covered
	}
	return "this plan asks for " + strings.Join(r.Asked, ", ") + ": " + covered
}

// maxHanging is how many operations that hang on an unknown the text form lists.
const maxHanging = 10

// hanging counts the operations that hang on something unknown, by question.
func (r RehearseResult) hanging() string {
	counts, unsaid := map[string]int64{}, int64(0)
	for _, d := range r.Depends {
		for _, name := range d.On {
			counts[name]++
		}
		if !d.Marked {
			unsaid++
		}
	}
	var parts []string
	for _, name := range byCount(counts) {
		parts = append(parts, fmt.Sprintf("%s %d", name, counts[name]))
	}
	said := "the plan says so of each"
	if unsaid > 0 {
		said = fmt.Sprintf("the plan does not say so of %d", unsaid)
	}
	return fmt.Sprintf("operations that hang on an unknown: %d (%s); %s", len(r.Depends), strings.Join(parts, ", "), said)
}

// alikeRuns are the runs that ended the same, together.
func alikeRuns(runs []RehearsedRun) [][]RehearsedRun {
	var groups [][]RehearsedRun
	index := map[string]int{}
	for _, run := range runs {
		same := run
		same.Settings, same.Covers = nil, 0
		key := fmt.Sprintf("%+v", same)
		i, known := index[key]
		if !known {
			i = len(groups)
			index[key], groups = i, append(groups, nil)
		}
		groups[i] = append(groups[i], run)
	}
	return groups
}

// under is what the settings of the runs have in common: the values that occur, where not every value does.
func (r RehearseResult) under(runs []RehearsedRun) string {
	var parts []string
	for _, name := range r.Asked {
		var values []string
		for _, v := range settingsOf(name) {
			if slices.ContainsFunc(runs, func(run RehearsedRun) bool { return run.Settings[name] == v || run.Settings[name] == "" }) {
				values = append(values, v)
			}
		}
		if len(values) < len(settingsOf(name)) {
			parts = append(parts, name+"="+strings.Join(values, "|"))
		}
	}
	if len(parts) == 0 {
		return "whatever the hub does"
	}
	return strings.Join(parts, ", ")
}

// text tells of runs that ended the same.
func (r RehearseResult) text(b *strings.Builder, runs []RehearsedRun) {
	run := runs[0]
	fmt.Fprintf(b, "%s: %s\n", r.under(runs), plural(int64(len(runs)), "run"))
	var indented strings.Builder
	writeCounts(&indented, "outcomes", run.Outcomes, []string{OutcomeOK, OutcomeDone, OutcomeSkipped, OutcomeDrifted, OutcomeFailed, OutcomeUnknown})
	for _, collection := range unionOfKeys(run.Hub, nil) {
		if h := run.Hub[collection]; h.Before > 0 || h.After > 0 {
			fmt.Fprintf(&indented, "%s: %d records before, %d after, %d changed, %s added\n", collection, h.Before, h.After, h.Changed, plural(h.IDsAdded, "ID"))
		}
	}
	if run.Stopped != "" {
		fmt.Fprintf(&indented, "%s\n", run.Stopped)
	}
	for _, list := range []struct {
		name  string
		lines []string
	}{{"verify finds a difference", run.Differences}, {"an ID is taken away", run.Taken}, {"not in the plan", run.Unplanned}} {
		for _, line := range list.lines[:min(len(list.lines), maxExamples)] {
			fmt.Fprintf(&indented, "%s: %s\n", list.name, line)
		}
		if more := len(list.lines) - maxExamples; more > 0 {
			fmt.Fprintf(&indented, "%s: %d more\n", list.name, more)
		}
	}
	for line := range strings.Lines(indented.String()) {
		b.WriteString("  " + line)
	}
}

func (d DependentOperation) text() string {
	var outcomes []string
	for _, o := range d.Outcomes {
		text := o.Outcome
		if s := o.Settings.String(); s != "" {
			text = s + ": " + text
		}
		if o.Detail != "" {
			text += " (" + cut(o.Detail) + ")"
		}
		outcomes = append(outcomes, text)
	}
	said := ""
	if !d.Marked {
		said = ", which the plan does not say"
	}
	return fmt.Sprintf("%s %s %s %s%s: %s", d.Op, d.Type, d.Collection, orText(d.Target, "a new record"), said, strings.Join(outcomes, "; "))
}

// maxDetailShown is how much of a detail the text form shows, in letters; the JSON form holds it all.
const maxDetailShown = 160

func cut(text string) string {
	if letters := []rune(text); len(letters) > maxDetailShown {
		return string(letters[:maxDetailShown]) + "..."
	}
	return text
}

// Clean reports that every setting was rehearsed, that every operation ends well under each of them, and that nothing
// else happens.
func (r RehearseResult) Clean() bool {
	for _, run := range r.Runs {
		well := run.Outcomes[OutcomeOK] + run.Outcomes[OutcomeDone]
		if well != r.Operations || len(run.Differences)+len(run.Taken)+len(run.Unplanned) > 0 || run.Stopped != "" {
			return false
		}
	}
	return r.Uncovered == 0 && len(r.Depends) == 0
}
