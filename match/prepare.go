package match

import (
	"context"
	"fmt"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/sameas/sameas/match/kernel"
	queries "github.com/sameas/sameas/sql"
)

// readBatch is how many records are normalised at a time: enough for all cores, few enough to be forgotten soon.
const readBatch = 1 << 15

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

// columns are the records that were read and their values, a number each in the dictionary of its field.
type columns struct {
	schema       *schema
	threads      int
	makers       []*maker
	employers    map[int64][]string
	records      []record
	dictionaries []*kernel.Dictionary
	values       [][]uint32
	found        []placeholder
	texts        []string // of a batch of records, one after the other; used again for the next
}

func newColumns(s *schema, threads int, employers map[int64][]string) *columns {
	c := &columns{schema: s, threads: workers(threads), employers: employers, values: make([][]uint32, len(s.fields))}
	for range c.threads {
		c.makers = append(c.makers, s.newMaker())
	}
	for f := range s.fields {
		c.dictionaries = append(c.dictionaries, kernel.NewDictionary(s.fields[f].kind))
	}
	return c
}

// readColumns reads a collection: one goroutine asks the workspace for records while all cores normalise the ones before.
func readColumns(ctx context.Context, db queries.Querier, s *schema, threads int, employers map[int64][]string) (*columns, error) {
	c := newColumns(s, threads, employers)
	records := packing{statement: "match/010_records.sql", args: queries.Args{"clean": false}, fields: packedFields}
	whole, err := c.read(ctx, db, records, c.normalise)
	if err == nil && !whole {
		c = newColumns(s, threads, employers)
		records.args = queries.Args{"clean": true}
		_, err = c.read(ctx, db, records, c.normalise)
	}
	if err != nil {
		return nil, err
	}
	return c, c.sort(ctx)
}

// reader makes a record and its normalised values, one text a field, of a packed one.
type reader func(m *maker, row packedRow, values []string) record

// normalise reads a record as its source gave it.
func (c *columns) normalise(m *maker, row packedRow, values []string) record {
	r := unpack(row, m.names, &m.keys, &m.raw)
	m.raw.organizations = c.employers[r.rid]
	m.features(values)
	return r
}

// read reads all records and reports whether all had the fields that they should have.
func (c *columns) read(ctx context.Context, db queries.Querier, packed packing, one reader) (whole bool, err error) {
	_, held, err := recordRange(ctx, db, c.schema.collection)
	if err != nil {
		return false, err
	}
	c.records = slices.Grow(c.records, held)
	for f := range c.values {
		c.values[f] = slices.Grow(c.values[f], held)
	}
	batches := make(chan []packedRow, 1)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		defer close(batches)
		whole, err = eachPacked(ctx, db, c.schema.collection, packed, readBatch, func(rows []packedRow) error {
			select {
			case batches <- rows:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
		return err
	})
	group.Go(func() error {
		for rows := range batches {
			if err := c.take(ctx, rows, one); err != nil {
				return err
			}
		}
		return nil
	})
	err = group.Wait()
	return whole, err
}

// take reads a batch of records, record by record on all cores, and then numbers their values, field by field.
func (c *columns) take(ctx context.Context, rows []packedRow, one reader) error {
	const chunk = 512
	width, first := len(c.schema.fields), len(c.records)
	c.texts = slices.Grow(c.texts[:0], len(rows)*width)[:len(rows)*width]
	texts := c.texts
	c.records = append(c.records, make([]record, len(rows))...)
	err := inParallel(ctx, c.threads, (len(rows)+chunk-1)/chunk, func(worker, n int) error {
		m := c.makers[worker]
		for i := n * chunk; i < min((n+1)*chunk, len(rows)); i++ {
			c.records[first+i] = one(m, rows[i], texts[i*width:(i+1)*width])
		}
		return nil
	})
	if err != nil {
		return err
	}
	return inParallel(ctx, c.threads, width, func(_, f int) error {
		d := c.dictionaries[f]
		for i := range rows {
			c.values[f] = append(c.values[f], d.Code(texts[i*width+f]))
		}
		if err := d.Err(); err != nil {
			return fmt.Errorf("field %s: %w", c.schema.fields[f].name, err)
		}
		return nil
	})
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
