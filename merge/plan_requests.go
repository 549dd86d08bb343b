package merge

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/sameas/sameas/internal/connec"
)

// Requests that a plan holds. A body bears only what changes: Connec! keeps what is absent and clears what is sent as empty text.

// opID names an operation by what it does to what, so that two plans of one workspace, or of two, can be compared.
func opID(kind, collection string, parts ...string) string {
	sum := sha256.Sum256([]byte(kind + "\x00" + collection + "\x00" + strings.Join(parts, "\x00")))
	return kind + "-" + collection + "-" + hex.EncodeToString(sum[:8])
}

// encode is JSON without HTML escapes; map keys are sorted.
func encode(v any) (json.RawMessage, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return nil, fmt.Errorf("encode a request: %w", err)
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// putRequest is a partial update of the hub record with that UUID.
func putRequest(collection, uuid string, attributes map[string]any) (*connec.Request, error) {
	return request("PUT", "/"+collection+"/"+url.PathEscape(uuid), collection, attributes)
}

// postRequest is the documented upsert: the record that bears any of the IDs in the body is updated, or one is created.
func postRequest(collection string, attributes map[string]any) (*connec.Request, error) {
	return request("POST", "/"+collection, collection, attributes)
}

func request(method, path, collection string, attributes map[string]any) (*connec.Request, error) {
	body, err := encode(map[string]any{collection: attributes})
	if err != nil {
		return nil, err
	}
	return &connec.Request{Method: method, Path: path, Body: body}, nil
}

// mergeRequest is Maestrano's own merge: the others go into the record with that UUID.
func mergeRequest(collection, uuid string, others []string, attributes map[string]any) (*connec.Request, error) {
	body, err := encode(map[string]any{"ids": others, collection: attributes})
	if err != nil {
		return nil, err
	}
	return &connec.Request{Method: "PUT", Path: "/" + collection + "/" + url.PathEscape(uuid) + "/merge", Body: body}, nil
}

// setFields puts values at their paths into a record's attributes; a value that is none clears.
func setFields(attributes map[string]any, fields map[string]json.RawMessage) {
	for _, path := range slices.Sorted(maps.Keys(fields)) {
		at, names := attributes, strings.Split(path, ".")
		for i, name := range names {
			names[i] = givenName.Replace(name)
		}
		for _, name := range names[:len(names)-1] {
			inner, ok := at[name].(map[string]any)
			if !ok {
				inner = map[string]any{}
				at[name] = inner
			}
			at = inner
		}
		at[names[len(names)-1]] = clearing(fields[path])
	}
}

// clearing is the value to send: empty text where none is wanted.
func clearing(raw json.RawMessage) json.RawMessage {
	if !hasValue(raw) {
		return json.RawMessage(`""`)
	}
	return raw
}

// sortedIDs returns the union of IDs, in order, each once.
func sortedIDs(lists ...[]connec.ExternalID) []connec.ExternalID {
	all := slices.Concat(lists...)
	slices.SortFunc(all, connec.ExternalID.Compare)
	return slices.Compact(all)
}
