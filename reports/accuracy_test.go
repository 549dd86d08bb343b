package reports

import (
	"fmt"
	"math"
	"path/filepath"
	"strings"
	"testing"
)

// The curve is held against counting pairs by hand: of ten judged ones, three at 3 bits and seven at 5.
func TestAccuracyChart(t *testing.T) {
	t.Parallel()
	bins := []judgedBin{{"people", 3, 1, 2}, {"people", 5, 6, 1}, {"organizations", 4, 50, 50}}
	c, drawn := accuracyChart("people", bins, nil)
	if !drawn {
		t.Fatal("no curve is drawn from ten pairs")
	}
	room := chartHeight - chartTop - chartBottom
	y := func(share float64) string { return decimal(chartTop + (1-share)*room) }
	for i, shares := range [][2]float64{{1, 6. / 7}, {7. / 10, 6. / 7}} {
		points := strings.Fields(c.Curves[i].Points())
		for k, share := range shares {
			if !strings.HasSuffix(points[2*k], ","+y(share)) || !strings.HasSuffix(points[2*k+1], ","+y(share)) {
				t.Errorf("%s goes by %v, want height %s at step %d", c.Curves[i].Class, points, y(share), k)
			}
		}
	}
	if _, drawn := accuracyChart("people", bins[:1], nil); drawn {
		t.Error("a curve is drawn from three pairs")
	}
}

// Judgements count by any ID of a record, the latest on a pair alone, and none that was undone.
func TestJudgedPairsInThePage(t *testing.T) {
	t.Parallel()
	db := manyClusters(t, "", 12, 12)
	for i := range 12 {
		judgement := "same"
		if i < 2 {
			judgement = "different"
		}
		execute(t, db, `INSERT INTO decisions VALUES ('people', $1, $2, 'different', 'a', TIMESTAMP '2026-01-01', '', 1, NULL), ('people', $2, $1, $3, 'a', TIMESTAMP '2026-01-02', '', 2, NULL),
			('people', $1, $2, 'different', 'a', TIMESTAMP '2026-01-03', '', 3, TIMESTAMP '2026-01-04')`,
			fmt.Sprintf("connec/org-1/x-%d", 2*i), fmt.Sprintf("connec/org-1/x-%d", 2*i+1), judgement)
	}
	p, err := readPageOf(t, db)
	if err != nil {
		t.Fatal(err)
	}
	var same, different int64
	for _, b := range p.Judged {
		same, different = same+b.Same, different+b.Different
	}
	if same != 10 || different != 2 {
		t.Errorf("%d pairs judged the same and %d different, want 10 and 2", same, different)
	}
	dir, _ := write(t, db)
	if page := readText(t, filepath.Join(dir, "report.html")); !strings.Contains(page, "Of the 12 pairs that people judged") || !strings.Contains(page, `class="precision"`) {
		t.Error("the page does not draw the judged pairs")
	}
}

// The curves go through the points of the truth file; where no pair lies above a threshold there is no precision.
func TestTruthChart(t *testing.T) {
	t.Parallel()
	truth := []TruthCurve{{Collection: "people", TruePairs: 8, Points: []TruthPoint{
		{Name: "review", Bits: 0, Pairs: 10, Precision: 0.7, Recall: 0.875}, {Name: "auto", Bits: 6, Pairs: 4, Precision: 1, Recall: 0.5}, {Bits: 9, Precision: math.NaN()}}}}
	c, drawn := truthChart("people", truth, nil)
	if !drawn {
		t.Fatal("no curve is drawn")
	}
	room := chartHeight - chartTop - chartBottom
	for i, shares := range [][]float64{{0.875, 0.5, 0}, {0.7, 1}} {
		points := strings.Fields(c.Curves[i].Points())
		if len(points) != len(shares) {
			t.Errorf("%s goes through %d points, want %d", c.Curves[i].Class, len(points), len(shares))
			continue
		}
		for k, share := range shares {
			if !strings.HasSuffix(points[k], ","+decimal(chartTop+(1-share)*room)) {
				t.Errorf("%s goes by %s at point %d, want the height of %v", c.Curves[i].Class, points[k], k, share)
			}
		}
	}
	if !strings.HasSuffix(c.Note, "At auto: precision 100.0\u00a0%, recall 50.0\u00a0%.") || !strings.Contains(c.Note, "8 true pairs") {
		t.Errorf("note: %s", c.Note)
	}
	for _, none := range [][]TruthCurve{nil, {{Collection: "people", Points: truth[0].Points}}, {{Collection: "organizations", TruePairs: 8, Points: truth[0].Points}}} {
		if _, drawn := truthChart("people", none, nil); drawn {
			t.Errorf("a curve is drawn of %+v", none)
		}
	}
	if tenths(0.99999) != "99.9\u00a0%" {
		t.Errorf("a part is shown as the whole: %s", tenths(0.99999))
	}
}
