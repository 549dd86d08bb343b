package merge

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/sameas/sameas/internal/config"
	queries "github.com/sameas/sameas/sql"
)

// smallDisk mounts a file system of some pages; the test is skipped where that is not allowed.
func smallDisk(t *testing.T, pages int) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d", pages*os.Getpagesize())); err != nil {
		t.Skip("may not mount a file system here: ", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// fillUp leaves so many pages of the disk free, and returns what makes room again.
func fillUp(t *testing.T, dir string, free int) (makeRoom func()) {
	t.Helper()
	page := make([]byte, os.Getpagesize())
	path := filepath.Join(dir, "filler")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	for err == nil {
		_, err = f.Write(page)
	}
	info, statErr := f.Stat()
	if statErr != nil || !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(statErr, err)
	}
	whole := info.Size() / int64(len(page))
	if err := errors.Join(f.Truncate((whole-int64(free))*int64(len(page))), f.Close()); err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
}

// On a disk that fills up sooner or later apply stops with a clear error, having sent nothing whose intent is not on
// disk; once there is room it goes on to the same end.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	stopped := 0
	for free := range 8 {
		dir := smallDisk(t, 24)
		ops := append(everyType(0), everyType(1)...)
		for i := range ops {
			ops[i].Level = 0
		}
		h := everyTypeHub()
		o := optionsFor(t, filepath.Join(dir, "plan.ndjson"), h)
		writePlanFile(t, o.Plan, testHeader(18), ops)
		makeRoom := fillUp(t, dir, free)
		_, err := Apply(context.Background(), o)
		makeRoom()
		if err != nil {
			stopped++
			if !strings.Contains(err.Error(), "no space left on device") || !strings.Contains(err.Error(), "make room") {
				t.Fatalf("%d pages free: %v", free, err)
			}
			if intents := countIntents(t, o); len(h.sent) > intents {
				t.Fatalf("%d pages free: %d requests for %d intents", free, len(h.sent), intents)
			}
			mustApply(t, o)
		}
		checkExactlyOnce(t, h, ops, fmt.Sprintf("%d pages free", free))
		verifyClean(t, o)
	}
	if stopped < 2 || stopped == 8 {
		t.Errorf("%d of 8 disks were too small", stopped)
	}
}

// A plan that does not fit leaves the one that was there, and nothing beside it.
func TestPlanOnAFullDisk(t *testing.T) {
	t.Parallel()
	dir := smallDisk(t, 24)
	path := filepath.Join(dir, "plan.ndjson")
	writePlanFile(t, path, testHeader(18), everyType(0))
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	makeRoom := fillUp(t, dir, 1)
	w, err := createPlan(path)
	if err == nil {
		for i := 0; err == nil && i < 1000; i++ {
			sealed, _ := sealLine(everyType(0)[i%6])
			err = w.line(sealed)
		}
		w.discard()
	}
	if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "write plan "+path) {
		t.Errorf("error %v", err)
	}
	makeRoom()
	after, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(before, after) {
		t.Errorf("the plan that was there changed: %v", err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
}

// On a disk that fills up under the workspace a plan is made whole or not at all, and apply, whose journal lies elsewhere,
// loses nothing: the workspace opens again, and once there is room both come to the end of an undisturbed run.
func TestFullDiskUnderTheWorkspace(t *testing.T) {
	t.Parallel()
	golden := goldenCases()["consolidate"]
	c := settings(func(c *config.Config) {
		c.Merge.MaxShare, c.Merge.Allow = 1, []string{HazardForeignID, HazardTwoRecords, HazardOutcomeUnknown}
	})
	_, _, ops, undisturbed := plan(t, golden.world.open(t), c)
	unplanned, unloaded := 0, 0
	for _, free := range []int{0, 1, 16, 64, 128, 256} {
		when := fmt.Sprintf("%d pages free", free)
		dir, out := smallDisk(t, 4096), filepath.Join(t.TempDir(), "plan.ndjson")
		path := filepath.Join(dir, "w.duckdb")
		if err := onWorkspace(t, path, func(db *sql.DB) error { golden.world.fill(t, db); return nil }); err != nil {
			t.Fatal(err)
		}
		write := func(db *sql.DB) error {
			_, err := WritePlan(t.Context(), PlanOptions{DB: db, Config: c, Out: out, ToolVersion: "test"})
			return err
		}
		makeRoom := fillUp(t, dir, free)
		err := onWorkspace(t, path, write)
		makeRoom()
		if err != nil {
			unplanned++
			saysFull(t, when, err)
		}
		if err := onWorkspace(t, path, write); err != nil {
			t.Fatalf("%s: planned again: %v", when, err)
		}
		if written, err := os.ReadFile(out); err != nil || !bytes.Equal(written, undisturbed) {
			t.Fatalf("%s: the plan is another than on an empty disk: %v", when, err)
		}

		h := golden.world.hub(t)
		o := optionsFor(t, out, h)
		c.Sources[0].Credentials = o.Config.Sources[0].Credentials
		o.Config = c
		apply := func(db *sql.DB) error { o.DB = db; _, err := Apply(t.Context(), o); return err }
		makeRoom = fillUp(t, dir, free)
		err = onWorkspace(t, path, apply)
		makeRoom()
		if err != nil {
			unloaded++
			saysFull(t, when, err)
		}
		if err := onWorkspace(t, path, apply); err != nil {
			t.Fatalf("%s: applied again: %v", when, err)
		}
		if len(h.effects) != len(ops) {
			t.Errorf("%s: %d operations, took effect: %q", when, len(ops), h.effects)
		}
		if err := onWorkspace(t, path, func(db *sql.DB) error {
			var loaded int
			o.DB = db
			verifyClean(t, o)
			err := db.QueryRow("SELECT count(*) FROM outcomes WHERE outcome = 'ok'").Scan(&loaded)
			if loaded != len(ops) {
				t.Errorf("%s: the workspace holds %d outcomes", when, loaded)
			}
			return err
		}); err != nil {
			t.Fatalf("%s: %v", when, err)
		}
	}
	if unplanned == 0 || unplanned == 6 || unloaded == 0 || unloaded == 6 {
		t.Errorf("of 6 disks %d were too small to plan on, %d to apply on", unplanned, unloaded)
	}
}

// onWorkspace opens the workspace, made when it is new, and closes it behind use.
func onWorkspace(t *testing.T, path string, use func(db *sql.DB) error) error {
	t.Helper()
	db, err := queries.Open(t.Context(), path, queries.Options{Create: true, ToolVersion: "test"})
	if err != nil {
		return err
	}
	return errors.Join(use(db), db.Close())
}

func saysFull(t *testing.T, when string, err error) {
	t.Helper()
	if !strings.Contains(err.Error(), "o space left on device") || !strings.Contains(err.Error(), "make room") {
		t.Errorf("%s: %v", when, err)
	}
}

// On a disk that has become read-only nothing is sent, at the beginning as in the middle; what only reads still works.
func TestReadOnlyDisk(t *testing.T) {
	t.Parallel()
	for _, halfway := range []bool{false, true} {
		dir := smallDisk(t, 24)
		ops := everyType(0)[:5]
		h := everyTypeHub()
		o := optionsFor(t, filepath.Join(dir, "plan.ndjson"), h)
		writePlanFile(t, o.Plan, testHeader(18), ops)
		if halfway {
			o.MaxFailures = 1
			h.intercept = func(method, path string, handle func() (int, any)) (int, any, error) {
				if method == "POST" {
					return 422, "no", nil
				}
				status, body := handle()
				return status, body, nil
			}
			if _, err := Apply(context.Background(), o); err == nil {
				t.Fatal("it did not stop halfway")
			}
			h.intercept = nil
		}
		sent := len(h.sent)
		remount := func(flags uintptr) {
			if err := syscall.Mount("", dir, "", syscall.MS_REMOUNT|flags, ""); err != nil {
				t.Skip("may not remount: ", err)
			}
		}
		remount(syscall.MS_RDONLY)
		if _, err := Apply(context.Background(), o); err == nil || !strings.Contains(err.Error(), "read-only file system") || !strings.Contains(err.Error(), "writable") {
			t.Errorf("halfway %v: %v", halfway, err)
		}
		if len(h.sent) != sent {
			t.Errorf("halfway %v: sent %q", halfway, h.sent[sent:])
		}
		if r, err := DryRun(context.Background(), o); err != nil || r.Outcomes[OutcomeWouldWrite] == 0 {
			t.Errorf("halfway %v: dry-run: %v %+v", halfway, err, r)
		}
		if r, err := Status(context.Background(), StatusOptions{Plan: o.Plan}); err != nil || r.Remaining == 0 {
			t.Errorf("halfway %v: status: %v", halfway, err)
		}
		remount(0)
		o.MaxFailures = 0
		mustApply(t, o)
		checkExactlyOnce(t, h, ops, "written again")
	}
}
