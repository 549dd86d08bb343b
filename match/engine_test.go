package match

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/sameas/sameas/match/kernel"
)

// filterEngine scans by the stream filter, the blocks shared out among partitions by a hash.
type filterEngine struct {
	partitions uint32
	scans      []string
}

func (e *filterEngine) Scan(_ context.Context, name string, set *kernel.Set, spec *kernel.Spec, blocks kernel.Blocks, _ func(done, total int64)) (kernel.Result, error) {
	e.scans = append(e.scans, name)
	in := make([]bytes.Buffer, e.partitions)
	for i := range blocks.N {
		b := blocks.At(i)
		h := fnv.New32a()
		fmt.Fprint(h, b.Rule, b.Key, i)
		if err := kernel.NewRowWriter(&in[h.Sum32()%e.partitions], set, spec).Write(b, strconv.Itoa(i)); err != nil {
			return kernel.Result{}, err
		}
	}
	var file bytes.Buffer
	if err := kernel.WriteSpec(&file, spec, set); err != nil {
		return kernel.Result{}, err
	}
	result := kernel.Result{Pairs: make([]int64, set.RuleCount()), Counts: map[kernel.Count]int64{}}
	for i := range in {
		var out strings.Builder
		if err := kernel.Filter(kernel.TSV, bytes.NewReader(file.Bytes()), &in[i], &out); err != nil {
			return kernel.Result{}, err
		}
		for line := range strings.Lines(out.String()) {
			addLine(&result, strings.Fields(line))
		}
	}
	slices.SortFunc(result.Edges, func(a, b kernel.Edge) int { return cmp.Or(cmp.Compare(a.A, b.A), cmp.Compare(a.B, b.B)) })
	return result, nil
}

func addLine(result *kernel.Result, columns []string) {
	var n [6]int64
	for i := range n {
		n[i], _ = strconv.ParseInt(columns[i+1], 10, 64)
	}
	switch columns[0] {
	case "e":
		result.Edges = append(result.Edges, kernel.Edge{A: uint32(n[0]), B: uint32(n[1]), Rule: uint8(n[2]), Weight: int32(n[4]), Pattern: kernel.Pattern(n[3])})
	case "r":
		result.Pairs[n[0]] += n[1]
	case "c":
		result.Counts[kernel.Count{Rules: uint32(n[0]), Strata: [2]uint8{uint8(n[1] >> 8), uint8(n[1])}, Terms: int8(n[2]), Pattern: kernel.Pattern(n[3])}] += n[4]
	}
}

// TestSameTablesWhateverThePartitions: the stream filter over any number of partitions, in place of the scan, leaves the
// same rows in every table.
func TestSameTablesWhateverThePartitions(t *testing.T) {
	t.Parallel()
	people := append(town(1100, "a"), copies(town(1100, "a"), "b")...)
	people[3].ids = []string{"c/1/1"}
	people[1103].ids = []string{"c/1/1"}
	w := newWorld(t)
	w.fill("people", people, nil)
	w.run(nil, 2)
	want := w.text(allTables)
	if n := strings.Count(want, `"e"`); n < 1000 {
		t.Fatalf("only %d edges: little was tried", n)
	}
	for _, partitions := range []uint32{1, 8, 13} {
		w := newWorld(t)
		w.fill("people", people, nil)
		e := &filterEngine{partitions: partitions}
		if _, err := Run(context.Background(), Options{DB: w.db, Threads: 1, Engine: e}); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(e.scans, []string{"people/model", "people/score"}) {
			t.Errorf("the engine was asked for %q", e.scans)
		}
		if w.text(allTables) != want {
			t.Errorf("%d partitions: the tables differ from those of the embedded scan", partitions)
		}
	}
}
