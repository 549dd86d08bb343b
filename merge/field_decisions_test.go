package merge

import (
	"database/sql"
	"slices"
	"strings"
	"testing"

	"github.com/sameas/sameas/internal/config"
)

// decideField keeps a person's decision on a field of a person's record, named by an ID in text form, a second after the
// one before it.
func decideField(t *testing.T, db *sql.DB, id, field string) {
	t.Helper()
	e := mustID(id)
	_, err := db.Exec(`INSERT INTO field_decisions SELECT 'people', $1, $2, $3, $4, 'me', TIMESTAMP '2020-01-01' + to_seconds(count(*)), '', 0, NULL FROM field_decisions`,
		e.Provider, e.Realm, e.ID, field)
	if err != nil {
		t.Fatal(err)
	}
}

// TestFieldDecisionsWin: what a person says of a field goes before every rule, by any ID of the record, for a group or all
// paths that begin alike as for a field; the later of two counts.
func TestFieldDecisionsWin(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name      string
		decisions []string          // "record field"
		want      map[string]string // field -> surviving value
	}{
		{"the loser's line, a flag and consent", []string{"b/77/9 address_home.billing.line1", "b/77/9 is_customer"},
			map[string]string{"address_home.billing.line1": `"1 High St"`, "is_customer": "false"}},
		{"a group", []string{"connec/org-1/h1 address_home.billing"},
			map[string]string{"address_home.billing.line1": `"1 High St"`, "address_home.billing.line2": `"Unit 3"`, "address_home.billing.city": "null"}},
		{"all that begins alike", []string{"connec/org-1/h1 address_home"},
			map[string]string{"address_home.billing.line1": `"1 High St"`, "address_home.billing.line2": `"Unit 3"`, "address_home.billing.city": "null"}},
		{"the later", []string{"a/1/4 first_name", "b/77/9 first_name"}, map[string]string{"first_name": `"J."`}},
		{"the later, of the other", []string{"b/77/9 first_name", "a/1/4 first_name"}, map[string]string{"first_name": `"John"`}},
		{"another record's", []string{"a/1/elsewhere first_name"}, map[string]string{"first_name": `"John"`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := goldenCases()["consolidate"].world
			w.rows = append(slices.Clone(w.rows), row{key: "connec/org-1/other", also: []string{"a/1/elsewhere"}})
			db := w.open(t)
			for _, d := range c.decisions {
				id, field, _ := strings.Cut(d, " ")
				decideField(t, db, id, field)
			}
			_, _, ops, _ := plan(t, db, settings(nil))
			for field, want := range c.want {
				i := slices.IndexFunc(ops[0].Fields, func(f FieldChoice) bool { return f.Field == field })
				if i < 0 {
					t.Fatalf("%s was not decided: %+v", field, ops[0].Fields)
				}
				f := ops[0].Fields[i]
				if decided := !strings.Contains(c.name, "another"); string(f.After) != want || decided != (f.Rule == ruleDecision) {
					t.Errorf("%s = %s by %q, want %s", field, f.After, f.Rule, want)
				}
				if before, planned := ops[0].Before.Fields[field], ops[0].Expect.Fields[field]; f.changes() && (string(planned) != want || before == nil) {
					t.Errorf("%s: the operation writes %s over %s, want %s", field, planned, before, want)
				}
			}
		})
	}
}

// TestADecisionForAllPathsEmptiesNone: a record chosen for its e-mails, of which it holds one, takes away no second one.
func TestADecisionForAllPathsEmptiesNone(t *testing.T) {
	t.Parallel()
	w := world{rows: []row{
		{key: "connec/org-1/h1", cluster: "p1", also: []string{"a/1/5"}, fields: map[string]any{"first_name": "Ann", "job_title": "Chef", "email": map[string]any{"address": "a@x.org", "address2": "b@x.org"}}},
		{key: "connec/org-1/h2", cluster: "p1", fields: map[string]any{"email": map[string]any{"address": "c@x.org"}}}},
		ties: []tie{{"connec/org-1/h1", "connec/org-1/h2", "decision", 0}}}
	db := w.open(t)
	decideField(t, db, "connec/org-1/h2", "email")
	_, _, ops, _ := plan(t, db, settings(nil))
	got := map[string]string{}
	for _, f := range ops[0].Fields {
		got[f.Field] = string(f.After)
	}
	if got["email.address"] != `"c@x.org"` || got["email.address2"] != "" && got["email.address2"] != `"b@x.org"` {
		t.Errorf("decided: %v, want c@x.org, and b@x.org left alone", got)
	}
}

// TestADecidedSurvivorSurvives goes before every rule, and what was undone counts no more.
func TestADecidedSurvivorSurvives(t *testing.T) {
	t.Parallel()
	for undone, want := range map[bool]string{false: "connec/org-1/h2", true: "connec/org-1/h1"} {
		w := world{rows: []row{
			{key: "connec/org-1/h1", cluster: "p1", also: []string{"a/1/5"}, fields: map[string]any{"first_name": "Ann", "job_title": "Chef"}},
			{key: "connec/org-1/h2", cluster: "p1", fields: map[string]any{"website": "x.org"}}},
			ties: []tie{{"connec/org-1/h1", "connec/org-1/h2", "decision", 0}}}
		db := w.open(t)
		decideField(t, db, "connec/org-1/h2", "survivor")
		if undone {
			if _, err := db.Exec(`UPDATE field_decisions SET withdrawn_at = TIMESTAMP '2020-01-02'`); err != nil {
				t.Fatal(err)
			}
		}
		_, _, ops, _ := plan(t, db, settings(nil))
		at := slices.IndexFunc(ops, func(op Operation) bool { return op.Type == TypeConsolidate })
		if at < 0 {
			t.Fatalf("undone %t: nothing is consolidated: %+v", undone, ops)
		}
		if op := ops[at]; op.Target != want || !undone && op.SurvivorRule != ruleDecision {
			t.Errorf("undone %t: %s survives by %q, want %s", undone, op.Target, op.SurvivorRule, want)
		}
	}
}

func TestUndecidable(t *testing.T) {
	t.Parallel()
	for field, want := range map[string]string{"code": "never written", "created_at": "set by the hub alone", "": "is empty", "email": "", "name": "", "email.address": ""} {
		if got := Undecidable(field); want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%q: %q, want %q", field, got, want)
		}
	}
}

// TestADateOfTwoReadingsContradicts: a birth date that nothing tells the reading of is still known not to be another that
// fits neither of its readings.
func TestADateOfTwoReadingsContradicts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		one, read, other string // read is one as extract has it; the other is never read
		differ           bool
	}{
		{"03/04/1980", "", "05/06/1952", true},
		{"1952-06-05", "1952-06-05", "03/04/1980", true},
		{"03/04/1980", "", "04.03.1980", false},
		{"1980-03-04", "1980-03-04", "03/04/1980", false},
		{"1980-04-03", "1980-04-03", "03-04-1980", false},
		{"", "", "03/04/1980", false},
		{"soon", "", "03/04/1980", false},
		{"1900-01-01", "1900-01-01", "03/04/1980", false},
	} {
		for _, first := range []string{"connec/org-1/h1", "b/77/8"} {
			rows := []row{{key: first, cluster: "p1", birth: c.read, fields: map[string]any{"first_name": "Ann", "birth_date": c.one}},
				{key: "a/1/5", cluster: "p1", fields: map[string]any{"first_name": "Ann", "birth_date": c.other}}}
			w := world{rows: rows, ties: []tie{{first, "a/1/5", "fuzzy", 0.9999}}}
			summary, _, ops, _ := plan(t, w.open(t), settings(func(c *config.Config) { c.Merge.Create = true }))
			withheld := slices.ContainsFunc(ops, func(op Operation) bool { return op.Withheld == WithheldBirthDate })
			if withheld != c.differ || (len(writes(ops)) > 0) == c.differ || (summary.ReviewItems > 0) != c.differ {
				t.Errorf("%q of %s and %q: withheld %v, %d writes, %d to review", c.one, first, c.other, withheld, len(writes(ops)), summary.ReviewItems)
			}
		}
	}
}

// TestJudgedSameInSpiteOfBirthDates: birth dates that differ withhold a cluster, unless a person held the records to be
// one; a third record with another date is nobody's judgement.
func TestJudgedSameInSpiteOfBirthDates(t *testing.T) {
	t.Parallel()
	two := []row{
		{key: "connec/org-1/h1", cluster: "p1", birth: "1980-01-02", fields: map[string]any{"first_name": "Ann", "birth_date": "1980-01-02T00:00:00Z"}},
		{key: "connec/org-1/h2", cluster: "p1", birth: "1980-02-01", also: []string{"a/1/5"}, fields: map[string]any{"first_name": "Ann", "birth_date": "1980-02-01T00:00:00Z"}}}
	for _, c := range []struct {
		name  string
		rows  []row
		ties  []tie
		write bool
	}{
		{"likeness", two, []tie{{"connec/org-1/h1", "connec/org-1/h2", "fuzzy", 0.9999}}, false},
		{"a person", two, []tie{{"connec/org-1/h1", "connec/org-1/h2", "decision", 0}}, true},
		{"a third with one of the two", append(slices.Clone(two), row{key: "a/1/6", cluster: "p1", birth: "1980-02-01"}),
			[]tie{{"connec/org-1/h1", "connec/org-1/h2", "decision", 0}, {"connec/org-1/h2", "a/1/6", "link", 0}}, true},
		{"a third with another", append(slices.Clone(two), row{key: "a/1/6", cluster: "p1", birth: "1999-09-09"}),
			[]tie{{"connec/org-1/h1", "connec/org-1/h2", "decision", 0}, {"connec/org-1/h2", "a/1/6", "link", 0}}, false},
	} {
		_, _, ops, _ := plan(t, world{rows: c.rows, ties: c.ties}.open(t), settings(nil))
		withheld := slices.ContainsFunc(ops, func(op Operation) bool { return op.Withheld == WithheldBirthDate })
		if wrote := len(writes(ops)) > 0; wrote != c.write || withheld == c.write {
			t.Errorf("%s: writes %v, withheld %v", c.name, wrote, withheld)
		}
	}
}
