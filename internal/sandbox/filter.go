package sandbox

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// expression is a parsed $filter.
type expression interface {
	holds(c *collection, r *record) bool
}

type allOf []expression

func (e allOf) holds(c *collection, r *record) bool {
	for _, part := range e {
		if !part.holds(c, r) {
			return false
		}
	}
	return true
}

type anyOf []expression

func (e anyOf) holds(c *collection, r *record) bool {
	for _, part := range e {
		if part.holds(c, r) {
			return true
		}
	}
	return false
}

// comparison is one field, an operator and what it is compared with.
type comparison struct {
	field   string
	path    []string
	op      string
	literal any // string, bool, json.Number or nil
	pattern *regexp.Regexp
	set     map[string]bool
}

func (e comparison) holds(c *collection, r *record) bool {
	value := c.value(r, e.field, e.path)
	switch e.op {
	case "match":
		text, ok := value.(string)
		return ok && e.pattern.MatchString(text)
	case "in":
		return e.set[shown(value)]
	case "eq":
		return equal(value, e.literal)
	case "ne":
		return !equal(value, e.literal)
	}
	sign, ok := compareValues(value, e.literal)
	if !ok {
		return false
	}
	switch e.op {
	case "gt":
		return sign > 0
	case "gte":
		return sign >= 0
	case "lt":
		return sign < 0
	}
	return sign <= 0
}

// value is a record's value of a field; empty text, an empty object and null are nil, as no value.
func (c *collection) value(r *record, field string, path []string) any {
	switch field {
	case "_id":
		return r.uuid
	case "created_at":
		return time.Unix(r.created, 0).UTC()
	case "updated_at":
		return time.Unix(r.updated, 0).UTC()
	case "resource_type":
		return c.name
	}
	for _, ref := range r.refs {
		if ref.field == field {
			return ref.uuid
		}
	}
	raw := member(r.members, path)
	if len(raw) == 0 || string(raw) == `""` || string(raw) == "{}" || string(raw) == "null" {
		return nil
	}
	if raw[0] == '"' && !strings.Contains(string(raw), `\`) {
		return string(raw[1 : len(raw)-1])
	}
	value, err := decodeValue(raw)
	if err != nil {
		return nil
	}
	return value
}

// shown is a value as text.
func shown(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case bool:
		return strconv.FormatBool(v)
	case time.Time:
		return v.Format(time.RFC3339)
	}
	return ""
}

func equal(value, literal any) bool {
	if literal == nil || value == nil {
		return literal == nil && value == nil
	}
	sign, ok := compareValues(value, literal)
	return ok && sign == 0
}

// compareValues orders a record's value and a literal; ok is false for kinds that have no order between them.
func compareValues(value, literal any) (sign int, ok bool) {
	switch v := value.(type) {
	case time.Time:
		text, ok := literal.(string)
		if !ok {
			return 0, false
		}
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return strings.Compare(shown(v), text), true
		}
		return v.Compare(at), true
	case string:
		text, ok := literal.(string)
		return strings.Compare(v, text), ok
	case bool:
		b, ok := literal.(bool)
		if !ok || v != b {
			return 1, ok
		}
		return 0, true
	case json.Number:
		return compareNumbers(v, literal)
	}
	return 0, false
}

func compareNumbers(v json.Number, literal any) (int, bool) {
	other, ok := literal.(json.Number)
	if !ok {
		return 0, false
	}
	a, errA := v.Float64()
	b, errB := other.Float64()
	if errA != nil || errB != nil {
		return 0, false
	}
	switch {
	case a < b:
		return -1, true
	case a > b:
		return 1, true
	}
	return 0, true
}
