package match

import (
	"context"
	"testing"
)

func TestEveryPairOfASmallCollectionIsCompared(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		records int
		every   bool
	}{{2, true}, {300, true}, {2000, true}, {2001, false}} {
		s, err := schemaOf("people", nil)
		if err != nil {
			t.Fatal(err)
		}
		rows := make([][]string, c.records)
		for i := range rows {
			rows[i] = make([]string, len(s.fields)) // nothing in common, since they hold nothing
		}
		set, keyed := s.coded(rows), len(s.rules)
		s.forRecords(c.records)
		p, err := planBlocks(context.Background(), s, set, 2)
		if err != nil {
			t.Fatal(err)
		}
		last := p.rules[len(p.rules)-1].pairs
		if every := last == pairsOf(c.records); every != c.every || p.keyed != keyed || len(p.oversized(s)) > 0 {
			t.Errorf("%d records: the last of %d rules makes %d of %d pairs, %d rules are keyed", c.records, len(p.rules), last, pairsOf(c.records), p.keyed)
		}
		learnt := sampleBlocks(p, trainingPairs)
		for i := range learnt.N {
			if b := learnt.At(i); len(b.Records) > 0 && b.Rule >= keyed {
				t.Errorf("%d records: a model would learn from pairs that nothing brings together", c.records)
				break
			}
		}
	}
}

// A workplace and a family name bring two together whose given names no rule can: one is but an initial, or misspelt in its
// first letters.
func TestColleaguesOfOneFamilyNameAreCompared(t *testing.T) {
	t.Parallel()
	s := &schema{collection: "people", fields: peopleSchema().fields, rules: peopleRules(), names: newOrgNames()}
	person := func(given, family, field, value string) []string {
		row := make([]string, len(s.fields))
		row[s.index("given")], row[s.index("family")], row[s.index(field)] = given, family, value
		return row
	}
	rows := [][]string{
		person("annabel", "thistlewood", "organization", "#organizations-1"),
		person("b", "thistlewod", "organization", "#organizations-1"),
		person("nanabel", "thistlewood", "organization", "#organizations-2"),
		person("carla", "moor", "work_email", "office@fern.example"),
		person("k", "moore", "work_email", "office@fern.example"),
		person("karl", "hill", "work_email", "office@fern.example"),
	}
	set := s.coded(rows)
	if _, err := planBlocks(t.Context(), s, set, 1); err != nil {
		t.Fatal(err)
	}
	for pair, want := range map[[2]uint32]string{
		{0, 1}: "workplace, family name", {3, 4}: "workplace, family name",
		{0, 2}: "", {1, 2}: "", {3, 5}: "", {4, 5}: "",
	} {
		got := ""
		if r := set.FirstRule(pair[0], pair[1]); r >= 0 {
			got = s.rules[r].name
		}
		if got != want {
			t.Errorf("records %d and %d are brought together by %q, not %q", pair[0], pair[1], got, want)
		}
	}
}
