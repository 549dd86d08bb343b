package reports

import (
	"context"
	"database/sql"
	"time"

	queries "github.com/sameas/sameas/sql"
)

// ReviewItem is one question to a person: which of these records are the same?
type ReviewItem struct {
	Collection string
	ID         string // the review_id
	Members    []ReviewMember
}

// ReviewMember is one record of an item.
type ReviewMember struct {
	Key     string // its ID in text form
	Cluster string // the cluster that it is in without the person
}

// ReviewItems are the open questions of the workspace, in the order of their IDs.
func ReviewItems(ctx context.Context, db *sql.DB) ([]ReviewItem, error) {
	var items []ReviewItem
	err := queries.Each(ctx, db, "reports/review_members.sql", nil, func(rows *sql.Rows) error {
		var collection, id string
		var m ReviewMember
		if err := rows.Scan(&collection, &id, &m.Key, &m.Cluster); err != nil {
			return err
		}
		if n := len(items); n == 0 || items[n-1].Collection != collection || items[n-1].ID != id {
			items = append(items, ReviewItem{Collection: collection, ID: id})
		}
		last := &items[len(items)-1]
		last.Members = append(last.Members, m)
		return nil
	})
	return items, err
}

// Decision is one judgement of a person on two records, by their keys.
type Decision struct {
	Collection  string
	Left, Right string
	Same        bool
	Who         string
	At          time.Time
	Why         string
}

// Decide keeps the judgements, all or none; the next match obeys them.
func Decide(ctx context.Context, db *sql.DB, decisions []Decision) error {
	return queries.Transact(ctx, db, func(tx *sql.Tx) error {
		for _, d := range decisions {
			judgement := "different"
			if d.Same {
				judgement = "same"
			}
			_, err := queries.Exec(ctx, tx, "reports/decide.sql", queries.Args{
				"collection": d.Collection,
				"left_key":   d.Left,
				"right_key":  d.Right,
				"judgement":  judgement,
				"who":        d.Who,
				"at":         d.At,
				"why":        d.Why,
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}
