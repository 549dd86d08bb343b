package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/google/renameio/v2"
	"github.com/urfave/cli/v2"

	"github.com/sameas/sameas/internal/config"
	"github.com/sameas/sameas/match"
	"github.com/sameas/sameas/merge"
	"github.com/sameas/sameas/reports"
)

func (r *runner) reviewCommand() *cli.Command {
	return &cli.Command{
		Name:  "review",
		Usage: "a page on loopback to judge doubtful clusters with the keyboard; export and import the decisions",
		Description: "The page is for this machine's browser alone, and ends with Ctrl-C or after --idle. For a browser elsewhere serve it on a\n" +
			"--port N of your choice and run ssh -L N:127.0.0.1:N there: the printed address is good there, too. An answer is on disk\n" +
			"before the next question appears; what was skipped is kept as well, and comes last. The workspace is the page's own meanwhile:\n" +
			"another command on it says that it is in use; match runs from the page (m).\n" +
			"Decisions are a CSV file keyed by external IDs, so that they outlive an extraction: collection, decision (same, different,\n" +
			"survivor or value), record, other (the second record of same and different), field (of value), who, decided_at, why.\n" +
			"--import exits with 2 when a line names a record that the workspace does not hold, or decisions contradict each other.",
		Flags: []cli.Flag{
			&cli.IntFlag{Name: "port", Usage: "serve the page on this port `N`; 0 takes a free one"},
			&cli.BoolFlag{Name: "no-open", Usage: "print the page's address, open no browser"},
			&cli.DurationFlag{Name: "idle", Value: 30 * time.Minute, Usage: "end when nobody has used the page for a `DURATION`; 0 never does"},
			&cli.StringFlag{Name: "who", Usage: "keep decisions in this `NAME` (default: your user name)"},
			&cli.StringFlag{Name: "sample", Usage: "audit first: `auto:N` draws N clusters at random of those that enter a plan unasked; the report prints what they show"},
			&cli.Int64Flag{Name: "seed", Value: 1, Usage: "`N` of the dice that --sample throws"},
			&cli.StringFlag{Name: "export", Usage: "write the decisions that stand to the CSV `FILE`, - for stdout, and serve nothing"},
			&cli.StringFlag{Name: "import", Usage: "keep the decisions of the CSV `FILE` in the workspace, and serve nothing"},
		},
		Action: func(c *cli.Context) error {
			if err := noArguments(c); err != nil {
				return err
			}
			if c.Bool("mask") {
				return usageError(errors.New("review shows the records to the person who judges them, and keeps its decisions whole: it takes no --mask"))
			}
			size, err := sampleSize(c.String("sample"))
			if err != nil {
				return usageError(err)
			}
			export, read := c.String("export"), c.String("import")
			switch {
			case export != "" && read != "":
				return usageError(errors.New("--export and --import exclude each other: import first"))
			case export != "":
				return r.stage(false, r.exportDecisions)(c)
			case read != "":
				return r.stage(false, r.importDecisions)(c)
			}
			return r.stage(false, func(ctx context.Context, c *cli.Context, s *session) error { return r.servePage(ctx, c, s, size) })(c)
		},
	}
}

// sampleSize reads auto:N; 0 stands for no sample.
func sampleSize(text string) (int, error) {
	if text == "" {
		return 0, nil
	}
	number, isAuto := strings.CutPrefix(text, "auto:")
	n, err := strconv.Atoi(number)
	if !isAuto || err != nil || n < 1 {
		return 0, fmt.Errorf("--sample %q: write auto:N, such as auto:300", text)
	}
	return n, nil
}

// servePage serves the page until Ctrl-C or until nobody uses it.
func (r *runner) servePage(ctx context.Context, c *cli.Context, s *session, sample int) error {
	review, err := reports.NewReview(ctx, reports.ReviewOptions{DB: s.db, Who: who(c), Idle: c.Duration("idle"), Sample: sample, Seed: c.Int64("seed"),
		Match: func(ctx context.Context, progress func(stage string, done, total int64)) (string, error) {
			return r.rematch(ctx, s, progress)
		}})
	if err != nil {
		return err
	}
	listener, err := reports.Listen(c.Int("port"))
	if err != nil {
		return err
	}
	address := review.Open(listener)
	if err := r.print(c, map[string]string{"url": address}, "review page: "+address); err != nil {
		return err
	}
	fmt.Fprintln(r.env.Stderr, "for this machine alone; Ctrl-C ends it; every answer is kept at once")
	if !c.Bool("no-open") {
		openBrowser(ctx, review.OpenOnce())
	}
	if err := review.Serve(ctx, listener); !errors.Is(err, reports.ErrIdle) {
		return err
	}
	fmt.Fprintf(r.env.Stderr, "ended: nobody has used the page for %s; what was decided is kept\n", c.Duration("idle"))
	return nil
}

// rematch matches from the page, by the configuration's engine.
func (r *runner) rematch(ctx context.Context, s *session, progress func(stage string, done, total int64)) (string, error) {
	o := r.matchOptions(s, nil, 0)
	o.Progress = progress
	if s.config.Engine.Type != config.EngineEmbedded {
		o.Engine = &laterEngine{make: func(ctx context.Context) (match.Engine, error) { return r.matchEngine(ctx, s, "") }}
	}
	result, err := matchAndTell(ctx, o)
	return result.Text(), err
}

func who(c *cli.Context) string {
	if name := c.String("who"); name != "" {
		return name
	}
	if u, err := user.Current(); err == nil {
		return u.Username
	}
	return ""
}

// openBrowser opens the address if it can: it has been printed already. Others on the machine can see a command line, so
// the address is good only once.
func openBrowser(ctx context.Context, address string) {
	name, args := "xdg-open", []string{address}
	switch runtime.GOOS {
	case "darwin":
		name = "open"
	case "windows":
		name, args = "rundll32", []string{"url.dll,FileProtocolHandler", address}
	}
	cmd := exec.CommandContext(context.WithoutCancel(ctx), name, args...)
	if cmd.Start() == nil {
		go func() { _ = cmd.Wait() }()
	}
}

func (r *runner) exportDecisions(ctx context.Context, c *cli.Context, s *session) error {
	path := c.String("export")
	if path == "-" {
		_, digests, err := reports.ExportDecisions(ctx, s.db, r.env.Stdout)
		if digests > 0 {
			s.log.Warn(digestsNote(digests))
		}
		return err
	}
	f, err := renameio.NewPendingFile(path, renameio.WithPermissions(0o600), renameio.WithStaticPermissions(0o600))
	if err != nil {
		return fmt.Errorf("export decisions: %w", err)
	}
	defer f.Cleanup()
	n, digests, err := reports.ExportDecisions(ctx, s.db, f)
	if err != nil {
		return err
	}
	if err := f.CloseAtomicallyReplace(); err != nil {
		return fmt.Errorf("export decisions: %w", err)
	}
	text := fmt.Sprintf("wrote %d decisions to %s", n, path)
	if digests > 0 {
		text += "\n" + digestsNote(digests)
	}
	return r.print(c, map[string]any{"file": path, "decisions": n, "digests": digests}, text)
}

// digestsNote says of so many exported decisions what a purge has made of them.
func digestsNote(n int) string {
	return fmt.Sprintf("%d of them name records by digests, since the workspace was purged: only this workspace reads them; for a file that others can "+
		"read, `sameas extract` first and export again", n)
}

func (r *runner) importDecisions(ctx context.Context, c *cli.Context, s *session) error {
	path := c.String("import")
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("import decisions: %w", err)
	}
	defer f.Close()
	result, err := reports.ImportDecisions(ctx, s.db, f, path, merge.Undecidable, time.Now())
	if err != nil {
		return err
	}
	if err := r.print(c, result, result.Text()); err != nil {
		return err
	}
	if result.ToLook() {
		return exitWith(ExitLook)
	}
	return nil
}
