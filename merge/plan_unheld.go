package merge

import (
	"context"
	"database/sql"
	"encoding/json"

	"github.com/sameas/sameas/internal/behaviour"
	queries "github.com/sameas/sameas/sql"
)

// A duplicate may refer to a record that is not there: it was taken away, or was never extracted. What the hub does with
// a reference that matches nothing is written nowhere, and one answer is that it makes a record, which neither the plan
// nor its undo would name. So a survivor gains no reference to a record that an extracted collection lacks; and where the
// collection was not extracted, the reference is copied under a stop hazard.

// readUnheld notes to which hub records the duplicates that were gathered refer in vain.
func (p *planner) readUnheld(ctx context.Context, on queries.Querier) error {
	p.unheld = map[string]map[string]bool{}
	return queries.Each(ctx, on, "merge/plan_unheld.sql", nil, func(rows *sql.Rows) error {
		var collection, uuid string
		err := rows.Scan(&collection, &uuid)
		if p.unheld[collection] == nil {
			p.unheld[collection] = map[string]bool{}
		}
		p.unheld[collection][uuid] = true
		return err
	})
}

// leadsNowhere reports whether the reference means a hub record that is not among those extracted of its collection.
func (p *planner) leadsNowhere(path string, raw json.RawMessage) bool {
	key := hubKeyOf(raw)
	return key != "" && p.unheld[targetOf(path)][uuidOf(key)]
}

// referenceHazards are what is to be known of the references that the survivor gains, or would but for where they lead.
func (p *planner) referenceHazards(u *unit) []Hazard {
	var hazards []Hazard
	decided := deciders(p.decided[u.collection], u.ranked)
	for _, f := range u.fields {
		if kindOf(f.Field, f.After) != fieldReference {
			continue
		}
		if m := decided[f.Field].by; hasValue(f.Before) {
			if m != nil && f.Rule != ruleDecision && p.leadsNowhere(f.Field, m.leaves[f.Field]) {
				hazards = append(hazards, hazard(HazardReferenceLeft, "%s of %s is left out, though a person decided for it: no record %s was extracted", f.Field, m.Key, hubKeyOf(m.leaves[f.Field])))
			}
			continue
		}
		if target := targetOf(f.Field); f.changes() && p.hubRecords[target] == 0 {
			hazards = append(hazards, hazard(HazardOutcomeUnknown,
				"%s is to be %s, and no %s were extracted: whether the hub drops, refuses or makes a record of one that is not there is unknown (%s); extract %s too",
				f.Field, hubKeyOf(f.After), target, behaviour.UnmatchedReference, target))
		}
		for _, l := range f.Losing {
			if !f.changes() && p.leadsNowhere(f.Field, l.Value) {
				hazards = append(hazards, hazard(HazardReferenceLeft, "%s of %s is left out: no record %s was extracted", f.Field, l.Key, hubKeyOf(l.Value)))
			}
		}
	}
	return hazards
}
