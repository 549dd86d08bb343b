package kernel

import (
	"fmt"
	"io"
	"strconv"
	"strings"
)

// RowWriter writes the blocks of a set as the rows that Filter reads.
type RowWriter struct {
	set     *Set
	records *RecordWriter
	out     io.Writer
	line    []byte
}

// NewRowWriter returns a writer of rows.
func NewRowWriter(out io.Writer, set *Set, spec *Spec) *RowWriter {
	return &RowWriter{set: set, records: NewRecordWriter(set, spec), out: out}
}

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
	w.line = fmt.Appendf(w.line[:0], "%d\t%s\t%s\t%d\t", b.Rule, KeyText(b.Key), tile, side)
	if w.line, err = w.records.Append(w.line, record); err != nil {
		return err
	}
	_, err = w.out.Write(append(w.line, '\n'))
	return err
}

// KeyText is a key's number as rows have it: texts in the order of numbers.
func KeyText(key uint32) string { return fmt.Sprintf("%010d", key) }

// RecordWriter writes what is a record's alone of the rows that it has.
type RecordWriter struct {
	set   *Set
	terms [][]int32 // by field; nil: frequency does not count
	most  []int32   // by field
}

// NewRecordWriter returns a writer for the records of a set under a spec.
func NewRecordWriter(set *Set, spec *Spec) *RecordWriter {
	w := &RecordWriter{set: set}
	for f := range spec.Fields {
		w.terms, w.most = append(w.terms, spec.Fields[f].Terms), append(w.most, mostOf(spec.Fields[f].Terms))
	}
	return w
}

// Append appends the columns of a row that are the record's alone, whatever block it stands in: from its id on, with tabs
// between. A value that a row has no way to write is an error.
func (w *RecordWriter) Append(line []byte, record uint32) ([]byte, error) {
	s := w.set
	line = append(strconv.AppendUint(line, uint64(record), 10), '\t')
	line = append(strconv.AppendUint(line, uint64(s.stratum(record)), 10), '\t')
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
	line = append(w.appendTerms(line, record), '\t')
	for i, k := range s.Keys.Of(record) {
		if i > 0 {
			line = append(line, Separator...)
		}
		line = fmt.Appendf(line, "%d:%010d", s.RuleOf(k), k)
	}
	return line, nil
}

// AppendValue appends a value and what its frequencies add: all that rows have of it.
func (w *RecordWriter) AppendValue(text []byte, field int, code uint32) []byte {
	d := w.set.Dictionaries[field]
	text = append(append(text, d.Text(code)...), '\t')
	if w.terms[field] == nil {
		return text
	}
	return appendUnits(text, d, code, w.terms[field], w.most[field])
}

// appendTerms appends what the frequencies of the record's values add.
func (w *RecordWriter) appendTerms(line []byte, record uint32) []byte {
	between := ""
	for f, terms := range w.terms {
		if terms == nil {
			continue
		}
		line = append(line, between...)
		between = Separator
		line = appendUnits(line, w.set.Dictionaries[f], w.set.Values[f][record], terms, w.most[f])
	}
	return line
}

// appendUnits appends what the frequencies of a value's parts add, or nothing where each adds the most.
func appendUnits(line []byte, d *Dictionary, code uint32, terms []int32, most int32) []byte {
	n := d.partsOf(code)
	rare := true
	for i := range n {
		rare = rare && terms[d.part(code, i).term] == most
	}
	if rare {
		return line
	}
	for i := range n {
		if i > 0 {
			line = append(line, ',')
		}
		line = strconv.AppendInt(line, int64(terms[d.part(code, i).term]), 10)
	}
	return line
}
