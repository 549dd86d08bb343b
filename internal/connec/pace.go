package connec

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// pace says when a request may leave: at the configured rate, and with no more under way than the server bears. How
// many that is, is found as TCP finds it (additive increase, multiplicative decrease: Chiu and Jain, Computer Networks
// 17, 1989): one more for each round of good answers up to the configured number; half as many after a sign of
// overload, and a tenth fewer when answers take twice as long as they did.
//
// Writes, and what Ahead marks, go before other requests, and do not wait for their turn under the rate: the requests
// after them do. So as little time as can be lies between the read of a record and the write that was decided on it.
type pace struct {
	mu       sync.Mutex
	limiter  *rate.Limiter
	most     int     // under way at once, 0 = no limit
	allowed  float64 // under way at once, as the server bears it: 1 to most
	under    int
	sinceCut int             // answers since allowed was last cut
	ahead    []chan struct{} // waiting, those that go before the others
	others   []chan struct{}
	timer    *time.Timer
	trends   map[string]*trend // by kind of request
	stats    PaceStats
}

// PaceStats says how a client was slowed down by its server.
type PaceStats struct {
	Overloaded int64 // answers of 408, 429 and 5xx, and requests without one
	Cuts       int64 // times that fewer requests were let out at once
	Least      int   // the fewest that were let out at once; 0 without a limit
}

// trend follows how long the answers to one kind of request take, in seconds: lately, and on the whole. Both are means, so
// that answers which take now this long and now that, as on a busy machine, are no sign of anything; what is usual comes
// to be what a server takes that has become slower for good.
type trend struct {
	usual, recent float64
	answers       float64
}

const (
	recentWeight = 1.0 / 16
	usualWeight  = 1.0 / 512
	// slackLatency is how much longer than usual answers may take, in seconds, however quick they are as a rule.
	slackLatency = 0.05
	// leastWhenSlow is the share of the configured number that is let out at once however slow the answers are: slowness
	// has other causes, too.
	leastWhenSlow = 0.25
)

func newPace(perSecond float64, most int) *pace {
	limit := rate.Inf
	if perSecond > 0 {
		limit = rate.Limit(perSecond)
	}
	return &pace{limiter: rate.NewLimiter(limit, 1), most: most, allowed: float64(most), trends: map[string]*trend{},
		stats: PaceStats{Least: most}}
}

type aheadKey struct{}

// Ahead marks requests that go before others, as writes do: reads that a write waits for.
func Ahead(ctx context.Context) context.Context { return context.WithValue(ctx, aheadKey{}, true) }

// enter waits until the request may leave, or until ctx ends.
func (p *pace) enter(ctx context.Context, ahead bool) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	turn := make(chan struct{})
	p.mu.Lock()
	if ahead {
		p.ahead = append(p.ahead, turn)
	} else {
		p.others = append(p.others, turn)
	}
	p.grant()
	p.mu.Unlock()
	select {
	case <-turn:
		return nil
	case <-ctx.Done():
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-turn: // both at once: the turn was taken, and goes to another
		p.under--
	default:
		p.ahead, p.others = without(p.ahead, turn), without(p.others, turn)
	}
	p.grant()
	return ctx.Err()
}

func without(list []chan struct{}, turn chan struct{}) []chan struct{} {
	for i := range list {
		if list[i] == turn {
			return append(list[:i:i], list[i+1:]...)
		}
	}
	return list
}

// grant lets out whoever may go now; under the lock.
func (p *pace) grant() {
	for p.most == 0 || p.under < int(p.allowed) {
		queue, debt := &p.ahead, p.debt()
		if len(p.ahead) == 0 {
			queue, debt = &p.others, 0
		}
		if len(*queue) == 0 || !p.turnWithin(debt) {
			return
		}
		close((*queue)[0])
		*queue = (*queue)[1:]
		p.under++
	}
}

// debt is how much sooner than their turns requests may go that go ahead: a turn for each that may be under way.
func (p *pace) debt() time.Duration {
	if p.limiter.Limit() == rate.Inf {
		return 0
	}
	return time.Duration(max(p.allowed, 1) / float64(p.limiter.Limit()) * float64(time.Second))
}

// turnWithin takes the next turn under the rate if it comes within the time; else it comes back when it does.
func (p *pace) turnWithin(d time.Duration) bool {
	now := time.Now()
	next := p.limiter.ReserveN(now, 1)
	delay := next.DelayFrom(now)
	if delay <= d {
		return true
	}
	next.CancelAt(now)
	if p.timer != nil {
		p.timer.Stop()
	}
	p.timer = time.AfterFunc(delay-d, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.grant()
	})
	return false
}

// ending is how a request ended, as far as the pace is concerned.
type ending int

const (
	wellAnswered ending = iota
	overloaded          // the sign of a server that has too much to do
	otherwise           // a refusal, or a cancelled request: it says nothing of the server's load
)

// leave notes how a request ended and lets the next one out.
func (p *pace) leave(kind string, took time.Duration, end ending) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.under--
	p.sinceCut++
	switch {
	case end == overloaded:
		p.stats.Overloaded++
		p.cut(2, 1)
	case end == wellAnswered && p.follow(kind, took.Seconds()):
		p.cut(10.0/9, max(1, leastWhenSlow*float64(p.most)))
	case end == wellAnswered && p.most > 0:
		p.allowed = min(p.allowed+1/p.allowed, float64(p.most))
	}
	p.grant()
}

// cut lets fewer requests out, once for all those that were under way together.
func (p *pace) cut(by, least float64) {
	if p.most == 0 || p.sinceCut < int(p.allowed) || p.allowed <= least {
		return
	}
	p.allowed, p.sinceCut = max(p.allowed/by, least), 0
	p.stats.Cuts++
	p.stats.Least = min(p.stats.Least, int(p.allowed))
}

// follow takes in how long an answer took, and says whether such answers have become slow.
func (p *pace) follow(kind string, took float64) bool {
	t := p.trends[kind]
	if t == nil {
		t = &trend{}
		p.trends[kind] = t
	}
	t.answers++
	t.recent += (took - t.recent) * max(recentWeight, 1/t.answers)
	t.usual += (took - t.usual) * max(usualWeight, 1/t.answers)
	return t.recent > max(2*t.usual, t.usual+slackLatency)
}

// pacedTransport lets every attempt, repeated ones too, wait until it may leave.
type pacedTransport struct {
	doer Doer
	pace *pace
}

func (t *pacedTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := t.pace.enter(r.Context(), r.Method != http.MethodGet || r.Context().Value(aheadKey{}) != nil); err != nil {
		if r.Body != nil {
			r.Body.Close()
		}
		return nil, &notSentError{err}
	}
	began, kind := time.Now(), kindOf(r)
	resp, err := t.doer.Do(r)
	if err != nil {
		end := overloaded
		if errors.Is(err, context.Canceled) {
			end = otherwise
		}
		t.pace.leave(kind, time.Since(began), end)
		return nil, err
	}
	// What the body takes after its beginning says more of its size, and of how busy this machine is, than of the server.
	end, took := otherwise, time.Since(began)
	switch {
	case repeatable(resp.StatusCode):
		end = overloaded
	case resp.StatusCode < 300:
		end = wellAnswered
	}
	resp.Body = &pacedBody{resp.Body, sync.OnceFunc(func() { t.pace.leave(kind, took, end) })}
	return resp, nil
}

// kindOf parts requests whose answers take different times: writes, batches, reads of a page, by UUID and by ID.
func kindOf(r *http.Request) string {
	kind, _, _ := strings.Cut(r.URL.RawQuery, "=")
	if r.URL.Path == batchPath {
		kind = batchPath
	}
	return r.Method + " " + kind
}

// pacedBody is under way until it is closed.
type pacedBody struct {
	io.ReadCloser
	leave func()
}

func (b *pacedBody) Close() error {
	defer b.leave()
	return b.ReadCloser.Close()
}

// notSentError says that no byte of the request left this process.
type notSentError struct{ err error }

func (e *notSentError) Error() string { return "not sent: " + e.err.Error() }
func (e *notSentError) Unwrap() error { return e.err }
