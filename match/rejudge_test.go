package match

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sameas/sameas/internal/config"
	"github.com/sameas/sameas/match/kernel"
)

// judgedTown is a matched world with shared IDs, crosswalks and pairs to judge.
func judgedTown(t *testing.T) *world {
	t.Helper()
	w := unmatchedTown(t)
	w.run(nil, 0)
	return w
}

// unmatchedTown has 150 people of two applications each, a mailbox that means nothing, and channels that keep some apart.
func unmatchedTown(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	people := town(150, "a")
	for i := 60; i < 85; i++ {
		people[i].email = "none@example.net"
	}
	all := append(people, copies(people, "b")...)
	for i := range 20 { // some copies are linked already
		all[150+i].ids = []string{fmt.Sprintf("c/1/%d", i)}
		all[i].ids = []string{fmt.Sprintf("c/1/%d", i)}
	}
	w.fill("people", all, nil)
	for i := 30; i < 60; i++ {
		w.link("known", i, "people", fmt.Sprintf("a/1/%d", i), fmt.Sprintf("b/1/%d", i))
	}
	return w
}

// unmatchedRegister has 150 companies of two applications each.
func unmatchedRegister(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	w.fillCompanies(register(150, func(*company) {}))
	for i := 30; i < 60; i++ {
		w.link("known", i, "organizations", fmt.Sprintf("a/1/%d", i), fmt.Sprintf("b/1/%d", (i+i/58)%150)) // the last slip
	}
	return w
}

// judge writes a judgement on a pair of people.
func (w *world) judge(a, b, judgement string) { w.judgeIn("people", a, b, judgement) }

func (w *world) judgeIn(collection, a, b, judgement string) {
	w.t.Helper()
	w.exec(`INSERT INTO decisions VALUES ($1, $2, $3, $4, 'me', now()::TIMESTAMP, '', 0, NULL)`, collection, a, b, judgement)
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

// judgedWorlds are two worlds with one history: one is matched as it comes, the other always anew.
type judgedWorlds struct {
	collection string
	as, anew   *world
	config     *config.Config
	kept       bool // with the model of the first run
	budget     bool
	models     Models
}

func (j *judgedWorlds) each(do func(w *world)) {
	for _, w := range []*world{j.as, j.anew} {
		w.t.Helper()
		do(w)
	}
}

// match matches both and holds the tables of the one against those of the other.
func (j *judgedWorlds) match(t *testing.T, threads int) {
	t.Helper()
	j.each(func(w *world) {
		o := Options{DB: w.db, Config: j.config, Anew: w == j.anew, Models: j.models, Threads: threads}
		if j.budget {
			o.Budget.Pairs = 1 << 40
		}
		if _, err := Run(context.Background(), o); err != nil {
			t.Fatal(err)
		}
	})
	if diff := cmp.Diff(strings.Split(j.anew.text(allTables), "\n"), strings.Split(j.as.text(allTables), "\n")); diff != "" {
		t.Fatalf("the tables differ (-matched anew +with what stood of the run before):\n%s", diff)
	}
}

// decide judges some pairs, most of them found alike, withdraws some judgements, and has more or less merged unasked.
func (j *judgedWorlds) decide(r *rand.Rand) {
	judge := func(a, b, judgement string) {
		j.each(func(w *world) { w.judgeIn(j.collection, a, b, judgement) })
	}
	pairs := strings.Split(j.as.text(`SELECT key_a || ' ' || key_b FROM edges ORDER BY 1`), "\n")
	for range 1 + r.IntN(8) {
		a, b, _ := strings.Cut(pairs[r.IntN(len(pairs))], " ")
		if r.IntN(3) == 0 {
			b = fmt.Sprintf("b/1/%d", r.IntN(150))
		}
		judge(a, b, []string{"same", "different"}[r.IntN(2)])
	}
	if r.IntN(2) == 0 {
		n := r.IntN(12)
		j.each(func(w *world) {
			w.exec(`UPDATE decisions SET withdrawn_at = now()::TIMESTAMP WHERE left_key || right_key IN (SELECT left_key || right_key FROM decisions ORDER BY 1 LIMIT 3 OFFSET $1)`, n)
		})
	}
	if r.IntN(3) == 0 {
		auto := []float64{0.9, 0.97, 0.9999}[r.IntN(3)]
		j.config = &config.Config{Match: map[string]config.MatchRules{j.collection: {Thresholds: config.Thresholds{Auto: auto}}}}
	}
	if r.IntN(2) == 0 { // a warning more beside the model's own
		judge("a/1/1", fmt.Sprintf("gone/1/%d", r.IntN(1000)), "same")
	}
}

func TestJudgementsChangeNoScoreAndGiveWhatMatchingAnewGives(t *testing.T) {
	t.Parallel()
	for seed := range uint64(8) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(seed, 7))
			j := &judgedWorlds{collection: "people", kept: seed&2 != 0, budget: seed == 4 || seed == 7}
			build := unmatchedTown
			if seed&1 != 0 {
				j.collection, build = "organizations", unmatchedRegister
			}
			j.as, j.anew = build(t), build(t)
			j.match(t, 0)
			if j.kept {
				var err error
				if j.models, err = StoredModels(t.Context(), Options{DB: j.as.db}); err != nil {
					t.Fatal(err)
				}
				j.match(t, 0)
			}
			for range 3 {
				j.decide(r)
				if rescored := j.as.rescored(func() { j.match(t, 1+r.IntN(3)) }); rescored != j.budget {
					t.Fatalf("only judgements changed, and the pairs were scored again: %t", rescored)
				}
			}
			if j.collection == "people" && j.as.conflicts("placeholder") == 0 {
				t.Error("no value means nothing: what stands of such is not tried")
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
			review := config.MatchRules{Thresholds: config.Thresholds{Review: 0.4}}
			if !w.rescored(func() { w.run(&config.Config{Match: map[string]config.MatchRules{"people": review}}, 0) }) {
				t.Error("pairs below the threshold of the run before are wanted, and were not looked for")
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

func TestPairsAreReadAsTheyWereWritten(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(4, 4))
	for range 2000 {
		var p, got keptPair
		fields := make([]field, 1+r.IntN(kernel.MaxFields))
		for f := range fields {
			fields[f].kind = kernel.Kind(r.IntN(int(kernel.Employer) + 1))
			p.pattern |= kernel.Pattern(r.IntN(int(fields[f].kind.Different())+1)) << (4 * f)
			p.terms[f] = int16(r.IntN(1<<16) - 1<<15)
			if r.IntN(2) == 0 {
				p.terms[f] = 0
			}
		}
		levels, terms := string(p.appendLevels(nil, len(fields))), string(p.appendTerms(nil, len(fields)))
		if !got.readTexts(levels, terms, fields) || got != p {
			t.Fatalf("%q %q is read as %+v, want %+v", levels, terms, got, p)
		}
		if got.readTexts(levels+",1", terms+",0", fields) || len(fields) > 1 && got.readTexts("1", "0", fields) {
			t.Fatalf("texts of another number of fields are taken for those of %d", len(fields))
		}
	}
	for _, c := range [][2]string{{"", ""}, {"16", "0"}, {"8", "0"}, {"-1", "0"}, {"1", "x"}, {"1", "0.0001"}} {
		if new(keptPair).readTexts(c[0], c[1], []field{{kind: kernel.Given}}) {
			t.Errorf("%q is read", c)
		}
	}
}
