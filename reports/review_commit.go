package reports

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	queries "github.com/sameas/sameas/sql"
)

// Answers that are refused, each with what the page says.
var (
	errStale    = errors.New("this item has been judged meanwhile, in another tab perhaps: your answer was not kept. Look at what stands now, and answer again")
	errUndone   = errors.New("another answer was given or undone meanwhile: nothing was undone. Look at what the last one is now")
	errMatching = errors.New("match is running: answer when it is done; nothing was kept")
)

func rawOf(ctx context.Context, on queries.Querier, collection, key string) (raw string, err error) {
	err = queries.One(ctx, on, "reports/review_raw.sql", queries.Args{"collection": collection, "key": key}, &raw)
	return raw, err
}

// commit keeps the decisions as one act, and lets those stand no more that they take the place of. They are on disk when it
// returns: DuckDB syncs its log with every commit. Their time is later than everything before, whatever the clock says: the
// later counts, and an undo knows by it what the act took the place of.
func (r *Review) commit(ctx context.Context, decisions, replaced []Decision) error {
	if len(decisions) == 0 {
		return nil
	}
	ctx = context.WithoutCancel(ctx) // a browser that goes away does not stop half way
	err := queries.Transact(ctx, r.o.DB, func(tx *sql.Tx) error {
		number, at, err := r.nextAct(ctx, tx)
		if err != nil {
			return err
		}
		for _, d := range replaced {
			if err := replace(ctx, tx, d, at); err != nil {
				return err
			}
		}
		for i := range decisions {
			decisions[i].At = at
		}
		return keep(ctx, tx, number, decisions)
	})
	if err != nil {
		return err
	}
	return r.loadDecisions(ctx)
}

// nextAct is the number of the next act, and its time.
func (r *Review) nextAct(ctx context.Context, on queries.Querier) (number int64, at time.Time, err error) {
	var latest sql.NullTime
	err = queries.One(ctx, on, "reports/next_act.sql", nil, &number, &latest)
	at = r.o.Now().UTC().Truncate(time.Microsecond)
	if latest.Valid && !at.After(latest.Time) {
		at = latest.Time.Add(time.Microsecond)
	}
	return number, at, err
}

// undo takes the latest answer back, if it is the one that the person means, and says which item it was on.
func (r *Review) undo(ctx context.Context, number int64) (where, error) {
	n := len(r.acts)
	if n == 0 || r.acts[n-1].number != number {
		return where{}, errUndone
	}
	given := r.acts[n-1].at
	records, err := actRecords(ctx, r.o.DB, number)
	if err != nil {
		return where{}, err
	}
	ctx = context.WithoutCancel(ctx)
	err = queries.Transact(ctx, r.o.DB, func(tx *sql.Tx) error {
		_, at, err := r.nextAct(ctx, tx)
		if err != nil {
			return err
		}
		args := queries.Args{"act": number, "at": at, "given": given}
		for _, statement := range []string{"reports/withdraw.sql", "reports/withdraw_fields.sql"} {
			if _, err := queries.Exec(ctx, tx, statement, args); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return where{}, err
	}
	if err := r.loadDecisions(ctx); err != nil {
		return where{}, err
	}
	return r.holding(ctx, records)
}

func actRecords(ctx context.Context, on queries.Querier, number int64) (records []place, err error) {
	err = queries.Each(ctx, on, "reports/review_act_records.sql", queries.Args{"act": number}, func(rows *sql.Rows) error {
		var p place
		err := rows.Scan(&p.collection, &p.item)
		records = append(records, p)
		return err
	})
	return records, err
}

// holding is the item, or the sampled cluster, that holds all of the records.
func (r *Review) holding(ctx context.Context, records []place) (where, error) {
	holds := func(collection string, members []ReviewMember) bool {
		return !slices.ContainsFunc(records, func(p place) bool {
			return p.collection != collection || !slices.ContainsFunc(members, func(m ReviewMember) bool { return m.Key == p.item })
		})
	}
	for _, s := range r.samples {
		if s.Now != "" && holds(s.Collection, s.Members) {
			return s.where(), nil
		}
	}
	for _, item := range r.items {
		if holds(item.Collection, item.Members) {
			return where{place: item.place()}, nil
		}
	}
	for _, p := range records {
		found, err := searchItems(ctx, r.o.DB, p.item)
		if err != nil {
			return where{}, err
		}
		for _, f := range found {
			if f.Collection == p.collection {
				return where{place: place{f.Collection, f.ID}}, nil
			}
		}
	}
	return where{}, errNoItem
}

// searchHit is an item that a search found, by one of its records.
type searchHit struct {
	Collection string `json:"collection"`
	ID         string `json:"id"`
	Key        string `json:"key"`
	Name       string `json:"name"`
}

func searchItems(ctx context.Context, on queries.Querier, text string) ([]searchHit, error) {
	hits := []searchHit{}
	err := queries.Each(ctx, on, "reports/review_search.sql", queries.Args{"text": text}, func(rows *sql.Rows) error {
		var h searchHit
		err := rows.Scan(&h.Collection, &h.ID, &h.Key, &h.Name)
		h.Key, h.Name = visible(h.Key), visible(h.Name)
		hits = append(hits, h)
		return err
	})
	return hits, err
}
