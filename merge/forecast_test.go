package merge

import (
	"cmp"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/sameas/sameas/internal/connec"
)

// TestForecastByHand is one small world counted by hand.
func TestForecastByHand(t *testing.T) {
	t.Parallel()
	w := world{rows: []row{
		{key: "connec/org-1/h1", also: []string{"b/77/1"}, cluster: "p1"}, {key: "a/1/1", cluster: "p1"}, // A holds h1's twin
		{key: "connec/org-1/h2", also: []string{"b/77/2"}, review: "r"}, {key: "a/1/2", review: "r"}, // perhaps
		{key: "connec/org-1/h3", also: []string{"a/1/3"}, cluster: "p3"}, {key: "a/1/3", cluster: "p3"}, // known to A; new to B
		{key: "connec/org-1/h4", also: []string{"a/1/gone"}, cluster: "p4"}, {key: "connec/org-1/h5", also: []string{"b/77/5"}, cluster: "p4"}, // a dead ID is no twin in A; h5 is h4's in B
		{key: "connec/org-1/h6", also: []string{"b/77/0"}, status: "INACTIVE"},                                                   // out of use: nobody creates it
		{key: "connec/org-1/h7", cluster: "p7"}, {key: "connec/org-1/h8", cluster: "p7"}, {key: "connec/org-1/h9", review: "p7"}, // held by nobody: h8 is copied beside h7, and h9 perhaps
	}, ties: []tie{{"connec/org-1/h1", "a/1/1", "fuzzy", 0.998}, {"connec/org-1/h2", "a/1/2", "fuzzy", 0.7}},
		troubles: []trouble{{col: "people", kind: "hub_value", a: "b/77/0"}},
		links:    [][2]string{{"a/1/3", "b/77/33"}}} // B holds h3 too, though no record says so
	db := w.open(t)
	got, err := Forecast(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	want := ForecastResult{Match: MatchCurrent, Applications: []ApplicationForecast{
		{Collection: "people", Provider: "a", Realm: "1", HubRecords: 8, Known: 2, WouldCreate: 6, Twins: 1, ReviewTwins: 2, Copies: 1},
		{Collection: "people", Provider: "b", Realm: "77", HubRecords: 8, Known: 3, WouldCreate: 5, Twins: 2, ReviewTwins: 1, Copies: 1},
	}}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	var twins []string
	err = ForecastRecords(t.Context(), db, func(r TwinRecord) error {
		p := "-"
		if r.Probability != nil {
			p = fmt.Sprint(*r.Probability)
		}
		twins = append(twins, strings.Join([]string{r.HubKey, r.TwinKey, r.Tier, p}, " "))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff([]string{
		"connec/org-1/h1 a/1/1 auto 0.998", "connec/org-1/h8 connec/org-1/h7 auto -", "connec/org-1/h2 a/1/2 review 0.7", "connec/org-1/h9 connec/org-1/h7 review -",
		"connec/org-1/h3 b/77/33 auto -", "connec/org-1/h4 b/77/5 auto -", "connec/org-1/h8 connec/org-1/h7 auto -", "connec/org-1/h9 connec/org-1/h7 review -"}, twins); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if text := got.Text(); !strings.Contains(text, "Do not switch on the sync: 3 records") || !strings.Contains(text, "2 records more would be copied") || !got.Twins() {
		t.Errorf("verdict:\n%s", text)
	}
}

// TestForecastAgainstBruteForce counts random worlds record by record, before the plan and after it: then no
// application that the plan gave its IDs to has a twin left, except where records were withheld.
func TestForecastAgainstBruteForce(t *testing.T) {
	t.Parallel()
	for seed := uint64(100); seed < 100+seeds(12, 200); seed++ {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			w := randomWorld(seed)
			db := w.open(t)
			compareForecast(t, w, db)
			_, _, ops, _ := plan(t, db, settings(nil))
			after := w.applied(t, ops)
			compareForecast(t, after, after.open(t))
		})
	}
}

func compareForecast(t *testing.T, w world, db *sql.DB) {
	t.Helper()
	got, err := Forecast(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	want, list := w.forecast()
	if diff := gocmp.Diff(want, got.Applications); diff != "" {
		t.Errorf("-brute +sql:\n%s", diff)
	}
	var records []string
	err = ForecastRecords(t.Context(), db, func(r TwinRecord) error {
		how := r.Tier
		if r.Copied {
			how = "copy"
		}
		records = append(records, fmt.Sprintf("%s %s/%s %s %s", r.Collection, r.Provider, r.Realm, how, r.HubKey))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(records)
	if diff := gocmp.Diff(list, records); diff != "" {
		t.Errorf("records: -brute +sql:\n%s", diff)
	}
}

// forecast is the same by loops over all records, for worlds without hub values.
func (w world) forecast() (result []ApplicationForecast, twins []string) {
	type app struct{ col, provider, realm string }
	var apps []app
	for _, r := range w.rows {
		for _, id := range r.ids() {
			if a := (app{r.collection(), id.Provider, id.Realm}); !id.IsHub() && !slices.Contains(apps, a) {
				apps = append(apps, a)
			}
		}
	}
	slices.SortFunc(apps, func(a, b app) int {
		return cmp.Or(cmp.Compare(a.col, b.col), cmp.Compare(a.provider, b.provider), cmp.Compare(a.realm, b.realm))
	})
	of := func(a app, id connec.ExternalID) bool { return id.Provider == a.provider && id.Realm == a.realm }
	for _, a := range apps {
		listed := slices.ContainsFunc(w.rows, func(r row) bool { return r.collection() == a.col && !r.hub() && of(a, mustID(r.key)) })
		lives := func(id connec.ExternalID) bool { return !listed || w.find(a.col, id.String()) >= 0 }
		f := ApplicationForecast{Collection: a.col, Provider: a.provider, Realm: a.realm}
		knows := func(r row) bool {
			return slices.ContainsFunc(r.ids(), func(id connec.ExternalID) bool { return of(a, id) })
		}
		lacks := func(r row) bool { return r.hub() && r.status != "INACTIVE" && !knows(r) }
		for i, h := range w.rows {
			if h.collection() != a.col || !h.hub() || h.status == "INACTIVE" {
				continue
			}
			f.HubRecords++
			if knows(h) {
				f.Known++
				continue
			}
			f.WouldCreate++
			twin := ""
			for j, o := range w.rows {
				holds := slices.ContainsFunc(o.ids(), func(id connec.ExternalID) bool { return of(a, id) && lives(id) })
				if i != j && holds && o.collection() == a.col && o.cluster != "" && o.cluster == h.cluster {
					twin = "auto"
				}
			}
			before := slices.ContainsFunc(w.rows, func(o row) bool {
				return o.collection() == a.col && o.cluster == h.cluster && o.key < h.key && lacks(o)
			})
			switch {
			case twin != "":
				f.Twins++
				twins = append(twins, fmt.Sprintf("%s %s/%s %s %s", a.col, a.provider, a.realm, twin, h.key))
			case before:
				f.Copies++
				twins = append(twins, fmt.Sprintf("%s %s/%s copy %s", a.col, a.provider, a.realm, h.key))
			}
		}
		result = append(result, f)
	}
	slices.Sort(twins)
	return result, twins
}

// Without a match the counts stand and the twins are said to be unknown.
func TestForecastWithoutMatch(t *testing.T) {
	t.Parallel()
	db := world{rows: []row{{key: "connec/org-1/h1", also: []string{"b/77/1"}}, {key: "a/1/1"}}}.open(t)
	if _, err := db.Exec("DELETE FROM stages WHERE stage = 'match'; DELETE FROM clusters"); err != nil {
		t.Fatal(err)
	}
	got, err := Forecast(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	if got.Match != MatchMissing || len(got.Applications) != 2 || got.Applications[0].WouldCreate != 1 || !strings.Contains(got.Text(), "unknown") {
		t.Errorf("%+v\n%s", got, got.Text())
	}
}

// TestForecastIsClean: only where a match of the latest extraction finds no twin, certain or not.
func TestForecastIsClean(t *testing.T) {
	t.Parallel()
	one := func(a ApplicationForecast) ForecastResult {
		return ForecastResult{Match: MatchCurrent, Applications: []ApplicationForecast{{HubRecords: 9, WouldCreate: 5}, a}}
	}
	if !one(ApplicationForecast{WouldCreate: 3}).Clean() {
		t.Error("records that nobody holds are no twins")
	}
	for name, r := range map[string]ForecastResult{
		"twins": one(ApplicationForecast{Twins: 1}), "copies": one(ApplicationForecast{Copies: 1}), "perhaps": one(ApplicationForecast{ReviewTwins: 1}),
		"stale": {Match: MatchStale}, "not matched": {Match: MatchMissing},
		"no hub":     {Match: MatchCurrent, Applications: []ApplicationForecast{{Provider: "a"}}, Unread: []string{"people"}},
		"half a hub": {Match: MatchCurrent, Applications: []ApplicationForecast{{HubRecords: 9}, {Collection: "people"}}, Unread: []string{"people"}},
	} {
		if r.Clean() || strings.Contains(r.verdict(), "Clean") {
			t.Errorf("%s: clean, %s", name, r.verdict())
		}
	}
	if (ForecastResult{Match: MatchCurrent}).Clean() {
		t.Error("clean, though no application is known")
	}
	both := one(ApplicationForecast{Copies: 1, ReviewTwins: 500})
	if text := both.verdict(); !strings.Contains(text, "500 records more may be created twice") {
		t.Errorf("what is undecided is not told: %s", text)
	}
}

// TestForecastWithoutTheHub: of a collection of which no active record of the hub is here nothing can be said, unless the hub
// was read whole and holds none.
func TestForecastWithoutTheHub(t *testing.T) {
	t.Parallel()
	db := world{rows: []row{{key: "connec/org-1/h1", also: []string{"b/77/1"}}, {key: "a/1/1"}}}.open(t)
	unread := func(statement string) []string {
		if _, err := db.Exec(statement); err != nil {
			t.Fatal(err)
		}
		got, err := Forecast(t.Context(), db)
		if err != nil {
			t.Fatal(err)
		}
		return got.Unread
	}
	if got := unread("SELECT 1"); got != nil {
		t.Errorf("the hub was read, but %v", got)
	}
	if got := unread("DELETE FROM extractions; UPDATE records SET status = 'INACTIVE' WHERE hub"); len(got) != 1 {
		t.Errorf("only inactive records of the hub: %v", got)
	}
	if got := unread("INSERT INTO extractions (run, source, source_type, collection, started_at, rows_got, records, repeated, id_defects, dangling_refs, status, skip) " +
		"SELECT 99, 'hub', 'connec', collection, now()::TIMESTAMP, 0, 0, 0, 0, 0, 'complete', 0 FROM records LIMIT 1"); got != nil {
		t.Errorf("the hub was read whole, but %v", got)
	}
}
