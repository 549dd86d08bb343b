package reports

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"strconv"
	"time"

	queries "github.com/sameas/sameas/sql"
)

// column is one documented column of a CSV file.
type column struct{ name, doc string }

// csvFile is one file of the set: a statement whose columns are the file's, in order.
type csvFile struct {
	name      string // without .csv
	statement string
	about     string
	columns   []column
	// known are the rows when the page has read them already; nil makes writeCSV run the statement.
	known [][]any
	// row turns the statement's values into cells when they are not written as they come.
	row func(c *csvWriter, values []any) error
}

// writeCSV runs the statement and writes its rows; the header is the documented columns.
func writeCSV(ctx context.Context, on queries.Querier, f csvFile, w io.Writer) error {
	c := newCSVWriter(w)
	for _, col := range f.columns {
		c.cell(col.name)
	}
	c.endLine()
	write := f.row
	if write == nil {
		write = plainRow
	}
	each := func(values []any) error {
		if err := write(c, values); err != nil {
			return err
		}
		c.endLine()
		return nil
	}
	if err := eachRow(ctx, on, f, each); err != nil {
		return err
	}
	return c.flush()
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

func plainRow(c *csvWriter, values []any) error {
	for _, v := range values {
		if err := c.value(v); err != nil {
			return err
		}
	}
	return nil
}

// value writes a cell of any type that the statements give; NULL is an empty cell.
func (c *csvWriter) value(v any) error {
	switch v := v.(type) {
	case nil:
		c.cell("")
	case string:
		c.text(v)
	case bool:
		c.cell(strconv.FormatBool(v))
	case int64:
		c.cell(strconv.FormatInt(v, 10))
	case int32:
		c.cell(strconv.FormatInt(int64(v), 10))
	case float64:
		c.cell(strconv.FormatFloat(v, 'f', -1, 64))
	case time.Time:
		c.cell(formatTime(v))
	default:
		return fmt.Errorf("a column of type %T has no form in CSV", v)
	}
	return nil
}

// formatTime writes a day without its midnight, and an instant as RFC 3339 in UTC.
func formatTime(t time.Time) string {
	t = t.UTC()
	if t.Equal(t.Truncate(24 * time.Hour)) {
		return t.Format(time.DateOnly)
	}
	return t.Format(time.RFC3339)
}
