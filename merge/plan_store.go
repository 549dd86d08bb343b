package merge

import (
	"bytes"
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/duckdb/duckdb-go/v2"

	"github.com/sameas/sameas/internal/connec"
	queries "github.com/sameas/sameas/sql"
)

// planMemory is the engine's while a plan is made.
const planMemory = "512MB"

// planStore keeps a plan's operations while they are worked out: their lines in files by level, and what choosing among
// them takes in a scratch table, so that the memory stays small. What is in the workspace is one transaction: another
// plan's rows stand until this one is whole.
type planStore struct {
	conn  *sql.Conn
	tx    *sql.Tx
	steps *duckdb.Appender
	lines *spool
	n     int64
	free  func() // gives the database back its memory; nil while it has it
}

// openStore begins a plan that will be a file in the folder.
func openStore(ctx context.Context, db *sql.DB, dir string) (*planStore, error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	s := &planStore{conn: conn, lines: &spool{dir: dir}}
	if err := s.begin(ctx); err != nil {
		s.abandon()
		return nil, err
	}
	return s, nil
}

func (s *planStore) begin(ctx context.Context) (err error) {
	if s.free, err = queries.BoundMemory(ctx, s.conn, queries.Memory{Limit: planMemory}); err != nil {
		return err
	}
	if s.tx, err = queries.Begin(ctx, s.conn); err != nil {
		return err
	}
	if _, err := queries.Exec(ctx, s.tx, "merge/plan_clear.sql", nil); err != nil {
		return err
	}
	s.steps, err = s.appender("plan_steps")
	return err
}

func (s *planStore) appender(table string) (a *duckdb.Appender, err error) {
	err = s.conn.Raw(func(raw any) (err error) {
		a, err = duckdb.NewAppenderFromConn(raw.(driver.Conn), "", table)
		return err
	})
	return a, err
}

// add keeps an operation, whose cluster is of the collection home, under its place in the file: by level, then as it came.
func (s *planStore) add(home string, op Operation) error {
	line, err := sealLine(op)
	if err != nil {
		return err
	}
	if err := s.lines.add(op.Level, line); err != nil {
		return err
	}
	s.n++
	err = s.steps.AppendRow(op.ID, s.n, op.Type, op.Collection, home, op.ClusterID, orNil(op.Target),
		strings.Join(op.Reason.Kinds, ","), applicationsOf(op), append([]string{}, op.DependsOn...),
		slices.Sorted(maps.Values(op.Expect.Refs)), op.Irreversible != "")
	if err != nil {
		return fmt.Errorf("keep operation %s: %w", op.ID, err)
	}
	if s.n%flushEvery == 0 {
		return s.steps.Flush()
	}
	return nil
}

// flushEvery is how many rows an appender gathers: left to itself it holds 200,000, outside the database's memory limit.
const flushEvery = 4096

// applicationsOf names the accounts whose IDs the operation writes.
func applicationsOf(op Operation) []string {
	names := []string{}
	for _, id := range op.BearsIDs {
		names = append(names, id.Provider+"/"+id.Realm)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// flush ends what is worked out.
func (s *planStore) flush() error { return s.steps.Close() }

// operationRows fills the tables operations and operation_fields.
type operationRows struct {
	plan        string
	n           int64
	ops, fields *duckdb.Appender
}

// recorder begins the rows of the plan with that digest.
func (s *planStore) recorder(ctx context.Context, plan string) (*operationRows, error) {
	if _, err := queries.Exec(ctx, s.tx, "merge/plan_bound_rows.sql", nil); err != nil {
		return nil, err
	}
	ops, err := s.appender("operations")
	if err != nil {
		return nil, err
	}
	fields, err := s.appender("operation_fields")
	if err != nil {
		return nil, errors.Join(err, ops.Close())
	}
	return &operationRows{plan: plan, ops: ops, fields: fields}, nil
}

// add stores the operation that the line holds, under the line's number.
func (r *operationRows) add(op Operation, line []byte) error {
	r.n++
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
	err := r.ops.AppendRow(r.plan, op.ID, r.n, int32(op.Level), op.Type, op.Collection, orNil(op.ClusterID),
		orNil(op.Target), method, path, body, hazards, reason, string(bytes.TrimSuffix(line, []byte("\n"))))
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
		err = r.fields.AppendRow(r.plan, op.ID, op.ClusterID, op.Collection, f.Field, shown(f.Before), shown(f.After), f.Winner, f.Rule, string(losing), f.Conflict)
		if err != nil {
			return fmt.Errorf("store field %s of %s: %w", f.Field, op.ID, err)
		}
	}
	if r.n%flushEvery == 0 {
		return errors.Join(r.ops.Flush(), r.fields.Flush())
	}
	return nil
}

func (r *operationRows) close() error { return errors.Join(r.ops.Close(), r.fields.Close()) }

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

// seal records the plan itself, and forgets the scratch.
func (s *planStore) seal(ctx context.Context, record queries.Args, configDigest string) error {
	for _, step := range []struct {
		name string
		args queries.Args
	}{
		{"merge/plan_steps_clear.sql", nil},
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
		return fmt.Errorf("record the plan in the workspace: the file is good, but reports will not know it: %w", err)
	}
	return nil
}

// abandon takes back what was not committed.
func (s *planStore) abandon() {
	s.lines.close()
	if s.tx != nil {
		_ = s.tx.Rollback()
	}
	if s.free != nil {
		s.free()
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

// readInDoubt names the extractions that are in doubt.
func readInDoubt(ctx context.Context, on queries.Querier) (lines []string, err error) {
	err = eachInDoubt(ctx, on, func(source, collection, doubt string, _ bool) {
		lines = append(lines, fmt.Sprintf("%s of %s: %s", collection, source, doubt))
	})
	return lines, err
}

// readUnsure says of which of the collections the hub's own records may not all have been read, and why: their extraction is
// in doubt, or none has ended.
func readUnsure(ctx context.Context, on queries.Querier, collections []string) (map[string]string, error) {
	unsure := map[string]string{}
	for _, collection := range collections {
		unsure[collection] = "its " + collection + " were not extracted"
	}
	err := queries.Each(ctx, on, "merge/plan_hub_extracted.sql", nil, func(rows *sql.Rows) error {
		var collection string
		err := rows.Scan(&collection)
		delete(unsure, collection)
		return err
	})
	if err != nil {
		return nil, err
	}
	err = eachInDoubt(ctx, on, func(_, collection, doubt string, hub bool) {
		if hub {
			unsure[collection] = doubt
		}
	})
	return unsure, err
}

func eachInDoubt(ctx context.Context, on queries.Querier, f func(source, collection, doubt string, hub bool)) error {
	return queries.Each(ctx, on, "merge/plan_in_doubt.sql", nil, func(rows *sql.Rows) error {
		var source, collection, doubt string
		var hub bool
		err := rows.Scan(&source, &collection, &doubt, &hub)
		f(source, collection, doubt, hub)
		return err
	})
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

// bearer says how a hub record comes by an ID that records to be created refer by.
type bearer struct {
	held  bool   // a hub record bears it
	maker string // or will: once this operation is done
}

// readReferredIDs are the IDs by which applications' records refer to the collection.
func readReferredIDs(ctx context.Context, on queries.Querier, collection string) (map[connec.ExternalID]*bearer, error) {
	referred := map[connec.ExternalID]*bearer{}
	err := queries.Each(ctx, on, "merge/plan_referred_ids.sql", queries.Args{"collection": collection}, func(rows *sql.Rows) error {
		var id connec.ExternalID
		var b bearer
		err := rows.Scan(&id.Provider, &id.Realm, &id.ID, &b.held)
		referred[id] = &b
		return err
	})
	return referred, err
}
