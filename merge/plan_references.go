package merge

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/sameas/sameas/internal/connec"
	queries "github.com/sameas/sameas/sql"
)

// loser is a hub record that references move away from.
type loser struct {
	survivor  string
	clusterID string
	waitsFor  []string // the operation that makes the survivor whole
	reason    Reason
}

// rememberLosers keeps where references to the part's losers are to go.
func (p *planner) rememberLosers(u *unit) {
	if len(u.ranked) < 2 {
		return
	}
	if p.losers[u.collection] == nil {
		p.losers[u.collection] = map[string]loser{}
	}
	for _, m := range u.losers() {
		p.losers[u.collection][m.Key] = loser{survivor: u.survivor().Key, clusterID: u.id,
			waitsFor: u.opIDs(TypeConsolidate), reason: u.reason}
	}
}

// meaning reads a reference of the collection as the hub record that it will mean once the plan is done.
func (p *planner) meaning(string) referenceReader {
	return func(path string, raw json.RawMessage) string {
		if p.leadsNowhere(path, raw) {
			return ""
		}
		key := hubKeyOf(raw)
		if l, ok := p.losers[targetOf(path)][key]; ok {
			return l.survivor
		}
		return key
	}
}

// repoint moves every reference to a loser of the collection to its survivor, one request for each record that refers.
func (p *planner) repoint(ctx context.Context, on queries.Querier, target string, last int64) error {
	var same []reference
	flush := func() error {
		defer func() { same = same[:0] }()
		if len(same) == 0 {
			return nil
		}
		return p.repointRecord(target, same)
	}
	err := eachReference(ctx, on, last, func(r reference) error {
		if _, ok := p.losers[target][r.target]; !ok {
			return nil
		}
		if len(same) > 0 && (same[0].key != r.key || same[0].collection != r.collection) {
			if err := flush(); err != nil {
				return err
			}
		}
		same = append(same, r)
		return nil
	})
	if err != nil {
		return err
	}
	return flush()
}

// repointRecord is the one request for all references of one record to losers of one collection.
func (p *planner) repointRecord(target string, refs []reference) error {
	r := refs[0]
	if !statusInUse(r.status) && !p.allowed[HazardArchived] {
		return p.withholdReferrer(target, refs)
	}
	op := Operation{ID: opID(TypeRepoint, r.collection, r.key, target), Level: level(target, p.stepRepoint()), Type: TypeRepoint,
		Collection: r.collection, ClusterID: p.losers[target][r.target].clusterID, Target: r.key, Reason: p.losers[target][r.target].reason}
	if !statusInUse(r.status) {
		setField(&op.Before.Fields, "status", textJSON(r.status))
		op.Hazards = append(op.Hazards, hazard(HazardArchived, "%s is %s", r.key, r.status))
	}
	forward, back := &tree{}, &tree{}
	for _, r := range refs {
		to := p.losers[target][r.target]
		if !forward.add(r, to.survivor) || !back.add(r, r.target) {
			text := fmt.Sprintf("%s refers to %s, which becomes %s, but what holds it has no ID to be addressed by: change it in its application", r.path, r.target, to.survivor)
			if err := p.withholdReference(target, r, WithheldNoAddress, text); err != nil {
				return err
			}
			continue
		}
		setRef(&op.Before.Refs, r.path, r.target)
		setRef(&op.Expect.Refs, r.path, to.survivor)
		for _, id := range to.waitsFor {
			if !slices.Contains(op.DependsOn, id) {
				op.DependsOn = append(op.DependsOn, id)
			}
		}
		p.repointed[r.target] = append(p.repointed[r.target], op.ID)
	}
	if len(op.Expect.Refs) == 0 {
		return nil
	}
	if nested := inLists(op); len(nested) > 0 {
		op.Hazards = append(op.Hazards, hazard(HazardOutcomeUnknown,
			"%s: whether the hub keeps the other elements of a list, and what a request leaves out of one, is unknown; if not, they are lost", strings.Join(nested, ", ")))
	}
	slices.Sort(op.DependsOn)
	var err error
	uuid := hubID(r.key).ID
	if op.Request, err = putRequest(r.collection, uuid, forward.render().(map[string]any)); err != nil {
		return err
	}
	if op.Inverse, err = putRequest(r.collection, uuid, back.render().(map[string]any)); err != nil {
		return err
	}
	return p.emitOf(target, op)
}

// inLists are the references of the operation that are inside a list of the record.
func inLists(op Operation) []string {
	return slices.DeleteFunc(unionOfKeys(op.Expect.Refs, nil), func(path string) bool { return !strings.Contains(path, "/") })
}

// withholdReferrer leaves the references of a record out of use as they are: writing to it might bring it back.
func (p *planner) withholdReferrer(target string, refs []reference) error {
	for _, r := range refs {
		to := p.losers[target][r.target]
		text := fmt.Sprintf("it is %s, and its %s refers to %s, a duplicate of %s: leave it, or allow archived_target", r.status, r.path, r.target, to.survivor)
		if err := p.withholdReference(target, r, WithheldReferrer, text); err != nil {
			return err
		}
	}
	return nil
}

// withholdReference is the line of a reference that the plan leaves alone; it goes with the cluster that it refers to.
func (p *planner) withholdReference(target string, r reference, name, text string) error {
	op := p.withhold(r.collection, p.losers[target][r.target].clusterID, &member{Key: r.key, Source: r.path}, name, text)
	return p.emitOf(target, op)
}

// tree is the part of a record that holds its changed references: an element of an array is sent with its own id, so
// that Connec! knows which one is meant and keeps the others.
type tree struct {
	value  any
	fields map[string]*tree
	items  map[int]*tree
}

// add puts the reference, meaning the hub record of that key, at its path. The hub's own ID alone is sent: it is the
// only one that surely means one record. False when an element on the way has no ID to be told by.
func (t *tree) add(r reference, key string) bool {
	segments := strings.Split(r.path, "/")
	ids, ok := elementIDs(r.raw, segments)
	if !ok {
		return false
	}
	at := t
	for i, segment := range segments {
		if ids[i] == nil {
			at = at.field(segment)
			continue
		}
		index, _ := strconv.Atoi(segment)
		at = at.item(index)
		at.field("id").value = ids[i]
	}
	at.value = []connec.ExternalID{hubID(key)}
	return true
}

// elementIDs finds, for each segment that is an index, the id of the array's element there; nil for a field's name.
func elementIDs(doc json.RawMessage, segments []string) ([]json.RawMessage, bool) {
	ids := make([]json.RawMessage, len(segments))
	for i, segment := range segments {
		index, err := strconv.Atoi(segment)
		if err != nil {
			if len(segments) > 1 {
				doc = elementField(doc, segment)
			}
			continue
		}
		var items []json.RawMessage
		if json.Unmarshal(doc, &items) != nil || index < 0 || index >= len(items) {
			return nil, false
		}
		doc = items[index]
		ids[i] = elementField(doc, "id")
		isReference := i+2 == len(segments) && segments[i+1] == "id"
		if isReference || !hasValue(ids[i]) {
			return nil, false
		}
	}
	return ids, true
}

func (t *tree) field(name string) *tree {
	if t.fields == nil {
		t.fields = map[string]*tree{}
	}
	if t.fields[name] == nil {
		t.fields[name] = &tree{}
	}
	return t.fields[name]
}

func (t *tree) item(index int) *tree {
	if t.items == nil {
		t.items = map[int]*tree{}
	}
	if t.items[index] == nil {
		t.items[index] = &tree{}
	}
	return t.items[index]
}

// render is the tree as JSON values: map[string]any at the root of a record.
func (t *tree) render() any {
	switch {
	case t.value != nil:
		return t.value
	case t.items != nil:
		list := []any{}
		for _, index := range slices.Sorted(maps.Keys(t.items)) {
			list = append(list, t.items[index].render())
		}
		return list
	}
	object := map[string]any{}
	for name, inner := range t.fields {
		object[name] = inner.render()
	}
	return object
}

func elementField(doc json.RawMessage, name string) json.RawMessage {
	var object map[string]json.RawMessage
	if json.Unmarshal(doc, &object) != nil {
		return nil
	}
	return object[name]
}
