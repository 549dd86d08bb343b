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

// firstMissing is how many records that are gone, or were not read, a verdict names.
const firstMissing = 10

// compare says what the staged rows of a source change, while the workspace still holds what it held before: what was not
// read is kept by name, and of an extraction of changes is counted what is new and what is not as it was.
func (x *extraction) compare(ctx context.Context, tx *sql.Tx, t *task) error {
	if t.source.Type == config.TypeLinks {
		return nil
	}
	of := queries.Args{"source": t.source.Name, "collection": t.collection, "all": !t.before.same}
	run := queries.Args{"source": t.source.Name, "collection": t.collection, "run": t.run}
	for _, name := range []string{"extract/vanished_forget.sql", "extract/unread_forget.sql"} {
		if _, err := x.exec(ctx, tx, name, of); err != nil {
			return err
		}
	}
	if t.before.same {
		if _, err := x.exec(ctx, tx, "extract/unread.sql", run); err != nil {
			return err
		}
	}
	if t.base == nil {
		return nil
	}
	run["first_place"] = t.firstPlace()
	_, err := x.exec(ctx, tx, "extract/run_changes.sql", run)
	return err
}

// sawAll reports whether what the task did not read is not there. Of the hub that takes a verdict without doubt, and a count of
// the server's to hold it against. Of a file it takes that no row was set aside, since such a row may be that of any record;
// that the file is this source's own; and that a program did not put other IDs in the place of all: then none is found again.
// Dates, names and realms in doubt hide no record.
func (t *task) sawAll() bool {
	if t.source.Type == config.TypeConnec {
		return len(t.doubts) == 0 && t.total != nil
	}
	return t.rejected.count == 0 && !t.otherFile && !t.spoiledIDs()
}

// settleMissing says of the records that were not read, by this run or by those in doubt before it, that they are gone, if this
// one saw all; and counts the others.
func (x *extraction) settleMissing(ctx context.Context, tx *sql.Tx, t *task, e *Extraction) error {
	of := queries.Args{"source": t.source.Name, "collection": t.collection}
	run := queries.Args{"source": t.source.Name, "collection": t.collection, "run": t.run}
	all := queries.Args{"source": t.source.Name, "collection": t.collection, "all": true}
	if !t.sawAll() {
		n, first, err := x.firstOf(ctx, tx, "extract/unread_first.sql", of)
		if e.Unread, e.FirstUnread = n, first; n > 0 {
			t.note("%s, and matched no more: %s (table unread_records)",
				count(n, "record that was extracted before was not read", "records that were extracted before were not read"), named(n, first))
		}
		return err
	}
	for _, statement := range []struct {
		name string
		args queries.Args
	}{{"extract/vanished.sql", run}, {"extract/unread_forget.sql", all}, {"extract/run_vanished.sql", run}} {
		if _, err := x.exec(ctx, tx, statement.name, statement.args); err != nil {
			return err
		}
	}
	n, first, err := x.firstOf(ctx, tx, "extract/vanished_first.sql", run)
	if e.Vanished, e.FirstVanished = n, first; n > 0 {
		t.note("%s, and matched no more: %s (table vanished_records)",
			count(n, "record that was extracted before is gone", "records that were extracted before are gone"), named(n, first))
	}
	return err
}

// firstOf are the keys of the first records that a statement names, and how many there are in all.
func (x *extraction) firstOf(ctx context.Context, tx *sql.Tx, name string, of queries.Args) (n int64, first []string, err error) {
	of["most"] = firstMissing
	err = queries.Each(ctx, tx, name, of, func(rows *sql.Rows) error {
		var key string
		err := rows.Scan(&key, &n)
		first = append(first, key)
		return err
	})
	return n, first, err
}

// named are the first of n records, and how many more there are.
func named(n int64, first []string) string {
	words := strings.Join(first, ", ")
	if more := n - int64(len(first)); more > 0 {
		words += fmt.Sprintf(" and %d more", more)
	}
	return words
}

// judgeDifference says what the run changed in the workspace, and what an extraction of changes proves.
func (x *extraction) judgeDifference(ctx context.Context, tx *sql.Tx, t *task, e *Extraction) error {
	if t.base != nil {
		var added, changed int64
		of := queries.Args{"source": t.source.Name, "collection": t.collection, "run": t.run}
		if err := queries.One(ctx, tx, "extract/run_counted.sql", of, &added, &changed); err != nil {
			return err
		}
		e.Added, e.Changed = &added, &changed
		t.note("%s", t.proof(added, changed))
	} else if x.Incremental && t.source.Type != config.TypeConnec && t.before.sha256 != "" {
		t.note("%s", map[bool]string{true: "the file is as it was, and was read whole", false: "the file is another one than before, and was read whole"}[t.before.sha256 == t.sha256])
	}
	if t.source.Type == config.TypeLinks {
		return nil
	}
	return x.settleMissing(ctx, tx, t, e)
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
