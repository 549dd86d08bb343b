package reports

import (
	"context"
	"database/sql"
	"time"

	queries "github.com/sameas/sameas/sql"
)

// column is one documented column of a CSV file.
type column struct{ name, doc string }

// csvFile is one file of the set: a statement whose columns are the file's, in order.
type csvFile struct {
	name      string // without what tells the format
	statement string
	about     string
	columns   []column
	twins     bool // the statement asks for the twins of first syncs, or for who knows whom
	// known are the rows when the page has read them already; nil has the statement run.
	known [][]any
	// row turns the statement's values into those of the file; nil leaves them as they come.
	row func(values []any) []any
}

// written is text of sameas's own, which is inert by how it is made.
type written string

// tableWriter writes one file of the set, row by row. Values are nil, string, written, bool, int32, int64, float64 or
// time.Time.
type tableWriter interface {
	header(columns []column) error
	row(values []any) error
	finish() error
}

// writeTable runs the statement and writes its rows; the header is the documented columns.
func writeTable(ctx context.Context, on queries.Querier, f csvFile, w tableWriter) error {
	if err := w.header(f.columns); err != nil {
		return err
	}
	each := w.row
	if f.row != nil {
		each = func(values []any) error { return w.row(f.row(values)) }
	}
	if err := eachRow(ctx, on, f, each); err != nil {
		return err
	}
	return w.finish()
}

func eachRow(ctx context.Context, on queries.Querier, f csvFile, each func([]any) error) error {
	for _, values := range f.known {
		if err := each(values); err != nil {
			return err
		}
	}
	if f.known != nil {
		return nil
	}
	var values, targets []any
	return queries.Each(ctx, on, f.statement, nil, func(rows *sql.Rows) error {
		if values == nil {
			names, err := rows.Columns()
			if err != nil {
				return err
			}
			values, targets = make([]any, len(names)), make([]any, len(names))
			for i := range values {
				targets[i] = &values[i]
			}
		}
		if err := rows.Scan(targets...); err != nil {
			return err
		}
		return each(values)
	})
}

// formatTime writes a day without its midnight, and an instant as RFC 3339 in UTC.
func formatTime(t time.Time) string {
	t = t.UTC()
	if t.Equal(t.Truncate(24 * time.Hour)) {
		return t.Format(time.DateOnly)
	}
	return t.Format(time.RFC3339)
}
