package extract_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/sameas/sameas/extract"
	"github.com/sameas/sameas/internal/config"
)

func crm(path string) config.Source {
	return config.Source{
		Name: "crm", Type: config.TypeFile, Path: path, Collection: "people",
		ID:     config.IDColumn{Provider: "my-application", Realm: "2243", Column: "contact_id"},
		Fields: map[string]string{"first_name": "given_name", "last_name": "surname"},
	}
}

// TestBadFiles holds every refusal to its exact words; DIR stands for the folder.
func TestBadFiles(t *testing.T) {
	t.Parallel()
	const header = "contact_id,given_name,surname\n"
	hubShaped := func(path string) config.Source {
		return config.Source{Name: "crm", Type: config.TypeFile, Path: path, Collection: "people"}
	}
	links := func(path string) config.Source {
		return config.Source{Name: "crm", Type: config.TypeLinks, Path: path, Collection: "people"}
	}
	const none = "`max_rejected` allows none: put them right, or raise it and they are set aside)"
	const linkHeader = "left_provider,left_realm,left_id,right_provider,right_realm,right_id\n"
	for _, c := range []struct {
		name, file, content string
		source              func(path string) config.Source
		want                string
	}{
		{"missing column", "a.csv", "contact_id,given_nam,surname\n1,a,b\n", crm, `DIR/a.csv has no column "given_name": did you mean "given_nam"?`},
		{"missing column, none near", "a.csv", "contact_id,x,surname\n1,a,b\n", crm, `DIR/a.csv has no column "given_name": it has "contact_id", "x", "surname"`},
		{"duplicate ID", "a.csv", header + "1,a,b\n2,\"c\nc\",d\n 1 ,e,f\n", crm, `DIR/a.csv line 2: its ID stands on lines 2 and 5 with other values: an ID names one record (2 of 3 rows cannot be loaded, ` + none},
		{"no ID", "a.csv", header + "1,a,b\n ,c,d\n", crm, `DIR/a.csv line 3: no ID in column "contact_id": every row needs the ID that the application names it by (1 of 2 rows cannot be loaded, ` + none},
		{"NUL", "a.csv", header + "1,a,b\n2,c\x00,d\n", crm, `DIR/a.csv line 3: a NUL byte: the file is damaged, or not text (1 of 2 rows cannot be loaded, ` + none},
		{"cut character", "a.csv", header + "1,a,b\n2,c,\xc3", crm, `DIR/a.csv line 3: not UTF-8 (byte 0xC3): export the file again as UTF-8, or set ` + "`encoding` (1 of 2 rows cannot be loaded, " + none},
		{"empty", "a.csv", "", crm, `DIR/a.csv is empty`},
		{"blank", "a.csv", "\n\n", crm, `DIR/a.csv is empty`},
		{"header only", "a.csv", header, crm, `DIR/a.csv holds a header and no row`},
		{"ragged", "a.csv", header + "1,a,b\n2,c\n", crm, `DIR/a.csv line 3: 2 values, but the header has 3 columns: look for a delimiter or a quote too many or too few (1 of 2 rows cannot be loaded, ` + none},
		{"unknown format", "a.pdf", "x", crm, `DIR/a.pdf: the name tells no format: want .csv, .tsv, .txt, .ndjson, .jsonl, .json (each also .gz or .zst) or .parquet`},
		{"columns without mapping", "a.csv", header, hubShaped, "DIR/a.csv: a file of columns needs `id` and `fields`; `sameas init --from FILE` proposes them"},
		{"broken JSON line", "a.ndjson", person(1, "") + "\n{\"id\":[}\n", hubShaped, `DIR/a.ndjson line 2: not JSON: jsontext: invalid character '}' at start of value within "/id/0" after offset 7 (1 of 2 rows cannot be loaded, ` + none},
		{"name twice", "a.ndjson", `{"id":[{"provider":"p","realm":"r","id":"1"}],"name":"a","name":"b"}`, hubShaped, `DIR/a.ndjson line 1: not JSON: jsontext: duplicate object member name "name" (1 of 1 rows cannot be loaded, ` + none},
		{"no object", "a.ndjson", "[1]\n", hubShaped, `DIR/a.ndjson line 1: want one JSON object a line, such as {"id": [...], ...} (1 of 1 rows cannot be loaded, ` + none},
		{"two objects", "a.ndjson", "{} {}\n", hubShaped, `DIR/a.ndjson line 1: something follows the JSON object: want one object a line (1 of 1 rows cannot be loaded, ` + none},
		{"deep", "a.ndjson", `{"a":` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + "}\n", hubShaped, `DIR/a.ndjson line 1: not JSON: nested more than 100 deep at byte 105 (1 of 1 rows cannot be loaded, ` + none},
		{"no records", "a.ndjson", "\n\n", hubShaped, `DIR/a.ndjson holds no record`},
		{"hub-shaped without ID", "a.ndjson", person(1, "") + "\n\n{\"id\":[{\"provider\":\"p\",\"id\":\"1\"}]}\n", hubShaped, `DIR/a.ndjson line 3: no ID: every row needs the ID that its application names it by (1 of 2 rows cannot be loaded, ` + none},
		{"JSON without ID", "a.json", "[{\"contact_id\":5},\n{\"given_name\":\"x\"}]", crm, `DIR/a.json record 2: no ID in column "contact_id": every row needs the ID that the application names it by (1 of 2 rows cannot be loaded, ` + none},
		{"two arrays", "a.json", "[{\"contact_id\":5}]\n[{\"contact_id\":6}]", crm, `DIR/a.json: something follows the array of 1 records: put all records into one array, or one object on each line (ndjson)`},
		{"broken JSON", "a.json", "[{\"contact_id\":5},\n\n{\"given_name\":x}]", crm, `DIR/a.json line 3, record 2: not JSON: jsontext: invalid character 'x' at start of value within "/1/given_name" after offset 34`},
		{"not Parquet", "a.parquet", "PAR0", crm, `DIR/a.parquet is not a Parquet file that can be read: `},
		{"a broken gzip", "a.csv.gz", "\x1f\x8b" + header, crm, `DIR/a.csv.gz: not a gzip file: gzip: invalid header`},
		{"a gzip that is cut short", "a.csv.gz", packed(t, "gzip", header+"1,a,b\n")[:30], crm, `DIR/a.csv.gz cannot be unpacked whole (gzip: unexpected EOF): it is cut short or damaged: copy or export it again`},
		{"a web page called CSV", "a.csv", "<!DOCTYPE html><title>Log in</title>", crm, `DIR/a.csv is a web page or XML, not a table: export it again as CSV`},
		{"a web page behind a mark and blank lines", "a.csv", "\ufeff\r\n  \n\t<html>", crm, `DIR/a.csv is a web page or XML, not a table: export it again as CSV`},
		{"a workbook", "a.xlsx", "PK", crm, `DIR/a.xlsx is a workbook: save the sheet as CSV (in Excel: CSV UTF-8)`},
		{"a workbook called CSV", "a.csv", "PK\x03\x04", crm, `DIR/a.csv is a zip archive or a workbook: unpack it, or save the sheet as CSV`},
		{"an ID that a spreadsheet rounded", "a.csv", header + "1.23457E+15,a,b\n", crm, `DIR/a.csv line 2: the ID in column "contact_id" is a number that a spreadsheet rounded (1.23E+15): export again, and open the file in no spreadsheet (1 of 1 rows cannot be loaded, ` + none},
		{"hub-shaped, one ID for two", "a.ndjson", person(1, "") + "\n" + person(2, "") + "\n\n" + person(1, `,"x":1`) + "\n", hubShaped, `DIR/a.ndjson line 1: its ID stands on lines 1 and 4 with other values: an ID names one record (2 of 3 rows cannot be loaded, ` + none},
		{"two arrays of records", "a.json", `{"people":[{"id":1}],"firms":[{"id":1}]}`, crm, `DIR/a.json holds records in people, firms: keep one of these arrays in it`},
		{"links without column", "l.csv", "left_provider,left_realm,left_id,right_provider,right_realm,right\na,b,c,d,e,f\n", links, `DIR/l.csv has no column "right_id": did you mean "right"?`},
		{"links with a gap", "l.csv", linkHeader + "a,b,c,d,e,f\na,b,c,d,,f\n", links, `DIR/l.csv line 3: right_realm is empty: a link needs provider, realm and id on both sides (1 of 2 rows cannot be loaded, ` + none},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			w.cfg.Sources = []config.Source{c.source(w.file(c.file, c.content))}
			_, err := w.run()
			if err == nil {
				t.Fatal("no error")
			}
			got := strings.ReplaceAll(err.Error(), w.dir, "DIR")
			want := "source crm, people: " + c.want
			if got != want && !(strings.HasSuffix(want, ": ") && strings.HasPrefix(got, want)) {
				t.Errorf("\n got %s\nwant %s", got, want)
			}
			diff(t, "the run", w.rows("SELECT status FROM extractions"), "failed")
			diff(t, "what it left", w.rows("SELECT count(*) FROM records"), "0")
		})
	}
}

// TestFileOfTwoSources is in doubt by both, as nothing tells whose path is wrong, and only where both say the same of it. What
// either held before is not said to be gone.
func TestFileOfTwoSources(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	path := w.file("a.csv", "contact_id,given_name,surname\n1,a,b\n")
	for _, name := range []string{"crm", "crm-again", "other"} {
		s := crm(path)
		if s.Name = name; name == "other" {
			s.ID.Realm = "77"
		}
		w.cfg.Sources = append(w.cfg.Sources, s)
	}
	w.mustRun()
	diff(t, "verdicts", w.rows("SELECT source, status, doubt FROM extractions ORDER BY run"),
		"crm|in_doubt|its file is that of source crm-again, byte for byte: check `path` of both, or take one of the two sources out\n"+
			"crm-again|in_doubt|its file is that of source crm, byte for byte: check `path` of both, or take one of the two sources out\nother|complete|")
}

func TestWrongPathLosesNothing(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, realm, status string
	}{{"the same application", "2243", "in_doubt"}, {"another account of it", "77", "complete"}} {
		w := newWorld(t, nil)
		first, second := crm(w.file("a.csv", "contact_id,given_name,surname\n1,a,b\n")), crm(w.file("b.csv", "contact_id,given_name,surname\n8,a,b\n9,a,b\n"))
		second.Name, second.ID.Realm = "second", c.realm
		w.cfg.Sources = []config.Source{first, second}
		w.mustRun()
		w.cfg.Sources[1].Path = first.Path
		e := w.mustRun().Extractions
		diff(t, c.name+": wrong path", fmt.Sprint(e[0].Status, " ", e[1].Status, e[1].Unread, e[1].Vanished), fmt.Sprint(c.status, " ", c.status, 2, 0))
		diff(t, c.name+": unread", w.rows("SELECT source, parse_filename(key) FROM unread_records ORDER BY ALL"), "second|8\nsecond|9")
		diff(t, c.name+": gone", w.rows("SELECT key FROM vanished_records"), "")
		w.cfg.Sources[1].Path = second.Path
		w.file("b.csv", "contact_id,given_name,surname\n8,a,b\n")
		e = w.mustRun().Extractions
		diff(t, c.name+": put right", fmt.Sprint(e[0].Status, " ", e[1].Status), "complete complete")
		diff(t, c.name+": gone then", w.rows("SELECT source, parse_filename(key) FROM vanished_records ORDER BY ALL"), "second|1\nsecond|9")
		diff(t, c.name+": unread then", w.rows("SELECT key FROM unread_records"), "")
	}
}

func TestFileNotThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.cfg.Sources = []config.Source{crm(w.dir + "/none.csv")}
	_, err := w.run()
	diff(t, "error", strings.ReplaceAll(fmt.Sprint(err), w.dir, "DIR"),
		"source crm, people: DIR/none.csv is not there: check `path`, which counts from the folder of the configuration, or take the source out")
}

func TestUnknownCollection(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.cfg.Sources = []config.Source{crm("x.csv")}
	o := w.options()
	o.Collections = []string{"persons"}
	_, err := extract.Run(t.Context(), o)
	diff(t, "error", fmt.Sprint(err), "no source has the collection persons: the sources name people")
}

// TestBadServers asks that an answer that is no page ends the run with words that name source and collection.
func TestBadServers(t *testing.T) {
	t.Parallel()
	plain := func(status int, body string) func(http.ResponseWriter, string, int, int) bool {
		return func(w http.ResponseWriter, _ string, _, _ int) bool {
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
			return true
		}
	}
	for _, c := range []struct {
		name   string
		answer func(http.ResponseWriter, string, int, int) bool
		want   []string
	}{
		{"wrong credentials", plain(401, `{"errors":[{"title":"Unauthorized Access"}]}`), []string{"401", "Unauthorized Access"}},
		{"other key", plain(200, `{"persons":[]}`), []string{"`people`", "persons"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, &hub{collections: map[string][]string{"people": people(1)}, answer: c.answer})
			_, err := w.run()
			if err == nil {
				t.Fatal("no error")
			}
			for _, want := range append(c.want, "source hub, people: page at offset 0: ") {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q is not in: %v", want, err)
				}
			}
			if strings.Contains(err.Error(), "value of") {
				t.Errorf("credentials in: %v", err)
			}
			diff(t, "the run", w.rows("SELECT status FROM extractions"), "running")
		})
	}
}

func TestCredentialsNotSet(t *testing.T) {
	t.Parallel()
	w := newWorld(t, &hub{collections: map[string][]string{"people": people(1)}})
	o := w.options()
	o.Getenv = func(name string) string { return map[string]string{"KEY": "k"}[name] }
	_, err := extract.Run(t.Context(), o)
	diff(t, "error", fmt.Sprint(err),
		"source hub, people: the environment variable SECRET is not set: export the API secret under that name")
}
