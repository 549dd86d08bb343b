package cli

import (
	"context"

	"github.com/urfave/cli/v2"

	"github.com/sameas/sameas/extract"
	"github.com/sameas/sameas/match"
	"github.com/sameas/sameas/merge"
	"github.com/sameas/sameas/reports"
)

// runResult is what `sameas run --json` prints.
type runResult struct {
	Extract  extract.Result       `json:"extract"`
	Match    match.Result         `json:"match"`
	Plan     merge.PlanSummary    `json:"plan"`
	Forecast merge.ForecastResult `json:"forecast"`
	Report   reports.Result       `json:"report"`
}

func (r *runner) runCommand() *cli.Command {
	return &cli.Command{
		Name:        "run",
		Usage:       "extract, match, merge plan, forecast, report; never writes to the hub",
		Description: "Exit code 2 means that something about the extraction is in doubt, or that items are left for a person to review.",
		Flags: []cli.Flag{
			outFlag(),
			&cli.StringFlag{Name: "plan", Value: defaultPlan, Usage: "plan `FILE` to write"},
			&cli.BoolFlag{Name: "fresh", Usage: "forget an interrupted extraction and start again"},
			incrementalFlag(),
		},
		Action: r.bareStage(true, func(ctx context.Context, c *cli.Context, s *session) error {
			if err := freshOrIncremental(c); err != nil {
				return err
			}
			result, text, err := r.all(ctx, c, s)
			if err != nil {
				return err
			}
			if err := r.print(c, result, text); err != nil {
				return err
			}
			if result.Extract.InDoubt() || result.Plan.ReviewItems > 0 {
				return exitWith(ExitLook)
			}
			return nil
		}),
	}
}

// all runs the stages that read, one after the other.
func (r *runner) all(ctx context.Context, c *cli.Context, s *session) (result runResult, text string, err error) {
	if err := merge.MayReplace(ctx, s.db, s.config, c.String("plan")); err != nil { // asked first: a new extraction would end a plan under way
		return result, "", err
	}
	if result.Extract, err = r.extract(ctx, s, nil, howOf(c)); err != nil {
		return result, "", err
	}
	if result.Match, err = r.match(ctx, s, nil, 0); err != nil {
		return result, "", err
	}
	if result.Plan, err = r.plan(ctx, s, c.String("plan"), merge.Part{}); err != nil {
		return result, "", err
	}
	if result.Forecast, err = merge.Forecast(ctx, s.db); err != nil {
		return result, "", err
	}
	if result.Report, err = r.report(ctx, s, c.String("out"), reports.TableOptions{}, nil); err != nil {
		return result, "", err
	}
	text = extractText(result.Extract) + "\n" + matchText(result.Match) + "\n" + result.Plan.Text() + "\n" +
		result.Forecast.Text() + "\n" + reportText(result.Report, c.String("out"))
	return result, text, nil
}
