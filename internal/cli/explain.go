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
		Name:      "explain",
		Usage:     "why two records are, or are not, the same, or what holds a cluster together",
		ArgsUsage: "ID ID | ID | CLUSTER-ID",
		Description: "An ID is provider/realm/id (a slash inside a part as %2F), or a Connec! UUID alone. With one ID, or the ID of a cluster,\n" +
			"present or former: the records of the cluster and the edges between them.",
		Flags: []cli.Flag{&cli.StringFlag{Name: "collection", Usage: "`NAME` of the collection, where an ID is found in several"}},
		Action: func(c *cli.Context) error {
			switch c.NArg() {
			case 1:
				return r.stage(false, r.explainCluster)(c)
			case 2:
				return r.explainPair(c)
			}
			return usageError(fmt.Errorf("explain wants two IDs, or the ID of a record or cluster, got %d arguments", c.NArg()))
		},
	}
}

func (r *runner) explainCluster(ctx context.Context, c *cli.Context, s *session) error {
	e, err := match.ExplainCluster(ctx, r.matchOptions(s, nil, 0), c.String("collection"), c.Args().First())
	if err != nil {
		return err
	}
	e = e.Masked(r.mask)
	return r.printMasked(c, e, e.Text())
}

func (r *runner) explainPair(c *cli.Context) error {
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
		e = e.Masked(r.mask)
		return r.printMasked(c, e, e.Text())
	})(c)
}
