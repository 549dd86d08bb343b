package match

import (
	"context"
	"database/sql"
	"strings"

	queries "github.com/sameas/sameas/sql"
)

// What a record's normalised values hang on is the records and the organizations that people refer to. Where these are as
// the run before had them, its values are read and not made again: learnt marks, placeholders and all.

// keptColumns are the columns as the run before kept them, with what it said of them.
func (m *matching) keptColumns(ctx context.Context) (*columns, error) {
	c := newColumns(m.schema, m.options.Threads, nil)
	err := c.read(ctx, m.options.DB, "match/011_features.sql", func(m *maker, row *queries.Streamed, values []string) record {
		text := row.Text(ownColumns)
		for f := range values {
			values[f], text, _ = strings.Cut(text, fieldSeparator)
		}
		return m.record(row)
	})
	if err != nil {
		return nil, err
	}
	if m.oddities, err = m.saidBefore(ctx, "placeholder"); err != nil {
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
