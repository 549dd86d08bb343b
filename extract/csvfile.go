package extract

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
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
	cells []string
	fault *rejection // why the row cannot be loaded; nil when it can
}

// maxFooter is how many lines a footer may have.
const maxFooter = 20

// scanCSV reads the rows below the header. Every record is either a row, rejected, or layout: blank lines, and at the
// end a footer after a blank line or a line of totals.
func scanCSV(form textForm, dialect csvDialect, visitor csvVisitor) error {
	s := &csvScan{form: form, dialect: dialect, visitor: visitor}
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
		s.held = append(s.held, heldRow{line: rec.line, text: bytes.Clone(rec.text), cells: slices.Clone(s.cellsOf(rec)), fault: fault})
		return nil
	}
	s.afterBlank = false
	if err := s.release(); err != nil {
		return err
	}
	if fault != nil {
		return s.visitor.reject(fault.at(rec.line, printable(rec.text)))
	}
	return s.visitor.row(rec.line, s.cellsOf(rec))
}

// cellsOf are the values of the record, valid until the next.
func (s *csvScan) cellsOf(rec *csvRecord) []string {
	s.cells = s.cells[:0]
	for _, f := range rec.fields {
		s.cells = append(s.cells, cell(f))
	}
	return s.cells
}

// fault says what is wrong with the record's form; nil when nothing is.
func (s *csvScan) fault(rec *csvRecord) *rejection {
	width := len(s.dialect.columns)
	for len(rec.fields) > width && len(bytes.TrimSpace(rec.fields[len(rec.fields)-1])) == 0 {
		rec.fields = rec.fields[:len(rec.fields)-1] // a delimiter at the end of the line
	}
	switch rec.fault {
	case faultQuote:
		return &rejection{kind: rejectedQuote, reason: rec.fault}
	case faultLong:
		return &rejection{kind: rejectedLong, reason: rec.fault}
	}
	if bad := s.form.undecodable(rec.text); bad != "" {
		return &rejection{kind: rejectedBytes, reason: bad}
	}
	if len(rec.fields) != width {
		return &rejection{kind: rejectedFields, reason: fmt.Sprintf("%d values, but the header has %d columns: look for a delimiter or a quote too many or too few", len(rec.fields), width)}
	}
	return nil
}

// release hands on what was held: rows follow, so that it is no footer.
func (s *csvScan) release() error {
	for _, h := range s.held {
		var err error
		if h.fault != nil {
			err = s.visitor.reject(h.fault.at(h.line, printable(h.text)))
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
		footer := rejection{kind: rejectedFooter, reason: "a line below the table: a total, a date or a notice"}
		if err := s.visitor.reject(footer.at(h.line, printable(h.text))); err != nil {
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
