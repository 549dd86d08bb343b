package reports

import (
	"context"
	"database/sql"
	"errors"
	"iter"

	queries "github.com/sameas/sameas/sql"
)

// place is where a row belongs: every statement of the cards is ordered by it.
type place struct{ collection, item string }

func (p place) before(o place) bool {
	if p.collection != o.collection {
		return p.collection < o.collection
	}
	return p.item < o.item
}

// stream reads a statement's rows one after the other beside other streams, so that a card is put together from
// several tables without holding any of them.
type stream[T any] struct {
	next func() (T, bool)
	stop func()
	head T
	more bool
	err  error
	at   func(T) place
}

var errEnough = errors.New("enough rows")

// reader calls scan for every row of a statement.
type reader func(statement string, scan func(*sql.Rows) error) error

// readerOf reads the rows of one item.
func readerOf(ctx context.Context, on queries.Querier, of place) reader {
	return func(statement string, scan func(*sql.Rows) error) error {
		return queries.Each(ctx, on, statement, queries.Args{"collection": of.collection, "item": of.item}, scan)
	}
}

// readerOfAll reads the rows of all items.
func readerOfAll(ctx context.Context, db *sql.DB) reader {
	return func(statement string, scan func(*sql.Rows) error) error {
		return queries.EachKept(ctx, db, statement, queries.Args{"collection": "", "item": ""}, scan)
	}
}

func openStream[T any](read reader, statement string, at func(T) place, scan func(*sql.Rows) (T, error)) *stream[T] {
	s := &stream[T]{at: at}
	var rows iter.Seq[T] = func(yield func(T) bool) {
		err := read(statement, func(r *sql.Rows) error {
			v, err := scan(r)
			if err == nil && !yield(v) {
				err = errEnough
			}
			return err
		})
		if err != nil && !errors.Is(err, errEnough) {
			s.err = err
		}
	}
	s.next, s.stop = iter.Pull(rows)
	s.head, s.more = s.next()
	return s
}

// take returns the rows of one place, having passed over those before it.
func (s *stream[T]) take(p place) []T {
	var rows []T
	for s.more && !p.before(s.at(s.head)) {
		if s.at(s.head) == p {
			rows = append(rows, s.head)
		}
		s.head, s.more = s.next()
	}
	return rows
}
