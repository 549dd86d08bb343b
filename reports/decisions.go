package reports

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"github.com/sameas/sameas/internal/connec"
	"github.com/sameas/sameas/internal/keyhash"
	queries "github.com/sameas/sameas/sql"
)

// Kinds of decisions.
const (
	Same      = "same"      // Record and Other are one thing
	Different = "different" // they are two
	Survivor  = "survivor"  // of records that are merged, Record is the one that the others are merged into
	Value     = "value"     // of records that are merged, Record's value of Field survives
)

// Decision is one judgement of a person, on records named by external IDs, so that it outlives an extraction.
type Decision struct {
	Collection string `json:"collection"`
	Kind       string `json:"decision"`
	Record     string `json:"record"`          // ID in text form
	Other      string `json:"other,omitempty"` // likewise; of Same and Different alone
	Field      string `json:"field,omitempty"` // of Value: field path, a group of fields, or the beginning of paths
	Who        string `json:"who"`
	At         time.Time
	Why        string `json:"why,omitempty"`

	named [2]string // Record and Other as the workspace has them, where those are the records' own keys
}

// onPair reports whether the decision is on two records.
func (d Decision) onPair() bool { return d.Kind == Same || d.Kind == Different }

// subject is what a later decision on the same takes the place of.
func (d Decision) subject() [4]string {
	if d.onPair() {
		return [4]string{d.Collection, "", min(d.Record, d.Other), max(d.Record, d.Other)}
	}
	return [4]string{d.Collection, d.Kind, d.Record, d.Field}
}

// counts reports whether of two decisions on the same the first stands: the later, and of one time the first in the order of
// kind, person, remark and ID, as the workspace's view has it.
func (d Decision) counts(other Decision) bool {
	if at := d.At.Compare(other.At); at != 0 {
		return at > 0
	}
	return cmp.Or(cmp.Compare(d.Kind, other.Kind), cmp.Compare(d.Who, other.Who), cmp.Compare(d.Why, other.Why), cmp.Compare(d.Record, other.Record)) < 0
}

// fromFile is the act of decisions that nobody made on the page, where they could be undone.
const fromFile = 0

// Decide keeps the decisions, all or none: the next match obeys those on pairs, the next plan the others.
func Decide(ctx context.Context, db *sql.DB, decisions []Decision) error {
	return queries.Transact(ctx, db, func(tx *sql.Tx) error { return keep(ctx, tx, fromFile, decisions) })
}

func keep(ctx context.Context, on queries.Querier, act int64, decisions []Decision) error {
	for _, d := range decisions {
		statement, args := "reports/decide.sql", queries.Args{"collection": d.Collection, "left_key": d.Record, "right_key": d.Other, "judgement": d.Kind}
		if !d.onPair() {
			id, err := namedBy(d.Record)
			if err != nil {
				return err
			}
			statement, args = "reports/decide_field.sql", queries.Args{"collection": d.Collection, "provider": id.Provider, "realm": id.Realm, "id": id.ID, "field": d.column()}
		}
		args["who"], args["at"], args["why"], args["act"] = d.Who, d.At.UTC(), d.Why, act
		if _, err := queries.Exec(ctx, on, statement, args); err != nil {
			return fmt.Errorf("keep the decision on %s: %w", d.Record, err)
		}
	}
	return nil
}

// namedBy is the ID, or what stands for one after a purge: its digest alone.
func namedBy(record string) (connec.ExternalID, error) {
	if keyhash.Is(record) {
		return connec.ExternalID{ID: record}, nil
	}
	return connec.ParseExternalID(record)
}

// replace marks that a decision stands no more, since one of that time takes its place.
func replace(ctx context.Context, on queries.Querier, d Decision, at time.Time) error {
	statement, args := "reports/replace.sql", queries.Args{"collection": d.Collection, "left_key": d.named[0], "right_key": d.named[1], "at": at}
	if !d.onPair() {
		id, err := namedBy(d.named[0])
		if err != nil {
			return err
		}
		statement, args = "reports/replace_fields.sql", queries.Args{"collection": d.Collection, "provider": id.Provider, "realm": id.Realm, "id": id.ID, "field": d.column(), "at": at}
	}
	if _, err := queries.Exec(ctx, on, statement, args); err != nil {
		return fmt.Errorf("replace the decision on %s: %w", d.Record, err)
	}
	return nil
}

// column is what the workspace has for the field of a decision on one record.
func (d Decision) column() string {
	if d.Kind == Survivor {
		return Survivor
	}
	return d.Field
}

// orDigests names records that are not extracted again since a purge by the digests that stand for them.
func orDigests(all []Decision, err error) ([]Decision, error) {
	for i := range all {
		if d := &all[i]; d.Record == "" && keyhash.Is(d.named[0]) {
			d.Record = d.named[0]
		}
		if d := &all[i]; d.Other == "" && keyhash.Is(d.named[1]) {
			d.Other = d.named[1]
		}
	}
	return all, err
}

// standing are the decisions that count as people named the records: the latest on each subject, in the order of collection,
// kind and records.
func standing(ctx context.Context, on queries.Querier) ([]Decision, error) {
	all, err := readDecided(ctx, on, "reports/decisions.sql")
	for i := range all {
		all[i].Record, all[i].Other = all[i].named[0], all[i].named[1]
	}
	return all, err
}

// effective are the decisions that count, on records by their own keys; two on one subject may contradict each other, if
// they name it by different IDs. Decisions on records that the workspace does not hold have no effect, and are left out.
func effective(ctx context.Context, on queries.Querier) ([]Decision, error) {
	return known(readDecided(ctx, on, "reports/decisions.sql"))
}

// known leaves out the decisions on records that are named by nothing.
func known(all []Decision, err error) ([]Decision, error) {
	return slices.DeleteFunc(all, func(d Decision) bool { return d.Record == "" || d.onPair() && d.Other == "" }), err
}

func readDecided(ctx context.Context, on queries.Querier, name string) ([]Decision, error) {
	var all []Decision
	err := queries.Each(ctx, on, name, nil, func(rows *sql.Rows) error {
		var d Decision
		err := rows.Scan(&d.Collection, &d.Kind, &d.named[0], &d.named[1], &d.Field, &d.Who, &d.At, &d.Why, &d.Record, &d.Other)
		all = append(all, d)
		return err
	})
	return all, err
}
