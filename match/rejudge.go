package match

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/sameas/sameas/internal/config"
	"github.com/sameas/sameas/match/kernel"
	queries "github.com/sameas/sameas/sql"
)

// A judgement says what to make of scored pairs; it changes no score: neither the fit nor the frequency of values takes
// part of it. No more do the thresholds from which pairs are merged, or attached, unasked. So where nothing else changed, the model and the pairs that the run before kept are read, not made again,
// and what a judgement brings about is seen around it alone.

// before is the model that the run before fitted, with the frequencies of values counted anew.
func (m *matching) before(ctx context.Context, terms []termTable, t config.Thresholds) (*model, error) {
	stored, err := storedModel(ctx, m.options.DB, m.schema)
	if err != nil {
		return nil, err
	}
	stored.Warnings = stored.Warnings[:min(m.ownWarnings, len(stored.Warnings))]
	return m.schema.compiled(stored.Model, m.sources, terms, t)
}

// readScanned reads what the run before found of blocks and of pairs, and makes the values ready to be compared.
func (m *matching) readScanned(ctx context.Context) error {
	oversized, err := m.saidBefore(ctx, "oversized_block")
	if err != nil {
		return err
	}
	m.oddities = append(m.oddities, oversized...)
	if m.scanned, err = m.scannedBefore(ctx); err == nil {
		m.set.Pack()
	}
	return err
}

// scannedBefore are the pairs that the run before compared, by rule, and those that it kept.
func (m *matching) scannedBefore(ctx context.Context) (kernel.Result, error) {
	result := kernel.Result{Pairs: make([]int64, len(m.schema.rules))}
	args := queries.Args{"collection": m.schema.collection}
	err := queries.Each(ctx, m.options.DB, "match/073_compared_before.sql", args, func(rows *sql.Rows) error {
		var rule, pairs int64
		err := rows.Scan(&rule, &pairs)
		if err != nil {
			return err
		}
		if rule < 0 || rule >= int64(len(result.Pairs)) {
			return m.unlike("blocking")
		}
		result.Pairs[rule] = pairs
		return nil
	})
	if err != nil {
		return kernel.Result{}, err
	}
	numbers := numbersOf(m.records)
	err = queries.Each(ctx, m.options.DB, "match/074_kept_before.sql", args, func(rows *sql.Rows) error {
		var one, other int64
		var rule uint8
		if err := rows.Scan(&one, &other, &rule); err != nil {
			return err
		}
		a, okA := numbers.of(one)
		b, okB := numbers.of(other)
		if !okA || !okB {
			return m.unlike("edges")
		}
		result.Edges = append(result.Edges, kernel.Edge{A: min(a, b), B: max(a, b), Rule: rule})
		return nil
	})
	sortEdges(result.Edges)
	return result, err
}

// unlike says that a table is not as the run before left it, though its number of rows is.
func (m *matching) unlike(table string) error {
	return fmt.Errorf("table %s is not as the match of %s before left it: run `sameas match --anew`", table, m.schema.collection)
}
