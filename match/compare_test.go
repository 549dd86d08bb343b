package match

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/sameas/sameas/internal/config"
	"github.com/sameas/sameas/internal/evidence"
)

// groupedBy is clusters by name, each with a tier and the external IDs of its records, one each.
func groupedBy(clusters map[string]string) *grouped {
	g := &grouped{of: map[string]int{}}
	for _, name := range slices.Sorted(mapKeys(clusters)) {
		tier, ids, _ := strings.Cut(clusters[name], " ")
		list := strings.Fields(ids)
		for _, id := range list {
			g.of[id] = len(g.clusters)
		}
		g.clusters = append(g.clusters, ComparedCluster{Cluster: name, Tier: tier, Records: len(list)})
		g.ids = append(g.ids, len(list))
	}
	return g
}

func mapKeys(m map[string]string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

func TestCompareByHand(t *testing.T) {
	t.Parallel()
	old := groupedBy(map[string]string{"a": "auto 1 2", "b": "auto 3 4", "c": "auto 5 6 7", "d": "auto 8 9", "e": "auto 10 11 12", "f": "single 13", "g": "single 14",
		"h": "auto 15 16", "i": "auto 17 18 19", "j": "auto 20 21 22", "k": "single 23", "l": "single 24"})
	now := groupedBy(map[string]string{"A": "auto 1 2", "b": "review 3 4", "c": "auto 5 6", "d": "auto 8 9 30", "e": "auto 10 11 31", "fg": "auto 13 14",
		"i1": "auto 17 18", "i2": "single 19", "k": "single 23", "n": "auto 40 41", "o": "single 42", "hj": "auto 15 16 20", "j2": "auto 21 22"})
	c := compareClusters(old, now)
	if want := (ChangeCounts{Unchanged: 2, New: 1, Grown: 1, Shrunk: 1, Changed: 1, Split: 1, Merged: 1, Regrouped: 1}); c.Clusters != want {
		t.Errorf("clusters: %+v, want %+v", c.Clusters, want)
	}
	if want := (AloneCounts{Unchanged: 1, New: 1, Gone: 1}); c.Alone != want {
		t.Errorf("alone: %+v, want %+v", c.Alone, want)
	}
	var got []string
	for _, change := range c.Changes {
		got = append(got, change.words())
	}
	want := []string{
		"new: n (2 records, auto)",
		"grown: d (2 records, auto) -> d (3 records, auto); gained 30",
		"shrunk: c (3 records, auto) -> c (2 records, auto); lost 7",
		"changed: e (3 records, auto) -> e (3 records, auto); gained 31; lost 12",
		"split: i (3 records, auto) -> i1 (2 records, auto) + i2 (1 record, single)",
		"merged: f (1 record, single) + g (1 record, single) -> fg (2 records, auto)",
		"regrouped: h (2 records, auto) + j (3 records, auto) -> hj (3 records, auto) + j2 (2 records, auto)",
		"unchanged: b (2 records, auto) -> b (2 records, review)",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if len(c.Tiers) != 1 || c.Tiers[0] != (TierMove{"auto", "review", 1}) {
		t.Errorf("tiers: %+v", c.Tiers)
	}
	if reversed := compareClusters(now, old).Clusters; reversed != (ChangeCounts{Unchanged: 2, Gone: 1, Grown: 1, Shrunk: 1, Changed: 1, Split: 1, Merged: 1, Regrouped: 1}) {
		t.Errorf("the other way round: %+v", reversed)
	}
}

// TestCompareAgreesWithSets compares the kinds with what the definitions say of sets of IDs, on random clusterings.
func TestCompareAgreesWithSets(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(5, 6))
	for round := range 300 {
		side := func(letter string) map[string]string {
			clusters := map[string]string{}
			for id := range 12 {
				if random.IntN(6) > 0 {
					name := fmt.Sprint(letter, random.IntN(6))
					if clusters[name] == "" {
						clusters[name] = "auto"
					}
					clusters[name] += fmt.Sprint(" ", id)
				}
			}
			return clusters
		}
		before, after := side("o"), side("n")
		got := compareClusters(groupedBy(before), groupedBy(after))
		if want := countBySets(before, after); got.Clusters != want {
			t.Fatalf("round %d: %+v, want %+v of %v and %v", round, got.Clusters, want, before, after)
		}
	}
}

// countBySets follows the definitions: clusters that hang together by common IDs, however far, are one change.
func countBySets(before, after map[string]string) ChangeCounts {
	var n ChangeCounts
	sets := map[string][]string{}
	for name, text := range before {
		sets[name] = strings.Fields(text)[1:]
	}
	for name, text := range after {
		sets[name] = strings.Fields(text)[1:]
	}
	overlap := func(a, b string) bool {
		return a[0] != b[0] && slices.ContainsFunc(sets[a], func(id string) bool { return slices.Contains(sets[b], id) })
	}
	done := map[string]bool{}
	for first := range sets {
		if done[first] {
			continue
		}
		together := []string{first}
		done[first] = true
		for i := 0; i < len(together); i++ {
			for other := range sets {
				if !done[other] && overlap(together[i], other) {
					done[other] = true
					together = append(together, other)
				}
			}
		}
		var olds, news, oldIDs, newIDs []string
		for _, name := range together {
			if name[0] == 'o' {
				olds, oldIDs = append(olds, name), append(oldIDs, sets[name]...)
			} else {
				news, newIDs = append(news, name), append(newIDs, sets[name]...)
			}
		}
		if len(olds) < 2 && len(news) < 2 && len(oldIDs) < 2 && len(newIDs) < 2 {
			continue // records alone
		}
		missing := func(a, b []string) bool {
			return slices.ContainsFunc(a, func(id string) bool { return !slices.Contains(b, id) })
		}
		kind := map[[2]int]string{{0, 1}: kindNew, {1, 0}: kindGone, {1, 2}: kindSplit, {2, 1}: kindMerged, {2, 2}: kindRegrouped}[[2]int{min(len(olds), 2), min(len(news), 2)}]
		if kind == "" {
			kind = map[[2]bool]string{{false, false}: kindUnchanged, {true, false}: kindShrunk, {false, true}: kindGrown, {true, true}: kindChanged}[[2]bool{missing(oldIDs, newIDs), missing(newIDs, oldIDs)}]
		}
		n.count(kind)
	}
	return n
}

// TestCompareTwoWorkspaces: records are numbered otherwise and come in another order, and one is judged apart.
func TestCompareTwoWorkspaces(t *testing.T) {
	t.Parallel()
	people := append(town(80, "a"), copies(town(80, "a"), "b")...)
	old, now := newWorld(t), newWorld(t)
	old.fill("people", people, nil)
	old.run(nil, 1)
	now.fill("people", people, rand.New(rand.NewPCG(1, 1)).Perm(len(people)))
	now.run(nil, 1)
	same, err := Compare(t.Context(), old.db, now.db)
	if err != nil {
		t.Fatal(err)
	}
	c := same.Collections[0]
	if len(c.Changes) != 0 || c.Clusters != (ChangeCounts{Unchanged: c.Old.Clusters}) || c.Old != c.New || c.Old.Records != 160 || len(c.Model.Weights) != 0 {
		t.Errorf("the same people: %+v", c)
	}
	holdsAll(t, "text", same.Text(), "model: unchanged", "people: 160 records before, 160 now")
	now.judged("a/1/0 different b/1/0", "a/1/1 different b/1/1")
	now.run(&config.Config{Match: map[string]config.MatchRules{"people": {Thresholds: config.Thresholds{Auto: 0.999, Attach: 0.9999},
		Fields: []config.MatchField{{Name: "passport", Path: "passport", Compare: "exact"}}}}}, 1)
	other, err := Compare(t.Context(), old.db, now.db)
	if err != nil {
		t.Fatal(err)
	}
	c = other.Collections[0]
	if c.Clusters.Split < 2 || !slices.Equal(c.Model.Added, []string{"passport"}) || !slices.ContainsFunc(c.Model.Weights, func(m WeightMove) bool { return m.Field == "threshold" && m.Level == "auto" }) {
		t.Errorf("two pairs judged apart: %+v, model %+v", c.Clusters, c.Model)
	}
	holdsAll(t, "text", other.Text(), "split: people-", "model: passport is compared now", "WEIGHTS MOVED MOST", "threshold")
}

func TestCompareWantsTwoMatchedWorkspaces(t *testing.T) {
	t.Parallel()
	matched, empty := newWorld(t), newWorld(t)
	matched.fill("people", town(5, "a"), nil)
	matched.run(nil, 1)
	if _, err := Compare(t.Context(), matched.db, empty.db); !errors.Is(err, ErrNotMatched) || !strings.Contains(err.Error(), "the new workspace") {
		t.Errorf("error is %v", err)
	}
	if _, err := Compare(t.Context(), empty.db, matched.db); !errors.Is(err, ErrNotMatched) || !strings.Contains(err.Error(), "the old workspace") {
		t.Errorf("error is %v", err)
	}
	bare, err := takeSnapshot(t.Context(), matched.db)
	if err != nil {
		t.Fatal(err)
	}
	now := *bare
	bare.models = nil
	if c := compareSnapshots(bare, &now).Collections[0]; c.Model != nil || c.Clusters.Unchanged != c.Old.Clusters {
		t.Errorf("a model of one side only: %+v", c)
	}
}

func TestWeightsThatMovedMostComeFirst(t *testing.T) {
	t.Parallel()
	model := func(exact, other, limit float64) *evidence.Model {
		return &evidence.Model{Spec: "x", Fields: []evidence.Field{{Name: "f", Levels: []evidence.Level{{Name: "missing"}, {Name: "exact", Bits: exact}, {Name: "different", Bits: other}}}},
			Groups: []evidence.Group{{Name: "g", Cap: limit}}, Priors: []evidence.Prior{{Left: "a", Right: "b", Bits: -limit / 20}}, Thresholds: evidence.Thresholds{Auto: 0.99, Review: 0.5, Attach: 0.995}}
	}
	c := modelChange(model(10, -2, 5), model(11, -5, 5.5))
	want := []WeightMove{{"f", "different", -2, -5}, {"f", "exact", 10, 11}, {"g", "cap", 5, 5.5}, {"prior", "a and b", -0.25, -0.275}}
	if !slices.Equal(c.Weights, want) || c.SpecMoved {
		t.Errorf("%+v, want %v", c, want)
	}
}
