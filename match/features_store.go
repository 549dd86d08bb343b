package match

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	queries "github.com/sameas/sameas/sql"
)

// saveFeatures writes the collection's features, unless those of the run before are the same: a record's values depend on
// its content, the normalisation and what the collection's other records tell of it. It is a transaction of its own, since
// nobody reads features without the clusters that are written after them.
func (m *matching) saveFeatures(ctx context.Context) error {
	if m.valuesStand {
		return nil
	}
	digest, same, err := m.featuresAsStored(ctx)
	if err != nil || same && !m.options.Anew {
		return err
	}
	args := queries.Args{"collection": m.schema.collection}
	return queries.Transact(ctx, m.options.DB, func(tx *sql.Tx) error {
		for _, statement := range []string{"match/080_clear_features.sql", "match/083_clear_features_digest.sql"} {
			if _, err := queries.Exec(ctx, tx, statement, args); err != nil {
				return err
			}
		}
		if _, err := queries.Insert(ctx, tx, "match/085_features.sql", args, m.featureRows()); err != nil {
			return err
		}
		_, err := queries.Exec(ctx, tx, "match/084_features_digest.sql", queries.Args{"collection": m.schema.collection, "digest": digest, "spec": m.schema.version()})
		return err
	})
}

// featuresAsStored returns the digest of the features, and whether the stored ones had the same when they were written.
func (m *matching) featuresAsStored(ctx context.Context) (digest string, same bool, err error) {
	if digest, err = m.featuresDigest(ctx); err != nil {
		return "", false, err
	}
	var before string
	err = queries.One(ctx, m.options.DB, "match/082_features_digest.sql", queries.Args{"collection": m.schema.collection}, &before)
	if errors.Is(err, sql.ErrNoRows) {
		return digest, false, nil
	}
	return digest, before == digest, err
}

// checkFeatures refuses features that were read and are not as the run before wrote them.
func (m *matching) checkFeatures(ctx context.Context) error {
	_, same, err := m.featuresAsStored(ctx)
	if err == nil && !same {
		err = m.unlike("features")
	}
	return err
}

// featuresDigest is that of all features: a sum over records, so that their order does not count.
func (m *matching) featuresDigest(ctx context.Context) (string, error) {
	const chunk = 1 << 14
	n := len(m.records)
	sums := make([][2]uint64, (n+chunk-1)/chunk)
	err := inParallel(ctx, workers(m.options.Threads), len(sums), func(_, c int) error {
		for i := c * chunk; i < min((c+1)*chunk, n); i++ {
			r := &m.records[i]
			h := mix(uint64(r.rid)) ^ r.content[0] ^ r.content[1]
			for f, d := range m.set.Dictionaries {
				h = hashed(h, d.Text(m.set.Values[f][i]))
			}
			sums[c][0] += mix(h)
			sums[c][1] += mix(h ^ fnvPrime)
		}
		return nil
	})
	var sum [2]uint64
	for _, s := range sums {
		sum[0] += s[0]
		sum[1] += s[1]
	}
	return fmt.Sprintf("%016x%016x %d %s", sum[0], sum[1], n, m.schema.version()), err
}

// featureRows are one a record.
func (m *matching) featureRows() queries.Rows {
	return queries.Rows{Len: len(m.records), Fill: func(row *queries.Row, i int) {
		row.Int(m.records[i].rid)
		row.Scratch = row.Scratch[:0]
		for f, d := range m.set.Dictionaries {
			if f > 0 {
				row.Scratch = append(row.Scratch, fieldSeparator...)
			}
			row.Scratch = append(row.Scratch, d.Text(m.set.Values[f][i])...)
		}
		row.Bytes(row.Scratch)
	}}
}
