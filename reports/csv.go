package reports

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// csvWriter writes RFC 4180: CRLF line ends, a cell quoted where it must be, and its bytes kept as they are.
// encoding/csv is not used because with CRLF line ends it also rewrites line ends inside a cell.
type csvWriter struct {
	w     *bufio.Writer
	cells int  // in the line so far
	raw   bool // text from outside is left as it is
}

func newCSVWriter(w io.Writer, o TableOptions) *csvWriter {
	c := &csvWriter{w: bufio.NewWriterSize(w, 1<<16), raw: o.Raw}
	if o.BOM {
		c.w.WriteString("\ufeff")
	}
	return c
}

func (c *csvWriter) header(columns []column) error {
	for _, col := range columns {
		c.cell(col.name)
	}
	c.endLine()
	return nil
}

func (c *csvWriter) row(values []any) error {
	for _, v := range values {
		if err := c.value(v); err != nil {
			return err
		}
	}
	c.endLine()
	return nil
}

// value writes a cell of any type that a row may hold; NULL is an empty cell.
func (c *csvWriter) value(v any) error {
	switch v := v.(type) {
	case nil:
		c.cell("")
	case string:
		c.text(v)
	case written:
		c.cell(string(v))
	case bool:
		c.cell(strconv.FormatBool(v))
	case int64:
		c.cell(strconv.FormatInt(v, 10))
	case int32:
		c.cell(strconv.FormatInt(int64(v), 10))
	case float64:
		c.cell(strconv.FormatFloat(v, 'f', -1, 64))
	case time.Time:
		c.cell(formatTime(v))
	default:
		return fmt.Errorf("a column of type %T has no form in CSV", v)
	}
	return nil
}

// text writes a cell whose content came from outside, made inert.
func (c *csvWriter) text(s string) {
	if !c.raw {
		s = Neutralise(s)
	}
	c.cell(s)
}

// cell writes a cell as it is: sameas's own numbers and words.
func (c *csvWriter) cell(s string) {
	if c.cells > 0 {
		c.w.WriteByte(',')
	}
	c.cells++
	if !strings.ContainsAny(s, "\",;\t\r\n") && strings.TrimSpace(s) == s {
		c.w.WriteString(s)
		return
	}
	c.w.WriteByte('"')
	c.w.WriteString(strings.ReplaceAll(s, `"`, `""`))
	c.w.WriteByte('"')
}

func (c *csvWriter) endLine() {
	c.cells = 0
	c.w.WriteString("\r\n")
}

func (c *csvWriter) finish() error { return c.w.Flush() }

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
	var b strings.Builder
	copied := 0
	for i := 0; i < len(s); i++ {
		if !formulaAt(s, i) || !beginsCell(s, i) {
			continue
		}
		b.WriteString(s[copied:i])
		b.WriteByte('\'')
		copied = i
	}
	if copied == 0 && b.Len() == 0 {
		return s
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
