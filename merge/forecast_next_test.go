package merge

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestForecastSaysWhatComesNext: a plan, then what to do with it, and of a plan from an older match nothing.
func TestForecastSaysWhatComesNext(t *testing.T) {
	t.Parallel()
	db := world{rows: []row{
		{key: "connec/org-1/h1", also: []string{"a/1/0"}, cluster: "people-1"}, {key: "a/1/5", cluster: "people-1"}},
		ties: []tie{{"connec/org-1/h1", "a/1/5", "fuzzy", 0.9991}}}.open(t)
	says := func(want string) {
		t.Helper()
		r, err := Forecast(t.Context(), db)
		if err != nil || !strings.Contains(r.Text(), want) {
			t.Errorf("%v, does not say %q:\n%s", err, want, r.Text())
		}
		// The placeholder 0 is no ID by which the application knows the record.
		if len(r.Applications) != 1 || r.Applications[0].Known != 0 || r.Applications[0].Twins != 1 {
			t.Errorf("applications %+v", r.Applications)
		}
	}
	says("Next: sameas merge plan")
	if _, err := WritePlan(t.Context(), PlanOptions{DB: db, Config: settings(nil), Out: filepath.Join(t.TempDir(), "p.ndjson")}); err != nil {
		t.Fatal(err)
	}
	says("Next: sameas merge dry-run p.ndjson, apply it")
	if _, err := db.ExecContext(t.Context(), "UPDATE plans SET operations = 0"); err != nil {
		t.Fatal(err)
	}
	says("p.ndjson has nothing left to write")
	if _, err := db.ExecContext(t.Context(), "UPDATE stages SET digest = 'm2' WHERE stage = 'match'"); err != nil {
		t.Fatal(err)
	}
	says("Next: sameas merge plan")
}
