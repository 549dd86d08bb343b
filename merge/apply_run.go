package merge

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/sameas/sameas/internal/connec"
)

// recorder is the journal as the loop sees it; dry-run's records nothing.
type recorder interface {
	intent(op Operation, try int) error
	outcome(e journalEntry) error
}

// runner walks one plan, once. Apply and dry-run are the same walk: they differ in the client's Doer, in the recorder,
// in how many operations are worked on side by side, and in what is done with each step.
type runner struct {
	o       ApplyOptions
	plan    *PlanReader
	facts   *planFacts
	hub     hub
	journal recorder
	state   *journalState
	// width is how many operations are worked on side by side.
	width int
	// show is called for every operation that this run dealt with.
	show func(step) error

	canaries *canaries

	mu       sync.Mutex // for what is below
	own      map[[16]byte]*ownWrites
	trouble  int // operations in a row that failed for the server's sake
	failed   int64
	stopped  string
	ended    bool // nothing more is sent
	problems []problem
	gaps     gaps
	done     int64
	result   ApplyResult
}

// problem is a line of Problems with its operation's place in the plan, in which order they are told.
type problem struct {
	at   int64
	text string
}

// step is one operation and what came of it.
type step struct {
	at      int64 // the operation's place in the plan
	op      Operation
	outcome string
	status  int
	uuid    string
	detail  string
	drift   []difference
	now     *observed
	canary  bool
	unshown []connec.ExternalID // sent, and not on the record that answered
	trouble bool                // no usable answer, for the server's or the wire's sake
	// retryAfter is how long the server asks to wait.
	retryAfter time.Duration
	stop       string // why the plan must never go on
	halt       string // why this run must not go on
}

// ownWrites are this plan's writes to a record that more than one operation writes.
type ownWrites struct {
	written
	left int32 // operations still to come
}

func newRunner(o ApplyOptions, plan *PlanReader, facts *planFacts, client hub, j *journal) *runner {
	r := &runner{o: o, plan: plan, facts: facts, hub: client, journal: j, state: j.state, width: 1,
		show: func(step) error { return nil }, own: map[[16]byte]*ownWrites{}, canaries: newCanaries()}
	r.result = newResult(o.Plan, plan.SHA256(), facts)
	return r
}

func newResult(path, sha string, f *planFacts) ApplyResult {
	return ApplyResult{Plan: path, SHA256: sha, Operations: f.operations, Outcomes: map[string]int64{},
		Types: f.types, Hazards: f.hazards, Collection: f.collection,
		Problems: []string{}, Refusals: []string{}, Notes: []string{}}
}

func (r *runner) note(texts ...string) { r.result.Notes = append(r.result.Notes, texts...) }

// run deals with every operation: level after level, those of one level side by side.
func (r *runner) run(ctx context.Context) error {
	fresh, at := false, int64(0)
	crew := newCrew(r.width)
	err := r.plan.Each(func(op Operation) error {
		if op.Type == TypeWithheld {
			return nil
		}
		at++
		prior := r.state.op(op.ID)
		if prior.settled() {
			r.keep(op, prior)
			return nil
		}
		fresh = true
		if err := ctx.Err(); err != nil {
			return r.stop("interrupted", err)
		}
		place := at
		return crew.take(op, func() { r.canaries.join(op, place) }, func() error { return r.next(ctx, place, op, prior) })
	})
	if crewErr := crew.wait(); crewErr != nil {
		err = crewErr // it came first: the walk ended because of it
	}
	r.result.Finished = err == nil && !fresh
	return err
}

// keep counts an operation that an earlier run brought to its end.
func (r *runner) keep(op Operation, prior opState) {
	if r.state.isProven(op.ID) {
		r.canaries.prove(op.Type)
	}
	r.remember(op, true)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.result.Outcomes[prior.outcome]++
	r.progress()
}

// progress counts one operation as dealt with; under the lock.
func (r *runner) progress() {
	r.done++
	if r.o.Progress != nil {
		r.o.Progress(r.name(), r.done, r.facts.operations)
	}
}

// next deals with one operation and decides whether the plan goes on.
func (r *runner) next(ctx context.Context, at int64, op Operation, prior opState) error {
	defer r.canaries.leave(op, at)
	if err := ctx.Err(); err != nil {
		return r.stop("interrupted", err)
	}
	s, err := r.deal(ctx, at, op, prior)
	if errors.Is(err, errEnded) {
		return nil // what ended the run is told by the operation that did
	}
	if err != nil {
		return err
	}
	trouble, failed := r.count(s)
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
	case trouble >= maxTrouble:
		return r.stop(fmt.Sprintf("%d operations in a row found no usable answer", trouble), errors.New(s.detail))
	case r.o.MaxFailures > 0 && failed >= r.o.MaxFailures:
		return r.stop(fmt.Sprintf("%d operations failed, the most that is allowed", failed), errors.New(s.detail))
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
	case r.facts.header.Undoes != "":
		return "undo"
	}
	return "apply"
}

func (r *runner) stop(reason string, cause error) error {
	r.mu.Lock()
	r.ended = true
	if r.stopped == "" {
		r.stopped = reason
	}
	r.mu.Unlock()
	stopped := r.name() + " stopped: " + reason
	if r.result.DryRun {
		return &StoppedError{Reason: stopped, Err: cause, Hint: "nothing was sent"}
	}
	return &StoppedError{Reason: stopped, Err: cause,
		Hint: "what was done is in the journal; `" + resumeWith(r.facts.header, r.o.Plan) + "` goes on from there"}
}

// deal brings one operation to an outcome and journals it.
func (r *runner) deal(ctx context.Context, at int64, op Operation, prior opState) (step, error) {
	s, err := r.decide(ctx, at, op, prior)
	s.at = at
	if err != nil {
		return s, err
	}
	r.remember(op, s.outcome == OutcomeOK || s.outcome == OutcomeDone || r.state.op(op.ID).tries > 0)
	err = r.journal.outcome(journalEntry{Op: op.ID, Outcome: s.outcome, Status: s.status, UUID: s.uuid,
		Canary: s.canary, Stop: s.stop, Detail: s.text()})
	return s, err
}

func (r *runner) decide(ctx context.Context, at int64, op Operation, prior opState) (step, error) {
	if waits := r.blockedBy(op); waits != "" {
		return step{op: op, outcome: OutcomeSkipped, detail: waits}, nil
	}
	e, s, settled, err := r.look(ctx, op, prior)
	if settled || err != nil {
		return s, err
	}
	if r.canaries.wait(op, at) {
		if e, s, settled, err = r.look(ctx, op, prior); settled || err != nil {
			return s, err
		}
	}
	return r.write(ctx, op, prior, e)
}

// settled is the step of an operation that needs no request now, or cannot have one.
func (e examination) settled(op Operation, prior opState) (step, bool) {
	switch {
	case e.err != nil:
		return e.unreadable(op, prior), true
	case e.standing == asWanted:
		return step{op: op, outcome: OutcomeDone, uuid: e.now.uuid, now: e.now, detail: arrived(prior)}, true
	case e.standing == hasDrifted:
		return step{op: op, outcome: OutcomeDrifted, drift: e.drift, now: e.now, detail: afterUnknown(prior)}, true
	}
	return step{}, false
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
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, key := range op.Merges {
		delete(r.own, recordDigest(op.Collection, key))
	}
	key := targetDigest(op)
	if op.Target == "" || r.facts.concerned(key) < 2 {
		return
	}
	w := r.own[key]
	if w == nil {
		w = &ownWrites{left: r.facts.concerned(key)}
		r.own[key] = w
	}
	if wrote {
		w.add(op.Expect)
	}
	if w.left--; w.left <= 0 {
		delete(r.own, key)
	}
}

// ownOf is what earlier operations of this plan left on the record; operations on one record never meet.
func (r *runner) ownOf(collection, key string) *written {
	r.mu.Lock()
	defer r.mu.Unlock()
	if w := r.own[recordDigest(collection, key)]; w != nil {
		return &w.written
	}
	return &written{}
}

// count takes a step into the result, and says how many operations in a row now lacked a usable answer and how many
// have failed.
func (r *runner) count(s step) (trouble int, failed int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.result.Outcomes[s.outcome]++
	r.progress()
	switch {
	case s.trouble:
		r.trouble++
	case s.outcome != OutcomeSkipped:
		r.trouble = 0
	}
	switch s.outcome {
	case OutcomeOK, OutcomeDone, OutcomeWouldWrite:
		return r.trouble, r.failed
	case OutcomeFailed, OutcomeUnknown:
		r.failed++
	}
	r.problems = append(r.problems, problem{s.at, s.problem()})
	return r.trouble, r.failed
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
	slices.SortFunc(r.problems, func(a, b problem) int { return cmp.Compare(a.at, b.at) })
	for _, p := range r.problems {
		r.result.Problems = append(r.result.Problems, p.text)
	}
	r.result.Gap = r.gaps.result()
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
		r.result.Next = resumeWith(r.facts.header, r.o.Plan)
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
