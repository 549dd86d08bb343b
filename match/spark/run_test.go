package spark

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestAJobWithoutAnyTaskIsGivenUp(t *testing.T) {
	t.Parallel()
	o := options(t, launcherOf(t, "idle"), 3)
	o.Engine.Wait = 0.01
	_, err := newTown(100, 9).on(t.Context(), o)
	if err == nil || !errors.Is(err, errIdle) {
		t.Fatalf("got %v, want %v", err, errIdle)
	}
}

func TestInterruptEndsTheJobAndAllItStarted(t *testing.T) {
	t.Parallel()
	town := newTown(100, 10)
	o := options(t, launcherOf(t, "interrupted"), 3)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	e, err := New(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	_, err = e.Scan(ctx, "people/score", town.set, town.spec, town.blocks, func(int64, int64) { stop() })
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	text, err := os.ReadFile(filepath.Join(o.Folder, "people-score", "pids"))
	if err != nil {
		t.Fatal(err)
	}
	for pid := range strings.FieldsSeq(string(text)) {
		n, _ := strconv.Atoi(pid)
		gone := func() bool { return errors.Is(syscall.Kill(n, 0), syscall.ESRCH) || zombie(n) }
		for start := time.Now(); !gone(); time.Sleep(time.Millisecond) {
			if time.Since(start) > time.Minute {
				t.Fatalf("process %d of the job is still there", n)
			}
		}
	}
	o.Engine.Launcher = launcherOf(t, "works")
	got, err := town.on(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	sameResult(t, got, town.scanned())
}

// zombie reports whether a process has ended and nobody has asked how.
func zombie(pid int) bool {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err == nil && strings.Contains(string(text), ") Z ")
}
