package merge

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/sameas/sameas/internal/behaviour"
	"github.com/sameas/sameas/internal/connec"
)

// planWithoutHub works out an auto cluster of applications' records alone: one hub record is made of them where that is
// asked for, unless only likeness below the attach threshold joins them.
func (p *planner) planWithoutHub(c, part *cluster, parts int) error {
	name, text := c.mayBeHeld()
	if name == "" {
		name, text = p.notCreated(c.collection)
	}
	switch {
	case name != "":
	case parts > 1:
		return p.withholdPart(c, part, part.members)
	default:
		if name, text = (&unit{cluster: part}).contradiction(); name != "" {
			p.review[c.collection+"\x00"+c.reviewID] = true
		}
	}
	if name != "" {
		p.askOf(c.collection, c.reviewID, name)
		for _, m := range part.members {
			if err := p.emit(p.withhold(c.collection, c.id, m, name, text)); err != nil {
				return err
			}
		}
		return nil
	}
	return p.planCreate(c.collection, c.id, part.members, part.evidence())
}

// mayBeHeld says why no hub record may be made of a cluster that holds none: the hub may have one of it already, which a
// person must judge; "" when nothing is like it.
func (c *cluster) mayBeHeld() (name, text string) {
	for _, m := range c.members {
		if key := m.heldElsewhere(); key != "" {
			return WithheldElsewhere, "a hub record outside its cluster bears " + key + " already: look at both"
		}
	}
	if c.company || c.candidate != "" {
		return WithheldReview, mayBe(c.candidate)
	}
	return "", ""
}

func mayBe(candidate string) string {
	return "it may be the same as " + cmp.Or(candidate, "another record") + ": a person must judge it"
}

// heldElsewhere is an ID of the record that a hub record bears; "" when there is none.
func (m *member) heldElsewhere() string {
	for _, h := range m.IDs {
		if h.Holders > 0 && !h.Void && !h.id.IsHub() {
			return h.Key
		}
	}
	return ""
}

// planCreate makes one hub record of the applications' records: their IDs, at most one an application, and the values
// that survive among them.
func (p *planner) planCreate(collection, clusterID string, records []*member, reason Reason) error {
	if withheld, err := p.withholdSuppressed(collection, clusterID, records); withheld || err != nil {
		return err
	}
	u := &unit{cluster: &cluster{collection: collection, id: clusterID, members: records}, reason: reason}
	u.markOutside()
	u.ranked, u.rule = rankSurvivors(records, nil)
	first := u.survivor()
	ids := slices.DeleteFunc(chooseIDs(nil, records).chosen, func(id connec.ExternalID) bool { return p.barsForeign(id) != "" })
	if len(ids) == 0 && p.barsForeign(hubID(first.Key)) != "" {
		return p.emit(p.withhold(collection, clusterID, first, WithheldForeign, p.barsForeign(hubID(first.Key))))
	}
	if len(ids) == 0 {
		return p.emit(p.withhold(collection, clusterID, first, WithheldHubValue, "it bears no ID that names it: give it one"))
	}
	s := survivorship{ranked: u.ranked, priority: p.priority, owners: p.o.Config.Merge.Owners, decided: deciders(p.decided[collection], u.ranked), meaning: func(_ string, raw json.RawMessage) string { return compact(raw) }}
	u.fields = s.decide()
	op := Operation{ID: opID(TypeCreate, collection, first.Key), Level: level(collection, stepCreate), Type: TypeCreate,
		Collection: collection, ClusterID: clusterID, Record: first.Key, BearsIDs: ids, LeftIDs: leftIDs(records, ids), Reason: reason, Fields: u.fields,
		Irreversible: "Connec! deletes nothing: a record that was created can only be made INACTIVE"}
	op.Expect.IDs = ids
	attributes := map[string]any{"id": ids}
	p.createdValues(&op, u, attributes)
	var err error
	if op.Request, err = postRequest(collection, attributes); err != nil {
		return err
	}
	if foreign := slices.DeleteFunc(slices.Clone(ids), func(id connec.ExternalID) bool {
		return p.onboarded[account{id.Provider, id.Realm}]
	}); len(foreign) > 0 && p.known(behaviour.ForeignID) == "" {
		op.Hazards = append(op.Hazards, foreignIDs(foreign))
	}
	op.Hazards = append(append(op.Hazards, irreversible(ids)), u.notices()...)
	for _, m := range records {
		if !slices.Contains(ids, hubID(m.Key)) {
			u.withheld = append(u.withheld, p.withhold(collection, clusterID, m, WithheldSecondID,
				"the record to be created bears another ID of its application: merge it there"))
		}
	}
	if err := p.emitAll(u.withheld); err != nil {
		return err
	}
	return p.emit(op)
}

// createdValues fills the request with every surviving value, and with the references that the hub will know by then.
func (p *planner) createdValues(op *Operation, u *unit, attributes map[string]any) {
	values := map[string]json.RawMessage{}
	for _, m := range slices.Backward(u.ranked) {
		maps.Copy(values, m.leaves)
	}
	for _, f := range u.fields {
		values[f.Field] = f.After
	}
	for _, path := range slices.Sorted(maps.Keys(values)) {
		raw := values[path]
		kind := kindOf(path, raw)
		if kind == fieldReference {
			p.createdReference(op, path, raw, attributes)
		}
		if kind == fieldServer || kind == fieldKept || kind == fieldReference || !hasValue(raw) {
			delete(values, path)
			continue
		}
		if text, ok := textOf(raw); isDate(path) && !(ok && dateForm.MatchString(text)) {
			op.Hazards = append(op.Hazards, hazard(HazardDateLeft, "%s is left out: how %s is meant is not known", path, strconv.Quote(strings.Trim(string(raw), `"`))))
			delete(values, path)
			continue
		}
		setField(&op.Expect.Fields, path, raw)
	}
	setFields(attributes, values)
}

// createdReference refers by the application's own ID when a hub record bears it, or will.
func (p *planner) createdReference(op *Operation, path string, raw json.RawMessage, attributes map[string]any) {
	var ids, known []connec.ExternalID
	if json.Unmarshal(raw, &ids) != nil {
		return
	}
	target := targetOf(path)
	for _, id := range ids {
		b := p.bearers[target][id]
		if b == nil || !b.held && b.maker == "" {
			continue
		}
		known = append(known, id)
		if b.maker != "" && !slices.Contains(op.DependsOn, b.maker) {
			op.DependsOn = append(op.DependsOn, b.maker)
		}
	}
	if len(known) == 0 {
		op.Hazards = append(op.Hazards, hazard(HazardReferenceLeft, "%s is left out: no hub record will bear %s", path, names(ids)))
		return
	}
	attributes[path] = sortedIDs(known)
}

// targetOf is the collection that a reference field such as organization_id points into.
func targetOf(path string) string {
	name := strings.TrimSuffix(path, "_id")
	if name == "person" {
		return "people"
	}
	return fmt.Sprintf("%ss", name)
}
