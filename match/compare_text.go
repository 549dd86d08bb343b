package match

import (
	"fmt"
	"io"
	"strings"
)

// mostChangesShown is how many changes of each kind, and weights, the terminal is given; --json lists them all.
const mostChangesShown = 20

// Text is the comparison as tables for a terminal.
func (w WorkspaceComparison) Text() string {
	var b strings.Builder
	for i, c := range w.Collections {
		if i > 0 {
			fmt.Fprintln(&b)
		}
		c.text(&b)
	}
	return b.String()
}

func (c CollectionComparison) text(w io.Writer) {
	fmt.Fprintf(w, "%s: %s before, %d now; %s before, %d now\n", c.Collection, counted(c.Old.Records, "record"), c.New.Records, counted(c.Old.Clusters, "cluster"), c.New.Clusters)
	n := c.Clusters
	table(w, func(w io.Writer) {
		fmt.Fprintln(w, "\tUNCHANGED\tNEW\tGONE\tGROWN\tSHRUNK\tCHANGED\tSPLIT\tMERGED\tREGROUPED")
		fmt.Fprintf(w, "clusters\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\n", n.Unchanged, n.New, n.Gone, n.Grown, n.Shrunk, n.Changed, n.Split, n.Merged, n.Regrouped)
		fmt.Fprintf(w, "records alone\t%d\t%d\t%d\t\t\t\t\t\t\n", c.Alone.Unchanged, c.Alone.New, c.Alone.Gone)
	})
	for _, t := range c.Tiers {
		fmt.Fprintf(w, "%s went from %s to %s\n", counted(t.Clusters, "cluster"), t.From, t.To)
	}
	shown := map[string]int{}
	for _, change := range c.Changes {
		if shown[change.Kind]++; shown[change.Kind] <= mostChangesShown {
			fmt.Fprintf(w, "%s\n", change.words())
		}
	}
	for _, kind := range changeKinds() {
		if n := shown[kind] - mostChangesShown; n > 0 {
			fmt.Fprintf(w, "and %d %s more: --json lists them all\n", n, kind)
		}
	}
	if c.Model != nil {
		c.Model.text(w)
	}
}

// words is a change in one line.
func (c *ClusterChange) words() string {
	side := func(clusters []ComparedCluster) string {
		var names []string
		for _, c := range clusters {
			names = append(names, fmt.Sprintf("%s (%s, %s)", c.Cluster, counted(c.Records, "record"), c.Tier))
		}
		return strings.Join(names, " + ")
	}
	text := c.Kind + ": "
	switch {
	case len(c.Old) == 0:
		text += side(c.New)
	case len(c.New) == 0:
		text += side(c.Old)
	default:
		text += side(c.Old) + " -> " + side(c.New)
	}
	if len(c.Old) > 0 && len(c.Gained) > 0 {
		text += "; gained " + few(c.Gained)
	}
	if len(c.New) > 0 && len(c.Lost) > 0 {
		text += "; lost " + few(c.Lost)
	}
	return text
}

// few names at most three.
func few(ids []string) string {
	const most = 3
	if len(ids) <= most {
		return strings.Join(ids, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(ids[:most], ", "), len(ids)-most)
}

func (m *ModelChange) text(w io.Writer) {
	if len(m.Weights) == 0 && len(m.Added)+len(m.Removed) == 0 && m.OldPrior == m.NewPrior && !m.SpecMoved {
		fmt.Fprintln(w, "model: unchanged")
		return
	}
	fmt.Fprintf(w, "model: prior %+.2f bits before, %+.2f now\n", m.OldPrior, m.NewPrior)
	if m.SpecMoved {
		fmt.Fprintln(w, "model: values are normalised otherwise now")
	}
	for _, f := range m.Added {
		fmt.Fprintf(w, "model: %s is compared now\n", f)
	}
	for _, f := range m.Removed {
		fmt.Fprintf(w, "model: %s is compared no more\n", f)
	}
	if len(m.Weights) == 0 {
		return
	}
	table(w, func(w io.Writer) {
		fmt.Fprintln(w, "WEIGHTS MOVED MOST\tLEVEL\tBEFORE\tNOW\tBY")
		for _, x := range m.Weights[:min(len(m.Weights), mostChangesShown)] {
			fmt.Fprintf(w, "%s\t%s\t%+.2f\t%+.2f\t%+.2f\n", x.Field, x.Level, x.Old, x.New, x.by())
		}
	})
	if n := len(m.Weights) - mostChangesShown; n > 0 {
		fmt.Fprintf(w, "and %d more: --json lists them all\n", n)
	}
}
