package reports

import (
	"context"
	"database/sql"
	"fmt"

	queries "github.com/sameas/sameas/sql"
)

// keepTwins opens a connection that keeps who knows whom and the twins of first syncs, which the page, the runbook and
// several tables read and which take long to find. free gives it back.
func keepTwins(ctx context.Context, db *sql.DB) (conn *sql.Conn, free func(), err error) {
	if conn, err = db.Conn(ctx); err != nil {
		return nil, nil, err
	}
	free = func() {
		_, _ = queries.Exec(context.WithoutCancel(ctx), conn, "reports/twins_clear.sql", nil) // a closed database has forgotten them
		conn.Close()
	}
	if _, err := queries.Exec(ctx, conn, "reports/twins.sql", nil); err != nil {
		free()
		return nil, nil, fmt.Errorf("find the twins of first syncs: %w", err)
	}
	return conn, free, nil
}
