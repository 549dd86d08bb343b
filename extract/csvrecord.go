package extract

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// Bounds of one record. Beyond them a quote was opened and never closed: what follows are other rows.
const (
	maxRecordBytes = 1 << 20
	maxRecordLines = 1000
	leastLookAhead = 10
)

// csvRecord is one row of a delimited file; its slices are valid until the next is read.
type csvRecord struct {
	line   int64    // where it begins, from 1
	text   []byte   // as read, its line breaks as line feeds
	fields [][]byte // quotes taken off
	// fault says in words why the record is no row; "" when it may be one.
	fault string
}

// blank reports that nothing stands in any field: spreadsheets end files with rows of delimiters.
func (r *csvRecord) blank() bool {
	for _, f := range r.fields {
		if len(bytes.TrimSpace(f)) > 0 {
			return false
		}
	}
	return true
}

// filled is how many fields hold something.
func (r *csvRecord) filled() int {
	n := 0
	for _, f := range r.fields {
		if len(bytes.TrimSpace(f)) > 0 {
			n++
		}
	}
	return n
}

// csvReader reads records by RFC 4180 and, where files depart from it, as spreadsheets do: a quote inside of a plain
// field is a character, and so is one inside of a quoted field that neither ends it nor is doubled. encoding/csv would
// read on to the end of the file for a quote that is never closed; this reader gives up the one line and reads the
// others as the rows that they are.
type csvReader struct {
	text      *bufio.Reader
	delimiter byte
	newline   byte
	width     int // fields that a row has, 0 while unknown

	nextLine  int64
	waiting   [][]byte // lines read ahead, to be read again
	lookAhead int
	record    csvRecord
	fields    fieldSplitter
	buffer    []byte
}

func newCSVReader(text *bufio.Reader, delimiter, newline byte) *csvReader {
	return &csvReader{text: text, delimiter: delimiter, newline: newline, nextLine: 1, lookAhead: maxRecordLines, fields: fieldSplitter{delimiter: delimiter}}
}

const (
	faultQuote = "a quote is opened and not closed"
	faultLong  = "longer than 1 MiB: look for a quote or a line break that is missing"
)

// next reads a record, or io.EOF.
func (r *csvReader) next() (*csvRecord, error) {
	line, long, err := r.readLine()
	if err != nil {
		return nil, err
	}
	rec := &r.record
	*rec = csvRecord{line: r.nextLine, text: line, fields: rec.fields}
	r.nextLine++
	if long {
		rec.fault, rec.fields = faultLong, rec.fields[:0]
		return rec, nil
	}
	r.fields.reset()
	r.fields.feed(line)
	if r.fields.quoted {
		return r.continued(bytes.Clone(line))
	}
	rec.fields = r.fields.appendTo(rec.fields[:0])
	return rec, nil
}

// continued reads the further lines of a record whose first line ends inside of a quoted field. When the quote is not
// closed within bounds, or when what it swallowed are rows by themselves, the first line alone is given up.
func (r *csvReader) continued(first []byte) (*csvRecord, error) {
	rec := &r.record
	lines, size := [][]byte{first}, len(first)
	for r.fields.quoted && len(lines) <= r.lookAhead && size <= maxRecordBytes {
		line, long, err := r.readLine()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		lines, size = append(lines, bytes.Clone(line)), size+len(line)
		if long {
			size = maxRecordBytes + 1
			break
		}
		r.fields.feed(line)
	}
	rec.fields = r.fields.appendTo(rec.fields[:0])
	odd := r.fields.stray || r.width > 0 && len(rec.fields) != r.width
	if !r.fields.quoted && size <= maxRecordBytes && !(odd && r.rows(lines[1:])) {
		r.nextLine += int64(len(lines) - 1)
		rec.text = bytes.Join(lines, []byte{'\n'})
		return rec, nil
	}
	if r.fields.quoted {
		// A file full of such quotes must not be read a thousand times over.
		r.lookAhead = max(leastLookAhead, r.lookAhead/2)
	}
	rec.text, rec.fields, rec.fault = first, rec.fields[:0], faultQuote
	r.waiting = append(lines[1:], r.waiting...)
	return rec, nil
}

// rows reports whether most of the lines are whole rows by themselves: those of a note are not.
func (r *csvReader) rows(lines [][]byte) bool {
	alone := fieldSplitter{delimiter: r.delimiter}
	whole, blank := 0, 0
	for _, line := range lines {
		alone.reset()
		alone.feed(line)
		switch {
		case len(line) == 0:
			blank++
		case !alone.quoted && len(alone.ends) == r.width:
			whole++
		}
	}
	return r.width > 1 && 2*whole > len(lines)-blank
}

// readLine returns a line without its end, cut off at maxRecordBytes when it is longer.
func (r *csvReader) readLine() (line []byte, long bool, err error) {
	if len(r.waiting) > 0 {
		line = r.waiting[0]
		r.waiting = r.waiting[1:]
		return line, len(line) > maxRecordBytes, nil
	}
	line, long, r.buffer, err = readLine(r.text, r.newline, r.buffer[:0], maxRecordBytes)
	return line, long, err
}

// readLine reads up to the newline byte and cuts it off, with a carriage return before it. Of a line longer than most
// it keeps one byte more than most, and says so. The line is valid until the next is read; buffer is room for it.
func readLine(text *bufio.Reader, newline byte, buffer []byte, most int) (line []byte, long bool, room []byte, err error) {
	part, err := text.ReadSlice(newline)
	line = part
	if errors.Is(err, bufio.ErrBufferFull) {
		buffer = append(buffer, part...)
		for errors.Is(err, bufio.ErrBufferFull) {
			part, err = text.ReadSlice(newline)
			if len(buffer) <= most {
				buffer = append(buffer, part...)
			}
		}
		line = buffer
	}
	switch {
	case err == io.EOF && len(line) == 0:
		return nil, false, buffer, io.EOF
	case err != nil && err != io.EOF:
		return nil, false, buffer, err
	}
	if line[len(line)-1] == newline {
		line = line[:len(line)-1]
	}
	line = bytes.TrimSuffix(line, []byte{'\r'})
	if len(line) > most {
		return line[:most+1], true, buffer, nil
	}
	return line, false, buffer, nil
}

// fieldSplitter splits a record's lines into fields, one line after the other.
type fieldSplitter struct {
	delimiter byte
	text      []byte
	ends      []int
	quoted    bool // the last line ended inside of a quoted field
	stray     bool // a quote stands in a quoted field that neither ends it nor is doubled
}

func (s *fieldSplitter) reset() {
	s.text, s.ends, s.quoted, s.stray = s.text[:0], s.ends[:0], false, false
}

func (s *fieldSplitter) feed(line []byte) {
	if s.quoted {
		s.text = append(s.text, '\n')
	}
	for {
		var more bool
		if s.quoted {
			line, more = s.quotedPart(line)
		} else {
			line, more = s.plainField(line)
		}
		if !more {
			return
		}
	}
}

// plainField takes one field without quotes off the line, or opens a quoted one; more says that the line goes on.
func (s *fieldSplitter) plainField(line []byte) (rest []byte, more bool) {
	start := bytes.TrimLeft(line, " ")
	if len(start) > 0 && start[0] == '"' {
		s.quoted = true
		return start[1:], true
	}
	end := bytes.IndexByte(line, s.delimiter)
	if end < 0 {
		s.text = append(s.text, line...)
		s.ends = append(s.ends, len(s.text))
		return nil, false
	}
	s.text = append(s.text, line[:end]...)
	s.ends = append(s.ends, len(s.text))
	return line[end+1:], true
}

// quotedPart takes what stands up to the next quote off the line, and decides what that quote means.
func (s *fieldSplitter) quotedPart(line []byte) (rest []byte, more bool) {
	quote := bytes.IndexByte(line, '"')
	if quote < 0 {
		s.text = append(s.text, line...)
		return nil, false
	}
	s.text = append(s.text, line[:quote]...)
	line = line[quote+1:]
	after := bytes.TrimLeft(line, " ")
	switch {
	case len(line) > 0 && line[0] == '"':
		s.text = append(s.text, '"')
		return line[1:], true
	case len(after) == 0:
		s.quoted = false
		s.ends = append(s.ends, len(s.text))
		return nil, false
	case after[0] == s.delimiter:
		s.quoted = false
		s.ends = append(s.ends, len(s.text))
		return after[1:], true
	}
	s.stray = true
	s.text = append(s.text, '"')
	return line, true
}

// appendTo appends the fields; they are slices of the splitter's own text.
func (s *fieldSplitter) appendTo(fields [][]byte) [][]byte {
	start := 0
	for _, end := range s.ends {
		fields = append(fields, s.text[start:end:end])
		start = end
	}
	return fields
}
