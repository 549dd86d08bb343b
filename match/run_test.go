package match

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/sameas/sameas/internal/config"
	"github.com/sameas/sameas/internal/connec"
)

// allTables are the rows of all tables that matching writes, but for those which name records by their number.
const allTables = `SELECT to_json(x)::VARCHAR FROM (SELECT 'c' AS t, key AS a, cluster_id AS b, tier AS c, review_id AS d, NULL AS e FROM clusters
	UNION ALL SELECT 'e', key_a, key_b, kind || via, levels::VARCHAR || tf::VARCHAR, weight::VARCHAR FROM edges
	UNION ALL SELECT 's', cluster_id, tier, size::VARCHAR || ' ' || edges::VARCHAR, reason, weakest::VARCHAR FROM cluster_stats
	UNION ALL SELECT 'k', kind || coalesce(key_a, '') || coalesce(key_b, ''), cluster_id, other_cluster_id, detail, weight::VARCHAR FROM conflicts
	UNION ALL SELECT 'b', rule, pairs::VARCHAR, kept::VARCHAR, must_links_found::VARCHAR, largest::VARCHAR || ' ' || keys::VARCHAR FROM blocking
	UNION ALL SELECT 't', field, term, bits::VARCHAR, NULL, NULL FROM term_weights
	UNION ALL SELECT 'n', cluster_id, assigned::VARCHAR, successor, number::VARCHAR, NULL FROM cluster_names
	UNION ALL SELECT 'i', cluster::VARCHAR, id_hash::VARCHAR, NULL, NULL, NULL FROM cluster_keys
	UNION ALL SELECT 'm', model, NULL, NULL, NULL, NULL FROM models
	UNION ALL SELECT 'd', digest, input_digest, config_digest, NULL, NULL FROM stages WHERE stage NOT IN ('features', 'inputs', 'evidence')) AS x ORDER BY 1`

func TestSameTablesWhateverTheOrderOfRowsAndThreads(t *testing.T) {
	t.Parallel()
	people := append(town(150, "a"), copies(town(150, "a"), "b")...)
	people[3].ids = []string{"c/1/1"}
	people[153].ids = []string{"c/1/1"}
	want := ""
	for i, threads := range []int{1, 2, 8} {
		w := newWorld(t)
		var permutation []int
		if i > 0 {
			permutation = rand.New(rand.NewPCG(uint64(i), 3)).Perm(len(people))
		}
		w.fill("people", people, permutation)
		w.run(nil, threads)
		got := w.text(allTables)
		if i == 0 {
			want = got
		} else if got != want {
			t.Errorf("%d threads, shuffled rows: the tables differ from those of one thread", threads)
		}
	}
}

func TestDuplicatesAreFoundAndStrangersAreNot(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := town(300, "a")
	w.fill("people", append(a, copies(a, "b")...), nil)
	w.run(nil, 2)
	found := 0
	for i := range a {
		if w.together(fmt.Sprintf("a/1/%d", i), fmt.Sprintf("b/1/%d", i)) {
			found++
		}
	}
	if found < 270 {
		t.Errorf("%d of 300 duplicates are in one cluster, want at least 270", found)
	}
	wrong := w.text(`SELECT x.key || ' ' || y.key FROM clusters x JOIN clusters y USING (cluster_id) WHERE x.key < y.key AND split_part(x.key, '/', 3) <> split_part(y.key, '/', 3)`)
	if wrong != "" {
		t.Errorf("strangers in one cluster: %s", wrong)
	}
}

func TestBlockedAndScoredIsEveryPairScored(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := town(200, "a")
	w.fill("people", append(a, copies(a, "b")...), nil)
	c := &config.Config{}
	s, err := schemaOf("people", c)
	if err != nil {
		t.Fatal(err)
	}
	m := &matching{options: Options{DB: w.db, Config: c}.withDefaults(), schema: s}
	for _, step := range []func(context.Context) error{m.features, m.block, m.identify, m.train, m.score} {
		if err := step(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	kept := map[[2]uint32]int32{}
	for _, p := range m.kept {
		kept[[2]uint32{p.a, p.b}] = p.weight
	}
	for x := range uint32(len(m.records)) {
		for y := x + 1; y < uint32(len(m.records)); y++ {
			weight := m.judge.Weight(x, y)
			got, ok := kept[[2]uint32{x, y}]
			blocked := m.set.FirstRule(x, y) >= 0
			if ok != (blocked && weight >= m.model.spec.Keep) || ok && got != weight {
				t.Errorf("%s and %s: weight %d, blocked %t, kept %t with %d", m.records[x].key, m.records[y].key, weight, blocked, ok, got)
			}
			if weight >= thresholdUnits(0.99) && !blocked {
				t.Errorf("blocking misses %s and %s of %d units", m.records[x].key, m.records[y].key, weight)
			}
		}
	}
}

func TestExplanationAddsUpToTheStoredWeight(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := town(150, "a")
	w.fill("people", append(a, copies(a, "b")...), nil)
	w.run(nil, 1)
	type edge struct {
		a, b   string
		weight float64
	}
	var edges []edge
	rows, err := w.db.Query(`SELECT key_a, key_b, weight FROM edges`)
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		var e edge
		if err := rows.Scan(&e.a, &e.b, &e.weight); err != nil {
			t.Fatal(err)
		}
		edges = append(edges, e)
	}
	rows.Close()
	if len(edges) < 100 {
		t.Fatalf("only %d edges", len(edges))
	}
	for i := 0; i < len(edges); i += 1 + len(edges)/40 { // some from everywhere: each costs four looks into the workspace
		e := edges[i]
		left, _ := connec.ParseExternalID(e.a)
		right, _ := connec.ParseExternalID(e.b)
		for _, pair := range [][2]connec.ExternalID{{left, right}, {right, left}} {
			x, err := Explain(context.Background(), Options{DB: w.db}, "", pair[0], pair[1])
			if err != nil {
				t.Fatal(err)
			}
			sum := x.Waterfall.Prior
			for _, s := range x.Waterfall.Steps {
				sum += s.Bits
			}
			if sum != e.weight || x.Waterfall.Total != e.weight {
				t.Errorf("%s and %s: the steps add up to %v, the stored weight is %v", e.a, e.b, sum, e.weight)
			}
			if !strings.Contains(x.FoundBy, "rule") || !strings.Contains(x.Text(), "Given name") {
				t.Errorf("explanation: %q\n%s", x.FoundBy, x.Text())
			}
		}
	}
}

func TestExplainSaysWhatItCannotFind(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fill("people", town(5, "a"), nil)
	w.run(nil, 1)
	none := connec.ExternalID{Provider: "a", Realm: "1", ID: "99"}
	one := connec.ExternalID{Provider: "a", Realm: "1", ID: "1"}
	_, err := Explain(context.Background(), Options{DB: w.db}, "", one, none)
	if !errors.Is(err, ErrNotFound) || !strings.Contains(err.Error(), "a/1/99") || !strings.Contains(err.Error(), "organizations, people") {
		t.Errorf("error is %v", err)
	}
	x, err := Explain(context.Background(), Options{DB: w.db}, "people", one, connec.ExternalID{Provider: "a", Realm: "1", ID: "2"})
	if err != nil || x.Verdict != "different" || x.FoundBy == "" {
		t.Errorf("explanation of two strangers: %+v, %v", x, err)
	}
}

func TestNothingToMatch(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := Run(context.Background(), Options{DB: w.db})
	if !errors.Is(err, ErrNothingExtracted) || !strings.Contains(err.Error(), "run `sameas extract` first") {
		t.Errorf("error is %v", err)
	}
	_, err = Run(context.Background(), Options{DB: w.db, Collections: []string{"invoices"}})
	if err == nil || !strings.Contains(err.Error(), `"invoices"`) {
		t.Errorf("error is %v", err)
	}
}

func TestFewRecordsFallBackToDefaults(t *testing.T) {
	t.Parallel()
	for _, n := range []int{20, 300} {
		w := newWorld(t)
		w.fill("people", append(town(n, "a"), copies(town(n, "a"), "b")...), nil)
		r := w.run(nil, 1)
		said := strings.Contains(strings.Join(r.Collections[0].Warnings, " "), "too few to fit")
		if want := n < 50; said != want {
			t.Errorf("%d records: fallback said %t, want %t (%v)", 2*n, said, want, r.Collections[0].Warnings)
		}
	}
}

func TestOneSurnameForAThirdHarmsNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := town(400, "a")
	for i := range a {
		if i%3 == 0 {
			a[i].family = "nguyen"
		}
	}
	b := town(400, "a")
	for i := range b {
		b[i] = a[i]
		b[i].id = fmt.Sprintf("b/1/%d", i)
	}
	w.fill("people", append(a, b...), nil)
	w.run(nil, 2)
	wrong := w.text(`SELECT x.key || ' ' || y.key FROM clusters x JOIN clusters y USING (cluster_id) WHERE x.key < y.key AND split_part(x.key, '/', 3) <> split_part(y.key, '/', 3)`)
	if wrong != "" {
		t.Errorf("strangers in one cluster: %s", wrong)
	}
	if n := w.text(`SELECT count(*)::VARCHAR FROM clusters WHERE tier = 'auto'`); n != "800" {
		t.Errorf("%s of 800 records are in auto clusters", n)
	}
}

func TestClusterIDsAreInherited(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := town(60, "a")
	w.fill("people", append(a, copies(a, "b")...), nil)
	w.run(nil, 1)
	before := w.text(`SELECT key || ' ' || cluster_id FROM clusters ORDER BY key`)
	if _, err := w.db.Exec(`DELETE FROM records WHERE key = 'a/1/0'`); err != nil {
		t.Fatal(err)
	}
	w.run(nil, 1)
	after := w.text(`SELECT key || ' ' || cluster_id FROM clusters ORDER BY key`)
	kept := 0
	for line := range strings.SplitSeq(after, "\n") {
		if strings.Contains(before, line) {
			kept++
		}
	}
	if want := 119; kept != want {
		t.Errorf("%d of %d records keep their cluster's ID", kept, want)
	}
}

// What the engine may use afterwards is what it might before: a query that needs more than matching left it must not fail.
func TestMemoryIsGivenBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fill("people", town(50, "a"), nil)
	limit := func() (size float64, unit string) {
		if _, err := fmt.Sscan(w.text(`SELECT current_setting('memory_limit')`), &size, &unit); err != nil {
			t.Fatal(err)
		}
		return size, unit
	}
	before, unit := limit()
	for _, cancelled := range []bool{true, false} {
		ctx, cancel := context.WithCancel(t.Context())
		if cancelled {
			cancel()
		}
		_, err := Run(ctx, Options{DB: w.db, Config: &config.Config{}})
		cancel()
		if (err != nil) != cancelled {
			t.Fatalf("cancelled %t: error %v", cancelled, err)
		}
		// the engine tells its limit rounded down to a tenth
		if after, now := limit(); now != unit || after < before-0.25 {
			t.Errorf("cancelled %t: the limit was %v %s and is %v %s", cancelled, before, unit, after, now)
		}
	}
}
