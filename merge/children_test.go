package merge

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/sameas/sameas/internal/config"
	"github.com/sameas/sameas/internal/sandbox"
)

// childEnv holds the job of a test binary that another test started as a process of its own, to be killed, starved of
// disk, or measured alone.
const childEnv = "SAMEAS_TEST_CHILD"

// childJob is what a child is to do.
type childJob struct {
	Do          string // apply, undo, hold or serve
	Plan        string
	Endpoint    string
	Group       string // "" for the sandbox's own
	LockDir     string
	Concurrency int
	Batch       int
	Limit       uint64        // of apply: bytes that a file may have, 0 for no limit
	Latency     time.Duration // of serve
	People      int           // of serve
}

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
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: job.Limit, Max: job.Limit}); err != nil {
			t.Fatal(err)
		}
	}
	job.run(t)
}

func (j childJob) run(t *testing.T) {
	t.Helper()
	switch j.Do {
	case "apply":
		j.report(Apply(t.Context(), j.options()))
	case "undo":
		r, err := Undo(t.Context(), UndoOptions{ApplyOptions: j.options(), Send: true})
		j.report(r.Result, err)
	case "hold":
		release, err := lockForApply(j.options(), testHeader(1))
		if err != nil {
			t.Fatal(err)
		}
		defer release()
		fmt.Println("held")
		_, _ = io.Copy(io.Discard, os.Stdin)
	case "serve":
		j.serve(t)
	default:
		t.Fatalf("no job %q", j.Do)
	}
}

// childReport is what a child that applies or undoes says at its end.
type childReport struct {
	Result ApplyResult
	Error  string
	PeakKB int64 // the most memory that the process ever had, 0 where the system does not tell
}

func (j childJob) report(r ApplyResult, err error) {
	// What wait4 tells of a child counts its parent's memory before the exec, too.
	status, _ := os.ReadFile("/proc/self/status")
	report := childReport{Result: r}
	if _, rest, found := strings.Cut(string(status), "VmHWM:"); found {
		_, _ = fmt.Sscan(rest, &report.PeakKB)
	}
	if err != nil {
		report.Error = err.Error()
	}
	raw, _ := json.Marshal(report)
	fmt.Printf("%s\n", raw)
}

// options are those of a user's apply, but for the waiting between two looks at a target.
func (j childJob) options() ApplyOptions {
	return ApplyOptions{Plan: j.Plan, Getenv: sandboxCredentials,
		Config: &config.Config{
			Sources: []config.Source{{Name: "hub", Type: config.TypeConnec, Endpoint: j.Endpoint, Group: cmp.Or(j.Group, sandbox.DefaultGroup),
				Credentials: config.Credentials{KeyEnv: "K", SecretEnv: "S"}}},
			Merge: config.Merge{MaxShare: 1, Concurrency: j.Concurrency, Batch: j.Batch, UndoDays: 1, Allow: []string{HazardTwoRecords}},
		},
		seams: seams{wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }, lockDir: j.LockDir, retryWait: time.Millisecond}}
}

func sandboxCredentials(name string) string {
	return map[string]string{"K": sandbox.DefaultKey, "S": sandbox.DefaultSecret}[name]
}

// serve is a sandbox until stdin ends.
func (j childJob) serve(t *testing.T) {
	server, err := sandbox.New(sandbox.Options{Latency: j.Latency})
	if err != nil {
		t.Fatal(err)
	}
	people, _ := sandboxPeople(j.People)
	if err := server.Load("people", people); err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	web := &http.Server{Handler: server}
	go func() { _ = web.Serve(listener) }()
	fmt.Printf("http://%s\n", listener.Addr())
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// child is a running process of the job.
type child struct {
	*exec.Cmd
	stdin    io.Closer
	out, err bytes.Buffer
}

// start starts the job in a process of its own. Its output is complete once it was waited for.
func (j childJob) start(t testing.TB) *child {
	t.Helper()
	c := j.command(t)
	c.Stdout = &c.out
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	return c
}

func (j childJob) command(t testing.TB) *child {
	t.Helper()
	raw, err := json.Marshal(j)
	if err != nil {
		t.Fatal(err)
	}
	c := &child{Cmd: exec.Command(os.Args[0], "-test.run=^TestChild$")}
	c.Env = append(os.Environ(), childEnv+"="+string(raw))
	c.Stderr = &c.err
	if c.stdin, err = c.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	return c
}

// firstLine starts the job and returns the first line that it prints; the child goes on.
func (j childJob) firstLine(t testing.TB) (*child, string) {
	t.Helper()
	c := j.command(t)
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Process.Kill(); _ = c.Wait() })
	var line []byte
	for one := make([]byte, 1); ; line = append(line, one[0]) {
		if _, err := out.Read(one); err != nil {
			t.Fatalf("%s: %v\n%s", j.Do, err, c.err.String())
		}
		if one[0] == '\n' {
			return c, string(line)
		}
	}
}

// end waits for the child to end and reads its report; ok is false when it was killed before it had made one.
func (c *child) end(t testing.TB) (report childReport, ok bool) {
	t.Helper()
	_ = c.Wait()
	line, _, _ := strings.Cut(c.out.String(), "\n")
	if json.Unmarshal([]byte(line), &report) == nil {
		return report, true
	}
	if status, isStatus := c.ProcessState.Sys().(syscall.WaitStatus); isStatus && status.Signaled() {
		return report, false
	}
	t.Fatalf("%v\n%s%s", c.ProcessState, c.out.String(), c.err.String())
	return report, false
}
