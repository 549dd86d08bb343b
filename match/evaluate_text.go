package match

import (
	"fmt"
	"io"
	"math"
	"strings"
	"text/tabwriter"
)

// mostLookAlikes is how many rows of the table of look-alikes the terminal is given; --json has them all.
const mostLookAlikes = 20

// Text is the evaluation as tables for a terminal.
func (e Evaluation) Text() string {
	var b strings.Builder
	for i, c := range e.Collections {
		if i > 0 {
			fmt.Fprintln(&b)
		}
		c.text(&b)
	}
	if len(e.Collections) > 0 && len(e.LeftOut) > 0 {
		fmt.Fprintln(&b)
	}
	leftOutText(&b, e.LeftOut)
	if e.Unknown > 0 {
		fmt.Fprintf(&b, "\n%d rows of the truth file name no record of the workspace\n", e.Unknown)
	}
	for _, n := range e.Notes {
		fmt.Fprintf(&b, "\n%s\n", n)
	}
	return b.String()
}

// table writes lines of cells, tabs between them, in columns.
func table(w io.Writer, write func(w io.Writer)) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	write(t)
	t.Flush()
}

func (c CollectionEvaluation) text(w io.Writer) {
	fmt.Fprintf(w, "%s: %d records judged, %d not named by the truth\n", c.Collection, c.Records, c.Unjudged)
	table(w, c.ratesText)
	table(w, c.headlineText)
	for _, write := range []func(io.Writer){c.thresholdsText, c.sizesText, c.kindsText, c.lookAlikesText, c.missedText} {
		var b strings.Builder
		if table(&b, write); b.Len() > 0 {
			fmt.Fprintf(w, "\n%s", b.String())
		}
	}
	c.worstText(w)
}

func (c CollectionEvaluation) ratesText(w io.Writer) {
	fmt.Fprintln(w, "\tPAIRS\tPRECISION\tRECALL\tF1\tNOT BY IDS: PRECISION\tRECALL\tF1")
	line := func(name, pairs string, all, rest Rates) {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", name, pairs, all.Precision, all.Recall, all.F1, rest.Precision, rest.Recall, rest.F1)
	}
	n := c.NotByIDs
	line("auto", fmt.Sprint(c.Auto.Pairs), c.Auto.Rates, n.Auto.Rates)
	line("auto and review", fmt.Sprint(c.AutoAndReview.Pairs), c.AutoAndReview.Rates, n.AutoAndReview.Rates)
	line(fmt.Sprintf("review judged (%d items)", c.OracleReview.Items), fmt.Sprint(c.OracleReview.Pairs), c.OracleReview.Rates, n.OracleReview.Rates)
	line("best threshold "+c.BestThreshold.Threshold.String(), "", c.BestThreshold.Rates, n.BestThreshold.Rates)
	line("B-cubed, auto", "", c.BCubed, n.BCubed)
}

func (c CollectionEvaluation) headlineText(w io.Writer) {
	n := c.NotByIDs
	fmt.Fprintf(w, "true pairs\t%d\tof these not by IDs: %d\n", c.TruePairs, n.TruePairs)
	fmt.Fprintf(w, "blocking recall\t%s\tnot by IDs: %s\n", c.BlockingRecall, n.BlockingRecall)
	fmt.Fprintf(w, "clusters of two entities\t%d\tof %d auto clusters: %s\n", c.ImpureClusters, c.AutoClusters, impureWords(c.Figures))
	fmt.Fprintf(w, "the same, not by IDs\t%d\tof %d auto clusters: %s\n", n.ImpureClusters, n.AutoClusters, impureWords(n))
	if c.OracleReview.ItemsPer > 0 {
		fmt.Fprintf(w, "review items per 100 records\t%.2f\t\n", c.OracleReview.ItemsPer)
	}
	for _, row := range []struct {
		name string
		of   *Interval
	}{
		{"auto precision", c.Auto.PrecisionInterval}, {"auto recall", c.Auto.RecallInterval},
		{"auto precision, not by IDs", n.Auto.PrecisionInterval}, {"auto recall, not by IDs", n.Auto.RecallInterval},
		{"recall with review judged, not by IDs", n.OracleReview.RecallInterval},
	} {
		if row.of != nil {
			fmt.Fprintf(w, "95 %% interval, %s\t%s\tto %s\n", row.name, row.of.Low, row.of.High)
		}
	}
}

// impureWords states the share of clusters that hold two entities, and what it is at most.
func impureWords(f Figures) string {
	switch {
	case f.AutoClusters == 0:
		return "-"
	case f.ImpureClusters == 0:
		return fmt.Sprintf("none, at most 1 in %.0f with 95 %%", 1/float64(f.ImpureAtMost))
	}
	return fmt.Sprintf("1 in %.0f, at most 1 in %.0f with 95 %%", 1/float64(f.ImpureShare), 1/float64(f.ImpureAtMost))
}

func (c CollectionEvaluation) thresholdsText(w io.Writer) {
	fmt.Fprintln(w, "SCORED PAIRS FROM\tBITS\tPAIRS\tPRECISION\tRECALL\tF1\tNOT BY IDS: PRECISION\tRECALL\tF1\t")
	for i, t := range c.Thresholds {
		n := c.NotByIDs.Thresholds[i]
		fmt.Fprintf(w, "%.6g\t%.2f\t%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", t.Threshold, t.Bits, t.Pairs, t.Precision, t.Recall, t.F1, n.Precision, n.Recall, n.F1, t.Name)
	}
}

func (c CollectionEvaluation) sizesText(w io.Writer) {
	fmt.Fprintln(w, "AUTO CLUSTERS OF\tCLUSTERS\tOF TWO ENTITIES\tPAIRS\tPRECISION\tNOT BY IDS: PRECISION")
	for i, s := range c.BySize {
		fmt.Fprintf(w, "%s records\t%d\t%d\t%d\t%s\t%s\n", s.Size, s.Clusters, s.Impure, s.Pairs, s.Precision, c.NotByIDs.BySize[i].Precision)
	}
}

func (c CollectionEvaluation) kindsText(w io.Writer) {
	if len(c.ByKind) == 0 {
		return
	}
	fmt.Fprintln(w, "KIND\tTRUE PAIRS\tBLOCKING RECALL\tRECALL, AUTO\tWITH REVIEW\tFALSE PAIRS, AUTO\tNOT BY IDS: TRUE PAIRS\tBLOCKING RECALL\tRECALL, AUTO\tWITH REVIEW")
	for i, k := range c.ByKind {
		n := c.NotByIDs.ByKind[i]
		fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\t%d\t%d\t%s\t%s\t%s\n", k.Kind, k.TruePairs, k.Blocking, k.Auto, k.Review, k.FalsePairs, n.TruePairs, n.Blocking, n.Auto, n.Review)
	}
}

func (c CollectionEvaluation) lookAlikesText(w io.Writer) {
	rows := c.LookAlikes
	if len(rows) == 0 {
		return
	}
	fmt.Fprintln(w, "LOOK-ALIKES\tAND\tFALSE PAIRS, AUTO\tWITH REVIEW")
	for _, l := range rows[:min(len(rows), mostLookAlikes)] {
		fmt.Fprintf(w, "%s\t%s\t%d\t%d\n", dash(l.Kinds[0]), dash(l.Kinds[1]), l.Auto, l.Review)
	}
	if n := len(rows) - mostLookAlikes; n > 0 {
		fmt.Fprintf(w, "and %d more: --json lists them all\n", n)
	}
}

func (c CollectionEvaluation) missedText(w io.Writer) {
	if len(c.Missed) == 0 {
		return
	}
	fmt.Fprintln(w, "MISSED BY AUTO\tTRUE PAIRS\tNOT BY IDS\tIN REVIEW")
	for _, m := range c.Missed {
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\n", m.name(), m.Pairs, m.NotByIDs, m.InReview)
	}
}

func (m *Missed) name() string {
	name := m.Why
	if m.Constraint != "" {
		name += ": " + m.Constraint
	}
	return strings.ReplaceAll(name, "_", " ")
}

func (c CollectionEvaluation) worstText(w io.Writer) {
	for _, m := range c.Missed {
		if len(m.Worst) == 0 {
			continue
		}
		fmt.Fprintf(w, "\n%s, the strongest %d of %d:\n", m.name(), len(m.Worst), m.Pairs)
		table(w, func(w io.Writer) {
			for _, p := range m.Worst {
				kinds := ""
				if p.Kinds != [2]string{} {
					kinds = dash(p.Kinds[0]) + ", " + dash(p.Kinds[1])
				}
				fmt.Fprintf(w, "  %+.2f\t%s\t%s\t%s\t%s\n", p.Weight, p.Left, p.Right, kinds, p.Evidence)
			}
		})
	}
}

func leftOutText(w io.Writer, rows []LeftOut) {
	if len(rows) == 0 {
		return
	}
	table(w, func(w io.Writer) {
		fmt.Fprint(w, "LEFT OUT\tCOLLECTION\tLINKED PAIRS\tFOUND AGAIN, AUTO\tWITH REVIEW")
		if rows[0].ByTruth != nil {
			fmt.Fprint(w, "\tTRUE ONES\tFOUND, AUTO\tWITH REVIEW\tTRUE PAIRS NOT LINKED\tFOUND, AUTO\tWITH REVIEW\tWITHOUT THE IDS, AUTO")
		}
		fmt.Fprintln(w)
		for _, l := range rows {
			fmt.Fprintf(w, "%s/%s\t%s\t%d\t%s\t%s", l.Provider, l.Realm, l.Collection, l.LinkedPairs, l.Auto, l.AutoAndReview)
			if t := l.ByTruth; t != nil {
				fmt.Fprintf(w, "\t%d\t%s\t%s\t%d\t%s\t%s\t%s", t.TruePairs, t.Auto, t.AutoAndReview, t.UnlinkedPairs, t.UnlinkedAuto, t.UnlinkedReview, t.UnlinkedWithout)
			}
			fmt.Fprintln(w)
		}
	})
	for _, l := range rows {
		if l.ByTruth != nil {
			fmt.Fprintln(w)
			table(w, l.strataText)
		}
	}
}

func (l LeftOut) strataText(w io.Writer) {
	fmt.Fprintf(w, "%s/%s, %s\tAND\tFIELDS IN BOTH\tLINKED\tFOUND, AUTO\tNOT LINKED\tFOUND, AUTO\tWITHOUT THE IDS\tGAP\n", l.Provider, l.Realm, l.Collection)
	for _, s := range l.ByTruth.Strata {
		if s.Linked == 0 {
			continue
		}
		gap := "-"
		if !math.IsNaN(float64(s.Gap)) {
			gap = fmt.Sprintf("%+.4f", float64(s.Gap))
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%s\t%d\t%s\t%s\t%s\n", s.Sources[0], s.Sources[1], s.Fields, s.Linked, s.LinkedRecall, s.Unlinked, s.UnlinkedRecall, s.UnlinkedWithout, gap)
	}
}
