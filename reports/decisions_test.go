package reports

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sameas/sameas/internal/connec"
)

// anyField lets a person decide on every field but code.
func anyField(field string) string {
	if field == "code" {
		return "is never written"
	}
	return ""
}

func importText(t *testing.T, db *sql.DB, text string) ImportResult {
	t.Helper()
	result, err := ImportDecisions(t.Context(), db, strings.NewReader(text), "decisions.csv", anyField, time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	return result
}

func exportText(t *testing.T, db *sql.DB) string {
	t.Helper()
	var out bytes.Buffer
	if _, _, err := ExportDecisions(t.Context(), db, &out); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// extracted makes a workspace that holds records of these IDs and nothing else, numbered in the order given.
func extracted(t *testing.T, ids []connec.ExternalID) *sql.DB {
	t.Helper()
	db := newWorkspace(t)
	for rid, id := range ids {
		execute(t, db, `INSERT INTO records (rid, source, collection, key, provider, realm, id, hub, content_hash, raw) VALUES ($1, 's', 'people', $2, $3, $4, $5, $3 = 'connec', '', '{}')`,
			rid, id.String(), id.Provider, id.Realm, id.ID)
		execute(t, db, `INSERT INTO external_ids (rid, collection, provider, realm, id, position) VALUES ($1, 'people', $2, $3, $4, 0)`, rid, id.Provider, id.Realm, id.ID)
	}
	return db
}

// TestDecisionsSurviveANewExtraction: what is exported and imported into another workspace, whose records are numbered
// otherwise, is what was decided, to the byte; a second import changes nothing.
func TestDecisionsSurviveANewExtraction(t *testing.T) {
	t.Parallel()
	for seed := range uint64(6) {
		dice := rand.New(rand.NewPCG(seed, 7))
		// A CR LF inside a cell is read as LF.
		values := slices.DeleteFunc(hostile(), func(s string) bool { return s == "" || len(s) > 1000 || strings.Contains(s, "\r\n") })
		times := dice.Perm(30)
		var ids []connec.ExternalID
		for i := range 12 {
			ids = append(ids, connec.ExternalID{Provider: "app", Realm: fmt.Sprint(i % 3), ID: fmt.Sprint(i, values[dice.IntN(len(values))])})
		}
		text := func() string { return values[dice.IntN(len(values))] }
		var decisions []Decision
		for i := range 30 {
			record := dice.IntN(len(ids))
			d := Decision{Collection: "people", Kind: []string{Same, Different, Survivor, Value}[dice.IntN(4)], Record: ids[record].String(), Who: text(), Why: text(),
				At: time.UnixMicro(1_700_000_000_000_000 + int64(times[i])*1_000_001).UTC()}
			switch {
			case d.onPair():
				d.Other = ids[(record+1+dice.IntN(len(ids)-1))%len(ids)].String()
			case d.Kind == Value:
				d.Field = []string{"email", "first_name", "address_home.billing"}[i%3]
			}
			decisions = append(decisions, d)
		}
		first := extracted(t, ids)
		if err := Decide(t.Context(), first, decisions); err != nil {
			t.Fatal(err)
		}
		want := exportText(t, first)
		slices.Reverse(ids)
		second := extracted(t, ids)
		result := importText(t, second, want)
		if got := exportText(t, second); got != want {
			at := 0
			for at < min(len(got), len(want)) && got[at] == want[at] {
				at++
			}
			t.Fatalf("seed %d: exported %q, then, after an import, %q", seed, want[at:min(len(want), at+80)], got[at:min(len(got), at+80)])
		}
		if result.Kept != result.Lines || result.Kept < 10 {
			t.Errorf("seed %d: %+v", seed, result)
		}
		again := importText(t, second, want)
		if again.Known != again.Lines || again.Kept != 0 {
			t.Errorf("seed %d: a second import kept %d, knew %d of %d", seed, again.Kept, again.Known, again.Lines)
		}
		before, err := standing(t.Context(), first)
		if err != nil {
			t.Fatal(err)
		}
		after, err := standing(t.Context(), second)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(before, after) {
			t.Errorf("seed %d: decisions differ after a round trip", seed)
		}
	}
}

// TestImportsComeInAnyOrder: whatever the order of files and of their lines, and however often each is imported, the same
// decisions stand: on each pair or field the latest of all, as an oracle finds it, but for what was undone.
func TestImportsComeInAnyOrder(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		dice := rand.New(rand.NewPCG(seed, 23))
		var ids []connec.ExternalID
		for i := range 4 {
			ids = append(ids, connec.ExternalID{Provider: "connec", Realm: "o", ID: fmt.Sprint(i)})
		}
		at := func() time.Time { return time.Date(2026, 1, 1+dice.IntN(4), 0, 0, 0, 0, time.UTC) } // few, so that many are of one time
		name := func() string { return []string{"anna", "ben"}[dice.IntN(2)] }
		draw := func() Decision {
			record, other := dice.IntN(len(ids)), 1+dice.IntN(len(ids)-1)
			d := Decision{Collection: "people", Kind: []string{Same, Different, Survivor, Value}[dice.IntN(4)], Record: ids[record].String(), Who: name(), Why: name(), At: at()}
			switch {
			case d.onPair():
				d.Other = ids[(record+other)%len(ids)].String()
			case d.Kind == Value:
				d.Field = []string{"email", "title"}[dice.IntN(2)]
			}
			return d
		}
		var before, takenBack, lines []Decision
		for range 3 {
			before, takenBack = append(before, draw()), append(takenBack, draw())
		}
		for range 30 {
			lines = append(lines, draw())
		}
		want := map[[4]string]Decision{}
		for i, d := range slices.Concat(before, lines) {
			wasUndone := func(u Decision) bool { return u.subject() == d.subject() && u.Kind == d.Kind && !d.At.After(u.At) }
			if s, known := want[d.subject()]; (i < len(before) || !slices.ContainsFunc(takenBack, wasUndone)) && (!known || d.counts(s)) {
				want[d.subject()] = d
			}
		}
		first := ""
		for range 3 {
			db := extracted(t, ids)
			if err := Decide(t.Context(), db, takenBack); err != nil {
				t.Fatal(err)
			}
			execute(t, db, `UPDATE decisions SET withdrawn_at = now()`)
			execute(t, db, `UPDATE field_decisions SET withdrawn_at = now()`)
			if err := Decide(t.Context(), db, before); err != nil {
				t.Fatal(err)
			}
			dice.Shuffle(len(lines), func(i, k int) { lines[i], lines[k] = lines[k], lines[i] })
			for file := range slices.Chunk(lines, 5+dice.IntN(20)) {
				text := csvOf(file)
				for range 1 + dice.IntN(2) {
					importText(t, db, text)
				}
			}
			got := exportText(t, db)
			if first == "" {
				first = got
			}
			if got != first {
				t.Fatalf("seed %d: in one order there stands\n%s\nin another\n%s", seed, first, got)
			}
			stand, err := effective(t.Context(), db)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range stand {
				if w := want[d.subject()]; d.Kind != w.Kind || !d.At.Equal(w.At) || d.Who != w.Who || d.Why != w.Why {
					t.Errorf("seed %d: there stands %+v, want %+v", seed, d, w)
				}
			}
			if len(stand) != len(want) {
				t.Errorf("seed %d: %d decisions stand, want %d", seed, len(stand), len(want))
			}
		}
	}
}

// csvOf is a file of decisions as another workspace would have written it.
func csvOf(decisions []Decision) string {
	var b strings.Builder
	b.WriteString("collection,decision,record,other,field,who,decided_at,why\n")
	for _, d := range decisions {
		b.WriteString(strings.Join([]string{d.Collection, d.Kind, d.Record, d.Other, d.Field, d.Who, d.At.Format(atForm), d.Why}, ",") + "\n")
	}
	return b.String()
}

// TestALaterConfirmationCounts: a judgement that was confirmed after an older one spoke against it stands, whichever file
// comes first.
func TestALaterConfirmationCounts(t *testing.T) {
	t.Parallel()
	const head, pair = "collection,record,other,decision,decided_at\n", "people,a/1/1,a/1/2,"
	db := extracted(t, []connec.ExternalID{{Provider: "a", Realm: "1", ID: "1"}, {Provider: "a", Realm: "1", ID: "2"}})
	importText(t, db, head+pair+"same,2026-01-01T00:00:00Z\n")
	if r := importText(t, db, head+pair+"same,2026-01-03T00:00:00Z\n"); r.Known != 1 || r.Kept != 0 {
		t.Errorf("the confirmation: %+v", r)
	}
	if r := importText(t, db, head+pair+"different,2026-01-02T00:00:00Z\n"); len(r.Older) != 1 || r.Kept != 0 {
		t.Errorf("what it was confirmed against: %+v", r)
	}
	if got := standingTexts(t, db); !slices.Equal(got, []string{"a/1/1 same a/1/2"}) {
		t.Errorf("there stands %q", got)
	}
}

// What was undone does not come back with a file that was exported before; what is decided anew does.
func TestImportLeavesOutWhatWasUndone(t *testing.T) {
	t.Parallel()
	ids := []connec.ExternalID{{Provider: "app", Realm: "1", ID: "1"}, {Provider: "app", Realm: "1", ID: "2"}}
	db := extracted(t, ids)
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	if err := Decide(t.Context(), db, []Decision{{Collection: "people", Kind: Same, Record: ids[0].String(), Other: ids[1].String(), Who: "anna", At: at}}); err != nil {
		t.Fatal(err)
	}
	file := exportText(t, db)
	execute(t, db, "UPDATE decisions SET withdrawn_at = TIMESTAMP '2026-01-02 00:00:00'")
	if r := importText(t, db, file); r.Kept != 0 || len(r.Older) != 1 || !strings.Contains(r.Older[0].Text, "undone") {
		t.Errorf("%+v", r)
	}
	if r := importText(t, db, "collection,decision,record,other,decided_at\npeople,same,app/1/1,app/1/2,2026-01-03T00:00:00Z\npeople,different,app/1/1,app/1/1,\n"); r.Kept != 1 ||
		len(r.Unknown) != 1 || !strings.Contains(r.Unknown[0].Text, "both IDs are of one record") {
		t.Errorf("%+v", r)
	}
}

// TestImportFindsRecordsByAnyID: the handmade hub record bears 501 of the other application.
func TestImportFindsRecordsByAnyID(t *testing.T) {
	t.Parallel()
	db := handMade(t)
	result := importText(t, db, "record,other,decision,collection,why\nother-app/77/501,my-application/2243/17,same,people,\"=1+1, \"\"quoted\"\"\"\n")
	if result.Kept != 1 || result.ToLook() {
		t.Fatalf("%+v", result)
	}
	want := "collection,decision,record,other,field,who,decided_at,why\r\npeople,same,connec/org-1/p-1,my-application/2243/17,,,\"2026-01-02T03:04:05.000002Z\",\"'=1+1, \"\"quoted\"\"\"\r\n"
	if got := exportText(t, db); got != want {
		t.Errorf("exported %q, want %q", got, want)
	}
}

func TestImportListsWhatItCannotKeep(t *testing.T) {
	t.Parallel()
	db := handMade(t)
	importText(t, db, "collection,decision,record,other,decided_at\npeople,same,connec/org-1/p-1,connec/org-1/p-2,2026-01-05T00:00:00Z\n")
	result := importText(t, db, strings.Join([]string{"collection,decision,record,other,decided_at",
		"people,same,connec/org-1/p-1,other-app/77/404,",
		"people,different,connec/org-1/p-2,connec/org-1/p-1,2026-01-04T00:00:00Z",
		"people,same,connec/org-1/p-2,connec/org-1/p-1,2026-02-04T00:00:00Z",
		"people,same,connec/org-1/p-2,my-application/2243/17,",
		"people,different,connec/org-1/p-1,my-application/2243/17,",
		"organizations,survivor,connec/org-1/o-1,,",
	}, "\n"))
	if result.Lines != 6 || result.Kept != 3 || result.Known != 1 || len(result.Older) != 1 || len(result.Unknown) != 1 || !result.ToLook() {
		t.Errorf("%+v", result)
	}
	text := result.Text()
	for _, want := range []string{"line 2: no record of people bears other-app/77/404", "line 3: connec/org-1/p-2 different connec/org-1/p-1 is of 2026-01-04 00:00:00, and was decided otherwise at 2026-01-05",
		"conflict: people: connec/org-1/p-1 and my-application/2243/17 were judged different, but the same by way of connec/org-1/p-2"} {
		if !strings.Contains(text, want) {
			t.Errorf("the result does not say %q:\n%s", want, text)
		}
	}
}

func TestImportRefuses(t *testing.T) {
	t.Parallel()
	db := handMade(t)
	for _, c := range []struct{ csv, want string }{
		{"", "its header cannot be read"},
		{"collection,record\n", `line 1: a decision cannot be read: column "decision" is missing`},
		{"collection,decision,record,value\n", `column "value" is unknown`},
		{"collection,decision,record,record\n", `column "record" is unknown or given twice`},
		{"collection,decision,record\npeople,same,a/1/4\n", `line 2: a decision cannot be read: other "" is no external ID`},
		{"collection,decision,record,other\npeople,maybe,a/1/4,a/1/5\n", `"maybe" is no decision: write same, different, survivor or value`},
		{"collection,decision,record,other\npeople,same,a/1,a/1/5\n", `record "a/1" is no external ID`},
		{"collection,decision,record,other\npeople,survivor,a/1/4,a/1/5\n", "survivor is said of one record"},
		{"collection,decision,record,field\npeople,value,a/1/4,code\n", `field "code" is never written`},
		{"collection,decision,record,field\npeople,value,a/1/4,survivor\n", "write the decision survivor"},
		{"collection,decision,record,field\npeople,survivor,a/1/4,email\n", "survivor is said of whole records"},
		{"collection,decision,record\n,survivor,a/1/4\n", "the collection is empty"},
		{"collection,decision,record,decided_at\npeople,survivor,a/1/4,yesterday\n", `decided_at "yesterday" is no time`},
		{"collection,decision,record\npeople,survivor,connec/org-1/p-1\n\npeople,survivor\n", "line 4"},
	} {
		_, err := ImportDecisions(t.Context(), db, strings.NewReader(c.csv), "d.csv", anyField, time.Now())
		if !errors.Is(err, ErrDecision) || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "d.csv") {
			t.Errorf("%q: %v, want %q", c.csv, err, c.want)
		}
	}
	if kept, err := standing(t.Context(), db); err != nil || len(kept) != 0 {
		t.Errorf("%d decisions were kept of files that were refused: %v", len(kept), err)
	}
}

// TestDecisionConflictsAgainstAnOracle holds the conflicts against closing the judgements by brute force.
func TestDecisionConflictsAgainstAnOracle(t *testing.T) {
	t.Parallel()
	for seed := range uint64(300) {
		dice := rand.New(rand.NewPCG(seed, 3))
		const n = 7
		var decisions []Decision
		var one [n][n]bool
		for i := range n {
			one[i][i] = true
		}
		pairs := map[[2]int]string{}
		for range dice.IntN(12) {
			a, b := dice.IntN(n), dice.IntN(n)
			if a != b {
				pairs[[2]int{min(a, b), max(a, b)}] = []string{Same, Same, Different}[dice.IntN(3)]
			}
		}
		for p, kind := range pairs {
			decisions = append(decisions, Decision{Collection: "people", Kind: kind, Record: fmt.Sprint(p[0]), Other: fmt.Sprint(p[1])})
			if kind == Same {
				one[p[0]][p[1]], one[p[1]][p[0]] = true, true
			}
		}
		for k := range n {
			for i := range n {
				for j := range n {
					one[i][j] = one[i][j] || one[i][k] && one[k][j]
				}
			}
		}
		want := map[string]bool{}
		for p, kind := range pairs {
			if kind == Different && one[p[0]][p[1]] {
				want[fmt.Sprint(p[0], p[1])] = true
			}
		}
		got := decisionConflicts(decisions)
		for _, c := range got {
			if !want[c.Chain[0]+" "+c.Chain[len(c.Chain)-1]] {
				t.Errorf("seed %d: %s is no conflict", seed, c)
			}
			for i := range c.Chain[1:] {
				a, b := int(c.Chain[i][0]-'0'), int(c.Chain[i+1][0]-'0')
				if pairs[[2]int{min(a, b), max(a, b)}] != Same {
					t.Errorf("seed %d: %v goes over a pair that nobody judged the same", seed, c.Chain)
				}
			}
		}
		if len(got) != len(want) {
			t.Errorf("seed %d: %d conflicts, want %d", seed, len(got), len(want))
		}
	}
}
