package extract

import (
	"bytes"
	"context"
	"database/sql/driver"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/duckdb/duckdb-go/v2"
	"github.com/go-json-experiment/json/jsontext"
)

// stager brings the rows of one file into a scratch table, one by one, and sets aside those that cannot be loaded.
type stager struct {
	ctx      context.Context
	x        *extraction
	t        *task
	to       *duckdb.Appender
	rejected *duckdb.Appender

	// Of a delimited file: the columns' names as JSON, the places of the rows' own ID (-1 without) and of other IDs.
	names  [][]byte
	own    int
	others []int
	row    []byte
}

// append opens the scratch table and that of the rejected rows for one reading of the task's file.
func (x *extraction) append(ctx context.Context, t *task, table string, read func(*stager) error) error {
	x.Progress(t.stage(), 0, -1)
	err := x.conn.Raw(func(raw any) error {
		s := &stager{ctx: ctx, x: x, t: t}
		var err error
		if s.to, err = duckdb.NewAppender(raw.(driver.Conn), "temp", "main", table); err != nil {
			return fmt.Errorf("append to %s: %w", table, err)
		}
		defer s.to.Close()
		if s.rejected, err = duckdb.NewAppender(raw.(driver.Conn), "temp", "main", "staged_rejected"); err != nil {
			return fmt.Errorf("append to staged_rejected: %w", err)
		}
		defer s.rejected.Close()
		if err := read(s); err != nil {
			return err
		}
		if err := s.to.Close(); err != nil {
			return err
		}
		return s.rejected.Close()
	})
	if err == nil {
		x.Progress(t.stage(), t.rows, t.rows)
	}
	return err
}

// step counts a row; it is errEnough when no more are wanted.
func (s *stager) step() error {
	if s.x.most > 0 && s.t.rows >= s.x.most {
		return errEnough
	}
	s.t.rows++
	if s.t.rows%4096 == 0 {
		s.x.Progress(s.t.stage(), s.t.rows, -1)
		return s.ctx.Err()
	}
	return nil
}

func (s *stager) reject(r rejection) error {
	if r.kind != rejectedFooter {
		if err := s.step(); err != nil {
			return err
		}
	}
	s.t.rejected.add(r)
	return s.rejected.AppendRow(s.t.source.Name, s.t.collection, r.line, r.kind, r.reason, r.text)
}

// csv reads a delimited file.
func (s *stager) csv() error {
	t := s.t
	columns := mapping{source: t.source}.columns()
	dialect, err := findDialect(t.form, t.source, columns)
	if err != nil {
		return err
	}
	t.dialect, t.columns = dialect, dialect.columns
	for _, column := range columns {
		if _, err := dialect.index(t.source.Path, column); err != nil {
			return err
		}
	}
	if len(dialect.renamed) > 0 {
		t.note("columns whose name another one has are called %s", strings.Join(dialect.renamed, ", "))
	}
	s.own, s.others = slices.Index(dialect.columns, t.source.ID.Column), nil
	for _, column := range t.otherIDs() {
		s.others = append(s.others, slices.Index(dialect.columns, column))
	}
	for _, c := range dialect.columns {
		name, err := jsontext.AppendQuote(nil, c)
		if err != nil {
			return err
		}
		s.names = append(s.names, name)
	}
	return scanCSV(t.form, dialect, csvVisitor{row: s.csvRow, reject: s.reject})
}

func (s *stager) csvRow(line int64, cells []string) error {
	if err := s.writeRow(cells); err != nil {
		return err
	}
	if s.own >= 0 {
		if r := idFault(s.t.source.ID.Column, cells[s.own]); r != nil {
			return s.reject(r.at(line, string(s.row)))
		}
		if isDecimal(cells[s.own]) {
			s.t.decimals++
		}
	}
	for _, i := range s.others {
		if isMangled(cells[i]) {
			s.t.mangled[s.t.columns[i]]++
		}
	}
	return s.keep(line, string(s.row))
}

// keep appends a row that can be loaded.
func (s *stager) keep(place int64, row string) error {
	if err := s.step(); err != nil {
		return err
	}
	return s.to.AppendRow(s.t.run, place, row)
}

// otherIDs are the columns that hold IDs besides the rows' own, each once.
func (t *task) otherIDs() []string {
	t.mangled = map[string]int64{}
	var columns []string
	for _, id := range t.source.AlsoIDs {
		columns = append(columns, id.Column)
	}
	for _, id := range t.source.References {
		columns = append(columns, id.Column)
	}
	slices.Sort(columns)
	return slices.Compact(columns)
}

// writeRow writes the row as a JSON object. Empty cells are left out: exports have a hundred columns and fill ten.
func (s *stager) writeRow(cells []string) (err error) {
	s.row = append(s.row[:0], '{')
	for i, value := range cells {
		if value == "" {
			continue
		}
		if len(s.row) > 1 {
			s.row = append(s.row, ',')
		}
		s.row = append(append(s.row, s.names[i]...), ':')
		if s.row, err = jsontext.AppendQuote(s.row, value); err != nil {
			return err
		}
	}
	s.row = append(s.row, '}')
	return nil
}

// json reads a file of JSON objects, mapped or as the hub returns them.
func (s *stager) json(format string) error {
	id := s.t.source.ID.Column
	others := s.t.otherIDs()
	visitor := jsonVisitor{reject: s.reject, record: func(place int64, object jsontext.Value) error {
		if id == "" {
			return s.keep(place, string(object))
		}
		if r := idFault(id, trim(member(object, id))); r != nil {
			return s.reject(r.at(place, string(object)))
		}
		if bytes.Contains(object, []byte("+")) { // hardly any does, and each look costs a parse
			for _, column := range others {
				if isMangled(trim(member(object, column))) {
					s.t.mangled[column]++
				}
			}
		}
		return s.keep(place, string(object))
	}}
	if format == formatNDJSON {
		return scanLines(s.t.form, visitor)
	}
	own := []string{"id"}
	if id != "" {
		first, _, _ := strings.Cut(id, ".")
		own = []string{id, first}
	}
	return scanJSON(s.t.form, own, visitor)
}

// mangled is a number as a spreadsheet shows one of more than eleven digits, and saves it: the last digits are lost.
var mangled = regexp.MustCompile(`^-?\d+([.,]\d+)?[eE]\+\d+$`)

// idFault says why a value is no ID; nil when it may be one.
func idFault(column, value string) *rejection {
	switch {
	case value == "":
		return &rejection{kind: rejectedNoID, reason: fmt.Sprintf("no ID in column %q: every row needs the ID that the application names it by", column)}
	case isMangled(value):
		return &rejection{kind: rejectedMangledID, reason: fmt.Sprintf("the ID in column %q is a number that a spreadsheet rounded (1.23E+15): export again, and open the file in no spreadsheet", column)}
	}
	return nil
}

func isMangled(value string) bool {
	return strings.Contains(value, "+") && mangled.MatchString(value)
}

// isDecimal tells a whole number that was written with a decimal place.
func isDecimal(value string) bool {
	digits, found := strings.CutSuffix(value, ".0")
	return found && integerForm.MatchString(digits)
}

// trim cuts off what is no part of a value.
func trim(s string) string { return strings.TrimFunc(s, isBlank) }

// member is the text of a member of a JSON object, by its name or by a dotted path; "" when it is no text or number.
func member(object jsontext.Value, name string) string {
	text := scalarAt(object, name)
	if text == "" && strings.Contains(name, ".") {
		text = scalarAt(object, strings.Split(name, ".")...)
	}
	return text
}

// scalarAt is the text or number at that path of a sound JSON object.
func scalarAt(object jsontext.Value, path ...string) string {
	d := jsontext.NewDecoder(bytes.NewReader(object))
	for _, name := range path {
		if !enterMember(d, name) {
			return ""
		}
	}
	kind := d.PeekKind()
	value, err := d.ReadValue()
	switch {
	case err != nil:
	case kind == '0':
		return string(value)
	case kind == '"':
		text, _ := jsontext.AppendUnquote(nil, value)
		return string(text)
	}
	return ""
}

// enterMember goes to the value of an object's member, and reports whether there is one.
func enterMember(d *jsontext.Decoder, name string) bool {
	if d.PeekKind() != '{' {
		return false
	}
	_, _ = d.ReadToken()
	for d.PeekKind() == '"' {
		token, err := d.ReadToken()
		if err != nil {
			return false
		}
		if token.String() == name {
			return true
		}
		if d.SkipValue() != nil {
			return false
		}
	}
	return false
}
