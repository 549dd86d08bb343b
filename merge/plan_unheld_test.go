package merge

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sameas/sameas/internal/config"
)

// A survivor gains the reference of its duplicate where that leads to a record: one to a record that was not extracted is
// left out and said, one into a collection that was not extracted is a stop.
func TestReferencesThatLeadNowhere(t *testing.T) {
	t.Parallel()
	duplicates := func(refs map[string]string, more ...row) world {
		return world{rows: append(more,
			row{key: "connec/org-1/h1", also: []string{"a/1/5"}, cluster: "people-1", created: "2020-01-01", fields: map[string]any{"first_name": "Ann", "job_title": "Chef", "website": "x.org", "notes": "n"}},
			row{key: "connec/org-1/h2", also: []string{"b/77/9"}, cluster: "people-1", created: "2021-01-01", fields: map[string]any{"last_name": "Lee"}, refs: refs}),
			ties: []tie{{"connec/org-1/h1", "connec/org-1/h2", "decision", 0}}}
	}
	o1 := row{col: "organizations", key: "connec/org-1/o1"}
	left := "reference_left false: organization_id of connec/org-1/h2 is left out: no record connec/org-1/gone was extracted"
	for name, x := range map[string]struct {
		world  world
		native bool
		refs   map[string]string // of what survives
		want   []string
	}{
		"held":         {duplicates(map[string]string{"organization_id": "connec/org-1/o1"}, o1), false, map[string]string{"organization_id": "connec/org-1/o1"}, nil},
		"gone":         {duplicates(map[string]string{"organization_id": "connec/org-1/gone"}, o1), false, nil, []string{left}},
		"gone, native": {duplicates(map[string]string{"organization_id": "connec/org-1/gone"}, o1), true, nil, []string{left}},
		"not extracted": {duplicates(map[string]string{"organization_id": "connec/org-1/o1"}), false, map[string]string{"organization_id": "connec/org-1/o1"},
			[]string{"outcome_unknown true: organization_id is to be connec/org-1/o1, and no organizations were extracted: whether the hub drops, refuses or makes a record of one that is not there is unknown (unmatched-reference); extract organizations too"}},
	} {
		_, _, ops, text := plan(t, x.world.open(t), settings(func(c *config.Config) {
			if x.native {
				c.Merge.Via = config.ViaNative
			}
		}))
		i := slices.IndexFunc(ops, func(op Operation) bool { return op.Type == TypeConsolidate || op.Type == TypeMerge })
		if i < 0 || ops[i].Target != "connec/org-1/h1" {
			t.Errorf("%s: no survivor is written: %s", name, text)
			continue
		}
		if diff := cmp.Diff(x.refs, ops[i].Expect.Refs); diff != "" {
			t.Errorf("%s: -want +got\n%s", name, diff)
		}
		if sent := strings.Contains(string(ops[i].Request.Body), "organization_id"); sent != (x.refs != nil) {
			t.Errorf("%s: the request is %s", name, ops[i].Request.Body)
		}
		var got []string
		for _, h := range ops[i].Hazards {
			if h.Name == HazardReferenceLeft || strings.Contains(h.Text, "unmatched-reference") {
				got = append(got, fmt.Sprintf("%s %t: %s", h.Name, h.Stop, h.Text))
			}
		}
		if diff := cmp.Diff(x.want, got); diff != "" {
			t.Errorf("%s: -want +got\n%s", name, diff)
		}
	}
}

// A person may decide for a record that has no reference, which is then cleared; or for one whose reference leads nowhere,
// which is then not copied, and said.
func TestDecidedReferences(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		refs map[string]string // of the duplicate
		want string            // in the request or in a hazard
	}{
		"none": {nil, `"organization_id":""`},
		"gone": {map[string]string{"organization_id": "connec/org-1/gone"}, "organization_id of connec/org-1/h2 is left out, though a person decided for it: no record connec/org-1/gone was extracted"},
	} {
		w := world{rows: []row{{col: "organizations", key: "connec/org-1/o1"},
			{key: "connec/org-1/h1", also: []string{"a/1/5"}, cluster: "people-1", fields: map[string]any{"first_name": "Ann", "job_title": "Chef", "website": "x.org"},
				refs: map[string]string{"organization_id": "connec/org-1/o1"}},
			{key: "connec/org-1/h2", also: []string{"b/77/9"}, cluster: "people-1", fields: map[string]any{"last_name": "Lee"}, refs: x.refs}},
			ties: []tie{{"connec/org-1/h1", "connec/org-1/h2", "decision", 0}}}
		db := w.open(t)
		decideField(t, db, "b/77/9", "organization_id")
		_, _, ops, text := plan(t, db, settings(nil))
		op := ops[0]
		if sent := string(op.Request.Body); op.Target != "connec/org-1/h1" || x.refs == nil && !strings.Contains(sent, x.want) || !strings.Contains(string(text), x.want) {
			t.Errorf("%s: want %s in %s", name, x.want, text)
		}
		if cleared := op.Before.Refs["organization_id"] == "connec/org-1/o1" && op.Expect.Refs["organization_id"] == ""; cleared != (x.refs == nil) {
			t.Errorf("%s: references %v -> %v", name, op.Before.Refs, op.Expect.Refs)
		}
		if x.refs == nil && !strings.Contains(string(op.Inverse.Body), `"organization_id":[{"provider":"connec","realm":"org-1","id":"o1"}]`) {
			t.Errorf("%s: the inverse is %s", name, op.Inverse.Body)
		}
	}
}
