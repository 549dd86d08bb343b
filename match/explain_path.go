package match

import (
	"context"
	"database/sql"

	queries "github.com/sameas/sameas/sql"
)

// pathBetween finds the shortest chain of edges that joins two records of one wider cluster; among equally short
// chains the one over the strongest edges found first. Edges made by IDs come before all others.
func pathBetween(ctx context.Context, db *sql.DB, collection string, l, r explained) ([]string, error) {
	type step struct {
		to  int64
		key string
	}
	next := map[int64][]step{}
	err := queries.Each(ctx, db, "match/105_cluster_edges.sql", queries.Args{"collection": collection, "review_id": l.wide}, func(rows *sql.Rows) error {
		var a, b int64
		var keyA, keyB, kind string
		var weight float64
		err := rows.Scan(&a, &b, &keyA, &keyB, &kind, &weight)
		next[a] = append(next[a], step{b, keyB})
		next[b] = append(next[b], step{a, keyA})
		return err
	})
	if err != nil {
		return nil, err
	}
	from := map[int64]int64{l.rid: l.rid}
	keys := map[int64]string{l.rid: l.key}
	for queue := []int64{l.rid}; len(queue) > 0; queue = queue[1:] {
		for _, s := range next[queue[0]] {
			if _, seen := from[s.to]; !seen {
				from[s.to], keys[s.to] = queue[0], s.key
				queue = append(queue, s.to)
			}
		}
	}
	if _, reached := from[r.rid]; !reached {
		return nil, nil
	}
	var path []string
	for at := r.rid; ; at = from[at] {
		path = append([]string{keys[at]}, path...)
		if at == l.rid {
			return path, nil
		}
	}
}
