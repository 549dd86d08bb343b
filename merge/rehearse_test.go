package merge

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sameas/sameas/internal/behaviour"
	"github.com/sameas/sameas/internal/config"
	"github.com/sameas/sameas/internal/connec"
)

// rehearsalOf plans for a world and returns the options of its rehearsal; known is what a probe has found.
func rehearsalOf(t *testing.T, w world, change func(*config.Config), known behaviour.Settings) RehearseOptions {
	t.Helper()
	return rehearsalIn(t, w.open(t), change, known)
}

func rehearsalIn(t *testing.T, db *sql.DB, change func(*config.Config), known behaviour.Settings) RehearseOptions {
	t.Helper()
	c := settings(change)
	c.Merge.MaxShare = 1
	if len(known) > 0 {
		c.Merge.Behaviour = behaviourFile(t, known)
	}
	path := filepath.Join(t.TempDir(), "plan.ndjson")
	if _, err := WritePlan(t.Context(), PlanOptions{DB: db, Config: c, Out: path, ToolVersion: "test"}); err != nil {
		t.Fatal(err)
	}
	return RehearseOptions{ApplyOptions: ApplyOptions{DB: db, Config: c, Plan: path}}
}

// allSettings is how many combinations of values there are of the questions.
func allSettings(unknown []behaviour.Question) int64 {
	n := int64(1)
	for _, q := range unknown {
		n *= int64(len(settingsOf(q.Name)))
	}
	return n
}

// aloneAndInPairs are the sandbox's own settings, each other value alone, and each two.
func aloneAndInPairs() []behaviour.Settings {
	defaults := behaviour.Settings{}
	for _, q := range behaviour.Questions() {
		defaults[q.Name] = settingsOf(q.Name)[0]
	}
	all := []behaviour.Settings{defaults}
	for i, q := range behaviour.Questions() {
		for _, v := range settingsOf(q.Name)[1:] {
			one := defaults.With(q.Name, v)
			all = append(all, one)
			for _, other := range behaviour.Questions()[i+1:] {
				for _, w := range settingsOf(other.Name)[1:] {
					all = append(all, one.With(other.Name, w))
				}
			}
		}
	}
	return all
}

// settingsFor are those to try on a world: alone and in pairs on the one with something of everything, alone on the
// others; SAMEAS_ALL_SETTINGS=1 tries pairs on all.
func settingsFor(world string) []behaviour.Settings {
	all := aloneAndInPairs()
	if world == "everything" || os.Getenv("SAMEAS_ALL_SETTINGS") != "" {
		return all
	}
	return slices.DeleteFunc(all, func(s behaviour.Settings) bool {
		changed := 0
		for _, q := range behaviour.Questions() {
			if s[q.Name] != settingsOf(q.Name)[0] {
				changed++
			}
		}
		return changed > 1
	})
}

// rehearsedWorlds are the golden plans' worlds, and one with something of everything.
func rehearsedWorlds() map[string]struct {
	world  world
	change func(*config.Config)
} {
	worlds := goldenCases()
	delete(worlds, "withheld")
	all := worlds["consolidate"]
	all.world.rows = slices.Concat(all.world.rows, []row{
		{col: "organizations", key: "connec/org-1/o1", also: []string{"b/77/1"}, cluster: "organizations-1", fields: map[string]any{"name": "Acme"}},
		{col: "organizations", key: "connec/org-1/o2", also: []string{"a/1/o2"}, cluster: "organizations-1", fields: map[string]any{"name": "ACME"}},
		{col: "organizations", key: "a/1/o2", cluster: "organizations-1"},
		{key: "connec/org-1/h5", refs: map[string]string{"organization_id": "connec/org-1/o1"}, cluster: "people-5"},
		{key: "a/1/55", also: []string{"b/77/55"}, cluster: "people-5"},
		{key: "a/1/56", also: []string{"b/77/56"}, fields: map[string]any{"first_name": "New"}, refs: map[string]string{"organization_id": "a/1/o2"}},
		{key: "a/1/57", fields: map[string]any{"first_name": "Newer"}, refs: map[string]string{"organization_id": "a/1/nobody"}},
	})
	all.world.ties = slices.Concat(all.world.ties, []tie{{"connec/org-1/o1", "connec/org-1/o2", "decision", 0}, {"connec/org-1/o2", "a/1/o2", "shared_id", 0},
		{"connec/org-1/h5", "a/1/55", "link", 0}})
	all.change = func(c *config.Config) { c.Merge.Create = true }
	worlds["everything"] = all
	retired := all
	retired.change = func(c *config.Config) { c.Merge.Create, c.Merge.Retire = true, true }
	worlds["everything, losers retired"] = retired
	native := all
	native.change = func(c *config.Config) { c.Merge.Create, c.Merge.Via = true, config.ViaNative }
	worlds["everything, native"] = native
	return worlds
}

// Whatever is unknown of the hub, and whatever was allowed: every combination is rehearsed, no ID ends on a record that
// the plan did not name for it, and every operation whose outcome hangs on an unknown bears a stop that says so.
func TestRehearseEverySetting(t *testing.T) {
	t.Parallel()
	for name, x := range rehearsedWorlds() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, err := Rehearse(t.Context(), rehearsalOf(t, x.world, x.change, nil))
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("\n%s", r.Text())
			if want := allSettings(behaviour.Questions()); r.Settings != want || r.Uncovered != 0 {
				t.Errorf("%d settings rehearsed, %d not, of %d", r.Settings, r.Uncovered, want)
			}
			for _, run := range r.Runs {
				if len(run.Unplanned) > 0 {
					t.Errorf("%s: %q", run.Settings, run.Unplanned)
				}
			}
			for _, d := range r.Depends {
				if !d.Marked || len(d.On) == 0 || len(d.Outcomes) < 2 {
					t.Errorf("hangs on an unknown, and the plan does not say so, or no two outcomes: %+v", d)
				}
			}
		})
	}
}

// A run stands for settings that differ in what it never asked for: under each setting, alone and in pairs, a run of
// its own ends as the one that stands for it.
func TestRehearsedRunsStandForTheirSettings(t *testing.T) {
	t.Parallel()
	for name, x := range rehearsedWorlds() {
		if !strings.HasPrefix(name, "everything") {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := rehearsalOf(t, x.world, x.change, nil)
			o.seams = o.seams.filled()
			r, runs := rehearsed(t, o)
			for _, s := range settingsFor(name) {
				alone, _, err := r.run(t.Context(), s, 2)
				if err != nil {
					t.Fatal(err)
				}
				i := slices.IndexFunc(runs, func(run *rehearsedRun) bool { return agrees(run.fixed, s) })
				if i < 0 {
					t.Fatalf("no run stands for %s", s)
				}
				alone.told.Settings, alone.told.Covers = runs[i].told.Settings, runs[i].told.Covers
				if diff := cmp.Diff(runs[i].told, alone.told); diff != "" {
					t.Errorf("%s, stood for by %s: %s", s, runs[i].fixed, diff)
				}
				if !slices.Equal(runs[i].ends, alone.ends) {
					t.Errorf("%s, stood for by %s: operations end otherwise", s, runs[i].fixed)
				}
			}
		})
	}
}

func agrees(fixed, s behaviour.Settings) bool {
	for name, v := range fixed {
		if s[name] != v {
			return false
		}
	}
	return true
}

// rehearsed is Rehearse with its runs.
func rehearsed(t *testing.T, o RehearseOptions) (*rehearsal, []*rehearsedRun) {
	t.Helper()
	plan, facts, err := openChecked(t.Context(), o.ApplyOptions)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { plan.Close() })
	x := newRehearsal(o, plan, facts)
	if err := x.prepare(t.Context(), facts); err != nil {
		t.Fatal(err)
	}
	if err := x.explore(t.Context()); err != nil {
		t.Fatal(err)
	}
	return x, x.runs
}

// Once a probe has found out what the hub does, whatever that is, the plan made by it hangs on nothing, does what it
// says, and leaves every ID where it named it.
func TestPlanOfAKnownHubIsClean(t *testing.T) {
	t.Parallel()
	for name, x := range rehearsedWorlds() {
		if !strings.HasPrefix(name, "everything") {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, plans := x.world.open(t), map[string]RehearseOptions{}
			for _, s := range settingsFor(name) {
				o, planned := plans[plannedBy(s)]
				if !planned {
					o = rehearsalIn(t, db, x.change, s)
					plans[plannedBy(s)] = o
				}
				c := *o.Config
				c.Merge.Behaviour, o.Config = behaviourFile(t, s), &c
				r, err := Rehearse(t.Context(), o)
				if err != nil {
					t.Fatal(err)
				}
				if r.Settings != 1 || len(r.Depends) > 0 || len(r.Runs) != 1 || len(r.Runs[0].Unplanned)+len(r.Runs[0].Taken) > 0 {
					t.Errorf("%s: %s", s, r.Text())
				}
				if r.Operations > 0 && !r.Clean() {
					t.Errorf("%s: %s", s, r.Text())
				}
			}
		})
	}
}

// plannedBy is what of the settings a plan is made by.
func plannedBy(s behaviour.Settings) (text string) {
	for _, name := range decisive() {
		text += s[name] + " "
	}
	return text
}

// A rehearsal sends nothing and writes nothing but in its own folder; the plan is as it was.
func TestRehearseTouchesNothing(t *testing.T) {
	t.Parallel()
	o := rehearsalOf(t, goldenCases()["consolidate"].world, nil, nil)
	before, err := filepath.Glob(filepath.Dir(o.Plan) + "/*")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	o.Progress = func(string, int64, int64) { cancel() }
	if _, err := Rehearse(ctx, o); err == nil {
		t.Error("an interrupted rehearsal has a result")
	}
	o.Progress, o.SaveHub = nil, filepath.Join(t.TempDir(), "hub")
	if _, err := Rehearse(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	after, err := filepath.Glob(filepath.Dir(o.Plan) + "/*")
	if err != nil || !slices.Equal(before, after) {
		t.Errorf("before %q, after %q, %v", before, after, err)
	}
	if saved, err := filepath.Glob(o.SaveHub + "/*"); err != nil || len(saved) != 2 {
		t.Errorf("the hub was saved as %q, %v", saved, err)
	}
}

// A bound on the runs is kept, and what it leaves out is said.
func TestRehearseWithinABound(t *testing.T) {
	t.Parallel()
	o := rehearsalOf(t, goldenCases()["consolidate"].world, nil, nil)
	o.MaxRuns = 2
	r, err := Rehearse(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Runs) != 2 || r.Settings+r.Uncovered != allSettings(behaviour.Questions()) || r.Uncovered == 0 || !strings.Contains(r.Text(), "NOT REHEARSED") {
		t.Errorf("%s", r.Text())
	}
}

// What a hub makes by itself is told: here a record for a reference that the plan sends and nobody bears.
func TestRehearseTellsWhatThePlanDoesNotName(t *testing.T) {
	t.Parallel()
	o := rehearsalOf(t, goldenCases()["create"].world, goldenCases()["create"].change, nil)
	o.Plan = replan(t, o.ApplyOptions, func(ops []Operation) []Operation {
		for i, op := range ops {
			if op.Type == TypeCreate {
				var err error
				ops[i].Request, err = postRequest("people", map[string]any{"id": op.BearsIDs, "organization_id": []connec.ExternalID{mustID("a/1/nobody")}})
				ops[i].Expect.Fields, ops[i].Expect.Refs = nil, nil
				if err != nil {
					t.Fatal(err)
				}
			}
		}
		return ops
	})
	r, err := Rehearse(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	told := false
	for _, run := range r.Runs {
		made := slices.ContainsFunc(run.Unplanned, func(line string) bool {
			return strings.HasPrefix(line, "ID on a record that the plan does not name for it: organizations ") && strings.HasSuffix(line, "a/1/nobody")
		})
		if made != (run.Settings[behaviour.UnmatchedReference] == behaviour.Create) {
			t.Errorf("%s: %q", run.Settings, run.Unplanned)
		}
		told = told || made
	}
	unsaid := slices.ContainsFunc(r.Depends, func(d DependentOperation) bool {
		return slices.Contains(d.On, behaviour.UnmatchedReference) && !d.Marked && d.Type == TypeCreate
	})
	if !told || !unsaid || r.Clean() || !strings.Contains(r.Text(), "which the plan does not say") {
		t.Errorf("%s", r.Text())
	}
}

// An undo's plan is for a hub that apply has been at work on, which no workspace holds: it is refused, by its own name.
func TestRehearseRefusesAnUndo(t *testing.T) {
	t.Parallel()
	_, o := newWorld(t)
	h := testHeader(4)
	h.Undoes = "0123"
	writePlanFile(t, o.Plan, h, nil)
	var refused *RefusedError
	if _, err := Rehearse(t.Context(), RehearseOptions{ApplyOptions: o}); !errors.As(err, &refused) || !strings.HasPrefix(refused.Reason, o.Plan+" is the plan of an undo") {
		t.Errorf("got %v", err)
	}
}

// What apply would refuse is not named as the next thing to do.
func TestRehearsalNamesNoRefusedApply(t *testing.T) {
	t.Parallel()
	known := behaviour.Settings{}
	for _, q := range behaviour.Questions() {
		known[q.Name] = settingsOf(q.Name)[0]
	}
	for _, allow := range [][]string{nil, stops()} {
		o := rehearsalOf(t, goldenCases()["consolidate"].world, func(c *config.Config) { c.Merge.Allow = allow }, known)
		r, err := Rehearse(t.Context(), o)
		if err != nil || !r.Clean() || (len(r.Refusals) == 0) != (allow != nil) {
			t.Fatalf("%v, refusals %q", err, r.Refusals)
		}
		if next := strings.Contains(r.Text(), "next: sameas merge apply"); next != (allow != nil) {
			t.Errorf("allowed %q:\n%s", allow, r.Text())
		}
	}
}
