package merge

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
)

// Text is the summary for the terminal: what would be written, what was left alone and why, and the next command.
func (s PlanSummary) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s, %s withheld\n", s.Path, plural(s.Writes, "write"), fmt.Sprint(total(s.Withheld)))
	b.WriteString(s.partText())
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, t := range []struct{ name, what string }{
		{TypeAttach, "a hub record gains an application's ID"},
		{TypeConsolidate, "a survivor gains values and IDs of its duplicates"},
		{TypeRepoint, "references move from duplicates to survivors"},
		{TypeRetire, "a duplicate becomes INACTIVE"},
		{TypeMerge, "Connec!'s own merge"},
		{TypeCreate, "an application's record that the hub lacks"},
	} {
		if n := s.Operations[t.name]; n > 0 {
			fmt.Fprintf(w, "  %s\t%8d\t%s\n", t.name, n, t.what)
		}
	}
	_ = w.Flush()
	if len(s.Hazards) > 0 {
		b.WriteString("Hazards, by operations that bear them:\n")
	}
	for _, name := range byCount(s.Hazards) {
		word := "notice"
		if slices.Contains(stops(), name) {
			word = "stop, allowed"
		}
		if slices.Contains(s.Stops, name) {
			word = "STOP"
		}
		fmt.Fprintf(w, "  %s\t%8d\t%s\t%s\n", word, s.Hazards[name], name, hazardMeaning(name))
	}
	_ = w.Flush()
	if len(s.Withheld) > 0 {
		b.WriteString("Left alone, each named in the plan with its reason:\n")
	}
	for _, name := range byCount(s.Withheld) {
		fmt.Fprintf(w, "  withheld\t%8d\t%s\t%s\n", s.Withheld[name], name, withheldMeaning(name))
	}
	_ = w.Flush()
	if s.Writes > 0 {
		fmt.Fprintf(&b, "Of the writes %d cannot be undone in full; the applications will be notified %s\n", s.Irreversible, plural(s.Notifications, "time"))
	}
	b.WriteString(s.notExtractedText())
	for _, line := range s.InDoubt {
		fmt.Fprintf(&b, "The extraction is in doubt, and the plan knows no more than it: %s\n", line)
	}
	for _, note := range s.Notes {
		fmt.Fprintf(&b, "note: %s\n", note)
	}
	if s.Linked > 0 {
		fmt.Fprintf(&b, "%s of applications known to the hub already\n", plural(s.Linked, "record"))
	}
	if s.ReviewItems > 0 {
		fmt.Fprintf(&b, "%s for a person to judge, because what they hold may be one thing or two: sameas review asks about them, sameas report lists them\n", plural(s.ReviewItems, "item"))
	}
	fmt.Fprintf(&b, "sha256 %s\n%s\n", s.SHA256, s.next())
	return b.String()
}

// partText says what the plan is a part of.
func (s PlanSummary) partText() string {
	p := s.Part
	if p == nil {
		return ""
	}
	text := fmt.Sprintf("A part of the plan, %s: %s of %d that write", p.words(), plural(p.Chosen, "cluster"), p.OfClusters)
	if p.Along > 0 {
		text += fmt.Sprintf(", and %d that they depend on or refer to", p.Along)
	}
	return fmt.Sprintf("%s; %d of %s\n", text, s.Writes, plural(p.OfOperations, "operation"))
}

// notExtractedText names what references to duplicates cannot have been seen.
func (s PlanSummary) notExtractedText() string {
	var b strings.Builder
	for _, collection := range slices.Sorted(maps.Keys(s.NotExtracted)) {
		fmt.Fprintf(&b, "Not extracted, and may refer to duplicates among %s, which then stay: %s\n", collection, strings.Join(s.NotExtracted[collection], ", "))
	}
	return b.String()
}

func (s PlanSummary) next() string {
	switch {
	case s.Writes == 0:
		return "Nothing to write. Next: sameas forecast"
	case len(s.Stops) > 0:
		return fmt.Sprintf("Apply will refuse until each stop is allowed. Next: sameas merge dry-run %s, then --allow %s", s.Path, strings.Join(s.Stops, " --allow "))
	}
	return "Next: sameas merge dry-run " + s.Path
}

// byCount sorts names, the most frequent first.
func byCount(counts map[string]int64) []string {
	names := slices.Sorted(maps.Keys(counts))
	slices.SortStableFunc(names, func(a, b string) int { return int(counts[b] - counts[a]) })
	return names
}

func total(counts map[string]int64) int64 {
	var n int64
	for _, c := range counts {
		n += c
	}
	return n
}
