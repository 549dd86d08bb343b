package reports

import (
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// sure is a workspace with n sure clusters of two records, and one that IDs alone hold together.
func sure(t *testing.T, n int) *sql.DB {
	t.Helper()
	db := newWorkspace(t)
	for c := range n + 1 {
		cluster := fmt.Sprintf("people-%03d", c)
		for k := range 2 {
			execute(t, db, `INSERT INTO clusters (collection, rid, key, cluster_id, tier, review_id) VALUES ('people', $1, $2, $3, 'auto', $3)`, 2*c+k, fmt.Sprintf("a/1/%d-%d", c, k), cluster)
		}
		execute(t, db, `INSERT INTO cluster_stats (collection, cluster_id, tier, size, hub_records, edges, weakest, density, bridges, by_ids, reason) VALUES ('people', $1, 'auto', 2, 2, 1, 9, 1, 0, $2, '')`, cluster, c == n)
	}
	return db
}

// drawn are the clusters of the latest sample, in order, with its number before them.
func drawn(t *testing.T, db *sql.DB) string {
	t.Helper()
	all, err := latestSample(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, s := range all {
		names = append(names, s.Now)
	}
	if len(all) == 0 {
		return ""
	}
	return fmt.Sprintf("%d: %s", all[0].sample, strings.Join(names, " "))
}

func TestSampleIsContinuedOrDrawnAnew(t *testing.T) {
	t.Parallel()
	db := sure(t, 40)
	day := func(n int) time.Time { return time.Date(2026, 1, n, 0, 0, 0, 0, time.UTC) }
	draw := func(n int, seed int64, at time.Time) string {
		if err := drawSample(t.Context(), db, n, seed, at); err != nil {
			t.Fatal(err)
		}
		return drawn(t, db)
	}
	five := draw(5, 1, day(2))
	if strings.Contains(five, "people-040") || strings.Count(five, "people-") != 5 || !strings.HasPrefix(five, "1: ") {
		t.Errorf("drawn %s", five)
	}
	if again := draw(5, 1, day(3)); again != five {
		t.Errorf("drawn again: %s, then %s", five, again)
	}
	ten := draw(10, 1, day(3))
	if !strings.HasPrefix(ten, five+" ") || strings.Count(ten, "people-") != 10 {
		t.Errorf("a larger sample is %s after %s", ten, five)
	}
	if other := draw(5, 2, day(3)); !strings.HasPrefix(other, "2: ") || other[3:] == five[3:] {
		t.Errorf("another seed draws %s after %s", other, five)
	}
	execute(t, db, `INSERT INTO stages VALUES ('match', 'people', 'd', '', '', TIMESTAMP '2026-01-05')`)
	if anew := draw(5, 2, day(6)); !strings.HasPrefix(anew, "3: ") || anew[3:] == five[3:] {
		t.Errorf("after a match: %s", anew)
	}
	if err := drawSample(t.Context(), sure(t, 0), 5, 1, day(2)); !errors.Is(err, ErrNothingToSample) {
		t.Errorf("nothing to draw from: %v", err)
	}
}

// TestSamplesAreFair: over many seeds every cluster is drawn about as often as any other.
func TestSamplesAreFair(t *testing.T) {
	t.Parallel()
	db := sure(t, 20)
	times := map[string]int{}
	for seed := range int64(100) {
		if err := drawSample(t.Context(), db, 5, seed, time.Unix(0, 0)); err != nil {
			t.Fatal(err)
		}
		for name := range strings.FieldsSeq(drawn(t, db)[3:]) {
			times[name]++
		}
	}
	// Each is drawn 25 times of 100, give or take 4; these seeds are always the same.
	for c := range 20 {
		if n := times[fmt.Sprintf("people-%03d", c)]; n < 10 || n > 40 {
			t.Errorf("cluster %d is drawn %d times of 100, want about 25", c, n)
		}
	}
}

func TestBoundOfASample(t *testing.T) {
	t.Parallel()
	db := sure(t, 30)
	if err := drawSample(t.Context(), db, 4, 1, time.Unix(0, 0)); err != nil {
		t.Fatal(err)
	}
	samples, err := latestSample(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	judge := func(i int, kind string) Decision {
		return Decision{Collection: "people", Kind: kind, Record: samples[i].Members[0].Key, Other: samples[i].Members[1].Key}
	}
	if b := boundOf(samples, newJudgements(nil)); b.Open != 4 || b.Judged != 0 || b.AtMost != 1 || b.Words() != "" {
		t.Errorf("nothing judged: %+v %q", b, b.Words())
	}
	samples[3].Now = "" // it became another cluster
	b := boundOf(samples, newJudgements([]Decision{judge(0, Same), judge(1, Different)}))
	if b.Judged != 2 || b.Wrong != 1 || b.Open != 1 || b.Changed != 1 || b.Population != 30 {
		t.Errorf("%+v", b)
	}
	// At most the square root of 0.95.
	if want := "1 of 2 sure clusters, drawn at random from 30 that IDs alone do not hold together, holds two things: with 95 % confidence at most 97 % of all do. 1 of the sample is still to judge. 1 became another cluster before being judged."; b.Words() != want {
		t.Errorf("%q, want %q", b.Words(), want)
	}
	none := boundOf(samples[:3], newJudgements([]Decision{judge(0, Same), judge(1, Same), judge(2, Same)}))
	if words := none.Words(); !strings.HasPrefix(words, "None of 3 sure clusters") || none.Open != 0 {
		t.Errorf("%q", words)
	}
}

// What a sample shows stands in the page and in the summary at the terminal.
func TestBoundIsPrinted(t *testing.T) {
	t.Parallel()
	db := manyClusters(t, "", 30, 0) // of which every tenth is for review
	if err := drawSample(t.Context(), db, 3, 1, time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)); err != nil {
		t.Fatal(err)
	}
	samples, err := latestSample(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range samples {
		execute(t, db, `INSERT INTO decisions VALUES ('people', $1, $2, 'same', 'a', TIMESTAMP '2026-01-06', '', 1, NULL)`, s.Members[0].Key, s.Members[1].Key)
	}
	const words = "None of 3 sure clusters, drawn at random from 27 that IDs alone do not hold together, hold two things: with 95 % confidence at most 63 % of all do."
	summary, err := Summary(t.Context(), db)
	if err != nil || !strings.Contains(summary, "Audit: "+words) {
		t.Errorf("summary, %v:\n%s", err, summary)
	}
	dir, _ := write(t, db)
	if page := readText(t, filepath.Join(dir, "report.html")); !strings.Contains(page, "<strong>Audit.</strong> "+words) {
		t.Error("the page does not print the bound")
	}
}
