package match

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/sameas/sameas/internal/config"
	"github.com/sameas/sameas/internal/evidence"
)

// twin is one person of the background town, so that fixtures stand in data like any other.
func anna(id string, ids ...string) person {
	return person{id: id, given: "annabel", family: "thistlewood", born: "1971-04-09", email: "at-home@fern.org", mobile: "0411222333", line1: "7 quince street", city: "fernhill", postcode: "2519", ids: ids}
}

func bruno(id string, ids ...string) person {
	return person{id: id, given: "bruno", family: "castellan", born: "1949-11-30", email: "brunoc@delta.net", mobile: "0499888777", line1: "81 harbour road", city: "eastport", postcode: "2631", ids: ids}
}

func distinct(value string) *config.Config {
	return &config.Config{Providers: []config.Provider{{Provider: "*", Realm: "*", Distinct: value}, {Provider: "a", Realm: "*", Distinct: value}, {Provider: "b", Realm: "*", Distinct: value}}}
}

// scene is a world of a town and a few more people.
func scene(t *testing.T, people ...person) *world {
	t.Helper()
	w := newWorld(t)
	w.fill("people", append(town(120, "town"), people...), nil)
	return w
}

func TestHubValue(t *testing.T) {
	t.Parallel()
	var many []person
	for i, p := range town(14, "x") {
		p.id, p.ids = fmt.Sprintf("connec/org/%d", i), []string{"b/1/500"}
		many = append(many, p)
	}
	w := scene(t, many...)
	w.run(nil, 1)
	if w.conflicts("hub_value") != 1 || w.together("connec/org/0", "connec/org/1") {
		t.Errorf("an ID on 14 records: %d conflicts, joined %t", w.conflicts("hub_value"), w.together("connec/org/0", "connec/org/1"))
	}
	w = scene(t, anna("connec/org/1", "b/1/0"), bruno("connec/org/2", "b/1/0"))
	w.run(nil, 1)
	if w.conflicts("hub_value") != 1 || w.together("connec/org/1", "connec/org/2") {
		t.Error("the ID 0 on two records joins them")
	}
	for _, id := range []string{"b/1/555", "b/1/99999", "b/1/123456"} { // numbers of real records, made up as they look
		w = scene(t, anna("connec/org/1", id), anna("connec/org/2", "b/1/556"), anna(id))
		w.run(nil, 1)
		if w.conflicts("hub_value") != 0 || w.conflicts("cannot_link") == 0 || w.together("connec/org/1", "connec/org/2") || !w.together("connec/org/1", id) {
			t.Errorf("%s: %s", id, w.kinds())
		}
	}
	w = scene(t, anna("connec/org/1", "b/1/500"), anna("connec/org/2", "b/1/500"))
	w.run(nil, 1)
	if w.conflicts("hub_value") != 0 || !w.together("connec/org/1", "connec/org/2") {
		t.Error("an ID on two records of one person does not join them")
	}
}

func TestContradictedLink(t *testing.T) {
	t.Parallel()
	w := scene(t, anna("connec/org/1", "b/1/500"), bruno("connec/org/2", "b/1/500"))
	w.run(nil, 1)
	if w.conflicts("link_contradicted") != 1 || w.conflicts("link_source_off") != 0 || !w.inReview("connec/org/1", "connec/org/2") {
		t.Errorf("a shared ID of two strangers: %s", w.text(`SELECT detail FROM conflicts`))
	}
}

// crosswalk links record i of a to record i+shift of b.
func crosswalk(t *testing.T, shift int) *world {
	t.Helper()
	w := newWorld(t)
	a := town(150, "a")
	b := copies(a, "b")
	w.fill("people", append(a, b...), nil)
	for i := range a {
		w.link("crosswalk", i+2, "people", a[i].id, b[(i+shift)%len(b)].id)
	}
	w.run(nil, 1)
	return w
}

func TestShiftedCrosswalkMergesNobody(t *testing.T) {
	t.Parallel()
	w := crosswalk(t, 1)
	if w.conflicts("link_source_off") != 1 {
		t.Errorf("%d link_source_off", w.conflicts("link_source_off"))
	}
	wrong := w.text(`SELECT x.key || ' ' || y.key FROM clusters x JOIN clusters y USING (review_id) WHERE x.key < y.key AND split_part(x.key, '/', 3) <> split_part(y.key, '/', 3)`)
	if wrong != "" {
		t.Errorf("strangers together: %s", wrong)
	}
	w = crosswalk(t, 0)
	if w.conflicts("link_source_off") != 0 || w.text(`SELECT count(*)::VARCHAR FROM clusters WHERE tier = 'auto'`) < "280" {
		t.Error("a right crosswalk does not count")
	}
}

func TestCannotLink(t *testing.T) {
	t.Parallel()
	people := func() []person { return []person{anna("b/1/500"), anna("b/1/501"), anna("connec/org/1", "b/1/500")} }
	for _, c := range []struct {
		setting                   string
		joined, review, conflicts bool
	}{
		{config.DistinctReview, false, true, true},
		{config.DistinctForbid, false, false, true},
		{config.DistinctAllow, true, false, false},
	} {
		w := scene(t, people()...)
		w.run(distinct(c.setting), 1)
		if w.together("b/1/500", "b/1/501") != c.joined || w.inReview("b/1/500", "b/1/501") != c.review || (w.conflicts("cannot_link") > 0) != c.conflicts {
			t.Errorf("%s: joined %t, in review %t, conflicts %d", c.setting, w.together("b/1/500", "b/1/501"), w.inReview("b/1/500", "b/1/501"), w.conflicts("cannot_link"))
		}
		if !w.together("b/1/500", "connec/org/1") {
			t.Errorf("%s: the rest is not auto", c.setting)
		}
	}
}

func TestNoClusterHoldsTwoIDsOfOneApplication(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := town(120, "a")
	again := copies(a, "a")
	for i := range again {
		again[i].id = fmt.Sprintf("a/1/%d", 1000+i)
	}
	w.fill("people", append(append(a, again...), copies(a, "b")...), nil)
	w.run(nil, 1)
	twice := w.text(`SELECT cluster_id FROM clusters JOIN external_ids USING (rid) WHERE tier = 'auto' AND provider <> 'connec' GROUP BY cluster_id, provider, realm HAVING count(DISTINCT id) > 1`)
	if twice != "" {
		t.Errorf("clusters with two IDs of one application: %s", twice)
	}
}

func TestIDContradictionAndEcho(t *testing.T) {
	t.Parallel()
	// b's 500 is linked to a's 1 and to a's 2: a knows two things where the links say one.
	w := scene(t, anna("a/1/1"), anna("a/1/2"), anna("b/1/500"))
	w.link("walk", 2, "people", "a/1/1", "b/1/500")
	w.link("walk", 3, "people", "a/1/2", "b/1/500")
	w.run(nil, 1)
	if w.conflicts("id_contradiction") != 1 || w.conflicts("echo") != 0 || w.together("a/1/1", "b/1/500") {
		t.Errorf("contradiction: %s", w.text(`SELECT kind || ' ' || detail FROM conflicts`))
	}
	// H1{A:1, B:950}, H2{B:7, A:900}, while A:1 = B:7 natively.
	w = scene(t, anna("connec/org/h1", "a/1/1", "b/1/950"), anna("connec/org/h2", "b/1/7", "a/1/900"))
	w.link("walk", 2, "people", "a/1/1", "b/1/7")
	w.run(nil, 1)
	if w.conflicts("echo") != 2 || w.conflicts("id_contradiction") != 0 || w.together("connec/org/h1", "connec/org/h2") || !w.inReviewOrOneCluster("connec/org/h1", "connec/org/h2") {
		t.Errorf("echo: %s", w.text(`SELECT kind || ' ' || detail FROM conflicts`))
	}
	// Where nothing is known of the copies, the halves must say the same.
	other := anna("connec/org/h2", "b/1/7", "a/1/900")
	other.given = "Barbara"
	w = scene(t, anna("connec/org/h1", "a/1/1", "b/1/950"), other)
	w.link("walk", 2, "people", "a/1/1", "b/1/7")
	w.run(nil, 1)
	if w.conflicts("echo") != 0 || w.conflicts("id_contradiction") != 1 {
		t.Errorf("halves that differ: %s", w.kinds())
	}
	// The same without the copies: consolidated.
	w = scene(t, anna("connec/org/h1", "a/1/1"), anna("connec/org/h2", "b/1/7"))
	w.link("walk", 2, "people", "a/1/1", "b/1/7")
	w.run(nil, 1)
	if w.conflicts("echo") != 0 || !w.together("connec/org/h1", "connec/org/h2") {
		t.Error("two halves without copies are not joined")
	}
}

func (w *world) inReviewOrOneCluster(a, b string) bool {
	return w.text(`SELECT 'yes' FROM clusters x JOIN clusters y USING (collection, review_id) WHERE x.key = $1 AND y.key = $2`, a, b) == "yes"
}

// TestDeadIDsKeepNothingApart: an ID that its application's own file lacks is gone only if the file lists all there is.
func TestDeadIDsKeepNothingApart(t *testing.T) {
	t.Parallel()
	whole := &config.Config{Sources: []config.Source{{Name: "test", Complete: true}}}
	gone := []person{anna("a/1/1"), anna("connec/org/h1", "a/1/1"), anna("connec/org/h2", "a/1/900")}
	for _, c := range []struct {
		name   string
		people []person
		config *config.Config
		set    string
		joined bool
	}{
		{"the file lists all", gone, whole, "", true},
		{"nobody says that it does", gone, nil, "", false},
		{"a row of it was set aside", gone, whole, `INSERT INTO rejected_rows VALUES ('test', 'people', 3, 'fields', 'too many', '')`, false},
		{"a row of another collection was", gone, whole, `INSERT INTO rejected_rows VALUES ('test', 'organizations', 3, 'fields', 'too many', '')`, true},
		{"a record of it was not read", gone, whole, `INSERT INTO unread_records (source, collection, key, run) VALUES ('test', 'people', 'a/1/900', 1)`, false},
		{"its extraction is in doubt", gone, whole, extracted(1, "test", "people", "in_doubt"), false},
		{"an earlier one was", gone, whole, extracted(1, "test", "people", "in_doubt") + extracted(2, "test", "people", "complete"), true},
		{"a later one is", gone, whole, extracted(2, "test", "people", "in_doubt") + extracted(1, "test", "people", "complete"), false},
		{"that of another collection is", gone, whole, extracted(1, "test", "organizations", "in_doubt"), true},
		{"that of another source is", gone, whole, extracted(1, "other", "people", "in_doubt"), true},
		{"it lists both", append(gone, anna("a/1/900")), whole, "", false},
	} {
		w := scene(t, c.people...)
		if _, err := w.db.Exec(cmp.Or(c.set, "SELECT 1")); err != nil {
			t.Fatal(err)
		}
		r := w.run(c.config, 1)
		warned := strings.Contains(strings.Join(r.Collections[0].Warnings, "\n"), "1 IDs of a/1 are in no row of its own file")
		if w.together("connec/org/h1", "connec/org/h2") != c.joined || (w.conflicts("dead_id") == 1) != c.joined || warned != (!c.joined && len(c.people) == len(gone)) {
			t.Errorf("%s: joined %t, warnings %q: %s", c.name, !c.joined, r.Collections[0].Warnings, w.kinds())
		}
	}
}

// extracted is the statement that says of an extraction how it ended.
func extracted(run int, source, collection, status string) string {
	return fmt.Sprintf(`INSERT INTO extractions (run, source, source_type, collection, started_at, finished_at, rows_got, records, repeated, id_defects, dangling_refs, status, skip)
		VALUES (%d, '%s', 'file', '%s', now()::TIMESTAMP, now()::TIMESTAMP, 0, 0, 0, 0, 0, '%s', 0);`, run, source, collection, status)
}

// TestSlipped: a source is off when more of its links are contradicted than may be, of few only more than chance makes.
func TestSlipped(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		against, total int
		off            bool
	}{{0, 0, false}, {0, 9, false}, {1, 1, false}, {1, 40, false}, {2, 2, true}, {2, 7, true}, {2, 8, false}, {3, 20, true}, {3, 40, false}, {4, 4, true}, {5, 100, true}, {5, 250, false}, {6, 250, true}} {
		if got := slipped(c.against, c.total); got != c.off {
			t.Errorf("%d of %d: %t", c.against, c.total, got)
		}
	}
}

// TestSmallCrosswalkThatSlipped: the links of records with no field in common neither bear a crosswalk out nor are believed
// beside those that are contradicted.
func TestSmallCrosswalkThatSlipped(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := town(120, "a")
	w.fill("people", append(append(a, copies(a[:4], "b")...), person{id: "b/1/900", given: "Ludmila"}, person{id: "connec/org/1", ids: []string{"c/1/1"}, email: "l.hroch@example.org"}), nil)
	for i := range 4 {
		w.link("walk", i+2, "people", a[i].id, fmt.Sprintf("b/1/%d", (i+1)%4))
	}
	w.link("walk", 6, "people", "b/1/900", "c/1/1")
	w.run(nil, 1)
	if w.conflicts("link_source_off") != 1 || w.together("b/1/900", "connec/org/1") {
		t.Errorf("%s", w.kinds())
	}
}

// TestTwinsAmongCopies: a thousand copies that a sync made do not turn the one pair of twins into a copy with a mistake.
func TestTwinsAmongCopies(t *testing.T) {
	t.Parallel()
	for _, differ := range []func(*person){func(p *person) { p.given = "Oliver" }, func(p *person) { p.born = "1931-05-06" }} {
		w := newWorld(t)
		a := town(200, "a")
		twin := anna("c/1/1")
		differ(&twin)
		w.fill("people", append(append(a, copies(a, "b")...), anna("connec/org/1"), twin), nil)
		w.run(nil, 1)
		if w.together("connec/org/1", "c/1/1") || w.conflicts("veto") != 1 {
			t.Errorf("%+v: %s", twin, w.kinds())
		}
		if n := w.text(`SELECT count(*)::VARCHAR FROM clusters WHERE tier = 'auto'`); n < "390" {
			t.Errorf("%s records in auto", n)
		}
	}
}

func TestAmbiguous(t *testing.T) {
	t.Parallel()
	// Two namesakes whom b tells apart and who differ in birth date and mobile; a third record has neither.
	first, second, third := anna("b/1/1"), anna("b/1/2"), anna("connec/org/3")
	second.born, second.mobile, second.email = "1999-08-21", "0455123987", "other@fern.org"
	third.born, third.mobile, third.email = "", "", ""
	w := scene(t, first, second, third)
	w.run(&config.Config{Match: map[string]config.MatchRules{"people": {Thresholds: config.Thresholds{Auto: 0.6, Review: 0.3, Attach: 0.9}}}}, 1)
	if w.conflicts("ambiguous") != 1 || w.together("b/1/1", "connec/org/3") || w.together("b/1/2", "connec/org/3") {
		t.Errorf("ambiguous: %s", w.text(`SELECT kind || ' ' || detail FROM conflicts`))
	}
	third.born = "1971-04-09"
	w = scene(t, first, second, third)
	w.run(nil, 1)
	if w.conflicts("ambiguous") != 0 || !w.together("b/1/1", "connec/org/3") {
		t.Errorf("a record that fits one much better is not attached: %s", w.text(`SELECT kind || ' ' || detail FROM conflicts`))
	}
}

func TestVeto(t *testing.T) {
	t.Parallel()
	junior := anna("b/1/1")
	junior.family += " jr"
	senior := anna("c/1/1")
	senior.family += " senior"
	w := scene(t, junior, senior)
	w.run(nil, 1)
	if w.conflicts("veto") != 1 || !w.inReview("b/1/1", "c/1/1") {
		t.Errorf("junior and senior: %s", w.text(`SELECT kind || ' ' || detail FROM conflicts`))
	}
	w = scene(t, anna("b/1/1"), anna("c/1/1"))
	w.run(nil, 1)
	if w.conflicts("veto") != 0 || !w.together("b/1/1", "c/1/1") {
		t.Error("a veto without a reason")
	}
}

func TestDecisionsComeFirst(t *testing.T) {
	t.Parallel()
	w := scene(t, anna("b/1/1"), anna("c/1/1"), bruno("d/1/1"))
	for _, d := range [][3]string{{"b/1/1", "c/1/1", "different"}, {"b/1/1", "d/1/1", "same"}} {
		if _, err := w.db.Exec(`INSERT INTO decisions VALUES ('people', $1, $2, $3, 'me', TIMESTAMP '2020-01-01', '', 0, NULL)`, d[0], d[1], d[2]); err != nil {
			t.Fatal(err)
		}
	}
	w.run(nil, 1)
	if w.together("b/1/1", "c/1/1") || w.inReview("b/1/1", "c/1/1") {
		t.Error("two records judged different are together")
	}
	if !w.inReviewOrOneCluster("b/1/1", "d/1/1") {
		t.Error("two records judged the same are apart")
	}
}

func TestPlaceholdersAreNotScored(t *testing.T) {
	t.Parallel()
	s, err := schemaOf("people", &config.Config{})
	if err != nil {
		t.Fatal(err)
	}
	r := raw{firstName: "Test", lastName: "UNKNOWN", birthDate: "1900-01-01", emails: []string{"n/a", "test@test.com"}, mobiles: []string{"0000000000", "12345678"},
		addresses: []address{{kind: "address_home.billing", line1: "n/a", city: "Unknown", postcode: "0000"}}}
	got := featuresOf(s, r)
	if strings.Join(got, "") != "" {
		t.Errorf("values %q", got)
	}
	r = raw{firstName: "José", lastName: "van den Berg", birthDate: "1985-01-29", emails: []string{"Jose.Berg+news@GMail.com"}, mobiles: []string{"0412 345 678"},
		addresses: []address{{kind: "address_home.billing", line1: "Unit 3/12 High Street", city: "Saint Kilda", postcode: "3182", country: "Australia"}}}
	got = featuresOf(s, r)
	want := []string{"jose", "van den berg\x1fberg", "1985-01-29", "~joseberg@gmail.com", "61412345678", "", "3 12 high st", "st kilda", "3182", "", "", "", ""}
	if strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("values %q, want %q", got, want)
	}
}

func FuzzFeaturesNeverPanic(f *testing.F) {
	f.Add("Dr. Ahmed O'Brien-Smith III", "a@b", "+61 (0) 412", "http://[::1", "王")
	s, err := schemaOf("people", &config.Config{})
	if err != nil {
		f.Fatal(err)
	}
	orgs, err := schemaOf("organizations", &config.Config{})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, a, b, c, d, e string) {
		r := raw{firstName: a, lastName: e, name: a + " t/a " + e, companyName: d, birthDate: c, reference: c, emails: []string{b, a}, websites: []string{d, b}, landlines: []string{c}, mobiles: []string{c, a},
			workPhones: []string{e}, addresses: []address{{line1: a, line2: b, city: c, postcode: d, country: e}}}
		for _, x := range []*schema{s, orgs} {
			k := x.newKeyring()
			k.read(featuresOf(x, r))
			for rule := range x.rules {
				if keys, words := slices.Clone(k.of(rule)), k.inWords(rule); len(words) < len(keys) {
					t.Errorf("rule %q: %d keys, %d in words", x.rules[rule].name, len(keys), len(words))
				}
			}
		}
	})
}

// featuresOf are the normalised values of one record.
func featuresOf(s *schema, r raw) []string {
	m := s.newMaker()
	m.raw = r
	into := make([]string, len(s.fields))
	m.features(into)
	return into
}

func TestPlannerNeverDropsInSilence(t *testing.T) {
	t.Parallel()
	hot := func(_ *values, k *keyring) { k.add("hot", "") }
	s := &schema{collection: "people", fields: peopleSchema().fields, rules: []rule{{name: "only", keys: hot}}}
	rows := make([][]string, 4000)
	for i := range rows {
		rows[i] = make([]string, len(s.fields))
		rows[i][0] = fmt.Sprintf("name%d", i%7)
		rows[i][2] = fmt.Sprintf("19%02d-01-01", i%50)
	}
	plan := func(rows [][]string) *plan {
		p, err := planBlocks(context.Background(), s, s.coded(rows), 2)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	p := plan(rows)
	if got := p.rules[0].pairs; got > pairsAtLeast {
		t.Errorf("%d pairs are over the budget", got)
	}
	conflicts := p.oversized(s)
	if len(conflicts) != 1 || !strings.Contains(conflicts[0].detail, "4000 records share one key (hot)") {
		t.Errorf("conflicts %+v", conflicts)
	}
	p = plan(rows[:2400]) // nearly three million pairs: tiled, nothing refined
	if len(p.oversized(s)) != 0 || p.rules[0].pairs != pairsOf(2400) || len(p.tiled) != 3 {
		t.Errorf("a block within the budget: %d blocks, %d pairs", len(p.tiled), p.rules[0].pairs)
	}
}

// Everything that a household shares is one piece of evidence: it is held back where it would add up to a person, and
// counts whole where it is little.
func TestGroupCap(t *testing.T) {
	t.Parallel()
	sister := anna("b/1/500")
	sister.given, sister.born, sister.email, sister.mobile, sister.landline = "rosalind", "1975-01-23", "", "", "0242267788"
	home := anna("a/1/500")
	home.email, home.mobile, home.landline = "", "", sister.landline
	stranger := bruno("b/1/501")
	stranger.city, stranger.postcode = home.city, home.postcode
	w := scene(t, home, sister, stranger)
	w.run(nil, 1)

	x := w.explain(home.id, sister.id).Waterfall
	held := 0.0
	for _, h := range x.Held {
		held += h.Bits
		if h.Bits != h.Sum-h.Cap || h.Bits <= 0 {
			t.Errorf("%s: %v held back of %v over %v", h.Group, h.Bits, h.Sum, h.Cap)
		}
	}
	if auto := evidence.Bits(0.99); x.Total >= auto || x.Total+held < auto {
		t.Errorf("sisters: %.1f bits and %.1f held back; without the cap they should have passed %.1f", x.Total, held, auto)
	}
	if w.together(home.id, sister.id) {
		t.Error("two sisters are one")
	}
	if x := w.explain(home.id, stranger.id).Waterfall; len(x.Held) > 0 {
		t.Errorf("a town in common: %+v held back", x.Held)
	}
}
