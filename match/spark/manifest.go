package spark

import (
	"encoding/json"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"
)

// What a scan's folder holds.
const (
	manifestFile  = "manifest.json"
	specFile      = "spec.json"
	jobFile       = "job.sql"
	logFile       = "spark.log"
	recordsFolder = "records"
	outPrefix     = "out-" // and the number of the attempt
)

// manifest says what a scan is of, and how far it has come: the receipt that its result is whole.
type manifest struct {
	Name    string `json:"scan"`
	Share   string `json:"share"`  // where the records and the result lie, as Spark names it
	Kernel  string `json:"kernel"` // its version
	Spec    string `json:"spec"`   // SHA-256 of the spec file
	Input   string `json:"input"`  // SHA-256 of all that the rows are made of
	Records int64  `json:"records"`
	Blocks  int64  `json:"blocks"` // tiles of those that were cut
	Rows    int64  `json:"rows"`   // a record in a block each
	Pairs   int64  `json:"pairs"`  // of the blocks
	Written bool   `json:"written"`
	Out     string `json:"out,omitempty"`    // the folder of the last attempt's result: a job that nobody waits for any more writes into another
	Result  *sums  `json:"result,omitempty"` // once it was read and held against the trailers
	// Left are places where the scan lay before and that could not be removed.
	Left []string `json:"left,omitempty"`
}

// sums are those of the trailers.
type sums struct {
	Processes  int64 `json:"processes"` // kernels that left a trailer
	Blocks     int64 `json:"blocks"`
	Tiles      int64 `json:"tiles"` // hash of the blocks
	Rows       int64 `json:"rows"`
	Enumerated int64 `json:"enumerated"`
	Scored     int64 `json:"scored"`
	Edges      int64 `json:"edges"`
	Hash       int64 `json:"hash"`
	Counted    int64 `json:"counted"`
}

// same reports whether two manifests are of one scan, however far it has come.
func (m manifest) same(o manifest) bool {
	return m.Name == o.Name && m.Share == o.Share && m.Kernel == o.Kernel && m.Spec == o.Spec && m.Input == o.Input &&
		m.Records == o.Records && m.Blocks == o.Blocks && m.Rows == o.Rows && m.Pairs == o.Pairs
}

// readManifest is the one in a folder; one that cannot be read says that nothing is done.
func readManifest(folder string) manifest {
	var m manifest
	text, err := os.ReadFile(filepath.Join(folder, manifestFile))
	if err != nil || json.Unmarshal(text, &m) != nil {
		return manifest{}
	}
	return m
}

func (m manifest) write(folder string) error {
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	return renameio.WriteFile(filepath.Join(folder, manifestFile), append(text, '\n'), 0o600)
}
