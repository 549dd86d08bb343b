package extract

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	queries "github.com/sameas/sameas/sql"
)

// overlap is taken off the time since when changes are asked for: so late may a change become visible after the time that
// its record bears, and so far apart may the clocks be of a hub's parts. What is read twice by it replaces itself.
const overlap = 5 * time.Minute

// base is what an extraction of changes goes on from: an earlier one that was complete, and the pages kept of it.
type base struct {
	from  int64 // its first sweep that counts
	first int64 // the first sweep that is free
	// since is the time that is asked for: no later than what the base may have missed.
	since time.Time
	// asOf is when the base was complete, idsAsOf when all IDs were last read, both by the server's clock.
	asOf, idsAsOf time.Time
}

// before is what the workspace says of the extraction before this one.
type before struct {
	// same says that it was of the same hub and group, or that the source is a file: what it held can be compared.
	same bool
	// sha256 is that of the file then, "" when none was read.
	sha256 string
}

func (x *extraction) lookBefore(ctx context.Context, t *task) error {
	return queries.One(ctx, x.conn, "extract/run_before.sql", queries.Args{
		"source": t.source.Name, "collection": t.collection, "source_type": t.source.Type, "endpoint": t.source.Endpoint, "group": t.source.Group,
	}, &t.before.same, &t.before.sha256)
}

// findBase finds what the task's changes can be told from; why says why there is nothing.
func (x *extraction) findBase(ctx context.Context, t *task) (b base, why string, err error) {
	var status, endpoint, group string
	var asOf, idsAsOf, latest sql.NullTime
	var last sql.NullInt64
	var records, undated int64
	err = queries.One(ctx, x.conn, "extract/base_find.sql", queries.Args{"source": t.source.Name, "collection": t.collection, "now": now()},
		&status, &endpoint, &group, &b.from, &asOf, &idsAsOf, &last, &records, &undated, &latest)
	b.asOf, b.idsAsOf, b.first = asOf.Time, idsAsOf.Time, last.Int64+2-last.Int64%2
	age := now().Sub(b.idsAsOf)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return b, "there is no extraction before it", nil
	case err != nil:
		return b, "", err
	case endpoint != t.source.Endpoint || group != t.source.Group:
		return b, "the extraction before it was of another endpoint or group", nil
	case !asOf.Valid && status == statusComplete:
		return b, "the extraction before it had no count of the server's to prove it", nil
	case !asOf.Valid:
		return b, "the extraction before it was not complete", nil
	case !last.Valid:
		return b, "the pages of the extraction before it are not there", nil
	case records == 0:
		return b, "the extraction before it held no record", nil
	case undated > 0:
		return b, fmt.Sprintf("%s no updated_at, by which changes are found", count(undated, "record bears", "records bear")), nil
	case t.source.FullReadHours > 0 && age.Hours() >= t.source.FullReadHours:
		return b, fmt.Sprintf("all IDs were last read at %s, and `full_read_hours` is %v", moment(b.idsAsOf), t.source.FullReadHours), nil
	}
	if status == statusInDoubt {
		var keyless int64
		err := queries.One(ctx, x.conn, "extract/base_keyless.sql", queries.Args{"source": t.source.Name, "collection": t.collection, "first": b.from}, &keyless)
		if err != nil || keyless > 0 { // what it was received as stays, and in doubt, though it be mended since
			return b, fmt.Sprintf("the extraction before it left %s out that no Connec! ID names", count(keyless, "record", "records")), err
		}
	}
	b.since = b.asOf
	if latest.Valid && latest.Time.Before(b.since) { // then the answer must hold at least that record, by whatever clock it was stamped
		b.since = latest.Time
	}
	b.since = b.since.UTC().Truncate(time.Second).Add(-overlap)
	return b, "", nil
}

// moment is a time as verdicts write it.
func moment(t time.Time) string { return t.UTC().Format(time.RFC3339) }
