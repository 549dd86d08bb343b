package merge

import (
	"database/sql"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sameas/sameas/internal/config"
	"github.com/sameas/sameas/internal/connec"
	queries "github.com/sameas/sameas/sql"
)

// row is one record of a test's workspace. IDs are written as text: "a/1/5" is provider a, realm 1, ID 5.
type row struct {
	key     string // a hub record's is connec/org-1/UUID
	col     string // collection; "" is people
	source  string // "" is hub or, for an application's record, crm
	also    []string
	status  string
	created string
	channel string
	birth   string
	ref     string // organizations' reference
	fields  map[string]any
	refs    map[string]string // path -> key of the hub record meant, or of an application's
	cluster string            // "" is a cluster of its own
	tier    string            // "" is auto for a shared cluster, else single
	review  string            // "" is the cluster itself
}

func (r row) collection() string {
	if r.col == "" {
		return "people"
	}
	return r.col
}

func (r row) hub() bool { return strings.HasPrefix(r.key, "connec/") }

func (r row) ids() []connec.ExternalID {
	var ids []connec.ExternalID
	for _, text := range append([]string{r.key}, r.also...) {
		ids = append(ids, mustID(text))
	}
	return ids
}

// tie is one edge of a test's workspace.
type tie struct {
	a, b, kind string
	p          float64
}

type trouble struct{ col, kind, cluster, other, a, b string }

// world is a workspace as a test describes it.
type world struct {
	rows     []row
	ties     []tie
	troubles []trouble
	links    [][2]string // people's crosswalk: left = right
}

func mustID(text string) connec.ExternalID {
	id, err := connec.ParseExternalID(text)
	if err != nil {
		panic(err)
	}
	return id
}

func (w world) find(collection, key string) int {
	return slices.IndexFunc(w.rows, func(r row) bool { return r.collection() == collection && r.key == key })
}

// raw is the record as Connec! would return it.
func (w world) raw(t *testing.T, r row) string {
	t.Helper()
	doc := map[string]any{"id": r.ids(), "created_at": r.created, "group_id": "cld-1"}
	maps.Copy(doc, r.fields)
	for path, key := range r.refs {
		if !strings.Contains(path, "/") {
			doc[path] = w.refIDs(path, key)
		}
	}
	if r.status != "" {
		doc["status"] = r.status
	}
	text, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func (w world) refIDs(path, key string) []connec.ExternalID {
	if i := w.find(refTarget(path), key); i >= 0 && w.rows[i].hub() {
		return w.rows[i].ids()
	}
	return []connec.ExternalID{mustID(key)}
}

func refTarget(path string) string { return targetOf(path[strings.LastIndexByte(path, '/')+1:]) }

// open fills a workspace in memory with the world, stages and all.
func (w world) open(t *testing.T) *sql.DB {
	t.Helper()
	db, err := queries.Open(t.Context(), "", queries.Options{Create: true, ToolVersion: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	w.fill(t, db)
	return db
}

// hub is a Connec! that holds the world's records of it.
func (w world) hub(t *testing.T) *fakeHub {
	t.Helper()
	h := &fakeHub{records: map[string][]map[string]any{}}
	for _, r := range w.rows {
		var record map[string]any
		if err := json.Unmarshal([]byte(w.raw(t, r)), &record); err != nil {
			t.Fatal(err)
		}
		if r.hub() {
			h.records[r.collection()] = append(h.records[r.collection()], record)
		}
	}
	return h
}

func (w world) fill(t *testing.T, db *sql.DB) {
	t.Helper()
	exec := func(text string, args ...any) {
		t.Helper()
		if _, err := db.ExecContext(t.Context(), text, args...); err != nil {
			t.Fatalf("%s %v: %v", text, args, err)
		}
	}
	exec("BEGIN")
	sizes := map[string]int{}
	for _, r := range w.rows {
		sizes[r.collection()+r.cluster]++
	}
	collections := map[string]bool{}
	for i, r := range w.rows {
		collections[r.collection()] = true
		w.insert(t, exec, i, r, sizes)
	}
	for _, e := range w.ties {
		w.insertTie(t, exec, e)
	}
	for _, c := range w.troubles {
		exec("INSERT INTO conflicts (collection, kind, cluster_id, other_cluster_id, key_a, key_b, detail) VALUES (?, ?, nullif(?, ''), nullif(?, ''), nullif(?, ''), nullif(?, ''), 'x')", c.col, c.kind, c.cluster, c.other, c.a, c.b)
	}
	for i, l := range w.links {
		a, b := mustID(l[0]), mustID(l[1])
		exec("INSERT INTO links VALUES ('known', ?, 'people', ?, ?, ?, ?, ?, ?)", i+2, a.Provider, a.Realm, a.ID, b.Provider, b.Realm, b.ID)
	}
	// What match finds of an application whose file lists all that it holds.
	exec(`INSERT INTO conflicts (collection, kind, key_a, provider, realm, detail)
		SELECT DISTINCT e.collection, 'dead_id', id_text(e.provider, e.realm, e.id), e.provider, e.realm, 'x' FROM external_ids e
		SEMI JOIN (SELECT DISTINCT collection, provider, realm FROM records WHERE NOT hub) AS l USING (collection, provider, realm)
		ANTI JOIN (SELECT collection, provider, realm, id FROM records WHERE NOT hub) AS o USING (collection, provider, realm, id)`)
	for _, c := range slices.Sorted(maps.Keys(collections)) {
		exec("INSERT INTO stages VALUES ('extract', ?, 'e1', '', '', TIMESTAMP '2026-01-02 03:04:05'), ('match', ?, 'm1', 'e1', '', TIMESTAMP '2026-01-02 03:05:05')", c, c)
	}
	for c := range maps.Keys(collections) {
		exec("INSERT INTO extractions (run, source, source_type, collection, started_at, finished_at, rows_got, records, repeated, id_defects, dangling_refs, status, skip) VALUES (1, 'hub', 'connec', ?, TIMESTAMP '2026-01-02 03:00:00', TIMESTAMP '2026-01-02 03:04:05', 0, 0, 0, 0, 0, 'complete', 0)", c)
	}
	exec("COMMIT")
}

func (w world) insert(t *testing.T, exec func(string, ...any), i int, r row, sizes map[string]int) {
	t.Helper()
	own, rid := mustID(r.key), i+1
	source := r.source
	if source == "" {
		source = map[bool]string{true: "hub", false: "crm"}[r.hub()]
	}
	exec(`INSERT INTO records (rid, source, collection, key, provider, realm, id, hub, channel_id, status, birth_date, reference, created_at, content_hash, raw)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, nullif(?, ''), nullif(?, ''), nullif(?, '')::DATE, nullif(?, ''), nullif(?, '')::TIMESTAMP, '', ?)`,
		rid, source, r.collection(), r.key, own.Provider, own.Realm, own.ID, r.hub(), r.channel, r.status, r.birth, r.ref, r.created, w.raw(t, r))
	for n, id := range r.ids() {
		exec("INSERT INTO external_ids VALUES (?, ?, ?, ?, ?, ?)", rid, r.collection(), id.Provider, id.Realm, id.ID, n)
	}
	for _, path := range slices.Sorted(maps.Keys(r.refs)) {
		for _, id := range w.refIDs(path, r.refs[path]) {
			var target any
			if at := w.find(refTarget(path), r.refs[path]); at >= 0 {
				target = at + 1
			}
			exec("INSERT INTO refs VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rid, r.collection(), path, refTarget(path), id.Provider, id.Realm, id.ID, target)
		}
	}
	cluster, tier, review := r.cluster, r.tier, r.review
	if cluster == "" {
		cluster = "alone-" + r.key
	}
	if tier == "" {
		tier = "auto"
		if r.cluster == "" || sizes[r.collection()+r.cluster] == 1 {
			tier = "single"
		}
	}
	if review == "" {
		review = cluster
	}
	if slices.Contains([]string{"people", "organizations"}, r.collection()) { // no others are matched
		exec("INSERT INTO clusters VALUES (?, ?, ?, ?, ?, ?)", r.collection(), rid, r.key, cluster, tier, review)
	}
}

// insertTie adds the edge to every collection that holds both its ends.
func (w world) insertTie(t *testing.T, exec func(string, ...any), e tie) {
	t.Helper()
	a, b := min(e.a, e.b), max(e.a, e.b)
	for _, col := range []string{"people", "organizations"} {
		i, j := w.find(col, a), w.find(col, b)
		if i >= 0 && j >= 0 {
			exec("INSERT INTO edges (collection, rid_a, rid_b, key_a, key_b, kind, via, probability) VALUES (?, ?, ?, ?, ?, ?, '', ?)", col, i+1, j+1, a, b, e.kind, e.p)
		}
	}
}

// settings are a configuration with a hub and two applications' files, and all stops allowed unless changed.
func settings(change func(*config.Config)) *config.Config {
	c := &config.Config{
		Sources: []config.Source{
			{Name: "hub", Type: config.TypeConnec, Endpoint: "http://127.0.0.1:9/api/v2", Group: "cld-1"},
			{Name: "crm", Type: config.TypeFile, Collection: "people", ID: config.IDColumn{Provider: "a", Realm: "1", Column: "id"}},
			{Name: "crm-orgs", Type: config.TypeFile, Collection: "organizations", ID: config.IDColumn{Provider: "a", Realm: "1", Column: "id"}},
		},
		Match: map[string]config.MatchRules{
			"people":        {Thresholds: config.Thresholds{Auto: 0.99, Review: 0.5, Attach: 0.995}},
			"organizations": {Thresholds: config.Thresholds{Auto: 0.99, Review: 0.5, Attach: 0.995}},
		},
		Merge: config.Merge{Via: config.ViaUpsert, MaxShare: 0.3},
	}
	if change != nil {
		change(c)
	}
	return c
}

// plan writes the world's plan and returns what it holds, by operation, with the file's bytes.
func plan(t *testing.T, db *sql.DB, c *config.Config) (PlanSummary, Header, []Operation, []byte) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "plan.ndjson")
	summary, err := WritePlan(t.Context(), PlanOptions{DB: db, Config: c, Out: path, ToolVersion: "test"})
	if err != nil {
		t.Fatal(err)
	}
	p, err := OpenPlan(path)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if p.SHA256() != summary.SHA256 {
		t.Errorf("summary says %s, the file %s", summary.SHA256, p.SHA256())
	}
	var ops []Operation
	if err := p.Each(func(op Operation) error { ops = append(ops, op); return nil }); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return summary, p.Header(), ops, text
}
