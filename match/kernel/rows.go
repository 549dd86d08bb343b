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

func (w *RowWriter) row(b Block, tile string, side int, record uint32) error {
	w.line = fmt.Appendf(w.line[:0], "%d\t%010d\t%s\t%d\t%d\t%d", b.Rule, b.Key, tile, side, record, w.set.stratum(record))
	for _, column := range w.set.Apart {
		w.line = append(w.line, '\t')
		w.line = strconv.AppendUint(w.line, uint64(column[record]), 10)
	}
	for f, d := range w.set.Dictionaries {
		text := d.Text(w.set.Values[f][record])
		if strings.ContainsAny(text, "\t\n\r\\") {
			return fmt.Errorf("record %d: %q holds a tab, an end of line or a backslash: rows have no way to write it", record, text)
		}
		w.line = append(append(w.line, '\t'), text...)
	}
	for i, k := range w.set.Keys.Of(record) {
		w.line = append(w.line, "\t\x1f"[min(i, 1)])
		w.line = fmt.Appendf(w.line, "%d:%010d", w.set.RuleOf(k), k)
	}
	_, err := w.out.Write(append(w.line, '\n'))
	return err
}
