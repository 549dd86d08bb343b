package kernel

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Columns of a row before those of what is kept apart, and after the fields.
const (
	columnsBefore = 6 // rule, key, tile, side, id, stratum
	columnsAfter  = 1 // keys
)

// cut takes a line apart.
func (f *filter) cut(line string) (row, error) {
	want := columnsBefore + f.file.Apart + len(f.spec.Fields) + columnsAfter
	columns := strings.Split(line, "\t")
	if len(columns) != want {
		return row{}, fmt.Errorf("%d columns, want %d", len(columns), want)
	}
	if strings.Contains(line, "\r") {
		return row{}, errors.New("a carriage return: lines end with a line feed alone")
	}
	r := row{rule: columns[0], key: columns[1], tile: columns[2], second: columns[3] == "2"}
	if columns[3] != "1" && columns[3] != "2" {
		return row{}, fmt.Errorf("side %q, want 1 or 2", columns[3])
	}
	if _, err := f.rule(r.rule); err != nil {
		return row{}, err
	}
	var err error
	if r.id, err = strconv.ParseUint(columns[4], 10, 63); err != nil {
		return row{}, fmt.Errorf("id %q is no number below 2^63", columns[4])
	}
	stratum, err := strconv.ParseUint(columns[5], 10, 8)
	if err != nil || f.strata > 0 && int(stratum) >= f.strata {
		return row{}, fmt.Errorf("stratum %q is none that the spec has a prior for", columns[5])
	}
	r.stratum = uint8(stratum)
	fields := columnsBefore + f.file.Apart
	r.apart, r.values = columns[columnsBefore:fields], columns[fields:want-columnsAfter]
	r.keys, err = f.keys(columns[want-1])
	return r, err
}

func (f *filter) rule(text string) (int, error) {
	rule, err := strconv.Atoi(text)
	if err != nil || rule < 0 || rule >= f.file.Rules || strconv.Itoa(rule) != text {
		return 0, fmt.Errorf("rule %q, want a number below %d", text, f.file.Rules)
	}
	return rule, nil
}

// keys reads a record's block keys, rule:key each.
func (f *filter) keys(text string) ([]blockKey, error) {
	var keys []blockKey
	for k := range strings.SplitSeq(text, Separator) {
		number, key, found := strings.Cut(k, ":")
		if !found {
			return nil, fmt.Errorf("key %q, want rule:key", k)
		}
		rule, err := f.rule(number)
		if err != nil {
			return nil, err
		}
		keys = append(keys, blockKey{rule, key})
	}
	slices.SortFunc(keys, blockKey.compare)
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
	for i, d := range f.set.Dictionaries {
		codes := f.set.Values[i][:0]
		for j := range f.tile {
			codes = append(codes, d.Code(f.tile[j].values[i]))
		}
		if err := d.Err(); err != nil {
			return nil, fmt.Errorf("field %d: %w", i+1, err)
		}
		f.set.Values[i] = codes
		f.weighTerms(i, d)
	}
	keys := f.numberKeys()
	f.set.Pack()
	if f.scanner == nil {
		f.scanner = NewScanner(f.set, f.spec)
		f.scanner.patterns = []keptPattern{}
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

// weighTerms looks up the weights of terms that are new in a dictionary.
func (f *filter) weighTerms(field int, d *Dictionary) {
	weights := f.file.Fields[field].Terms
	if weights == nil {
		return
	}
	terms := f.spec.Fields[field].Terms
	for n := len(terms); n < d.TermCount(); n++ {
		terms = append(terms, weights[d.Term(uint32(n))])
	}
	f.spec.Fields[field].Terms = terms
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
