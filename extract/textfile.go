package extract

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/xrash/smetrics"
)

// Formats of files.
const (
	formatCSV     = "csv"
	formatNDJSON  = "ndjson"
	formatJSON    = "json"
	formatParquet = "parquet"
)

// formatOf tells the format from the file's name.
func formatOf(path string) (string, error) {
	name := strings.TrimSuffix(strings.ToLower(path), ".gz")
	switch filepath.Ext(name) {
	case ".csv", ".tsv", ".txt":
		return formatCSV, nil
	case ".ndjson", ".jsonl":
		return formatNDJSON, nil
	case ".json":
		return formatJSON, nil
	case ".parquet":
		return formatParquet, nil
	}
	return "", fmt.Errorf("%s: the name tells no format: want .csv, .tsv, .txt, .ndjson, .jsonl, .json (each also .gz) or .parquet", path)
}

// openFile opens the file for reading, unpacked when its name ends in .gz.
func openFile(path string) (io.ReadCloser, error) {
	f, err := os.Open(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%s is not there: check `path`, which counts from the folder of the configuration", path)
	case errors.Is(err, fs.ErrPermission):
		return nil, fmt.Errorf("%s may not be read: permission denied", path)
	case err != nil:
		return nil, err
	}
	info, err := f.Stat()
	switch {
	case err != nil:
	case info.IsDir():
		err = fmt.Errorf("%s is a folder: `path` names one file", path)
	case info.Size() == 0:
		err = fmt.Errorf("%s is empty", path)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	if !strings.HasSuffix(strings.ToLower(path), ".gz") {
		return f, nil
	}
	z, err := gzip.NewReader(f)
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: not a gzip file: %w", path, err)
	}
	return unpacked{z, f}, nil
}

type unpacked struct {
	*gzip.Reader
	file *os.File
}

func (u unpacked) Close() error {
	u.Reader.Close()
	return u.file.Close()
}

// textReader passes on text and stops at the first byte that is none: NUL, or what is not UTF-8.
type textReader struct {
	path string
	r    io.Reader
	line int
	tail []byte // the beginning of a character that the next read goes on with
	err  error
}

func newTextReader(path string, r io.Reader) *bufio.Reader {
	buffered := bufio.NewReaderSize(&textReader{path: path, r: r, line: 1}, 1<<16)
	if bom, err := buffered.Peek(3); err == nil && bytes.Equal(bom, []byte("\ufeff")) {
		_, _ = buffered.Discard(3)
	}
	return buffered
}

// Read checks what it hands on, so that an error names the line of the first bad byte.
func (t *textReader) Read(p []byte) (int, error) {
	if t.err != nil {
		return 0, t.err
	}
	n, err := t.r.Read(p)
	if bad := t.check(p[:n]); bad != nil {
		t.err = bad
		return 0, bad
	}
	switch {
	case err == io.EOF && len(t.tail) > 0:
		err = t.notUTF8(t.tail[0])
	case err != nil && err != io.EOF:
		err = fmt.Errorf("%s line %d: %w", t.path, t.line, err)
	}
	t.err = err
	return n, err
}

func (t *textReader) check(p []byte) error {
	text := p
	if len(t.tail) > 0 {
		text = append(t.tail, p...)
	}
	if utf8.Valid(text) && bytes.IndexByte(text, 0) < 0 {
		t.line += bytes.Count(text, []byte{'\n'})
		t.tail = nil
		return nil
	}
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		switch {
		case r == 0:
			return fmt.Errorf("%s line %d: a NUL byte: the file is damaged or not text (UTF-16?); export it again as UTF-8", t.path, t.line)
		case r == utf8.RuneError && size == 1 && !utf8.FullRune(text):
			t.tail = bytes.Clone(text)
			return nil
		case r == utf8.RuneError && size == 1:
			return t.notUTF8(text[0])
		case r == '\n':
			t.line++
		}
		text = text[size:]
	}
	t.tail = nil
	return nil
}

func (t *textReader) notUTF8(b byte) error {
	return fmt.Errorf("%s line %d: not UTF-8 (byte 0x%02X): export it again as UTF-8, or convert it: iconv -f WINDOWS-1252 -t UTF-8", t.path, t.line, b)
}

// csvHeader is what the first line of a CSV file says.
type csvHeader struct {
	columns   []string // trimmed
	delimiter rune
}

// index is the place of the column, or an error that names the nearest one.
func (h csvHeader) index(path, column string) (int, error) {
	for i, c := range h.columns {
		if c == column {
			return i, nil
		}
	}
	return 0, missingColumn(path, column, h.columns)
}

func missingColumn(path, column string, columns []string) error {
	nearest, distance := "", 1<<30
	for _, c := range columns {
		if d := smetrics.WagnerFischer(strings.ToLower(c), strings.ToLower(column), 1, 1, 1); d < distance {
			nearest, distance = c, d
		}
	}
	if distance <= max(2, len(column)/2) {
		return fmt.Errorf("%s has no column %q: did you mean %q?", path, column, nearest)
	}
	return fmt.Errorf("%s has no column %q: it has %s", path, column, strings.Join(columns, ", "))
}

// scanCSV reads the file and calls visit for every row with its line, blanks around values cut off. It checks what
// DuckDB would swallow or report without a line: bytes that are no text, ragged rows, a header given twice.
func scanCSV(path string, begin func(csvHeader) error, visit func(line int, row []string) error) (rows int64, err error) {
	f, err := openFile(path)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	text := newTextReader(path, f)
	header := csvHeader{delimiter: delimiterOf(text)}
	r := csv.NewReader(text)
	r.Comma, r.LazyQuotes, r.ReuseRecord, r.FieldsPerRecord = header.delimiter, true, true, -1
	first, err := r.Read()
	if err == io.EOF {
		return 0, fmt.Errorf("%s is empty", path)
	}
	if err != nil {
		return 0, csvError(path, err)
	}
	for _, c := range first {
		header.columns = append(header.columns, strings.TrimSpace(c))
	}
	if err := checkHeader(path, header.columns); err != nil {
		return 0, err
	}
	if err := begin(header); err != nil {
		return 0, err
	}
	for {
		row, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return rows, csvError(path, err)
		}
		line, _ := r.FieldPos(0)
		if len(row) != len(header.columns) {
			return rows, fmt.Errorf("%s line %d: %d values, but the header has %d columns: look for a delimiter or a quote too many or too few", path, line, len(row), len(header.columns))
		}
		for i := range row {
			row[i] = trim(row[i])
		}
		rows++
		if err := visit(line, row); err != nil {
			return rows, err
		}
	}
	if rows == 0 {
		return 0, fmt.Errorf("%s holds a header and no row", path)
	}
	return rows, nil
}

// trim cuts off what SQL cuts off too: blanks, line breaks, no-break spaces.
func trim(s string) string { return strings.Trim(s, " \t\n\r\u00a0") }

func csvError(path string, err error) error {
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		return fmt.Errorf("%s line %d: %w", path, parse.Line, parse.Err)
	}
	return err
}

func checkHeader(path string, columns []string) error {
	seen := map[string]bool{}
	for i, c := range columns {
		if c != "" && seen[c] {
			return fmt.Errorf("%s line 1: two columns are named %q: rename one", path, c)
		}
		if c == "" {
			columns[i] = fmt.Sprintf("column %d", i+1)
		}
		seen[c] = true
	}
	return nil
}

// delimiterOf is the one of comma, semicolon, tab and bar that the first line holds most often outside quotes.
func delimiterOf(r *bufio.Reader) rune {
	head, _ := r.Peek(1 << 16)
	if i := bytes.IndexByte(head, '\n'); i >= 0 {
		head = head[:i]
	}
	counts, quoted := map[byte]int{}, false
	for _, b := range head {
		if b == '"' {
			quoted = !quoted
		}
		if !quoted {
			counts[b]++
		}
	}
	best := byte(',')
	for _, d := range []byte{';', '\t', '|'} {
		if counts[d] > counts[best] {
			best = d
		}
	}
	return rune(best)
}
