package queries

import (
	"context"
	"database/sql"
	"testing"
)

// A transaction that is cancelled, at whatever moment, leaves no connection behind that is still in it.
func TestACancelledTransactionIsOver(t *testing.T) {
	t.Parallel()
	db, err := Open(t.Context(), "", Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	db.SetMaxOpenConns(1)
	begun, refused := 0, 0
	for round := range 300 {
		ctx, cancel := context.WithCancel(t.Context())
		switch round % 10 {
		case 0:
			cancel()
		case 1: // is not cancelled
		default:
			go cancel()
		}
		err := Transact(ctx, db, func(tx *sql.Tx) error {
			begun++
			_, err := tx.ExecContext(ctx, "SELECT 1")
			return err
		})
		if err != nil {
			refused++
		}
		cancel()
		var one, other int64
		for _, id := range []*int64{&one, &other} {
			if err := db.QueryRowContext(t.Context(), "SELECT txid_current()").Scan(id); err != nil {
				t.Fatal(err)
			}
		}
		if one == other {
			t.Fatalf("the connection is still in a transaction, after %d that were begun and %d that were refused: %v", begun, refused, err)
		}
	}
	if begun == 0 || refused == 0 {
		t.Errorf("%d were begun and %d refused: little was tried", begun, refused)
	}
}
