package match

import (
	"bytes"
	"context"
	"database/sql"
	"math"
	"strings"

	"github.com/sameas/sameas/match/kernel"
)

// dependence takes back, of pairs kept for their sum, what the sum counts twice. Fellegi and Sunter's sum takes fields
// to be independent among pairs that are not one person; names are not, and what is made of a name agrees with it:
//
//   - a full name may be more frequent than its two parts let expect: every country has its John Smith;
//   - an e-mail address may say no more than its owner's name: of those who share the name, some share john.smith@.
//
// It only ever takes away, so no pair that the kernel dropped would have been kept.
type dependence struct {
	dependenceTables
	given, family, email int
	set                  *kernel.Set
	shaped               shapedAddresses
	joint                []int32   // per record: what its full name's frequency takes away, in units
	bearers              []float64 // per given name's number: under how many family names it is found, if that makes it a name
}

// dependenceTables are what is counted over all records.
type dependenceTables struct {
	names  map[string]float64 // full name: bits, below 0
	shapes map[string]float64 // shape of a named address: log2 of its frequency
	known  map[string]float64 // given name: number of family names, of those found under enough
}

// Limits of what makes a given name one.
const (
	knownFamilies = 5    // so many family names have it,
	knownShare    = 0.01 // and another name is no typo of it that is found under this share of as many
)

// newDependence counts, each component once; nil of a collection without names of people.
func newDependence(s *schema, set *kernel.Set, component []uint32, m *model, threads int) *dependence {
	d := dependenceOf(s, set)
	if d == nil {
		return nil
	}
	d.shapeAddresses(threads)
	d.dependenceTables = d.count(component, m, threads)
	d.index(threads)
	return d
}

func dependenceOf(s *schema, set *kernel.Set) *dependence {
	d := &dependence{given: s.index("given"), family: s.index("family"), email: s.index("email"), set: set}
	if d.given < 0 || d.family < 0 || d.email < 0 || s.fields[d.given].kind != kernel.Given {
		return nil
	}
	return d
}

// index lays the tables out by record and by value.
func (d *dependence) index(threads int) {
	d.shaped.weigh(d.shapes)
	n := d.set.Len()
	d.joint = make([]int32, n)
	_ = inPieces(context.Background(), workers(threads), n, 1<<14, func(_, from, to int) { // it returns no error
		for i := from; i < to; i++ {
			if name := d.fullName(uint32(i)); name != "" {
				d.joint[i] = units(d.names[name])
			}
		}
	})
	values := d.set.Dictionaries[d.given]
	d.bearers = make([]float64, values.Len())
	for code := range d.bearers {
		d.bearers[code] = d.known[leadingWord(values.Text(uint32(code)))]
	}
}

func leadingWord(text string) string {
	word, _, _ := strings.Cut(text, " ")
	return word
}

func (d *dependence) text(field int, record uint32) string {
	return d.set.Dictionaries[field].Text(d.set.Values[field][record])
}

// fullName is the first given and the family name of a record, "" without either.
func (d *dependence) fullName(record uint32) string {
	given, family := leadingWord(d.text(d.given, record)), d.familyName(record)
	if len(given) < 2 || family == "" {
		return ""
	}
	return given + " " + family
}

func (d *dependence) familyName(record uint32) string {
	family, _, _ := strings.Cut(d.text(d.family, record), valueSeparator)
	return family
}

// apply corrects a comparison, and reports whether it changed anything but the weight.
func (d *dependence) apply(a, b uint32, c *kernel.Comparison, m *model) bool {
	changed := false
	if alikeNames(c.Levels[d.given], c.Levels[d.family]) {
		if joint := min(d.joint[a], d.joint[b]); joint < 0 {
			c.Terms[d.family] += joint
			changed = true
		}
	}
	if l := c.Levels[d.email]; l == kernel.Same || l == kernel.EmailClose {
		if taken := d.address(a, b, c, m); taken < 0 {
			c.Terms[d.email] += taken
			changed = true
		}
	}
	return changed
}

// alikeNames reports that both names agree, exchanged or mistyped as they may be: then a full name is shared.
func alikeNames(given, family uint8) bool {
	return given == kernel.Same && (family == kernel.Same || family == kernel.FamilyClose) ||
		given == kernel.GivenClose && family == kernel.Same ||
		given == kernel.GivenSwapped && family == kernel.FamilySwapped
}

// bothNames reports that two given names, alike as they may be, are both found under so many family names that neither is
// a typo of the other: Wei and Wen are two names.
func (d *dependence) bothNames(a, b uint32) bool {
	if d == nil {
		return false
	}
	x, y := d.set.Values[d.given][a], d.set.Values[d.given][b]
	few, many := min(d.bearers[x], d.bearers[y]), max(d.bearers[x], d.bearers[y])
	return few > 0 && few >= knownShare*many && leadingWord(d.text(d.given, a)) != leadingWord(d.text(d.given, b))
}

// address is what an equal address weighs too much, in units: of two who share the names that it is made of, it says only
// that both chose that shape. The best of several addresses counts.
func (d *dependence) address(a, b uint32, c *kernel.Comparison, m *model) int32 {
	level := m.Fields[d.email].Levels[c.Levels[d.email]]
	counted := units(level.Bits) + c.Terms[d.email]
	best := int32(math.MinInt32)
	for x := range strings.SplitSeq(d.text(d.email, a), valueSeparator) {
		for y := range strings.SplitSeq(d.text(d.email, b), valueSeparator) {
			if c.Levels[d.email] == kernel.Same && strings.TrimPrefix(x, kernel.Named) != strings.TrimPrefix(y, kernel.Named) {
				continue
			}
			frequency := d.oneShape(x, y, a, b)
			for _, side := range []struct {
				address string
				record  uint32
			}{{x, a}, {y, b}} {
				frequency = max(frequency, d.shapeFrequency(side.address, side.record, c))
			}
			best = max(best, units(min(math.Log2(level.M)-frequency, maxBits+maxTermBits)))
		}
	}
	if best == math.MinInt32 {
		return 0
	}
	return min(0, max(best, 0)-counted)
}

// oneShape is log2 of how frequent a shape is that two different addresses have: their likeness is that of the names that
// they are made of, whether these agree or not, as with linda_f@ of Linda Fletcher and linda_y@ of Linda Young.
func (d *dependence) oneShape(x, y string, a, b uint32) float64 {
	if x == y {
		return math.Inf(-1)
	}
	of, other := d.shaped.own[a], d.shaped.own[b]
	if of.number != severalShapes && other.number != severalShapes {
		if of.number != other.number {
			return math.Inf(-1)
		}
		return frequencyOf(d.shaped.frequency[of.number], int(of.digits))
	}
	one, two := d.shape(nil, x, a), d.shape(nil, y, b)
	if one.text == nil || !bytes.Equal(one.text, two.text) {
		return math.Inf(-1)
	}
	return d.frequency(one)
}

// frequency is log2 of how frequent a shape is.
func (d *dependence) frequency(s shape) float64 {
	if f, ok := d.shapes[string(s.text)]; ok {
		return frequencyOf(f, s.digits)
	}
	return math.Inf(-1)
}

// shapeFrequency is log2 of how frequent an address's shape is, where the names that it is made of agree.
func (d *dependence) shapeFrequency(address string, record uint32, c *kernel.Comparison) float64 {
	ofGiven, ofFamily, frequency := false, false, math.Inf(-1)
	if own := d.shaped.own[record]; own.number != severalShapes {
		ofGiven, ofFamily = own.given, own.family
		frequency = frequencyOf(d.shaped.frequency[own.number], int(own.digits))
	} else if s := d.shape(nil, address, record); s.text != nil {
		ofGiven, ofFamily, frequency = s.given, s.family, d.frequency(s)
	}
	given, family := c.Levels[d.given], c.Levels[d.family]
	if ofGiven && (given == kernel.Missing || given >= kernel.GivenRelated) || ofFamily && (family == kernel.Missing || family >= kernel.FamilyRelated) {
		return math.Inf(-1)
	}
	return frequency
}

// Names of the tables in term_weights: they are no fields of the model, and so no field's name.
const (
	namesTable  = "(full name)"
	shapesTable = "(e-mail shape)"
	knownTable  = "(known given name)"
)

// rows are those of term_weights.
func (t *dependenceTables) rows() []termRow {
	var rows []termRow
	for name, terms := range map[string]map[string]float64{namesTable: t.names, shapesTable: t.shapes, knownTable: t.known} {
		for term, value := range terms {
			rows = append(rows, termRow{name, term, value})
		}
	}
	return rows
}

// storedDependence reads of the stored tables what concerns the records of a set.
func storedDependence(ctx context.Context, db *sql.DB, s *schema, set *kernel.Set) (*dependence, error) {
	d := dependenceOf(s, set)
	if d == nil {
		return nil, nil
	}
	d.dependenceTables = dependenceTables{names: map[string]float64{}, shapes: map[string]float64{}, known: map[string]float64{}}
	var terms []string
	for i := range uint32(set.Len()) {
		terms = append(terms, d.fullName(i), leadingWord(d.text(d.given, i)))
		for e := range strings.SplitSeq(d.text(d.email, i), valueSeparator) {
			terms = append(terms, string(d.shape(nil, e, i).text))
		}
	}
	err := eachTermWeight(ctx, db, s.collection, terms, func(table, term string, value float64) {
		switch table {
		case namesTable:
			d.names[term] = value
		case shapesTable:
			d.shapes[term] = value
		case knownTable:
			d.known[term] = value
		}
	})
	d.shapeAddresses(1)
	d.index(1)
	return d, err
}
