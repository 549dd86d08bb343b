package queries

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"github.com/duckdb/duckdb-go/v2"
	"golang.org/x/sync/errgroup"
)

// Column is a column of a result: its name and the engine's name of its type, such as VARCHAR.
type Column struct{ Name, Type string }

// Columns are the columns that the named file would give, without running it over its rows.
func Columns(ctx context.Context, on Querier, name string) ([]Column, error) {
	q, err := Get(name)
	if err != nil {
		return nil, err
	}
	rows, err := on.QueryContext(ctx, "SELECT * FROM (\n"+q.Text+"\n) LIMIT 0")
	if err != nil {
		return nil, named(name, err)
	}
	defer rows.Close()
	types, err := rows.ColumnTypes()
	if err != nil {
		return nil, named(name, err)
	}
	columns := make([]Column, len(types))
	for i, t := range types {
		columns[i] = Column{t.Name(), t.DatabaseTypeName()}
	}
	return columns, rows.Err()
}

// copyParquet writes the caller's file in place, so that it keeps the mode it was made with.
const copyParquet = "COPY (SELECT * FROM handed()) TO $file (FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false)"

// rowsAhead is how many rows may wait for the engine.
const rowsAhead = 1024

// WriteParquet writes the rows that give hands over, in their order, into the file, which must be there. Only some rows are
// in memory at a time. Values are nil, string, bool, int32, int64, float64 or time.Time, as their columns are; a row may be
// used again once handed over.
func WriteParquet(ctx context.Context, file string, columns []Column, give func(ctx context.Context, row func([]any) error) error) error {
	source := &handedRows{rows: make(chan []any, rowsAhead)}
	for _, c := range columns {
		info, err := parquetType(c.Type)
		if err != nil {
			return fmt.Errorf("column %s: %w", c.Name, err)
		}
		source.columns = append(source.columns, duckdb.ColumnInfo{Name: c.Name, T: info})
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		defer close(source.rows)
		return give(ctx, func(row []any) error {
			select {
			case source.rows <- slices.Clone(row):
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
	})
	group.Go(func() error { return source.copy(ctx, file) })
	return group.Wait()
}

func parquetType(name string) (duckdb.TypeInfo, error) {
	switch {
	case name == "DATE":
		return duckdb.NewTypeInfo(duckdb.TYPE_DATE)
	case strings.HasPrefix(name, "TIMESTAMP"):
		return duckdb.NewTypeInfo(duckdb.TYPE_TIMESTAMP)
	}
	return columnType(name)
}

// handedRows is a table whose rows come from another goroutine, which the engine's own threads could not call.
type handedRows struct {
	columns []duckdb.ColumnInfo
	rows    chan []any
}

// copy writes the rows by an engine of its own, so that nothing of the workspace is changed.
func (h *handedRows) copy(ctx context.Context, file string) error {
	connector, err := duckdb.NewConnector("", nil)
	if err != nil {
		return err
	}
	db := sql.OpenDB(connector)
	defer db.Close()
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	err = duckdb.RegisterTableUDF(conn, "handed", duckdb.RowTableFunction{
		BindArguments: func(map[string]any, ...any) (duckdb.RowTableSource, error) { return h, nil },
	})
	if err != nil {
		return err
	}
	_, err = conn.ExecContext(ctx, copyParquet, sql.Named("file", file))
	return err
}

// ColumnInfos are the columns in their order.
func (h *handedRows) ColumnInfos() []duckdb.ColumnInfo { return h.columns }

// Cardinality is not known before the rows end.
func (h *handedRows) Cardinality() *duckdb.CardinalityInfo { return nil }

// Init has nothing to begin: the rows are asked for once.
func (h *handedRows) Init() {}

// FillRow fills the next row; false says that there are no more.
func (h *handedRows) FillRow(row duckdb.Row) (bool, error) {
	values, more := <-h.rows
	if !more {
		return false, nil
	}
	for i, v := range values {
		if err := row.SetRowValue(i, v); err != nil {
			return false, fmt.Errorf("column %s: %w", h.columns[i].Name, err)
		}
	}
	return true, nil
}
