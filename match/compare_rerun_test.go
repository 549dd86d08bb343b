package match

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestWhatARerunChangedIsWhatComparingAllSays: only clusters that changed are told by their IDs, and the answer is that of
// telling all by theirs.
func TestWhatARerunChangedIsWhatComparingAllSays(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			w, r := judgedTown(t), rand.New(rand.NewPCG(seed, 9))
			changed := 0
			for range 3 {
				for range 6 {
					w.judge(fmt.Sprintf("a/1/%d", r.IntN(150)), fmt.Sprintf("b/1/%d", r.IntN(150)), []string{"same", "different"}[r.IntN(2)])
					i := r.IntN(150)
					w.judge(fmt.Sprintf("a/1/%d", i), fmt.Sprintf("b/1/%d", i), "different")
				}
				before, err := DecidedSnapshot(t.Context(), w.db)
				if err != nil {
					t.Fatal(err)
				}
				whole, err := takeSnapshot(t.Context(), w.db)
				if err != nil {
					t.Fatal(err)
				}
				w.run(nil, 0)
				got, err := before.Compare(t.Context(), w.db)
				if err != nil {
					t.Fatal(err)
				}
				after, err := takeSnapshot(t.Context(), w.db)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(compareSnapshots(whole, after), got); diff != "" {
					t.Fatalf("what changed (-all compared +the changed ones compared):\n%s", diff)
				}
				changed += len(got.Collections[0].Changes)
			}
			if changed == 0 {
				t.Error("no judgement changed anything: the test compares nothing")
			}
		})
	}
}

func TestNoSnapshotWhereNobodyHasDecided(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fill("people", town(5, "a"), nil)
	w.judge("a/1/1", "a/1/2", "same")
	if s, err := DecidedSnapshot(t.Context(), w.db); err != nil || s != nil {
		t.Errorf("not matched: %v, %v", s, err)
	}
	w.exec(`DELETE FROM decisions`)
	w.run(nil, 1)
	if s, err := DecidedSnapshot(t.Context(), w.db); err != nil || s != nil {
		t.Errorf("nobody decided: %v, %v", s, err)
	}
}
