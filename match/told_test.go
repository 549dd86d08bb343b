package match

import (
	"fmt"
	"testing"

	"github.com/sameas/sameas/internal/config"
)

// TestCrosswalkOfIDsThatNoRecordBears: what a crosswalk says of records that are not at hand joins and keeps apart as what
// it says of those that are.
func TestCrosswalkOfIDsThatNoRecordBears(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name      string
		people    []person
		links     [][2]string
		together  bool   // org/1 and org/2 in one auto cluster
		conflicts string // kinds
		told      string // what application_ids tells of the records, the own IDs left out
	}{
		{"two records are linked by way of it", []person{anna("connec/org/1", "a/1/1"), anna("connec/org/2", "c/1/5")},
			[][2]string{{"a/1/1", "b/1/7"}, {"b/1/7", "c/1/5"}}, true, "", "connec/org/1 7\nconnec/org/2 7"},
		{"records that are not alike are linked by it, too", []person{anna("connec/org/1", "a/1/1"), {id: "connec/org/2", ids: []string{"c/1/5"}, given: "anna"}},
			[][2]string{{"a/1/1", "b/1/7"}, {"c/1/5", "b/1/7"}}, true, "", "connec/org/1 7\nconnec/org/2 7"},
		{"by way of two that lines make one", []person{anna("connec/org/1", "a/1/1"), {id: "connec/org/2", ids: []string{"c/1/5"}, given: "anna"}},
			[][2]string{{"a/1/1", "b/1/7"}, {"b/1/7", "d/1/8"}, {"d/1/8", "c/1/5"}}, true, "", "connec/org/1 7\nconnec/org/2 8"},
		{"strangers are not", []person{anna("connec/org/1", "a/1/1"), bruno("connec/org/2", "c/1/5")},
			[][2]string{{"a/1/1", "b/1/7"}, {"c/1/5", "b/1/7"}}, false, "link_contradicted", ""},
		{"two IDs of one application keep apart", []person{anna("connec/org/1", "a/1/1"), anna("connec/org/2", "c/1/5")},
			[][2]string{{"a/1/1", "b/1/7"}, {"c/1/5", "b/1/8"}}, false, "cannot_link", "connec/org/1 7\nconnec/org/2 8"},
		{"and from a record that bears one", []person{anna("connec/org/1", "a/1/1"), anna("connec/org/2", "b/1/8")},
			[][2]string{{"a/1/1", "b/1/7"}}, false, "cannot_link", "connec/org/1 7"},
		{"two of one record contradict each other", []person{anna("connec/org/1", "a/1/1"), anna("connec/org/2", "c/1/5")},
			[][2]string{{"a/1/1", "b/1/7"}, {"a/1/1", "b/1/8"}}, false, "id_contradiction suppressed", ""},
		{"an ID that stands where none is known says nothing", []person{anna("connec/org/1", "a/1/0"), bruno("connec/org/2", "c/1/5")},
			[][2]string{{"a/1/0", "b/1/7"}, {"c/1/5", "b/1/n/a"}}, false, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := scene(t, c.people...)
			for i, l := range c.links {
				w.link(fmt.Sprintf("walk%d", i%2), i+2, "people", l[0], l[1])
			}
			w.run(nil, 1)
			if w.together("connec/org/1", "connec/org/2") != c.together {
				t.Errorf("joined: %t", !c.together)
			}
			if got := w.text(`SELECT coalesce(string_agg(DISTINCT kind, ' ' ORDER BY kind), '') FROM conflicts`); got != c.conflicts {
				t.Errorf("conflicts %q, want %q:\n%s", got, c.conflicts, w.kinds())
			}
			if got := w.text(`SELECT r.key || ' ' || i.id FROM application_ids i JOIN records r USING (rid) WHERE i.told AND NOT i.void ORDER BY 1`); got != c.told {
				t.Errorf("told %q, want %q", got, c.told)
			}
		})
	}
}

// TestToldHubValue: an ID to which crosswalks link more records than can be one thing joins none of them.
func TestToldHubValue(t *testing.T) {
	t.Parallel()
	var many []person
	for i, p := range town(14, "x") {
		p.id, p.ids = fmt.Sprintf("connec/org/%d", i), []string{fmt.Sprintf("a/1/%d", i+1)}
		many = append(many, p)
	}
	w := scene(t, many...)
	for i := range many {
		w.link("walk", i+2, "people", many[i].ids[0], "b/1/7")
	}
	w.run(nil, 1)
	if w.conflicts("hub_value") != 1 || w.conflicts("link_contradicted") != 0 || w.together("connec/org/0", "connec/org/1") {
		t.Errorf("%s", w.kinds())
	}
}

// TestToldBySourcesThatAreOff: a line of a crosswalk that slipped joins nothing by way of the lines of another.
func TestToldBySourcesThatAreOff(t *testing.T) {
	t.Parallel()
	for _, slips := range []bool{false, true} {
		w := newWorld(t)
		a := town(120, "a")
		w.fill("people", append(append(a, copies(a[:4], "b")...), anna("connec/org/1", "a/1/900"), person{id: "connec/org/2", ids: []string{"c/1/5"}, given: "annabel"}), nil)
		for i := range 4 {
			shift := 0
			if slips {
				shift = 1
			}
			w.link("slips", i+2, "people", a[i].id, fmt.Sprintf("b/1/%d", (i+shift)%4))
		}
		w.link("slips", 6, "people", "d/1/7", "e/1/8")
		w.link("good", 2, "people", "a/1/900", "d/1/7")
		w.link("good", 3, "people", "c/1/5", "e/1/8")
		w.run(nil, 1)
		if w.conflicts("link_source_off") == 0 == slips || w.together("connec/org/1", "connec/org/2") == slips {
			t.Errorf("slips %t: %s", slips, w.kinds())
		}
	}
}

// TestToldTwice: lines that repeat each other link no more records than they name.
func TestToldTwice(t *testing.T) {
	t.Parallel()
	w := scene(t, anna("connec/org/1", "a/1/900"), person{id: "connec/org/2", ids: []string{"c/1/5"}, given: "annabel"})
	for i := range 12 {
		w.link("walk", i+2, "people", "a/1/900", "b/1/7")
	}
	w.link("walk", 20, "people", "c/1/5", "b/1/7")
	w.run(nil, 1)
	w.run(nil, 1) // and once more, with the names of the clusters of before to be found
	if w.conflicts("hub_value") != 0 || !w.together("connec/org/1", "connec/org/2") {
		t.Errorf("%s", w.kinds())
	}
}

// TestToldIDThatIsGone: where the application's file lists all it holds, an old line's ID keeps nothing apart.
func TestToldIDThatIsGone(t *testing.T) {
	t.Parallel()
	for _, whole := range []bool{false, true} {
		w := scene(t, anna("b/1/8"), anna("connec/org/1", "a/1/900", "b/1/8"))
		w.link("walk", 2, "people", "a/1/900", "b/1/7")
		w.run(&config.Config{Sources: []config.Source{{Name: "test", Complete: whole}}}, 1)
		if (w.conflicts("id_contradiction") == 0) != whole || w.together("b/1/8", "connec/org/1") != whole {
			t.Errorf("lists all %t: %s", whole, w.kinds())
		}
	}
}

// TestOneJudgementSwitchesNoSourceOff: of a crosswalk between bare records one line that a person judged wrong says nothing
// of the others.
func TestOneJudgementSwitchesNoSourceOff(t *testing.T) {
	t.Parallel()
	var bare []person
	for i := range 8 {
		bare = append(bare, person{id: fmt.Sprintf("b/1/%d", i+1)}, person{id: fmt.Sprintf("c/1/%d", i+1)})
	}
	w := scene(t, bare...)
	for i := range 8 {
		w.link("walk", i+2, "people", fmt.Sprintf("b/1/%d", i+1), fmt.Sprintf("c/1/%d", i+1))
	}
	w.judged("b/1/1 different c/1/1").run(nil, 1)
	if w.conflicts("link_source_off") != 0 || !w.together("b/1/2", "c/1/2") || w.together("b/1/1", "c/1/1") {
		t.Errorf("%s", w.kinds())
	}
}
