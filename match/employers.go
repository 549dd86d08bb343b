package match

import (
	"context"
	"database/sql"

	queries "github.com/sameas/sameas/sql"
)

// loadEmployers gives people the clusters of the organizations that they refer to, as "#cluster".
func loadEmployers(ctx context.Context, db *sql.DB, records []record) error {
	byRID := make(map[int64]int, len(records))
	for i := range records {
		byRID[records[i].rid] = i
	}
	return queries.Each(ctx, db, "match/060_employers.sql", nil, func(rows *sql.Rows) error {
		var rid int64
		var organization string
		if err := rows.Scan(&rid, &organization); err != nil {
			return err
		}
		if i, ok := byRID[rid]; ok {
			records[i].organization = append(records[i].organization, "#"+organization)
		}
		return nil
	})
}
