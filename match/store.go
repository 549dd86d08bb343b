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
	"strings"

	"github.com/duckdb/duckdb-go/v2"

	"github.com/sameas/sameas/internal/evidence"
	"github.com/sameas/sameas/match/kernel"
	queries "github.com/sameas/sameas/sql"
)

// forget are the statements that delete what the run before wrote.
func forget() []string {
	return []string{
		"match/080_clear_features.sql",
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

// store replaces the collection's rows of all tables in one transaction, so that a reader sees one run or the other.
func (m *matching) store(ctx context.Context) error {
	conn, err := m.options.DB.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin transaction: %w", err)
	}
	if err := m.storeIn(ctx, conn, tx); err != nil {
		_ = tx.Rollback()
		return err
	}
	return queries.Commit(ctx, tx)
}

func (m *matching) storeIn(ctx context.Context, conn *sql.Conn, tx *sql.Tx) error {
	args := queries.Args{"collection": m.schema.collection}
	former, err := loadFormer(ctx, tx, m.schema.collection)
	if err != nil {
		return err
	}
	for _, statement := range forget() {
		if _, err := queries.Exec(ctx, tx, statement, args); err != nil {
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
	digest, err := m.appendTables(conn, former)
	if err != nil {
		return err
	}
	if _, err := queries.Exec(ctx, tx, "match/092_cluster_keys.sql", args); err != nil {
		return err
	}
	_, err = queries.Exec(ctx, tx, "match/091_stage.sql", queries.Args{"collection": m.schema.collection, "digest": digest, "config_digest": m.configDigest()})
	return err
}

// appendTables writes the rows in bulk and returns the digest of the clusters.
func (m *matching) appendTables(conn *sql.Conn, former *formerClusters) (digest string, err error) {
	clusters := m.clusterRows(former)
	for _, table := range []struct {
		name string
		fill func(add addRow) error
	}{
		{"features", m.featureRows},
		{"term_weights", m.termRows},
		{"blocking", m.blockingRows},
		{"edges", m.edgeRows},
		{"clusters", clusters.rows},
		{"cluster_names", func(add addRow) error { return former.rows(m.schema.collection, add) }},
		{"cluster_stats", clusters.statRows},
		{"conflicts", clusters.conflictRows},
	} {
		if err := appendTable(conn, table.name, table.fill); err != nil {
			return "", err
		}
	}
	return clusters.digest(), nil
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

func (m *matching) featureRows(add addRow) error {
	version := m.schema.version()
	var texts []string
	for i := range m.records {
		r := &m.records[i]
		texts = vals(m.set, uint32(i), texts)
		if err := add(r.rid, m.schema.collection, r.content.String(), version, strings.Join(texts, fieldSeparator)); err != nil {
			return err
		}
	}
	return nil
}

func (m *matching) termRows(add addRow) error {
	for f, table := range m.model.frequencies {
		terms := make([]string, 0, len(table))
		for term, bits := range table {
			if bits != 0 {
				terms = append(terms, term)
			}
		}
		slices.Sort(terms)
		for _, term := range terms {
			if err := add(m.schema.collection, m.schema.fields[f].name, term, table[term]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (m *matching) blockingRows(add addRow) error {
	kept := make([]int64, len(m.schema.rules))
	for _, e := range m.scanned.Edges {
		kept[e.Rule]++
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

// edgeRow is a row of edges while rows are collected.
type edgeRow struct {
	a, b      uint32
	kind, via string
}

// edgeList is every must-link, and every kept fuzzy pair, in the order of records; a pair linked in several ways has
// a row for each.
func (m *matching) edgeList() []edgeRow {
	var rows []edgeRow
	for _, l := range m.identity.links {
		rows = append(rows, edgeRow{l.a, l.b, l.kind, l.via})
	}
	for _, e := range m.scanned.Edges {
		rows = append(rows, edgeRow{e.A, e.B, "fuzzy", m.schema.rules[e.Rule].name})
	}
	slices.SortFunc(rows, func(x, y edgeRow) int {
		return cmp.Or(cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b), cmp.Compare(x.kind, y.kind), cmp.Compare(x.via, y.via))
	})
	return slices.Compact(rows)
}

func (m *matching) edgeRows(add addRow) error {
	for _, e := range m.edgeList() {
		c := m.judge.Compare(e.a, e.b)
		weight := float64(c.Weight) * kernel.Unit
		err := add(m.schema.collection, m.records[e.a].rid, m.records[e.b].rid, m.records[e.a].key, m.records[e.b].key,
			e.kind, e.via, c.Levels, termBits(c.Terms), weight, evidence.Probability(weight))
		if err != nil {
			return err
		}
	}
	return nil
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
