package cli

import (
	"cmp"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/urfave/cli/v2"

	"github.com/sameas/sameas/extract"
	"github.com/sameas/sameas/internal/config"
)

// extractList says what the hub offers; it opens no workspace.
func (r *runner) extractList(c *cli.Context) error {
	if err := noArguments(c); err != nil {
		return err
	}
	cfg, err := config.Load(c.String("config"))
	if err != nil {
		return err
	}
	progress := newProgress(r.env.Stderr, c.Bool("quiet") || c.String("log-format") == "json")
	offers, err := extract.Offered(c.Context, extract.Options{Config: cfg, Getenv: r.env.Getenv, Progress: progress.Step})
	progress.Close()
	if err != nil {
		return err
	}
	return r.print(c, offers, offersText(offers))
}

func offersText(offers extract.Offers) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "SOURCE\tCOLLECTION\tRECORDS\tCONFIGURED\tMAY REFER TO PEOPLE OR ORGANIZATIONS\tDOCUMENTED\t")
	missing := false
	for _, o := range offers.Collections {
		records := "unknown"
		if o.Records != nil {
			records = fmt.Sprint(*o.Records)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", o.Source, o.Collection, records, yesOrNo(o.Configured), cmp.Or(o.Refers, "no"), yesOrNo(o.Documented), o.Problem)
		missing = missing || o.Refers != "" && !o.Configured && (o.Records == nil || *o.Records > 0)
	}
	w.Flush()
	if missing {
		b.WriteString("What may refer and is not configured keeps its references to duplicates: add it to the source's `collections` to have them moved\n")
	}
	for _, note := range offers.Notes {
		fmt.Fprintf(&b, "note: %s\n", note)
	}
	return b.String()
}

func yesOrNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}
