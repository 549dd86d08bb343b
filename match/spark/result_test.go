package spark

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sameas/sameas/match/kernel"
)

func TestJobIsTheEmbeddedScan(t *testing.T) {
	t.Parallel()
	town := newTown(900, 3)
	launcher := launcherOf(t, "works")
	for _, c := range []struct {
		count bool
		parts int
	}{{false, 1}, {true, 5}} {
		town.spec.Count = c.count
		want := town.scanned()
		if len(want.Edges) < 300 || c.count && len(want.Counts) < 100 {
			t.Fatalf("%d edges, %d patterns: little is tried", len(want.Edges), len(want.Counts))
		}
		o := options(t, launcher, c.parts)
		var done, total int64
		e, err := New(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		got, err := e.Scan(t.Context(), "people/score", town.set, town.spec, town.blocks, func(d, n int64) { done, total = d, n })
		if err != nil {
			t.Fatal(err)
		}
		sameResult(t, got, want)
		if done != int64(c.parts-1) || total != int64(c.parts) {
			t.Errorf("progress ends at %d of %d, of %d tasks", done, total, c.parts)
		}
		if _, err := os.Stat(filepath.Join(o.Folder, "people-score", recordsFolder)); err == nil {
			t.Error("the records are left, which name persons")
		}
		spec, err := os.ReadFile(filepath.Join(o.Folder, "people-score", specFile))
		if err != nil || strings.Contains(string(spec), "smith") {
			t.Errorf("the spec names persons, or is not left to be read: %s, %v", spec, err)
		}
	}
}

func TestNothingToCompareNeedsNoJob(t *testing.T) {
	t.Parallel()
	town := newTown(50, 7)
	town.blocks = kernel.Blocks{N: 1, At: func(int) kernel.Block { return kernel.Block{Records: []uint32{4}} }}
	got, err := town.on(t.Context(), options(t, launcherOf(t, "killed"), 3))
	if err != nil || len(got.Edges) > 0 || len(got.Pairs) != 2 {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestFaultsAreErrorsAndNeverSmallerResults(t *testing.T) {
	t.Parallel()
	town := newTown(300, 8)
	for mode, want := range map[string]string{
		"missing":      "the result is not whole",
		"twice":        "the result is not whole",
		"thrice":       "two edges between",
		"no trailer":   "the result is not whole",
		"altered":      "the result is not whole",
		"null":         "column a of a row of kind \"e\" is empty",
		"cut":          "the result cannot be read",
		"elsewhere":    "engine.shared_folder must be one folder",
		"killed":       "signal: killed",
		"full":         "a disk is full: make room",
		"other kernel": "sameas: error: spec: it is for the kernel",
	} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			o := options(t, launcherOf(t, mode), 3)
			_, err := town.on(t.Context(), o)
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Fatalf("got %v, want %q", err, want)
			}
			if !strings.Contains(err.Error(), logFile) || strings.Contains(err.Error(), "\n") {
				t.Errorf("the error does not name the log, or has several lines: %v", err)
			}
			o.Engine.Launcher = launcherOf(t, "works")
			got, err := town.on(t.Context(), o)
			if err != nil {
				t.Fatalf("the same command again: %v", err)
			}
			sameResult(t, got, town.scanned())
		})
	}
}

// TestAPartDoesNotStandForItsTwin has parts without edges, of which several have the same trailer.
func TestAPartDoesNotStandForItsTwin(t *testing.T) {
	t.Parallel()
	town := newTown(60, 20)
	town.spec.Keep = 1 << 30
	if want := town.scanned(); len(want.Edges) > 0 {
		t.Fatalf("%d edges", len(want.Edges))
	}
	_, err := town.on(t.Context(), options(t, launcherOf(t, "twin"), 64))
	if err == nil || !strings.Contains(err.Error(), "the hash of the blocks that were handed over") {
		t.Errorf("got %v", err)
	}
}
