//go:build unix

package spark

import (
	"bufio"
	"context"
	"flag"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"github.com/sameas/sameas/match/kernel"
)

var streamPairs = flag.Int64("pairs", 1_000_000, "how many pairs BenchmarkRealStream compares")

// BenchmarkRealStream compares so many pairs on the Spark that SAMEAS_SPARK names, two tasks at once on this machine:
//
//	SAMEAS_SPARK=FOLDER go test ./match/spark -run - -bench RealStream -benchtime 1x -pairs 170000000
//
// It reports the processor's seconds: of the kernel alone on the same rows, for a million pairs; of a job that has next to
// nothing to compare; and what Spark took beyond both, for a million pairs. And the most memory of a Java, which is driver and
// executor here.
func BenchmarkRealStream(b *testing.B) {
	home := sparkHome(b)
	// Two keys a record, of 13 and 14: so many pairs have about the square of the records, by 14.
	town := newTown(int(math.Sqrt(float64(*streamPairs)*14)), 3)
	town.spec.Keep = 15_000
	for b.Loop() {
		alone := town.kernelSeconds(b)
		nothing := jobSeconds(b, home, newTown(30, 3))
		all := jobSeconds(b, home, town)
		p, err := place(town.set, town.blocks)
		if err != nil {
			b.Fatal(err)
		}
		millions := float64(p.pairs) / 1e6
		b.ReportMetric(millions, "Mpairs")
		b.ReportMetric(float64(p.rows)/1e6, "Mrows")
		b.ReportMetric(alone/millions, "kernel-cpu-s/Mpairs")
		b.ReportMetric(nothing, "start-cpu-s")
		b.ReportMetric((all-nothing-alone)/millions, "spark-cpu-s/Mpairs")
		var used syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_CHILDREN, &used); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(used.Maxrss)/1e6, "java-GB")
	}
}

// jobSeconds is what a job takes of the processor, with all that it starts.
func jobSeconds(b *testing.B, home string, t town) float64 {
	b.Helper()
	o := options(b, home, 8)
	began := childrenSeconds(b)
	if _, err := t.on(context.Background(), o); err != nil {
		b.Fatal(err)
	}
	return childrenSeconds(b) - began
}

func childrenSeconds(b *testing.B) float64 {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_CHILDREN, &used); err != nil {
		b.Fatal(err)
	}
	return float64(used.Utime.Nano()+used.Stime.Nano()) / 1e9
}

// kernelSeconds is what the kernel alone takes for the rows of all blocks.
func (t town) kernelSeconds(b *testing.B) float64 {
	b.Helper()
	folder := b.TempDir()
	spec, err := os.Create(filepath.Join(folder, specFile))
	if err != nil {
		b.Fatal(err)
	}
	defer spec.Close()
	if err := kernel.WriteSpec(spec, t.spec, t.set); err != nil {
		b.Fatal(err)
	}
	rows, err := os.Create(filepath.Join(folder, "rows.tsv"))
	if err != nil {
		b.Fatal(err)
	}
	defer rows.Close()
	out := bufio.NewWriterSize(rows, 1<<20)
	w := kernel.NewRowWriter(out, t.set, t.spec)
	for i := range t.blocks.N {
		if err := w.Write(t.blocks.At(i), strconv.Itoa(i)); err != nil {
			b.Fatal(err)
		}
	}
	if err := out.Flush(); err != nil {
		b.Fatal(err)
	}
	if _, err := rows.Seek(0, 0); err != nil {
		b.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	cmd := exec.Command(self, "kernel", "--spec", spec.Name())
	cmd.Stdin = rows
	if err := cmd.Run(); err != nil {
		b.Fatal(err)
	}
	return (cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()).Seconds()
}
