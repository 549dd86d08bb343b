package match

import (
	"strings"
	"testing"
)

func at(p person, created string) person {
	p.created = created
	return p
}

// An echo is claimed only where everything known fits one: a native link between the originals, none of the copies, the
// copies' content and their age.
func TestEchoIsToldFromAnOrdinaryContradiction(t *testing.T) {
	t.Parallel()
	hubs := func() []person {
		return []person{at(anna("connec/org/h1", "a/1/1", "b/1/950"), "2018-05-01 09:00:00"), at(anna("connec/org/h2", "b/1/7", "a/1/900"), "2018-05-01 09:05:00")}
	}
	// files are both applications' own records: originals and copies.
	files := func(copied func(person) person) []person {
		return []person{at(anna("a/1/1"), "2015-01-01 00:00:00"), at(anna("b/1/7"), "2016-01-01 00:00:00"), copied(anna("a/1/900")), copied(anna("b/1/950"))}
	}
	later := func(p person) person { return at(p, "2018-05-03 09:00:00") }
	for _, c := range []struct {
		name   string
		people []person
		links  []string
		copies string // key_a key_b of each echo row
	}{
		{name: "the hub alone", people: hubs(), links: []string{"a/1/1 b/1/7"}, copies: "a/1/1 a/1/900, b/1/7 b/1/950"},
		{name: "the link the other way round", people: hubs(), links: []string{"b/1/7 a/1/1"}, copies: "a/1/1 a/1/900, b/1/7 b/1/950"},
		{name: "known to a's own record", people: append(hubs(), anna("a/1/1", "b/1/7"), anna("a/1/900")), copies: "a/1/1 a/1/900, b/1/7 b/1/950"},
		{name: "files of both, copies made later", people: append(hubs(), files(later)...), links: []string{"a/1/1 b/1/7"}, copies: "a/1/1 a/1/900, b/1/7 b/1/950"},
		{name: "files that do not say when", people: append(hubs(), files(func(p person) person { return p })...), links: []string{"a/1/1 b/1/7"}, copies: "a/1/1 a/1/900, b/1/7 b/1/950"},
		{name: "copies older than the hub's records", people: append(hubs(), files(func(p person) person { return at(p, "2014-02-02 00:00:00") })...), links: []string{"a/1/1 b/1/7"}},
		{name: "copies that say something else", people: append(hubs(), files(func(p person) person { p.born = "1999-01-01"; return p })...), links: []string{"a/1/1 b/1/7"}},
		{name: "the copies are natively linked with each other", people: hubs(), links: []string{"a/1/1 b/1/7", "a/1/900 b/1/950"}},
		{name: "the link crosses the records otherwise", people: hubs(), links: []string{"a/1/1 b/1/7", "a/1/900 b/1/7"}},
		{name: "a copy in one application only", people: []person{anna("connec/org/h1", "a/1/1", "b/1/950"), anna("connec/org/h2", "b/1/7")}, links: []string{"a/1/1 b/1/7"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := scene(t, c.people...)
			for i, l := range c.links {
				left, right, _ := strings.Cut(l, " ")
				w.link("walk", i+2, "people", left, right)
			}
			r := w.run(nil, 1)
			got := strings.ReplaceAll(w.text(`SELECT key_a || ' ' || key_b FROM conflicts WHERE kind = 'echo' AND key_a LIKE provider || '/' || realm || '/%' AND key_b LIKE provider || '/' || realm || '/%' AND cluster_id IS NOT NULL ORDER BY key_a`), "\n", ", ")
			contradictions := 1
			if c.copies != "" {
				contradictions = 0
			}
			if got != c.copies || w.conflicts("id_contradiction") != contradictions || r.Collections[0].Conflicts["echo"] != int64(1-contradictions) {
				t.Errorf("echo %q, want %q; %s", got, c.copies, w.kinds())
			}
			if w.together("connec/org/h1", "connec/org/h2") || !w.inReview("connec/org/h1", "connec/org/h2") {
				t.Error("the two halves are not left to a person")
			}
		})
	}
}
