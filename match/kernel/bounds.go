package kernel

import (
	"cmp"
	"math"
	"slices"
)

// maxGroups is how many groups of correlated fields a spec may have.
const maxGroups = 16

// bounds drops hopeless pairs early. Fields are compared one after the other, those first that take the least, and
// for those to come the weight counts the most that they can still add by their sketches. Since the sum, and what a
// group's cap leaves of it, never falls when a field's weight rises, a pair that stays below the threshold so would
// stay below it in full.
type bounds struct {
	names  []int // given names and those that they are exchanged with: they decide in which group others count
	others []int // the other fields that have weights, those first that take the least to compare
	most   [MaxFields][MaxFields]int32
	equal  [MaxFields]int32
	group  [MaxFields]uint8 // the sum that a field counts in, 0 for that outside groups
	lent   [MaxFields]uint8 // the same when the given names differ

	// Of the pair at hand: what a field counts as, its weight or the most that it may be; the fields of which this is
	// not settled; and the sums.
	counted [MaxFields]int32
	open    [MaxFields]uint8
	sums    [2][maxGroups + 1]int32
}

func newBounds(spec *Spec) bounds {
	var b bounds
	for f := range spec.Fields {
		field := &spec.Fields[f]
		swapped := slices.ContainsFunc(spec.Fields, func(other Field) bool { return other.Swap == f })
		switch {
		case field.Kind == Given || field.Swap >= 0 || swapped:
			b.names = append(b.names, f)
		case field.Bits != nil:
			b.others = append(b.others, f)
		}
		if field.Bits == nil {
			continue
		}
		b.most[f], b.equal[f] = field.most()
		b.group[f] = uint8(field.Group + 1)
		b.lent[f] = b.group[f]
		if field.Group == NoGroup && field.Lent != NoGroup {
			b.lent[f] = uint8(field.Lent + 1)
		}
	}
	slices.SortStableFunc(b.others, func(f, g int) int {
		return cmp.Or(cmp.Compare(spec.Fields[f].Kind.cost(), spec.Fields[g].Kind.cost()), cmp.Compare(b.drop(spec, g), b.drop(spec, f)))
	})
	return b
}

// most is the greatest weight of each level and those after it, and that of equal values.
func (f *Field) most() (most [MaxFields]int32, equal int32) {
	rarest := f.rarest
	if len(f.Terms) > 0 {
		rarest = max(rarest, slices.Max(f.Terms))
	}
	top := int32(math.MinInt32)
	for l := len(f.Bits) - 1; l > Missing; l-- {
		bits := f.Bits[l]
		if f.Kind.byFrequency(uint8(l)) {
			bits += rarest
		}
		top = max(top, bits)
		most[l] = top
	}
	most[Missing] = f.Bits[Missing]
	return most, f.Bits[Same] + rarest
}

// drop is how much a pair loses when the values of a field turn out to differ.
func (b *bounds) drop(spec *Spec, f int) int32 {
	bits := spec.Fields[f].Bits
	return b.most[f][Same+1] - bits[len(bits)-1]
}

// cost ranks the kinds by what it takes to compare two values.
func (k Kind) cost() int {
	return slices.Index([]Kind{Exact, Date, Phone, Code, City, Email, Text, Street, Employer, OrgName, Family, Given}, k)
}

// bounded compares a pair of rows as far as it takes to tell whether it weighs keep or more; then every level and the
// weight are those of compare and weigh.
func (c *comparer) bounded(a, b []coded, prior, keep int32) (weight int32, kept bool) {
	open := c.sketched(a, b)
	sums := c.compareNames(a, b)
	weight = c.total(sums, prior)
	group := &c.bounds.group
	if sums == &c.bounds.sums[1] {
		group = &c.bounds.lent
	}
	for _, f := range open {
		if weight < keep {
			return 0, false
		}
		o := c.look(int(f), a[f], b[f])
		c.levels[f], c.terms[f] = o.level, o.term
		sums[group[f]] += c.columns[f].bits[o.level] + o.term - c.bounds.counted[f]
		weight = c.total(sums, prior)
	}
	return weight, weight >= keep
}

// sketched settles the fields other than names that the sketches settle, and sums what each counts as, both for given
// names that differ and for those that do not. It returns the fields that are open.
func (c *comparer) sketched(a, b []coded) []uint8 {
	s := &c.bounds
	clear(s.sums[0][:len(c.spec.Caps)+1])
	clear(s.sums[1][:len(c.spec.Caps)+1])
	n := 0
	for _, f := range s.others {
		x, y := a[f], b[f]
		column := &c.columns[f]
		level, counted := uint8(Missing), int32(0)
		switch {
		case x == 0 || y == 0:
			counted = column.bits[Missing]
		case x == y:
			counted = s.equal[f]
			s.open[n] = uint8(f)
			n++
		default:
			level = bestLevel(column.kind, x, y)
			counted = s.most[f][level]
			if level < column.last {
				s.open[n] = uint8(f)
				n++
			}
		}
		c.levels[f], c.terms[f] = level, 0
		s.counted[f] = counted
		s.sums[0][s.group[f]] += counted
		s.sums[1][s.lent[f]] += counted
	}
	return s.open[:n]
}

// compareNames adds the weights of the names to the sums that hold good for them.
func (c *comparer) compareNames(a, b []coded) *[maxGroups + 1]int32 {
	s := &c.bounds
	for _, f := range s.names {
		o := c.field(f, a[f], b[f])
		c.levels[f], c.terms[f] = o.level, o.term
	}
	for _, f := range s.names {
		if g := c.spec.Fields[f].Swap; g > f {
			c.swap(f, g, a, b)
		}
	}
	sums, group := &s.sums[0], &s.group
	if c.givenDiffers() {
		sums, group = &s.sums[1], &s.lent
	}
	for _, f := range s.names {
		if bits := c.columns[f].bits; bits != nil {
			sums[group[f]] += bits[c.levels[f]] + c.terms[f]
		}
	}
	return sums
}

// total is the weight that sums amount to under the caps.
func (c *comparer) total(sums *[maxGroups + 1]int32, prior int32) int32 {
	weight := prior + sums[0]
	var inner [maxGroups]int32
	for g, limit := range c.spec.Caps {
		sum := min(sums[g+1]+inner[g], limit)
		if wider := c.spec.Within[g]; wider == NoGroup {
			weight += sum
		} else {
			inner[wider] += sum
		}
	}
	return weight
}
