package reports

import (
	"database/sql"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// fixWorld fills a workspace with records for fix_in_app.csv.
type fixWorld struct {
	t  *testing.T
	db *sql.DB
}

func (w fixWorld) record(rid int, key string, hub bool, provider, realm, id, name string) {
	execute(w.t, w.db, `INSERT INTO records (rid, source, collection, key, provider, realm, id, hub, name, content_hash, raw, source_row)
		VALUES ($1, 's', 'organizations', $2, $3, $4, $5, $6, $7, 'h', '{}', CASE WHEN $6 THEN NULL ELSE '{}' END)`, rid, key, provider, realm, id, hub, name)
}

func (w fixWorld) id(rid int, provider, realm, id string) {
	execute(w.t, w.db, `INSERT INTO external_ids (rid, collection, provider, realm, id, position) VALUES ($1, 'organizations', $2, $3, $4, 0)`, rid, provider, realm, id)
}

func (w fixWorld) cluster(rid int, key, cluster, item string) {
	execute(w.t, w.db, `INSERT INTO clusters (collection, rid, key, cluster_id, tier, review_id) VALUES ('organizations', $1, $2, $3, 'auto', $4)`, rid, key, cluster, item)
}

func (w fixWorld) listed() [][]string {
	dir, _ := write(w.t, w.db)
	return table(w.t, dir, "fix_in_app")[1:]
}

// Both applications held the thing, the sync copied each one's record into the other: hub records H1 {a:1000, b:95} and
// H2 {b:200, a:7}, while a's own file says that its 1000 is b's 200. The copies have the smaller numbers here, and are
// still the ones to remove.
func TestFixInAppOfAnEcho(t *testing.T) {
	t.Parallel()
	w := fixWorld{t, newWorkspace(t)}
	for i, r := range []struct {
		key, provider, realm, id string
		hub                      bool
		ids                      [][2]string
	}{
		{"connec/o/h1", "connec", "o", "h1", true, [][2]string{{"a", "1000"}, {"b", "95"}}},
		{"connec/o/h2", "connec", "o", "h2", true, [][2]string{{"b", "200"}, {"a", "7"}}},
		{"a/1/1000", "a", "1", "1000", false, [][2]string{{"a", "1000"}, {"b", "200"}}},
		{"a/1/7", "a", "1", "7", false, [][2]string{{"a", "7"}}},
	} {
		w.record(i, r.key, r.hub, r.provider, r.realm, r.id, "Same")
		for _, e := range r.ids {
			w.id(i, e[0], "1", e[1])
		}
		w.cluster(i, r.key, "c1", "c1")
	}
	execute(t, w.db, `INSERT INTO conflicts (collection, kind, cluster_id, key_a, key_b, provider, realm, detail) VALUES
		('organizations', 'echo', 'c1', 'connec/o/h1', 'connec/o/h2', 'a', '1', 'echo')`)
	want := [][]string{
		{"organizations", "a", "1", "1000", "7", "Same", "Same", "refused_echo", "c1"},
		{"organizations", "b", "1", "200", "95", "Same", "Same", "refused_echo", "c1"},
	}
	if diff := cmp.Diff(want, w.listed()); diff != "" {
		t.Errorf("fix_in_app.csv (-want +got):\n%s", diff)
	}
}

// Where nothing else tells two IDs apart the smaller number is kept: 7 before 11, though "11" sorts first; and a word
// for no ID is never one to keep or to merge.
func TestFixInAppKeepsTheSmallerNumber(t *testing.T) {
	t.Parallel()
	w := fixWorld{t, newWorkspace(t)}
	for i, id := range []string{"11", "7", "0000000008", "N/A"} {
		key := "a/1/" + id
		w.record(i, key, false, "a", "1", id, "Same")
		w.id(i, "a", "1", id)
		w.cluster(i, key, "c"+id, "r1")
	}
	want := [][]string{
		{"organizations", "a", "1", "7", "11", "Same", "Same", "same_review_item", "r1"},
		{"organizations", "a", "1", "7", "0000000008", "Same", "Same", "same_review_item", "r1"},
	}
	if diff := cmp.Diff(want, w.listed()); diff != "" {
		t.Errorf("fix_in_app.csv (-want +got):\n%s", diff)
	}
}

// Two IDs of one application in one review item, on the two sides of a refused union, dead, and no identity.
func TestFixInApp(t *testing.T) {
	t.Parallel()
	db := newWorkspace(t)
	w := fixWorld{t, db}
	record, id, cluster := w.record, w.id, w.cluster
	record(1, "a/1/7", false, "a", "1", "7", "Seven")
	id(1, "a", "1", "7")
	cluster(1, "a/1/7", "c1", "r1")
	record(2, "a/1/12", false, "a", "1", "12", "Twelve")
	id(2, "a", "1", "12")
	cluster(2, "a/1/12", "c2", "r1") // with 7 in one review item
	record(3, "connec/o/x", true, "connec", "o", "x", "Hub X")
	id(3, "a", "1", "12") // a hub record bears 12: it is the one to keep
	id(3, "a", "1", "99") // dead: match found that a's own file, which lists all, does not list it
	id(3, "b", "1", "0")  // no identity
	id(3, "b", "1", "5")
	cluster(3, "connec/o/x", "c2", "r1")
	record(4, "connec/o/y", true, "connec", "o", "y", "Hub Y")
	id(4, "b", "1", "6")
	cluster(4, "connec/o/y", "c4", "r4") // refused against c2 because of 5 and 6
	execute(t, db, `INSERT INTO conflicts (collection, kind, cluster_id, other_cluster_id, key_a, key_b, provider, realm, detail) VALUES
		('organizations', 'cannot_link', 'c2', 'c4', 'connec/o/x', 'connec/o/y', 'b', '1', 'two'),
		('organizations', 'hub_value', NULL, NULL, 'b/1/0', NULL, 'b', '1', 'none'),
		('organizations', 'dead_id', NULL, NULL, 'a/1/99', NULL, 'a', '1', 'gone')`)
	dir, _ := write(t, db)
	want := [][]string{
		{"organizations", "a", "1", "12", "7", "Twelve", "Seven", "same_review_item", "r1"},
		{"organizations", "b", "1", "5", "6", "Hub X", "Hub Y", "refused_cannot_link", "c2 c4"},
	}
	if diff := cmp.Diff(want, table(t, dir, "fix_in_app")[1:]); diff != "" {
		t.Errorf("fix_in_app.csv (-want +got):\n%s", diff)
	}
}
