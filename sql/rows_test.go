package queries_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	queries "github.com/sameas/sameas/sql"
)

// names are rows of cluster_names.
func names(n int) queries.Rows {
	return queries.Rows{Len: n, Fill: func(row *queries.Row, i int) {
		row.Int(int64(i))
		row.Text(nameOf(i))
		row.Int(int64(i))
		row.TextOrNull(successorOf(i))
	}}
}

func nameOf(i int) string { return fmt.Sprintf("people-%d, as long as no short string is", i) }

// successorOf is "" of every third.
func successorOf(i int) string {
	if i%3 == 0 {
		return ""
	}
	return fmt.Sprint(i + 1)
}

func TestRowsReachTheTable(t *testing.T) {
	t.Parallel()
	const file = "match/096_cluster_names.sql"
	for _, n := range []int{0, 1, 2047, 2048, 2049, 122_880, 200_000, 300_000} {
		db := openMemory(t)
		inserted, err := queries.Insert(t.Context(), db, file, queries.Args{"collection": "people"}, names(n))
		if err != nil || inserted != int64(n) {
			t.Fatalf("%d rows: %d inserted, %v", n, inserted, err)
		}
		var rows, right int
		err = db.QueryRowContext(t.Context(), `SELECT count(*), count(*) FILTER (collection = 'people'
			AND cluster_id = format('people-{}, as long as no short string is', assigned)
			AND successor IS NOT DISTINCT FROM CASE WHEN assigned % 3 = 0 THEN NULL ELSE CAST(assigned + 1 AS VARCHAR) END)
			FROM (SELECT DISTINCT * FROM cluster_names)`).Scan(&rows, &right)
		if err != nil || rows != n || right != n {
			t.Errorf("%d rows: %d different ones in the table, %d of them right, %v", n, rows, right, err)
		}
	}
}

func TestRowsThatDoNotFitAreRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, file, want string
		rows             queries.Rows
	}{
		{"a column too few", "match/096_cluster_names.sql", "row 0 has 2 of 4 columns", queries.Rows{Len: 1, Fill: func(row *queries.Row, _ int) {
			row.Int(0)
			row.Text("a")
		}}},
		{"a column too many", "match/097_cluster_keys.sql", "invalid column", queries.Rows{Len: 1, Fill: func(row *queries.Row, _ int) {
			row.Uint(1)
			row.Int(1)
			row.Int(1)
		}}},
		{"a text for a number", "match/097_cluster_keys.sql", "cast", queries.Rows{Len: 1, Fill: func(row *queries.Row, _ int) {
			row.Text("a")
			row.Int(1)
		}}},
		{"no value where there must be one", "match/096_cluster_names.sql", "NOT NULL", queries.Rows{Len: 1, Fill: func(row *queries.Row, _ int) {
			row.Int(0)
			row.Null()
			row.Int(1)
			row.Null()
		}}},
	} {
		db := openMemory(t)
		_, err := queries.Insert(t.Context(), db, c.file, queries.Args{"collection": "people"}, c.rows)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", c.name, err, c.want)
		}
		var n int
		if err := db.QueryRowContext(t.Context(), "SELECT (SELECT count(*) FROM cluster_names) + (SELECT count(*) FROM cluster_keys)").Scan(&n); err != nil || n != 0 {
			t.Errorf("%s: %d rows stayed, %v", c.name, n, err)
		}
	}
}

func TestRowsNeedAStatementThatTakesThem(t *testing.T) {
	t.Parallel()
	db := openMemory(t)
	if _, err := queries.Exec(t.Context(), db, "match/096_cluster_names.sql", queries.Args{"collection": "people"}); err == nil || !strings.Contains(err.Error(), "given no rows") {
		t.Errorf("without rows: %v", err)
	}
	if _, err := db.ExecContext(t.Context(), "SELECT * FROM rows()"); err == nil || !strings.Contains(err.Error(), "rows line") {
		t.Errorf("in a statement without a header: %v", err)
	}
}

func TestRowsStopWhenTheContextEnds(t *testing.T) {
	t.Parallel()
	db := openMemory(t)
	ctx, cancel := context.WithCancel(t.Context())
	endless := names(1 << 40)
	fill := endless.Fill
	endless.Fill = func(row *queries.Row, n int) {
		cancel()
		fill(row, n)
	}
	if _, err := queries.Insert(ctx, db, "match/096_cluster_names.sql", queries.Args{"collection": "people"}, endless); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want that of the context", err)
	}
}
