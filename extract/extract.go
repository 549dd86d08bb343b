// Package extract reads sources into the workspace: raw pages first, then records, external IDs, references and links.
package extract

import (
	"context"
	"database/sql"
	"log/slog"

	"github.com/sameas/sameas/internal/config"
	"github.com/sameas/sameas/internal/connec"
)

// Options of Run.
type Options struct {
	DB     *sql.DB
	Config *config.Config
	// Collections to read; none means all that the sources name.
	Collections []string
	// Fresh forgets a run that was interrupted and starts again.
	Fresh bool
	// Getenv finds credentials.
	Getenv func(string) string
	// Doer sends requests instead of the real transport, in tests.
	Doer connec.Doer
	Log  *slog.Logger
	// Progress is told of every step forward: stage is "source/collection", total -1 while unknown.
	Progress func(stage string, done, total int64)
}

// Extraction is the verdict on one source and collection: one row of the table extractions.
type Extraction struct {
	Source     string `json:"source"`
	Type       string `json:"type"`
	Collection string `json:"collection"`
	Total      *int64 `json:"total"` // nil when the server gave none
	Rows       int64  `json:"rows"`
	Records    int64  `json:"records"`
	Repeated   int64  `json:"repeated"`
	IDsChecked *int64 `json:"ids_checked,omitempty"`
	IDsKnown   *int64 `json:"ids_known,omitempty"`
	Status     string `json:"status"`
	Doubt      string `json:"doubt,omitempty"`
}

// Result of Run.
type Result struct {
	Extractions []Extraction `json:"extractions"`
}

// InDoubt reports whether any verdict is not complete: exit code 2.
func (r Result) InDoubt() bool {
	for _, e := range r.Extractions {
		if e.Status != "complete" {
			return true
		}
	}
	return false
}

// Run extracts. A run that was interrupted is resumed where it stopped.
func Run(ctx context.Context, o Options) (Result, error) { panic("contract") }
