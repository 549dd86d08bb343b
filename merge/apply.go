package merge

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/sameas/sameas/internal/config"
	"github.com/sameas/sameas/internal/connec"
	"github.com/sameas/sameas/internal/mask"
)

// Outcomes of an operation, as the journal, the outcomes table and ApplyResult name them.
const (
	OutcomeOK      = "ok"      // sent, and answered as it should be
	OutcomeDone    = "done"    // found as wanted: nothing was sent, or what was sent had arrived
	OutcomeSkipped = "skipped" // not tried: an operation that it waits for is neither ok nor done
	OutcomeDrifted = "drifted" // not sent: the target is no longer what the plan was made from
	OutcomeFailed  = "failed"  // refused by the server, or the target could not be read
	OutcomeUnknown = "unknown" // sent, and nobody can tell yet whether it took effect
	// OutcomeWouldWrite is dry-run's: apply would send the request.
	OutcomeWouldWrite = "would_write"
)

// ApplyOptions of DryRun, Apply and Verify.
type ApplyOptions struct {
	DB       *sql.DB // the workspace that the plan was made from
	Config   *config.Config
	Plan     string // path of the plan file; its journal is beside it
	SHA256   string // when set, the plan's digest must be this one
	Getenv   func(string) string
	Doer     connec.Doer  // instead of the real transport, in tests
	Out      io.Writer    // dry-run: where each request is printed
	OutJSON  io.Writer    // dry-run: where each request, and then the result, is written as one JSON document; not beside Out
	Mask     *mask.Masker // dry-run: what hides the values of records that are printed; nil hides none
	Log      *slog.Logger
	Progress func(stage string, done, total int64)
	// MaxFailures stops the run once that many operations have failed; 0 is no limit.
	MaxFailures int64
	// Whole lets Verify read whole collections, also where asking for each record that was written is cheaper: only so
	// can it find an ID on a second record, which the hub answers no GET by that ID with.
	Whole bool

	seams seams
}

// resumeWith is the command that goes on with the plan that lies there.
func resumeWith(h Header, plan string) string {
	if h.Undoes != "" {
		return "sameas merge undo --apply " + undoArguments(h, plan)
	}
	return "sameas merge apply " + plan
}

// seams are what a test puts in the place of the file system, the clock and the waiting.
type seams struct {
	openJournal func(path string) (journalFile, error)
	wait        func(ctx context.Context, d time.Duration) error
	now         func() time.Time
	lockDir     string
	retryWait   time.Duration // between two tries of a read; 0 is the client's own
	width       int           // operations side by side; 0 is what the configuration says
}

func (s seams) filled() seams {
	if s.openJournal == nil {
		s.openJournal = openJournalFile
	}
	if s.wait == nil {
		s.wait = waitFor
	}
	if s.now == nil {
		s.now = time.Now
	}
	return s
}

// waitFor waits for d, or until ctx ends.
func waitFor(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// ApplyResult counts outcomes of the plan's operations.
type ApplyResult struct {
	Plan       string           `json:"plan"`   // path
	SHA256     string           `json:"sha256"` // the plan's digest
	DryRun     bool             `json:"dry_run,omitempty"`
	Operations int64            `json:"operations"`
	Outcomes   map[string]int64 `json:"outcomes"`      // by outcome: ok, done, skipped, drifted, failed, unknown; dry-run: would_write
	Types      map[string]int64 `json:"types"`         // operations by type
	Hazards    map[string]int64 `json:"hazards"`       // operations by hazard
	Collection map[string]int64 `json:"collections"`   // operations by collection
	Writes     int64            `json:"writes"`        // requests that write, sent by this run
	Gap        *Gap             `json:"gap,omitempty"` // between the reads and the writes of this run
	Remaining  int64            `json:"remaining"`     // operations that are neither ok nor done
	Finished   bool             `json:"finished"`      // the plan was already finished: nothing was sent
	Problems   []string         `json:"problems"`      // one line for each operation that is not ok or done
	Refusals   []string         `json:"refusals"`      // dry-run: why apply would refuse this plan before its first request
	Notes      []string         `json:"notes"`         // what else the user should know
	Next       string           `json:"next"`          // the command to run next; empty when there is none
	StoppedBy  string           `json:"stopped_by"`    // why the run ended before the plan's end; empty when it did not
}

// RefusedError says that nothing was sent, why, and what to do about it.
type RefusedError struct {
	Reason, Hint string
	Err          error // the cause, when there is one, such as ErrPlanAltered
}

// Unwrap is the cause.
func (e *RefusedError) Unwrap() error { return e.Err }

// Error is the reason, and the hint after it.
func (e *RefusedError) Error() string {
	if e.Hint == "" {
		return e.Reason
	}
	return e.Reason + ": " + e.Hint
}

func refuse(hint, reason string, args ...any) error {
	return &RefusedError{Reason: fmt.Sprintf(reason, args...), Hint: hint}
}

// StoppedError says that apply ended before the plan's end, why, and how to go on; what was done is in the journal.
type StoppedError struct {
	Reason, Hint string
	Err          error
}

// Error is the reason, its cause and the hint.
func (e *StoppedError) Error() string {
	text := e.Reason
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text + ": " + e.Hint
}

// Unwrap is the cause, such as context.Canceled.
func (e *StoppedError) Unwrap() error { return e.Err }

// hub is what apply and verify need of the Connec! client; *connec.Client is one.
type hub interface {
	Get(ctx context.Context, collection, uuid string) (connec.Record, error)
	GetByExternalID(ctx context.Context, collection string, id connec.ExternalID) (connec.Record, error)
	List(ctx context.Context, collection string, o connec.ListOptions) (connec.Page, error)
	Send(ctx context.Context, r connec.Request) (connec.Record, error)
	Batch(ctx context.Context, rs []connec.Request) ([]connec.Record, error)
}

// Apply sends the plan, level after level, the operations of one level side by side; run again, it resumes where its journal ends. It returns a
// *RefusedError, and sends nothing, when the plan must not be applied; a *StoppedError, with the result so far, when
// it had to end early. Operations that drifted, failed or were skipped are no error: they are in Problems.
func Apply(ctx context.Context, o ApplyOptions) (ApplyResult, error) {
	o.seams = o.seams.filled()
	plan, facts, err := openChecked(ctx, o)
	if err != nil {
		return ApplyResult{}, err
	}
	defer plan.Close()
	if err := facts.refusal(o.Config.Merge); err != nil {
		return ApplyResult{}, err
	}
	if plan.Header().Undoes != "" {
		return ApplyResult{}, refuse("run `"+resumeWith(plan.Header(), o.Plan)+"`", "%s is the plan of an undo", o.Plan)
	}
	release, err := lockForApply(o, plan.Header())
	if err != nil {
		return ApplyResult{}, err
	}
	defer release()
	return applyLocked(ctx, o, plan, facts)
}

// applyLocked is Apply once the locks are held. Undo comes in here: its operations go by the same journal, the same
// reading before and after, and the same sending.
func applyLocked(ctx context.Context, o ApplyOptions, plan *PlanReader, facts *planFacts) (ApplyResult, error) {
	journal, err := openJournal(journalPath(o.Plan), plan.SHA256(), o.seams)
	if err != nil {
		return ApplyResult{}, err
	}
	defer journal.close()
	if err := facts.covers(journal.state); err != nil {
		return ApplyResult{}, err
	}
	return applyChecked(ctx, o, plan, facts, journal)
}

// applyChecked is Apply once nothing stands against it any more.
func applyChecked(ctx context.Context, o ApplyOptions, plan *PlanReader, facts *planFacts, journal *journal) (ApplyResult, error) {
	client, err := newClient(ctx, o, plan.Header(), asItIs)
	if err != nil {
		return ApplyResult{}, err
	}
	r := newRunner(o, plan, facts, client, journal)
	r.width = cmp.Or(o.seams.width, widthFor(o.Config.Merge))
	if n := o.Config.Merge.Batch; n > 0 {
		r.hub = newBatcher(client, n)
	}
	r.note(journal.state.notes()...)
	err = r.run(ctx)
	r.note(slowedDown(client.Pace())...)
	if closeErr := journal.close(); closeErr != nil {
		err = errors.Join(err, closeErr)
	}
	result := r.finish(err)
	if o.DB != nil {
		// The journal stands whatever happens here, so a cancelled context must not keep it from being loaded.
		if loadErr := loadOutcomes(context.WithoutCancel(ctx), o.DB, plan); loadErr != nil {
			err = errors.Join(err, loadErr)
		}
	}
	return result, err
}

// sideBySide is how many operations are worked on for each request that may be under way: while one waits for its
// intent to reach the disk, another's request fills its place.
const sideBySide = 2

// longestTurn is how long, in seconds, operations may wait for their first turn under the rate: the wait counts against
// the time that a request may take, and what is far from its turn need not be begun.
const longestTurn = 30

// widthFor is how many operations are worked on side by side.
func widthFor(m config.Merge) int {
	width := max(m.Concurrency, 1) * max(sideBySide, m.Batch)
	if m.Rate > 0 {
		width = min(width, int(m.Rate*longestTurn))
	}
	return max(width, 1)
}

// slowedDown says that the server had apply slow down.
func slowedDown(s connec.PaceStats) []string {
	if s.Cuts == 0 {
		return nil
	}
	return []string{fmt.Sprintf("the server was overloaded or slow (%s of 408, 429, 5xx or none): down to %s at once",
		plural(s.Overloaded, "answer"), plural(int64(s.Least), "request"))}
}

func journalPath(plan string) string { return plan + ".journal" }

// newClient is the client for the configured source that the plan names, at merge's own rate; it sends by what wrap makes
// of the real transport, or of the one that a test gave.
func newClient(ctx context.Context, o ApplyOptions, h Header, wrap func(connec.Doer) connec.Doer) (*connec.Client, error) {
	source, err := planSource(o.Config, h)
	if err != nil {
		return nil, err
	}
	options, err := source.Connection(ctx, o.Getenv)
	if err != nil {
		return nil, err
	}
	doer := o.Doer
	if doer == nil {
		doer = connec.NewDoer(options.RootCAs)
	}
	options.Doer = wrap(doer)
	options.Rate, options.Concurrency, options.RetryWait = o.Config.Merge.Rate, o.Config.Merge.Concurrency, o.seams.retryWait
	return connec.NewClient(options)
}

func asItIs(d connec.Doer) connec.Doer { return d }
