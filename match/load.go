package match

import (
	"cmp"
	"context"
	"encoding/binary"
	"encoding/hex"
	"slices"
	"strings"

	queries "github.com/sameas/sameas/sql"
)

// The separators of the fields of a record's kept values, the parts of one value, and the values of a list.
const (
	fieldSeparator = "\x1d"
	partSeparator  = "\x1e"
	valueSeparator = "\x1f"
)

// record is what matching keeps of one record, beside its values. Its number in the slice of all is the kernel's number
// for it: the order is that of keys, so that nothing depends on how rows were inserted.
type record struct {
	rid     int64
	source  string
	key     string
	channel string // of a hub record: its channel or, without one, its realm
	hub     bool
	content contentHash
	created int64 // seconds since 1970; 0 = unknown
}

// contentHash is the first half of the hash of what match reads of a record.
type contentHash [2]uint64

// raw is a record's fields as its source gave them.
type raw struct {
	firstName, lastName   string
	name, companyName     string
	birthDate, reference  string
	emails, websites      []string
	landlines, workPhones []string
	mobiles               []string
	addresses             []address
	extra                 []string // path and value, joined by partSeparator
	organizations         []string // clusters of the organizations that it refers to
}

// address is one postal address as given.
type address struct {
	kind, line1, line2, city, postcode, country string
}

// ridRange is a range of records' numbers in the workspace, both ends included.
type ridRange struct{ first, last int64 }

// Of ranges of numbers: the most that one spans, since the engine holds the values of one in memory to join them with their
// records, the least that is worth a statement, and how many there are at most, of numbers that lie far apart.
const (
	rangeRecords = 1 << 19
	rangeAtLeast = 1 << 12
	rangesAtMost = 1 << 10
)

// recordRange is between which numbers a collection's records lie, and how many there are.
func recordRange(ctx context.Context, db queries.Querier, collection string) (all ridRange, held int, err error) {
	err = queries.One(ctx, db, "match/002_record_range.sql", queries.Args{"collection": collection}, &all.first, &all.last, &held)
	return all, held, err
}

// cut cuts a range into those that so many threads read, one for each where they may be as long.
func (r ridRange) cut(threads int) []ridRange {
	span := uint64(r.last) - uint64(r.first) + 1 // 0 for all numbers that there are
	if span == 0 {
		return []ridRange{r}
	}
	size := min(max((span+uint64(threads)-1)/uint64(threads), rangeAtLeast), rangeRecords)
	size = max(size, span/rangesAtMost+1)
	var ranges []ridRange
	for first, left := uint64(r.first), span; left > 0; {
		next := first + min(size, left)
		ranges = append(ranges, ridRange{int64(first), int64(next - 1)})
		first, left = next, left-min(size, left)
	}
	return ranges
}

func (r ridRange) args(collection string) queries.Args {
	return queries.Args{"collection": collection, "first_rid": r.first, "last_rid": r.last}
}

// interned keeps one copy of each of a few texts, such as the names of sources.
type interned map[string]string

func (in interned) of(text string) string {
	if kept, ok := in[text]; ok {
		return kept
	}
	kept := strings.Clone(text)
	in[kept] = kept
	return kept
}

// textPiece is how many bytes of text are kept in one piece.
const textPiece = 1 << 18

// texts keeps texts that live as long as the run, thousands in one piece of memory: that is less to allocate, and less for
// the garbage collector to look after.
type texts struct {
	piece   strings.Builder
	scratch []byte // to make a text in
	lines   []byte // of an address
}

// keep keeps some texts as one.
func (t *texts) keep(some ...string) string {
	size := 0
	for _, text := range some {
		size += len(text)
	}
	at := t.room(size)
	for _, text := range some {
		t.piece.WriteString(text)
	}
	return t.piece.String()[at:]
}

// made keeps what was made in scratch.
func (t *texts) made(scratch []byte) string {
	t.scratch = scratch[:0]
	at := t.room(len(scratch))
	t.piece.Write(scratch)
	return t.piece.String()[at:]
}

// room is where the next text begins.
func (t *texts) room(size int) int {
	if t.piece.Cap()-t.piece.Len() < size {
		t.piece = strings.Builder{}
		t.piece.Grow(max(textPiece, size))
	}
	return t.piece.Len()
}

// The columns of a row that tell of the record itself come first, and then its values.
const (
	columnRID = iota
	columnSource
	columnKey
	columnRealm
	columnHub
	columnChannel
	columnContent
	columnCreated
	ownColumns
)

// record reads what a row tells of the record itself.
func (m *maker) record(row *queries.Streamed) record {
	r := record{rid: row.Int(columnRID), source: m.names.of(row.Text(columnSource)), key: m.keys.keep(row.Text(columnKey)),
		hub: row.Text(columnHub) != "", content: hashOf(row.Text(columnContent)), created: row.Int(columnCreated)}
	if r.hub {
		r.channel = m.names.of(cmp.Or(row.Text(columnChannel), row.Text(columnRealm)))
	}
	return r
}

// read reads a row as the record's source gave it into raw, which uses its slices again until the chunk's end.
func (m *maker) read(row *queries.Streamed) {
	into, column := &m.raw, ownColumns-1
	next := func() string {
		column++
		return row.Text(column)
	}
	into.firstName, into.lastName = next(), next()
	into.name, into.companyName = next(), next()
	into.birthDate, into.reference = next(), next()
	into.emails = parts(into.emails[:0], next())
	into.websites = parts(into.websites[:0], next())
	into.landlines = parts(into.landlines[:0], next())
	into.workPhones = parts(into.workPhones[:0], next())
	into.mobiles = parts(into.mobiles[:0], next())
	into.addresses = addressList(into.addresses[:0], next())
	into.extra = parts(into.extra[:0], next())
}

// hashOf reads the first half of a hexadecimal SHA-256.
func hashOf(text string) (h contentHash) {
	var half [8]byte
	for i := range h {
		if len(text) >= 16*(i+1) {
			if _, err := hex.Decode(half[:], []byte(text[16*i:16*(i+1)])); err == nil {
				h[i] = binary.BigEndian.Uint64(half[:])
			}
		}
	}
	return h
}

func addressList(list []address, joined string) []address {
	for joined != "" {
		var text string
		text, joined, _ = strings.Cut(joined, valueSeparator)
		var a address
		for _, part := range [...]*string{&a.kind, &a.line1, &a.line2, &a.city, &a.postcode, &a.country} {
			*part, text, _ = strings.Cut(text, partSeparator)
		}
		list = append(list, a)
	}
	return list
}

// inKeyOrder returns the numbers of records in the order of their keys, or nil when they stand in it.
func inKeyOrder(records []record) []uint32 {
	byKey := func(a, b *record) int {
		return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.source, b.source), cmp.Compare(a.rid, b.rid))
	}
	sorted := true
	for i := 1; i < len(records) && sorted; i++ {
		sorted = byKey(&records[i-1], &records[i]) <= 0
	}
	if sorted {
		return nil
	}
	order := numbersOf(records).ascending()
	if len(order) != len(records) { // numbers far apart, or given twice
		order = order[:0]
		for i := range records {
			order = append(order, uint32(i))
		}
	}
	inOrder := func(a, b uint32) int { return byKey(&records[a], &records[b]) }
	if !slices.IsSortedFunc(order, inOrder) { // the workspace numbers records in the order of keys
		slices.SortFunc(order, inOrder)
	}
	return order
}

// permuted puts a column in an order; nil is the order in which it stands.
func permuted[T any](column []T, order []uint32) []T {
	if order == nil {
		return column
	}
	out := make([]T, len(column))
	for i, from := range order {
		out[i] = column[from]
	}
	return out
}
