package match

import (
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"database/sql/driver"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/duckdb/duckdb-go/v2"

	"github.com/sameas/sameas/internal/evidence"
	"github.com/sameas/sameas/match/kernel"
	queries "github.com/sameas/sameas/sql"
)

// forget are the statements that delete what the run before wrote.
func forget() []string {
	return []string{
		"match/080_clear_models.sql",
		"match/080_clear_blocking.sql",
		"match/080_clear_edges.sql",
		"match/080_clear_clusters.sql",
		"match/080_clear_cluster_names.sql",
		"match/080_clear_cluster_keys.sql",
		"match/080_clear_cluster_stats.sql",
		"match/080_clear_conflicts.sql",
		"match/080_clear_term_weights.sql",
		"match/081_clear_stage.sql",
	}
}

// store replaces the collection's rows of all tables in one transaction, so that a reader sees one run or the other. What
// the kept pairs say is written while the clusters are formed of them; the rest when they are.
func (m *matching) store(ctx context.Context, formed <-chan struct{}) error {
	return m.transact(ctx, func(conn *sql.Conn, tx *sql.Tx) error {
		former, err := loadFormer(ctx, tx, m.schema.collection, m.identity.ids)
		if err == nil {
			err = m.storeEvidence(ctx, conn, tx)
		}
		if err != nil {
			return err
		}
		select {
		case <-formed:
		case <-ctx.Done():
			return ctx.Err()
		}
		return m.storeClusters(ctx, conn, tx, former)
	})
}

// storeEvidence writes the model and the pairs.
func (m *matching) storeEvidence(ctx context.Context, conn *sql.Conn, tx *sql.Tx) error {
	for _, statement := range forget() {
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
	return appendTables(conn, []filling{{"term_weights", m.termRows}, {"edges", m.edgeRows}})
}

// storeClusters writes the clusters and all that is known of them.
func (m *matching) storeClusters(ctx context.Context, conn *sql.Conn, tx *sql.Tx, former *formerClusters) error {
	m.clusters = m.clusterRows(former)
	err := appendTables(conn, []filling{
		{"blocking", m.blockingRows},
		{"clusters", m.clusters.rows},
		{"cluster_names", func(add addRow) error { return former.rows(m.schema.collection, add) }},
		{"cluster_keys", m.clusters.keyRows},
		{"cluster_stats", m.clusters.statRows},
		{"conflicts", m.clusters.conflictRows},
	})
	if err != nil {
		return err
	}
	_, err = queries.Exec(ctx, tx, "match/091_stage.sql", queries.Args{"collection": m.schema.collection,
		"digest": m.clusters.digest(), "config_digest": m.configDigest()})
	return err
}

// filling is a table and what fills it.
type filling struct {
	table string
	rows  func(add addRow) error
}

func appendTables(conn *sql.Conn, fillings []filling) error {
	for _, f := range fillings {
		if err := appendTable(conn, f.table, f.rows); err != nil {
			return err
		}
	}
	return nil
}

// addRow appends one row.
type addRow func(values ...driver.Value) error

func appendTable(conn *sql.Conn, table string, fill func(addRow) error) error {
	return conn.Raw(func(raw any) error {
		appender, err := duckdb.NewAppenderFromConn(raw.(driver.Conn), "", table)
		if err != nil {
			return fmt.Errorf("append to %s: %w", table, err)
		}
		err = fill(func(values ...driver.Value) error { return appender.AppendRow(values...) })
		if closing := appender.Close(); err == nil {
			err = closing
		}
		if err != nil {
			return fmt.Errorf("append to %s: %w", table, err)
		}
		return nil
	})
}

// termRows are those of the values that more than two have; the others weigh what the model says of rare ones.
func (m *matching) termRows(add addRow) error {
	for f, bits := range m.model.terms {
		d := m.set.Dictionaries[f]
		rare := units(m.model.Fields[f].Rare)
		var terms []uint32
		for n := range bits {
			if n > 0 && bits[n] != rare {
				terms = append(terms, uint32(n))
			}
		}
		slices.SortFunc(terms, func(a, b uint32) int { return strings.Compare(d.Term(a), d.Term(b)) })
		for _, n := range terms {
			if err := add(m.schema.collection, m.schema.fields[f].name, d.Term(n), float64(bits[n])*kernel.Unit); err != nil {
				return err
			}
		}
	}
	if d := m.judge.dependence; d != nil {
		return d.rows(m.schema.collection, add)
	}
	return nil
}

func (m *matching) blockingRows(add addRow) error {
	kept := make([]int64, len(m.schema.rules))
	for i := range m.kept {
		kept[m.kept[i].rule]++
	}
	found := make([]int64, len(m.schema.rules))
	for _, l := range m.identity.links {
		if r := m.set.FirstRule(l.a, l.b); r >= 0 && l.counts() {
			found[r]++
		}
	}
	cumulative := int64(0)
	for r, rule := range m.schema.rules {
		cumulative += found[r]
		p := m.plan.rules[r]
		if err := add(m.schema.collection, rule.name, int32(r), p.keys, p.largest, m.scanned.Pairs[r], kept[r], cumulative); err != nil {
			return err
		}
	}
	return nil
}

// linkRow is a must-link as a row of edges.
type linkRow struct {
	a, b      uint32
	kind, via string
}

// linkRows are the must-links in the order of records; a pair linked in several ways has a row for each.
func (m *matching) linkRows() []linkRow {
	rows := make([]linkRow, 0, len(m.identity.links))
	for i := range m.identity.links {
		l := &m.identity.links[i] // whole, it would be read while clustering judges it
		rows = append(rows, linkRow{l.a, l.b, l.kind, l.via})
	}
	slices.SortFunc(rows, func(x, y linkRow) int {
		return cmp.Or(cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b), cmp.Compare(x.kind, y.kind), cmp.Compare(x.via, y.via))
	})
	return slices.Compact(rows)
}

// edgeRows are every must-link and every kept pair.
func (m *matching) edgeRows(add addRow) error {
	row := func(a, b uint32, kind, via string, c kernel.Comparison) error {
		weight := float64(c.Weight) * kernel.Unit
		return add(m.schema.collection, m.records[a].rid, m.records[b].rid, m.records[a].key, m.records[b].key,
			kind, via, levelText(c.Levels), termText(c.Terms), weight, evidence.Probability(weight))
	}
	j := m.anotherJudge()
	for _, l := range m.linkRows() {
		if err := row(l.a, l.b, l.kind, l.via, j.Compare(l.a, l.b)); err != nil {
			return err
		}
	}
	for i := range m.kept {
		p := &m.kept[i]
		if err := row(p.a, p.b, "fuzzy", m.schema.rules[p.rule].name, p.comparison(len(m.schema.fields))); err != nil {
			return err
		}
	}
	return nil
}

// levelText writes levels as numbers between commas.
func levelText(levels []uint8) string {
	text := make([]byte, 0, 2*len(levels))
	for i, l := range levels {
		if i > 0 {
			text = append(text, ',')
		}
		text = strconv.AppendUint(text, uint64(l), 10)
	}
	return string(text)
}

// termText writes frequency adjustments as bits between commas; they are exact as decimals.
func termText(terms []int32) string {
	text := make([]byte, 0, 4*len(terms))
	for i, t := range terms {
		if i > 0 {
			text = append(text, ',')
		}
		text = strconv.AppendFloat(text, float64(t)*kernel.Unit, 'f', -1, 64)
	}
	return string(text)
}

// configDigest is that of the parts of the configuration which matching reads.
func (m *matching) configDigest() string {
	c := m.options.Config
	text, err := json.Marshal([]any{c.Providers, c.Match[m.schema.collection], c.Thresholds(m.schema.collection), m.schema.version()})
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
