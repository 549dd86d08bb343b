package merge

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// fieldKind says how survivorship treats a field.
type fieldKind int

const (
	fieldPlain     fieldKind = iota // decided by the rules, alone or with its group
	fieldFlag                       // is_customer and the like: true if any record says so
	fieldConsent                    // the most restrictive answer counts
	fieldReference                  // the ID array of a record of another collection
	fieldKept                       // the survivor's own stays, whatever the others hold; theirs are listed as losing
	fieldServer                     // the server's own: neither written nor listed
)

// A field's name may hold what parts the names of a path: there it is escaped.
var (
	escapedName = strings.NewReplacer("%", "%25", ".", "%2E", "/", "%2F")
	givenName   = strings.NewReplacer("%25", "%", "%2E", ".", "%2F", "/")
)

// readLeaves returns the record's fields that hold a value, by path with dots. Objects are entered, arrays are not:
// what they hold are sub-entities with IDs of their own. Empty text, {}, [], null and absent are all no value.
func readLeaves(raw json.RawMessage) (map[string]json.RawMessage, error) {
	leaves := map[string]json.RawMessage{}
	if err := addLeaves(leaves, "", raw); err != nil {
		return nil, fmt.Errorf("read fields: %w", err)
	}
	return leaves, nil
}

func addLeaves(leaves map[string]json.RawMessage, prefix string, raw json.RawMessage) error {
	var object map[string]json.RawMessage
	if err := json.Unmarshal(raw, &object); err != nil {
		return err
	}
	for name, value := range object {
		name = escapedName.Replace(name)
		path := name
		if prefix != "" {
			path = prefix + "." + name
		}
		value = bytes.TrimSpace(value)
		switch {
		case len(value) > 0 && value[0] == '{':
			if err := addLeaves(leaves, path, value); err != nil {
				return err
			}
		case hasValue(value):
			leaves[path] = value
		}
	}
	return nil
}

// hasValue reports whether the value is any: blank text is none.
func hasValue(raw json.RawMessage) bool {
	text := string(bytes.TrimSpace(raw))
	if text == "" || text == "null" || text == "[]" || text == "{}" {
		return false
	}
	if s, ok := textOf(raw); ok {
		return strings.TrimSpace(s) != ""
	}
	return true
}

// textOf is the value as text, when it is a JSON string.
func textOf(raw json.RawMessage) (string, bool) {
	if n := len(raw) - 1; n > 0 && raw[0] == '"' && raw[n] == '"' && plainText(raw[1:n]) {
		return string(raw[1:n]), true
	}
	var s string
	if len(raw) == 0 || raw[0] != '"' || json.Unmarshal(raw, &s) != nil {
		return "", false
	}
	return s, true
}

// plainText reports whether the inside of a JSON string stands for itself: printable ASCII without escapes.
func plainText(inside []byte) bool {
	for _, c := range inside {
		if c < ' ' || c > '~' || c == '\\' || c == '"' {
			return false
		}
	}
	return true
}

// sameValue compares two values as a reader would: blanks around text do not count, and of birth dates the day does.
func sameValue(path string, a, b json.RawMessage) bool {
	return readAs(path, a) == readAs(path, b)
}

func readAs(path string, raw json.RawMessage) string {
	if !hasValue(raw) {
		return ""
	}
	s, ok := textOf(raw)
	if !ok {
		return compact(raw)
	}
	s = strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n"))
	if isDate(path) && len(s) > len("2006-01-02") {
		s = s[:len("2006-01-02")]
	}
	return s
}

func compact(raw json.RawMessage) string {
	var b bytes.Buffer
	if json.Compact(&b, raw) != nil {
		return string(raw)
	}
	return b.String()
}

func isDate(path string) bool { return strings.HasSuffix(path, "_date") }

// Fields by what they mean, see fieldKind.
var (
	consentField  = regexp.MustCompile(`(^|[._])(consent|opt_?in|opted_in|opt_?out|opted_out|unsubscribed|subscribed|do_not_\w+|newsletter|marketing\w*)$`)
	refusingField = regexp.MustCompile(`(^|[._])(opt_?out|opted_out|unsubscribed|do_not_\w+)$`)
	nameField     = regexp.MustCompile(`^(first_name|middle_name|last_name|name_suffix)$`)
	addressField  = regexp.MustCompile(`^address\w*\.`)
)

// isServerField reports whether the hub alone sets the field.
func isServerField(path string) bool {
	name, _, _ := strings.Cut(path, ".")
	switch name {
	case "id", "created_at", "updated_at", "group_id", "channel_id", "resource_type", "matching_records", "_score", "_links", "links":
		return true
	}
	return false
}

// isKeptField reports whether the field is each record's own, and never copied to another.
func isKeptField(path string) bool {
	name, _, _ := strings.Cut(path, ".")
	switch name {
	case "code", "status", "opts":
		return true
	}
	for _, part := range []string{"balance", "payment_terms", "paymentterms", "credit_limit"} {
		if strings.Contains(path, part) {
			return true
		}
	}
	return strings.HasPrefix(path, "assignee_")
}

func kindOf(path string, raw json.RawMessage) fieldKind {
	value := string(bytes.TrimSpace(raw))
	isBool := value == "true" || value == "false"
	switch {
	case isServerField(path):
		return fieldServer
	case isKeptField(path):
		return fieldKept
	case strings.HasSuffix(path, "_id") && !strings.Contains(path, "."):
		return fieldReference
	case len(raw) > 0 && raw[0] == '[':
		return fieldKept
	case isBool && consentField.MatchString(path):
		return fieldConsent
	case isBool && strings.HasPrefix(path, "is_"):
		return fieldFlag
	}
	return fieldPlain
}

// groupOf names the fields that survive together: an address block, the parts of a name. Any other is its own group.
func groupOf(path string) string {
	switch {
	case nameField.MatchString(path):
		return "name"
	case addressField.MatchString(path):
		return path[:strings.LastIndexByte(path, '.')]
	}
	return path
}

// Values that stand where none is known, compared in lower case without blanks around them.
var (
	placeholderEmail = regexp.MustCompile(`^(none|no|na|n/a|noemail|no-?reply|noreply|unknown|test|dummy|fake|invalid|null)@|@(example|test|invalid|none|noemail|no|fake|dummy)\.[a-z.]+$`)
	emailForm        = regexp.MustCompile(`^[^@\s]+@[^@\s]+\.[^@\s.]+$`)
	placeholderDate  = regexp.MustCompile(`^(0000|0001|1753|1899|9999)-|^(1900|1970)-01-01`)
	dateForm         = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}`)
)

// isPlaceholderText reports whether the text, in lower case without blanks around it, stands where none is known. It is
// asked for every value of every duplicate, and a regular expression took a fifth of the planning.
func isPlaceholderText(s string) bool {
	switch s {
	case "na", "n.a", "n/a", "na.", "n.a.", "n/a.", "none", "nil", "null", "nul", "unknown", "undefined", "unspecified",
		"not known", "not given", "not provided", "not applicable", "not available", "no name", "no email", "no phone", "no address",
		"tba", "tbc", "tbd", "test", "dummy", "sample", "asdf":
		return true
	}
	if rest, counts := strings.CutPrefix(s, "123456"); counts {
		for _, digit := range []string{"7", "8", "9", "0"} {
			rest = strings.TrimPrefix(rest, digit)
		}
		return rest == ""
	}
	only := func(chars string) bool { return strings.Trim(s, chars) == "" }
	return s != "" && (only("-.?*_/ ") || only("0") || len(s) >= 2 && only("x") || len(s) >= 5 && only("9"))
}

// isValid reports whether the value can be what its field says, and does not stand for an unknown one.
func isValid(path string, raw json.RawMessage) bool {
	s, ok := textOf(raw)
	if !ok {
		return hasValue(raw)
	}
	s = strings.ToLower(strings.TrimSpace(s))
	switch {
	case s == "" || isPlaceholderText(s):
		return false
	case strings.HasPrefix(path, "email."):
		return emailForm.MatchString(s) && !placeholderEmail.MatchString(s)
	case strings.HasPrefix(path, "phone"):
		return validPhone(s)
	case isDate(path):
		return dateForm.MatchString(s) && !placeholderDate.MatchString(s)
	}
	return true
}

// validPhone wants six digits that are not all the same.
func validPhone(s string) bool {
	digits, first, varied := 0, rune(0), false
	for _, r := range s {
		if r < '0' || r > '9' {
			continue
		}
		if digits == 0 {
			first = r
		}
		varied = varied || r != first
		digits++
	}
	return digits >= 6 && varied
}

// fullness is how much a valid value says: a name's initial counts half of a name spelled out.
func fullness(path string, raw json.RawMessage) int {
	s, ok := textOf(raw)
	if ok && nameField.MatchString(path) && len([]rune(strings.Trim(s, " ."))) <= 1 {
		return 1
	}
	return 2
}
