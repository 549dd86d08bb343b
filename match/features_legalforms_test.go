package match

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// plainStrip takes legal forms out of a name as the table's rules are put in words: every run of words is looked up.
func plainStrip(forms map[string]legalForm, words []string) (kept []string, class string) {
	longest := func(most int, run func(n int) []string, fits func(f legalForm) bool) (int, legalForm) {
		for n := most; n > 0; n-- {
			if f, ok := forms[strings.Join(run(n), " ")]; ok && fits(f) {
				return n, f
			}
		}
		return 0, legalForm{}
	}
	every := func(legalForm) bool { return true }
	kept = slices.Clone(words)
	for {
		n, f := longest(len(kept)-1, func(n int) []string { return kept[len(kept)-n:] }, every)
		if n == 0 {
			break
		}
		kept, class = kept[:len(kept)-n], f.class
	}
	n, f := longest(len(kept)-1, func(n int) []string { return kept[:n] }, every)
	if n > 0 && f.where == atEitherEnd && (class != "" || len(kept[0]) > 2) {
		kept = kept[n:]
		if class == "" {
			class = f.class
		}
	}
	inner := ""
	for i := 1; i < len(kept); {
		n, f := longest(len(kept)-i, func(n int) []string { return kept[i : i+n] }, func(f legalForm) bool { return f.where == anywhere })
		if n == 0 {
			i++
			continue
		}
		kept, inner = slices.Delete(kept, i, i+n), f.class
	}
	if class == "" {
		class = inner
	}
	return kept, class
}

func TestLegalFormsAreThoseThatSearchingEveryRunOfWordsFinds(t *testing.T) {
	t.Parallel()
	table := newLegalTable()
	vocabulary := []string{ // no forms, and then the words of forms
		"acme", "metsa", "x", "north", "trading", "12",
	}
	for words := range table.forms {
		vocabulary = append(vocabulary, strings.Fields(words)...)
	}
	slices.Sort(vocabulary[6:])
	whole := slices.Sorted(maps.Keys(table.forms))
	random := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		var words []string
		for range random.IntN(5) {
			switch random.IntN(3) {
			case 0:
				words = append(words, vocabulary[random.IntN(len(vocabulary))])
			case 1:
				words = append(words, vocabulary[random.IntN(6)])
			default:
				words = append(words, strings.Fields(whole[random.IntN(len(whole))])...)
			}
		}
		given := slices.Clone(words)
		kept, class := table.strip(words)
		want, wantClass := plainStrip(table.forms, given)
		if !slices.Equal(kept, want) || class != wantClass || !slices.Equal(words, given) {
			t.Fatalf("%q: kept %q of form %q, want %q of form %q", given, kept, class, want, wantClass)
		}
	}
}
