package config

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// document is the file's syntax tree with each value and key found by its path, such as sources[0].id.realm.
type document struct {
	nodes map[string]ast.Node // values that are there and not null
	keys  map[string]ast.Node // the keys they stand under
	// anchors are the named values met so far.
	anchors map[string]ast.Node
	found   findings
}

// at reports a problem at the value of that path; where there is none, at its key or at what would hold it.
func (d *document) at(path, format string, args ...any) {
	for p := path; ; {
		if node, ok := d.nodes[p]; ok && isScalar(node) {
			d.found.at(node, format, args...)
			return
		}
		if key, ok := d.keys[p]; ok {
			d.found.at(key, format, args...)
			return
		}
		cut := strings.LastIndexAny(p, ".[")
		if cut < 0 {
			d.found.at(nil, format, args...)
			return
		}
		p = p[:cut]
	}
}

// atKey reports a problem with the key of that path itself.
func (d *document) atKey(path, format string, args ...any) {
	d.found.at(d.keys[path], format, args...)
}

// check compares the whole tree with the types of Config: unknown keys, and values of another kind than wanted.
func (d *document) check(root ast.Node) { d.value(root, reflect.TypeFor[Config](), "") }

func (d *document) value(node ast.Node, t reflect.Type, path string) {
	node, ok := d.resolve(node)
	if !ok {
		return
	}
	d.nodes[path] = node
	switch t.Kind() {
	case reflect.Struct:
		d.structure(node, t, path)
	case reflect.Map:
		d.mapping(node, path, "a mapping of keys to values", func(key string, v *ast.MappingValueNode) {
			d.value(v.Value, t.Elem(), join(path, key))
		})
	case reflect.Slice:
		d.sequence(node, t, path)
	default:
		d.scalar(node, t, path)
	}
}

// resolve follows an alias to its anchor's value; it is false for null and for what is refused. The types of Config
// bound the depth, so that aliases cannot blow up.
func (d *document) resolve(node ast.Node) (ast.Node, bool) {
	switch n := node.(type) {
	case *ast.NullNode:
		return nil, false
	case *ast.AnchorNode:
		d.anchors[n.Name.String()] = n.Value
		return d.resolve(n.Value)
	case *ast.AliasNode:
		target, ok := d.anchors[n.Value.String()]
		if !ok {
			d.found.at(n, "alias `%s`: there is no such anchor before it", n.Value)
			return nil, false
		}
		return target, true
	case *ast.TagNode:
		d.found.at(n, "tags are not used here: remove `%s`", n.Start.Value)
		return nil, false
	}
	return node, true
}

func (d *document) structure(node ast.Node, t reflect.Type, path string) {
	fields := map[string]reflect.StructField{}
	var names []string
	for i := range t.NumField() {
		if name := t.Field(i).Tag.Get("yaml"); name != "" {
			fields[name] = t.Field(i)
			names = append(names, name)
		}
	}
	d.mapping(node, path, "a mapping with the keys "+quoted(names), func(key string, v *ast.MappingValueNode) {
		f, ok := fields[key]
		if !ok {
			d.unknownKey(v.Key, key, t, names)
			return
		}
		d.value(v.Value, f.Type, join(path, key))
	})
}

// secretKeys are what people write who would put a credential into the file.
func secretKeys() []string {
	return []string{"key", "secret", "api_key", "api_secret", "apikey", "token", "api_token", "password", "username"}
}

// unknownKey offers the nearest valid key, or the right way to give a credential. The value is never printed.
func (d *document) unknownKey(node ast.Node, key string, t reflect.Type, names []string) {
	ofCredentials := t == reflect.TypeFor[Credentials]() || t == reflect.TypeFor[Source]()
	if ofCredentials && slices.Contains(secretKeys(), strings.ToLower(key)) {
		d.found.at(node, "`%s`: credentials do not belong in this file: put them in environment variables and name these by "+
			"`credentials: {key_env: ..., secret_env: ...}`", key)
		return
	}
	d.found.at(node, "unknown key `%s`: %s", key, suggestion(key, names))
}

func (d *document) mapping(node ast.Node, path, want string, each func(key string, v *ast.MappingValueNode)) {
	var values []*ast.MappingValueNode
	switch n := node.(type) {
	case *ast.MappingNode:
		values = n.Values
	case *ast.MappingValueNode:
		values = []*ast.MappingValueNode{n}
	default:
		d.wrongKind(node, path, want)
		return
	}
	for _, v := range values {
		if v.Key.IsMergeKey() {
			d.found.at(v.Key, "merge keys (<<) are not used here: write the keys out")
			continue
		}
		key, ok := keyText(v.Key)
		if !ok {
			d.found.at(v.Key, "a key must be plain text")
			continue
		}
		if _, null := v.Value.(*ast.NullNode); !null {
			d.keys[join(path, key)] = v.Key
		}
		each(key, v)
	}
}

func keyText(key ast.MapKeyNode) (string, bool) {
	switch k := key.(type) {
	case *ast.StringNode:
		return k.Value, true
	case *ast.IntegerNode:
		return k.GetToken().Value, true
	}
	return "", false
}

func (d *document) sequence(node ast.Node, t reflect.Type, path string) {
	n, ok := node.(*ast.SequenceNode)
	if !ok {
		d.wrongKind(node, path, "a list")
		return
	}
	for i, v := range n.Values {
		at := fmt.Sprintf("%s[%d]", path, i)
		if _, null := v.(*ast.NullNode); null {
			d.found.at(v, "an empty entry: remove it or fill it in")
			continue
		}
		d.keys[at] = firstKey(v)
		d.value(v, t.Elem(), at)
	}
}

// firstKey is where a list entry begins for a reader: at its first key.
func firstKey(node ast.Node) ast.Node {
	switch n := node.(type) {
	case *ast.MappingNode:
		if len(n.Values) > 0 {
			return n.Values[0].Key
		}
	case *ast.MappingValueNode:
		return n.Key
	}
	return node
}

func (d *document) scalar(node ast.Node, t reflect.Type, path string) {
	switch t.Kind() {
	case reflect.String:
		d.text(node, path)
	case reflect.Bool:
		if _, ok := node.(*ast.BoolNode); !ok {
			d.wrongKind(node, path, "true or false")
		}
	case reflect.Float64:
		_, isInt := node.(*ast.IntegerNode)
		if f, isFloat := node.(*ast.FloatNode); !isInt && (!isFloat || !isNumber(f.Value)) {
			d.wrongKind(node, path, "a number")
		}
	default:
		if n, ok := node.(*ast.IntegerNode); !ok || !isPlain(n) {
			d.wrongKind(node, path, "a whole number")
		}
	}
}

// text takes strings, and of the numbers those that read the same before and after YAML: 2243, but not 007 or 1_000.
func (d *document) text(node ast.Node, path string) {
	switch n := node.(type) {
	case *ast.StringNode, *ast.LiteralNode:
		return
	case *ast.IntegerNode:
		if isPlain(n) {
			return
		}
	}
	if !isScalar(node) {
		d.wrongKind(node, path, "text")
		return
	}
	d.found.at(node, "`%s` is text: put its value in quotes", lastKey(path))
}

func isPlain(n *ast.IntegerNode) bool {
	i, err := strconv.ParseInt(n.GetToken().Value, 10, 64)
	return err == nil && strconv.FormatInt(i, 10) == n.GetToken().Value
}

func isScalar(node ast.Node) bool {
	_, ok := node.(ast.ScalarNode)
	return ok
}

func (d *document) wrongKind(node ast.Node, path, want string) {
	if path == "" {
		d.found.at(node, "the file must be %s", want)
		return
	}
	if key, ok := d.keys[path]; ok && !isScalar(node) {
		node = key
	}
	d.found.at(node, "`%s` must be %s", lastKey(path), want)
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// lastKey is what a reader finds in the file: the path's last key, without its place in a list.
func lastKey(path string) string {
	path = path[strings.LastIndexByte(path, '.')+1:]
	name, _, _ := strings.Cut(path, "[")
	return name
}
