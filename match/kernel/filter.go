package kernel

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
)

// Format is how the rows of a stream are written.
type Format string

// The formats: lines of columns with tabs between, and the Arrow IPC streaming format.
const (
	TSV   Format = "tsv"
	Arrow Format = "arrow"
)

// Filter is the scorer as a stream filter under the contract: a spec, and blocks in, edges, counts and a trailer out. It
// ends at the first row that is not as the contract says; what was written by then is of no use. ExitCode tells of an
// error what kind it is of.
func Filter(format Format, spec, in io.Reader, out io.Writer) error {
	switch format {
	case TSV:
		f, err := openFilter(spec, &textSink{out: bufio.NewWriterSize(out, 1<<16)})
		if err != nil {
			return err
		}
		return f.run(&textSource{in: bufio.NewReaderSize(in, 1<<16), layout: f.layout})
	case Arrow:
		f, err := openFilter(spec, newArrowSink(out))
		if err != nil {
			return err
		}
		rows, err := newArrowSource(in, f.layout)
		if err != nil {
			return err
		}
		return f.run(rows)
	}
	return faultf(ExitUsage, "no format %q: there are %s and %s", format, TSV, Arrow)
}

// source is rows coming in; after the last one, io.EOF.
type source interface {
	next() (row, error)
}

// sink takes what goes out, a letter and numbers: one by one and as the line that the hash is of.
type sink interface {
	put(kind byte, columns *[columnsOut]int64, line []byte) error
	end() error
}

// columnsOut is how many numbers stand behind the letter of a row out.
const columnsOut = 6

// filter holds one tile at a time, and the distinct values of many.
type filter struct {
	layout
	file    *specFile
	spec    *Spec
	out     sink
	line    []byte // being written
	tile    []row
	set     *Set
	scanner *Scanner

	rows, enumerated, edges, tiles int64
	hash, read                     uint64  // of the edges, of the tiles
	pairs                          []int64 // compared, by rule
	totals                         counts
}

func openFilter(spec io.Reader, out sink) (*filter, error) {
	file, s, err := readSpec(spec)
	if err != nil {
		return nil, err
	}
	return newFilter(file, s, out), nil
}

func newFilter(file *specFile, spec *Spec, out sink) *filter {
	f := &filter{file: file, spec: spec, out: out, pairs: make([]int64, file.Rules),
		layout: layout{rules: file.Rules, apart: file.Apart, fields: len(spec.Fields), counted: file.counted(), strata: spec.strata()}}
	f.renew()
	return f
}

// renew starts with empty dictionaries, so that memory does not grow with the stream.
func (f *filter) renew() {
	f.set = &Set{Values: make([][]uint32, len(f.spec.Fields)), Apart: make([][]uint32, f.file.Apart)}
	for i := range f.spec.Fields {
		f.set.Dictionaries = append(f.set.Dictionaries, NewDictionary(f.spec.Fields[i].Kind))
		if f.file.Fields[i].Most != nil {
			f.spec.Fields[i].Terms = []int32{0}
		}
	}
	f.scanner = nil
}

// mostValues is how many distinct values of one field are held before starting anew.
const mostValues = 1 << 20

// run takes in the stream, tile by tile, and ends with the trailer.
func (f *filter) run(in source) error {
	for {
		r, err := in.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return fmt.Errorf("row %d: %w", f.rows+1, err)
		}
		if n := len(f.tile); n > 0 && (f.tile[n-1].rule != r.rule || f.tile[n-1].key != r.key || f.tile[n-1].tile != r.tile) {
			if err := f.scan(); err != nil {
				return err
			}
		}
		f.tile = append(f.tile, r)
		f.rows++
	}
	if err := f.scan(); err != nil {
		return err
	}
	if err := f.finish(); err != nil {
		return err
	}
	return f.out.end()
}

// scan compares the tile at hand and writes what was found.
func (f *filter) scan() error {
	if len(f.tile) == 0 {
		return nil
	}
	block, err := f.block()
	if err != nil {
		return &fault{ExitRow, fmt.Errorf("the tile that ends with row %d: %w", f.rows, err)}
	}
	f.scanner.Scan(block)
	n := int64(len(block.Records))
	if block.Others != nil {
		f.enumerated += n * int64(len(block.Others))
	} else {
		f.enumerated += n * (n - 1) / 2
	}
	for i, e := range f.scanner.edges {
		if err := f.edge(e, f.scanner.edgeTerms[i]); err != nil {
			return err
		}
	}
	f.scanner.edges, f.scanner.edgeTerms = f.scanner.edges[:0], f.scanner.edgeTerms[:0]
	f.tiles++
	f.read ^= HashTile(f.tile[0].rule, f.tile[0].key, f.tile[0].tile, len(f.tile))
	f.tile = f.tile[:0]
	return nil
}

// block makes the tile's set and block, in the order of IDs.
func (f *filter) block() (Block, error) {
	slices.SortFunc(f.tile, func(a, b row) int { return cmp.Compare(a.id, b.id) })
	own := blockKey{rule: f.tile[0].rule, key: f.tile[0].key}
	for i := range f.tile {
		r := &f.tile[i]
		if i > 0 && f.tile[i-1].id == r.id {
			return Block{}, fmt.Errorf("record %d stands in it twice", r.id)
		}
		at, found := slices.BinarySearchFunc(r.keys, own, blockKey.compare)
		if !found {
			return Block{}, fmt.Errorf("the block's key is not among the keys of record %d", r.id)
		}
		if !f.spec.Count { // keys behind the block's own decide nothing: only counts name all rules
			r.keys = r.keys[:at+1]
		}
	}
	keys, err := f.load()
	if err != nil {
		return Block{}, err
	}
	b := Block{Rule: own.rule, Key: find(keys, own)}
	for i := range f.tile {
		if f.tile[i].second {
			b.Others = append(b.Others, uint32(i))
		} else {
			b.Records = append(b.Records, uint32(i))
		}
	}
	if len(b.Records) == 0 {
		return Block{}, errors.New("it has rows of side 2 and none of side 1")
	}
	return b, nil
}

// finish writes the pairs by rule, the counts and the trailer.
func (f *filter) finish() error {
	if f.scanner != nil {
		f.retire()
	}
	scored, counted := int64(0), int64(0)
	for rule, n := range f.pairs {
		scored += n
		if n == 0 {
			continue
		}
		if err := f.write('r', int64(rule), n, 0, 0, 0, 0); err != nil {
			return err
		}
	}
	all := f.totals.all()
	for _, c := range slices.SortedFunc(maps.Keys(all), Count.compare) {
		counted += all[c]
		if err := f.write('c', int64(c.Rules), int64(c.Strata[0])<<8|int64(c.Strata[1]), int64(c.Terms), int64(c.Pattern), all[c], 0); err != nil {
			return err
		}
	}
	if f.tiles > 0 {
		if err := f.write('i', f.tiles, int64(f.read), 0, 0, 0, 0); err != nil {
			return err
		}
	}
	return f.write('t', f.rows, f.enumerated, scored, f.edges, int64(f.hash), counted)
}

// retire adds up what the scanner at hand has found.
func (f *filter) retire() {
	r := f.scanner.Result()
	for rule, n := range r.Pairs {
		f.pairs[rule] += n
	}
	for c, n := range r.Counts {
		f.totals.addMany(c, n)
	}
}

func (f *filter) edge(e Edge, terms int32) error {
	if err := f.write('e', int64(f.tile[e.A].id), int64(f.tile[e.B].id), int64(e.Rule), int64(e.Pattern), int64(e.Weight), int64(terms)); err != nil {
		return err
	}
	f.edges++
	f.hash ^= HashLine(f.line)
	return nil
}

func (f *filter) write(kind byte, columns ...int64) error {
	numbers := [columnsOut]int64(columns)
	f.line = append(f.line[:0], kind)
	for _, c := range numbers {
		f.line = append(f.line, '\t')
		f.line = strconv.AppendInt(f.line, c, 10)
	}
	f.line = append(f.line, '\n')
	return f.out.put(kind, &numbers, f.line)
}

// HashTile is the hash of a tile that came in: of its rule, key and name as its rows have them, and their number.
func HashTile(rule int, key, tile string, rows int) uint64 {
	return HashLine(fmt.Appendf(nil, "%d\t%s\t%s\t%d\n", rule, key, tile, rows))
}

// HashLine is the hash FNV-1a of G. Fowler, L. C. Noll and K.-P. Vo, in 64 bits.
func HashLine(line []byte) uint64 {
	h := uint64(14695981039346656037)
	for _, c := range line {
		h = (h ^ uint64(c)) * 1099511628211
	}
	return h
}
