package extract

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"time"

	"github.com/sameas/sameas/internal/connec"
)

// orderBy is the order that pages are asked for. No order is documented to be the default, and without one a record
// may stand on two pages or on none.
const orderBy = "created_at asc"

// maxAgain is how many pages, one after the other, may repeat earlier ones: single ones come where records were removed
// between two answers, all of them where the server does not heed the offset.
const maxAgain = 3

// maxBeyond bounds how many rows past the server's own count a `next` that never ends is followed for.
const maxBeyond = 10_000

// Pages are asked for before those ahead of them have come, up to so many times as many as may be under way at once, so
// that one late page holds up nobody; fewer when they are large.
const (
	aheadTimes = 4
	aheadBytes = 64 << 20
)

// pager reads a collection page by page, several requests ahead of the page being handled. The pages are handled in the
// order of their offsets whatever the order in which they come: then what is kept of a sweep is always its beginning, and
// neither the tables nor the verdict can depend on which answer was the quickest. The client's own pace, not the pager,
// says how many requests are under way.
type pager struct {
	client     lister
	collection string
	question   question
	size       int64 // page size asked for
	granted    int64 // page size that the server grants, 0 while unknown
	atOnce     int   // requests that may be under way
	bytes      int64 // of the page handled last
	skip       int64 // offset of the next page to handle
	total      int64 // the server's count, -1 while unknown
	seen       map[[sha256.Size]byte]bool
	again      int // pages handled last, one after the other, that repeat earlier ones
}

// question is what is asked for of a collection; the zero value is all of it.
type question struct {
	filter string
	// since is the time since when is asked for what changed, and entered when a record came to be of what the passes are
	// over: when it was made, of a whole collection; when it was changed, of what changed.
	since   time.Time
	entered func(record json.RawMessage) time.Time
	// strict says that a record which did not change since is no answer.
	strict bool
	// count asks for the server's count alone.
	count bool
}

// received is one page, and what is to be known of it.
type received struct {
	connec.Page
	asked  int64             // its offset
	ids    idSet             // of its records, in their order
	added  idSet             // of its records, those that entered since the time that was asked for
	strays bool              // a record is no answer to what was asked for
	latest time.Time         // the last change of its records, where only changes are asked for
	digest [sha256.Size]byte // of the whole answer
}

// answer is one page on its way.
type answer struct {
	skip int64
	done chan struct{}
	page received
	err  error
}

// each calls handle for one page after the other, in the order of offsets, until it returns false. A page that holds
// other than the granted number of rows moves the offsets after it: what was read ahead is dropped and asked again.
func (r *pager) each(ctx context.Context, handle func(received) (more bool, err error)) error {
	for {
		again, err := r.sweep(ctx, handle)
		if err != nil || !again {
			return err
		}
	}
}

// sweep reads ahead from the offset while the offsets fit; again says that it has to begin anew from another one.
func (r *pager) sweep(ctx context.Context, handle func(received) (more bool, err error)) (again bool, err error) {
	ctx, cancel := context.WithCancel(ctx)
	var queue []*answer
	defer func() {
		cancel()
		for _, a := range queue {
			<-a.done
		}
	}()
	next := r.skip
	for {
		for len(queue) == 0 || len(queue) < r.ahead() && r.granted > 0 && next < r.total {
			queue = append(queue, r.ask(ctx, next))
			next += r.granted
		}
		a := queue[0]
		<-a.done
		queue = queue[1:]
		if a.err != nil {
			return false, fmt.Errorf("page at offset %d: %w", a.skip, a.err)
		}
		more, err := handle(a.page)
		if err != nil || !more {
			return false, err
		}
		rows, expected := int64(len(a.page.Records)), r.granted
		r.skip, r.total, r.granted, r.bytes = a.skip+rows, a.page.Total, a.page.Top, int64(len(a.page.Body))
		if rows != expected || r.granted != expected {
			return true, nil
		}
	}
}

// ahead is how many pages may be asked for and not yet handled.
func (r *pager) ahead() int {
	return max(r.atOnce, min(aheadTimes*r.atOnce, int(aheadBytes/max(r.bytes, 1))))
}

// ask sends the request; what is to be known of the page is found where it is received, on all processors.
func (r *pager) ask(ctx context.Context, skip int64) *answer {
	a := &answer{skip: skip, done: make(chan struct{})}
	o := connec.ListOptions{Skip: skip, Top: r.size, OrderBy: orderBy, Filter: r.question.filter}
	go func() {
		defer close(a.done)
		var p connec.Page
		if p, a.err = r.client.List(ctx, r.collection, o); a.err == nil {
			a.page = r.receive(skip, p)
			a.page.digest = sha256.Sum256(p.Body)
		}
	}()
	return a
}

func (r *pager) receive(asked int64, p connec.Page) received {
	page := received{Page: p, asked: asked, ids: make(idSet, 0, len(p.Records))}
	for _, record := range p.Records {
		id := nameOf(record)
		page.ids = append(page.ids, id)
		if q := r.question; !q.since.IsZero() {
			if q.entered(record).After(q.since) {
				page.added = append(page.added, id)
			}
			if q.strict {
				changed := updatedAt(record)
				page.strays = page.strays || changed.Before(q.since)
				if changed.After(page.latest) && !changed.After(now()) { // by a time to come no change can be told
					page.latest = changed
				}
			}
		}
	}
	return page
}

// judge says whether another page follows, and what is in doubt when the pages end otherwise than they should.
func (r *pager) judge(p received) (more bool, doubt string) {
	rows := int64(len(p.Records))
	end := p.asked + rows
	switch {
	case rows == 0 && p.Total > p.asked:
		return false, fmt.Sprintf("the page at offset %d was empty although the server counts %d: extract again", p.asked, p.Total)
	case rows == 0:
		return false, ""
	case r.repeated(p) >= maxAgain:
		return false, fmt.Sprintf("the page at offset %d and the %d before it repeat earlier pages, record by record: reading stopped there", p.asked, maxAgain-1)
	case !p.More && p.Total > end:
		return false, fmt.Sprintf("the pages end at offset %d although the server counts %d: extract again", end, p.Total)
	case p.More && p.Total >= 0 && end > p.Total+maxBeyond:
		return false, fmt.Sprintf("`next` does not end: %d rows were read and the server counts %d", end, p.Total)
	}
	return p.More, ""
}

// repeated is how many pages up to this one hold the records of earlier ones, in the same order.
func (r *pager) repeated(p received) int {
	h := sha256.New()
	_ = binary.Write(h, binary.LittleEndian, []uint64(p.ids)) // a hash takes whatever is written
	var sum [sha256.Size]byte
	h.Sum(sum[:0])
	if !r.seen[sum] {
		r.again = -1
	}
	r.seen[sum] = true
	r.again++
	return r.again
}
