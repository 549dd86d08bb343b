package merge

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// TestIsBelonging: what an apply or undo wrote is known by itself, wherever a kill or a full disk cut it; anything else of
// such a name, or of which a byte was changed, is somebody's.
func TestIsBelonging(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write := func(name string, text []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	whole, _ := appliedJournal(t)
	at := write("plan.ndjson.journal", whole)
	for n := range len(whole) {
		if path := write("cut.journal", whole[:n]); !IsBelonging(path) {
			t.Errorf("a journal cut after %d of %d bytes is not known", n, len(whole))
		}
	}
	if !IsBelonging(at) {
		t.Error("a whole journal is not known")
	}
	end := bytes.IndexByte(whole, '\n')
	for _, n := range []int{0, 5, end - 3, end, end + 20, len(whole) - 5, len(whole) - 1} {
		changed := bytes.Clone(whole)
		changed[n] ^= 1
		if IsBelonging(write("changed.journal", changed)) {
			t.Errorf("a journal with byte %d changed is taken for whole", n)
		}
	}
	for name, want := range map[string]bool{
		write("a.lock", nil): true, write("b.lock", []byte("mine")): false, write("a.journal", []byte("dear diary\n")): false,
		write("b.journal", []byte("{}\n")): false, write("plan.undo.ndjson", []byte("{}\n")): false, filepath.Join(dir, "none.lock"): false,
	} {
		if IsBelonging(name) != want {
			t.Errorf("%s: %v", filepath.Base(name), !want)
		}
	}
	plan := filepath.Join(dir, "other.undo.ndjson")
	if _, err := WritePlan(t.Context(), PlanOptions{DB: goldenCases()["attach"].world.open(t), Config: settings(nil), Out: plan, ToolVersion: "test"}); err != nil {
		t.Fatal(err)
	}
	if IsBelonging(plan) {
		t.Error("a plan that undoes nothing is taken for the plan of an undo")
	}
	link := filepath.Join(dir, "link.journal")
	if err := os.Symlink(at, link); err != nil {
		t.Fatal(err)
	}
	if IsBelonging(link) {
		t.Error("a link is taken for a journal")
	}
}
