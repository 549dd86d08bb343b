package extract

import (
	"context"
	"database/sql"
	"errors"
	"math"
	"time"

	"github.com/sameas/sameas/internal/config"
	queries "github.com/sameas/sameas/sql"
)

// The words of extractions.mode.
const (
	modeFull        = "full"
	modeIncremental = "incremental"
)

// open finds the interrupted run that the task goes on with, or opens a new one: of what changed since the last run where
// that is asked for and can be told, else of the whole.
func (x *extraction) open(ctx context.Context, t *task) error {
	if err := x.lookBefore(ctx, t); err != nil {
		return err
	}
	if t.source.Type != config.TypeConnec {
		return x.begin(ctx, t, "")
	}
	if !x.Fresh {
		if found, err := x.resume(ctx, t); found || err != nil {
			return err
		}
	}
	if !x.Incremental {
		return x.begin(ctx, t, "")
	}
	b, why, err := x.findBase(ctx, t)
	switch {
	case err != nil:
		return err
	case why != "":
		return x.begin(ctx, t, why)
	}
	return x.beginIncremental(ctx, t, b)
}

// resume takes up the task's interrupted run. One of what changed is taken up by one of its kind only: whoever asks for
// the whole gets the whole.
func (x *extraction) resume(ctx context.Context, t *task) (found bool, err error) {
	var started time.Time
	var mode, why string
	var since, asOf, idsAsOf sql.NullTime
	var run, skip, got, first, from int64
	err = queries.One(ctx, x.conn, "extract/run_find.sql", queries.Args{
		"source": t.source.Name, "collection": t.collection,
		"endpoint": t.source.Endpoint, "group": t.source.Group,
	}, &run, &skip, &got, &started, &mode, &first, &from, &since, &asOf, &idsAsOf, &why)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return false, nil
	case err != nil:
		return false, err
	case mode == modeIncremental && !x.Incremental:
		return false, nil
	}
	t.run, t.skip, t.got, t.next = run, skip, got, first
	if mode == modeIncremental {
		t.base = &base{from: from, first: first, since: since.Time, asOf: asOf.Time, idsAsOf: idsAsOf.Time}
	}
	if why != "" {
		t.note("%s", why)
	}
	if t.skip > 0 {
		t.note("resumed at offset %d of a run begun at %s", t.skip, started.UTC().Format(time.RFC3339))
	}
	return true, nil
}

// begin opens a new run over the whole and forgets the pages of the one before. why says, if one of what changed was asked
// for, why it is not that.
func (x *extraction) begin(ctx context.Context, t *task, why string) error {
	if x.Incremental && t.source.Type == config.TypeConnec {
		why = "read in full: " + why
		t.note("%s", why)
	}
	t.skip, t.got, t.next, t.passes, t.base, t.doubts = 0, 0, 0, 0, nil, nil
	return queries.Transact(ctx, x.conn, func(tx *sql.Tx) error {
		if _, err := queries.Exec(ctx, tx, "extract/run_abandon.sql", queries.Args{"source": t.source.Name, "collection": t.collection}); err != nil {
			return err
		}
		if err := x.forgetPages(ctx, tx, t, math.MaxInt64); err != nil {
			return err
		}
		return x.start(ctx, tx, t, why)
	})
}

// beginIncremental opens a run over what changed since the base. Its sweeps come after those of the base, which stay but
// for those that did not count.
func (x *extraction) beginIncremental(ctx context.Context, t *task, b base) error {
	t.skip, t.got, t.next, t.base = 0, 0, b.first, &b
	return queries.Transact(ctx, x.conn, func(tx *sql.Tx) error {
		if err := x.forgetPages(ctx, tx, t, b.from); err != nil {
			return err
		}
		return x.start(ctx, tx, t, "")
	})
}

// forgetPages forgets the sweeps before that one.
func (x *extraction) forgetPages(ctx context.Context, tx *sql.Tx, t *task, before int64) error {
	of := queries.Args{"source": t.source.Name, "collection": t.collection, "before": before}
	for _, name := range []string{"extract/pages_forget.sql", "extract/page_records_forget.sql"} {
		if _, err := queries.Exec(ctx, tx, name, of); err != nil {
			return err
		}
	}
	return nil
}

// start writes the run's row, with all that a resume of it needs.
func (x *extraction) start(ctx context.Context, tx *sql.Tx, t *task, why string) error {
	if err := queries.One(ctx, tx, "extract/run_number.sql", nil, &t.run); err != nil {
		return err
	}
	endpoint, group := t.source.Path, any(nil)
	if t.source.Type == config.TypeConnec {
		endpoint, group = t.source.Endpoint, t.source.Group
	}
	args := queries.Args{
		"run": t.run, "source": t.source.Name, "source_type": t.source.Type, "collection": t.collection,
		"endpoint": endpoint, "group": group, "started_at": now(), "note": text(why), "mode": t.mode(),
		"first_sweep": t.next, "counts_from": int64(0), "since": nil, "as_of": nil, "ids_as_of": nil,
	}
	if b := t.base; b != nil {
		args["counts_from"], args["since"], args["as_of"], args["ids_as_of"] = b.from, b.since, b.asOf, b.idsAsOf
	}
	_, err := queries.Exec(ctx, tx, "extract/run_start.sql", args)
	return err
}

func (t *task) mode() string {
	if t.base != nil {
		return modeIncremental
	}
	return modeFull
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
