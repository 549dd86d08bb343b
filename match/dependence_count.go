package match

import (
	"context"
	"math"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/sameas/sameas/match/kernel"
)

// count makes the tables, names and addresses side by side. Of a component the smallest record counts, and others as far as
// they say something else: five synced copies of one person do not make his name common.
func (d *dependence) count(component []uint32, m *model, threads int) dependenceTables {
	var names countedNames
	var shapes countedShapes
	var both errgroup.Group // neither returns an error
	both.Go(func() error {
		names = d.countNames(component)
		return nil
	})
	both.Go(func() error {
		shapes = d.countShapes(component)
		return nil
	})
	_ = both.Wait()
	return d.tables(names, shapes, m, threads)
}

// countedNames are how often full names occur, by the terms of their parts, and under how many family names a given name does.
type countedNames struct {
	joint    []countedName
	families map[uint32]int
	people   int
}

type countedName struct {
	given, family uint32
	n             int
}

func (d *dependence) countNames(component []uint32) countedNames {
	c := countedNames{families: map[uint32]int{}}
	given, family := leadingTerms(d.set.Dictionaries[d.given]), leadingTerms(d.set.Dictionaries[d.family])
	name := func(i uint32) uint64 {
		return uint64(given[d.set.Values[d.given][i]])<<32 | uint64(family[d.set.Values[d.family][i]])
	}
	counted := make(keyEntries, 0, len(component))
	for i, root := range component {
		of := name(uint32(i))
		if of>>32 == 0 || uint32(of) == 0 {
			continue
		}
		c.people += alone(i, root)
		if i == int(root) || of != name(root) {
			counted = append(counted, keyEntry{mix(of), uint32(i)}) // one to one, and evenly spread
		}
	}
	counted.sorted().runs(1, func(run keyEntries) {
		of := name(run[0].record)
		c.joint = append(c.joint, countedName{uint32(of >> 32), uint32(of), len(run)})
		c.families[uint32(of>>32)]++
	})
	return c
}

// countedShapes are how often shapes of addresses occur.
type countedShapes struct {
	shapes    map[string]int
	addressed int
}

func (d *dependence) countShapes(component []uint32) countedShapes {
	c, counts := countedShapes{shapes: map[string]int{}}, make([]int, len(d.shaped.texts))
	for i, root := range component {
		email := d.set.Values[d.email][i]
		if email == 0 {
			continue
		}
		c.addressed += alone(i, root)
		if i != int(root) && email == d.set.Values[d.email][root] {
			continue
		}
		if own := d.shaped.own[i].number; own != severalShapes {
			counts[own]++
			continue
		}
		for e := range strings.SplitSeq(d.set.Dictionaries[d.email].Text(email), valueSeparator) {
			if s := d.shape(nil, e, uint32(i)); s.text != nil {
				c.shapes[string(s.text)]++
			}
		}
	}
	counts[noShape] = 0
	for number, n := range counts {
		if n > 0 {
			c.shapes[d.shaped.texts[number]] += n
		}
	}
	return c
}

func alone(record int, root uint32) int {
	if record == int(root) {
		return 1
	}
	return 0
}

// leadingTerms is the first term of every value of a dictionary.
func leadingTerms(d *kernel.Dictionary) []uint32 {
	terms := make([]uint32, d.Len())
	for code := range terms {
		if of := d.TermsOf(uint32(code)); len(of) > 0 {
			terms[code] = of[0]
		}
	}
	return terms
}

func (d *dependence) tables(names countedNames, shapes countedShapes, m *model, threads int) dependenceTables {
	t := dependenceTables{names: map[string]float64{}, shapes: map[string]float64{}, known: map[string]float64{}}
	given, family := d.set.Dictionaries[d.given].Terms(), d.set.Dictionaries[d.family].Terms()
	for term, n := range names.families {
		if n >= knownFamilies {
			t.known[given[term]] = float64(n)
		}
	}
	for text, n := range shapes.shapes {
		t.shapes[text] = math.Log2(float64(n) / float64(max(shapes.addressed, 1)))
	}
	for i, bits := range d.excesses(names, m, threads) {
		if name := names.joint[i]; bits < 0 {
			t.names[given[name.given]+" "+family[name.family]] = bits
		}
	}
	return t
}

// excesses are those of all full names, worked out on all cores.
func (d *dependence) excesses(names countedNames, m *model, threads int) []float64 {
	bits := make([]float64, len(names.joint))
	_ = inPieces(context.Background(), workers(threads), len(bits), 1<<12, func(_, from, to int) { // it returns no error
		for i, name := range names.joint[from:to] {
			bits[from+i] = d.excess(name.given, name.family, name.n, names.people, m)
		}
	})
	return bits
}

// excess is the bits by which a full name seen so often is more frequent than the bits of its parts tell. The two records
// that agree are left out, and few sightings are drawn towards what the parts tell, as with any term.
func (d *dependence) excess(given, family uint32, n, people int, m *model) float64 {
	told := d.told(m, d.given, given) * d.told(m, d.family, family)
	frequency := (float64(max(n-2, 0)) + 1) / (float64(people) + 1/told)
	return rounded(min(0, max(math.Log2(told/frequency), minTermBits)))
}

// told is the frequency that a value's weight supposes: u, adjusted.
func (d *dependence) told(m *model, field int, term uint32) float64 {
	level := m.Fields[field].Levels[kernel.Same]
	return level.M / math.Exp2(level.Bits+float64(m.terms[field][term])*kernel.Unit)
}
