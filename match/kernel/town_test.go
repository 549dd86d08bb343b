package kernel

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// town is a made-up set with a field of every kind, typos, missing and several values, and records that resemble each
// other; its spec has groups within groups, a lent field, exchanged names, frequencies and strata.
type town struct {
	random *rand.Rand
	fields [][]string   // field, record
	keys   [][][]string // rule, record
	source []uint8
}

var townKinds = []Kind{Given, Family, Date, Email, Phone, Phone, Street, City, Code, Employer, OrgName, Text, Exact}

// person is what a record is made of before it is spoilt.
type person struct {
	given, family, birth, email, mobile, landline, street, city, postcode, employer, company, site, mailbox string
}

// newTown makes n records; the same for the same seed.
func newTown(n int, seed uint64) *town {
	t := &town{random: rand.New(rand.NewPCG(seed, 11)), fields: make([][]string, len(townKinds)), keys: make([][][]string, 6)}
	var people []person
	for range n {
		p := t.person(n)
		if len(people) > 0 && t.random.IntN(3) == 0 {
			p = t.spoilt(people[t.random.IntN(len(people))])
		}
		people = append(people, p)
		for f, v := range []string{p.given, p.family, p.birth, p.email, p.mobile, p.landline, p.street, p.city, p.postcode, p.employer, p.company, p.site, p.mailbox} {
			if t.random.IntN(5) == 0 {
				v = ""
			}
			t.fields[f] = append(t.fields[f], v)
		}
		t.block(n)
		t.source = append(t.source, uint8(t.random.IntN(3)))
	}
	return t
}

// often draws a number below n, small ones more often, as names are.
func (t *town) often(n int) int { return t.random.IntN(1 + t.random.IntN(n)) }

// name makes the i-th of many names of syllables.
func name(i int) string {
	syllables := strings.Fields("an ber cho da el fi gor hu is jen ka lo mar ni o per qua ro sta tu ul vin wes xa yo zel")
	var b strings.Builder
	for i += 30; i > 0; i /= len(syllables) {
		b.WriteString(syllables[i%len(syllables)])
	}
	return b.String()
}

func (t *town) person(n int) person {
	r := t.random
	givens := strings.Fields("robert bob mary william bill anna peter john jon li wei christopher kristoffer elizabeth beth")
	p := person{given: givens[r.IntN(len(givens))], family: name(t.often(n/3 + 10)),
		birth:    fmt.Sprintf("%d-%02d-%02d", 1930+r.IntN(80), 1+r.IntN(12), 1+r.IntN(28)),
		mobile:   fmt.Sprintf("614%08d", r.IntN(1e8)),
		landline: fmt.Sprintf("6129%07d", t.often(n*2+10)),
		street:   fmt.Sprintf("%d %s street", 1+r.IntN(200), name(t.often(n/8+10))),
		city:     name(t.often(60)), postcode: fmt.Sprintf("%04d", t.often(700)),
		company: name(t.often(n/20+5)) + " ~" + name(t.often(20)),
		site:    name(r.IntN(n)) + ".com", mailbox: "office@" + name(t.often(n/20+5)) + ".com"}
	p.employer = strings.ReplaceAll(p.company, Telling, "")
	if r.IntN(2) == 0 {
		p.given = name(t.often(400))
	}
	if r.IntN(4) == 0 {
		p.given += " " + givens[r.IntN(len(givens))]
	}
	p.email = fmt.Sprintf("~%s.%s%d@%s.com", p.given, p.family, r.IntN(99), name(t.often(30)))
	if r.IntN(3) == 0 {
		p.email = fmt.Sprintf("%s%d@%s.com", name(r.IntN(9999)), r.IntN(99), name(t.often(30)))
	}
	if r.IntN(3) == 0 {
		p.employer = fmt.Sprintf("#%d", t.often(n/20+5))
	}
	return p
}

// spoilt is a second record of a person, or of one of the family.
func (t *town) spoilt(p person) person {
	r := t.random
	other := t.person(100)
	switch r.IntN(8) {
	case 0:
		p.given, p.family = p.family, p.given
	case 1:
		p.given, p.birth, p.email = other.given, other.birth, strings.Replace(p.email, p.given, other.given, 1)
	case 2:
		p.email, p.street = p.email+Separator+other.email, other.street+Separator+p.street
	case 3:
		p.company, p.employer = strings.ReplaceAll(p.company, Telling, ""), p.employer+Separator+"#3"
	}
	for _, v := range []*string{&p.given, &p.family, &p.birth, &p.email, &p.mobile, &p.landline, &p.street, &p.city, &p.postcode, &p.company, &p.site} {
		if r.IntN(4) == 0 {
			*v = t.typo(*v)
		}
	}
	return p
}

func (t *town) typo(text string) string {
	b := []byte(text)
	if len(b) < 2 {
		return text
	}
	switch at := 1 + t.random.IntN(len(b)-1); t.random.IntN(4) {
	case 0:
		b = slices.Delete(b, at, at+1)
	case 1:
		b[at-1], b[at] = b[at], b[at-1]
	case 2:
		b[at] = "abc019"[t.random.IntN(6)]
	default:
		b = slices.Insert(b, at, b[at-1])
	}
	return string(b)
}

// block gives the newest record its keys.
func (t *town) block(n int) {
	i := len(t.fields[0]) - 1
	at := func(f int) string { return t.fields[f][i] }
	first := func(s string, n int) string { return s[:min(n, len(s))] }
	for r, key := range []string{at(3), at(4), at(2) + first(at(0), 1), first(at(1), 3) + first(at(0), 2) + at(8), first(at(6), 4) + at(7), at(0) + first(at(2), 7)} {
		var keys []string
		if len(key) > 4 {
			keys = append(keys, key)
		}
		if r == 2 && at(2) != "" {
			keys = append(keys, at(2)+first(at(1), 1))
		}
		t.keys[r] = append(t.keys[r], keys)
	}
}

// set codes the records, and numbers the keys that two of them or more share.
func (t *town) set() *Set {
	set := &Set{Stratum: t.source, Rules: []uint32{0}}
	for f, kind := range townKinds {
		d := NewDictionary(kind)
		codes := make([]uint32, len(t.source))
		for i, v := range t.fields[f] {
			codes[i] = d.Code(v)
		}
		d.Seal()
		set.Dictionaries, set.Values = append(set.Dictionaries, d), append(set.Values, codes)
	}
	own := make([][]uint32, len(t.source))
	number := uint32(0)
	for r := range t.keys {
		members := map[string][]uint32{}
		for i, keys := range t.keys[r] {
			for _, k := range slices.Compact(slices.Sorted(slices.Values(keys))) {
				members[k] = append(members[k], uint32(i))
			}
		}
		for _, k := range slices.Sorted(maps.Keys(members)) {
			if len(members[k]) > 1 {
				for _, i := range members[k] {
					own[i] = append(own[i], number)
				}
				number++
			}
		}
		set.Rules = append(set.Rules, number)
	}
	set.Keys.Start = []uint32{0}
	for _, keys := range own {
		set.Keys.Keys = append(set.Keys.Keys, keys...)
		set.Keys.Start = append(set.Keys.Start, uint32(len(set.Keys.Keys)))
	}
	return set
}

// spec weighs the fields of a town's set.
func (t *town) spec(set *Set) *Spec {
	const bit = 1024
	spec := &Spec{Prior: -14 * bit, Priors: make([]int32, 9), Caps: []int32{9 * bit, 12 * bit, 8 * bit}, Within: []int{1, NoGroup, NoGroup}}
	for i := range spec.Priors {
		spec.Priors[i] = int32(-13*bit - i*100)
	}
	groups := map[Kind]int{Given: 1, Family: 0, Street: 0, City: 0, Code: 0, Employer: 2, OrgName: 2, Text: 2}
	for f, kind := range townKinds {
		field := Field{Kind: kind, Group: NoGroup, Lent: NoGroup, Swap: -1, Bits: []int32{0}}
		if g, ok := groups[kind]; ok {
			field.Group = g
		}
		switch kind {
		case Given:
			field.Swap = 1
		case Email:
			field.Lent = 0
		}
		last := int(kind.Different())
		for l := 1; l <= last; l++ {
			field.Bits = append(field.Bits, int32(10*bit-l*15*bit/last+t.random.IntN(bit)))
		}
		for range set.Dictionaries[f].TermCount() {
			field.Terms = append(field.Terms, int32(t.random.IntN(11*bit)-8*bit))
		}
		spec.Fields = append(spec.Fields, field)
	}
	spec.Fields[12].Terms = nil
	return spec
}

func sortedEdges(edges []Edge) []Edge {
	return slices.SortedFunc(slices.Values(edges), func(x, y Edge) int { return cmp.Or(cmp.Compare(x.A, y.A), cmp.Compare(x.B, y.B)) })
}

// scanned is what a scanner finds in all blocks of a set.
func scanned(set *Set, spec *Spec, tile int) Result {
	s := NewScanner(set, spec)
	for _, b := range blocksOf(set, tile) {
		s.Scan(b)
	}
	return s.Result()
}

func TestBoundsChangeNoEdge(t *testing.T) {
	t.Parallel()
	for seed := range uint64(6) {
		town := newTown(1500, seed)
		set := town.set()
		spec := town.spec(set)
		if seed%2 == 0 {
			set.Pack(1)
		}
		found := 0
		for _, keep := range []int32{-20000, -3000, 0, 9000, 20000} {
			spec.Keep, spec.Count = keep, false
			got := scanned(set, spec, 200)
			spec.Count = true // every field of every pair is compared
			want := scanned(set, spec, 200)
			if !slices.Equal(sortedEdges(got.Edges), sortedEdges(want.Edges)) || !slices.Equal(got.Pairs, want.Pairs) {
				t.Errorf("seed %d, keep %d: %d edges of %v pairs with bounds, %d of %v without", seed, keep, len(got.Edges), got.Pairs, len(want.Edges), want.Pairs)
			}
			found += len(got.Edges)
		}
		if found < 500 {
			t.Errorf("seed %d: only %d edges, the bounds were hardly tried", seed, found)
		}
	}
}

func TestScanIsTheReferenceOnEveryBlockedPair(t *testing.T) {
	t.Parallel()
	town := newTown(250, 77)
	set := town.set()
	set.Pack(1)
	spec := town.spec(set)
	spec.Keep, spec.Count = -2000, true
	var want []Edge
	patterns := map[Count]int64{}
	comparer := NewComparer(set, spec)
	for a := range uint32(set.Len()) {
		for b := a + 1; b < uint32(set.Len()); b++ {
			levels, weight := reference.compare(set, spec, a, b)
			if got := comparer.Compare(b, a); !slices.Equal(got.Levels, levels) || got.Weight != weight {
				t.Fatalf("records %d and %d: levels %v and weight %d, want %v and %d", a, b, got.Levels, got.Weight, levels, weight)
			}
			rule := set.FirstRule(a, b)
			if rule >= 0 && weight >= spec.Keep {
				want = append(want, Edge{a, b, uint8(rule), weight, patternOf(levels)})
			}
			if rule >= 0 {
				patterns[naiveCount(set, comparer, a, b)]++
			}
		}
	}
	result := scanned(set, spec, 7)
	if got := sortedEdges(result.Edges); !slices.Equal(got, want) || len(want) < 50 {
		t.Errorf("%d edges, the reference has %d", len(got), len(want))
	}
	if !maps.Equal(result.Counts, patterns) || len(patterns) < 100 {
		t.Errorf("%d patterns, the reference has %d", len(result.Counts), len(patterns))
	}
}

// What is kept of an edge is enough to say what comparing its pair in full says, and what equal values weigh is the same
// whoever works it out.
func TestRecallIsCompare(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3) {
		town := newTown(1500, seed)
		set := town.set()
		set.Pack(1)
		spec := town.spec(set)
		spec.Keep = -3000
		plain, edges := NewComparer(set, spec), sortedEdges(scanned(set, spec, 200).Edges)
		spec.WeighSame(set, 1+int(seed))
		comparer := NewComparer(set, spec)
		var got Comparison
		for _, e := range edges {
			want := plain.Compare(e.A, e.B)
			if comparer.Recall(e, &got); !slices.Equal(got.Levels, want.Levels) || !slices.Equal(got.Terms, want.Terms) || got.Weight != want.Weight {
				t.Errorf("seed %d: records %d and %d are recalled as %v, want %v", seed, e.A, e.B, got, want)
			}
			if anew := comparer.Compare(e.A, e.B); !slices.Equal(anew.Levels, want.Levels) || !slices.Equal(anew.Terms, want.Terms) || anew.Weight != want.Weight {
				t.Errorf("seed %d: records %d and %d are compared as %v, want %v", seed, e.A, e.B, anew, want)
			}
		}
		if again := sortedEdges(scanned(set, spec, 200).Edges); !slices.Equal(again, edges) || len(edges) < 300 {
			t.Errorf("seed %d: %d edges, then %d", seed, len(edges), len(again))
		}
	}
}

func patternOf(levels []uint8) (p Pattern) {
	for f, level := range levels {
		p |= Pattern(level) << (4 * f)
	}
	return p
}

// naiveCount names the pattern of a pair, the rules one by one.
func naiveCount(set *Set, comparer *Comparer, a, b uint32) (c Count) {
	full := comparer.Compare(a, b)
	terms := int32(0)
	for f, level := range full.Levels {
		c.Pattern |= Pattern(level) << (4 * f)
		terms += full.Terms[f]
	}
	c.Terms = int8((terms + 512) >> 10)
	for r := range set.RuleCount() {
		for _, k := range set.Keys.Of(a) {
			if k >= set.Rules[r] && k < set.Rules[r+1] && slices.Contains(set.Keys.Of(b), k) {
				c.Rules |= 1 << r
			}
		}
	}
	c.Strata = [2]uint8{min(set.Stratum[a], set.Stratum[b]), max(set.Stratum[a], set.Stratum[b])}
	return c
}
