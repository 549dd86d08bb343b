package extract_test

import (
	"fmt"
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
		for limit := uint64(1); limit < 4<<20; limit += 4<<10 + limit/16 {
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

// TestEveryWriteFails has the system refuse a thread's first write to the workspace or its log and all after it, then the
// second and all after it, and so on; a few times each, as threads share the work now this way and now that. It is part of
// the long run, and needs strace.
func TestEveryWriteFails(t *testing.T) {
	t.Parallel()
	needsStrace(t)
	k := newKillWorld(t, 7)
	total := 0
	for n, failures := 1, 1; failures > 0; n++ {
		failures = 0
		for range 4 {
			job := k.in(t)
			failures += k.starve(t, job, fmt.Sprintf("from write %d of a thread on", n), "strace", "-f", "-qq", "-o", "/dev/null",
				"-P", job.Workspace, "-P", job.Workspace+".wal", "-e", "trace=write,pwrite64,ftruncate",
				"-e", fmt.Sprintf("inject=write,pwrite64,ftruncate:error=ENOSPC:when=%d+", n))
		}
		total += failures
	}
	if total < 10 {
		t.Errorf("only %d writes failed", total)
	}
	t.Logf("%d runs failed", total)
}
