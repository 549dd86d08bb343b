package match

import (
	"strings"
	"testing"
	"time"

	"github.com/sameas/sameas/internal/config"
)

// judged adds decisions, each "left same right" or "left different right".
func (w *world) judged(decisions ...string) *world {
	w.t.Helper()
	for i, d := range decisions {
		parts := strings.Fields(d)
		at := time.Date(2020, 1, 1, 0, 0, i, 0, time.UTC)
		if _, err := w.db.Exec(`INSERT INTO decisions VALUES ('people', $1, $2, $3, 'me', $4, 'test', 0, NULL)`, parts[0], parts[2], parts[1], at); err != nil {
			w.t.Fatal(err)
		}
	}
	return w
}

// reviewItems counts the questions that are left to a person.
func (w *world) reviewItems() string {
	return w.text(`SELECT count(*)::VARCHAR FROM (SELECT review_id FROM clusters GROUP BY review_id HAVING count(DISTINCT cluster_id) > 1 OR bool_or(tier = 'review'))`)
}

func (w *world) kinds() string {
	return w.text(`SELECT kind || ': ' || detail FROM conflicts ORDER BY 1`)
}

func TestDecisionsAreAboveAllElse(t *testing.T) {
	t.Parallel()
	junior, senior := anna("b/1/1"), anna("c/1/1")
	junior.family, senior.family = "thistlewood jr", "thistlewood senior"
	barbara := anna("connec/o/3", "c/1/1")
	barbara.given = "Barbara"
	for _, c := range []struct {
		name      string
		people    []person
		links     []string // "left right"
		decisions []string
		together  []string // "left right": in one auto cluster
		apart     []string // "left right": in two clusters
		items     string   // review items left
		conflicts string   // kinds that must be told, of those that decisions make or end
	}{
		{name: "two IDs of one application, unasked", people: []person{anna("b/1/1"), anna("b/1/2")},
			apart: []string{"b/1/1 b/1/2"}, items: "1", conflicts: "cannot_link"},
		{name: "two IDs of one application, judged the same", people: []person{anna("b/1/1"), anna("b/1/2")},
			decisions: []string{"b/1/1 same b/1/2"}, together: []string{"b/1/1 b/1/2"}, items: "0"},
		{name: "the same, with a hub record of each", people: []person{anna("b/1/1"), anna("b/1/2"), anna("connec/o/1", "b/1/1"), anna("connec/o/2", "b/1/2")},
			decisions: []string{"b/1/1 same b/1/2"}, together: []string{"connec/o/1 connec/o/2", "b/1/1 connec/o/2"}, items: "0"},
		{name: "a veto, unasked", people: []person{junior, senior}, apart: []string{"b/1/1 c/1/1"}, items: "1", conflicts: "veto"},
		{name: "a veto, judged the same", people: []person{junior, senior}, decisions: []string{"b/1/1 same c/1/1"}, together: []string{"b/1/1 c/1/1"}, items: "0"},
		{name: "a contradicted link, unasked", people: []person{anna("b/1/1"), bruno("c/1/1")}, links: []string{"b/1/1 c/1/1"},
			apart: []string{"b/1/1 c/1/1"}, items: "1", conflicts: "link_contradicted"},
		{name: "a contradicted link, judged the same", people: []person{anna("b/1/1"), bruno("c/1/1")}, links: []string{"b/1/1 c/1/1"},
			decisions: []string{"b/1/1 same c/1/1"}, together: []string{"b/1/1 c/1/1"}, items: "0"},
		{name: "strangers, judged the same", people: []person{anna("b/1/1"), bruno("b/1/2")},
			decisions: []string{"b/1/1 same b/1/2"}, together: []string{"b/1/1 b/1/2"}, items: "0"},
		{name: "a contradiction of IDs, unasked", people: []person{anna("a/1/1"), anna("a/1/2"), anna("b/1/5")}, links: []string{"a/1/1 b/1/5", "a/1/2 b/1/5"},
			items: "1", conflicts: "id_contradiction"},
		{name: "a contradiction of IDs, judged the same", people: []person{anna("a/1/1"), anna("a/1/2"), anna("b/1/5")}, links: []string{"a/1/1 b/1/5", "a/1/2 b/1/5"},
			decisions: []string{"a/1/1 same a/1/2"}, together: []string{"a/1/1 a/1/2", "a/1/2 b/1/5"}, items: "0"},
		{name: "a contradiction of IDs, one pair judged different", people: []person{anna("a/1/1"), anna("a/1/2"), anna("b/1/5")}, links: []string{"a/1/1 b/1/5", "a/1/2 b/1/5"},
			decisions: []string{"a/1/1 different a/1/2"}, apart: []string{"a/1/1 a/1/2"}, items: "1", conflicts: "id_contradiction"},
		{name: "a contradiction of IDs, wholly judged", people: []person{anna("a/1/1"), anna("a/1/2"), anna("b/1/5")}, links: []string{"a/1/1 b/1/5", "a/1/2 b/1/5"},
			decisions: []string{"a/1/1 different a/1/2", "a/1/2 same b/1/5"}, together: []string{"a/1/2 b/1/5"}, apart: []string{"a/1/1 a/1/2", "a/1/1 b/1/5"}, items: "0", conflicts: "judged_different link_overruled"},
		{name: "one record with two IDs, judged as a whole", people: []person{anna("connec/o/1", "b/1/1", "b/1/2", "c/1/1"), anna("c/1/1")},
			decisions: []string{"connec/o/1 same c/1/1"}, together: []string{"connec/o/1 c/1/1"}, items: "0"},
		{name: "a judgement does not speak for what IDs bring along", people: []person{anna("connec/o/1", "b/1/1"), anna("connec/o/2", "c/1/1"), anna("connec/o/3", "b/1/2", "c/1/1")},
			decisions: []string{"connec/o/1 same connec/o/2"}, items: "1", conflicts: "id_contradiction"},
		{name: "nor for a difference that it did not see", people: []person{anna("connec/o/1", "b/1/1"), anna("connec/o/2", "c/1/1"), barbara},
			decisions: []string{"connec/o/1 same connec/o/2"}, items: "1", conflicts: "veto"},
		{name: "a shared ID, judged different", people: []person{anna("connec/o/1", "b/1/5"), anna("connec/o/2", "b/1/5")},
			decisions: []string{"connec/o/1 different connec/o/2"}, apart: []string{"connec/o/1 connec/o/2"}, items: "0", conflicts: "judged_different link_overruled"},
		{name: "look-alikes, judged different", people: []person{anna("b/1/1"), anna("c/1/1")},
			decisions: []string{"b/1/1 different c/1/1"}, apart: []string{"b/1/1 c/1/1"}, items: "0", conflicts: "judged_different"},
		{name: "judged different by the IDs of other records of the two", people: []person{anna("connec/o/1", "b/1/1"), anna("connec/o/2", "c/1/1")},
			decisions: []string{"b/1/1 different c/1/1"}, apart: []string{"connec/o/1 connec/o/2"}, items: "0", conflicts: "judged_different"},
		{name: "decisions that contradict each other", people: []person{anna("b/1/1"), anna("c/1/1"), anna("d/1/1")},
			decisions: []string{"b/1/1 same c/1/1", "c/1/1 same d/1/1", "b/1/1 different d/1/1"}, apart: []string{"b/1/1 d/1/1"}, items: "1", conflicts: "decision_conflict judged_different"},
		{name: "a later decision takes the place of an earlier one", people: []person{anna("b/1/1"), anna("c/1/1")},
			decisions: []string{"b/1/1 different c/1/1", "c/1/1 same b/1/1"}, together: []string{"b/1/1 c/1/1"}, items: "0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := scene(t, c.people...).judged(c.decisions...)
			for i, l := range c.links {
				left, right, _ := strings.Cut(l, " ")
				w.link("walk", i+2, "people", left, right)
			}
			w.run(nil, 1)
			for _, pair := range c.together {
				if left, right, _ := strings.Cut(pair, " "); !w.together(left, right) {
					t.Errorf("%s are not in one auto cluster", pair)
				}
			}
			for _, pair := range c.apart {
				if left, right, _ := strings.Cut(pair, " "); w.text(`SELECT 'yes' FROM clusters x JOIN clusters y USING (cluster_id) WHERE x.key = $1 AND y.key = $2`, left, right) != "" {
					t.Errorf("%s are in one cluster", pair)
				}
			}
			if got := w.reviewItems(); got != c.items {
				t.Errorf("%s review items, want %s", got, c.items)
			}
			told := w.text(`SELECT DISTINCT kind FROM conflicts WHERE kind NOT IN ('suppressed') ORDER BY kind`)
			if told = strings.ReplaceAll(told, "\n", " "); told != c.conflicts {
				t.Errorf("conflicts %q, want %q", told, c.conflicts)
			}
			if t.Failed() {
				t.Log(w.kinds())
			}
		})
	}
}

func TestAmbiguousRecordsAreAttachedWhereAPersonSays(t *testing.T) {
	t.Parallel()
	first, second, third := anna("b/1/1"), anna("b/1/2"), anna("connec/org/3")
	second.born, second.mobile, second.email = "1999-08-21", "0455123987", "other@fern.org"
	third.born, third.mobile, third.email = "", "", ""
	for _, decision := range []string{"b/1/2 same connec/org/3", "connec/org/3 different b/1/1"} {
		w := scene(t, first, second, third).judged(decision)
		w.run(&config.Config{Match: map[string]config.MatchRules{"people": {Thresholds: config.Thresholds{Auto: 0.6, Review: 0.3, Attach: 0.9}}}}, 1)
		if w.conflicts("ambiguous") != 0 || !w.together("b/1/2", "connec/org/3") || w.together("b/1/1", "connec/org/3") {
			t.Errorf("%s: %s", decision, w.kinds())
		}
	}
}

func TestDecisionsOnUnknownRecordsAreCounted(t *testing.T) {
	t.Parallel()
	w := scene(t, anna("b/1/1"), anna("c/1/1")).judged("b/1/1 same c/1/1", "b/1/1 same z/9/9", "y/9/9 different z/9/9")
	warnings := strings.Join(w.run(nil, 1).Collections[0].Warnings, "\n")
	if !strings.Contains(warnings, "2 decisions name a record that is not in the workspace") {
		t.Errorf("warnings: %s", warnings)
	}
	w = scene(t, anna("b/1/1"), anna("c/1/1")).judged("b/1/1 same c/1/1")
	if warnings := strings.Join(w.run(nil, 1).Collections[0].Warnings, "\n"); strings.Contains(warnings, "decisions name") {
		t.Errorf("warnings: %s", warnings)
	}
}
