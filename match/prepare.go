package match

import (
	"slices"
	"strings"

	"github.com/sameas/sameas/match/kernel"
)

// prepare numbers the values of all records: the kernel's set, without its block keys.
func (s *schema) prepare(records []record, rows []featureRow) *kernel.Set {
	set := &kernel.Set{}
	for f := range s.fields {
		d := kernel.NewDictionary(s.fields[f].kind)
		codes := make([]uint32, len(rows))
		for i := range rows {
			codes[i] = d.Code(rows[i].vals[f])
		}
		set.Dictionaries = append(set.Dictionaries, d)
		set.Values = append(set.Values, codes)
	}
	set.Apart = channels(records)
	return set
}

// channels numbers the hub's channels, 0 for a record of none; nil when there are fewer than two.
func channels(records []record) []uint32 {
	numbers := map[string]uint32{"": 0}
	apart := make([]uint32, len(records))
	for i := range records {
		c := channelOf(&records[i])
		if _, ok := numbers[c]; !ok {
			numbers[c] = uint32(len(numbers))
		}
		apart[i] = numbers[c]
	}
	if len(numbers) < 3 {
		return nil
	}
	return apart
}

func channelOf(r *record) string {
	switch {
	case !r.hub:
		return ""
	case r.channel != "":
		return r.channel
	}
	return r.realm
}

// refiners are what a key too large is split by, first the first: attributes that duplicates mostly share.
func (s *schema) refiners(rows []featureRow) []func(i uint32) string {
	value := func(name string, cut func(string) string) func(uint32) string {
		f := s.index(name)
		return func(i uint32) string { return cut(rows[i].vals[f]) }
	}
	first := func(n int) func(string) string {
		return func(v string) string {
			v, _, _ = strings.Cut(v, valueSeparator)
			return v[:min(n, len(v))]
		}
	}
	if s.collection == "people" {
		return []func(uint32) string{value("given", first(3)), value("family", first(4)), value("birth_date", first(4)), value("postcode", first(8))}
	}
	return []func(uint32) string{value("name", sortedWord), value("city", first(6)), value("postcode", first(8))}
}

// sortedWord is the first word of a name in alphabetical order, so that the order of its words does not matter.
func sortedWord(name string) string {
	name, _, _ = strings.Cut(name, valueSeparator)
	words := strings.Fields(kernel.Unmarked(name))
	if len(words) == 0 {
		return ""
	}
	return slices.Min(words)
}
