package reports

import (
	"bufio"
	"io"
	"strings"
)

// csvWriter writes RFC 4180: CRLF line ends, a cell quoted where it must be, and its bytes kept as they are.
// encoding/csv is not used because with CRLF line ends it also rewrites line ends inside a cell.
type csvWriter struct {
	w     *bufio.Writer
	cells int // in the line so far
}

func newCSVWriter(w io.Writer) *csvWriter { return &csvWriter{w: bufio.NewWriterSize(w, 1<<16)} }

// text writes a cell whose content came from outside, made inert.
func (c *csvWriter) text(s string) { c.cell(Neutralise(s)) }

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

func (c *csvWriter) flush() error { return c.w.Flush() }

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
	if !strings.ContainsAny(s, startsFormula) {
		return s
	}
	var b strings.Builder
	prev := rune(-1) // the character before, -1 at the start
	for _, r := range s {
		if strings.ContainsRune(startsFormula, r) && beginsCell(prev, r) {
			b.WriteByte('\'')
		}
		b.WriteRune(r)
		prev = r
	}
	return b.String()
}

// beginsCell leaves the line feed of a CR LF alone: the carriage return has begun the line already.
func beginsCell(prev, r rune) bool {
	if prev == '\r' && r == '\n' {
		return false
	}
	return prev < 0 || strings.ContainsRune(startsCell, prev)
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
