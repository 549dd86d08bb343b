package extract

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
)

// records reads all of a text, and how many lines it took.
func records(t *testing.T, text string, delimiter byte, width int) (all []csvRecord, lines []string) {
	t.Helper()
	r := newCSVReader(bufio.NewReader(strings.NewReader(text)), delimiter, '\n')
	r.width = width
	for {
		rec, err := r.next()
		if errors.Is(err, io.EOF) {
			return all, lines
		}
		if err != nil {
			t.Fatal(err)
		}
		if want := int64(len(lines) + 1); rec.line != want {
			t.Fatalf("%q: a record at line %d, want %d", text, rec.line, want)
		}
		copied := *rec
		copied.fields = nil
		for _, f := range rec.fields {
			copied.fields = append(copied.fields, bytes.Clone(f))
		}
		all = append(all, copied)
		lines = append(lines, strings.Split(string(rec.text), "\n")...)
	}
}

// FuzzRecords: whatever the bytes, every line of the file belongs to exactly one record; and what encoding/csv reads
// without a complaint is read the same.
func FuzzRecords(f *testing.F) {
	for _, seed := range []string{
		"a,b\n1,2\n", "a,b\r\n\"1\"\"\",\"x\ny\"\r\n", "a,b\n\"1,2\n3,4\n", "\"", "\"\n\"\n\"\n", "a,b\n1,\"x\"y\"\n2,z\n",
		",,\n\n\n \n", "a;b|c\td\n", "a,b\n5,\"x,y\n6,\"z\",w\n", "\x00\xff\n\"\x00", "1, \"a\" ,b\n", strings.Repeat("\"\n", 40),
	} {
		f.Add(seed, 2)
	}
	f.Fuzz(func(t *testing.T, text string, width int) {
		all, lines := records(t, text, ',', width)
		var want []string
		for line := range strings.Lines(text) {
			want = append(want, strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r"))
		}
		if !slices.Equal(lines, want) {
			t.Fatalf("%q: lines became %q", text, lines)
		}
		oracle, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		if err != nil || len(oracle) == 0 || strings.Contains(text, "\r") { // encoding/csv lets a lone carriage return end a file
			return
		}
		all, _ = records(t, text, ',', len(oracle[0])) // it asks for rows of one width
		var rows [][]string
		for _, r := range all {
			if len(r.text) == 0 {
				continue
			}
			if r.fault != "" {
				t.Fatalf("%q: %s", text, r.fault)
			}
			var row []string
			for _, field := range r.fields {
				row = append(row, string(field))
			}
			rows = append(rows, row)
		}
		if !slices.EqualFunc(rows, oracle, slices.Equal) {
			t.Fatalf("%q: read %q, encoding/csv reads %q", text, rows, oracle)
		}
	})
}

// TestNeverClosedQuotes: a stray quote costs its own row and no other, where a reader by the letter loses all that follow.
func TestNeverClosedQuotes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, text, want string }{
		{"to the end of the file", "1,\"a\n2,b\n3,c\n", "1! 2 3"},
		{"closed by the next quote", "1,\"a,b\n2,\"x\"\n3,c\n", "1! 2 3"},
		{"a note of several lines", "1,\"a\nb, c and d\ne\"\n2,b\n", "1 4"},
		{"a note with a quote in it", "1,\"said \"hi\" and\nleft\"\n2,b\n", "1 3"},
		{"the last line", "1,a\n2,\"b", "1 2!"},
		{"several", "1,\"a\n2,\"b\n3,c\n4,\"d\n5,e\n", "1! 2! 3 4! 5"},
	} {
		all, _ := records(t, c.text, ',', 2)
		var got []string
		for _, r := range all {
			word := string('0' + byte(r.line))
			if r.fault != "" || len(r.fields) != 2 {
				word += "!"
			}
			got = append(got, word)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: records at lines %s, want %s", c.name, strings.Join(got, " "), c.want)
		}
	}
}

// TestManyOpenQuotes reads a file of nothing but quotes that are never closed in a time that grows with its length.
func TestManyOpenQuotes(t *testing.T) {
	t.Parallel()
	const n = 20_000
	r := newCSVReader(bufio.NewReader(strings.NewReader(strings.Repeat("1,\"a\n", n))), ',', '\n')
	r.width = 2
	faults := 0
	for {
		rec, err := r.next()
		if err != nil {
			break
		}
		if rec.fault == faultQuote {
			faults++
		}
	}
	if faults != n || r.lookAhead != leastLookAhead {
		t.Errorf("%d faults of %d, looking %d lines ahead", faults, n, r.lookAhead)
	}
}

// TestLongLines cuts a line of any length off and goes on behind it.
func TestLongLines(t *testing.T) {
	t.Parallel()
	all, lines := records(t, "1,a\n2,"+strings.Repeat("x", 3*maxRecordBytes)+"\n3,\""+strings.Repeat("y", 2*maxRecordBytes)+"\n4,b\n", ',', 2)
	if len(all) != 4 || all[1].fault != faultLong || all[2].fault != faultLong || string(all[3].fields[0]) != "4" || len(lines[1]) != maxRecordBytes+1 {
		t.Errorf("%d records", len(all))
	}
}
