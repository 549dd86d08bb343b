package cli

import (
	"fmt"
	"os"

	"github.com/urfave/cli/v2"

	"github.com/sameas/sameas/match"
	queries "github.com/sameas/sameas/sql"
)

func (r *runner) compareCommand() *cli.Command {
	return &cli.Command{
		Name:      "compare",
		Usage:     "what changed from one matched workspace to another: clusters, tiers, model",
		ArgsUsage: "OLD NEW",
		Description: "OLD and NEW are workspace files; neither is written to, and no configuration is read. Clusters are told by the external IDs\n" +
			"of their records, so the two may have been extracted apart.",
		Action: r.compare,
	}
}

func (r *runner) compare(c *cli.Context) error {
	if c.NArg() != 2 {
		return usageError(fmt.Errorf("compare wants two workspaces, got %d", c.NArg()))
	}
	before, after := c.Args().Get(0), c.Args().Get(1)
	if same(before, after) {
		return usageError(fmt.Errorf("compare wants two workspaces: %s and %s are one file", before, after))
	}
	old, err := queries.Open(c.Context, before, queries.Options{ToolVersion: Version})
	if err != nil {
		return err
	}
	defer old.Close()
	now, err := queries.Open(c.Context, after, queries.Options{ToolVersion: Version})
	if err != nil {
		return err
	}
	defer now.Close()
	result, err := match.Compare(c.Context, old, now)
	if err != nil {
		return err
	}
	return r.print(c, result, result.Text())
}

func same(a, b string) bool {
	x, errX := os.Stat(a)
	y, errY := os.Stat(b)
	return errX == nil && errY == nil && os.SameFile(x, y)
}
