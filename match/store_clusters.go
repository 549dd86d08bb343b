package match

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/sameas/sameas/match/kernel"
)

// clusterRows are the named clusters, ready to be written.
type clusterRows struct {
	*matching
	groups    [][]uint32
	names     []string
	group     []int    // of each record
	tiers     []string // of each group
	reviewIDs []string // of each group
}

func (m *matching) clusterRows(former *formerClusters) *clusterRows {
	c := &clusterRows{matching: m, group: make([]int, len(m.records))}
	itself := make([]uint32, len(m.records))
	for i := range m.records { // a root is the smallest of its cluster, so it comes first
		root := m.outcome.auto.find(uint32(i))
		if root == uint32(i) {
			c.group[i] = len(c.groups)
			itself[i] = root
			c.groups = append(c.groups, itself[i:i+1:i+1])
			continue
		}
		g := c.group[root]
		c.group[i] = g
		c.groups[g] = append(c.groups[g], uint32(i))
	}
	c.names = nameClusters(m.schema.collection, m.records, c.groups, c.group, former)
	for _, members := range c.groups {
		root := m.outcome.auto.find(members[0])
		tier := cmp.Or(m.outcome.tier[root], "auto")
		if len(members) == 1 {
			tier = "single"
		}
		c.tiers = append(c.tiers, tier)
		wider := m.outcome.review.find(members[0])
		c.reviewIDs = append(c.reviewIDs, c.names[c.group[wider]])
	}
	return c
}

func (c *clusterRows) rows(add addRow) error {
	for i := range c.records {
		g := c.group[i]
		if err := add(c.schema.collection, c.records[i].rid, c.records[i].key, c.names[g], c.tiers[g], c.reviewIDs[g]); err != nil {
			return err
		}
	}
	return nil
}

// keyRows are the external IDs that one cluster alone carries: what the next run inherits cluster IDs by. Extracting anew
// replaces external IDs and numbers records anew; only what is kept here tells what a cluster was made of.
func (c *clusterRows) keyRows(add addRow) error {
	ids := c.identity.ids
	for n := range uint32(ids.len()) {
		carriers := ids.records(n)
		g := c.group[carriers[0]]
		if slices.ContainsFunc(carriers, func(r uint32) bool { return c.group[r] != g }) {
			continue
		}
		if err := add(c.schema.collection, ids.hash[n], c.names[g]); err != nil {
			return err
		}
	}
	return nil
}

// digest is that of who is in which cluster; records come in the order of keys, so it does not depend on rows' order.
func (c *clusterRows) digest() string {
	h := sha256.New()
	for i := range c.records {
		g := c.group[i]
		fmt.Fprintf(h, "%s\x00%s\x00%s\x00%s\x00%s\n", c.records[i].source, c.records[i].key, c.names[g], c.tiers[g], c.reviewIDs[g])
	}
	return hex.EncodeToString(h.Sum(nil))
}

func (c *clusterRows) statRows(add addRow) error {
	links := c.linksByCluster(c.outcome.auto, c.outcome.candidate)
	for g, members := range c.groups {
		if len(members) < 2 {
			continue
		}
		inside := links[c.outcome.auto.find(members[0])]
		shape := shapeOf(members, inside)
		hubs := 0
		for _, r := range members {
			if c.records[r].hub {
				hubs++
			}
		}
		var weakest any
		if !shape.byIDs {
			weakest = shape.weakest
		}
		n := len(members)
		density := float64(shape.edges) / float64(n*(n-1)/2)
		err := add(c.schema.collection, c.names[g], c.tiers[g], int64(n), int64(hubs), int64(shape.edges), weakest, density,
			int64(len(shape.bridges)), shape.byIDs, c.reason(members, inside, shape))
		if err != nil {
			return err
		}
	}
	return nil
}

// reason says in words why the records of a cluster are held to be one.
func (c *clusterRows) reason(members []uint32, links []link, shape clusterShape) string {
	var agreeing []string
	certain := 0
	best := link{weight: -1 << 30}
	for _, l := range links {
		if l.certain {
			certain++
		} else if l.weight > best.weight {
			best = l
		}
	}
	if shape.byIDs {
		return c.certainReason(members, certain)
	}
	levels := c.judge.Compare(best.a, best.b).Levels
	for f, level := range levels {
		field := &c.model.Fields[f]
		if level != kernel.Missing && field.Levels[level].Bits > 0 {
			agreeing = append(agreeing, fmt.Sprintf("%s %s", strings.ToLower(field.Label), field.Levels[level].Name))
		}
	}
	text := fmt.Sprintf("%s (%.1f bits at the strongest pair, %.1f at the weakest needed)", strings.Join(agreeing, ", "), float64(best.weight)*kernel.Unit, shape.weakest)
	if certain > 0 {
		return fmt.Sprintf("joined by %d shared or linked IDs, and %s", certain, text)
	}
	return text
}

// certainReason words why a cluster needs no likeness: IDs join it, or a person.
func (c *clusterRows) certainReason(members []uint32, links int) string {
	for _, r := range members[1:] {
		if c.identity.byIDs[r] != c.identity.byIDs[members[0]] {
			return "judged the same by a person"
		}
	}
	return fmt.Sprintf("joined by %d shared or linked IDs", links)
}

func (c *clusterRows) conflictRows(add addRow) error {
	conflicts := slices.Clone(c.outcome.conflicts)
	sortConflicts(conflicts)
	for _, row := range conflicts {
		var cluster, other, keyA, keyB, provider, realm, weight any
		if row.pair {
			a, b := c.names[c.group[row.a]], c.names[c.group[row.b]]
			cluster, keyA, keyB = a, c.records[row.a].key, c.records[row.b].key
			if a != b {
				other = b
			}
		}
		if row.keyA != "" {
			keyA = row.keyA
		}
		if row.keyB != "" {
			keyB = row.keyB
		}
		if row.provider != "" {
			provider, realm = row.provider, row.realm
		}
		if row.scored {
			weight = row.weight
		}
		if err := add(c.schema.collection, row.kind, cluster, other, keyA, keyB, provider, realm, weight, row.detail); err != nil {
			return err
		}
	}
	return nil
}

// summary counts what the run found.
func (m *matching) summary() Summary {
	s := Summary{Collection: m.schema.collection, Records: int64(len(m.records)), MustLinks: int64(len(m.identity.links)),
		Edges: int64(len(m.linkRows()) + len(m.kept)), Conflicts: map[string]int64{}, Warnings: m.model.Warnings}
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
	groups := m.clusters
	items := map[string]int{}
	inReview := map[string]bool{}
	for g, members := range groups.groups {
		switch groups.tiers[g] {
		case "auto":
			s.AutoClusters++
			s.AutoRecords += int64(len(members))
		case "single":
			s.Singles++
		default:
			inReview[groups.reviewIDs[g]] = true
		}
		items[groups.reviewIDs[g]]++
	}
	for id, clusters := range items {
		if clusters > 1 || inReview[id] {
			s.ReviewItems++
		}
	}
	return s
}
