package spark

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/sameas/sameas/match/kernel"
)

// TestWhatAKillLeftIsForgottenLater puts back what a kill between manifest and removal leaves, and a late job's result.
func TestWhatAKillLeftIsForgottenLater(t *testing.T) {
	t.Parallel()
	town := newTown(300, 17)
	o := options(t, launcherOf(t, "works"), 3)
	if _, err := town.on(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(o.Folder, "people-score")
	for _, name := range []string{recordsFolder, outPrefix + "1"} {
		if err := os.Mkdir(filepath.Join(folder, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	o.Engine.Launcher = launcherOf(t, "killed")
	if _, err := town.on(t.Context(), o); err != nil {
		t.Fatalf("a complete scan was run again: %v", err)
	}
	for _, name := range []string{recordsFolder, outPrefix + "1"} {
		if _, err := os.Stat(filepath.Join(folder, name)); err == nil {
			t.Errorf("%s is left", name)
		}
	}
	if _, err := town.on(t.Context(), o); err != nil {
		t.Errorf("with nothing left to forget: %v", err)
	}
}

func TestACompleteScanIsNotRunAgain(t *testing.T) {
	t.Parallel()
	town := newTown(300, 5)
	o := options(t, launcherOf(t, "works"), 3)
	want, err := town.on(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	o.Engine.Launcher = launcherOf(t, "killed") // whoever asks it fails
	again, err := town.on(t.Context(), o)
	if err != nil {
		t.Fatalf("a complete scan was run again: %v", err)
	}
	sameResult(t, again, want)
	town.spec.Keep++
	if _, err := town.on(t.Context(), o); err == nil {
		t.Error("a scan with another spec took the result of the one before")
	}
	town.spec.Keep--
	if _, err := town.on(t.Context(), o); err == nil {
		t.Error("the result of another spec was taken")
	}
}

// TestAScanIsTheSameWhateverTheOrderOfReading numbers the values of a field anew, as another order of records would.
func TestAScanIsTheSameWhateverTheOrderOfReading(t *testing.T) {
	t.Parallel()
	town, other := newTown(300, 13), newTown(300, 13)
	d := kernel.NewDictionary(kernel.Date)
	for code := range other.set.Dictionaries[2].Len() {
		d.Code(other.set.Dictionaries[2].Text(uint32(other.set.Dictionaries[2].Len() - 1 - code)))
	}
	for i, code := range other.set.Values[2] {
		other.set.Values[2][i] = d.Code(other.set.Dictionaries[2].Text(code))
	}
	other.set.Dictionaries[2], other.spec.Fields[2].Terms = d, nil
	town.spec.Fields[2].Terms = nil
	other.set.Pack(1)
	if slices.Equal(town.set.Values[2], other.set.Values[2]) {
		t.Fatal("the values are numbered alike: nothing is tried")
	}
	o := options(t, launcherOf(t, "works"), 3)
	if _, err := town.on(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	o.Engine.Launcher = launcherOf(t, "killed")
	got, err := other.on(t.Context(), o)
	if err != nil {
		t.Fatalf("the scan was run again: %v", err)
	}
	sameResult(t, got, town.scanned())
}

func TestAnAlteredResultIsComparedAgain(t *testing.T) {
	t.Parallel()
	town := newTown(300, 6)
	o := options(t, launcherOf(t, "works"), 3)
	want, err := town.on(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	parts, err := filepath.Glob(filepath.Join(o.Folder, "people-score", outPrefix+"*", "part-*.parquet"))
	if err != nil || len(parts) != 3 {
		t.Fatalf("the result has the parts %q, %v", parts, err)
	}
	if err := os.Remove(parts[2]); err != nil {
		t.Fatal(err)
	}
	again, err := town.on(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	sameResult(t, again, want)
}

// TestAnotherFrequencyIsComparedAgain changes what a value adds, which the rows say and not the spec.
func TestAnotherFrequencyIsComparedAgain(t *testing.T) {
	t.Parallel()
	town := newTown(300, 19)
	o := options(t, launcherOf(t, "works"), 3)
	if _, err := town.on(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	town.spec.Fields[0].Terms[2] += 7
	got, err := town.on(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	sameResult(t, got, town.scanned())
	o.Engine.Launcher = launcherOf(t, "killed")
	town.spec.Fields[0].Terms[2]--
	if _, err := town.on(t.Context(), o); err == nil {
		t.Error("the result of another frequency was taken")
	}
}
