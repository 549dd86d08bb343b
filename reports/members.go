package reports

import (
	"context"
	"database/sql"
	"fmt"

	queries "github.com/sameas/sameas/sql"
)

// idsAtOnce is how many records' IDs are gathered at once: some 40 MB of lists.
const idsAtOnce = 150_000

// keepMemberIDs opens a connection that keeps the IDs of every record, which csv_members.sql reads. free gives it back.
func keepMemberIDs(ctx context.Context, db *sql.DB) (conn *sql.Conn, free func(), err error) {
	if conn, err = db.Conn(ctx); err != nil {
		return nil, nil, err
	}
	free = func() {
		_, _ = queries.Exec(context.WithoutCancel(ctx), conn, "reports/member_ids_clear.sql", nil) // a closed database has forgotten them
		conn.Close()
	}
	if err := gatherMemberIDs(ctx, conn); err != nil {
		free()
		return nil, nil, fmt.Errorf("gather the IDs of records: %w", err)
	}
	return conn, free, nil
}

func gatherMemberIDs(ctx context.Context, conn *sql.Conn) error {
	if _, err := queries.Exec(ctx, conn, "reports/member_ids.sql", nil); err != nil {
		return err
	}
	var last int64
	if err := queries.One(ctx, conn, "reports/record_numbers.sql", nil, &last); err != nil {
		return err
	}
	for first := int64(0); first <= last; first += idsAtOnce {
		if _, err := queries.Exec(ctx, conn, "reports/member_ids_of.sql", queries.Args{"first": first, "last": first + idsAtOnce - 1}); err != nil {
			return err
		}
	}
	return nil
}
