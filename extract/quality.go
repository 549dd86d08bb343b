package extract

import (
	"context"
	"database/sql"
	"strings"

	queries "github.com/sameas/sameas/sql"
)

// Finding is a field of a source with values that are no use, or an application whose IDs stand on several of its records.
// The tables quality and id_coverage hold all that was counted.
type Finding struct {
	Source     string `json:"source"`
	Collection string `json:"collection"`
	// Field is the field's name, or "" when Application, provider/realm, is found.
	Field       string `json:"field,omitempty"`
	Application string `json:"application,omitempty"`
	// Filled is how many records have a value, or an ID of the application.
	Filled int64 `json:"filled"`
	// Placeholders look typed to get past a form; Malformed are none of the field's values.
	Placeholders int64 `json:"placeholders,omitempty"`
	Malformed    int64 `json:"malformed,omitempty"`
	// IDsShared are IDs that several records of the source bear, the most shared one MostRecords.
	IDsShared   int64 `json:"ids_shared,omitempty"`
	MostRecords int64 `json:"most_records,omitempty"`
}

// measure counts anew how well fields are filled and who knows whom, and returns what a person should know of it.
func (x *extraction) measure(ctx context.Context, tx *sql.Tx) ([]Finding, error) {
	for _, name := range []string{"extract/quality_forget.sql", "extract/quality.sql", "extract/id_coverage.sql"} {
		if _, err := x.exec(ctx, tx, name, nil); err != nil {
			return nil, err
		}
	}
	found := []Finding{}
	err := queries.Each(ctx, tx, "extract/quality_found.sql", nil, func(rows *sql.Rows) error {
		var f Finding
		var position int64
		err := rows.Scan(&f.Source, &f.Collection, &f.Field, &f.Filled, &f.Placeholders, &f.Malformed, &f.IDsShared, &f.MostRecords, &position)
		if f.IDsShared > 0 {
			f.Application, f.Field = strings.TrimSuffix(f.Field, "/"), ""
		}
		found = append(found, f)
		return err
	})
	return found, err
}
