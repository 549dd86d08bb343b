package merge

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/sameas/sameas/internal/behaviour"
	"github.com/sameas/sameas/internal/connec"
)

// unit is one part of a cluster while its operations are worked out.
type unit struct {
	*cluster
	ranked []*member // hub records, survivor first
	rule   string    // why the survivor is the survivor
	apps   []*member // the applications' records
	ids    idChoice
	reason Reason
	fields []FieldChoice

	ops      []Operation
	withheld []Operation
}

func (u *unit) survivor() *member { return u.ranked[0] }

func (u *unit) losers() []*member { return u.ranked[1:] }

// planCluster works out one auto cluster: each part that holds together at the attach threshold by itself.
func (p *planner) planCluster(c *cluster) error {
	parts := c.parts(p.attach(c.collection))
	hubParts := 0
	for _, part := range parts {
		switch {
		case len(c.hubs()) == 0:
			if err := p.planWithoutHub(c, part, len(parts)); err != nil {
				return err
			}
			continue
		case len(part.hubs()) == 0:
			if err := p.withholdPart(c, part, part.applications()); err != nil {
				return err
			}
			continue
		}
		hubParts++
		if hubParts > 1 {
			if err := p.withholdPart(c, part, part.hubs()[:1]); err != nil {
				return err
			}
		}
		if err := p.planPart(part); err != nil {
			return err
		}
	}
	return nil
}

// withholdPart says that the records are joined to the rest of their cluster by too little to write an ID.
func (p *planner) withholdPart(c, part *cluster, records []*member) error {
	best, other := c.bestLink(part)
	for _, m := range records {
		op := p.withhold(c.collection, c.id, m, WithheldBelowAttach,
			fmt.Sprintf("joined to %s by likeness alone, %.7g, below the attach threshold %.7g: an ID cannot be taken back", other, best, p.attach(c.collection)))
		if err := p.emit(op); err != nil {
			return err
		}
	}
	return nil
}

// planPart works out a part that holds a hub record, and emits its operations unless its records contradict each other.
func (p *planner) planPart(c *cluster) error {
	c.markOutside()
	u := &unit{cluster: c, reason: c.evidence()}
	hubs := c.hubs()
	decided := deciders(p.decided[c.collection], hubs)
	u.ranked, u.rule = rankSurvivors(hubs, decided[decidesSurvivor].by)
	for _, m := range c.applications() {
		if m.Ambiguous {
			u.withheld = append(u.withheld, p.withhold(c.collection, c.id, m, WithheldAmbiguous,
				"it is as much like a record of another cluster: a person must say which"))
			continue
		}
		u.apps = append(u.apps, m)
	}
	u.ids = chooseIDs(u.ranked, u.apps)
	if !u.survivor().inUse() && !p.allowed[HazardArchived] {
		p.withholdUnlinked(u, WithheldArchived, "its only match in the hub, "+u.survivor().Key+", is "+u.survivor().Status+": bring that back, or allow archived_target")
		return p.emitAll(u.withheld)
	}
	if channels := u.channels(); channels > 1 {
		u.withholdAll(p, WithheldChannels, "its cluster spans two channels, which are never merged")
		return p.emitAll(u.withheld)
	}
	if err := p.operationsOf(u, decided); err != nil {
		return fmt.Errorf("cluster %s: %w", c.id, err)
	}
	if name, text := u.contradiction(); name != "" && u.writes() {
		p.review[c.collection+"\x00"+c.reviewID] = true
		u.withholdAll(p, name, text)
		return p.emitAll(u.withheld)
	}
	p.accountFor(u)
	p.withholdBarred(u)
	p.rememberLosers(u)
	if err := p.emitAll(u.withheld); err != nil {
		return err
	}
	return p.emitAll(u.ops)
}

// writes reports whether anything of the hub would change because these records are held to be one.
func (u *unit) writes() bool {
	return len(u.ops) > 0 || slices.ContainsFunc(u.losers(), func(m *member) bool { return m.RefsIn > 0 })
}

func (u *unit) channels() int {
	var seen []string
	for _, m := range u.ranked {
		if m.Channel != "" && !slices.Contains(seen, m.Channel) {
			seen = append(seen, m.Channel)
		}
	}
	return len(seen)
}

// operationsOf works out what the survivor and each loser are to be sent.
func (p *planner) operationsOf(u *unit, decided map[string]wanted) error {
	if len(u.ranked) > 1 {
		s := survivorship{ranked: u.ranked, priority: p.priority, owners: p.o.Config.Merge.Owners, meaning: p.meaning(u.collection), decided: decided}
		u.fields = s.decide()
	}
	if p.native() && len(u.ranked) > 1 {
		return p.planNative(u)
	}
	ids, changed := p.gains(u, u.survivor()), u.changed()
	kind := TypeAttach
	if len(u.ranked) > 1 {
		kind = TypeConsolidate
	}
	if len(ids) > 0 || len(changed) > 0 {
		op, err := p.survivorOperation(u, kind, ids, changed)
		if err != nil {
			return err
		}
		u.ops = append(u.ops, op)
	}
	for _, m := range u.losers() {
		if err := p.loserOperations(u, m); err != nil {
			return err
		}
	}
	if len(u.ops) > 0 {
		u.ops[0].Fields = u.fields
	}
	return nil
}

// changed are the fields whose surviving value is not the survivor's own.
func (u *unit) changed() []FieldChoice {
	var changed []FieldChoice
	for _, f := range u.fields {
		if f.changes() {
			changed = append(changed, f)
		}
	}
	return changed
}

// survivorOperation gives the survivor the IDs that it lacks and the values that survive.
func (p *planner) survivorOperation(u *unit, kind string, ids []connec.ExternalID, changed []FieldChoice) (Operation, error) {
	target := u.survivor()
	op := Operation{ID: opID(kind, u.collection, target.Key), Level: level(u.collection, stepWrite), Type: kind, Collection: u.collection,
		ClusterID: u.id, Target: target.Key, BearsIDs: ids, Reason: u.reason, SurvivorRule: u.rule}
	target.snapshot(&op)
	op.Expect.IDs = sortedIDs(op.Before.IDs, ids)
	attributes := map[string]any{}
	if err := p.putValues(&op, u.collection, attributes, changed); err != nil {
		return op, err
	}
	if err := p.address(&op, target, ids, attributes); err != nil {
		return op, err
	}
	op.Hazards = p.hazardsOf(u, target, ids)
	if kind == TypeConsolidate {
		op.Hazards = append(append(op.Hazards, u.notices()...), p.referenceHazards(u)...)
	}
	if len(ids) > 0 {
		op.Irreversible = "an external ID, once added, stays on the record"
	}
	return op, p.invert(&op, u.collection, target, changed)
}

// address chooses between the documented upsert and the update by UUID. The upsert is safe only where the IDs in it are
// held by the target alone, and what it does with IDs that the target lacks is written nowhere: so it serves where only
// values change and the target bears an ID of an application being onboarded that no other hub record bears.
func (p *planner) address(op *Operation, target *member, ids []connec.ExternalID, attributes map[string]any) (err error) {
	own := target.uniquely(func(a account) bool { return p.onboarded[a] })
	if len(ids) == 0 && len(own) > 0 {
		attributes["id"], op.BearsIDs = own, own
		op.Request, err = postRequest(op.Collection, attributes)
		return err
	}
	if len(ids) > 0 {
		attributes["id"] = ids
	}
	op.Request, err = putRequest(op.Collection, target.uuid(), attributes)
	return err
}

// putValues writes the surviving values into the request, and into the operation what was there and what is to be.
func (p *planner) putValues(op *Operation, collection string, attributes map[string]any, changed []FieldChoice) error {
	values := map[string]json.RawMessage{}
	for _, f := range changed {
		if kindOf(f.Field, f.After) == fieldReference {
			key := p.meaning(collection)(f.Field, f.After)
			setRef(&op.Before.Refs, f.Field, hubKeyOf(f.Before))
			setRef(&op.Expect.Refs, f.Field, key)
			if key == "" { // a person decided for a record that has none
				values[f.Field] = f.After
				continue
			}
			attributes[f.Field] = []connec.ExternalID{hubID(key)}
			continue
		}
		setField(&op.Before.Fields, f.Field, f.Before)
		setField(&op.Expect.Fields, f.Field, f.After)
		values[f.Field] = f.After
	}
	setFields(attributes, values)
	return nil
}

func setField(to *map[string]json.RawMessage, path string, value json.RawMessage) {
	if *to == nil {
		*to = map[string]json.RawMessage{}
	}
	(*to)[path] = value
}

func setRef(to *map[string]string, path, key string) {
	if *to == nil {
		*to = map[string]string{}
	}
	(*to)[path] = key
}

// invert puts the values before back, by UUID; IDs stay.
func (p *planner) invert(op *Operation, collection string, target *member, changed []FieldChoice) (err error) {
	if len(changed) == 0 {
		return nil
	}
	attributes, values := map[string]any{}, map[string]json.RawMessage{}
	for _, f := range changed {
		values[f.Field] = f.Before
		if key := hubKeyOf(f.Before); key != "" {
			delete(values, f.Field)
			attributes[f.Field] = []connec.ExternalID{hubID(key)}
		}
	}
	setFields(attributes, values)
	op.Inverse, err = putRequest(collection, target.uuid(), attributes)
	return err
}

// loserOperations keeps a loser from being created again: it gains the IDs that it lacks, or is taken out of use.
// A loser out of use already is no application's to create, and is left alone.
func (p *planner) loserOperations(u *unit, m *member) error {
	if !m.inUse() {
		return nil
	}
	if p.o.Config.Merge.Retire {
		return p.retire(u, m)
	}
	ids := p.gains(u, m)
	if len(ids) == 0 {
		return nil
	}
	op := Operation{ID: opID(TypeAttach, u.collection, m.Key), Level: level(u.collection, stepLoser), Type: TypeAttach,
		Collection: u.collection, ClusterID: u.id, Target: m.Key, BearsIDs: ids, Reason: u.reason,
		Irreversible: "an external ID, once added, stays on the record", DependsOn: u.opIDs(TypeConsolidate)}
	m.snapshot(&op)
	op.Expect.IDs = sortedIDs(op.Before.IDs, ids)
	op.Hazards = p.hazardsOf(u, m, ids)
	var err error
	op.Request, err = putRequest(u.collection, m.uuid(), map[string]any{"id": ids})
	u.ops = append(u.ops, op)
	return err
}

// retire takes a loser out of use; what it waits for is completed once the references to it are known.
func (p *planner) retire(u *unit, m *member) (err error) {
	op := Operation{ID: opID(TypeRetire, u.collection, m.Key), Level: level(u.collection, stepRetire), Type: TypeRetire,
		Collection: u.collection, ClusterID: u.id, Target: m.Key, Reason: u.reason, DependsOn: u.opIDs(TypeConsolidate)}
	status := m.leaves["status"]
	m.snapshot(&op)
	setField(&op.Before.Fields, "status", orNull(status))
	op.Expect.Fields = map[string]json.RawMessage{"status": json.RawMessage(`"INACTIVE"`)}
	if len(applicationIDs(m)) > 0 {
		op.Hazards = append(op.Hazards, retirePropagates(m))
		op.Irreversible = "what the applications do with a record that became INACTIVE is not undone by making it active again"
	}
	if op.Request, err = putRequest(u.collection, m.uuid(), map[string]any{"status": "INACTIVE"}); err != nil {
		return err
	}
	op.Inverse, err = putRequest(u.collection, m.uuid(), map[string]any{"status": clearing(status)})
	u.ops = append(u.ops, op)
	return err
}

func (u *unit) opIDs(kind string) []string {
	var ids []string
	for _, op := range u.ops {
		if op.Type == kind {
			ids = append(ids, op.ID)
		}
	}
	return ids
}

// takeAway makes the losers that are in use the records that the operation merges away, and returns their UUIDs.
func (op *Operation) takeAway(losers []*member) (uuids []string, err error) {
	op.Losers = map[string]Snapshot{}
	for _, m := range losers {
		if !m.inUse() {
			continue
		}
		o, err := observe(m.Raw)
		if err != nil {
			return nil, fmt.Errorf("record %s: %w", m.Key, err)
		}
		if op.Losers[m.Key], err = o.whole(); err != nil {
			return nil, fmt.Errorf("record %s: %w", m.Key, err)
		}
		uuids = append(uuids, m.uuid())
		op.Merges = append(op.Merges, m.Key)
		op.MayGain = append(op.MayGain, applicationIDs(m)...)
	}
	return uuids, nil
}

// planNative leaves it to Connec!'s own merge, and adds what IDs the survivor then still lacks. References move first:
// whether the merge moves them is written nowhere.
func (p *planner) planNative(u *unit) (err error) {
	target, changed := u.survivor(), u.changed()
	op := Operation{ID: opID(TypeMerge, u.collection, target.Key), Level: level(u.collection, stepMerge), Type: TypeMerge,
		Collection: u.collection, ClusterID: u.id, Target: target.Key, Reason: u.reason, SurvivorRule: u.rule, Fields: u.fields,
		Irreversible: "Connec!'s own merge cannot be taken back: the merged records are gone"}
	target.snapshot(&op)
	op.Expect.IDs = op.Before.IDs
	attributes := map[string]any{}
	if err := p.putValues(&op, u.collection, attributes, changed); err != nil {
		return err
	}
	others, err := op.takeAway(u.losers())
	if err != nil || len(others) == 0 {
		return err
	}
	op.Hazards = append(append(p.hazardsOf(u, target, nil), u.notices()...), p.referenceHazards(u)...)
	if p.known(behaviour.MergeMovesIDs) == "" {
		op.Hazards = append(op.Hazards, hazard(HazardOutcomeUnknown,
			"whether Connec!'s merge moves external IDs and references, and may be called with an application's credentials, is unknown (%s)", behaviour.MergeMovesIDs))
	}
	if op.Request, err = mergeRequest(u.collection, target.uuid(), others, attributes); err != nil {
		return err
	}
	u.ops = append(u.ops, op)
	ids := p.gains(u, target)
	if p.known(behaviour.MergeMovesIDs) == behaviour.True {
		ids = slices.DeleteFunc(ids, func(id connec.ExternalID) bool { return brings(op, id) })
	}
	if len(ids) == 0 {
		return nil
	}
	attach, err := p.survivorOperation(u, TypeAttach, ids, nil)
	if late := p.afterMerge(op, ids); len(late) > 0 {
		attach.Hazards = append(attach.Hazards, hazard(HazardOutcomeUnknown,
			"whether Connec!'s merge brings %s, or another ID of its application, which would keep it out, is unknown (%s)", names(late), behaviour.MergeMovesIDs))
	}
	attach.Level, attach.DependsOn, attach.SurvivorRule = level(u.collection, stepAfterMerge), []string{op.ID}, ""
	u.ops = append(u.ops, attach)
	return err
}

// hazardsOf lists what is dangerous in writing the record and giving it these IDs.
func (p *planner) hazardsOf(u *unit, target *member, ids []connec.ExternalID) []Hazard {
	var hazards []Hazard
	if !target.inUse() {
		hazards = append(hazards, hazard(HazardArchived, "%s is %s", target.Key, target.Status))
	}
	if beside := target.voidsBeside(ids); len(beside) > 0 {
		hazards = append(hazards, hazard(HazardPlaceholder, "the record also bears %s, which names nothing: an application that takes the first ID of its own would take that one", names(beside)))
	}
	if foreign := slices.DeleteFunc(slices.Clone(ids), func(id connec.ExternalID) bool {
		return p.onboarded[account{id.Provider, id.Realm}]
	}); len(foreign) > 0 && p.known(behaviour.ForeignID) == "" {
		hazards = append(hazards, foreignIDs(foreign))
	}
	if shared := p.sharedAfter(u, target, ids); len(shared) > 0 {
		hazards = append(hazards, twoRecords(shared))
		if p.known(behaviour.HeldID) == "" {
			hazards = append(hazards, heldUnknown(shared))
		}
	}
	if len(ids) > 0 {
		hazards = append(hazards, irreversible(ids))
	}
	return hazards
}

// sharedAfter are those of the IDs that another hub record bears too once the plan is done.
func (p *planner) sharedAfter(u *unit, target *member, ids []connec.ExternalID) []connec.ExternalID {
	var shared []connec.ExternalID
	for _, id := range ids {
		for _, m := range u.ranked {
			gains := m.inUse() && !p.native() && (m == u.survivor() || !p.o.Config.Merge.Retire) && slices.Contains(p.gains(u, m), id)
			if m != target && (m.holds(id.String()) && !p.goes(u, m) || gains) {
				shared = append(shared, id)
				break
			}
		}
	}
	return shared
}

// notices are what a person should know of the merged values. A code always differs, and flags are added up: neither is
// worth a line.
func (u *unit) notices() []Hazard {
	var hazards []Hazard
	var fields []string
	for _, f := range u.fields {
		if f.Conflict && f.Rule != ruleKept && f.Rule != ruleAny {
			fields = append(fields, f.Field)
		}
	}
	if len(fields) > 0 {
		hazards = append(hazards, fieldConflict(fields))
	}
	if n := len(u.members); n >= largeCluster {
		hazards = append(hazards, hazard(HazardLargeCluster, "%d records are held to be one", n))
	}
	return hazards
}
