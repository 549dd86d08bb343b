package sandbox

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/sameas/sameas/internal/behaviour"
	"github.com/sameas/sameas/internal/connec"
)

const creationWithID = "creation-with-id"

// payload is a write's body, taken apart.
type payload struct {
	ids     []connec.ExternalID
	idText  bool // the id was text, not an array
	refs    map[string]any
	fields  map[string]any // the other members that a client may set
	opts    map[string]any
	replace bool // opts.sparse is false
}

// payload reads the body {"<collection>": {...}}.
func (q request) payload(collection string) (payload, error) {
	value, err := decodeValue(q.body)
	if err != nil {
		return payload{}, badRequest("body is not JSON: %v", err)
	}
	outer, _ := value.(map[string]any)
	inner, isObject := outer[collection].(map[string]any)
	if !isObject {
		return payload{}, badRequest("body: want an object under %q", collection)
	}
	p := payload{refs: map[string]any{}, fields: map[string]any{}}
	if p.ids, err = externalIDs(inner["id"], q.server.o.Channel); err != nil {
		return payload{}, badRequest("id: %v", err)
	}
	_, p.idText = inner["id"].(string)
	p.opts, _ = inner["opts"].(map[string]any)
	if sparse, set := p.opts["sparse"]; set {
		p.replace = sparse == false || sparse == "false"
	}
	for name, v := range inner {
		switch {
		case serverOwned(name):
		case isReference(name, v):
			p.refs[name] = v
		default:
			p.fields[name] = v
		}
	}
	return p, nil
}

// post is the upsert: "If any of the specified external_ids is matched, the matching resource will be updated.
// Otherwise a new resource with these external_ids is created."
func (q request) post(collection string) (answer, error) {
	p, err := q.payload(collection)
	if err != nil {
		return answer{}, err
	}
	if p.idText && len(p.ids) > 0 {
		return answer{}, conflict(creationWithID, "Creation of resource with id")
	}
	s := q.server
	s.mu.Lock()
	defer s.mu.Unlock()
	if p.ids, err = q.admitted(p.ids); err != nil {
		return answer{}, err
	}
	c := s.collections[collection]
	if c == nil {
		c = newCollection(collection)
		s.collections[collection] = c
	}
	slot, found, err := s.match(c, p)
	if err != nil {
		return answer{}, err
	}
	if found {
		if len(s.withIDs(c.records[slot].ids, p.ids)) > len(c.records[slot].ids) {
			s.consulted.note(behaviour.PostAddsIDs)
		}
		return q.update(c, slot, p, s.o.Behave.PostAddsIDs == behaviour.True)
	}
	return q.create(c, p)
}

// put is the partial update by UUID; IDs in it are added.
func (q request) put(collection, uuid string) (answer, error) {
	p, err := q.payload(collection)
	if err != nil {
		return answer{}, err
	}
	if p.idText {
		p.ids = nil // the record's own ID, sent along
	}
	s := q.server
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.collections[collection]
	if c == nil {
		return answer{}, notFound()
	}
	slot, ok := c.byUUID[uuid]
	if !ok {
		return answer{}, notFound()
	}
	if p.ids, err = q.admitted(p.ids); err != nil {
		return answer{}, err
	}
	return q.update(c, slot, p, true)
}

// match finds the record that a POST updates: by any of its IDs, else by opts.matching_fields.
func (s *Server) match(c *collection, p payload) (slot uint32, found bool, err error) {
	var slots []uint32
	for _, e := range p.ids {
		if e.IsHub() {
			if slot, ok := c.byUUID[e.ID]; ok {
				slots = append(slots, slot)
			}
		} else if id, ok := s.names.find(e); ok {
			slots = append(slots, c.holders(id)...)
		}
	}
	slices.Sort(slots)
	if slots = slices.Compact(slots); len(slots) > 0 {
		if len(slots) > 1 {
			s.consulted.note(behaviour.MultiMatch)
		}
		slot, err = choose(s.o.Behave.MultiMatch, slots, "the IDs match %d records", len(slots))
		return slot, err == nil, err
	}
	return c.matchFields(p)
}

// matchFields finds a record by opts.matching_fields: any of the groups, all fields of it equal and not empty.
func (c *collection) matchFields(p payload) (slot uint32, found bool, err error) {
	groups, err := matchingFields(p.opts["matching_fields"])
	if err != nil || len(groups) == 0 {
		return 0, false, err
	}
	encoded, err := encodeMembers(p.fields)
	if err != nil {
		return 0, false, err
	}
	given := record{members: encoded}
	for slot := range c.records {
		r := &c.records[slot]
		for _, group := range groups {
			if !r.gone && c.agree(&given, r, group) {
				return uint32(slot), true, nil
			}
		}
	}
	return 0, false, nil
}

func (c *collection) agree(a, b *record, fields []string) bool {
	for _, field := range fields {
		path := fieldPath(field)
		x, y := c.value(a, field, path), c.value(b, field, path)
		if x == nil || y == nil || shown(x) == "" || shown(x) != shown(y) {
			return false
		}
	}
	return len(fields) > 0
}

func matchingFields(value any) ([][]string, error) {
	if value == nil {
		return nil, nil
	}
	wrong := badRequest("opts.matching_fields: want an array of arrays of field names")
	outer, isArray := value.([]any)
	if !isArray {
		return nil, wrong
	}
	var groups [][]string
	for _, inner := range outer {
		names, isArray := inner.([]any)
		if !isArray {
			return nil, wrong
		}
		var group []string
		for _, name := range names {
			text, isText := name.(string)
			if !isText || !isField(text) || serverOwned(text) {
				return nil, wrong
			}
			group = append(group, text)
		}
		groups = append(groups, group)
	}
	return groups, nil
}

// create stores a new record; the server gives it UUID, code and status.
func (q request) create(c *collection, p payload) (answer, error) {
	s := q.server
	now := s.o.Now().Unix()
	r := record{channel: s.names.intern(connec.HubProvider, s.o.Channel), created: now, updated: now}
	fields := map[string]any{}
	var err error
	if r.refs, err = q.setReferences(nil, p); err != nil {
		return answer{}, err
	}
	if err = q.mergeFields(fields, p.fields, 0); err != nil {
		return answer{}, err
	}
	if err = s.claim(c, p.ids, -1); err != nil {
		return answer{}, err
	}
	r.uuid = s.newUUID(c)
	r.ids = s.withIDs(nil, p.ids)
	if shown(fields["code"]) == "" {
		c.codes++
		fields["code"] = codePrefix(c.name) + strconv.FormatInt(c.codes, 10)
	}
	if shown(fields["status"]) == "" {
		fields["status"] = "ACTIVE"
	}
	if err = r.setMembers(fields); err != nil {
		return answer{}, err
	}
	slot := c.insert(r)
	return q.single(http.StatusCreated, c, &c.records[slot]), nil
}

// update changes a record by what the payload says: absent keeps, ” clears, objects are merged member by member.
func (q request) update(c *collection, slot uint32, p payload, addIDs bool) (answer, error) {
	s := q.server
	r := c.records[slot]
	var err error
	if p.replace {
		r.refs = nil
	}
	if r.refs, err = q.setReferences(r.refs, p); err != nil {
		return answer{}, err
	}
	if len(p.fields) > 0 || p.replace {
		if err = q.updateMembers(&r, p); err != nil {
			return answer{}, err
		}
	}
	if addIDs {
		if err = s.claim(c, p.ids, int64(slot)); err != nil {
			return answer{}, err
		}
		r.ids = s.withIDs(r.ids, p.ids)
	}
	r.updated = max(s.o.Now().Unix(), r.created)
	c.replace(slot, r)
	return q.single(http.StatusOK, c, &c.records[slot]), nil
}

// updateMembers merges the payload's fields into the record's members.
func (q request) updateMembers(r *record, p payload) error {
	value, err := decodeValue(append(append([]byte{'{'}, r.members...), '}'))
	if err != nil {
		return err
	}
	fields := value.(map[string]any)
	kept := map[string]any{"code": fields["code"], "status": fields["status"]}
	if p.replace {
		fields = map[string]any{}
	}
	if err := q.mergeFields(fields, p.fields, 0); err != nil {
		return err
	}
	restore(fields, kept, p.fields)
	return r.setMembers(fields)
}

// restore keeps the code, which the server owns, and turns a cleared status into ACTIVE (so clients restore an
// archived record).
func restore(fields, kept, given map[string]any) {
	if shown(fields["code"]) == "" && kept["code"] != nil {
		fields["code"] = kept["code"]
	}
	if shown(fields["status"]) != "" {
		return
	}
	if _, cleared := given["status"]; cleared || kept["status"] == nil {
		fields["status"] = "ACTIVE"
		return
	}
	fields["status"] = kept["status"]
}

// mergeFields merges src into dst.
func (q request) mergeFields(dst, src map[string]any, depth int) error {
	for name, v := range src {
		if depth > 0 && isReference(name, v) {
			if err := q.nestedReference(dst, name, v); err != nil {
				return err
			}
			continue
		}
		switch v := v.(type) {
		case nil:
			delete(dst, name)
		case string:
			if dst[name] = v; v == "" {
				delete(dst, name)
			}
		case map[string]any:
			below, isObject := dst[name].(map[string]any)
			if !isObject {
				below = map[string]any{}
			}
			if err := q.mergeFields(below, v, depth+1); err != nil {
				return err
			}
			dst[name] = below
		case []any:
			list, err := q.storedList(v, depth)
			if err != nil {
				return err
			}
			dst[name] = list
		default:
			dst[name] = v
		}
	}
	return nil
}

// storedList is an array as it is stored: arrays are replaced whole, references inside them are resolved.
func (q request) storedList(given []any, depth int) ([]any, error) {
	list := make([]any, len(given))
	for i, v := range given {
		object, isObject := v.(map[string]any)
		if !isObject {
			list[i] = v
			continue
		}
		stored := map[string]any{}
		if err := q.mergeFields(stored, object, depth+1); err != nil {
			return nil, err
		}
		list[i] = stored
	}
	return list, nil
}

// setMembers stores the fields.
func (r *record) setMembers(fields map[string]any) error {
	members, err := encodeMembers(fields)
	if err != nil {
		return err
	}
	r.members, r.nested = members, holdsReference(members)
	return nil
}

// holdsReference tells, at little cost, whether members may hold a reference below the top level.
func holdsReference(members []byte) bool { return strings.Contains(string(members), `_id":`) }

// codePrefix begins the codes of a collection: PE12, OR3.
func codePrefix(collection string) string {
	return strings.ToUpper(collection[:min(2, len(collection))])
}

// codeNumber is the number of a code that the server might have assigned, else 0.
func codeNumber(collection string, members []byte) int64 {
	raw := json.RawMessage(member(members, []string{"code"}))
	digits, ok := strings.CutPrefix(strings.Trim(string(raw), `"`), codePrefix(collection))
	if !ok {
		return 0
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return 0
	}
	return n
}
