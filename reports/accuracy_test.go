package reports

import (
	"fmt"
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
