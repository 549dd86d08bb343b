package cli

import (
	"context"
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/sameas/sameas/internal/connec"
	"github.com/sameas/sameas/match"
)

func (r *runner) explainCommand() *cli.Command {
	return &cli.Command{
		Name:        "explain",
		Usage:       "why two records are, or are not, the same: a waterfall of weights",
		ArgsUsage:   "ID ID",
		Description: "An ID is provider/realm/id (a slash inside a part as %2F), or a Connec! UUID alone.",
		Flags:       []cli.Flag{&cli.StringFlag{Name: "collection", Usage: "`NAME` of the collection, where both IDs are found in several"}},
		Action: func(c *cli.Context) error {
			if c.NArg() != 2 {
				return usageError(fmt.Errorf("explain wants two IDs, got %d", c.NArg()))
			}
			left, err := connec.ParseExternalID(c.Args().Get(0))
			if err != nil {
				return usageError(err)
			}
			right, err := connec.ParseExternalID(c.Args().Get(1))
			if err != nil {
				return usageError(err)
			}
			return r.stage(false, func(ctx context.Context, c *cli.Context, s *session) error {
				e, err := match.Explain(ctx, r.matchOptions(s, nil, 0), c.String("collection"), left, right)
				if err != nil {
					return err
				}
				return r.print(c, e, e.Text())
			})(c)
		},
	}
}
