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
	before, err := m.storedDigest(ctx)
	if err != nil {
		return err
	}
	if before != "" && !m.options.Anew {
		if digest, err := m.featuresDigest(ctx); err != nil || digest == before {
			return err
		}
	}
	args := queries.Args{"collection": m.schema.collection}
	return queries.Transact(ctx, m.options.DB, func(tx *sql.Tx) error {
		for _, statement := range []string{"match/080_clear_features.sql", "match/083_clear_features_digest.sql"} {
			if _, err := queries.Exec(ctx, tx, statement, args); err != nil {
				return err
			}
		}
		var sums rowSums
		if _, err := queries.Insert(ctx, tx, "match/085_features.sql", args, m.featureRows(&sums)); err != nil {
			return err
		}
		_, err := queries.Exec(ctx, tx, "match/084_features_digest.sql", queries.Args{"collection": m.schema.collection, "digest": m.digestOfFeatures(&sums), "spec": m.schema.version()})
		return err
	})
}

// storedDigest is that of the stored features when they were written; "" where there are none.
func (m *matching) storedDigest(ctx context.Context) (digest string, err error) {
	err = queries.One(ctx, m.options.DB, "match/082_features_digest.sql", queries.Args{"collection": m.schema.collection}, &digest)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return digest, err
}

// checkFeatures refuses features that were read and are not as the run before wrote them.
func (m *matching) checkFeatures(ctx context.Context) error {
	before, err := m.storedDigest(ctx)
	if err != nil {
		return err
	}
	if digest, err := m.featuresDigest(ctx); err != nil || digest == before {
		return err
	}
	return m.unlike("features")
}

// featuresDigest is that of all features, as it is when their rows are filled.
func (m *matching) featuresDigest(ctx context.Context) (string, error) {
	threads := workers(m.options.Threads)
	var sums rowSums
	text := make([][]byte, threads)
	err := inPieces(ctx, threads, len(m.records), 1<<14, func(worker, from, to int) {
		for i := from; i < to; i++ {
			text[worker] = m.appendFeatures(text[worker][:0], i)
			sums.add(i, m.featuresHash(i, text[worker]))
		}
	})
	return m.digestOfFeatures(&sums), err
}

func (m *matching) digestOfFeatures(sums *rowSums) string {
	return fmt.Sprintf("%s %d %s", sums, len(m.records), m.schema.version())
}

// featuresHash is that of a record's row, whose values are the text.
func (m *matching) featuresHash(i int, text []byte) uint64 {
	r := &m.records[i]
	return foldText(foldWord(foldWord(uint64(r.rid), r.content[0]), r.content[1]), text)
}

// appendFeatures appends a record's values as they are stored.
func (m *matching) appendFeatures(text []byte, i int) []byte {
	for f, d := range m.set.Dictionaries {
		if f > 0 {
			text = append(text, fieldSeparator...)
		}
		text = append(text, d.Text(m.set.Values[f][i])...)
	}
	return text
}

// featureRows are one a record; they are summed as they are filled.
func (m *matching) featureRows(sums *rowSums) queries.Rows {
	return queries.Rows{Len: len(m.records), Fill: func(row *queries.Row, i int) {
		row.Int(m.records[i].rid)
		row.Scratch = m.appendFeatures(row.Scratch[:0], i)
		sums.add(i, m.featuresHash(i, row.Scratch))
		row.Bytes(row.Scratch)
	}}
}
