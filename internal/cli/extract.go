package cli

import (
	"context"
	"fmt"
	"strings"
	"text/tabwriter"

	"github.com/urfave/cli/v2"

	"github.com/sameas/sameas/extract"
	"github.com/sameas/sameas/internal/purge"
)

func (r *runner) extractCommand() *cli.Command {
	return &cli.Command{
		Name:      "extract",
		Usage:     "read the sources into the workspace: hub collections, application files, known links",
		ArgsUsage: "[COLLECTION...]",
		Description: "Without a collection, all that the sources name. A run that was interrupted goes on where it stopped.\n" +
			"Rows of a file that cannot be loaded are set aside in the table rejected_rows, and stop the run above `max_rejected`.\n" +
			"Exit code 2 means that something about the extraction is in doubt; the verdict says what.",
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "fresh", Usage: "forget an interrupted run and start again"},
			&cli.BoolFlag{Name: "list", Usage: "say what collections the hub offers, and how many records each holds; extract nothing"},
			&cli.BoolFlag{Name: "dry-run", Usage: "show each file's columns, mapping and first rows; touch no workspace, send nothing"},
		},
		Action: r.extractAction,
	}
}

func (r *runner) extractAction(c *cli.Context) error {
	switch {
	case c.Bool("list"):
		return r.extractList(c)
	case c.Bool("dry-run"):
		return r.extractDryRun(c)
	}
	return r.stage(true, func(ctx context.Context, c *cli.Context, s *session) error {
		result, err := r.extract(ctx, s, c.Args().Slice(), c.Bool("fresh"))
		if err != nil {
			return err
		}
		if err := r.print(c, result, extractText(result)); err != nil {
			return err
		}
		if result.InDoubt() {
			return exitWith(ExitLook)
		}
		return nil
	})(c)
}

func (r *runner) extract(ctx context.Context, s *session, collections []string, fresh bool) (extract.Result, error) {
	defer s.progress.Close()
	result, err := extract.Run(ctx, extract.Options{
		DB:          s.db,
		Config:      s.config,
		Collections: collections,
		Fresh:       fresh,
		Getenv:      r.env.Getenv,
		Log:         s.log,
		Progress:    s.progress.Step,
	})
	if err != nil {
		return result, err
	}
	n, err := purge.Restore(ctx, s.db)
	if n > 0 {
		s.log.Info("decisions of before a purge count again", "records", n)
	}
	return result, err
}

func extractText(result extract.Result) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "SOURCE\tCOLLECTION\tRECORDS\tSERVER TOTAL\tIDS KNOWN TO HUB\tVERDICT")
	for _, e := range result.Extractions {
		total, known := "", ""
		if e.Total != nil {
			total = fmt.Sprint(*e.Total)
		}
		if e.IDsChecked != nil && e.IDsKnown != nil {
			known = fmt.Sprintf("%d of %d", *e.IDsKnown, *e.IDsChecked)
		}
		fmt.Fprintf(w, "%s\t%s\t%d\t%s\t%s\t%s\n", e.Source, e.Collection, e.Records, total, known, strings.ReplaceAll(e.Status, "_", " "))
	}
	w.Flush()
	for _, e := range result.Extractions {
		if e.Doubt != "" {
			fmt.Fprintf(&b, "%s/%s: %s\n", e.Source, e.Collection, e.Doubt)
		}
	}
	b.WriteString(findingsText(result.Findings))
	return b.String()
}
