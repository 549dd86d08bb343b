package purge

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sameas/sameas/internal/keyhash"
)

func TestPurge(t *testing.T) {
	t.Parallel()
	w := makeWorld(t)
	removed, left, err := w.purge(t, system{})
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"hub/people.ndjson", "plan.ndjson.journal", "plan.ndjson", "report/members.csv"}; !cmp.Equal(w.names(removed), want) {
		t.Errorf("removed %q, want %q", w.names(removed), want)
	}
	if want := []string{"plan.undo.ndjson", "report/pairs.csv"}; !cmp.Equal(w.names(left), want) {
		t.Errorf("left %q, want %q", w.names(left), want)
	}
	w.again(t)
}

// TestPurgeTwice: what an earlier purge has made digests of stays as it is, and counts of both are kept.
func TestPurgeTwice(t *testing.T) {
	t.Parallel()
	w := makeWorld(t)
	for range 2 {
		if _, _, err := w.purge(t, system{}); err != nil {
			t.Fatal(err)
		}
	}
	w.again(t)
}

// counting counts what is done to files, and does something else the nth time.
type counting struct {
	disk
	n      *int
	before func(n int) error
	after  func(n int)
}

func (c counting) do(f func() error) error {
	*c.n++
	n := *c.n
	if err := c.before(n); err != nil {
		return err
	}
	err := f()
	c.after(n)
	return err
}

func (c counting) Remove(path string) error { return c.do(func() error { return c.disk.Remove(path) }) }
func (c counting) Rename(from, to string) error {
	return c.do(func() error { return c.disk.Rename(from, to) })
}
func (c counting) Sync(folder string) error { return c.do(func() error { return c.disk.Sync(folder) }) }

// steps is how many operations on files a purge of the world takes.
func steps(t testing.TB) int {
	t.Helper()
	n := 0
	if _, _, err := makeWorld(t).purge(t, counting{system{}, &n, func(int) error { return nil }, func(int) {}}); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestEveryFileOperationFails has the system refuse one operation on a file after the other.
func TestEveryFileOperationFails(t *testing.T) {
	t.Parallel()
	refused := &fs.PathError{Op: "unlink", Path: "x", Err: errors.New("no")}
	failures := 0
	for step := range steps(t) {
		w, n := makeWorld(t), 0
		removed, _, err := w.purge(t, counting{system{}, &n, func(n int) error {
			if n == step+1 {
				return refused
			}
			return nil
		}, func(int) {}})
		if err != nil {
			failures++
			if !errors.Is(err, refused) {
				t.Errorf("operation %d was refused, and the error is %v", step+1, err)
			}
		}
		for _, f := range removed {
			if _, err := os.Lstat(f.Path); err == nil {
				t.Errorf("operation %d was refused: %s is said to be removed and is there", step+1, f.Path)
			}
		}
		_ = os.Remove(w.path("hub")) // the one folder whose removal may have been refused; it must be empty
		w.wholeOrNot(t)
		w.again(t)
	}
	if failures < 7 { // of a folder that stays, and of one that cannot be synced, nothing is made
		t.Errorf("only %d refusals were told", failures)
	}
}

// TestFilesThatAreNotOnesOwn: a file that changed between the survey and the removal stays, and so do a link in a file's
// place and what was never finished.
func TestFilesThatAreNotOnesOwn(t *testing.T) {
	t.Parallel()
	w := makeWorld(t)
	db := openAt(t, w.workspace())
	if err := os.WriteFile(w.path(".plan.ndjson12345"), []byte("the beginning of a plan"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(w.path(".plan.ndjson12345.txt"), []byte("notes"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(w.path("hub/people.ndjson")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(w.path("plan.ndjson"), w.path("hub/people.ndjson")); err != nil {
		t.Fatal(err)
	}
	if err := Expect(t.Context(), db, KindPlan, w.path("plan.ndjson"), w.path("later.ndjson")); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(w.path("later.ndjson"), []byte("written, and killed before it was remembered"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := Look(t.Context(), db, w.workspace(), besidePlans())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(w.path("report/members.csv"), []byte("another's by now"), 0o600); err != nil {
		t.Fatal(err)
	}
	removed, left, err := Remove(t.Context(), db, s, false, "test")
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"plan.ndjson.journal", "plan.ndjson"}; !cmp.Equal(w.names(removed), want) {
		t.Errorf("removed %q, want %q", w.names(removed), want)
	}
	if want := []string{"hub/people.ndjson", "later.ndjson", ".plan.ndjson12345", "plan.undo.ndjson", "report/members.csv", "report/pairs.csv"}; !cmp.Equal(w.names(left), want) {
		t.Errorf("left %q, want %q", w.names(left), want)
	}
	for _, f := range left {
		if _, err := os.Lstat(f.Path); err != nil {
			t.Error(err)
		}
	}
	if _, err := os.Lstat(w.path(".plan.ndjson12345.txt")); err != nil || slices.ContainsFunc(s.Files, func(f File) bool { return filepath.Ext(f.Path) == ".txt" }) {
		t.Errorf("notes that only look like a plan's: %v", err)
	}
}

// TestChangedFilesGoWhenAskedFor removes what was changed, and the folders with it.
func TestChangedFilesGoWhenAskedFor(t *testing.T) {
	t.Parallel()
	w := makeWorld(t)
	db := openAt(t, w.workspace())
	s, err := Look(t.Context(), db, w.workspace(), besidePlans())
	if err != nil {
		t.Fatal(err)
	}
	if _, left, err := Remove(t.Context(), db, s, true, "test"); err != nil || len(left) > 0 {
		t.Fatalf("left %q, %v", w.names(left), err)
	}
	entries, err := os.ReadDir(w.dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("beside the workspace lies %v, %v", entries, err)
	}
	db = openAt(t, w.workspace())
	defer db.Close()
	if s, err := Look(t.Context(), db, w.workspace(), besidePlans()); err != nil || !s.Empty() {
		t.Errorf("afterwards there is %+v, %v", s, err)
	}
}

// TestDecisionsAloneAreNotNothing: a workspace without records that names some in decisions is not purged yet.
func TestDecisionsAloneAreNotNothing(t *testing.T) {
	t.Parallel()
	for _, statement := range []string{
		`INSERT INTO decisions VALUES ('people', 'crm/1/1', 'crm/1/2', 'same', 'ada', now(), '', 0, NULL)`,
		`INSERT INTO field_decisions VALUES ('people', 'crm', '1', '1', 'email', 'ada', now(), '', 0, NULL)`,
		`INSERT INTO samples VALUES (1, 1, 'people', 'people-1', 'crm/1/1', 1, 1, now())`,
	} {
		path := filepath.Join(t.TempDir(), "w.duckdb")
		db := openAt(t, path)
		execute(t, db, statement)
		s, err := Look(t.Context(), db, path, besidePlans())
		if err != nil || s.Empty() || s.Named != 1 {
			t.Errorf("%s: %+v, %v", statement, s, err)
		}
		if _, _, err := Remove(t.Context(), db, s, false, "test"); err != nil {
			t.Fatal(err)
		}
		db = openAt(t, path)
		if s, err := Look(t.Context(), db, path, besidePlans()); err != nil || !s.Empty() {
			t.Errorf("%s: purged, and there is %+v, %v", statement, s, err)
		}
		db.Close()
	}
}

// TestIDsOfAnotherWorkspace: a digest is known again by the workspace that made it, in its own collection, and by no other.
func TestIDsOfAnotherWorkspace(t *testing.T) {
	t.Parallel()
	one, other := openAt(t, ""), openAt(t, "")
	defer one.Close()
	defer other.Close()
	extracted(t, one)
	extracted(t, other)
	key, err := idKey(t.Context(), one)
	if err != nil {
		t.Fatal(err)
	}
	asked := [][2]string{{"people", keyhash.Of(key, "people", "crm/1/a%2Fb")}, {"organizations", keyhash.Of(key, "people", "crm/1/17")},
		{"people", keyhash.Of(key, "people", "crm/1/gone")}, {"people", "crm/1/17"}}
	ids, err := IDs(t.Context(), one, asked)
	if want := map[[2]string]string{asked[0]: "crm/1/a%2Fb"}; err != nil || !cmp.Equal(ids, want) {
		t.Errorf("known are %v, want %v, %v", ids, want, err)
	}
	if ids, err := IDs(t.Context(), other, asked); err != nil || len(ids) > 0 {
		t.Errorf("another workspace knows %v, %v", ids, err)
	}
	if s := fmt.Sprint(asked[0][1]); !keyhash.Is(s) {
		t.Errorf("%q is no digest", s)
	}
}
