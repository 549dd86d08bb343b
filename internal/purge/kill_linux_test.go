package purge

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"
)

var long = flag.Bool("long", false, "also kill a purge at each of its system calls: takes minutes, and strace")

// childEnv names the variable that makes the test binary do a job in a process of its own.
const childEnv = "SAMEAS_TEST_CHILD"

// childJob is a purge in a process of its own.
type childJob struct {
	Dir   string
	Step  int    // the operation on files after which the process kills itself; 0 for none
	Limit uint64 // bytes that a file may have, 0 for no limit
}

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
	n := 0
	kill := func(n int) {
		if n == job.Step {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
	}
	if _, _, err := (world{dir: job.Dir}).purge(t, counting{system{}, &n, func(int) error { return nil }, kill}); err != nil {
		fmt.Printf("%s%v\n", childFailed, err)
	}
}

// run purges in a process of its own, behind the words of another program that is to run it.
func (j childJob) run(t *testing.T, behind ...string) (failed string, killed bool) {
	t.Helper()
	raw, err := json.Marshal(j)
	if err != nil {
		t.Fatal(err)
	}
	words := append(behind, os.Args[0], "-test.run=^TestChild$")
	c := exec.CommandContext(context.WithoutCancel(t.Context()), words[0], words[1:]...)
	c.Env = append(os.Environ(), childEnv+"="+string(raw))
	out, err := c.CombinedOutput()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		status, _ := exit.Sys().(syscall.WaitStatus)
		if status.Signaled() && status.Signal() == syscall.SIGKILL {
			return "", true
		}
	}
	if err != nil {
		t.Fatalf("%v:\n%s", err, out)
	}
	for line := range strings.Lines(string(out)) {
		if text, is := strings.CutPrefix(line, childFailed); is {
			return strings.TrimSpace(text), false
		}
	}
	return "", false
}

// TestKilledAtEveryStep kills the process after each of its operations on files.
func TestKilledAtEveryStep(t *testing.T) {
	t.Parallel()
	for step := range steps(t) {
		w := makeWorld(t)
		if _, killed := (childJob{Dir: w.dir, Step: step + 1}).run(t); !killed {
			t.Errorf("step %d: the process lived", step+1)
		}
		w.wholeOrNot(t)
		w.again(t)
	}
}

// TestDiskFull lets a purge have files of ever more bytes.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	limits := []uint64{1, 12 << 10, 64 << 10, 300 << 10, 2 << 20, 64 << 20}
	failures := 0
	for _, limit := range limits {
		w := makeWorld(t)
		failed, _ := childJob{Dir: w.dir, Limit: limit}.run(t)
		if failed != "" {
			failures++
			if !strings.Contains(failed, "make room on the disk") {
				t.Errorf("with %d bytes a file, the error does not say what to do: %s", limit, failed)
			}
		}
		w.wholeOrNot(t)
		w.again(t)
	}
	if failures < 4 {
		t.Errorf("only %d of %d purges lacked room", failures, len(limits))
	}
	t.Logf("%d of %d purges lacked room", failures, len(limits))
}

// TestKilledAtEverySystemCall kills the process at the first call of a thread that changes a file, at the second, and so on
// until no thread makes so many. It is part of the long run, and needs strace.
func TestKilledAtEverySystemCall(t *testing.T) {
	t.Parallel()
	if !*long {
		t.Skip("part of the long run: -long")
	}
	if _, err := exec.LookPath("strace"); err != nil {
		t.Skip("strace is not installed")
	}
	const calls = "fsync,fdatasync,unlink,unlinkat,rename,renameat,ftruncate,pwrite64"
	total := 0
	for n, died := 1, 1; died > 0; n++ {
		died = 0
		for range 2 { // threads share the work now this way and now that
			w := makeWorld(t)
			if _, killed := (childJob{Dir: w.dir}).run(t, "strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace="+calls,
				"-e", fmt.Sprintf("inject=%s:signal=KILL:when=%d", calls, n)); killed {
				died++
			}
			w.wholeOrNot(t)
			w.again(t)
		}
		total += died
	}
	if total < 20 {
		t.Errorf("only %d processes were killed", total)
	}
	t.Logf("%d killed", total)
}
