package merge

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/sameas/sameas/internal/connec"
)

// observed is a record as the hub answered it.
type observed struct {
	uuid string
	ids  []connec.ExternalID // complete ones, sorted, each once
	tree map[string]any
	raw  json.RawMessage // what was decoded
}

// observe decodes a record in either of the API's forms: `id` as the array of all IDs, or as the bare UUID.
func observe(body json.RawMessage) (observed, error) {
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber() // a float64 would round long numbers, and then call them changed
	o := observed{raw: body}
	if err := decoder.Decode(&o.tree); err != nil {
		return o, fmt.Errorf("the answer is not a record: %w", err)
	}
	o.ids = idsOf(o.tree["id"])
	for _, id := range o.ids {
		if id.IsHub() {
			o.uuid = id.ID
		}
	}
	if text, ok := o.tree["id"].(string); ok {
		o.uuid = text
	}
	if o.uuid == "" {
		return o, fmt.Errorf("the answer has no connec ID")
	}
	return o, nil
}

// idsOf reads an id array; entries that lack a part name nothing.
func idsOf(v any) []connec.ExternalID {
	entries, _ := v.([]any)
	var ids []connec.ExternalID
	for _, e := range entries {
		entry, ok := e.(map[string]any)
		if !ok {
			continue
		}
		id := connec.ExternalID{Provider: scalar(entry["provider"]), Realm: scalar(entry["realm"]), ID: scalar(entry["id"])}
		if id.Complete() {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, connec.ExternalID.Compare)
	return slices.Compact(ids)
}

// scalar is the text of a string or a number: IDs arrive as either.
func scalar(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	}
	return ""
}

// at is the value at a field path, its names parted by dots or slashes and escaped as readLeaves does it, list elements by their number; nil when any
// part of the path is missing.
func (o observed) at(path string) any {
	var v any = o.tree
	for part := range strings.FieldsFuncSeq(path, func(r rune) bool { return r == '.' || r == '/' }) {
		switch node := v.(type) {
		case map[string]any:
			v = node[givenName.Replace(part)]
		case []any:
			i, err := strconv.Atoi(part)
			if err != nil || i < 0 || i >= len(node) {
				return nil
			}
			v = node[i]
		default:
			return nil
		}
	}
	return v
}

// field is the value at a path in canonical form: "null" for every way of saying that there is no value.
func (o observed) field(path string) string { return statusAsShown(path, canonical(o.at(path))) }

// canonicalField is field of a snapshot's value.
func canonicalField(path string, raw json.RawMessage) string {
	return statusAsShown(path, canonicalRaw(raw))
}

// statusAsShown takes a record without a status for an active one: Connec! gives that status to what has none.
func statusAsShown(path, value string) string {
	if path == "status" && value == "null" {
		return `"ACTIVE"`
	}
	return value
}

// ref is the hub key of the record that a reference names; "" when it names none.
func (o observed) ref(path string) string {
	v := o.at(path)
	if text, ok := v.(string); ok && text != "" {
		return connec.ExternalID{Provider: connec.HubProvider, ID: text}.String()
	}
	ids := idsOf(v)
	for _, id := range ids {
		if id.IsHub() {
			return id.String()
		}
	}
	if len(ids) > 0 {
		return ids[0].String()
	}
	return ""
}

// sameRecord compares hub keys; the bare form of a reference has no realm, and then the UUID decides.
func sameRecord(a, b string) bool {
	if a == b {
		return true
	}
	x, y := uuidOf(a), uuidOf(b)
	return x != "" && x == y && (strings.HasPrefix(a, connec.HubProvider+"//") || strings.HasPrefix(b, connec.HubProvider+"//"))
}

// uuidOf is the UUID of a hub record's key, "" for any other key.
func uuidOf(key string) string {
	id, err := connec.ParseExternalID(key)
	if err != nil || !id.IsHub() || !strings.HasPrefix(key, connec.HubProvider+"/") {
		return bareUUID(key)
	}
	return id.ID
}

// bareUUID is the UUID of a reference that came without its realm.
func bareUUID(key string) string {
	uuid, ok := strings.CutPrefix(key, connec.HubProvider+"//")
	if !ok {
		return ""
	}
	return uuid
}

// whole is the record in full: its IDs, and every field and reference that holds a value, but for what the hub alone sets.
func (o observed) whole() (Snapshot, error) {
	s := Snapshot{IDs: o.ids}
	leaves, err := readLeaves(o.raw)
	for path, raw := range leaves {
		switch kind := kindOf(path, raw); {
		case kind == fieldServer:
		case kind == fieldReference && o.ref(path) != "":
			setRef(&s.Refs, path, o.ref(path))
		default:
			setField(&s.Fields, path, raw)
		}
	}
	return s, err
}

// canonicalRaw is canonical of a value that is still JSON; what does not parse stands for itself.
func canonicalRaw(raw json.RawMessage) string {
	if len(raw) == 0 {
		return "null"
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	var v any
	if err := decoder.Decode(&v); err != nil {
		return string(raw)
	}
	return canonical(v)
}

// canonical is a value's JSON with sorted keys, where "", {}, [] and null all read as null, line ends at the end of
// a text do not count (the API's own records differ in them), and 1.0 is 1.
func canonical(v any) string {
	text, err := json.Marshal(fold(v))
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(text)
}

func fold(v any) any {
	switch v := v.(type) {
	case string:
		if v = strings.TrimRight(v, "\r\n"); v != "" {
			return v
		}
	case json.Number:
		return foldNumber(v)
	case bool:
		return v
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = fold(v[i])
		}
		if len(out) > 0 {
			return out
		}
	case map[string]any:
		out := make(map[string]any, len(v))
		for k := range v {
			if folded := fold(v[k]); folded != nil {
				out[k] = folded
			}
		}
		if len(out) > 0 {
			return out
		}
	}
	return nil
}

// foldNumber leaves whole numbers as they are written, however long, and gives the others their shortest form.
func foldNumber(n json.Number) json.Number {
	if !strings.ContainsAny(n.String(), ".eE") {
		return n
	}
	f, err := n.Float64()
	if err != nil {
		return n
	}
	return json.Number(strconv.FormatFloat(f, 'f', -1, 64))
}
