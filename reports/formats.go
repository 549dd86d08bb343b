package reports

import (
	"bufio"
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
		return writeTable(ctx, on, f, &jsonWriter{w: bufio.NewWriterSize(w, 1<<16)})
	case "parquet":
		return writeParquet(ctx, on, f, w.Name())
	}
	return writeTable(ctx, on, f, newCSVWriter(w, o))
}

// jsonWriter writes one array of objects, each on a line of its own, so that it reads as JSON and as lines.
type jsonWriter struct {
	w    *bufio.Writer
	keys [][]byte // the columns' names, encoded
	rows int
}

func (j *jsonWriter) header(columns []column) error {
	for _, c := range columns {
		key, err := json.Marshal(c.name)
		if err != nil {
			return err
		}
		j.keys = append(j.keys, key)
	}
	return j.w.WriteByte('[')
}

func (j *jsonWriter) row(values []any) error {
	start := ",\n{"
	if j.rows == 0 {
		start = "\n{"
	}
	j.rows++
	j.w.WriteString(start) // an error stays in the writer, and finish returns it
	for i, v := range values {
		if i > 0 {
			j.w.WriteByte(',')
		}
		j.w.Write(j.keys[i])
		j.w.WriteByte(':')
		if t, is := v.(time.Time); is {
			v = formatTime(t)
		}
		if err := j.value(v); err != nil {
			return err
		}
	}
	return j.w.WriteByte('}')
}

// value leaves <, > and & as they are: the file is data, and stands in no page.
func (j *jsonWriter) value(v any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err
	}
	_, err := j.w.Write(bytes.TrimRight(b.Bytes(), "\n"))
	return err
}

func (j *jsonWriter) finish() error {
	j.w.WriteString("\n]\n")
	return j.w.Flush()
}

// writeParquet writes the table in the types of its statement's columns, into the file of that name.
func writeParquet(ctx context.Context, on queries.Querier, f csvFile, file string) error {
	types, err := queries.Columns(ctx, on, f.statement)
	if err != nil {
		return err
	}
	columns := make([]queries.Column, len(f.columns))
	for i, c := range f.columns {
		columns[i] = queries.Column{Name: c.name, Type: types[i].Type}
	}
	return queries.WriteParquet(ctx, file, columns, func(ctx context.Context, row func([]any) error) error {
		return writeTable(ctx, on, f, handOn(row))
	})
}

// handOn hands each row on.
type handOn func([]any) error

func (h handOn) header([]column) error { return nil }

func (h handOn) row(values []any) error {
	for i, v := range values {
		if w, is := v.(written); is {
			values[i] = string(w)
		}
	}
	return h(values)
}

func (h handOn) finish() error { return nil }
