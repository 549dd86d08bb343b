package kernel

import "slices"

// comparer compares pairs of one set under one spec. It does not remember levels of pairs of values: measured with
// tables from 16 KiB up, looking one up took as long as comparing anew.
type comparer struct {
	set     *Set
	spec    *Spec
	scratch Scratch
	strata  int
	bounds  bounds
	needed  *floors
	given   uint32 // bit f: field f is of kind Given
	columns [MaxFields]column
	groups  []int32 // sums of the groups
	levels  [MaxFields]uint8
	terms   [MaxFields]int32
}

// column is what comparing a field needs, close together.
type column struct {
	kind  Kind
	last  uint8 // the level of disagreement
	group uint8 // the sum that it counts in, 0 for that outside groups
	dict  *Dictionary
	bits  []int32
	terms []int32
	same  []int32 // by code: what frequency adds when both have this value; nil where nobody worked it out

	missing, equal   int32            // what it counts as when one value is missing, and when they are equal, frequency aside
	exchanged        int32            // what a name counts as at most when it was exchanged
	steady, adjusted [maxLevels]int32 // the most from a level on, of levels that frequency does not adjust and of those that it does
}

type outcome struct {
	level uint8
	term  int32
}

func newComparer(set *Set, spec *Spec) comparer {
	c := comparer{set: set, spec: spec, strata: spec.strata(), bounds: newBounds(spec), needed: needed(), groups: make([]int32, len(spec.Caps))}
	for f := range spec.Fields {
		field := &spec.Fields[f]
		c.columns[f] = column{kind: field.Kind, last: field.Kind.Different(), dict: set.Dictionaries[f], bits: field.Bits, terms: field.Terms, same: slices.Clip(field.same)}
		if field.Bits != nil {
			c.columns[f].weigh(field)
			c.columns[f].group = c.bounds.group[f]
		}
		if field.Kind == Given {
			c.given |= 1 << f
		}
	}
	return c
}

// weigh takes in what a field's levels weigh.
func (c *column) weigh(field *Field) {
	c.missing, c.equal = field.Bits[Missing], field.Bits[Same]
	c.steady, c.adjusted = field.most()
	c.exchanged = field.Bits[Missing]
	switch field.Kind {
	case Given:
		c.exchanged = max(c.exchanged, field.Bits[GivenSwapped])
	case Family:
		c.exchanged = max(c.exchanged, field.Bits[FamilySwapped])
	}
}

// weighSame works out what the frequency of equal values adds, for those that were numbered since it last did.
func (c *comparer) weighSame() {
	for f := range c.spec.Fields {
		if column := &c.columns[f]; column.terms != nil {
			column.same = column.dict.sameTerms(column.same, column.terms)
		}
	}
}

// WeighSame works out what the frequency of equal values of a set adds, once for all that compare under the spec from then on,
// on so many threads. The set's dictionaries must have all values.
func (s *Spec) WeighSame(set *Set, threads int) {
	onThreads(threads, len(s.Fields), func(f int) {
		if field := &s.Fields[f]; field.Terms != nil {
			field.rarest = field.mostTerm()
			field.same = set.Dictionaries[f].sameTerms(nil, field.Terms)
		}
	})
}

// row is a record's values: as they were packed, or filled in field by field.
func (c *comparer) row(record uint32, into *[MaxFields]coded) []coded {
	if n := len(c.set.Dictionaries); len(c.set.rows) == n*c.set.Len() {
		return c.set.rows[int(record)*n:][:n:n]
	}
	for f, d := range c.set.Dictionaries {
		into[f] = d.coded(c.set.Values[f][record])
	}
	return into[:len(c.set.Dictionaries)]
}

// compare finds the levels and the adjustments of a pair of rows.
func (c *comparer) compare(a, b []coded) {
	for f := range c.spec.Fields {
		o := c.field(f, a[f], b[f])
		c.levels[f], c.terms[f] = o.level, o.term
	}
	for _, w := range c.bounds.swaps {
		c.swap(w[0], w[1], a, b)
	}
}

// pattern is that of the levels found.
func (c *comparer) pattern() (p Pattern) {
	for f := range c.spec.Fields {
		p |= Pattern(c.levels[f]) << (4 * f)
	}
	return p
}

// weigh adds the weights of the levels found to a prior.
func (c *comparer) weigh(prior int32) int32 {
	clear(c.groups)
	weight := prior
	lend := c.givenDiffers()
	for f := range c.spec.Fields {
		field := &c.spec.Fields[f]
		if field.Bits == nil {
			continue
		}
		bits := field.Bits[c.levels[f]] + c.terms[f]
		switch {
		case field.Group != NoGroup:
			c.groups[field.Group] += bits
		case field.Lent != NoGroup && lend:
			c.groups[field.Lent] += bits
		default:
			weight += bits
		}
	}
	for g := range c.groups {
		sum := min(c.groups[g], c.spec.Caps[g])
		if wider := c.spec.Within[g]; wider == NoGroup {
			weight += sum
		} else {
			c.groups[wider] += sum
		}
	}
	return weight
}

// givenDiffers reports whether some given name of the pair differs.
func (c *comparer) givenDiffers() bool {
	for f, mask := 0, c.given; mask != 0; f, mask = f+1, mask>>1 {
		if mask&1 != 0 && c.levels[f] == GivenDifferent {
			return true
		}
	}
	return false
}

// field compares two values of a field.
func (c *comparer) field(f int, v, w coded) outcome {
	switch column := &c.columns[f]; {
	case v == 0 || w == 0:
		return outcome{}
	case v == w && column.same != nil:
		return outcome{Same, column.same[v.code()]}
	case v != w && bestLevel(column.kind, v, w, c.needed) == uint32(column.last):
		return outcome{level: column.last}
	}
	return c.look(f, v, w)
}

// look compares two values of a field, neither missing, by the dictionary.
func (c *comparer) look(f int, v, w coded) outcome {
	column := &c.columns[f]
	d := column.dict
	x, y := v.code(), w.code()
	if d.kind == Street && streetsDiffer(d.digests[x], d.digests[y]) {
		return outcome{level: TextDifferent}
	}
	a, b := &d.parts[x], &d.parts[y]
	if (a.info|b.info)&partSeveral != 0 {
		return c.best(f, d, x, y)
	}
	o := outcome{level: Same}
	if x != y {
		o.level = c.scratch.levelOf(d, a, b)
	}
	if column.terms != nil && d.kind.byFrequency(o.level) {
		o.term = min(column.terms[a.term], column.terms[b.term])
	}
	return o
}

// best is the strongest level among all pairs of parts; among equals the one that frequency makes weigh most.
func (c *comparer) best(f int, d *Dictionary, x, y uint32) outcome {
	terms := c.spec.Fields[f].Terms
	best := outcome{}
	n := d.partsOf(y)
	for i := range d.partsOf(x) {
		a := d.part(x, i)
		for j := range n {
			b := d.part(y, j)
			o := outcome{level: c.scratch.levelOf(d, a, b)}
			if terms != nil && d.kind.byFrequency(o.level) {
				o.term = min(terms[a.term], terms[b.term])
			}
			if best.level == 0 || o.level < best.level || o.level == best.level && o.term > best.term {
				best = o
			}
		}
	}
	return best
}

// swap looks for a given and a family name that were exchanged: when the two fields do not agree as they stand, but
// do crosswise. With one side of a cross missing, the other must be equal.
func (c *comparer) swap(f, g int, a, b []coded) {
	if !c.unrelated(f) || !c.unrelated(g) {
		return
	}
	one, other := c.across(f, g, a[f], b[g]), c.across(f, g, b[f], a[g])
	switch {
	case one == 0 && other == 0:
		return
	case one != 0 && other != 0:
		if one > 2 || other > 2 {
			return
		}
		c.setLevel(f, GivenSwapped)
		c.setLevel(g, FamilySwapped)
	case one == Same || other == Same:
		c.setLevel(f, Missing)
		c.setLevel(g, FamilySwapped)
	}
}

// mayBeExchanged reports whether swap may find two names exchanged, by their sketches: on no cross may they be certain to
// differ.
func (c *comparer) mayBeExchanged(f, g int, a, b []coded) bool {
	one, other := a[f] != 0 && b[g] != 0, b[f] != 0 && a[g] != 0
	return (one || other) && !(one && c.apartAcross(a[f], b[g])) && !(other && c.apartAcross(b[f], a[g]))
}

// apartAcross reports whether a given and a family name are certain by their sketches to be neither equal nor close.
func (c *comparer) apartAcross(given, family coded) bool {
	return uint32(given|family)&vagueCode == 0 && sketchesDiffer(given.sketch(), family.sketch(), c.needed)
}

func (c *comparer) unrelated(f int) bool { return c.levels[f] == Missing || c.levels[f] >= 5 }

func (c *comparer) setLevel(f int, level uint8) { c.levels[f], c.terms[f] = level, 0 }

// across compares a given name with a family name: 0 missing, 1 equal, 2 close, 3 different.
func (c *comparer) across(f, g int, v, w coded) uint8 {
	if v == 0 || w == 0 {
		return 0
	}
	if c.apartAcross(v, w) {
		return 3
	}
	given, family := v.code(), w.code()
	df, dg := c.set.Dictionaries[f], c.set.Dictionaries[g]
	best := uint8(3)
	for i := range df.partsOf(given) {
		for j := range dg.partsOf(family) {
			best = min(best, c.partsAcross(df, dg, df.part(given, i), dg.part(family, j)))
		}
	}
	return best
}

func (c *comparer) partsAcross(df, dg *Dictionary, p, q *part) uint8 {
	limit := typos(p.size, q.size)
	typo := limit > 0 && fewest(p.sign, q.sign) <= limit
	matching := mostMatching(p.size, q.size, p.sign, q.sign)
	if !typo && p.sign != q.sign && !mayReach(closeName, int(p.size), int(q.size), matching, boostPrefix) {
		return 3
	}
	x, y := df.text(p), dg.text(q)
	switch {
	case x == y:
		return 1
	case typo && c.scratch.Edits(x, y, limit) <= limit:
		return 2
	case p.size > 3 && c.scratch.similarity(min(x, y), max(x, y), matching, closeName) >= closeName:
		return 2
	}
	return 3
}

// Comparison is one pair in full.
type Comparison struct {
	Levels []uint8
	Terms  []int32 // what the frequency of the values adds to each field, in units
	Weight int32   // in units, prior and caps included
}

// Comparer compares single pairs; it is for one goroutine.
type Comparer struct {
	comparer
	rows [2][MaxFields]coded
}

// NewComparer returns a comparer over a set.
func NewComparer(set *Set, spec *Spec) *Comparer { return &Comparer{comparer: newComparer(set, spec)} }

func (c *Comparer) pair(a, b uint32) (weight int32) {
	c.compare(c.row(a, &c.rows[0]), c.row(b, &c.rows[1]))
	return c.weigh(c.spec.prior(c.strata, c.set.stratum(a), c.set.stratum(b)))
}

// Weight is that of a pair, in units.
func (c *Comparer) Weight(a, b uint32) int32 { return c.pair(a, b) }

// Pattern is that of a pair.
func (c *Comparer) Pattern(a, b uint32) Pattern {
	c.pair(a, b)
	return c.pattern()
}

// Recall is Compare of an edge that was scanned, into a comparison whose memory it uses again: its levels and its weight
// are known, and only what frequency adds to levels that it adjusts is looked up.
func (c *Comparer) Recall(e Edge, into *Comparison) {
	a, b := c.row(e.A, &c.rows[0]), c.row(e.B, &c.rows[1])
	into.Weight, into.Levels, into.Terms = e.Weight, into.Levels[:0], into.Terms[:0]
	for f := range c.spec.Fields {
		level, term := e.Pattern.Level(f), int32(0)
		if column := &c.columns[f]; column.terms != nil && column.kind.byFrequency(level) {
			term = c.field(f, a[f], b[f]).term
		}
		into.Levels, into.Terms = append(into.Levels, level), append(into.Terms, term)
	}
}

// Compare compares a pair in full.
func (c *Comparer) Compare(a, b uint32) Comparison {
	n := len(c.spec.Fields)
	weight := c.pair(a, b)
	return Comparison{
		Levels: append(make([]uint8, 0, n), c.levels[:n]...),
		Terms:  append(make([]int32, 0, n), c.terms[:n]...),
		Weight: weight,
	}
}
