package match

import (
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"golang.org/x/sync/errgroup"

	"github.com/sameas/sameas/internal/evidence"
	"github.com/sameas/sameas/match/kernel"
	queries "github.com/sameas/sameas/sql"
)

// forget are the statements that delete what the run before wrote, but not what stands.
func (m *matching) forget() []string {
	statements := []string{
		"match/080_clear_models.sql",
		"match/080_clear_cluster_stats.sql",
		"match/080_clear_conflicts.sql",
		"match/081_clear_stage.sql",
	}
	if m.rejudges {
		return append(statements, "match/080_clear_judgements.sql")
	}
	return append(statements,
		"match/080_clear_blocking.sql",
		"match/080_clear_edges.sql",
		"match/080_clear_term_weights.sql",
		"match/080_clear_clusters.sql",
		"match/080_clear_cluster_names.sql",
		"match/080_clear_cluster_keys.sql",
	)
}

// store replaces the collection's rows of all tables in one transaction, so that a reader sees one run or the other. What
// the kept pairs say is written while the clusters are formed of them, and named by those of before; the rest when they are.
func (m *matching) store(ctx context.Context, before chan<- *formerClusters, formed <-chan struct{}) error {
	defer close(before)
	return queries.Transact(ctx, m.options.DB, func(tx *sql.Tx) error {
		former, err := m.loadFormer(ctx, tx)
		if err != nil {
			return err
		}
		before <- former
		if err := m.storeEvidence(ctx, tx); err != nil {
			return err
		}
		select {
		case <-formed:
		case <-ctx.Done():
			return ctx.Err()
		}
		return m.storeClusters(ctx, tx)
	})
}

// filling is a statement that fills a table, and the rows that it reads.
type filling struct {
	statement string
	rows      queries.Rows
}

func (m *matching) fill(ctx context.Context, tx *sql.Tx, fillings []filling) error {
	for _, f := range fillings {
		if _, err := queries.Insert(ctx, tx, f.statement, queries.Args{"collection": m.schema.collection}, f.rows); err != nil {
			return err
		}
	}
	return nil
}

// storeEvidence writes the model and the pairs.
func (m *matching) storeEvidence(ctx context.Context, tx *sql.Tx) error {
	for _, statement := range m.forget() {
		if _, err := queries.Exec(ctx, tx, statement, queries.Args{"collection": m.schema.collection}); err != nil {
			return err
		}
	}
	text, err := json.Marshal(&m.model.Model)
	if err != nil {
		return err
	}
	if _, err := queries.Exec(ctx, tx, "match/090_model.sql", queries.Args{"collection": m.schema.collection, "model": string(text)}); err != nil {
		return err
	}
	if m.rejudges {
		judged := m.linkRows(func(l *mustLink) bool { return l.kind == "decision" })
		return m.fill(ctx, tx, []filling{{"match/093_edges.sql", m.edgeRows(judged, nil)}})
	}
	return m.fill(ctx, tx, []filling{{"match/092_term_weights.sql", m.termRows()}, {"match/093_edges.sql", m.edgeRows(m.linkRows(everyLink), m.kept)}})
}

// storeClusters writes the clusters and all that is known of them.
func (m *matching) storeClusters(ctx context.Context, tx *sql.Tx) error {
	var sums rowSums
	var summing errgroup.Group
	if m.former.before != nil { // most rows stand, and are not filled
		summing.Go(func() error {
			m.clusters.sum(&sums)
			return nil
		})
	}
	err := m.fill(ctx, tx, slices.Concat(m.clusterFillings(m.former, &sums), []filling{
		{"match/098_cluster_stats.sql", m.clusters.statRows()},
		{"match/099_conflicts.sql", m.clusters.conflictRows()},
	}))
	_ = summing.Wait() // it returns no error
	if err != nil {
		return err
	}
	_, err = queries.Exec(ctx, tx, "match/091_stage.sql", queries.Args{"collection": m.schema.collection,
		"digest": sums.String(), "config_digest": m.configDigest()})
	return err
}

// clusterFillings write which clusters there are, whole, and then summed on the way, or, of those that stand, where they
// changed.
func (m *matching) clusterFillings(former *formerClusters, sums *rowSums) []filling {
	c := m.clusters
	if former.before == nil {
		return []filling{
			{"match/094_blocking.sql", m.blockingRows()},
			{"match/095_clusters.sql", c.rows(sums)},
			{"match/096_cluster_names.sql", former.rows()},
			{"match/097_cluster_keys.sql", c.keyRows()},
		}
	}
	moved, renamed, retold := c.moved(former), former.renamed(), c.retold(former)
	return []filling{
		{"match/086_replace_clusters.sql", these(moved, func(row *queries.Row, i int) { row.Int(m.records[i].rid) })},
		{"match/095_clusters.sql", these(moved, c.fillRow)},
		{"match/086_replace_cluster_names.sql", these(renamed, func(row *queries.Row, n int) { row.Int(int64(n)) })},
		{"match/096_cluster_names.sql", these(renamed, former.fill)},
		{"match/086_replace_cluster_keys.sql", these(retold, func(row *queries.Row, n int) { row.Uint(m.identity.ids.hash[n]) })},
		{"match/097_cluster_keys.sql", these(retold, c.fillKey)},
	}
}

// these are the rows of some numbers.
func these(numbers []uint32, fill func(row *queries.Row, n int)) queries.Rows {
	return queries.Rows{Len: len(numbers), Fill: func(row *queries.Row, i int) { fill(row, int(numbers[i])) }}
}

// termRow is what a value adds.
type termRow struct {
	field, term string
	bits        float64
}

// termRows are those of the values that more than two have; the others weigh what the model says of rare ones.
func (m *matching) termRows() queries.Rows {
	var terms []termRow
	for f, bits := range m.model.terms {
		rare := units(m.model.Fields[f].Rare)
		for n := range bits {
			if n > 0 && bits[n] != rare {
				terms = append(terms, termRow{m.schema.fields[f].name, m.set.Dictionaries[f].Term(uint32(n)), float64(bits[n]) * kernel.Unit})
			}
		}
	}
	if d := m.judge.dependence; d != nil {
		terms = append(terms, d.rows()...)
	}
	return queries.Rows{Len: len(terms), Fill: func(row *queries.Row, n int) {
		row.Text(terms[n].field)
		row.Text(terms[n].term)
		row.Float(terms[n].bits)
	}}
}

func (m *matching) blockingRows() queries.Rows {
	kept, found := make([]int64, len(m.schema.rules)), make([]int64, len(m.schema.rules))
	for i := range m.kept {
		kept[m.kept[i].rule]++
	}
	for i := range m.linked {
		if r := m.linked[i].rule; r != noRule && m.identity.links[i].likely {
			found[r]++
		}
	}
	for r := 1; r < len(found); r++ {
		found[r] += found[r-1]
	}
	return queries.Rows{Len: len(kept), Fill: func(row *queries.Row, r int) {
		p := m.plan.rules[r]
		row.Text(m.schema.rules[r].name)
		for _, n := range []int64{int64(r), p.keys, p.largest, m.scanned.Pairs[r], kept[r], found[r]} {
			row.Int(n)
		}
	}}
}

func everyLink(*mustLink) bool { return true }

// linkRows are those must-links, as places in the list of all, in the order of records; a pair linked in several ways has a
// row for each.
func (m *matching) linkRows(these func(*mustLink) bool) []uint32 {
	links := m.identity.links
	rows := make([]uint32, 0, len(links))
	for i := range links {
		if these(&links[i]) {
			rows = append(rows, uint32(i))
		}
	}
	// kind and via are told while clustering judges the links, so no link is read whole
	order := func(x, y uint32) int {
		a, b := &links[x], &links[y]
		return cmp.Or(cmp.Compare(a.a, b.a), cmp.Compare(a.b, b.b), cmp.Compare(a.kind, b.kind), cmp.Compare(a.via, b.via))
	}
	slices.SortFunc(rows, order)
	return slices.CompactFunc(rows, func(x, y uint32) bool { return order(x, y) == 0 })
}

// edgeRows are those must-links and kept pairs.
func (m *matching) edgeRows(links []uint32, kept []keptPair) queries.Rows {
	return queries.Rows{Len: len(links) + len(kept), Fill: func(row *queries.Row, n int) {
		var p *keptPair
		var kind, via string
		if n < len(links) {
			l := &m.identity.links[links[n]]
			p, kind, via = &m.linked[links[n]], l.kind, l.via
		} else {
			p = &kept[n-len(links)]
			via = m.schema.rules[p.rule].name
		}
		a, b := &m.records[p.a], &m.records[p.b]
		row.Int(a.rid)
		row.Int(b.rid)
		row.Text(a.key)
		row.Text(b.key)
		row.TextOrNull(kind)
		row.Text(via)
		row.Scratch = p.appendLevels(row.Scratch[:0], len(m.schema.fields))
		row.Bytes(row.Scratch)
		row.Scratch = p.appendTerms(row.Scratch[:0], len(m.schema.fields))
		row.Bytes(row.Scratch)
		weight := float64(p.weight) * kernel.Unit
		row.Float(weight)
		row.Float(evidence.Probability(weight))
	}}
}

// appendLevels writes levels as numbers between commas.
func (p *keptPair) appendLevels(text []byte, fields int) []byte {
	for f := range fields {
		if f > 0 {
			text = append(text, ',')
		}
		text = strconv.AppendUint(text, uint64(p.pattern.Level(f)), 10)
	}
	return text
}

// appendTerms writes frequency adjustments as bits between commas; they are exact as decimals.
func (p *keptPair) appendTerms(text []byte, fields int) []byte {
	for f, t := range p.terms[:fields] {
		if f > 0 {
			text = append(text, ',')
		}
		text = appendUnits(text, int64(t))
	}
	return text
}

// appendUnits writes units as bits, in decimals and exactly: a 1024th has ten of them.
func appendUnits(text []byte, units int64) []byte {
	if units < 0 {
		text, units = append(text, '-'), -units
	}
	text = strconv.AppendInt(text, units>>10, 10)
	rest := units & 1023
	if rest == 0 {
		return text
	}
	const decimals = 10_000_000_000
	at := len(text) // where a 1 stands in the place of the point, so that no leading zero is lost
	text = strconv.AppendInt(text, decimals+rest*(decimals>>10), 10)
	text[at] = '.'
	for text[len(text)-1] == '0' {
		text = text[:len(text)-1]
	}
	return text
}

// configDigest is that of the parts of the configuration which matching reads.
func (m *matching) configDigest() string {
	return m.digestOf(m.options.Config.Match[m.schema.collection], m.options.Config.Thresholds(m.schema.collection))
}

// evidenceDigest is that of the parts which scored pairs hang on: of the thresholds that is the one above which they are
// kept. The others say what to make of them.
func (m *matching) evidenceDigest() string {
	return m.digestOf(m.options.Config.Match[m.schema.collection].Fields, m.options.Config.Thresholds(m.schema.collection).Review)
}

// digestOf is that of some settings and of those that no digest lacks.
func (m *matching) digestOf(settings ...any) string {
	c := m.options.Config
	var complete []string // sources that list all records of their applications
	for _, s := range c.Sources {
		if c.Lists(s.Name) {
			complete = append(complete, s.Name)
		}
	}
	text, err := json.Marshal(append(settings, c.Providers, m.schema.version(), complete))
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// version names the normalisation and the fields that it made.
func (s *schema) version() string {
	v := spec
	for _, f := range s.fields {
		if f.path != "" {
			v += fmt.Sprintf(" %s=%s/%d", f.name, f.path, f.kind)
		}
	}
	return v
}
