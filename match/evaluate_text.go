package match

import (
	"fmt"
	"io"
	"math"
	"strings"
	"text/tabwriter"
)

// Text is the evaluation as tables for a terminal.
func (e Evaluation) Text() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for i, c := range e.Collections {
		if i > 0 {
			fmt.Fprintln(w)
		}
		c.text(w)
	}
	if len(e.LeftOut) > 0 {
		fmt.Fprintln(w, "LEFT OUT\tCOLLECTION\tLINKED PAIRS\tFOUND AGAIN, AUTO\tWITH REVIEW")
		for _, l := range e.LeftOut {
			fmt.Fprintf(w, "%s/%s\t%s\t%d\t%s\t%s\n", l.Provider, l.Realm, l.Collection, l.LinkedPairs, l.Auto, l.AutoAndReview)
		}
	}
	w.Flush()
	if e.Unknown > 0 {
		fmt.Fprintf(&b, "\n%d rows of the truth file name no record of the workspace\n", e.Unknown)
	}
	for _, n := range e.Notes {
		fmt.Fprintf(&b, "\n%s\n", n)
	}
	return b.String()
}

// String is four decimals, rounded towards zero so that only the whole is 1.0000; a dash for a share of nothing.
func (r Ratio) String() string {
	if math.IsNaN(float64(r)) {
		return "-"
	}
	return fmt.Sprintf("%.4f", math.Floor(float64(r)*1e4+1e-9)/1e4)
}

func (c CollectionEvaluation) text(w io.Writer) {
	fmt.Fprintf(w, "%s: %d records judged, %d not named by the truth\n", c.Collection, c.Records, c.Unjudged)
	fmt.Fprintln(w, "\tPAIRS\tPRECISION\tRECALL\tF1\tNOT BY IDS: PRECISION\tRECALL\tF1")
	line := func(name string, pairs int64, all, rest Rates) {
		fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\t%s\t%s\t%s\n", name, pairs, all.Precision, all.Recall, all.F1, rest.Precision, rest.Recall, rest.F1)
	}
	n := c.NotByIDs
	line("auto", c.Auto.Pairs, c.Auto.Rates, n.Auto.Rates)
	line("auto and review", c.AutoAndReview.Pairs, c.AutoAndReview.Rates, n.AutoAndReview.Rates)
	line(fmt.Sprintf("review judged (%d items)", c.OracleReview.Items), c.OracleReview.Pairs, c.OracleReview.Rates, n.OracleReview.Rates)
	fmt.Fprintf(w, "best threshold %s\t\t%s\t%s\t%s\t%s\t%s\t%s\n", c.BestThreshold.Threshold, c.BestThreshold.Precision, c.BestThreshold.Recall,
		c.BestThreshold.F1, n.BestThreshold.Precision, n.BestThreshold.Recall, n.BestThreshold.F1)
	fmt.Fprintf(w, "B-cubed, auto\t\t%s\t%s\t%s\t%s\t%s\t%s\n", c.BCubed.Precision, c.BCubed.Recall, c.BCubed.F1, n.BCubed.Precision, n.BCubed.Recall, n.BCubed.F1)
	fmt.Fprintf(w, "true pairs\t%d\tof these not by IDs: %d\n", c.TruePairs, n.TruePairs)
	fmt.Fprintf(w, "blocking recall\t%s\tnot by IDs: %s\n", c.BlockingRecall, n.BlockingRecall)
	fmt.Fprintf(w, "clusters of two entities\t%d\tof %d auto clusters\n", c.ImpureClusters, c.AutoClusters)
	if i := c.Auto.PrecisionInterval; i != nil {
		fmt.Fprintf(w, "95 %% interval, auto precision\t%s\tto %s\n", i.Low, i.High)
	}
	if i := c.Auto.RecallInterval; i != nil {
		fmt.Fprintf(w, "95 %% interval, auto recall\t%s\tto %s\n", i.Low, i.High)
	}
	if len(c.ByKind) > 0 {
		fmt.Fprintln(w, "KIND\tTRUE PAIRS\tRECALL, AUTO\tWITH REVIEW\tFALSE PAIRS, AUTO")
	}
	for _, k := range c.ByKind {
		fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%d\n", k.Kind, k.TruePairs, k.Auto, k.Review, k.FalsePairs)
	}
}
