package match

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/sameas/sameas/internal/config"
	"github.com/sameas/sameas/internal/connec"
	"github.com/sameas/sameas/internal/evidence"
)

// explain explains a pair of the world.
func (w *world) explain(left, right string) Explanation {
	w.t.Helper()
	l, errL := connec.ParseExternalID(left)
	r, errR := connec.ParseExternalID(right)
	x, err := Explain(w.t.Context(), Options{DB: w.db}, "", l, r)
	if err := errors.Join(errL, errR, err); err != nil {
		w.t.Fatal(err)
	}
	return x
}

func (w *world) explainCluster(name string) ClusterExplanation {
	w.t.Helper()
	x, err := ExplainCluster(w.t.Context(), Options{DB: w.db}, "", name)
	if err != nil {
		w.t.Fatal(err)
	}
	return x
}

// holdsAll reports which of some texts another one lacks.
func holdsAll(t *testing.T, what, text string, wanted ...string) {
	t.Helper()
	for _, want := range wanted {
		if !strings.Contains(text, want) {
			t.Errorf("%s: no %q in\n%s", what, want, text)
		}
	}
}

// TestWhatIfIsWeighedLikeThePair: the pair with a field lost or made equal weighs what a pair weighs that is so.
func TestWhatIfIsWeighedLikeThePair(t *testing.T) {
	t.Parallel()
	one, other := anna("b/1/1"), anna("c/1/1")
	other.born, other.mobile = "", ""
	full := anna("d/1/1")
	full.mobile = ""
	w := scene(t, one, other, full)
	w.run(nil, 1)
	l, _ := connec.ParseExternalID("b/1/1")
	r, _ := connec.ParseExternalID("c/1/1")
	a, b, err := findPair(t.Context(), w.db, "people", l, r)
	if err != nil {
		t.Fatal(err)
	}
	v, err := newPairView(t.Context(), Options{DB: w.db, Config: &config.Config{}}, a, b)
	if err != nil {
		t.Fatal(err)
	}
	equal := w.explain("b/1/1", "d/1/1").Waterfall
	born := equal.Steps[slices.IndexFunc(equal.Steps, func(s evidence.Step) bool { return s.Field == "birth_date" })]
	at := slices.IndexFunc(v.fields(false), func(o option) bool { return o.label == "Birth date" })
	if at < 0 || v.fields(false)[at].weight != equal.Total-born.TF || v.fields(false)[at].level != "missing" {
		t.Errorf("with an equal birth date: %+v, want %v less what its rarity adds, %v", v.fields(false), equal.Total, born.TF)
	}
	for _, o := range v.fields(true) {
		if total := w.explain("b/1/1", "c/1/1").Waterfall.Total; o.weight > total {
			t.Errorf("without %s it weighs %v, more than %v", o.label, o.weight, total)
		}
	}
}

// TestEveryWaterfallAddsUp compares the steps of strangers, relatives and duplicates with the kernel's own sum, what caps
// held back with what the steps lost, and each line with its steps.
func TestEveryWaterfallAddsUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := town(120, "a")
	w.fill("people", append(a, copies(a, "b")...), nil)
	w.run(nil, 1)
	held := 0
	for i := range 6 { // each explanation costs eight looks into the workspace
		for _, other := range []string{fmt.Sprintf("b/1/%d", i), fmt.Sprintf("a/1/%d", i+1)} {
			x := w.explain(fmt.Sprintf("a/1/%d", i), other)
			sum, lost, back := x.Waterfall.Prior, 0.0, 0.0
			for _, s := range x.Waterfall.Steps {
				sum += s.Bits
				lost += s.Capped
				if s.Bits+s.Capped != s.Base+s.TF {
					t.Errorf("%s: %s: %v counted and %v held back of %v", other, s.Field, s.Bits, s.Capped, s.Base+s.TF)
				}
			}
			for _, h := range x.Waterfall.Held {
				back += h.Bits
				held++
			}
			mirrored := w.explain(other, fmt.Sprintf("a/1/%d", i))
			if sum != x.Waterfall.Total || lost != back || mirrored.Waterfall.Total != sum {
				t.Errorf("%s: the steps add up to %v of %v (%v from the other side), %v lost to caps of %v", other, sum, x.Waterfall.Total, mirrored.Waterfall.Total, lost, back)
			}
		}
	}
	if held == 0 {
		t.Error("no cap held anything back: that part was not tried")
	}
}

func TestExplainSaysHowNearEachRuleWas(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fill("people", append(town(2010, "town"), // so many that not every pair is compared
		person{id: "x/1/1", given: "annabel", family: "thistlewood", born: "1971-04-09", email: "annabel.t@fern.org"},
		person{id: "y/1/1", given: "Zora", family: "Whitlock", email: "annabel.u@fern.org", city: "fernhill"}), nil)
	w.run(nil, 1)
	x := w.explain("x/1/1", "y/1/1")
	if !strings.HasPrefix(x.FoundBy, "no blocking rule puts the two together") || x.Verdict != "different" {
		t.Errorf("found by %q, verdict %s", x.FoundBy, x.Verdict)
	}
	rules := map[string]RuleCheck{}
	for _, r := range x.Rules {
		rules[r.Rule] = r
	}
	if r := rules["email"]; r.Nearest == nil || *r.Nearest != [2]string{"annabel.t@fern.org", "annabel.u@fern.org"} {
		t.Errorf("e-mail: %+v", r)
	}
	if r := rules["birth date, name initial"]; len(r.Left) == 0 || len(r.Right) != 0 || !slices.Equal(r.MissingRight, []string{"Birth date"}) || r.MissingLeft != nil {
		t.Errorf("birth date: %+v", r)
	}
	if r := rules["family name, place"]; !slices.Equal(r.MissingLeft, []string{"Postcode", "City"}) || len(r.Right) == 0 {
		t.Errorf("family name and place: %+v", r)
	}
	holdsAll(t, "text", x.Text(), "differ, the nearest: annabel.t@fern.org and annabel.u@fern.org", "no key on the right for want of Birth date", "what would change it:", "auto begins at")
}

func TestExplainShowsValuesAsGiven(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	one := person{id: "x/1/1", given: "José", family: "Peña", born: "1971-04-09", email: "At-Home@Fern.org", mobile: "0411 222 333", line1: "7 Quince Street", city: "Fernhill", postcode: "2519", extra: map[string]string{"passport": "AB-12"}}
	other := one
	other.id, other.given, other.family, other.mobile = "y/1/1", "Jose", "Pena", "+61 411 222 333"
	c := &config.Config{Match: map[string]config.MatchRules{"people": {Fields: []config.MatchField{{Name: "passport", Path: "passport", Compare: "exact"}}}}}
	w.fill("people", append(town(60, "town"), one, other), nil)
	w.run(c, 1)
	l, _ := connec.ParseExternalID("x/1/1")
	r, _ := connec.ParseExternalID("y/1/1")
	x, err := Explain(t.Context(), Options{DB: w.db, Config: c}, "people", l, r)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string][4]string{}
	for _, s := range x.Waterfall.Steps {
		got[s.Field] = [4]string{s.LeftGiven, s.Left, s.RightGiven, s.Right}
	}
	for field, want := range map[string][4]string{
		"given": {"José", "jose", "Jose", "jose"}, "family": {"Peña", "pena", "Pena", "pena"}, "birth_date": {"1971-04-09", "1971-04-09", "1971-04-09", "1971-04-09"},
		"email": {"At-Home@Fern.org", "at-home@fern.org", "At-Home@Fern.org", "at-home@fern.org"}, "mobile": {"0411 222 333", "61411222333", "+61 411 222 333", "61411222333"},
		"street": {"7 Quince Street", "7 quince st", "7 Quince Street", "7 quince st"}, "passport": {"AB-12", "ab12", "AB-12", "ab12"}, "landline": {}, "work_email": {},
	} {
		if got[field] != want {
			t.Errorf("%s: %q, want %q", field, got[field], want)
		}
	}
	holdsAll(t, "text", x.Text(), "Peña [pena]", "José [jose]", "verdict: same")
}

// TestExplainNamesWhatKeepsApart tries each constraint that stands between two records.
func TestExplainNamesWhatKeepsApart(t *testing.T) {
	t.Parallel()
	junior, senior := anna("b/1/1"), anna("c/1/1")
	junior.family, senior.family = "thistlewood jr", "thistlewood senior"
	for _, c := range []struct {
		name      string
		people    []person
		decisions []string
		kind      string
		says      []string
	}{
		{"two IDs of one application", []person{anna("b/1/1"), anna("b/1/2")}, nil, "cannot_link",
			[]string{"b/1/1 on b/1/1", "b/1/2 on b/1/2", "if b/1 holds one thing twice"}},
		{"the same on others' records", []person{anna("connec/o/1", "b/1/500"), anna("connec/o/2", "b/1/501")}, nil, "cannot_link",
			[]string{"b/1/500 on connec/o/1", "b/1/501 on connec/o/2"}},
		{"two IDs of strangers", []person{anna("b/1/1"), bruno("b/1/2")}, nil, "cannot_link", []string{"b/1/1 on b/1/1", "holds two records for them"}},
		{"a veto", []person{junior, senior}, nil, "veto", []string{"Generation", "the decision `same`"}},
		{"a person", []person{anna("b/1/1"), anna("c/1/1")}, []string{"b/1/1 different c/1/1"}, "judged_different", []string{"another decision"}},
	} {
		w := scene(t, c.people...).judged(c.decisions...)
		w.run(nil, 1)
		x := w.explain(c.people[0].id, c.people[1].id)
		if !slices.ContainsFunc(x.KeptApart, func(k Constraint) bool { return k.Kind == c.kind }) || x.Verdict == "same" {
			t.Errorf("%s: verdict %s, kept apart by %+v", c.name, x.Verdict, x.KeptApart)
		}
		holdsAll(t, c.name, x.Text(), append(c.says, "kept apart by:\n- "+c.kind)...)
	}
	w := scene(t, anna("b/1/1"), anna("c/1/1"))
	w.run(nil, 1)
	if x := w.explain("b/1/1", "c/1/1"); len(x.KeptApart) != 0 || x.Verdict != "same" || strings.Contains(x.Text(), "kept apart") {
		t.Errorf("nothing keeps these apart: %+v", x)
	}
}

// TestExplainWalksThePath: two records that share nothing but a third.
func TestExplainWalksThePath(t *testing.T) {
	t.Parallel()
	one, middle, last := anna("b/1/1"), anna("c/1/1", "d/1/7"), anna("e/1/1", "d/1/7")
	w := scene(t, one, middle, last)
	w.run(nil, 1)
	x := w.explain("b/1/1", "e/1/1")
	if x.Verdict != "same" || len(x.Hops) == 0 || x.Hops[0].Left != "b/1/1" || x.Hops[len(x.Hops)-1].Right != "e/1/1" || len(x.Path) != len(x.Hops)+1 {
		t.Fatalf("path %v, hops %+v, verdict %s", x.Path, x.Hops, x.Verdict)
	}
	for i, h := range x.Hops {
		if x.Path[i] != h.Left || x.Path[i+1] != h.Right {
			t.Errorf("hop %d is %s to %s, the path %v", i, h.Left, h.Right, x.Path)
		}
	}
	y := w.explain("c/1/1", "e/1/1")
	if len(y.Hops) != 1 || y.Hops[0].Kind != "shared_id" || !y.Hops[0].Certain || y.Hops[0].Via != "d/1/7" || !strings.Contains(y.FoundBy, "both carry the ID d/1/7") {
		t.Errorf("joined by an ID: %+v, found by %s", y.Hops, y.FoundBy)
	}
	holdsAll(t, "certain", y.Text(), "only another ID or link")
	one1, _ := connec.ParseExternalID("d/1/7")
	self, err := Explain(t.Context(), Options{DB: w.db}, "", connec.ExternalID{Provider: "c", Realm: "1", ID: "1"}, one1)
	data, _ := json.Marshal(y)
	if err != nil || self.Verdict != "same" || strings.Contains(string(data), "null") {
		t.Errorf("%+v, %v; %s", self, err, data)
	}
}

// TestSpanningTreeIsTheStrongest compares it with every way of choosing edges on small graphs.
func TestSpanningTreeIsTheStrongest(t *testing.T) {
	t.Parallel()
	edge := func(a, b int64, weight float64, kind string, certain bool) storedEdge {
		return storedEdge{a: a, b: b, Hop: Hop{Left: fmt.Sprint(a), Right: fmt.Sprint(b), Kind: kind, Weight: weight, Certain: certain}}
	}
	edges := []storedEdge{edge(1, 2, -3, "shared_id", true), edge(2, 3, 30, "fuzzy", false), edge(1, 3, 20, "fuzzy", false), edge(3, 4, 9, "fuzzy", false),
		edge(2, 4, 8, "fuzzy", false), edge(5, 6, 7, "link", false), edge(4, 5, 2, "fuzzy", false)}
	tree := spanningTree(edges)
	var got []string
	for _, e := range tree {
		got = append(got, e.Left+e.Right)
	}
	if want := []string{"12", "23", "34", "45"}; !slices.Equal(got, want) {
		t.Errorf("tree %v, want %v: a link that does not count joins nothing", got, want)
	}
	hops := pathIn(tree, 5, 1)
	if len(hops) != 4 || hops[0].Left != "5" || hops[3].Right != "1" || weakestHop(hops) != 0 {
		t.Errorf("path %+v", hops)
	}
	if hops := pathIn(tree, 1, 6); len(hops) != 0 {
		t.Errorf("a path to nowhere: %+v", hops)
	}
}

// TestClusterIsExplainedAsItWasStored holds the cluster's figures against those that matching stored, and its edges'
// evidence against the pairs' own.
func TestClusterIsExplainedAsItWasStored(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := town(100, "a")
	third := copies(a, "c")
	for i := range third {
		third[i].ids = []string{fmt.Sprintf("d/1/%d", i+1000)}
		a[i].ids = []string{fmt.Sprintf("d/1/%d", i/2*2+1000)}
	}
	w.fill("people", append(append(a, copies(a, "b")...), third...), nil)
	w.run(nil, 1)
	checked := 0
	for line := range strings.SplitSeq(w.text(`SELECT concat_ws(' ', cluster_id, size, edges, bridges, coalesce(weakest::VARCHAR, '-'), tier) FROM cluster_stats ORDER BY size DESC, cluster_id LIMIT 5`), "\n") {
		cluster, _, _ := strings.Cut(line, " ")
		x := w.explainCluster(cluster)
		pairs, bridges := map[string]bool{}, map[string]bool{}
		for _, e := range x.Edges {
			if e.Certain || e.Kind == "fuzzy" {
				pairs[e.Left+" "+e.Right] = true
			}
			if e.Bridge {
				bridges[e.Left+" "+e.Right] = true
			}
			if pair := w.explain(e.Left, e.Right); pair.Waterfall.Total != e.Weight || pair.Waterfall.Line() != e.Evidence {
				t.Errorf("%s and %s: %v bits in the cluster, %v as a pair", e.Left, e.Right, e.Weight, pair.Waterfall.Total)
			}
			checked++
		}
		weakest := "-"
		if x.Weakest != nil {
			weakest = w.text(`SELECT $1::DOUBLE::VARCHAR`, x.Weakest.Weight)
		}
		got := fmt.Sprintf("%s %d %d %d %s %s", x.Cluster, x.Records, len(pairs), x.BridgeCount, weakest, x.Tier)
		if got != line || len(bridges) != x.BridgeCount || len(x.Tree) != x.Records-1 || len(x.Members) != x.Records {
			t.Errorf("explained %q, stored %q; %d bridges marked, %d edges in the tree", got, line, len(bridges), len(x.Tree))
		}
		holdsAll(t, cluster, x.Text(), "why one: ", "weakest link: ", x.Members[0].Key, "edges (")
	}
	if checked < 10 {
		t.Fatalf("only %d edges were looked at", checked)
	}
}

func TestClusterIsFoundByEachOfItsNames(t *testing.T) {
	t.Parallel()
	w := scene(t, anna("b/1/1"), anna("c/1/1"), bruno("connec/o/3f2a"))
	w.run(nil, 1)
	cluster := w.text(`SELECT cluster_id FROM clusters WHERE key = 'b/1/1'`)
	if _, err := w.db.Exec(`INSERT INTO cluster_names VALUES ('people', 100, 'people-former', 1, '` + cluster + `'), ('people', 101, 'people-gone', 1, NULL)`); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{cluster, "b/1/1", "c/1/1", "people-former"} {
		x := w.explainCluster(name)
		if x.Cluster != cluster || x.Records != 2 || x.AskedFor != name || !slices.Equal(x.FormerIDs, []string{"people-former"}) {
			t.Errorf("%s: %+v", name, x)
		}
	}
	if x := w.explainCluster("3f2a"); x.Tier != "single" || x.Records != 1 || x.HubRecords != 1 || len(x.Edges) != 0 || x.Reason != "" {
		t.Errorf("a record alone, by its UUID: %+v", x)
	}
	data, err := json.Marshal(w.explainCluster(cluster))
	if err != nil || strings.Contains(string(data), "null") {
		t.Errorf("%v: %s", err, data)
	}
	for name, want := range map[string]string{
		"people-gone": "stands no more", "people-never": "neither a cluster", "b/1/99": "b/1/99 carries no matched record", "b/1": "is no cluster of the workspace, and no ID",
	} {
		if _, err := ExplainCluster(t.Context(), Options{DB: w.db}, "", name); !errors.Is(err, ErrNotFound) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
	if _, err := ExplainCluster(t.Context(), Options{DB: w.db}, "invoices", cluster); err == nil || !strings.Contains(err.Error(), `"invoices"`) {
		t.Errorf("a collection that cannot be matched: %v", err)
	}
	if _, err := ExplainCluster(t.Context(), Options{DB: w.db}, "organizations", cluster); !errors.Is(err, ErrNotFound) {
		t.Errorf("a cluster of another collection: %v", err)
	}
}

// TestClusterSaysWhatTookItOutOfAuto: IDs join what an application holds to be two.
func TestClusterSaysWhatTookItOutOfAuto(t *testing.T) {
	t.Parallel()
	w := scene(t, anna("connec/o/1", "b/1/500", "c/1/1"), anna("connec/o/2", "b/1/501", "c/1/1"))
	w.run(nil, 1)
	x := w.explainCluster("c/1/1")
	if x.Tier != "review" || len(x.OutOfAuto) != 1 || x.OutOfAuto[0].Kind != "id_contradiction" || x.Weakest != nil || !x.ByIDs {
		t.Errorf("%+v", x)
	}
	holdsAll(t, "text", x.Text(), "tier review", "out of auto: id_contradiction", "none: IDs, links or decisions alone")
	w = scene(t, anna("b/1/1"), anna("b/1/2"))
	w.run(nil, 1)
	x = w.explainCluster("b/1/1")
	if len(x.KeptApart) != 1 || len(x.MayBeOne) != 1 || len(x.OutOfAuto) != 0 {
		t.Errorf("two of one application: %+v", x)
	}
	holdsAll(t, "text", x.Text(), "in review with: people-", "kept apart from others by:\n- cannot_link")
}
