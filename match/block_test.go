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
