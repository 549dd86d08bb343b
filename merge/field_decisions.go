package merge

import (
	"context"
	"database/sql"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/sameas/sameas/internal/connec"
	queries "github.com/sameas/sameas/sql"
)

// ErrFieldDecision says that a person's decision on a field cannot be kept.
var ErrFieldDecision = errors.New("a decision on a field cannot be kept")

// FieldDecision is what a person says of one field: wherever the record is one of several that are merged, its value
// survives. It goes before every rule of survivorship.
type FieldDecision struct {
	Line       int    // of the file, the header being line 1
	Collection string // of the record
	Record     connec.ExternalID
	Field      string // path with dots, or a group such as name or address_home.billing: its fields survive together
	Who, Why   string
}

// ReadFieldDecisions reads a CSV file with the columns collection, record and field, and perhaps who and why, found by
// name in any order. record is any external ID of the record as provider/realm/id. Errors name the line.
func ReadFieldDecisions(path string) ([]FieldDecision, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read decisions on fields: %w", err)
	}
	defer file.Close()
	in := csv.NewReader(file)
	header, err := in.Read()
	if err != nil {
		return nil, fmt.Errorf("%s: %w: its header cannot be read: want the columns collection,record,field,who,why", path, ErrFieldDecision)
	}
	at := map[string]int{"collection": -1, "record": -1, "field": -1, "who": -1, "why": -1}
	for i, name := range header {
		name = strings.ToLower(strings.TrimSpace(strings.TrimPrefix(name, "\ufeff")))
		if before, known := at[name]; !known || before >= 0 {
			return nil, fmt.Errorf("%s, line 1: %w: column %q is unknown or given twice: there are collection, record, field, who and why", path, ErrFieldDecision, name)
		}
		at[name] = i
	}
	for _, name := range []string{"collection", "record", "field"} {
		if at[name] < 0 {
			return nil, fmt.Errorf("%s, line 1: %w: column %q is missing", path, ErrFieldDecision, name)
		}
	}
	return readDecisionRows(path, in, at)
}

func readDecisionRows(path string, in *csv.Reader, at map[string]int) ([]FieldDecision, error) {
	var all []FieldDecision
	for {
		row, err := in.Read()
		line, _ := in.FieldPos(0)
		switch {
		case errors.Is(err, io.EOF):
			return all, nil
		case err != nil:
			return nil, fmt.Errorf("%s: %w: %w", path, ErrFieldDecision, err)
		}
		cell := func(name string) string {
			if at[name] < 0 {
				return ""
			}
			return strings.TrimSpace(row[at[name]])
		}
		d := FieldDecision{Line: line, Collection: cell("collection"), Field: cell("field"), Who: cell("who"), Why: cell("why")}
		if d.Record, err = connec.ParseExternalID(cell("record")); err != nil || !d.Record.Complete() && !d.Record.IsHub() {
			return nil, fmt.Errorf("%s, line %d: %w: record %q is no external ID: write provider/realm/id", path, line, ErrFieldDecision, cell("record"))
		}
		if why := undecidable(d.Field); why != "" {
			return nil, fmt.Errorf("%s, line %d: %w: field %q %s", path, line, ErrFieldDecision, d.Field, why)
		}
		all = append(all, d)
	}
}

// undecidable says why nobody can decide on the field; "" when a person can.
func undecidable(field string) string {
	switch {
	case field == "":
		return "is empty: name its path, such as email.address"
	case isServerField(field):
		return "is set by the hub alone"
	case isKeptField(field):
		return "is never written: it belongs to each record alone"
	}
	return ""
}

// KeepFieldDecisions keeps the decisions in the workspace, all or none: every plan made from it obeys them, the latest on
// a record and field. Of several in one call the later line is the later decision. A record that the workspace does not hold is ErrFieldDecision, which names the line.
func KeepFieldDecisions(ctx context.Context, db *sql.DB, all []FieldDecision, at time.Time) error {
	return queries.Transact(ctx, db, func(tx *sql.Tx) error {
		for _, d := range all {
			n, err := queries.Exec(ctx, tx, "merge/field_decision_keep.sql", queries.Args{"collection": d.Collection, "provider": d.Record.Provider,
				"realm": d.Record.Realm, "id": d.Record.ID, "field": d.Field, "who": d.Who, "why": d.Why, "at": at.UTC().Add(time.Duration(d.Line) * time.Microsecond)})
			if err != nil {
				return err
			}
			if n == 0 {
				return fmt.Errorf("line %d: %w: no record of %s bears %s", d.Line, ErrFieldDecision, d.Collection, d.Record)
			}
		}
		return nil
	})
}

// decidedField is a kept decision, the latest last.
type decidedField struct {
	record connec.ExternalID
	field  string
}

// readFieldDecisions reads what people decided, by collection.
func readFieldDecisions(ctx context.Context, on queries.Querier) (map[string][]decidedField, error) {
	all := map[string][]decidedField{}
	err := queries.Each(ctx, on, "merge/field_decisions.sql", nil, func(rows *sql.Rows) error {
		var collection string
		var d decidedField
		err := rows.Scan(&collection, &d.record.Provider, &d.record.Realm, &d.record.ID, &d.field)
		all[collection] = append(all[collection], d)
		return err
	})
	return all, err
}

// deciders are the records of a cluster that people's decisions name, by field or group; of two decisions on one field
// the later counts. A decision whose ID several of the records bear says nothing.
func deciders(decided []decidedField, ranked []*member) map[string]*member {
	var by map[string]*member
	for _, d := range decided {
		bears := func(m *member) bool {
			return slices.ContainsFunc(m.IDs, func(h heldID) bool { return h.id == d.record })
		}
		at := slices.IndexFunc(ranked, bears)
		if at < 0 || slices.ContainsFunc(ranked[at+1:], bears) {
			continue
		}
		if by == nil {
			by = map[string]*member{}
		}
		by[d.field] = ranked[at]
	}
	return by
}
