package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/sameas/sameas/internal/purge"
	"github.com/sameas/sameas/match"
	"github.com/sameas/sameas/reports"
)

func (r *runner) reportCommand() *cli.Command {
	return &cli.Command{
		Name:  "report",
		Usage: "write one self-contained HTML file and the tables behind it as CSV, JSON or Parquet",
		Description: "The folder's README.md says what each file and column is. In CSV, cells that a spreadsheet would run as formulas\n" +
			"are made inert by an apostrophe, reversibly; --raw leaves them as they are.",
		Flags: []cli.Flag{
			outFlag(),
			&cli.StringFlag{Name: "format", Value: "csv", Usage: "write the tables as `FORMAT`: " + strings.Join(reports.Formats(), ", ")},
			&cli.BoolFlag{Name: "bom", Usage: "begin CSV files with a byte order mark, by which older versions of Excel know UTF-8"},
			&cli.BoolFlag{Name: "raw", Usage: "leave cells of CSV files that look like formulas as they are; for programs, never for a spreadsheet"},
			&cli.StringFlag{Name: "truth", Usage: "draw precision and recall by a truth `FILE`, as evaluate counts them"},
			&cli.BoolFlag{Name: "summary", Usage: "print the summary only, write nothing"},
		},
		Action: r.bareStage(false, func(ctx context.Context, c *cli.Context, s *session) error {
			truth := c.String("truth")
			if c.Bool("summary") {
				if truth != "" {
					return usageError(errors.New("--truth draws in report.html, which --summary does not write: give one of the two"))
				}
				if err := r.masked(ctx, s); err != nil {
					return err
				}
				text, err := reports.Summary(ctx, s.db)
				if err != nil {
					return err
				}
				return r.print(c, map[string]string{"summary": text}, text)
			}
			tables := reports.TableOptions{Format: c.String("format"), BOM: c.Bool("bom"), Raw: c.Bool("raw")}
			if err := tables.Check(); err != nil {
				return usageError(err)
			}
			curves, err := r.truthCurves(ctx, s, truth)
			if err != nil {
				return err
			}
			result, err := r.report(ctx, s, c.String("out"), tables, curves)
			if err != nil {
				return err
			}
			return r.print(c, result, reportText(result, c.String("out")))
		}),
	}
}

func outFlag() cli.Flag {
	return &cli.StringFlag{Name: "out", Value: "report", Usage: "folder `DIR` to write to"}
}

// truthCurves are what the truth file says of the scored pairs; none without a file.
func (r *runner) truthCurves(ctx context.Context, s *session, file string) ([]reports.TruthCurve, error) {
	if file == "" {
		return nil, nil
	}
	none := 0
	evaluation, err := r.evaluate(ctx, s, file, match.EvaluateOptions{Misses: &none})
	if err != nil {
		return nil, err
	}
	var all []reports.TruthCurve
	for _, c := range evaluation.Collections {
		curve := reports.TruthCurve{Collection: c.Collection, TruePairs: c.TruePairs}
		for _, t := range c.Thresholds {
			curve.Points = append(curve.Points, reports.TruthPoint{Name: t.Name, Bits: t.Bits, Pairs: t.Pairs, Precision: float64(t.Precision), Recall: float64(t.Recall)})
		}
		all = append(all, curve)
	}
	return all, nil
}

// report writes the report; masked, the session's workspace is masked from then on.
func (r *runner) report(ctx context.Context, s *session, dir string, tables reports.TableOptions, truth []reports.TruthCurve) (reports.Result, error) {
	unmasked := s.db
	if err := r.masked(ctx, s); err != nil {
		return reports.Result{}, err
	}
	result, err := reports.Write(ctx, reports.Options{DB: s.db, Config: s.config, Dir: dir, Tables: tables, Truth: truth, ToolVersion: Version, Log: s.log})
	if s.db != unmasked {
		return result, err // a masked report holds nothing to purge
	}
	paths := make([]string, len(result.Files))
	for i, name := range result.Files {
		paths[i] = filepath.Join(dir, name)
	}
	return result, errors.Join(err, purge.Remember(context.WithoutCancel(ctx), s.db, purge.KindReport, paths...)) // also of one that was not finished
}

func reportText(result reports.Result, dir string) string {
	text := fmt.Sprintf("wrote %d files to %s: open %s", len(result.Files), dir, filepath.Join(dir, "report.html"))
	if len(result.NotRun) > 0 {
		text += "\nnot run yet, so missing from it: " + strings.Join(result.NotRun, ", ")
	}
	return text
}
