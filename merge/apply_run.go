package merge

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/sameas/sameas/internal/connec"
)

// recorder is the journal as the loop sees it; dry-run's records nothing.
type recorder interface {
	intent(op Operation, try int) error
	outcome(e journalEntry) error
}

// runner walks one plan, once. Apply and dry-run are the same walk: they differ in the client's Doer, in the recorder
// and in what is done with each step.
type runner struct {
	o       ApplyOptions
	plan    *PlanReader
	facts   *planFacts
	hub     hub
	journal recorder
	state   *journalState
	// show is called for every operation that this run dealt with.
	show func(step) error

	own     map[[16]byte]*ownWrites
	proven  map[string]bool // types whose first operation was read back
	trouble int             // operations in a row that failed for the server's sake
	failed  int64
	stopped string
	result  ApplyResult
}

// step is one operation and what came of it.
type step struct {
	op      Operation
	outcome string
	status  int
	uuid    string
	detail  string
	drift   []difference
	now     *observed
	canary  bool
	unshown []connec.ExternalID // sent, and not on the record that answered
	stop    string              // why the plan must never go on
	halt    string              // why this run must not go on
}

// ownWrites are this plan's writes to a record that more than one operation writes.
type ownWrites struct {
	written
	left int32 // operations still to come
}

func newRunner(o ApplyOptions, plan *PlanReader, facts *planFacts, client hub, j *journal) *runner {
	r := &runner{o: o, plan: plan, facts: facts, hub: client, journal: j, state: j.state,
		show: func(step) error { return nil }, own: map[[16]byte]*ownWrites{}, proven: map[string]bool{}}
	r.result = newResult(o.Plan, plan.SHA256(), facts)
	return r
}

func newResult(path, sha string, f *planFacts) ApplyResult {
	return ApplyResult{Plan: path, SHA256: sha, Operations: f.operations, Outcomes: map[string]int64{},
		Types: f.types, Hazards: f.hazards, Collection: f.collection,
		Problems: []string{}, Refusals: []string{}, Notes: []string{}}
}

func (r *runner) note(texts ...string) { r.result.Notes = append(r.result.Notes, texts...) }

// run deals with every operation in the plan's order, which is that of its levels.
func (r *runner) run(ctx context.Context) error {
	var done int64
	fresh := false
	err := r.plan.Each(func(op Operation) error {
		if op.Type == TypeWithheld {
			return nil
		}
		prior := r.state.op(op.ID)
		if prior.settled() {
			r.keep(op, prior)
		} else {
			fresh = true
			if err := r.next(ctx, op, prior); err != nil {
				return err
			}
		}
		done++
		if r.o.Progress != nil {
			r.o.Progress(r.name(), done, r.facts.operations)
		}
		return nil
	})
	r.result.Finished = err == nil && !fresh
	return err
}

// keep counts an operation that an earlier run brought to its end.
func (r *runner) keep(op Operation, prior opState) {
	r.result.Outcomes[prior.outcome]++
	r.proven[op.Type] = r.proven[op.Type] || r.state.proven[op.ID]
	r.remember(op, true)
}

// next deals with one operation and decides whether the plan goes on.
func (r *runner) next(ctx context.Context, op Operation, prior opState) error {
	if err := ctx.Err(); err != nil {
		return r.stop("interrupted", err)
	}
	s, err := r.deal(ctx, op, prior)
	if err != nil {
		return err
	}
	r.count(s)
	if err := r.show(s); err != nil {
		return err
	}
	switch {
	case s.stop != "":
		return r.stop(s.stop, errors.New(s.detail))
	case s.halt != "":
		return r.stop(s.halt, errors.New(s.detail))
	case s.status == 401:
		return r.stop("the server refuses the credentials", errors.New(s.detail))
	case r.trouble >= maxTrouble:
		return r.stop(fmt.Sprintf("%d operations in a row found no usable answer", r.trouble), errors.New(s.detail))
	case r.o.MaxFailures > 0 && r.failed >= r.o.MaxFailures:
		return r.stop(fmt.Sprintf("%d operations failed, the most that is allowed", r.failed), errors.New(s.detail))
	}
	return nil
}

// maxTrouble is how many operations in a row may end without a usable answer before the server is taken to be down.
const maxTrouble = 3

// name is the run as its progress and its errors call it.
func (r *runner) name() string {
	switch {
	case r.result.DryRun:
		return "dry-run"
	case r.o.undoes != "":
		return "undo"
	}
	return "apply"
}

func (r *runner) stop(reason string, cause error) error {
	r.stopped = reason
	stopped := r.name() + " stopped: " + reason
	if r.result.DryRun {
		return &StoppedError{Reason: stopped, Err: cause, Hint: "nothing was sent"}
	}
	return &StoppedError{Reason: stopped, Err: cause,
		Hint: "what was done is in the journal; `" + r.o.resume() + "` goes on from there"}
}

// deal brings one operation to an outcome and journals it.
func (r *runner) deal(ctx context.Context, op Operation, prior opState) (step, error) {
	s, err := r.decide(ctx, op, prior)
	if err != nil {
		return s, err
	}
	r.remember(op, s.outcome == OutcomeOK || s.outcome == OutcomeDone || r.state.op(op.ID).tries > 0)
	err = r.journal.outcome(journalEntry{Op: op.ID, Outcome: s.outcome, Status: s.status, UUID: s.uuid,
		Canary: s.canary, Stop: s.stop, Detail: s.text()})
	return s, err
}

func (r *runner) decide(ctx context.Context, op Operation, prior opState) (step, error) {
	if waits := r.blockedBy(op); waits != "" {
		return step{op: op, outcome: OutcomeSkipped, detail: waits}, nil
	}
	e := r.examine(ctx, op)
	if e.err != nil && ctx.Err() != nil {
		return step{op: op}, r.stop("interrupted", ctx.Err())
	}
	switch {
	case e.err != nil:
		r.trouble++
		return e.unreadable(op, prior), nil
	case e.standing == asWanted:
		r.trouble = 0
		return step{op: op, outcome: OutcomeDone, uuid: e.now.uuid, now: e.now, detail: arrived(prior)}, nil
	case e.standing == hasDrifted:
		r.trouble = 0
		return step{op: op, outcome: OutcomeDrifted, drift: e.drift, now: e.now, detail: afterUnknown(prior)}, nil
	}
	return r.write(ctx, op, prior, e)
}

// blockedBy says which operation stands in the way, and how it fared.
func (r *runner) blockedBy(op Operation) string {
	for _, id := range op.DependsOn {
		if before := r.state.op(id); !before.settled() && before.outcome != OutcomeWouldWrite {
			return fmt.Sprintf("waits for %s, which is %s", id, orNothing(before.outcome))
		}
	}
	return ""
}

func arrived(prior opState) string {
	if prior.uncertain() {
		return "an earlier request, whose answer was lost, had arrived"
	}
	return ""
}

func afterUnknown(prior opState) string {
	if prior.uncertain() {
		return "an earlier request's answer was lost, and the target is neither as before nor as wanted: a person must look"
	}
	return ""
}

// remember keeps what the operation left on its target for as long as further operations on it are to come.
func (r *runner) remember(op Operation, wrote bool) {
	key := targetDigest(op)
	if op.Target == "" || r.facts.perTarget[key] < 2 {
		return
	}
	w := r.own[key]
	if w == nil {
		w = &ownWrites{left: r.facts.perTarget[key]}
		r.own[key] = w
	}
	if wrote {
		w.add(op.Expect)
	}
	if w.left--; w.left <= 0 {
		delete(r.own, key)
	}
}

func (r *runner) ownOf(op Operation) *written {
	if w := r.own[targetDigest(op)]; w != nil {
		return &w.written
	}
	return nil
}

func (r *runner) count(s step) {
	r.result.Outcomes[s.outcome]++
	switch s.outcome {
	case OutcomeOK, OutcomeDone, OutcomeWouldWrite:
		return
	case OutcomeFailed, OutcomeUnknown:
		r.failed++
	}
	r.result.Problems = append(r.result.Problems, s.problem())
}

// text is what the journal says of the step beside its outcome.
func (s step) text() string {
	if len(s.drift) == 0 {
		return s.detail
	}
	if s.detail == "" {
		return joinDifferences(s.drift)
	}
	return s.detail + "; " + joinDifferences(s.drift)
}

func (s step) problem() string {
	where := s.op.Target
	if where == "" && len(s.op.BearsIDs) > 0 {
		where = s.op.BearsIDs[0].String()
	}
	return fmt.Sprintf("%s %s %s %s: %s: %s", s.op.ID, s.op.Type, s.op.Collection, where, s.outcome, s.text())
}

// finish completes the result when the run is over, whatever ended it.
func (r *runner) finish(err error) ApplyResult {
	settled := r.result.Outcomes[OutcomeOK] + r.result.Outcomes[OutcomeDone]
	r.result.Remaining = r.facts.operations - settled
	r.result.StoppedBy = r.stopped
	if err != nil && r.stopped == "" {
		r.result.StoppedBy = err.Error()
	}
	switch {
	case r.facts.operations == 0:
		r.note("the plan holds no operation")
	case r.result.Finished:
		r.note("the plan was already finished: nothing was sent")
		r.result.Next = "sameas merge verify " + r.o.Plan
	case r.result.Remaining > 0:
		r.result.Next = r.o.resume()
	default:
		r.result.Next = "sameas merge verify " + r.o.Plan
	}
	return r.result
}

// heldElsewhere reports IDs that the request would bring and that another record answers to.
func (r *runner) heldElsewhere(ctx context.Context, op Operation, now observed) ([]difference, error) {
	allowed := hasHazard(op, HazardTwoRecords)
	upsert := op.Request.Method == "POST"
	found := false
	var drift []difference
	for _, id := range op.BearsIDs {
		has := slices.Contains(now.ids, id)
		if (has || allowed) && !upsert {
			continue
		}
		holder, err := r.holder(ctx, op.Collection, id)
		if err != nil {
			return nil, err
		}
		if found = found || holder == now.uuid; holder != "" && holder != now.uuid {
			drift = append(drift, difference{"ID " + id.String(), "on no other record", "answered by record " + holder, "on record " + now.uuid})
		}
	}
	if upsert && !found && len(drift) == 0 {
		drift = append(drift, difference{"IDs of the request", "held by the target", "held by no record: the POST would create one", "held by the target"})
	}
	return drift, nil
}

// holder is the UUID of the record that answers to the ID, "" when none does.
func (r *runner) holder(ctx context.Context, collection string, id connec.ExternalID) (string, error) {
	answer, err := r.hub.GetByExternalID(ctx, collection, id)
	if statusOf(err) == 404 {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("read %s by %s: %w", collection, id, err)
	}
	o, err := observe(answer.Body)
	if err != nil {
		return "", fmt.Errorf("read %s by %s: %w", collection, id, err)
	}
	return o.uuid, nil
}
