package reports

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	queries "github.com/sameas/sameas/sql"
)

// TableOptions say how the tables beside the page are written.
type TableOptions struct {
	Format string // one of Formats; "" is the first
	BOM    bool   // CSV begins with a byte order mark, by which older spreadsheets know UTF-8
	Raw    bool   // CSV leaves what a spreadsheet would run as a formula as it is: for programs only
}

// Formats are the formats that tables can be written in.
func Formats() []string { return []string{"csv", "json", "parquet"} }

// Check refuses a format that there is not, and what another format than CSV has no use for.
func (o TableOptions) Check() error {
	switch {
	case o.Format != "" && !slices.Contains(Formats(), o.Format):
		return fmt.Errorf("no format %q: choose one of %s", o.Format, strings.Join(Formats(), ", "))
	case o.extension() != "csv" && (o.BOM || o.Raw):
		return fmt.Errorf("a byte order mark and raw cells are matters of CSV: %s has neither formulas nor a mark", o.Format)
	}
	return nil
}

func (o TableOptions) extension() string {
	if o.Format == "" {
		return Formats()[0]
	}
	return o.Format
}

// fill writes one table into the pending file.
func (o TableOptions) fill(ctx context.Context, on queries.Querier, f csvFile, w *os.File) error {
	switch o.extension() {
	case "json":
		return queries.WriteLines(ctx, on, f.statement, w.Name(), jsonLines(f.columns))
	case "parquet":
		return queries.WriteParquet(ctx, on, f.statement, w.Name())
	}
	return queries.WriteLines(ctx, on, f.statement, w.Name(), o.csvLines(f.columns))
}

func (o TableOptions) csvLines(columns []column) queries.Lines {
	form := csvForm{raw: o.Raw}
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.name
	}
	head := string(form.texts(names)) + csvEnd
	if o.BOM {
		head = "\ufeff" + head
	}
	return queries.Lines{Head: head, Between: csvEnd, Tail: csvEnd, Empty: head, Line: form.line}
}

// jsonLines are one array of objects, each on a line of its own, so that it reads as JSON and as lines.
func jsonLines(columns []column) queries.Lines {
	return queries.Lines{Head: "[", Between: ",", Tail: "\n]\n", Empty: "[\n]\n", Line: jsonForm{columns}.line}
}

// jsonForm writes rows as objects.
type jsonForm struct{ columns []column }

// line appends a line feed and the object of a row of any values that a statement gives.
func (j jsonForm) line(line []byte, values []any) ([]byte, error) {
	start := "\n{"
	for i, v := range values {
		line = append(line, start...)
		line = appendJSON(line, j.columns[i].name)
		line = append(line, ':')
		switch v := v.(type) {
		case *string:
			line = appendJSON(line, *v)
		case time.Time:
			line = append(line, '"')
			line = appendTime(line, v)
			line = append(line, '"')
		default:
			value, err := json.Marshal(v)
			if err != nil {
				return nil, err
			}
			line = append(line, value...)
		}
		start = ","
	}
	return append(line, '}'), nil
}

// appendJSON appends a text as a string of JSON. It leaves <, > and & as they are: the file is data, and stands in no page.
func appendJSON(line []byte, s string) []byte {
	if isPlain(s) {
		line = append(line, '"')
		line = append(line, s...)
		return append(line, '"')
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a text always has a form
	return append(line, bytes.TrimRight(b.Bytes(), "\n")...)
}

// isPlain reports whether nothing of the text is escaped in JSON.
func isPlain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c >= 0x7f || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}
