// Package mask puts a short stand-in in the place of a personal value, the same for equal values, so that a reader who may
// not see the value still sees what is equal to what.
//
// A stand-in is a keyed digest (HMAC-SHA-256, RFC 2104), cut to 40 bits. Without the key nobody can find the value by
// trying all telephone numbers or names, as with a bare digest; the key is random, and stays in the workspace. Two values
// of a million share a stand-in once in a million million pairs. What a stand-in still tells is how often it occurs.
package mask

import (
	"bytes"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Masker masks by one key. A nil Masker leaves everything as it is.
type Masker struct {
	key   []byte
	known func() (*Known, error) // nil for none
}

// NewKey is a random key, as hexadecimal digits.
func NewKey() string {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails; the process ends if the system has no randomness
	return hex.EncodeToString(key)
}

// New masks by that key.
func New(key string) *Masker { return &Masker{key: []byte(key)} }

// Knowing masks, beside what others do, the values that load gives, wherever they stand in the words of a hub. It is
// called once, when such words are met first; where it fails, these are hidden whole.
func (m *Masker) Knowing(load func() (*Known, error)) *Masker {
	return &Masker{m.key, sync.OnceValues(func() (*Known, error) {
		k, err := load()
		if err == nil {
			k.sort()
		}
		return k, err
	})}
}

// Know loads the values that are known, for later, when they can be loaded no more.
func (m *Masker) Know() {
	if m != nil && m.known != nil {
		_, _ = m.known() // an error hides the hub's words whole
	}
}

// digits is how long a stand-in is, after its mark.
const digits = 10

// Value is the stand-in of a whole value; an empty one stays empty.
func (m *Masker) Value(value string) string {
	if m == nil || value == "" {
		return value
	}
	sum := hmac.New(sha256.New, m.key)
	sum.Write([]byte(value))
	return "#" + hex.EncodeToString(sum.Sum(nil))[:digits]
}

var (
	// quoted is a text between double quotes, as Go and JSON write one.
	quoted = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)
	// address is what looks like an e-mail address, also as part of an ID.
	address = regexp.MustCompile(`[^\s"'<>(),;:/=\[\]]+(?:@|%40)[^\s"'<>(),;:/=\[\]]+`)
	// answered is an HTTP status and what follows it to the end of the line: the words of a hub, and perhaps ours behind them.
	answered = regexp.MustCompile(`\b([1-5][0-9][0-9]: )(.+)`)
)

// Text masks what may be personal in a sentence of sameas: what stands between double quotes, where its sentences put the
// values of records, whatever looks like an e-mail address, and in the words of a hub every value that is known. IDs and
// the other words stay.
func (m *Masker) Text(text string) string {
	if m == nil {
		return text
	}
	if strings.ContainsAny(text, "\"@%") {
		text = m.sentence(text)
	}
	if m.known == nil || !answered.MatchString(text) {
		return text
	}
	return answered.ReplaceAllStringFunc(text, func(found string) string {
		status, words := found[:len("422: ")], found[len("422: "):]
		known, err := m.known()
		if err != nil {
			return status + m.Value(words)
		}
		return status + known.replace(words, m.Value)
	})
}

func (m *Masker) sentence(text string) string {
	text = quoted.ReplaceAllStringFunc(text, func(literal string) string {
		value, err := strconv.Unquote(literal)
		if err != nil && json.Unmarshal([]byte(literal), &value) != nil {
			value = literal
		}
		if isOurs(value) {
			return literal
		}
		return `"` + m.Value(value) + `"`
	})
	return address.ReplaceAllStringFunc(text, m.Value)
}

// isOurs reports whether the text is a word of the API or a stand-in, and no value of a record.
func isOurs(value string) bool {
	return slices.Contains([]string{"", "ACTIVE", "INACTIVE", "ARCHIVED", "true", "false"}, value) ||
		len(value) == digits+1 && value[0] == '#'
}

// Lines is Text for each string of a JSON document, the document's bytes kept but for what is masked.
func (m *Masker) Lines(document []byte) []byte {
	if m == nil {
		return document
	}
	var out bytes.Buffer
	rest := document
	for len(rest) > 0 {
		at := quoted.FindIndex(rest)
		if at == nil {
			break
		}
		out.Write(rest[:at[0]])
		literal := rest[at[0]:at[1]]
		rest = rest[at[1]:]
		var value string
		if isKey := bytes.HasPrefix(bytes.TrimLeft(rest, " \t\r\n"), []byte(":")); isKey || json.Unmarshal(literal, &value) != nil {
			out.Write(literal)
			continue
		}
		out.Write(encode(m.Text(value)))
	}
	out.Write(rest)
	return out.Bytes()
}

// JSON masks the texts and numbers of a record or of a part of one, however deep. IDs, references, codes, the status and
// what only the server writes stay; so do true, false and null.
func (m *Masker) JSON(raw string) string { return m.document(raw, true) }

// Plan masks, in a line of a plan, the values of records: those written, those before and after, those that lost.
func (m *Masker) Plan(line string) string { return m.document(line, false) }

func (m *Masker) document(raw string, personal bool) string {
	if m == nil || raw == "" {
		return raw
	}
	decoder := json.NewDecoder(strings.NewReader(raw))
	decoder.UseNumber()
	var v any
	if decoder.Decode(&v) != nil {
		return m.Value(raw) // no JSON: nothing of it is known to be harmless
	}
	return string(encode(m.walk("", v, personal)))
}

// walk masks what is below the key; personal says that a record's values are reached.
func (m *Masker) walk(key string, v any, personal bool) any {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			v[k] = m.walk(k, x, isPersonal(k, x, personal))
		}
		return v
	case []any:
		for i, x := range v {
			v[i] = m.walk(key, x, personal)
		}
		return v
	case string:
		switch {
		case !personal:
			return m.Text(v)
		case isNoValue(key):
			return address.ReplaceAllStringFunc(v, m.Value)
		}
		return m.Value(v)
	case json.Number:
		if personal && !isNoValue(key) {
			return m.Value(v.String())
		}
	}
	return v
}

// isPersonal reports whether values of records are below the key of an object, given whether they are around it.
func isPersonal(key string, v any, around bool) bool {
	switch key {
	case "body", "before", "after", "expect", "value":
		return true
	case "refs", "ids", "bears_ids":
		return false
	case "fields":
		_, isObject := v.(map[string]any) // of a snapshot; a plan's list of decisions names fields and records
		return around || isObject
	}
	return around
}

// isNoValue reports whether what stands under a record's key says nothing of a person.
func isNoValue(key string) bool {
	switch key {
	case "id", "provider", "realm", "status", "code", "resource_type", "created_at", "updated_at":
		return true
	}
	return strings.HasSuffix(key, "_id")
}

// encode is the value as JSON with < and > as they are; a map's keys are sorted.
func encode(v any) []byte {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if encoder.Encode(v) != nil {
		return []byte("null") // unreachable: v was decoded from JSON
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
