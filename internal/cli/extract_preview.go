package cli

import (
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/urfave/cli/v2"

	"github.com/sameas/sameas/extract"
	"github.com/sameas/sameas/internal/config"
)

// extractDryRun shows what an extraction would read; it opens no workspace and asks the hub nothing.
func (r *runner) extractDryRun(c *cli.Context) error {
	cfg, err := config.Load(c.String("config"))
	if err != nil {
		return err
	}
	previews, err := extract.DryRun(c.Context, extract.Options{Config: cfg, Collections: c.Args().Slice()})
	if err != nil {
		return err
	}
	if r.mask != nil {
		for _, p := range previews {
			for i, record := range p.Records {
				p.Records[i] = json.RawMessage(r.mask.JSON(string(record)))
			}
		}
	}
	if err := r.printMasked(c, map[string]any{"sources": previews}, previewText(previews)); err != nil {
		return err
	}
	for _, p := range previews {
		if p.Problem != "" {
			return exitWith(ExitError)
		}
	}
	return nil
}

func previewText(previews []extract.Preview) string {
	var b strings.Builder
	for i, p := range previews {
		if i > 0 {
			b.WriteString("\n")
		}
		writePreview(&b, p)
	}
	return b.String()
}

func writePreview(b *strings.Builder, p extract.Preview) {
	fmt.Fprintf(b, "%s, %s\n", p.Source, p.Collection)
	if p.Endpoint != "" {
		fmt.Fprintf(b, "  the hub at %s, group %s: not asked\n", p.Endpoint, p.Group)
		return
	}
	fmt.Fprintf(b, "  %s: %s\n", p.Path, p.Form())
	if p.Rows > 0 {
		which := fmt.Sprintf("all %d rows", p.Rows)
		if !p.Whole {
			which = fmt.Sprintf("the first %d rows", p.Rows)
		}
		fmt.Fprintf(b, "  of %s %d cannot be loaded\n", which, p.Rejected)
	}
	for _, r := range p.First {
		fmt.Fprintf(b, "    %d: %s\n", r.Line, r.Reason)
	}
	for _, n := range p.Notes {
		fmt.Fprintf(b, "  note: %s\n", n)
	}
	if p.Problem != "" {
		fmt.Fprintf(b, "  extract would stop: %s\n", p.Problem)
	}
	if len(p.Columns) > 0 {
		b.WriteString("\n")
		w := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "  COLUMN\tFILLED\tLOOKS LIKE\tMAPPED TO")
		for _, column := range p.Columns {
			fmt.Fprintf(w, "  %s\t%.0f %%\t%s\t%s\n", column.Name, 100*column.Filled, column.Kind, strings.Join(column.Fields, "; "))
		}
		w.Flush()
	}
	if p.LikelyID != "" {
		fmt.Fprintf(b, "  the column that looks most like the rows' own ID is %q\n", p.LikelyID)
	}
	if unmapped := p.Unmapped(); len(unmapped) > 0 {
		fmt.Fprintf(b, "  not mapped: %s\n", strings.Join(unmapped, ", "))
	}
	if len(p.Records) > 0 {
		b.WriteString("  the first rows as records:\n")
	}
	for _, record := range p.Records {
		fmt.Fprintf(b, "    %s\n", record)
	}
}
