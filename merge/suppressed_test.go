package merge

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sameas/sameas/internal/config"
	"github.com/sameas/sameas/internal/connec"
	"github.com/sameas/sameas/internal/suppress"
)

// TestPlanIsRefusedByAnyIDOfWhatItCreates puts one ID after the other on the list once the plan is made: those that the
// record to be created will bear, the second one that an application has of it, and one that a crosswalk alone tells.
func TestPlanIsRefusedByAnyIDOfWhatItCreates(t *testing.T) {
	t.Parallel()
	w := world{
		rows: []row{
			{key: "connec/org-1/h1"},
			{key: "a/1/5", also: []string{"b/77/9"}, cluster: "people-1"},
			{key: "a/1/6", also: []string{"b/77/10"}, cluster: "people-1"},
		},
		ties:  []tie{{"a/1/5", "a/1/6", "fuzzy", 0.9991}},
		links: [][2]string{{"a/1/6", "c/3/1"}},
	}
	db := w.open(t)
	create := func(c *config.Config) { c.Merge.Create, c.Merge.MaxShare = true, 1 }
	path := filepath.Join(t.TempDir(), "plan.ndjson")
	if _, err := WritePlan(t.Context(), PlanOptions{DB: db, Config: settings(create), Out: path, ToolVersion: "test"}); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"a/1/5", "a/1/6", "b/77/9", "b/77/10", "c/3/1", "a/1/7"} {
		c := settings(create)
		c.Suppress = filepath.Join(t.TempDir(), "suppress.txt")
		if _, err := (suppress.List{}).Add(c.Suppress, "people", []connec.ExternalID{mustID(id)}, time.Now()); err != nil {
			t.Fatal(err)
		}
		reader, _, err := openChecked(t.Context(), ApplyOptions{DB: db, Config: c, Plan: path})
		if id == "a/1/7" { // of nobody
			if err != nil {
				t.Errorf("refused without a reason: %v", err)
			} else {
				reader.Close()
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), "would create the record of "+id+", which is on the list of records that must never be created again") {
			t.Errorf("%s is on the list: %v", id, err)
		}
		_, _, ops, _ := plan(t, db, c)
		for _, op := range ops {
			if op.Type != TypeWithheld || op.Withheld != WithheldSuppressed {
				t.Errorf("%s is on the list, and a new plan has %s %s of %s", id, op.Type, op.Withheld, op.Record)
			}
		}
	}
}
