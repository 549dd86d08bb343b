package merge

import (
	"regexp"
	"slices"
	"testing"

	"github.com/sameas/sameas/internal/config"
	"github.com/sameas/sameas/internal/connec"
)

func allowing(names ...string) *config.Config {
	return settings(func(c *config.Config) { c.Merge.Allow = names })
}

// voidWorld is two duplicates, each bearing IDs that name nothing: a placeholder, and an ID that match found on more
// records than can be one.
func voidWorld() world {
	return world{rows: []row{
		{key: "connec/org-1/h1", also: []string{"a/1/N%2FA", "b/77/shared", "b/77/9"}, cluster: "people-1", created: "2019-01-01T00:00:00Z", fields: map[string]any{"first_name": "Ann"}},
		{key: "connec/org-1/h2", also: []string{"c/1/0"}, cluster: "people-1", created: "2020-01-01T00:00:00Z", fields: map[string]any{"first_name": "Ann", "last_name": "Lee"}},
		{key: "a/1/5", cluster: "people-1"}},
		ties:     []tie{{"connec/org-1/h1", "connec/org-1/h2", "fuzzy", 0.9993}, {"connec/org-1/h1", "a/1/5", "fuzzy", 0.9993}},
		troubles: []trouble{{col: "people", kind: "hub_value", a: "b/77/shared"}}}
}

// TestIDsThatNameNothing are neither sent, expected nor judged; the application that bears one is given its real ID.
func TestIDsThatNameNothing(t *testing.T) {
	t.Parallel()
	void := []connec.ExternalID{mustID("a/1/N%2FA"), mustID("b/77/shared"), mustID("c/1/0")}
	_, _, ops, _ := plan(t, voidWorld().open(t), settings(nil))
	gained := 0
	for _, op := range writes(ops) {
		for _, id := range void {
			if slices.Contains(op.BearsIDs, id) || slices.Contains(op.Expect.IDs, id) || slices.Contains(op.Before.IDs, id) {
				t.Errorf("%s: %s is written or expected", op.ID, id)
			}
		}
		if slices.Contains(op.BearsIDs, mustID("a/1/5")) {
			gained++
		}
		now := observed{uuid: mustID(op.Target).ID, ids: slices.Concat(op.Before.IDs, void), tree: map[string]any{}}
		if _, drift := judgeIDs(op, now, &written{}); op.Target == "connec/org-1/h1" && len(drift) > 0 {
			t.Errorf("%s: what names nothing is drift: %v", op.ID, drift)
		}
		if op.Target == "connec/org-1/h1" && (len(op.NoIdentity) != 2 || !hasHazard(op, HazardPlaceholder)) {
			t.Errorf("%s: names nothing %v, hazards %v", op.ID, op.NoIdentity, op.Hazards)
		}
	}
	if gained != 2 {
		t.Errorf("%d records gain a/1/5, want both", gained)
	}
}

// outOfUseWorld is an organization held twice and two people who refer to the loser, one of them out of use.
func outOfUseWorld() world {
	return world{rows: []row{
		{key: "connec/org-1/o1", col: "organizations", also: []string{"b/77/1"}, cluster: "organizations-1", created: "2019-01-01T00:00:00Z", fields: map[string]any{"name": "Acme", "reference": "51824753556"}},
		{key: "connec/org-1/o2", col: "organizations", cluster: "organizations-1", created: "2020-01-01T00:00:00Z", fields: map[string]any{"name": "Acme"}},
		{key: "connec/org-1/p1", refs: map[string]string{"organization_id": "connec/org-1/o2"}},
		{key: "connec/org-1/p2", status: "INACTIVE", refs: map[string]string{"organization_id": "connec/org-1/o2"}}},
		ties: []tie{{"connec/org-1/o1", "connec/org-1/o2", "fuzzy", 0.9993}}}
}

// TestReferrerOutOfUse is left alone unless archived_target is allowed; then it is planned from the status that it has,
// and apply finds it as planned.
func TestReferrerOutOfUse(t *testing.T) {
	t.Parallel()
	db := outOfUseWorld().open(t)
	_, _, ops, _ := plan(t, db, settings(nil))
	moved, withheld := referrers(ops)
	if !slices.Equal(moved, []string{"connec/org-1/p1"}) || !slices.Equal(withheld, []string{"connec/org-1/p2"}) {
		t.Errorf("moved %v, withheld %v", moved, withheld)
	}
	_, _, ops, _ = plan(t, db, allowing(HazardArchived))
	moved, withheld = referrers(ops)
	if len(moved) != 2 || len(withheld) != 0 {
		t.Errorf("allowed: moved %v, withheld %v", moved, withheld)
	}
	for _, op := range ops {
		if op.Target != "connec/org-1/p2" {
			continue
		}
		if string(op.Before.Fields["status"]) != `"INACTIVE"` || !hasHazard(op, HazardArchived) {
			t.Errorf("before %v, hazards %v", op.Before, op.Hazards)
		}
		now := observed{uuid: "p2", ids: []connec.ExternalID{mustID("connec/org-1/p2")},
			tree: map[string]any{"status": "INACTIVE", "organization_id": []any{map[string]any{"provider": "connec", "realm": "org-1", "id": "o2"}}}}
		if stands, drift := judge(op, now, nil); stands != asBefore {
			t.Errorf("as extracted, and judged %v: %v", stands, drift)
		}
		now.tree["status"] = "ACTIVE"
		if stands, _ := judge(op, now, nil); stands != hasDrifted {
			t.Errorf("back in use, and judged %v", stands)
		}
	}
}

func referrers(ops []Operation) (moved, withheld []string) {
	for _, op := range ops {
		switch {
		case op.Type == TypeRepoint:
			moved = append(moved, op.Target)
		case op.Withheld == WithheldReferrer:
			withheld = append(withheld, op.Record)
		}
	}
	return moved, withheld
}

// TestOutOfUseTargets: of duplicates one out of use is never the survivor while another is in use, and is written
// nothing; a cluster out of use as a whole is written to only where archived_target is allowed.
func TestOutOfUseTargets(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		first, second string
		allow         []string
		targets       []string
	}{
		{"ARCHIVED", "ACTIVE", nil, []string{"connec/org-1/h2"}},
		{"", "inactive", nil, []string{"connec/org-1/h1"}},
		{"INACTIVE", "ARCHIVED", nil, nil},
		{"INACTIVE", "ARCHIVED", []string{HazardArchived}, []string{"connec/org-1/h1"}},
	} {
		w := world{rows: []row{
			{key: "connec/org-1/h1", status: c.first, cluster: "people-1", created: "2019-01-01T00:00:00Z"},
			{key: "connec/org-1/h2", status: c.second, cluster: "people-1", created: "2020-01-01T00:00:00Z"}, {key: "a/1/5", cluster: "people-1"}},
			ties: []tie{{"connec/org-1/h1", "connec/org-1/h2", "fuzzy", 0.9993}, {"connec/org-1/h1", "a/1/5", "fuzzy", 0.9993}}}
		_, _, ops, _ := plan(t, w.open(t), allowing(c.allow...))
		var targets []string
		for _, op := range writes(ops) {
			targets = append(targets, op.Target)
			if archived := op.Before.Fields["status"] != nil; archived != hasHazard(op, HazardArchived) {
				t.Errorf("%v: before %v, hazards %v", c, op.Before, op.Hazards)
			}
		}
		if !slices.Equal(targets, c.targets) {
			t.Errorf("%q and %q, allowed %v: written to %v, want %v", c.first, c.second, c.allow, targets, c.targets)
		}
	}
}

// TestIsPlaceholderText holds the function against the expression that says the same in one line.
func TestIsPlaceholderText(t *testing.T) {
	t.Parallel()
	oracle := regexp.MustCompile(`^([-.?*_/ ]+|x{2,}|n[./]?a\.?|none|nil|null|nul|unknown|undefined|unspecified|not (known|given|provided|applicable|available)|no (name|email|phone|address)|tb[acd]|test|dummy|sample|asdf|0+|9{5,}|1234567?8?9?0?)$`)
	texts := []string{"", "x", "xx", "xyx", "9999", "99999", "0", "00", "0x", "-", "- -", "n/a", "n.a.", "na", "nad", "n//a", "123456", "1234567", "12345690", "123456789012",
		"1234560987", "12345", "tbd", "tbx", "not known", "no", "no name", "smith", "é", "x é", "000 0", "testing", "--9"}
	for _, s := range texts {
		if got := isPlaceholderText(s); got != oracle.MatchString(s) {
			t.Errorf("%q: %v", s, got)
		}
	}
}

// TestNamesNothing holds NamesNothing of an ID against the macro names_nothing of the workspace's schema, which says the same of the IDs in it.
func TestIsVoid(t *testing.T) {
	t.Parallel()
	db := world{rows: []row{{key: "connec/org-1/h1"}}}.open(t)
	for _, id := range []string{"", " ", "0", "000", "-1", "-2", "-", "---", "?", "??", "n/a", "N/A", " na ", "n.a.", "n//a", "none", "None of these",
		"nil", "NULL", "undefined", "unknown", "tba", "test", "tester", "1", "10", "01", "a", "é"} {
		var said bool
		if err := db.QueryRow("SELECT names_nothing(?)", id).Scan(&said); err != nil {
			t.Fatal(err)
		}
		if got := (connec.ExternalID{Provider: "a", Realm: "1", ID: id}).NamesNothing(); got != said {
			t.Errorf("%q: the function says %v, the workspace %v", id, got, said)
		}
	}
}
