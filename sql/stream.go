package queries

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"

	"github.com/duckdb/duckdb-go/v2"
)

// Stream runs the named file and calls take for every row, in no order: the engine's threads hand the rows over as they come
// upon them, one call at a time. Nothing of the result is kept, and a row costs a third of what it does with Each: that is for
// statements of millions of rows. What take is given is good until it returns; its error ends the statement.
func Stream(ctx context.Context, on Querier, name string, args Args, take func(row *Streamed) error) error {
	q, bound, err := prepared(name, args)
	if err != nil {
		return err
	}
	s := &stream{take: take}
	var rows int64
	err = on.QueryRowContext(context.WithValue(ctx, streamKey{}, s), "SELECT count(taken(*COLUMNS(*))) FROM (\n"+q.Text+"\n)", bound...).Scan(&rows)
	switch failed := s.failure(); {
	case failed != nil: // the engine has but its words
		return fmt.Errorf("%s: %w", name, failed)
	case err != nil && ctx.Err() != nil:
		return fmt.Errorf("%s: %w (%w)", name, ctx.Err(), err)
	case err != nil:
		return named(name, err)
	}
	return nil
}

// streamKey is the context's key of the stream that takes a statement's rows.
type streamKey struct{}

// stream is where the rows of one statement go.
type stream struct {
	mutex sync.Mutex
	take  func(row *Streamed) error
	err   error // the first one
}

func (s *stream) failure() error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.err
}

// takeChunk takes the rows of a chunk.
func (s *stream) takeChunk(ctx context.Context, chunk *duckdb.DataChunk) error {
	row, err := newStreamed(chunk)
	if err != nil {
		return err
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if s.err == nil {
		s.err = ctx.Err()
	}
	for row.index = 0; row.index < chunk.GetSize() && s.err == nil; row.index++ {
		if s.err = s.take(row); s.err == nil {
			s.err = row.err
		}
	}
	return s.err
}

// Streamed is a row while it is taken. Columns are numbered from 0.
type Streamed struct {
	chunk *duckdb.DataChunk
	texts []duckdb.VectorView[string]
	index int
	err   error // the first one
}

func newStreamed(chunk *duckdb.DataChunk) (*Streamed, error) {
	row := &Streamed{chunk: chunk, texts: make([]duckdb.VectorView[string], chunk.ColumnCount())}
	for c := range row.texts {
		vector, err := chunk.GetVector(c)
		if err != nil {
			return nil, err
		}
		row.texts[c], _ = duckdb.GetVectorView[string](vector) // of another type it is refused where it is read
	}
	return row, nil
}

// Text is the value of a VARCHAR, good until take returns; NULL is "".
func (r *Streamed) Text(column int) string {
	text, _, err := r.texts[column].GetValueBorrowed(r.index)
	r.fail(column, err)
	return text
}

// Int is the value of a BIGINT or an INTEGER; there must be one.
func (r *Streamed) Int(column int) int64 {
	value, err := r.chunk.GetValue(column, r.index)
	if v, ok := value.(int32); ok {
		return int64(v)
	}
	return typed[int64](r, column, value, err)
}

// Uint is the value of a UBIGINT; there must be one.
func (r *Streamed) Uint(column int) uint64 {
	value, err := r.chunk.GetValue(column, r.index)
	return typed[uint64](r, column, value, err)
}

// Float is the value of a DOUBLE; there must be one.
func (r *Streamed) Float(column int) float64 {
	value, err := r.chunk.GetValue(column, r.index)
	return typed[float64](r, column, value, err)
}

// typed is the value of a column as its type.
func typed[T any](r *Streamed, column int, value any, err error) T {
	v, ok := value.(T)
	if err == nil && !ok {
		err = fmt.Errorf("it is %T, not %T", value, v)
	}
	r.fail(column, err)
	return v
}

func (r *Streamed) fail(column int, err error) {
	if err != nil && r.err == nil {
		r.err = fmt.Errorf("column %d: %w", column, err)
	}
}

// takenFunction is taken(), which hands its arguments to the statement's stream. The engine must not leave out a call.
type takenFunction struct{}

// Config says that it takes any values, NULL among them.
func (takenFunction) Config() duckdb.ScalarFuncConfig {
	anything, _ := duckdb.NewTypeInfo(duckdb.TYPE_ANY) // fails for types with parameters only
	truth, _ := duckdb.NewTypeInfo(duckdb.TYPE_BOOLEAN)
	return duckdb.ScalarFuncConfig{VariadicTypeInfo: anything, ResultTypeInfo: truth, SpecialNullHandling: true, Volatile: true}
}

// Executor keeps the context of the statement when it is bound: the engine's threads have none.
func (takenFunction) Executor() duckdb.ScalarFuncExecutor {
	return duckdb.ScalarFuncExecutor{
		ScalarBinder: func(ctx context.Context, _ []duckdb.ScalarUDFArg) (context.Context, error) { return ctx, nil },
		ChunkContextExecutor: func(ctx context.Context, state *duckdb.ChunkIteratorState) error {
			s, _ := ctx.Value(streamKey{}).(*stream)
			if s == nil {
				return errors.New("taken() is for statements that are streamed")
			}
			return s.takeChunk(ctx, state.GetInputChunk())
		},
	}
}

// registerTaken makes taken() known to the database that conn belongs to.
func registerTaken(conn *sql.Conn) error {
	if err := duckdb.RegisterScalarUDF(conn, "taken", takenFunction{}); err != nil {
		return fmt.Errorf("register taken: %w", err)
	}
	return nil
}
