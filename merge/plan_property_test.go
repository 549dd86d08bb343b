package merge

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sameas/sameas/internal/config"
	"github.com/sameas/sameas/internal/connec"
)

// randomWorld is a small hub with applications, clustered at random: whatever matching could ever hand over.
func randomWorld(seed uint64) world {
	r := rand.New(rand.NewPCG(seed, 7))
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	var w world
	for _, col := range []string{"organizations", "people"} {
		hubs, apps, clusters := 3+r.IntN(6), r.IntN(6), 2+r.IntN(4)
		for i := range hubs {
			h := row{col: col, key: fmt.Sprintf("connec/org-1/%s%d", col[:1], i), status: pick("", "ACTIVE", "ACTIVE", "INACTIVE"),
				created: fmt.Sprintf("20%02d-01-01T00:00:00Z", 10+r.IntN(9)), cluster: fmt.Sprintf("%s-%d", col, r.IntN(clusters)), fields: randomFields(r)}
			for _, account := range []string{"a/1", "b/77"} {
				if r.IntN(3) > 0 {
					h.also = append(h.also, fmt.Sprintf("%s/%d", account, 1+r.IntN(8)))
				}
			}
			if col == "people" && r.IntN(3) > 0 {
				h.refs = map[string]string{"organization_id": w.rows[r.IntN(len(w.rows))].key}
				if !strings.HasPrefix(h.refs["organization_id"], "connec/") {
					h.refs = nil
				}
			}
			w.rows = append(w.rows, h)
		}
		for _, i := range r.Perm(8)[:apps] {
			a := row{col: col, key: fmt.Sprintf("a/1/%d", 1+i), cluster: fmt.Sprintf("%s-%d", col, r.IntN(clusters)), fields: randomFields(r)}
			if r.IntN(3) == 0 {
				a.also = []string{fmt.Sprintf("b/77/%d", 1+r.IntN(8))}
			}
			w.rows = append(w.rows, a)
		}
	}
	for i, a := range w.rows {
		for _, b := range w.rows[:i] {
			if a.collection() == b.collection() && a.cluster == b.cluster && r.IntN(3) > 0 {
				w.ties = append(w.ties, tie{a.key, b.key, pick("fuzzy", "fuzzy", "link", "shared_id"), []float64{0.992, 0.996, 0.999}[r.IntN(3)]})
			}
		}
	}
	return w
}

func randomFields(r *rand.Rand) map[string]any {
	some := map[string]any{}
	put := func(name string, values ...any) {
		if i := r.IntN(len(values) + 1); i < len(values) {
			some[name] = values[i]
		}
	}
	put("first_name", "John", "J.", "Jon", "")
	put("last_name", "Smith", "Smyth", "n/a")
	put("code", "P1", "P2")
	put("is_customer", true, false)
	put("opt_in", true, false)
	put("do_not_call", true, false)
	put("birth_date_text", "x", "y")
	put("notes", []any{map[string]any{"id": "n1"}}, []any{})
	put("balance", 1, 2)
	email, address := map[string]any{}, map[string]any{}
	if r.IntN(2) == 0 {
		email["address"] = []string{"jo@x.au", "n/a", "jo@y.au", ""}[r.IntN(4)]
	}
	for _, part := range []string{"line1", "line2", "city"} {
		if r.IntN(2) == 0 {
			address[part] = []string{"A", "B", "A\n"}[r.IntN(3)]
		}
	}
	some["email"], some["address_home"] = email, map[string]any{"billing": address}
	return some
}

// applied is the world after a hub that does what Connec! documents has taken every request of the plan.
func (w world) applied(t *testing.T, ops []Operation) world {
	t.Helper()
	after := world{ties: w.ties, troubles: w.troubles}
	for _, r := range w.rows {
		r.also, r.refs, r.fields = slices.Clone(r.also), maps.Clone(r.refs), deepCopy(t, r.fields)
		after.rows = append(after.rows, r)
	}
	for _, op := range ops {
		if op.Request != nil {
			after.take(t, op)
		}
	}
	return after
}

func deepCopy(t *testing.T, fields map[string]any) map[string]any {
	t.Helper()
	text, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	var copied map[string]any
	if err := json.Unmarshal(text, &copied); err != nil {
		t.Fatal(err)
	}
	return copied
}

// take does one request to the record that it addresses, and checks that this is the operation's target.
func (w *world) take(t *testing.T, op Operation) {
	t.Helper()
	var body map[string]map[string]json.RawMessage
	if err := json.Unmarshal(op.Request.Body, &body); err != nil {
		t.Fatalf("%s: %v", op.Request.Body, err)
	}
	attributes := body[op.Collection]
	var ids []connec.ExternalID
	if raw := attributes["id"]; raw != nil {
		if err := json.Unmarshal(raw, &ids); err != nil {
			t.Fatal(err)
		}
	}
	at := w.find(op.Collection, op.Target)
	if op.Request.Method == "POST" {
		var holders []int
		for i, r := range w.rows {
			if r.hub() && r.collection() == op.Collection && slices.ContainsFunc(ids, func(id connec.ExternalID) bool { return slices.Contains(r.also, id.String()) }) {
				holders = append(holders, i)
			}
		}
		if len(holders) != 1 || holders[0] != at {
			t.Fatalf("%s: an upsert by %v reaches records %v, the target is %d", op.ID, ids, holders, at)
		}
	} else if op.Request.Path != "/"+op.Collection+"/"+mustID(op.Target).ID {
		t.Fatalf("%s: %s is not %s", op.ID, op.Request.Path, op.Target)
	}
	r := &w.rows[at]
	for _, id := range ids {
		if !slices.Contains(r.also, id.String()) {
			r.also = append(r.also, id.String())
		}
	}
	delete(attributes, "id")
	for name, raw := range attributes {
		if name == "status" {
			r.status, _ = textOf(raw)
			continue
		}
		if key := hubKeyOf(raw); key != "" {
			if r.refs == nil {
				r.refs = map[string]string{}
			}
			r.refs[name] = key
			continue
		}
		var value any
		if err := json.Unmarshal(raw, &value); err != nil {
			t.Fatal(err)
		}
		lay(r.fields, name, value)
	}
}

// lay updates a field sparsely: what is absent stays, empty text clears.
func lay(fields map[string]any, name string, value any) {
	if inner, ok := value.(map[string]any); ok {
		at, ok := fields[name].(map[string]any)
		if !ok {
			at = map[string]any{}
			fields[name] = at
		}
		for k, v := range inner {
			lay(at, k, v)
		}
		return
	}
	if value == "" {
		delete(fields, name)
		return
	}
	fields[name] = value
}

func someSettings(seed uint64) *config.Config {
	return settings(func(c *config.Config) { c.Merge.Retire = seed%3 == 0 })
}

// TestPlanProperties tries random worlds against what every plan must keep to.
func TestPlanProperties(t *testing.T) {
	t.Parallel()
	for seed := range seeds(12, 200) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			w, c := randomWorld(seed), someSettings(seed)
			_, _, ops, text := plan(t, w.open(t), c)
			shuffled := world{rows: slices.Clone(w.rows), ties: slices.Clone(w.ties)}
			rand.New(rand.NewPCG(seed, 1)).Shuffle(len(w.rows), func(i, j int) {
				shuffled.rows[i], shuffled.rows[j] = shuffled.rows[j], shuffled.rows[i]
			})
			slices.Reverse(shuffled.ties)
			if _, _, _, again := plan(t, shuffled.open(t), c); !bytes.Equal(text, again) {
				t.Error("rows in another order gave another plan")
			}
			after := w.applied(t, ops)
			checkIDs(t, w, ops)
			checkLevels(t, ops)
			checkReferences(t, w, after, ops)
			checkFields(t, w, after, ops)
			if _, _, again, _ := plan(t, after.open(t), c); len(writes(again)) > 0 {
				t.Errorf("after the plan was applied, a new one still writes: %s %s", again[0].ID, again[0].Request.Body)
			}
			refuseFlips(t, seed, text)
		})
	}
}

func writes(ops []Operation) []Operation {
	return slices.DeleteFunc(slices.Clone(ops), func(op Operation) bool { return op.Type == TypeWithheld })
}

// checkIDs: no operation adds an ID that it does not name, that no record of its cluster bears, that is dead, or that is
// the second of its application on a record.
func checkIDs(t *testing.T, w world, ops []Operation) {
	t.Helper()
	for _, op := range writes(ops) {
		if op.Type == TypeRepoint || op.Type == TypeRetire {
			continue
		}
		var body map[string]struct {
			ID []connec.ExternalID `json:"id"`
		}
		if err := json.Unmarshal(op.Request.Body, &body); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(body[op.Collection].ID, op.BearsIDs) {
			t.Errorf("%s: sends %v, names %v", op.ID, body[op.Collection].ID, op.BearsIDs)
		}
		if want := sortedIDs(op.Before.IDs, op.BearsIDs); !slices.Equal(want, op.Expect.IDs) {
			t.Errorf("%s: expects %v, want %v", op.ID, op.Expect.IDs, want)
		}
		at := w.find(op.Collection, op.Target)
		for _, id := range op.BearsIDs {
			bearers := slices.DeleteFunc(slices.Clone(w.rows), func(r row) bool {
				return r.collection() != op.Collection || r.cluster != w.rows[at].cluster || !slices.Contains(r.ids(), id)
			})
			if len(bearers) == 0 || id.IsHub() {
				t.Errorf("%s: %s is borne by nobody of the cluster", op.ID, id)
			}
			if slices.Contains(op.Before.IDs, id) {
				continue
			}
			if id.Provider == "a" && w.find(op.Collection, id.String()) < 0 && slices.ContainsFunc(w.rows, func(r row) bool { return r.collection() == op.Collection && !r.hub() }) {
				t.Errorf("%s: %s is gone from its application", op.ID, id)
			}
			same := func(o connec.ExternalID) bool { return o.Provider == id.Provider && o.Realm == id.Realm }
			if slices.ContainsFunc(op.Before.IDs, same) {
				t.Errorf("%s: %s is the second of its application", op.ID, id)
			}
		}
	}
}

// checkLevels: operations come by level, have one name each, and depend on earlier ones of lower levels only.
func checkLevels(t *testing.T, ops []Operation) {
	t.Helper()
	levels := map[string]int{}
	last := 0
	for _, op := range ops {
		if _, seen := levels[op.ID]; seen || op.Level < last {
			t.Errorf("%s: twice, or level %d after %d", op.ID, op.Level, last)
		}
		levels[op.ID], last = op.Level, op.Level
		for _, id := range op.DependsOn {
			if l, ok := levels[id]; !ok || l >= op.Level {
				t.Errorf("%s depends on %s, which is not below it", op.ID, id)
			}
		}
	}
}

// checkReferences: once applied, of the hub records that a plan merges only one is still referred to.
func checkReferences(t *testing.T, before, after world, ops []Operation) {
	t.Helper()
	survivors := map[string]string{} // loser -> survivor, as the plan's repoints and merges tell
	for _, op := range ops {
		for path, to := range op.Expect.Refs {
			if from := op.Before.Refs[path]; from != "" {
				if s, ok := survivors[from]; ok && s != to {
					t.Errorf("%s: references to %s go to %s and to %s", op.ID, from, s, to)
				}
				survivors[from] = to
			}
		}
	}
	for i, r := range after.rows {
		for path, key := range r.refs {
			if s, gone := survivors[key]; gone && statusInUse(before.rows[i].status) {
				t.Errorf("%s %s still refers to %s, whose survivor is %s (was %s)", r.key, path, key, s, before.rows[i].refs[path])
			}
		}
	}
	for _, op := range ops {
		if op.Type != TypeConsolidate || op.Collection != "organizations" {
			continue
		}
		for _, other := range ops {
			if other.ClusterID == op.ClusterID && other.Type == TypeRetire {
				for _, r := range after.rows {
					if r.refs["organization_id"] == other.Target && r.status != "INACTIVE" {
						t.Errorf("%s is retired, and %s still refers to it", other.Target, r.key)
					}
				}
			}
		}
	}
}

// checkFields: a value that a merged hub record held is on the survivor afterwards, or among the losing values; what is
// never written is as it was.
func checkFields(t *testing.T, before, after world, ops []Operation) {
	t.Helper()
	for _, op := range writes(ops) {
		if op.Type != TypeConsolidate {
			continue
		}
		at := before.find(op.Collection, op.Target)
		then := leavesOf(t, after.rows[at].fields)
		for path, raw := range leavesOf(t, before.rows[at].fields) {
			if kindOf(path, raw) == fieldKept && compact(then[path]) != compact(raw) {
				t.Errorf("%s: %s was written", op.ID, path)
			}
		}
		for _, key := range partOf(before, op) {
			for path, raw := range leavesOf(t, before.rows[before.find(op.Collection, key)].fields) {
				lost := slices.ContainsFunc(op.Fields, func(f FieldChoice) bool {
					return f.Field == path && slices.ContainsFunc(f.Losing, func(l LosingValue) bool { return l.Key == key && sameValue(path, l.Value, raw) })
				})
				if !lost && !sameValue(path, then[path], raw) {
					t.Errorf("%s: %s = %s of %s is neither on the survivor (%s) nor among the losing values", op.ID, path, raw, key, then[path])
				}
			}
		}
	}
}

// partOf are the hub records that hold together with the operation's target by bonds at the attach threshold.
func partOf(w world, op Operation) []string {
	part := []string{op.Target}
	for grown := true; grown; {
		grown = false
		for _, e := range w.ties {
			for _, ends := range [][2]string{{e.a, e.b}, {e.b, e.a}} {
				strong := e.kind != "fuzzy" || e.p >= 0.995
				both := w.find(op.Collection, e.a) >= 0 && w.find(op.Collection, e.b) >= 0
				sameCluster := both && w.rows[w.find(op.Collection, e.a)].cluster == w.rows[w.find(op.Collection, e.b)].cluster
				if strong && sameCluster && slices.Contains(part, ends[0]) && !slices.Contains(part, ends[1]) {
					part, grown = append(part, ends[1]), true
				}
			}
		}
	}
	return slices.DeleteFunc(part, func(key string) bool { return !strings.HasPrefix(key, "connec/") })
}

func leavesOf(t *testing.T, fields map[string]any) map[string]json.RawMessage {
	t.Helper()
	text, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	leaves, err := readLeaves(text)
	if err != nil {
		t.Fatal(err)
	}
	return leaves
}

// refuseFlips changes single bytes of the plan, drawn by seed: none is taken.
func refuseFlips(t *testing.T, seed uint64, text []byte) {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 3))
	path := filepath.Join(t.TempDir(), "plan")
	for range 40 {
		i, mask := r.IntN(len(text)), byte(1+r.IntN(255))
		if err := os.WriteFile(path, flip(text, i, mask), 0o600); err != nil {
			t.Fatal(err)
		}
		if p, err := OpenPlan(path); err == nil {
			p.Close()
			t.Errorf("byte %d, mask %#x: taken", i, mask)
		}
	}
}
