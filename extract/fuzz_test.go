package extract_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sameas/sameas/extract"
	"github.com/sameas/sameas/internal/config"
	queries "github.com/sameas/sameas/sql"
)

// FuzzHubShapedLines reads whatever members a record may have beside a sound own ID: never a panic, and either a clear
// error or the record, kept once and with its raw text.
func FuzzHubShapedLines(f *testing.F) {
	for _, seed := range []string{
		`"email":{}`, `"email":""`, `"email":{"address":["a"]}`, `"address":[]`, `"birth_date":19850129`, `"name":"\u0000"`,
		`"x_id":[{"provider":"p","realm":"r","id":1e400}]`, `"a\"b_id":[{"id":1}]`, `"~/_id":"x"`, `"created_at":"9999999-01-01"`,
		`"lines":[{"item_id":[[]]}]`, `"":null`, `"first_name":"  \u00a0\n"`, `"assignee_id":5,"assignee_type":{}`,
		`"birth_date":"290309-12-22 (BC)"`, `"is_lead":"maybe"`, `"phone":{"landline":{"a":1}}`, `"raw":` + strings.Repeat("[", 60) + strings.Repeat("]", 60),
	} {
		f.Add(seed)
	}
	db, err := queries.Open(f.Context(), "", queries.Options{Create: true})
	if err != nil {
		f.Fatal(err)
	}
	defer db.Close()
	f.Fuzz(func(t *testing.T, members string) {
		line := `{"id":[{"provider":"connec","realm":"org-1","id":"u1"}],` + members + `}`
		path := filepath.Join(t.TempDir(), "a.ndjson")
		if err := os.WriteFile(path, []byte(line+"\n"+person(2, "")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, collection := range []string{"people", "invoices"} {
			cfg := &config.Config{Sources: []config.Source{{Name: "f", Type: config.TypeFile, Path: path, Collection: collection}}}
			_, err := extract.Run(t.Context(), extract.Options{DB: db, Config: cfg})
			if err != nil {
				if !strings.Contains(err.Error(), "a.ndjson line") {
					t.Fatalf("%s: %s: the error names no line: %v", collection, line, err)
				}
				continue
			}
			var raw string
			var n, references int
			err = db.QueryRow("SELECT (SELECT count(*) FROM records WHERE collection = ?), (SELECT raw FROM records WHERE collection = ? AND id = 'u1'), (SELECT count(*) FROM refs)", collection, collection).Scan(&n, &raw, &references)
			if err != nil || n != 2 {
				t.Fatalf("%s: %s: %d records, %v", collection, line, n, err)
			}
			var sent, kept map[string]json.RawMessage
			if json.Unmarshal([]byte(line), &sent) != nil || json.Unmarshal([]byte(raw), &kept) != nil || fmt.Sprint(len(sent)) != fmt.Sprint(len(kept)) {
				t.Fatalf("%s: raw lost a member: %s became %s", collection, line, raw)
			}
		}
	})
}
