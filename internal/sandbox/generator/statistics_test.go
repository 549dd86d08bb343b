package generator

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/sameas/sameas/internal/connec"
)

func TestEveryKindOccurs(t *testing.T) {
	t.Parallel()
	w := bigWorld(t)
	want := map[string][]string{
		"people": {"original", "drift", "concurrent_upsert", "wrong_link", "wrong_crosswalk", "household", "namesake", "shared_mailbox",
			"shared_phone", "twin", "father_son", "colleague"},
		"organizations": {"original", "drift", "concurrent_upsert", "wrong_crosswalk", "branch", "subsidiary", "franchise"},
	}
	for _, k := range personKinds() {
		want["people"] = append(want["people"], k.name)
	}
	for _, k := range orgKinds() {
		want["organizations"] = append(want["organizations"], k.name)
	}
	for collection, kinds := range want {
		for _, k := range kinds {
			if w.stats[collection].RecordsByKind[k] == 0 {
				t.Errorf("%s: no record of kind %s", collection, k)
			}
		}
		for k := range w.stats[collection].RecordsByKind {
			if !slices.Contains(kinds, k) {
				t.Errorf("%s: kind %q is not in the list", collection, k)
			}
		}
	}
}

// TestLookAlikesAreOthers: a record that begins as a look-alike is the first of an entity that is nobody's original.
func TestLookAlikesAreOthers(t *testing.T) {
	t.Parallel()
	w := bigWorld(t)
	alike := []string{"household", "namesake", "shared_mailbox", "shared_phone", "twin", "father_son", "colleague", "branch", "subsidiary", "franchise"}
	for collection, truth := range w.truthOf {
		kinds := map[string]map[string]bool{}
		for _, row := range truth {
			if kinds[row["entity"]] == nil {
				kinds[row["entity"]] = map[string]bool{}
			}
			kinds[row["entity"]][row["kind"]] = true
		}
		for e, ks := range kinds {
			n := 0
			for k := range ks {
				if k == "original" || slices.Contains(alike, k) {
					n++
				}
			}
			if n > 1 {
				t.Fatalf("%s entity %s began twice: %v", collection, e, slices.Sorted(maps.Keys(ks)))
			}
		}
	}
}

// recount counts again, from the files alone, what Stats says.
func recount(t *testing.T, w *worldOf, collection string, recs []map[string]any) (c Counts) {
	t.Helper()
	truth := w.truthOf[collection]
	inHub, entities := map[string]int{}, map[string]bool{}
	type sys struct {
		provider, realm, table string
		counts                 *AppCounts
		known                  map[string]bool
		hubWithout             []string
		held                   map[string]int
	}
	systems := []*sys{{"my-application", "2243", "application_", &c.A, map[string]bool{}, nil, map[string]int{}},
		{"other-app", "77", "other_", &c.B, map[string]bool{}, nil, map[string]int{}}}
	for _, r := range recs {
		hub, others := idsOfRecord(t, r["id"])
		e := truth[hub]["entity"]
		inHub[e]++
		c.HubRecords++
		if truth[hub]["kind"] == "wrong_link" {
			c.WrongLinks++
		}
		for _, s := range systems {
			has := false
			for _, id := range others {
				if id.Provider == s.provider && id.Realm == s.realm {
					has, s.known[id.ID] = true, true
				}
			}
			if !has {
				s.hubWithout = append(s.hubWithout, e)
			}
		}
	}
	for _, row := range truth {
		entities[row["entity"]] = true
	}
	c.Entities, c.HubEntities = len(entities), len(inHub)
	for _, n := range inHub {
		if n > 1 {
			c.HubDuplicated++
		}
	}
	idColumn := map[string]string{"people": "contact_id", "organizations": "account_id"}[collection]
	for _, s := range systems {
		for _, row := range w.tables[s.table+collection] {
			e := truth[connec.ExternalID{Provider: s.provider, Realm: s.realm, ID: row[idColumn]}]["entity"]
			s.counts.Records++
			if s.held[e]++; s.held[e] > 1 {
				s.counts.Duplicates++
			}
			switch {
			case s.known[row[idColumn]]:
				s.counts.Known++
			case inHub[e] > 0:
				s.counts.Twins++
			default:
				s.counts.Unknown++
			}
		}
		s.counts.PullCreates = len(s.hubWithout)
		for _, e := range s.hubWithout {
			if s.held[e] > 0 {
				s.counts.PullDuplicates++
			}
		}
	}
	for _, row := range w.tables["links_"+collection] {
		c.Links++
		left := connec.ExternalID{Provider: row["left_provider"], Realm: row["left_realm"], ID: row["left_id"]}
		right := connec.ExternalID{Provider: row["right_provider"], Realm: row["right_realm"], ID: row["right_id"]}
		if truth[left] == nil || truth[right] == nil {
			t.Fatalf("link %v = %v names a record that is not there", left, right)
		}
		if truth[left]["entity"] != truth[right]["entity"] {
			c.CrosswalkErrors++
		}
	}
	return c
}

func TestStatsAgreeWithTheFiles(t *testing.T) {
	t.Parallel()
	w := bigWorld(t)
	for collection, recs := range map[string][]map[string]any{"people": w.people, "organizations": w.orgs} {
		want := recount(t, w, collection, recs)
		got := *w.stats[collection]
		got.DuplicatesByKind, got.RecordsByKind = nil, nil
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: Stats says %+v, the files say %+v", collection, got, want)
		}
		kinds, n := map[string]int{}, 0
		for _, row := range w.truthOf[collection] {
			kinds[row["kind"]]++
		}
		if !maps.Equal(kinds, w.stats[collection].RecordsByKind) {
			t.Errorf("%s: kinds in Stats %v, in the truth %v", collection, w.stats[collection].RecordsByKind, kinds)
		}
		for _, k := range w.stats[collection].DuplicatesByKind {
			n += k
		}
		if n != want.HubRecords-want.HubEntities {
			t.Errorf("%s: %d duplicates by kind, want %d", collection, n, want.HubRecords-want.HubEntities)
		}
	}
}

// TestShares holds the world to the shape that its documentation states.
func TestShares(t *testing.T) {
	t.Parallel()
	w := bigWorld(t)
	for _, collection := range []string{"people", "organizations"} {
		c := w.stats[collection]
		for _, s := range []struct {
			name      string
			part, of  int
			low, high float64
		}{
			{"entities duplicated in the hub", c.HubDuplicated, c.HubEntities, 0.25, 0.30},
			{"A's records with a twin that lacks A's ID", c.A.Twins, c.A.Records, 0.55, 0.65},
			{"A's records known by ID", c.A.Known, c.A.Records, 0.12, 0.18},
			{"A's records unknown to the hub", c.A.Unknown, c.A.Records, 0.20, 0.30},
			{"duplicates inside A", c.A.Duplicates, c.A.Records, 0.02, 0.06},
			{"lines of the crosswalk that are wrong", c.CrosswalkErrors, c.Links, 0.0005, 0.01},
		} {
			if got := float64(s.part) / float64(s.of); got < s.low || got > s.high {
				t.Errorf("%s: %s: %d of %d = %.4f, want %.4f to %.4f", collection, s.name, s.part, s.of, got, s.low, s.high)
			}
		}
	}
	if got := float64(w.stats["people"].WrongLinks) / bigPeople; got < 0.001 || got > 0.004 {
		t.Errorf("wrong links: %.4f of the hub's people, want about 0.002", got)
	}
}

func TestClusterSizesFallOff(t *testing.T) {
	t.Parallel()
	w := bigWorld(t)
	perEntity, sizes := map[string]int{}, map[int]int{}
	for id, row := range w.truthOf["people"] {
		if id.IsHub() {
			perEntity[row["entity"]]++
		}
	}
	for _, n := range perEntity {
		sizes[n]++
	}
	for n := 2; n <= 6; n++ {
		if sizes[n] == 0 || sizes[n] >= sizes[n-1] {
			t.Errorf("%d entities with %d hub records, %d with %d", sizes[n], n, sizes[n-1], n-1)
		}
	}
	if sizes[7] > 0 {
		t.Errorf("an entity with 7 hub records")
	}
}

// TestIDsHeldTwice: concurrent upserts and placeholders leave one ID on several records; nothing else does.
func TestIDsHeldTwice(t *testing.T) {
	t.Parallel()
	w := bigWorld(t)
	holders := map[connec.ExternalID][]string{}
	placeholders := 0
	for _, r := range w.people {
		hub, others := idsOfRecord(t, r["id"])
		for _, id := range others {
			if id.ID == "0" || id.ID == "N/A" {
				placeholders++
				continue
			}
			holders[id] = append(holders[id], w.truthOf["people"][hub]["kind"])
		}
	}
	twice := 0
	for id, kinds := range holders {
		if len(kinds) > 1 {
			twice++
			if !slices.Contains(kinds, "concurrent_upsert") && !slices.Contains(kinds, "wrong_link") {
				t.Errorf("%v is on records of kinds %v", id, kinds)
			}
		}
	}
	if twice < 50 || placeholders < 100 {
		t.Errorf("%d IDs held twice and %d placeholders, want more", twice, placeholders)
	}
}

func TestMissingByApplication(t *testing.T) {
	t.Parallel()
	w := bigWorld(t)
	missing := map[string]float64{}
	rows := w.tables["application_people"]
	for _, row := range rows {
		for k, v := range row {
			if v == "" {
				missing[k] += 1 / float64(len(rows))
			}
		}
	}
	for column, bounds := range map[string][2]float64{"surname": {0, 0}, "email": {.15, .35}, "address_1": {.15, .35}, "date_of_birth": {.2, .4}} {
		if got := missing[column]; got < bounds[0] || got > bounds[1] {
			t.Errorf("A's %s is missing in %.2f, want %.2f to %.2f", column, got, bounds[0], bounds[1])
		}
	}
	shop := 0
	for _, r := range w.people {
		_, others := idsOfRecord(t, r["id"])
		if len(others) == 1 && others[0].Provider == "shop-front" {
			shop++
			if at(r, "birth_date") != "" {
				t.Fatalf("the shop pushed a birth date: %v", r["id"])
			}
		}
	}
	if shop < bigPeople/10 {
		t.Errorf("%d records of the shop's alone", shop)
	}
}

// TestNamesAreZipfLike draws family names as a million people would and looks at both ends of the curve.
func TestNamesAreZipfLike(t *testing.T) {
	t.Parallel()
	p, err := loadPools()
	if err != nil {
		t.Fatal(err)
	}
	d, counts := newDice(1, 2, 3), map[string]int{}
	const draws = 700_000 // the entities of a million hub records
	for range draws {
		c := &p.cultures[p.cultureTab.draw(d)]
		counts[c.surname(c.surZipf.draw(d)).name]++
	}
	byRank := slices.Sorted(maps.Values(counts))
	slices.Reverse(byRank)
	if top := float64(byRank[0]) / draws; top < 0.005 || top > 0.03 {
		t.Errorf("the commonest family name is borne by %.4f, want 0.5 %% to 3 %%", top)
	}
	if len(byRank) < 30_000 {
		t.Errorf("%d distinct family names, want tens of thousands", len(byRank))
	}
	for _, r := range []int{100, 1000, 10_000} { // ten times the rank, about a tenth of the bearers, less so at the flattened head
		if ratio := float64(byRank[r/10]) / float64(byRank[r]); ratio < 2.5 || ratio > 25 {
			t.Errorf("rank %d has %.1f times the bearers of rank %d, want about 10", r/10, ratio, r)
		}
	}
}

var (
	safeHost  = regexp.MustCompile(`(\.example|\.test|^example\.(com|net|org))$`)
	safePhone = []*regexp.Regexp{
		regexp.MustCompile(`^(0|61|0061)?[2378](5550|7010)\d{4}$`), // Australia, kept for fiction
		regexp.MustCompile(`^(0|61|0061)?5\d{8}$`),                 // Australia, prefix never allotted
		regexp.MustCompile(`^(0|64|0064)?[34679]0\d{6}$`),          // New Zealand, no number begins with 0
		regexp.MustCompile(`^(0|64|0064)?25\d{7}$`),                // New Zealand, network shut down
		regexp.MustCompile(`^(0|44|0044)?(1[1-6]14960|1[1-6]\d4960|207946[0]|2920180)\d{3}$`),
		regexp.MustCompile(`^(0|44|0044)?7200\d{6}$`),
		regexp.MustCompile(`^(1|001)?\d{3}55501\d\d$`),
		regexp.MustCompile(`^(1|001)?[2-9]9\d{8}$`),
		regexp.MustCompile(`^0*(400000000)?$`), // placeholders
	}
)

// TestNobodyIsReached: no mailbox, site or phone in the world can be anybody's.
func TestNobodyIsReached(t *testing.T) {
	t.Parallel()
	w := bigWorld(t)
	host := func(s string) {
		s = s[strings.LastIndexAny(s, "@/")+1:]
		if s != "" && !safeHost.MatchString(s) {
			t.Errorf("host %q could be real", s)
		}
	}
	phone := func(s string) {
		digits := strings.Map(func(r rune) rune {
			if r >= '0' && r <= '9' {
				return r
			}
			return -1
		}, s)
		for _, re := range safePhone {
			if re.MatchString(digits) {
				return
			}
		}
		t.Errorf("phone %q could be real", s)
	}
	for _, r := range append(append([]map[string]any(nil), w.people...), w.orgs...) {
		host(at(r, "email", "address"))
		host(at(r, "email", "address2"))
		host(at(r, "website", "url"))
		for _, group := range []string{"phone", "phone_home", "phone_work"} {
			phone(at(r, group, "landline"))
			phone(at(r, group, "mobile"))
		}
	}
	for _, table := range []string{"application_people", "application_organizations", "other_people", "other_organizations"} {
		for _, row := range w.tables[table] {
			host(row["email"])
			host(row["email_2"])
			host(row["website"])
			phone(row["phone"])
			phone(row["mobile"])
			phone(row["work_phone"])
		}
	}
}

// TestMailboxesMostlyTellPeopleApart: distinct people have distinct mailboxes, mostly but not always.
func TestMailboxesMostlyTellPeopleApart(t *testing.T) {
	t.Parallel()
	w := bigWorld(t)
	owners := map[string]map[string]bool{}
	for _, r := range w.people {
		hub, _ := idsOfRecord(t, r["id"])
		if box := at(r, "email", "address"); box != "" {
			if owners[box] == nil {
				owners[box] = map[string]bool{}
			}
			owners[box][w.truthOf["people"][hub]["entity"]] = true
		}
	}
	shared := 0
	for _, es := range owners {
		if len(es) > 1 {
			shared++
		}
	}
	if got := float64(shared) / float64(len(owners)); got < 0.01 || got > 0.12 {
		t.Errorf("%.3f of the mailboxes are shared by two people or more, want 1 %% to 12 %%", got)
	}
}

// TestLabels: a label is shared, "alike" between entities, "apart" within one, "name" by equal names of two entities.
func TestLabels(t *testing.T) {
	t.Parallel()
	w := bigWorld(t)
	for collection, truth := range w.truthOf {
		members := map[string][]string{}
		for _, row := range truth {
			if l := row["indistinguishable"]; l != "" {
				members[l] = append(members[l], row["entity"])
			}
		}
		kinds := map[string]int{}
		for label, entities := range members {
			slices.Sort(entities)
			n := len(entities)
			distinct := len(slices.Compact(entities))
			kind := strings.SplitN(label[1:], "-", 2)[0]
			kinds[kind]++
			switch {
			case kind == "alike" && distinct < 2:
				t.Errorf("%s label %s is of one entity", collection, label)
			case kind == "apart" && (distinct != 1 || n > 2):
				t.Errorf("%s label %s is of %d records of %d entities", collection, label, n, distinct)
			}
		}
		if kinds["apart"] == 0 || collection == "people" && (kinds["alike"] == 0 || kinds["name"] == 0) {
			t.Errorf("%s: labels of each sort: %v", collection, kinds)
		}
		labelled := 0
		for _, es := range members {
			labelled += len(es)
		}
		if share := float64(labelled) / float64(len(truth)); share > 0.05 {
			t.Errorf("%s: %.3f of the records are labelled, which would excuse too much", collection, share)
		}
	}
}
