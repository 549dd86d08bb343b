package kernel

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// world makes records of two names and a date, with keys under three rules; record 2i and 2i+1 resemble each other.
func world(n int, seed uint64) (*Set, *Spec) {
	r := rand.New(rand.NewPCG(seed, 7))
	given, family, born := NewDictionary(Given), NewDictionary(Family), NewDictionary(Date)
	set := &Set{Dictionaries: []*Dictionary{given, family, born}, Values: make([][]uint32, 3)}
	names := []string{"john", "jon", "mary", "robert", "bob", "smith", "smyth", "jones", "brown", ""}
	keys := make([][][]uint32, 3)
	for range n {
		g, f, y := r.IntN(len(names)), r.IntN(len(names)), r.IntN(30)
		set.Values[0] = append(set.Values[0], given.Code(names[g]))
		set.Values[1] = append(set.Values[1], family.Code(names[f]))
		set.Values[2] = append(set.Values[2], born.Code(fmt.Sprintf("19%02d-01-02", 50+y)))
		keys[0] = append(keys[0], []uint32{uint32(y)})
		keys[1] = append(keys[1], slices.Compact([]uint32{uint32(min(g, f)), uint32(max(g, f))}))
		keys[2] = append(keys[2], nil)
		if r.IntN(3) > 0 {
			keys[2][len(keys[2])-1] = []uint32{uint32(r.IntN(4))}
		}
	}
	set.Keys, set.Rules = oneColumn(keys)
	spec := &Spec{Prior: -4000, Keep: 0, Count: true, Caps: []int32{9000}, Within: []int{NoGroup}, Fields: []Field{
		{Kind: Given, Bits: []int32{0, 6000, 4000, 3000, 2000, 5000, 500, -4000}, Group: NoGroup, Lent: NoGroup, Swap: 1},
		{Kind: Family, Bits: []int32{0, 7000, 5000, 6000, 3000, 500, -4000}, Group: 0, Lent: NoGroup, Swap: -1},
		{Kind: Date, Bits: []int32{0, 9000, 4000, 1000, 500, -4000}, Group: 0, Lent: NoGroup, Swap: -1},
	}}
	return set, spec
}

// oneColumn numbers the keys of rules in the order of the rules: rule, record, keys.
func oneColumn(keys [][][]uint32) (KeyColumn, []uint32) {
	rules := []uint32{0}
	for _, records := range keys {
		top := uint32(0)
		for _, own := range records {
			for _, k := range own {
				top = max(top, k+1)
			}
		}
		rules = append(rules, rules[len(rules)-1]+top)
	}
	column := KeyColumn{Start: []uint32{0}}
	for i := range keys[0] {
		for r := range keys {
			for _, k := range keys[r][i] {
				column.Keys = append(column.Keys, rules[r]+k)
			}
		}
		column.Start = append(column.Start, uint32(len(column.Keys)))
	}
	return column, rules
}

// blocksOf groups records by key, the blocks of a rule in any order.
func blocksOf(set *Set, tile int) []Block {
	var blocks []Block
	byKey := map[uint32][]uint32{}
	for i := range uint32(set.Len()) {
		for _, k := range set.Keys.Of(i) {
			byKey[k] = append(byKey[k], i)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(byKey)) {
		chunks := slices.Collect(slices.Chunk(byKey[key], tile))
		for i, a := range chunks {
			blocks = append(blocks, Block{Rule: set.RuleOf(key), Key: key, Records: a})
			for _, b := range chunks[i+1:] {
				blocks = append(blocks, Block{Rule: set.RuleOf(key), Key: key, Records: a, Others: b})
			}
		}
	}
	return blocks
}

func TestScanIsEveryBlockedPairOnceWhateverTheTiles(t *testing.T) {
	t.Parallel()
	set, spec := world(300, 1)
	comparer := NewComparer(set, spec)
	var want []Edge
	pairs := 0
	for a := range uint32(set.Len()) {
		for b := a + 1; b < uint32(set.Len()); b++ {
			rule := set.FirstRule(a, b)
			if rule < 0 {
				continue
			}
			pairs++
			if w := comparer.Weight(a, b); w >= spec.Keep {
				want = append(want, Edge{a, b, uint8(rule), w, comparer.Pattern(a, b)})
			}
		}
	}
	for _, tile := range []int{3, 50, 1000} {
		s := NewScanner(set, spec)
		for _, b := range blocksOf(set, tile) {
			s.Scan(b)
		}
		result := s.Result()
		got := result.Edges
		slices.SortFunc(got, func(x, y Edge) int { return int(x.A)*1000 + int(x.B) - int(y.A)*1000 - int(y.B) })
		if !slices.Equal(got, want) {
			t.Errorf("tiles of %d: %d edges, comparing all pairs gives %d", tile, len(got), len(want))
		}
		total, counted := int64(0), int64(0)
		for _, n := range result.Pairs {
			total += n
		}
		for _, n := range result.Counts {
			counted += n
		}
		if int(total) != pairs || counted != total {
			t.Errorf("tiles of %d: %d pairs and %d counted patterns, want %d", tile, total, counted, pairs)
		}
	}
}

func TestChannelsAreNeverCompared(t *testing.T) {
	t.Parallel()
	set, spec := world(40, 2)
	channel, account := make([]uint32, 40), make([]uint32, 40)
	for i := range channel {
		channel[i], account[i] = uint32(i%3), uint32(i%5/3)*uint32(i)
	}
	set.Apart = [][]uint32{channel, account}
	s := NewScanner(set, spec)
	for _, b := range blocksOf(set, 100) {
		s.Scan(b)
	}
	if len(s.Result().Edges) == 0 {
		t.Fatal("no edges at all")
	}
	for _, e := range s.Result().Edges {
		for _, column := range set.Apart {
			if x, y := column[e.A], column[e.B]; x != 0 && y != 0 && x != y {
				t.Errorf("records %d and %d of two channels were compared", e.A, e.B)
			}
		}
	}
}

func TestComparingAllocatesNothing(t *testing.T) {
	town := newTown(400, 9)
	set := town.set()
	set.Pack(1)
	spec := town.spec(set)
	spec.Keep = 1 << 30 // what is kept takes memory, and only that
	blocks := blocksOf(set, 100)
	long, other := strings.Repeat("a long street ", 6), strings.Repeat("a logn srteet ", 6)
	for _, s := range []*Scanner{NewScanner(set, spec), NewScanner(set, counting(spec))} {
		again := func() {
			for _, b := range blocks {
				s.Scan(b)
			}
			for a := range uint32(200) {
				s.compare(s.row(a, &s.rows[0]), s.row(a+200, &s.rows[1]))
			}
			s.scratch.JaroWinkler(long, other)
			s.scratch.Edits(long, other, 5)
		}
		again()                                           // the table of counts has grown by now
		if n := testing.AllocsPerRun(3, again); n >= 10 { // thousands of pairs; the race detector allocates a few things of its own
			t.Errorf("%.0f allocations in comparing %d blocks again", n, len(blocks))
		}
	}
}

func counting(spec *Spec) *Spec {
	counting := *spec
	counting.Count = true
	return &counting
}

func TestSwappedNamesAreFound(t *testing.T) {
	t.Parallel()
	given, family := NewDictionary(Given), NewDictionary(Family)
	set := &Set{Dictionaries: []*Dictionary{given, family}, Values: [][]uint32{
		{given.Code("robert"), given.Code("walker"), given.Code("walker")},
		{family.Code("walker"), family.Code("robert"), family.Code("jones")},
	}}
	c := NewComparer(set, &Spec{Fields: []Field{{Kind: Given, Group: NoGroup, Lent: NoGroup, Swap: 1}, {Kind: Family, Group: NoGroup, Lent: NoGroup, Swap: -1}}})
	if p := c.Pattern(0, 1); p.Level(0) != GivenSwapped || p.Level(1) != FamilySwapped {
		t.Errorf("exchanged names have levels %d and %d", p.Level(0), p.Level(1))
	}
	if p := c.Pattern(0, 2); p.Level(0) == GivenSwapped {
		t.Error("one name alone in the other's place is not an exchange")
	}
}

func TestRowsArePackedByAnyNumberOfThreads(t *testing.T) {
	t.Parallel()
	for _, people := range []int{1, packedAtOnce, 3*packedAtOnce + 1} {
		set := newTown(people, 9).set()
		width := len(set.Dictionaries)
		for _, threads := range []int{1, 2, 3, 8} {
			set.rows = nil
			set.Pack(threads)
			for at, got := range set.rows {
				if f, i := at%width, at/width; got != set.Dictionaries[f].coded(set.Values[f][i]) {
					t.Fatalf("%d records, %d threads: record %d, field %d", people, threads, i, f)
				}
			}
			if len(set.rows) != width*set.Len() {
				t.Fatalf("%d records, %d threads: %d values", people, threads, len(set.rows))
			}
		}
	}
}

// BenchmarkScan compares the pairs of a town on one core, thirteen fields each; `counting` compares every field.
func BenchmarkScan(b *testing.B) {
	town := newTown(100_000, 3)
	set := town.set()
	set.Pack(1)
	spec := town.spec(set)
	blocks := blocksOf(set, 2000)
	slices.SortFunc(blocks, func(x, y Block) int { return int(x.Key) - int(y.Key) })
	for _, count := range []bool{false, true} {
		b.Run(map[bool]string{false: "keeping", true: "counting"}[count], func(b *testing.B) {
			b.ReportAllocs()
			spec.Count = count
			pairs := int64(0)
			for b.Loop() {
				s := NewScanner(set, spec)
				for _, block := range blocks {
					s.Scan(block)
				}
				for _, n := range s.Result().Pairs {
					pairs += n
				}
			}
			b.ReportMetric(float64(pairs)/b.Elapsed().Seconds(), "pairs/s")
			b.ReportMetric(float64(pairs)/float64(b.N), "pairs/op")
		})
	}
}

// BenchmarkCode numbers values that are all new, as e-mails are, and reports what one takes up beside its text.
func BenchmarkCode(b *testing.B) {
	texts := make([]string, 100_000)
	for i := range texts {
		texts[i] = fmt.Sprintf("%s.%s%d@%s.com", name(i%997), name(i), i%89, name(i%31))
	}
	for b.Loop() {
		d := NewDictionary(Email)
		for _, t := range texts {
			d.Code(t)
		}
		d.Seal()
	}
	b.ReportMetric(float64(len(texts))*float64(b.N)/b.Elapsed().Seconds(), "values/s")
}
