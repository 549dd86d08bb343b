package match

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/sameas/sameas/match/kernel"
)

// hotKey is a plan of one key that all records are under, in tiles of so many.
func hotKey(records, most int) *plan {
	p := &plan{rules: make([]rulePlan, 1), owners: []int{0, 1}, starts: []uint32{0, uint32(records)}}
	for i := range uint32(records) {
		p.members = append(p.members, i)
	}
	p.cut(most)
	return p
}

// TestTilesOfAHotKeyCoverEachPairOnce: as a tile's records stand side by side, tiles are rectangles above the diagonal.
// None overlaps another, none is larger than the cap, and together they have every pair.
func TestTilesOfAHotKeyCoverEachPairOnce(t *testing.T) {
	t.Parallel()
	for _, records := range []int{2001, 4000, 20_000, 20_001} {
		p := hotKey(records, tileRecords)
		type span struct{ from, to uint32 }
		of := func(slice []uint32) span {
			s := span{slice[0], slice[len(slice)-1] + 1}
			if int(s.to-s.from) != len(slice) || len(slice) > tileRecords {
				t.Fatalf("%d records from %d to %d are in one tile", len(slice), s.from, s.to)
			}
			return s
		}
		tiles := map[[2]span]bool{}
		pairs := int64(0)
		for _, b := range p.tiled {
			x := of(b.Records)
			y := x
			if b.Others == nil {
				pairs += pairsOf(len(b.Records))
			} else {
				y = of(b.Others)
				pairs += int64(len(b.Records)) * int64(len(b.Others))
			}
			for other := range tiles {
				if x.from < other[0].to && other[0].from < x.to && y.from < other[1].to && other[1].from < y.to {
					t.Fatalf("the tiles %v and %v overlap", [2]span{x, y}, other)
				}
			}
			if y.from < x.from {
				t.Fatalf("the tile %v is below the diagonal", [2]span{x, y})
			}
			tiles[[2]span{x, y}] = true
		}
		if pairs != pairsOf(records) {
			t.Errorf("%d records: the tiles have %d pairs, want %d", records, pairs, pairsOf(records))
		}
		if slices.ContainsFunc(make([]int, p.blocks()-len(p.tiled)), func(int) bool { return len(p.block(len(p.tiled)).Records) > 0 }) {
			t.Error("the key is compared whole, too")
		}
	}
}

// weighed is a crowd of people with a fitted model.
func weighed(b testing.TB, n int) *matching {
	b.Helper()
	m := crowded(b, n)
	through(b, m.features, m.block, m.identify, m.train)
	return m
}

// ran is what the kernel made of some tiles.
type ran struct {
	edges   []string
	hash    int64
	pairs   int64 // enumerated
	seconds []float64
}

// runTiles sends the tiles of a plan through the kernel as an engine does, a process for each; the clock says what each took.
func runTiles(t testing.TB, m *matching, p *plan, clock func() float64) (all ran) {
	t.Helper()
	if err := p.giveKeys(t.Context(), m.set, 2); err != nil {
		t.Fatal(err)
	}
	blocks := p.tiled
	if len(blocks) == 0 {
		blocks = []kernel.Block{{Records: p.members}}
	}
	var file bytes.Buffer
	if err := kernel.WriteSpec(&file, m.model.spec, m.set); err != nil {
		t.Fatal(err)
	}
	for i, block := range blocks {
		var rows, out bytes.Buffer
		if err := kernel.NewRowWriter(&rows, m.set, m.model.spec).Write(block, strconv.Itoa(i)); err != nil {
			t.Fatal(err)
		}
		began := clock()
		if err := kernel.Filter(kernel.TSV, bytes.NewReader(file.Bytes()), &rows, &out); err != nil {
			t.Fatal(err)
		}
		all.seconds = append(all.seconds, clock()-began)
		for line := range strings.Lines(out.String()) {
			switch c := strings.Split(strings.TrimSpace(line), "\t"); c[0] {
			case "e":
				all.edges = append(all.edges, line)
			case "t":
				pairs, _ := strconv.ParseInt(c[2], 10, 64)
				hash, _ := strconv.ParseInt(c[5], 10, 64)
				all.pairs, all.hash = all.pairs+pairs, all.hash^hash
			}
		}
	}
	slices.Sort(all.edges)
	return all
}

// noClock is for who does not look at it.
func noClock() float64 { return 0 }

func TestTilesOfAHotKeyGiveWhatOneBlockGives(t *testing.T) {
	t.Parallel()
	const records = 640
	m := weighed(t, records)
	whole := runTiles(t, m, hotKey(records, records), noClock)
	tiles := runTiles(t, m, hotKey(records, 100), noClock)
	if len(whole.seconds) != 1 || len(tiles.seconds) != 28 {
		t.Fatalf("%d blocks and %d tiles", len(whole.seconds), len(tiles.seconds))
	}
	if !slices.Equal(whole.edges, tiles.edges) || whole.hash != tiles.hash || whole.pairs != tiles.pairs || whole.pairs != pairsOf(records) {
		t.Errorf("one block: %d edges of %d pairs, hash %x; tiles: %d of %d, %x", len(whole.edges), whole.pairs, whole.hash, len(tiles.edges), tiles.pairs, tiles.hash)
	}
	if len(whole.edges) < 300 {
		t.Errorf("only %d edges: little was tried", len(whole.edges))
	}
}

// TestRulesArePlannedByAnyNumber: how many rules' keys are held at once decides nothing.
func TestRulesArePlannedByAnyNumber(t *testing.T) {
	t.Parallel()
	m := crowded(t, 3000)
	through(t, m.features)
	whole, err := m.schema.planBy(t.Context(), m.set, len(m.schema.rules), 2)
	if err != nil {
		t.Fatal(err)
	}
	keys := slices.Clone(m.set.Keys.Keys)
	for _, some := range []int{1, 4, 100} {
		p, err := m.schema.planBy(t.Context(), m.set, some, 2)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(p.starts, whole.starts) || !slices.Equal(p.members, whole.members) || !slices.Equal(p.owners, whole.owners) ||
			!slices.Equal(m.set.Keys.Keys, keys) || !reflect.DeepEqual(p.rules, whole.rules) {
			t.Errorf("%d rules at a time: another plan", some)
		}
	}
	if len(whole.members) < 3000 {
		t.Errorf("only %d members: little was tried", len(whole.members))
	}
}

func TestALooseRuleHasAQuarterOfTheBudget(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		strength strength
		records  int
		most     int64
	}{
		{telling, 10, 3_000_000}, {telling, 1_000_000, 8_000_000},
		{loose, 10, 750_000}, {loose, 1_000_000, 2_000_000},
	} {
		if got := (&rule{strength: c.strength}).budget(c.records); got != c.most {
			t.Errorf("strength %d, %d records: %d pairs, not %d", c.strength, c.records, got, c.most)
		}
	}
	s := &schema{collection: "people", fields: peopleSchema().fields}
	hot := func(_ *values, k *keyring) { k.add("hot", "") }
	s.rules = []rule{{name: "telling", strength: telling, keys: hot}, {name: "loose", strength: loose, keys: hot}}
	rows := make([][]string, 2000) // two million pairs
	for i := range rows {
		rows[i] = make([]string, len(s.fields))
		rows[i][0] = fmt.Sprintf("name%d", i%7)
	}
	p, err := planBlocks(t.Context(), s, s.coded(rows), 2)
	if err != nil {
		t.Fatal(err)
	}
	if got := p.rules[0]; got.pairs != pairsOf(2000) || len(got.refined) != 0 {
		t.Errorf("the telling rule compares %d pairs, and refined %d keys", got.pairs, len(got.refined))
	}
	if got := p.rules[1]; got.pairs == 0 || got.pairs > 750_000 || len(got.refined) != 1 {
		t.Errorf("the loose rule compares %d pairs, and refined %d keys", got.pairs, len(got.refined))
	}
}
