package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/sameas/sameas/extract"
	"github.com/sameas/sameas/internal/config"
	"github.com/sameas/sameas/internal/sandbox"
	"github.com/sameas/sameas/internal/sandbox/generator"
	"github.com/sameas/sameas/match"
	"github.com/sameas/sameas/merge"
	"github.com/sameas/sameas/reports"
	queries "github.com/sameas/sameas/sql"
)

// demoRounds of sync are enough for every record to have travelled both ways, and to show that nothing grows any more.
const demoRounds = 3

// demoMark says that a folder is a demo's own and may be made anew.
const demoMark = ".sameas-demo"

// demoResult is what `sameas demo --json` prints.
type demoResult struct {
	World          generator.Stats      `json:"world"`
	Extract        extract.Result       `json:"extract"`
	Match          match.Result         `json:"match"`
	Evaluation     match.Evaluation     `json:"evaluation"`
	ForecastBefore merge.ForecastResult `json:"forecast_before"`
	Plan           merge.PlanSummary    `json:"plan"`
	DryRun         merge.ApplyResult    `json:"dry_run"`
	Apply          merge.ApplyResult    `json:"apply"`
	ApplyAgain     merge.ApplyResult    `json:"apply_again"`
	Verify         merge.VerifyResult   `json:"verify"`
	Undo           merge.UndoResult     `json:"undo_shown"`
	ForecastAfter  merge.ForecastResult `json:"forecast_after"`
	Judged         int                  `json:"review_items_judged"`
	SecondPlan     merge.PlanSummary    `json:"plan_after_review"`
	SecondApply    merge.ApplyResult    `json:"apply_after_review"`
	ForecastJudged merge.ForecastResult `json:"forecast_after_review"`
	Without        sandbox.Outcome      `json:"sync_without_sameas"`
	With           sandbox.Outcome      `json:"sync_with_sameas"`
	WithReview     sandbox.Outcome      `json:"sync_with_sameas_and_review"`
	Report         string               `json:"report"`
}

func (r *runner) demoCommand() *cli.Command {
	return &cli.Command{
		Name:  "demo",
		Usage: "the whole job on a built-in sandbox, and what it is good for: duplicates with and without sameas",
		Description: "Generates two applications and a hub with known duplicates, serves the hub on loopback, then extracts, matches,\n" +
			"plans, dry-runs, applies, verifies and shows what an undo would do, and switches both applications' sync on, with sameas and without.",
		Flags: append(worldFlags(), &cli.StringFlag{Name: "dir", Value: "sameas-demo", Usage: "folder `DIR` to work in; an earlier demo's is made anew"}),
		Action: func(c *cli.Context) error {
			if err := noArguments(c); err != nil {
				return err
			}
			d := &demo{runner: r, c: c, dir: c.String("dir")}
			return d.run(c.Context)
		},
	}
}

// demo is one run of the demonstration; each step is the real stage.
type demo struct {
	*runner
	c         *cli.Context
	dir       string
	server    *sandbox.Server // the hub that sameas works on
	untouched *sandbox.Server // the same hub, left alone
	autoOnly  *sandbox.Server // the same hub, after the plan of the auto clusters
	session   *session
	result    demoResult
	step      int
}

func (d *demo) run(ctx context.Context) error {
	if err := prepareDemo(d.dir); err != nil {
		return err
	}
	steps := []func(context.Context) error{d.world, d.serve, d.extract, d.match, d.plan, d.apply, d.verify, d.review, d.sync, d.report}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	defer func() {
		if d.session != nil {
			d.session.close()
		}
	}()
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return err
		}
	}
	if d.c.Bool("json") {
		return d.print(d.c, d.result, "")
	}
	return nil
}

// prepareDemo makes the folder; it empties an earlier demo's and leaves anything else alone.
func prepareDemo(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("demo: %w", err)
	}
	if len(entries) > 0 {
		if _, err := os.Lstat(filepath.Join(dir, demoMark)); err != nil {
			return fmt.Errorf("demo: %s is not empty and not an earlier demo's: name another folder with --dir", dir)
		}
		for _, e := range entries {
			if err := os.RemoveAll(filepath.Join(dir, e.Name())); err != nil {
				return fmt.Errorf("demo: %w", err)
			}
		}
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	return os.WriteFile(filepath.Join(dir, demoMark), nil, 0o600)
}

// say prints a step's heading and text, unless the result is to be JSON.
func (d *demo) say(heading, text string) {
	if d.c.Bool("json") {
		return
	}
	d.step++
	fmt.Fprintf(d.env.Stdout, "\n%d. %s\n", d.step, heading)
	for line := range strings.Lines(d.mask.Text(strings.TrimRight(text, "\n"))) {
		fmt.Fprint(d.env.Stdout, "   ", line)
	}
	fmt.Fprintln(d.env.Stdout)
}

func (d *demo) world(ctx context.Context) (err error) {
	if d.result.World, err = d.generate(ctx, d.c, d.dir); err != nil {
		return err
	}
	d.say("A customer's applications, already connected with each other (generated, with the truth kept aside)", demoWorldText(d.result.World))
	return nil
}

func (d *demo) serve(ctx context.Context) (err error) {
	if d.server, err = sandbox.New(sandbox.Options{Seed: d.c.Uint64("seed")}); err != nil {
		return err
	}
	if err := loadWorld(d.server, d.dir); err != nil {
		return err
	}
	d.untouched = d.server.Clone()
	running, err := sandbox.Serve(ctx, "127.0.0.1:0", d.server)
	if err != nil {
		return err
	}
	if err := sandbox.WriteProject(d.dir, running.URL, sandbox.Project{}); err != nil {
		return err
	}
	d.session, err = d.openDemo(ctx, "")
	d.say("The hub serves its API on loopback", running.Endpoint())
	return err
}

// openDemo opens a workspace of the demo's own project; the credentials are the sandbox's.
func (d *demo) openDemo(ctx context.Context, workspace string) (*session, error) {
	d.env.Getenv = func(name string) string {
		return map[string]string{sandbox.KeyEnv: sandbox.DefaultKey, sandbox.SecretEnv: sandbox.DefaultSecret}[name]
	}
	log, err := d.logger(d.c)
	if err != nil {
		return nil, err
	}
	cfg, err := config.Load(filepath.Join(d.dir, sandbox.ConfigFile))
	if err != nil {
		return nil, err
	}
	if workspace == "" {
		workspace = cfg.Workspace
	}
	db, err := queries.Open(ctx, workspace, queries.Options{Create: true, ToolVersion: Version})
	if err != nil {
		return nil, err
	}
	if err := d.maskBy(ctx, db); err != nil {
		_ = db.Close()
		return nil, err
	}
	p := newProgress(d.env.Stderr, d.c.Bool("quiet"))
	return &session{config: cfg, path: workspace, db: db, log: log, progress: p, close: func() {
		p.Close()
		_ = db.Close()
	}}, nil
}

func (d *demo) extract(ctx context.Context) (err error) {
	if d.result.Extract, err = d.runner.extract(ctx, d.session, nil, how{}); err != nil {
		return err
	}
	d.say("sameas extract: whole collections with their external IDs, the application's own records, known links", extractText(d.result.Extract))
	return nil
}

func (d *demo) match(ctx context.Context) (err error) {
	if d.result.Match, err = d.runner.match(ctx, d.session, nil, 0); err != nil {
		return err
	}
	if d.result.Evaluation, err = d.evaluate(ctx, d.session, filepath.Join(d.dir, "truth.csv"), match.EvaluateOptions{}); err != nil {
		return err
	}
	d.say("sameas match: which records are the same", matchText(d.result.Match))
	d.say("sameas evaluate: how right that is, by the truth that was kept aside", demoEvaluationText(d.result.Evaluation))
	return nil
}

func (d *demo) planPath() string { return filepath.Join(d.dir, defaultPlan) }

func (d *demo) plan(ctx context.Context) (err error) {
	if d.result.ForecastBefore, err = merge.Forecast(ctx, d.session.db); err != nil {
		return err
	}
	d.say("sameas forecast: what the first sync would create", d.result.ForecastBefore.Text()+demoTruthText(d.result.World))
	if d.result.Plan, err = d.runner.plan(ctx, d.session, d.planPath(), merge.Part{}); err != nil {
		return err
	}
	d.say("sameas merge plan", d.result.Plan.Text())
	return nil
}

func (d *demo) apply(ctx context.Context) (err error) {
	o := d.applyOptions(d.session, d.planPath())
	out, err := os.OpenFile(filepath.Join(d.dir, "dry-run.txt"), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	defer out.Close()
	o.Out = out
	if d.result.DryRun, err = merge.DryRun(ctx, o); err != nil {
		return err
	}
	d.say("sameas merge dry-run", fmt.Sprintf("%d requests printed to %s, %d sent", d.result.DryRun.Operations, out.Name(), d.result.DryRun.Writes))
	o.Out = nil
	if d.result.Apply, err = merge.Apply(ctx, o); err != nil {
		return err
	}
	d.session.progress.Close()
	d.say("sameas merge apply", d.result.Apply.Text())
	d.result.ApplyAgain, err = merge.Apply(ctx, o)
	d.session.progress.Close()
	return err
}

func (d *demo) verify(ctx context.Context) (err error) {
	if d.result.Verify, err = merge.Verify(ctx, d.applyOptions(d.session, d.planPath())); err != nil {
		return err
	}
	d.session.progress.Close()
	d.say("sameas merge verify, and apply once more", d.result.Verify.Text()+fmt.Sprintf("\na second apply of the same plan sent %d writes", d.result.ApplyAgain.Writes))
	d.autoOnly = d.server.Clone()
	if d.result.Undo, err = merge.Undo(ctx, merge.UndoOptions{ApplyOptions: d.applyOptions(d.session, d.planPath())}); err != nil {
		return err
	}
	d.session.progress.Close()
	d.say("sameas merge undo: what it would take back, and what it cannot (shown, not sent)", d.result.Undo.Opening())
	return nil
}

// review extracts what the hub holds now, has the open questions answered as a person who knows the truth would, and
// applies what follows from that.
func (d *demo) review(ctx context.Context) error {
	s, err := d.again(ctx, "reviewed.duckdb", &d.result.ForecastAfter)
	if err != nil {
		return err
	}
	defer s.close()
	d.say("sameas forecast, after extracting again", d.result.ForecastAfter.Text())
	if d.result.Judged, err = d.judge(ctx, s); err != nil {
		return err
	}
	if _, err := d.runner.match(ctx, s, nil, 0); err != nil {
		return err
	}
	o := d.applyOptions(s, filepath.Join(d.dir, "plan-reviewed.ndjson"))
	if d.result.SecondPlan, err = d.runner.plan(ctx, s, o.Plan, merge.Part{}); err != nil {
		return err
	}
	if d.result.SecondApply, err = merge.Apply(ctx, o); err != nil {
		return err
	}
	s.progress.Close()
	last, err := d.again(ctx, "last.duckdb", &d.result.ForecastJudged)
	if err != nil {
		return err
	}
	defer last.close()
	d.say("The review items are judged (the truth stands in for a person), planned and applied as before", fmt.Sprintf(
		"%d items judged, %d writes sent\n\n%s", d.result.Judged, d.result.SecondApply.Writes, d.result.ForecastJudged.Text()))
	return nil
}

// again extracts the hub as it is now into a workspace of its own, matches, and forecasts.
func (d *demo) again(ctx context.Context, workspace string, forecast *merge.ForecastResult) (*session, error) {
	s, err := d.openDemo(ctx, filepath.Join(d.dir, workspace))
	if err != nil {
		return nil, err
	}
	if _, err = d.runner.extract(ctx, s, nil, how{}); err == nil {
		if _, err = d.runner.match(ctx, s, nil, 0); err == nil {
			*forecast, err = merge.Forecast(ctx, s.db)
		}
	}
	if err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// sync switches both applications' sync on at three hubs: the untouched one, the one after the auto clusters' plan, and
// the one after the review, too.
func (d *demo) sync(ctx context.Context) (err error) {
	for _, x := range []struct {
		hub     *sandbox.Server
		outcome *sandbox.Outcome
	}{{d.untouched, &d.result.Without}, {d.autoOnly, &d.result.With}, {d.server, &d.result.WithReview}} {
		if *x.outcome, err = sandbox.Onboard(ctx, x.hub, d.dir, demoRounds); err != nil {
			return err
		}
	}
	d.say(fmt.Sprintf("Both applications' sync is switched on: duplicates that they hold after %d rounds, by the truth", demoRounds),
		demoSyncText(d.result.Without, d.result.With, d.result.WithReview))
	return nil
}

func (d *demo) report(ctx context.Context) error {
	dir := filepath.Join(d.dir, "report")
	result, err := d.runner.report(ctx, d.session, dir, reports.TableOptions{}, nil)
	if err != nil {
		return err
	}
	d.result.Report = filepath.Join(dir, "report.html")
	d.say("sameas report", reportText(result, dir)+
		"\nto judge its review items yourself, on a page of this machine: `sameas review --config "+filepath.Join(d.dir, sandbox.ConfigFile)+"`")
	return nil
}
