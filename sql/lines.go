package queries

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"

	"github.com/duckdb/duckdb-go/v2"
)

// LineFunc appends what is made of a row to line. It is called on several threads of the engine at once. Values are nil,
// bool, int32, int64, float64, time.Time or, of a text, *string; all of them are good until it returns.
type LineFunc func(line []byte, values []any) ([]byte, error)

// Lines say how the rows of a statement become a text file: Head, the lines with Between among them, and Tail, or Empty when
// there is no row. The engine takes an empty Between for a line feed.
type Lines struct {
	Head, Between, Tail, Empty string
	Line                       LineFunc
}

// WriteLines writes what the named file selects, in its order, into the file at path, which must be there. The engine sorts,
// has the lines made and writes them, on all its threads, and puts on disk what its memory does not hold: no result is
// ever whole in memory.
func WriteLines(ctx context.Context, on Querier, name string, path string, l Lines) error {
	ctx = WithFunction(ctx, "line", l.Line)
	rows, err := copyTo(ctx, on, name, "SELECT line(*COLUMNS(*)) FROM (\n%s\n)", path,
		"FORMAT csv, HEADER false, DELIMITER '', QUOTE '', ESCAPE '', USE_TMP_FILE false, PREFIX "+literal(l.Head)+", NEW_LINE "+literal(l.Between)+", SUFFIX "+literal(l.Tail))
	if err == nil && rows == 0 {
		err = os.WriteFile(path, []byte(l.Empty), 0o600)
	}
	return err
}

// WriteParquet writes what the named file selects, in its order, in the types of its columns, into the file at path, which
// must be there and keeps its mode.
func WriteParquet(ctx context.Context, on Querier, name string, path string) error {
	_, err := copyTo(ctx, on, name, "%s", path, "FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false")
	return err
}

// copyTo says how many rows were copied.
func copyTo(ctx context.Context, on Querier, name, around, path, options string) (int64, error) {
	q, err := Get(name)
	if err != nil {
		return 0, err
	}
	result, err := on.ExecContext(ctx, "COPY ("+fmt.Sprintf(around, q.Text)+"\n) TO $path ("+options+")", sql.Named("path", path))
	if err != nil {
		return 0, named(name, err)
	}
	return result.RowsAffected()
}

// functionNames are the functions in SQL that Go makes the texts of. A statement finds the function itself in its context.
func functionNames() []string { return []string{"line", "waterfall"} }

// functionKey is the context's key of the function of that name.
type functionKey string

// WithFunction gives statements that are run with the context the function of that name, one of line() and waterfall().
func WithFunction(ctx context.Context, name string, f LineFunc) context.Context {
	return context.WithValue(ctx, functionKey(name), f)
}

// registerFunctions makes what Go does for statements known to the database.
func registerFunctions(ctx context.Context, db *sql.DB) error {
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	for _, name := range functionNames() {
		if err := duckdb.RegisterScalarUDF(conn, name, textOfRow(name)); err != nil {
			return fmt.Errorf("register %s: %w", name, err)
		}
	}
	if err := registerTaken(conn); err != nil {
		return err
	}
	return registerRows(conn)
}

// textOfRow is the function of that name as the engine calls it: of any values a text.
type textOfRow string

// Config says that it takes any values, NULL among them.
func (t textOfRow) Config() duckdb.ScalarFuncConfig {
	anything, _ := duckdb.NewTypeInfo(duckdb.TYPE_ANY) // fails for types with parameters only
	text, _ := duckdb.NewTypeInfo(duckdb.TYPE_VARCHAR)
	return duckdb.ScalarFuncConfig{VariadicTypeInfo: anything, ResultTypeInfo: text, SpecialNullHandling: true}
}

// Executor keeps the context of the statement when it is bound: the engine's threads have none.
func (t textOfRow) Executor() duckdb.ScalarFuncExecutor {
	return duckdb.ScalarFuncExecutor{
		ScalarBinder: func(ctx context.Context, _ []duckdb.ScalarUDFArg) (context.Context, error) { return ctx, nil },
		ChunkContextExecutor: func(ctx context.Context, state *duckdb.ChunkIteratorState) error {
			f, _ := ctx.Value(functionKey(t)).(LineFunc)
			if f == nil {
				return errors.New("the statement was given no " + string(t) + "()")
			}
			return f.fill(ctx, state)
		},
	}
}

// fill makes the texts of a chunk of rows.
func (f LineFunc) fill(ctx context.Context, state *duckdb.ChunkIteratorState) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	chunk := state.GetInputChunk()
	row, err := newRowReader(chunk)
	if err != nil {
		return err
	}
	out, err := duckdb.GetVectorWriter[string](state.GetResultVector())
	if err != nil {
		return err
	}
	var line []byte
	for i := range out.Len() {
		values, err := row.read(i)
		if err != nil {
			return err
		}
		if line, err = f(line[:0], values); err != nil {
			return err
		}
		if err := out.Set(i, string(line)); err != nil {
			return err
		}
	}
	return nil
}

// rowReader reads rows of a chunk without copying their texts.
type rowReader struct {
	chunk  *duckdb.DataChunk
	views  []duckdb.VectorView[string]
	isText []bool
	texts  []string
	values []any
}

func newRowReader(chunk *duckdb.DataChunk) (*rowReader, error) {
	n := chunk.ColumnCount()
	r := &rowReader{chunk: chunk, views: make([]duckdb.VectorView[string], n), isText: make([]bool, n), texts: make([]string, n), values: make([]any, n)}
	for c := range n {
		vector, err := chunk.GetVector(c)
		if err != nil {
			return nil, err
		}
		view, err := duckdb.GetVectorView[string](vector)
		r.views[c], r.isText[c] = view, err == nil // another type is read as a value
	}
	return r, nil
}

func (r *rowReader) read(row int) ([]any, error) {
	for c := range r.values {
		r.values[c] = nil
		if !r.isText[c] {
			v, err := r.chunk.GetValue(c, row)
			if err != nil {
				return nil, err
			}
			if text, ok := v.(string); ok { // of an ENUM
				r.texts[c], v = text, &r.texts[c]
			}
			r.values[c] = v
			continue
		}
		text, valid, err := r.views[c].GetValueBorrowed(row)
		if err != nil {
			return nil, err
		}
		if valid {
			r.texts[c] = text
			r.values[c] = &r.texts[c]
		}
	}
	return r.values, nil
}
