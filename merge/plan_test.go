package merge

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sameas/sameas/internal/config"
)

var update = flag.Bool("update", false, "write the golden files anew")

// goldenCases are small worlds, each with one thing to see in its plan.
func goldenCases() map[string]struct {
	world  world
	change func(*config.Config)
} {
	type c = struct {
		world  world
		change func(*config.Config)
	}
	linked := []tie{{"connec/org-1/h1", "a/1/5", "fuzzy", 0.9991}}
	two := []tie{{"connec/org-1/h1", "connec/org-1/h2", "fuzzy", 0.9993}, {"connec/org-1/h1", "a/1/5", "link", 0}}
	duplicates := []row{
		{key: "connec/org-1/h1", also: []string{"b/77/9"}, created: "2020-01-01T00:00:00Z", cluster: "people-1", fields: map[string]any{
			"first_name": "J.", "last_name": "Smith", "code": "PE1", "is_customer": false,
			"email": map[string]any{"address": "n/a"}, "address_home": map[string]any{"billing": map[string]any{"line1": "1 High St", "line2": "Unit 3"}}}},
		{key: "connec/org-1/h2", also: []string{"a/1/4"}, status: "ACTIVE", created: "2021-01-01T00:00:00Z", cluster: "people-1", fields: map[string]any{
			"first_name": "John", "last_name": "Smith", "code": "PE2", "is_customer": true, "opt_in": false,
			"email":        map[string]any{"address": "john@smith.au"},
			"address_home": map[string]any{"billing": map[string]any{"line1": "1 High Street", "city": "Perth", "postal_code": "6000"}}}},
	}
	return map[string]c{
		"attach": {world: world{rows: []row{
			{key: "connec/org-1/h1", also: []string{"b/77/9"}, cluster: "people-1"},
			{key: "a/1/5", cluster: "people-1"}}, ties: linked}},
		"attach_foreign": {world: world{rows: []row{
			{key: "connec/org-1/h1", cluster: "people-1"},
			{key: "a/1/5", also: []string{"b/77/9"}, cluster: "people-1"}}, ties: linked}},
		// What a crosswalk tells: b/77/9 of h1 and b/77/10 of h3; b/77/8 of two clusters, so of neither; a/1/gone is no longer listed.
		"attach_by_link": {world: world{rows: []row{
			{key: "connec/org-1/h1", also: []string{"a/1/5"}, cluster: "people-1"}, {key: "a/1/5", cluster: "people-1"},
			{key: "connec/org-1/h2", also: []string{"a/1/6"}, cluster: "people-2"}, {key: "a/1/6", cluster: "people-2"},
			{key: "connec/org-1/h3", also: []string{"a/1/7"}}, {key: "connec/org-1/h4", also: []string{"a/1/8"}}},
			ties:  []tie{{"connec/org-1/h1", "a/1/5", "shared_id", 0}, {"connec/org-1/h2", "a/1/6", "shared_id", 0}},
			links: [][2]string{{"a/1/5", "b/77/9"}, {"b/77/8", "a/1/8"}, {"a/1/6", "b/77/8"}, {"connec/org-1/h2", "a/1/gone"}, {"b/77/10", "a/1/7"}}}},
		"consolidate": {world: world{rows: append([]row{{key: "a/1/4", cluster: "people-1"}}, duplicates...),
			ties: []tie{{"connec/org-1/h1", "connec/org-1/h2", "fuzzy", 0.9993}, {"connec/org-1/h2", "a/1/4", "shared_id", 0}}}},
		"consolidate_upsert": {world: world{rows: []row{
			{key: "connec/org-1/h1", also: []string{"a/1/5", "b/77/9"}, cluster: "people-1", fields: map[string]any{"first_name": "Ann"}},
			{key: "connec/org-1/h2", also: []string{"b/77/8"}, status: "INACTIVE", cluster: "people-1", fields: map[string]any{"first_name": "Anna", "phone_home": map[string]any{"mobile": "0412 345 678"}}}},
			ties: []tie{{"connec/org-1/h1", "connec/org-1/h2", "decision", 0}}}},
		"repoint": {world: world{rows: []row{
			{col: "organizations", key: "connec/org-1/o1", also: []string{"b/77/1"}, cluster: "organizations-1", fields: map[string]any{"name": "Acme"}},
			{col: "organizations", key: "connec/org-1/o2", also: []string{"b/77/1"}, cluster: "organizations-1"},
			{key: "connec/org-1/h1", refs: map[string]string{"organization_id": "connec/org-1/o2"}},
			{key: "connec/org-1/h2", refs: map[string]string{"organization_id": "connec/org-1/o1"}},
			{col: "invoices", key: "connec/org-1/i1", refs: map[string]string{"organization_id": "connec/org-1/o2", "lines/1/organization_id": "connec/org-1/o2", "links/0/organization_id": "connec/org-1/o2"},
				fields: map[string]any{"lines": []any{map[string]any{"id": "l0"}, map[string]any{"id": "l1"}}, "links": []any{map[string]any{"x": 1}}}}},
			ties: []tie{{"connec/org-1/o1", "connec/org-1/o2", "shared_id", 0}}}},
		"retire": {world: world{rows: duplicates, ties: two[:1]}, change: func(c *config.Config) { c.Merge.Retire = true }},
		"merge": {world: world{rows: append([]row{{key: "a/1/5", cluster: "people-1"}}, duplicates...), ties: two}, change: func(c *config.Config) {
			c.Merge.Via = config.ViaNative
			c.Merge.Allow = []string{HazardOutcomeUnknown}
		}},
		"create": {world: world{rows: []row{
			{col: "organizations", key: "connec/org-1/o1", cluster: "organizations-1"},
			{col: "organizations", key: "a/1/o1", cluster: "organizations-1"},
			{key: "a/1/5", also: []string{"b/77/9"}, fields: map[string]any{"first_name": "Ann", "code": "X", "email": map[string]any{"address": "ann@lee.au"}}, refs: map[string]string{"organization_id": "a/1/o1"}},
			{key: "a/1/6", fields: map[string]any{"first_name": "Bo"}, refs: map[string]string{"organization_id": "a/1/gone"}}},
			ties: []tie{{"connec/org-1/o1", "a/1/o1", "link", 0}}}, change: func(c *config.Config) { c.Merge.Create = true }},
		"withheld": {world: withheldWorld()},
	}
}

// withheldWorld holds one record for every reason to leave one alone.
func withheldWorld() world {
	return world{rows: []row{
		{key: "connec/org-1/h1", cluster: "p1"}, {key: "a/1/below", cluster: "p1"},
		{key: "a/1/nothub"},
		{key: "connec/org-1/h2", review: "r2"}, {key: "a/1/review", review: "r2"},
		{key: "connec/org-1/h3", cluster: "p3", tier: "review"}, {key: "a/1/veto", cluster: "p3", tier: "review"},
		{key: "connec/org-1/h4", cluster: "p4", status: "ARCHIVED"}, {key: "a/1/archived", cluster: "p4"},
		{key: "connec/org-1/h5", cluster: "p5", birth: "1980-01-02"}, {key: "a/1/birth", cluster: "p5", birth: "1980-02-01"},
		{key: "connec/org-1/h6", also: []string{"a/1/first"}, cluster: "p6"}, {key: "a/1/first", cluster: "p6"}, {key: "a/1/second", cluster: "p6"},
		{key: "connec/org-1/h7", cluster: "p7"}, {key: "a/1/N%2FA", cluster: "p7"},
		{key: "connec/org-1/h8", cluster: "p8"}, {key: "a/1/torn", cluster: "p8"},
		{key: "connec/org-1/h9", cluster: "p9"}, {key: "a/1/held", cluster: "p9"}, {key: "connec/org-1/h10", also: []string{"a/1/held"}},
		{key: "connec/org-1/h11", cluster: "p11", channel: "org-1"}, {key: "connec/org-2/h12", cluster: "p11", channel: "org-2"}, {key: "a/1/channels", cluster: "p11"},
		{col: "organizations", key: "connec/org-1/o1", cluster: "o1", ref: "ABN 51 824"}, {col: "organizations", key: "a/1/tax", cluster: "o1", ref: "51825"},
	}, ties: []tie{
		{"connec/org-1/h1", "a/1/below", "fuzzy", 0.993}, {"connec/org-1/h4", "a/1/archived", "link", 0}, {"connec/org-1/h5", "a/1/birth", "link", 0},
		{"connec/org-1/h6", "a/1/first", "shared_id", 0}, {"a/1/first", "a/1/second", "fuzzy", 0.9999}, {"connec/org-1/h7", "a/1/N%2FA", "fuzzy", 0.999},
		{"connec/org-1/h8", "a/1/torn", "fuzzy", 0.999}, {"connec/org-1/h9", "a/1/held", "fuzzy", 0.999},
		{"connec/org-1/h11", "connec/org-2/h12", "fuzzy", 0.999}, {"connec/org-1/h11", "a/1/channels", "fuzzy", 0.999}, {"connec/org-1/o1", "a/1/tax", "link", 0},
	}, troubles: []trouble{{col: "people", kind: "ambiguous", a: "a/1/torn"}, {col: "people", kind: "veto", cluster: "p3"}}}
}

// TestGoldenPlans compares whole plan files with testdata, one for each type of operation; -update writes them.
func TestGoldenPlans(t *testing.T) {
	t.Parallel()
	for name, c := range goldenCases() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, _, got := plan(t, c.world.open(t), settings(c.change))
			golden := filepath.Join("testdata", "plans", name+".ndjson")
			if *update {
				if err := os.WriteFile(golden, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(pretty(t, want), pretty(t, got)); diff != "" {
				t.Errorf("-golden +got:\n%s", diff)
			}
			if !bytes.Equal(want, got) {
				t.Error("the plans mean the same but differ in bytes")
			}
		})
	}
}

func pretty(t *testing.T, plan []byte) string {
	t.Helper()
	var b bytes.Buffer
	for line := range bytes.Lines(plan) {
		if err := json.Indent(&b, line, "", "  "); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

// Every reason to leave a record alone is given once, to the record that was made for it.
func TestWithheldReasons(t *testing.T) {
	t.Parallel()
	summary, header, ops, _ := plan(t, withheldWorld().open(t), settings(nil))
	got := map[string]string{}
	for _, op := range ops {
		if op.Type != TypeWithheld {
			t.Errorf("%s on %s: nothing may be written", op.Type, op.Target)
		}
		got[op.Record] = op.Withheld
		if op.Reason.Text == "" || op.Request != nil {
			t.Errorf("%s: text %q, request %v", op.Record, op.Reason.Text, op.Request)
		}
	}
	want := map[string]string{"a/1/below": WithheldBelowAttach, "a/1/nothub": WithheldNotInHub, "a/1/review": WithheldReview, "a/1/veto": WithheldReview,
		"a/1/archived": WithheldArchived, "a/1/birth": WithheldBirthDate, "a/1/second": WithheldSecondID, "a/1/N%2FA": WithheldHubValue,
		"a/1/torn": WithheldAmbiguous, "a/1/held": WithheldElsewhere, "a/1/channels": WithheldChannels, "connec/org-2/h12": WithheldChannels, "a/1/tax": WithheldReference}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	// r2, p3, and the two clusters that contradict themselves.
	if summary.ReviewItems != 4 || header.ReviewItems != 4 {
		t.Errorf("review items: summary %d, header %d, want 4", summary.ReviewItems, header.ReviewItems)
	}
	if summary.Linked != 1 {
		t.Errorf("linked: %d, want 1", summary.Linked)
	}
}

func TestPlanRefuses(t *testing.T) {
	t.Parallel()
	some := world{rows: []row{{key: "connec/org-1/h1"}}}
	for _, c := range []struct {
		name, sql string
		change    func(*config.Config)
		want      error
	}{
		{"no hub", "", func(c *config.Config) { c.Sources = c.Sources[1:] }, ErrNoHub},
		{"two hubs", "", func(c *config.Config) { c.Sources = append(c.Sources, c.Sources[0]) }, ErrNoHub},
		{"no match", "DELETE FROM stages WHERE stage = 'match'", nil, ErrNoMatch},
		{"stale match", "UPDATE stages SET digest = 'e2' WHERE stage = 'extract'", nil, ErrStaleMatch},
	} {
		db := some.open(t)
		if c.sql != "" {
			if _, err := db.Exec(c.sql); err != nil {
				t.Fatal(err)
			}
		}
		path := filepath.Join(t.TempDir(), "plan.ndjson")
		_, err := WritePlan(t.Context(), PlanOptions{DB: db, Config: settings(c.change), Out: path})
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
		if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: a file was left: %v", c.name, err)
		}
	}
}

// A plan that cannot be written leaves the rows of the one before it.
func TestPlanFailureKeepsTheOneBefore(t *testing.T) {
	t.Parallel()
	db := goldenCases()["attach"].world.open(t)
	summary, _, _, _ := plan(t, db, settings(nil))
	_, err := WritePlan(t.Context(), PlanOptions{DB: db, Config: settings(nil), Out: filepath.Join(t.TempDir(), "no", "folder", "plan")})
	if err == nil {
		t.Fatal("a plan was written into no folder")
	}
	var id string
	var n int
	if err := db.QueryRow("SELECT any_value(plan_id), count(*) FROM operations").Scan(&id, &n); err != nil {
		t.Fatal(err)
	}
	if id != summary.SHA256 || n != 1 {
		t.Errorf("operations hold plan %s with %d rows", id, n)
	}
}

// Stops are listed unless allowed, and the plan is written all the same.
func TestStopsAndTables(t *testing.T) {
	t.Parallel()
	db := goldenCases()["consolidate"].world.open(t)
	summary, header, ops, _ := plan(t, db, settings(nil))
	if want := []string{HazardForeignID, HazardTwoRecords, HazardOutcomeUnknown}; !cmp.Equal(summary.Stops, want) {
		t.Errorf("stops %v, want %v", summary.Stops, want)
	}
	text := summary.Text()
	for _, want := range []string{"STOP", "--allow foreign_id --allow id_on_two_records --allow outcome_unknown", "consolidate", summary.SHA256} {
		if !strings.Contains(text, want) {
			t.Errorf("text lacks %q:\n%s", want, text)
		}
	}
	allowed, _, _, _ := plan(t, db, settings(func(c *config.Config) {
		c.Merge.Allow = []string{HazardForeignID, HazardTwoRecords, HazardOutcomeUnknown}
	}))
	if len(allowed.Stops) != 0 {
		t.Errorf("stops %v, though allowed", allowed.Stops)
	}
	var rows, fields, plans, staged int
	err := db.QueryRow(`SELECT (SELECT count(*) FROM operations WHERE plan_id = ?1), (SELECT count(*) FROM operation_fields WHERE plan_id = ?1),
		(SELECT count(*) FROM plans WHERE plan_id = ?1), (SELECT count(*) FROM stages WHERE stage = 'plan' AND digest = ?1)`, allowed.SHA256).Scan(&rows, &fields, &plans, &staged)
	if err != nil {
		t.Fatal(err)
	}
	wantFields := 0
	for _, op := range ops {
		wantFields += len(op.Fields)
	}
	if rows != len(ops) || fields != wantFields || fields == 0 || plans != 1 || staged != 1 {
		t.Errorf("tables hold %d operations, %d fields, %d plans, %d stages; the plan %d operations, %d fields", rows, fields, plans, staged, len(ops), wantFields)
	}
	if header.Operations != int64(len(ops)) || header.Writes["people"] != 2 || header.HubRecords["people"] != 2 {
		t.Errorf("header: %+v", header)
	}
}

// A plan made of an extraction in doubt says so, in its header and to the person, until a later run is complete.
func TestPlanTellsOfDoubt(t *testing.T) {
	t.Parallel()
	db := goldenCases()["attach"].world.open(t)
	run := func(n int, status string) (PlanSummary, Header) {
		if _, err := db.Exec("INSERT INTO extractions (run, source, source_type, collection, started_at, rows_got, records, repeated, id_defects, dangling_refs, status, skip, doubt) VALUES (?, 'hub', 'connec', 'people', now(), 0, 0, 0, 0, 0, ?, 0, '2 records went missing')", n, status); err != nil {
			t.Fatal(err)
		}
		summary, header, _, _ := plan(t, db, settings(nil))
		return summary, header
	}
	summary, header := run(2, "in_doubt")
	want := "people of hub: 2 records went missing"
	if !cmp.Equal(header.InDoubt, []string{want}) || !strings.Contains(summary.Text(), "in doubt, and the plan knows no more than it: "+want) {
		t.Errorf("%q\n%s", header.InDoubt, summary.Text())
	}
	if summary, header = run(3, "complete"); header.InDoubt != nil || strings.Contains(summary.Text(), "doubt") {
		t.Errorf("%q\n%s", header.InDoubt, summary.Text())
	}
}

// TestGoldenBodies writes every golden plan's requests as a person reviews them: what each operation is for, what changes,
// and the body that is sent, one line a value; -update writes them.
func TestGoldenBodies(t *testing.T) {
	t.Parallel()
	for name := range goldenCases() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, ops := readAll(t, filepath.Join("testdata", "plans", name+".ndjson"))
			var got bytes.Buffer
			for _, op := range ops {
				if op.Type == TypeWithheld {
					fmt.Fprintf(&got, "%s: %s\n    %s: %s\n\n", op.Type, op.Record, op.Withheld, op.Reason.Text)
					continue
				}
				fmt.Fprintf(&got, "%s %s %s\n", op.Type, op.Collection, orText(op.Target, "of "+op.Record))
				for _, line := range changes(op) {
					fmt.Fprintf(&got, "    %s\n", line)
				}
				fmt.Fprintf(&got, "%s %s\n", op.Request.Method, op.Request.Path)
				if err := json.Indent(&got, op.Request.Body, "", "  "); err != nil {
					t.Fatal(err)
				}
				got.WriteString("\n\n")
			}
			golden := filepath.Join("testdata", "bodies", name+".txt")
			if *update {
				if err := os.WriteFile(golden, got.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got.String()); diff != "" {
				t.Errorf("-golden +got:\n%s", diff)
			}
		})
	}
}
