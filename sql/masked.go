package queries

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strings"

	"github.com/duckdb/duckdb-go/v2"
)

// Masks are the functions by which a masked workspace hides personal values; see mask/views.sql.
type Masks struct {
	Value func(string) string // of a whole value
	Text  func(string) string // of a sentence
	JSON  func(string) string // of a record or a part of one, as JSON
	Plan  func(string) string // of a line of a plan, or of a part of one, as JSON
}

// maskKeyName is the row of meta that holds the key.
const maskKeyName = "mask_key"

// MaskKey is the workspace's key for stand-ins, so that they are the same in all that is told of it. fresh is kept when it
// has none yet.
func MaskKey(ctx context.Context, db *sql.DB, fresh string) (string, error) {
	var key string
	err := db.QueryRowContext(ctx, "SELECT value FROM meta WHERE name = ?", maskKeyName).Scan(&key)
	if errors.Is(err, sql.ErrNoRows) {
		key = fresh
		_, err = db.ExecContext(ctx, "INSERT INTO meta VALUES (?, ?)", maskKeyName, key)
	}
	if err != nil {
		return "", fmt.Errorf("key for masking: %w", err)
	}
	return key, nil
}

// OpenMasked opens the workspace at path, which Open must have found sound, so that no statement that reads it sees a
// personal value: its tables are views that mask, beside the views and macros that stand on them. Nothing can be written.
func OpenMasked(ctx context.Context, path string, m Masks) (*sql.DB, error) {
	folder, _ := makeTemporaryFolder(path)
	connector, err := duckdb.NewConnector("", func(conn driver.ExecerContext) error { return configure(ctx, conn, Options{}) })
	if err != nil {
		return nil, openError(path, err)
	}
	db := sql.OpenDB(tidyConnector{connector, folder})
	err = registerFunctions(ctx, db)
	if err == nil {
		err = m.register(ctx, db)
	}
	for _, statement := range []string{
		"SET temp_directory = " + literal(string(folder)),
		"ATTACH " + literal(path) + " AS workspace (READ_ONLY)",
	} {
		if err == nil {
			_, err = db.ExecContext(ctx, statement)
		}
	}
	if err == nil {
		err = makeMaskedViews(ctx, db)
	}
	if err != nil {
		db.Close()
		return nil, fmt.Errorf("open workspace %s masked: %w", path, err)
	}
	return db, nil
}

func literal(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

// makeMaskedViews makes everything of the schema, and then a view of each of its tables.
func makeMaskedViews(ctx context.Context, db *sql.DB) error {
	if _, err := Exec(ctx, db, "schema.sql", nil); err != nil {
		return err
	}
	tables, err := tablesOf(ctx, db, "memory")
	if err != nil {
		return err
	}
	for _, t := range tables {
		if _, err := db.ExecContext(ctx, `DROP TABLE "`+t+`"`); err != nil {
			return err
		}
	}
	if _, err := Exec(ctx, db, "mask/views.sql", nil); err != nil {
		return err
	}
	for _, t := range tables {
		if _, err := db.ExecContext(ctx, `CREATE VIEW IF NOT EXISTS "`+t+`" AS FROM workspace."`+t+`"`); err != nil {
			return err
		}
	}
	return nil
}

func tablesOf(ctx context.Context, db *sql.DB, database string) (names []string, err error) {
	rows, err := db.QueryContext(ctx, "SELECT table_name FROM duckdb_tables() WHERE database_name = ? ORDER BY table_name", database)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, rows.Err()
}

// register makes the masks known to the database. An ID is masked as a sentence is, but only one that holds an address:
// the others are by far the most, and stay.
func (m Masks) register(ctx context.Context, db *sql.DB) error {
	conn, err := db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	for name, f := range map[string]func(string) string{"mask_value": m.Value, "mask_text": m.Text, "mask_json": m.JSON, "mask_plan": m.Plan} {
		if err := duckdb.RegisterScalarUDF(conn, name, textFunction{f}); err != nil {
			return fmt.Errorf("register %s: %w", name, err)
		}
	}
	_, err = conn.ExecContext(ctx, "CREATE MACRO mask_id(id) AS CASE WHEN contains(id, '@') OR contains(id, '%40') THEN mask_text(id) ELSE id END")
	return err
}

// textFunction is a function from a text to a text as the engine calls it; NULL gives NULL.
type textFunction struct{ f func(string) string }

func (t textFunction) Config() duckdb.ScalarFuncConfig {
	text, _ := duckdb.NewTypeInfo(duckdb.TYPE_VARCHAR) // fails for types with parameters only
	return duckdb.ScalarFuncConfig{InputTypeInfos: []duckdb.TypeInfo{text}, ResultTypeInfo: text}
}

func (t textFunction) Executor() duckdb.ScalarFuncExecutor {
	return duckdb.ScalarFuncExecutor{RowExecutor: func(values []driver.Value) (any, error) {
		return t.f(values[0].(string)), nil
	}}
}
