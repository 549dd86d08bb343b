package merge

import (
	"context"
	"database/sql"
	"slices"
	"strings"

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
	key   string // the record's
	field string
}

// readFieldDecisions reads what people decided, by collection, the latest last.
func readFieldDecisions(ctx context.Context, on queries.Querier) (map[string][]decidedField, error) {
	all := map[string][]decidedField{}
	err := queries.Each(ctx, on, "merge/field_decisions.sql", nil, func(rows *sql.Rows) error {
		var collection string
		var d decidedField
		err := rows.Scan(&collection, &d.key, &d.field)
		all[collection] = append(all[collection], d)
		return err
	})
	return all, err
}

// wanted is a record whose value a person wants, and the decision's place in the order of time.
type wanted struct {
	by *member
	at int
}

// deciders are the records of a cluster that people's decisions name, by field; of two decisions on one field the later
// counts.
func deciders(decided []decidedField, records []*member) map[string]wanted {
	var by map[string]wanted
	for n, d := range decided {
		at := slices.IndexFunc(records, func(m *member) bool { return m.Key == d.key })
		if at < 0 {
			continue
		}
		if by == nil {
			by = map[string]wanted{}
		}
		by[d.field] = wanted{records[at], n}
	}
	return by
}

// decision is the record whose value of the field a person wants; nil when nobody decided. A field may have been decided by
// its path, as a part of its group and by the beginning of its path: the latest of these counts. What was decided of all
// paths that begin alike says nothing of fields that the record does not hold: nobody meant to empty those.
func (s survivorship) decision(path string) *member {
	latest := wanted{at: -1}
	take := func(field string, fits func(*member) bool) {
		if d, there := s.decided[field]; there && d.at > latest.at && fits(d.by) {
			latest = d
		}
	}
	group := groupOf(path)
	for _, field := range []string{path, group} {
		take(field, func(*member) bool { return true })
	}
	for at := strings.LastIndexByte(group, '.'); at > 0; at = strings.LastIndexByte(group[:at], '.') {
		take(group[:at], func(m *member) bool { return m.holdsGroup(group) })
	}
	return latest.by
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
