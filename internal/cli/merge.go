package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/sameas/sameas/internal/purge"
	"github.com/sameas/sameas/merge"
)

const defaultPlan = "plan.ndjson"

func (r *runner) mergeCommand() *cli.Command {
	return &cli.Command{
		Name:  "merge",
		Usage: "write the plan, look at it, apply it, verify it, undo it",
		Subcommands: []*cli.Command{
			r.mergePlanCommand(),
			r.mergeDryRunCommand(),
			r.mergeRehearseCommand(),
			r.mergeApplyCommand(),
			r.mergeVerifyCommand(),
			r.mergeUndoCommand(),
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
		Flags: append([]cli.Flag{
			&cli.StringFlag{Name: "out", Value: defaultPlan, Usage: "plan `FILE` to write"},
			&cli.StringFlag{Name: "diff", Usage: "say what changed since the plan `OLD`, which may be the file that is written anew"},
			allowFlag(),
		}, partFlags()...),
		Action: r.bareStage(false, func(ctx context.Context, c *cli.Context, s *session) error {
			s.config.Merge.Allow = append(s.config.Merge.Allow, c.StringSlice("allow")...)
			part, err := partOf(c)
			if err != nil {
				return err
			}
			summary, err := r.planCompared(ctx, s, c, part)
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

func partFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringSliceFlag{Name: "cluster", Usage: "plan the cluster `ID` alone, with what it depends on; may be repeated"},
		&cli.StringSliceFlag{Name: "collection", Usage: "plan the clusters of collection `NAME` alone, with what they depend on; may be repeated"},
		&cli.Int64Flag{Name: "limit", Usage: "plan the first `N` clusters that write alone"},
		&cli.Int64Flag{Name: "pilot", Usage: "plan `N` clusters alone, drawn so that every kind of operation, evidence and application is tried"},
	}
}

// partOf reads the flags that make a plan of a part.
func partOf(c *cli.Context) (merge.Part, error) {
	p := merge.Part{Clusters: c.StringSlice("cluster"), Collections: c.StringSlice("collection"), Limit: c.Int64("limit"), Pilot: c.Int64("pilot")}
	for _, name := range []string{"limit", "pilot"} {
		if c.IsSet(name) && c.Int64(name) < 1 {
			return p, usageError(fmt.Errorf("--%s is %d: it takes 1 or more", name, c.Int64(name)))
		}
	}
	if p.Limit > 0 && p.Pilot > 0 {
		return p, usageError(errors.New("--limit takes the first clusters and --pilot draws some: give one of the two"))
	}
	return p, nil
}

// planned is a plan's summary, and what it changes against an older plan.
type planned struct {
	merge.PlanSummary
	Diff *merge.PlanDiff `json:"diff,omitempty"`
}

// Text is both for a terminal.
func (p planned) Text() string {
	if p.Diff == nil {
		return p.PlanSummary.Text()
	}
	return p.Diff.Text() + "\n" + p.PlanSummary.Text()
}

// planCompared writes the plan; the older one, which it may take the place of, is opened first.
func (r *runner) planCompared(ctx context.Context, s *session, c *cli.Context, part merge.Part) (result planned, err error) {
	var old *merge.PlanIndex
	if path := c.String("diff"); path != "" {
		if old, err = merge.IndexPlan(path); err != nil {
			return result, err
		}
		defer old.Close()
	}
	if result.PlanSummary, err = r.plan(ctx, s, c.String("out"), part); err != nil || old == nil {
		return result, err
	}
	diff, err := old.Diff(c.String("out"))
	result.Diff = &diff
	return result, err
}

func (r *runner) plan(ctx context.Context, s *session, out string, part merge.Part) (merge.PlanSummary, error) {
	defer s.progress.Close()
	if err := s.config.CheckNamed(); err != nil {
		return merge.PlanSummary{}, err
	}
	if err := purge.Expect(ctx, s.db, purge.KindPlan, out); err != nil {
		return merge.PlanSummary{}, err
	}
	summary, err := merge.WritePlan(ctx, merge.PlanOptions{DB: s.db, Config: s.config, Out: out, ToolVersion: Version, Log: s.log, Part: part})
	if err != nil {
		return summary, err
	}
	if summary.SetAside != "" {
		s.log.Warn("the plan that was here had been applied: it is kept, and `sameas merge undo`, verify and status work on it there", "plan", out, "kept as", summary.SetAside)
	}
	if summary.Applied {
		s.log.Warn("this very plan was here and had been applied: it stays, with its journal; a new extraction shows what is left to be merged", "plan", out)
	}
	return summary, purge.Remember(ctx, s.db, purge.KindPlan, out)
}

func (r *runner) mergeDryRunCommand() *cli.Command {
	return &cli.Command{
		Name:      "dry-run",
		Usage:     "print every request that apply would send; the client it holds cannot write",
		ArgsUsage: "[PLAN]",
		Flags:     []cli.Flag{allowFlag(), sha256Flag()},
		Action: r.onPlan(func(ctx context.Context, c *cli.Context, o merge.ApplyOptions) error {
			if c.Bool("json") {
				o.OutJSON = r.env.Stdout
				_, err := merge.DryRun(ctx, o)
				return err
			}
			o.Out = r.env.Stdout
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
		Description: "Exit code 3 means that operations were skipped, found drifted or failed; each is named. What was written is then\n" +
			"read back, every record and external ID, as by `sameas merge verify`; exit code 2 means that something differs.\n" +
			"Ctrl-C stops after the requests under way; run again, it goes on. --max-failures may be passed by as many as were under way.",
		Flags: []cli.Flag{allowFlag(), sha256Flag(), maxFailuresFlag(),
			&cli.BoolFlag{Name: "no-verify", Usage: "do not read back what was written; `sameas merge verify` does it later"}},
		Action: r.onPlan(func(ctx context.Context, c *cli.Context, o merge.ApplyOptions) (err error) {
			if o.MaxFailures, err = maxFailures(c); err != nil {
				return err
			}
			result, err := merge.Apply(ctx, o)
			if err != nil || result.Writes == 0 || c.Bool("no-verify") {
				return r.printApplied(c, result, result.Text(), result, err)
			}
			return r.verifyApplied(ctx, c, o, result)
		}),
	}
}

// applied is what an apply came to, and what was then read back.
type applied struct {
	merge.ApplyResult
	Verify merge.VerifyResult `json:"verify"`
}

// verifyApplied reads back what an apply wrote.
func (r *runner) verifyApplied(ctx context.Context, c *cli.Context, o merge.ApplyOptions, result merge.ApplyResult) error {
	verify, err := merge.Verify(ctx, o)
	if err != nil {
		return errors.Join(r.printApplied(c, result, result.Text(), result, nil), fmt.Errorf("applied, but not read back: %w: `sameas merge verify %s` does it", err, o.Plan))
	}
	if result.Remaining == 0 {
		result.Next = ""
	}
	err = r.printApplied(c, applied{result, verify}, result.Text()+verify.Text(), result, nil)
	if err == nil && len(verify.Differences) > 0 {
		return exitWith(ExitLook)
	}
	return err
}

func maxFailuresFlag() cli.Flag {
	return &cli.Int64Flag{Name: "max-failures", Usage: "stop once `N` operations have failed; 0 goes on to the plan's end"}
}

func maxFailures(c *cli.Context) (int64, error) {
	n := c.Int64("max-failures")
	if n < 0 {
		return 0, usageError(fmt.Errorf("--max-failures is %d: it takes 0 or more", n))
	}
	return n, nil
}

// printApplied prints what came of an apply or an undo, also of one that had to end early, and decides the exit code.
func (r *runner) printApplied(c *cli.Context, result any, text string, applied merge.ApplyResult, err error) error {
	if err != nil && applied.Operations == 0 {
		return err
	}
	if printErr := r.print(c, result, text); printErr != nil {
		return errors.Join(err, printErr)
	}
	if err != nil {
		return err
	}
	if len(applied.Problems) > 0 && !applied.DryRun {
		return exitWith(ExitPartial)
	}
	return nil
}

func (r *runner) mergeVerifyCommand() *cli.Command {
	return &cli.Command{
		Name:        "verify",
		Usage:       "read back every record and external ID that the plan wrote, and list what differs",
		ArgsUsage:   "[PLAN]",
		Description: "Exit code 2 means that something differs from what the plan said to expect.",
		Flags: []cli.Flag{&cli.BoolFlag{Name: "whole", Usage: "read whole collections, however little was written: so an ID is found on a second record, too, " +
			"which no question by that ID shows"}},
		Action: r.onPlan(func(ctx context.Context, c *cli.Context, o merge.ApplyOptions) error {
			o.Whole = c.Bool("whole")
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

func (r *runner) mergeUndoCommand() *cli.Command {
	return &cli.Command{
		Name:      "undo",
		Usage:     "take back what apply wrote, newest first; without --apply nothing is sent, and every request is printed",
		ArgsUsage: "[PLAN]",
		Description: "What was sent is known from the plan's journal. Each record must be as apply left it, and is made what it was\n" +
			"before; one that others changed since is left alone and named. What cannot be undone is said first: an external\n" +
			"ID that was added, a record that was created, Connec!'s own merge. The undo is a plan of its own beside PLAN\n" +
			"(PLAN less its .ndjson, and .undo.ndjson), with its own journal: run again, it resumes, and `sameas merge verify`\n" +
			"reads back what it wrote. --sha256 pins the undo's plan. Once it has begun, PLAN itself is applied no more; it cannot\n" +
			"begin later than merge.undo_days after the last write.\n" +
			"Exit code 3 means that operations were skipped, found drifted or failed; each is named.",
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "apply", Usage: "send the requests"},
			&cli.StringFlag{Name: "cluster", Usage: "undo what was written for the cluster `ID` alone"},
			&cli.StringFlag{Name: "out", Usage: "write the undo's own plan to `FILE`"},
			allowFlag(), sha256Flag(), maxFailuresFlag(),
		},
		Action: r.onPlan(func(ctx context.Context, c *cli.Context, o merge.ApplyOptions) (err error) {
			if o.MaxFailures, err = maxFailures(c); err != nil {
				return err
			}
			u := merge.UndoOptions{ApplyOptions: o, Cluster: c.String("cluster"), UndoPlan: c.String("out"), Send: c.Bool("apply")}
			opening := r.env.Stderr
			if !c.Bool("json") {
				opening, u.Out = r.env.Stdout, r.env.Stdout
			}
			u.Begin = func(result merge.UndoResult) error {
				_, err := fmt.Fprintln(opening, r.mask.Text(result.Opening()))
				return err
			}
			result, err := merge.Undo(ctx, u)
			if result.UndoPlan != "" {
				err = errors.Join(err, purge.Remember(context.WithoutCancel(ctx), o.DB, purge.KindPlan, result.UndoPlan))
			}
			return r.printApplied(c, result, result.Text(), result.Result, err)
		}),
	}
}

func (r *runner) mergeStatusCommand() *cli.Command {
	return &cli.Command{
		Name:      "status",
		Usage:     "how far a plan is, and its undos, from the plan and the journals alone",
		ArgsUsage: "[PLAN]",
		Flags: []cli.Flag{&cli.BoolFlag{Name: "operations", Usage: "list every operation: its request and the digest of the body, when it was sent and answered, " +
			"the answer and the record that gave it, and what became of its undo"}},
		Action: func(c *cli.Context) error {
			path, err := planArgument(c)
			if err != nil {
				return err
			}
			result, err := merge.Status(c.Context, merge.StatusOptions{Plan: path, Audit: c.Bool("operations")})
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
		Mask:     r.mask,
		Log:      s.log,
		Progress: s.progress.Step,
	}
}
