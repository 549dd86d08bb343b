package reports

import (
	"context"
	"database/sql"

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
