package match

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/sameas/sameas/internal/config"
	queries "github.com/sameas/sameas/sql"
)

// oneRecord is a record of a hand-made workspace.
type oneRecord struct {
	id, cluster, tier, review string
	blocks                    []string
	alsoIDs                   []string // of provider q, realm 1
}

// oneEdge joins the records of two numbers; weight NaN is unscored.
type oneEdge struct {
	a, b   int
	kind   string
	weight float64
}

func workspace(t *testing.T, collection string, records []oneRecord, edges []oneEdge) *sql.DB {
	t.Helper()
	db, err := queries.Open(t.Context(), "", queries.Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	exec := func(query string, args ...any) {
		if _, err := db.ExecContext(t.Context(), query, args...); err != nil {
			t.Fatal(err)
		}
	}
	schema, err := schemaOf(collection, nil)
	if err != nil {
		t.Fatal(err)
	}
	model, err := json.Marshal(schema.build(fit{parameters: schema.defaults(1e-3)}, nil, nil, nil, (&config.Config{}).Thresholds(collection)).Model)
	if err != nil {
		t.Fatal(err)
	}
	exec(`INSERT INTO models VALUES (?, ?, TIMESTAMP '2026-01-01')`, collection, string(model))
	for i, r := range records {
		exec(`INSERT INTO records (rid, source, collection, key, provider, realm, id, hub, content_hash, raw) VALUES (?, 's', ?, ?, 'p', '1', ?, false, '', '{}')`,
			i+1, collection, "p/1/"+r.id, r.id)
		exec(`INSERT INTO external_ids VALUES (?, ?, 'p', '1', ?, 0)`, i+1, collection, r.id)
		for k, id := range r.alsoIDs {
			exec(`INSERT INTO external_ids VALUES (?, ?, 'q', '1', ?, ?)`, i+1, collection, id, k+1)
		}
		if r.cluster != "" {
			exec(`INSERT INTO clusters VALUES (?, ?, ?, ?, ?, ?)`, collection, i+1, "p/1/"+r.id, r.cluster, r.tier, r.review)
		}
		exec(`INSERT INTO features VALUES (?, ?, ?)`, i+1, collection, mailboxes(t, collection, r.blocks))
	}
	for _, e := range edges {
		weight, probability := any(e.weight), any(1/(1+math.Exp2(-e.weight)))
		if math.IsNaN(e.weight) {
			weight, probability = nil, nil
		}
		exec(`INSERT INTO edges VALUES (?, ?, ?, ?, ?, ?, '', NULL, NULL, ?, ?)`, collection, e.a, e.b,
			"p/1/"+records[e.a-1].id, "p/1/"+records[e.b-1].id, e.kind, weight, probability)
	}
	return db
}

// mailboxes are the normalised values of a record with nothing but e-mail addresses, made of some block keys.
func mailboxes(t *testing.T, collection string, keys []string) string {
	t.Helper()
	s, err := schemaOf(collection, nil)
	if err != nil {
		t.Fatal(err)
	}
	texts := make([]string, len(s.fields))
	for i, k := range keys {
		for key := range strings.SplitSeq(k, valueSeparator) {
			if key != "" {
				texts[s.index("email")] += fmt.Sprintf("%s%d-%s", valueSeparator, i, key)
			}
		}
	}
	return strings.Join(texts, fieldSeparator)
}

// sevenRecords: entity x = 1, 2, 3; y = 4, 5; z = 6; w = 7. Auto clusters {1,2,4} and {5}; {3} goes to review with
// {1,2,4}; {6,7} was taken out of auto. IDs join 1 and 2.
func sevenRecords(t *testing.T) *sql.DB {
	return workspace(t, "people", []oneRecord{
		{"1", "c1", "auto", "r1", []string{"a", "b"}, nil}, {"2", "c1", "auto", "r1", []string{"", "c"}, nil},
		{"3", "c2", "single", "r1", []string{"a", ""}, nil}, {"4", "c1", "auto", "r1", []string{"k", ""}, nil},
		{"5", "c3", "single", "r3", []string{"l", "k"}, nil}, {"6", "c4", "review", "r4", []string{"", ""}, []string{"six"}},
		{"7", "c4", "review", "r4", []string{"", ""}, nil},
	}, []oneEdge{
		{1, 2, "shared_id", math.NaN()}, {1, 3, "fuzzy", 3}, {2, 4, "fuzzy", 9}, {4, 5, "fuzzy", 1}, {6, 7, "fuzzy", 5}, {1, 2, "fuzzy", 12},
	})
}

const sevenTruth = "entity,id,realm,provider,kind\nx,1,1,p,clean\nx,2,1,p,typo\nx,3,1,p,moved\ny,4,1,p,clean\ny,5,1,p,clean\nz,six,1,q,twin\nw,7,1,p,twin\nv,99,1,p,clean\n"

func evaluateText(t *testing.T, db *sql.DB, truth string) (Evaluation, error) {
	t.Helper()
	return Evaluate(t.Context(), EvaluateOptions{Options: Options{DB: db}, Truth: strings.NewReader(truth), TruthName: "truth.csv"})
}

func near(a Ratio, b float64) bool { return math.Abs(float64(a)-b) < 1e-12 }

func sameRates(r Rates, precision, recall, f1 float64) bool {
	return near(r.Precision, precision) && near(r.Recall, recall) && near(r.F1, f1)
}

// TestEvaluateByHand holds every figure against one worked out on paper.
func TestEvaluateByHand(t *testing.T) {
	t.Parallel()
	e, err := evaluateText(t, sevenRecords(t), sevenTruth)
	if err != nil {
		t.Fatal(err)
	}
	if len(e.Collections) != 1 || e.Unknown != 1 {
		t.Fatalf("%d collections, %d unknown rows", len(e.Collections), e.Unknown)
	}
	c := e.Collections[0]
	// True pairs: 12 13 23 45. Auto {1,2,4}: 12 right, 14 24 wrong.
	if c.Records != 7 || c.Unjudged != 0 || c.TruePairs != 4 || c.Auto.Pairs != 3 || !sameRates(c.Auto.Rates, 1./3, 1./4, 2./7) {
		t.Errorf("auto: %+v", c.Auto)
	}
	// Review groups {1,2,3,4}, {5}, {6,7}: 6 + 1 pairs, 12 13 23 right.
	if c.AutoAndReview.Pairs != 7 || !sameRates(c.AutoAndReview.Rates, 3./7, 3./4, 6./11) {
		t.Errorf("auto and review: %+v", c.AutoAndReview)
	}
	// Judged: {1,2,3}, {4}, {5}, {6}, {7}.
	if c.OracleReview.Items != 2 || c.OracleReview.Pairs != 3 || !sameRates(c.OracleReview.Rates, 1, 3./4, 6./7) {
		t.Errorf("oracle: %+v", c.OracleReview)
	}
	if got := thresholdLines(c.Thresholds); got != "review 0.00 5/3; 1.58 4/2; 3.17 3/1; 4.25 3/1; auto 6.63 2/1; attach 7.64 2/1; 9.96 1/1; 13.29 0/0; 16.61 0/0; 19.93 0/0" {
		t.Errorf("thresholds: %s", got)
	}
	if got := thresholdLines(c.NotByIDs.Thresholds); got != "review 0.00 4/2; 1.58 3/1; 3.17 2/0; 4.25 2/0; auto 6.63 1/0; attach 7.64 1/0; 9.96 0/0; 13.29 0/0; 16.61 0/0; 19.93 0/0" {
		t.Errorf("thresholds, not by IDs: %s", got)
	}
	if c.BySize[1] != (SizeFigures{"3", 1, 1, 3, 1. / 3}) || c.BySize[3].Size != "5-9" || c.BySize[4].Size != "10+" || c.BySize[0].Clusters != 0 {
		t.Errorf("by size: %+v", c.BySize)
	}
	// 14 and 24: clean with clean, typo with clean. In review also 34 moved with clean and 67 twin with twin.
	if got := fmt.Sprint(c.LookAlikes); got != "[{[clean clean] 1 1} {[clean typo] 1 1} {[clean moved] 0 1} {[twin twin] 0 1}]" {
		t.Errorf("look-alikes: %s", got)
	}
	if !near(c.OracleReview.ItemsPer, 200./7) || !near(c.ImpureShare, 1) || c.ImpureAtMost != 1 {
		t.Errorf("%v items per 100 records, impure %v, at most %v", c.OracleReview.ItemsPer, c.ImpureShare, c.ImpureAtMost)
	}
	// By weight: 12 right (12), 24 wrong (9), 67 wrong (5), 13 right (3), 45 right (1): F1 2/5, 2/6, 2/7, 4/8, 6/9.
	if !near(c.BestThreshold.Threshold, 2./3) || !sameRates(c.BestThreshold.Rates, 3./5, 3./4, 2./3) {
		t.Errorf("best threshold: %+v", c.BestThreshold)
	}
	// Shared keys: 13 by the first rule's a; 12 by the ID; k of rule one is not k of rule two; 23 nothing.
	if !near(c.BlockingRecall, 2./4) {
		t.Errorf("blocking recall: %v", c.BlockingRecall)
	}
	precision, recall := (2./3+2./3+1+1./3+1+1+1)/7, (2./3+2./3+1./3+1./2+1./2+1+1)/7
	if !sameRates(c.BCubed, precision, recall, 2*precision*recall/(precision+recall)) {
		t.Errorf("b-cubed: %+v", c.BCubed)
	}
	if c.AutoClusters != 1 || c.ImpureClusters != 1 {
		t.Errorf("%d of %d clusters impure", c.ImpureClusters, c.AutoClusters)
	}
	// Not by IDs: true pairs 13 23 45; auto finds 14 24 only.
	n := c.NotByIDs
	if n.TruePairs != 3 || n.Auto.Pairs != 2 || !sameRates(n.Auto.Rates, 0, 0, 0) || !near(n.BlockingRecall, 1./3) ||
		n.AutoAndReview.Pairs != 6 || !near(n.AutoAndReview.Recall, 2./3) {
		t.Errorf("not by IDs: %+v", n)
	}
	none := Ratio(math.NaN())
	want := []KindFigures{{"clean", 3, 1. / 3, 2. / 3, 2, 2. / 3}, {"moved", 2, 0, 1, 0, 1. / 2}, {"twin", 0, none, none, 0, none}, {"typo", 2, 1. / 2, 1, 1, 1. / 2}}
	if fmt.Sprint(c.ByKind) != fmt.Sprint(want) {
		t.Errorf("by kind: %v, want %v", c.ByKind, want)
	}
}

func thresholdLines(rows []ThresholdFigures) string {
	var lines []string
	for _, r := range rows {
		lines = append(lines, strings.TrimSpace(fmt.Sprintf("%s %.2f %d/%d", r.Name, r.Bits, r.Pairs, r.TruePairs)))
	}
	return strings.Join(lines, "; ")
}

func TestIndistinguishablePairsCountNeitherWay(t *testing.T) {
	t.Parallel()
	truth := "provider,realm,id,entity,collection,indistinguishable\n" +
		"p,1,1,x,people,\np,1,2,x,people,g\np,1,3,x,people,\np,1,4,y,people,g\np,1,5,y,people,\np,1,6,z,people,h\np,1,7,z,people,h\n"
	e, err := evaluateText(t, sevenRecords(t), truth)
	if err != nil {
		t.Fatal(err)
	}
	// 24 is no error and 67 no miss: true pairs 12 13 23 45; auto pairs 12 14.
	c := e.Collections[0]
	if c.TruePairs != 4 || c.Auto.Pairs != 2 || !sameRates(c.Auto.Rates, 1./2, 1./4, 1./3) {
		t.Errorf("auto: %+v of %d", c.Auto, c.TruePairs)
	}
}

func TestTruthIsChecked(t *testing.T) {
	t.Parallel()
	db := sevenRecords(t)
	for truth, want := range map[string]string{
		"":                                    "truth.csv: no header",
		"provider,realm,id\np,1,1\n":          "truth.csv:1: column `entity` is missing",
		"id,provider,realm,entity,id\n":       "truth.csv:1: column `id` is there twice",
		"provider,realm,id,entity\n":          "truth.csv: has no rows",
		"provider,realm,id,entity\np,1,,x\n":  "truth.csv:2: provider, realm, id and entity must not be empty",
		"provider,realm,id,entity\np,1\n":     "truth.csv: record on line 2: wrong number of fields",
		"provider,realm,id,entity\np,2,1,x\n": "truth.csv: none of its 1 rows names a record of the workspace (people): line 2 names p/2/1",
		"provider,realm,id,entity\np,1,1,x\np,1,2,x\np,1,1,y\n":        `truth.csv:4: p/1/1 is entity "y" here, and the same record is entity "x" on line 2`,
		"provider,realm,id,entity,collection\np,1,1,x,organizations\n": "none of its 1 rows",
		"\xef\xbb\xbfprovider,realm,id,entity\np,1,1,x\np,1,2,\"y\n":   "truth.csv: ",
		"provider,realm,id,entity\np,1,1,\xff\n":                       "truth.csv:2: is not UTF-8 text",
	} {
		if _, err := evaluateText(t, db, truth); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", truth, err, want)
		}
	}
	if _, err := evaluateText(t, sevenRecords(t), "\xef\xbb\xbfprovider,realm,id,entity\np,1,1,x\n"); err != nil {
		t.Errorf("byte order mark: %v", err)
	}
}

// TestOwnNameGoesFirst: a hub record that bears another's ID wrongly is named by its own row.
func TestOwnNameGoesFirst(t *testing.T) {
	t.Parallel()
	db := sevenRecords(t)
	e, err := evaluateText(t, db, "provider,realm,id,entity\np,1,6,z\nq,1,six,y\np,1,7,z\n")
	if err != nil {
		t.Fatal(err)
	}
	if c := e.Collections[0]; c.TruePairs != 1 || c.Records != 2 {
		t.Errorf("%d true pairs of %d records", c.TruePairs, c.Records)
	}
}

func TestNothingMatched(t *testing.T) {
	t.Parallel()
	db := workspace(t, "people", nil, nil)
	if _, err := evaluateText(t, db, sevenTruth); !errors.Is(err, ErrNotMatched) {
		t.Errorf("got %v", err)
	}
}

func TestEvaluationPrints(t *testing.T) {
	t.Parallel()
	e, err := evaluateText(t, sevenRecords(t), sevenTruth)
	if err != nil {
		t.Fatal(err)
	}
	text := e.Text()
	for _, want := range []string{"people: 7 records judged, 0 not named by the truth", "auto             ", "0.3333", "review judged (2 items)", "1 rows of the truth file", "twin",
		"of 1 auto clusters: 1 in 1, at most 1 in 1 with 95 %", "review items per 100 records", "refused: independence", "not blocked, the strongest 2 of 2"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	data, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"collection":"people"`, `"true_pairs":4`, `"blocking_recall":0.5`, `"auto":{"pairs":3,`, `"auto_and_review":{"pairs":7`,
		`"items":2`, `"best_threshold":{"threshold":0.66`, `"bcubed":{"precision":`, `"impure_clusters":1`, `"not_by_ids":{"true_pairs":3`, `"recall_auto":null`} {
		if !strings.Contains(string(data), want) {
			t.Errorf("no %s in %s", want, data)
		}
	}
	if Ratio(0.99999).String() != "0.9999" || Ratio(1).String() != "1.0000" || Ratio(0.29).String() != "0.2900" {
		t.Error("shares are rounded up")
	}
}
