package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/google/renameio/v2"
	"github.com/urfave/cli/v2"

	"github.com/sameas/sameas/merge"
	"github.com/sameas/sameas/reports"
)

func (r *runner) reviewCommand() *cli.Command {
	return &cli.Command{
		Name:  "review",
		Usage: "keep, export and import a person's decisions on what is the same",
		Description: "Decisions are a CSV file keyed by external IDs, so that they outlive an extraction: collection, decision (same, different,\n" +
			"survivor or value), record, other (the second record of same and different), field (of value), who, decided_at, why.\n" +
			"--import exits with 2 when a line names a record that the workspace does not hold, or decisions contradict each other.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "export", Usage: "write the decisions that stand to the CSV `FILE`, - for stdout"},
			&cli.StringFlag{Name: "import", Usage: "keep the decisions of the CSV `FILE` in the workspace"},
		},
		Action: func(c *cli.Context) error {
			if err := noArguments(c); err != nil {
				return err
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
			return usageError(errors.New("review wants --export FILE or --import FILE"))
		},
	}
}

func (r *runner) exportDecisions(ctx context.Context, c *cli.Context, s *session) error {
	path := c.String("export")
	if path == "-" {
		_, err := reports.ExportDecisions(ctx, s.db, r.env.Stdout)
		return err
	}
	f, err := renameio.NewPendingFile(path, renameio.WithPermissions(0o600), renameio.WithStaticPermissions(0o600))
	if err != nil {
		return fmt.Errorf("export decisions: %w", err)
	}
	defer f.Cleanup()
	n, err := reports.ExportDecisions(ctx, s.db, f)
	if err != nil {
		return err
	}
	if err := f.CloseAtomicallyReplace(); err != nil {
		return fmt.Errorf("export decisions: %w", err)
	}
	return r.print(c, map[string]any{"file": path, "decisions": n}, fmt.Sprintf("wrote %d decisions to %s", n, path))
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
