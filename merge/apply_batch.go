package merge

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/sameas/sameas/internal/connec"
)

// linger is how long a batch waits for further writes after its first: as long as it takes to read some targets.
const linger = 100 * time.Millisecond

// batcher sends the writes that come together in one request. Each operation goes on as if it had been sent alone: it
// has its own intent and its own answer, told apart by position. When the batch's answer is lost, the answer to each of
// its writes is, and each target is read. The operations of one batch never touch the same record or ID (see crew).
type batcher struct {
	hub
	most   int
	linger func(flush func())

	mu      sync.Mutex
	waiting *batch
}

// batch is a request that is filled up.
type batch struct {
	writes  []connec.Request
	records []connec.Record
	err     error
	done    chan struct{}
}

func newBatcher(h hub, most int) *batcher {
	return &batcher{hub: h, most: most, linger: func(flush func()) { time.AfterFunc(linger, flush) }}
}

// Send waits for the batch to be full, or for linger, and returns the write's own answer. Connec!'s own merge needs a
// header of its own, and goes alone.
func (b *batcher) Send(ctx context.Context, w connec.Request) (connec.Record, error) {
	if strings.HasSuffix(w.Path, "/merge") {
		return b.hub.Send(ctx, w)
	}
	b.mu.Lock()
	if b.waiting == nil {
		fresh := &batch{done: make(chan struct{})}
		b.waiting = fresh
		b.linger(func() { b.flush(ctx, fresh) })
	}
	joined := b.waiting
	position := len(joined.writes)
	joined.writes = append(joined.writes, w)
	full := len(joined.writes) == b.most
	b.mu.Unlock()
	if full {
		b.flush(ctx, joined)
	}
	<-joined.done
	if isRefusal(joined.err) && statusOf(joined.err) != 401 {
		return connec.Record{}, &batchRefusedError{joined.err}
	}
	if joined.err != nil {
		return connec.Record{}, joined.err
	}
	return answerOf(w, joined.records[position])
}

// batchRefusedError says that the server took none of a batch, and would not take another.
type batchRefusedError struct{ err error }

func (e *batchRefusedError) Error() string {
	return e.err.Error() + ": set `batch: 0` under merge in the configuration, then each write has a request of its own"
}

func (e *batchRefusedError) Unwrap() error { return e.err }

// flush sends the batch, once.
func (b *batcher) flush(ctx context.Context, full *batch) {
	b.mu.Lock()
	if b.waiting != full {
		b.mu.Unlock()
		return
	}
	b.waiting = nil
	b.mu.Unlock()
	full.records, full.err = b.hub.Batch(ctx, full.writes)
	close(full.done)
}

// answerOf is one write's answer as it would be if it had been sent alone.
func answerOf(w connec.Request, got connec.Record) (connec.Record, error) {
	if got.Status >= 200 && got.Status < 300 && len(got.Body) > 0 {
		return got, nil
	}
	message := got.Message
	if message == "" {
		message = fmt.Sprintf("one of a batch was answered with status %d", got.Status)
	}
	return connec.Record{}, &connec.Error{Method: w.Method, Path: w.Path, Status: got.Status, Message: message}
}
