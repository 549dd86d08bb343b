package spark

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/sameas/sameas/match/kernel"
	queries "github.com/sameas/sameas/sql"
)

// read reads what the kernels wrote and holds it against their trailers, and these against what was handed over.
func (s *scan) read(ctx context.Context) (kernel.Result, sums, error) {
	if err := s.fetch(ctx, s.want.Out); err != nil {
		return kernel.Result{}, sums{}, fmt.Errorf("fetch the result: %w", err)
	}
	t := tally{result: s.empty(), records: uint32(s.set.Len())}
	files := filepath.Join(s.here(s.want.Out), "*.parquet")
	if found, err := filepath.Glob(files); err != nil || len(found) == 0 {
		return kernel.Result{}, sums{}, errors.Join(err, s.nothing())
	}
	err := queries.Each(ctx, s.options.DB, "match/121_spark_rows.sql", queries.Args{"files": files}, t.add)
	if err != nil {
		return kernel.Result{}, sums{}, fmt.Errorf("the result cannot be read: %w", err)
	}
	if err := s.check(&t); err != nil {
		return kernel.Result{}, sums{}, err
	}
	slices.SortFunc(t.result.Edges, func(a, b kernel.Edge) int { return cmp.Or(cmp.Compare(a.A, b.A), cmp.Compare(a.B, b.B)) })
	for i, e := range t.result.Edges[min(1, len(t.result.Edges)):] {
		if before := t.result.Edges[i]; before.A == e.A && before.B == e.B {
			return kernel.Result{}, sums{}, fmt.Errorf("the result is not whole: two edges between %d and %d, where a pair is compared once: a part is there twice; run the same command again", e.A, e.B)
		}
	}
	return t.result, t.told, nil
}

// nothing is the error of a job that said it succeeded and left no result here.
func (s *scan) nothing() error {
	return fmt.Errorf("the job left no result in %s: where Spark says that it succeeded, its executors wrote it elsewhere: engine.shared_folder must be one folder, seen under one path by this machine and all executors", s.here(s.want.Out))
}

// tally is what rows add up to, beside what the trailers tell.
type tally struct {
	result  kernel.Result
	records uint32
	told    sums // by the trailers
	edges   int64
	hash    int64
	scored  int64
	counted int64
	line    []byte
}

// add takes a row in.
func (t *tally) add(rows *sql.Rows) error {
	var kind sql.NullString
	var columns [6]sql.NullInt64
	if err := rows.Scan(&kind, &columns[0], &columns[1], &columns[2], &columns[3], &columns[4], &columns[5]); err != nil {
		return err
	}
	var n [6]int64
	for i, c := range columns {
		if n[i] = c.Int64; !c.Valid {
			return fmt.Errorf("column %c of a row of kind %q is empty: Spark could not read what the kernel wrote", 'a'+i, kind.String)
		}
	}
	switch kind.String {
	case "e":
		return t.edge(n)
	case "r":
		if n[0] < 0 || n[0] >= int64(len(t.result.Pairs)) {
			return fmt.Errorf("pairs of rule %d, of which there is none", n[0])
		}
		t.result.Pairs[n[0]] += n[1]
		t.scored += n[1]
	case "c":
		t.result.Counts[kernel.Count{Rules: uint32(n[0]), Strata: [2]uint8{uint8(n[1] >> 8), uint8(n[1])}, Terms: int8(n[2]), Pattern: kernel.Pattern(n[3])}] += n[4]
		t.counted += n[4]
	case "i":
		t.told.Blocks += n[0]
		t.told.Tiles ^= n[1]
	case "t":
		t.told.Processes++
		t.told.Rows += n[0]
		t.told.Enumerated += n[1]
		t.told.Scored += n[2]
		t.told.Edges += n[3]
		t.told.Hash ^= n[4]
		t.told.Counted += n[5]
	default:
		return fmt.Errorf("a row of kind %q: the kernel writes none", kind.String)
	}
	return nil
}

func (t *tally) edge(n [6]int64) error {
	if n[0] < 0 || n[0] >= n[1] || n[1] >= int64(t.records) || n[2] < 0 || n[2] >= int64(len(t.result.Pairs)) || n[4] != int64(int32(n[4])) {
		return fmt.Errorf("an edge between %d and %d under rule %d of weight %d, which cannot be", n[0], n[1], n[2], n[4])
	}
	t.result.Edges = append(t.result.Edges, kernel.Edge{A: uint32(n[0]), B: uint32(n[1]), Rule: uint8(n[2]), Weight: int32(n[4]), Pattern: kernel.Pattern(n[3])})
	t.edges++
	t.line = append(t.line[:0], 'e')
	for _, c := range n {
		t.line = strconv.AppendInt(append(t.line, '\t'), c, 10)
	}
	t.hash ^= int64(kernel.HashLine(append(t.line, '\n')))
	return nil
}

// check holds the sums against each other.
func (s *scan) check(t *tally) error {
	if t.told.Processes == 0 {
		return fmt.Errorf("no kernel has left its trailer: %w", s.nothing())
	}
	for _, c := range []struct {
		what      string
		got, want int64
	}{
		{"rows were handed over, and the kernels read", t.told.Rows, s.want.Rows},
		{"blocks were handed over, and the kernels read", t.told.Blocks, s.want.Blocks},
		{"is the hash of the blocks that were handed over, and of those that the kernels read", t.told.Tiles, s.placed.tiles},
		{"pairs were planned, and the kernels looked at", t.told.Enumerated, s.want.Pairs},
		{"pairs were compared by the trailers, and by the rows", t.scored, t.told.Scored},
		{"edges were kept by the trailers, and by the rows", t.edges, t.told.Edges},
		{"pairs were counted by the trailers, and by the rows", t.counted, t.told.Counted},
		{"is the hash of the edges by the trailers, and of the rows", t.hash, t.told.Hash},
	} {
		if c.got != c.want {
			return fmt.Errorf("the result is not whole: %d %s %d: a part is missing, or there twice; run the same command again", c.want, c.what, c.got)
		}
	}
	return nil
}
