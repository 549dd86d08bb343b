package spark

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sameas/sameas/internal/config"
	"github.com/sameas/sameas/match/kernel"
	queries "github.com/sameas/sameas/sql"
)

// town is records with names and dates of birth, in blocks of equal names, large ones cut into tiles.
type town struct {
	set    *kernel.Set
	spec   *kernel.Spec
	blocks kernel.Blocks
}

func newTown(records int, seed uint64) town {
	given := strings.Fields("ann anna bob robert carl karl dora eve frank gerd hans ivy jane john")
	family := strings.Fields("smith smyth jones johns brown braun lee li meyer meier walker wolker ng")
	r := rand.New(rand.NewPCG(seed, 1))
	kinds := []kernel.Kind{kernel.Given, kernel.Family, kernel.Date}
	set := &kernel.Set{Values: make([][]uint32, len(kinds)), Apart: [][]uint32{make([]uint32, records)}, Stratum: make([]uint8, records)}
	for _, k := range kinds {
		set.Dictionaries = append(set.Dictionaries, kernel.NewDictionary(k))
	}
	groups := [2]map[uint32][]uint32{{}, {}}
	for i := range uint32(records) {
		texts := []string{given[r.IntN(len(given))], family[r.IntN(len(family))], fmt.Sprintf("19%02d-0%d-1%d", r.IntN(60)+20, r.IntN(9)+1, r.IntN(9))}
		for f, text := range texts {
			if r.IntN(12) == 0 {
				text = ""
			}
			code := set.Dictionaries[f].Code(text)
			set.Values[f] = append(set.Values[f], code)
			if f < 2 && code > 0 {
				groups[f][code] = append(groups[f][code], i)
			}
		}
		set.Apart[0][i], set.Stratum[i] = uint32(r.IntN(4)), uint8(r.IntN(2))
	}
	t := town{set: set, spec: &kernel.Spec{Priors: []int32{-9000, -9500, -9500, -9000}, Keep: 2000}}
	for f, k := range kinds {
		field := kernel.Field{Kind: k, Group: kernel.NoGroup, Lent: kernel.NoGroup, Swap: kernel.NoGroup, Bits: []int32{0}}
		for level := range k.Different() {
			field.Bits = append(field.Bits, 7000-int32(level)*11000/int32(k.Different()))
		}
		for term := range set.Dictionaries[f].TermCount() {
			field.Terms = append(field.Terms, int32(term%7)*100)
		}
		t.spec.Fields = append(t.spec.Fields, field)
	}
	t.block(groups)
	set.Pack(1)
	return t
}

// block numbers the keys, and cuts blocks of more than 100 records.
func (t *town) block(groups [2]map[uint32][]uint32) {
	const most = 100
	var all []kernel.Block
	keys := make([][]uint32, t.set.Len())
	key := uint32(0)
	for rule, group := range groups {
		t.set.Rules = append(t.set.Rules, key)
		for _, code := range slices.Sorted(maps.Keys(group)) {
			records := group[code]
			for _, i := range records {
				keys[i] = append(keys[i], key)
			}
			chunks := slices.Collect(slices.Chunk(records, most))
			for n, a := range chunks {
				all = append(all, kernel.Block{Rule: rule, Key: key, Records: a})
				for _, b := range chunks[n+1:] {
					all = append(all, kernel.Block{Rule: rule, Key: key, Records: a, Others: b})
				}
			}
			key++
		}
	}
	t.set.Rules = append(t.set.Rules, key)
	t.set.Keys.Start = []uint32{0}
	for _, k := range keys {
		t.set.Keys.Keys = append(t.set.Keys.Keys, k...)
		t.set.Keys.Start = append(t.set.Keys.Start, uint32(len(t.set.Keys.Keys)))
	}
	t.blocks = kernel.Blocks{N: len(all) + 1, At: func(i int) kernel.Block {
		if i == len(all) {
			return kernel.Block{} // one that a sample leaves out
		}
		return all[i]
	}}
}

// scanned is what a scan in this process finds.
func (t town) scanned() kernel.Result {
	s := kernel.NewScanner(t.set, t.spec)
	for i := range t.blocks.N {
		s.Scan(t.blocks.At(i))
	}
	result := s.Result()
	slices.SortFunc(result.Edges, func(a, b kernel.Edge) int { return cmp.Or(cmp.Compare(a.A, b.A), cmp.Compare(a.B, b.B)) })
	return result
}

// options are those of a job on a fake Spark.
func options(t testing.TB, launcher string, partitions int) Options {
	t.Helper()
	db, err := queries.Open(t.Context(), "", queries.Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return Options{DB: db, Folder: filepath.Join(t.TempDir(), "w.duckdb.spark"), Self: self, Log: slog.New(slog.DiscardHandler),
		Engine: config.Engine{Launcher: launcher, Master: "local[2]", ExecutorMemory: "1g", ExecutorCores: 1, ShufflePartitions: partitions, Wait: 3600}}
}

func (t town) on(ctx context.Context, o Options) (kernel.Result, error) {
	e, err := New(ctx, o)
	if err != nil {
		return kernel.Result{}, err
	}
	return e.Scan(ctx, "people/score", t.set, t.spec, t.blocks, func(int64, int64) {})
}

func sameResult(t *testing.T, got, want kernel.Result) {
	t.Helper()
	if !slices.Equal(got.Edges, want.Edges) || !slices.Equal(got.Pairs, want.Pairs) {
		t.Errorf("%d edges of %v pairs, want %d of %v", len(got.Edges), got.Pairs, len(want.Edges), want.Pairs)
	}
	if len(got.Counts) != len(want.Counts) || len(want.Counts) > 0 && !maps.Equal(got.Counts, want.Counts) {
		t.Errorf("%d patterns are counted otherwise than the %d of the scan", len(got.Counts), len(want.Counts))
	}
}
