package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/sameas/sameas/internal/config"
	"github.com/sameas/sameas/internal/purge"
	"github.com/sameas/sameas/match/spark"
	"github.com/sameas/sameas/merge"
)

// purgeResult is what `sameas purge --json` prints.
type purgeResult struct {
	purge.Survey
	DryRun bool `json:"dry_run"`
	Done   bool `json:"done"`
	// Removed are the files that are gone, Left those that were changed since they were written.
	Removed []purge.File `json:"removed"`
	Left    []purge.File `json:"left"`
	// Folders are those of Spark's jobs, which may hold values of records.
	Folders []string `json:"folders,omitempty"`
	// Beyond is what no purge reaches.
	Beyond []string `json:"beyond"`
}

func (r *runner) purgeCommand() *cli.Command {
	return &cli.Command{
		Name:  "purge",
		Usage: "remove personal data: the workspace's records, raw pages, plans, journals and reports; counts and decisions stay",
		Description: "Removes the files that were written from the workspace, wherever that was, and puts in the workspace's place one that\n" +
			"holds counts, verdicts, the decisions of people and the samples of audits, the records in them named by keyed digests of\n" +
			"their IDs: after a new extraction they count again. It lists everything and asks first. While a plan may still be undone, it refuses: an\n" +
			"undo needs plan and journal. Run again, it removes what is left; when nothing is, it says so.",
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "dry-run", Usage: "list what would be removed; remove nothing"},
			&cli.BoolFlag{Name: "yes", Usage: "do not ask"},
			&cli.BoolFlag{Name: "give-up-undo", Usage: "also while a plan may still be undone (merge.undo_days)"},
			&cli.BoolFlag{Name: "changed", Usage: "also files that were changed since they were written, or that something else has taken the place of"},
		},
		Action: r.bareStage(false, r.purge),
	}
}

func (r *runner) purge(ctx context.Context, c *cli.Context, s *session) error {
	survey, err := purge.Look(ctx, s.db, s.path, purge.Belongings{Of: merge.Belongings, Written: merge.IsBelonging})
	if err != nil {
		return err
	}
	folders, reached := spark.Folders(s.config.Engine, s.path+sparkSuffix)
	result := purgeResult{Survey: survey, DryRun: c.Bool("dry-run"), Removed: []purge.File{}, Left: []purge.File{}, Beyond: beyondPurge(s.config, folders, reached),
		Folders: folders}
	if result.DryRun || survey.Empty() && len(result.Folders) == 0 {
		return r.print(c, result, purgeText(result, c.Bool("changed")))
	}
	if err := r.purgeAllowed(c, result, s.config.Merge.UndoDays); err != nil {
		return err
	}
	for _, folder := range result.Folders {
		if err := os.RemoveAll(folder); err != nil {
			return fmt.Errorf("%w: run it again", err)
		}
	}
	removed, left, err := purge.Remove(ctx, s.db, survey, c.Bool("changed"), Version)
	result.Removed, result.Left, result.Done = append(result.Removed, removed...), append(result.Left, left...), err == nil
	if err != nil {
		return fmt.Errorf("%w: %d files were removed; run it again", err, len(removed))
	}
	return r.print(c, result, purgeText(result, c.Bool("changed")))
}

// purgeAllowed refuses while a plan may be undone, and has the person confirm.
func (r *runner) purgeAllowed(c *cli.Context, result purgeResult, undoDays int) error {
	for _, f := range result.Files {
		until, may := merge.UndoUntil(f.Path, undoDays)
		if f.Kind == purge.KindPlan && may && time.Now().Before(until) && !c.Bool("give-up-undo") {
			return fmt.Errorf("%s was applied and may be undone until %s (merge.undo_days): nothing was removed; --give-up-undo removes it all the same, "+
				"and nobody can take back then what it wrote", f.Path, until.Format(time.RFC3339))
		}
	}
	if c.Bool("yes") {
		return nil
	}
	if _, err := io.WriteString(r.env.Stderr, purgeText(result, c.Bool("changed"))+"Type purge to go on: "); err != nil {
		return err
	}
	line, err := bufio.NewReader(r.env.Stdin).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if strings.TrimSpace(line) != "purge" {
		return errors.New("not confirmed: nothing was removed; --yes goes on without asking")
	}
	return nil
}

// beyondPurge is what it cannot reach, said so that nobody takes it for gone; folders are those of Spark's jobs, and reached the places that only Spark reaches.
func beyondPurge(cfg *config.Config, folders, reached []string) []string {
	var files []string
	for _, s := range cfg.Sources {
		if s.Type != config.TypeConnec {
			files = append(files, s.Path)
		}
	}
	beyond := []string{
		"copies: backups, snapshots, files that were copied, renamed or sent, what was printed into a file",
		"what the disk keeps of deleted files until it writes over it; of an SSD nobody can tell when that is: only an encrypted disk settles it",
		"the hub and its applications: nothing is removed there",
	}
	if len(files) > 0 {
		beyond = append(beyond, "the sources' own files, which are yours: "+strings.Join(files, ", "))
	}
	if len(folders) > 0 {
		beyond = append(beyond, "rows of records that jobs of Spark may have left in their workers' local folders (spark.local.dir) where one was killed: they stay until Spark's own clean-up")
	}
	if len(reached) > 0 {
		beyond = append(beyond, "what an interrupted job of Spark left in "+strings.Join(reached, ", "))
	}
	return beyond
}

func purgeText(p purgeResult, changed bool) string {
	var b strings.Builder
	verb, files := "would remove", p.Files
	switch {
	case p.Done:
		verb, files = "removed", p.Removed
	case p.Empty() && len(p.Folders) == 0:
		verb = "nothing is left to remove"
	}
	fmt.Fprintf(&b, "purge of %s: %s", p.Workspace, verb)
	if !p.Empty() || len(p.Folders) > 0 {
		fmt.Fprintf(&b, " %d records, %d raw pages, %d links, pairs, operations and rejected rows, and %d files", p.Records, p.Pages, p.Others, len(files))
	}
	b.WriteString("\n")
	for _, f := range files {
		note := ""
		if f.Changed && !p.Done && !changed {
			note = ": changed since it was written, stays unless --changed is given"
		}
		fmt.Fprintf(&b, "  %s %s%s\n", f.Kind, f.Path, note)
	}
	for _, folder := range p.Folders {
		fmt.Fprintf(&b, "  jobs of Spark %s\n", folder)
	}
	for _, f := range p.Left {
		fmt.Fprintf(&b, "  LEFT: %s %s: changed since it was written; look at it, and remove it yourself or with --changed\n", f.Kind, f.Path)
	}
	fmt.Fprintf(&b, "kept: counts, and %d decisions of people, which count again once their records are extracted again\n", p.Decisions)
	for _, what := range p.Beyond {
		fmt.Fprintf(&b, "not removed by this: %s\n", what)
	}
	return b.String()
}
