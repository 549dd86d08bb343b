//go:build unix

package kernel

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

var streamPairs = flag.Int64("pairs", 1_000_000, "how many pairs at least BenchmarkStream sends through the kernel")

// BenchmarkStream sends towns of 200,000 records through the kernel on one core, each of other people, until there are
// enough pairs, and says what a million of them takes; that should not depend on how many there are:
//
//	go test ./match/kernel -run - -bench Stream -benchtime 1x -cpu 1 -pairs 170000000
//
// It reports the processor's seconds for a million compared pairs, and rows and bytes in.
func BenchmarkStream(b *testing.B) {
	folder := b.TempDir()
	path := filepath.Join(folder, "rows.tsv")
	spec := writeTowns(b, path, *streamPairs)
	for b.Loop() {
		in, err := os.Open(path)
		if err != nil {
			b.Fatal(err)
		}
		info, err := in.Stat()
		if err != nil {
			b.Fatal(err)
		}
		var out lastKept
		began := processorSeconds(b)
		if err := Filter(TSV, bytes.NewReader(spec), in, &out); err != nil {
			b.Fatal(err)
		}
		seconds := processorSeconds(b) - began
		in.Close()
		trailer := strings.Split(lastLine(string(out.text)), "\t")
		rows, _ := strconv.ParseFloat(trailer[1], 64)
		pairs, _ := strconv.ParseFloat(trailer[3], 64)
		edges, _ := strconv.ParseFloat(trailer[4], 64)
		b.ReportMetric(seconds/pairs*1e6, "cpu-s/Mpairs")
		b.ReportMetric(pairs/1e6, "Mpairs")
		b.ReportMetric(edges/1e6, "Medges")
		b.ReportMetric(rows, "rows")
		b.ReportMetric(float64(info.Size())/rows, "bytes/row")
	}
}

// writeTowns writes the rows of towns until they have so many pairs, and returns a spec for all of them.
func writeTowns(b *testing.B, path string, pairs int64) []byte {
	b.Helper()
	file, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	defer file.Close()
	out := bufio.NewWriterSize(file, 1<<20)
	var text bytes.Buffer
	for seed := uint64(100); pairs > 0; seed++ {
		town := newTown(200_000, seed)
		set := town.set()
		spec := town.spec(set)
		spec.Keep = 8000
		weighAlike(set, spec)
		if text.Len() == 0 {
			if err := WriteSpec(&text, spec, set); err != nil {
				b.Fatal(err)
			}
		}
		w := NewRowWriter(out, set, spec)
		for i, block := range blocksOf(set, 2000) {
			if err := w.Write(block, fmt.Sprintf("%d-%d", seed, i)); err != nil {
				b.Fatal(err)
			}
			if n := int64(len(block.Records)); block.Others == nil {
				pairs -= n * (n - 1) / 2
			} else {
				pairs -= n * int64(len(block.Others))
			}
		}
	}
	if err := out.Flush(); err != nil {
		b.Fatal(err)
	}
	return text.Bytes()
}

// weighAlike has the frequency of a value add the same in all towns, by its text.
func weighAlike(set *Set, spec *Spec) {
	for f := range spec.Fields {
		for term := range spec.Fields[f].Terms {
			spec.Fields[f].Terms[term] = int32(hash32(set.Dictionaries[f].Term(uint32(term)))%11)*1000 - 8000
		}
	}
}

// lastKept keeps the end of what is written.
type lastKept struct{ text []byte }

func (l *lastKept) Write(p []byte) (int, error) {
	const most = 500
	l.text = append(l.text, p...)
	if n := len(l.text); n > most {
		l.text = append(l.text[:0], l.text[n-most:]...)
	}
	return len(p), nil
}

// processorSeconds is how long the process has had a processor: another process beside it does not count.
func processorSeconds(b *testing.B) float64 {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return float64(used.Utime.Nano()+used.Stime.Nano()) / 1e9
}
