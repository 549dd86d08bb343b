package merge

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func decisionsFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "fields.csv")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestFieldDecisionsWin: what a person says of a field goes before every rule, by any ID of the record, for a group as for
// a field; the later of two counts, and what is not the record's to give is refused.
func TestFieldDecisionsWin(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, csv string
		want      map[string]string // field -> surviving value
	}{
		{"the loser's line, a flag and consent", "collection,record,field\npeople,b/77/9,address_home.billing.line1\npeople,b/77/9,is_customer\n",
			map[string]string{"address_home.billing.line1": `"1 High St"`, "is_customer": "false"}},
		{"a group", "field,record,collection,why\naddress_home.billing,connec/org-1/h1,people,moved\n",
			map[string]string{"address_home.billing.line1": `"1 High St"`, "address_home.billing.line2": `"Unit 3"`, "address_home.billing.city": "null"}},
		{"the later", "collection,record,field\npeople,a/1/4,first_name\npeople,b/77/9,first_name\n", map[string]string{"first_name": `"J."`}},
		{"the later, of the other", "collection,record,field\npeople,b/77/9,first_name\npeople,a/1/4,first_name\n", map[string]string{"first_name": `"John"`}},
		{"another record's", "collection,record,field\npeople,a/1/elsewhere,first_name\n", map[string]string{"first_name": `"John"`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := goldenCases()["consolidate"].world
			w.rows = append(slices.Clone(w.rows), row{key: "connec/org-1/other", also: []string{"a/1/elsewhere"}})
			db := w.open(t)
			decisions, err := ReadFieldDecisions(decisionsFile(t, c.csv))
			if err != nil {
				t.Fatal(err)
			}
			if err := KeepFieldDecisions(t.Context(), db, decisions, time.Unix(0, 0)); err != nil {
				t.Fatal(err)
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

func TestFieldDecisionsRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ csv, want string }{
		{"", "its header cannot be read"},
		{"collection,record\n", `column "field" is missing`},
		{"collection,record,field,value\n", `column "value" is unknown`},
		{"collection,record,field,field\n", `column "field" is unknown or given twice`},
		{"collection,record,field\npeople,a/1,first_name\n", "line 2"},
		{"collection,record,field\npeople,a/1/4,first_name\npeople,a/1/4,code\n", `line 3: a decision on a field cannot be kept: field "code" is never written`},
		{"collection,record,field\npeople,a/1/4,created_at\n", "set by the hub alone"},
		{"collection,record,field\npeople,a/1/4,\n", "is empty"},
		{"collection,record,field\npeople,a/1/4\n", "wrong number of fields"},
	} {
		if _, err := ReadFieldDecisions(decisionsFile(t, c.csv)); !errors.Is(err, ErrFieldDecision) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want %q", c.csv, err, c.want)
		}
	}
	db := goldenCases()["consolidate"].world.open(t)
	all := []FieldDecision{{Line: 2, Collection: "people", Record: mustID("a/1/4"), Field: "first_name"}, {Line: 3, Collection: "people", Record: mustID("a/1/404"), Field: "first_name"}}
	if err := KeepFieldDecisions(t.Context(), db, all, time.Unix(0, 0)); !errors.Is(err, ErrFieldDecision) || !strings.Contains(err.Error(), "line 3: ") {
		t.Errorf("an unknown record: %v", err)
	}
	var n int
	if err := db.QueryRow("SELECT count(*) FROM field_decisions").Scan(&n); err != nil || n != 0 {
		t.Errorf("%d decisions were kept of a file that was refused: %v", n, err)
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
