package merge

import (
	"strings"
	"testing"

	"github.com/sameas/sameas/internal/config"
)

// TestCreatesBesideNoCandidate: a record that the hub may hold already is withheld, by whatever the tables tell of it: the
// review cluster, an edge whose union was refused without a word, a conflict, or an ID that a hub record bears.
func TestCreatesBesideNoCandidate(t *testing.T) {
	t.Parallel()
	h, twin := row{key: "connec/org-1/h"}, row{key: "c/1/9", cluster: "ph"}
	with := func(r row, cluster, review string) row {
		r.cluster, r.review = cluster, review
		return r
	}
	a, c := row{key: "a/1/1", cluster: "p"}, row{key: "c/1/5", cluster: "p"}
	ac := tie{"a/1/1", "c/1/5", "fuzzy", 0.9999}
	different := func(t *testing.T, exec func(string, ...any)) {
		exec("INSERT INTO decisions VALUES ('people', 'a/1/1', 'connec/org-1/h', 'different', 'ada', TIMESTAMP '2026-01-01', '', 0, NULL)")
	}
	cases := map[string]struct {
		world
		decided func(*testing.T, func(string, ...any))
		want    string // reason withheld; "" is created
	}{
		"nothing is like the record":       {world: world{rows: []row{h, {key: "a/1/1"}}}},
		"nothing is like the cluster":      {world: world{rows: []row{h, a, c}, ties: []tie{ac}}},
		"the cluster's review item":        {world: world{rows: []row{with(h, "", "r"), with(a, "p", "r"), with(c, "p", "r")}, ties: []tie{ac}}, want: WithheldReview},
		"an edge at review":                {world: world{rows: []row{h, {key: "a/1/1"}}, ties: []tie{{"a/1/1", h.key, "fuzzy", 0.5}}}, want: WithheldReview},
		"an edge below review":             {world: world{rows: []row{h, {key: "a/1/1"}}, ties: []tie{{"a/1/1", h.key, "fuzzy", 0.49}}}},
		"an edge of another record of it":  {world: world{rows: []row{h, a, c}, ties: []tie{ac, {"c/1/5", h.key, "fuzzy", 0.6}}}, want: WithheldReview},
		"a link that was not followed":     {world: world{rows: []row{h, a, c}, ties: []tie{ac, {"c/1/5", h.key, "link", 0.1}}}, want: WithheldReview},
		"an edge to a record of the hub's": {world: world{rows: []row{with(h, "ph", ""), twin, a, c}, ties: []tie{ac, {"c/1/5", twin.key, "fuzzy", 0.6}}}, want: WithheldReview},
		"a conflict without an edge": {world: world{rows: []row{h, {key: "a/1/1"}}, troubles: []trouble{{col: "people", kind: "suppressed", cluster: "alone-a/1/1", other: "alone-" + h.key,
			a: "a/1/1", b: h.key}}}, want: WithheldReview},
		"a conflict of the cluster": {world: world{rows: []row{h, a, c}, ties: []tie{ac}, troubles: []trouble{{col: "people", kind: "link_contradicted", cluster: "alone-" + h.key, other: "p",
			a: "c/1/5", b: h.key}}}, want: WithheldReview},
		"an ID that a hub record bears": {world: world{rows: []row{{key: h.key, also: []string{"a/1/1"}}, a, c}, ties: []tie{ac}}, want: WithheldElsewhere},
		"judged different": {world: world{rows: []row{h, a, c}, ties: []tie{ac, {"c/1/5", h.key, "fuzzy", 0.9}}, troubles: []trouble{{col: "people", kind: "judged_different", cluster: "p",
			other: "alone-" + h.key, a: "a/1/1", b: h.key}}}, decided: different},
	}
	for name, c := range cases {
		for _, create := range []bool{true, false} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				db := c.open(t)
				if c.decided != nil {
					c.decided(t, func(text string, args ...any) {
						if _, err := db.ExecContext(t.Context(), text, args...); err != nil {
							t.Fatal(err)
						}
					})
				}
				_, _, ops, _ := plan(t, db, settings(func(s *config.Config) { s.Merge.Create = create }))
				made, want := 0, c.want
				if want == "" && !create {
					want = WithheldNotInHub
				}
				for _, op := range ops {
					switch {
					case op.Type == TypeCreate:
						made++
					case op.Type == TypeWithheld && op.Withheld != want && (op.Record == "a/1/1" || op.Record == "c/1/5"):
						t.Errorf("%s is withheld as %s (%s), not as %q", op.Record, op.Withheld, op.Reason.Text, want)
					}
				}
				if (made == 1) != (want == "") {
					t.Errorf("%d are created; withheld for %q was due", made, want)
				}
			})
		}
	}
}

// TestDeadIDIsNoSecondRecord: a hub record that bears an ID which its application no longer lists gains no other of the
// application, and nobody is told that the application holds the record twice.
func TestDeadIDIsNoSecondRecord(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		rows []row
		want string
	}{
		{[]row{{key: "connec/org-1/h", also: []string{"a/1/2"}, cluster: "p"}, {key: "a/1/1", cluster: "p"}}, WithheldOldID},
		{[]row{{key: "connec/org-1/h", also: []string{"a/1/2"}, cluster: "p"}, {key: "a/1/1", cluster: "p"}, {key: "a/1/2", cluster: "p"}}, WithheldSecondID},
	} {
		w := world{rows: c.rows, ties: []tie{{"connec/org-1/h", "a/1/1", "fuzzy", 0.9999}, {"connec/org-1/h", "a/1/2", "shared_id", 0}}}
		summary, _, ops, _ := plan(t, w.open(t), settings(nil))
		if len(summary.Operations) > 0 || summary.Withheld[c.want] != 1 {
			t.Errorf("%d records: %v, withheld %v", len(c.rows), summary.Operations, summary.Withheld)
		}
		if c.want == WithheldOldID && !strings.Contains(ops[0].Reason.Text, "bears a/1/2, which the application no longer lists") {
			t.Error(ops[0].Reason.Text)
		}
	}
}

// TestCreatedDates: a created record gets the date as it was read, in the one form that the hub has for it, and none whose
// meaning is a guess.
func TestCreatedDates(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ given, read, sent string }{
		{"25/12/1980", "1980-12-25", `"birth_date":"1980-12-25"`},
		{"1980-12-25T00:00:00Z", "1980-12-25", `"birth_date":"1980-12-25"`},
		{"05/06/1961", "", ""},
		{"unknown", "", ""},
	} {
		for _, rows := range [][]row{
			{{key: "a/1/5", birth: c.read, fields: map[string]any{"first_name": "Ann", "birth_date": c.given}}},
			{{key: "a/1/5", birth: c.read, cluster: "p", fields: map[string]any{"first_name": "Ann", "birth_date": c.given}}, {key: "c/1/7", cluster: "p"}},
		} {
			w := world{rows: rows, ties: []tie{{"a/1/5", "c/1/7", "fuzzy", 0.9999}}}
			_, _, ops, _ := plan(t, w.open(t), settings(func(s *config.Config) { s.Merge.Create = true }))
			if len(ops) != 1 || ops[0].Type != TypeCreate {
				t.Fatalf("%+v", ops)
			}
			body := string(ops[0].Request.Body)
			if c.sent != "" && !strings.Contains(body, c.sent) || c.sent == "" && (strings.Contains(body, "birth_date") || !hasHazard(ops[0], HazardDateLeft)) {
				t.Errorf("%s, read as %q: %s %+v", c.given, c.read, body, ops[0].Hazards)
			}
		}
	}
}

// TestNothingIsCreatedInDoubt: where the hub's own records may not all have been read, what seems to be missing may be there.
func TestNothingIsCreatedInDoubt(t *testing.T) {
	t.Parallel()
	w := world{rows: []row{{key: "connec/org-1/h"}, {key: "a/1/1"}, {key: "a/1/2", cluster: "p"}, {key: "c/1/2", cluster: "p"}}, ties: []tie{{"a/1/2", "c/1/2", "fuzzy", 0.9999}}}
	for doubted, want := range map[string]int64{"": 0, "WHERE source_type = 'connec'": 3} {
		db := w.open(t)
		if doubted != "" {
			if _, err := db.ExecContext(t.Context(), "UPDATE extractions SET status = 'in_doubt', doubt = '9 of 10' "+doubted); err != nil {
				t.Fatal(err)
			}
		}
		summary, _, _, _ := plan(t, db, settings(func(c *config.Config) { c.Merge.Create = true }))
		if summary.Withheld[WithheldInDoubt] != want || (summary.Operations[TypeCreate] > 0) != (want == 0) {
			t.Errorf("%q: %v, withheld %v", doubted, summary.Operations, summary.Withheld)
		}
	}
}

// TestWhatAPersonMustJudgeIsCounted: a record withheld for a person's judgement is one of the review items.
func TestWhatAPersonMustJudgeIsCounted(t *testing.T) {
	t.Parallel()
	w := world{rows: []row{{key: "connec/org-1/h"}, {key: "a/1/1"}}, troubles: []trouble{{col: "people", kind: "cannot_link", a: "a/1/1", b: "connec/org-1/h"}}}
	summary, _, _, _ := plan(t, w.open(t), settings(func(c *config.Config) { c.Merge.Create = true }))
	if summary.Withheld[WithheldReview] != 1 || summary.ReviewItems != 1 {
		t.Errorf("withheld %v, %d to review", summary.Withheld, summary.ReviewItems)
	}
}

// TestNothingIsCreatedUnread: where no extraction of the hub's records has ended, what a file holds may be there.
func TestNothingIsCreatedUnread(t *testing.T) {
	t.Parallel()
	for change, want := range map[string]int64{"DELETE FROM extractions WHERE collection = 'people'": 1, "UPDATE extractions SET status = 'failed'": 1,
		"DELETE FROM extractions WHERE collection <> 'people'": 0} {
		db := world{rows: []row{{key: "connec/org-1/h"}, {key: "a/1/1"}}}.open(t)
		if _, err := db.ExecContext(t.Context(), change); err != nil {
			t.Fatal(err)
		}
		summary, _, ops, _ := plan(t, db, settings(func(c *config.Config) { c.Merge.Create = true }))
		if summary.Withheld[WithheldInDoubt] != want || summary.Operations[TypeCreate] != 1-want {
			t.Errorf("%s: %v, withheld %v: %+v", change, summary.Operations, summary.Withheld, ops)
		}
	}
}

// TestAFileOwnsNothingOfTheHub says what an owner has no say in.
func TestAFileOwnsNothingOfTheHub(t *testing.T) {
	t.Parallel()
	w := world{rows: []row{{key: "connec/org-1/h"}}}
	owned := func(source string) PlanSummary {
		summary, _, _, _ := plan(t, w.open(t), settings(func(c *config.Config) { c.Merge.Owners = map[string]string{"email.address": source} }))
		return summary
	}
	if s := owned("crm"); len(s.Notes) != 1 || !strings.Contains(s.Text(), "note: merge.owners: crm owns email.address of the records that merge.create makes") {
		t.Errorf("%q", s.Notes)
	}
	if s := owned("hub"); len(s.Notes) > 0 {
		t.Errorf("%q", s.Notes)
	}
}
