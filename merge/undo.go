package merge

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/sameas/sameas/internal/connec"
)

// An undo is a plan of its own. What apply sent, by its journal, is turned round, newest first: each operation's target
// must be as apply left it and is made what it was before. That plan is a sealed file like any other, which a person can
// read, pin and verify, and it goes through apply's own machinery: the same journal, intent before each request and
// outcome after, the same examination of the target, the same sending, the same canary. Whatever makes apply safe makes
// undo safe. Only two things are undo's own: the plan (undo_plan.go, undo_inverse.go), and the line in the journal of
// the plan undone by which apply knows that it must write nothing more.

// UndoOptions of Undo; the Plan of ApplyOptions is the one to undo.
type UndoOptions struct {
	ApplyOptions
	// Cluster, when set, is the one cluster whose operations are undone.
	Cluster string
	// UndoPlan is where the undo's own plan is written; "" is UndoPath of the plan and the cluster.
	UndoPlan string
	// Send says to send; without it the undo's plan is written and its requests are printed, and nothing leaves.
	Send bool
	// Begin is called before the first request, and before the first one is printed: with what cannot be undone.
	Begin func(UndoResult) error
}

// UndoResult says what an undo takes back, what it cannot, and what came of it.
type UndoResult struct {
	Plan     string           `json:"plan"`              // path of the plan undone
	SHA256   string           `json:"sha256"`            // its digest
	Cluster  string           `json:"cluster,omitempty"` // the one cluster undone, when not the whole plan
	UndoPlan string           `json:"undo_plan"`         // path of the undo's own plan
	Sent     int64            `json:"sent"`              // operations of the plan, or of the cluster, whose request was sent
	Undoes   int64            `json:"undoes"`            // operations of the undo: what can be taken back
	Stays    map[string]int64 `json:"stays"`             // what cannot, by the names of the Stays constants
	Staying  []Staying        `json:"staying"`           // each of these
	Result   ApplyResult      `json:"result"`            // what came of the undo's own plan
}

// Staying is one thing that an undo leaves as apply made it.
type Staying struct {
	Why        string              `json:"why"`       // one of the Stays constants
	Operation  string              `json:"operation"` // of the plan undone
	Collection string              `json:"collection"`
	Record     string              `json:"record,omitempty"` // key of the hub record that it stays on
	IDs        []connec.ExternalID `json:"ids,omitempty"`    // the external IDs that stay
	Text       string              `json:"text"`
}

// UndoPath is the undo's own plan beside the plan that it undoes: plan.ndjson gives plan.undo.ndjson, and of one cluster
// plan.undo-people-7.ndjson.
func UndoPath(plan, cluster string) string {
	name := "undo"
	if cluster != "" {
		name += "-" + strings.Map(func(r rune) rune {
			if r == '/' || r == filepath.Separator || r < ' ' {
				return '_'
			}
			return r
		}, cluster)
	}
	if base, ok := strings.CutSuffix(plan, ".ndjson"); ok {
		return base + "." + name + ".ndjson"
	}
	return plan + "." + name
}

// Undo takes back what Apply sent, or with Send unset shows what it would send. Run again, it goes on where its own
// journal ends. It returns a *RefusedError when nothing may be undone: the plan was never applied, its undo_days are
// over, or an undo with other settings has begun.
func Undo(ctx context.Context, o UndoOptions) (UndoResult, error) {
	o.seams = o.seams.filled()
	if o.UndoPlan == "" {
		o.UndoPlan = UndoPath(o.Plan, o.Cluster)
	}
	plan, err := openUndone(o)
	if err != nil {
		return UndoResult{}, err
	}
	defer plan.Close()
	if !o.Send {
		return o.run(ctx, plan)
	}
	release, err := lockForApply(o.ApplyOptions, plan.Header())
	if err != nil {
		return UndoResult{}, err
	}
	defer release()
	return o.run(ctx, plan)
}

// openUndone opens the plan that is to be undone, and refuses one that is an undo's own.
func openUndone(o UndoOptions) (*PlanReader, error) {
	plan, err := OpenPlan(o.Plan)
	if err != nil {
		return nil, &RefusedError{Reason: err.Error(), Err: err}
	}
	if plan.Header().Undoes != "" {
		plan.Close()
		return nil, refuse("to have it back, extract again and make a new plan", "%s is the plan of an undo: it cannot be undone itself", o.Plan)
	}
	return plan, nil
}

// run is Undo once the locks are held, or for a dry-run, which needs none.
func (o UndoOptions) run(ctx context.Context, plan *PlanReader) (UndoResult, error) {
	state, err := peekJournal(journalPath(o.Plan), plan.SHA256())
	if err != nil {
		return UndoResult{}, err
	}
	if err := o.mayUndo(state); err != nil {
		return UndoResult{}, err
	}
	u, err := newUndoer(o, plan, state)
	if err != nil {
		return UndoResult{}, err
	}
	if err := u.write(); err != nil {
		return u.result, err
	}
	if o.Begin != nil {
		if err := o.Begin(u.result); err != nil {
			return u.result, err
		}
	}
	inner := o.ApplyOptions
	inner.Plan = o.UndoPlan
	if !o.Send {
		u.result.Result, err = DryRun(ctx, inner)
		return u.result, err
	}
	u.result.Result, err = o.send(ctx, inner, plan.SHA256())
	return u.result, err
}

// undoArguments are those of the command line that goes on with the undo whose own plan lies there.
func undoArguments(h Header, undo string) string {
	plan := beside(undo, h.UndoesFile)
	text := plan
	if h.UndoesCluster != "" {
		text += " --cluster " + h.UndoesCluster
	}
	if filepath.Clean(undo) != filepath.Clean(UndoPath(plan, h.UndoesCluster)) {
		text += " --out " + undo
	}
	return text
}

// mayUndo refuses what there is nothing to undo of, or too late.
func (o UndoOptions) mayUndo(s *journalState) error {
	if s.lines == 0 {
		hint := "there is nothing to undo"
		if kept := setAside(o.Plan); len(kept) > 0 {
			hint += "; plans that lay here before, with what they wrote: " + strings.Join(kept, ", ")
		}
		return refuse(hint, "%s was never applied from here: it has no journal", o.Plan)
	}
	if until, ok := undoUntil(s, o.Config.Merge.UndoDays); ok && len(s.undos) == 0 && o.seams.now().After(until) {
		return refuse("look at what has become of the records since, then raise merge.undo_days in the configuration if you still want it",
			"%s was applied until %s, and may be undone for %d days", o.Plan, s.last, o.Config.Merge.UndoDays)
	}
	return nil
}

// undoUntil is when the plan may be undone no more: so many days after the last line that apply wrote; not ok for 0 days,
// which sets no limit, and for a plan of which nothing was tried.
func undoUntil(s *journalState, days int) (time.Time, bool) {
	last, err := time.Parse(time.RFC3339Nano, s.last)
	return last.AddDate(0, 0, days), err == nil && days > 0
}

// send applies the undo's plan. The journal of the plan undone says first that it begins.
func (o UndoOptions) send(ctx context.Context, inner ApplyOptions, undone string) (ApplyResult, error) {
	plan, facts, err := openChecked(ctx, inner)
	if err != nil {
		return ApplyResult{}, err
	}
	defer plan.Close()
	if err := facts.refusal(o.Config.Merge); err != nil {
		return ApplyResult{}, err
	}
	if facts.operations == 0 { // nothing begins, so that apply may still go on
		result := newResult(inner.Plan, plan.SHA256(), facts)
		result.Finished, result.Notes = true, append(result.Notes, "there is nothing that can be taken back: nothing was sent")
		return result, nil
	}
	if err := o.mark(plan, undone); err != nil {
		return ApplyResult{}, err
	}
	return applyLocked(ctx, inner, plan, facts)
}

// mark puts the undo's beginning into the journal of the plan undone, once.
func (o UndoOptions) mark(undo *PlanReader, undone string) (err error) {
	journal, err := openJournal(journalPath(o.Plan), undone, o.seams)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, journal.close()) }()
	if journal.state.applied() != undo.Header().UndoesJournal {
		return refuse("run the undo again", "the journal of %s changed while its undo was prepared", o.Plan)
	}
	mark := undoMark{plan: undo.SHA256(), file: fromFolderOf(o.Plan, o.UndoPlan)}
	for _, begun := range journal.state.undos {
		if begun == mark {
			return nil
		}
	}
	return journal.undoBegins(mark)
}

// begun opens the undo's plan of an undo that has begun, nil when none has: that plan is gone on with, and never
// written again.
func (u *undoer) begun() (*PlanReader, error) {
	p, err := OpenPlan(u.o.UndoPlan)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil // where one had begun, the same journal gives the same plan; its own journal tells whether it is
	}
	if err != nil || p.Header().Undoes == "" {
		if err == nil {
			err = p.Close()
		}
		return nil, errors.Join(refuse("move it away, or name another file with --out", "%s is there and is not the plan of an undo", u.o.UndoPlan), err)
	}
	if _, err := os.Lstat(journalPath(u.o.UndoPlan)); errors.Is(err, fs.ErrNotExist) {
		return nil, p.Close() // only shown so far: it is made anew
	}
	if h := p.Header(); h.Undoes != u.plan.SHA256() || h.UndoesJournal != u.state.applied() || h.UndoesCluster != u.o.Cluster {
		p.Close()
		return nil, refuse("name another file with --out", "%s is in use by another undo, which has begun", u.o.UndoPlan)
	}
	return p, nil
}

// fromFolderOf is where a file lies as seen from the folder of another, so that both can be moved together.
func fromFolderOf(file, other string) string {
	if rel, err := filepath.Rel(filepath.Dir(file), other); err == nil {
		return filepath.ToSlash(rel)
	}
	return other // one of the two is absolute, the other is not
}

// beside is the file that fromFolderOf told of.
func beside(file, other string) string {
	if filepath.IsAbs(other) {
		return other
	}
	return filepath.Join(filepath.Dir(file), filepath.FromSlash(other))
}

// undoPlans are the plans of the undos that have begun, each once: of one that was made anew before anything of it was
// sent, the journal holds two marks.
func undoPlans(path string, s *journalState) []string {
	var files []string
	for _, mark := range s.undos {
		if file := beside(path, mark.file); !slices.Contains(files, file) {
			files = append(files, file)
		}
	}
	return files
}

// undoneBy are the operations that undos of the plan have in hand, by ID, each with the path of the undo's plan. The
// plans of the undos lie beside the plan undone.
func undoneBy(path string, s *journalState) (map[string]string, error) {
	if len(s.undos) == 0 {
		return nil, nil
	}
	ops := map[string]string{}
	for _, file := range undoPlans(path, s) {
		p, err := OpenPlan(file)
		if err != nil {
			return nil, fmt.Errorf("the plan of an undo that has begun: %w", err)
		}
		err = p.Each(func(op Operation) error {
			if op.Type != TypeWithheld {
				ops[op.Undoes] = file
			}
			return nil
		})
		if err := errors.Join(err, p.Close()); err != nil {
			return nil, err
		}
	}
	return ops, nil
}
