package reports

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// csvEnd ends a line of CSV.
const csvEnd = "\r\n"

// csvForm writes lines of RFC 4180 without their ends: a cell is quoted where it must be, and its bytes kept as they are.
// encoding/csv is not used because with CR LF as line ends it also rewrites line ends inside a cell.
type csvForm struct {
	raw bool // text from outside is left as it is
}

// texts is the line of cells whose content may come from outside.
func (c csvForm) texts(cells []string) []byte {
	var line []byte
	for i, cell := range cells {
		line = c.text(separated(line, i), cell)
	}
	return line
}

// line appends the cells of a row of any values that a statement gives; NULL is an empty cell.
func (c csvForm) line(line []byte, values []any) ([]byte, error) {
	for i, v := range values {
		line = separated(line, i)
		switch v := v.(type) {
		case nil:
		case *string:
			line = c.text(line, *v)
		case bool:
			line = strconv.AppendBool(line, v)
		case int64:
			line = strconv.AppendInt(line, v, 10)
		case int32:
			line = strconv.AppendInt(line, int64(v), 10)
		case float64:
			line = strconv.AppendFloat(line, v, 'f', -1, 64)
		case time.Time:
			line = appendTime(line, v)
		default:
			return nil, fmt.Errorf("a column of type %T has no form in CSV", v)
		}
	}
	return line, nil
}

// separated begins the cell of that column.
func separated(line []byte, column int) []byte {
	if column > 0 {
		line = append(line, ',')
	}
	return line
}

// text appends a cell whose content came from outside, made inert.
func (c csvForm) text(line []byte, s string) []byte {
	if !c.raw {
		s = Neutralise(s)
	}
	return c.cell(line, s)
}

// cell appends a cell as it is.
func (csvForm) cell(line []byte, s string) []byte {
	if !needsQuotes(s) {
		return append(line, s...)
	}
	line = append(line, '"')
	for {
		before, after, found := strings.Cut(s, `"`)
		line = append(line, before...)
		if !found {
			return append(line, '"')
		}
		line, s = append(line, `""`...), after
	}
}

// needsQuotes reports whether a reader could take the cell for several, trim it, or take text for a number.
func needsQuotes(s string) bool {
	var seen byte
	for i := range len(s) {
		seen |= classes[s[i]]
	}
	return seen&parts != 0 || seen&digit != 0 && seen&noNumber == 0 || strings.TrimSpace(s) != s
}

// startsFormula are the characters that make a spreadsheet compute what follows, after OWASP's "CSV Injection" page;
// the last four are the full-width forms that spreadsheets with an East Asian setting read the same.
const startsFormula = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20"

// startsCell are the characters after which a program that splits at other separators or ignores quotes would begin
// a new cell.
const startsCell = ",;|\t\r\n\"'"

// Neutralise puts an apostrophe before every character that could start a formula where a cell could begin: at the
// start of the value and after a separator, a quote or a line end. Where apostrophes stand there already it adds one
// more, so that Restore always gives the value back.
func Neutralise(s string) string {
	before := byte(opens)
	for i := range len(s) {
		class := classes[s[i]]
		if class&formula != 0 && before&opens != 0 {
			return neutralised(s)
		}
		before = class
	}
	return s
}

// neutralised is Neutralise for a value in which some such character may stand.
func neutralised(s string) string {
	var b strings.Builder
	copied := 0
	for i := range len(s) {
		if formulaAt(s, i) && beginsCell(s, i) {
			b.WriteString(s[copied:i])
			b.WriteByte('\'')
			copied = i
		}
	}
	b.WriteString(s[copied:])
	return b.String()
}

// formulaAt reports whether one of startsFormula stands at s[i:]. Cells are long and such characters few, so bytes are
// looked at, and only those that can begin a full-width form a second time.
func formulaAt(s string, i int) bool {
	switch s[i] {
	case '=', '+', '-', '@', '\t', '\r', '\n':
		return true
	case 0xef:
		return strings.ContainsRune(startsFormula, firstRune(s[i:])) && firstRune(s[i:]) != utf8.RuneError
	}
	return false
}

// beginsCell leaves the line feed of a CR LF alone: the carriage return has begun the line already.
func beginsCell(s string, i int) bool {
	if i == 0 {
		return true
	}
	if s[i-1] == '\r' && s[i] == '\n' {
		return false
	}
	return strings.IndexByte(startsCell, s[i-1]) >= 0
}

// Restore undoes Neutralise: of the apostrophes right before a character that could start a formula it takes one.
func Restore(s string) string {
	if !strings.Contains(s, "'") {
		return s
	}
	var b strings.Builder
	rest := s
	for {
		i := strings.IndexByte(rest, '\'')
		if i < 0 {
			b.WriteString(rest)
			return b.String()
		}
		b.WriteString(rest[:i])
		rest = rest[i:]
		after := strings.TrimLeft(rest, "'")
		run := len(rest) - len(after)
		if after != "" && strings.ContainsRune(startsFormula, firstRune(after)) {
			run--
		}
		b.WriteString(strings.Repeat("'", run))
		rest = after
	}
}

func firstRune(s string) rune {
	for _, r := range s {
		return r
	}
	return -1
}
