package reports

import (
	"database/sql"
	"encoding/csv"
	"os"
	"path/filepath"
	"strings"
	"testing"

	queries "github.com/sameas/sameas/sql"
)

// newWorkspace opens an empty workspace in memory.
func newWorkspace(t testing.TB) *sql.DB {
	t.Helper()
	return newWorkspaceAt(t, "")
}

// newWorkspaceAt opens an empty workspace in a new file.
func newWorkspaceAt(t testing.TB, path string) *sql.DB {
	t.Helper()
	db, err := queries.Open(t.Context(), path, queries.Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func execute(t testing.TB, db *sql.DB, statement string, args ...any) {
	t.Helper()
	if _, err := db.ExecContext(t.Context(), statement, args...); err != nil {
		t.Fatal(err)
	}
}

// handMade opens the workspace of testdata/workspace.sql.
func handMade(t testing.TB) *sql.DB {
	t.Helper()
	return handMadeAt(t, "")
}

// handMadeAt is handMade in a new file.
func handMadeAt(t testing.TB, path string) *sql.DB {
	t.Helper()
	text, err := os.ReadFile("testdata/workspace.sql")
	if err != nil {
		t.Fatal(err)
	}
	db := newWorkspaceAt(t, path)
	execute(t, db, string(text))
	for _, name := range []string{"extract/quality.sql", "extract/id_coverage.sql"} { // as extract counts what it has read
		if _, err := queries.Exec(t.Context(), db, name, nil); err != nil {
			t.Fatal(err)
		}
	}
	return db
}

// write writes the report of the workspace and returns its folder.
func write(t testing.TB, db *sql.DB) (string, Result) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "report")
	result, err := Write(t.Context(), Options{DB: db, Dir: dir, ToolVersion: "test"})
	if err != nil {
		t.Fatal(err)
	}
	return dir, result
}

func readText(t testing.TB, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// table parses a CSV file and checks that every line has the header's number of cells.
func table(t testing.TB, dir, name string) [][]string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(readText(t, filepath.Join(dir, name+".csv")))).ReadAll()
	if err != nil {
		t.Fatalf("%s.csv: %v", name, err)
	}
	return rows
}

// readPageOf reads the page of a workspace.
func readPageOf(t *testing.T, db *sql.DB) (*page, error) {
	t.Helper()
	twins, free, err := keepTwins(t.Context(), db)
	if err != nil {
		return nil, err
	}
	defer free()
	return readPage(t.Context(), db, twins, "test")
}
