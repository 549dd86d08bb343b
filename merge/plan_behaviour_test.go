package merge

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sameas/sameas/internal/behaviour"
	"github.com/sameas/sameas/internal/config"
)

// behaviourFile writes what is known as a probe would, and returns the path.
func behaviourFile(t *testing.T, known behaviour.Settings) string {
	t.Helper()
	f := behaviour.File{Format: behaviour.Format, Endpoint: "https://staging.example/api/v2", Group: "cld-9", Findings: map[string]behaviour.Finding{}}
	for name, value := range known {
		f.Findings[name] = behaviour.Finding{Value: value}
	}
	path := filepath.Join(t.TempDir(), "behaviour.yaml")
	if err := f.Save(path); err != nil {
		t.Fatal(err)
	}
	return path
}

// told is what a plan writes: target and IDs, and the hazards that stop it; withheld lines by record and reason.
func told(ops []Operation) []string {
	var lines []string
	for _, op := range ops {
		if op.Type == TypeWithheld {
			lines = append(lines, fmt.Sprintf("withheld %s %s", op.Record, op.Withheld))
			continue
		}
		var stops []string
		for _, h := range op.Hazards {
			if h.Stop {
				stops = append(stops, h.Name)
			}
		}
		lines = append(lines, fmt.Sprintf("%s %s +%s %s", op.Type, op.Target+op.Record, names(op.BearsIDs), strings.Join(stops, ",")))
	}
	return lines
}

// What is known of the hub decides what is sent to it: nothing that it refuses, drops or takes from another record; and
// what nobody knows is a stop of the operations that depend on it, and of no other.
func TestPlanByBehaviour(t *testing.T) {
	t.Parallel()
	cases := goldenCases()
	for _, x := range []struct {
		world string
		known behaviour.Settings
		want  []string
	}{
		{"consolidate", nil, []string{
			"consolidate connec/org-1/h2 +b/77/9 foreign_id,id_on_two_records,outcome_unknown",
			"attach connec/org-1/h1 +a/1/4 id_on_two_records,outcome_unknown"}},
		{"consolidate", behaviour.Settings{behaviour.HeldID: behaviour.Share, behaviour.ForeignID: behaviour.Accept}, []string{
			"consolidate connec/org-1/h2 +b/77/9 id_on_two_records",
			"attach connec/org-1/h1 +a/1/4 id_on_two_records"}},
		{"consolidate", behaviour.Settings{behaviour.HeldID: behaviour.Move}, []string{
			"withheld connec/org-1/h2 id_not_shared", "withheld connec/org-1/h1 id_not_shared"}},
		{"consolidate", behaviour.Settings{behaviour.HeldID: behaviour.Error, behaviour.ForeignID: behaviour.Accept}, []string{
			"withheld connec/org-1/h2 id_not_shared", "withheld connec/org-1/h1 id_not_shared"}},
		{"consolidate", behaviour.Settings{behaviour.ForeignID: behaviour.Drop}, []string{
			"attach connec/org-1/h1 +a/1/4 id_on_two_records,outcome_unknown", "withheld connec/org-1/h2 foreign_id"}},
		{"attach_foreign", behaviour.Settings{behaviour.ForeignID: behaviour.Refused}, []string{
			"attach connec/org-1/h1 +a/1/5 ", "withheld connec/org-1/h1 foreign_id"}},
		{"attach_foreign", behaviour.Settings{behaviour.HeldID: behaviour.Error}, []string{
			"attach connec/org-1/h1 +a/1/5, b/77/9 foreign_id"}},
		{"create", behaviour.Settings{behaviour.ForeignID: behaviour.Drop}, []string{
			"attach connec/org-1/o1 +a/1/o1 ", "create a/1/5 +a/1/5 ", "create a/1/6 +a/1/6 "}},
		{"merge", nil, []string{
			"merge connec/org-1/h1 + outcome_unknown", "attach connec/org-1/h1 +a/1/5 outcome_unknown"}},
		{"merge", behaviour.Settings{behaviour.MergeMovesIDs: behaviour.False, behaviour.HeldID: behaviour.Move}, []string{
			"merge connec/org-1/h1 + ", "attach connec/org-1/h1 +a/1/5 "}},
		{"retire", behaviour.Settings{behaviour.HeldID: behaviour.Error}, []string{
			"retire connec/org-1/h1 + retire_propagates", "withheld connec/org-1/h2 id_not_shared"}},
	} {
		c := settings(cases[x.world].change)
		c.Merge.Allow = nil
		if x.known != nil {
			c.Merge.Behaviour = behaviourFile(t, x.known)
		}
		_, header, ops, _ := plan(t, cases[x.world].world.open(t), c)
		got := told(ops)
		got = slices.DeleteFunc(got, func(line string) bool { return strings.HasSuffix(line, "second_id") })
		if diff := cmp.Diff(x.want, got); diff != "" {
			t.Errorf("%s, %s: -want +got\n%s", x.world, x.known, diff)
		}
		if x.known == nil {
			if header.Behaviour != nil {
				t.Errorf("%s: the header knows %+v", x.world, header.Behaviour)
			}
			continue
		}
		if want := (&Measured{Endpoint: "https://staging.example/api/v2", Group: "cld-9", Found: x.known}); !cmp.Equal(header.Behaviour, want) {
			t.Errorf("%s: the header holds %+v", x.world, header.Behaviour)
		}
	}
}

// A file that does not hold is an error that names it; one that nobody named and that is not there is none.
func TestPlanWithABadBehaviourFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "behaviour.yaml")
	if err := os.WriteFile(path, []byte("format: sameas-behaviour/1\nfindings: {held-id: {value: maybe}}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	db := goldenCases()["attach"].world.open(t)
	out := filepath.Join(t.TempDir(), "plan.ndjson")
	_, err := WritePlan(t.Context(), PlanOptions{DB: db, Config: settings(func(c *config.Config) { c.Merge.Behaviour = path }), Out: out})
	if err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), `held-id "maybe"`) {
		t.Errorf("got %v", err)
	}
	plan(t, db, settings(func(c *config.Config) { c.Merge.Behaviour = filepath.Join(t.TempDir(), "none.yaml") }))
}

// A plan that was made by what is known to be otherwise by now is refused before anything else is done.
func TestContradictedPlanIsRefused(t *testing.T) {
	t.Parallel()
	o := rehearsalOf(t, goldenCases()["consolidate"].world, nil, behaviour.Settings{behaviour.HeldID: behaviour.Share})
	for found, want := range map[string]string{behaviour.Share: "", behaviour.Move: "the plan was made when held-id was known to be share; by what a probe has found since it is move"} {
		c := *o.Config
		c.Merge.Behaviour = behaviourFile(t, behaviour.Settings{behaviour.HeldID: found, behaviour.ForeignID: behaviour.Accept})
		o := o.ApplyOptions
		o.Config = &c
		plan, _, err := openChecked(t.Context(), o)
		if err == nil {
			plan.Close()
		}
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", found, err, want)
		}
	}
}
