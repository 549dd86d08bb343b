package match

import (
	"context"
	"database/sql"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/sameas/sameas/internal/config"
	queries "github.com/sameas/sameas/sql"
)

// TestLeaveOneOutEndToEnd matches fifty people who stand in two sources, joined by the IDs of q/1 alone. Without them
// names, mailboxes and birth dates must find them again; the workspace itself must not change, nor anything be left behind.
func TestLeaveOneOutEndToEnd(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("TMPDIR", folder)
	const people = 50
	var records []oneRecord
	for i := range 2 * people {
		records = append(records, oneRecord{id: fmt.Sprintf("%03d", i), alsoIDs: []string{fmt.Sprint("q", i%people)}})
	}
	db := workspace(t, "people", records, nil)
	first := []string{"Avi", "Phyllis", "Serena", "Tomasz", "Ingrid", "Yusuf", "Marguerite"}
	last := []string{"Green", "Cotton", "Smithson", "Kowalczyk", "Bergstrom", "Okonkwo", "Delacroix", "Pritchard", "Vandermeer", "Nakamura", "Quigley"}
	for i := range 2 * people {
		n := i % people
		given, family := first[n%len(first)], last[n%len(last)]
		_, err := db.ExecContext(t.Context(), `UPDATE records SET first_name = ?, last_name = ?, emails = [?], birth_date = DATE '1950-01-01' + INTERVAL (?) DAY,
			content_hash = ?, source = ? WHERE rid = ?`, given, family, fmt.Sprintf("%s.%s%d@mail%d.example", given, family, n, n), n*397, fmt.Sprint(n),
			[]string{"hub", "crm"}[i/people], i+1)
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := db.ExecContext(t.Context(), "DELETE FROM features"); err != nil {
		t.Fatal(err)
	}
	o := Options{DB: db, Config: &config.Config{}}
	if _, err := Run(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	before := countRows(t.Context(), t, db, "external_ids", "")
	e, err := Evaluate(t.Context(), EvaluateOptions{Options: o})
	if err != nil {
		t.Fatal(err)
	}
	if len(e.LeftOut) != 1 || e.LeftOut[0].Provider != "q" || e.LeftOut[0].Collection != "people" || e.LeftOut[0].LinkedPairs != people {
		t.Fatalf("left out: %+v", e.LeftOut)
	}
	if got := e.LeftOut[0]; !(got.AutoAndReview > 0.9) || got.Auto > got.AutoAndReview {
		t.Errorf("found again: %+v", got)
	}
	if len(e.Notes) != 1 || len(e.Collections) != 0 {
		t.Errorf("it must say that there is no precision: %q, %v", e.Notes, e.Collections)
	}
	truth := "provider,realm,id,entity\n"
	for i := range 2 * people {
		truth += fmt.Sprintf("p,1,%03d,%d\n", i, min(i%people, people-2)) // the last two are one, whatever the IDs say
	}
	both, err := Evaluate(t.Context(), EvaluateOptions{Options: o, Truth: strings.NewReader(truth), TruthName: "truth.csv", LeaveOut: true})
	if err != nil {
		t.Fatal(err)
	}
	checkLeftOutByTruth(t, both, e.LeftOut[0], people)
	if after := countRows(t.Context(), t, db, "external_ids", ""); after != before {
		t.Errorf("the workspace had %d IDs and has %d", before, after)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// checkLeftOutByTruth: the same recall as without a truth file, the true ones among its pairs, and the strata adding up.
func checkLeftOutByTruth(t *testing.T, e Evaluation, alone LeftOut, people int64) {
	t.Helper()
	if len(e.Collections) != 1 || len(e.LeftOut) != 1 || e.LeftOut[0].ByTruth == nil || len(e.Notes) != 0 {
		t.Fatalf("with a truth file: %+v, notes %q", e.LeftOut, e.Notes)
	}
	got := e.LeftOut[0]
	by := got.ByTruth
	if got.LinkedPairs != alone.LinkedPairs || got.Auto != alone.Auto || got.AutoAndReview != alone.AutoAndReview {
		t.Errorf("beside a truth file the linked pairs fare otherwise: %+v, alone %+v", got, alone)
	}
	// Linked are 49 and 49 by one ID each; truth makes the last two people one: four pairs more, none of them linked.
	if by.TruePairs != people || by.Auto != got.Auto || by.UnlinkedPairs != 4 || by.UnlinkedAuto != 0 {
		t.Errorf("by the truth: %+v", by)
	}
	linked, unlinked := int64(0), int64(0)
	for _, s := range by.Strata {
		linked, unlinked = linked+s.Linked, unlinked+s.Unlinked
		if s.Linked > 0 && (s.Fields != "4-6" && s.Fields != "0-3" || s.Sources != [2]string{"crm", "hub"}) {
			t.Errorf("stratum %+v", s)
		}
	}
	if linked != by.TruePairs || unlinked != by.UnlinkedPairs {
		t.Errorf("the strata hold %d and %d pairs, want %d and %d", linked, unlinked, by.TruePairs, by.UnlinkedPairs)
	}
	if text := e.Text(); !strings.Contains(text, "TRUE PAIRS NOT LINKED") || !strings.Contains(text, "q/1, people") {
		t.Errorf("no table of strata in\n%s", text)
	}
}

// TestCopyLeavesOneApplicationOut looks for the application's IDs in every column of the copy.
func TestCopyLeavesOneApplicationOut(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	from := leftOutWorkspace(t)
	to, err := queries.Open(ctx, "", queries.Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	defer to.Close()
	if err := copyWithout(ctx, from, to, providerRealm{"people", "q", "1"}); err != nil {
		t.Fatal(err)
	}
	for table, want := range map[string]int{"records": 3, "external_ids": 2, "refs": 3, "links": 0} {
		if got := countRows(ctx, t, to, table, ""); got != want {
			t.Errorf("%s: %d rows, want %d", table, got, want)
		}
		if got := countRows(ctx, t, to, table, " AS x WHERE contains(x::VARCHAR, 'canary')"); got != 0 {
			t.Errorf("%s: %d rows hold an ID of the application that was left out", table, got)
		}
	}
	if got := countRows(ctx, t, to, "refs", " WHERE target_rid IS NOT NULL"); got != 1 {
		t.Errorf("%d references lead somewhere; the one that only the ID left out knew must not", got)
	}
	var emails, line1, extra string
	err = to.QueryRowContext(ctx, "SELECT emails[1], addresses[1].line1, extra['national_id'] FROM records WHERE rid = 1").Scan(&emails, &line1, &extra)
	if err != nil || emails != "a@b.example" || line1 != "1 High St" || extra != "77" {
		t.Errorf("lists, structures and maps: %q %q %q %v", emails, line1, extra, err)
	}
}

func leftOutWorkspace(t *testing.T) *sql.DB {
	t.Helper()
	db := workspace(t, "people", []oneRecord{{id: "1", alsoIDs: []string{"canary"}}, {id: "2", alsoIDs: []string{"canary"}}}, nil)
	for _, q := range []string{
		`UPDATE records SET emails = ['a@b.example', 'c'], extra = MAP {'national_id': '77'}, raw = '{"id":"canary"}', birth_date = DATE '1985-01-29',
			addresses = [{'kind': 'k', 'line1': '1 High St', 'line2': NULL, 'city': 'x', 'region': NULL, 'postal_code': NULL, 'country': NULL}] WHERE rid = 1`,
		`INSERT INTO records (rid, source, collection, key, provider, realm, id, hub, content_hash, raw) VALUES (3, 's', 'people', 'q/1/canary', 'q', '1', 'canary', false, '', '{}')`,
		`INSERT INTO external_ids VALUES (3, 'people', 'q', '1', 'canary', 0)`,
		`INSERT INTO refs VALUES (1, 'people', 'organization_id', 'organizations', 'q', '1', 'canary', NULL), (1, 'people', 'organization_id', 'organizations', 'p', '1', 'o', 3),
			(2, 'people', 'manager_id', 'people', 'p', '1', '1', 1), (2, 'people', 'x_id', 'people', 'p', '1', 'gone', 3)`,
		`INSERT INTO links VALUES ('l', 2, 'people', 'p', '1', '1', 'q', '1', 'canary')`,
	} {
		if _, err := db.ExecContext(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
	return db
}

func countRows(ctx context.Context, t *testing.T, db *sql.DB, table, where string) int {
	t.Helper()
	var n int
	if err := db.QueryRowContext(ctx, "SELECT count(*) FROM "+table+where).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestRecoveredCountsWhatOnlyTheIDsJoined: with the IDs 1-2-3 are one; without, 1-2 still are, and matching finds
// 3 beside 1 in auto and nothing more in review: of the lost pairs 13 and 23 one comes back.
func TestRecoveredCountsWhatOnlyTheIDsJoined(t *testing.T) {
	t.Parallel()
	records := func(clusters ...string) []oneRecord {
		var all []oneRecord
		for i, c := range clusters {
			all = append(all, oneRecord{id: fmt.Sprint(i + 1), cluster: c, tier: "auto", review: "r" + c})
		}
		return all
	}
	none := math.NaN()
	with := workspace(t, "people", records("a", "a", "a", "b"), []oneEdge{{1, 2, "shared_id", none}, {2, 3, "link", none}})
	without := workspace(t, "people", records("a", "b", "a", "c"), []oneEdge{{1, 2, "shared_id", none}, {3, 4, "fuzzy", 9}})
	got, err := recovered(t.Context(), Options{DB: with}, without, "people", nil)
	if err != nil || got.LinkedPairs != 2 || !near(got.Auto, 1./2) || !near(got.AutoAndReview, 1./2) {
		t.Errorf("%+v, %v", got, err)
	}
}
