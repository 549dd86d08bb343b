package match

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/sameas/sameas/match/kernel"
)

// Limits of what a value may be shared by before it means nothing.
const (
	placeholderNames = 12 // different names: a mailbox shared by ten people is a mailbox
	placeholderGap   = 4  // times as many as the next value of the field that is as widely shared
	sharedNames      = 4  // names from which a value counts as shared
)

// placeholder is a value found to mean nothing: what a form or a migration filled in for none, or a provider's domain.
type placeholder struct {
	field          int
	text           string
	records, names int
	next           int // names of the next value as widely shared
}

// mayBePlaceholder reports whether a field's values belong to one thing or a few, so that one on very many is none. Names
// and places are shared by any number.
func (f *field) mayBePlaceholder() bool {
	switch f.kind {
	case kernel.Email, kernel.Phone, kernel.Street, kernel.Date:
		return true
	case kernel.Code:
		return f.name != "postcode"
	}
	return f.name == "domain" || f.name == "work_email"
}

// dropPlaceholders finds the placeholders of each field and takes them out of the values, so that nothing is compared or
// blocked by them.
func (c *columns) dropPlaceholders(ctx context.Context, leads func() []uint32) error {
	names := c.nameNumbers(leads)
	found := make([][]placeholder, len(c.schema.fields))
	err := inParallel(ctx, c.threads, len(found), func(_, f int) error {
		if c.schema.fields[f].mayBePlaceholder() {
			found[f] = c.placeholders(f, names)
			c.drop(f, found[f])
		}
		return nil
	})
	c.found = slices.Concat(found...)
	return err
}

// drop takes placeholders out of a field's values.
func (c *columns) drop(f int, found []placeholder) {
	if len(found) == 0 {
		return
	}
	drop := make(map[string]bool, len(found))
	for _, p := range found {
		drop[p.text] = true
	}
	c.recode(f, func(text string) string {
		kept := slices.DeleteFunc(parts(nil, text), func(v string) bool { return drop[strings.TrimPrefix(v, kernel.Named)] })
		return strings.Join(kept, valueSeparator)
	})
}

// placeholders of one field: values that stand with so many different names that nothing else of the field comes near.
// They are counted by names and not by records, since copies of one thing agree for a reason; and held against the
// field's own distribution, since a switchboard may serve hundreds. Sharing falls off gradually, by a power law or
// faster, while what stands for "none" is apart from all else by a wide gap.
func (c *columns) placeholders(f int, names []uint64) []placeholder {
	shared := c.sharedTerms(f, names)
	found := make([]placeholder, 0, len(shared))
	for _, s := range shared {
		slices.Sort(s.names)
		found = append(found, placeholder{field: f, text: c.dictionaries[f].Term(s.term), records: len(s.names), names: len(slices.Compact(s.names))})
	}
	slices.SortFunc(found, func(a, b placeholder) int {
		return cmp.Or(cmp.Compare(a.names, b.names), strings.Compare(a.text, b.text))
	})
	next := sharedNames - 1
	for i := range found {
		if found[i].names >= placeholderNames && found[i].names > placeholderGap*next {
			for k := range found[i:] {
				found[i+k].next = next
			}
			return found[i:]
		}
		next = max(next, found[i].names)
	}
	return nil
}

// sharedTerm is a value that stands on several records: what each of them is called.
type sharedTerm struct {
	term  uint32
	names []uint64
}

// sharedTerms are the values of a field that stand on several records; none when no value stands on many.
func (c *columns) sharedTerms(f int, names []uint64) []sharedTerm {
	counts, most := c.recordsOfTerms(f)
	if !slices.ContainsFunc(counts, func(n uint32) bool { return n >= placeholderNames }) {
		return nil
	}
	var shared []sharedTerm
	place := make([]uint32, len(counts)) // of a term in shared, from 1 on
	for t, n := range counts {
		if n >= sharedNames {
			shared = append(shared, sharedTerm{uint32(t), make([]uint64, 0, n)})
			place[t] = uint32(len(shared))
		}
	}
	var terms []uint32
	for i, code := range c.values[f] {
		if most[code] < sharedNames {
			continue
		}
		terms = c.dictionaries[f].AppendTerms(terms[:0], code)
		for _, t := range terms {
			if p := place[t]; p != 0 {
				shared[p-1].names = append(shared[p-1].names, names[i])
			}
		}
	}
	return shared
}

// recordsOfTerms counts, for each term of a field, the records that it stands on, and finds for each value the most of its terms'.
func (c *columns) recordsOfTerms(f int) (counts, most []uint32) {
	d := c.dictionaries[f]
	records := make([]uint32, d.Len()) // by value
	for _, code := range c.values[f] {
		records[code]++
	}
	var terms []uint32
	counts, most = make([]uint32, d.TermCount()), make([]uint32, d.Len())
	for code := 1; code < d.Len(); code++ {
		terms = d.AppendTerms(terms[:0], uint32(code))
		for _, t := range terms {
			counts[t] += records[code]
		}
	}
	counts[0] = 0 // it is none
	for code := 1; code < d.Len(); code++ {
		terms = d.AppendTerms(terms[:0], uint32(code))
		for _, t := range terms {
			most[code] = max(most[code], counts[t])
		}
	}
	return counts, most
}

// nameNumbers gives each record a number for what it is called: of people both names, of organizations the first word.
func (c *columns) nameNumbers(leadsOf func() []uint32) []uint64 {
	numbers := make([]uint64, len(c.records))
	if given, family := c.schema.index("given"), c.schema.index("family"); given >= 0 && family >= 0 {
		for i := range numbers {
			numbers[i] = uint64(c.values[given][i])<<32 | uint64(c.values[family][i])
		}
		return numbers
	}
	name := c.schema.index("name")
	leads := leadsOf()
	for i := range numbers {
		numbers[i] = uint64(leads[c.values[name][i]])
	}
	return numbers
}

// placeholderRows are the conflict rows of what was found.
func (s *schema) placeholderRows(found []placeholder) []conflict {
	var rows []conflict
	for _, p := range found {
		label := strings.ToLower(s.fields[p.field].label)
		rows = append(rows, conflict{kind: "placeholder", keyA: s.fields[p.field].name + "=" + p.text, detail: fmt.Sprintf(
			"%s %q stands on %d records of %d different names, while no other value of the field is shared by more than %d: it says nothing about who is who, and is neither compared nor searched by; where it stands for no value, clear it in its application",
			label, p.text, p.records, p.names, p.next)})
	}
	return rows
}
