package extract_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sameas/sameas/internal/sandbox"
)

// smallHub holds some pages of two collections that refer to one another.
func smallHub(people int) *hub {
	h := &hub{collections: map[string][]string{"organizations": {}, "people": {}}}
	for i := range 4 {
		h.collections["organizations"] = append(h.collections["organizations"],
			fmt.Sprintf(`{"id":[{"realm":"org-1","provider":"connec","id":"o%d"}],"name":"Acme %d"}`, i, i))
	}
	for i := range people {
		h.collections["people"] = append(h.collections["people"],
			person(i, fmt.Sprintf(`,"organization_id":[{"realm":"org-1","provider":"connec","id":"o%d"}]`, i%5)))
	}
	return h
}

// killWorld is a hub, and what an undisturbed extraction of it comes to.
type killWorld struct {
	job    childJob
	from   string // the workspace that the job begins with, "" for none
	tables string
}

func newKillWorld(t *testing.T, people int) killWorld {
	t.Helper()
	server := httptest.NewServer(smallHub(people))
	t.Cleanup(server.Close)
	k := killWorld{job: childJob{Endpoint: server.URL + "/api/v2"}}
	job := k.in(t)
	if err := job.extract(t, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	k.tables = all(look(t, job.Workspace))
	return k
}

// newChangedWorld is a hub that has changed since it was extracted in full; with a merge, a record is gone from it.
func newChangedWorld(t *testing.T, merge bool) killWorld {
	t.Helper()
	w := newWorld(t, nil)
	s := newSandboxWorld(t, w, w, 3, sandbox.Options{Group: "cld-1", Key: "value of KEY", Secret: "value of SECRET"})
	server := httptest.NewServer(s.server)
	t.Cleanup(server.Close)
	k := killWorld{job: childJob{Endpoint: server.URL + "/api/v2", Workspace: filepath.Join(t.TempDir(), "before.duckdb")}}
	if err := k.job.extract(t, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	k.from, k.job.Incremental = k.job.Workspace, true
	s.clock = s.clock.Add(24 * time.Hour)
	s.create("people")
	s.write("people", `"description":"another"`)
	before := look(t, k.from)
	s.send("PUT", "/organizations/"+employerOf(before), `{"organizations":{"id":[{"provider":"other","realm":"7","id":"7"}]}}`, nil) // its people take more than one request
	before.db.Close()
	if merge {
		s.merge("organizations")
	}
	s.clock = s.clock.Add(time.Hour)
	job := k.in(t)
	if err := job.extract(t, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	k.tables = all(look(t, job.Workspace))
	return k
}

// all is every table but the journal's times and numbers of runs.
func all(w *world) string {
	return w.tables() + w.pages() + w.rows("SELECT source, collection, key FROM vanished_records ORDER BY ALL") + w.rows("SELECT source, collection, key FROM unread_records ORDER BY ALL") +
		w.rows("SELECT source, collection, mode, added, changed, vanished, counts_from FROM extractions QUALIFY run = max(run) OVER (PARTITION BY source, collection) ORDER BY ALL")
}

// in is the job in a folder of its own.
func (k killWorld) in(t *testing.T) childJob {
	t.Helper()
	job := k.job
	job.Workspace = filepath.Join(t.TempDir(), "w.duckdb")
	if k.from != "" {
		content, err := os.ReadFile(k.from)
		if err == nil {
			err = os.WriteFile(job.Workspace, content, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return job
}

// resume extracts again and compares every row.
func (k killWorld) resume(t *testing.T, job childJob, when string) {
	t.Helper()
	if err := job.extract(t, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatalf("%s: the run after it: %v", when, err)
	}
	w := look(t, job.Workspace)
	if got := all(w); got != k.tables {
		t.Errorf("%s, the run after it differs (-want +got):\n%s", when, cmp.Diff(strings.Split(k.tables, "\n"), strings.Split(got, "\n")))
	}
	w.db.Close()
}

// snapshots is a log that copies the workspace at every step, as it would be found after a kill in that moment: whatever
// was written stays, as the system has it.
type snapshots struct {
	slog.Handler
	t      *testing.T
	from   string
	labels []string
}

func (s *snapshots) Enabled(context.Context, slog.Level) bool { return true }

func (s *snapshots) Handle(_ context.Context, r slog.Record) error {
	label := r.Message
	r.Attrs(func(a slog.Attr) bool {
		if a.Key != "seconds" {
			label += " " + a.Value.String()
		}
		return true
	})
	to := filepath.Join(filepath.Dir(s.from), fmt.Sprint("killed", len(s.labels)))
	err := os.Mkdir(to, 0o700)
	for _, suffix := range []string{"", ".wal"} {
		content, readErr := os.ReadFile(s.from + suffix)
		if errors.Is(readErr, fs.ErrNotExist) {
			continue
		}
		err = errors.Join(err, readErr, os.WriteFile(filepath.Join(to, "w.duckdb"+suffix), content, 0o600))
	}
	if err != nil {
		s.t.Error(err)
	}
	s.labels = append(s.labels, label)
	return nil
}

// TestKilledAtEveryPoint ends an extraction after every page that is kept, before it is, and around every statement of the
// loading; what stands on the disk then is gone on from.
func TestKilledAtEveryPoint(t *testing.T) {
	t.Parallel()
	k := newKillWorld(t, 7)
	job := k.in(t)
	s := &snapshots{t: t, from: job.Workspace}
	if err := job.extract(t, slog.New(s)); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for i, label := range s.labels {
		seen[label] = true
		killed := k.job
		killed.Workspace = filepath.Join(filepath.Dir(job.Workspace), fmt.Sprint("killed", i), "w.duckdb")
		k.resume(t, killed, fmt.Sprintf("killed at point %d, %s", i, label))
	}
	for _, label := range []string{
		"kept hub/people 3", "kept hub/people 6", "kept hub/people 7", "statement extract/run_advance.sql 1", "statement extract/records.sql 7",
		"statement extract/refs_targets.sql 7", "statement extract/stage_keep.sql 1",
	} {
		if !seen[label] {
			t.Errorf("no kill came at: %s", label)
		}
	}
	t.Logf("%d kills", len(s.labels))
}

// TestIncrementalKilled ends an extraction of what changed at points of all kinds, in the long run at every one.
func TestIncrementalKilled(t *testing.T) {
	t.Parallel()
	for _, merge := range []bool{false, true} {
		t.Run(fmt.Sprint("merge ", merge), func(t *testing.T) {
			t.Parallel()
			k := newChangedWorld(t, merge)
			job := k.in(t)
			s := &snapshots{t: t, from: job.Workspace}
			if err := job.extract(t, slog.New(s)); err != nil {
				t.Fatal(err)
			}
			const few = 5
			byID := 0
			for _, label := range s.labels {
				if strings.HasPrefix(label, "read by their IDs hub/people") {
					byID++
				}
			}
			if byID < 2 {
				t.Errorf("no kill comes between two readings by ID: %q", s.labels)
			}
			step, kinds, kills := max(len(s.labels)/few, 1), map[string]bool{}, 0
			if *long {
				step = 1
			}
			for i, label := range s.labels {
				kind, _, _ := strings.Cut(label, "/") // the first reading by ID among them, when another is to follow
				if i%step > 0 && kinds[kind] {
					continue
				}
				kinds[kind] = true
				kills++
				killed := k.job
				killed.Workspace = filepath.Join(filepath.Dir(job.Workspace), fmt.Sprint("killed", i), "w.duckdb")
				k.resume(t, killed, fmt.Sprintf("killed at point %d, %s", i, label))
			}
			t.Logf("%d kills of %d", kills, len(s.labels))
		})
	}
}

// TestSIGKILL kills the process at random moments. The long run takes a larger extraction and 200 of them: go test
// ./extract -run TestSIGKILL -long.
func TestSIGKILL(t *testing.T) {
	t.Parallel()
	people, kills := 40, 5
	if *long {
		people, kills = 1500, 200
	}
	k := newKillWorld(t, people)
	r := rand.New(rand.NewPCG(5, 5))
	most, died := people/3+60, 0 // lines that a run prints, about
	for i := range kills {
		job, moment := k.in(t), 1+r.IntN(most)
		if job.runUntilLine(t, moment) {
			died++
		}
		k.resume(t, job, fmt.Sprintf("kill %d, after %d lines", i, moment))
	}
	if died == 0 {
		t.Error("no process was killed")
	}
	t.Logf("%d of %d killed", died, kills)
}

// needsStrace skips what has strace interfere with a process, unless it is there and this is the long run.
func needsStrace(t *testing.T) {
	t.Helper()
	if !*long {
		t.Skip("part of the long run: -long")
	}
	if _, err := exec.LookPath("strace"); err != nil {
		t.Skip("strace is not installed")
	}
}

// TestKilledAtEveryFsync kills the process at the first fsync of a thread, at the second and so on, until no thread has so
// many; a few times each, as threads share the work now this way and now that. It is part of the long run, and needs strace.
func TestKilledAtEveryFsync(t *testing.T) {
	t.Parallel()
	needsStrace(t)
	k := newKillWorld(t, 7)
	total := 0
	for n, died := 1, 1; died > 0; n++ {
		died = 0
		for range 8 {
			job := k.in(t)
			if _, killed := job.run(t, "strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync",
				"-e", fmt.Sprintf("inject=fsync,fdatasync:signal=KILL:when=%d", n)); killed {
				died++
			}
			k.resume(t, job, fmt.Sprintf("fsync %d of a thread", n))
		}
		total += died
	}
	if total < 10 {
		t.Errorf("only %d processes were killed", total)
	}
	t.Logf("%d killed", total)
}
