package queries

import (
	"context"
	"database/sql"
	"fmt"
)

// KeepTwins opens a connection that keeps who knows whom and whom first syncs would create twice: statements that read
// the tables of merge/twins.sql run on it. free gives it back.
func KeepTwins(ctx context.Context, db *sql.DB) (conn *sql.Conn, free func(), err error) {
	if conn, err = db.Conn(ctx); err != nil {
		return nil, nil, err
	}
	free = func() {
		_, _ = Exec(context.WithoutCancel(ctx), conn, "merge/twins_clear.sql", nil) // a closed database has forgotten them
		conn.Close()
	}
	if _, err := Exec(ctx, conn, "merge/twins.sql", nil); err != nil {
		free()
		return nil, nil, fmt.Errorf("find the twins of first syncs: %w", err)
	}
	return conn, free, nil
}
