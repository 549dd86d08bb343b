package cli

import (
	"database/sql"
	"encoding/csv"
	"encoding/json"
	"flag"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"

	"github.com/sameas/sameas/internal/connec"
	"github.com/sameas/sameas/internal/sandbox"
	"github.com/sameas/sameas/match"
	"github.com/sameas/sameas/merge"
	"github.com/sameas/sameas/reports"
)

// smallDemo is a demo whose world is generated, served, extracted and not yet matched.
func smallDemo(t *testing.T, people string, change func(dir string)) *demo {
	t.Helper()
	flags := flag.NewFlagSet("demo", flag.PanicOnError)
	for name, value := range map[string]string{"people": people, "organizations": "80"} {
		flags.Int(name, 0, "")
		if err := flags.Set(name, value); err != nil {
			t.Fatal(err)
		}
	}
	flags.Uint64("seed", 1, "")
	flags.Bool("quiet", true, "")
	flags.String("log-format", "text", "")
	d := &demo{runner: &runner{env: Env{Stdout: io.Discard, Stderr: io.Discard}}, c: cli.NewContext(cli.NewApp(), flags, nil), dir: t.TempDir()}
	t.Cleanup(func() {
		if d.session != nil {
			d.session.close()
		}
	})
	must(t, d.world(t.Context()))
	if change != nil {
		change(d.dir)
	}
	must(t, d.serve(t.Context()))
	must(t, d.extract(t.Context()))
	return d
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// rows are the rows of a query, each a list of texts.
func rows(t *testing.T, db *sql.DB, query string) [][]string {
	t.Helper()
	result, err := db.QueryContext(t.Context(), query)
	must(t, err)
	defer result.Close()
	columns, err := result.Columns()
	must(t, err)
	var out [][]string
	for result.Next() {
		row := make([]string, len(columns))
		places := make([]any, len(columns))
		for i := range row {
			places[i] = &row[i]
		}
		must(t, result.Scan(places...))
		out = append(out, row)
	}
	must(t, result.Err())
	return out
}

// asked are the pairs of records that have stood in one review item together.
type asked map[[3]string]bool

func (a asked) add(items []reports.ReviewItem) {
	for _, item := range items {
		for i, x := range item.Members {
			for _, y := range item.Members[i+1:] {
				a[[3]string{item.Collection, min(x.Key, y.Key), max(x.Key, y.Key)}] = true
			}
		}
	}
}

// whole reports that every two clusters of an item were before a person already, in all their records.
func (a asked) whole(item reports.ReviewItem) bool {
	for i, x := range item.Members {
		for _, y := range item.Members[i+1:] {
			if !a[[3]string{item.Collection, min(x.Key, y.Key), max(x.Key, y.Key)}] {
				return false
			}
		}
	}
	return true
}

// A person who answers every question must be done with it: what was judged is not asked again, becomes what was judged,
// and a few rounds leave no question.
func TestWhatWasJudgedIsNotAskedAgain(t *testing.T) {
	t.Parallel()
	d := smallDemo(t, "500", nil)
	truth, err := sandbox.ReadTruth(filepath.Join(d.dir, "truth.csv"))
	must(t, err)
	known := asked{}
	for round := range 5 {
		_, err := d.runner.match(t.Context(), d.session, nil, 0)
		must(t, err)
		items, err := reports.ReviewItems(t.Context(), d.session.db)
		must(t, err)
		for _, item := range items {
			if known.whole(item) {
				t.Errorf("round %d: %s %s is asked again: %v", round, item.Collection, item.ID, item.Members)
			}
		}
		checkJudged(t, d.session.db, truth)
		if len(items) == 0 {
			if round == 0 {
				t.Fatal("the world has nothing to judge")
			}
			return
		}
		known.add(items)
		_, err = d.judge(t.Context(), d.session)
		must(t, err)
	}
	t.Error("there are still questions after five rounds of answers")
}

// checkJudged holds the clusters of judged pairs against the judgements, which are the truth's.
func checkJudged(t *testing.T, db *sql.DB, truth *sandbox.Truth) {
	t.Helper()
	for _, r := range rows(t, db, `SELECT d.collection, d.left_key, d.right_key, d.judgement, a.cluster_id, b.cluster_id, a.tier
		FROM decisions AS d JOIN clusters AS a ON a.collection = d.collection AND a.key = d.left_key JOIN clusters AS b ON b.collection = d.collection AND b.key = d.right_key`) {
		if same := r[4] == r[5]; same != (r[3] == "same") {
			t.Errorf("%s %s and %s were judged %s, but are in %s and %s", r[0], r[1], r[2], r[3], r[4], r[5])
		}
	}
	for _, r := range rows(t, db, `SELECT c.collection, c.cluster_id, string_agg(c.key, ' ' ORDER BY c.key)
		FROM clusters AS c WHERE c.tier = 'auto' AND EXISTS (FROM decisions AS d JOIN clusters AS m ON m.collection = d.collection AND m.key IN (d.left_key, d.right_key)
			WHERE m.collection = c.collection AND m.cluster_id = c.cluster_id) GROUP BY ALL`) {
		entities := map[string]bool{}
		for key := range strings.FieldsSeq(r[2]) {
			id, err := connec.ParseExternalID(key)
			must(t, err)
			entities[truth.Entity(r[0], id)] = true
		}
		if len(entities) > 1 {
			t.Errorf("%s: judged cluster %s holds %d things: %s", r[0], r[1], len(entities), r[2])
		}
	}
}

// shiftLinks moves the right side of every link down by one row, as a slip in a spreadsheet does.
func shiftLinks(t *testing.T, path string) {
	t.Helper()
	text, err := os.ReadFile(path)
	must(t, err)
	lines, err := csv.NewReader(strings.NewReader(string(text))).ReadAll()
	must(t, err)
	last := slices.Clone(lines[len(lines)-1][3:])
	for i := len(lines) - 1; i > 1; i-- {
		copy(lines[i][3:], lines[i-1][3:])
	}
	copy(lines[1][3:], last)
	var out strings.Builder
	must(t, csv.NewWriter(&out).WriteAll(lines))
	must(t, os.WriteFile(path, []byte(out.String()), 0o600))
}

// linkedTogether counts the lines of the people's crosswalk whose two sides are two things by the truth, or one, that
// stand in one auto cluster.
func linkedTogether(t *testing.T, d *demo) (wrong, right int) {
	t.Helper()
	truth, err := sandbox.ReadTruth(filepath.Join(d.dir, "truth.csv"))
	must(t, err)
	for _, r := range rows(t, d.session.db, `SELECT DISTINCT l.left_provider, l.left_realm, l.left_id, l.right_provider, l.right_realm, l.right_id
		FROM links AS l
		JOIN external_ids AS a ON a.collection = l.collection AND a.provider = l.left_provider AND a.realm = l.left_realm AND a.id = l.left_id
		JOIN external_ids AS b ON b.collection = l.collection AND b.provider = l.right_provider AND b.realm = l.right_realm AND b.id = l.right_id
		JOIN clusters AS x ON x.rid = a.rid JOIN clusters AS y ON y.rid = b.rid AND y.cluster_id = x.cluster_id
		WHERE l.collection = 'people' AND x.tier = 'auto' AND a.rid <> b.rid`) {
		left := truth.Entity("people", connec.ExternalID{Provider: r[0], Realm: r[1], ID: r[2]})
		if left == truth.Entity("people", connec.ExternalID{Provider: r[3], Realm: r[4], ID: r[5]}) {
			right++
		} else {
			wrong++
			t.Logf("linked strangers in one cluster: %v", r)
		}
	}
	return wrong, right
}

// strangersNamed plans, and counts the IDs that the plan would write, and those of them that are of another person than
// the record that they are written to.
func strangersNamed(t *testing.T, d *demo) (strangers, named int) {
	t.Helper()
	truth, err := sandbox.ReadTruth(filepath.Join(d.dir, "truth.csv"))
	must(t, err)
	_, err = d.runner.plan(t.Context(), d.session, d.planPath(), merge.Part{})
	must(t, err)
	for _, r := range rows(t, d.session.db, `SELECT target_key, operation FROM operations WHERE collection = 'people' AND target_key IS NOT NULL`) {
		target, err := connec.ParseExternalID(r[0])
		must(t, err)
		var op merge.Operation
		must(t, json.Unmarshal([]byte(r[1]), &op))
		for _, id := range op.BearsIDs {
			entity := truth.Entity("people", id)
			if entity == "" {
				continue // of an application whose own records the truth does not name
			}
			named++
			if entity != truth.Entity("people", target) {
				strangers++
				t.Logf("%s would go to %s", id, target)
			}
		}
	}
	return strangers, named
}

func linkSourcesOff(r match.Result) (n int64) {
	for _, c := range r.Collections {
		n += c.Conflicts["link_source_off"]
	}
	return n
}

func TestCrosswalkThatSlippedByARowMergesNobody(t *testing.T) {
	t.Parallel()
	for _, shifted := range []bool{true, false} {
		d := smallDemo(t, "300", func(dir string) {
			if shifted {
				shiftLinks(t, filepath.Join(dir, "links_people.csv"))
			}
		})
		result, err := d.runner.match(t.Context(), d.session, nil, 0)
		must(t, err)
		off := rows(t, d.session.db, `SELECT provider FROM conflicts WHERE kind = 'link_source_off'`)
		wrong, right := linkedTogether(t, d)
		if want := map[bool]int{true: 1, false: 0}[shifted]; len(off) != want || linkSourcesOff(result) != int64(want) {
			t.Errorf("shifted %t: link_source_off of %v, want %d", shifted, off, want)
		}
		if shifted && wrong > 0 {
			t.Errorf("a crosswalk that slipped put %d pairs of strangers into auto clusters", wrong)
		}
		strangers, named := strangersNamed(t, d)
		if strangers > 0 || named < 50 {
			t.Errorf("shifted %t: of %d IDs that the plan writes, %d go to a record of somebody else", shifted, named, strangers)
		}
		if !shifted && right < 10 {
			t.Errorf("a right crosswalk joins only %d pairs", right)
		}
	}
}
