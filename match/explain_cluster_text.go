package match

import (
	"fmt"
	"strings"
	"text/tabwriter"
)

// mostShown is how many members and edges of a cluster the terminal is given; --json has them all.
const mostShown = 60

// Text renders the cluster for a terminal: what it is, its records, and the edges that hold it together.
func (e ClusterExplanation) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s (%d of the hub), tier %s\n", e.Cluster, counted(e.Records, "record"), e.HubRecords, e.Tier)
	if e.AskedFor != e.Cluster {
		fmt.Fprintf(&b, "asked for as: %s\n", e.AskedFor)
	}
	if e.Reason != "" {
		fmt.Fprintf(&b, "why one: %s\n", e.Reason)
	}
	for _, c := range e.OutOfAuto {
		fmt.Fprintf(&b, "out of auto: %s: %s\n", c.Kind, c.Detail)
	}
	if e.Records > 1 {
		e.shapeText(&b)
	}
	for _, former := range e.FormerIDs {
		fmt.Fprintf(&b, "former ID: %s\n", former)
	}
	if len(e.MayBeOne) > 0 {
		fmt.Fprintf(&b, "in review with: %s\n", strings.Join(e.MayBeOne, ", "))
	}
	b.WriteString("\nrecords:\n")
	for _, m := range e.Members[:min(len(e.Members), mostShown)] {
		m.describe(&b)
	}
	more(&b, len(e.Members), "records")
	e.edgesText(&b)
	if len(e.KeptApart) > 0 {
		b.WriteString("\nkept apart from others by:\n")
	}
	for _, c := range e.KeptApart[:min(len(e.KeptApart), mostShown)] {
		fmt.Fprintf(&b, "- %s: %s\n", c.Kind, c.Detail)
	}
	more(&b, len(e.KeptApart), "constraints")
	return b.String()
}

// counted is a number with its noun.
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func more(b *strings.Builder, n int, what string) {
	if n > mostShown {
		fmt.Fprintf(b, "and %d %s more: --json lists them all\n", n-mostShown, what)
	}
}

func (e ClusterExplanation) shapeText(b *strings.Builder) {
	weakest := "none: IDs, links or decisions alone hold it together"
	if e.Weakest != nil {
		weakest = fmt.Sprintf("%s and %s, %.2f bits; auto begins at %.2f", e.Weakest.Left, e.Weakest.Right, e.Weakest.Weight, e.autoBits())
	}
	bridges := fmt.Sprint(e.BridgeCount)
	if e.Records > largeCluster {
		bridges = "not looked for among so many records"
	}
	fmt.Fprintf(b, "weakest link: %s\ndensity: %.2f; bridges: %s\n", weakest, e.Density, bridges)
}

func (m *ClusterMember) describe(b *strings.Builder) {
	fmt.Fprintf(b, "  %s (%s)\n", m.Key, m.Source)
	for _, id := range m.IDs {
		if id != m.Key {
			fmt.Fprintf(b, "    carries %s\n", id)
		}
	}
	parts := make([]string, 0, len(m.Values))
	for _, v := range m.Values {
		parts = append(parts, v.Label+": "+shown(v.Given, v.Compared))
	}
	fmt.Fprintf(b, "    %s\n", strings.Join(parts, "; "))
}

func (e ClusterExplanation) edgesText(b *strings.Builder) {
	if len(e.Edges) == 0 {
		return
	}
	b.WriteString("\nedges (* joined its records, ! is a bridge):\n")
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	for _, edge := range e.Edges[:min(len(e.Edges), mostShown)] {
		mark := ""
		if edge.InTree {
			mark += "*"
		}
		if edge.Bridge {
			mark += "!"
		}
		kind := edge.Kind
		if kind != "fuzzy" && !edge.Certain {
			kind += ", does not count"
		}
		fmt.Fprintf(t, "  %s\t%s\t%s\t%s\t%s\t%+.2f\n", mark, edge.Left, edge.Right, kind, edge.Via, edge.Weight)
	}
	t.Flush()
	more(b, len(e.Edges), "edges")
}
