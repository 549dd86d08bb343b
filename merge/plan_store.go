package merge

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/duckdb/duckdb-go/v2"

	"github.com/sameas/sameas/internal/connec"
	queries "github.com/sameas/sameas/sql"
)

// planStore keeps the plan's lines in the workspace while they are worked out, so that DuckDB sorts them and the memory
// stays small. All of it is one transaction: another plan's rows stand until this one is whole.
type planStore struct {
	conn   *sql.Conn
	tx     *sql.Tx
	ops    *duckdb.Appender
	fields *duckdb.Appender
	n      int64
}

func openStore(ctx context.Context, db *sql.DB) (*planStore, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	s := &planStore{conn: conn}
	if s.tx, err = conn.BeginTx(ctx, nil); err != nil {
		s.abandon()
		return nil, err
	}
	if _, err := queries.Exec(ctx, s.tx, "merge/plan_clear.sql", nil); err != nil {
		s.abandon()
		return nil, err
	}
	err = conn.Raw(func(raw any) (err error) {
		if s.ops, err = duckdb.NewAppenderFromConn(raw.(driver.Conn), "", "operations"); err != nil {
			return err
		}
		s.fields, err = duckdb.NewAppenderFromConn(raw.(driver.Conn), "", "operation_fields")
		return err
	})
	if err != nil {
		s.abandon()
		return nil, err
	}
	return s, nil
}

// add stores the operation under its place in the file: by level, then as it came.
func (s *planStore) add(op Operation) error {
	line, err := sealLine(op)
	if err != nil {
		return err
	}
	s.n++
	var method, path, body driver.Value
	if op.Request != nil {
		method, path, body = op.Request.Method, op.Request.Path, string(op.Request.Body)
	}
	hazards := make([]string, len(op.Hazards))
	for i, h := range op.Hazards {
		hazards[i] = h.Name
	}
	reason := op.Reason.Text
	if op.Type == TypeWithheld {
		reason = op.Withheld
	}
	err = s.ops.AppendRow("", op.ID, int64(op.Level)<<40|s.n, int32(op.Level), op.Type, op.Collection, orNil(op.ClusterID),
		orNil(op.Target), method, path, body, hazards, reason, string(line[:len(line)-1]))
	if err != nil {
		return fmt.Errorf("store operation %s: %w", op.ID, err)
	}
	for _, f := range op.Fields {
		losing, err := encode(f.Losing)
		if err != nil {
			return err
		}
		if f.Losing == nil {
			losing = json.RawMessage("[]")
		}
		err = s.fields.AppendRow("", op.ID, op.ClusterID, op.Collection, f.Field, shown(f.Before), shown(f.After), f.Winner, f.Rule, string(losing), f.Conflict)
		if err != nil {
			return fmt.Errorf("store field %s of %s: %w", f.Field, op.ID, err)
		}
	}
	return nil
}

func orNil(s string) driver.Value {
	if s == "" {
		return nil
	}
	return s
}

// shown is a value as a person reads it: text without quotes, NULL for none.
func shown(raw json.RawMessage) driver.Value {
	if !hasValue(raw) {
		return nil
	}
	if s, ok := textOf(raw); ok {
		return s
	}
	return compact(raw)
}

func (s *planStore) flush() error {
	return errors.Join(s.ops.Close(), s.fields.Close())
}

// eachLine calls f with every line, newline included, in the order of the file.
func (s *planStore) eachLine(ctx context.Context, f func([]byte) error) error {
	return queries.Each(ctx, s.tx, "merge/plan_lines.sql", nil, func(rows *sql.Rows) error {
		var line sql.RawBytes
		if err := rows.Scan(&line); err != nil {
			return err
		}
		return f(append(line[:len(line):len(line)], '\n'))
	})
}

// seal names the rows by the plan's digest.
func (s *planStore) seal(ctx context.Context, record queries.Args, configDigest string) error {
	id := queries.Args{"plan_id": record["plan_id"]}
	for _, step := range []struct {
		name string
		args queries.Args
	}{
		{"merge/plan_seal_operations.sql", id},
		{"merge/plan_seal_fields.sql", id},
		{"merge/plan_record.sql", record},
		{"merge/plan_stage.sql", queries.Args{"plan_id": record["plan_id"], "config_digest": configDigest}},
	} {
		if _, err := queries.Exec(ctx, s.tx, step.name, step.args); err != nil {
			return err
		}
	}
	return nil
}

func (s *planStore) commit(ctx context.Context) error {
	err := queries.Commit(ctx, s.tx)
	s.tx = nil
	if err != nil {
		return fmt.Errorf("record the plan in the workspace: %w: the file is good, but reports will not know it", err)
	}
	return nil
}

// abandon takes back what was not committed.
func (s *planStore) abandon() {
	if s.tx != nil {
		_ = s.tx.Rollback()
	}
	_ = s.conn.Close()
}

func readCounts(ctx context.Context, on queries.Querier, name string) (map[string]int64, error) {
	counts := map[string]int64{}
	err := queries.Each(ctx, on, name, nil, func(rows *sql.Rows) error {
		var collection string
		var n int64
		err := rows.Scan(&collection, &n)
		counts[collection] = n
		return err
	})
	return counts, err
}

func readExtractedAt(ctx context.Context, on queries.Querier) (time.Time, error) {
	var at time.Time
	err := queries.One(ctx, on, "merge/plan_extracted_at.sql", nil, &at)
	return at.UTC(), err
}

// readReviewItems notes the review clusters that hold more than one cluster, or one that was taken out of auto.
func readReviewItems(ctx context.Context, on queries.Querier, items map[string]bool) error {
	return queries.Each(ctx, on, "merge/plan_review_items.sql", nil, func(rows *sql.Rows) error {
		var collection, review string
		err := rows.Scan(&collection, &review)
		items[collection+"\x00"+review] = true
		return err
	})
}

// readHeldIDs is every external ID that a hub record of the collection bears.
func readHeldIDs(ctx context.Context, on queries.Querier, collection string) (map[connec.ExternalID]string, error) {
	held := map[connec.ExternalID]string{}
	err := queries.Each(ctx, on, "merge/plan_held_ids.sql", queries.Args{"collection": collection}, func(rows *sql.Rows) error {
		var id connec.ExternalID
		err := rows.Scan(&id.Provider, &id.Realm, &id.ID)
		if !isVoid(id) {
			held[id] = ""
		}
		return err
	})
	return held, err
}
