package queries_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	queries "github.com/sameas/sameas/sql"
)

const streamedFile = "match/071_cluster_names.sql"

func TestStreamHandsOverEveryRowOnce(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 2048, 2049, 300_000} {
		db := openMemory(t)
		if _, err := queries.Insert(t.Context(), db, "match/096_cluster_names.sql", queries.Args{"collection": "people"}, names(n)); err != nil {
			t.Fatal(err)
		}
		seen := make([]int, n)
		err := queries.Stream(t.Context(), db, streamedFile, queries.Args{"collection": "people"}, func(row *queries.Streamed) error {
			number := row.Int(0)
			if row.Text(1) != nameOf(int(number)) || row.Int(2) != number || row.Text(3) != successorOf(int(number)) {
				t.Errorf("row %d: %q, %d, %q", number, row.Text(1), row.Int(2), row.Text(3))
			}
			seen[number]++
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for number, times := range seen {
			if times != 1 {
				t.Fatalf("of %d rows the one of number %d came %d times", n, number, times)
			}
		}
	}
}

func TestStreamEndsWithTheFirstError(t *testing.T) {
	t.Parallel()
	db := openMemory(t)
	if _, err := queries.Insert(t.Context(), db, "match/096_cluster_names.sql", queries.Args{"collection": "people"}, names(300_000)); err != nil {
		t.Fatal(err)
	}
	args := queries.Args{"collection": "people"}
	mine, calls := errors.New("enough"), 0
	err := queries.Stream(t.Context(), db, streamedFile, args, func(*queries.Streamed) error {
		calls++
		return mine
	})
	if !errors.Is(err, mine) || !strings.HasPrefix(err.Error(), streamedFile) || calls != 1 {
		t.Errorf("%d calls, error %v", calls, err)
	}
	err = queries.Stream(t.Context(), db, streamedFile, args, func(row *queries.Streamed) error {
		row.Int(1)
		return nil
	})
	if err == nil || !strings.Contains(err.Error(), "column 1: it is string, not int64") {
		t.Errorf("a text read as a number: %v", err)
	}
	err = queries.Stream(t.Context(), db, streamedFile, args, func(row *queries.Streamed) error {
		row.Text(0)
		return nil
	})
	if err == nil || !strings.Contains(err.Error(), "column 0") {
		t.Errorf("a number read as a text: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	err = queries.Stream(ctx, db, streamedFile, args, func(*queries.Streamed) error {
		cancel()
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if err := queries.Stream(t.Context(), db, streamedFile, nil, nil); err == nil || !strings.Contains(err.Error(), "$collection") {
		t.Errorf("without its parameter: %v", err)
	}
	if _, err := db.ExecContext(t.Context(), "SELECT taken(1)"); err == nil || !strings.Contains(err.Error(), "streamed") {
		t.Errorf("in a statement that is not streamed: %v", err)
	}
	var held int
	if err := db.QueryRowContext(t.Context(), "SELECT count(*) FROM cluster_names").Scan(&held); err != nil || held != 300_000 {
		t.Errorf("afterwards the database tells of %d rows, %v", held, err)
	}
}
