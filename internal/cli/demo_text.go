package cli

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/sameas/sameas/internal/sandbox"
	"github.com/sameas/sameas/internal/sandbox/generator"
	"github.com/sameas/sameas/match"
)

func demoWorldText(stats generator.Stats) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "COLLECTION\tON THE HUB\tWHICH ARE\tDUPLICATES THERE\tIN THE APPLICATION\tHUB KNOWS ITS ID\tHUB HOLDS A TWIN\tNEW TO THE HUB\t")
	for _, name := range []string{"organizations", "people"} {
		c := stats[name]
		if c == nil {
			continue
		}
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t\n", name, c.HubRecords, c.HubEntities, c.HubRecords-c.HubEntities,
			c.A.Records, c.A.Known, c.A.Twins, c.A.Unknown)
	}
	w.Flush()
	return b.String()
}

// demoTruthText sets the truth beside the forecast.
func demoTruthText(stats generator.Stats) string {
	return fmt.Sprintf("\nBy the truth, the first sync of my-application/2243 would create %d organizations and %d people that it holds already.\n",
		stats["organizations"].A.PullDuplicates, stats["people"].A.PullDuplicates)
}

func demoEvaluationText(e match.Evaluation) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "COLLECTION\tTRUE PAIRS\tAUTO: PRECISION\tRECALL\tCLUSTERS OF TWO ENTITIES\tREVIEW JUDGED: PRECISION\tRECALL\t")
	for _, c := range e.Collections {
		fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%d of %d\t%s\t%s\t\n", c.Collection, c.TruePairs, c.Auto.Precision, c.Auto.Recall,
			c.ImpureClusters, c.AutoClusters, c.OracleReview.Precision, c.OracleReview.Recall)
	}
	w.Flush()
	return b.String()
}

func demoSyncText(without, with, reviewed sandbox.Outcome) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "\t\tCREATED THOUGH IT HOLDS THEM\t\t\tCREATED TWICE FROM THE HUB\t\t\t")
	fmt.Fprintln(w, "SYNC OF\tCOLLECTION\tWITHOUT SAMEAS\tWITH\tAND REVIEWED\tWITHOUT SAMEAS\tWITH\tAND REVIEWED\t")
	auto, judged := sandbox.Compare(without, with), sandbox.Compare(without, reviewed)
	var created [3]int
	for i, c := range auto {
		fmt.Fprintf(w, "%s/%s\t%s\t%d\t%d\t%d\t%d\t%d\t%d\t\n", c.Provider, c.Realm, c.Collection,
			c.TwinsWithout, c.TwinsWith, judged[i].TwinsWith, c.CopiesWithout, c.CopiesWith, judged[i].CopiesWith)
		created[0] += c.TwinsWithout
		created[1] += c.TwinsWith
		created[2] += judged[i].TwinsWith
	}
	w.Flush()
	fmt.Fprintf(&b, "\nSync alone creates %d records that the applications already hold; after sameas %d, and %d once its review items are judged.\n"+
		"What is created twice from the hub was a duplicate there, and in no file: it goes with `merge: {via: native}`, or by hand.\n",
		created[0], created[1], created[2])
	return b.String()
}
