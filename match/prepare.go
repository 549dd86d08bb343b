package match

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/sameas/sameas/match/kernel"
	queries "github.com/sameas/sameas/sql"
)

func workers(threads int) int {
	if threads > 0 {
		return threads
	}
	return runtime.GOMAXPROCS(0)
}

// inParallel calls do(worker, i) for every i below n, on so many goroutines; a worker's calls follow one another.
func inParallel(ctx context.Context, threads, n int, do func(worker, i int) error) error {
	group, ctx := errgroup.WithContext(ctx)
	tasks := make(chan int, n)
	for i := range n {
		tasks <- i
	}
	close(tasks)
	for w := range min(threads, n) {
		group.Go(func() error {
			for i := range tasks {
				if err := ctx.Err(); err != nil {
					return err
				}
				if err := do(w, i); err != nil {
					return err
				}
			}
			return nil
		})
	}
	return group.Wait()
}

// inPieces calls do for pieces of the numbers below n, of so many each, on so many goroutines; its only error is that the
// context ended.
func inPieces(ctx context.Context, threads, n, piece int, do func(worker, from, to int)) error {
	return inParallel(ctx, threads, (n+piece-1)/piece, func(worker, i int) error {
		do(worker, i*piece, min((i+1)*piece, n))
		return nil
	})
}

// columns are the records that were read and their values, a number each in the dictionary of its field.
type columns struct {
	schema       *schema
	threads      int
	employers    *employers
	records      []record
	dictionaries []*kernel.Dictionary
	values       [][]uint32
	found        []placeholder

	// While records are read on several threads: those without work, how many records were taken, who numbers the values of
	// each field, and the first of the records' numbers, if these have no gaps.
	idle    chan *maker
	taken   atomic.Int64
	turns   []sync.Mutex
	first   int64
	gapless bool
}

func newColumns(s *schema, threads int, employers *employers) *columns {
	c := &columns{schema: s, threads: workers(threads), employers: employers, values: make([][]uint32, len(s.fields))}
	for f := range s.fields {
		c.dictionaries = append(c.dictionaries, kernel.NewDictionary(s.fields[f].kind))
	}
	return c
}

// readColumns reads a collection and normalises its records.
func readColumns(ctx context.Context, db queries.Querier, s *schema, threads int, employers *employers) (*columns, error) {
	c := newColumns(s, threads, employers)
	c.unmarked()
	if err := c.read(ctx, db, "match/010_records.sql", c.normalise); err != nil {
		return nil, err
	}
	return c, c.sort(ctx)
}

// reader makes a record and its normalised values, one text a field, of a row. The texts may be the row's.
type reader func(m *maker, row *queries.Streamed, values []string) record

// normalise reads a record as its source gave it.
func (c *columns) normalise(m *maker, row *queries.Streamed, values []string) record {
	r := m.record(row)
	m.read(row)
	m.raw.organizations = c.employers.of(r.rid)
	m.features(values)
	return r
}

// read reads all records, each thread some numbers of them at a time.
func (c *columns) read(ctx context.Context, db queries.Querier, statement string, one reader) error {
	all, held, err := recordRange(ctx, db, c.schema.collection)
	if err != nil || held == 0 {
		return err
	}
	c.records = make([]record, held)
	for f := range c.values {
		c.values[f] = make([]uint32, held)
	}
	c.idle, c.turns = make(chan *maker, 2*c.threads), make([]sync.Mutex, len(c.values))
	c.first, c.gapless = all.first, uint64(held) == uint64(all.last)-uint64(all.first)+1
	ranges := all.cut(c.threads)
	err = inParallel(ctx, c.threads, len(ranges), func(_, n int) error {
		return queries.StreamChunks(ctx, db, statement, ranges[n].args(c.schema.collection), func(rows *queries.Streamed) error {
			return c.take(rows, one)
		})
	})
	if err != nil {
		return err
	}
	return c.counted(int(c.taken.Load()))
}

// counted is an error where another number of records was read than was counted before.
func (c *columns) counted(read int) error {
	if read != len(c.records) {
		return fmt.Errorf("%s: %d records were counted, and %d were read: run `sameas match --anew`", c.schema.collection, len(c.records), read)
	}
	return nil
}

// take reads a chunk of records and then numbers their values, field by field.
func (c *columns) take(rows *queries.Streamed, one reader) error {
	m := c.maker()
	defer c.rest(m)
	n, width := rows.Len(), len(c.values)
	next := int(c.taken.Add(int64(n))) - n
	if next+n > len(c.records) {
		return c.counted(next + n)
	}
	m.values, m.places = slices.Grow(m.values[:0], n*width)[:n*width], m.places[:0]
	for ; rows.Next(); next++ {
		at := len(m.places) * width
		r := one(m, rows, m.values[at:at+width:at+width])
		place := next
		if c.gapless { // then it is known, and nothing need be sorted
			place = int(r.rid - c.first)
		}
		c.records[place] = r
		m.places = append(m.places, uint32(place))
	}
	for k := range width {
		if err := c.number(m, (next+k)%width); err != nil { // each thread begins with another field
			return err
		}
	}
	return nil
}

// number numbers the values that a chunk's records have in a field.
func (c *columns) number(m *maker, f int) error {
	d, values, n := c.dictionaries[f], m.values[f:], len(m.places)
	m.hashes, m.codes = slices.Grow(m.hashes[:0], n)[:n], slices.Grow(m.codes[:0], n)[:n]
	d.Hashes(m.hashes, values, len(c.values))
	c.turns[f].Lock()
	d.Codes(m.codes, m.hashes, values, len(c.values))
	err := c.full(f)
	c.turns[f].Unlock()
	for i, place := range m.places {
		c.values[f][place] = m.codes[i]
	}
	return err
}

// full is the error of a field whose values found no room.
func (c *columns) full(f int) error {
	if err := c.dictionaries[f].Err(); err != nil {
		return fmt.Errorf("field %s: %w", c.schema.fields[f].name, err)
	}
	return nil
}

// maker is one that nobody works with.
func (c *columns) maker() *maker {
	select {
	case m := <-c.idle:
		return m
	default:
		return c.schema.newMaker()
	}
}

func (c *columns) rest(m *maker) {
	m.forget()
	select {
	case c.idle <- m:
	default:
	}
}

// sort puts the records in the order of their keys.
func (c *columns) sort(ctx context.Context) error {
	order := inKeyOrder(c.records)
	return inParallel(ctx, c.threads, 1+len(c.values), func(_, n int) error {
		if n == 0 {
			c.records = permuted(c.records, order)
		} else {
			c.values[n-1] = permuted(c.values[n-1], order)
		}
		return nil
	})
}

// set is the kernel's form of the columns, without block keys. No value can be added any more.
func (c *columns) set() *kernel.Set {
	set := &kernel.Set{Dictionaries: c.dictionaries, Values: c.values}
	if channel := channels(c.records); channel != nil {
		set.Apart = [][]uint32{channel}
	}
	for _, d := range c.dictionaries {
		d.Seal()
	}
	return set
}

// channels numbers the hub's channels, 0 for a record of none; nil when there are fewer than two.
func channels(records []record) []uint32 {
	numbers := map[string]uint32{"": 0}
	apart := make([]uint32, len(records))
	last, number := "", uint32(0)
	for i := range records {
		if c := records[i].channel; c != last {
			var ok bool
			if number, ok = numbers[c]; !ok {
				number = uint32(len(numbers))
				numbers[c] = number
			}
			last = c
		}
		apart[i] = number
	}
	if len(numbers) < 3 {
		return nil
	}
	return apart
}

// vals are a record's normalised texts as the set has them.
func vals(set *kernel.Set, i uint32, into []string) []string {
	into = into[:0]
	for f, d := range set.Dictionaries {
		into = append(into, d.Text(set.Values[f][i]))
	}
	return into
}

// coded is the set of a few records, by their normalised texts.
func (s *schema) coded(texts [][]string) *kernel.Set {
	c := newColumns(s, 1, nil)
	for _, record := range texts {
		for f, text := range record {
			c.values[f] = append(c.values[f], c.dictionaries[f].Code(text))
		}
	}
	return &kernel.Set{Dictionaries: c.dictionaries, Values: c.values}
}
