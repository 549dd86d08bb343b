package merge

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	"github.com/sameas/sameas/internal/connec"
	queries "github.com/sameas/sameas/sql"
)

// decidesSurvivor stands for a field where a person decided which record survives.
const decidesSurvivor = "survivor"

// Undecidable says why nobody can decide on the field, a path with dots, a group such as name or address_home.billing, or
// the beginning of paths such as email; "" when a person can.
func Undecidable(field string) string {
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

// decidedField is a decision of a person: wherever the record is one of several that are merged, its value of the field
// survives, or it survives itself. It goes before every rule.
type decidedField struct {
	record connec.ExternalID
	field  string
}

// readFieldDecisions reads what people decided, by collection, the latest last.
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

// deciders are the records of a cluster that people's decisions name, by field; of two decisions on one field the later
// counts. A decision whose ID several of the records bear says nothing.
func deciders(decided []decidedField, records []*member) map[string]*member {
	var by map[string]*member
	for _, d := range decided {
		bears := func(m *member) bool {
			return slices.ContainsFunc(m.IDs, func(h heldID) bool { return h.id == d.record })
		}
		at := slices.IndexFunc(records, bears)
		if at < 0 || slices.ContainsFunc(records[at+1:], bears) {
			continue
		}
		if by == nil {
			by = map[string]*member{}
		}
		by[d.field] = records[at]
	}
	return by
}

// decision is the record whose value of the field a person wants; nil when nobody decided. What was decided of all paths
// that begin alike says nothing of fields that the record does not hold: nobody meant to empty those.
func (s survivorship) decision(path string) *member {
	group := groupOf(path)
	for _, field := range []string{path, group} {
		if m := s.decided[field]; m != nil {
			return m
		}
	}
	for at := strings.LastIndexByte(group, '.'); at > 0; at = strings.LastIndexByte(group[:at], '.') {
		if m := s.decided[group[:at]]; m != nil && m.holdsGroup(group) {
			return m
		}
	}
	return nil
}

// holdsGroup reports whether the record holds a value of a field of the group.
func (m *member) holdsGroup(group string) bool {
	for path := range m.leaves {
		if groupOf(path) == group {
			return true
		}
	}
	return false
}
