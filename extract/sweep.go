package extract

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/sameas/sameas/internal/connec"
	queries "github.com/sameas/sameas/sql"
)

// Offsets name places in a collection, and a collection that changes while it is read moves its records to other places:
// one that slips from a page not yet read to one that was read is lost. So the collection is read in passes, each
// followed by a question for what changed since it began, until the passes since the last change seen hold as many
// different records as the server counts (the counts prove it only together with the question, as one record removed and
// another added between two answers leave the count alone).

// A collection that never holds still is read until so many passes, one after the other, found no record that was new, and
// so often at most.
const (
	quietPasses = 2
	maxPasses   = 10
)

// clockSlack is taken off the server's own time when it is asked for what changed: its clock is told in whole seconds,
// and "gt" leaves out the second itself.
const clockSlack = 2 * time.Second

// sweep is one pass over the collection, or one answer to what changed.
type sweep struct {
	number int64
	ids    idSet // of every row, as they came
	// least, most and last are of the server's counts; -1 while it gave none.
	least, most, last int64
	began             time.Time // by the server's clock
	// added are the records that came to be of what is asked for since the time that is asked for; of what changed only.
	added idSet
	// strays says that a record was no answer to what was asked.
	strays bool
	latest time.Time // as in passes
	doubts []string
}

// passes is what the passes over a collection have come to.
type passes struct {
	all    idSet     // all that was read
	window idSet     // what was read since the last change seen
	before idSet     // what had been read when the window began: made earlier, though the clock's slack says otherwise
	from   int64     // the first sweep of the window
	began  time.Time // when the window did, by the server's clock
	total  int64     // the server's last count, -1 when it gave none
	moved  string    // in words, what changed last
	strays bool      // the server answers with what was not asked for
	latest time.Time // of all that was read, the last change by the clock that records bear; of what changed only
}

// readHub reads what changed since the task's base, and where that cannot be told, or there is none, all of the collection.
func (x *extraction) readHub(ctx context.Context, t *task) error {
	if t.base == nil {
		return x.readAll(ctx, t)
	}
	why, err := x.readChanges(ctx, t)
	if err != nil || why == "" {
		return err
	}
	return x.readAgain(ctx, t, why)
}

// readAgain leaves the run over what changed for one over the whole.
func (x *extraction) readAgain(ctx context.Context, t *task, why string) error {
	t.notes = nil
	if err := x.begin(ctx, t, why); err != nil {
		return err
	}
	return x.readAll(ctx, t)
}

// readAll reads the collection in as many passes as it takes.
func (x *extraction) readAll(ctx context.Context, t *task) error {
	s, complete, err := x.passesOver(ctx, t, question{entered: madeAt})
	if err != nil {
		return err
	}
	if s.total >= 0 {
		t.total = &s.total
	}
	t.judgePasses(complete, s)
	t.from = s.from
	if complete {
		t.asOf, t.idsAsOf = s.began, s.began
	}
	return nil
}

// passesOver reads what the question asks for until a pass, or some together, are known to hold all of it.
func (x *extraction) passesOver(ctx context.Context, t *task, q question) (s *passes, complete bool, err error) {
	s = &passes{total: -1}
	quiet := 0
	for n := 0; !complete && n < maxPasses; n++ {
		p, err := x.sweep(ctx, t, t.next, q)
		if err != nil {
			return nil, false, err
		}
		t.next += 2
		t.passes++
		t.doubts = p.doubts
		if s.strays = p.strays; p.last < 0 || p.strays {
			break // a singular resource, a server that does not count, or one that does not heed what it is asked
		}
		quiet++
		if fresh := s.take(p); fresh > 0 {
			quiet = 0
		}
		changed, err := x.changed(ctx, t, p.number+1, s, q)
		if err != nil {
			return nil, false, err
		}
		if complete = s.settled(t, p, changed); !complete && quiet >= quietPasses {
			break
		}
	}
	return s, complete, nil
}

// take adds a pass, and returns how many records no pass had before.
func (s *passes) take(p *sweep) (fresh int) {
	if p.least != p.most || p.least != s.total {
		s.window, s.from = nil, p.number
	}
	if s.window == nil {
		s.began, s.before = p.began, s.all
	}
	if p.latest.After(s.latest) {
		s.latest = p.latest
	}
	known := len(s.all)
	s.all, s.window, s.total = s.all.with(p.ids), s.window.with(p.ids), p.last
	return len(s.all) - known
}

// settled reports whether the window holds all that the server counts, and nothing was added since it began.
func (s *passes) settled(t *task, p, changed *sweep) bool {
	added := max(len(s.before.with(changed.added))-len(s.before), len(s.window.with(changed.ids))-len(s.window))
	if p.least == p.most && added == 0 && int64(len(s.window)) == s.total && (!t.blind || t.passes > 1) {
		return true
	}
	s.moved = words(p, added)
	s.all = s.all.with(changed.ids)
	if added > 0 {
		s.window, s.from = nil, p.number+2
	}
	return false
}

// changed asks for what changed since the window began; after an answer to what changed, since the last change that is
// known, too, by the clock that records bear, which need not be that of the answers. Of a server that refuses to be asked, the collection is read twice instead.
func (x *extraction) changed(ctx context.Context, t *task, number int64, window *passes, q question) (*sweep, error) {
	since := window.began.Add(-clockSlack)
	asked := since
	if latest := window.latest.Add(-clockSlack); q.strict && !window.latest.IsZero() && latest.Before(asked) {
		asked = latest
	}
	s, err := x.sweep(ctx, t, number, question{filter: changedSince(asked), since: since, entered: q.entered})
	if refused(err) {
		if !t.blind {
			t.note("the server refused to be asked for what changed meanwhile, so that only its count shows it")
		}
		t.blind = true
		return &sweep{}, nil
	}
	return s, err
}

// judgePasses says what came of the passes. Unless they are complete all that was ever read is kept.
func (t *task) judgePasses(complete bool, s *passes) {
	if t.passes > 1 && !t.blind {
		t.note("read in %d passes, as it changed meanwhile", t.passes)
	}
	if t.unsettled = !complete && t.total != nil; t.unsettled {
		s.from = 0
		if s.moved != "" {
			t.doubt("%s, so that a record may have slipped between two pages: extract again when nobody writes", s.moved)
		}
		return
	}
	if gone := len(s.all) - len(s.window); gone > 0 {
		t.note("%s while it was read", count(int64(gone), "record went away", "records went away"))
	}
}

// words say what moved during a pass and after it.
func words(p *sweep, added int) string {
	switch {
	case p.least != p.most:
		return fmt.Sprintf("the server's count moved between %d and %d while the pages were read", p.least, p.most)
	case added > 0:
		return count(int64(added), "record was", "records were") + " added while the pages were read"
	}
	return ""
}

// sweep reads one sweep, or what is left of it: the pages that are kept are looked at as if they came now.
func (x *extraction) sweep(ctx context.Context, t *task, number int64, q question) (*sweep, error) {
	s := &sweep{number: number, least: -1, most: -1, last: -1}
	r := &pager{
		collection: t.collection,
		question:   q,
		size:       max(t.source.PageSize, 1),
		atOnce:     max(t.source.Concurrency, 1),
		total:      -1,
		seen:       map[[sha256.Size]byte]bool{},
	}
	if q.count {
		r.size = 1
	}
	handle := func(p received) (more bool) {
		more, doubt := r.judge(p)
		if doubt != "" {
			s.doubts = append(s.doubts, doubt)
		}
		s.take(p)
		return more && !q.count && !s.strays
	}
	more, err := x.replay(ctx, t, r, number, handle)
	if err != nil || !more {
		return s, err
	}
	if t.client == nil {
		if t.client, err = x.client(ctx, t); err != nil {
			return nil, err
		}
	}
	r.client = t.client
	if q.filter == "" && !q.count {
		x.Progress(t.stage(), r.skip, r.total)
	}
	k := x.keeper(ctx, t, number)
	err = r.each(ctx, func(p received) (bool, error) {
		p.More = handle(p)
		return p.More, k.add(p)
	})
	if err = k.close(err); err != nil && t.skip > 0 {
		err = fmt.Errorf("%w; what came before is kept: the same command goes on from there", err)
	}
	return s, err
}

// replay hands over the pages of a sweep that an interrupted run has kept, and sets the pager behind them.
func (x *extraction) replay(ctx context.Context, t *task, r *pager, number int64, handle func(received) bool) (more bool, err error) {
	more = true
	for more {
		var few []connec.Page
		err := queries.Each(ctx, x.conn, "extract/pages_kept.sql", queries.Args{
			"source": t.source.Name, "collection": t.collection, "sweep": number, "from": r.skip,
		}, func(rows *sql.Rows) error {
			var p connec.Page
			var got int64
			var record sql.NullString
			if err := rows.Scan(&p.Skip, &p.Top, &got, &p.Total, &p.More, &p.ServedAt, &record); err != nil {
				return err
			}
			if n := len(few); n == 0 || few[n-1].Skip != p.Skip {
				few = append(few, p)
			}
			if last := &few[len(few)-1]; record.Valid {
				last.Records = append(last.Records, json.RawMessage(record.String))
			}
			return nil
		})
		if err != nil || len(few) == 0 {
			return more, err
		}
		for _, p := range few {
			more = p.More
			handle(r.receive(p.Skip, p))
			r.skip, r.total, r.granted = p.Skip+int64(len(p.Records)), p.Total, p.Top
		}
	}
	return more, nil
}

// take counts a page.
func (s *sweep) take(p received) {
	if s.began.IsZero() {
		s.began = p.ServedAt
		if s.began.IsZero() {
			s.began = now().Add(-time.Minute)
		}
	}
	if p.Total >= 0 {
		if s.last < 0 {
			s.least, s.most = p.Total, p.Total
		}
		s.least, s.most, s.last = min(s.least, p.Total), max(s.most, p.Total), p.Total
	}
	s.ids, s.added = append(s.ids, p.ids...), append(s.added, p.added...)
	s.strays = s.strays || p.strays
	if p.latest.After(s.latest) {
		s.latest = p.latest
	}
}
