package queries

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"

	"github.com/duckdb/duckdb-go/v2"
)

// Rows are what a statement reads from the table function rows(): Len of them, each made when the engine asks for it. The
// columns are those of the header's "-- rows:" line.
type Rows struct {
	Len int
	// Fill sets the columns of row n in their order. It is called on several threads at once, for each row once.
	Fill func(row *Row, n int)
}

// Insert runs the named file with rows and returns how many rows it changed. The engine takes the rows in as it would those
// of a table, on all its threads: about three times as fast as its row-wise appender.
func Insert(ctx context.Context, on Querier, name string, args Args, rows Rows) (int64, error) {
	return Exec(context.WithValue(ctx, handedKey{}, &rows), on, name, args)
}

// handedKey is the context's key of the Rows that a statement was given, columnsKey that of its columns.
type (
	handedKey  struct{}
	columnsKey struct{}
)

// WithColumns carries the columns of the header's rows line, if it has one, to the table function rows(): without them the
// statement cannot be prepared.
func (q Query) WithColumns(ctx context.Context) (context.Context, error) {
	line, ok := headerField(q.Text, "rows")
	if !ok {
		return ctx, nil
	}
	var columns []duckdb.ColumnInfo
	for column := range strings.SplitSeq(line, ",") {
		name, typeName, _ := strings.Cut(strings.TrimSpace(column), " ")
		info, err := columnType(typeName)
		if err != nil {
			return nil, fmt.Errorf("%s: column %s of rows: %w", q.Name, name, err)
		}
		columns = append(columns, duckdb.ColumnInfo{Name: name, T: info})
	}
	return context.WithValue(ctx, columnsKey{}, columns), nil
}

func columnType(name string) (duckdb.TypeInfo, error) {
	switch name {
	case "BIGINT":
		return duckdb.NewTypeInfo(duckdb.TYPE_BIGINT)
	case "UBIGINT":
		return duckdb.NewTypeInfo(duckdb.TYPE_UBIGINT)
	case "INTEGER":
		return duckdb.NewTypeInfo(duckdb.TYPE_INTEGER)
	case "DOUBLE":
		return duckdb.NewTypeInfo(duckdb.TYPE_DOUBLE)
	case "BOOLEAN":
		return duckdb.NewTypeInfo(duckdb.TYPE_BOOLEAN)
	case "VARCHAR":
		return duckdb.NewTypeInfo(duckdb.TYPE_VARCHAR)
	}
	return nil, fmt.Errorf("type %q is none of BIGINT, UBIGINT, INTEGER, DOUBLE, BOOLEAN, VARCHAR", name)
}

// registerRows makes rows() known to the database that conn belongs to.
func registerRows(conn *sql.Conn) error {
	return duckdb.RegisterTableUDF(conn, "rows", duckdb.ParallelChunkTableFunction{
		BindArgumentsContext: func(ctx context.Context, _ map[string]any, _ ...any) (duckdb.ParallelChunkTableSource, error) {
			columns, _ := ctx.Value(columnsKey{}).([]duckdb.ColumnInfo)
			if columns == nil {
				return nil, errors.New("rows() is for statements whose header has a rows line")
			}
			handed, _ := ctx.Value(handedKey{}).(*Rows)
			return newRowSource(columns, handed), nil
		},
	})
}

// rowGroup is how many rows of a table the engine compresses and writes together. Each of its threads does so by itself with
// those that it took in, while the others go on, but if they are fewer: those are copied, one thread after the other, and
// written when the transaction ends.
const rowGroup = 122_880

// rowSource gives the rows to the engine, a chunk at a time.
type rowSource struct {
	columns []duckdb.ColumnInfo
	handed  *Rows // nil while a statement is only prepared
	block   int   // how many rows a thread takes for itself at once
	next    atomic.Int64
}

func newRowSource(columns []duckdb.ColumnInfo, handed *Rows) *rowSource {
	s := &rowSource{columns: columns, handed: handed, block: duckdb.GetDataChunkCapacity()}
	if handed != nil && handed.Len >= rowGroup && handed.Len < rowGroup*runtime.GOMAXPROCS(0) {
		s.block = rowGroup // so that but the last rows are copied
	}
	return s
}

// filler is a thread's own state: the row it fills, and those that it took and has yet to fill.
type filler struct {
	row      Row
	from, to int
}

// take says which rows the thread is to fill next; none when there are no more.
func (s *rowSource) take(f *filler) (from, n int) {
	if f.from == f.to {
		end := int(s.next.Add(int64(s.block)))
		f.from, f.to = min(end-s.block, s.handed.Len), min(end, s.handed.Len)
	}
	from, n = f.from, min(duckdb.GetDataChunkCapacity(), f.to-f.from)
	f.from += n
	return from, n
}

// ColumnInfos are the columns in the header's order.
func (s *rowSource) ColumnInfos() []duckdb.ColumnInfo { return s.columns }

// Cardinality is how many rows there are.
func (s *rowSource) Cardinality() *duckdb.CardinalityInfo {
	if s.handed == nil {
		return nil
	}
	return &duckdb.CardinalityInfo{Cardinality: uint(s.handed.Len), Exact: true}
}

// Init says that every thread of the engine may ask for rows.
func (s *rowSource) Init() duckdb.ParallelTableSourceInfo {
	return duckdb.ParallelTableSourceInfo{MaxThreads: runtime.GOMAXPROCS(0)}
}

// NewLocalState is a thread's own state.
func (s *rowSource) NewLocalState() any { return new(filler) }

// FillChunk fills the next rows; none means that there are no more.
func (s *rowSource) FillChunk(state any, chunk duckdb.DataChunk) error {
	if s.handed == nil {
		return errors.New("the statement was given no rows")
	}
	f := state.(*filler)
	from, n := s.take(f)
	row := &f.row
	row.chunk = chunk
	for i := range n {
		row.index, row.column = i, 0
		s.handed.Fill(row, from+i)
		if row.err == nil && row.column != len(s.columns) {
			row.err = fmt.Errorf("row %d has %d of %d columns", from+i, row.column, len(s.columns))
		}
		if row.err != nil {
			return row.err
		}
	}
	return chunk.SetSize(n)
}

// Row is one of the rows while it is filled, column after column.
type Row struct {
	// Scratch is memory to make a value in, for Bytes: it stays with the thread that fills the row.
	Scratch []byte

	chunk         duckdb.DataChunk
	index, column int
	err           error
}

// Text sets the next column, a VARCHAR.
func (r *Row) Text(v string) { fill(r, v) }

// Bytes sets the next column, a VARCHAR, without a copy of it on the way.
func (r *Row) Bytes(v []byte) { fill(r, v) }

// TextOrNull sets the next column, a VARCHAR; an empty text is no value.
func (r *Row) TextOrNull(v string) {
	if v == "" {
		r.Null()
	} else {
		r.Text(v)
	}
}

// Int sets the next column, a BIGINT or an INTEGER that holds it.
func (r *Row) Int(v int64) { fill(r, v) }

// Uint sets the next column, a UBIGINT.
func (r *Row) Uint(v uint64) { fill(r, v) }

// Float sets the next column, a DOUBLE.
func (r *Row) Float(v float64) { fill(r, v) }

// Bool sets the next column, a BOOLEAN.
func (r *Row) Bool(v bool) { fill(r, v) }

// Fail ends the statement with the error: the row cannot be made.
func (r *Row) Fail(err error) {
	if r.err == nil {
		r.err = err
	}
}

// Null leaves the next column without a value.
func (r *Row) Null() { fill[any](r, nil) }

func fill[T any](r *Row, v T) {
	if r.err == nil {
		r.err = duckdb.SetChunkValue(r.chunk, r.column, r.index, v)
	}
	r.column++
}
