package spark

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/sameas/sameas/match/kernel"
)

// realHome names the folder of a Spark for these tests; they skip without.
const realHome = "SAMEAS_SPARK"

func sparkHome(t testing.TB) string {
	t.Helper()
	home := os.Getenv(realHome)
	if home == "" {
		t.Skipf("%s names no Spark", realHome)
	}
	return home
}

func TestRealSparkIsTheEmbeddedScan(t *testing.T) {
	home := sparkHome(t)
	town := newTown(900, 3)
	for _, c := range []struct {
		count bool
		tasks int
	}{{false, 13}, {true, 64}} {
		town.spec.Count = c.count
		got, err := town.on(t.Context(), options(t, home, c.tasks))
		if err != nil {
			t.Fatal(err)
		}
		sameResult(t, got, town.scanned())
	}
}

func TestRealSparkThroughAURI(t *testing.T) {
	o := options(t, sparkHome(t), 3)
	o.Engine.SharedFolder, o.Engine.Conf = "file://"+t.TempDir(), map[string]string{"spark.hadoop.fs.some.key": "some value"}
	town := newTown(300, 11)
	got, err := town.on(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	sameResult(t, got, town.scanned())
}

func TestRealSparkTellsTheKernelsWords(t *testing.T) {
	o := options(t, sparkHome(t), 3)
	o.Engine.Kernel = filepath.Join(t.TempDir(), "kernel")
	script := fmt.Sprintf("#!/bin/sh\nif [ \"$1\" = version ]; then echo %s; exit; fi\nread row\necho 'kernel: error: row 2: 7 columns, want 8' >&2\nexit 67\n", kernel.Version())
	if err := os.WriteFile(o.Engine.Kernel, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	_, err := newTown(300, 4).on(t.Context(), o)
	if err == nil || !strings.Contains(err.Error(), "kernel: error: row 2: 7 columns, want 8") {
		t.Errorf("got %v", err)
	}
}

// TestRealSparkWithAnExecutorKilled runs a master and two workers, and kills one of the job's executors when the first of
// its tasks is done.
func TestRealSparkWithAnExecutorKilled(t *testing.T) {
	home := sparkHome(t)
	master, workers := cluster(t, home)
	o := options(t, home, 8)
	o.Engine.Master = master
	town := newTown(900, 3)
	e, err := New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	killed := 0
	var once sync.Once
	got, err := e.Scan(t.Context(), "people/score", town.set, town.spec, town.blocks, func(done, total int64) {
		if done > 0 && total == 8 {
			once.Do(func() { killed = killOneChild(t, workers) })
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if killed == 0 {
		t.Error("no executor was killed: nothing was tried")
	}
	sameResult(t, got, town.scanned())
}

// cluster starts a master and two workers of one core each, and ends them with the test.
func cluster(t *testing.T, home string) (master string, workers []int) {
	t.Helper()
	_, said := daemon(t, home, "org.apache.spark.deploy.master.Master", "--host", "127.0.0.1", "--port", "0", "--webui-port", "0")
	master = waitFor(t, said, regexp.MustCompile(`Starting Spark master at (spark://\S+)`))
	for range 2 {
		pid, said := daemon(t, home, "org.apache.spark.deploy.worker.Worker", "--host", "127.0.0.1", "--cores", "1", "--memory", "1g", "--webui-port", "0", "--work-dir", t.TempDir(), master)
		waitFor(t, said, regexp.MustCompile(`(Successfully registered) with master`))
		workers = append(workers, pid)
	}
	return master, workers
}

func daemon(t *testing.T, home string, args ...string) (pid int, said io.Reader) {
	t.Helper()
	cmd := exec.Command(filepath.Join(home, "bin", "spark-class"), args...)
	cmd.Env = append(os.Environ(), "SPARK_LOCAL_IP=127.0.0.1")
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	})
	return cmd.Process.Pid, stderr
}

// waitFor reads what a process says until the words come, and goes on reading, so that the process does not block.
func waitFor(t *testing.T, said io.Reader, words *regexp.Regexp) string {
	t.Helper()
	lines := bufio.NewScanner(said)
	for lines.Scan() {
		if m := words.FindStringSubmatch(lines.Text()); m != nil {
			go func() { _, _ = io.Copy(io.Discard, said) }()
			return m[1]
		}
	}
	t.Fatalf("the process never said %s", words)
	return ""
}

// killOneChild kills an executor: the child of a worker.
func killOneChild(t *testing.T, workers []int) int {
	for _, worker := range workers {
		tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", worker)) // any thread may have started it
		if err != nil {
			t.Error(err)
		}
		var children []string
		for _, path := range tasks {
			text, _ := os.ReadFile(path)
			children = append(children, strings.Fields(string(text))...)
		}
		for _, child := range children {
			pid, _ := strconv.Atoi(child)
			if err := syscall.Kill(pid, syscall.SIGKILL); err == nil {
				return pid
			}
		}
	}
	return 0
}
