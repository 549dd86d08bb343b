package extract

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
)

// csvVisitor is told of a delimited file's rows, in their order.
type csvVisitor struct {
	// row is a sound row's line and its cells, valid until it returns.
	row func(line int64, cells []string) error
	// reject is a row that cannot be loaded.
	reject func(rejection) error
}

// csvScan is one pass over a delimited file.
type csvScan struct {
	form    textForm
	dialect csvDialect
	visitor csvVisitor
	cells   []string
	// held are the rows since the last blank line that hold one text each: the file's footer, unless rows follow them.
	held       []heldRow
	afterBlank bool
}

type heldRow struct {
	line  int64
	text  []byte
	cells []string // nil when the row is unfit to load
	fault string
}

// maxFooter is how many lines a footer may have.
const maxFooter = 20

// scanCSV reads the rows below the header. Every record is either a row, rejected, or layout: blank lines, and at the
// end a footer after a blank line or a line of totals.
func scanCSV(form textForm, dialect csvDialect, visitor csvVisitor) error {
	s := &csvScan{form: form, dialect: dialect, visitor: visitor, cells: make([]string, len(dialect.columns))}
	return form.read(func(text *bufio.Reader) error {
		r := newCSVReader(text, dialect.delimiter, form.newline)
		for {
			rec, err := r.next()
			if errors.Is(err, io.EOF) {
				return s.end()
			}
			if err != nil {
				return fmt.Errorf("read %s at line %d: %w", form.path, r.nextLine, err)
			}
			if rec.line <= dialect.headerLine {
				if r.nextLine > dialect.headerLine {
					r.width = len(dialect.columns) // known from here on
				}
				continue
			}
			if err := s.see(rec); err != nil {
				return err
			}
		}
	})
}

func (s *csvScan) see(rec *csvRecord) error {
	if rec.fault == "" && rec.blank() {
		s.afterBlank = true
		return nil
	}
	fault := s.fault(rec)
	if footer := s.afterBlank && rec.fault == "" && rec.filled() == 1 || isTotal(rec); footer && len(s.held) < maxFooter {
		s.hold(rec, fault)
		return nil
	}
	s.afterBlank = false
	if err := s.release(); err != nil {
		return err
	}
	if fault != "" {
		return s.visitor.reject(rejection{line: rec.line, kind: s.kind(rec), reason: fault, text: printable(rec.text)})
	}
	for i := range s.cells {
		s.cells[i] = cell(rec.fields[i])
	}
	return s.visitor.row(rec.line, s.cells)
}

// fault says what is wrong with the record's form; "" when nothing is.
func (s *csvScan) fault(rec *csvRecord) string {
	if rec.fault != "" {
		return rec.fault
	}
	width := len(s.dialect.columns)
	for len(rec.fields) > width && len(bytes.TrimSpace(rec.fields[len(rec.fields)-1])) == 0 {
		rec.fields = rec.fields[:len(rec.fields)-1] // a delimiter at the end of the line
	}
	if bad := s.form.undecodable(rec.text); bad != "" {
		return bad
	}
	if len(rec.fields) != width {
		return fmt.Sprintf("%d values, but the header has %d columns: look for a delimiter or a quote too many or too few", len(rec.fields), width)
	}
	return ""
}

func (s *csvScan) kind(rec *csvRecord) string {
	switch {
	case rec.fault == faultQuote:
		return rejectedQuote
	case rec.fault == faultLong:
		return rejectedLong
	case s.form.undecodable(rec.text) != "":
		return rejectedBytes
	}
	return rejectedFields
}

// hold keeps a row that may be part of the footer.
func (s *csvScan) hold(rec *csvRecord, fault string) {
	h := heldRow{line: rec.line, text: bytes.Clone(rec.text), fault: fault}
	if fault == "" {
		for _, f := range rec.fields {
			h.cells = append(h.cells, cell(f))
		}
	}
	s.held = append(s.held, h)
}

// release hands on what was held: rows follow, so that it is no footer.
func (s *csvScan) release() error {
	for _, h := range s.held {
		var err error
		if h.cells == nil {
			err = s.visitor.reject(rejection{line: h.line, kind: rejectedFields, reason: h.fault, text: printable(h.text)})
		} else {
			err = s.visitor.row(h.line, h.cells)
		}
		if err != nil {
			return err
		}
	}
	s.held = s.held[:0]
	return nil
}

// end closes the file: what is still held is its footer.
func (s *csvScan) end() error {
	for _, h := range s.held {
		err := s.visitor.reject(rejection{line: h.line, kind: rejectedFooter, reason: "a line below the table: a total, a date or a notice", text: printable(h.text)})
		if err != nil {
			return err
		}
	}
	return nil
}

var (
	totalWord = regexp.MustCompile(`^(Grand |GRAND )?(total|Total|TOTAL)s?( for .*)?$`) // letter cases spelled out: it is asked of every row
	amount    = regexp.MustCompile(`^\(?-?[$€£¥]? ?-?\d[\d., ]*[.,]\d\d\)?$`)
)

// isTotal tells a line of totals: the word, and beside it nothing but amounts, at least one.
func isTotal(rec *csvRecord) bool {
	first := 0
	for first < len(rec.fields) && len(bytes.TrimSpace(rec.fields[first])) == 0 {
		first++
	}
	if first == len(rec.fields) || !totalWord.Match(bytes.TrimSpace(rec.fields[first])) {
		return false
	}
	amounts := 0
	for _, f := range rec.fields[first+1:] {
		switch value := bytes.TrimSpace(f); {
		case len(value) == 0:
		case amount.Match(value):
			amounts++
		default:
			return false
		}
	}
	return amounts > 0
}

// printable is a row's text as the workspace can keep it: bytes that are no text are marked as such.
func printable(text []byte) string {
	return strings.ReplaceAll(strings.ToValidUTF8(string(text), "\ufffd"), "\x00", "\u2400")
}
