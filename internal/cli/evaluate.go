package cli

import (
	"context"
	"fmt"
	"os"

	"github.com/urfave/cli/v2"

	"github.com/sameas/sameas/match"
)

func (r *runner) evaluateCommand() *cli.Command {
	return &cli.Command{
		Name:  "evaluate",
		Usage: "accuracy of the clusters, against a truth file or by leaving one provider out",
		Description: "The truth file is CSV: provider,realm,id,entity and, optionally, collection, kind, indistinguishable.\n" +
			"Without it one provider's IDs are removed in turn: recall on linked pairs, no precision.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "truth", Usage: "truth `FILE`"},
			&cli.BoolFlag{Name: "leave-out", Usage: "leave one provider out beside the truth file, too, and compare"},
			&cli.IntFlag{Name: "misses", Value: 20, Usage: "list the `N` strongest of the true pairs that auto missed, for each cause"},
		},
		Action: r.bareStage(false, func(ctx context.Context, c *cli.Context, s *session) error {
			misses := c.Int("misses")
			if misses < 0 {
				return usageError(fmt.Errorf("--misses %d: want a number from 0 on", misses))
			}
			evaluation, err := r.evaluate(ctx, s, c.String("truth"), match.EvaluateOptions{LeaveOut: c.Bool("leave-out"), Misses: &misses})
			if err != nil {
				return err
			}
			return r.print(c, evaluation, evaluation.Text())
		}),
	}
}

func (r *runner) evaluate(ctx context.Context, s *session, truth string, o match.EvaluateOptions) (match.Evaluation, error) {
	defer s.progress.Close()
	o.Options, o.TruthName = r.matchOptions(s, nil, 0), truth
	if truth != "" {
		f, err := os.Open(truth)
		if err != nil {
			return match.Evaluation{}, fmt.Errorf("read truth: %w", err)
		}
		defer f.Close()
		o.Truth = f
	}
	return match.Evaluate(ctx, o)
}
