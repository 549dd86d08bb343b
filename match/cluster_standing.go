package match

import (
	"context"
	"slices"

	queries "github.com/sameas/sameas/sql"
)

// Where a run reads the same records and IDs as the one before, what that one left says of each record in which cluster it
// was. Nearly all clusters are as they were: they keep their names unasked, and only rows that differ are written.

// tierNames are the tiers of clusters.
var tierNames = [...]string{"single", "auto", "review"}

// standing is where the run before had the records.
type standing struct {
	ids             *externalIDs
	records         []record
	cluster, review []uint32 // of each record: the numbers of its cluster's and its wider cluster's IDs
	tier            []uint8  // of each record, among tierNames
	known           int      // IDs that were given before
	successor       []uint32 // of each of these: number + 1 of the one that stands for it
}

// recordBefore is where the run before had a record. Its texts are good until the next one comes.
type recordBefore struct {
	rid            int64
	cluster, wider string
	tier           int // among tierNames, -1 for none of them
}

// eachBefore calls do for every record, one call at a time.
func (m *matching) eachBefore(ctx context.Context, on queries.Querier, do func(recordBefore) error) error {
	return queries.Stream(ctx, on, "match/072_clusters_before.sql", queries.Args{"collection": m.schema.collection}, func(row *queries.Streamed) error {
		return do(recordBefore{row.Int(0), row.Text(1), row.Text(2), slices.Index(tierNames[:], row.Text(3))})
	})
}

// loadStanding reads which cluster each record was in.
func (m *matching) loadStanding(ctx context.Context, on queries.Querier, f *formerClusters) error {
	n := len(m.records)
	s := &standing{ids: m.identity.ids, records: m.records, cluster: make([]uint32, n), review: make([]uint32, n), tier: make([]uint8, n),
		known: len(f.names), successor: slices.Clone(f.successor)}
	numbers, read := numbersOf(m.records), 0
	err := m.eachBefore(ctx, on, func(r recordBefore) error {
		i, okRecord := numbers.of(r.rid)
		cluster, okName := f.number(r.cluster)
		review, okWider := cluster, okName
		if r.wider != r.cluster {
			review, okWider = f.number(r.wider)
		}
		if !okRecord || !okName || !okWider || r.tier < 0 {
			return m.unlike("clusters")
		}
		s.cluster[i], s.review[i], s.tier[i] = cluster, review, uint8(r.tier)
		read++
		return nil
	})
	if err == nil && read != n {
		err = m.unlike("clusters")
	}
	f.before = s
	return err
}

// tells is the group that an ID tells: the one that alone carries it, or that has the record whose own ID it is. group is the
// number of each record's, which may be any by which groups differ.
func (x *externalIDs) tells(n uint32, records []record, group []uint32) (g uint32, ok bool) {
	carriers := x.records(n)
	g = group[carriers[0]]
	if slices.ContainsFunc(carriers, func(r uint32) bool { return group[r] != g }) {
		own, ok := x.own(n, records)
		if !ok {
			return 0, false
		}
		g = group[own]
	}
	return g, true
}

// carrier is the record that an ID counts for: the one whose own ID it is, or the first that carries it.
func (x *externalIDs) carrier(n uint32, records []record) uint32 {
	if own, ok := x.own(n, records); ok {
		return own
	}
	return x.records(n)[0]
}

// keep names the clusters that are as they were and that an ID tells, and notes what shares the present ones have in the
// others. No cluster that changed has a share in one that did not.
func (f *formerClusters) keep(numbers []uint32, groups [][]uint32) {
	s := f.before
	if s == nil {
		return
	}
	size, stands := make([]uint32, s.known), make([]bool, s.known)
	for _, p := range s.cluster {
		size[p]++
	}
	for _, members := range groups {
		p := s.cluster[members[0]]
		stands[p] = int(size[p]) == len(members) && !slices.ContainsFunc(members, func(r uint32) bool { return s.cluster[r] != p })
	}
	told := make([]bool, s.known)
	for n := range uint32(s.ids.len()) {
		switch p, ok := s.ids.tells(n, s.records, s.cluster); {
		case !ok:
		case stands[p]:
			told[p] = true
		default:
			f.shares = append(f.shares, share{s.ids.carrier(n, s.records), p, 1})
		}
	}
	for g, members := range groups {
		if p := s.cluster[members[0]]; stands[p] && told[p] {
			numbers[g] = p
		}
	}
}

// renamed are the IDs, by their numbers, that are new, or whose clusters were merged into others than before.
func (f *formerClusters) renamed() []uint32 {
	var ids []uint32
	for n := range uint32(len(f.names)) {
		if int(n) >= f.before.known || f.standing(n) != f.before.successor[n] {
			ids = append(ids, n)
		}
	}
	return ids
}

// moved are the records of which a row of clusters would differ from the one that stands.
func (c *clusterRows) moved(f *formerClusters) []uint32 {
	var records []uint32
	for i, g := range c.group {
		s := f.before
		if c.numbers[g] != s.cluster[i] || c.numbers[c.wider[g]] != s.review[i] || c.tier(g) != tierNames[s.tier[i]] {
			records = append(records, uint32(i))
		}
	}
	return records
}

// retold are the IDs that tell another cluster than before. What an ID tells hangs on the clusters of those that carry it.
func (c *clusterRows) retold(f *formerClusters) []uint32 {
	var ids []uint32
	s := f.before
	renamed := make([]bool, len(c.records))
	for i, g := range c.group {
		renamed[i] = c.numbers[g] != s.cluster[i]
	}
	for n := range uint32(s.ids.len()) {
		if !slices.ContainsFunc(s.ids.records(n), func(r uint32) bool { return renamed[r] }) {
			continue
		}
		p, before := s.ids.tells(n, c.records, s.cluster)
		g, now := s.ids.tells(n, c.records, c.group)
		if before != now || now && c.numbers[g] != p {
			ids = append(ids, n)
		}
	}
	return ids
}
