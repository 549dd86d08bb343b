package merge

import (
	"context"
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
	budget := sendBudget{left: maxTries, lost: maxTries}
	if op.Request.Method == "POST" {
		budget.lost = lostPosts
	}
	// The journal holds a request whose answer nobody saw: a POST is then sent once more, and after a second look.
	if prior.uncertain() && op.Request.Method == "POST" {
		budget.lost = lostPosts - 1
		if s, settled, err := r.lookAgain(ctx, op, 0); settled || err != nil {
			return s, err
		}
	}
	held := r.heldBefore(ctx, op)
	for {
		if err := r.journal.intent(op, r.state.op(op.ID).tries+1); err != nil {
			return step{op: op}, err
		}
		answer, err := r.hub.Send(context.WithoutCancel(ctx), *op.Request)
		s, v := r.read(op, answer, err)
		s.now = e.now
		switch v {
		case accepted:
			r.result.Writes++
			return r.stillHeld(ctx, r.canary(ctx, s), held), nil
		case forbidden:
			return s, nil
		case refused, unexpected:
			r.result.Writes++
			return s, nil
		}
		if again, err := r.unanswered(ctx, &s, v, &budget); !again {
			return s, err
		}
	}
}

// sendBudget counts how often an operation may still be sent in this run.
type sendBudget struct{ left, lost int }

func (b sendBudget) spent() int { return maxTries - b.left }

// read says what an answer means. An update answers 200 with the UUID that the plan names, a create 201.
func (r *runner) read(op Operation, answer connec.Record, err error) (step, verdict) {
	s := step{op: op, status: answer.Status}
	if err != nil {
		s.status, s.detail = statusOf(err), err.Error()
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

// unanswered deals with a request that was not taken or whose answer was lost, and says whether to send it again.
func (r *runner) unanswered(ctx context.Context, s *step, v verdict, budget *sendBudget) (again bool, err error) {
	budget.left--
	pause := pauseFor(budget.spent())
	if v == lost {
		r.result.Writes++
		budget.lost--
		if err := r.journal.outcome(journalEntry{Op: s.op.ID, Outcome: OutcomeUnknown, Status: s.status, Detail: s.detail}); err != nil {
			return false, err
		}
		looked, settled, err := r.lookAgain(ctx, s.op, pause)
		if err != nil || settled {
			*s = looked
			return false, err
		}
		if budget.left <= 0 || budget.lost <= 0 {
			r.trouble++
			s.detail = "the answer was lost more than once, the target is as before: a person must look: " + s.detail
			return false, nil
		}
		return ctx.Err() == nil, nil
	}
	if budget.left <= 0 {
		r.trouble++
		s.detail = fmt.Sprintf("not taken, tried %d times: %s", budget.spent(), s.detail)
		return false, nil
	}
	if err := r.o.seams.wait(ctx, pause); err != nil {
		return false, nil // interrupted: nothing was taken, the outcome is failed, and the next run tries again
	}
	return true, r.journal.outcome(journalEntry{Op: s.op.ID, Outcome: OutcomeFailed, Status: s.status, Detail: s.detail})
}

// lookAgain reads the target after an answer was lost. It is settled when the request had arrived, when others wrote
// meanwhile, or when the target cannot be read. A POST must be found as before twice: the first try may still be
// on its way, and one that races it makes two records.
func (r *runner) lookAgain(ctx context.Context, op Operation, pause time.Duration) (step, bool, error) {
	looks := 1
	if op.Request.Method == "POST" {
		looks = 2
	}
	unsure := opState{outcome: OutcomeUnknown}
	for range looks {
		if pause = max(pause, firstWait); r.o.seams.wait(ctx, pause) != nil {
			return step{op: op, outcome: OutcomeUnknown, detail: "interrupted before the target was read again"}, true, nil
		}
		e := r.examine(context.WithoutCancel(ctx), op)
		switch {
		case e.err != nil:
			r.trouble++
			return e.unreadable(op, unsure), true, nil
		case e.standing == asWanted:
			return step{op: op, outcome: OutcomeDone, uuid: e.now.uuid, now: e.now, detail: "the answer was lost, the request had arrived"}, true, nil
		case e.standing == hasDrifted:
			return step{op: op, outcome: OutcomeDrifted, now: e.now, drift: e.drift, detail: afterUnknown(unsure)}, true, nil
		}
		pause *= 2
	}
	return step{}, false, nil
}

// pauseFor is how long to wait after the nth try: doubling, never more than maxWait.
func pauseFor(n int) time.Duration { return min(firstWait<<max(0, min(n-1, 10)), maxWait) }

// canary reads the first operation of each type back, by its UUID and by every ID, before a second one is sent, and
// every one whose answer lacks an ID that was sent.
func (r *runner) canary(ctx context.Context, s step) step {
	r.trouble = 0
	if len(s.unshown) > 0 {
		ctx = context.WithoutCancel(ctx)
	}
	if r.proven[s.op.Type] && len(s.unshown) == 0 || ctx.Err() != nil {
		return s
	}
	if err := r.readBack(ctx, s.op, s.uuid); err != nil {
		if ctx.Err() != nil {
			return s
		}
		s.outcome = OutcomeFailed
		s.detail = "canary: the first " + s.op.Type + " was answered well, but: " + err.Error()
		if len(s.unshown) > 0 {
			s.detail = fmt.Sprintf("answered well, but without %s: %v", names(s.unshown), err)
		}
		s.halt = "the canary did not come back"
		return s
	}
	s.canary, r.proven[s.op.Type] = true, true
	return s
}
