package merge

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/sameas/sameas/internal/connec"
)

// standing is what a read of an operation's target says about the operation.
type standing int

const (
	asBefore standing = iota // the target is what the plan was made from, as far as the operation is concerned
	asWanted                 // the target is what the operation would make of it
	hasDrifted
)

// difference is one point of a three-way view: what the plan was made from, what is there now, what was wanted.
type difference struct{ what, planned, now, wanted string }

func (d difference) String() string {
	if d.planned == "" && d.wanted == "" {
		return d.what + ": " + d.now
	}
	return fmt.Sprintf("%s: planned from %s, now %s, wanted %s", d.what, d.planned, d.now, d.wanted)
}

// written is what this plan's own earlier operations left on a record: finding it there again is no drift.
type written struct {
	ids    map[connec.ExternalID]bool
	fields map[string][]string // path -> canonical values
	refs   map[string][]string
}

// add notes what the operation leaves behind.
func (w *written) add(s Snapshot) {
	if w.ids == nil {
		w.ids, w.fields, w.refs = map[connec.ExternalID]bool{}, map[string][]string{}, map[string][]string{}
	}
	for _, id := range s.IDs {
		w.ids[id] = true
	}
	for path, v := range s.Fields {
		w.fields[path] = append(w.fields[path], canonicalField(path, v))
	}
	for path, key := range s.Refs {
		w.refs[path] = append(w.refs[path], key)
	}
}

// judge compares the target with the operation's snapshots. Only the IDs, fields and references that the operation
// reads or writes count, and never updated_at: syncs bump it without changing anything.
func judge(op Operation, now observed, own *written) (standing, []difference) {
	if own == nil {
		own = &written{}
	}
	idsWanted, idsDrift := judgeIDs(op, now, own)
	fieldsWanted, drift := judgeFields(op, now, own)
	refsWanted, refsDrift := judgeRefs(op, now, own)
	drift = append(append(idsDrift, drift...), refsDrift...)
	drift = append(drift, judgeStatus(op, now, own)...)
	switch {
	case idsWanted && fieldsWanted && refsWanted && len(idsDrift) == 0:
		return asWanted, nil
	case len(drift) > 0:
		return hasDrifted, drift
	}
	return asBefore, nil
}

// judgeIDs finds IDs that went since the plan was made, and IDs that came: a new ID counts when it is of a provider
// and realm that the operation writes (the application has named the record itself), and always before a record is
// retired or merged away, since that reaches the applications that hold any ID of it.
func judgeIDs(op Operation, now observed, own *written) (wanted bool, drift []difference) {
	wanted = true
	for _, id := range op.Expect.IDs {
		wanted = wanted && holds(now, id)
	}
	for _, id := range op.Before.IDs {
		if !holds(now, id) {
			drift = append(drift, difference{"ID " + id.String(), "held", "gone", "held"})
		}
	}
	for _, id := range now.ids {
		known := slices.Contains(op.Before.IDs, id) || slices.Contains(op.Expect.IDs, id) || own.ids[id] ||
			slices.Contains(op.NoIdentity, id) || slices.Contains(op.MayGain, id) || id.NamesNothing()
		if !known && idConcerns(op, id) {
			drift = append(drift, difference{"ID " + id.String(), "absent", "held", "absent"})
		}
	}
	return wanted, drift
}

// holds reports whether the record bears the ID; an answer that names it by its UUID alone says nothing of the realm.
func holds(now observed, id connec.ExternalID) bool {
	return slices.Contains(now.ids, id) || len(now.ids) == 0 && id.IsHub() && id.ID == now.uuid
}

func idConcerns(op Operation, id connec.ExternalID) bool {
	if op.Type == TypeRetire || op.Type == TypeMerge {
		return true
	}
	return slices.ContainsFunc(op.BearsIDs, func(b connec.ExternalID) bool {
		return b.Provider == id.Provider && b.Realm == id.Realm
	})
}

func judgeFields(op Operation, now observed, own *written) (wanted bool, drift []difference) {
	wanted = true
	for _, path := range unionOfKeys(op.Before.Fields, op.Expect.Fields) {
		value, before := now.field(path), canonicalField(path, op.Before.Fields[path])
		want, writes := op.Expect.Fields[path]
		wish := canonicalField(path, want)
		if writes && value == wish {
			continue
		}
		wanted = wanted && !writes
		if value == before || slices.Contains(own.fields[path], value) {
			continue
		}
		if !writes {
			wish = "unchanged"
		}
		drift = append(drift, difference{path, before, value, wish})
	}
	return wanted, drift
}

func judgeRefs(op Operation, now observed, own *written) (wanted bool, drift []difference) {
	wanted = true
	for _, path := range unionOfKeys(op.Before.Refs, op.Expect.Refs) {
		value, before := now.ref(path), op.Before.Refs[path]
		want, writes := op.Expect.Refs[path]
		if writes && sameRecord(value, want) {
			continue
		}
		wanted = wanted && !writes
		same := func(key string) bool { return sameRecord(key, value) }
		if same(before) || slices.ContainsFunc(own.refs[path], same) {
			continue
		}
		if !writes {
			want = "unchanged"
		}
		drift = append(drift, difference{path, orNothing(before), orNothing(value), orNothing(want)})
	}
	return wanted, drift
}

// judgeStatus finds a target that was taken out of use since the plan was made; a plan that knew names the hazard.
func judgeStatus(op Operation, now observed, own *written) []difference {
	status := scalar(now.at("status"))
	_, reads := op.Before.Fields["status"]
	_, writes := op.Expect.Fields["status"]
	if statusInUse(status) || reads || writes || hasHazard(op, HazardArchived) || slices.Contains(own.fields["status"], canonical(status)) {
		return nil
	}
	return []difference{{"status", "in use", status, "in use"}}
}

func hasHazard(op Operation, name string) bool {
	return slices.ContainsFunc(op.Hazards, func(h Hazard) bool { return h.Name == name })
}

func unionOfKeys[V any](a, b map[string]V) []string {
	keys := slices.AppendSeq(slices.Collect(maps.Keys(a)), maps.Keys(b))
	slices.Sort(keys)
	return slices.Compact(keys)
}

func orNothing(s string) string {
	if s == "" {
		return "nothing"
	}
	return s
}

// rawOrNull is a snapshot's value as it is printed.
func rawOrNull(raw json.RawMessage) string {
	if len(raw) == 0 {
		return "null"
	}
	return string(raw)
}

func joinDifferences(ds []difference) string {
	texts := make([]string, len(ds))
	for i, d := range ds {
		texts[i] = d.String()
	}
	return strings.Join(texts, "; ")
}
