// Package merge turns clusters into a plan file, and the plan into writes: dry-run, apply, journal, verify.
package merge

import (
	"database/sql"
	"log/slog"

	"github.com/sameas/sameas/internal/config"
)

// PlanOptions of WritePlan.
type PlanOptions struct {
	DB          *sql.DB
	Config      *config.Config
	Out         string // path of the plan file
	ToolVersion string
	Log         *slog.Logger
}

// PlanSummary says what a plan holds.
type PlanSummary struct {
	Path        string           `json:"path"`
	SHA256      string           `json:"sha256"`
	Operations  map[string]int64 `json:"operations"` // by type
	Hazards     map[string]int64 `json:"hazards"`    // by name
	Stops       []string         `json:"stops"`      // stop hazards that are not allowed
	Withheld    map[string]int64 `json:"withheld"`   // by reason
	ReviewItems int64            `json:"review_items"`
	Writes      int64            `json:"writes"` // requests
	Linked      int64            `json:"linked"` // records of applications whose ID the hub bears already
}
