package generator

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
)

//go:embed pools/names.txt
var namesText string

//go:embed pools/places.txt
var placesText string

//go:embed pools/words.txt
var wordsText string

// surnameTail is how many family names a culture with syllable lists has: enough that a million people show tens of
// thousands of distinct ones.
const surnameTail = 40_000

// form is one name: as commonly written, its everyday variants, and its native script where that is not Latin.
type form struct {
	name     string
	variants []string
	native   string
}

// culture is one community's names. Frequencies fall off with rank.
type culture struct {
	name             string
	men, women       []form
	surnames         []form
	head, mid, tail  []string
	menZipf, womZipf zipf
	surZipf          zipf
}

// place is one city with what an address and a phone number there look like.
type place struct {
	country, city, region, postcode, area string
}

// company words, streets and the like.
type words struct {
	streets, streetTypes, jobs, stems, trades, acts, freemail, twins []string
}

// pools holds every list and the tables to draw from them; read-only once made.
type pools struct {
	cultures   []culture
	cultureTab table
	places     []place
	placeTab   table
	words      words
	streetZipf zipf
	stemZipf   zipf
	tradeZipf  zipf
	jobZipf    zipf

	personKinds   []personKind
	personKindTab table
	orgKinds      []orgKind
	orgKindTab    table

	careless bool // addresses and dates are typed carelessly too
}

// loadPools parses the embedded lists.
func loadPools() (*pools, error) {
	p := &pools{}
	if err := p.loadNames(); err != nil {
		return nil, fmt.Errorf("embedded names: %w", err)
	}
	if err := p.loadPlaces(); err != nil {
		return nil, fmt.Errorf("embedded places: %w", err)
	}
	if err := p.loadWords(); err != nil {
		return nil, fmt.Errorf("embedded words: %w", err)
	}
	p.personKinds, p.orgKinds = personKinds(), orgKinds()
	weights := make([]uint64, 0, 20)
	for _, k := range p.personKinds {
		weights = append(weights, k.weight)
	}
	p.personKindTab, weights = newTable(weights), weights[:0]
	for _, k := range p.orgKinds {
		weights = append(weights, k.weight)
	}
	p.orgKindTab = newTable(weights)
	return p, nil
}

func (p *pools) loadNames() error {
	var weights []uint64
	for n, line := range contentLines(namesText) {
		if rest, ok := strings.CutPrefix(line, "[culture "); ok {
			name, weight, _ := strings.Cut(strings.TrimSuffix(rest, "]"), " ")
			w, err := strconv.ParseUint(weight, 10, 32)
			if err != nil {
				return fmt.Errorf("line %d: weight of culture %q: %w", n+1, name, err)
			}
			p.cultures = append(p.cultures, culture{name: name})
			weights = append(weights, w)
			continue
		}
		if len(p.cultures) == 0 {
			return fmt.Errorf("line %d: a list before the first culture", n+1)
		}
		if err := p.cultures[len(p.cultures)-1].addList(line); err != nil {
			return fmt.Errorf("line %d: %w", n+1, err)
		}
	}
	p.cultureTab = newTable(weights)
	for i := range p.cultures {
		c := &p.cultures[i]
		size := len(c.surnames)
		if len(c.head) > 0 {
			size = min(surnameTail, size+len(c.head)*len(c.mid)*len(c.tail))
		}
		c.menZipf, c.womZipf, c.surZipf = newZipf(len(c.men), 5), newZipf(len(c.women), 5), newZipf(size, 8)
	}
	return nil
}

func (c *culture) addList(line string) error {
	kind, rest, _ := strings.Cut(line, " ")
	items := strings.Fields(rest)
	switch kind {
	case "m":
		c.men = append(c.men, parseForms(items)...)
	case "f":
		c.women = append(c.women, parseForms(items)...)
	case "s":
		c.surnames = append(c.surnames, parseForms(items)...)
	case "head":
		c.head = items
	case "mid":
		c.mid = items
	case "tail":
		c.tail = items
	default:
		return fmt.Errorf("unknown list %q", kind)
	}
	return nil
}

func parseForms(items []string) []form {
	out := make([]form, 0, len(items))
	for _, it := range items {
		it = strings.ReplaceAll(it, "_", " ")
		latin, native, _ := strings.Cut(it, "|")
		name, variants, _ := strings.Cut(latin, ":")
		f := form{name: name, native: native}
		if variants != "" {
			f.variants = strings.Split(variants, ",")
		}
		out = append(out, f)
	}
	return out
}

// surname is the culture's family name of that rank: listed, or composed of syllables. Ranks beyond the list step
// through head, middle and tail by strides that share no factor with the count, so that neighbours in rank look unlike.
func (c *culture) surname(rank int) form {
	if rank < len(c.surnames) {
		return c.surnames[rank]
	}
	all := uint64(len(c.head) * len(c.mid) * len(c.tail))
	n := uint64(rank-len(c.surnames)) * 7_368_787 % all
	head := c.head[n%uint64(len(c.head))]
	n /= uint64(len(c.head))
	mid := c.mid[n%uint64(len(c.mid))]
	tail := c.tail[n/uint64(len(c.mid))]
	if mid == "-" {
		mid = ""
	}
	return form{name: head + mid + tail}
}

func (p *pools) loadPlaces() error {
	var weights []uint64
	for n, line := range contentLines(placesText) {
		f := strings.Split(line, "|")
		if len(f) != 6 {
			return fmt.Errorf("line %d: %d fields, want 6", n+1, len(f))
		}
		w, err := strconv.ParseUint(f[1], 10, 32)
		if err != nil {
			return fmt.Errorf("line %d: weight: %w", n+1, err)
		}
		p.places = append(p.places, place{country: f[0], city: f[2], region: f[3], postcode: f[4], area: f[5]})
		weights = append(weights, w)
	}
	p.placeTab = newTable(weights)
	return nil
}

func (p *pools) loadWords() error {
	lists := map[string]*[]string{
		"streets": &p.words.streets, "streettypes": &p.words.streetTypes, "jobs": &p.words.jobs, "stems": &p.words.stems,
		"trades": &p.words.trades, "acts": &p.words.acts, "freemail": &p.words.freemail, "twins": &p.words.twins,
	}
	var into *[]string
	for n, line := range contentLines(wordsText) {
		if strings.HasPrefix(line, "[") {
			into = lists[strings.Trim(line, "[]")]
			continue
		}
		if into == nil {
			return fmt.Errorf("line %d: words of an unknown list", n+1)
		}
		for _, w := range strings.Fields(line) {
			*into = append(*into, strings.ReplaceAll(w, "_", " "))
		}
	}
	p.streetZipf, p.stemZipf = newZipf(len(p.words.streets), 20), newZipf(len(p.words.stems), 10)
	p.tradeZipf, p.jobZipf = newZipf(len(p.words.trades), 10), newZipf(len(p.words.jobs), 4)
	return nil
}

func contentLines(text string) []string {
	var out []string
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if line != "" && !strings.HasPrefix(line, "#") {
			out = append(out, line)
		}
	}
	return out
}
