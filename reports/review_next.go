package reports

import (
	"context"
	"database/sql"

	queries "github.com/sameas/sameas/sql"
)

// next is the item to judge next: of the sample in the order drawn, then one whose decisions contradict each other, then
// by value. What was put off comes when all others are answered, the longest ago first. False when nothing is left.
func (r *Review) next() (where, bool) {
	open := r.openItems()
	var first where
	for i, w := range open {
		skipped := r.skipped[w.place]
		if skipped == 0 {
			return w, true
		}
		if i == 0 || skipped < r.skipped[first.place] {
			first = w
		}
	}
	return first, len(open) > 0
}

// openItems are the items that wait for an answer, in their order.
func (r *Review) openItems() (all []where) {
	for _, s := range r.samples {
		if s.Now != "" && !s.judge(r.judged).judged {
			all = append(all, s.where())
		}
	}
	for _, disputed := range []bool{true, false} {
		for i, p := range r.parts {
			if !p.settled && p.disputed == disputed {
				all = append(all, where{place: r.items[i].place()})
			}
		}
	}
	return all
}

// putOff keeps that the item comes after all others, in the workspace: a page that is served anew knows it.
func (r *Review) putOff(ctx context.Context, item place) error {
	ctx = context.WithoutCancel(ctx)
	err := queries.Transact(ctx, r.o.DB, func(tx *sql.Tx) error {
		for _, statement := range []string{"reports/skip_forget.sql", "reports/skip.sql"} {
			if _, err := queries.Exec(ctx, tx, statement, queries.Args{"collection": item.collection, "item": item.item}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	r.skipped, err = readSkips(ctx, r.o.DB)
	return err
}

// answered keeps that the item is put off no longer.
func (r *Review) answered(ctx context.Context, item place) error {
	if r.skipped[item] == 0 {
		return nil
	}
	delete(r.skipped, item)
	_, err := queries.Exec(context.WithoutCancel(ctx), r.o.DB, "reports/skip_forget.sql", queries.Args{"collection": item.collection, "item": item.item})
	return err
}

func readSkips(ctx context.Context, on queries.Querier) (map[place]int64, error) {
	skips := map[place]int64{}
	err := queries.Each(ctx, on, "reports/skips.sql", nil, func(rows *sql.Rows) error {
		var p place
		var at int64
		err := rows.Scan(&p.collection, &p.item, &at)
		skips[p] = at
		return err
	})
	return skips, err
}
