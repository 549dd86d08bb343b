// Package match decides which records are the same: features, blocks, scores, edges, clusters, conflicts.
package match

import (
	"database/sql"
	"errors"
	"io"
	"log/slog"

	"github.com/sameas/sameas/internal/config"
	"github.com/sameas/sameas/internal/evidence"
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
	Collections []Summary `json:"collections"`
}

// Explanation says why two records are, or are not, the same.
type Explanation struct {
	Collection string             `json:"collection"`
	Left       string             `json:"left"`
	Right      string             `json:"right"`
	Verdict    string             `json:"verdict"` // same | review | different, in the stored clusters
	Reason     string             `json:"reason"`  // in words
	Waterfall  evidence.Waterfall `json:"waterfall"`
	FoundBy    string             `json:"found_by"` // blocking rule, shared ID or link; or why none did
	Conflicts  []string           `json:"conflicts"`
	Path       []string           `json:"path"` // keys joining the two inside their cluster
}

// EvaluateOptions of Evaluate.
type EvaluateOptions struct {
	Options
	// Truth is the truth file (provider,realm,id,entity[,collection[,kind[,indistinguishable]]]); nil means leave one provider out.
	Truth io.Reader
	// TruthName names it in errors.
	TruthName string
}
