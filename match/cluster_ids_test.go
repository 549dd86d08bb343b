package match

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// give notes that a run gave an ID, which is then the last one.
func (f *formerClusters) give(id string, run int64) uint32 {
	n := uint32(len(f.names))
	f.names, f.runs, f.successor = append(f.names, id), append(f.runs, run), append(f.successor, 0)
	if len(f.names) > len(f.last) {
		f.placeAnew(len(f.names))
	} else {
		f.index(n)
	}
	return n
}

// former is a history of cluster IDs: the given ones, in the order they were assigned.
func former(shares map[string]map[uint32]uint32, order ...string) *formerClusters {
	f := newFormerClusters()
	for i, id := range order {
		f.give(id, int64(i+1))
		for record := range uint32(6) {
			if n := shares[id][record]; n > 0 {
				f.shares = append(f.shares, share{record, uint32(i), n})
			}
		}
	}
	return f
}

// Two new clusters whose keys' hashes begin alike get IDs of different length, on however many threads they are thought out.
func TestNewIDsThatBeginAlikeAreLonger(t *testing.T) {
	t.Parallel()
	var records []record
	at := map[string]int{}
	for i := 0; ; i++ {
		records = append(records, record{key: fmt.Sprintf("a/1/%d", i)})
		id := string(shortID(nil, "people", records[i].key))
		if first, taken := at[id]; taken {
			records = []record{records[first], records[i]}
			break
		}
		at[id] = i
	}
	short := string(shortID(nil, "people", records[0].key))
	for _, threads := range []int{1, 3} {
		f := former(nil, "people-00000000")
		names := f.texts(nameClusters("people", records, [][]uint32{{0}, {1}}, []uint32{0, 1}, f, threads))
		if names[0] != short || len(names[1]) != len(short)+1 || !strings.HasPrefix(names[1], short) {
			t.Errorf("on %d threads %v, want %s and one that is a digit longer", threads, names, short)
		}
		for n, name := range f.names {
			if found, known := f.number(name); !known || found != uint32(n) || f.runs[n] != min(int64(n)+1, 2) {
				t.Errorf("%s has number %d, run %d", name, found, f.runs[n])
			}
		}
	}
}

func TestClusterIDsGoWithTheExternalIDs(t *testing.T) {
	t.Parallel()
	records := make([]record, 6)
	for i := range records {
		records[i] = record{rid: int64(i), key: fmt.Sprintf("a/1/%d", i)}
	}
	fresh := func(i int) string { return newFormerClusters().newID("people", records[i].key) }
	for _, c := range []struct {
		name    string
		groups  [][]uint32
		former  *formerClusters
		want    []string
		aliases string
	}{
		{"nothing before", [][]uint32{{0, 1}, {2}}, former(nil), []string{fresh(0), fresh(2)}, ""},
		{"unchanged", [][]uint32{{0, 1}, {2}}, former(map[string]map[uint32]uint32{"p": {0: 1, 1: 1}, "q": {2: 1}}, "p", "q"), []string{"p", "q"}, ""},
		{"grown", [][]uint32{{0, 1, 2}}, former(map[string]map[uint32]uint32{"p": {0: 1}}, "p"), []string{"p"}, ""},
		{"split: the part with most external IDs keeps it, not the one with most records", [][]uint32{{0, 1}, {2}}, former(map[string]map[uint32]uint32{"p": {0: 1, 1: 1, 2: 3}}, "p"), []string{fresh(0), "p"}, ""},
		{"merged: the one assigned first stays, though it is smaller", [][]uint32{{0, 1, 2}}, former(map[string]map[uint32]uint32{"new": {0: 2, 1: 2}, "old": {2: 1}}, "old", "new"), []string{"old"}, "new=old"},
		{"a part taken over by another: each keeps its own", [][]uint32{{0, 1}, {2, 3}}, former(map[string]map[uint32]uint32{"p": {0: 1, 1: 1, 2: 1}, "q": {3: 1}}, "p", "q"), []string{"p", "q"}, ""},
		{"an ID that is gone is not given again", [][]uint32{{0}}, former(nil, fresh(0)), []string{former(nil, fresh(0)).newID("people", records[0].key)}, ""},
	} {
		group := make([]uint32, len(records))
		for g, members := range c.groups {
			for _, r := range members {
				group[r] = uint32(g)
			}
		}
		names := c.former.texts(nameClusters("people", records, c.groups, group, c.former, 2))
		if !slices.Equal(names, c.want) {
			t.Errorf("%s: %v, want %v", c.name, names, c.want)
		}
		var aliases []string
		for _, id := range slices.Sorted(slices.Values(c.former.names)) {
			n, _ := c.former.number(id)
			if successor := c.former.standing(n); successor != 0 {
				aliases = append(aliases, fmt.Sprintf("%s=%s", id, c.former.names[successor-1]))
			}
		}
		if strings.Join(aliases, " ") != c.aliases {
			t.Errorf("%s: aliases %v, want %q", c.name, aliases, c.aliases)
		}
	}
}

// An extraction that no longer lists an application's file leaves hub records that carry the same IDs: their clusters
// keep their names, although every record that bore the name's smallest key is gone.
func TestClusterIDsOutliveTheRecordsTheyWereMadeOf(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var files, hub []person
	for i, p := range town(60, "a") {
		files = append(files, p)
		p.id, p.ids = fmt.Sprintf("connec/o/%d", i), []string{p.id, fmt.Sprintf("b/1/%d", i)}
		hub = append(hub, p)
	}
	w.fill("people", files, nil)
	w.run(nil, 1)
	before := w.text(`SELECT split_part(key, '/', 3) || ' ' || cluster_id FROM clusters ORDER BY 1`)
	for _, table := range []string{"records", "external_ids"} {
		if _, err := w.db.Exec(`DELETE FROM ` + table); err != nil {
			t.Fatal(err)
		}
	}
	w.fill("people", hub, nil)
	w.run(nil, 1)
	if after := w.text(`SELECT split_part(key, '/', 3) || ' ' || cluster_id FROM clusters ORDER BY 1`); after != before {
		t.Error("clusters have other IDs although they carry the same external IDs")
	}
	w.run(nil, 1)
	if runs := w.text(`SELECT DISTINCT assigned::VARCHAR FROM cluster_names`); runs != "1" {
		t.Errorf("IDs were given in the runs %q, want the first only", runs)
	}
}

func TestMergedClustersLeaveAnAlias(t *testing.T) {
	t.Parallel()
	w := scene(t, anna("b/1/1"), anna("b/1/2"))
	w.run(nil, 1)
	ids := w.text(`SELECT cluster_id FROM clusters WHERE key LIKE 'b/%' ORDER BY cluster_id`)
	w.judged("b/1/1 same b/1/2").run(nil, 1)
	stays := w.text(`SELECT DISTINCT cluster_id FROM clusters WHERE key LIKE 'b/%'`)
	alias := w.text(`SELECT cluster_id || ' ' || successor FROM cluster_names WHERE successor IS NOT NULL`)
	if want := strings.TrimSpace(strings.Replace(ids, stays, "", 1)) + " " + stays; !strings.Contains(ids, stays) || alias != want {
		t.Errorf("of %q stays %q, aliases %q", ids, stays, alias)
	}
	w.judged("b/1/1 different b/1/2").run(nil, 1)
	if n := w.text(`SELECT count(DISTINCT cluster_id)::VARCHAR FROM clusters WHERE key LIKE 'b/%'`); n != "2" {
		t.Errorf("%s clusters after the judgement was taken back", n)
	}
}

// TestClusterIDsOfRecordsWithoutAnIDToThemselves: the only ID of a record stands on another one, too, from which a person
// judged it to differ. Its cluster keeps its name all the same, run after run.
func TestClusterIDsOfRecordsWithoutAnIDToThemselves(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	people := town(40, "a")
	other := town(41, "b")[40]
	other.ids = []string{"a/1/7"}
	w.fill("people", append(people, other), nil)
	w.judge("a/1/7", "b/1/40", "different")
	w.run(nil, 1)
	before := w.text(allTables)
	for range 2 {
		if _, err := Run(t.Context(), Options{DB: w.db, Anew: true}); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(strings.Split(before, "\n"), strings.Split(w.text(allTables), "\n")); diff != "" {
			t.Fatalf("matched anew, nothing having changed, the tables differ:\n%s", diff)
		}
	}
}

// Cluster IDs that somebody renumbered, removed or invented are no IDs to go on with; matching anew begins them again.
func TestClusterIDsThatWereTamperedWithAreRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ statement, table string }{
		"one less":             {`DELETE FROM cluster_names WHERE number = 3`, "cluster_names"},
		"the last one less":    {`DELETE FROM cluster_names WHERE number = (SELECT max(number) FROM cluster_names)`, "cluster_keys"},
		"one twice":            {`UPDATE cluster_names SET number = 4 WHERE number = 3`, "cluster_names"},
		"one given in no run":  {`UPDATE cluster_names SET assigned = 0 WHERE number = 3`, "cluster_names"},
		"one that is another":  {`UPDATE cluster_names SET cluster_id = (SELECT cluster_id FROM cluster_names WHERE number = 5) WHERE number = 3`, "cluster_names"},
		"successors in a ring": {`UPDATE cluster_names SET successor = (SELECT cluster_id FROM cluster_names AS other WHERE other.number = 8 - cluster_names.number) WHERE number IN (3, 5)`, "cluster_names"},
		"an unknown successor": {`UPDATE cluster_names SET successor = 'people-nobody' WHERE number = 3`, "cluster_names"},
		"keys of none":         {`UPDATE cluster_keys SET cluster = -1 WHERE cluster = 3`, "cluster_keys"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.fill("people", append(town(40, "a"), copies(town(40, "a"), "b")...), nil)
			w.run(nil, 1)
			before := w.text(allTables)
			w.exec(c.statement)
			w.exec(`UPDATE records SET content_hash = repeat('f', 64) WHERE key = 'a/1/7'`) // so that it is matched
			_, err := Run(t.Context(), Options{DB: w.db})
			if err == nil || !strings.Contains(err.Error(), "table "+c.table+" is not as") || !strings.Contains(err.Error(), "--anew") {
				t.Errorf("error %v", err)
			}
			if _, err := Run(t.Context(), Options{DB: w.db, Anew: true}); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(strings.Split(before, "\n"), strings.Split(w.text(allTables), "\n")); diff != "" {
				t.Errorf("matched anew the tables differ:\n%s", diff)
			}
		})
	}
}

func TestClusterIDsAreFoundHoweverManyThereAre(t *testing.T) {
	t.Parallel()
	f := newFormerClusters()
	f.expect(10)
	for n := range uint32(5000) {
		if given := f.give(fmt.Sprintf("people-%d", n), 1); given != n {
			t.Fatalf("ID %d was given the number %d", n, given)
		}
	}
	for n := range uint32(5000) {
		if found, known := f.number(fmt.Sprintf("people-%d", n)); !known || found != n {
			t.Errorf("ID %d is found as %d, known %t", n, found, known)
		}
	}
	for _, id := range []string{"", "people-", "people-5000", "organizations-1"} {
		if n, known := f.number(id); known {
			t.Errorf("%q was never given and is found as %d", id, n)
		}
	}
}
