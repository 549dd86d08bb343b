package reports

import (
	"context"
	"database/sql"
	"fmt"
	"sync"

	queries "github.com/sameas/sameas/sql"
)

// keepTwins opens a connection that keeps whom first syncs would create twice, who knows whom, and the duplicates inside
// applications. free gives it back, and may be called again.
func keepTwins(ctx context.Context, db *sql.DB) (conn *sql.Conn, free func(), err error) {
	conn, freeTwins, err := queries.KeepTwins(ctx, db)
	if err != nil {
		return nil, nil, err
	}
	free = sync.OnceFunc(func() {
		_, _ = queries.Exec(context.WithoutCancel(ctx), conn, "reports/fix_in_app_clear.sql", nil) // a closed database has forgotten them
		freeTwins()
	})
	if _, err := queries.Exec(ctx, conn, "reports/fix_in_app.sql", nil); err != nil {
		free()
		return nil, nil, fmt.Errorf("find the duplicates inside applications: %w", err)
	}
	return conn, free, nil
}
