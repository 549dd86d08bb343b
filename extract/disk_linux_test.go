package extract_test

import (
	"fmt"
	"os/exec"
	"strings"
	"testing"
)

// TestDiskFull lets an extraction have files of ever more bytes: one that has too few ends with words that say what to do,
// the workspace opens, and the next run, with room, comes to the same as one that always had it.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	k := newKillWorld(t, 7)
	limits := []uint64{1, 4096, 12 << 10, 13 << 10, 20 << 10, 100 << 10, 270 << 10, 300 << 10, 800 << 10}
	if *long {
		limits = nil
		for limit := uint64(1); limit < 4<<20; limit += 7 << 10 {
			limits = append(limits, limit)
		}
	}
	failures := 0
	for _, limit := range limits {
		job := k.in(t)
		job.Limit = limit
		failures += k.starve(t, job, fmt.Sprintf("with %d bytes a file", limit))
	}
	if failures < 5 {
		t.Errorf("only %d of %d runs lacked room", failures, len(limits))
	}
	t.Logf("%d of %d runs lacked room", failures, len(limits))
}

// starve runs a job that may lack room, and the one after it that does not.
func (k killWorld) starve(t *testing.T, job childJob, when string, behind ...string) (failures int) {
	t.Helper()
	failed, _ := job.run(t, behind...)
	if failed != "" {
		failures = 1
		if !strings.Contains(failed, "make room on the disk of the workspace") {
			t.Errorf("%s: the error does not say what to do: %s", when, failed)
		}
	}
	job.Limit = 0
	k.resume(t, job, when+" ("+failed+")")
	return failures
}

// TestEveryWriteFails has the system refuse the first write of a thread and all after it, then the second and all after it,
// and so on. It is part of the long run, and needs strace.
func TestEveryWriteFails(t *testing.T) {
	t.Parallel()
	if !*long {
		t.Skip("part of the long run: -long")
	}
	if _, err := exec.LookPath("strace"); err != nil {
		t.Skip("strace is not installed")
	}
	k := newKillWorld(t, 7)
	for n := 1; ; n++ {
		if k.starve(t, k.in(t), fmt.Sprintf("from write %d on", n), "strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=pwrite64,ftruncate",
			"-e", fmt.Sprintf("inject=pwrite64,ftruncate:error=ENOSPC:when=%d+", n)) == 0 {
			t.Logf("%d writes", n-1)
			return
		}
	}
}
