package extract_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/sameas/sameas/internal/config"
	queries "github.com/sameas/sameas/sql"
)

func TestHubFileAndLinks(t *testing.T) {
	t.Parallel()
	h := &hub{collections: map[string][]string{
		"organizations": {`{"id":[{"realm":"org-1","provider":"connec","id":"o1"},{"provider":"my-application","realm":"2243","id":"A/7%"}],"name":"Acme","email":{}}`},
		"people": {
			person(1, `,"organization_id":[{"realm":"org-1","provider":"connec","id":"o1"}],"email":{"address":" ann@x.org\n","address2":""}`),
			person(2, `,"organization_id":[{"realm":"org-1","provider":"connec","id":"gone"}],"birth_date":"1985-01-29T00:00:00Z"`),
			person(3, ``), person(4, ``), person(5, ``),
		},
	}}
	w := newWorld(t, h)
	w.cfg.Sources = append(w.cfg.Sources, config.Source{
		Name: "crm", Type: config.TypeFile, Path: w.file("crm.csv", "contact_id, given_name,dob,mail,account,other\n1, Ann ,29/01/1985,a@b.c,A/7%,\n77,Bob,,,,9\n"),
		Collection: "people", ID: config.IDColumn{Provider: "my-application", Realm: "2243", Column: "contact_id"},
		AlsoIDs:    []config.IDColumn{{Provider: "other-app", Realm: "77", Column: "other"}},
		Fields:     map[string]string{"first_name": "given_name", "birth_date": "dob", "email.address": "mail", "national_id": "account"},
		References: map[string]config.IDColumn{"organization_id": {Provider: "my-application", Realm: "2243", Column: "account"}},
	}, config.Source{
		Name: "known", Type: config.TypeLinks, Collection: "people",
		Path: w.file("links.csv", "left_provider,left_realm,left_id,right_provider,right_realm,right_id\nmy-application,2243,1,other-app,77,9\n"),
	})
	result := w.mustRun()
	golden(t, "happy.txt", asJSON(t, result)+"\n"+
		"records\n"+w.rows("SELECT * EXCLUDE (content_hash) FROM records ORDER BY rid")+
		"external_ids\n"+w.rows("SELECT * FROM external_ids ORDER BY ALL")+
		"refs\n"+w.rows("SELECT * FROM refs ORDER BY ALL")+
		"links\n"+w.rows("SELECT * FROM links ORDER BY ALL")+
		"extractions\n"+w.rows("SELECT * EXCLUDE (started_at, finished_at, endpoint) FROM extractions ORDER BY ALL")+
		"staged\n"+w.rows("SELECT table_name FROM duckdb_tables() WHERE temporary"))
}

// TestReferencesAreFollowedInRanges: which records are taken at once decides nothing.
func TestReferencesAreFollowedInRanges(t *testing.T) {
	t.Parallel()
	h := &hub{collections: map[string][]string{}}
	for i := range 9 {
		h.collections["organizations"] = append(h.collections["organizations"], fmt.Sprintf(`{"id":[{"realm":"org-1","provider":"connec","id":"o%d"}],"name":"Org %d"}`, i, i))
		h.collections["people"] = append(h.collections["people"], person(i+1, fmt.Sprintf(`,"organization_id":[{"realm":"org-1","provider":"connec","id":"o%d"}]`, (i*5)%11)))
	}
	w := newWorld(t, h)
	w.mustRun()
	const told = "SELECT rid, target_rid FROM refs ORDER BY ALL"
	whole := w.rows(told)
	if lines := strings.Split(strings.TrimSpace(whole), "\n"); len(lines) != 9 || !strings.Contains(whole+"\n", "|\n") || !strings.Contains(whole, "10|1") {
		t.Fatalf("not what was to be tried:\n%s", whole)
	}
	for _, size := range []int64{1, 2, 5, 100} {
		w.rows("UPDATE refs SET target_rid = 99")
		for first := int64(0); first < 20; first += size {
			of := queries.Args{"first_rid": first, "last_rid": first + size - 1}
			if _, err := queries.Exec(t.Context(), w.db, "extract/refs_targets.sql", of); err != nil {
				t.Fatal(err)
			}
		}
		diff(t, fmt.Sprintf("in ranges of %d", size), w.rows(told), whole)
	}
}
