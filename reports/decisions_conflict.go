package reports

import (
	"slices"
	"strings"
)

// DecisionConflict is a pair of records judged different though other decisions make them one. Match keeps the two apart,
// joins nothing by those other decisions, and asks again.
type DecisionConflict struct {
	Collection string   `json:"collection"`
	Chain      []string `json:"chain"` // of records, each judged the same as the next; the first and the last were judged different
}

// String says it in words.
func (c DecisionConflict) String() string {
	ends := c.Chain[0] + " and " + c.Chain[len(c.Chain)-1]
	if len(c.Chain) == 2 {
		return c.Collection + ": " + ends + " were judged the same and different, by different IDs of theirs"
	}
	return c.Collection + ": " + ends + " were judged different, but the same by way of " + strings.Join(c.Chain[1:len(c.Chain)-1], ", ")
}

// touches reports whether one of the records is concerned.
func (c DecisionConflict) touches(keys map[string]bool) bool {
	return slices.ContainsFunc(c.Chain, func(key string) bool { return keys[key] })
}

// sameness is which records of one collection people judged the same and different.
type sameness struct {
	same, different map[string][]string // both ways
}

// samenessOf reads the decisions on pairs, by collection.
func samenessOf(decisions []Decision) map[string]*sameness {
	all := map[string]*sameness{}
	for _, d := range decisions {
		if !d.onPair() || d.Record == d.Other {
			continue
		}
		s := all[d.Collection]
		if s == nil {
			s = &sameness{map[string][]string{}, map[string][]string{}}
			all[d.Collection] = s
		}
		edges := s.same
		if d.Kind == Different {
			edges = s.different
		}
		edges[d.Record] = append(edges[d.Record], d.Other)
		edges[d.Other] = append(edges[d.Other], d.Record)
	}
	return all
}

// chain is the shortest way from one record to another over judgements that each two of it are the same; nil for none.
func (s *sameness) chain(from, to string) []string {
	before := map[string]string{from: from}
	for queue := []string{from}; len(queue) > 0; queue = queue[1:] {
		at := queue[0]
		if at == to {
			way := []string{to}
			for at != from {
				at = before[at]
				way = append(way, at)
			}
			slices.Reverse(way)
			return way
		}
		for _, next := range slices.Sorted(slices.Values(s.same[at])) {
			if _, seen := before[next]; !seen {
				before[next] = at
				queue = append(queue, next)
			}
		}
	}
	return nil
}

// decisionConflicts are the contradictions among decisions, in the order of collections and records.
func decisionConflicts(decisions []Decision) []DecisionConflict {
	conflicts := []DecisionConflict{}
	by := samenessOf(decisions)
	for _, d := range decisions {
		if d.Kind != Different || d.Record == d.Other {
			continue
		}
		if chain := by[d.Collection].chain(min(d.Record, d.Other), max(d.Record, d.Other)); chain != nil {
			conflicts = append(conflicts, DecisionConflict{d.Collection, chain})
		}
	}
	slices.SortFunc(conflicts, func(a, b DecisionConflict) int {
		if a.Collection != b.Collection {
			return strings.Compare(a.Collection, b.Collection)
		}
		return slices.Compare(a.Chain, b.Chain)
	})
	return conflicts
}
