// Package spark has an Apache Spark compare the pairs of a match. It knows blocks and the kernel's contract, and nothing
// of models or clusters.
//
//  1. place: how many pairs the blocks hold, and in which blocks each record stands.
//  2. records: each record once, with the names of its blocks, as Parquet in a folder that the executors see.
//  3. job: a plain SQL file in which Spark makes a row of every record and block, brings the rows of a block together and
//     runs the kernel over them, by SELECT TRANSFORM; the launcher of the user's own Spark runs it.
//  4. result: what the kernels wrote is held against their trailers, and these against what was planned. A part that is
//     missing, or there twice, is an error and never a smaller result.
//
// Each scan has a folder beside the workspace with the job, its log and a manifest. A scan that was interrupted goes on
// where it stopped; one that is complete is not run again.
package spark

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/sameas/sameas/internal/config"
	"github.com/sameas/sameas/match/kernel"
)

// Options of New.
type Options struct {
	DB     *sql.DB // that reads and writes Parquet; no table of it is touched
	Engine config.Engine
	Folder string // of jobs, logs and manifests, beside the workspace
	Self   string // path of this program, which runs as `sameas kernel` where no kernel is named
	Log    *slog.Logger
}

// Engine is a Spark that was found, and a kernel of the right version.
type Engine struct {
	options  Options
	launcher launcher
	kernel   shipped
	shared   share
}

// New finds Spark and the kernel and asks for their versions, and sees that the master answers: what is wrong with these
// is said before anything is read or written.
func New(ctx context.Context, o Options) (*Engine, error) {
	folder, err := filepath.Abs(o.Folder)
	if err != nil {
		return nil, err
	}
	o.Folder = folder
	e := &Engine{options: o}
	if e.shared, err = shareOf(o.Engine, folder); err != nil {
		return nil, err
	}
	if e.kernel, err = kernelOf(ctx, o.Engine.Kernel, o.Self); err != nil {
		return nil, err
	}
	if e.launcher, err = findLauncher(ctx, o.Engine.Launcher); err != nil {
		return nil, err
	}
	return e, dial(ctx, o.Engine.Master)
}

// Scan compares the pairs of the blocks on Spark.
func (e *Engine) Scan(ctx context.Context, name string, set *kernel.Set, spec *kernel.Spec, blocks kernel.Blocks, progress func(done, total int64)) (kernel.Result, error) {
	s, err := e.newScan(name, set, spec, blocks, progress)
	if err != nil {
		return kernel.Result{}, fmt.Errorf("spark: %s: %w", name, err)
	}
	if s.placed.pairs == 0 {
		return s.empty(), nil
	}
	result, err := s.run(ctx)
	if err != nil {
		return kernel.Result{}, fmt.Errorf("spark: %s: %w", name, err)
	}
	return result, nil
}

// scan is one scan of blocks.
type scan struct {
	*Engine
	name     string
	folder   string // beside the workspace
	shared   share  // what is handed over
	set      *kernel.Set
	model    *kernel.Spec
	blocks   kernel.Blocks
	placed   placement
	spec     []byte
	want     manifest // of the scan as it is to be
	progress func(done, total int64)
}

var safeName = regexp.MustCompile(`[^A-Za-z0-9]+`)

func (e *Engine) newScan(name string, set *kernel.Set, spec *kernel.Spec, blocks kernel.Blocks, progress func(done, total int64)) (*scan, error) {
	word := safeName.ReplaceAllString(name, "-")
	s := &scan{Engine: e, name: name, folder: filepath.Join(e.options.Folder, word), shared: e.shared.below(word),
		set: set, model: spec, blocks: blocks, progress: progress}
	var err error
	if s.placed, err = place(set, blocks); err != nil {
		return nil, err
	}
	var text strings.Builder
	if err := kernel.WriteSpec(&text, spec, set); err != nil {
		return nil, err
	}
	s.spec = []byte(text.String())
	s.want = manifest{Name: name, Share: s.shared.uri, Kernel: kernel.Version(), Spec: sum(s.spec), Input: s.digest(),
		Records: int64(len(s.placed.records)), Blocks: s.placed.blocks, Rows: s.placed.rows, Pairs: s.placed.pairs}
	return s, nil
}

// empty is the result where there is nothing to compare.
func (s *scan) empty() kernel.Result {
	return kernel.Result{Pairs: make([]int64, s.set.RuleCount()), Counts: map[kernel.Count]int64{}}
}

// run goes through the stages that the manifest does not say are done.
func (s *scan) run(ctx context.Context) (kernel.Result, error) {
	if err := os.MkdirAll(s.folder, 0o700); err != nil {
		return kernel.Result{}, err
	}
	had := readManifest(s.folder)
	s.move(ctx, had)
	if had.same(s.want) && had.Result != nil {
		result, sums, err := s.read(ctx)
		if err == nil && sums == *had.Result {
			s.options.Log.Info("spark: done before", "scan", s.name, "pairs", s.want.Pairs)
			return result, s.forget(ctx)
		}
		s.options.Log.Warn("spark: the result of the run before is not as it was left: comparing again", "scan", s.name)
	}
	if !had.same(s.want) || !had.Written || had.Result != nil || !s.handed(ctx) {
		if err := s.hand(ctx); err != nil {
			return kernel.Result{}, err
		}
	}
	if err := s.compare(ctx); err != nil {
		return kernel.Result{}, err
	}
	result, sums, err := s.read(ctx)
	if err != nil {
		return kernel.Result{}, fmt.Errorf("%w (log: %s)", err, s.log())
	}
	s.want.Written, s.want.Result = true, &sums
	if err := s.want.write(s.folder); err != nil {
		return kernel.Result{}, err
	}
	return result, s.forget(ctx)
}

// leaveWait is how long a place that is given up may take to be emptied: a file system that is gone answers late or never.
const leaveWait = time.Minute

// move goes on where the scan lay before or, where the configuration names another share since, removes it there. A place
// that cannot be reached any more stays in the manifest, for a purge to name.
func (s *scan) move(ctx context.Context, had manifest) {
	if had.Share == s.want.Share {
		s.want.Out = had.Out
	}
	for _, uri := range append(had.Left, had.Share) {
		if uri == "" || uri == s.want.Share {
			continue
		}
		within, stop := context.WithTimeout(ctx, leaveWait)
		err := s.leave(within, placeAt(uri))
		stop()
		if err != nil {
			s.options.Log.Warn("spark: what lay in the shared folder of before was not removed", "place", uri, "error", err)
			s.want.Left = append(s.want.Left, uri)
		}
	}
}

// hand writes the records into the shared folder. The manifest names the place before anything lies there.
func (s *scan) hand(ctx context.Context) error {
	started := time.Now()
	if s.want.Out != "" {
		if err := s.remove(ctx, s.want.Out); err != nil {
			return err
		}
	}
	s.want.Written, s.want.Out = false, ""
	if err := s.want.write(s.folder); err != nil {
		return err
	}
	if err := s.writeRecords(ctx); err != nil {
		return fmt.Errorf("hand records over to %s: %w", s.shared.at(recordsFolder), err)
	}
	s.want.Written = true
	s.options.Log.Info("spark: records handed over", "scan", s.name, "records", s.want.Records, "rows", s.want.Rows, "blocks", s.want.Blocks,
		"seconds", seconds(started))
	return s.want.write(s.folder)
}

// forget removes what names persons, the records, and results that jobs left which nobody waited for. The job and the
// kernel's spec, which holds no value, stay to be read.
func (s *scan) forget(ctx context.Context) error {
	names, err := s.lying(ctx)
	if err != nil {
		return err
	}
	for _, name := range names {
		if name == recordsFolder || strings.HasPrefix(name, outPrefix) && name != s.want.Out {
			if err := s.remove(ctx, name); err != nil {
				return err
			}
		}
	}
	return nil
}

func seconds(since time.Time) float64 { return float64(time.Since(since).Milliseconds()) / 1000 }
