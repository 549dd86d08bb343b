package extract

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/sameas/sameas/internal/config"
	queries "github.com/sameas/sameas/sql"
)

// A reference shows all IDs of the record that it means. When that record gains an ID, or goes away, what refers to it
// reads otherwise and bears no other updated_at for it: what changed does not show it. So it is read by its own ID. And
// what is not known to have changed of the records that it refers to cannot be told of it: it is complete as of no later a
// time than they are.

// idsAtOnce is how many records are asked for by their IDs in one request: an address of some 3,000 characters.
const idsAtOnce = 50

// plainID is an ID that can stand in a filter as it is.
var plainID = regexp.MustCompile(`^[0-9A-Za-z-]+$`)

// referrer is a record that is to be read by its ID.
type referrer struct {
	id   string
	name uint64 // as nameOf has it
}

// readReferrers reads the records that did not change and refer to records whose IDs did. What is read may be referred to
// in turn; each record is read once.
func (x *extraction) readReferrers(ctx context.Context) error {
	for x.readsChanges() {
		stale, err := x.staleReferrers(ctx)
		if err != nil {
			return x.stopped(ctx, nil, err)
		}
		if len(stale) == 0 {
			return nil
		}
		for _, t := range x.tasks {
			if len(stale[t]) == 0 {
				continue
			}
			if err := x.readReferrersOf(ctx, t, stale[t]); err != nil {
				return x.stopped(ctx, t, fmt.Errorf("source %s, %s: %w", t.source.Name, t.collection, err))
			}
		}
	}
	return nil
}

func (x *extraction) readsChanges() bool {
	for _, t := range x.tasks {
		if t.base != nil {
			return true
		}
	}
	return false
}

// staleReferrers are the records to be read by their IDs, by task.
func (x *extraction) staleReferrers(ctx context.Context) (map[*task][]referrer, error) {
	type reading struct {
		Source     string  `json:"source"`
		Collection string  `json:"collection"`
		First      int64   `json:"first"`
		Whole      bool    `json:"whole"`
		Since      *string `json:"since"` // nil of the whole
	}
	readings, by := []reading{}, map[[2]string]*task{}
	for _, t := range x.tasks {
		if t.source.Type != config.TypeConnec {
			continue
		}
		r := reading{t.source.Name, t.collection, t.from, true, nil}
		if t.base != nil {
			since := t.base.since.UTC().Format(time.DateTime)
			r.First, r.Whole, r.Since = t.base.first, false, &since
		}
		readings, by[[2]string{t.source.Name, t.collection}] = append(readings, r), t
	}
	text, _ := json.Marshal(readings)
	stale := map[*task][]referrer{}
	err := queries.Each(ctx, x.conn, "extract/stale_referrers.sql", queries.Args{"readings": string(text)}, func(rows *sql.Rows) error {
		var source, collection, key, id string
		err := rows.Scan(&source, &collection, &key, &id)
		t := by[[2]string{source, collection}]
		stale[t] = append(stale[t], referrer{id, hashOfKey([]byte(key))})
		return err
	})
	return stale, err
}

// readReferrersOf reads the records of one task. Where that would take as many requests as the whole, or cannot be done,
// the whole is read.
func (x *extraction) readReferrersOf(ctx context.Context, t *task, stale []referrer) error {
	free, err := queries.TakeBatches(ctx, x.conn)
	if err != nil {
		return err
	}
	defer free()
	var last int64 // of this run or of one that was interrupted: what it kept is not asked for again
	if err := queries.One(ctx, x.conn, "extract/sweep_last.sql", queries.Args{"source": t.source.Name, "collection": t.collection}, &last); err != nil {
		return err
	}
	t.next = max(t.next, last+last%2)
	size := min(idsAtOnce, max(t.source.PageSize, 1))
	why := ""
	if t.total != nil && int64(len(stale))*t.source.PageSize >= *t.total*size {
		why = fmt.Sprintf("%d of its %d records refer to records whose IDs changed", len(stale), *t.total)
	}
	asked := int64(len(stale))
	for len(stale) > 0 && why == "" {
		few := stale[:min(int64(len(stale)), size)]
		stale = stale[len(few):]
		if why, err = x.readByID(ctx, t, few); err != nil {
			return err
		}
	}
	if why != "" {
		return x.readAgain(ctx, t, why)
	}
	t.note("%s read by their IDs, as records that they refer to changed theirs", count(asked, "record", "records"))
	return nil
}

// readByID reads a few records; why says why they did not come.
func (x *extraction) readByID(ctx context.Context, t *task, few []referrer) (why string, err error) {
	var quoted []string
	var names idSet
	for _, r := range few {
		if !plainID.MatchString(r.id) {
			return "it refers to records whose IDs changed, and some of its own IDs cannot stand in a filter", nil
		}
		quoted, names = append(quoted, "'"+r.id+"'"), append(names, r.name)
	}
	number := t.next + 1 // odd: it moves no offset
	t.next += 2
	s, err := x.sweep(ctx, t, number, question{filter: "_id in [" + strings.Join(quoted, ",") + "]"})
	switch {
	case refused(err):
		return "it refers to records whose IDs changed, and the server refused to be asked for records by their IDs", nil
	case err != nil:
		return "", err
	}
	got, asked := s.ids.sorted(), len(names.sorted())
	if len(got) != asked || len(got.with(names)) != asked {
		return "it refers to records whose IDs changed, and asked for records by their IDs the server answered with others", nil
	}
	x.Log.Debug("read by their IDs", "stage", t.stage(), "records", len(few))
	return "", nil
}

// boundByReferred takes the time that the tasks' records are complete as of back to that of the records that they refer to,
// though not behind that of their base.
func (x *extraction) boundByReferred(ctx context.Context, tx *sql.Tx) error {
	read := map[[2]string]time.Time{}
	for _, t := range x.tasks {
		if t.source.Type == config.TypeConnec {
			read[[2]string{t.source.Name, t.collection}] = t.asOf
		}
	}
	for _, t := range x.tasks {
		if t.base == nil || t.asOf.IsZero() {
			continue
		}
		err := queries.Each(ctx, tx, "extract/referred_as_of.sql", queries.Args{"source": t.source.Name, "collection": t.collection}, func(rows *sql.Rows) error {
			var collection string
			var held sql.NullTime
			if err := rows.Scan(&collection, &held); err != nil {
				return err
			}
			asOf, now := read[[2]string{t.source.Name, collection}]
			if !now {
				asOf = held.Time
			}
			if asOf.Before(t.base.asOf) {
				asOf = t.base.asOf
			}
			if asOf.Before(t.asOf) {
				t.asOf, t.boundBy = asOf, collection
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
