package queries_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	queries "github.com/sameas/sameas/sql"
)

// manyNames is a workspace with that many cluster names, put in backwards; the first is hostile.
func manyNames(t *testing.T, n int) *sql.DB {
	t.Helper()
	db := openMemory(t)
	_, err := queries.Insert(t.Context(), db, "match/096_cluster_names.sql", queries.Args{"collection": "people"}, queries.Rows{Len: n, Fill: func(row *queries.Row, i int) {
		row.Int(int64(i))
		row.Text(fmt.Sprintf("name-%07d, \"\x00\r\n", n-1-i))
		row.Int(int64(n - 1 - i))
		row.Null()
	}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = db.ExecContext(t.Context(), `INSERT INTO conflicts (collection, kind, key_a, weight, detail) SELECT collection, 'veto', cluster_id, assigned, 'd' FROM cluster_names`)
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func TestLinesAreWrittenInOrder(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 2, 2048, 60_000} {
		db := manyNames(t, n)
		path := filepath.Join(t.TempDir(), "lines")
		if err := os.WriteFile(path, []byte("what was there before, longer than what is written"), 0o600); err != nil {
			t.Fatal(err)
		}
		l := queries.Lines{Head: "it's <", Between: "|", Tail: ">", Empty: "nothing", Line: func(line []byte, values []any) ([]byte, error) {
			if values[2] != nil {
				return nil, errors.New("NULL is a value")
			}
			return fmt.Appendf(line, "%s %v", *values[4].(*string), values[8]), nil
		}}
		if err := queries.WriteLines(t.Context(), db, "reports/csv_conflicts.sql", path, l); err != nil {
			t.Fatal(err)
		}
		want := strings.Builder{}
		for i := range n {
			fmt.Fprintf(&want, "|name-%07d, \"\x00\r\n %d", i, i)
		}
		text := "nothing"
		if n > 0 {
			text = "it's <" + want.String()[1:] + ">"
		}
		got, err := os.ReadFile(path)
		if err != nil || string(got) != text {
			t.Errorf("%d rows: got %d bytes %.60q, want %d bytes %.60q: %v", n, len(got), got, len(text), text, err)
		}
	}
}

func TestLinesFail(t *testing.T) {
	t.Parallel()
	db := manyNames(t, 3)
	path := filepath.Join(t.TempDir(), "lines")
	refused := func([]byte, []any) ([]byte, error) { return nil, errors.New("no form") }
	err := queries.WriteLines(t.Context(), db, "reports/csv_conflicts.sql", path, queries.Lines{Between: "\n", Line: refused})
	if err == nil || !strings.Contains(err.Error(), "no form") || !strings.Contains(err.Error(), "csv_conflicts.sql") {
		t.Errorf("a line without form: %v", err)
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if err := queries.WriteLines(ended, db, "reports/csv_conflicts.sql", path, queries.Lines{Between: "\n", Line: refused}); !errors.Is(err, context.Canceled) {
		t.Errorf("a context that ended: %v", err)
	}
	if _, err := db.ExecContext(t.Context(), "SELECT line(1)"); err == nil || !strings.Contains(err.Error(), "was given no line()") {
		t.Errorf("a function that nobody gave: %v", err)
	}
}

// What is kept is read in order, whatever part is asked for, and is gone once it is forgotten.
func TestKeptRows(t *testing.T) {
	t.Parallel()
	const n, name = 300_000, "reports/csv_conflicts.sql"
	db := manyNames(t, n)
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := queries.Keep(t.Context(), conn, name); err != nil {
		t.Fatal(err)
	}
	for _, part := range [][2]int64{{0, n}, {7, 7}, {99_999, 130_001}, {n, n + 5}} {
		next := part[0]
		err := queries.EachKept(t.Context(), conn, name, "weight_bits", part[0], part[1], func(rows *sql.Rows) error {
			var weight float64
			var rest [9]any
			if err := rows.Scan(&rest[0], &rest[1], &rest[2], &rest[3], &rest[4], &rest[5], &rest[6], &rest[7], &weight, &rest[8]); err != nil {
				return err
			}
			if weight != float64(next) {
				return fmt.Errorf("after %d comes %v", next-1, weight)
			}
			next++
			return nil
		})
		if end := max(part[0], min(part[1]+1, n)); err != nil || next != end {
			t.Errorf("%v: rows up to %d, want %d: %v", part, next, end, err)
		}
	}
	enough := errors.New("enough")
	if err := queries.EachKept(t.Context(), conn, name, "weight_bits", 0, n, func(*sql.Rows) error { return enough }); !errors.Is(err, enough) {
		t.Errorf("what stopped it is lost: %v", err)
	}
	queries.Forget(t.Context(), conn, name)
	var tables int
	if err := conn.QueryRowContext(t.Context(), "SELECT count(*) FROM duckdb_tables() WHERE temporary").Scan(&tables); err != nil || tables != 0 {
		t.Errorf("%d tables are left: %v", tables, err)
	}
}

// A statement that needs more memory than there is says so in a way that the caller can tell.
func TestOutOfMemory(t *testing.T) {
	t.Parallel()
	db := openMemory(t)
	lift, err := queries.BoundMemory(t.Context(), db, queries.Memory{Limit: "20MB", HandBack: true})
	if err != nil {
		t.Fatal(err)
	}
	const large = "SELECT len(list(repeat('x', 100) || range)) FROM range(500000)"
	if _, err := db.ExecContext(t.Context(), large); !queries.OutOfMemory(err) {
		t.Errorf("within 20 MB: %v", err)
	}
	lift()
	if _, err := db.ExecContext(t.Context(), large); err != nil || queries.OutOfMemory(err) {
		t.Errorf("without a bound: %v", err)
	}
}
