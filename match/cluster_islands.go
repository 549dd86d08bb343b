package match

import "slices"

// island is the pairs that join some records unasked, and those of no others: what can be clustered by itself.
type island []candidate

// islands sorts pairs by what they connect, each island in the order of joining; the islands come in the order of their
// smallest records.
func islands(component []uint32, pairs []candidate) []island {
	connected := newUnions(len(component))
	for _, e := range pairs {
		connected.join(component[e.a], component[e.b])
	}
	of := func(e candidate) uint32 { return connected.find(component[e.a]) }
	ends := make([]uint32, len(component))
	for _, e := range pairs {
		ends[of(e)]++
	}
	count, end := 0, uint32(0)
	for root, n := range ends {
		if n > 0 {
			count++
		}
		ends[root], end = end, end+n // first where the island begins; when its pairs are placed, where it ends
	}
	placed := make([]candidate, len(pairs))
	for _, e := range pairs {
		placed[ends[of(e)]] = e
		ends[of(e)]++
	}
	found := make([]island, 0, count)
	from := uint32(0)
	for _, end := range ends {
		if end > from {
			found = append(found, placed[from:end:end])
			from = end
		}
	}
	return found
}

// maxRounds bounds how often an island is clustered anew without the components found ambiguous; what is still found
// ambiguous then is reported and kept out of auto by its tier.
const maxRounds = 4

// joinIsland clusters an island and returns what was refused and left open. What it finds does not depend on other islands.
func (m *matching) joinIsland(p *partition, contradictory map[uint32]bool, pairs island) []conflict {
	sortCandidates(pairs)
	c := newClustering(p, contradictory, m.agree)
	c.alike = m.alike
	ambiguous := map[uint32]refusal{}
	for round := range maxRounds {
		if round > 0 {
			c.restart(m.component, pairs)
		}
		c.run(pairs)
		c.gather(m.component, pairs, m.weight)
		found := c.ambiguous(m.component, pairs)
		if len(found) == 0 {
			break
		}
		c.unwilling = ambiguous
		for root, r := range found {
			ambiguous[root] = r
		}
	}
	clear(m.judge.known)
	return append(m.ambiguities(ambiguous), m.refused(c)...)
}

// restart takes the island apart into the components of must-links again.
func (c *clustering) restart(component []uint32, pairs island) {
	c.refusals = nil
	var records []uint32
	seen := map[uint32]bool{}
	for _, e := range pairs {
		for _, root := range [2]uint32{c.find(e.a), c.find(e.b)} {
			if !seen[root] {
				seen[root] = true
				records = append(records, c.list(root)...)
			}
		}
	}
	slices.Sort(records)
	for _, part := range partsOf(component, records) {
		c.establish(part)
	}
}
