package match

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sameas/sameas/internal/config"
	"github.com/sameas/sameas/internal/evidence"
	"github.com/sameas/sameas/match/kernel"
)

// bridged is two pairs of records, each joined by an ID, and one fuzzy edge between the pairs.
func bridged(weight float64, more ...mustLink) (*matching, *partition) {
	m := &matching{records: make([]record, 4), model: &model{}, identity: &identity{holdings: make([][]holding, 4), verdicts: verdicts{different: map[[2]uint32]bool{}}}}
	m.model.Thresholds = evidence.Thresholds{Auto: 0.99, Review: 0.5, Attach: 0.999}
	m.identity.links = append([]mustLink{{a: 0, b: 1, kind: "shared_id"}, {a: 2, b: 3, kind: "shared_id"}}, more...)
	m.identity.settle(m.records)
	m.component = m.identity.components(4)
	m.kept = []keptPair{{a: 1, b: 2, weight: units(weight), auto: true}}
	pairs := island{m.kept[0].candidate()}
	p := newPartition(m.identity, m.component)
	newClustering(p, nil, func(uint32, uint32) bool { return true }).run(pairs)
	return m, p
}

func TestWeakBridge(t *testing.T) {
	t.Parallel()
	limit := evidence.Bits(0.99) + weakBits
	for _, c := range []struct {
		name   string
		weight float64
		more   []mustLink
		weak   bool
	}{
		{name: "hardly above the threshold", weight: limit - 0.5, weak: true},
		{name: "well above it", weight: limit + 0.5},
		{name: "a second road, by an ID", weight: limit - 0.5, more: []mustLink{{a: 0, b: 3, kind: "link"}}},
		{name: "a second road, by a person", weight: limit - 0.5, more: []mustLink{{a: 0, b: 3, kind: "decision"}}},
	} {
		m, p := bridged(c.weight, c.more...)
		if len(p.list(0)) != 4 {
			t.Errorf("%s: the four are not one cluster", c.name)
		}
		inside := m.linksByCluster(p).of(0)
		_, bridges := shapeOf(p.list(0), inside)
		if weak := m.weakBridge(p.list(0), inside, bridges); (weak != nil) != c.weak {
			t.Errorf("%s: %+v, want one %t", c.name, weak, c.weak)
		}
	}
}

func TestLargeCluster(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		records int
		judged  bool
		large   int
	}{{largeCluster, false, 0}, {largeCluster + 1, false, 1}, {largeCluster + 1, true, 0}} {
		var people []person
		var decisions []string
		for i := range c.records {
			p := anna(fmt.Sprintf("p%d/1/1", i))
			people = append(people, p)
			if i > 0 && c.judged {
				decisions = append(decisions, "p0/1/1 same "+p.id)
			}
		}
		w := scene(t, people...).judged(decisions...)
		for i := 1; i < c.records; i++ {
			w.link("walk", i+1, "people", people[i-1].id, people[i].id)
		}
		w.run(distinct(config.DistinctAllow), 1)
		tier := w.text(`SELECT DISTINCT tier FROM clusters WHERE key LIKE 'p%/1/1'`)
		if w.conflicts("large_cluster") != c.large || (tier == "review") != (c.large > 0) || w.text(`SELECT DISTINCT 'one' FROM clusters WHERE key LIKE 'p%/1/1' HAVING count(DISTINCT cluster_id) = 1`) != "one" {
			t.Errorf("%d records, judged %t: %d large_cluster, tier %s; %s", c.records, c.judged, w.conflicts("large_cluster"), tier, w.kinds())
		}
	}
}

func TestWarningOfWeightsThatAreNotMonotonic(t *testing.T) {
	t.Parallel()
	s, err := schemaOf("people", &config.Config{})
	if err != nil {
		t.Fatal(err)
	}
	f := s.index("birth_date")
	for _, odd := range []bool{false, true} {
		p := s.defaults(0.01)
		if odd { // close birth dates that strangers have far more often than people of one name have different ones
			p.m[f][kernel.Same+1], p.u[f][kernel.Same+1] = 0.001, 0.9
		}
		m := s.build(fit{parameters: p}, nil, nil, nil, config.Thresholds{Auto: 0.99, Review: 0.5})
		if said := strings.Contains(strings.Join(m.Warnings, "\n"), "birth_date: level"); said != odd || !odd && len(m.Warnings) > 0 {
			t.Errorf("not monotonic %t: warnings %q", odd, m.Warnings)
		}
	}
}
