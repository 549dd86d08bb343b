package kernel

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

	same   []int32 // see Spec.WeighSame
	rarest int32   // where Terms grows while scanning: the most that any will be
}

// Spec is all that the kernel knows of a model.
type Spec struct {
	Fields []Field
	Caps   []int32 // of each group of fields: the sum counts no more than this
	Within []int   // of each group: the later, wider group that what its cap leaves is added to, or NoGroup
	Prior  int32   // in units
	Priors []int32 // by the strata a and b of a pair, the smaller one first: a*n+b of n*n; nil = Prior for all
	Keep   int32   // edges weighing less are not returned
	Count  bool    // count comparison patterns
}

// prior is that of a pair of records of two strata.
func (s *Spec) prior(strata int, a, b uint8) int32 {
	if s.Priors == nil {
		return s.Prior
	}
	return s.Priors[int(min(a, b))*strata+int(max(a, b))]
}

// strata is how many strata the priors are for.
func (s *Spec) strata() int {
	n := 0
	for n*n < len(s.Priors) {
		n++
	}
	return n
}

// MaxFields is how many fields a pattern holds, four bits each.
const MaxFields = 16

// Pattern is a pair's comparison: the level of field f in bits 4f to 4f+3.
type Pattern uint64

// Level of field f.
func (p Pattern) Level(f int) uint8 { return uint8(p>>(4*f)) & 15 }

// maxLevels is how many levels a kind has at most.
const maxLevels = 8
