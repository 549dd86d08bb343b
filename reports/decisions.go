package reports

import (
	"context"
	"database/sql"
	"fmt"
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
			field := d.Field
			if d.Kind == Survivor {
				field = Survivor
			}
			statement, args = "reports/decide_field.sql", queries.Args{"collection": d.Collection, "provider": id.Provider, "realm": id.Realm, "id": id.ID, "field": field}
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

// standing are the decisions that count: the latest on each subject, in the order of collection, kind and records.
func standing(ctx context.Context, on queries.Querier) ([]Decision, error) {
	return readDecided(ctx, on, "reports/decisions.sql")
}

func readDecided(ctx context.Context, on queries.Querier, name string) ([]Decision, error) {
	var all []Decision
	err := queries.Each(ctx, on, name, nil, func(rows *sql.Rows) error {
		var d Decision
		err := rows.Scan(&d.Collection, &d.Kind, &d.Record, &d.Other, &d.Field, &d.Who, &d.At, &d.Why)
		all = append(all, d)
		return err
	})
	return all, err
}
