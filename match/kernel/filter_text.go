package kernel

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strconv"
	"strings"
)

// mostLine is the length of the longest line that is read: no record is as long, and a stream without line ends would
// fill the memory.
const mostLine = 1 << 26

// textSource reads rows as lines of columns with tabs between.
type textSource struct {
	layout
	in *bufio.Reader
}

func (s *textSource) next() (row, error) {
	line, err := readLine(s.in)
	switch {
	case err == io.EOF && len(line) == 0:
		return row{}, io.EOF
	case err == io.EOF:
		return row{}, faultf(ExitCut, "the stream ends within the row: what wrote it did not finish")
	case err != nil:
		return row{}, err
	}
	return s.cut(string(line))
}

// readLine reads up to a line feed, without it; at the end of the stream, what was left.
func readLine(in *bufio.Reader) ([]byte, error) {
	line, err := in.ReadSlice('\n')
	if err == nil {
		return line[:len(line)-1], nil
	}
	long := bytes.Clone(line)
	for errors.Is(err, bufio.ErrBufferFull) {
		if len(long) > mostLine {
			return nil, faultf(ExitRow, "it is longer than %d MiB", mostLine>>20)
		}
		line, err = in.ReadSlice('\n')
		long = append(long, line...)
	}
	return bytes.TrimSuffix(long, []byte("\n")), err
}

// cut takes a line apart.
func (s *textSource) cut(line string) (r row, err error) {
	columns := strings.Split(line, "\t")
	if want := s.columns(); len(columns) != want {
		return row{}, faultf(ExitColumns, "%d columns, want %d: the spec is for other rows, or a value holds a tab or an end of line", len(columns), want)
	}
	if err := clean(line, forbidden[2:]); err != nil {
		return row{}, err
	}
	r = row{key: columns[1], tile: columns[2]}
	if r.rule, err = s.rule(columns[0]); err != nil {
		return row{}, err
	}
	if columns[3] != "1" && columns[3] != "2" {
		return row{}, faultf(ExitRow, "side %q, want 1 or 2", columns[3])
	}
	r.second = columns[3] == "2"
	if r.id, err = strconv.ParseUint(columns[4], 10, 63); err != nil {
		return row{}, faultf(ExitRow, "id %q is no number below 2^63", columns[4])
	}
	stratum, err := strconv.ParseUint(columns[5], 10, 8)
	if err != nil || s.strata > 0 && int(stratum) >= s.strata {
		return row{}, faultf(ExitRow, "stratum %q is none that the spec has a prior for", columns[5])
	}
	r.stratum = uint8(stratum)
	fields := columnsBefore + s.apart
	r.apart, r.values = columns[columnsBefore:fields], columns[fields:fields+s.fields]
	if r.terms, err = s.terms(columns[len(columns)-2]); err != nil {
		return row{}, err
	}
	r.keys, err = s.keys(columns[len(columns)-1])
	return r, err
}

// textSink writes lines of columns, none of them empty.
type textSink struct{ out *bufio.Writer }

func (s *textSink) put(_ byte, _ *[columnsOut]int64, line []byte) error {
	_, err := s.out.Write(line)
	return err
}

func (s *textSink) end() error { return s.out.Flush() }
