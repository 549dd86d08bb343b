package kernel

import (
	"cmp"
	"math"
	"slices"
)

// maxGroups is how many groups of correlated fields a spec may have.
const maxGroups = 16

// bounds drops hopeless pairs early. First every field counts the most that it may by the sketches of its values; then the
// fields of which that leaves the level open are looked up, names first and then those that take the least. Since the sum,
// and what a group's cap leaves of it, never falls when a field's weight rises, a pair that stays below the threshold so
// would stay below it in full.
type bounds struct {
	names  []int            // given names and those that they are exchanged with: they decide in which group others count
	others []int            // the other fields that have weights, those first that take the least to compare
	order  []int            // names, then others
	name   uint32           // bit f: field f is among names
	swaps  [][2]int         // a given name and the family name that it may have been exchanged with
	lends  []int            // fields that count elsewhere when the given names differ
	group  [MaxFields]uint8 // the sum that a field counts in, 0 for that outside groups
	lent   [MaxFields]uint8 // the same when the given names differ

	// Of the record at hand: its values, the names that it lacks, and what all that it lacks adds to the sums.
	values  [MaxFields]held
	has     []held
	unnamed []uint8
	lacking [maxGroups + 1]int32

	// Of the pair at hand: what a field counts as, its weight or the most that it may be; the fields of which this is
	// not settled.
	counted [MaxFields]int32
	open    [MaxFields]uint8
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
		if field.Swap > f {
			b.swaps = append(b.swaps, [2]int{f, field.Swap})
		}
		if field.Bits == nil {
			continue
		}
		b.group[f] = uint8(field.Group + 1)
		b.lent[f] = b.group[f]
		if field.Group == NoGroup && field.Lent != NoGroup {
			b.lent[f] = uint8(field.Lent + 1)
			b.lends = append(b.lends, f)
		}
	}
	slices.SortStableFunc(b.others, func(f, g int) int {
		return cmp.Or(cmp.Compare(spec.Fields[f].Kind.cost(), spec.Fields[g].Kind.cost()), cmp.Compare(b.drop(spec, g), b.drop(spec, f)))
	})
	b.order = slices.Concat(b.names, b.others)
	for _, f := range b.names {
		b.name |= 1 << f
	}
	return b
}

// most is the greatest weight of each level and those after it: of those that frequency does not adjust, and of those
// that it does, before it does.
func (f *Field) most() (steady, adjusted [maxLevels]int32) {
	const none = math.MinInt32 / 2
	top, before := int32(none), int32(none)
	for l := len(f.Bits) - 1; l > Missing; l-- {
		if f.Kind.byFrequency(uint8(l)) {
			before = max(before, f.Bits[l])
		} else {
			top = max(top, f.Bits[l])
		}
		steady[l], adjusted[l] = top, before
	}
	return steady, adjusted
}

// drop is how much a pair loses when the values of a field turn out to differ.
func (b *bounds) drop(spec *Spec, f int) int32 {
	field := &spec.Fields[f]
	steady, adjusted := field.most()
	return max(steady[Same+1], adjusted[Same+1]+field.mostTerm()) - field.Bits[len(field.Bits)-1]
}

// mostTerm is the most that the frequency of a value adds.
func (f *Field) mostTerm() int32 {
	if f.same != nil {
		return f.rarest
	}
	return max(f.rarest, mostOf(f.Terms))
}

// cost ranks the kinds by what it takes to compare two values.
func (k Kind) cost() int {
	return slices.Index([]Kind{Exact, Date, Phone, Code, City, Email, Text, Street, Employer, OrgName, Family, Given}, k)
}

// held is a value of the record at hand.
type held struct {
	value  coded
	column *column
	field  uint8
}

// begin takes in the record that the next ones are compared with. What it lacks is settled for all of them.
func (c *comparer) begin(a []coded) {
	s := &c.bounds
	s.lacking = [maxGroups + 1]int32{}
	s.unnamed = s.unnamed[:0]
	n := 0
	for _, f := range s.order {
		column := &c.columns[f]
		if a[f] != 0 {
			s.values[n] = held{a[f], column, uint8(f)}
			n++
			continue
		}
		c.levels[f], c.terms[f], s.counted[f] = Missing, 0, column.missing
		s.lacking[column.group] += column.missing
		if s.name>>f&1 != 0 {
			s.unnamed = append(s.unnamed, uint8(f))
		}
	}
	s.has = s.values[:n]
}

// bounded compares a pair of rows, the first one that of begin, as far as it takes to tell whether it weighs keep or
// more; then every level and the weight are those of compare and weigh.
func (c *comparer) bounded(a, b []coded, prior, keep int32) (weight int32, kept bool) {
	s := &c.bounds
	sums := s.lacking
	open := c.sketched(b, &sums)
	if !c.mayWeigh(a, b, &sums, prior, keep) {
		return 0, false
	}
	group, names := c.compareNames(a, b, &sums, open)
	weight = c.total(&sums, prior)
	for _, f := range open[names:] {
		if weight < keep {
			return 0, false
		}
		o := c.look(int(f), a[f], b[f])
		c.levels[f], c.terms[f] = o.level, o.term
		sums[group[f]] += c.columns[f].bits[o.level] + o.term - s.counted[f]
		weight = c.total(&sums, prior)
	}
	return weight, weight >= keep
}

// sketched settles the fields that the sketches settle, and sums what each counts as while the given names do not differ.
// It returns the fields that are open, names first.
func (c *comparer) sketched(b []coded, sums *[maxGroups + 1]int32) []uint8 {
	s := &c.bounds
	for _, f := range s.unnamed { // as it was, unless names were exchanged in the pair before
		c.levels[f] = Missing
	}
	n := 0
	for i := range s.has {
		h := &s.has[i]
		f, column := h.field&(MaxFields-1), h.column
		level, counted, term := uint8(Missing), column.missing, int32(0)
		switch y := b[f]; y {
		case 0:
		case h.value:
			level = Same
			if column.same != nil {
				term = column.same[y.code()]
			}
			counted = column.equal + term
		default:
			level = uint8(bestLevel(column.kind, h.value, y, c.needed))
			counted = column.most(level, h.value)
			s.open[n&(MaxFields-1)] = f
			if level < column.last {
				level = max(level, Same+1) // only what is equal is settled as the same
				n++
			}
		}
		c.levels[f], c.terms[f], s.counted[f] = level, term, counted
		sums[column.group] += counted
	}
	return s.open[:n]
}

// most is what a value counts at most with another one, from a level on: that is adjusted by the rarer of the two.
func (c *column) most(level uint8, value coded) int32 {
	level &= maxLevels - 1
	if level > Same+1 {
		return c.steady[level]
	}
	term := int32(0)
	if c.same != nil {
		term = c.same[value.code()]
	}
	return max(c.steady[level], c.adjusted[level]+term)
}

// mayWeigh reports whether a pair may weigh keep or more by its sketches.
func (c *comparer) mayWeigh(a, b []coded, sums *[maxGroups + 1]int32, prior, keep int32) bool {
	if c.mayReach(sums, prior, keep) {
		return true
	}
	if !c.someExchanged(a, b) {
		return false
	}
	s := &c.bounds
	bound := *sums
	for _, w := range s.swaps {
		f, g := w[0], w[1]
		if c.levels[f] == Same || c.levels[g] == Same {
			continue
		}
		bound[c.columns[f].group] += max(0, c.columns[f].exchanged-s.counted[f])
		bound[c.columns[g].group] += max(0, c.columns[g].exchanged-s.counted[g])
	}
	return c.mayReach(&bound, prior, keep)
}

// someExchanged reports whether some names of a pair may have been exchanged, by their sketches.
func (c *comparer) someExchanged(a, b []coded) bool {
	for _, w := range c.bounds.swaps {
		f, g := w[0], w[1]
		if c.levels[f] != Same && c.levels[g] != Same && c.mayBeExchanged(f, g, a, b) {
			return true
		}
	}
	return false
}

// mayReach reports whether sums may amount to keep or more, whether the given names differ or not.
func (c *comparer) mayReach(sums *[maxGroups + 1]int32, prior, keep int32) bool {
	if c.total(sums, prior) >= keep {
		return true
	}
	if len(c.bounds.lends) == 0 || !c.givenMayDiffer() {
		return false
	}
	lent := *sums
	c.lend(&lent)
	return c.total(&lent, prior) >= keep
}

// givenMayDiffer reports whether some given name is not the same.
func (c *comparer) givenMayDiffer() bool {
	for f, mask := 0, c.given; mask != 0; f, mask = f+1, mask>>1 {
		if mask&1 != 0 && c.levels[f] > Same {
			return true
		}
	}
	return false
}

// lend puts what the given names lend into the sums that it counts in when they differ.
func (c *comparer) lend(sums *[maxGroups + 1]int32) {
	s := &c.bounds
	for _, f := range s.lends {
		sums[s.group[f]] -= s.counted[f]
		sums[s.lent[f]] += s.counted[f]
	}
}

// compareNames settles the names and with them the sums that fields count in, which it returns; with it, how many of the
// open fields were names.
func (c *comparer) compareNames(a, b []coded, sums *[maxGroups + 1]int32, open []uint8) (group *[MaxFields]uint8, names int) {
	s := &c.bounds
	for names < len(open) && s.name>>open[names]&1 != 0 {
		f := open[names]
		o := c.look(int(f), a[f], b[f])
		c.levels[f], c.terms[f] = o.level, o.term
		names++
	}
	for _, w := range s.swaps {
		c.swap(w[0], w[1], a, b)
	}
	group = &s.group
	if c.givenDiffers() {
		group = &s.lent
		c.lend(sums)
	}
	for _, f := range s.names {
		if bits := c.columns[f].bits; bits != nil {
			sums[group[f]] += bits[c.levels[f]] + c.terms[f] - s.counted[f]
		}
	}
	return group, names
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
