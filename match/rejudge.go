package match

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/sameas/sameas/internal/config"
	"github.com/sameas/sameas/match/kernel"
	queries "github.com/sameas/sameas/sql"
)

// A judgement says what to make of scored pairs; it changes no score: neither the fit nor the frequency of values takes
// part of it. No more do the thresholds from which pairs are merged, or attached, unasked. So where nothing else changed, the
// model and the pairs that the run before kept are read, not made again, and what a judgement brings about is seen around it
// alone.

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
	var kept int64
	if m.scanned, kept, err = m.scannedBefore(ctx); err == nil {
		m.kept, err = m.keptBefore(ctx, kept)
	}
	m.set.Pack(workers(m.options.Threads))
	return err
}

// scannedBefore are the pairs that the run before compared, by rule, and how many it kept.
func (m *matching) scannedBefore(ctx context.Context) (result kernel.Result, kept int64, err error) {
	result = kernel.Result{Pairs: make([]int64, len(m.schema.rules))}
	err = queries.Each(ctx, m.options.DB, "match/073_compared_before.sql", queries.Args{"collection": m.schema.collection}, func(rows *sql.Rows) error {
		var rule, pairs, found int64
		err := rows.Scan(&rule, &pairs, &found)
		if err != nil {
			return err
		}
		if rule < 0 || rule >= int64(len(result.Pairs)) {
			return m.unlike("blocking")
		}
		result.Pairs[rule] = pairs
		kept += found
		return nil
	})
	return result, kept, err
}

// keptBefore are the pairs that the run before kept, as it compared them.
func (m *matching) keptBefore(ctx context.Context, held int64) ([]keptPair, error) {
	pairs := make([]keptPair, 0, held)
	numbers := numbersOf(m.records)
	err := queries.Stream(ctx, m.options.DB, "match/074_kept_before.sql", queries.Args{"collection": m.schema.collection}, func(row *queries.Streamed) error {
		a, okA := numbers.of(row.Int(0))
		b, okB := numbers.of(row.Int(1))
		p := keptPair{a: min(a, b), b: max(a, b), rule: uint8(row.Int(2)), weight: units(row.Float(3))}
		if !okA || !okB || !p.readTexts(row.Text(4), row.Text(5), m.schema.fields) {
			return m.unlike("edges")
		}
		pairs = append(pairs, p)
		return nil
	})
	if err == nil && int64(len(pairs)) != held {
		err = m.unlike("edges")
	}
	if err != nil {
		return nil, err
	}
	slices.SortFunc(pairs, func(x, y keptPair) int { return cmp.Or(cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b)) })
	return pairs, nil
}

// readTexts reads what appendLevels and appendTerms write, and reports whether it is that of these fields.
func (p *keptPair) readTexts(levels, terms string, fields []field) bool {
	for f := range fields {
		level, rest, more := strings.Cut(levels, ",")
		bits, others, moreBits := strings.Cut(terms, ",")
		if more != (f+1 < len(fields)) || moreBits != more {
			return false
		}
		n, err := strconv.ParseUint(level, 10, 4)
		if err != nil || uint8(n) > fields[f].kind.Different() {
			return false
		}
		p.pattern |= kernel.Pattern(n) << (4 * f)
		if bits != "0" {
			x, err := strconv.ParseFloat(bits, 64)
			if err != nil || x != rounded(x) {
				return false
			}
			p.terms[f] = int16(units(x))
		}
		levels, terms = rest, others
	}
	return true
}

// judgeStored says what to make of the pairs that the run before kept, and compares the must-links.
func (m *matching) judgeStored(ctx context.Context) error {
	fields := len(m.schema.fields)
	err := m.inChunks(ctx, len(m.kept), func(m *matching, i int) {
		p := &m.kept[i]
		m.judge.settle(p, p.comparison(fields))
	})
	if err != nil {
		return err
	}
	return m.judgeLinked(ctx)
}

// unlike says that a table is not as the run before left it, though its number of rows is.
func (m *matching) unlike(table string) error {
	return fmt.Errorf("table %s is not as the match of %s before left it: run `sameas match --anew`", table, m.schema.collection)
}
