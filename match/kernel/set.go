package kernel

// Set is the records that blocks are made of, column by column. It is only read while blocks are scanned.
// Records stand in the order of their keys: a pair's first record is the one with the smaller number.
type Set struct {
	Dictionaries []*Dictionary // one a field
	Values       [][]uint32    // field, record: the value's number, 0 = missing
	Keys         []KeyColumn   // one a blocking rule
	Apart        []uint32      // records of two groups other than 0 are never compared (channels of a hub); nil = none
}

// Len is the number of records.
func (s *Set) Len() int {
	if len(s.Values) == 0 {
		return 0
	}
	return len(s.Values[0])
}

// KeyColumn holds the block keys of all records under one rule: those of record i are Keys[Start[i]:Start[i+1]],
// ascending.
type KeyColumn struct {
	Start []uint32
	Keys  []uint32
}

// Of returns the keys of a record.
func (c *KeyColumn) Of(record uint32) []uint32 { return c.Keys[c.Start[record]:c.Start[record+1]] }

// firstShared is the smallest key that two records share.
func (c *KeyColumn) firstShared(a, b uint32) (key uint32, ok bool) {
	x, y := c.Of(a), c.Of(b)
	for len(x) > 0 && len(y) > 0 {
		switch {
		case x[0] == y[0]:
			return x[0], true
		case x[0] < y[0]:
			x = x[1:]
		default:
			y = y[1:]
		}
	}
	return 0, false
}

// Unit is what the integer weights count: 1/1024 bit, exact in a float64 sum.
const Unit = 1.0 / 1024

// NoGroup marks a field that stands alone.
const NoGroup = -1

// Field says how one field is compared and what its levels weigh.
type Field struct {
	Kind  Kind
	Bits  []int32 // by level, in units; nil when only patterns are counted
	Terms []int32 // by term: what its frequency adds to levels adjusted by frequency, in units; nil = nothing
	Group int     // index into Spec.Caps, or NoGroup
	// Lent is the group that the field counts in when the two given names differ, where Group is NoGroup; or NoGroup:
	// a family that shares a mailbox is no more one person for it than for its address.
	Lent int
	Swap int // the field that this one may have been exchanged with (given and family name), or -1
}

// Spec is all that the kernel knows of a model.
type Spec struct {
	Fields []Field
	Caps   []int32 // of each group of fields: the sum counts no more than this
	Within []int   // of each group: the later, wider group that what its cap leaves is added to, or NoGroup
	Prior  int32   // in units
	Keep   int32   // edges weighing less are not returned
	Count  bool    // count comparison patterns
}

// MaxFields is how many fields a pattern holds, four bits each.
const MaxFields = 16

// Pattern is a pair's comparison: the level of field f in bits 4f to 4f+3.
type Pattern uint64

// Level of field f.
func (p Pattern) Level(f int) uint8 { return uint8(p>>(4*f)) & 15 }
