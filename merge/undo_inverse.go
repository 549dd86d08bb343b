package merge

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/sameas/sameas/internal/connec"
)

// Names of what an undo cannot take back: Operation.Withheld of the lines of its plan that write nothing.
const (
	StaysID       = "external_id"       // an external ID, once added, stays on its record
	StaysCreated  = "created_record"    // Connec! deletes nothing
	StaysMerged   = "native_merge"      // the records that Connec!'s own merge took away are gone
	StaysAstray   = "written_elsewhere" // the server wrote another record than the plan named
	StaysSpread   = "propagated"        // what applications did with a record that became INACTIVE
	StaysShared   = "several_clusters"  // one request moved references of several clusters, of which one is undone
	StaysNoReturn = "no_inverse"        // the plan holds no request that takes it back
)

// staysMeaning says in a few words what the name stands for.
func staysMeaning(name string) string {
	switch name {
	case StaysID:
		return "an external ID, once added, stays on its record"
	case StaysCreated:
		return "Connec! deletes nothing: a created record stays"
	case StaysMerged:
		return "Connec!'s own merge took records away for good"
	case StaysAstray:
		return "the server wrote another record than the plan named: look at it"
	case StaysSpread:
		return "what applications did when a record became INACTIVE"
	case StaysShared:
		return "a request of several clusters: undo the whole plan"
	case StaysNoReturn:
		return "the plan holds no request that takes it back"
	}
	return ""
}

// undoType is the type of the operation that takes back one of the given type, such as undo_repoint: each has its canary.
func undoType(of string) string { return "undo_" + of }

// inverse is what takes an operation back: at most one operation, and what of it stays all the same.
type inverse struct {
	op    *Operation
	stays []Operation
	known int64 // applications that hold an ID of the target
}

// invert works out how to take back an operation that was sent. What became of it may be unknown: then the target is
// read, as before any request, and found as it was before, as it was to be, or neither.
func (u *undoer) invert(op Operation, s opState) inverse {
	var v inverse
	where := op.Target
	if where == "" && s.uuid != "" {
		where = connec.HubProvider + "//" + s.uuid
	}
	stays := func(name, format string, args ...any) {
		v.stays = append(v.stays, staying(op, where, name, fmt.Sprintf(format, args...)))
	}
	switch {
	case astray(op, s):
		stays(StaysAstray, "%s: the server wrote record %s instead of %s; what was there before is not known", op.ID, s.uuid, orText(op.Target, "a new one"))
		return v
	case op.Type == TypeMerge:
		stays(StaysMerged, "merged into %s and gone: %s", op.Target, strings.Join(op.Merges, ", "))
		v.stays[0].Merges, v.stays[0].MayGain = op.Merges, op.MayGain
		return v
	case op.Type == TypeCreate:
		return u.invertCreate(op, s, where)
	}
	if text := u.takenAway(op); text != "" {
		stays(StaysMerged, "%s", text)
		return v
	}
	if ids := brought(op); len(ids) > 0 {
		v.stays = append(v.stays, stayingIDs(op, s, ids))
	}
	if op.Type == TypeRetire && op.Irreversible != "" {
		stays(StaysSpread, "%s", op.Irreversible)
	}
	switch {
	case len(op.Expect.Fields) == 0 && len(op.Expect.Refs) == 0:
	case op.Inverse == nil:
		stays(StaysNoReturn, "the plan holds no request that takes %s back", op.ID)
	default:
		v.op = u.turned(op)
	}
	return v
}

// takenAway says, of an operation whose target Connec!'s own merge took away, or a record that its references came from,
// by which operation; "" of all others. There is nothing left then to put back, or to point to.
func (u *undoer) takenAway(op Operation) string {
	if by := u.gone[op.Target]; by != "" {
		return op.Target + " was merged away by " + by
	}
	for _, path := range unionOfKeys(op.Expect.Refs, nil) {
		if by := u.gone[op.Before.Refs[path]]; by != "" {
			return fmt.Sprintf("%s is not moved back: %s was merged away by %s", path, op.Before.Refs[path], by)
		}
	}
	return ""
}

// turned is the operation from what apply left to what was there before. Its IDs are the record's own alone: the others
// stay, and neither gaining nor losing one keeps values from being put back.
func (u *undoer) turned(op Operation) *Operation {
	own := []connec.ExternalID{hubID(op.Target)}
	t := &Operation{ID: "undo-" + op.ID, Level: u.level(op), Type: undoType(op.Type), Collection: op.Collection, ClusterID: op.ClusterID,
		Target: op.Target, Request: op.Inverse, Before: Snapshot{IDs: own}, Expect: Snapshot{IDs: own},
		Reason: Reason{Kinds: []string{}, Text: strings.TrimSuffix("takes back "+op.ID+": "+op.Reason.Text, ": ")}, DependsOn: u.after[op.ID], Undoes: op.ID}
	for _, path := range unionOfKeys(op.Before.Fields, op.Expect.Fields) {
		left, written := op.Expect.Fields[path]
		if !written {
			setField(&t.Before.Fields, path, orNull(op.Before.Fields[path]))
			continue
		}
		setField(&t.Before.Fields, path, orNull(left))
		setField(&t.Expect.Fields, path, orNull(op.Before.Fields[path]))
	}
	for _, path := range unionOfKeys(op.Before.Refs, op.Expect.Refs) {
		left, written := op.Expect.Refs[path]
		if !written {
			setRef(&t.Before.Refs, path, op.Before.Refs[path])
			continue
		}
		setRef(&t.Before.Refs, path, left)
		setRef(&t.Expect.Refs, path, op.Before.Refs[path])
	}
	for _, h := range op.Hazards {
		if h.Name == HazardArchived || h.Name == HazardOutcomeUnknown && len(inLists(op)) > 0 { // it hangs on the same
			t.Hazards = append(t.Hazards, h)
		}
	}
	return t
}

// invertCreate leaves a created record in the hub. Where retire_propagates is allowed by name it is made INACTIVE, if it
// is still what was created and the journal names it.
func (u *undoer) invertCreate(op Operation, s opState, where string) inverse {
	text := "the record made for " + orText(op.Record, idList(op.BearsIDs)) + " stays, with its IDs"
	switch {
	case s.uuid == "":
		text = "a record may have been made for " + orText(op.Record, idList(op.BearsIDs)) + ": the answer was lost, look it up by " + idList(op.BearsIDs)
	case !slices.Contains(u.o.Config.Merge.Allow, HazardRetire):
		text += fmt.Sprintf("; with --allow %s it is made INACTIVE, which is a delete in the applications that know it", HazardRetire)
	}
	v := inverse{stays: []Operation{staying(op, where, StaysCreated, text)}}
	v.stays[0].Expect.IDs = op.BearsIDs
	if s.uuid == "" || !slices.Contains(u.o.Config.Merge.Allow, HazardRetire) {
		return v
	}
	request, err := putRequest(op.Collection, s.uuid, map[string]any{"status": "INACTIVE"})
	if err != nil {
		return v // a map of one text can always be encoded
	}
	v.op = &Operation{ID: "undo-" + op.ID, Level: u.level(op), Type: undoType(op.Type), Collection: op.Collection, ClusterID: op.ClusterID,
		Target: where, Request: request, Before: Snapshot{Fields: map[string]json.RawMessage{"status": json.RawMessage("null")}},
		Expect:  Snapshot{Fields: map[string]json.RawMessage{"status": json.RawMessage(`"INACTIVE"`)}},
		Reason:  Reason{Kinds: []string{}, Text: "takes " + op.ID + " out of use: " + op.Reason.Text},
		Hazards: []Hazard{hazard(HazardRetire, "INACTIVE deletes the record in the applications that know it (%s)", names(op.BearsIDs))}, Undoes: op.ID}
	for path, value := range op.Expect.Fields {
		if path != "status" {
			setField(&v.op.Before.Fields, path, value)
		}
	}
	return v
}

// astray reports whether the answer came from another record than the plan names: of an update from another than its
// target, of a create from one that was there before.
func astray(op Operation, s opState) bool {
	created := s.status == 201
	return s.outcome == OutcomeFailed && s.uuid != "" && (created != (op.Type == TypeCreate) || !created && s.uuid != uuidOf(op.Target))
}

// brought are the IDs that the operation gave its target.
func brought(op Operation) []connec.ExternalID {
	return slices.DeleteFunc(slices.Clone(op.BearsIDs), func(id connec.ExternalID) bool { return slices.Contains(op.Before.IDs, id) })
}

func stayingIDs(op Operation, s opState, ids []connec.ExternalID) Operation {
	text := idList(ids) + " stays on the record"
	if len(ids) > 1 {
		text = idList(ids) + " stay on the record"
	}
	if !s.settled() {
		text += ", if the request that brought it arrived"
	}
	switch {
	case s.outcome == OutcomeFailed:
		text += "; apply found: " + s.detail
	case hasHazard(op, HazardTwoRecords):
		text += "; another record bore it, and may have lost it, if the hub moves an ID rather than sharing it"
	}
	line := staying(op, op.Target, StaysID, text)
	line.Expect.IDs = ids
	return line
}

// staying is a line that says what an undo leaves as apply made it.
func staying(op Operation, where, name, text string) Operation {
	return Operation{ID: "stays-" + name + "-" + op.ID, Level: levelWithheld, Type: TypeWithheld, Collection: op.Collection, ClusterID: op.ClusterID,
		Record: where, Withheld: name, Reason: Reason{Kinds: []string{}, Text: text}, Undoes: op.ID}
}

func idList(ids []connec.ExternalID) string {
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = id.String()
	}
	return strings.Join(texts, ", ")
}
