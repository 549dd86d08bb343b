package sandbox

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/sameas/sameas/internal/connec"
)

// eachMember calls f for every member of a compact JSON object, given without its braces. The text has been checked
// before; values are slices of it.
func eachMember(members []byte, f func(key string, value, whole []byte) error) error {
	for len(members) > 0 {
		k := stringEnd(members)
		key := members[1 : k-1]
		name := string(key)
		if bytes.IndexByte(key, '\\') >= 0 {
			if err := json.Unmarshal(members[:k], &name); err != nil {
				return fmt.Errorf("decode member name %s: %w", members[:k], err)
			}
		}
		v := k + 1 + valueEnd(members[k+1:])
		if err := f(name, members[k+1:v], members[:v]); err != nil {
			return err
		}
		if v >= len(members) {
			return nil
		}
		members = members[v+1:]
	}
	return nil
}

// stringEnd is the length of the JSON string that the text begins with.
func stringEnd(text []byte) int {
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(text)
}

// valueEnd is the length of the JSON value that the text begins with.
func valueEnd(text []byte) int {
	depth := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			i += stringEnd(text[i:]) - 1
		case '{', '[':
			depth++
		case '}', ']':
			if depth == 0 {
				return i
			}
			depth--
		case ',':
			if depth == 0 {
				return i
			}
		}
	}
	return len(text)
}

// member is the value at a path of names below the members; nil when it is not there.
func member(members []byte, path []string) []byte {
	for {
		var found []byte
		_ = eachMember(members, func(key string, value, _ []byte) error {
			if key == path[0] {
				found = value
				return io.EOF
			}
			return nil
		})
		if len(path) == 1 || len(found) == 0 {
			return found
		}
		if found[0] != '{' {
			return nil
		}
		members, path = found[1:len(found)-1], path[1:]
	}
}

// externalIDs reads an `id` or a reference as the API may give it: a UUID as text, or an array of entries whose ids are
// strings or numbers. Entries that lack a part name nothing and are passed over.
func externalIDs(value any, channel string) ([]connec.ExternalID, error) {
	switch v := value.(type) {
	case nil:
		return nil, nil
	case string:
		if v == "" {
			return nil, nil
		}
		return []connec.ExternalID{{Provider: connec.HubProvider, Realm: channel, ID: v}}, nil
	case []any:
		ids := make([]connec.ExternalID, 0, len(v))
		for _, entry := range v {
			m, ok := entry.(map[string]any)
			if !ok {
				return nil, fmt.Errorf("an entry of an ID array is no object: %v", entry)
			}
			e := connec.ExternalID{Provider: scalar(m["provider"]), Realm: scalar(m["realm"]), ID: scalar(m["id"])}
			if e.Complete() {
				ids = append(ids, e)
			}
		}
		return ids, nil
	}
	return nil, fmt.Errorf("an ID is neither text nor an array: %v", value)
}

// plainIDs reads the usual form without a detour: a compact array of objects that have provider, realm and id, each
// plain text, and nothing else. For any other form, plain is false.
func plainIDs(text []byte) (ids []connec.ExternalID, plain bool) {
	if len(text) < 2 || text[0] != '[' || bytes.IndexByte(text, '\\') >= 0 {
		return nil, false
	}
	for rest := text[1 : len(text)-1]; len(rest) > 0; {
		n := valueEnd(rest)
		if rest[0] != '{' {
			return nil, false
		}
		var e connec.ExternalID
		odd := false
		_ = eachMember(rest[1:n-1], func(name string, value, _ []byte) error {
			var field *string
			switch name {
			case "provider":
				field = &e.Provider
			case "realm":
				field = &e.Realm
			case "id":
				field = &e.ID
			}
			if odd = odd || field == nil || value[0] != '"'; !odd {
				*field = string(value[1 : len(value)-1])
			}
			return nil
		})
		if odd || !e.Complete() {
			return nil, false
		}
		ids = append(ids, e)
		rest = rest[min(n+1, len(rest)):]
	}
	return ids, len(ids) > 0
}

func scalar(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	}
	return ""
}

// decodeValue reads one JSON value, numbers as they are written.
func decodeValue(text []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var value any
	if err := d.Decode(&value); err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("text after the JSON value")
	}
	return value, nil
}

// encodeMembers is the object as compact JSON without its braces, names in order.
func encodeMembers(m map[string]any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(m); err != nil {
		return nil, err
	}
	text := bytes.TrimSuffix(b.Bytes(), []byte("\n"))
	return bytes.Clone(text[1 : len(text)-1]), nil
}

// serverOwned are the members that no client sets.
func serverOwned(name string) bool {
	switch name {
	case "id", "created_at", "updated_at", "group_id", "channel_id", "resource_type", "opts":
		return true
	}
	return false
}

// knownCollections are those that public clients use, beside people and organizations.
func knownCollection(name string) bool {
	const all = " accounts invoices sales_orders purchase_orders quotes payments stock_adjustments journals items organizations" +
		" people projects tax_codes tax_rates warehouses events venues event_orders work_locations pay_items employees" +
		" pay_schedules time_sheets time_activities pay_runs pay_stubs leave_applications transaction_logs connector_syncs" +
		" credit_notes opportunities app_users teams "
	return strings.Contains(all, " "+name+" ")
}

// referenceTarget is the collection that a field refers to, by its name: sale_tax_code_id is a tax code.
// It is "" for a field that is no reference, such as group_id or a national_id.
func referenceTarget(field string) string {
	stem, ok := strings.CutSuffix(field, "_id")
	if !ok || field == "group_id" || field == "channel_id" {
		return ""
	}
	switch stem {
	case "person":
		return "people"
	case "assignee":
		return "app_users"
	}
	for {
		if plural := stem + "s"; knownCollection(plural) {
			return plural
		}
		_, rest, more := strings.Cut(stem, "_")
		if !more {
			return ""
		}
		stem = rest
	}
}
