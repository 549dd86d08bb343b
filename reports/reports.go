// Package reports renders the workspace's tables as CSV files and one self-contained HTML file; it changes nothing.
package reports

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"log/slog"

	"github.com/sameas/sameas/internal/config"
)

// Options of Write.
type Options struct {
	DB          *sql.DB
	Config      *config.Config
	Dir         string // made when it is not there
	ToolVersion string
	Log         *slog.Logger
}

// Result lists what was written.
type Result struct {
	Files  []string `json:"files"`   // names inside Dir, in the order written
	NotRun []string `json:"not_run"` // stages that have not run, so that parts are missing
}

// Write writes report.html, the CSV set and a README.md about them into Dir, each file whole or not at all, readable
// by their owner alone. It works after any stage: what a stage that has not run would give is empty, and said.
func Write(ctx context.Context, o Options) (Result, error) {
	log := o.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	if err := makeDir(o.Dir); err != nil {
		return Result{}, err
	}
	p, err := readPage(ctx, o.DB, o.ToolVersion)
	if err != nil {
		return Result{}, fmt.Errorf("read workspace for the report: %w", err)
	}
	result := Result{Files: []string{}, NotRun: p.NotRun}
	write := func(name string, fill func(io.Writer) error) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := writeWhole(o.Dir, name, fill); err != nil {
			return err
		}
		log.Debug("wrote report file", "file", name)
		result.Files = append(result.Files, name)
		return nil
	}
	for _, f := range csvSet() {
		if f.name == "pairs" {
			f.row = pairRow(p.Models)
		}
		if err := write(f.name+".csv", func(w io.Writer) error { return writeCSV(ctx, o.DB, f, w) }); err != nil {
			return result, err
		}
	}
	if err := write("README.md", writeReadme); err != nil {
		return result, err
	}
	return result, write("report.html", func(w io.Writer) error { return writeHTML(ctx, o.DB, p, w) })
}
