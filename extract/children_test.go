package extract_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/sameas/sameas/extract"
	"github.com/sameas/sameas/internal/config"
	queries "github.com/sameas/sameas/sql"
)

// childEnv holds the job of a test binary that another test started as a process of its own, to be killed or starved of
// disk.
const childEnv = "SAMEAS_TEST_CHILD"

// childJob is an extraction in a process of its own. It logs every step to stdout, a line each, its error last.
type childJob struct {
	Workspace string
	Endpoint  string
	Limit     uint64 // bytes that a file may have, 0 for no limit
	// Incremental reads what changed.
	Incremental bool
}

// childFailed begins the last line of a child whose extraction failed.
const childFailed = "failed: "

// TestChild does the job that the environment names; run by itself it does nothing.
func TestChild(t *testing.T) {
	raw := os.Getenv(childEnv)
	if raw == "" {
		t.Skip("a process of other tests")
	}
	var job childJob
	if err := json.Unmarshal([]byte(raw), &job); err != nil {
		t.Fatal(err)
	}
	if job.Limit > 0 {
		signal.Ignore(syscall.SIGXFSZ) // the write fails instead, as on a full disk
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: job.Limit, Max: job.Limit}); err != nil {
			t.Fatal(err)
		}
	}
	if err := job.extract(t, slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{Level: slog.LevelDebug}))); err != nil {
		fmt.Printf("%s%v\n", childFailed, err)
	}
}

// extract is what `sameas extract` does, the workspace opened and closed.
func (j childJob) extract(t *testing.T, log *slog.Logger) error {
	db, err := queries.Open(t.Context(), j.Workspace, queries.Options{Create: true, ToolVersion: "test"})
	if err != nil {
		return err
	}
	_, err = extract.Run(t.Context(), extract.Options{DB: db, Config: &config.Config{Sources: []config.Source{{
		Name: "hub", Type: config.TypeConnec, Endpoint: j.Endpoint, Group: "cld-1", Credentials: config.Credentials{KeyEnv: "KEY", SecretEnv: "SECRET"},
		Collections: []string{"organizations", "people"}, PageSize: 3, Concurrency: 2,
	}}}, Incremental: j.Incremental, Getenv: func(name string) string { return "value of " + name }, Log: log, Progress: func(stage string, done, _ int64) {
		log.Debug("kept", "stage", stage, "done", done)
	}})
	if closed := db.Close(); err == nil {
		err = closed
	}
	return err
}

// command is the job's process, behind the words of another program that is to run it.
func (j childJob) command(t *testing.T, behind ...string) *exec.Cmd {
	t.Helper()
	raw, err := json.Marshal(j)
	if err != nil {
		t.Fatal(err)
	}
	words := append(behind, os.Args[0], "-test.run=^TestChild$")
	c := exec.Command(words[0], words[1:]...)
	c.Env = append(os.Environ(), childEnv+"="+string(raw))
	return c
}

// run runs the job to its end and returns why the extraction failed, "" when it did not, and whether the process was killed.
func (j childJob) run(t *testing.T, behind ...string) (failed string, killed bool) {
	t.Helper()
	out, err := j.command(t, behind...).CombinedOutput()
	for line := range strings.SplitSeq(string(out), "\n") {
		if rest, ok := strings.CutPrefix(line, childFailed); ok {
			return rest, false
		}
	}
	if exit, ok := err.(*exec.ExitError); ok {
		if status := exit.Sys().(syscall.WaitStatus); status.Signaled() && status.Signal() == syscall.SIGKILL {
			return "", true
		}
	}
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return "", false
}

// runUntilLine kills the process when it has printed so many lines, or reports that it ended before.
func (j childJob) runUntilLine(t *testing.T, line int) (killed bool) {
	t.Helper()
	c := j.command(t)
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if line--; line == 0 {
			_ = c.Process.Kill()
		}
	}
	_, _ = io.Copy(io.Discard, out)
	_ = c.Wait()
	return line <= 0
}

// look opens a workspace for its tables to be read.
func look(t *testing.T, path string) *world {
	t.Helper()
	db, err := queries.Open(t.Context(), path, queries.Options{})
	if err != nil {
		t.Fatalf("the workspace does not open again: %v", err)
	}
	t.Cleanup(func() { db.Close() })
	return &world{t: t, dir: filepath.Dir(path), db: db}
}
