package match

import (
	"cmp"
	"slices"

	queries "github.com/sameas/sameas/sql"
)

// clusterRows are the named clusters, ready to be written.
type clusterRows struct {
	*matching
	groups  [][]uint32
	numbers []uint32 // of each group: its ID's
	names   []string // of each group: its ID
	group   []uint32 // of each record
	number  []uint32 // of each record: its group's ID's
	wider   []uint32 // of each group: that of the first record of its wider cluster
}

func (m *matching) clusterRows(former *formerClusters) *clusterRows {
	c := &clusterRows{matching: m, group: make([]uint32, len(m.records))}
	auto := m.outcome.auto
	itself := make([]uint32, len(m.records))
	for i := range m.records { // a root is the smallest of its cluster, so it comes first
		root := auto.find(uint32(i))
		if root != uint32(i) {
			c.group[i] = c.group[root]
			continue
		}
		itself[i] = root
		c.group[i] = uint32(len(c.groups))
		members := itself[i : i+1 : i+1]
		if s := auto.several[root]; s != nil {
			members = s.members
		}
		c.groups = append(c.groups, members)
		c.wider = append(c.wider, c.group[m.outcome.review.find(root)])
	}
	c.numbers = nameClusters(m.schema.collection, m.records, c.groups, c.group, former, workers(m.options.Threads))
	c.names = former.texts(c.numbers)
	c.number = make([]uint32, len(m.records))
	for i, g := range c.group {
		c.number[i] = c.numbers[g]
	}
	return c
}

// tier of a group.
func (c *clusterRows) tier(g uint32) string {
	if len(c.groups[g]) == 1 {
		return "single"
	}
	return cmp.Or(c.outcome.tier[c.groups[g][0]], "auto")
}

// reviewID is that of the wider cluster of a group.
func (c *clusterRows) reviewID(g uint32) string { return c.names[c.wider[g]] }

// rows are one a record; they are summed as they are filled.
func (c *clusterRows) rows(sums *rowSums) queries.Rows {
	return queries.Rows{Len: len(c.records), Fill: func(row *queries.Row, i int) {
		c.fillRow(row, i)
		sums.add(i, c.hash(i))
	}}
}

// sum sums the rows without filling them.
func (c *clusterRows) sum(sums *rowSums) {
	for i := range c.records {
		sums.add(i, c.hash(i))
	}
}

// hash is that of who is in which cluster; the record is named by its source and key, which outlive an extraction.
func (c *clusterRows) hash(i int) uint64 {
	r, g := &c.records[i], c.group[i]
	h := foldText(foldText(0, r.source), r.key)
	return foldText(foldText(foldText(h, c.names[g]), c.tier(g)), c.reviewID(g))
}

func (c *clusterRows) fillRow(row *queries.Row, i int) {
	g := c.group[i]
	row.Int(c.records[i].rid)
	row.Text(c.records[i].key)
	row.Text(c.names[g])
	if len(c.groups[g]) > 1 {
		row.Text(c.tier(g))
	} else {
		row.Null()
	}
	if wider := c.wider[g]; wider != g {
		row.Text(c.names[wider])
	} else {
		row.Null()
	}
}

// keyRows are the external IDs, each with the cluster that alone carries it, or that has the record whose own ID it is: what
// the next run inherits cluster IDs by. Extracting anew replaces external IDs and numbers records anew; only what is kept
// here tells what a cluster was made of.
func (c *clusterRows) keyRows() queries.Rows {
	return queries.Rows{Len: c.identity.ids.len(), Fill: c.fillKey}
}

func (c *clusterRows) fillKey(row *queries.Row, n int) {
	ids := c.identity.ids
	row.Uint(ids.hash[n])
	if number, ok := ids.tells(uint32(n), c.records, c.number); ok {
		row.Int(int64(number))
	} else {
		row.Null()
	}
}

func (c *clusterRows) statRows() queries.Rows {
	shapes := c.outcome.shapes
	return queries.Rows{Len: len(shapes), Fill: func(row *queries.Row, i int) {
		s := &shapes[i]
		g := c.group[s.root]
		members := c.groups[g]
		n, hubs := len(members), 0
		for _, r := range members {
			if c.records[r].hub {
				hubs++
			}
		}
		row.Text(c.names[g])
		row.Text(c.tier(g))
		row.Int(int64(n))
		row.Int(int64(hubs))
		row.Int(int64(s.edges))
		if s.byIDs {
			row.Null()
		} else {
			row.Float(s.weakest)
		}
		row.Float(float64(s.edges) / float64(n*(n-1)/2))
		row.Int(int64(s.bridges))
		row.Bool(s.byIDs)
		row.Text(s.reason)
	}}
}

func (c *clusterRows) conflictRows() queries.Rows {
	conflicts := slices.Clone(c.outcome.conflicts)
	sortConflicts(conflicts)
	return queries.Rows{Len: len(conflicts), Fill: func(row *queries.Row, i int) {
		x := &conflicts[i]
		var cluster, other, keyA, keyB string
		if x.pair {
			cluster, other = c.names[c.group[x.a]], c.names[c.group[x.b]]
			keyA, keyB = c.records[x.a].key, c.records[x.b].key
			if cluster == other {
				other = ""
			}
		}
		row.Text(x.kind)
		row.TextOrNull(cluster)
		row.TextOrNull(other)
		row.TextOrNull(cmp.Or(x.keyA, keyA))
		row.TextOrNull(cmp.Or(x.keyB, keyB))
		row.TextOrNull(x.provider)
		if x.provider != "" { // an application's realm may be empty
			row.Text(x.realm)
		} else {
			row.Null()
		}
		if x.scored {
			row.Float(x.weight)
		} else {
			row.Null()
		}
		row.Text(x.detail)
	}}
}

// summary counts what the run found.
func (m *matching) summary() Summary {
	s := Summary{Collection: m.schema.collection, Records: int64(len(m.records)), MustLinks: int64(len(m.identity.links)),
		Edges: int64(len(m.linkRows(everyLink)) + len(m.kept)), Conflicts: map[string]int64{}, Warnings: m.model.Warnings}
	for _, n := range m.scanned.Pairs {
		s.Pairs += n
	}
	halves := map[[2]uint32]bool{}
	for _, c := range m.outcome.conflicts {
		if c.kind == "echo" { // one thing, though each of its copies has a row
			if halves[[2]uint32{c.a, c.b}] {
				continue
			}
			halves[[2]uint32{c.a, c.b}] = true
		}
		s.Conflicts[c.kind]++
	}
	s.count(m.clusters)
	return s
}

// count counts the clusters by tier, and what a person is to look at: wider clusters of several, or one taken out of auto.
func (s *Summary) count(c *clusterRows) {
	inside := make([]uint32, len(c.groups)) // of the wider cluster of each group
	doubtful := make([]bool, len(c.groups))
	for g, members := range c.groups {
		switch c.tier(uint32(g)) {
		case "auto":
			s.AutoClusters++
			s.AutoRecords += int64(len(members))
		case "single":
			s.Singles++
		default:
			doubtful[c.wider[g]] = true
		}
		inside[c.wider[g]]++
	}
	for g, clusters := range inside {
		if clusters > 1 || doubtful[g] {
			s.ReviewItems++
		}
	}
}
