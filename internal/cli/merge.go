package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/sameas/sameas/merge"
)

const defaultPlan = "plan.ndjson"

func (r *runner) mergeCommand() *cli.Command {
	return &cli.Command{
		Name:  "merge",
		Usage: "write the plan, look at it, apply it, verify it",
		Subcommands: []*cli.Command{
			r.mergePlanCommand(),
			r.mergeDryRunCommand(),
			r.mergeApplyCommand(),
			r.mergeVerifyCommand(),
			r.mergeStatusCommand(),
		},
	}
}

func allowFlag() cli.Flag {
	return &cli.StringSliceFlag{Name: "allow", Usage: "allow the stop hazard `NAME`, beside those of merge.allow; may be repeated"}
}

func (r *runner) mergePlanCommand() *cli.Command {
	return &cli.Command{
		Name:        "plan",
		Usage:       "write the merge plan of the auto clusters; nothing is sent",
		Description: "Exit code 2 means that items are left for a person to review; the plan is written all the same.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "out", Value: defaultPlan, Usage: "plan `FILE` to write"},
			allowFlag(),
		},
		Action: r.bareStage(false, func(ctx context.Context, c *cli.Context, s *session) error {
			s.config.Merge.Allow = append(s.config.Merge.Allow, c.StringSlice("allow")...)
			summary, err := r.plan(ctx, s, c.String("out"))
			if err != nil {
				return err
			}
			if err := r.print(c, summary, summary.Text()); err != nil {
				return err
			}
			if summary.ReviewItems > 0 {
				return exitWith(ExitLook)
			}
			return nil
		}),
	}
}

func (r *runner) plan(ctx context.Context, s *session, out string) (merge.PlanSummary, error) {
	defer s.progress.Close()
	return merge.WritePlan(ctx, merge.PlanOptions{DB: s.db, Config: s.config, Out: out, ToolVersion: Version, Log: s.log})
}

func (r *runner) mergeDryRunCommand() *cli.Command {
	return &cli.Command{
		Name:      "dry-run",
		Usage:     "print every request that apply would send; the client it holds cannot write",
		ArgsUsage: "[PLAN]",
		Flags:     []cli.Flag{allowFlag(), sha256Flag()},
		Action: r.onPlan(func(ctx context.Context, c *cli.Context, o merge.ApplyOptions) error {
			if !c.Bool("json") {
				o.Out = r.env.Stdout
			}
			result, err := merge.DryRun(ctx, o)
			if err != nil {
				return err
			}
			return r.print(c, result, result.Text())
		}),
	}
}

func sha256Flag() cli.Flag {
	return &cli.StringFlag{Name: "sha256", Usage: "refuse unless the plan's digest is `HEX`, the one that a person approved"}
}

func (r *runner) mergeApplyCommand() *cli.Command {
	return &cli.Command{
		Name:      "apply",
		Usage:     "send the plan, journalled; run again, it resumes; a finished plan sends nothing",
		ArgsUsage: "[PLAN]",
		Description: "Exit code 3 means that operations were skipped, found drifted or failed; each is named.\n" +
			"Ctrl-C stops after the request under way.",
		Flags: []cli.Flag{allowFlag(), sha256Flag(),
			&cli.Int64Flag{Name: "max-failures", Usage: "stop once `N` operations have failed; 0 goes on to the plan's end"}},
		Action: r.onPlan(func(ctx context.Context, c *cli.Context, o merge.ApplyOptions) error {
			if o.MaxFailures = c.Int64("max-failures"); o.MaxFailures < 0 {
				return usageError(fmt.Errorf("--max-failures is %d: it takes 0 or more", o.MaxFailures))
			}
			result, err := merge.Apply(ctx, o)
			if err != nil && result.Operations == 0 {
				return err
			}
			if printErr := r.print(c, result, result.Text()); printErr != nil {
				return errors.Join(err, printErr)
			}
			if err != nil {
				return err
			}
			if len(result.Problems) > 0 {
				return exitWith(ExitPartial)
			}
			return nil
		}),
	}
}

func (r *runner) mergeVerifyCommand() *cli.Command {
	return &cli.Command{
		Name:        "verify",
		Usage:       "read back every record and external ID that the plan wrote, and list what differs",
		ArgsUsage:   "[PLAN]",
		Description: "Exit code 2 means that something differs from what the plan said to expect.",
		Action: r.onPlan(func(ctx context.Context, c *cli.Context, o merge.ApplyOptions) error {
			result, err := merge.Verify(ctx, o)
			if err != nil {
				return err
			}
			if err := r.print(c, result, result.Text()); err != nil {
				return err
			}
			if len(result.Differences) > 0 {
				return exitWith(ExitLook)
			}
			return nil
		}),
	}
}

func (r *runner) mergeStatusCommand() *cli.Command {
	return &cli.Command{
		Name:      "status",
		Usage:     "how far a plan is, from the plan and its journal alone",
		ArgsUsage: "[PLAN]",
		Action: func(c *cli.Context) error {
			path, err := planArgument(c)
			if err != nil {
				return err
			}
			result, err := merge.Status(c.Context, path)
			if err != nil {
				return err
			}
			return r.print(c, result, result.Text())
		},
	}
}

func planArgument(c *cli.Context) (string, error) {
	switch c.NArg() {
	case 0:
		return defaultPlan, nil
	case 1:
		return c.Args().First(), nil
	}
	return "", usageError(fmt.Errorf("%w: one plan at a time", errTooManyArguments))
}

// onPlan is the action of a command that works on a plan file and the workspace that it was made from.
func (r *runner) onPlan(f func(context.Context, *cli.Context, merge.ApplyOptions) error) cli.ActionFunc {
	return func(c *cli.Context) error {
		path, err := planArgument(c)
		if err != nil {
			return err
		}
		return r.stage(false, func(ctx context.Context, c *cli.Context, s *session) error {
			s.config.Merge.Allow = append(s.config.Merge.Allow, c.StringSlice("allow")...)
			o := r.applyOptions(s, path)
			o.SHA256 = c.String("sha256")
			return f(ctx, c, o)
		})(c)
	}
}

func (r *runner) applyOptions(s *session, plan string) merge.ApplyOptions {
	return merge.ApplyOptions{
		DB:       s.db,
		Config:   s.config,
		Plan:     plan,
		Getenv:   r.env.Getenv,
		Log:      s.log,
		Progress: s.progress.Step,
	}
}
