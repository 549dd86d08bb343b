package extract_test

import (
	"testing"

	"github.com/sameas/sameas/internal/config"
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
