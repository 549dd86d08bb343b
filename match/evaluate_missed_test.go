package match

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/sameas/sameas/internal/connec"
)

// TestEveryMissHasItsCause builds one missed pair for each cause by hand.
func TestEveryMissHasItsCause(t *testing.T) {
	t.Parallel()
	key := []string{"same"}
	var records []oneRecord
	var edges []oneEdge
	var conflicts []string
	truth := "provider,realm,id,entity\n"
	add := func(entity string, a, b oneRecord, edge float64, conflict string) {
		for _, r := range []oneRecord{a, b} {
			r.id = fmt.Sprint(len(records) + 1)
			records = append(records, r)
			truth += "p,1," + r.id + "," + entity + "\n"
		}
		if !math.IsNaN(edge) {
			edges = append(edges, oneEdge{len(records) - 1, len(records), "fuzzy", edge})
		}
		if conflict != "" {
			conflicts = append(conflicts, conflict)
		}
	}
	none := math.NaN()
	apart := func(entity string, blocks []string, review bool) (a, b oneRecord) {
		a = oneRecord{cluster: entity + "1", tier: "single", review: "r" + entity + "1", blocks: append([]string{entity}, blocks...)}
		b = oneRecord{cluster: entity + "2", tier: "single", review: "r" + entity + "2", blocks: append([]string{entity + "x"}, blocks...)}
		if review {
			b.review = a.review
		}
		return a, b
	}
	a, b := apart("u", nil, false)
	add("u", a, b, none, "")
	a, b = apart("v", []string{"samev"}, true) // one mailbox weighs enough, and is one witness
	add("v", a, b, 7, "")
	a, b = apart("s", nil, true) // found by the name before the @, which weighs little
	a.blocks, b.blocks = []string{"local-part@one"}, []string{"local-part@two"}
	add("s", a, b, none, "")
	a, b = apart("w", key, false)
	add("w", a, b, 20, "('cannot_link', 'w2', 'w1')")
	a, b = apart("x", key, false)
	add("x", a, b, 20, "('ambiguous', 'x1', 'other')")
	a, b = apart("y", key, false)
	b.cluster, b.review, a.tier, b.tier = a.cluster, a.review, "review", "review"
	add("y", a, b, 20, "('id_contradiction', 'y1', NULL)")
	a, b = apart("z", nil, true) // compared never, but two clusters that a veto keeps apart
	add("z", a, b, none, "('veto', 'z1', 'z2')")
	db := workspace(t, "people", records, edges)
	for _, c := range conflicts {
		if _, err := db.ExecContext(t.Context(), `INSERT INTO conflicts (kind, cluster_id, other_cluster_id, collection, detail) SELECT c.*, 'people', '' FROM (VALUES `+c+`) AS c`); err != nil {
			t.Fatal(err)
		}
	}
	e, err := evaluateText(t, db, truth)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range e.Collections[0].Missed {
		got = append(got, fmt.Sprintf("%s %d/%d/%d", m.name(), m.Pairs, m.NotByIDs, m.InReview))
		if int64(len(m.Worst)) != m.Pairs {
			t.Errorf("%s: %d of %d pairs are listed", m.name(), len(m.Worst), m.Pairs)
		}
	}
	slices.Sort(got)
	want := []string{"not blocked 1/1/0", "refused: ambiguous 1/1/0", "refused: cannot link 1/1/0", "refused: id contradiction 1/1/1", "refused: independence 1/1/1", "refused: veto 1/1/1", "scored low 1/1/1"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

// TestMissesAddUp matches a world and holds the missed pairs against the truth, their weights against the explanation,
// and the choice of how many are listed.
func TestMissesAddUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := town(1010, "a") // so many that not every pair is compared
	b := copies(a, "b")
	for i := range b { // two things of one application, strangers by their values, and a few that nothing finds
		switch i % 5 {
		case 0:
			b[i].ids = []string{fmt.Sprintf("c/1/%d", i)}
			a[i].ids = []string{fmt.Sprintf("c/1/x%d", i)}
		case 1:
			b[i] = person{id: b[i].id, given: "qq" + fmt.Sprint(i), family: "zz"}
		}
	}
	w.fill("people", append(a, b...), nil)
	w.run(nil, 1)
	truth := "provider,realm,id,entity\n"
	for i := range a {
		truth += fmt.Sprintf("a,1,%d,%d\nb,1,%d,%d\n", i, i, i, i)
	}
	evaluated := func(misses int) CollectionEvaluation {
		e, err := Evaluate(t.Context(), EvaluateOptions{Options: Options{DB: w.db}, Truth: strings.NewReader(truth), TruthName: "t", Misses: &misses})
		if err != nil {
			t.Fatal(err)
		}
		return e.Collections[0]
	}
	c := evaluated(1000)
	all, notByIDs := int64(0), int64(0)
	causes := map[string]bool{}
	for _, m := range c.Missed {
		causes[m.name()] = true
		all, notByIDs = all+m.Pairs, notByIDs+m.NotByIDs
		if int64(len(m.Worst)) != m.Pairs || !slices.IsSortedFunc(m.Worst, func(x, y MissedPair) int { return int(math.Ceil(y.Weight - x.Weight)) }) {
			t.Errorf("%s: %d listed of %d, or not the strongest first", m.name(), len(m.Worst), m.Pairs)
		}
		for _, p := range m.Worst[:min(len(m.Worst), 6)] {
			checkMiss(t, w, m, p)
		}
	}
	if all != c.TruePairs-c.Auto.TruePairs || notByIDs != c.NotByIDs.TruePairs-c.NotByIDs.Auto.TruePairs {
		t.Errorf("%d pairs have a cause, %d of them not by IDs; missed are %d and %d", all, notByIDs, c.TruePairs-c.Auto.TruePairs, c.NotByIDs.TruePairs-c.NotByIDs.Auto.TruePairs)
	}
	for _, want := range []string{"not blocked", "refused: cannot link"} {
		if !causes[want] {
			t.Errorf("no pair is %s: %v", want, causes)
		}
	}
	few := evaluated(2)
	for i, m := range few.Missed {
		whole := c.Missed[i]
		if m.Pairs != whole.Pairs || !slices.Equal(m.Worst, whole.Worst[:min(2, len(whole.Worst))]) {
			t.Errorf("%s: two of the list are not its first two", m.name())
		}
	}
}

// checkMiss compares a missed pair with its explanation.
func checkMiss(t *testing.T, w *world, m Missed, p MissedPair) {
	t.Helper()
	left, _ := connec.ParseExternalID(p.Left)
	right, _ := connec.ParseExternalID(p.Right)
	x, err := Explain(t.Context(), Options{DB: w.db}, "people", left, right)
	if err != nil {
		t.Fatal(err)
	}
	if x.Waterfall.Total != p.Weight || x.Waterfall.Line() != p.Evidence {
		t.Errorf("%s and %s: %v bits in the list and %v explained", p.Left, p.Right, p.Weight, x.Waterfall.Total)
	}
	none := strings.Contains(x.FoundBy, "no blocking rule")
	if none != (m.Why == notBlocked) && m.Why != refused {
		t.Errorf("%s and %s are %s, but explained: %s", p.Left, p.Right, m.name(), x.FoundBy)
	}
	if m.Constraint == "cannot_link" && !slices.ContainsFunc(x.KeptApart, func(c Constraint) bool { return c.Kind == "cannot_link" && len(c.LeftIDs) > 0 && len(c.RightIDs) > 0 }) {
		t.Errorf("%s and %s: the IDs that keep them apart are not named: %+v", p.Left, p.Right, x.KeptApart)
	}
}

// TestSameEvaluationWhateverTheOrderOfRows: rows are numbered and come otherwise, and nothing of the result changes.
func TestSameEvaluationWhateverTheOrderOfRows(t *testing.T) {
	t.Parallel()
	people := append(town(90, "a"), copies(town(90, "a"), "b")...)
	truth := "provider,realm,id,entity,collection,kind\n"
	for i := range 90 {
		truth += fmt.Sprintf("a,1,%d,%d,people,original\nb,1,%d,%d,people,copy %d\n", i, i/2, i, i/2, i%3)
	}
	want := ""
	for round := range 3 {
		w := newWorld(t)
		w.fill("people", people, rand.New(rand.NewPCG(uint64(round), 4)).Perm(len(people)))
		w.run(nil, 1)
		e, err := evaluateText(t, w.db, truth)
		if err != nil {
			t.Fatal(err)
		}
		data, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		if got := string(data) + e.Text(); round == 0 {
			want = got
		} else if got != want {
			t.Errorf("round %d: the evaluation differs\n%s\n%s", round, got, want)
		}
	}
}

// TestLargeEntitiesAreCountedOnly: the pairs of an entity of very many records are no list that anybody reads.
func TestLargeEntitiesAreCountedOnly(t *testing.T) {
	t.Parallel()
	const n = manyRecords + 1
	records := make([]oneRecord, n)
	truth := "provider,realm,id,entity\n"
	for i := range records {
		records[i] = oneRecord{id: fmt.Sprint(i), cluster: fmt.Sprint("c", i/2), tier: "auto", review: fmt.Sprint("r", i/4)}
		truth += fmt.Sprintf("p,1,%d,x\n", i)
	}
	e, err := evaluateText(t, workspace(t, "people", records, []oneEdge{{1, 3, "link", math.NaN()}}), truth)
	if err != nil {
		t.Fatal(err)
	}
	c := e.Collections[0]
	want := Missed{Why: notLookedAt, Pairs: c.TruePairs - c.Auto.TruePairs, NotByIDs: c.TruePairs - c.Auto.TruePairs - 1, InReview: n / 4 * 4, Worst: []MissedPair{}}
	if len(c.Missed) != 1 || fmt.Sprint(c.Missed[0]) != fmt.Sprint(want) {
		t.Errorf("%+v, want %+v", c.Missed, want)
	}
}

func TestFirstObstacle(t *testing.T) {
	t.Parallel()
	for _, c := range [][3]string{{"", "veto", "veto"}, {"veto", "", "veto"}, {"veto", "cannot_link", "cannot_link"}, {"judged_different", "cannot_link", "judged_different"},
		{"link_contradicted", "veto", "veto"}, {"link_contradicted", "never heard of", "never heard of"}, {"never heard of", "veto", "veto"}} {
		if got := firstObstacle(c[0], c[1]); got != c[2] {
			t.Errorf("of %q and %q: %q, want %q", c[0], c[1], got, c[2])
		}
		if got := firstObstacle(c[1], c[0]); got != c[2] {
			t.Errorf("of %q and %q: %q, want %q", c[1], c[0], got, c[2])
		}
	}
}
