package reports

import (
	"cmp"
	"context"
	"database/sql"
	"slices"

	queries "github.com/sameas/sameas/sql"
)

// ReviewItem is one question to a person: which of these records are the same?
type ReviewItem struct {
	Collection  string
	ID          string // the review_id
	Members     []ReviewMember
	Probability float64 // that they are one thing: a score, and 0.5 where nothing was scored
}

// ReviewMember is one record of an item.
type ReviewMember struct {
	Key     string // its ID in text form
	Cluster string // the cluster that it is in without the person
	Tier    string // of that cluster: single, auto or review
	// SentBack is why the plan, made of this match, left the cluster to a person; "" when it did not.
	SentBack string
}

// ReviewItems are the open questions of the workspace's match, in the order of their IDs.
func ReviewItems(ctx context.Context, db *sql.DB) ([]ReviewItem, error) {
	return readItems(ctx, db, false)
}

// readItems also reads, if asked to, the questions that the latest plan sent back.
func readItems(ctx context.Context, db *sql.DB, sentBack bool) ([]ReviewItem, error) {
	var items []ReviewItem
	err := queries.Each(ctx, db, "reports/review_items.sql", queries.Args{"sent_back": sentBack}, func(rows *sql.Rows) error {
		var item ReviewItem
		var m ReviewMember
		if err := rows.Scan(&item.Collection, &item.ID, &m.Key, &m.Cluster, &m.Tier, &item.Probability, &m.SentBack); err != nil {
			return err
		}
		if n := len(items); n == 0 || items[n-1].place() != item.place() {
			items = append(items, item)
		}
		last := &items[len(items)-1]
		last.Members = append(last.Members, m)
		return nil
	})
	return items, err
}

func (i ReviewItem) place() place { return place{i.Collection, i.ID} }

// Value is how many errors an answer is expected to avoid. Without one the records stay apart, which is wrong with the
// probability that they are one thing, and wrong for every record that is not of the largest cluster: each of those is
// created twice, or stays a duplicate.
func (i ReviewItem) Value() float64 {
	sizes := map[string]int{}
	largest := 0
	for _, m := range i.Members {
		sizes[m.Cluster]++
		largest = max(largest, sizes[m.Cluster])
	}
	if len(sizes) == 1 {
		largest = 1 // its records were taken apart
	}
	return i.Probability * float64(len(i.Members)-largest)
}

// byValue puts the items first whose answers are worth most; of equal ones those with fewer records to look at.
func byValue(items []ReviewItem) {
	slices.SortStableFunc(items, func(a, b ReviewItem) int {
		return cmp.Or(cmp.Compare(b.Value(), a.Value()), cmp.Compare(len(a.Members), len(b.Members)))
	})
}
