package match

import (
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"slices"

	queries "github.com/sameas/sameas/sql"
)

// previousClusters are the cluster IDs of the run before, by record key.
func previousClusters(ctx context.Context, on queries.Querier, collection string) (map[string]string, error) {
	previous := map[string]string{}
	err := queries.Each(ctx, on, "match/070_previous_clusters.sql", queries.Args{"collection": collection}, func(rows *sql.Rows) error {
		var key, id string
		err := rows.Scan(&key, &id)
		previous[key] = id
		return err
	})
	return previous, err
}

// nameClusters gives every cluster an ID: the one of the former cluster that it shares most records with, or a new
// one made from its smallest key. A former ID goes to the cluster that holds the largest part of it.
func nameClusters(collection string, records []record, groups [][]uint32, previous map[string]string) []string {
	type claim struct {
		id      string
		group   int
		overlap int
	}
	var claims []claim
	for g, members := range groups {
		shared := map[string]int{}
		for _, r := range members {
			if id, ok := previous[records[r].key]; ok {
				shared[id]++
			}
		}
		for id, n := range shared {
			claims = append(claims, claim{id, g, n})
		}
	}
	slices.SortFunc(claims, func(a, b claim) int {
		return cmp.Or(cmp.Compare(b.overlap, a.overlap), cmp.Compare(a.id, b.id), cmp.Compare(a.group, b.group))
	})
	names := make([]string, len(groups))
	taken := map[string]bool{}
	for _, c := range claims {
		if names[c.group] == "" && !taken[c.id] {
			names[c.group] = c.id
			taken[c.id] = true
		}
	}
	for _, id := range previous { // an ID that nobody inherits is not given to something else
		taken[id] = true
	}
	for g, members := range groups {
		if names[g] == "" {
			names[g] = newClusterID(collection, records[members[0]].key, taken)
			taken[names[g]] = true
		}
	}
	return names
}

// newClusterID is the collection and a hash of the smallest key, as short as is free.
func newClusterID(collection, key string, taken map[string]bool) string {
	sum := sha256.Sum256([]byte(collection + "\x00" + key))
	digits := hex.EncodeToString(sum[:])
	for n := 8; n < len(digits); n++ {
		if id := collection + "-" + digits[:n]; !taken[id] {
			return id
		}
	}
	return collection + "-" + digits
}
