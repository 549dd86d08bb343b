package match

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sameas/sameas/match/kernel"
)

func TestUnitsAreWrittenAsTheBitsThatTheyAre(t *testing.T) {
	t.Parallel()
	for units := math.MinInt16; units <= math.MaxInt16; units++ {
		want := strconv.FormatFloat(float64(units)*kernel.Unit, 'f', -1, 64)
		if got := string(appendUnits(nil, int64(units))); got != want {
			t.Fatalf("%d units: %s, want %s", units, got, want)
		}
	}
}

// Workspaces that have texts where newer ones have enumerations are matched alike.
func TestTextsForEnumerations(t *testing.T) {
	t.Parallel()
	matched := func(change ...string) string {
		w := newWorld(t)
		people := append(town(150, "a"), copies(town(150, "a"), "b")...)
		w.fill("people", people, nil)
		for _, statement := range change {
			if _, err := w.db.ExecContext(t.Context(), statement); err != nil {
				t.Fatal(err)
			}
		}
		w.run(nil, 2)
		return w.text(allTables)
	}
	texts := []string{"ALTER TABLE edges ALTER COLUMN kind SET DATA TYPE VARCHAR"}
	for _, table := range []string{"features", "edges", "clusters", "cluster_names", "cluster_keys", "cluster_stats", "term_weights"} {
		texts = append(texts, "ALTER TABLE "+table+" ALTER COLUMN collection SET DATA TYPE VARCHAR")
	}
	if diff := cmp.Diff(strings.Split(matched(), "\n"), strings.Split(matched(texts...), "\n")); diff != "" {
		t.Errorf("with texts the tables differ:\n%s", diff)
	}
}
