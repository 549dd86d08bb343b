// Package reports renders the workspace's tables as CSV files and one self-contained HTML file; it changes nothing.
package reports

import (
	"context"
	"database/sql"
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
	Files  []string `json:"files"`
	NotRun []string `json:"not_run"` // stages that have not run, so that parts are missing
}

// Write writes report.html and the CSV set into Dir, each file whole or not at all.
func Write(ctx context.Context, o Options) (Result, error) { panic("contract") }
