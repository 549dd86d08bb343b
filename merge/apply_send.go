package merge

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/sameas/sameas/internal/connec"
)

// What an answer to a write says. A request is sent by the client once; whether it is sent again is decided here, on
// what a read of the target says, because Connec! keeps no idempotency keys: a repeated POST can create a second record.
type verdict int

const (
	accepted   verdict = iota // answered as the plan expects
	refused                   // the server will not have it: it is not sent again
	notTaken                  // no byte reached the server, or it said that it took nothing: it may be sent again
	lost                      // nobody knows: the target is read before anything else
	forbidden                 // the client cannot write: dry-run
	unexpected                // it wrote another record than the plan names: the plan ends here
)

// tries is how often one run sends a request that was not taken; lostPosts how often a POST whose answer was lost.
const (
	maxTries  = 5
	lostPosts = 2
)

const (
	firstWait = 500 * time.Millisecond
	maxWait   = 30 * time.Second
)

// write sends the operation's request until it has an outcome. Each request has its intent on disk before it leaves.
// Once that is so, the request and its reading back are finished even if ctx ends meanwhile.
func (r *runner) write(ctx context.Context, op Operation, prior opState, e examination) (step, error) {
	budget := newBudget(op)
	// The journal holds a request whose answer nobody saw: a POST is then sent once more, and after a second look.
	if prior.uncertain() && op.Request.Method == "POST" {
		budget.lost--
		again, looked, settled, err := r.lookAgain(ctx, op, 0)
		if settled || err != nil {
			return looked, err
		}
		e = again
	}
	held := r.heldBefore(ctx, op)
	var last *step // of a request that has left in vain, or to nobody knows what effect
	for {
		switch {
		case r.hasEnded() && last != nil:
			return *last, nil
		case r.hasEnded():
			return step{op: op}, errEnded
		case ctx.Err() != nil && last == nil:
			return step{op: op}, r.stop("interrupted", ctx.Err())
		}
		if err := r.journal.intent(op, r.state.op(op.ID).tries+1); err != nil {
			return step{op: op}, err
		}
		answer, sendErr := r.hub.Send(context.WithoutCancel(ctx), *op.Request)
		s, v := r.read(op, answer, sendErr)
		s.now = e.now
		if v == forbidden {
			return s, nil
		}
		r.sent(e, v)
		switch v {
		case accepted:
			return r.stillHeld(ctx, r.canary(ctx, s), held), nil
		case refused, unexpected:
			return s, nil
		}
		again, looked, settled, err := r.unanswered(ctx, s, v, &budget)
		if settled || err != nil {
			return looked, err
		}
		e, last = again, &s
	}
}

// errEnded says of an operation that the run ended before its request left; it is no outcome and no error of the run.
var errEnded = errors.New("the run has ended")

// sent counts a request that left, and how long after the read that it was decided on its answer came: another
// editor's change in between is lost unseen.
func (r *runner) sent(e examination, v verdict) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if v != notTaken {
		r.result.Writes++
		r.gaps.add(r.o.seams.now().Sub(e.at))
	}
}

// hasEnded reports whether nothing more is to be sent: what is under way is finished.
func (r *runner) hasEnded() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.ended
}

// look reads the target and says whether that settles the operation.
func (r *runner) look(ctx context.Context, op Operation, prior opState) (examination, step, bool, error) {
	e := r.examine(ctx, op)
	if e.err != nil && ctx.Err() != nil {
		return e, step{op: op}, true, r.stop("interrupted", ctx.Err())
	}
	s, settled := e.settled(op, prior)
	return e, s, settled, nil
}

// sendBudget counts how often an operation may still be sent in this run.
type sendBudget struct{ left, lost int }

func newBudget(op Operation) sendBudget {
	if op.Request.Method == "POST" {
		return sendBudget{left: maxTries, lost: lostPosts}
	}
	return sendBudget{left: maxTries, lost: maxTries}
}

func (b sendBudget) spent() int { return maxTries - b.left }

// read says what an answer means. An update answers 200 with the UUID that the plan names, a create 201.
func (r *runner) read(op Operation, answer connec.Record, err error) (step, verdict) {
	s := step{op: op, status: answer.Status}
	if err != nil {
		s.status, s.detail, s.retryAfter = statusOf(err), err.Error(), retryAfterOf(err)
		return s.failedSend(err)
	}
	got := recordOf(answer.Body)
	if got == nil {
		s.outcome, s.detail = OutcomeUnknown, fmt.Sprintf("status %d without a record", answer.Status)
		return s, lost
	}
	s.uuid = got.uuid
	switch {
	case op.Type == TypeCreate && answer.Status == 201:
		s.outcome, s.unshown = OutcomeOK, unshown(op, *got)
		return s, accepted
	case op.Type == TypeCreate:
		s.outcome, s.stop = OutcomeFailed, "updated_unexpectedly"
		s.detail = fmt.Sprintf("a create was answered with status %d: it wrote to record %s, which the plan does not name", answer.Status, got.uuid)
		return s, unexpected
	case answer.Status == 201 || got.uuid != uuidOf(op.Target):
		s.outcome, s.stop = OutcomeFailed, "created_unexpectedly"
		s.detail = fmt.Sprintf("the update of %s was answered with status %d by record %s", uuidOf(op.Target), answer.Status, got.uuid)
		return s, unexpected
	}
	s.outcome, s.unshown = OutcomeOK, unshown(op, *got)
	return s, accepted
}

func (s step) failedSend(err error) (step, verdict) {
	v := verdictOf(err)
	var batch *batchRefusedError
	if errors.As(err, &batch) {
		s.halt = "the server refuses the batch"
	}
	switch v {
	case forbidden:
		s.outcome = OutcomeWouldWrite
	case lost:
		s.outcome = OutcomeUnknown
	default:
		s.outcome = OutcomeFailed
	}
	return s, v
}

// unanswered deals with a request that was not taken or whose answer was lost. Unless that settles the operation it is
// to be sent again, on what the target was found to be after the pause.
func (r *runner) unanswered(ctx context.Context, s step, v verdict, budget *sendBudget) (examination, step, bool, error) {
	budget.left--
	pause := max(pauseFor(budget.spent()), s.retryAfter)
	if v == lost {
		budget.lost--
		if err := r.journal.outcome(journalEntry{Op: s.op.ID, Outcome: OutcomeUnknown, Status: s.status, Detail: s.detail}); err != nil {
			return examination{}, s, true, err
		}
		e, looked, settled, err := r.lookAgain(ctx, s.op, pause)
		if err != nil || settled {
			return e, looked, true, err
		}
		if budget.left <= 0 || budget.lost <= 0 {
			s.trouble = true
			s.detail = "the answer was lost more than once, the target is as before: a person must look: " + s.detail
			return e, s, true, nil
		}
		return e, s, ctx.Err() != nil, nil
	}
	if budget.left <= 0 {
		s.trouble = true
		s.detail = fmt.Sprintf("not taken, tried %d times: %s", budget.spent(), s.detail)
		return examination{}, s, true, nil
	}
	if err := r.journal.outcome(journalEntry{Op: s.op.ID, Outcome: OutcomeFailed, Status: s.status, Detail: s.detail}); err != nil {
		return examination{}, s, true, err
	}
	if err := r.o.seams.wait(ctx, pause); err != nil {
		return examination{}, s, true, nil // interrupted: nothing was taken, the outcome is failed, and the next run tries again
	}
	return r.look(ctx, s.op, opState{outcome: OutcomeFailed})
}

// lookAgain reads the target after an answer was lost. It is settled when the request had arrived, when others wrote
// meanwhile, or when the target cannot be read. A POST must be found as before twice: the first try may still be
// on its way, and one that races it makes two records.
func (r *runner) lookAgain(ctx context.Context, op Operation, pause time.Duration) (e examination, s step, settled bool, err error) {
	looks := 1
	if op.Request.Method == "POST" {
		looks = 2
	}
	for range looks {
		if pause = max(pause, firstWait); r.o.seams.wait(ctx, pause) != nil {
			return e, step{op: op, outcome: OutcomeUnknown, detail: "interrupted before the target was read again"}, true, nil
		}
		e, s, settled, err = r.look(context.WithoutCancel(ctx), op, opState{outcome: OutcomeUnknown})
		if settled || err != nil {
			return e, s, true, err
		}
		pause *= 2
	}
	return e, s, false, nil
}

// pauseFor is how long to wait after the nth try: doubling, never more than maxWait.
func pauseFor(n int) time.Duration { return min(firstWait<<max(0, min(n-1, 10)), maxWait) }
