package generator

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/sameas/sameas/internal/connec"
)

// bigPeople is enough for every kind to occur.
const (
	bigPeople        = 20_000
	bigOrganizations = 8_000
)

// worldOf is a generated world as a reader of its files sees it.
type worldOf struct {
	stats         Stats
	people, orgs  []map[string]any
	tables        map[string][]map[string]string // by file name
	truth         map[connec.ExternalID]map[string]string
	truthOf       map[string]map[connec.ExternalID]map[string]string // by collection
	truthRepeated int
}

// big makes the large world once for all tests; they only read it.
var big = sync.OnceValues(func() (*worldOf, error) {
	dir, err := os.MkdirTemp("", "generator-test-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	return load(dir, Options{People: bigPeople, Organizations: bigOrganizations, Seed: 1})
})

func bigWorld(t *testing.T) *worldOf {
	t.Helper()
	w, err := big()
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func makeWorld(t *testing.T, o Options) *worldOf {
	t.Helper()
	w, err := load(t.TempDir(), o)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func load(dir string, o Options) (*worldOf, error) {
	stats, err := Generate(contextForTests(), o, dir, nil)
	if err != nil {
		return nil, err
	}
	w := &worldOf{stats: stats, tables: map[string][]map[string]string{}, truthOf: map[string]map[connec.ExternalID]map[string]string{}}
	if w.people, err = readLines(filepath.Join(dir, "people.ndjson")); err != nil {
		return nil, err
	}
	if w.orgs, err = readLines(filepath.Join(dir, "organizations.ndjson")); err != nil {
		return nil, err
	}
	for _, name := range []string{"truth", "application_people", "application_organizations", "links_people", "links_organizations",
		"other_people", "other_organizations"} {
		if w.tables[name], err = readTable(filepath.Join(dir, name+".csv")); err != nil {
			return nil, err
		}
	}
	for _, row := range w.tables["truth"] {
		c := row["collection"]
		if w.truthOf[c] == nil {
			w.truthOf[c] = map[connec.ExternalID]map[string]string{}
		}
		id := connec.ExternalID{Provider: row["provider"], Realm: row["realm"], ID: row["id"]}
		if w.truthOf[c][id] != nil {
			w.truthRepeated++
		}
		w.truthOf[c][id] = row
	}
	return w, nil
}

func readLines(path string) ([]map[string]any, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var out []map[string]any
	scan := bufio.NewScanner(f)
	scan.Buffer(nil, 1<<20)
	for scan.Scan() {
		var rec map[string]any
		if err := json.Unmarshal(scan.Bytes(), &rec); err != nil {
			return nil, err
		}
		out = append(out, rec)
	}
	return out, scan.Err()
}

func readTable(path string) ([]map[string]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, err
	}
	var out []map[string]string
	for _, row := range rows[1:] {
		m := map[string]string{}
		for i, name := range rows[0] {
			m[name] = row[i]
		}
		out = append(out, m)
	}
	return out, nil
}

// idsOfRecord are the entries of an id array, the hub's own first.
func idsOfRecord(t *testing.T, v any) (hub connec.ExternalID, others []connec.ExternalID) {
	t.Helper()
	list, ok := v.([]any)
	if !ok {
		t.Fatalf("id is %T, want an array", v)
	}
	hubs := 0
	for _, e := range list {
		m := e.(map[string]any)
		id := connec.ExternalID{Provider: m["provider"].(string), Realm: m["realm"].(string), ID: m["id"].(string)}
		if !id.Complete() {
			t.Fatalf("incomplete ID %+v", id)
		}
		if id.IsHub() {
			hub = id
			hubs++
			continue
		}
		others = append(others, id)
	}
	if hubs != 1 {
		t.Fatalf("%d hub IDs in %v, want 1", hubs, list)
	}
	return hub, others
}

func at(rec map[string]any, path ...string) string {
	var v any = rec
	for _, p := range path {
		m, ok := v.(map[string]any)
		if !ok {
			return ""
		}
		v = m[p]
	}
	s, _ := v.(string)
	return s
}

func parseDay(s string) (time.Time, error) { return time.Parse(time.DateOnly, s) }
