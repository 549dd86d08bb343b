package extract

import (
	"context"
	"database/sql"
	"encoding/hex"
	"sort"
	"sync"

	queries "github.com/sameas/sameas/sql"
)

// bufferBytes bounds what the pages hold that were received and are not yet being kept.
const bufferBytes = 16 << 20

// keeper writes the pages of a sweep into the workspace while others are on their way. All that came while one transaction
// was written make up the next: single pages of a slow server, many of a quick one. What was received is kept also when
// the run is interrupted.
type keeper struct {
	x     *extraction
	t     *task
	sweep int64
	done  chan struct{}

	mu      sync.Mutex
	changed *sync.Cond // any of these:
	waiting []received
	bytes   int
	ended   bool // no further page comes
	err     error
}

func (x *extraction) keeper(ctx context.Context, t *task, sweep int64) *keeper {
	k := &keeper{x: x, t: t, sweep: sweep, done: make(chan struct{})}
	k.changed = sync.NewCond(&k.mu)
	go k.run(context.WithoutCancel(ctx))
	return k
}

// add hands a page over, and waits while the buffer is full. An error is that of pages before.
func (k *keeper) add(p received) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	for k.bytes >= bufferBytes && k.err == nil {
		k.changed.Wait()
	}
	k.waiting, k.bytes = append(k.waiting, p), k.bytes+len(p.Body)
	k.changed.Broadcast()
	return k.err
}

// close waits until all pages are kept. It returns the keeper's own error, or else the one that ended the sweep.
func (k *keeper) close(cause error) error {
	k.mu.Lock()
	k.ended = true
	k.changed.Broadcast()
	k.mu.Unlock()
	<-k.done
	if k.err != nil {
		return k.err
	}
	return cause
}

func (k *keeper) run(ctx context.Context) {
	defer close(k.done)
	for {
		batch := k.take()
		if batch == nil {
			return
		}
		if err := k.keep(ctx, batch); err != nil {
			k.mu.Lock()
			k.err = err
			k.changed.Broadcast()
			k.mu.Unlock()
			return
		}
	}
}

// take waits for pages and takes all that are there; nil when there will be none.
func (k *keeper) take() []received {
	k.mu.Lock()
	defer k.mu.Unlock()
	for len(k.waiting) == 0 && !k.ended {
		k.changed.Wait()
	}
	batch := k.waiting
	k.waiting, k.bytes = nil, 0
	k.changed.Broadcast()
	return batch
}

// keep stores pages and moves the run on, both or neither: that is what makes a resume exact.
func (k *keeper) keep(ctx context.Context, batch []received) error {
	of := queries.Args{"source": k.t.source.Name, "collection": k.t.collection, "sweep": k.sweep}
	last := batch[len(batch)-1]
	end, rows := last.asked+int64(len(last.Records)), int64(0)
	for _, p := range batch {
		rows += int64(len(p.Records))
	}
	err := queries.Transact(ctx, k.x.conn, func(tx *sql.Tx) error {
		if _, err := queries.Insert(ctx, tx, "extract/pages.sql", of, pageRows(batch)); err != nil {
			return err
		}
		if _, err := queries.Insert(ctx, tx, "extract/page_records.sql", of, recordRows(batch, int(rows))); err != nil {
			return err
		}
		if k.sweep%2 == 1 { // what changed moves no offset
			return nil
		}
		_, err := k.x.exec(ctx, tx, "extract/run_advance.sql", queries.Args{
			"run": k.t.run, "source": k.t.source.Name, "collection": k.t.collection,
			"rows_got": k.t.got + rows, "skip": end, "total": known(last.Total),
		})
		return err
	})
	if err != nil || k.sweep%2 == 1 {
		return err
	}
	k.t.got, k.t.skip = k.t.got+rows, end
	for _, p := range batch {
		k.x.Progress(k.t.stage(), p.asked+int64(len(p.Records)), p.Total)
	}
	return nil
}

// known is the server's count, nil when it gave none.
func known(total int64) any {
	if total < 0 {
		return nil
	}
	return total
}

func pageRows(batch []received) queries.Rows {
	fetched := now().UnixMicro()
	return queries.Rows{Len: len(batch), Fill: func(row *queries.Row, n int) {
		p := batch[n]
		row.Int(p.asked)
		row.Int(p.Top)
		row.Int(int64(len(p.Records)))
		row.Bytes(p.Envelope)
		row.Text(hex.EncodeToString(p.digest[:]))
		row.Int(fetched)
		if p.ServedAt.IsZero() {
			row.Null()
		} else {
			row.Int(p.ServedAt.UnixMicro())
		}
		if p.Total < 0 {
			row.Null()
		} else {
			row.Int(p.Total)
		}
		row.Bool(p.More)
	}}
}

// recordRows are the records of all pages, one after the other.
func recordRows(batch []received, rows int) queries.Rows {
	ends := make([]int, len(batch)) // of each page's rows
	for i, end := 0, 0; i < len(batch); i++ {
		end += len(batch[i].Records)
		ends[i] = end
	}
	return queries.Rows{Len: rows, Fill: func(row *queries.Row, n int) {
		i := sort.SearchInts(ends, n+1)
		p := batch[i]
		position := n - ends[i] + len(p.Records)
		row.Int(p.asked + int64(position))
		row.Bytes(p.Records[position])
	}}
}
