package sandbox

import (
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/sameas/sameas/internal/connec"
)

// renderer writes records as the API shows them; the caller holds the server's lock for reading.
type renderer struct {
	s *Server
	// external is the CONNEC-EXTERNAL-IDS header: IDs and references are arrays, not the hub's UUID alone.
	external bool
	// created marks the answer to a POST, where the documentation's example shows the channel as group_id too.
	created bool
}

func (w renderer) record(b []byte, c *collection, r *record) []byte {
	b = append(b, `{"id":`...)
	b = w.ids(b, w.s.allIDs(r), r.uuid)
	if len(r.members) > 0 {
		b = append(b, ',')
		b = w.members(b, r)
	}
	for _, ref := range r.refs {
		b = append(b, ',')
		b = appendString(b, ref.field)
		b = append(b, ':')
		b = w.reference(b, ref)
	}
	channel := w.s.names.of(r.channel).realm
	group := w.s.o.Group
	if w.created {
		group = channel
	}
	b = append(b, `,"created_at":`...)
	b = appendTime(b, r.created)
	b = append(b, `,"updated_at":`...)
	b = appendTime(b, r.updated)
	b = append(b, `,"group_id":`...)
	b = appendString(b, group)
	b = append(b, `,"channel_id":`...)
	b = appendString(b, channel)
	b = append(b, `,"resource_type":`...)
	b = appendString(b, c.name)
	return append(b, '}')
}

// allIDs are a record's IDs with the hub's own last, as the documentation shows them.
func (s *Server) allIDs(r *record) []connec.ExternalID {
	ids := make([]connec.ExternalID, 0, len(r.ids)+1)
	for _, id := range r.ids {
		n := s.names.of(id.ns)
		ids = append(ids, connec.ExternalID{Provider: n.provider, Realm: n.realm, ID: id.id})
	}
	return append(ids, s.hubID(r))
}

func (w renderer) ids(b []byte, ids []connec.ExternalID, uuid string) []byte {
	if !w.external {
		return appendString(b, uuid)
	}
	b = append(b, '[')
	for i, e := range ids {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"realm":`...)
		b = appendString(b, e.Realm)
		b = append(b, `,"provider":`...)
		b = appendString(b, e.Provider)
		b = append(b, `,"id":`...)
		b = appendString(b, e.ID)
		b = append(b, '}')
	}
	return append(b, ']')
}

func (w renderer) reference(b []byte, ref reference) []byte {
	ids, uuid := w.s.referenceIDs(ref)
	return w.ids(b, ids, uuid)
}

// referenceIDs are what a reference shows: the target's whole current ID array, or what is known of a target that is
// not there.
func (s *Server) referenceIDs(ref reference) ([]connec.ExternalID, string) {
	c := s.collections[ref.target]
	uuid := ref.uuid
	for c != nil {
		if r := c.find(uuid); r != nil {
			return s.allIDs(r), r.uuid
		}
		t, ok := c.tombs[uuid]
		if !ok {
			break
		}
		if t.into == "" {
			return t.ids, uuid
		}
		uuid = t.into
	}
	if len(ref.given) > 0 {
		return ref.given, ref.uuid
	}
	return []connec.ExternalID{{Provider: connec.HubProvider, Realm: s.o.Channel, ID: ref.uuid}}, ref.uuid
}

func (w renderer) members(b []byte, r *record) []byte {
	if !r.nested {
		return append(b, r.members...)
	}
	whole := append(append([]byte{'{'}, r.members...), '}')
	value, err := decodeValue(whole)
	if err != nil {
		return append(b, r.members...)
	}
	w.expand(value)
	text, err := encodeMembers(value.(map[string]any))
	if err != nil {
		return append(b, r.members...)
	}
	return append(b, text...)
}

// expand puts the targets' current IDs into references below the top level, such as lines/item_id.
func (w renderer) expand(value any) {
	switch v := value.(type) {
	case []any:
		for _, e := range v {
			w.expand(e)
		}
	case map[string]any:
		for name, e := range v {
			target := referenceTarget(name)
			if target == "" {
				w.expand(e)
				continue
			}
			given, err := externalIDs(e, w.s.o.Channel)
			if err != nil || len(given) == 0 {
				continue
			}
			ids, uuid := w.s.referenceIDs(reference{target: target, uuid: hubUUID(given), given: given})
			v[name] = json.RawMessage(w.ids(nil, ids, uuid))
		}
	}
}

// hubUUID is the hub's own ID among these, or "".
func hubUUID(ids []connec.ExternalID) string {
	for _, e := range ids {
		if e.IsHub() {
			return e.ID
		}
	}
	return ""
}

func appendTime(b []byte, seconds int64) []byte {
	b = append(b, '"')
	b = time.Unix(seconds, 0).UTC().AppendFormat(b, "2006-01-02T15:04:05Z")
	return append(b, '"')
}

// appendString writes a JSON string; plain text, which most is, without a detour.
func appendString(b []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < 0x20 || c == '"' || c == '\\' || c >= utf8.RuneSelf {
			var t strings.Builder
			e := json.NewEncoder(&t)
			e.SetEscapeHTML(false)
			_ = e.Encode(s) // a string always encodes
			return append(b, strings.TrimSuffix(t.String(), "\n")...)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}
