package extract

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/xrash/smetrics"

	"github.com/sameas/sameas/internal/config"
)

// csvDialect is how a delimited file is laid out.
type csvDialect struct {
	delimiter byte
	// headerLine is the line that names the columns; what stands above it is a title.
	headerLine int64
	columns    []string // trimmed, each name once
	renamed    []string // columns whose name another one bears, as they are called here
}

// How much of a file is looked at to find its dialect.
const (
	sampleBytes   = 256 << 10
	sampleRecords = 500
	headerWithin  = 50 // records
)

// findDialect finds delimiter and header from the beginning of the file, but for what the configuration names. wanted
// are the columns that the configuration maps: where several lines could be the header, the one that holds them is.
func findDialect(form textForm, source config.Source, wanted []string) (csvDialect, error) {
	var sample []byte
	err := form.read(func(text *bufio.Reader) (err error) {
		sample, err = io.ReadAll(io.LimitReader(text, sampleBytes))
		if err != nil {
			return fmt.Errorf("read %s: %w", form.path, err)
		}
		return errEnough
	})
	if err != nil {
		return csvDialect{}, err
	}
	if len(bytes.TrimSpace(sample)) == 0 {
		return csvDialect{}, fmt.Errorf("%s is empty", form.path)
	}
	d := csvDialect{headerLine: source.HeaderLine}
	if d.delimiter, err = source.DelimiterByte(); err != nil {
		return csvDialect{}, err
	}
	named := namedDelimiter(sample, form.newline)
	if d.delimiter == 0 {
		d.delimiter = named
	}
	if d.delimiter == 0 {
		d.delimiter = likeliestDelimiter(sample, form.newline)
	}
	records := sampled(sample, d.delimiter, form.newline)
	if named != 0 && len(records) > 0 {
		records = records[1:]
	}
	header, err := findHeader(form.path, records, d.headerLine, wanted)
	if err != nil {
		return csvDialect{}, err
	}
	d.headerLine = header.line
	d.columns, d.renamed = columnNames(header.fields)
	return d, nil
}

// namedDelimiter is the one that a first line of the form sep=; names, which spreadsheets write and read; 0 without.
func namedDelimiter(sample []byte, newline byte) byte {
	line, _, _ := bytes.Cut(sample, []byte{newline})
	line = bytes.Trim(line, "\"\r ")
	if rest, ok := bytes.CutPrefix(bytes.ToLower(line), []byte("sep=")); ok && len(rest) == 1 {
		return rest[0]
	}
	return 0
}

// sampledRecord is a record of the sample, its fields as text.
type sampledRecord struct {
	line   int64
	fields []string
}

// sampled are the records of the sample that are not blank; the last is left out when the sample ends within the file.
func sampled(sample []byte, delimiter, newline byte) []sampledRecord {
	r := newCSVReader(bufio.NewReader(bytes.NewReader(sample)), delimiter, newline)
	var records []sampledRecord
	for len(records) < sampleRecords {
		rec, err := r.next()
		if errors.Is(err, io.EOF) {
			if len(sample) == sampleBytes && len(records) > 1 {
				records = records[:len(records)-1]
			}
			break
		}
		if err != nil || rec.fault != "" || rec.blank() {
			continue
		}
		fields := make([]string, len(rec.fields))
		for i, f := range rec.fields {
			fields[i] = strings.ToValidUTF8(cell(f), "\ufffd")
		}
		records = append(records, sampledRecord{rec.line, fields})
	}
	return records
}

// likeliestDelimiter is the one that cuts most records into one and the same number of fields, at least two; of equals
// the one that makes more fields, and a comma when none does.
func likeliestDelimiter(sample []byte, newline byte) byte {
	best, bestShare, bestWidth := byte(','), 0.0, 1
	for _, delimiter := range []byte{',', ';', '\t', '|'} {
		records := sampled(sample, delimiter, newline)
		width, count := commonWidth(records)
		if width < 2 {
			continue
		}
		share := float64(count) / float64(len(records))
		if share > bestShare+0.1 || share > bestShare-0.1 && width > bestWidth {
			best, bestShare, bestWidth = delimiter, share, width
		}
	}
	return best
}

// commonWidth is the number of fields that most records have, the greater of equals.
func commonWidth(records []sampledRecord) (width, count int) {
	counts := map[int]int{}
	for _, r := range records {
		counts[len(r.fields)]++
	}
	for w, n := range counts {
		if n > count || n == count && w > width {
			width, count = w, n
		}
	}
	return width, count
}

// findHeader is the record at the configured line, or else the first that holds every wanted column, or else the first
// that is as wide as the table and at least half filled: a title above it holds one or two texts.
func findHeader(path string, records []sampledRecord, line int64, wanted []string) (sampledRecord, error) {
	head := records[:min(len(records), headerWithin)]
	if line > 0 {
		for _, r := range records {
			if r.line == line {
				return r, nil
			}
		}
		return sampledRecord{}, fmt.Errorf("%s line %d: no row begins there: `header_line` names the line that holds the columns' names", path, line)
	}
	if len(wanted) > 0 {
		for _, r := range head {
			names, _ := columnNames(r.fields)
			if !slices.ContainsFunc(wanted, func(w string) bool { return !slices.Contains(names, w) }) {
				return r, nil
			}
		}
	}
	width, _ := commonWidth(records)
	for _, r := range head {
		filled := 0
		for _, f := range r.fields {
			if f != "" {
				filled++
			}
		}
		if len(r.fields) >= width-1 && 2*filled >= width {
			return r, nil
		}
	}
	if len(head) > 0 {
		return head[0], nil
	}
	return sampledRecord{}, fmt.Errorf("%s is empty", path)
}

// columnNames are the names as the mapping knows them: a column without a name is called by its place. The second of one
// name gets what stands before the dash of the column above it in the sheet (MYOB writes "Addr 2 - Line 1" and then
// "- City" for the second time), or a number.
func columnNames(fields []string) (names, renamed []string) {
	seen := map[string]bool{}
	group := ""
	for i, name := range fields {
		if strings.TrimSpace(name) == "" {
			name = fmt.Sprintf("column %d", i+1)
		}
		if before, _, found := strings.Cut(name, " - "); found {
			group = before
		}
		unique := name
		if seen[unique] && strings.HasPrefix(name, "- ") && group != "" {
			unique = group + " " + name
		}
		for n := 2; seen[unique]; n++ {
			unique = fmt.Sprintf("%s (%d)", name, n)
		}
		if unique != name {
			renamed = append(renamed, unique)
		}
		seen[unique] = true
		names = append(names, unique)
	}
	return names, renamed
}

// index is the place of the column, or an error that names the nearest one.
func (d csvDialect) index(path, column string) (int, error) {
	if i := slices.Index(d.columns, column); i >= 0 {
		return i, nil
	}
	return 0, missingColumn(path, column, d.columns)
}

func missingColumn(path, column string, columns []string) error {
	nearest, distance := "", 1<<30
	for _, c := range columns {
		if d := smetrics.WagnerFischer(strings.ToLower(c), strings.ToLower(column), 1, 1, 1); d < distance {
			nearest, distance = c, d
		}
	}
	if distance <= max(2, len(column)/2) {
		return fmt.Errorf("%s has no column %q: did you mean %q?", path, column, nearest)
	}
	var quoted []string // a file without a header has values here
	for _, c := range columns {
		quoted = append(quoted, strconv.Quote(c))
	}
	return fmt.Errorf("%s has no column %q: it has %s", path, column, strings.Join(quoted, ", "))
}

// cell is a field's value: without the blanks around it, and without what spreadsheets and exporters put around a text
// so that it stays one: ="00123", and an apostrophe before what would be taken for a formula.
func cell(field []byte) string {
	field = bytes.TrimFunc(field, isBlank)
	if len(field) >= 3 && field[0] == '=' && field[1] == '"' && field[len(field)-1] == '"' {
		field = bytes.ReplaceAll(field[2:len(field)-1], []byte(`""`), []byte(`"`))
		field = bytes.TrimFunc(field, isBlank)
	}
	if len(field) > 1 && field[0] == '\'' && strings.IndexByte("=+-@", field[1]) >= 0 {
		field = field[1:]
	}
	return string(field)
}

// isBlank tells what is no part of a value's beginning and end; SQL cuts off the same.
func isBlank(r rune) bool {
	return r == ' ' || r == '\t' || r == '\n' || r == '\r' || r == '\u00a0'
}

// delimiterName is how a delimiter is shown.
func delimiterName(d byte) string {
	switch d {
	case '\t':
		return "tab"
	case ',':
		return "comma"
	case ';':
		return "semicolon"
	case '|':
		return "bar"
	}
	return string(utf8.AppendRune(nil, rune(d)))
}
