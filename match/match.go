package match

import (
	"database/sql"
	"errors"
	"io"
	"log/slog"

	"github.com/sameas/sameas/internal/config"
)

// ErrNothingExtracted says that the workspace holds no records to match.
var ErrNothingExtracted = errors.New("nothing extracted")

// Options of Run.
type Options struct {
	DB          *sql.DB
	Config      *config.Config
	Collections []string // none means organizations and people, as far as they were extracted
	Models      Models   // kept ones, used instead of fitting
	Threads     int      // 0 means all cores; the result does not depend on it
	Budget      Budget   // beyond it a collection is refused before a pair is scored
	Engine      Engine   // that compares the pairs elsewhere; nil compares them here
	Anew        bool     // match even what has not changed since the run before
	Tell        bool     // say what changed since the run before, if there was one and people have decided something
	Log         *slog.Logger
	Progress    func(stage string, done, total int64)
}

// Summary is what one collection's matching found.
type Summary struct {
	Collection   string           `json:"collection"`
	Records      int64            `json:"records"`
	Pairs        int64            `json:"pairs_compared"`
	Edges        int64            `json:"edges_kept"`
	MustLinks    int64            `json:"must_links"`
	AutoClusters int64            `json:"auto_clusters"`
	AutoRecords  int64            `json:"auto_records"`
	ReviewItems  int64            `json:"review_items"`
	Singles      int64            `json:"singles"`
	Conflicts    map[string]int64 `json:"conflicts"` // by kind
	Warnings     []string         `json:"warnings"`
}

// Result of Run.
type Result struct {
	Collections []Summary            `json:"collections"`
	Changes     *WorkspaceComparison `json:"changes,omitempty"` // see Options.Tell
}

// EvaluateOptions of Evaluate.
type EvaluateOptions struct {
	Options
	// Truth is the truth file (provider,realm,id,entity[,collection[,kind[,indistinguishable]]]); nil means leave one provider out.
	Truth io.Reader
	// TruthName names it in errors.
	TruthName string
	// LeaveOut leaves one provider out beside the truth file; without a truth file that is done anyway.
	LeaveOut bool
	// Misses is how many missed pairs of each cause are listed; nil means 20.
	Misses *int
}
