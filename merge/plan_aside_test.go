package merge

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sameas/sameas/internal/config"
	"github.com/sameas/sameas/internal/sandbox"
)

// sentPlan is a plan in a workspace that is still open, and a hub to apply it to.
type sentPlan struct {
	ApplyOptions
	before map[string]held
}

// sentWorld plans duplicates, which the plan merges: a value is written over, and only the plan keeps it.
func sentWorld(t *testing.T) sentPlan {
	t.Helper()
	w := world{rows: []row{
		{key: "connec/org-1/h1", also: []string{"a/1/5"}, cluster: "people-1", fields: map[string]any{"first_name": "Ann", "last_name": "Lee", "email": map[string]any{"address": "n/a"}}},
		{key: "connec/org-1/h2", also: []string{"b/77/8"}, cluster: "people-1", fields: map[string]any{"first_name": "Ann", "email": map[string]any{"address": "ann@lee.au"}}},
		{key: "a/1/5", cluster: "people-1"}},
		ties: []tie{{"connec/org-1/h1", "connec/org-1/h2", "decision", 0}, {"connec/org-1/h1", "a/1/5", "shared_id", 0}}}
	db := w.open(t)
	path := filepath.Join(t.TempDir(), "plan.ndjson")
	c := settings(func(c *config.Config) {
		c.Merge.MaxShare, c.Merge.Allow = 1, []string{HazardForeignID, HazardTwoRecords, HazardOutcomeUnknown}
		c.Sources[0].Credentials = config.Credentials{KeyEnv: "K", SecretEnv: "S"}
	})
	o := ApplyOptions{DB: db, Config: c, Plan: path}
	writeAnother(t, o)
	fresh := optionsFor(t, path, &direct{server: w.serve(t, sandbox.Behave{})})
	fresh.DB, fresh.Config = db, c
	return sentPlan{fresh, extracted(t, fresh)}
}

func writeAnother(t *testing.T, o ApplyOptions) PlanSummary {
	t.Helper()
	s, err := WritePlan(t.Context(), PlanOptions{DB: o.DB, Config: o.Config, Out: o.Plan, ToolVersion: "test"})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// extractAgain makes the workspace's plan one of an older extraction.
func extractAgain(t *testing.T, db *sql.DB, digest string) {
	t.Helper()
	for _, text := range []string{"UPDATE stages SET digest = ? WHERE stage = 'extract'", "UPDATE stages SET input_digest = ? WHERE stage = 'match'"} {
		if _, err := db.ExecContext(t.Context(), text, digest); err != nil {
			t.Fatal(err)
		}
	}
}

// takesBack undoes the plan that was set aside: the hub must hold again what it held before.
func takesBack(t *testing.T, s sentPlan, aside string) {
	t.Helper()
	o := s.ApplyOptions
	o.Plan = aside
	if v, err := Verify(t.Context(), o); err != nil || v.Checked == 0 || len(v.Differences) > 0 {
		t.Errorf("verify of the plan set aside: %v, %+v", err, v)
	}
	r, err := Undo(t.Context(), UndoOptions{ApplyOptions: o, Send: true})
	if err != nil || r.Undoes == 0 || len(r.Result.Problems) > 0 {
		t.Fatalf("undo of the plan set aside: %v, %+v", err, r)
	}
	checkRestored(t, "after undo of "+aside, s.before, extracted(t, o), r.UndoPlan)
}

// TestAPlanThatWasAppliedIsSetAside: another plan in its place loses neither it nor its journal; where they lie now it can
// be verified, undone and purged as before.
func TestAPlanThatWasAppliedIsSetAside(t *testing.T) {
	t.Parallel()
	s := sentWorld(t)
	first, err := os.ReadFile(s.Plan)
	if err != nil {
		t.Fatal(err)
	}
	mustApply(t, s.ApplyOptions)
	journal, err := os.ReadFile(journalPath(s.Plan))
	if err != nil {
		t.Fatal(err)
	}
	extractAgain(t, s.DB, "later")
	summary := writeAnother(t, s.ApplyOptions)
	if filepath.Dir(filepath.Dir(summary.SetAside)) != filepath.Dir(s.Plan) {
		t.Fatalf("set aside as %q", summary.SetAside)
	}
	for file, want := range map[string][]byte{summary.SetAside: first, journalPath(summary.SetAside): journal} {
		if got, err := os.ReadFile(file); err != nil || string(got) != string(want) {
			t.Errorf("%s is not what was at its place: %v", file, err)
		}
	}
	if _, err := os.Stat(journalPath(s.Plan)); err == nil {
		t.Error("the new plan lies beside the old one's journal")
	}
	for _, file := range []string{summary.SetAside, journalPath(summary.SetAside)} {
		if !slices.Contains(Belongings(s.Plan), file) {
			t.Errorf("a purge would not find %s among %q", file, Belongings(s.Plan))
		}
	}
	if _, may := UndoUntil(summary.SetAside, 30); !may {
		t.Error("nothing is known of until when it may be undone")
	}
	if again := writeAnother(t, s.ApplyOptions); again.SetAside != "" {
		t.Errorf("a plan that was never sent was kept as %s", again.SetAside)
	}
	takesBack(t, s, summary.SetAside)
}

// TestTheSamePlanKeepsItsJournal: a plan of the same extraction is the same to the byte. Where that was applied it stays with
// its journal, so that its undo takes all back, and a plan of the next extraction sets it aside.
func TestTheSamePlanKeepsItsJournal(t *testing.T) {
	t.Parallel()
	for _, later := range []bool{false, true} {
		s := sentWorld(t)
		mustApply(t, s.ApplyOptions)
		journal, err := os.ReadFile(journalPath(s.Plan))
		if err != nil {
			t.Fatal(err)
		}
		if again := writeAnother(t, s.ApplyOptions); !again.Applied || again.SetAside != "" {
			t.Errorf("%+v", again)
		}
		if got, err := os.ReadFile(journalPath(s.Plan)); err != nil || string(got) != string(journal) {
			t.Errorf("the journal is another now: %v", err)
		}
		mustApply(t, s.ApplyOptions)
		where := s.Plan
		if later {
			extractAgain(t, s.DB, "later")
			summary := writeAnother(t, s.ApplyOptions)
			if where = summary.SetAside; summary.Applied || where == "" {
				t.Fatalf("%+v", summary)
			}
		}
		takesBack(t, s, where)
	}
}

// TestTheSamePlanAfterItsUndo: it may be sent once more, as often as it was taken back, and each time is kept by itself.
func TestTheSamePlanAfterItsUndo(t *testing.T) {
	t.Parallel()
	s := sentWorld(t)
	at := s.seams.now()
	for n := range 3 {
		s.seams.now = func() time.Time { return at.Add(time.Duration(n) * time.Hour) }
		mustApply(t, s.ApplyOptions)
		if again := writeAnother(t, s.ApplyOptions); !again.Applied {
			t.Fatalf("time %d: %+v", n, again)
		}
		if r, err := Undo(t.Context(), UndoOptions{ApplyOptions: s.ApplyOptions, Send: true}); err != nil || r.Undoes == 0 || len(r.Result.Problems) > 0 {
			t.Fatalf("time %d: %v, %+v", n, err, r)
		}
		summary := writeAnother(t, s.ApplyOptions)
		if want := []string{"", "-2", "-3"}[n]; !strings.HasSuffix(filepath.Dir(summary.SetAside), summary.SHA256[:asideLength]+want) {
			t.Fatalf("time %d: set aside as %q", n, summary.SetAside)
		}
		if kept := setAside(s.Plan); len(kept) != n+1 || kept[n] != summary.SetAside || !IsBelonging(kept[n]) || !slices.Contains(Belongings(s.Plan), kept[n]) {
			t.Fatalf("time %d: kept as %q, set aside are %q", n, summary.SetAside, kept)
		}
	}
	mustApply(t, s.ApplyOptions)
	extractAgain(t, s.DB, "later")
	if summary := writeAnother(t, s.ApplyOptions); len(setAside(s.Plan)) != 4 || !slices.Contains(setAside(s.Plan), summary.SetAside) {
		t.Errorf("set aside as %q among %q", summary.SetAside, setAside(s.Plan))
	}
}

// TestAnUndoIsSetAsideWithItsPlan: also of a plan whose undo has begun, the undo goes along and is gone on with there.
func TestAnUndoIsSetAsideWithItsPlan(t *testing.T) {
	t.Parallel()
	s := sentWorld(t)
	mustApply(t, s.ApplyOptions)
	if _, err := Undo(t.Context(), UndoOptions{ApplyOptions: s.ApplyOptions, Send: true}); err != nil {
		t.Fatal(err)
	}
	summary := writeAnother(t, s.ApplyOptions)
	status, err := Status(t.Context(), StatusOptions{Plan: summary.SetAside})
	if err != nil || len(status.Undos) != 1 || status.Undos[0].Undone != status.Undos[0].Operations || status.Undos[0].UndoPlan != UndoPath(summary.SetAside, "") {
		t.Errorf("%v, %+v", err, status.Undos)
	}
	if _, err := os.Stat(UndoPath(s.Plan, "")); err == nil {
		t.Error("the undo of the plan that was set aside lies beside the new one")
	}
	mustApply(t, s.ApplyOptions)
}

// TestAPlanUnderWayIsNotTouched: where apply could go on, another plan is refused, and so is a new extraction before it; where
// the workspace was extracted again all the same, the plan is set aside, and what it wrote is taken back.
func TestAPlanUnderWayIsNotTouched(t *testing.T) {
	t.Parallel()
	s := sentWorld(t)
	ctx, cancel := context.WithCancel(t.Context())
	s.Progress = func(string, int64, int64) { cancel() }
	o := s.ApplyOptions
	o.seams.width = 1
	if _, err := Apply(ctx, o); err == nil {
		t.Fatal("apply was not interrupted")
	}
	s.Progress = nil
	var refused *RefusedError
	_, err := WritePlan(t.Context(), PlanOptions{DB: s.DB, Config: s.Config, Out: s.Plan, ToolVersion: "test"})
	if !errors.As(err, &refused) || !strings.Contains(err.Error(), "is under way: ") || !strings.Contains(err.Error(), "sameas merge apply "+s.Plan) {
		t.Fatalf("another plan: %v", err)
	}
	if err := MayReplace(t.Context(), s.DB, s.Config, s.Plan); !errors.As(err, &refused) {
		t.Errorf("before a new extraction: %v", err)
	}
	elsewhere := *s.Config
	elsewhere.Sources = slices.Clone(elsewhere.Sources)
	elsewhere.Sources[0].Group = "org-9"
	if err := MayReplace(t.Context(), s.DB, &elsewhere, s.Plan); err != nil {
		t.Errorf("apply would refuse it, too: %v", err)
	}
	if status, err := Status(t.Context(), StatusOptions{Plan: s.Plan}); err != nil || status.Remaining == 0 {
		t.Errorf("%v, %+v", err, status)
	}
	extractAgain(t, s.DB, "later")
	takesBack(t, s, writeAnother(t, s.ApplyOptions).SetAside)
}

// TestKilledWhileSettingAside: wherever it is killed, the plan that was sent is whole at its place or whole in its folder, the
// new one cannot be sent with the old journal, and the next plan puts all in order.
func TestKilledWhileSettingAside(t *testing.T) {
	t.Parallel()
	killed := errors.New("killed")
	for step := range 5 {
		t.Run(fmt.Sprint(step), func(t *testing.T) {
			t.Parallel()
			s := sentWorld(t)
			mustApply(t, s.ApplyOptions)
			if _, err := Undo(t.Context(), UndoOptions{ApplyOptions: s.ApplyOptions}); err != nil { // shown only: its plan lies there, too
				t.Fatal(err)
			}
			extractAgain(t, s.DB, "later")
			p, err := findPredecessor(t.Context(), s.DB, s.Config, s.Plan)
			if err != nil || len(p.files) != 2 {
				t.Fatalf("%v, %+v", err, p)
			}
			another := func() error {
				return errors.Join(os.WriteFile(s.Plan+".new", []byte("{}\n"), 0o600), os.Rename(s.Plan+".new", s.Plan))
			}
			switch step {
			case 0: // the folder was not filled
				if err := errors.Join(os.Mkdir(p.folder+".part", 0o700), os.WriteFile(filepath.Join(p.folder+".part", "plan.ndjson"), nil, 0o600)); err != nil {
					t.Fatal(err)
				}
			case 1: // it was, and the new plan had no name
				if _, err := p.replace(func() error { return killed }); !errors.Is(err, killed) {
					t.Fatal(err)
				}
			case 2: // the new plan is there, beside all that was the old one's
				if err := errors.Join(p.keep(), another()); err != nil {
					t.Fatal(err)
				}
			case 3: // and beside the old one's journal alone
				if err := errors.Join(p.keep(), another(), os.Remove(p.files[1])); err != nil {
					t.Fatal(err)
				}
			case 4: // and an undo was begun after the folder had been filled
				if err := p.keep(); err != nil {
					t.Fatal(err)
				}
				if _, err := Undo(t.Context(), UndoOptions{ApplyOptions: s.ApplyOptions, Send: true}); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := Apply(t.Context(), s.ApplyOptions); err == nil {
				t.Error("applied before it was put in order")
			}
			aside := writeAnother(t, s.ApplyOptions).SetAside
			if left, _ := filepath.Glob(filepath.Join(filepath.Dir(s.Plan), "*.part")); len(left) > 0 {
				t.Errorf("left behind: %q", left)
			}
			if step < 4 {
				takesBack(t, s, aside)
			}
			if status, err := Status(t.Context(), StatusOptions{Plan: aside}); err != nil || len(status.Undos) != 1 || status.Undos[0].Undone == 0 {
				t.Errorf("%v, %+v", err, status)
			}
			if _, err := os.Stat(journalPath(s.Plan)); err == nil {
				t.Error("the old journal is still there")
			}
		})
	}
}

// TestAJournalWithoutItsPlanIsNotLost: it tells what was sent, and nothing is put in its way.
func TestAJournalWithoutItsPlanIsNotLost(t *testing.T) {
	t.Parallel()
	s := sentWorld(t)
	mustApply(t, s.ApplyOptions)
	if err := os.Remove(s.Plan); err != nil {
		t.Fatal(err)
	}
	_, err := WritePlan(t.Context(), PlanOptions{DB: s.DB, Config: s.Config, Out: s.Plan, ToolVersion: "test"})
	if err == nil || !strings.Contains(err.Error(), "what it wrote could not be taken back") {
		t.Errorf("%v", err)
	}
	if _, err := os.Stat(journalPath(s.Plan)); err != nil {
		t.Error(err)
	}
}
