package match

import (
	"bufio"
	"bytes"
	"context"
	"flag"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/sameas/sameas/match/kernel"
	queries "github.com/sameas/sameas/sql"
)

// Flags of BenchmarkStream.
var (
	streamWorkspace  = flag.String("workspace", "", "an extracted workspace whose records BenchmarkStream sends through the kernel, in place of a made-up crowd")
	streamCollection = flag.String("collection", "people", "the collection of that workspace")
	streamRows       = flag.String("rows", "", "a folder in which BenchmarkStream keeps what it sends, rows.tsv and spec.json")
)

// blocked is the workspace's collection with its blocks and a fitted model; nothing is written to the workspace.
func blocked(b *testing.B) *matching {
	b.Helper()
	if *streamWorkspace == "" {
		return weighed(b, 20_000)
	}
	text, err := os.ReadFile(*streamWorkspace)
	if err != nil {
		b.Fatal(err)
	}
	path := filepath.Join(b.TempDir(), "sameas.duckdb")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		b.Fatal(err)
	}
	db, err := queries.Open(context.Background(), path, queries.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { db.Close() })
	s, err := schemaOf(*streamCollection, nil)
	if err != nil {
		b.Fatal(err)
	}
	m := &matching{options: Options{DB: db}.withDefaults(), schema: s}
	through(b, m.features, m.block, m.identify, m.train)
	return m
}

// BenchmarkStream sends all blocks of a collection through the kernel on one core, as an engine's tasks would together:
//
//	go test ./match -run - -bench Stream -cpu 1 -workspace sameas.duckdb -collection people
//
// It reports how many rows and bytes go in, and the seconds for a million compared pairs.
func BenchmarkStream(b *testing.B) {
	m := blocked(b)
	folder := *streamRows
	if folder == "" {
		folder = b.TempDir()
	}
	spec, rows := filepath.Join(folder, "spec.json"), filepath.Join(folder, "rows.tsv")
	size := m.writeStream(b, spec, rows)
	var trailer []int64
	for b.Loop() {
		trailer = filterFile(b, spec, rows)
	}
	seconds := b.Elapsed().Seconds() / float64(b.N)
	b.ReportMetric(float64(trailer[0]), "rows")
	b.ReportMetric(float64(size)/float64(trailer[0]), "bytes/row")
	b.ReportMetric(float64(trailer[2]), "pairs")
	b.ReportMetric(float64(trailer[3]), "edges")
	b.ReportMetric(seconds/float64(trailer[2])*1e6, "s/Mpairs")
}

// writeStream writes the spec and the rows of all blocks, and returns how many bytes the rows are.
func (m *matching) writeStream(b *testing.B, spec, rows string) int64 {
	b.Helper()
	var text bytes.Buffer
	if err := kernel.WriteSpec(&text, m.model.spec, m.set); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(spec, text.Bytes(), 0o600); err != nil {
		b.Fatal(err)
	}
	file, err := os.Create(rows)
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	out := bufio.NewWriterSize(file, 1<<20)
	w := kernel.NewRowWriter(out, m.set, m.model.spec)
	for i := range m.plan.blocks() {
		if block := m.plan.block(i); len(block.Records) > 0 {
			if err := w.Write(block, strconv.Itoa(i)); err != nil {
				b.Fatal(err)
			}
		}
	}
	if err := out.Flush(); err != nil {
		b.Fatal(err)
	}
	size, err := file.Seek(0, io.SeekCurrent)
	if err != nil {
		b.Fatal(err)
	}
	return size
}

// filterFile runs the kernel over a file of rows and returns the numbers of its trailer.
func filterFile(b *testing.B, spec, rows string) (trailer []int64) {
	b.Helper()
	text, err := os.ReadFile(spec)
	if err != nil {
		b.Fatal(err)
	}
	in, err := os.Open(rows)
	if err != nil {
		b.Fatal(err)
	}
	defer in.Close()
	out := &lastBytes{}
	if err := kernel.Filter(kernel.TSV, bytes.NewReader(text), in, out); err != nil {
		b.Fatal(err)
	}
	_, line, _ := strings.Cut(string(out.kept), "\nt\t")
	for column := range strings.SplitSeq(strings.TrimSpace(line), "\t") {
		n, err := strconv.ParseInt(column, 10, 64)
		if err != nil {
			b.Fatal(err)
		}
		trailer = append(trailer, n)
	}
	return trailer
}

// lastBytes keeps the end of what is written.
type lastBytes struct{ kept []byte }

func (l *lastBytes) Write(p []byte) (int, error) {
	const most = 200
	l.kept = append(l.kept, p...)
	if n := len(l.kept); n > most {
		l.kept = append(l.kept[:0], l.kept[n-most:]...)
	}
	return len(p), nil
}
