package reports

import (
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// writeAs writes a report of the workspace with its tables in that form.
func writeAs(t *testing.T, db *sql.DB, o TableOptions) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "report")
	if _, err := Write(t.Context(), Options{DB: db, Dir: dir, ToolVersion: "test", Tables: o}); err != nil {
		t.Fatal(err)
	}
	return dir
}

// plainText is a value of another format as a raw cell of CSV shows it.
func plainText(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case time.Time:
		return string(appendTime(nil, v))
	case []byte:
		return string(v)
	}
	return fmt.Sprint(v)
}

// Every table holds in JSON and in Parquet what it holds in raw CSV, hostile values included, row by row and in order.
func TestFormatsHoldTheSame(t *testing.T) {
	t.Parallel()
	db := hostileWorkspace(t, hostile())
	raw := writeAs(t, db, TableOptions{Raw: true})
	objects := writeAs(t, db, TableOptions{Format: "json"})
	parquet := writeAs(t, db, TableOptions{Format: "parquet"})
	for _, f := range csvSet() {
		want := table(t, raw, f.name)
		compareRows(t, f.name+".json", want, readObjects(t, filepath.Join(objects, f.name+".json")))
		compareRows(t, f.name+".parquet", want, readParquet(t, db, filepath.Join(parquet, f.name+".parquet")))
	}
}

// compareRows takes CR LF for LF: encoding/csv reads it so inside a cell.
func compareRows(t *testing.T, name string, want, got [][]string) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s has %d rows with its header, want %d", name, len(got), len(want))
		return
	}
	for i := range want {
		for k := range want[i] {
			if w := want[i][k]; strings.ReplaceAll(got[i][k], "\r\n", "\n") != w {
				t.Errorf("%s, row %d, %s: %.80q, want %.80q", name, i, want[0][k], got[i][k], w)
			}
		}
	}
}

// readObjects reads the array with its keys in the order in which they stand.
func readObjects(t *testing.T, path string) [][]string {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	d := json.NewDecoder(file)
	d.UseNumber()
	next := func() json.Token {
		token, err := d.Token()
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		return token
	}
	rows := [][]string{nil}
	for next(); d.More(); next() { // [ or }, { is read below
		next()
		var names, row []string
		for d.More() {
			names, row = append(names, next().(string)), append(row, plainText(next()))
		}
		rows[0] = names
		rows = append(rows, row)
	}
	return rows
}

func readParquet(t *testing.T, db *sql.DB, path string) [][]string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), "SELECT * FROM read_parquet(?, file_row_number = true) ORDER BY file_row_number", path)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	n := len(names) - 1 // the last is the row's number
	all := [][]string{names[:n]}
	for rows.Next() {
		values, targets := make([]any, n+1), make([]any, n+1)
		for i := range values {
			targets[i] = &values[i]
		}
		if err := rows.Scan(targets...); err != nil {
			t.Fatal(err)
		}
		var row []string
		for _, v := range values[:n] {
			row = append(row, plainText(v))
		}
		all = append(all, row)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// Figures stay figures, days stay days: nobody has to parse a Parquet column.
func TestParquetKeepsTypes(t *testing.T) {
	t.Parallel()
	db := handMade(t)
	dir := writeAs(t, db, TableOptions{Format: "parquet"})
	for column, want := range map[string]string{"members.birth_date": "DATE", "members.hub": "BOOLEAN", "clusters.size": "BIGINT", "pairs.weight_bits": "DOUBLE", "pairs.waterfall": "VARCHAR"} {
		file, name, _ := strings.Cut(column, ".")
		var got string
		err := db.QueryRowContext(t.Context(), "SELECT column_type FROM (DESCRIBE FROM read_parquet('"+filepath.Join(dir, file+".parquet")+"')) WHERE column_name = ?", name).Scan(&got)
		if err != nil || got != want {
			t.Errorf("%s is of type %s, want %s: %v", column, got, want, err)
		}
	}
	info, err := os.Stat(filepath.Join(dir, "members.parquet"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("members.parquet has mode %v, want 0600: %v", info.Mode(), err)
	}
}

func TestFormatsAreTheSameBytes(t *testing.T) {
	t.Parallel()
	for _, format := range Formats()[1:] {
		a, b := writeAs(t, handMade(t), TableOptions{Format: format}), writeAs(t, handMade(t), TableOptions{Format: format})
		for _, f := range csvSet() {
			if name := f.name + "." + format; readText(t, filepath.Join(a, name)) != readText(t, filepath.Join(b, name)) {
				t.Errorf("%s differs between two reports of the same workspace", name)
			}
		}
	}
}

func TestByteOrderMarkAndRawCells(t *testing.T) {
	t.Parallel()
	db := handMade(t)
	execute(t, db, `UPDATE conflicts SET detail = '=1+1'`)
	plain, other := writeAs(t, db, TableOptions{}), writeAs(t, db, TableOptions{BOM: true, Raw: true})
	inert, raw := readText(t, filepath.Join(plain, "conflicts.csv")), readText(t, filepath.Join(other, "conflicts.csv"))
	if strings.HasPrefix(inert, "\ufeff") || !strings.HasPrefix(raw, "\ufeffcollection,") {
		t.Errorf("files begin with %.12q and %.12q; only the second should bear a mark", inert, raw)
	}
	if !strings.Contains(inert, ",'=1+1\r\n") || !strings.Contains(raw, ",=1+1\r\n") {
		t.Errorf("want an inert and a raw cell:\n%s\n%s", inert, raw)
	}
	for dir, says := range map[string]string{plain: "made inert", other: "Cells are raw"} {
		if !strings.Contains(readText(t, filepath.Join(dir, "README.md")), says) {
			t.Errorf("README.md does not say %q", says)
		}
	}
}

func TestFormatsThatThereAreNot(t *testing.T) {
	t.Parallel()
	for _, o := range []TableOptions{{Format: "xlsx"}, {Format: "json", BOM: true}, {Format: "parquet", Raw: true}} {
		if _, err := Write(t.Context(), Options{DB: handMade(t), Dir: filepath.Join(t.TempDir(), "r"), Tables: o}); err == nil {
			t.Errorf("%+v is taken", o)
		}
	}
}
