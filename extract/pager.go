package extract

import (
	"context"
	"crypto/sha256"
	"fmt"

	"github.com/sameas/sameas/internal/connec"
)

// orderBy is the order that pages are asked for. No order is documented to be the default, and without one a record
// may stand on two pages or on none.
const orderBy = "created_at asc"

// maxBeyond bounds how many rows past the server's own count a `next` that never ends is followed for.
const maxBeyond = 10_000

// pager reads a collection page by page, several requests ahead of the page being handled.
type pager struct {
	client     lister
	collection string
	filter     string // $filter, "" for none
	size       int64  // page size asked for
	granted    int64  // page size that the server grants, 0 while unknown
	ahead      int    // requests in flight
	skip       int64  // offset of the next page to handle
	total      int64  // the server's count, -1 while unknown
	seen       map[[sha256.Size]byte]bool
}

// answer is one page on its way.
type answer struct {
	skip int64
	done chan struct{}
	page connec.Page
	err  error
}

// each calls handle for one page after the other, in the order of offsets, until it returns false. A page that holds
// other than the granted number of rows moves the offsets after it: what was read ahead is dropped and asked again.
func (r *pager) each(ctx context.Context, handle func(asked int64, p connec.Page) (bool, error)) error {
	for {
		again, err := r.sweep(ctx, handle)
		if err != nil || !again {
			return err
		}
	}
}

// sweep reads ahead from the offset while the offsets fit; again says that it has to begin anew from another one.
func (r *pager) sweep(ctx context.Context, handle func(asked int64, p connec.Page) (bool, error)) (again bool, err error) {
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
		for len(queue) == 0 || len(queue) < r.ahead && r.granted > 0 && next < r.total {
			queue = append(queue, r.ask(ctx, next))
			next += max(r.granted, r.size)
			if r.granted > 0 {
				next = queue[len(queue)-1].skip + r.granted
			}
		}
		a := queue[0]
		<-a.done
		queue = queue[1:]
		if a.err != nil {
			return false, fmt.Errorf("page at offset %d: %w", a.skip, a.err)
		}
		more, err := handle(a.skip, a.page)
		if err != nil || !more {
			return false, err
		}
		r.skip = a.skip + int64(len(a.page.Records))
		r.total = a.page.Total
		expected := r.granted
		r.granted = a.page.Top
		if int64(len(a.page.Records)) != expected || r.granted != expected {
			return true, nil
		}
	}
}

func (r *pager) ask(ctx context.Context, skip int64) *answer {
	a := &answer{skip: skip, done: make(chan struct{})}
	go func() {
		defer close(a.done)
		a.page, a.err = r.client.List(ctx, r.collection, connec.ListOptions{Skip: skip, Top: r.size, Filter: r.filter, OrderBy: orderBy})
	}()
	return a
}

// judge says whether another page follows, and what is in doubt when the pages end otherwise than they should.
func (r *pager) judge(asked int64, p connec.Page) (more bool, doubt string) {
	rows := int64(len(p.Records))
	end := asked + rows
	switch {
	case rows == 0 && p.Total > asked:
		return false, fmt.Sprintf("the page at offset %d was empty although the server counts %d: extract again", asked, p.Total)
	case rows == 0:
		return false, ""
	case r.repeated(p):
		return false, fmt.Sprintf("the page at offset %d repeats an earlier page, record by record: reading stopped there", asked)
	case !p.More && p.Total > end:
		return false, fmt.Sprintf("the pages end at offset %d although the server counts %d: extract again", end, p.Total)
	case p.More && p.Total >= 0 && end > p.Total+maxBeyond:
		return false, fmt.Sprintf("`next` does not end: %d rows were read and the server counts %d", end, p.Total)
	}
	return p.More, ""
}

// repeated reports whether the same records, byte by byte, came on a page before.
func (r *pager) repeated(p connec.Page) bool {
	h := sha256.New()
	for _, record := range p.Records {
		h.Write(record)
		h.Write([]byte{0})
	}
	var sum [sha256.Size]byte
	h.Sum(sum[:0])
	if r.seen[sum] {
		return true
	}
	r.seen[sum] = true
	return false
}
