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
		Flags: []cli.Flag{&cli.StringFlag{Name: "truth", Usage: "truth `FILE`"}},
		Action: r.bareStage(false, func(ctx context.Context, c *cli.Context, s *session) error {
			evaluation, err := r.evaluate(ctx, s, c.String("truth"))
			if err != nil {
				return err
			}
			return r.print(c, evaluation, evaluation.Text())
		}),
	}
}

func (r *runner) evaluate(ctx context.Context, s *session, truth string) (match.Evaluation, error) {
	defer s.progress.Close()
	o := match.EvaluateOptions{Options: r.matchOptions(s, nil, 0), TruthName: truth}
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
