package kernel

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
)

// streams writes all blocks of a set as rows, cut into partitions by the hash of the block's key as an engine would,
// in tiles of so many records.
func streams(t *testing.T, set *Set, spec *Spec, partitions, tile int) []*bytes.Buffer {
	t.Helper()
	out := make([]*bytes.Buffer, partitions)
	writers := make([]*RowWriter, partitions)
	for i := range out {
		out[i] = &bytes.Buffer{}
		writers[i] = NewRowWriter(out[i], set, spec)
	}
	blocks := blocksOf(set, tile)
	for i, b := range blocks {
		h := hash32(strconv.Itoa(int(b.Key)))
		if err := writers[h%uint32(partitions)].Write(b, strconv.Itoa(i)); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// filtered is what the filter says of the partitions together.
type filtered struct {
	edges                []string
	pairs                map[int64]int64 // by rule
	counts               map[string]int64
	rows, scored, edgesN int64
	tiles                int64
	hash, read           int64
}

func filterAll(t *testing.T, spec []byte, in []*bytes.Buffer) filtered {
	t.Helper()
	all := filtered{pairs: map[int64]int64{}, counts: map[string]int64{}}
	for _, rows := range in {
		var out bytes.Buffer
		if err := Filter(TSV, bytes.NewReader(spec), rows, &out); err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
		for i, line := range lines {
			c := strings.Split(line, "\t")
			numbers := make([]int64, 6)
			for k := range numbers {
				n, err := strconv.ParseInt(c[k+1], 10, 64)
				if err != nil || len(c) != 7 {
					t.Fatalf("line %q is not seven columns of a letter and six numbers", line)
				}
				numbers[k] = n
			}
			switch {
			case c[0] == "e":
				all.edges = append(all.edges, line)
			case c[0] == "r":
				all.pairs[numbers[0]] += numbers[1]
			case c[0] == "i":
				all.tiles, all.read = all.tiles+numbers[0], all.read^numbers[1]
			case c[0] == "c":
				all.counts[strings.Join(c[1:5], " ")] += numbers[4]
			case c[0] == "t" && i == len(lines)-1:
				all.rows, all.scored, all.edgesN, all.hash = all.rows+numbers[0], all.scored+numbers[2], all.edgesN+numbers[3], all.hash^numbers[4]
			default:
				t.Fatalf("line %d is %q: the trailer comes last", i, line)
			}
		}
	}
	slices.Sort(all.edges)
	return all
}

// embedded is the same of scanning without a stream.
func embedded(set *Set, spec *Spec) filtered {
	all := filtered{pairs: map[int64]int64{}, counts: map[string]int64{}}
	result := scanned(set, spec, 1000)
	c := NewComparer(set, spec)
	for _, e := range result.Edges {
		full := c.Compare(e.A, e.B)
		terms := int32(0)
		for _, t := range full.Terms {
			terms += t
		}
		all.edges = append(all.edges, fmt.Sprintf("e\t%d\t%d\t%d\t%d\t%d\t%d", e.A, e.B, e.Rule, c.Pattern(e.A, e.B), e.Weight, terms))
	}
	slices.Sort(all.edges)
	for _, e := range all.edges {
		all.hash ^= int64(HashLine([]byte(e + "\n")))
	}
	all.edgesN = int64(len(all.edges))
	for k, n := range result.Counts {
		all.counts[fmt.Sprintf("%d %d %d %d", k.Rules, int(k.Strata[0])<<8|int(k.Strata[1]), k.Terms, k.Pattern)] = n
	}
	for rule, n := range result.Pairs {
		all.scored += n
		if n > 0 {
			all.pairs[int64(rule)] = n
		}
	}
	return all
}

func TestStreamsInAnyPartitionsAreTheEmbeddedScan(t *testing.T) {
	t.Parallel()
	town := newTown(3000, 21)
	set := town.set()
	account := make([]uint32, set.Len())
	for i := range account {
		account[i] = uint32(i%7) % 3
	}
	set.Apart = [][]uint32{account}
	set.Pack(1)
	spec := town.spec(set)
	for _, count := range []bool{false, true} {
		spec.Count = count
		want := embedded(set, spec)
		if len(want.edges) < 500 || count && len(want.counts) < 500 {
			t.Fatalf("only %d edges and %d patterns: little was tried", len(want.edges), len(want.counts))
		}
		var file bytes.Buffer
		if err := WriteSpec(&file, spec, set); err != nil {
			t.Fatal(err)
		}
		for _, cut := range []struct{ partitions, tile int }{{1, 1000}, {8, 1000}, {13, 9}} {
			got := filterAll(t, file.Bytes(), streams(t, set, spec, cut.partitions, cut.tile))
			if !slices.Equal(got.edges, want.edges) || got.edgesN != want.edgesN || got.hash != want.hash || got.scored != want.scored {
				t.Errorf("%d partitions: %d edges of %d pairs with hash %x, embedded %d of %d with %x", cut.partitions, got.edgesN, got.scored, got.hash, want.edgesN, want.scored, want.hash)
			}
			if !maps.Equal(got.pairs, want.pairs) {
				t.Errorf("%d partitions: %v pairs by rule, embedded %v", cut.partitions, got.pairs, want.pairs)
			}
			if !maps.Equal(got.counts, want.counts) {
				t.Errorf("%d partitions: %d patterns are counted otherwise than the %d embedded ones", cut.partitions, len(got.counts), len(want.counts))
			}
			tiles, read := int64(0), int64(0)
			for i, b := range blocksOf(set, cut.tile) {
				tiles++
				read ^= int64(HashTile(b.Rule, KeyText(b.Key), strconv.Itoa(i), len(b.Records)+len(b.Others)))
			}
			if got.rows == 0 || got.tiles != tiles || got.read != read {
				t.Errorf("%d partitions: %d rows in %d tiles with hash %x came in, %d with %x were handed over", cut.partitions, got.rows, got.tiles, got.read, tiles, read)
			}
		}
	}
}

func TestSpecFileIsReadAsWritten(t *testing.T) {
	t.Parallel()
	town := newTown(300, 4)
	set := town.set()
	spec := town.spec(set)
	spec.Keep = 123
	var once, twice bytes.Buffer
	if err := WriteSpec(&once, spec, set); err != nil {
		t.Fatal(err)
	}
	file, read, err := readSpec(bytes.NewReader(once.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	for f := range read.Fields {
		if most := file.Fields[f].Most; most != nil {
			read.Fields[f].Terms = []int32{0, *most}
		}
	}
	if err := WriteSpec(&twice, read, set); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(once.Bytes(), twice.Bytes()) || read.Keep != 123 {
		t.Error("a spec file that is read and written again is another one")
	}
}

const smallSpec = `{"contract":"sameas-kernel/1","rules":2,"apart":0,"caps":[],"within":[],"prior":-10,"keep":0,"count":false,"fields":[
	{"kind":"family","bits":[0,20,9,8,7,6,-9],"most":0,"group":-1,"lent":-1,"swap":-1}]}`

func TestFilterOnOneBlock(t *testing.T) {
	t.Parallel()
	rows := "1\tk\t0\t1\t7\t0\tsmith\t-5\t0:a\x1f1:k\n1\tk\t0\t1\t3\t0\tsmith\t-5\t1:k\n1\tk\t0\t1\t5\t0\tjones\t\t1:k\n1\tk\t0\t1\t9\t0\tsmith\t-5\t0:a\x1f1:k\n"
	var out strings.Builder
	if err := Filter(TSV, strings.NewReader(smallSpec), strings.NewReader(rows), &out); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(out.String(), "\n")
	// 7 and 9 share a key of rule 0: that block has the pair.
	if len(lines) != 6 || lines[0] != "e\t3\t7\t1\t1\t5\t-5" || lines[1] != "e\t3\t9\t1\t1\t5\t-5" || lines[2] != "r\t1\t5\t0\t0\t0\t0" || lines[3] != fmt.Sprintf("i\t1\t%d\t0\t0\t0\t0", int64(HashTile(1, "k", "0", 4))) || !strings.HasPrefix(lines[4], "t\t4\t6\t5\t2\t") {
		t.Errorf("got %q", lines)
	}
}

func TestFilterRefuses(t *testing.T) {
	t.Parallel()
	good := "1\tk\t0\t1\t7\t0\tsmith\t-5\t1:k\n"
	long := strings.Repeat("smith\xc3\xa9", 10_000)
	for _, c := range []struct {
		name, spec, rows string
		code             int
		want             string
	}{
		{"a column too few", smallSpec, good + "1\tk\t0\t1\t8\t0\t1:k\n", ExitColumns, "row 2: 7 columns, want 9"},
		{"a tab in a value", smallSpec, "1\tk\t0\t1\t7\t0\tsm\tith\t\t1:k\n", ExitColumns, "row 1: 10 columns, want 9"},
		{"a line feed in a value", smallSpec, "1\tk\t0\t1\t7\t0\tsm\nith\t\t1:k\n", ExitColumns, "row 1: 7 columns, want 9"},
		{"a cut stream", smallSpec, good + "1\tk\t0\t1\t8\t0\tsm", ExitCut, "row 2: the stream ends within the row"},
		{"a carriage return", smallSpec, "1\tk\t0\t1\t7\t0\tsmith\t-5\t1:k\r\n", ExitCharacter, `row 1: a value holds "\r"`},
		{"a backslash", smallSpec, "1\tk\t0\t1\t7\t0\tsmi\\th\t\t1:k\n", ExitCharacter, `row 1: a value holds "\\"`},
		{"an engine's NULL", smallSpec, "1\tk\t0\t1\t7\t0\t\\N\t\t1:k\n", ExitCharacter, `\N is how an engine writes a missing value`},
		{"a frequency above the most", smallSpec, "1\tk\t0\t1\t7\t0\tsmith\t1\t1:k\n", ExitRow, `record 7, field 1: the frequencies of 1 values add "1", want as many numbers, none above 0`},
		{"a frequency that is none", smallSpec, "1\tk\t0\t1\t7\t0\tsmith\t-5.5\t1:k\n", ExitRow, `add "-5.5"`},
		{"a frequency too few", smallSpec, "1\tk\t0\t1\t7\t0\tsmith\x1fsmyth\t-5\t1:k\n", ExitRow, `the frequencies of 2 values add "-5"`},
		{"a frequency too many", smallSpec, "1\tk\t0\t1\t7\t0\tsmith\t-5,-5\t1:k\n", ExitRow, `the frequencies of 1 values add "-5,-5"`},
		{"a frequency of nothing", smallSpec, "1\tk\t0\t1\t7\t0\t\t-5\t1:k\n", ExitRow, `frequencies add "-5" where there is no value`},
		{"two frequencies of one value", smallSpec, good + "1\tj\t0\t1\t8\t0\tsmith\t-4\t1:j\n", ExitRow, "the tile that ends with row 2: record 8, field 1: the frequency of a value adds -4, and -5 before"},
		{"frequencies of a field more", smallSpec, "1\tk\t0\t1\t7\t0\tsmith\t-5\x1f-5\t1:k\n", ExitRow, "row 1: the frequencies of 2 fields, want 1"},
		{"frequencies that count nowhere", strings.Replace(smallSpec, `"most":0,`, "", 1), good, ExitRow, "row 1: the frequencies of 1 fields, want 0"},
		{"no such rule", smallSpec, "2\tk\t0\t1\t7\t0\tsmith\t-5\t1:k\n", ExitRow, `row 1: rule "2", want a number below 2`},
		{"no such side", smallSpec, "1\tk\t0\t3\t7\t0\tsmith\t-5\t1:k\n", ExitRow, `row 1: side "3"`},
		{"a negative id", smallSpec, "1\tk\t0\t1\t-7\t0\tsmith\t-5\t1:k\n", ExitRow, `row 1: id "-7"`},
		{"a stratum too high", smallSpec, "1\tk\t0\t1\t7\t256\tsmith\t-5\t1:k\n", ExitRow, `row 1: stratum "256"`},
		{"a key without a rule", smallSpec, "1\tk\t0\t1\t7\t0\tsmith\t-5\tk\n", ExitRow, `row 1: key "k", want rule:key`},
		{"the block's key not among the keys", smallSpec, "1\tk\t0\t1\t7\t0\tsmith\t-5\t0:k\n", ExitRow, "the block's key is not among the keys of record 7"},
		{"a record twice", smallSpec, good + good, ExitRow, "record 7 stands in it twice"},
		{"one side alone", smallSpec, "1\tk\t0\t2\t7\t0\tsmith\t-5\t1:k\n", ExitRow, "none of side 1"},
		{"a value too long to be told", smallSpec, "1\tk\t0\t1\t" + long + "\t0\tsmith\t-5\t1:k\n", ExitRow, `row 1: id "smith`},
		{"another contract", strings.Replace(smallSpec, "kernel/1", "kernel/2", 1), good, ExitVersion, `spec: its contract is "sameas-kernel/2", that of this kernel is sameas-kernel/1`},
		{"another contract, with a key of its own", strings.Replace(smallSpec, `kernel/1",`, `kernel/2","new":1,`, 1), good, ExitVersion, "spec: its contract is"},
		{"another version", strings.Replace(smallSpec, `kernel/1",`, `kernel/1","version":"sameas-kernel/1+0000",`, 1), good, ExitVersion, `spec: it is for the kernel "sameas-kernel/1+0000", this one is ` + Version()},
		{"no spec", "", good, ExitSpec, "spec: the file is empty"},
		{"a cut spec", smallSpec[:80], good, ExitSpec, "spec: unexpected end of JSON input"},
		{"two specs", smallSpec + smallSpec, good, ExitSpec, "spec: invalid character"},
		{"a key that nobody knows", strings.Replace(smallSpec, `"rules"`, `"rulez":1,"rules"`, 1), good, ExitSpec, `spec: json: unknown field "rulez"`},
		{"a fraction", strings.Replace(smallSpec, "20", "20.5", 1), good, ExitSpec, "spec: json: cannot unmarshal number 20.5"},
		{"no such kind", strings.Replace(smallSpec, "family", "surname", 1), good, ExitSpec, `spec: field 0: no kind "surname"`},
		{"a weight too few", strings.Replace(smallSpec, "[0,20,", "[0,", 1), good, ExitSpec, "spec: field 0: 6 weights, want one for each of the 7 levels of family"},
		{"no such group", strings.Replace(smallSpec, `"group":-1`, `"group":0`, 1), good, ExitSpec, "spec: field 0: no group 0"},
		{"no such swap", strings.Replace(smallSpec, `"swap":-1`, `"swap":0`, 1), good, ExitSpec, "spec: field 0: swap 0"},
		{"caps without groups", strings.Replace(smallSpec, `"caps":[]`, `"caps":[1]`, 1), good, ExitSpec, "spec: 1 caps and 0 wider groups"},
	} {
		var out strings.Builder
		err := Filter(TSV, strings.NewReader(c.spec), strings.NewReader(c.rows), &out)
		if err == nil || ExitCode(err) != c.code || !strings.Contains(Line(err), c.want) {
			t.Errorf("%s: got %d, %v, want %d, %q", c.name, ExitCode(err), err, c.code, c.want)
		}
		if line := Line(err); len(line) > 2000 || strings.ContainsAny(line, "\r\n") || !utf8.ValidString(line) {
			t.Errorf("%s: an engine does not keep %d bytes whole", c.name, len(line))
		}
		if strings.Contains(out.String(), "t\t") {
			t.Errorf("%s: a refused stream has a trailer", c.name)
		}
	}
}

// broken fails when it is read or written.
type broken struct{}

func (broken) Read([]byte) (int, error)  { return 0, errors.New("no device") }
func (broken) Write([]byte) (int, error) { return 0, errors.New("no device") }

// TestFilterTellsTroubleFromFaults: what fails outside of the contract has the code of an error, and is told as it is.
func TestFilterTellsTroubleFromFaults(t *testing.T) {
	t.Parallel()
	spec, rows := strings.NewReader(smallSpec), strings.NewReader("1\tk\t0\t1\t7\t0\tsmith\t-5\t1:k\n")
	for name, err := range map[string]error{
		"the spec": Filter(TSV, broken{}, rows, io.Discard),
		"the rows": Filter(TSV, spec, broken{}, io.Discard),
		"the output": func() error {
			return Filter(TSV, strings.NewReader(smallSpec), rows, broken{})
		}(),
	} {
		if ExitCode(err) != ExitError || !strings.Contains(Line(err), "no device") {
			t.Errorf("%s: got %d, %v", name, ExitCode(err), err)
		}
	}
	if ExitCode(nil) != 0 {
		t.Error("no error has a code")
	}
}

func TestRowsHaveNoWayToWriteATab(t *testing.T) {
	t.Parallel()
	d := NewDictionary(Text)
	set := &Set{Dictionaries: []*Dictionary{d}, Values: [][]uint32{{d.Code("secret\tb")}}, Keys: KeyColumn{Start: []uint32{0, 0}}}
	err := NewRowWriter(&bytes.Buffer{}, set, &Spec{}).Write(Block{Records: []uint32{0}}, "0")
	if err == nil || !strings.Contains(err.Error(), "record 0: the value of field 1 holds a tab") || strings.Contains(err.Error(), "secret") {
		t.Errorf("got %v", err)
	}
}

// FuzzFilter: whatever comes in, it is an answer or an error, never a panic.
func FuzzFilter(f *testing.F) {
	f.Add("1\tk\t0\t1\t7\t0\tsmith\t-5\t1:k\n1\tk\t0\t2\t8\t0\tsmyth\t\t0:a\x1f1:k\n")
	f.Fuzz(func(t *testing.T, rows string) {
		var out strings.Builder
		if err := Filter(TSV, strings.NewReader(smallSpec), strings.NewReader(rows), &out); err == nil && !strings.Contains(out.String(), "t\t") {
			t.Error("no error and no trailer")
		} else if err != nil && ExitCode(err) < ExitRow {
			t.Errorf("a stream that is not as the contract says ends with %d: %v", ExitCode(err), err)
		}
	})
}

// BenchmarkFilter streams the blocks of a town: reading rows, comparing, writing edges.
func BenchmarkFilter(b *testing.B) {
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
	lines := bytes.Count(rows.Bytes(), []byte("\n"))
	b.SetBytes(int64(rows.Len()))
	for b.Loop() {
		if err := Filter(TSV, bytes.NewReader(file.Bytes()), bytes.NewReader(rows.Bytes()), &bytes.Buffer{}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(lines)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
