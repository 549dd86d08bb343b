package cli

import (
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/sameas/sameas/internal/sandbox"
	"github.com/sameas/sameas/internal/sandbox/generator"
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

func demoSyncText(without, with sandbox.Outcome) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "APPLICATION\tCOLLECTION\tBEFORE\tWITHOUT SAMEAS\tWITH SAMEAS\tCREATED WITHOUT\tCREATED WITH\t")
	created := [2]int{}
	for _, c := range sandbox.Compare(without, with) {
		fmt.Fprintf(w, "%s/%s\t%s\t%d\t%d\t%d\t%d\t%d\t\n", c.Provider, c.Realm, c.Collection, c.Before, c.Without, c.With, c.TwinsWithout, c.TwinsWith)
		created[0] += c.TwinsWithout
		created[1] += c.TwinsWith
	}
	w.Flush()
	fmt.Fprintf(&b, "Sync alone creates %d records that the applications already hold; after sameas, %d.\n", created[0], created[1])
	return b.String()
}
