package cli

import (
	"fmt"
	"strings"

	"github.com/sameas/sameas/extract"
)

// findingsText is one line for each source and collection whose values or IDs are in part no use.
func findingsText(findings []extract.Finding) string {
	var b strings.Builder
	of := ""
	for _, f := range findings {
		if next := f.Source + "/" + f.Collection; next != of {
			if of != "" {
				b.WriteString("\n")
			}
			of = next
			fmt.Fprintf(&b, "%s: of no use: ", of)
		} else {
			b.WriteString("; ")
		}
		switch {
		case f.Application != "":
			fmt.Fprintf(&b, "%d IDs of %s that stand on several records, on %d at most", f.IDsShared, f.Application, f.MostRecords)
		case f.Malformed == 0:
			fmt.Fprintf(&b, "%s %d of %d (placeholders)", strings.ReplaceAll(f.Field, "_", " "), f.Placeholders, f.Filled)
		default:
			fmt.Fprintf(&b, "%s %d of %d (%d malformed)", strings.ReplaceAll(f.Field, "_", " "), f.Placeholders+f.Malformed, f.Filled, f.Malformed)
		}
	}
	if of != "" {
		b.WriteString("\nquality.csv and id_coverage.csv of `sameas report` say it of every field and application\n")
	}
	return b.String()
}
