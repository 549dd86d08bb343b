package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
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
			"With --incremental the hub is asked for what changed since the last complete extraction, and for its count of all. Where\n" +
			"that proves nothing (no such extraction, another endpoint or group, a count that does not fit, a server that does not\n" +
			"heed the question), and when all IDs were last read `full_read_hours` ago, all is read, and the verdict says why. The\n" +
			"public record of the API knows no way to read IDs alone: a full reading is what finds records that are gone or changed\n" +
			"without a sign of it. Files are read whole. Other mappings, page sizes and fields are no matter: what is kept is what was received.\n" +
			"Exit code 2 means that something about the extraction is in doubt; the verdict says what.",
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "fresh", Usage: "forget an interrupted run and start again"},
			incrementalFlag(),
			&cli.BoolFlag{Name: "list", Usage: "say what collections the hub offers, and how many records each holds; extract nothing"},
			&cli.BoolFlag{Name: "dry-run", Usage: "show each file's columns, mapping and first rows; touch no workspace, send nothing"},
		},
		Action: r.extractAction,
	}
}

func incrementalFlag() cli.Flag {
	return &cli.BoolFlag{Name: "incremental", Usage: "of the hub, read only what changed since the last complete extraction, where that can be told"}
}

// how an extraction goes about what is there already.
type how struct{ fresh, incremental bool }

func howOf(c *cli.Context) how { return how{c.Bool("fresh"), c.Bool("incremental")} }

// freshOrIncremental refuses the two together.
func freshOrIncremental(c *cli.Context) error {
	if c.Bool("fresh") && c.Bool("incremental") {
		return usageError(errors.New("--fresh starts again and --incremental goes on from what is there: name one of them"))
	}
	return nil
}

func (r *runner) extractAction(c *cli.Context) error {
	if err := freshOrIncremental(c); err != nil {
		return err
	}
	switch {
	case c.Bool("list"):
		return r.extractList(c)
	case c.Bool("dry-run"):
		return r.extractDryRun(c)
	}
	return r.stage(true, func(ctx context.Context, c *cli.Context, s *session) error {
		result, err := r.extract(ctx, s, c.Args().Slice(), howOf(c))
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

func (r *runner) extract(ctx context.Context, s *session, collections []string, h how) (extract.Result, error) {
	defer s.progress.Close()
	result, err := extract.Run(ctx, extract.Options{
		DB:          s.db,
		Config:      s.config,
		Collections: collections,
		Fresh:       h.fresh,
		Incremental: h.incremental,
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
		fmt.Fprintf(w, "%s\t%s\t%d\t%s\t%s\t%s\n", e.Source, e.Collection, e.Records, total, known, verdict(e))
	}
	w.Flush()
	for _, e := range result.Extractions {
		if e.Doubt != "" {
			fmt.Fprintf(&b, "%s/%s: %s\n", e.Source, e.Collection, e.Doubt)
		}
		for _, missing := range []struct {
			n     int64
			first []string
			words string
		}{
			{e.Vanished, e.FirstVanished, "gone since an extraction before"},
			{e.Unread, e.FirstUnread, "not read, and held by an extraction before"},
		} {
			if missing.n > 0 {
				fmt.Fprintf(&b, "%s/%s: %s: %d, the first %s\n", e.Source, e.Collection, missing.words, missing.n, missing.first[0])
			}
		}
	}
	b.WriteString(findingsText(result.Findings))
	if slices.ContainsFunc(result.Extractions, func(e extract.Extraction) bool { return e.Doubt != "" }) {
		b.WriteString("next: look at what is in doubt, set it right and extract again, or go on with `sameas match`\n")
	} else {
		b.WriteString("next: `sameas match`\n")
	}
	return b.String()
}

// verdict is the status, and whether it rests on what changed alone.
func verdict(e extract.Extraction) string {
	words := strings.ReplaceAll(e.Status, "_", " ")
	if e.Mode == "incremental" {
		words += fmt.Sprintf(" (%d new, %d changed)", *e.Added, *e.Changed)
	}
	return words
}
