package extract

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/sameas/sameas/internal/config"
	queries "github.com/sameas/sameas/sql"
)

// mapped reports whether the source maps columns; without a mapping its file holds records as the hub returns them.
func mapped(s config.Source) bool {
	return s.ID != (config.IDColumn{}) || len(s.Fields) > 0
}

// readFile reads the file once into staged_lines, a JSON object a row, and sets aside what cannot be loaded. The rows
// are mapped when their collection's turn has come.
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
	statement, err := mapping{source: t.source, collection: t.collection, run: t.run, clean: format == formatCSV}.statement()
	if err != nil {
		return err
	}
	t.cut = func(ctx context.Context) error {
		begun := time.Now()
		_, err := x.conn.ExecContext(ctx, statement)
		x.Log.Debug("statement", "name", path, "seconds", time.Since(begun).Seconds())
		return err
	}
	if err := x.stageFile(ctx, t, format); err != nil {
		return err
	}
	if err := t.overLimit(); err != nil {
		return err
	}
	return x.keepFingerprint(ctx, t)
}

// stageFile reads the file by its format.
func (x *extraction) stageFile(ctx context.Context, t *task, format string) (err error) {
	if format == formatParquet {
		return x.stageParquet(ctx, t)
	}
	if err := t.survey(); err != nil {
		return err
	}
	err = x.append(ctx, t, "staged_lines", func(s *stager) error {
		if format == formatCSV {
			return s.csv()
		}
		return s.json(format)
	})
	if err == nil && t.rows == 0 {
		err = fmt.Errorf("%s holds no record", t.source.Path)
		if format == formatCSV {
			err = fmt.Errorf("%s holds a header and no row", t.source.Path)
		}
	}
	return err
}

// survey finds how the task's text file is written, and notes what was guessed.
func (t *task) survey() (err error) {
	if t.form, err = survey(t.source.Path, t.source.Encoding); err != nil {
		return err
	}
	t.sha256 = t.form.sha256
	if t.form.guessed {
		t.note("the file does not say how its letters are encoded: read as %s; if letters beyond A to Z look wrong, set `encoding`", t.form.encoding)
	}
	return nil
}

// pattern quotes a path for a table function of DuckDB, which reads * ? [ as wildcards.
func pattern(path string) string {
	return literal(strings.NewReplacer("[", "[[]", "*", "[*]", "?", "[?]").Replace(path))
}

// stageParquet has DuckDB read a Parquet file; its columns are taken as text.
func (x *extraction) stageParquet(ctx context.Context, t *task) (err error) {
	if t.sha256, err = hashOf(t.source.Path); err != nil {
		return err
	}
	t.columns, err = x.parquetColumns(ctx, t.source.Path)
	if err != nil {
		return err
	}
	for _, column := range (mapping{source: t.source}).columns() {
		if _, err := (csvDialect{columns: t.columns}).index(t.source.Path, column); err != nil {
			return err
		}
	}
	var values []string
	for _, c := range t.columns {
		values = append(values, literal(c), identifier(c)+"::VARCHAR")
	}
	statement := fmt.Sprintf("INSERT INTO staged_lines SELECT %d, file_row_number + 1, json_object(%s)::VARCHAR FROM read_parquet(%s, file_row_number = true)",
		t.run, strings.Join(values, ", "), pattern(t.source.Path))
	if x.most > 0 {
		statement += fmt.Sprintf(" WHERE file_row_number < %d", x.most)
	}
	x.Progress(t.stage(), 0, -1)
	result, err := x.conn.ExecContext(ctx, statement)
	if err != nil {
		return fmt.Errorf("read %s: %w", t.source.Path, err)
	}
	if t.rows, err = result.RowsAffected(); err != nil {
		return err
	}
	x.Progress(t.stage(), t.rows, t.rows)
	return nil
}

func (x *extraction) parquetColumns(ctx context.Context, path string) ([]string, error) {
	rows, err := x.conn.QueryContext(ctx, "SELECT * FROM read_parquet("+pattern(path)+") LIMIT 0")
	if err != nil {
		return nil, fmt.Errorf("%s is not a Parquet file that can be read: %w", path, err)
	}
	defer rows.Close()
	return rows.Columns()
}

func hashOf(path string) (string, error) {
	f, err := openRaw(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", fmt.Errorf("read %s: %w", path, err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// keepFingerprint keeps the file's hash among the pages: what was read, should the file change.
func (x *extraction) keepFingerprint(ctx context.Context, t *task) error {
	of := queries.Args{"source": t.source.Name, "collection": t.collection, "sweep": 0}
	_, err := queries.Insert(ctx, x.conn, "extract/pages.sql", of, queries.Rows{Len: 1, Fill: func(row *queries.Row, _ int) {
		row.Int(0)
		row.Null() // asked for no number of rows
		row.Int(t.rows)
		row.Null() // the file itself is the body
		row.Text(t.sha256)
		row.Int(now().UnixMicro())
		row.Null() // nobody served it, counted it, or told of more
		row.Null()
		row.Null()
	}})
	return err
}
