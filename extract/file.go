package extract

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/sameas/sameas/internal/config"
	queries "github.com/sameas/sameas/sql"
)

// mapped reports whether the source maps columns; without a mapping its file holds records as the hub returns them.
func mapped(s config.Source) bool {
	return s.ID != (config.IDColumn{}) || len(s.Fields) > 0
}

// readFile checks the file.
func (x *extraction) readFile(ctx context.Context, t *task) error {
	path := t.source.Path
	format, err := formatOf(path)
	if err != nil {
		return err
	}
	if mapped(t.source) && t.source.ID.Column == "" {
		return errors.New("`id` is missing: say which provider, realm and column name its records")
	}
	if !mapped(t.source) && (format == formatCSV || format == formatParquet) {
		return fmt.Errorf("%s: a file of columns needs `id` and `fields`; `sameas init --from FILE` proposes them", path)
	}
	statement, err := x.fileStatement(ctx, t, format)
	if err != nil {
		return err
	}
	t.cut = func(ctx context.Context) error { return x.cutFile(ctx, t, format, statement) }
	return nil
}

// cutFile has DuckDB read the file, and keeps the file's fingerprint.
func (x *extraction) cutFile(ctx context.Context, t *task, format, statement string) error {
	x.Progress(t.stage(), 0, -1)
	begun := time.Now()
	result, err := x.conn.ExecContext(ctx, statement)
	x.Log.Debug("statement", "name", t.source.Path, "seconds", time.Since(begun).Seconds())
	if err != nil {
		return fmt.Errorf("read %s: %w", t.source.Path, err)
	}
	staged, err := result.RowsAffected()
	if err != nil {
		return err
	}
	if format != formatParquet && staged != t.rows {
		return fmt.Errorf("read %s: it has %d rows, of which %d could be read: look for quotes that are not closed", t.source.Path, t.rows, staged)
	}
	t.rows = staged
	x.Progress(t.stage(), t.rows, t.rows)
	return x.keepFingerprint(ctx, t)
}

// fileStatement checks the file and returns the statement that reads it.
func (x *extraction) fileStatement(ctx context.Context, t *task, format string) (string, error) {
	switch format {
	case formatCSV:
		return csvStatement(t)
	case formatParquet:
		return x.parquetStatement(ctx, t)
	}
	var err error
	longest := 0
	measure := func(object jsontext.Value) error {
		longest = max(longest, len(object))
		return nil
	}
	if format == formatNDJSON {
		t.rows, err = scanLines(t.source.Path, func(_ int, object jsontext.Value) error { return measure(object) })
	} else {
		t.rows, err = scanJSON(t.source.Path, func(_ int64, object jsontext.Value) error { return measure(object) })
	}
	if err != nil {
		return "", err
	}
	return jsonStatement(t, format, longest)
}

// leastObject bounds from below how large a record DuckDB is told to expect, in bytes: each of its threads holds twice
// as much.
const leastObject = 1 << 20

// pattern quotes a path for a table function of DuckDB, which reads * ? [ as wildcards.
func pattern(path string) string {
	return literal(strings.NewReplacer("[", "[[]", "*", "[*]", "?", "[?]").Replace(path))
}

// csvStatement checks a CSV file and returns the statement that reads it. DuckDB is given the columns as c1, c2, ...:
// it would take names that differ in case only for the same.
func csvStatement(t *task) (string, error) {
	path := t.source.Path
	m := mapping{source: t.source, collection: t.collection}
	var header csvHeader
	places := map[string]int{}
	begin := func(h csvHeader) error {
		header = h
		for _, column := range m.columns() {
			i, err := h.index(path, column)
			if err != nil {
				return err
			}
			places[column] = i
		}
		return nil
	}
	var err error
	t.rows, err = scanCSV(path, begin, func(line int, row []string) error {
		if row[places[t.source.ID.Column]] == "" {
			return noID(path, line, t.source.ID.Column)
		}
		return nil
	})
	if err != nil {
		return "", err
	}
	var types, values []string
	for i, c := range header.columns {
		types = append(types, fmt.Sprintf("'c%d': 'VARCHAR'", i+1))
		values = append(values, literal(c), fmt.Sprintf("c%d", i+1))
	}
	m.from = fmt.Sprintf(`read_csv(%s, auto_detect = false, header = true, delim = %s, quote = '"', escape = '"', columns = {%s})`,
		pattern(path), literal(string(header.delimiter)), strings.Join(types, ", "))
	m.value = func(column string) string { return trimmed(fmt.Sprintf("c%d", places[column]+1)) }
	m.row = "json_object(" + strings.Join(values, ", ") + ")"
	return m.statement()
}

func noID(path string, line int, column string) error {
	return fmt.Errorf("%s line %d: no ID in column %q: every row needs the ID that the application names it by", path, line, column)
}

// jsonStatement returns the statement that reads a checked JSON file, whose longest record has so many bytes, with or
// without a mapping.
func jsonStatement(t *task, format string, longest int) (string, error) {
	function := "read_json_objects"
	if format == formatNDJSON {
		function = "read_ndjson_objects"
	}
	from := fmt.Sprintf("%s(%s, maximum_object_size = %d)", function, pattern(t.source.Path), max(leastObject, 2*longest))
	if !mapped(t.source) {
		return strings.Join([]string{
			"INSERT INTO staged_rows (source, collection, place, raw)",
			"SELECT " + literal(t.source.Name) + ", " + literal(t.collection) + ", row_number() OVER (), json_extract(json, '$')::VARCHAR",
			"FROM " + from,
		}, "\n"), nil
	}
	m := mapping{source: t.source, collection: t.collection, from: from, row: "json_extract(json, '$')"}
	m.value = func(column string) string {
		direct := "json_extract_string(json, " + literal(jsonPointer(column)) + ")"
		if !strings.Contains(column, ".") {
			return trimmed(direct)
		}
		nested := strings.ReplaceAll(jsonPointer(column), ".", "/")
		return trimmed("coalesce(" + direct + ", json_extract_string(json, " + literal(nested) + "))")
	}
	return m.statement()
}

// jsonPointer is the JSON pointer of one name of the top level: unlike a path it can name every key.
func jsonPointer(name string) string {
	return "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
}

// parquetStatement returns the statement that reads a Parquet file; its columns are read as text.
func (x *extraction) parquetStatement(ctx context.Context, t *task) (string, error) {
	f, err := openFile(t.source.Path)
	if err != nil {
		return "", err
	}
	f.Close()
	from := "read_parquet(" + pattern(t.source.Path) + ")"
	rows, err := x.conn.QueryContext(ctx, "SELECT * FROM "+from+" LIMIT 0")
	if err != nil {
		return "", fmt.Errorf("%s is not a Parquet file that can be read: %w", t.source.Path, err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return "", err
	}
	m := mapping{source: t.source, collection: t.collection, from: from}
	for _, column := range m.columns() {
		if _, err := (csvHeader{columns: columns}).index(t.source.Path, column); err != nil {
			return "", err
		}
	}
	var values []string
	for _, c := range columns {
		values = append(values, literal(c), identifier(c))
	}
	m.value = func(column string) string { return trimmed(identifier(column) + "::VARCHAR") }
	m.row = "json_object(" + strings.Join(values, ", ") + ")"
	return m.statement()
}

// keepFingerprint keeps the file's hash among the pages: what was read, should the file change.
func (x *extraction) keepFingerprint(ctx context.Context, t *task) error {
	f, err := os.Open(t.source.Path)
	if err != nil {
		return err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return fmt.Errorf("read %s: %w", t.source.Path, err)
	}
	_, err = queries.Exec(ctx, x.conn, "extract/page_keep.sql", queries.Args{
		"source": t.source.Name, "collection": t.collection, "sweep": 0, "skip": int64(0), "top": nil, "rows_got": t.rows,
		"body": nil, "sha256": hex.EncodeToString(h.Sum(nil)), "fetched_at": now(), "served_at": nil, "total": nil, "more": nil,
	})
	return err
}
