package match

import (
	"context"
	"database/sql"

	queries "github.com/sameas/sameas/sql"
)

// loadEmployers finds the clusters of the organizations that people refer to, as "#cluster", by the number of the person's
// record in the workspace.
func loadEmployers(ctx context.Context, db *sql.DB) (map[int64][]string, error) {
	employers := map[int64][]string{}
	err := queries.Each(ctx, db, "match/060_employers.sql", nil, func(rows *sql.Rows) error {
		var rid int64
		var organization string
		err := rows.Scan(&rid, &organization)
		employers[rid] = append(employers[rid], "#"+organization)
		return err
	})
	return employers, err
}
