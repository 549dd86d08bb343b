package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/sameas/sameas/internal/purge"
	"github.com/sameas/sameas/merge"
)

func (r *runner) mergeRehearseCommand() *cli.Command {
	return &cli.Command{
		Name:      "rehearse",
		Usage:     "apply the plan to a sandbox filled from the workspace, under every setting of what is unknown of the API",
		ArgsUsage: "[PLAN]",
		Description: "Nothing is sent, and plan, journal and workspace stay as they are. What `sameas probe` has found out is taken as\n" +
			"given; of the rest every combination is covered, and each operation whose outcome hangs on it is named.\n" +
			"Exit code 2 means that an outcome hangs on something unknown, or that something does not end as planned.",
		Flags: []cli.Flag{sha256Flag(),
			&cli.StringFlag{Name: "as", Usage: "`PROVIDER/REALM` of the application whose credentials apply will use (default: those of the file sources)"},
			&cli.IntFlag{Name: "max-runs", Value: merge.DefaultMaxRuns, Usage: "make at most `N` runs, and say what is not covered"},
			&cli.StringFlag{Name: "save", Usage: "folder `DIR` for the hub's records as the first run leaves them"},
		},
		Action: r.onPlan(func(ctx context.Context, c *cli.Context, o merge.ApplyOptions) error {
			ro := merge.RehearseOptions{ApplyOptions: o, MaxRuns: c.Int("max-runs"), SaveHub: c.String("save")}
			if ro.MaxRuns < 1 {
				return usageError(fmt.Errorf("--max-runs is %d: it takes 1 or more", ro.MaxRuns))
			}
			if text := c.String("as"); text != "" {
				own, err := account("--as", text)
				if err != nil {
					return err
				}
				ro.Provider, ro.Realm = own.Provider, own.Realm
			}
			result, err := merge.Rehearse(ctx, ro)
			err = errors.Join(err, purge.Remember(context.WithoutCancel(ctx), o.DB, purge.KindHub, result.Saved...))
			if err != nil {
				return err
			}
			if err := r.print(c, result, result.Text()); err != nil {
				return err
			}
			if !result.Clean() {
				return exitWith(ExitLook)
			}
			return nil
		}),
	}
}
