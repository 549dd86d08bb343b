package match

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sameas/sameas/match/kernel"
)

// judgedTown is a matched world with shared IDs, crosswalks and pairs to judge.
func judgedTown(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	people := town(150, "a")
	all := append(people, copies(people, "b")...)
	for i := range 20 { // some copies are linked already
		all[150+i].ids = []string{fmt.Sprintf("c/1/%d", i)}
		all[i].ids = []string{fmt.Sprintf("c/1/%d", i)}
	}
	w.fill("people", all, nil)
	for i := 30; i < 60; i++ {
		w.link("known", i, "people", fmt.Sprintf("a/1/%d", i), fmt.Sprintf("b/1/%d", i))
	}
	w.run(nil, 0)
	return w
}

// judge writes a judgement on a pair.
func (w *world) judge(a, b, judgement string) {
	w.t.Helper()
	w.exec(`INSERT INTO decisions VALUES ('people', $1, $2, $3, 'me', now()::TIMESTAMP, '', 0, NULL)`, a, b, judgement)
}

// rescored reports whether a run scored the pairs again: it marks them before.
func (w *world) rescored(run func()) bool {
	w.t.Helper()
	w.exec(`UPDATE edges SET probability = probability + 2 WHERE kind = 'fuzzy'`)
	run()
	marked := w.text(`SELECT count(*)::VARCHAR FROM edges WHERE probability >= 2`)
	w.exec(`UPDATE edges SET probability = probability - 2 WHERE probability >= 2`)
	return marked == "0"
}

func TestJudgementsChangeNoScoreAndGiveWhatMatchingAnewGives(t *testing.T) {
	t.Parallel()
	for seed := range uint64(6) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			w, r := judgedTown(t), rand.New(rand.NewPCG(seed, 7))
			for range 3 {
				pairs := strings.Split(w.text(`SELECT key_a || ' ' || key_b FROM edges ORDER BY 1`), "\n")
				for range 8 {
					a, b, _ := strings.Cut(pairs[r.IntN(len(pairs))], " ")
					if r.IntN(3) == 0 {
						b = fmt.Sprintf("b/1/%d", r.IntN(150))
					}
					w.judge(a, b, []string{"same", "different"}[r.IntN(2)])
				}
				if r.IntN(2) == 0 {
					w.exec(`UPDATE decisions SET withdrawn_at = now()::TIMESTAMP WHERE left_key = (SELECT min(left_key) FROM decisions)`)
				}
				if r.IntN(2) == 0 { // a warning more beside the model's own
					w.judge("a/1/1", fmt.Sprintf("gone/1/%d", r.IntN(1000)), "same")
				}
				if w.rescored(func() { w.run(nil, 1+r.IntN(3)) }) {
					t.Fatal("only judgements changed, and the pairs were scored again")
				}
				got := w.text(allTables)
				if _, err := Run(context.Background(), Options{DB: w.db, Anew: true}); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(strings.Split(w.text(allTables), "\n"), strings.Split(got, "\n")); diff != "" {
					t.Fatalf("with the pairs of the run before the tables differ from those matched anew:\n%s", diff)
				}
			}
		})
	}
}

func TestPairsAreScoredAgainWhenMoreThanJudgementsChanged(t *testing.T) {
	t.Parallel()
	for name, statement := range map[string]string{
		"a value":       `UPDATE records SET last_name = 'fielding', content_hash = repeat('f', 64) WHERE key = 'a/1/7'`,
		"a link":        `INSERT INTO links VALUES ('known', 99, 'people', 'a', '1', '99', 'b', '1', '99')`,
		"an ID less":    `DELETE FROM external_ids WHERE provider = 'c' AND id = '7'`,
		"a lost edge":   `DELETE FROM edges WHERE key_a = (SELECT min(key_a) FROM edges WHERE kind = 'fuzzy') AND kind = 'fuzzy'`,
		"a lost weight": `DELETE FROM term_weights WHERE term = (SELECT min(term) FROM term_weights)`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := judgedTown(t)
			w.judge("a/1/3", "b/1/9", "different")
			w.exec(statement)
			if !w.rescored(func() { w.run(nil, 0) }) {
				t.Error("the pairs of the run before were taken for those of this one")
			}
		})
	}
}

// elsewhere is an engine that must not be asked.
type elsewhere struct{ asked bool }

func (e *elsewhere) Scan(ctx context.Context, _ string, set *kernel.Set, spec *kernel.Spec, blocks kernel.Blocks, progress func(done, total int64)) (kernel.Result, error) {
	e.asked = true
	return scan(ctx, set, spec, blocks, 1, progress)
}

func TestJudgementsNeedNoOtherEngine(t *testing.T) {
	t.Parallel()
	w, engine := judgedTown(t), &elsewhere{}
	w.judge("a/1/3", "b/1/9", "different")
	if _, err := Run(context.Background(), Options{DB: w.db, Engine: engine}); err != nil {
		t.Fatal(err)
	}
	if engine.asked {
		t.Error("pairs that were scored before were sent to the engine again")
	}
	w.exec(`UPDATE records SET last_name = 'fielding', content_hash = repeat('f', 64) WHERE key = 'a/1/7'`)
	if _, err := Run(context.Background(), Options{DB: w.db, Engine: engine}); err != nil {
		t.Fatal(err)
	}
	if !engine.asked {
		t.Error("a record changed, and the engine was not asked")
	}
}
