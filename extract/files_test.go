package extract_test

import (
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/klauspost/compress/zstd"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"github.com/sameas/sameas/extract"
	"github.com/sameas/sameas/internal/config"
	queries "github.com/sameas/sameas/sql"
)

func packed(t *testing.T, how, text string) string {
	t.Helper()
	var b bytes.Buffer
	switch how {
	case "gzip":
		z := gzip.NewWriter(&b)
		_, _ = z.Write([]byte(text))
		_ = z.Close()
	case "zstd":
		z, err := zstd.NewWriter(&b)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = z.Write([]byte(text))
		_ = z.Close()
	default:
		return text
	}
	return b.String()
}

// encoded is the text in an encoding, with its mark where the name ends in +mark.
func encoded(t *testing.T, name, text string) string {
	t.Helper()
	encoders := map[string]func(string) (string, error){
		"utf-8":         func(s string) (string, error) { return s, nil },
		"utf-8+mark":    func(s string) (string, error) { return "\ufeff" + s, nil },
		"utf-16le+mark": unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String,
		"utf-16be+mark": unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder().String,
		"utf-16le":      unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewEncoder().String,
		"utf-16be":      unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewEncoder().String,
		"windows-1252":  charmap.Windows1252.NewEncoder().String,
		"iso-8859-1":    charmap.ISO8859_1.NewEncoder().String,
		"macintosh":     charmap.Macintosh.NewEncoder().String,
	}
	out, err := encoders[name](text)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestDialects reads one table out of every encoding, delimiter, line end and packing.
func TestDialects(t *testing.T) {
	t.Parallel()
	const table = "contact_id,given_name,surname\n007,René,\"Müller, \"\"Zoë\"\"\"\n8,Ann,\"two\nlines\"\n"
	const want = "007|René|Müller, \"Zoë\"\n8|Ann|two\nlines"
	for _, c := range []struct{ name, encoding, set, delimiter, lineEnd, packing, title string }{
		{name: "utf-8", encoding: "utf-8"},
		{name: "utf-8 with a mark, CRLF", encoding: "utf-8+mark", lineEnd: "\r\n"},
		{name: "utf-16 as Excel's Unicode text", encoding: "utf-16le+mark", delimiter: "\t", lineEnd: "\r\n"},
		{name: "utf-16be", encoding: "utf-16be+mark"},
		{name: "utf-16 without a mark", encoding: "utf-16le"},
		{name: "windows-1252, semicolons", encoding: "windows-1252", delimiter: ";", lineEnd: "\r\n"},
		{name: "latin-1 by name", encoding: "iso-8859-1", set: "ISO-8859-1"},
		{name: "macintosh by name, CR", encoding: "macintosh", set: "macintosh", lineEnd: "\r"},
		{name: "bars", encoding: "utf-8", delimiter: "|"},
		{name: "gzip", encoding: "utf-8", packing: "gzip"},
		{name: "zstd, utf-16", encoding: "utf-16le+mark", packing: "zstd"},
		{name: "Excel's sep line", encoding: "windows-1252", delimiter: ";", lineEnd: "\r\n", title: "sep=;\n"},
		{name: "a title above the header", encoding: "utf-8", title: "Contact list\n\"Acme, Inc.\",,\nAs of 1 May 2024,,\n\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			text := table
			if c.delimiter != "" { // the two commas inside of quotes stay
				text = strings.ReplaceAll(strings.ReplaceAll(strings.ReplaceAll(text, "Müller, ", "Müller\x01"), ",", c.delimiter), "\x01", ", ")
			}
			text = c.title + text
			if c.lineEnd != "" {
				text = strings.ReplaceAll(text, "\n", c.lineEnd)
			}
			w := newWorld(t, nil)
			s := crm(w.file("a.csv", packed(t, c.packing, encoded(t, c.encoding, text))))
			s.Encoding = c.set
			w.cfg.Sources = []config.Source{s}
			result := w.mustRun()
			diff(t, "records", w.rows("SELECT id, first_name, last_name FROM records ORDER BY id"), want)
			diff(t, "verdict", result.Extractions[0].Status+result.Extractions[0].Doubt, "complete")
		})
	}
}

// TestUTF16OfAnotherScript has no mark, and of ASCII only what stands between the words.
func TestUTF16OfAnotherScript(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"utf-16le", "utf-16be"} {
		w := newWorld(t, nil)
		s := crm(w.file("a.csv", encoded(t, name, "Номер,Имя,Фамилия\n1,Александр,Достоевский-Пушкин\n2,Наталья,Преображенская\n")))
		s.ID.Column, s.Fields = "Номер", map[string]string{"first_name": "Имя", "last_name": "Фамилия"}
		w.cfg.Sources = []config.Source{s}
		w.mustRun()
		diff(t, name, w.rows("SELECT id, first_name, last_name FROM records ORDER BY id"), "1|Александр|Достоевский-Пушкин\n2|Наталья|Преображенская")
		w.file("a.csv", encoded(t, name, "Номер,Имя,Фамилия\n1,一鸣,王\n2,小明,李\n3,天一,张\n")) // the low half of U+4E00 is a NUL, too
		w.mustRun()
		diff(t, name+", Chinese", w.rows("SELECT id, first_name, last_name FROM records ORDER BY id"), "1|一鸣|王\n2|小明|李\n3|天一|张")
	}
}

// TestRejectedRows keeps what cannot be loaded aside, with its line, the kind and the text, and loads the rest.
func TestRejectedRows(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	s := crm(w.file("a.csv", "contact_id,given_name,surname,account\n"+
		"1,Ann,A,\"=\"\"007\"\"\"\n"+ // line 2: a number kept as text
		"2,Bob\n"+
		"3,C\xe9line,C,\n"+
		",Dora,D,\n"+
		"5,E\x00,E,\n"+
		"6,Fay,\"F,\n"+
		"7,Grün,G,1.2E+17\n"+
		"4.2E+17,Hal,H,\n"+
		"9,Ida,I,,\n"+ // line 10: a delimiter too many, but nothing behind it
		"10,Jon,J,8\n10,Joe,J,8\n"+
		"11,Kim,K,9\n11,Kim,K,9\n"+
		",,,\n"+
		"\n\"Generated by Acme on 1 May 2024\"\n"))
	s.MaxRejected = 0.7
	s.References = map[string]config.IDColumn{"organization_id": {Provider: "my-application", Realm: "2243", Column: "account"}}
	w.cfg.Sources = []config.Source{s}
	result := w.mustRun()
	diff(t, "loaded", w.rows("SELECT id, first_name FROM records ORDER BY rid"), "1|Ann\n11|Kim\n7|Grün\n9|Ida")
	diff(t, "references", w.rows("SELECT id FROM refs ORDER BY id"), "007\n9")
	diff(t, "set aside", w.rows("SELECT line, kind, text FROM rejected_rows ORDER BY line"), strings.Join([]string{
		"3|fields|2,Bob", "4|bytes|3,C\ufffdline,C,", `5|no_id|{"given_name":"Dora","surname":"D"}`, "6|bytes|5,E\u2400,E,", `7|quote|6,Fay,"F,`,
		`9|mangled_id|{"contact_id":"4.2E+17","given_name":"Hal","surname":"H"}`,
		`11|same_id|{"contact_id":"10","given_name":"Jon","surname":"J","account":"8"}`,
		`12|same_id|{"contact_id":"10","given_name":"Joe","surname":"J","account":"8"}`,
		`17|footer|"Generated by Acme on 1 May 2024"`,
	}, "\n"))
	e := result.Extractions[0]
	diff(t, "numbers", fmt.Sprint(e.Rows, e.Records, e.Repeated, e.Rejected, len(e.FirstRejected)), "13 4 1 8 8")
	diff(t, "rid", w.rows("SELECT string_agg(rid, ' ' ORDER BY rid) FROM records"), "1 2 3 4")
	diff(t, "doubt", e.Doubt, `1 ID of column "account" left out: a spreadsheet rounded the number (1.23E+15): export again, and open the file in no spreadsheet; `+
		"8 of 13 rows were set aside (line 3: 2 values, but the header has 4 columns: look for a delimiter or a quote too many or too few; "+
		"line 4: not UTF-8 (byte 0xE9): export the file again as UTF-8, or set `encoding`; "+
		`line 5: no ID in column "contact_id": every row needs the ID that the application names it by; ...): put them right and extract again; the table rejected_rows holds them all`)
	diff(t, "note", e.Note, "1 row repeats what an earlier one said: counted once; 1 line below the table left out: totals, dates or notices")

	s.MaxRejected = 0.6
	w.cfg.Sources = []config.Source{s}
	_, err := w.run()
	if err == nil || !strings.Contains(err.Error(), "a.csv line 3: 2 values") || !strings.Contains(err.Error(), "(8 of 13 rows cannot be loaded, `max_rejected` allows 60 %: put them right, or raise it and they are set aside)") {
		t.Errorf("above the limit: %v", err)
	}
}

// TestJSONShapes finds the records of a JSON file wherever they stand, and sets aside the single ones that are broken.
func TestJSONShapes(t *testing.T) {
	t.Parallel()
	for name, content := range map[string]string{
		"array.json":      `[{"contact_id":"1","given_name":"Ann"},{"contact_id":2,"given_name":"Bob"}]`,
		"one_array.json":  `{"total":2,"meta":{"page":[1,2]},"contacts":[{"contact_id":"1","given_name":"Ann"},{"contact_id":2,"given_name":"Bob"}],"next":null}`,
		"objects.json":    `{"contact_id":"1","given_name":"Ann"} {"contact_id":2,"given_name":"Bob"}`,
		"one_record.json": `{"contact_id":"1","given_name":"Ann","notes":[{"text":"x"}]}`,
		"broken.ndjson":   "{\"contact_id\":\"1\",\"given_name\":\"Ann\"}\n{\"contact_id\":2,\"given_name\":\"Bob\"}\n{broken\n\"text\"\n{\"a\":\"\xff\"}\n{\"a\":1,\"a\":2}\n",
		"twice.json":      `[{"contact_id":"1","given_name":"Ann"},{"contact_id":2,"given_name":"Bob"},{"a":1,"a":1},7,{"given_name":"\ud800"}]`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, nil)
			s := crm(w.file(name, content))
			s.MaxRejected, s.Fields = 0.9, map[string]string{"first_name": "given_name"}
			w.cfg.Sources = []config.Source{s}
			result := w.mustRun()
			want := "1|Ann\n2|Bob"
			if name == "one_record.json" {
				want = "1|Ann"
			}
			diff(t, "records", w.rows("SELECT id, first_name FROM records ORDER BY id"), want)
			diff(t, "rejected", fmt.Sprint(result.Extractions[0].Rejected), map[string]string{"broken.ndjson": "4", "twice.json": "3"}[name]+map[bool]string{true: "", false: "0"}[strings.Contains("broken.ndjson twice.json", name)])
		})
	}
}

// TestRowsAreAllAccountedFor writes tables by the book, in a form drawn at random, spoils some rows, and asks that every
// sound row is loaded as encoding/csv's own writer was given it, and every spoilt one set aside.
func TestRowsAreAllAccountedFor(t *testing.T) {
	t.Parallel()
	for seed := range uint64(12) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(seed, 7))
			var b bytes.Buffer
			writer := csv.NewWriter(&b)
			writer.Comma = []rune{',', ';', '\t', '|'}[r.IntN(4)]
			writer.UseCRLF = r.IntN(2) == 0
			write := func(row ...string) { _ = writer.Write(row); writer.Flush() }
			write("contact_id", "given_name", "surname")
			var want strings.Builder
			spoilt := 0
			for i := range 200 {
				id, given, family := fmt.Sprintf("%05d", i), anyText(r), anyText(r)
				switch r.IntN(12) {
				case 0:
					write(id, given)
					spoilt++
				case 1:
					write("", given, "x")
					spoilt++
				default:
					write(id, given, family)
					fmt.Fprintf(&want, "%q %q %q\n", id, strings.TrimSpace(given), strings.TrimSpace(family))
				}
			}
			w := newWorld(t, nil)
			s := crm(w.file("a.csv", b.String()))
			s.MaxRejected = 1
			w.cfg.Sources = []config.Source{s}
			e := w.mustRun().Extractions[0]
			if e.Rows != 200 || e.Rejected != int64(spoilt) || e.Records != e.Rows-e.Rejected {
				t.Errorf("%d rows, %d loaded, %d rejected, want 200 rows of which %d spoilt", e.Rows, e.Records, e.Rejected, spoilt)
			}
			rows, err := w.db.Query("SELECT id, coalesce(json_extract_string(raw, '$.first_name'), ''), coalesce(json_extract_string(raw, '$.last_name'), '') FROM records ORDER BY id")
			if err != nil {
				t.Fatal(err)
			}
			defer rows.Close()
			var got strings.Builder
			for rows.Next() {
				var id, given, family string
				if err := rows.Scan(&id, &given, &family); err != nil {
					t.Fatal(err)
				}
				fmt.Fprintf(&got, "%q %q %q\n", id, given, family)
			}
			diff(t, "records", got.String(), want.String())
		})
	}
}

// anyText is a value with whatever a delimited file gives a meaning to.
func anyText(r *rand.Rand) string {
	pieces := []string{"Ann", "O'Hara", `"`, `""`, ",", ";", "\t", "|", "\n", " ", "ü", "\u4e2d", "x", "7", "=", "'"}
	var b strings.Builder
	b.WriteString("n")
	for range r.IntN(6) {
		b.WriteString(pieces[r.IntN(len(pieces))])
	}
	return b.String()
}

// FuzzFile extracts whatever bytes a file may have: never a panic, and every row is loaded, repeated or set aside.
func FuzzFile(f *testing.F) {
	for _, seed := range []string{
		"contact_id,given_name,surname\n1,a,b\n2,c\n\x00,\xff,\n", "sep=;\ncontact_id;given_name;surname\n1;a;\"b\n", "\xff\xfec\x00o\x00",
		"{}", "[{\"contact_id\":1}", "\x1f\x8b\x08", "\x28\xb5\x2f\xfd\x00", "contact_id\tgiven_name\tsurname\r1\ta\tb\r", "PAR1",
		"title\n\ncontact_id,given_name,surname\n1,a,b\n\nTotal,,5.00\n", "contact_id,given_name,surname\n1,a,b\n1,a,c\n1,a,b\n",
	} {
		for _, name := range []string{"a.csv", "a.ndjson", "a.json"} {
			f.Add(name, seed)
		}
	}
	db, err := queries.Open(f.Context(), "", queries.Options{Create: true})
	if err != nil {
		f.Fatal(err)
	}
	defer db.Close()
	f.Fuzz(func(t *testing.T, name, content string) {
		if name != "a.csv" && name != "a.ndjson" && name != "a.json" {
			return
		}
		s := crm(writeFile(t, t.TempDir(), name, content))
		s.MaxRejected = 1
		result, err := extract.Run(t.Context(), extract.Options{DB: db, Config: &config.Config{Sources: []config.Source{s}}})
		if err != nil {
			if !strings.Contains(err.Error(), name) {
				t.Fatalf("the error does not name the file: %v", err)
			}
			return
		}
		e := result.Extractions[0]
		if e.Rows != e.Records+e.Repeated+e.Rejected {
			t.Fatalf("%q: %d rows, but %d loaded, %d repeated and %d rejected", content, e.Rows, e.Records, e.Repeated, e.Rejected)
		}
	})
}
