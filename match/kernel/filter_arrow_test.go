package kernel

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/ipc"
	"github.com/apache/arrow-go/v18/arrow/memory"
)

// inSchema is the schema of rows of so many columns, with small or large texts.
func inSchema(columns int, text arrow.DataType) *arrow.Schema {
	fields := slices.Clone(fixedColumns)
	for i := columnsBefore; i < columns-columnsAfter; i++ {
		fields = append(fields, arrow.Field{Name: fmt.Sprint("c", i), Type: text})
	}
	fields = append(fields, arrow.Field{Name: "terms", Type: text}, arrow.Field{Name: "keys", Type: text})
	fields[keyColumn].Type = text
	return arrow.NewSchema(fields, nil)
}

// arrowOf writes lines of columns as an Arrow stream, in batches of so many rows.
func arrowOf(t testing.TB, rows string, schema *arrow.Schema, batch int, options ...ipc.Option) []byte {
	t.Helper()
	var out bytes.Buffer
	w := ipc.NewWriter(&out, append(options, ipc.WithSchema(schema))...)
	b := array.NewRecordBuilder(memory.DefaultAllocator, schema)
	n := 0
	flush := func() {
		record := b.NewRecordBatch()
		defer record.Release()
		if err := w.Write(record); err != nil {
			t.Fatal(err)
		}
	}
	for line := range strings.Lines(rows) {
		for i, v := range strings.Split(strings.TrimSuffix(line, "\n"), "\t") {
			if v == "NULL" {
				b.Field(i).AppendNull()
			} else if err := b.Field(i).AppendValueFromString(v); err != nil {
				t.Fatal(err)
			}
		}
		if n++; n%batch == 0 {
			flush()
		}
	}
	if n%batch != 0 {
		flush()
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// textOf writes an Arrow stream of rows out as lines.
func textOf(t testing.TB, in []byte) string {
	t.Helper()
	r, err := ipc.NewReader(bytes.NewReader(in))
	if err != nil {
		t.Fatal(err)
	}
	if !r.Schema().Equal(outSchema()) {
		t.Fatalf("the schema is %s", r.Schema())
	}
	var out strings.Builder
	for r.Next() {
		batch := r.RecordBatch()
		if batch.NumRows() > batchOut {
			t.Errorf("a batch has %d rows", batch.NumRows())
		}
		for i := range int(batch.NumRows()) {
			out.WriteString(batch.Column(0).(*array.String).Value(i))
			for c := range columnsOut {
				fmt.Fprintf(&out, "\t%d", batch.Column(c+1).(*array.Int64).Value(i))
			}
			out.WriteByte('\n')
		}
	}
	if r.Err() != nil {
		t.Fatal(r.Err())
	}
	return out.String()
}

// randomSpec is a town's spec with other weights, groups, priors and threshold.
func randomSpec(r *rand.Rand, town *town, set *Set) *Spec {
	spec := town.spec(set)
	spec.Keep, spec.Count = int32(r.IntN(30_000)-25_000), r.IntN(2) == 0
	if r.IntN(2) == 0 {
		spec.Prior, spec.Priors = int32(-r.IntN(16_000)), nil
	}
	for f := range spec.Fields {
		if r.IntN(3) == 0 {
			spec.Fields[f].Group = r.IntN(len(spec.Caps)+1) - 1
		}
		if r.IntN(4) == 0 {
			spec.Fields[f].Terms = nil
		}
		for l := range spec.Fields[f].Bits {
			if l > 0 {
				spec.Fields[f].Bits[l] += int32(r.IntN(2048) - 1024)
			}
		}
	}
	return spec
}

func TestArrowIsTheSameAsLines(t *testing.T) {
	t.Parallel()
	edges, counts := 0, 0
	for seed := range uint64(8) {
		r := rand.New(rand.NewPCG(seed, 5))
		town := newTown(300+r.IntN(900), seed+300)
		set := town.set()
		for range r.IntN(3) {
			column := make([]uint32, set.Len())
			for i := range column {
				column[i] = r.Uint32N(4)
			}
			set.Apart = append(set.Apart, column)
		}
		spec := randomSpec(r, town, set)
		var file bytes.Buffer
		if err := WriteSpec(&file, spec, set); err != nil {
			t.Fatal(err)
		}
		for _, in := range streams(t, set, spec, 1+r.IntN(3), 2+r.IntN(400)) {
			var lines, batches bytes.Buffer
			rows := in.String()
			if err := Filter(TSV, bytes.NewReader(file.Bytes()), strings.NewReader(rows), &lines); err != nil {
				t.Fatal(err)
			}
			text := []arrow.DataType{arrow.BinaryTypes.String, arrow.BinaryTypes.LargeString}[r.IntN(2)]
			options := [][]ipc.Option{nil, {ipc.WithZstd()}, {ipc.WithLZ4()}}[r.IntN(3)]
			stream := arrowOf(t, rows, inSchema(columnsBefore+len(set.Apart)+len(spec.Fields)+columnsAfter, text), 1+r.IntN(1000), options...)
			if err := Filter(Arrow, bytes.NewReader(file.Bytes()), bytes.NewReader(stream), &batches); err != nil {
				t.Fatal(err)
			}
			got := textOf(t, batches.Bytes())
			if got != lines.String() {
				t.Errorf("seed %d: %d bytes as Arrow, %d as lines, or others", seed, len(got), lines.Len())
			}
			edges += strings.Count(got, "e\t")
			counts += strings.Count(got, "c\t")
		}
	}
	if edges < 1500 || counts < 1500 {
		t.Errorf("only %d edges and %d patterns: little was tried", edges, counts)
	}
}

// TestArrowWritesInBatches: more edges than one batch holds go out in several, and come back in their order.
func TestArrowWritesInBatches(t *testing.T) {
	t.Parallel()
	var rows strings.Builder
	for i := range 200 {
		fmt.Fprintf(&rows, "0\tk\t0\t1\t%d\t0\tsmith\t-5\t0:k\n", i)
	}
	var lines, batches bytes.Buffer
	spec := strings.Replace(smallSpec, `"keep":0`, `"keep":-99`, 1)
	if err := Filter(TSV, strings.NewReader(spec), strings.NewReader(rows.String()), &lines); err != nil {
		t.Fatal(err)
	}
	stream := arrowOf(t, rows.String(), inSchema(9, arrow.BinaryTypes.String), 64)
	if err := Filter(Arrow, strings.NewReader(spec), bytes.NewReader(stream), &batches); err != nil {
		t.Fatal(err)
	}
	if got := textOf(t, batches.Bytes()); got != lines.String() || strings.Count(got, "\n") != 200*199/2+3 {
		t.Errorf("%d lines as Arrow, %d as lines", strings.Count(got, "\n"), strings.Count(lines.String(), "\n"))
	}
}

func TestArrowRefuses(t *testing.T) {
	t.Parallel()
	const good = "1\tk\t0\t1\t7\t0\tsmith\t-5\t1:k\n"
	schema := inSchema(9, arrow.BinaryTypes.String)
	of := func(rows string) []byte { return arrowOf(t, rows, schema, 1) }
	changed := func(column int, f arrow.Field) []byte {
		fields := slices.Clone(schema.Fields())
		fields[column] = f
		return arrowOf(t, "", arrow.NewSchema(fields, nil), 1)
	}
	whole := of(good)
	for _, c := range []struct {
		name string
		rows []byte
		code int
		want string
	}{
		{"nothing at all", nil, ExitCut, "the stream ends without the mark of its end"},
		{"lines", []byte(good), ExitRow, `it begins with "1\tk\t0\t1\t" and so is no Arrow IPC stream; lines of columns want --format tsv`},
		{"no mark of the end", whole[:len(whole)-8], ExitCut, "row 2: the stream ends without the mark of its end"},
		{"two streams", slices.Concat(whole, whole), ExitRow, "row 2: more follows the mark that ends the stream"},
		{"a column too few", arrowOf(t, "", inSchema(8, arrow.BinaryTypes.String), 1), ExitColumns, "8 columns, want 9"},
		{"another name", changed(2, arrow.Field{Name: "tiles", Type: arrow.BinaryTypes.String}), ExitColumns, `column 3 is named "tiles", want "tile"`},
		{"a wider number", changed(0, arrow.Field{Name: "rule", Type: arrow.PrimitiveTypes.Int64}), ExitColumns, `column 1, "rule", is of type int64, want int32`},
		{"bytes for texts", changed(6, arrow.Field{Name: "c6", Type: arrow.BinaryTypes.Binary}), ExitColumns, `column 7, "c6", is of type binary, want utf8`},
		{"a dictionary", changed(6, arrow.Field{Name: "c6", Type: &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Int32, ValueType: arrow.BinaryTypes.String}}), ExitColumns, `column 7, "c6", is of type dictionary`},
		{"a list", changed(6, arrow.Field{Name: "c6", Type: arrow.ListOf(arrow.BinaryTypes.String)}), ExitColumns, "column 7 is made of others"},
		{"a null", of(good + "1\tk\t0\t1\t8\t0\tNULL\t\t1:k\n"), ExitRow, `row 2: column 7, "c6", is null: give "" instead`},
		{"a null number", of("1\tk\t0\t1\tNULL\t0\tsmith\t-5\t1:k\n"), ExitRow, `row 1: column 5, "id", is null: give a number instead`},
		{"a backslash", of("1\tk\t0\t1\t7\t0\tsmi\\th\t\t1:k\n"), ExitCharacter, `row 1: a value holds "\\"`},
		{"a carriage return", of("1\tk\t0\t1\t7\t0\tsmi\rth\t\t1:k\n"), ExitCharacter, `row 1: a value holds "\r"`},
		{"no such rule", of("2\tk\t0\t1\t7\t0\tsmith\t-5\t1:k\n"), ExitRow, "row 1: rule 2, want a number below 2"},
		{"no such side", of("1\tk\t0\t3\t7\t0\tsmith\t-5\t1:k\n"), ExitRow, "row 1: side 3"},
		{"a negative id", of("1\tk\t0\t1\t-7\t0\tsmith\t-5\t1:k\n"), ExitRow, "row 1: id -7"},
		{"a stratum too high", of("1\tk\t0\t1\t7\t256\tsmith\t-5\t1:k\n"), ExitRow, "row 1: stratum 256"},
		{"a key without a rule", of("1\tk\t0\t1\t7\t0\tsmith\t-5\tk\n"), ExitRow, `row 1: key "k", want rule:key`},
		{"a record twice", of(good + good), ExitRow, "record 7 stands in it twice"},
	} {
		var out bytes.Buffer
		err := Filter(Arrow, strings.NewReader(smallSpec), bytes.NewReader(c.rows), &out)
		if err == nil || ExitCode(err) != c.code || !strings.Contains(Line(err), c.want) {
			t.Errorf("%s: got %d, %v, want %d, %q", c.name, ExitCode(err), err, c.code, c.want)
		}
		if bytes.HasSuffix(out.Bytes(), []byte{0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0}) {
			t.Errorf("%s: a refused stream ends as a whole one does", c.name)
		}
	}
	if err := Filter("csv", strings.NewReader(smallSpec), strings.NewReader(good), io.Discard); ExitCode(err) != ExitUsage {
		t.Errorf("a format that is none: %v", err)
	}
	if err := Filter(Arrow, strings.NewReader(smallSpec), broken{}, io.Discard); ExitCode(err) != ExitError || !strings.Contains(Line(err), "no device") {
		t.Errorf("a broken pipe in: %d, %v", ExitCode(err), err)
	}
	if err := Filter(Arrow, strings.NewReader(smallSpec), io.MultiReader(bytes.NewReader(whole[:len(whole)-8]), broken{}), io.Discard); ExitCode(err) != ExitError {
		t.Errorf("a pipe that breaks later: %d, %v", ExitCode(err), err)
	}
	if err := Filter(Arrow, strings.NewReader(smallSpec), bytes.NewReader(whole), broken{}); ExitCode(err) != ExitError {
		t.Errorf("a broken pipe out: %d, %v", ExitCode(err), err)
	}
}

// TestArrowWithoutRows: an empty partition has its trailer.
func TestArrowWithoutRows(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	stream := arrowOf(t, "", inSchema(9, arrow.BinaryTypes.String), 1)
	if err := Filter(Arrow, strings.NewReader(smallSpec), bytes.NewReader(stream), &out); err != nil {
		t.Fatal(err)
	}
	if got := textOf(t, out.Bytes()); got != "t\t0\t0\t0\t0\t0\t0\n" {
		t.Errorf("got %q", got)
	}
}

// TestArrowCutAnywhere: whatever is left out at the end is missed, and a byte that is changed makes an error or other
// rows, never a panic.
func TestArrowCutAnywhere(t *testing.T) {
	t.Parallel()
	stream := arrowOf(t, "1\tk\t0\t1\t7\t0\tsmith\t-5\t1:k\n1\tk\t0\t1\t8\t0\tsmyth\t\t1:k\n", inSchema(9, arrow.BinaryTypes.String), 1)
	for n := range stream {
		if err := Filter(Arrow, strings.NewReader(smallSpec), bytes.NewReader(stream[:n]), io.Discard); ExitCode(err) != ExitCut {
			t.Fatalf("cut after %d of %d bytes: %d, %v", n, len(stream), ExitCode(err), err)
		}
	}
	r := rand.New(rand.NewPCG(1, 1))
	for range 1000 {
		damaged := slices.Clone(stream)
		for range 1 + r.IntN(4) {
			damaged[r.IntN(len(damaged))] = byte(r.UintN(256)) & byte(r.UintN(256))
		}
		if err := Filter(Arrow, strings.NewReader(smallSpec), bytes.NewReader(damaged), io.Discard); err != nil && ExitCode(err) < ExitRow {
			t.Fatalf("%d, %v", ExitCode(err), err)
		}
	}
}

// FuzzFilterArrow: whatever comes in, it is an answer or a fault of the stream, never a panic.
func FuzzFilterArrow(f *testing.F) {
	for _, options := range [][]ipc.Option{nil, {ipc.WithZstd()}, {ipc.WithLZ4()}} {
		for _, text := range []arrow.DataType{arrow.BinaryTypes.String, arrow.BinaryTypes.LargeString} {
			f.Add(arrowOf(f, "1\tk\t0\t1\t7\t0\tsmith\t-5\t1:k\n1\tk\t0\t2\t8\t0\tsmyth\t\t0:a\x1f1:k\n", inSchema(9, text), 2, options...))
		}
	}
	f.Fuzz(func(t *testing.T, rows []byte) {
		var out bytes.Buffer
		err := Filter(Arrow, strings.NewReader(smallSpec), bytes.NewReader(rows), &out)
		if err != nil && ExitCode(err) < ExitRow {
			t.Errorf("%d, %v", ExitCode(err), err)
		}
		if err == nil && !strings.HasPrefix(lastLine(textOf(t, out.Bytes())), "t\t") {
			t.Error("no error and no trailer")
		}
	})
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	return lines[len(lines)-1]
}

// BenchmarkFilterArrow is BenchmarkFilter's rows as an Arrow stream.
func BenchmarkFilterArrow(b *testing.B) {
	town := newTown(20_000, 3)
	set := town.set()
	spec := town.spec(set)
	spec.Keep = 8000
	var file, rows bytes.Buffer
	if err := WriteSpec(&file, spec, set); err != nil {
		b.Fatal(err)
	}
	w := NewRowWriter(&rows, set, spec)
	for i, block := range blocksOf(set, 2000) {
		if err := w.Write(block, strconv.Itoa(i)); err != nil {
			b.Fatal(err)
		}
	}
	stream := arrowOf(b, rows.String(), inSchema(columnsBefore+len(spec.Fields)+columnsAfter, arrow.BinaryTypes.String), 10_000)
	lines := bytes.Count(rows.Bytes(), []byte("\n"))
	b.SetBytes(int64(len(stream)))
	for b.Loop() {
		if err := Filter(Arrow, bytes.NewReader(file.Bytes()), bytes.NewReader(stream), io.Discard); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(lines)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
