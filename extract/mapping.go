package extract

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/sameas/sameas/internal/config"
)

// mapping writes the one SELECT of sameas that is made and not stored: a file's rows become records in Connec!'s shape as
// the configuration maps them. Names get into it as quoted literals only. Without a mapping the rows are records already.
type mapping struct {
	source     config.Source
	collection string
	// run is the task's number, under which its rows stand in staged_lines.
	run int64
	// clean says that the values were trimmed as they were read.
	clean bool
}

// literal quotes a text for SQL.
func literal(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// identifier quotes a name for SQL.
func identifier(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

// blanks are the characters that are no part of a value's beginning and end.
const blanks = "' ' || chr(9) || chr(10) || chr(13) || chr(160)"

// trimmed is the SQL expression of a text without blanks around it, NULL when nothing is left.
func trimmed(expression string) string {
	return "nullif(trim(" + expression + ", " + blanks + "), '')"
}

// statement is the whole INSERT into staged_rows. A row is parsed once, for all columns that are mapped.
func (m mapping) statement() (string, error) {
	from := fmt.Sprintf("FROM staged_lines WHERE run = %d", m.run)
	if !mapped(m.source) {
		return strings.Join([]string{
			"INSERT INTO staged_rows (source, collection, place, raw)",
			"SELECT " + literal(m.source.Name) + ", " + literal(m.collection) + ", place, json_extract(line, '$')::VARCHAR",
			from,
		}, "\n"), nil
	}
	fields, err := m.fields()
	if err != nil {
		return "", err
	}
	return strings.Join([]string{
		"INSERT INTO staged_rows (source, collection, place, raw, source_row, provider, realm, id)",
		"SELECT",
		"    " + literal(m.source.Name) + ",",
		"    " + literal(m.collection) + ",",
		"    place,",
		"    json_merge_patch('{}', " + fields.sql() + ")::VARCHAR,",
		"    line,",
		"    " + literal(m.source.ID.Provider) + ",",
		"    " + literal(m.source.ID.Realm) + ",",
		"    " + m.id(m.source.ID.Column),
		"FROM (SELECT place, line, json_extract_string(line, [" + strings.Join(m.pointers(), ", ") + "]) AS v " + from + ")",
	}, "\n"), nil
}

// pointers are the JSON pointers of the mapped columns, two for each: as a name, and as a path into the object.
func (m mapping) pointers() []string {
	var all []string
	for _, column := range m.columns() {
		pointer := jsonPointer(column)
		all = append(all, literal(pointer))
		if m.nested(column) {
			all = append(all, literal(strings.ReplaceAll(pointer, ".", "/")))
		}
	}
	return all
}

// nested reports whether a column's name may be a path into a JSON object; the rows of other files have no depth.
func (m mapping) nested(column string) bool { return !m.clean && strings.Contains(column, ".") }

// value is the SQL expression of a column's text, NULL when there is none.
func (m mapping) value(column string) string {
	at := 1
	for _, c := range m.columns() {
		if c == column {
			break
		}
		at++
		if m.nested(c) {
			at++
		}
	}
	text := fmt.Sprintf("v[%d]", at)
	if m.nested(column) {
		text = fmt.Sprintf("coalesce(v[%d], v[%d])", at, at+1)
	}
	if m.clean {
		return text
	}
	return trimmed(text)
}

// id is the SQL expression of a column's ID, NULL when there is none or a spreadsheet rounded it: a wrong ID, once in the
// hub, stays there.
func (m mapping) id(column string) string {
	value := m.value(column)
	return "CASE WHEN NOT regexp_matches(" + value + ", " + literal(mangled.String()) + ") THEN " + value + " END"
}

// jsonPointer is the JSON pointer of one name of the top level: unlike a path it can name every key.
func jsonPointer(name string) string {
	return "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}

// fields is the tree of the record's fields.
func (m mapping) fields() (*node, error) {
	root := &node{}
	ids := []string{m.entry(m.source.ID)}
	for _, also := range m.source.AlsoIDs {
		ids = append(ids, m.entry(also))
	}
	root.leaf("id", "to_json(list_filter(["+strings.Join(ids, ", ")+"], lambda e: e.id IS NOT NULL))")
	for _, path := range slices.Sorted(maps.Keys(m.source.References)) {
		reference := m.source.References[path]
		value := "CASE WHEN " + m.id(reference.Column) + " IS NOT NULL THEN to_json([" + m.entry(reference) + "]) END"
		if err := root.put(path, value); err != nil {
			return nil, err
		}
	}
	for _, path := range slices.Sorted(maps.Keys(m.source.Fields)) {
		if err := root.put(path, m.value(m.source.Fields[path])); err != nil {
			return nil, err
		}
	}
	return root, nil
}

// entry is the SQL expression of one element of an id array.
func (m mapping) entry(c config.IDColumn) string {
	return "{'provider': " + literal(c.Provider) + ", 'realm': " + literal(c.Realm) + ", 'id': " + m.id(c.Column) + "}"
}

// node is one JSON object to be built, or one value of it.
type node struct {
	value    string
	names    []string
	children map[string]*node
}

func (n *node) leaf(name, value string) {
	n.child(name).value = value
}

func (n *node) child(name string) *node {
	if n.children == nil {
		n.children = map[string]*node{}
	}
	if n.children[name] == nil {
		n.children[name] = &node{}
		n.names = append(n.names, name)
	}
	return n.children[name]
}

// put sets the value at a dotted path.
func (n *node) put(path, value string) error {
	at := n
	for part := range strings.SplitSeq(path, ".") {
		if part == "" {
			return fmt.Errorf("field path %q has an empty part", path)
		}
		if at.value != "" {
			return fmt.Errorf("field path %q lies below a field that is mapped itself", path)
		}
		at = at.child(part)
	}
	if at.value != "" || len(at.names) > 0 {
		return fmt.Errorf("field path %q is mapped twice, or holds other mapped fields", path)
	}
	at.value = value
	return nil
}

func (n *node) sql() string {
	if n.value != "" {
		return n.value
	}
	var parts []string
	for _, name := range n.names {
		parts = append(parts, literal(name), n.children[name].sql())
	}
	return "json_object(" + strings.Join(parts, ", ") + ")"
}

// columns are the columns that the mapping names, each once, in a fixed order.
func (m mapping) columns() []string {
	if !mapped(m.source) {
		return nil
	}
	names := []string{m.source.ID.Column}
	for _, also := range m.source.AlsoIDs {
		names = append(names, also.Column)
	}
	for _, path := range slices.Sorted(maps.Keys(m.source.Fields)) {
		names = append(names, m.source.Fields[path])
	}
	for _, path := range slices.Sorted(maps.Keys(m.source.References)) {
		names = append(names, m.source.References[path].Column)
	}
	slices.Sort(names)
	return slices.Compact(names)
}
