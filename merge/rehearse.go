package merge

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/sameas/sameas/internal/behaviour"
	"github.com/sameas/sameas/internal/sandbox"
)

// A rehearsal applies the plan for real, by the code of Apply and Verify, to a sandbox that holds what was extracted:
// once for every way in which the hub may behave as far as anybody knows. Not every setting needs a run of its own: the
// sandbox tells which settings its answers have depended on, and where a setting was never asked for, every value of it
// would have given the same answers to the same requests. So a run stands for all settings that differ from it only in
// what it never asked for, and the runs are the leaves of a tree that branches where a run did ask. Together they cover
// every combination of what is unknown, each once.

// RehearseOptions of Rehearse.
type RehearseOptions struct {
	ApplyOptions // DB, Config, Plan, SHA256, Log, Progress
	// Provider and Realm are the application whose credentials apply would use; "" takes every account that a file source
	// lists for the credentials' own, as the plan does.
	Provider, Realm string
	// MaxRuns bounds the runs; 0 is DefaultMaxRuns. Settings that are left uncovered are counted.
	MaxRuns int
	// SaveHub is a folder for the hub's records as the first run leaves them, one NDJSON file a collection; "" for none.
	SaveHub string
}

// DefaultMaxRuns is more than the plans of the generated worlds have needed.
const DefaultMaxRuns = 200

// RehearseResult says what the plan does under every setting of what is unknown.
type RehearseResult struct {
	Plan       string             `json:"plan"`
	SHA256     string             `json:"sha256"`
	Operations int64              `json:"operations"`
	Known      behaviour.Settings `json:"known"`    // what was found out, by question
	Unknown    []string           `json:"unknown"`  // questions that nobody has answered
	Asked      []string           `json:"asked"`    // of these, the ones that an answer to this plan's requests hangs on
	Settings   int64              `json:"settings"` // combinations of what is unknown that the runs cover
	Uncovered  int64              `json:"uncovered"`
	Runs       []RehearsedRun     `json:"runs"`
	// Depends are the operations whose outcome hangs on something unknown.
	Depends []DependentOperation `json:"depends"`
	// Refusals are why Apply would refuse the plan before its first request; the rehearsal goes on regardless.
	Refusals []string `json:"refusals"`
	Notes    []string `json:"notes"`
	// Saved are the files that were written of the hub, also when the rehearsal failed afterwards.
	Saved []string `json:"saved,omitempty"`
}

// RehearsedRun is the plan applied under one setting of what was asked for.
type RehearsedRun struct {
	Settings behaviour.Settings `json:"settings"` // of the questions that were asked for in this run
	Covers   int64              `json:"covers"`   // combinations that give the same
	Outcomes map[string]int64   `json:"outcomes"` // operations by outcome
	Stopped  string             `json:"stopped,omitempty"`
	// Differences are what verify found after it.
	Differences []string `json:"differences"`
	// Taken are IDs that a record bore before and no longer bears.
	Taken []string `json:"taken"`
	// Unplanned are IDs on records that the plan did not name for them, and records that it did not name at all.
	Unplanned []string             `json:"unplanned"`
	Hub       map[string]HubChange `json:"hub"` // by collection
}

// HubChange is a collection before and after a run.
type HubChange struct {
	Before   int64 `json:"records_before"`
	After    int64 `json:"records_after"`
	IDsAdded int64 `json:"ids_added"`
	Changed  int64 `json:"records_changed"`
}

// DependentOperation is an operation whose outcome hangs on something unknown.
type DependentOperation struct {
	Op         string             `json:"op"`
	Type       string             `json:"type"`
	Collection string             `json:"collection"`
	Target     string             `json:"target,omitempty"`
	On         []string           `json:"on"`     // questions
	Marked     bool               `json:"marked"` // the plan says so, by a stop hazard
	Outcomes   []RehearsedOutcome `json:"outcomes"`
}

// RehearsedOutcome is one of an operation's outcomes, and the first setting that gives it.
type RehearsedOutcome struct {
	Settings behaviour.Settings `json:"settings"`
	Outcome  string             `json:"outcome"`
	Detail   string             `json:"detail,omitempty"`
}

// rehearsal is one Rehearse under way.
type rehearsal struct {
	o       RehearseOptions
	plan    *PlanReader
	base    *sandbox.Server
	before  hubState
	order   map[string]int // operations by ID, in the plan's order
	texts   []string       // outcome and detail of an operation, by number
	numbers map[string]uint32
	runs    []*rehearsedRun
	result  RehearseResult
}

// rehearsedRun is one leaf of the tree.
type rehearsedRun struct {
	told  RehearsedRun
	fixed behaviour.Settings // what was chosen on the way to it, beside what is known
	ends  []uint32           // by operation: number of its outcome; 0 when it was not reached
}

// Rehearse applies the plan to a sandbox that holds the workspace's own extract, under every setting of what is still
// unknown, and verifies it each time. Nothing is sent, and neither plan, journal nor workspace is written.
func Rehearse(ctx context.Context, o RehearseOptions) (RehearseResult, error) {
	o.seams = o.seams.filled()
	plan, facts, err := openChecked(ctx, o.ApplyOptions)
	if err != nil {
		return RehearseResult{}, err
	}
	defer plan.Close()
	if plan.Header().Undoes != "" {
		return RehearseResult{}, refuse("rehearse the plan that it undoes; `sameas merge undo` shows what it would send",
			"%s is the plan of an undo: the workspace holds the records as they were before there was anything to undo", o.Plan)
	}
	x := newRehearsal(o, plan, facts)
	for _, refusal := range facts.refusals(o.Config.Merge) {
		x.result.Refusals = append(x.result.Refusals, refusal.Error())
	}
	if err := x.prepare(ctx, facts); err != nil {
		return x.result, fmt.Errorf("rehearse: %w", err)
	}
	if err := x.explore(ctx); err != nil {
		return x.result, fmt.Errorf("rehearse: %w", err)
	}
	return x.result, x.compare()
}

func newRehearsal(o RehearseOptions, plan *PlanReader, facts *planFacts) *rehearsal {
	x := &rehearsal{o: o, plan: plan, order: map[string]int{}, numbers: map[string]uint32{}, texts: []string{""}}
	x.result = RehearseResult{Plan: o.Plan, SHA256: plan.SHA256(), Operations: facts.operations, Known: behaviour.Settings{},
		Unknown: []string{}, Asked: []string{}, Depends: []DependentOperation{}, Refusals: []string{}, Notes: []string{}}
	return x
}

// prepare reads what is known, numbers the operations and fills the hub.
func (x *rehearsal) prepare(ctx context.Context, facts *planFacts) error {
	measured, err := readMeasured(x.o.Config)
	if err != nil {
		return err
	}
	if measured != nil {
		x.result.Known = measured.Found
	}
	if then := x.plan.Header().Behaviour; then != nil && then.Found.String() != x.result.Known.String() || then == nil && len(x.result.Known) > 0 {
		x.result.Notes = append(x.result.Notes, "the plan was made when other things were known of the API: make it again with `sameas merge plan`")
	}
	for _, q := range x.result.Known.Unknown() {
		x.result.Unknown = append(x.result.Unknown, q.Name)
	}
	err = x.plan.Each(func(op Operation) error {
		if op.Type != TypeWithheld {
			x.order[op.ID] = len(x.order)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if x.base, err = extractedHub(ctx, x.o, facts.header); err != nil {
		return err
	}
	x.before = stateOf(x.base)
	return nil
}

// branch is a run still to be made, or one that was made and is looked at again with one setting more.
type branch struct {
	fixed behaviour.Settings
	run   *rehearsedRun
	asked []string // by the run
}

// explore makes the runs, depth first, the sandbox's own values first.
func (x *rehearsal) explore(ctx context.Context) error {
	stack := []branch{{fixed: behaviour.Settings{}}}
	most := x.o.MaxRuns
	if most <= 0 {
		most = DefaultMaxRuns
	}
	for made := 0; len(stack) > 0; {
		b := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if b.run == nil {
			if made == most {
				x.result.Uncovered += x.covers(b.fixed)
				continue
			}
			made++
			var err error
			if b.run, b.asked, err = x.run(ctx, b.fixed, made); err != nil {
				return err
			}
		}
		i := slices.IndexFunc(b.asked, func(name string) bool { return x.result.Known[name] == "" && b.fixed[name] == "" })
		if i < 0 {
			x.keep(b)
			continue
		}
		values := settingsOf(b.asked[i])
		for _, v := range slices.Backward(values[1:]) {
			stack = append(stack, branch{fixed: b.fixed.With(b.asked[i], v)})
		}
		stack = append(stack, branch{b.fixed.With(b.asked[i], values[0]), b.run, b.asked})
	}
	return nil
}

// settingsOf are the values that an unknown may have, the sandbox's own first. Of page sizes two are tried: the largest
// and the smallest that a public client is known to work with.
func settingsOf(name string) []string {
	for _, q := range behaviour.Questions() {
		if q.Name == name && q.Answers != nil {
			return q.Values()
		}
	}
	return []string{"100", "20"}
}

// covers counts the combinations of what is unknown that agree with the settings.
func (x *rehearsal) covers(fixed behaviour.Settings) int64 {
	n := int64(1)
	for _, name := range x.result.Unknown {
		if fixed[name] == "" {
			n *= int64(len(settingsOf(name)))
		}
	}
	return n
}

// keep takes a run in once nothing that it asked for is open.
func (x *rehearsal) keep(b branch) {
	run := *b.run
	run.fixed = b.fixed
	run.told.Settings, run.told.Covers = b.fixed, x.covers(b.fixed)
	x.result.Settings += run.told.Covers
	x.runs = append(x.runs, &run)
	x.result.Runs = append(x.result.Runs, run.told)
	for _, name := range x.result.Unknown {
		if b.fixed[name] != "" && !slices.Contains(x.result.Asked, name) {
			x.result.Asked = append(x.result.Asked, name)
		}
	}
}

// run applies and verifies the plan under one setting, in a folder of its own.
func (x *rehearsal) run(ctx context.Context, fixed behaviour.Settings, number int) (*rehearsedRun, []string, error) {
	all := behaviour.Settings{}
	for _, known := range []behaviour.Settings{x.result.Known, fixed} {
		for name, value := range known {
			all[name] = value
		}
	}
	behave, err := sandbox.BehaveAs(all)
	if err != nil {
		return nil, nil, err
	}
	hub, err := x.base.With(behave)
	if err != nil {
		return nil, nil, err
	}
	o, cleanup, err := x.options(hub, number)
	if err != nil {
		return nil, nil, err
	}
	defer cleanup()
	run := &rehearsedRun{ends: make([]uint32, len(x.order))}
	applied, err := Apply(ctx, o)
	var stopped *StoppedError
	switch {
	case ctx.Err() != nil:
		return nil, nil, ctx.Err()
	case errors.As(err, &stopped):
		run.told.Stopped = stopped.Reason
		if stopped.Err != nil {
			run.told.Stopped += ": " + stopped.Err.Error()
		}
	case err != nil:
		return nil, nil, err
	}
	run.told.Outcomes = applied.Outcomes
	asked := hub.Consulted()
	verified, err := Verify(ctx, o)
	if err != nil {
		return nil, nil, err
	}
	run.told.Differences = verified.Differences
	if err := x.ends(run, hub, o, verified); err != nil {
		return nil, nil, err
	}
	if number == 1 && x.o.SaveHub != "" {
		x.result.Saved, err = hub.Save(x.o.SaveHub)
	}
	return run, askedFor(asked, hub.Consulted()), err
}

// askedFor leaves out of what verify asked for how pages are cut and ordered: that says nothing of the records, and what
// pages leave open is asked for one by one.
func askedFor(byApply, byBoth []string) []string {
	return slices.DeleteFunc(byBoth, func(name string) bool {
		return (name == behaviour.Order || name == behaviour.PageMax) && !slices.Contains(byApply, name)
	})
}

// options are those of an apply of the plan's copy to the hub: everything allowed, nothing waited for.
func (x *rehearsal) options(hub *sandbox.Server, number int) (o ApplyOptions, cleanup func(), err error) {
	dir, err := os.MkdirTemp("", "sameas-rehearsal-")
	if err != nil {
		return o, nil, err
	}
	cleanup = func() { _ = os.RemoveAll(dir) }
	copied := filepath.Join(dir, "plan.ndjson")
	if err := copyPlan(x.o.Plan, copied); err != nil {
		cleanup()
		return o, nil, err
	}
	doer, err := hub.Doer(x.plan.Header().Endpoint)
	if err != nil {
		cleanup()
		return o, nil, err
	}
	c := *x.o.Config
	c.Sources = slices.Clone(c.Sources)
	c.Merge.Allow, c.Merge.MaxShare, c.Merge.Rate = stops(), 1, 0
	c.Merge.Concurrency, c.Merge.Batch = 1, 0
	o = ApplyOptions{Config: &c, Plan: copied, SHA256: x.plan.SHA256(), Doer: doer, Log: x.o.Log,
		Getenv: func(string) string { return "rehearsal" }}
	if x.o.Progress != nil {
		o.Progress = func(stage string, done, total int64) {
			x.o.Progress(fmt.Sprintf("run %d: %s", number, stage), done, total)
		}
	}
	o.seams = seams{lockDir: dir, width: 1, wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }, retryWait: time.Millisecond,
		openJournal: func(path string) (journalFile, error) {
			f, err := openJournalFile(path)
			return unsynced{f}, err
		}}
	return o, cleanup, nil
}

// unsynced is a journal that need not outlive the rehearsal.
type unsynced struct{ journalFile }

// Sync does nothing.
func (unsynced) Sync() error { return nil }

func copyPlan(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}
