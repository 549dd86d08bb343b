package match

import (
	"math"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/sameas/sameas/match/kernel"
)

// shape is a named address with its owner's names taken out: F and f for the given name and its initial, L and l for
// the family name, # for a digit.
type shape struct {
	text          string
	digits        float64
	given, family bool // it holds that name in full
}

// shape of an address of a record; none of one that is not made of a name.
func (d *dependence) shape(address string, record uint32) shape {
	bare, named := strings.CutPrefix(address, kernel.Named)
	local, domain, ok := strings.Cut(bare, "@")
	if !named || !ok {
		return shape{}
	}
	given := leadingWord(d.text(d.given, record))
	family := strings.ReplaceAll(d.familyName(record), " ", "")
	return shapeOfAddress(local, domain, given, family)
}

func shapeOfAddress(local, domain, given, family string) shape {
	var s shape
	for _, name := range []struct {
		text, mark string
		in         *bool
	}{{family, "L", &s.family}, {given, "F", &s.given}} {
		if len(name.text) > 2 && strings.Contains(local, name.text) {
			local = strings.Replace(local, name.text, name.mark, 1)
			*name.in = true
		}
	}
	first, last := s.given, s.family // taken account of
	var b strings.Builder
	for i := range len(local) {
		c := local[i]
		alone := (i == 0 || !lower(local[i-1])) && (i+1 == len(local) || !lower(local[i+1]))
		switch {
		case c >= '0' && c <= '9':
			s.digits++
			b.WriteByte('#')
		case alone && !first && given != "" && c == given[0]:
			first = true
			b.WriteByte('f')
		case alone && !last && family != "" && c == family[0]:
			last = true
			b.WriteByte('l')
		default:
			b.WriteByte(c)
		}
	}
	if first || last {
		s.text = b.String() + "@" + domain
	}
	return s
}

func lower(c byte) bool { return c >= 'a' && c <= 'z' }

// count makes the tables, names and addresses side by side. Of a component the smallest record counts, and others as far as
// they say something else: five synced copies of one person do not make his name common.
func (d *dependence) count(component []uint32, m *model) dependenceTables {
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
	return d.tables(names, shapes, m)
}

// countedNames are how often full names occur, by the terms of their parts, and under how many family names a given name does.
type countedNames struct {
	joint    map[[2]uint32]int
	families map[uint32]int
	people   int
}

func (d *dependence) countNames(component []uint32) countedNames {
	c := countedNames{joint: map[[2]uint32]int{}, families: map[uint32]int{}}
	given, family := leadingTerms(d.set.Dictionaries[d.given]), leadingTerms(d.set.Dictionaries[d.family])
	for i, root := range component {
		name := [2]uint32{given[d.set.Values[d.given][i]], family[d.set.Values[d.family][i]]}
		if name[0] == 0 || name[1] == 0 {
			continue
		}
		c.people += alone(i, root)
		if i == int(root) || name != [2]uint32{given[d.set.Values[d.given][root]], family[d.set.Values[d.family][root]]} {
			if c.joint[name]++; c.joint[name] == 1 {
				c.families[name[0]]++
			}
		}
	}
	return c
}

// countedShapes are how often shapes of addresses occur.
type countedShapes struct {
	shapes    map[string]int
	addressed int
}

func (d *dependence) countShapes(component []uint32) countedShapes {
	c := countedShapes{shapes: map[string]int{}}
	for i, root := range component {
		email := d.set.Values[d.email][i]
		if email == 0 {
			continue
		}
		c.addressed += alone(i, root)
		if i == int(root) || email != d.set.Values[d.email][root] {
			for e := range strings.SplitSeq(d.set.Dictionaries[d.email].Text(email), valueSeparator) {
				if s := d.shape(e, uint32(i)); s.text != "" {
					c.shapes[s.text]++
				}
			}
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

func (d *dependence) tables(names countedNames, shapes countedShapes, m *model) dependenceTables {
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
	for name, n := range names.joint {
		if bits := d.excess(name[0], name[1], n, names.people, m); bits < 0 {
			t.names[given[name[0]]+" "+family[name[1]]] = bits
		}
	}
	return t
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
