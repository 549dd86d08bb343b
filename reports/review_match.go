package reports

import (
	"context"
	"sync"
	"time"
)

// matchRun is a match that was begun on the page.
type matchRun struct {
	mu      sync.Mutex
	began   time.Time
	ended   time.Time // zero while it runs
	stage   string
	done    int64
	total   int64
	text    string
	failure string
	over    chan struct{}
}

// matchStatus is what the page is told of it.
type matchStatus struct {
	Offered bool    `json:"offered"`
	Running bool    `json:"running"`
	Seconds float64 `json:"seconds"`
	Stage   string  `json:"stage,omitempty"`
	Done    int64   `json:"done"`
	Total   int64   `json:"total"`
	Text    string  `json:"text,omitempty"`
	Failure string  `json:"failure,omitempty"`
}

// running reports whether a match is under way; r.mu is held.
func (r *Review) running() bool {
	if r.matching == nil {
		return false
	}
	r.matching.mu.Lock()
	defer r.matching.mu.Unlock()
	return r.matching.ended.IsZero()
}

// startMatch begins a match, unless one is under way; answers are refused until it is done. r.mu is held.
func (r *Review) startMatch(ctx context.Context) {
	if r.o.Match == nil || r.running() {
		return
	}
	run := &matchRun{began: time.Now(), over: make(chan struct{})}
	r.matching = run
	go func() {
		defer close(run.over)
		text, err := r.o.Match(ctx, func(stage string, done, total int64) {
			r.touched()
			run.mu.Lock()
			defer run.mu.Unlock()
			run.stage, run.done, run.total = stage, done, total
		})
		r.mu.Lock()
		defer r.mu.Unlock()
		if err == nil {
			err = r.load(ctx)
		}
		run.mu.Lock()
		defer run.mu.Unlock()
		run.ended, run.text = time.Now(), text
		if err != nil {
			run.failure = err.Error()
		}
	}()
}

func (r *Review) matchStatus() matchStatus {
	s := matchStatus{Offered: r.o.Match != nil}
	if r.matching == nil {
		return s
	}
	run := r.matching
	run.mu.Lock()
	defer run.mu.Unlock()
	s.Running, s.Stage, s.Done, s.Total, s.Text, s.Failure = run.ended.IsZero(), run.stage, run.done, run.total, unhide(run.text), unhide(run.failure)
	until := run.ended
	if s.Running {
		until = time.Now()
	}
	s.Seconds = until.Sub(run.began).Seconds()
	return s
}

// waitForMatch waits until a match that was told to stop has done so.
func (r *Review) waitForMatch() {
	r.mu.Lock()
	run := r.matching
	r.mu.Unlock()
	if run != nil {
		<-run.over
	}
}
