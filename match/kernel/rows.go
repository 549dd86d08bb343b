package kernel

import (
	"fmt"
	"io"
	"strconv"
	"strings"
)

// RowWriter writes the blocks of a set as the rows that Filter reads.
type RowWriter struct {
	set  *Set
	out  io.Writer
	line []byte
}

// NewRowWriter returns a writer of rows.
func NewRowWriter(out io.Writer, set *Set) *RowWriter { return &RowWriter{set: set, out: out} }

// Write writes the rows of a block, or of a tile of one; a record's ID is its number. A tile's name must differ from
// that of every other tile of the block.
func (w *RowWriter) Write(b Block, tile string) error {
	for side, records := range [][]uint32{b.Records, b.Others} {
		for _, r := range records {
			if err := w.row(b, tile, side+1, r); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *RowWriter) row(b Block, tile string, side int, record uint32) (err error) {
	w.line = fmt.Appendf(w.line[:0], "%d\t%s\t%s\t%d\t%d\t%d\t", b.Rule, KeyText(b.Key), tile, side, record, w.set.stratum(record))
	if w.line, err = w.set.AppendRecord(w.line, record); err != nil {
		return err
	}
	_, err = w.out.Write(append(w.line, '\n'))
	return err
}

// KeyText is a key's number as rows have it: texts in the order of numbers.
func KeyText(key uint32) string { return fmt.Sprintf("%010d", key) }

// AppendRecord appends the columns of a row that are the record's alone, whatever block it stands in: from what is kept
// apart on, with tabs between. A value that a row has no way to write is an error.
func (s *Set) AppendRecord(line []byte, record uint32) ([]byte, error) {
	for _, column := range s.Apart {
		line = append(strconv.AppendUint(line, uint64(column[record]), 10), '\t')
	}
	for f, d := range s.Dictionaries {
		text := d.Text(s.Values[f][record])
		if strings.ContainsAny(text, "\t\n\r\\") {
			return nil, fmt.Errorf("record %d: the value of field %d holds a tab, an end of line or a backslash: rows have no way to write it", record, f+1)
		}
		line = append(append(line, text...), '\t')
	}
	for i, k := range s.Keys.Of(record) {
		if i > 0 {
			line = append(line, Separator...)
		}
		line = fmt.Appendf(line, "%d:%010d", s.RuleOf(k), k)
	}
	return line, nil
}
