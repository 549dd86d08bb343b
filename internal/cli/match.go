package cli

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/urfave/cli/v2"

	"github.com/sameas/sameas/match"
)

func (r *runner) matchCommand() *cli.Command {
	return &cli.Command{
		Name:        "match",
		Usage:       "find which records are the same: shared IDs first, then fuzzy names, e-mails and more",
		ArgsUsage:   "[COLLECTION...]",
		Description: "Without a collection: organizations, then people. The same input gives the same clusters, whatever the threads.",
		Flags:       []cli.Flag{&cli.IntFlag{Name: "threads", Usage: "`N` threads; 0 means all cores"}},
		Action: r.stage(false, func(ctx context.Context, c *cli.Context, s *session) error {
			result, err := r.match(ctx, s, c.Args().Slice(), c.Int("threads"))
			if err != nil {
				return err
			}
			return r.print(c, result, matchText(result))
		}),
	}
}

func (r *runner) match(ctx context.Context, s *session, collections []string, threads int) (match.Result, error) {
	defer s.progress.Close()
	return match.Run(ctx, r.matchOptions(s, collections, threads))
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
			fmt.Fprintf(&b, "%s: %d %s\n", s.Collection, s.Conflicts[kind], strings.ReplaceAll(kind, "_", " "))
		}
		for _, warning := range s.Warnings {
			fmt.Fprintf(&b, "%s: warning: %s\n", s.Collection, warning)
		}
	}
	b.WriteString("next: `sameas merge plan`, or `sameas report` to look at the clusters\n")
	return b.String()
}
