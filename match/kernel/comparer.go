package kernel

// comparer compares pairs of one set under one spec. Outcomes per pair of values are remembered: names repeat, and
// a look into a table costs a tenth of Jaro-Winkler.
type comparer struct {
	set     *Set
	spec    *Spec
	scratch Scratch
	caches  []cache // one a field, then one a field for values compared across a swap
	terms   [MaxFields]int32
	levels  [MaxFields]uint8
	groups  []int32
}

// cache maps a pair of values to its outcome; a newer pair takes the place of an older one.
type cache struct {
	keys     []uint64
	outcomes []outcome
}

type outcome struct {
	level uint8
	term  int32
}

const cacheBits = 15

func newComparer(set *Set, spec *Spec) comparer {
	c := comparer{set: set, spec: spec, groups: make([]int32, len(spec.Caps))}
	c.caches = make([]cache, 2*len(spec.Fields))
	return c
}

// compare returns the levels of a pair, and its weight when the spec has one; c.terms holds the adjustments.
func (c *comparer) compare(a, b uint32) (Pattern, int32) {
	for f := range c.spec.Fields {
		o := c.field(f, c.set.Values[f][a], c.set.Values[f][b])
		c.levels[f], c.terms[f] = o.level, o.term
	}
	for f := range c.spec.Fields {
		if g := c.spec.Fields[f].Swap; g > f {
			c.swap(f, g, a, b)
		}
	}
	return c.weigh()
}

func (c *comparer) weigh() (Pattern, int32) {
	var pattern Pattern
	clear(c.groups)
	weight := c.spec.Prior
	for f := range c.spec.Fields {
		field := &c.spec.Fields[f]
		level := c.levels[f]
		pattern |= Pattern(level) << (4 * f)
		if field.Bits == nil {
			continue
		}
		bits := field.Bits[level] + c.terms[f]
		switch {
		case field.Group != NoGroup:
			c.groups[field.Group] += bits
		case field.Lent != NoGroup && c.givenDiffers():
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
	return pattern, weight
}

// givenDiffers reports whether some given name of the pair differs.
func (c *comparer) givenDiffers() bool {
	for f := range c.spec.Fields {
		if c.spec.Fields[f].Kind == Given && c.levels[f] == GivenDifferent {
			return true
		}
	}
	return false
}

// field compares two values of a field.
func (c *comparer) field(f int, x, y uint32) outcome {
	if x == 0 || y == 0 {
		return outcome{}
	}
	if x > y {
		x, y = y, x
	}
	return c.cached(f, x, y, func() outcome {
		d := c.set.Dictionaries[f]
		return c.best(f, d.values[x], d.values[y])
	})
}

func (c *comparer) cached(slot int, x, y uint32, compute func() outcome) outcome {
	table := &c.caches[slot]
	if table.keys == nil {
		table.keys = make([]uint64, 1<<cacheBits)
		table.outcomes = make([]outcome, 1<<cacheBits)
	}
	key := uint64(x)<<32 | uint64(y)
	place := key * 0x9e3779b97f4a7c15 >> (64 - cacheBits)
	if table.keys[place] != key {
		table.outcomes[place] = compute()
		table.keys[place] = key
	}
	return table.outcomes[place]
}

// best is the strongest level among all pairs of parts; among equals the one that frequency makes weigh most.
func (c *comparer) best(f int, xs, ys []part) outcome {
	field := &c.spec.Fields[f]
	best := outcome{}
	for i := range xs {
		for j := range ys {
			o := outcome{level: c.scratch.levelOf(field.Kind, &xs[i], &ys[j])}
			if field.Terms != nil && field.Kind.byFrequency(o.level) {
				o.term = min(field.Terms[xs[i].term], field.Terms[ys[j].term])
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
func (c *comparer) swap(f, g int, a, b uint32) {
	related := func(field int) bool { return c.levels[field] == Missing || c.levels[field] >= 5 }
	if !related(f) || !related(g) || c.levels[f] == Missing && c.levels[g] == Missing && !c.crossed(f, g, a, b) {
		return
	}
	v := c.set.Values
	one, other := c.across(f, g, v[f][a], v[g][b]), c.across(f, g, v[f][b], v[g][a])
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

// crossed reports whether a value stands in one field of one record and in the other field of the other.
func (c *comparer) crossed(f, g int, a, b uint32) bool {
	v := c.set.Values
	return v[f][a] != 0 && v[g][b] != 0 || v[f][b] != 0 && v[g][a] != 0
}

func (c *comparer) setLevel(f int, level uint8) { c.levels[f], c.terms[f] = level, 0 }

// across compares a given name with a family name: 0 missing, 1 equal, 2 close, 3 different.
func (c *comparer) across(f, g int, given, family uint32) uint8 {
	if given == 0 || family == 0 {
		return 0
	}
	return c.cached(len(c.spec.Fields)+f, given, family, func() outcome {
		best := outcome{level: 3}
		for _, x := range c.set.Dictionaries[f].values[given] {
			for _, y := range c.set.Dictionaries[g].values[family] {
				if x.text == y.text {
					best.level = 1
				} else if best.level > 2 && (c.scratch.typo(x.text, y.text) || len(x.text) > 3 && c.scratch.JaroWinkler(min(x.text, y.text), max(x.text, y.text)) >= closeName) {
					best.level = 2
				}
			}
		}
		return best
	}).level
}
