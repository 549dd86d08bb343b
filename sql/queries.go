// Package queries holds every SQL statement of sameas, one stage to a file and one output table to a stage, and
// opens the workspace that they run in.
//
// A file's header says what it reads and writes, its parameters and the grain of what it writes. Parameters are
// checked both ways before anything runs, because the driver binds a misspelt name by position without a word.
package queries

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

//go:embed schema.sql all:extract all:match all:mask all:merge all:purge all:reports
var files embed.FS

// Args are a statement's named parameters, without the dollar sign.
type Args map[string]any

// Querier is what a statement runs on: a database, a connection or a transaction.
type Querier interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// Query is one embedded file.
type Query struct {
	// Name is the file's path below sql/, such as "extract/010_records.sql".
	Name string
	// Text is the file's content, header and all.
	Text string
	// Params are the names that the header's "-- params:" line declares, sorted.
	Params []string
}

// Names lists the embedded files in order.
func Names() []string {
	var names []string
	_ = fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasSuffix(path, ".sql") {
			names = append(names, path)
		}
		return err
	})
	slices.Sort(names)
	return names
}

// Get returns the file of that name, or an error that names it.
func Get(name string) (Query, error) {
	text, err := files.ReadFile(name)
	if err != nil {
		return Query{}, fmt.Errorf("no embedded statement %s", name)
	}
	q := Query{Name: name, Text: string(text)}
	params, ok := headerField(q.Text, "params")
	if !ok {
		return Query{}, fmt.Errorf("%s: the header has no params line", name)
	}
	for p := range strings.SplitSeq(params, ",") {
		if p = strings.TrimSpace(p); p != "" {
			q.Params = append(q.Params, p)
		}
	}
	slices.Sort(q.Params)
	return q, nil
}

func headerField(text, field string) (string, bool) {
	for line := range strings.SplitSeq(text, "\n") {
		if !strings.HasPrefix(line, "--") {
			return "", false
		}
		if rest, ok := strings.CutPrefix(line, "-- "+field+":"); ok {
			return strings.TrimSpace(rest), true
		}
	}
	return "", false
}

// bind checks args against the declared parameters in both directions.
func (q Query) bind(args Args) ([]any, error) {
	named := make([]any, 0, len(args))
	for _, p := range q.Params {
		v, ok := args[p]
		if !ok {
			return nil, fmt.Errorf("%s: no value for $%s", q.Name, p)
		}
		named = append(named, sql.Named(p, v))
	}
	for name := range args {
		if !slices.Contains(q.Params, name) {
			return nil, fmt.Errorf("%s: has no parameter $%s", q.Name, name)
		}
	}
	return named, nil
}

// prepared is the named file with what its parameters are to be.
func prepared(name string, args Args) (Query, []any, error) {
	q, err := Get(name)
	if err != nil {
		return q, nil, err
	}
	bound, err := q.bind(args)
	return q, bound, err
}

// Exec runs the named file and returns the number of rows that its last statement changed.
// A file with parameters holds one statement: the driver passes arguments to the last one only.
func Exec(ctx context.Context, on Querier, name string, args Args) (int64, error) {
	q, bound, err := prepared(name, args)
	if err != nil {
		return 0, err
	}
	if ctx, err = q.WithColumns(ctx); err != nil {
		return 0, err
	}
	result, err := on.ExecContext(ctx, q.Text, bound...)
	if err != nil {
		return 0, named(name, err)
	}
	n, _ := result.RowsAffected()
	return n, nil
}

// Each runs the named file and calls scan for every row; it owns closing the rows and their error.
func Each(ctx context.Context, on Querier, name string, args Args, scan func(*sql.Rows) error) error {
	q, bound, err := prepared(name, args)
	if err != nil {
		return err
	}
	rows, err := on.QueryContext(ctx, q.Text, bound...)
	if err != nil {
		return named(name, err)
	}
	return each(rows, name, scan)
}

// each calls scan for every row and closes the rows.
func each(rows *sql.Rows, name string, scan func(*sql.Rows) error) error {
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	if err := rows.Err(); err != nil {
		return named(name, err)
	}
	return nil
}

// Keep runs the named file and keeps its rows in their order, on disk where memory does not hold them, until Forget or for as
// long as the connection lasts. One column numbers what each row belongs to, in the order of the rows: EachKept reads by it.
func Keep(ctx context.Context, conn *sql.Conn, name string) error {
	q, err := Get(name)
	if err != nil {
		return err
	}
	if _, err := conn.ExecContext(ctx, "CREATE TEMP TABLE "+kept(name)+" AS\n"+q.Text); err != nil {
		return named(name, err)
	}
	return nil
}

// EachKept calls scan for every row that Keep kept of the named file, in their order, of which the numbering column lies from
// first to last.
func EachKept(ctx context.Context, conn *sql.Conn, name, column string, first, last int64, scan func(*sql.Rows) error) error {
	rows, err := conn.QueryContext(ctx, "SELECT * FROM temp."+kept(name)+" WHERE "+column+" BETWEEN $first AND $last ORDER BY rowid", sql.Named("first", first), sql.Named("last", last))
	if err != nil {
		return named(name, err)
	}
	return each(rows, name, scan)
}

// Forget drops what Keep kept of the named files.
func Forget(ctx context.Context, conn *sql.Conn, names ...string) {
	for _, name := range names {
		_, _ = conn.ExecContext(context.WithoutCancel(ctx), "DROP TABLE IF EXISTS temp."+kept(name)) // a closed database has forgotten it
	}
}

// kept is the table that Keep makes of the named file.
func kept(name string) string { return `"kept ` + name + `"` }

// One runs the named file and scans its first row into dest; no row is sql.ErrNoRows.
func One(ctx context.Context, on Querier, name string, args Args, dest ...any) error {
	q, bound, err := prepared(name, args)
	if err != nil {
		return err
	}
	if err := on.QueryRowContext(ctx, q.Text, bound...).Scan(dest...); err != nil {
		return named(name, err)
	}
	return nil
}

// Beginner is what a transaction begins on: a database, or one connection of it.
type Beginner interface {
	BeginTx(ctx context.Context, o *sql.TxOptions) (*sql.Tx, error)
}

// Begin begins a transaction, which the caller ends by Commit or Rollback. It does not end with the context: cancelling just
// when it begins would leave the connection in it, and who uses that next would write what nobody ever commits. Nor does waiting
// for a free connection: db must not have a limit to how many there are.
func Begin(ctx context.Context, db Beginner) (*sql.Tx, error) {
	err := ctx.Err()
	if err == nil {
		var tx *sql.Tx
		if tx, err = db.BeginTx(context.WithoutCancel(ctx), nil); err == nil {
			return tx, nil
		}
	}
	return nil, fmt.Errorf("begin transaction: %w", err)
}

// Transact runs f in a transaction, committed if f returns nil and rolled back otherwise, and where the context has ended.
func Transact(ctx context.Context, db Beginner, f func(tx *sql.Tx) error) error {
	tx, err := Begin(ctx, db)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }() // after a commit it does nothing; after a panic nobody else would
	if err := f(tx); err != nil {
		return err
	}
	return Commit(ctx, tx)
}

// Commit commits, or rolls back where the context has ended: then its error is the reason given.
func Commit(ctx context.Context, tx *sql.Tx) error {
	err := ctx.Err()
	if err != nil {
		_ = tx.Rollback()
	} else {
		err = tx.Commit()
	}
	if err != nil {
		return named("commit transaction", err)
	}
	return nil
}
