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
	return (&writer{o, log, lift}).write(ctx)
}

// memoryLimit is what the engine has: what is over goes to disk.
const memoryLimit = "512MB"

// writer writes one report.
type writer struct {
	Options
	log  *slog.Logger
	lift func() // gives the engine the memory it had before
}

// within does something within the bounded memory. There are results that the engine cannot put on disk, as large as their
// groups: where one does not fit, it is done again with all the memory there is.
func (w *writer) within(do func() error) error {
	err := do()
	if queries.OutOfMemory(err) {
		w.log.Debug("beyond the bounded memory, done again without the bound", "error", err)
		w.lift()
		err = do()
	}
	return err
}

// write reads the page and writes the files: first those that need what is kept of first syncs, then, with its memory free,
// all others.
func (w *writer) write(ctx context.Context) (Result, error) {
	var twins *sql.Conn
	var free func()
	if err := w.within(func() (err error) { twins, free, err = keepTwins(ctx, w.DB); return err }); err != nil {
		return Result{}, err
	}
	defer free()
	var p *page
	if err := w.within(func() (err error) { p, err = readPage(ctx, w.DB, twins, w.ToolVersion); return err }); err != nil {
		return Result{}, fmt.Errorf("read workspace for the report: %w", err)
	}
	p.Truth = w.Truth
	all := w.files(twins, p)
	written := make([]bool, len(all))
	err := w.writeFiles(ctx, all, written, true)
	free()
	if err == nil {
		err = w.writeFiles(ctx, all, written, false)
	}
	result := Result{Files: []string{}, NotRun: p.NotRun}
	for i, f := range all {
		if written[i] {
			result.Files = append(result.Files, f.name)
		}
	}
	return result, err
}

// file is one file of the report.
type file struct {
	name  string
	twins bool // it is read from what is kept of first syncs
	fill  func(context.Context, *os.File) error
}

// files are the files in the order they are listed.
func (w *writer) files(twins queries.Querier, p *page) []file {
	var all []file
	for _, f := range csvSet() {
		all = append(all, file{f.name + "." + w.Tables.extension(), f.twins, func(ctx context.Context, out *os.File) error {
			return w.writeTable(queries.WithFunction(ctx, "waterfall", p.Models.waterfalls()), twins, f, out)
		}})
	}
	return append(all,
		file{name: "README.md", fill: func(_ context.Context, out *os.File) error { return writeReadme(w.Tables, out) }},
		file{name: "runbook.md", fill: func(_ context.Context, out *os.File) error { return writeRunbook(p, out) }},
		file{name: "report.html", fill: func(ctx context.Context, out *os.File) error { return writeHTML(ctx, w.DB, p, out) }})
}

// writeTable writes one table.
func (w *writer) writeTable(ctx context.Context, twins queries.Querier, f csvFile, out *os.File) error {
	on, free, err := connectionFor(ctx, w.DB, twins, f)
	if err != nil {
		return err
	}
	defer free()
	return w.Tables.fill(ctx, on, f, out)
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

// writeFiles writes those that are read from twins, or the others, side by side, the page, which takes longest, first.
func (w *writer) writeFiles(ctx context.Context, all []file, written []bool, twins bool) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(min(atOnce, max(1, runtime.GOMAXPROCS(0))))
	for i, f := range slices.Backward(all) {
		if f.twins != twins {
			continue
		}
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			err := w.within(func() error {
				return writeWhole(w.Dir, f.name, func(out *os.File) error { return f.fill(ctx, out) })
			})
			if err != nil {
				return err
			}
			w.log.Debug("wrote report file", "file", f.name)
			written[i] = true
			return nil
		})
	}
	return group.Wait()
}
