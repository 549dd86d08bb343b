package merge

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/sameas/sameas/internal/config"
	"github.com/sameas/sameas/internal/sandbox"
)

// memberOf is a record of a source, with the fields that a JSON object holds.
func memberOf(t *testing.T, key, source, fields string) *member {
	t.Helper()
	leaves, err := readLeaves(json.RawMessage(fields))
	if err != nil {
		t.Fatal(err)
	}
	return &member{Key: key, Source: source, leaves: leaves}
}

func TestOwnerOfAField(t *testing.T) {
	t.Parallel()
	const (
		own   = `{"email": {"address": "jo@hub.test"}, "first_name": "Jo", "last_name": "Ash", "updated_at": "2019-09-01T00:00:00Z"}`
		early = `{"email": {"address": "jo@early.test"}, "first_name": "Joan", "last_name": "Ash", "updated_at": "2019-01-01T00:00:00Z"}`
		late  = `{"email": {"address": "jo@late.test"}, "first_name": "Joanna", "last_name": "Ash", "updated_at": "2019-01-01T09:00:00+10:00"}`
		void  = `{"email": {"address": "n/a"}, "first_name": "Joey", "last_name": "Ash", "updated_at": "2019-12-01T00:00:00Z"}`
	)
	email := map[string]string{"email.address": "crm"}
	for _, c := range []struct {
		name         string
		owners       map[string]string
		crm          []string
		field        string
		after, rule  string
		decidedByJoe bool
	}{
		{name: "nobody owns it: the order of sources", crm: []string{early}, field: "email.address", after: "jo@hub.test", rule: ruleSource},
		{name: "its owner goes first", owners: email, crm: []string{early}, field: "email.address", after: "jo@early.test", rule: ruleOwner},
		// late was changed on the evening before, by the clock of Greenwich
		{name: "of two of the owner's, the one updated last", owners: email, crm: []string{late, early}, field: "email.address", after: "jo@early.test", rule: ruleRecent},
		{name: "a placeholder of the owner's loses", owners: email, crm: []string{void}, field: "email.address", after: "jo@hub.test", rule: ruleValid},
		{name: "the owner's older record, where its last holds a placeholder", owners: email, crm: []string{void, early}, field: "email.address", after: "jo@early.test", rule: ruleOwner},
		{name: "another field is not owned", owners: email, crm: []string{early}, field: "first_name", after: "Jo", rule: ruleSource},
		{name: "a group by its name", owners: map[string]string{"name": "crm"}, crm: []string{early}, field: "first_name", after: "Joan", rule: ruleOwner},
		{name: "a person goes before the owner", owners: email, crm: []string{early}, field: "email.address", after: "jo@hub.test", rule: ruleDecision, decidedByJoe: true},
	} {
		hub := memberOf(t, "connec/org-1/h1", "hub", own)
		s := survivorship{ranked: []*member{hub}, priority: map[string]int{"hub": 0, "crm": 1}, owners: c.owners, decided: map[string]wanted{},
			meaning: func(_ string, raw json.RawMessage) string { return compact(raw) }}
		for i, fields := range c.crm {
			s.ranked = append(s.ranked, memberOf(t, "crm/1/"+string(rune('1'+i)), "crm", fields))
		}
		if c.decidedByJoe {
			s.decided[c.field] = wanted{by: hub}
		}
		found := false
		for _, choice := range s.decide() {
			if choice.Field != c.field {
				continue
			}
			found = true
			if text, _ := textOf(choice.After); text != c.after || choice.Rule != c.rule {
				t.Errorf("%s: %s by %q, want %s by %q", c.name, choice.After, choice.Rule, c.after, c.rule)
			}
		}
		if !found {
			t.Errorf("%s: nothing was decided on %s", c.name, c.field)
		}
	}
}

// TestNamesWithDotsAndSlashes: a field whose name holds what parts the names of a path is written, compared and taken back
// under its own name.
func TestNamesWithDotsAndSlashes(t *testing.T) {
	t.Parallel()
	w := world{rows: []row{
		{key: "connec/org-1/h1", also: []string{"a/1/5", "c/1/5"}, cluster: "people-1", fields: map[string]any{"first_name": "Ann", "last_name": "Lee", "a.b": "n/a"}},
		{key: "connec/org-1/h2", also: []string{"b/77/8"}, cluster: "people-1", fields: map[string]any{"a.b": "dotted", "a": map[string]any{"b": "plain"}, "km/h": "fast", "50%2E": "odd",
			"nested": map[string]any{"x.y": "inside"}}},
		{key: "a/1/5", cluster: "people-1"}},
		ties: []tie{{"connec/org-1/h1", "connec/org-1/h2", "decision", 0}, {"connec/org-1/h1", "a/1/5", "shared_id", 0}}}
	o := worldOptions(t, w, settings(func(c *config.Config) {
		c.Merge.MaxShare, c.Merge.Allow = 1, []string{HazardForeignID, HazardTwoRecords, HazardOutcomeUnknown}
	}), sandbox.Behave{})
	before := extracted(t, o)
	if r := mustApply(t, o); len(r.Problems) > 0 || r.Remaining > 0 {
		t.Fatalf("%+v", r)
	}
	verifyClean(t, o)
	after := extracted(t, o)["people/h1"].fields
	for _, want := range []string{`"a.b":"dotted"`, `"a":{"b":"plain"}`, `"km/h":"fast"`, `"50%2E":"odd"`, `"nested":{"x.y":"inside"}`} {
		if !strings.Contains(after, want) {
			t.Errorf("no %s in %s", want, after)
		}
	}
	r, err := Undo(t.Context(), UndoOptions{ApplyOptions: o, Send: true})
	if err != nil || len(r.Result.Problems) > 0 {
		t.Fatalf("%v, %+v", err, r)
	}
	checkRestored(t, "after undo", before, extracted(t, o), r.UndoPlan)
}
