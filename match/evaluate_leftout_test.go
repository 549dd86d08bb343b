package match

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/sameas/sameas/internal/config"
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
