package cli

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/urfave/cli/v2"

	"github.com/sameas/sameas/internal/purge"
	"github.com/sameas/sameas/match"
	"github.com/sameas/sameas/reports"
)

func (r *runner) matchCommand() *cli.Command {
	return &cli.Command{
		Name:      "match",
		Usage:     "find which records are the same: shared IDs first, then fuzzy names, e-mails and more",
		ArgsUsage: "[FILE] [COLLECTION...]",
		Description: "Without a collection: organizations, then people. The same input gives the same clusters, whatever the threads;\n" +
			"where nothing changed since the match before, its clusters stand and nothing is compared again; where judgements\n" +
			"or the thresholds auto and attach alone changed, clusters are formed again of the pairs that it scored.\n" +
			"--engine spark has the Apache Spark that the configuration's engine names compare the pairs; the clusters are the same.\n" +
			"--model alone prints the fitted model. --model FILE matches with the models that `match --model --json` printed into FILE, and fits none.",
		Flags: []cli.Flag{
			&cli.IntFlag{Name: "threads", Usage: "`N` threads; 0 means all cores"},
			&cli.BoolFlag{Name: "preflight", Usage: "say what each blocking rule would compare, its largest keys, and the time and memory expected; score nothing"},
			&cli.Int64Flag{Name: "max-pairs", Usage: "refuse a collection with more than `N` pairs to compare, before one is scored"},
			&cli.Int64Flag{Name: "max-memory", Usage: "refuse a collection expected to take more than `MB` beside the database"},
			&cli.DurationFlag{Name: "max-time", Usage: "refuse a collection expected to take longer than `DURATION` to compare, such as 10m"},
			&cli.BoolFlag{Name: "anew", Usage: "match even what has not changed since the match before; it finds the same"},
			engineFlag(),
			&cli.BoolFlag{Name: "model", Usage: "print the fitted model; with a FILE as argument, match with the models kept in it"},
		},
		Action: r.stage(false, func(ctx context.Context, c *cli.Context, s *session) error {
			collections := c.Args().Slice()
			if c.Bool("preflight") {
				return r.printPreflight(ctx, c, s, collections)
			}
			if !c.Bool("model") {
				return r.matchAndPrint(ctx, c, s, collections, match.Models{})
			}
			if len(collections) == 0 || match.Collection(collections[0]) {
				return r.printModels(ctx, c, s, collections)
			}
			kept, err := readModels(collections[0])
			if err != nil {
				return err
			}
			return r.matchAndPrint(ctx, c, s, collections[1:], kept)
		}),
	}
}

func (r *runner) matchAndPrint(ctx context.Context, c *cli.Context, s *session, collections []string, kept match.Models) error {
	defer s.progress.Close()
	o := r.matchOptions(s, collections, c.Int("threads"))
	o.Models, o.Budget, o.Anew = kept, budgetOf(c), c.Bool("anew")
	var err error
	if o.Engine, err = r.matchEngine(ctx, s, c.String("engine")); err != nil {
		return err
	}
	result, err := matchAndTell(ctx, o)
	if err != nil {
		return err
	}
	return r.print(c, result, result.Text())
}

// matched is what a match found and, where people have decided something, what it changed.
type matched struct{ match.Result }

// Text is both for a terminal.
func (m matched) Text() string {
	if m.Changes == nil {
		return matchText(m.Result)
	}
	return "What changed since the match before:\n" + m.Changes.Text() + "\n" + matchText(m.Result)
}

// matchAndTell matches. Where people have decided something and there was a match before, it says what changed: that costs
// memory by the record and the cluster, so it is not done unasked.
func matchAndTell(ctx context.Context, o match.Options) (matched, error) {
	o.Tell = true
	result, err := matchWorkspace(ctx, o)
	return matched{result}, err
}

// matchWorkspace matches what was extracted.
func matchWorkspace(ctx context.Context, o match.Options) (match.Result, error) {
	defer boundGarbage()()
	if _, err := purge.Restore(ctx, o.DB); err != nil { // of an extraction that ended before it could
		return match.Result{}, err
	}
	return match.Run(ctx, o)
}

func budgetOf(c *cli.Context) match.Budget {
	return match.Budget{Pairs: c.Int64("max-pairs"), Memory: c.Int64("max-memory") << 20, Seconds: c.Duration("max-time")}
}

func (r *runner) printPreflight(ctx context.Context, c *cli.Context, s *session, collections []string) error {
	defer s.progress.Close()
	o := r.matchOptions(s, collections, c.Int("threads"))
	o.Budget = budgetOf(c)
	preflights, err := match.Plan(ctx, o)
	if err != nil {
		return err
	}
	return r.print(c, preflights, preflights.Text())
}

func (r *runner) printModels(ctx context.Context, c *cli.Context, s *session, collections []string) error {
	models, err := match.StoredModels(ctx, r.matchOptions(s, collections, 0))
	if err != nil {
		return err
	}
	return r.print(c, models, models.Text())
}

func readModels(path string) (match.Models, error) {
	f, err := os.Open(path)
	if err != nil {
		return match.Models{}, fmt.Errorf("open models: %w", err)
	}
	defer f.Close()
	return match.ReadModels(f, path)
}

func (r *runner) match(ctx context.Context, s *session, collections []string, threads int) (match.Result, error) {
	defer s.progress.Close()
	o := r.matchOptions(s, collections, threads)
	var err error
	if o.Engine, err = r.matchEngine(ctx, s, ""); err != nil {
		return match.Result{}, err
	}
	return matchWorkspace(ctx, o)
}

func (r *runner) matchOptions(s *session, collections []string, threads int) match.Options {
	return match.Options{
		DB:          s.db,
		Config:      s.config,
		Collections: collections,
		Threads:     threads,
		Log:         s.log,
		Progress:    s.progress.Step,
	}
}

// meaning says, behind the name of a kind of conflict, what it is.
func meaning(kind string) string {
	text := strings.TrimSuffix(reports.ConflictMeaning(kind), ".")
	if text == "" {
		return ""
	}
	return " (" + strings.ToLower(text[:1]) + text[1:] + ")"
}

func matchText(result match.Result) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "COLLECTION\tRECORDS\tPAIRS COMPARED\tMUST-LINKS\tAUTO CLUSTERS\tRECORDS IN THEM\tREVIEW ITEMS\tALONE\t")
	for _, s := range result.Collections {
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t\n",
			s.Collection, s.Records, s.Pairs, s.MustLinks, s.AutoClusters, s.AutoRecords, s.ReviewItems, s.Singles)
	}
	w.Flush()
	for _, s := range result.Collections {
		for _, kind := range slices.Sorted(maps.Keys(s.Conflicts)) {
			fmt.Fprintf(&b, "%s: %d %s%s\n", s.Collection, s.Conflicts[kind], strings.ReplaceAll(kind, "_", " "), meaning(kind))
		}
		for _, warning := range s.Warnings {
			fmt.Fprintf(&b, "%s: warning: %s\n", s.Collection, warning)
		}
	}
	b.WriteString("next: `sameas review` to judge the review items, `sameas report` to look at the clusters, or `sameas merge plan`\n")
	return b.String()
}
