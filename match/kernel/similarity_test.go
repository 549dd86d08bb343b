package kernel

import (
	"hash/crc32"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/xrash/smetrics"
)

var textPairs = [][2]string{{"", ""}, {"a", ""}, {"martha", "marhta"}, {"dixon", "dicksonx"}, {"jellyfish", "smellyfish"}, {"ab", "ba"}, {"abcdef", "abcfde"},
	{"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "aaab"}, {"\xff\x00z", "z\x00\xff"}, {"michelle", "michael"}}

func FuzzJaroWinklerIsThatOfSmetrics(f *testing.F) {
	for _, p := range textPairs {
		f.Add(p[0], p[1])
	}
	var s Scratch
	f.Fuzz(func(t *testing.T, a, b string) {
		if got, want := s.JaroWinkler(a, b), smetrics.JaroWinkler(a, b, 0.7, 4); got != want {
			t.Errorf("JaroWinkler(%q, %q) = %v, smetrics says %v", a, b, got, want)
		}
	})
}

// alignment is the plainest form of optimal string alignment: the whole matrix, no shortcut.
func alignment(a, b string) int {
	d := make([][]int, len(a)+1)
	for i := range d {
		d[i] = make([]int, len(b)+1)
		d[i][0] = i
	}
	for j := range d[0] {
		d[0][j] = j
	}
	for i := 1; i <= len(a); i++ {
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			d[i][j] = min(d[i-1][j]+1, d[i][j-1]+1, d[i-1][j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				d[i][j] = min(d[i][j], d[i-2][j-2]+1)
			}
		}
	}
	return d[len(a)][len(b)]
}

func FuzzEditsIsTheAlignmentDistance(f *testing.F) {
	for i, p := range textPairs {
		f.Add(p[0], p[1], i)
	}
	var s Scratch
	f.Fuzz(func(t *testing.T, a, b string, limit int) {
		if len(a) > 200 || len(b) > 200 {
			return
		}
		limit = max(0, min(limit, 400))
		want := min(alignment(a, b), limit+1)
		if got := s.Edits(a, b, limit); got != want {
			t.Errorf("Edits(%q, %q, %d) = %d, want %d", a, b, limit, got, want)
		}
		levenshtein := smetrics.WagnerFischer(a, b, 1, 1, 1)
		if free := s.Edits(a, b, 400); free > levenshtein || 2*free < levenshtein {
			t.Errorf("Edits(%q, %q) = %d, with Levenshtein %d: a swap saves one edit of two", a, b, free, levenshtein)
		}
	})
}

func TestLevels(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind Kind
		a, b string
		want uint8
	}{
		{Given, "robert", "bob", GivenNickname},
		{Given, "robert", "robret", GivenClose},
		{Given, "robert", "r", GivenInitial},
		{Given, "r", "s", GivenDifferent},
		{Given, "mary ann", "maryann", Same},
		{Given, "john william", "john", Same},
		{Given, "john william", "john henry", GivenClose},
		{Given, "michael", "michelle", GivenDifferent},
		{Family, "smith", "smyth", FamilyClose},
		{Family, "smith jones", "jones", FamilyPart},
		{Family, "feng", "deng", FamilyRelated},
		{Family, "smith", "nguyen", FamilyDifferent},
		{Date, "1980-02-03", "1980-03-02", DateClose},
		{Date, "1980-02-03", "1980-02-04", DateClose},
		{Date, "1980-02-03", "1980-02-28", DateMonth},
		{Date, "1980-02-03", "1980-11-28", DateYear},
		{Date, "1980-02-03", "1957-11-28", DateDifferent},
		{Email, "~john.smith61@a.com", "~john.smith77@a.com", EmailDifferent},
		{Email, "~john.smith61@a.com", "~jon.smith61@a.com", EmailClose},
		{Email, "hannah88@powers.com", "hannah88@powesr.com", EmailClose},
		{Email, "hannah88@powers.com", "hannah88@other.org", EmailLocal},
		{Phone, "61298765432", "298765432", CodeClose},
		{Phone, "61298765432", "61298765433", CodeClose},
		{Phone, "61298765432", "61355551234", CodeDifferent},
		{Street, "12 high st", "3 12 high st", TextClose},
		{Street, "12 high st", "14 high st", TextRelated},
		{Street, "12 high st", "9 mill ln", TextDifferent},
		{OrgName, "acme motors", "motors acme", Same},
		{OrgName, "ashcroft plastics", "ap", OrgAcronym},
		{OrgName, "acme motors", "acme motors sydney", OrgContained},
		{OrgName, "acme motors", "brown logistics", OrgDifferent},
		{OrgName, "acme ~motors", "acme ~motors ^sydney", OrgOther},
		{OrgName, "acme ~motors", "acme ^holdings", OrgOther},
		{OrgName, "acme ~motors", "acme ~bakery", OrgRelated},
		{OrgName, "acme", "acme ~motors", OrgContained},
		{OrgName, "^sydney ~sun ~bakery", "^sydney ~star ~motors", OrgDifferent},
		{OrgName, "alder ~bakery", "birch ~bakery", OrgDifferent},
		{OrgName, "alder ~consulting", "alder ~cons", OrgClose},
		{OrgName, "alder ~group", "alder grp", OrgClose},
		{OrgName, "alder ^sydney", "alder ^sydneysider", OrgOther},
		{OrgName, "~sun ~bakery", "~southern ~bakery", OrgRelated},
		{OrgName, "leeds ~bush", "leeds boosh", OrgClose},
		{OrgName, "alder ^services", "alder ^services ^services", OrgOther},
		{OrgName, "acme motors 1", "acme motors 2", OrgOther},
		{OrgName, "~edge ~motors", "egde ~motors", OrgClose},
		{OrgName, "acme ~services", "acme servicse", OrgClose},
		{Code, "1234567", "1234576", CodeClose},
		{Exact, "a", "b", ExactDifferent},
	} {
		d := NewDictionary(c.kind)
		set := &Set{Dictionaries: []*Dictionary{d}, Values: [][]uint32{{d.Code(c.a), d.Code(c.b), 0}}}
		spec := &Spec{Fields: []Field{{Kind: c.kind, Group: NoGroup, Lent: NoGroup, Swap: -1}}}
		comparer := NewComparer(set, spec)
		for _, pair := range [][2]uint32{{0, 1}, {1, 0}} {
			if got := comparer.Pattern(pair[0], pair[1]).Level(0); got != c.want {
				t.Errorf("kind %d: %q and %q are %q, want %q", c.kind, c.a, c.b, c.kind.Levels()[got], c.kind.Levels()[c.want])
			}
		}
		if got := comparer.Pattern(0, 2).Level(0); got != Missing {
			t.Errorf("a missing value is %q", c.kind.Levels()[got])
		}
	}
}

// mixed spoils texts in the ways that typists do, so that fuzzing meets the levels between equal and different.
func mixed(r *rand.Rand, words []string) string {
	var b strings.Builder
	for i := range 1 + r.IntN(4) {
		if i > 0 {
			b.WriteString([]string{" ", " ", "", Separator, "@", "  "}[r.IntN(6)])
		}
		w := []byte(words[r.IntN(len(words))])
		for range r.IntN(3) {
			switch at := r.IntN(len(w) + 1); {
			case len(w) < 2:
			case at == len(w):
				w = append(w, "a0~ "[r.IntN(4)])
			case r.IntN(2) == 0:
				w = slices.Delete(w, at, at+1)
			default:
				w[at], w[at/2] = w[at/2], w[at]
			}
		}
		b.Write(w)
	}
	return b.String()
}

// reference is the comparison that is held to be right.
var reference = naive{newNicknames()}

var mixedWords = map[Kind][]string{
	Given: {"robert", "bob", "mary", "ann", "maryann", "j", "rupert", "\u00a0", "wei", "christopher", "kristoffer"},
	Date:  {"1980-02-03", "1980-03-02", "1981-02-03", "1980-2-3", "2080-02-30", "19x0-02-03", "\u00e9\u00e9\u00e9\u00e9\u00e9"},
	Email: {"~john.smith61", "john.smith61", "hannah88", "powers.com", "gmail.com", "a", "~"},
	Phone: {"61298765432", "298765432", "0298765432", "61298765433", "6129", "+6129876x", "12345678901234567"},
	Code:  {"1234567", "12345", "sw1a 1aa", "00123", "0123", "ab12"},
}

func wordsFor(k Kind) []string {
	if w := mixedWords[k]; w != nil {
		return w
	}
	return []string{"12", "14a", "high", "street", "st", "mill", "acme", "~motors", "motors", "~sydney", "holdings", "ab", "a", "smith", "smyth", "jones",
		"#17", "nguyen", "christopherson", "\xff\x85", strings.Repeat("long ", 15)}
}

func checkField(t *testing.T, kind Kind, a, b string) {
	t.Helper()
	d := NewDictionary(kind)
	set := &Set{Dictionaries: []*Dictionary{d}, Values: [][]uint32{{d.Code(a), d.Code(b)}}}
	if d.Text(1%uint32(d.Len())) != a && a != "" {
		t.Errorf("kind %d: %q is kept as %q", kind, a, d.Text(1))
	}
	rarity := func(term string) int32 { return int32(crc32.ChecksumIEEE([]byte(term))%9) - 4 }
	terms := make([]int32, d.TermCount())
	for n, text := range d.Terms() {
		terms[n] = rarity(text)
	}
	c := NewComparer(set, &Spec{Fields: []Field{{Kind: kind, Terms: terms, Group: NoGroup, Lent: NoGroup, Swap: -1}}})
	want := reference.field(kind, a, b, rarity)
	checkSketch(t, d, a, b, want.level)
	for _, pair := range [][2]uint32{{0, 1}, {1, 0}} {
		got := c.Compare(pair[0], pair[1])
		if got.Levels[0] != want.level || got.Terms[0] != want.term {
			t.Errorf("kind %d: %q and %q are level %d with %d units, want %d with %d", kind, a, b, got.Levels[0], got.Terms[0], want.level, want.term)
		}
	}
}

// checkSketch requires that two values are on no stronger level than their sketches allow.
func checkSketch(t *testing.T, d *Dictionary, a, b string, level uint8) {
	t.Helper()
	x, y := d.coded(d.Code(a)), d.coded(d.Code(b))
	if x == 0 || y == 0 || x == y {
		return
	}
	if best := uint8(bestLevel(d.kind, x, y, needed())); level < best || level != uint8(bestLevel(d.kind, y, x, needed())) && best == d.kind.Different() {
		t.Errorf("kind %d: %q and %q are level %d, by their sketches %d at best", d.kind, a, b, level, best)
	}
}

// Sketches are what makes comparing fast: these strangers must be told without a look into the dictionary.
func TestSketchesTellStrangers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		kind Kind
		a, b string
		best uint8
	}{
		{Given, "robert", "william", GivenDifferent}, // both known, of no common group
		{Given, "robert james", "susan ann", GivenDifferent},
		{Given, "wiremu", "dimitra", GivenDifferent},
		{Given, "robert", "bob", GivenNickname},
		{Given, "maryann", "mary ann", Same},
		{Family, "thompson", "simpson", FamilyRelated}, // not close: the first letters differ
		{Family, "marlow", "martow", FamilyClose},
		{Date, "1980-02-03", "1971-11-25", DateDifferent},
		{Email, "~anna.smith61@mail.test", "~peter.jones7@mail.test", EmailDifferent},
		{Email, "~anna.smith61@mail.test", "~anna.smih61@mail.test", EmailClose},
		{Phone, "61298765432", "61355501794", CodeDifferent},
		{Phone, "61298765432\x1f61412345678", "61355501794", CodeDifferent},
		{Phone, "61298765432\x1f61412345678", "61298765433", Same},
		{Code, "2000", "3121", CodeDifferent},
		{Exact, "office@a.test\x1fa.test", "office@b.test\x1fb.test", ExactDifferent},
		{Exact, "office@a.test\x1fa.test", "a.test", Same},
		{City, "sydney", "melbourne", CodeDifferent},
		{Text, "zenith.example", "walkers.test", TextDifferent},
	} {
		d := NewDictionary(c.kind)
		a, b := d.Code(c.a), d.Code(c.b)
		x, y := d.coded(a), d.coded(b)
		for _, got := range []uint32{bestLevel(c.kind, x, y, needed()), bestLevel(c.kind, y, x, needed())} {
			if got != uint32(c.best) {
				t.Errorf("%v: %q and %q are level %d at best, want %d", c.kind, c.a, c.b, got, c.best)
			}
		}
	}
}

func TestExchangedNamesAreThoseOfTheReference(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 5))
	words := append(wordsFor(Given), wordsFor(Family)...)
	for range 5000 {
		a, b := mixed(r, words), mixed(r, words)
		given, family := NewDictionary(Given), NewDictionary(Family)
		set := &Set{Dictionaries: []*Dictionary{given, family}, Values: [][]uint32{{given.Code(a)}, {family.Code(b)}}}
		c := newComparer(set, &Spec{Fields: []Field{{Kind: Given}, {Kind: Family}}})
		if got, want := c.across(0, 1, given.coded(1), family.coded(1)), reference.across(a, b); got != want {
			t.Errorf("%q and %q are %d across, want %d", a, b, got, want)
		}
	}
}

func TestLevelsAreThoseOfTheReference(t *testing.T) {
	t.Parallel()
	for kind := range Employer + 1 {
		r := rand.New(rand.NewPCG(uint64(kind), 5))
		words := wordsFor(kind)
		for range 2000 {
			checkField(t, kind, mixed(r, words), mixed(r, words))
		}
	}
}

func FuzzLevelsAreThoseOfTheReference(f *testing.F) {
	for k := range Employer + 1 {
		f.Add(uint8(k), "john smith\x1fj", "smith\x1e, \xff", uint64(k))
		f.Add(uint8(k), "12 high st", "12 hihg street", uint64(k))
		f.Add(uint8(k), "1980-02-03", "1980-03-20\x1f\x1f", uint64(k))
		f.Add(uint8(k), "~a.b1@c.com", "a.b1@cc.com", uint64(k))
	}
	f.Fuzz(func(t *testing.T, k uint8, a, b string, seed uint64) {
		if len(a)+len(b) > 400 {
			return
		}
		kind := Kind(k % uint8(Employer+1))
		checkField(t, kind, a, b)
		r := rand.New(rand.NewPCG(seed, 6))
		words := append(wordsFor(kind), a, b)
		checkField(t, kind, mixed(r, words), mixed(r, words))
	})
}

func BenchmarkJaroWinkler(b *testing.B) {
	var s Scratch
	b.Run("kernel", func(b *testing.B) {
		for b.Loop() {
			s.JaroWinkler("christopher", "kristoffer")
		}
	})
	b.Run("smetrics", func(b *testing.B) {
		for b.Loop() {
			smetrics.JaroWinkler("christopher", "kristoffer", 0.7, 4)
		}
	})
}

// streetOf makes a street of words with slips of the hand, blanks and digits among them.
func streetOf(r *rand.Rand, words []string) string {
	var parts []string
	for range 1 + r.IntN(4) {
		parts = append(parts, words[r.IntN(len(words))])
	}
	text := []byte(strings.Join(parts, " "))
	for range r.IntN(4) {
		switch at := r.IntN(len(text)); r.IntN(4) {
		case 0:
			text = slices.Insert(text, at, "a 1e"[r.IntN(4)])
		case 1:
			text[at] = "a 1e"[r.IntN(4)]
		case 2:
			text[at], text[at/2] = text[at/2], text[at]
		case 3:
			text[at], text[max(at, 1)-1] = text[max(at, 1)-1], text[at]
		}
	}
	return string(text)
}

// What digests say of streets the streets say themselves: of like ones, which one slip turns into others, and of strangers,
// of which they must tell most.
func TestDigestsTellStreets(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(8, 9))
	words := strings.Fields("12 3 1234 7a 12ab high st rd ave george georgia park parkes mill hill abcd abce aaaa christopher christophers longstreet 9 é")
	told := 0
	const n = 60_000
	for range n {
		a, b := streetOf(r, words), streetOf(r, words)
		if r.IntN(2) == 0 {
			b = slipped(a, "", r.IntN(4))
		}
		d := NewDictionary(Street)
		x, y := d.Code(a), d.Code(b)
		if x == 0 || y == 0 || !streetsDiffer(d.digests[x], d.digests[y]) {
			continue
		}
		told++
		if o := reference.field(Street, a, b, nil); o.level != TextDifferent {
			t.Fatalf("%q and %q are on level %d, by their digests they differ", a, b, o.level)
		}
	}
	if told < n/20 {
		t.Errorf("of %d pairs %d are told to differ", n, told)
	}
	for _, c := range [][2]string{{"12 george st", "7 william rd"}, {"lvl 5 100 george st", "8 murchison ave"}} {
		d := NewDictionary(Street)
		if x, y := d.Code(c[0]), d.Code(c[1]); !streetsDiffer(d.digests[x], d.digests[y]) || !streetsDiffer(d.digests[y], d.digests[x]) {
			t.Errorf("%q and %q are not told apart", c[0], c[1])
		}
	}
}

func TestMostTyposIsThatOfAnyOtherLength(t *testing.T) {
	t.Parallel()
	for size := range uint32(70) {
		most := 0
		for other := range uint32(80) {
			most = max(most, typos(size, other))
		}
		if got := mostTypos(size); got != most {
			t.Errorf("of %d bytes %d edits, not %d", size, got, most)
		}
	}
}
