package match

import (
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"maps"
	"slices"

	queries "github.com/sameas/sameas/sql"
)

// formerClusters is what runs before this one called their clusters.
type formerClusters struct {
	assigned  map[string]int64  // of every ID that was ever given: the run that gave it, from 1
	successor map[string]string // of an ID whose cluster was merged into another: that one's
	shares    []share
}

// share is how many external IDs of a former cluster a record carries.
type share struct {
	rid     int64
	cluster string
	ids     int
}

func loadFormer(ctx context.Context, on queries.Querier, collection string) (*formerClusters, error) {
	f := &formerClusters{assigned: map[string]int64{}, successor: map[string]string{}}
	args := queries.Args{"collection": collection}
	err := queries.Each(ctx, on, "match/071_cluster_names.sql", args, func(rows *sql.Rows) error {
		var id, successor string
		var assigned int64
		err := rows.Scan(&id, &assigned, &successor)
		f.assigned[id] = assigned
		if successor != "" {
			f.successor[id] = successor
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	err = queries.Each(ctx, on, "match/070_previous_clusters.sql", args, func(rows *sql.Rows) error {
		var s share
		err := rows.Scan(&s.rid, &s.cluster, &s.ids)
		f.shares = append(f.shares, s)
		return err
	})
	return f, err
}

// claim is a former cluster's ID and the present cluster that holds the largest part of it.
type claim struct {
	id      string
	group   int
	overlap int
}

// heirs finds for every former cluster the present one that shares most external IDs with it, in the order of IDs; of
// equal parts the first cluster's.
func (f *formerClusters) heirs(groupOf map[int64]int) []claim {
	type part struct {
		id    string
		group int
	}
	overlaps := map[part]int{}
	for _, s := range f.shares {
		if g, ok := groupOf[s.rid]; ok {
			overlaps[part{s.cluster, g}] += s.ids
		}
	}
	claims := make([]claim, 0, len(overlaps))
	for p, n := range overlaps {
		claims = append(claims, claim{p.id, p.group, n})
	}
	slices.SortFunc(claims, func(a, b claim) int {
		return cmp.Or(cmp.Compare(a.id, b.id), cmp.Compare(b.overlap, a.overlap), cmp.Compare(a.group, b.group))
	})
	return slices.CompactFunc(claims, func(a, b claim) bool { return a.id == b.id })
}

// nameClusters gives every cluster an ID. A former ID goes to the cluster that holds the largest part of its external
// IDs; of several that come together the one given first stays, and the others become its aliases. What is left gets a
// new one, made from its smallest key. It keeps f in step.
func nameClusters(collection string, records []record, groups [][]uint32, f *formerClusters) []string {
	groupOf := make(map[int64]int, len(records))
	for g, members := range groups {
		for _, r := range members {
			groupOf[records[r].rid] = g
		}
	}
	claims := f.heirs(groupOf)
	slices.SortFunc(claims, func(a, b claim) int {
		return cmp.Or(cmp.Compare(f.assigned[a.id], f.assigned[b.id]), cmp.Compare(b.overlap, a.overlap), cmp.Compare(a.id, b.id))
	})
	names := make([]string, len(groups))
	for _, c := range claims {
		if names[c.group] == "" {
			names[c.group] = c.id
			delete(f.successor, c.id)
		} else {
			f.successor[c.id] = names[c.group]
		}
	}
	now := int64(1)
	for _, run := range f.assigned {
		now = max(now, run+1)
	}
	for g, members := range groups {
		if names[g] == "" {
			names[g] = newClusterID(collection, records[members[0]].key, f.assigned)
			f.assigned[names[g]] = now
		}
	}
	return names
}

// newClusterID is the collection and a hash of the smallest key, as short as is free.
func newClusterID(collection, key string, taken map[string]int64) string {
	sum := sha256.Sum256([]byte(collection + "\x00" + key))
	digits := hex.EncodeToString(sum[:])
	for n := 8; ; n++ {
		id := collection + "-" + digits[:min(n, len(digits))]
		for range n - len(digits) {
			id += "x" // every prefix of this key's hash was given before
		}
		if taken[id] == 0 {
			return id
		}
	}
}

// rows are those of cluster_names; an alias of an alias names the cluster that stands.
func (f *formerClusters) rows(collection string, add addRow) error {
	for _, id := range slices.Sorted(maps.Keys(f.assigned)) {
		var successor any
		for next := f.successor[id]; next != ""; next = f.successor[next] {
			successor = next
		}
		if err := add(collection, id, f.assigned[id], successor); err != nil {
			return err
		}
	}
	return nil
}
