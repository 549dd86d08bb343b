package extract

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"github.com/sameas/sameas/internal/config"
	queries "github.com/sameas/sameas/sql"
)

// firstVanished is how many records that are gone a verdict names.
const firstVanished = 10

// compare says what the staged rows of a source change, while the workspace still holds what it held before: what is gone
// is kept by name, and of an extraction of changes is counted what is new and what is not as it was.
func (x *extraction) compare(ctx context.Context, tx *sql.Tx, t *task) error {
	if t.source.Type == config.TypeLinks {
		return nil
	}
	of := queries.Args{"source": t.source.Name, "collection": t.collection}
	run := queries.Args{"source": t.source.Name, "collection": t.collection, "run": t.run}
	_, err := x.exec(ctx, tx, "extract/vanished_forget.sql", queries.Args{"source": of["source"], "collection": of["collection"], "all": !t.before.same})
	if err == nil && t.before.same {
		if _, err = x.exec(ctx, tx, "extract/vanished.sql", run); err == nil {
			_, err = x.exec(ctx, tx, "extract/run_vanished.sql", run)
		}
	}
	if err == nil && t.base != nil {
		_, err = x.exec(ctx, tx, "extract/run_changes.sql", run)
	}
	return err
}

// judgeDifference says what the run changed in the workspace, and what an extraction of changes proves.
func (x *extraction) judgeDifference(ctx context.Context, tx *sql.Tx, t *task, e *Extraction) error {
	of := queries.Args{"source": t.source.Name, "collection": t.collection, "run": t.run}
	var added, changed sql.NullInt64
	if err := queries.One(ctx, tx, "extract/run_counted.sql", of, &added, &changed, &e.Vanished); err != nil {
		return err
	}
	if t.base != nil {
		e.Added, e.Changed = &added.Int64, &changed.Int64
		t.note("%s", t.proof(added.Int64, changed.Int64))
	} else if x.Incremental && t.source.Type != config.TypeConnec && t.before.sha256 != "" {
		t.note("%s", map[bool]string{true: "the file is as it was, and was read whole", false: "the file is another one than before, and was read whole"}[t.before.sha256 == t.sha256])
	}
	if e.Vanished == 0 {
		return nil
	}
	of["most"] = firstVanished
	err := queries.Each(ctx, tx, "extract/vanished_first.sql", of, func(rows *sql.Rows) error {
		var key string
		err := rows.Scan(&key)
		e.FirstVanished = append(e.FirstVanished, key)
		return err
	})
	more := ""
	if n := e.Vanished - int64(len(e.FirstVanished)); n > 0 {
		more = fmt.Sprintf(" and %d more", n)
	}
	words := count(e.Vanished, "record that was extracted before is gone", "records that were extracted before are gone")
	if len(t.doubts) > 0 { // it may be there, among the rows set aside or on a page that did not come
		words = count(e.Vanished, "record that was extracted before was not read", "records that were extracted before were not read")
	}
	t.note("%s, and matched no more: %s%s (table vanished_records)", words, strings.Join(e.FirstVanished, ", "), more)
	return err
}

// proof says what an extraction of changes found, what that shows, and what it takes for granted.
func (t *task) proof(added, changed int64) string {
	words := fmt.Sprintf("asked for what changed after %s: %d new, %d changed", moment(t.base.since), added, changed)
	if t.asOf.IsZero() {
		return words
	}
	bound := ""
	if t.boundBy != "" {
		bound = fmt.Sprintf(", as of when the %s that they refer to are known", t.boundBy)
	}
	return fmt.Sprintf("%s; complete as of %s by the server's clock%s, as its count of %d agrees with the records known; all IDs were read last at %s; "+
		"taken for granted, as nothing documents it: every change moves updated_at", words, moment(t.asOf), bound, *t.total, moment(t.idsAsOf))
}

// proven puts into the verdict what the run has proven. A run of changes that did not prove to be complete leaves what its
// base had: the next one asks from there again.
func (t *task) proven(e *Extraction) (asOf, idsAsOf any) {
	switch {
	case e.Status != statusComplete && t.base != nil:
		t.asOf, t.idsAsOf = t.base.asOf, t.base.idsAsOf
	case e.Status != statusComplete:
		t.asOf, t.idsAsOf = time.Time{}, time.Time{}
	}
	if t.asOf.IsZero() {
		return nil, nil
	}
	e.AsOf, e.IDsAsOf = &t.asOf, &t.idsAsOf
	return t.asOf, t.idsAsOf
}
