package match

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/sameas/sameas/internal/config"
)

// TestStandingValuesGiveWhatMatchingAnewGives changes what normalised values do not hang on, and tries that they were read:
// values that somebody altered are noticed.
func TestStandingValuesGiveWhatMatchingAnewGives(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]struct {
		statement string
		config    *config.Config
	}{
		"a link":                              {statement: `INSERT INTO links VALUES ('known', 99, 'people', 'a', '1', '99', 'b', '1', '98')`},
		"an ID less":                          {statement: `DELETE FROM external_ids WHERE provider = 'c' AND id = '7'`},
		"a threshold":                         {config: &config.Config{Match: map[string]config.MatchRules{"people": {Thresholds: config.Thresholds{Auto: 0.999, Review: 0.7, Attach: 0.9999}}}}},
		"an application that may hold copies": {config: &config.Config{Providers: []config.Provider{{Provider: "a", Realm: "*", Distinct: "allow"}}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := &judgedWorlds{collection: "people", as: unmatchedTown(t), anew: unmatchedTown(t)}
			j.match(t, 0)
			if change.statement != "" {
				j.each(func(w *world) { w.exec(change.statement) })
			}
			j.config = change.config
			j.match(t, 0)

			j.as.exec(`UPDATE features SET vals = 'x' || vals WHERE rid = 7`)
			j.as.link("known", 100, "people", "a/1/97", "b/1/97")
			const clusters = `SELECT string_agg(concat_ws('|', rid, cluster_id, tier, review_id), ' ' ORDER BY rid) FROM clusters`
			before := j.as.text(clusters)
			_, err := Run(context.Background(), Options{DB: j.as.db, Config: j.config})
			if err == nil || !strings.Contains(err.Error(), "table features is not as the match of people before left it: run `sameas match --anew`") {
				t.Errorf("the values were altered: %v", err)
			}
			if j.as.text(clusters) != before {
				t.Error("clusters were made of the altered values")
			}
			if _, err := Run(context.Background(), Options{DB: j.as.db, Config: j.config, Anew: true}); err != nil {
				t.Fatal(err)
			}
			if altered := j.as.text(`SELECT count(*) FROM features WHERE rid = 7 AND starts_with(vals, 'x')`); altered != "0" {
				t.Error("matching anew left the altered values there")
			}
		})
	}
}

// TestValuesAreMadeAgainWhenWhatTheyHangOnChanged also tries that what a killed run wrote is not taken for the features of the
// run before.
func TestValuesAreMadeAgainWhenWhatTheyHangOnChanged(t *testing.T) {
	t.Parallel()
	for name, statement := range map[string]string{
		"a value":         `UPDATE records SET last_name = 'fielding', content_hash = repeat('f', 64) WHERE key = 'a/1/7'`,
		"a channel":       `UPDATE records SET channel_id = 'c' WHERE key = 'a/1/7'`,
		"other features":  `UPDATE stages SET digest = 'other' WHERE stage = 'features'`,
		"a record's name": `UPDATE records SET source = 'te' || chr(29) || 'st' WHERE key = 'a/1/7'`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := &judgedWorlds{collection: "people", as: unmatchedTown(t), anew: unmatchedTown(t)}
			j.match(t, 0)
			j.each(func(w *world) { w.exec(statement) })
			j.as.exec(`UPDATE features SET vals = 'altered ' || vals WHERE rid = 7`) // which nobody is to read
			j.match(t, 0)
			j.as.exec(`UPDATE features SET vals = replace(vals, 'altered ', '')`) // where the same were made again
			j.each(func(w *world) { w.judge("a/1/3", "b/1/9", "same") })
			j.match(t, 0)
		})
	}
}

// TestReadValuesAreThoseThatWereMade compares the columns of records of every kind.
func TestReadValuesAreThoseThatWereMade(t *testing.T) {
	t.Parallel()
	for _, w := range []*world{unmatchedTown(t), unmatchedRegister(t)} {
		w.run(nil, 0)
		collection := w.text(`SELECT DISTINCT collection FROM records`)
		s, err := schemaOf(collection, nil)
		if err != nil {
			t.Fatal(err)
		}
		made := &matching{options: Options{DB: w.db, Threads: 2}.withDefaults(), schema: s}
		read := &matching{options: made.options, schema: s, valuesStand: true}
		through(t, made.features, read.features)
		if !read.valuesStand {
			t.Fatal("the values were not read")
		}
		if got, want := fmt.Sprint(read.records, read.sources, read.oddities), fmt.Sprint(made.records, made.sources, made.oddities); got != want {
			t.Errorf("read:\n%s\nmade:\n%s", got, want)
		}
		for i := range made.records {
			got, want := vals(read.set, uint32(i), nil), vals(made.set, uint32(i), nil)
			if fmt.Sprintf("%q", got) != fmt.Sprintf("%q", want) {
				t.Fatalf("record %s: read %q, made %q", made.records[i].key, got, want)
			}
		}
	}
}
