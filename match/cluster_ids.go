package match

import (
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"slices"
	"strings"

	queries "github.com/sameas/sameas/sql"
)

// formerClusters is what runs before this one called their clusters.
type formerClusters struct {
	names     []string          // every ID that was ever given, in the order in which they were
	runs      []int64           // of each name: the run that gave it, from 1
	place     map[string]uint32 // of each name among names
	successor map[string]string // of an ID whose cluster was merged into another: that one's
	shares    []share
	before    *standing // nil where the records are others than those of the run before
}

func newFormerClusters() *formerClusters {
	return &formerClusters{place: map[string]uint32{}, successor: map[string]string{}}
}

// give notes that a run gave an ID.
func (f *formerClusters) give(id string, run int64) {
	f.place[id] = uint32(len(f.names))
	f.names, f.runs = append(f.names, id), append(f.runs, run)
}

// share is some external IDs of a former cluster that a record carries.
type share struct {
	record  uint32
	cluster uint32 // its name's place
	ids     uint32
}

func (m *matching) loadFormer(ctx context.Context, on queries.Querier) (*formerClusters, error) {
	f := newFormerClusters()
	args := queries.Args{"collection": m.schema.collection}
	err := queries.Each(ctx, on, "match/071_cluster_names.sql", args, func(rows *sql.Rows) error {
		var id, successor string
		var run int64
		err := rows.Scan(&id, &run, &successor)
		f.give(id, run)
		if successor != "" {
			f.successor[id] = successor
		}
		return err
	})
	switch {
	case err != nil:
		return nil, err
	case m.rejudges:
		return f, m.loadStanding(ctx, on, f)
	}
	return f, f.loadShares(ctx, on, args, m.identity.ids, m.records)
}

// loadShares reads which external IDs told the clusters of the run before.
func (f *formerClusters) loadShares(ctx context.Context, on queries.Querier, args queries.Args, ids *externalIDs, records []record) error {
	last := 0
	return queries.Each(ctx, on, "match/070_previous_clusters.sql", args, func(rows *sql.Rows) error {
		var hash uint64
		var cluster int64
		if err := rows.Scan(&hash, &cluster); err != nil {
			return err
		}
		var found bool
		if last, found = ids.seek(hash, last); found {
			f.shares = append(f.shares, share{ids.carrier(uint32(last), records), uint32(cluster), 1})
		}
		return nil
	})
}

// claim is a former cluster's ID and the present cluster that holds the largest part of it.
type claim struct {
	id      string
	run     int64 // that gave it
	group   int
	overlap int
}

// heirs finds for every former cluster the present one that shares most external IDs with it; of equal parts the first
// cluster's. An ID on several records counts once: for the one whose own ID it is, or the first of them.
func (f *formerClusters) heirs(group []uint32) []claim {
	slices.SortFunc(f.shares, func(a, b share) int {
		return cmp.Or(cmp.Compare(a.cluster, b.cluster), cmp.Compare(group[a.record], group[b.record]))
	})
	var claims []claim
	best := claim{group: -1}
	for from := 0; from < len(f.shares); {
		s := f.shares[from]
		part := claim{f.names[s.cluster], f.runs[s.cluster], int(group[s.record]), 0}
		to := from
		for ; to < len(f.shares) && f.shares[to].cluster == s.cluster && int(group[f.shares[to].record]) == part.group; to++ {
			part.overlap += int(f.shares[to].ids)
		}
		if best.group < 0 || part.overlap > best.overlap {
			best = part
		}
		if from = to; from == len(f.shares) || f.shares[from].cluster != s.cluster {
			claims = append(claims, best)
			best = claim{group: -1}
		}
	}
	return claims
}

// nameClusters gives every cluster an ID; group is the cluster of each record. A former ID goes to the cluster that holds
// the largest part of its external IDs; of several that come together the one given first stays, and the others become
// its aliases. What is left gets a new one, made from its smallest key. It keeps f in step.
func nameClusters(collection string, records []record, groups [][]uint32, group []uint32, f *formerClusters) []string {
	names := make([]string, len(groups))
	f.keep(names, groups)
	claims := f.heirs(group)
	slices.SortFunc(claims, func(a, b claim) int {
		return cmp.Or(cmp.Compare(a.run, b.run), cmp.Compare(b.overlap, a.overlap), strings.Compare(a.id, b.id))
	})
	for _, c := range claims {
		if names[c.group] == "" {
			names[c.group] = c.id
			delete(f.successor, c.id)
		} else {
			f.successor[c.id] = names[c.group]
		}
	}
	now := int64(1)
	for _, run := range f.runs {
		now = max(now, run+1)
	}
	for g, members := range groups {
		if names[g] == "" {
			names[g] = newClusterID(collection, records[members[0]].key, f.place)
			f.give(names[g], now)
		}
	}
	return names
}

// newClusterID is the collection and a hash of the smallest key, as short as is free.
func newClusterID(collection, key string, taken map[string]uint32) string {
	isTaken := func(id string) bool {
		_, is := taken[id]
		return is
	}
	sum := sha256.Sum256([]byte(collection + "\x00" + key))
	const short = 8
	if id := collection + "-" + hex.EncodeToString(sum[:short/2]); !isTaken(id) {
		return id
	}
	digits := hex.EncodeToString(sum[:])
	for n := short + 1; ; n++ {
		id := collection + "-" + digits[:min(n, len(digits))]
		for range n - len(digits) {
			id += "x" // every prefix of this key's hash was given before
		}
		if !isTaken(id) {
			return id
		}
	}
}

// standing is the cluster that stands for a former one that was merged, "" of one that was not; an alias of an alias names
// the cluster that stands.
func (f *formerClusters) standing(id string) string {
	successor := f.successor[id]
	for next := successor; next != ""; next = f.successor[next] {
		successor = next
	}
	return successor
}

// rows are those of cluster_names.
func (f *formerClusters) rows() queries.Rows {
	return queries.Rows{Len: len(f.names), Fill: f.fill}
}

func (f *formerClusters) fill(row *queries.Row, n int) {
	row.Text(f.names[n])
	row.Int(f.runs[n])
	row.TextOrNull(f.standing(f.names[n]))
}
