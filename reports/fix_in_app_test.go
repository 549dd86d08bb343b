package reports

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Two IDs of one application in one review item, on the two sides of a refused union, dead, and no identity.
func TestFixInApp(t *testing.T) {
	t.Parallel()
	db := newWorkspace(t)
	record := func(rid int, key string, hub bool, provider, realm, id, name string) {
		execute(t, db, `INSERT INTO records (rid, source, collection, key, provider, realm, id, hub, name, content_hash, raw, source_row)
			VALUES ($1, 's', 'organizations', $2, $3, $4, $5, $6, $7, 'h', '{}', CASE WHEN $6 THEN NULL ELSE '{}' END)`, rid, key, provider, realm, id, hub, name)
	}
	id := func(rid int, provider, realm, id string) {
		execute(t, db, `INSERT INTO external_ids (rid, collection, provider, realm, id, position) VALUES ($1, 'organizations', $2, $3, $4, 0)`, rid, provider, realm, id)
	}
	cluster := func(rid int, key, cluster, item string) {
		execute(t, db, `INSERT INTO clusters (collection, rid, key, cluster_id, tier, review_id) VALUES ('organizations', $1, $2, $3, 'auto', $4)`, rid, key, cluster, item)
	}
	record(1, "a/1/7", false, "a", "1", "7", "Seven")
	id(1, "a", "1", "7")
	cluster(1, "a/1/7", "c1", "r1")
	record(2, "a/1/12", false, "a", "1", "12", "Twelve")
	id(2, "a", "1", "12")
	cluster(2, "a/1/12", "c2", "r1") // with 7 in one review item
	record(3, "connec/o/x", true, "connec", "o", "x", "Hub X")
	id(3, "a", "1", "12") // 12 is carried twice: it is the one to keep
	id(3, "a", "1", "99") // dead: a's own file does not list it
	id(3, "b", "1", "0")  // no identity
	id(3, "b", "1", "5")
	cluster(3, "connec/o/x", "c2", "r1")
	record(4, "connec/o/y", true, "connec", "o", "y", "Hub Y")
	id(4, "b", "1", "6")
	cluster(4, "connec/o/y", "c4", "r4") // refused against c2 because of 5 and 6
	execute(t, db, `INSERT INTO conflicts (collection, kind, cluster_id, other_cluster_id, key_a, key_b, provider, realm, detail) VALUES
		('organizations', 'cannot_link', 'c2', 'c4', 'connec/o/x', 'connec/o/y', 'b', '1', 'two'),
		('organizations', 'hub_value', NULL, NULL, 'b/1/0', NULL, 'b', '1', 'none')`)
	dir, _ := write(t, db)
	want := [][]string{
		{"organizations", "a", "1", "12", "7", "Twelve", "Seven", "same_review_item", "r1"},
		{"organizations", "b", "1", "5", "6", "Hub X", "Hub Y", "refused_cannot_link", "c2 c4"},
	}
	if diff := cmp.Diff(want, table(t, dir, "fix_in_app")[1:]); diff != "" {
		t.Errorf("fix_in_app.csv (-want +got):\n%s", diff)
	}
}
