package extract

import (
	"context"
	"database/sql"

	queries "github.com/sameas/sameas/sql"
)

// checkFileKeys sets aside the rows of a file that name no record, and those that name one together with others that say
// otherwise: nobody knows which of them the application means. Rows that are equal are one record; the hub's own repeats
// are another thing, see counts.
func (x *extraction) checkFileKeys(ctx context.Context, t *task) error {
	of := queries.Args{"source": t.source.Name, "collection": t.collection, "unit": t.unit()}
	var aside int64
	for _, name := range []string{"extract/rejected_keyless.sql", "extract/rejected_same_id.sql"} {
		n, err := x.exec(ctx, x.conn, name, of)
		if err != nil {
			return err
		}
		aside += n
	}
	if aside == 0 {
		return nil
	}
	// The numbers of the records close up: they are dense.
	for _, name := range []string{"extract/rejected_take_out.sql", "extract/rejected_renumber.sql"} {
		if _, err := x.exec(ctx, x.conn, name, queries.Args{"collection": t.collection}); err != nil {
			return err
		}
	}
	t.rejected.count += aside
	if err := x.nameFirstRejected(ctx, t); err != nil {
		return err
	}
	return t.overLimit()
}

// nameFirstRejected names the rows anew of which the verdict speaks: the file's first.
func (x *extraction) nameFirstRejected(ctx context.Context, t *task) error {
	t.rejected.first = nil
	return queries.Each(ctx, x.conn, "extract/rejected_first.sql", queries.Args{
		"source": t.source.Name, "collection": t.collection, "most": firstRejected,
	}, func(rows *sql.Rows) error {
		var r RejectedRow
		err := rows.Scan(&r.Line, &r.Kind, &r.Reason)
		t.rejected.first = append(t.rejected.first, r)
		return err
	})
}
