// Package reports renders the workspace's tables as CSV, JSON or Parquet files and one self-contained HTML file; it changes nothing.
package reports

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/sameas/sameas/internal/config"
	queries "github.com/sameas/sameas/sql"
)

// Options of Write.
type Options struct {
	DB          *sql.DB
	Config      *config.Config
	Dir         string // made when it is not there
	Tables      TableOptions
	Truth       []TruthCurve // what a truth file says of the scored pairs, if one was given
	ToolVersion string
	Log         *slog.Logger
}

// Result lists what was written.
type Result struct {
	Files  []string `json:"files"`   // names inside Dir, in the order written
	NotRun []string `json:"not_run"` // stages that have not run, so that parts are missing
}

// Write writes report.html, the tables, a README.md about them and runbook.md into Dir, each file whole or not at all, readable
// by their owner alone. It works after any stage: what a stage that has not run would give is empty, and said.
func Write(ctx context.Context, o Options) (Result, error) {
	log := o.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	if err := o.Tables.Check(); err != nil {
		return Result{}, err
	}
	if err := makeDir(o.Dir); err != nil {
		return Result{}, err
	}
	lift, err := queries.BoundMemory(ctx, o.DB, queries.Memory{Limit: memoryLimit, HandBack: true})
	if err != nil {
		return Result{}, err
	}
	defer lift()
	result, err := writeReport(ctx, o, log)
	if queries.OutOfMemory(err) { // there are results that the engine cannot put on disk: they are as large as their groups
		lift()
		result, err = writeReport(ctx, o, log)
	}
	return result, err
}

// memoryLimit is what the engine has: what is over goes to disk. With less, the report of a million records begins again.
const memoryLimit = "1200MB"

func writeReport(ctx context.Context, o Options, log *slog.Logger) (Result, error) {
	twins, free, err := queries.KeepTwins(ctx, o.DB)
	if err != nil {
		return Result{}, err
	}
	defer free()
	p, err := readPage(ctx, o.DB, twins, o.ToolVersion)
	if err != nil {
		return Result{}, fmt.Errorf("read workspace for the report: %w", err)
	}
	p.Truth = o.Truth
	return writeAll(ctx, o, twins, p, log)
}

// writing is one file of the report.
type writing struct {
	name string
	fill func(context.Context, *os.File) error
}

// writings are the files in the order they are listed.
func writings(o Options, twins queries.Querier, p *page) []writing {
	var all []writing
	for _, f := range csvSet() {
		all = append(all, writing{f.name + "." + o.Tables.extension(), func(ctx context.Context, w *os.File) error {
			return writeTable(queries.WithFunction(ctx, "waterfall", p.Models.waterfalls()), o, twins, f, w)
		}})
	}
	return append(all,
		writing{"README.md", func(_ context.Context, w *os.File) error { return writeReadme(o.Tables, w) }},
		writing{"runbook.md", func(_ context.Context, w *os.File) error { return writeRunbook(p, w) }},
		writing{"report.html", func(ctx context.Context, w *os.File) error { return writeHTML(ctx, o.DB, p, w) }})
}

// writeTable writes one table.
func writeTable(ctx context.Context, o Options, twins queries.Querier, f csvFile, w *os.File) error {
	on, free, err := connectionFor(ctx, o.DB, twins, f)
	if err != nil {
		return err
	}
	defer free()
	return o.Tables.fill(ctx, on, f, w)
}

// connectionFor is what the statement of a table runs on: the connection that keeps what it asks for.
func connectionFor(ctx context.Context, db *sql.DB, twins queries.Querier, f csvFile) (on queries.Querier, free func(), err error) {
	switch {
	case f.twins:
		return twins, func() {}, nil
	case f.ids:
		return keepMemberIDs(ctx, db)
	}
	return db, func() {}, nil
}

// atOnce is how many files are written side by side: each holds a result of the database while it is written.
const atOnce = 2

// writeAll writes the files side by side, the page, which takes longest, first.
func writeAll(ctx context.Context, o Options, twins queries.Querier, p *page, log *slog.Logger) (Result, error) {
	all := writings(o, twins, p)
	written := make([]bool, len(all))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(min(atOnce, max(1, runtime.GOMAXPROCS(0))))
	for i, w := range slices.Backward(all) {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			if err := writeWhole(o.Dir, w.name, func(out *os.File) error { return w.fill(ctx, out) }); err != nil {
				return err
			}
			log.Debug("wrote report file", "file", w.name)
			written[i] = true
			return nil
		})
	}
	err := group.Wait()
	result := Result{Files: []string{}, NotRun: p.NotRun}
	for i, w := range all {
		if written[i] {
			result.Files = append(result.Files, w.name)
		}
	}
	return result, err
}
