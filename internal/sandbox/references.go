package sandbox

import (
	"slices"
	"strings"

	"github.com/sameas/sameas/internal/behaviour"
	"github.com/sameas/sameas/internal/connec"
)

// isReference reports whether a member refers to a record: by its name, or because its value is an array of IDs.
func isReference(name string, value any) bool {
	if !strings.HasSuffix(name, "_id") || name == "group_id" || name == "channel_id" {
		return false
	}
	if referenceTarget(name) != "" {
		return true
	}
	entries, isArray := value.([]any)
	if !isArray || len(entries) == 0 {
		return false
	}
	first, isObject := entries[0].(map[string]any)
	return isObject && first["provider"] != nil
}

// setReferences are the record's references as the payload leaves them, in order of field.
func (q request) setReferences(held []reference, p payload) ([]reference, error) {
	refs := slices.Clone(held)
	for _, field := range sortedKeys(p.refs) {
		ref, given, err := q.resolve(field, p.refs[field])
		if err != nil {
			return nil, err
		}
		if given && ref == nil {
			continue // dropped: the field stays as it was
		}
		refs = slices.DeleteFunc(refs, func(r reference) bool { return r.field == field })
		if ref != nil {
			refs = append(refs, *ref)
		}
	}
	slices.SortFunc(refs, func(a, b reference) int { return strings.Compare(a.field, b.field) })
	return refs, nil
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// resolve finds the record that a reference names. A reference without IDs clears the field (given is false); one
// whose IDs name no record is nil, an error, or a record made for it, as the server behaves.
func (q request) resolve(field string, value any) (ref *reference, given bool, err error) {
	s := q.server
	ids, err := externalIDs(value, s.o.Channel)
	if err != nil {
		return nil, false, badRequest("%s: %v", field, err)
	}
	if len(ids) == 0 {
		return nil, false, nil
	}
	target := referenceTarget(field)
	c := s.collections[target]
	for _, e := range ids {
		if r := s.first(c, e); r != nil {
			return &reference{field: field, target: target, uuid: r.uuid}, true, nil
		}
	}
	s.consulted.note(behaviour.UnmatchedReference)
	switch rule := s.o.Behave.UnmatchedReference; {
	case rule == behaviour.Error:
		return nil, true, badRequest("%s: no record has the ID %s", field, ids[0])
	case rule == behaviour.Create && target != "":
		uuid, err := q.placeholder(target, ids)
		return &reference{field: field, target: target, uuid: uuid}, true, err
	}
	return nil, true, nil
}

// first is the record that bears the ID, the oldest of several; nil when there is none.
func (s *Server) first(c *collection, e connec.ExternalID) *record {
	if c == nil {
		return nil
	}
	if e.IsHub() {
		return c.find(e.ID)
	}
	id, known := s.names.find(e)
	if slots := c.holders(id); known && len(slots) > 0 {
		return &c.records[slots[0]]
	}
	return nil
}

// placeholder makes a record that has nothing but the IDs a reference gave.
func (q request) placeholder(target string, ids []connec.ExternalID) (string, error) {
	s := q.server
	c := s.collections[target]
	if c == nil {
		c = newCollection(target)
		s.collections[target] = c
	}
	if _, err := q.create(c, payload{ids: ids}); err != nil {
		return "", err
	}
	return c.records[len(c.records)-1].uuid, nil
}

// nestedReference stores a reference below the top level as the hub's UUID of its target.
func (q request) nestedReference(dst map[string]any, field string, value any) error {
	ref, given, err := q.resolve(field, value)
	switch {
	case err != nil:
		return err
	case ref != nil:
		dst[field] = ref.uuid
	case !given:
		delete(dst, field)
	}
	return nil
}
