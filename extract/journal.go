package extract

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/sameas/sameas/internal/config"
	queries "github.com/sameas/sameas/sql"
)

// open finds the interrupted run that the task goes on with, or opens a new one.
func (x *extraction) open(ctx context.Context, t *task) error {
	if t.source.Type == config.TypeConnec && !x.Fresh {
		var started time.Time
		err := queries.One(ctx, x.conn, "extract/run_find.sql", queries.Args{
			"source": t.source.Name, "collection": t.collection,
			"endpoint": t.source.Endpoint, "group": t.source.Group,
		}, &t.run, &t.skip, &t.got, &started)
		if err == nil {
			t.resumed = true
			if t.skip > 0 {
				t.note("resumed at offset %d of a run begun at %s", t.skip, started.UTC().Format(time.RFC3339))
			}
			return nil
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
	}
	return x.begin(ctx, t)
}

// begin opens a new run and forgets the pages of the one before.
func (x *extraction) begin(ctx context.Context, t *task) error {
	t.skip, t.got, t.resumed = 0, 0, false
	return queries.Transact(ctx, x.conn, func(tx *sql.Tx) error {
		of := queries.Args{"source": t.source.Name, "collection": t.collection}
		for _, name := range []string{"extract/run_abandon.sql", "extract/pages_forget.sql", "extract/page_records_forget.sql"} {
			if _, err := queries.Exec(ctx, tx, name, of); err != nil {
				return err
			}
		}
		if err := queries.One(ctx, tx, "extract/run_number.sql", nil, &t.run); err != nil {
			return err
		}
		endpoint, group := t.source.Path, any(nil)
		if t.source.Type == config.TypeConnec {
			endpoint, group = t.source.Endpoint, t.source.Group
		}
		_, err := queries.Exec(ctx, tx, "extract/run_start.sql", queries.Args{
			"run": t.run, "source": t.source.Name, "source_type": t.source.Type, "collection": t.collection,
			"endpoint": endpoint, "group": group, "started_at": now(),
		})
		return err
	})
}

// stopped notes on the run why it ended early. A hub run stays open for the resume; a file is read anew next time.
func (x *extraction) stopped(ctx context.Context, t *task, cause error) error {
	for _, other := range x.tasks {
		status, words := "running", "interrupted: run the same command again to go on from there"
		if other.source.Type != config.TypeConnec {
			status, words = "failed", "not read: another source stopped the run"
		}
		if t == nil || other == t {
			words = cause.Error()
		}
		_, err := queries.Exec(context.WithoutCancel(ctx), x.conn, "extract/run_stopped.sql", queries.Args{
			"run": other.run, "source": other.source.Name, "collection": other.collection, "status": status, "doubt": words,
		})
		if err != nil {
			return errors.Join(cause, err)
		}
	}
	return cause
}
