package connec

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// IDDefect is an entry of an id or reference field that names nothing.
type IDDefect struct {
	// Position is its place in the array, from 0.
	Position int
	// Entry is the entry as it was received.
	Entry json.RawMessage
	// Why says what it lacks.
	Why string
}

// DecodeIDs reads an `id` or a reference field in each shape that Connec! is known to use: an array of
// {provider, realm, id} in any order, other keys ignored, the id a string or a number; one such object; or, with the
// header off, the connec UUID alone, whose realm is the channel. Entries that lack a part are returned as defects,
// repeated ones once. Null, "", {} and [] are no value. Numbers keep their digits exactly.
func DecodeIDs(raw json.RawMessage, channel string) ([]ExternalID, []IDDefect) {
	raw = bytes.TrimSpace(raw)
	var entries []json.RawMessage
	switch {
	case noValue(raw):
		return nil, nil
	case !json.Valid(raw):
		return nil, []IDDefect{{Entry: raw, Why: "is not JSON"}}
	case raw[0] == '[':
		entries = slices.Collect(Elements(raw))
	default:
		entries = []json.RawMessage{raw}
	}
	var ids []ExternalID
	var defects []IDDefect
	for i, entry := range entries {
		id, why := decodeID(entry, channel)
		switch {
		case why != "":
			defects = append(defects, IDDefect{Position: i, Entry: entry, Why: why})
		case !slices.Contains(ids, id):
			ids = append(ids, id)
		}
	}
	return ids, defects
}

func noValue(raw []byte) bool {
	return slices.Contains([]string{"", "null", `""`}, string(raw)) || isEmpty(raw, '{', '}') || isEmpty(raw, '[', ']')
}

func isEmpty(raw []byte, first, last byte) bool {
	return len(raw) >= 2 && raw[0] == first && raw[len(raw)-1] == last && len(bytes.TrimSpace(raw[1:len(raw)-1])) == 0
}

// decodeID reads one entry; why is "" when it is complete.
func decodeID(entry json.RawMessage, channel string) (id ExternalID, why string) {
	if entry[0] != '{' {
		text, ok := scalarText(entry)
		switch {
		case !ok || text == "":
			return ExternalID{}, "is neither an ID nor an object"
		case channel == "":
			return ExternalID{}, "is a UUID alone, and the record names no channel"
		}
		return ExternalID{Provider: HubProvider, Realm: channel, ID: text}, ""
	}
	for name, value := range Members(entry) {
		switch name {
		case "provider":
			id.Provider, _ = scalarText(value)
		case "realm":
			id.Realm, _ = scalarText(value)
		case "id":
			id.ID, _ = scalarText(value)
		}
	}
	var lacks []string
	for _, part := range []struct{ name, text string }{{"provider", id.Provider}, {"realm", id.Realm}, {"id", id.ID}} {
		if part.text == "" {
			lacks = append(lacks, part.name)
		}
	}
	if len(lacks) > 0 {
		return ExternalID{}, fmt.Sprintf("lacks %s", strings.Join(lacks, " and "))
	}
	return id, ""
}

// scalarText is a string's text or a number's digits as written.
func scalarText(raw json.RawMessage) (string, bool) {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 {
		return "", false
	}
	if raw[0] == '"' {
		return textOf(raw), true
	}
	var n json.Number
	if raw[0] != '-' && (raw[0] < '0' || raw[0] > '9') || json.Unmarshal(raw, &n) != nil {
		return "", false
	}
	return n.String(), true
}
