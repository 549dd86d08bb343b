package sandbox

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
)

// The grammar of $filter, as public clients use it:
//
//	filter     = all { "or" all }
//	all        = term { "and" term }
//	term       = "(" filter ")" | field op literal | field "match" /re/ | field "in" "[" literal {"," literal} "]"
//	op         = eq | ne | gt | gte | lt | lte
//	literal    = 'text' | true | false | null | number
//
// Words are taken in any case. In a list, and only there, text may stand without quotes. "_id" is the hub's UUID.

// filterParser reads a filter from left to right.
type filterParser struct {
	text string // the whole, for errors
	rest string
	deep int
}

// maxDepth bounds nested parentheses.
const maxDepth = 50

// parseFilter reads a filter; nil for an empty one.
func parseFilter(text string) (expression, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	p := &filterParser{text: text, rest: text}
	e, err := p.any()
	if err != nil {
		return nil, err
	}
	if p.skip(); p.rest != "" {
		return nil, p.fault("unexpected %q", p.rest)
	}
	return e, nil
}

func (p *filterParser) fault(format string, args ...any) error {
	return badRequest("$filter %q: "+format, append([]any{p.text}, args...)...)
}

func (p *filterParser) skip() { p.rest = strings.TrimLeft(p.rest, " \t\r\n") }

// word takes the next word if it is the one asked for, in any case.
func (p *filterParser) word(want string) bool {
	p.skip()
	if len(p.rest) < len(want) || !strings.EqualFold(p.rest[:len(want)], want) {
		return false
	}
	if after := p.rest[len(want):]; after != "" && isWordByte(after[0]) {
		return false
	}
	p.rest = p.rest[len(want):]
	return true
}

func (p *filterParser) punct(c byte) bool {
	p.skip()
	if p.rest == "" || p.rest[0] != c {
		return false
	}
	p.rest = p.rest[1:]
	return true
}

func (p *filterParser) any() (expression, error) {
	return p.series("or", p.all, func(parts []expression) expression { return anyOf(parts) })
}

func (p *filterParser) all() (expression, error) {
	return p.series("and", p.term, func(parts []expression) expression { return allOf(parts) })
}

// series reads parts with a word between them.
func (p *filterParser) series(between string, part func() (expression, error), join func([]expression) expression) (expression, error) {
	var parts []expression
	for {
		e, err := part()
		if err != nil {
			return nil, err
		}
		parts = append(parts, e)
		if !p.word(between) {
			break
		}
	}
	if len(parts) == 1 {
		return parts[0], nil
	}
	return join(parts), nil
}

func (p *filterParser) term() (expression, error) {
	if p.punct('(') {
		if p.deep++; p.deep > maxDepth {
			return nil, p.fault("more than %d parentheses deep", maxDepth)
		}
		e, err := p.any()
		if err != nil {
			return nil, err
		}
		p.deep--
		if !p.punct(')') {
			return nil, p.fault("want a closing parenthesis before %q", p.rest)
		}
		return e, nil
	}
	return p.comparison()
}

func (p *filterParser) comparison() (expression, error) {
	field := p.take(isFieldByte)
	if !isField(field) {
		return nil, p.fault("want a field before %q", p.rest)
	}
	if field == "id" {
		return nil, p.fault("the hub's own ID is called _id in filters")
	}
	e := comparison{field: field, path: fieldPath(field)}
	for _, op := range []string{"eq", "ne", "gte", "gt", "lte", "lt", "match", "in"} {
		if p.word(op) {
			e.op = op
			break
		}
	}
	var err error
	switch e.op {
	case "":
		return nil, p.fault("want eq, ne, gt, gte, lt, lte, match or in before %q", p.rest)
	case "match":
		e.pattern, err = p.pattern()
	case "in":
		e.set, err = p.list()
	default:
		e.literal, err = p.literal()
	}
	return e, err
}

func (p *filterParser) take(part func(byte) bool) string {
	p.skip()
	n := 0
	for n < len(p.rest) && part(p.rest[n]) {
		n++
	}
	taken := p.rest[:n]
	p.rest = p.rest[n:]
	return taken
}

func (p *filterParser) literal() (any, error) {
	if p.skip(); strings.HasPrefix(p.rest, "'") {
		return p.quoted()
	}
	before := p.rest
	switch word := p.take(isLiteralByte); {
	case strings.EqualFold(word, "true"):
		return true, nil
	case strings.EqualFold(word, "false"):
		return false, nil
	case strings.EqualFold(word, "null"):
		return nil, nil
	case word != "":
		if _, err := strconv.ParseFloat(word, 64); err == nil {
			return json.Number(word), nil
		}
	}
	return nil, p.fault("want 'text', a number, true, false or null before %q", before)
}

// quoted reads text in single quotes; a quote inside it is doubled.
func (p *filterParser) quoted() (string, error) {
	var b strings.Builder
	for i := 1; i < len(p.rest); i++ {
		if p.rest[i] != '\'' {
			b.WriteByte(p.rest[i])
			continue
		}
		if i+1 < len(p.rest) && p.rest[i+1] == '\'' {
			b.WriteByte('\'')
			i++
			continue
		}
		p.rest = p.rest[i+1:]
		return b.String(), nil
	}
	return "", p.fault("a quote is not closed")
}

// pattern reads /re/; the flag i ignores case.
func (p *filterParser) pattern() (*regexp.Regexp, error) {
	if !p.punct('/') {
		return nil, p.fault("want /expression/ before %q", p.rest)
	}
	end := -1
	for i := 0; i < len(p.rest); i++ {
		if p.rest[i] == '\\' {
			i++
		} else if p.rest[i] == '/' {
			end = i
			break
		}
	}
	if end < 0 {
		return nil, p.fault("the expression is not closed by a slash")
	}
	source := strings.ReplaceAll(p.rest[:end], `\/`, "/")
	p.rest = p.rest[end+1:]
	if strings.HasPrefix(p.rest, "i") {
		source, p.rest = "(?i)"+source, p.rest[1:]
	}
	re, err := regexp.Compile(source)
	if err != nil {
		return nil, p.fault("%v", err)
	}
	return re, nil
}

func (p *filterParser) list() (map[string]bool, error) {
	if !p.punct('[') {
		return nil, p.fault("want [ before %q", p.rest)
	}
	set := map[string]bool{}
	if p.punct(']') {
		return set, nil
	}
	for {
		item, err := p.item()
		if err != nil {
			return nil, err
		}
		set[item] = true
		if p.punct(']') {
			return set, nil
		}
		if !p.punct(',') {
			return nil, p.fault("want , or ] before %q", p.rest)
		}
	}
}

func (p *filterParser) item() (string, error) {
	if p.skip(); strings.HasPrefix(p.rest, "'") {
		return p.quoted()
	}
	item := p.take(isLiteralByte)
	if item == "" {
		return "", p.fault("want an item of the list before %q", p.rest)
	}
	return item, nil
}

func isWordByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

func isFieldByte(c byte) bool { return isWordByte(c) || c == '.' || c == '/' }

func isLiteralByte(c byte) bool { return isWordByte(c) || c == '-' || c == '+' || c == '.' || c == ':' }

// isField reports whether the text is a field's name, or a path of names.
func isField(text string) bool {
	if text == "" || text[0] >= '0' && text[0] <= '9' {
		return false
	}
	for i := 0; i < len(text); i++ {
		if !isFieldByte(text[i]) {
			return false
		}
	}
	for _, part := range fieldPath(text) {
		if part == "" {
			return false
		}
	}
	return true
}

func fieldPath(field string) []string {
	return strings.Split(strings.ReplaceAll(field, "/", "."), ".")
}
