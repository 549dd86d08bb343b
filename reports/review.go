package reports

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	queries "github.com/sameas/sameas/sql"
)

// ReviewOptions are what the review page works with.
type ReviewOptions struct {
	DB   *sql.DB
	Who  string           // in whose name decisions are kept
	Idle time.Duration    // without a request for so long, the page is no longer served; 0 serves for ever
	Now  func() time.Time // nil is the clock
	// Match matches anew and says in words what changed; nil offers none. It tells how far it is.
	Match func(ctx context.Context, progress func(stage string, done, total int64)) (string, error)
	// Sample is how many clusters are drawn, by Seed, and audited first; 0 audits none.
	Sample int
	Seed   int64
}

// Review is the page on which a person judges doubtful clusters, and what it knows of the workspace meanwhile. The
// workspace belongs to the process that serves it: DuckDB lets no other in.
type Review struct {
	o       ReviewOptions
	models  models
	access  access
	touched func() // puts off the end by idleness

	mu        sync.Mutex // of all below, and of writing
	items     []ReviewItem
	parts     []partition // of each item
	undecided []partition // of each item, as long as nobody has decided anything
	at        map[place]int
	itemOf    map[place]int // of a record
	judged    *judgements
	acts      []act
	samples   []sampled
	skipped   map[place]int64 // what was put off, and how late it comes again
	cards     map[cardKey]*reviewCard
	matching  *matchRun // the latest; nil before the first
}

// act is one answer that was given on the page and stands.
type act struct {
	number int64
	at     time.Time
}

// ErrNoMatch says that the workspace holds no match of the records that were extracted last: a page would show the wrong
// records, or none.
var ErrNoMatch = errors.New("there is no match of these records to judge: run `sameas match` first")

// NewReview reads what there is to judge. Without a match it is ErrNoMatch, without a cluster to draw ErrNothingToSample.
func NewReview(ctx context.Context, o ReviewOptions) (*Review, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	s, err := readStages(ctx, o.DB)
	if err != nil {
		return nil, fmt.Errorf("read what there is to judge: %w", err)
	}
	if !s.Matched || s.MatchStale {
		return nil, ErrNoMatch
	}
	if o.Sample > 0 {
		if err := drawSample(ctx, o.DB, o.Sample, o.Seed, o.Now()); err != nil {
			return nil, err
		}
	}
	r := &Review{o: o, touched: func() {}}
	if err := r.load(ctx); err != nil {
		return nil, fmt.Errorf("read what there is to judge: %w", err)
	}
	return r, nil
}

// load reads all anew, as after a match.
func (r *Review) load(ctx context.Context) (err error) {
	if r.models, err = readModels(ctx, r.o.DB); err != nil {
		return err
	}
	s, err := readStages(ctx, r.o.DB)
	if err != nil {
		return err
	}
	if r.items, err = readItems(ctx, r.o.DB, s.Planned && !s.PlanStale); err != nil {
		return err
	}
	for i := range r.items { // a person answers for what a card shows; what is left is asked after the next match
		r.items[i].Members = r.items[i].Members[:min(len(r.items[i].Members), maxMembers)]
	}
	byValue(r.items)
	r.at, r.itemOf = make(map[place]int, len(r.items)), map[place]int{}
	r.undecided = make([]partition, len(r.items))
	nothing := newJudgements(nil)
	for i, item := range r.items {
		r.at[item.place()] = i
		for _, m := range item.Members {
			r.itemOf[place{item.Collection, m.Key}] = i
		}
		r.undecided[i] = nothing.partition(item.Collection, item.Members)
	}
	r.cards = map[cardKey]*reviewCard{}
	if r.skipped, err = readSkips(ctx, r.o.DB); err != nil {
		return err
	}
	if r.o.Sample > 0 {
		if r.samples, err = latestSample(ctx, r.o.DB); err != nil {
			return err
		}
	}
	return r.loadDecisions(ctx)
}

// loadDecisions reads the decisions anew, and what they settle.
func (r *Review) loadDecisions(ctx context.Context) error {
	decisions, err := effective(ctx, r.o.DB)
	if err != nil {
		return err
	}
	r.judged = newJudgements(decisions)
	r.acts = nil
	err = queries.Each(ctx, r.o.DB, "reports/review_acts.sql", nil, func(rows *sql.Rows) error {
		var a act
		err := rows.Scan(&a.number, &a.at)
		r.acts = append(r.acts, a)
		return err
	})
	r.parts = slices.Clone(r.undecided)
	seen := map[int]bool{}
	for record := range r.judged.on {
		if i, known := r.itemOf[record]; known && !seen[i] {
			seen[i] = true
			r.parts[i] = r.judged.partition(r.items[i].Collection, r.items[i].Members)
		}
	}
	return err
}

// progress is how far the person is.
type progress struct {
	Done     int     `json:"done"`
	Total    int     `json:"total"`
	Skipped  int     `json:"skipped"`
	Disputed int     `json:"disputed"`
	Seconds  float64 `json:"seconds"` // the median time of an answer; 0 while it is unknown
	Last     int64   `json:"last"`    // the answer that undo would take back; 0 when there is none
	LastAt   string  `json:"last_at,omitempty"`
	Sample   *bound  `json:"sample,omitempty"`
	Left     int     `json:"left"` // of sample and items
}

func (r *Review) progress() progress {
	p := progress{Total: len(r.items), Seconds: medianPace(r.acts)}
	for i, part := range r.parts {
		if part.settled {
			p.Done++
		} else if r.skipped[r.items[i].place()] > 0 {
			p.Skipped++
		}
		if part.disputed {
			p.Disputed++
		}
	}
	p.Left = p.Total - p.Done
	if n := len(r.acts); n > 0 {
		p.Last, p.LastAt = r.acts[n-1].number, r.acts[n-1].at.Format(time.RFC3339)
	}
	if r.o.Sample > 0 {
		b := boundOf(r.samples, r.judged)
		p.Sample = &b
		p.Left += b.Open
	}
	return p
}

// pause is how long an answer takes at most before it counts as a pause, and is left out of the pace.
const pause = 5 * time.Minute

// medianPace is the median of the times between the last fifty answers, in seconds; 0 when there are fewer than three.
func medianPace(acts []act) float64 {
	var gaps []float64
	recent := acts[max(0, len(acts)-51):]
	for i := 1; i < len(recent); i++ {
		if gap := recent[i].at.Sub(recent[i-1].at); gap < pause {
			gaps = append(gaps, gap.Seconds())
		}
	}
	if len(gaps) < 3 {
		return 0
	}
	slices.Sort(gaps)
	return gaps[len(gaps)/2]
}

// Listen opens a port of this machine for the page, 0 for a free one; nothing outside can reach it.
func Listen(port int) (net.Listener, error) {
	l, err := net.Listen("tcp4", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return nil, fmt.Errorf("open a port for the review page: %w: name another with --port, or none for a free one", err)
	}
	return l, nil
}

// Open makes the address to begin with at the listener: it lets a browser in, as often as it is used.
func (r *Review) Open(l net.Listener) string {
	r.access = access{host: l.Addr().String(), token: newToken(), page: newToken(), once: newToken()}
	return "http://" + r.access.host + "/open?token=" + r.access.token
}

// OpenOnce is an address that lets a browser in a single time: for a command line, which others on the machine can see.
func (r *Review) OpenOnce() string { return "http://" + r.access.host + "/open?token=" + r.access.once }

func newToken() string {
	var b [24]byte
	_, _ = rand.Read(b[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// ErrIdle says that nobody has used the page for as long as it was to wait.
var ErrIdle = errors.New("nobody has used the page")

// Serve serves the page at the listener that Open was given until ctx ends, which is no error, or it was idle for too long,
// which is ErrIdle.
func (r *Review) Serve(ctx context.Context, l net.Listener) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	if r.o.Idle > 0 {
		timer := time.AfterFunc(r.o.Idle, func() { cancel(ErrIdle) })
		defer timer.Stop()
		r.touched = func() { timer.Reset(r.o.Idle) }
	}
	server := &http.Server{Handler: r.handler(ctx), ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: 10 * time.Minute,
		IdleTimeout: time.Minute, MaxHeaderBytes: 1 << 16} // an answer may wait while all is read anew after a match
	done := make(chan error, 1)
	go func() { done <- server.Serve(l) }()
	select {
	case err := <-done:
		return fmt.Errorf("serve the review page: %w", err)
	case <-ctx.Done():
	}
	stopping, stop := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer stop()
	_ = server.Shutdown(stopping) // answers under way are given; what is not done by then is cut
	r.waitForMatch()
	if errors.Is(context.Cause(ctx), ErrIdle) {
		return ErrIdle
	}
	return nil
}
