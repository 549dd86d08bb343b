package kernel

import (
	"fmt"
	"io"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// arrowSource reads rows out of record batches, one batch at a time.
type arrowSource struct {
	layout
	in    *ipc.Reader
	batch arrow.RecordBatch
	at    int // the next row of the batch
	texts []texts
}

// texts is a column of texts, however wide its offsets are.
type texts interface {
	arrow.Array
	Value(i int) string
}

func newArrowSource(in io.Reader, l layout) (*arrowSource, error) {
	reader, err := ipc.NewReaderFromMessageReader(newArrowMessages(in), ipc.WithAllocator(boundedMemory{memory.DefaultAllocator}))
	if err != nil {
		return nil, arrowFault(err)
	}
	if err := l.checkSchema(reader.Schema()); err != nil {
		return nil, err
	}
	return &arrowSource{layout: l, in: reader, texts: make([]texts, l.columns())}, nil
}

// fixedColumns are those that every stream has; of the others the names are free.
var fixedColumns = []arrow.Field{
	{Name: "rule", Type: arrow.PrimitiveTypes.Int32},
	{Name: "key", Type: arrow.BinaryTypes.String},
	{Name: "tile", Type: arrow.BinaryTypes.String},
	{Name: "side", Type: arrow.PrimitiveTypes.Int32},
	{Name: "id", Type: arrow.PrimitiveTypes.Int64},
	{Name: "stratum", Type: arrow.PrimitiveTypes.Int32},
}

// The numbers among the fixed columns, by their places; the others are texts.
const (
	ruleColumn, keyColumn, tileColumn, sideColumn, idColumn, stratumColumn = 0, 1, 2, 3, 4, 5
)

func (l layout) checkSchema(schema *arrow.Schema) error {
	if got, want := schema.NumFields(), l.columns(); got != want {
		return faultf(ExitColumns, "%d columns, want %d: the spec is for other rows", got, want)
	}
	for i, got := range schema.Fields() {
		want := arrow.Field{Type: arrow.BinaryTypes.String}
		switch {
		case i < columnsBefore:
			want = fixedColumns[i]
		case i == l.columns()-2:
			want.Name = "terms"
		case i == l.columns()-1:
			want.Name = "keys"
		}
		if want.Name != "" && got.Name != want.Name {
			return faultf(ExitColumns, "column %d is named %q, want %q", i+1, got.Name, want.Name)
		}
		if wide := want.Type.ID() == arrow.STRING && got.Type.ID() == arrow.LARGE_STRING; !wide && !arrow.TypeEqual(got.Type, want.Type) {
			return faultf(ExitColumns, "column %d, %q, is of type %s, want %s", i+1, got.Name, got.Type, want.Type)
		}
	}
	return nil
}

// next is the next row. Offsets of texts that point outside of their batch make the library panic: that is a fault of
// the stream like any other.
func (s *arrowSource) next() (r row, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = faultf(ExitRow, "its batch is damaged: %v", p)
		}
	}()
	for s.batch == nil || s.at == int(s.batch.NumRows()) {
		if !s.in.Next() {
			if err := s.in.Err(); err != nil {
				return row{}, arrowFault(err)
			}
			return row{}, io.EOF
		}
		s.batch, s.at = s.in.RecordBatch(), 0
		for i, column := range s.batch.Columns() {
			s.texts[i], _ = column.(texts)
		}
	}
	r, err = s.cut(s.at)
	s.at++
	return r, err
}

// cut takes a row of the batch apart.
func (s *arrowSource) cut(i int) (r row, err error) {
	for c, column := range s.batch.Columns() {
		if column.IsNull(i) {
			return row{}, faultf(ExitRow, "column %d, %q, is null: give %s instead", c+1, s.batch.ColumnName(c), map[bool]string{true: `""`, false: "a number"}[s.texts[c] != nil])
		}
		if t := s.texts[c]; t != nil {
			if err := clean(t.Value(i), forbidden); err != nil {
				return row{}, err
			}
		}
	}
	number := func(c int) int64 { return int64(s.batch.Column(c).(*array.Int32).Value(i)) }
	id := s.batch.Column(idColumn).(*array.Int64).Value(i)
	r = row{rule: int(number(ruleColumn)), key: s.texts[keyColumn].Value(i), tile: s.texts[tileColumn].Value(i), id: uint64(id),
		second: number(sideColumn) == 2, stratum: uint8(number(stratumColumn))}
	switch rule, side, stratum := number(ruleColumn), number(sideColumn), number(stratumColumn); {
	case rule < 0 || rule >= int64(s.rules):
		return row{}, faultf(ExitRow, "rule %d, want a number below %d", rule, s.rules)
	case side != 1 && side != 2:
		return row{}, faultf(ExitRow, "side %d, want 1 or 2", side)
	case id < 0:
		return row{}, faultf(ExitRow, "id %d is no number below 2^63", id)
	case stratum < 0 || stratum > 255 || s.strata > 0 && stratum >= int64(s.strata):
		return row{}, faultf(ExitRow, "stratum %d is none that the spec has a prior for", stratum)
	}
	all := make([]string, s.apart+s.fields)
	for c := range all {
		all[c] = s.texts[columnsBefore+c].Value(i)
	}
	r.apart, r.values = all[:s.apart], all[s.apart:]
	if r.terms, err = s.terms(s.texts[s.columns()-2].Value(i)); err != nil {
		return row{}, err
	}
	r.keys, err = s.keys(s.texts[s.columns()-1].Value(i))
	return r, err
}

// outSchema is that of the rows out.
func outSchema() *arrow.Schema {
	fields := []arrow.Field{{Name: "kind", Type: arrow.BinaryTypes.String}}
	for i := range columnsOut {
		fields = append(fields, arrow.Field{Name: fmt.Sprintf("n%d", i+1), Type: arrow.PrimitiveTypes.Int64})
	}
	return arrow.NewSchema(fields, nil)
}

// batchOut is how many rows go out in one batch.
const batchOut = 1 << 14

// arrowSink writes record batches.
type arrowSink struct {
	out     *ipc.Writer
	rows    int
	kinds   *array.StringBuilder
	numbers [columnsOut]*array.Int64Builder
	record  *array.RecordBuilder
}

func newArrowSink(out io.Writer) *arrowSink {
	schema := outSchema()
	s := &arrowSink{out: ipc.NewWriter(out, ipc.WithSchema(schema)), record: array.NewRecordBuilder(memory.DefaultAllocator, schema)}
	s.kinds = s.record.Field(0).(*array.StringBuilder)
	for i := range s.numbers {
		s.numbers[i] = s.record.Field(i + 1).(*array.Int64Builder)
	}
	return s
}

func (s *arrowSink) put(kind byte, columns *[columnsOut]int64, _ []byte) error {
	s.kinds.BinaryBuilder.Append([]byte{kind})
	for i, n := range columns {
		s.numbers[i].Append(n)
	}
	if s.rows++; s.rows%batchOut == 0 {
		return s.flush()
	}
	return nil
}

func (s *arrowSink) flush() error {
	batch := s.record.NewRecordBatch()
	defer batch.Release()
	return s.out.Write(batch)
}

func (s *arrowSink) end() error {
	if err := s.flush(); err != nil {
		return err
	}
	return s.out.Close()
}
