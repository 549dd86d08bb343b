package extract

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"net/http"
	"time"

	"github.com/sameas/sameas/internal/connec"
	queries "github.com/sameas/sameas/sql"
)

// What changed since the base is read as the whole is: in passes, until one is known to have got all. That the server
// heeds `updated_at gt` is seen in its clients and documented nowhere, so that the answer is held to what is known:
//
//   - it holds no record that is older than was asked for;
//   - it holds every record of the base that is younger, of which there is at least one;
//   - the base and the answer together hold as many different records as the server counts of the whole collection.
//
// The last says also that nothing is gone: whoever is gone is counted no more, and whoever was added instead is in the answer
// to what changed that is asked for after the count. Of a server that fails one of these the whole is read instead.

// countTries is how often what changed is read before a count that does not fit is believed: what is added between the
// answer and the count is in the next answer.
const countTries = 3

// readChanges reads what changed since the task's base; why says why that cannot be relied on.
func (x *extraction) readChanges(ctx context.Context, t *task) (why string, err error) {
	known, late, err := x.knownIDs(ctx, t)
	if err != nil {
		return "", err
	}
	q := question{filter: changedSince(t.base.since), since: t.base.since, entered: updatedAt, strict: true}
	for range countTries {
		s, settled, err := x.passesOver(ctx, t, q)
		if refused(err) {
			return "the server refused to be asked for what changed", nil
		}
		if err != nil {
			return "", err
		}
		if why := t.judgeChanges(s, late); why != "" {
			return why, nil
		}
		total, err := x.countAll(ctx, t)
		if err != nil {
			return "", err
		}
		if total < 0 {
			return "the server gave no total to compare with", nil
		}
		all := int64(len(known.with(s.all)))
		t.from, t.total = t.base.from, &total
		if t.unsettled = !settled; !settled {
			t.doubt("what changed went on changing while it was read, so that a change made before %s may be missing: extract again", moment(s.began))
			return "", nil
		}
		if all == total {
			added, err := x.addedMeanwhile(ctx, t, s, q)
			if err != nil {
				return "", err
			}
			if added == 0 {
				t.asOf, t.idsAsOf = s.began, t.base.idsAsOf
				return "", nil
			}
			why = "records were added whenever the server counted, so that its count does not show whether others are gone"
			continue
		}
		why = fmt.Sprintf("the server counts %d records, and %d are known or changed", total, all)
	}
	return why, nil
}

// addedMeanwhile asks once more for what changed, now that the count fits: of a record that is gone and another that was
// added before the server counted it shows neither.
func (x *extraction) addedMeanwhile(ctx context.Context, t *task, s *passes, q question) (int, error) {
	number := t.next + 1 // odd: it moves no offset
	t.next += 2
	changed, err := x.changed(ctx, t, number, s, q)
	if err != nil {
		return 0, err
	}
	return len(s.all.with(changed.ids)) - len(s.all), nil
}

// judgeChanges says why the answer cannot be all that changed.
func (t *task) judgeChanges(s *passes, late idSet) (why string) {
	missing := int64(len(s.all.with(late)) - len(s.all))
	switch {
	case s.strays:
		return "asked for what changed, the server answered with what did not: it does not heed the filter on updated_at"
	case s.total < 0:
		return "the server did not count what changed"
	case len(t.doubts) > 0:
		return "of what changed, " + t.doubts[0]
	case missing > 0:
		return fmt.Sprintf("%s in the answer to what changed: gone, or the server does not heed the filter on updated_at",
			count(missing, "record that belongs there is not", "records that belong there are not"))
	}
	return ""
}

// knownIDs are the records that the workspace holds, and of these the ones that changed after the time that is asked for.
func (x *extraction) knownIDs(ctx context.Context, t *task) (known, late idSet, err error) {
	err = queries.Each(ctx, x.conn, "extract/base_ids.sql", queries.Args{"source": t.source.Name, "collection": t.collection},
		func(rows *sql.Rows) error {
			var key sql.RawBytes
			var updated sql.NullTime
			if err := rows.Scan(&key, &updated); err != nil {
				return err
			}
			known = append(known, hashOfKey(key))
			if updated.Time.After(t.base.since) {
				late = append(late, known[len(known)-1])
			}
			return nil
		})
	return known.sorted(), late.sorted(), err
}

// hashOfKey is nameOf a record that bears that key.
func hashOfKey(key []byte) uint64 {
	h := fnv.New64a()
	_, _ = h.Write(key)
	return h.Sum64()
}

// countAll asks for the server's count of the whole collection, which comes with a record.
func (x *extraction) countAll(ctx context.Context, t *task) (int64, error) {
	number := t.next + 1 // odd: it moves no offset
	t.next += 2
	s, err := x.sweep(ctx, t, number, question{count: true})
	if err != nil {
		return 0, err
	}
	return s.last, nil
}

// changedSince is the filter of what changed after that second. `gt` is the one that clients are seen to use.
func changedSince(since time.Time) string {
	return fmt.Sprintf("updated_at gt '%s'", since.UTC().Format(time.RFC3339))
}

// updatedAt is the time that a record says it was changed last.
func updatedAt(record json.RawMessage) (t time.Time) {
	_ = json.Unmarshal(connec.Member(record, "updated_at"), &t)
	return t
}

// refused reports whether the server takes the question for a wrong one.
func refused(err error) bool {
	var answered *connec.Error
	return errors.As(err, &answered) && answered.Status == http.StatusBadRequest
}
