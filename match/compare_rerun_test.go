package match

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestWhatARerunChangedIsWhatComparingAllSays: only clusters that changed are told by their IDs, and the answer is that of
// telling all by theirs; after judgements, after another link, and after nothing.
func TestWhatARerunChangedIsWhatComparingAllSays(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			w, r := judgedTown(t), rand.New(rand.NewPCG(seed, 9))
			changed := 0
			for round := range 3 {
				for range 6 {
					w.judge(fmt.Sprintf("a/1/%d", r.IntN(150)), fmt.Sprintf("b/1/%d", r.IntN(150)), []string{"same", "different"}[r.IntN(2)])
					i := r.IntN(150)
					w.judge(fmt.Sprintf("a/1/%d", i), fmt.Sprintf("b/1/%d", i), "different")
				}
				if round == 1 {
					w.link("known", 200, "people", "a/1/100", fmt.Sprintf("b/1/%d", 100+r.IntN(2)))
				}
				changed += len(w.tellsAll(round == 2).Collections[0].Changes)
			}
			if changed == 0 {
				t.Error("no judgement changed anything: the test compares nothing")
			}
			for _, c := range w.tellsAll(false).Collections {
				if len(c.Changes) > 0 || c.Clusters.Unchanged == 0 {
					t.Errorf("nothing was judged, and %d clusters changed and %d did not", len(c.Changes), c.Clusters.Unchanged)
				}
			}
		})
	}
}

// tellsAll runs and holds what it tells against all that is there before and after.
func (w *world) tellsAll(anew bool) WorkspaceComparison {
	w.t.Helper()
	before, err := takeSnapshot(w.t.Context(), w.db)
	if err != nil {
		w.t.Fatal(err)
	}
	got, err := Run(context.Background(), Options{DB: w.db, Tell: true, Anew: anew})
	if err != nil {
		w.t.Fatal(err)
	}
	after, err := takeSnapshot(w.t.Context(), w.db)
	if err != nil {
		w.t.Fatal(err)
	}
	if got.Changes == nil {
		w.t.Fatal("people have decided, and nothing is told")
	}
	if diff := cmp.Diff(compareSnapshots(before, after), *got.Changes); diff != "" {
		w.t.Fatalf("what changed (-all compared +the changed ones compared):\n%s", diff)
	}
	return *got.Changes
}

func TestACollectionThatIsNotMatchedAgainIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	all := append(town(40, "a"), copies(town(40, "a"), "b")...)
	for i := range all {
		all[i].name = all[i].family
	}
	w.fill("people", all, nil)
	w.exec(`INSERT INTO records SELECT * REPLACE (rid + 1000 AS rid, 'organizations' AS collection) FROM records`)
	w.exec(`INSERT INTO external_ids SELECT * REPLACE (rid + 1000 AS rid, 'organizations' AS collection) FROM external_ids`)
	if _, err := Run(t.Context(), Options{DB: w.db, Collections: []string{"organizations"}}); err != nil {
		t.Fatal(err)
	}
	w.judge("a/1/1", "b/1/1", "same")
	before, err := takeSnapshot(t.Context(), w.db)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Run(t.Context(), Options{DB: w.db, Collections: []string{"people"}, Tell: true})
	if err != nil {
		t.Fatal(err)
	}
	after, err := takeSnapshot(t.Context(), w.db)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(compareSnapshots(before, after), *got.Changes); diff != "" {
		t.Errorf("organizations as they were, people for the first time (-all compared +told):\n%s", diff)
	}
}

func TestNothingIsToldWhereNobodyHasDecided(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fill("people", town(5, "a"), nil)
	w.judge("a/1/1", "a/1/2", "same")
	for _, what := range []string{"not matched", "nobody decided"} {
		if r, err := Run(t.Context(), Options{DB: w.db, Tell: true}); err != nil || r.Changes != nil {
			t.Errorf("%s: %v, %v", what, r.Changes, err)
		}
		w.exec(`DELETE FROM decisions`)
	}
}

// TestNothingIsToldOfRecordsNumberedAnew: after another extraction a number may be another record's. Nor does what somebody
// wrote into the clusters keep them from being matched anew.
func TestNothingIsToldOfRecordsNumberedAnew(t *testing.T) {
	t.Parallel()
	for statement, told := range map[string]bool{
		`UPDATE clusters SET rid = rid + 1`:                   false,
		`DELETE FROM records WHERE key = 'a/1/149'`:           false,
		`UPDATE clusters SET tier = 'sure' WHERE tier <> 'x'`: true,
	} {
		w := judgedTown(t)
		w.judge("a/1/3", "b/1/9", "different")
		w.exec(statement)
		got, err := Run(context.Background(), Options{DB: w.db, Tell: true, Anew: true})
		if err != nil || (got.Changes != nil) != told {
			t.Errorf("after %s: %v, told %v", statement, err, got.Changes != nil)
		}
	}
}
