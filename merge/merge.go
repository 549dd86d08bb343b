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
	// Part makes a plan of a part; its zero value is the whole.
	Part Part
}

// PlanSummary says what a plan holds.
type PlanSummary struct {
	Path        string           `json:"path"`
	SetAside    string           `json:"set_aside,omitempty"` // where the plan lies now that was here and had been applied; empty when there was none
	Applied     bool             `json:"applied,omitempty"`   // this very plan was here and had been applied: it stays, with its journal
	SHA256      string           `json:"sha256"`
	Operations  map[string]int64 `json:"operations"` // by type
	Hazards     map[string]int64 `json:"hazards"`    // by name
	Stops       []string         `json:"stops"`      // stop hazards that are not allowed
	Withheld    map[string]int64 `json:"withheld"`   // by reason
	ReviewItems int64            `json:"review_items"`
	Writes      int64            `json:"writes"` // requests
	// Irreversible counts the operations with something that cannot be taken back.
	Irreversible int64 `json:"irreversible"`
	// Notifications is how many changes the applications will be told of: writes times applications that know the record.
	Notifications int64 `json:"notifications"`
	// NotExtracted names, by collection in which records are merged, those that may refer to it and were not extracted.
	NotExtracted map[string][]string `json:"not_extracted"`
	// InDoubt names the extractions that are in doubt, and why.
	InDoubt []string `json:"in_doubt,omitempty"`
	Part    *Part    `json:"part,omitempty"` // what the plan is a part of; nil when it is whole
	Notes   []string `json:"notes,omitempty"`
	Linked  int64    `json:"linked"` // records of applications whose ID the hub bears already
}
