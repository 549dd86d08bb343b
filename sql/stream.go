package queries

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/duckdb/duckdb-go/v2"
)

// Stream runs the named file and calls take for every row, in no order: the engine's threads hand the rows over as they come
// upon them, one call at a time. Nothing of the result is kept, and a row costs a third of what it does with Each: that is for
// statements of millions of rows. What take is given is good until it returns; its error ends the statement.
func Stream(ctx context.Context, on Querier, name string, args Args, take func(row *Streamed) error) error {
	var turn sync.Mutex
	return StreamChunks(ctx, on, name, args, func(rows *Streamed) error {
		turn.Lock()
		defer turn.Unlock()
		for rows.Next() {
			if err := take(rows); err != nil {
				return err
			}
		}
		return nil
	})
}

// StreamChunks is Stream by chunks, of some two thousand rows at most: take goes through those of one, and is called on
// several threads at once.
func StreamChunks(ctx context.Context, on Querier, name string, args Args, take func(rows *Streamed) error) error {
	q, bound, err := prepared(name, args)
	if err != nil {
		return err
	}
	s := &stream{take: take}
	defer s.end()
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
	take   func(rows *Streamed) error
	failed atomic.Pointer[error] // the first one

	// Of a statement that was cancelled the driver does not wait for the engine's threads.
	running sync.RWMutex // held for reading while a chunk is taken
	ended   bool         // the statement has returned: no chunk is taken any more
}

// end waits until no chunk is being taken.
func (s *stream) end() {
	s.running.Lock()
	defer s.running.Unlock()
	s.ended = true
}

// failure is the first error of any thread.
func (s *stream) failure() error {
	if err := s.failed.Load(); err != nil {
		return *err
	}
	return nil
}

// takeChunk takes the rows of a chunk.
func (s *stream) takeChunk(ctx context.Context, chunk *duckdb.DataChunk) error {
	s.running.RLock()
	defer s.running.RUnlock()
	if s.ended {
		return errors.New("the statement has ended")
	}
	rows, err := s.rows(chunk)
	if err == nil {
		err = ctx.Err()
	}
	if err == nil {
		err = s.take(rows)
	}
	if err = cmp.Or(err, rows.err); err != nil {
		s.failed.CompareAndSwap(nil, &err)
	}
	return s.failure()
}

// Streamed is the rows of a chunk while they are taken, one after the other. Columns are numbered from 0.
type Streamed struct {
	stream *stream
	chunk  *duckdb.DataChunk
	texts  []duckdb.VectorView[string]
	size   int
	index  int
	err    error // the first one
}

// rows are those of a chunk, before the first one.
func (s *stream) rows(chunk *duckdb.DataChunk) (*Streamed, error) {
	rows := &Streamed{stream: s, chunk: chunk, texts: make([]duckdb.VectorView[string], chunk.ColumnCount()), size: chunk.GetSize(), index: -1}
	for c := range rows.texts {
		vector, err := chunk.GetVector(c)
		if err != nil {
			return rows, err
		}
		rows.texts[c], _ = duckdb.GetVectorView[string](vector) // of another type it is refused where it is read
	}
	return rows, nil
}

// Len is how many rows the chunk has.
func (r *Streamed) Len() int { return r.size }

// Next goes to the next row, the first one at first. It reports false after the last one, and when the statement has failed.
func (r *Streamed) Next() bool {
	r.index++
	return r.index < r.size && r.err == nil && r.stream.failure() == nil
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
