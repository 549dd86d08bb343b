package kernel

import (
	"cmp"
	"math"
	"slices"
)

// maxGroups is how many groups of correlated fields a spec may have.
const maxGroups = 16

// What two values of a field are to each other before they are looked at.
const (
	oneMissing = iota
	unequal    // and the same in no part
	maybeEqual // in some part
	equal
)

// bounds drops hopeless pairs early: fields are compared one after the other, and for those to come the weight counts
// the most that they can still add. Since a group's cap and the sum rise with each field's weight, a pair that stays
// below the threshold so would stay below it in full.
type bounds struct {
	first  []int // the names: what they say decides in which group others count
	rest   []int // the other fields, cheap and telling ones first
	most   [MaxFields][4]int32
	target [2][MaxFields]uint8 // by whether given names differ: the sum that a field counts in, 0 for that outside groups

	left [MaxFields]int32 // of the pair: what each field counts as, its bound or its weight
	sums [maxGroups + 1]int32
}

func newBounds(spec *Spec) bounds {
	var b bounds
	for f := range spec.Fields {
		field := &spec.Fields[f]
		swapped := slices.ContainsFunc(spec.Fields, func(other Field) bool { return other.Swap == f })
		switch {
		case field.Kind == Given || field.Swap >= 0 || swapped:
			b.first = append(b.first, f)
		case field.Bits != nil:
			b.rest = append(b.rest, f)
		}
		if field.Bits == nil {
			continue
		}
		b.most[f] = field.most()
		b.target[0][f] = uint8(field.Group + 1)
		b.target[1][f] = b.target[0][f]
		if field.Group == NoGroup && field.Lent != NoGroup {
			b.target[1][f] = uint8(field.Lent + 1)
		}
	}
	slices.SortStableFunc(b.rest, func(f, g int) int {
		p, q := &spec.Fields[f], &spec.Fields[g]
		return cmp.Or(cmp.Compare(p.Kind.cost(), q.Kind.cost()), cmp.Compare(q.drop(), p.drop()))
	})
	return b
}

// most is the greatest weight of the field by what two values are to each other.
func (f *Field) most() (most [4]int32) {
	rarest := int32(0)
	if len(f.Terms) > 0 {
		rarest = slices.Max(f.Terms)
	}
	of := func(from int) int32 {
		top := int32(math.MinInt32)
		for l := from; l < len(f.Bits); l++ {
			bits := f.Bits[l]
			if f.Kind.byFrequency(uint8(l)) {
				bits += rarest
			}
			top = max(top, bits)
		}
		return top
	}
	most[oneMissing] = f.Bits[Missing]
	most[unequal], most[maybeEqual] = of(Same+1), of(Same)
	if !f.Kind.equalAsText() {
		most[unequal] = most[maybeEqual]
	}
	most[equal] = f.Bits[Same] + rarest
	return most
}

// drop is how much a pair loses when the field's values turn out to differ.
func (f *Field) drop() int32 { return f.most()[unequal] - f.Bits[len(f.Bits)-1] }

// equalAsText reports whether two parts of unequal text are never on the level Same.
func (k Kind) equalAsText() bool { return k != Given && k != OrgName && k != Employer }

// cost ranks the kinds by what it takes to compare two values.
func (k Kind) cost() int {
	switch k {
	case Exact:
		return 0
	case Date:
		return 1
	case Phone, Code:
		return 2
	case City:
		return 3
	case Email:
		return 4
	case Text:
		return 5
	case Street:
		return 6
	}
	return 7
}

// relation is what two values as scanned are to each other.
func relation(x, y uint32) int {
	switch {
	case x == 0 || y == 0:
		return oneMissing
	case x == y:
		return equal
	case (x|y)&looseCode != 0:
		return maybeEqual
	}
	return unequal
}

// bounded compares a pair of rows as far as it takes to tell whether it weighs keep or more; then every level and the
// weight are those of compare and weigh.
func (c *comparer) bounded(a, b []uint32, prior, keep int32) (weight int32, kept bool) {
	for _, f := range c.bounds.first {
		o := c.field(f, a[f], b[f])
		c.levels[f], c.terms[f] = o.level, o.term
	}
	for _, f := range c.bounds.first {
		if g := c.spec.Fields[f].Swap; g > f {
			c.swap(f, g, a, b)
		}
	}
	target := &c.bounds.target[0]
	if c.givenDiffers() {
		target = &c.bounds.target[1]
	}
	c.startBounds(target, a, b)
	weight = c.bounds.total(c.spec, prior)
	for _, f := range c.bounds.rest {
		if weight < keep {
			return 0, false
		}
		if a[f] == 0 || b[f] == 0 {
			c.levels[f], c.terms[f] = Missing, 0
			continue
		}
		o := c.field(f, a[f], b[f])
		c.levels[f], c.terms[f] = o.level, o.term
		if less := c.spec.Fields[f].Bits[o.level] + o.term - c.bounds.left[f]; less != 0 {
			c.bounds.sums[target[f]] += less
			weight = c.bounds.total(c.spec, prior)
		}
	}
	return weight, weight >= keep
}

// startBounds fills in the sums: weights of the names, and the most that the other fields can weigh.
func (c *comparer) startBounds(target *[MaxFields]uint8, a, b []uint32) {
	clear(c.bounds.sums[:len(c.spec.Caps)+1])
	for _, f := range c.bounds.rest {
		most := c.bounds.most[f][relation(a[f], b[f])]
		c.bounds.left[f] = most
		c.bounds.sums[target[f]] += most
	}
	for _, f := range c.bounds.first {
		if bits := c.spec.Fields[f].Bits; bits != nil {
			c.bounds.sums[target[f]] += bits[c.levels[f]] + c.terms[f]
		}
	}
}

// total is the weight that the sums amount to under the caps.
func (b *bounds) total(spec *Spec, prior int32) int32 {
	weight := prior + b.sums[0]
	var inner [maxGroups]int32
	for g, limit := range spec.Caps {
		sum := min(b.sums[g+1]+inner[g], limit)
		if wider := spec.Within[g]; wider == NoGroup {
			weight += sum
		} else {
			inner[wider] += sum
		}
	}
	return weight
}
