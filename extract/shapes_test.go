package extract_test

import (
	"bufio"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sameas/sameas/internal/config"
)

// lines reads a fixture of one record a line.
func lines(t *testing.T, name string) []string {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []string
	for s := bufio.NewScanner(f); s.Scan(); {
		if text := strings.TrimSpace(s.Text()); text != "" {
			all = append(all, text)
		}
	}
	return all
}

// TestDocumentedRecords reads the example records that the public record of the API shows, with the external-IDs
// header and without, and other shapes that its clients met.
func TestDocumentedRecords(t *testing.T) {
	t.Parallel()
	w := newWorld(t, &hub{collections: map[string][]string{
		"organizations": lines(t, "organizations.ndjson"),
		"people":        lines(t, "people.ndjson"),
		"invoices":      lines(t, "invoices.ndjson"),
		"payments":      lines(t, "payments.ndjson"),
	}})
	result := w.mustRun()
	golden(t, "documented.txt", asJSON(t, result)+"\n"+
		"records\n"+w.rows("SELECT * EXCLUDE (content_hash, raw) FROM records ORDER BY rid")+
		"external_ids\n"+w.rows("SELECT * FROM external_ids ORDER BY ALL")+
		"refs\n"+w.rows("SELECT * FROM refs ORDER BY ALL")+
		"extractions\n"+w.rows("SELECT collection, rows_got, records, id_defects, dangling_refs, status FROM extractions ORDER BY ALL"))
	diff(t, "a field nobody knows", w.rows("SELECT json_extract_string(raw, '$._score') FROM records WHERE name LIKE 'DIISR%'"), "1.3333333333333333")
}

func TestDates(t *testing.T) {
	t.Parallel()
	readAs := func(t *testing.T, told string, values ...string) (dates, verdict string) {
		w := newWorld(t, nil)
		s := crm("")
		s.Dates = told
		var b strings.Builder
		b.WriteString("contact_id,born\n")
		for i, v := range values {
			fmt.Fprintf(&b, "%d,%q\n", i, v)
		}
		s.Path, s.Fields = w.file("a.csv", b.String()), map[string]string{"birth_date": "born"}
		w.cfg.Sources = []config.Source{s}
		result := w.mustRun()
		return w.rows("SELECT coalesce(strftime(birth_date, '%Y-%m-%d'), 'none') FROM records ORDER BY id"), result.Extractions[0].Doubt
	}
	read := func(t *testing.T, values ...string) string {
		dates, _ := readAs(t, "", values...)
		return dates
	}
	diff(t, "forms", read(t, "1985-01-29", "1985-01-29T00:00:00Z", "19850129", "29/01/1985", "29.01.1985", "29 Jan 1985", "January 29, 1985", "1985/01/29"),
		strings.Repeat("1985-01-29\n", 8))
	diff(t, "unreadable", read(t, "19391330", "unknown", "1985-02-30", "0", "31/02/1985", "85", ""), strings.Repeat("none\n", 7))
	diff(t, "day first where the others are", read(t, "03/04/1980", "13/04/1980"), "1980-04-03\n1980-04-13")
	diff(t, "month first where the others are", read(t, "03/04/1980", "04/13/1980"), "1980-03-04\n1980-04-13")
	diff(t, "the same day in both readings", read(t, "03/03/1980", "4.4.1980"), "1980-03-03\n1980-04-04")
	for name, values := range map[string][]string{"nothing tells": {"03/04/1980", "05.06.1961"}, "told both ways": {"03/04/1980", "05/06/1961", "13/04/1980", "04/13/1980"}} {
		dates, verdict := readAs(t, "", values...)
		if !strings.HasPrefix(dates, "none\nnone") || !strings.HasPrefix(verdict, "2 birth dates such as 03/04/1980 can be read day first or month first") {
			t.Errorf("%s: %q, %q", name, dates, verdict)
		}
		dates, verdict = readAs(t, config.DayFirst, values...)
		if !strings.HasPrefix(dates, "1980-04-03\n1961-06-05") || (verdict != "") != (len(values) > 2) {
			t.Errorf("%s, day first as told: %q, %q", name, dates, verdict)
		}
		dates, verdict = readAs(t, config.MonthFirst, values...)
		if !strings.HasPrefix(dates, "1980-03-04\n1961-05-06") || (verdict != "") != (len(values) > 2) {
			t.Errorf("%s, month first as told: %q, %q", name, dates, verdict)
		}
	}
	for told, want := range map[string]string{config.DayFirst: "", config.MonthFirst: "100 birth dates such as 13/04/1980 can only be read day first, of 101 that one reading alone fits, and the source says `dates: month_first`"} {
		if _, verdict := readAs(t, told, append(slices.Repeat([]string{"13/04/1980"}, 100), "04/13/1980", "03/04/1980")...); !strings.HasPrefix(verdict, want) || (verdict == "") != (want == "") {
			t.Errorf("%s against the file: %q", told, verdict)
		}
	}
	many := slices.Repeat([]string{"13/04/1980"}, 100)
	if dates := read(t, append(many, "04/13/1980", "03/04/1980")...); strings.Contains(dates, "none") || strings.Contains(dates, "1980-03-04") {
		t.Errorf("one in a hundred is a slip: %q", dates)
	}
}

// TestFormats maps the same rows out of every format.
func TestFormats(t *testing.T) {
	t.Parallel()
	const want = `5|Ann|O'Hara "x"|my-application/2243/5
12345678901234567890123|Bob||my-application/2243/12345678901234567890123`
	for name, content := range map[string]string{
		"a.csv":     "contact_id,given_name,surname\n5,Ann,\"O'Hara \"\"x\"\"\"\n12345678901234567890123,Bob,\n",
		"b.csv":     "\ufeffcontact_id; given_name ;surname\r\n5;Ann;\"O'Hara \"\"x\"\"\"\r\n\r\n12345678901234567890123;Bob;\r\n",
		"c.tsv":     "surname\tcontact_id\tgiven_name\nO'Hara \"x\"\t5\tAnn\n\t12345678901234567890123\tBob\n",
		"d.ndjson":  `{"contact_id":5,"given_name":" Ann ","surname":"O'Hara \"x\""}` + "\n" + `{"contact_id":12345678901234567890123,"given_name":"Bob","surname":null}`,
		"e.json":    `[{"contact_id":5,"given_name":"Ann","surname":"O'Hara \"x\""},` + "\n" + `{"contact_id":12345678901234567890123,"given_name":"Bob"}]`,
		"f*[1].csv": "contact_id,given_name,surname\n5,Ann,\"O'Hara \"\"x\"\"\"\n12345678901234567890123,Bob,\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			w.cfg.Sources = []config.Source{crm(w.file(name, content))}
			w.mustRun()
			diff(t, "records", w.rows("SELECT id, first_name, last_name, key FROM records ORDER BY len(id)"), want)
		})
	}
	t.Run("parquet", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t, nil)
		path := filepath.Join(w.dir, "a.parquet")
		if _, err := w.db.Exec("COPY (SELECT '5' AS contact_id, 'Ann' AS given_name, 'O''Hara \"x\"' AS surname UNION ALL SELECT '12345678901234567890123', 'Bob', NULL) TO '" + path + "'"); err != nil {
			t.Fatal(err)
		}
		w.cfg.Sources = []config.Source{crm(path)}
		w.mustRun()
		diff(t, "records", w.rows("SELECT id, first_name, last_name, key FROM records ORDER BY len(id)"), want)
	})
}

// TestHostileNames puts quotes and SQL into every name that gets into the generated SELECT.
func TestHostileNames(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	const evil = `x'"); DROP TABLE records; --`
	w.cfg.Sources = []config.Source{{
		Name: evil, Type: config.TypeFile, Collection: "people",
		Path:   w.file(`it's.csv`, `"x'""); DROP TABLE records; --",b`+"\n1,2\n"),
		ID:     config.IDColumn{Provider: evil, Realm: "a/b%", Column: evil},
		Fields: map[string]string{evil: "b"},
	}}
	w.mustRun()
	diff(t, "record", w.rows("SELECT source, provider, realm, id, key FROM records"), evil+"|"+evil+"|a/b%|1|"+evil+"/a%2Fb%25/1")
}

// TestRecordsWithoutHubID leaves out what no ID names, says so, and keeps the rest.
func TestRecordsWithoutHubID(t *testing.T) {
	t.Parallel()
	w := newWorld(t, &hub{collections: map[string][]string{"people": {
		person(1, ""), `{"id":"aaaa-bbbb","code":"PE8"}`, `{"id":[{"provider":"p","realm":"r","id":"1"}],"code":"PE9"}`, `{"id":"cccc","channel_id":"org-1"}`,
	}}})
	result := w.mustRun()
	diff(t, "doubt", result.Extractions[0].Doubt, `2 records were left out, as no Connec! ID names them: the first at offset 1, with id "aaaa-bbbb" and code PE8`)
	diff(t, "keys", w.rows("SELECT key FROM records ORDER BY key"), "connec/org-1/cccc\nconnec/org-1/uuid-0001")
}

// TestPublicData reads the public files of testdata as their configurations map them: blanks after commas in headers
// and values, dates as yyyymmdd, and a field beyond the typed ones.
func TestPublicData(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, want string }{
		{"febrl1", "1000|1000|1000|956|975"},
		{"fake_1000", "1000|1000|0|1000|0"},
		{"orgs_hard", "845|845|0|0|845"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			cfg, err := config.Load(filepath.Join("..", "testdata", "public", c.name+".yaml"))
			if err != nil {
				t.Fatal(err)
			}
			w := newWorld(t, nil)
			w.cfg = cfg
			w.mustRun()
			diff(t, "counts", w.rows(`SELECT
				count(*), count(DISTINCT key), count(extra['national_id']), count(birth_date), count(addresses[1].line1) FROM records`), c.want)
			diff(t, "blanks", w.rows("SELECT count(*) FROM records WHERE first_name <> trim(first_name) OR id <> trim(id)"), "0")
		})
	}
}

// TestSingular reads a singular resource, which is an object under the collection's key.
func TestSingular(t *testing.T) {
	t.Parallel()
	w := newWorld(t, &hub{collections: map[string][]string{"people": nil}, answer: func(w http.ResponseWriter, _ string, _, _ int) bool {
		fmt.Fprint(w, `{"company":{"id":"c1","channel_id":"org-1","name":"Acme"}}`)
		return true
	}})
	w.cfg.Sources[0].Collections = []string{"company"}
	w.mustRun()
	diff(t, "record", w.rows("SELECT key, name FROM records"), "connec/org-1/c1|Acme")
}
