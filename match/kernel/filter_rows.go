package kernel

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Columns of a row before those of what is kept apart, and after the fields.
const (
	columnsBefore = 6 // rule, key, tile, side, id, stratum
	columnsAfter  = 2 // terms, keys
)

// row is a row of the input, taken apart.
type row struct {
	rule      int
	key, tile string
	second    bool
	id        uint64
	stratum   uint8
	apart     []string
	values    []string
	terms     []string   // of each field whose frequency counts: the units of its values
	keys      []blockKey // ascending
}

type blockKey struct {
	rule int
	key  string
}

func (a blockKey) compare(b blockKey) int {
	return cmp.Or(cmp.Compare(a.rule, b.rule), cmp.Compare(a.key, b.key))
}

// layout is how many there are of what rows hold, under a spec.
type layout struct {
	rules, apart, fields int
	counted              int // fields whose frequency counts
	strata               int // 0 = any
}

// columns is how many columns a row has.
func (l layout) columns() int { return columnsBefore + l.apart + l.fields + columnsAfter }

// forbidden is what no value holds.
const forbidden = "\t\n\r\\"

// clean refuses a text that holds what no value may.
func clean(text, forbidden string) error {
	at := strings.IndexAny(text, forbidden)
	if at < 0 {
		return nil
	}
	hint := ""
	if strings.HasPrefix(text[at:], `\N`) {
		hint = `; \N is how an engine writes a missing value: give "" instead`
	}
	return faultf(ExitCharacter, "a value holds %q, which no value may%s", text[at:at+1], hint)
}

// rule reads the number of a blocking rule.
func (l layout) rule(text string) (int, error) {
	rule, err := strconv.Atoi(text)
	if err != nil || rule < 0 || rule >= l.rules || strconv.Itoa(rule) != text {
		return 0, faultf(ExitRow, "rule %q, want a number below %d", text, l.rules)
	}
	return rule, nil
}

// terms takes apart what the frequencies add, field by field.
func (l layout) terms(text string) ([]string, error) {
	if l.counted == 0 && text == "" {
		return nil, nil
	}
	terms := strings.Split(text, Separator)
	if len(terms) != l.counted {
		return nil, faultf(ExitRow, "the frequencies of %d fields, want %d", len(terms), l.counted)
	}
	return terms, nil
}

// keys reads a record's block keys, rule:key each.
func (l layout) keys(text string) ([]blockKey, error) {
	keys := make([]blockKey, 0, 1+strings.Count(text, Separator))
	for k := range strings.SplitSeq(text, Separator) {
		number, key, found := strings.Cut(k, ":")
		if !found {
			return nil, faultf(ExitRow, "key %q, want rule:key", k)
		}
		rule, err := l.rule(number)
		if err != nil {
			return nil, err
		}
		keys = append(keys, blockKey{rule, key})
	}
	if !slices.IsSortedFunc(keys, blockKey.compare) {
		slices.SortFunc(keys, blockKey.compare)
	}
	return slices.Compact(keys), nil
}

// load makes the tile's records the set's, and returns their keys in the order of the keys' numbers.
func (f *filter) load() ([]blockKey, error) {
	for _, d := range f.set.Dictionaries {
		if d.Len() > mostValues {
			f.retire()
			f.renew()
			break
		}
	}
	f.set.Stratum = f.set.Stratum[:0]
	for i := range f.tile {
		f.set.Stratum = append(f.set.Stratum, f.tile[i].stratum)
	}
	for c := range f.set.Apart {
		f.set.Apart[c] = f.groups(c)
	}
	counted := 0
	for i, d := range f.set.Dictionaries {
		codes := f.set.Values[i][:0]
		for j := range f.tile {
			codes = append(codes, d.Code(f.tile[j].values[i]))
			if f.file.Fields[i].Most == nil {
				continue
			}
			if err := f.weigh(i, codes[j], f.tile[j].terms[counted]); err != nil {
				return nil, fmt.Errorf("record %d, field %d: %w", f.tile[j].id, i+1, err)
			}
		}
		if f.file.Fields[i].Most != nil {
			counted++
		}
		if err := d.Err(); err != nil {
			return nil, fmt.Errorf("field %d: %w", i+1, err)
		}
		f.set.Values[i] = codes
	}
	keys := f.numberKeys()
	f.set.Pack(1)
	if f.scanner == nil {
		f.scanner = NewScanner(f.set, f.spec)
		f.scanner.edgeTerms = []int32{}
	}
	f.scanner.refresh()
	return keys, nil
}

// groups numbers the texts of one column of what is kept apart; "" and "0" are none.
func (f *filter) groups(column int) []uint32 {
	numbers := map[string]uint32{"": 0, "0": 0}
	groups := make([]uint32, len(f.tile))
	for i := range f.tile {
		text := f.tile[i].apart[column]
		n, ok := numbers[text]
		if !ok {
			n = uint32(len(numbers))
			numbers[text] = n
		}
		groups[i] = n
	}
	return groups
}

// weigh takes in what the frequencies of a value's parts add, and holds those met before against it.
func (f *filter) weigh(field int, code uint32, text string) error {
	d, most, terms := f.set.Dictionaries[field], *f.file.Fields[field].Most, f.spec.Fields[field].Terms
	named := text != ""
	for i := range d.partsOf(code) {
		units := most
		if named {
			one, rest, more := strings.Cut(text, ",")
			n, err := strconv.ParseInt(one, 10, 32)
			if err != nil || int32(n) > most || more != (i+1 < d.partsOf(code)) {
				return faultf(ExitRow, "the frequencies of %d values add %q, want as many numbers, none above %d", d.partsOf(code), text, most)
			}
			units, text = int32(n), rest
		}
		switch term := int(d.part(code, i).term); {
		case term == len(terms): // terms are numbered as they are met
			terms = append(terms, units)
		case terms[term] != units:
			return faultf(ExitRow, "the frequency of a value adds %d, and %d before", units, terms[term])
		}
	}
	if text != "" {
		return faultf(ExitRow, "frequencies add %q where there is no value", text)
	}
	f.spec.Fields[field].Terms = terms
	return nil
}

// numberKeys numbers the keys of the tile's records in the order of rules and keys.
func (f *filter) numberKeys() []blockKey {
	all := f.tileKeys()
	f.set.Rules = make([]uint32, f.file.Rules+1)
	for _, k := range all {
		f.set.Rules[k.rule+1]++
	}
	for r := range f.file.Rules {
		f.set.Rules[r+1] += f.set.Rules[r]
	}
	column := KeyColumn{Start: append(f.set.Keys.Start[:0], 0), Keys: f.set.Keys.Keys[:0]}
	for i := range f.tile {
		for _, k := range f.tile[i].keys {
			column.Keys = append(column.Keys, find(all, k))
		}
		column.Start = append(column.Start, uint32(len(column.Keys)))
	}
	f.set.Keys = column
	return all
}

// tileKeys are the distinct keys of the tile's records, ascending.
func (f *filter) tileKeys() []blockKey {
	var all []blockKey
	for i := range f.tile {
		all = append(all, f.tile[i].keys...)
	}
	slices.SortFunc(all, blockKey.compare)
	return slices.Compact(all)
}

func find(all []blockKey, k blockKey) uint32 {
	at, _ := slices.BinarySearchFunc(all, k, blockKey.compare)
	return uint32(at)
}
