package match

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strconv"
	"strings"

	queries "github.com/sameas/sameas/sql"
)

// The separators that the SQL joins fields, the parts of one value, and lists with.
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
	title, firstName, lastName string
	name, companyName          string
	birthDate, reference       string
	emails, websites           []string
	landlines, workPhones      []string
	mobiles                    []string
	addresses                  []address
	extra                      []string // path and value, joined by partSeparator
	organizations              []string // clusters of the organizations that it refers to
}

// address is one postal address as given.
type address struct {
	kind, line1, line2, city, region, postcode, country string
}

// Of a packed record, ownFields are the record's, and packedFields all that its source gave.
const (
	ownFields    = 7
	packedFields = 21
)

// packedRow is a record on its way from the workspace.
type packedRow struct {
	rid  int64
	text string
}

// ridRange is a range of records' numbers in the workspace, both ends included.
type ridRange struct{ first, last int64 }

// rangeRecords is how many numbers a range spans: the engine holds the values of one in memory to join them with their records.
const rangeRecords = 1 << 19

// recordRange is between which numbers a collection's records lie, and how many there are.
func recordRange(ctx context.Context, db queries.Querier, collection string) (all ridRange, held int, err error) {
	err = queries.One(ctx, db, "match/002_record_range.sql", queries.Args{"collection": collection}, &all.first, &all.last, &held)
	return all, held, err
}

// ridRanges cuts the numbers of a collection's records into ranges.
func ridRanges(ctx context.Context, db queries.Querier, collection string) ([]ridRange, error) {
	all, _, err := recordRange(ctx, db, collection)
	if err != nil {
		return nil, err
	}
	var ranges []ridRange
	for first := all.first; first <= all.last; first += rangeRecords {
		ranges = append(ranges, ridRange{first, min(first+rangeRecords-1, all.last)})
	}
	return ranges, nil
}

func (r ridRange) args(collection string) queries.Args {
	return queries.Args{"collection": collection, "first_rid": r.first, "last_rid": r.last}
}

// packing is a way in which records are read: a statement and its arguments beside the collection and the range, and how
// many fields each text of it should have.
type packing struct {
	statement string
	args      queries.Args
	fields    int
}

// eachPacked hands over the collection's records in batches, in no order. It reports whether all had the fields that they
// should have: where one holds a separator of its own, they are to be read another way.
func eachPacked(ctx context.Context, db queries.Querier, collection string, packed packing, batch int, take func([]packedRow) error) (whole bool, err error) {
	ranges, err := ridRanges(ctx, db, collection)
	if err != nil {
		return false, err
	}
	whole = true
	var kept texts
	rows := make([]packedRow, 0, batch)
	for _, r := range ranges {
		args := r.args(collection)
		maps.Copy(args, packed.args)
		err = queries.Stream(ctx, db, packed.statement, args, func(row *queries.Streamed) error {
			text := row.Text(1)
			whole = whole && strings.Count(text, fieldSeparator) == packed.fields-1
			rows = append(rows, packedRow{row.Int(0), kept.keep(text)})
			if len(rows) < batch {
				return nil
			}
			err := take(rows)
			rows = make([]packedRow, 0, batch)
			return err
		})
		if err != nil {
			return false, err
		}
	}
	if len(rows) > 0 {
		err = take(rows)
	}
	return whole, err
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
type texts struct{ piece strings.Builder }

func (t *texts) keep(text string) string {
	if t.piece.Cap()-t.piece.Len() < len(text) {
		t.piece = strings.Builder{}
		t.piece.Grow(max(textPiece, len(text)))
	}
	at := t.piece.Len()
	t.piece.WriteString(text)
	return t.piece.String()[at:]
}

// cutField takes the first field off a packed text.
func cutField(text *string) string {
	field, rest, _ := strings.Cut(*text, fieldSeparator)
	*text = rest
	return field
}

// unpackOwn reads the record's own fields off a packed one, and returns the rest.
func unpackOwn(p packedRow, names interned, keys *texts) (record, string) {
	text := p.text
	r := record{rid: p.rid, source: names.of(cutField(&text)), key: keys.keep(cutField(&text))}
	realm := cutField(&text)
	r.hub = cutField(&text) != ""
	channel := cmp.Or(cutField(&text), realm)
	if r.hub {
		r.channel = names.of(channel)
	}
	r.content = hashOf(cutField(&text))
	r.created, _ = strconv.ParseInt(cutField(&text), 10, 64)
	return r, text
}

// unpack reads a packed record; the slices of into are used again.
func unpack(p packedRow, names interned, keys *texts, into *raw) record {
	r, text := unpackOwn(p, names, keys)
	into.title, into.firstName, into.lastName = cutField(&text), cutField(&text), cutField(&text)
	into.name, into.companyName = cutField(&text), cutField(&text)
	into.birthDate, into.reference = cutField(&text), cutField(&text)
	into.emails = parts(into.emails[:0], cutField(&text))
	into.websites = parts(into.websites[:0], cutField(&text))
	into.landlines = parts(into.landlines[:0], cutField(&text))
	into.workPhones = parts(into.workPhones[:0], cutField(&text))
	into.mobiles = parts(into.mobiles[:0], cutField(&text))
	into.addresses = addressList(into.addresses[:0], cutField(&text))
	into.extra = parts(into.extra[:0], cutField(&text))
	return r
}

// hashOf reads the first half of a hexadecimal SHA-256.
func hashOf(hex string) contentHash {
	var h contentHash
	for i := range h {
		if len(hex) >= 16*(i+1) {
			h[i], _ = strconv.ParseUint(hex[16*i:16*(i+1)], 16, 64)
		}
	}
	return h
}

func addressList(list []address, joined string) []address {
	for joined != "" {
		var text string
		text, joined, _ = strings.Cut(joined, valueSeparator)
		var a address
		for _, part := range [...]*string{&a.kind, &a.line1, &a.line2, &a.city, &a.region, &a.postcode, &a.country} {
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
