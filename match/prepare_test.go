package match

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/sameas/sameas/match/kernel"
)

// read are the records of a world in the order in which they are matched, each with its values.
func (w *world) read(threads int) []string {
	w.t.Helper()
	s, err := schemaOf("people", nil)
	if err != nil {
		w.t.Fatal(err)
	}
	c, err := readColumns(w.t.Context(), w.db, s, threads, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	var texts []string
	for i, r := range c.records {
		texts = append(texts, fmt.Sprint(r.key, "\t", r.hub, r.created, r.content, vals(c.set(), uint32(i), nil)))
	}
	return texts
}

// TestRecordsAreReadHoweverTheyAreNumbered: in the order of their keys or another, with gaps or without.
func TestRecordsAreReadHoweverTheyAreNumbered(t *testing.T) {
	t.Parallel()
	people := town(5000, "a")
	inOrder := newWorld(t)
	inOrder.fill("people", people, nil)
	want := inOrder.read(1)
	if len(want) != len(people) || !slices.IsSorted(want) {
		t.Fatalf("%d records of %d, sorted: %v", len(want), len(people), slices.IsSorted(want))
	}
	for name, number := range map[string]string{"as they are": "rid", "from another on": "rid + 1000000", "with gaps": "2 * rid - rid % 7", "below nought": "-rid"} {
		w := newWorld(t)
		w.fill("people", people, rand.New(rand.NewPCG(4, 4)).Perm(len(people)))
		w.exec("UPDATE records SET rid = " + number)
		if got := w.read(2); !slices.Equal(got, want) {
			t.Errorf("numbered %s: other records, or in another order", name)
		}
	}
}

// TestSharedTerms finds the values that stand on several records by looking at each record.
func TestSharedTerms(t *testing.T) {
	t.Parallel()
	s, err := schemaOf("people", nil)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(7, 7))
	for range 50 {
		c := newColumns(s, 1, nil)
		mobile, many := s.index("mobile"), 1+r.IntN(60)
		byText, names := map[string][]uint64{}, []uint64(nil)
		for i := range 300 {
			values := []string{}
			for range r.IntN(4) {
				values = append(values, fmt.Sprint(6140000000+r.IntN(1+r.IntN(many))))
			}
			slices.Sort(values)
			values = slices.Compact(values)
			c.values[mobile] = append(c.values[mobile], c.dictionaries[mobile].Code(strings.Join(values, kernel.Separator)))
			names = append(names, uint64(r.IntN(1+i)))
			for _, v := range values {
				byText[v] = append(byText[v], names[i])
			}
		}
		want := map[string][]uint64{}
		for v, list := range byText {
			if len(list) >= sharedNames {
				want[v] = list
			}
		}
		if !slices.ContainsFunc(slices.Collect(maps.Values(byText)), func(list []uint64) bool { return len(list) >= placeholderNames }) {
			clear(want)
		}
		got := map[string][]uint64{}
		for _, shared := range c.sharedTerms(mobile, names) {
			got[c.dictionaries[mobile].Term(shared.term)] = shared.names
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("shared are %v, want %v", got, want)
		}
	}
}
