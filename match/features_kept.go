package match

import (
	"context"
	"database/sql"

	queries "github.com/sameas/sameas/sql"
)

// What a record's normalised values hang on is the records and the organizations that people refer to. Where these are as
// the run before had them, its values are read and not made again: learnt marks, placeholders and all.

// keptColumns are the columns as the run before kept them; nil where a record's own fields hold a sign that parts fields.
func (m *matching) keptColumns(ctx context.Context) (*columns, error) {
	c := newColumns(m.schema, m.options.Threads, nil)
	packed := packing{statement: "match/011_features.sql", fields: ownFields + len(m.schema.fields)}
	whole, err := c.read(ctx, m.options.DB, packed, func(m *maker, row packedRow, values []string) record {
		r, text := unpackOwn(row, m.names, &m.keys)
		for f := range values {
			values[f] = cutField(&text)
		}
		return r
	})
	if err != nil || !whole {
		return nil, err
	}
	return c, c.sort(ctx)
}

// saidBefore are the conflict rows of a kind that is found before any cluster is, as the run before wrote them.
func (m *matching) saidBefore(ctx context.Context, kind string) (conflicts []conflict, err error) {
	args := queries.Args{"collection": m.schema.collection, "kind": kind}
	err = queries.Each(ctx, m.options.DB, "match/075_said_before.sql", args, func(rows *sql.Rows) error {
		x := conflict{kind: kind}
		err := rows.Scan(&x.keyA, &x.detail)
		conflicts = append(conflicts, x)
		return err
	})
	return conflicts, err
}
