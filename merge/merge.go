// Package merge turns clusters into a plan file, and the plan into writes: dry-run, apply, journal, verify.
package merge

import (
	"context"
	"database/sql"
	"io"
	"log/slog"

	"github.com/sameas/sameas/internal/config"
	"github.com/sameas/sameas/internal/connec"
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
	Writes      int64            `json:"writes"`
}

// WritePlan writes the plan of the workspace's clusters, whole or not at all, and records it in the workspace.
func WritePlan(ctx context.Context, o PlanOptions) (PlanSummary, error) { panic("contract") }

// ApplyOptions of DryRun, Apply and Verify.
type ApplyOptions struct {
	DB       *sql.DB // the workspace that the plan was made from
	Config   *config.Config
	Plan     string // path of the plan file; its journal is beside it
	SHA256   string // when set, the plan's digest must be this one
	Getenv   func(string) string
	Doer     connec.Doer // instead of the real transport, in tests
	Out      io.Writer   // dry-run: where each request is printed
	Log      *slog.Logger
	Progress func(stage string, done, total int64)
}

// ApplyResult counts outcomes of the plan's operations.
type ApplyResult struct {
	Operations int64            `json:"operations"`
	Outcomes   map[string]int64 `json:"outcomes"` // ok, done, skipped, drifted, failed, unknown
	Writes     int64            `json:"writes"`   // requests that write, sent by this run
	Finished   bool             `json:"finished"` // the plan was already finished: nothing was sent
	Problems   []string         `json:"problems"` // one line for each operation that is not ok or done
}

// DryRun prints every request that Apply would send; its client cannot write.
func DryRun(ctx context.Context, o ApplyOptions) (ApplyResult, error) { panic("contract") }

// Apply sends the plan; run again, it resumes.
func Apply(ctx context.Context, o ApplyOptions) (ApplyResult, error) { panic("contract") }

// VerifyResult lists what differs from what the plan said to expect.
type VerifyResult struct {
	Checked     int64    `json:"checked"`
	Differences []string `json:"differences"`
}

// Verify reads back every record that the plan wrote, by UUID and by every external ID.
func Verify(ctx context.Context, o ApplyOptions) (VerifyResult, error) { panic("contract") }

// Status is the state of a plan and its journal; it needs no server and no workspace.
func Status(ctx context.Context, plan string) (ApplyResult, error) { panic("contract") }

// ApplicationForecast is what one application's first sync would do.
type ApplicationForecast struct {
	Collection  string `json:"collection"`
	Provider    string `json:"provider"`
	Realm       string `json:"realm"`
	HubRecords  int64  `json:"hub_records"`  // active ones
	Known       int64  `json:"known"`        // of these, bearing an ID of this provider and realm
	WouldCreate int64  `json:"would_create"` // the rest: its first sync would create each in the application
	Twins       int64  `json:"twins"`        // of these, how many the application already holds, as far as auto clusters tell
	ReviewTwins int64  `json:"review_twins"` // of these, how many it may hold, as far as review clusters tell
}

// ForecastResult of Forecast.
type ForecastResult struct {
	Applications []ApplicationForecast `json:"applications"`
}

// Twins reports whether any application would create a record that it already holds: exit code 2.
func (r ForecastResult) Twins() bool {
	for _, a := range r.Applications {
		if a.Twins > 0 {
			return true
		}
	}
	return false
}

// Forecast counts, per application, what its first sync would create, from the tables alone.
func Forecast(ctx context.Context, db *sql.DB) (ForecastResult, error) { panic("contract") }
