package merge

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/sameas/sameas/internal/config"
)

// writePart writes a plan of a part of the world and returns it with its operations.
func writePart(t *testing.T, o PlanOptions) (PlanSummary, Header, []Operation) {
	t.Helper()
	o.Out, o.ToolVersion = filepath.Join(t.TempDir(), "part.ndjson"), "test"
	summary, err := WritePlan(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	header, ops := readAll(t, o.Out)
	return summary, header, ops
}

func readAll(t *testing.T, path string) (Header, []Operation) {
	t.Helper()
	p, err := OpenPlan(path)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	var ops []Operation
	if err := p.Each(func(op Operation) error { ops = append(ops, op); return nil }); err != nil {
		t.Fatal(err)
	}
	return p.Header(), ops
}

// linesOf is a plan's lines by operation.
func linesOf(t *testing.T, text []byte) map[string]string {
	t.Helper()
	lines := map[string]string{}
	for line := range strings.Lines(string(text)) {
		lines[idOfLine([]byte(line))] = line
	}
	delete(lines, "")
	return lines
}

// TestPartsOfRandomPlans: a part is made of the whole plan's own lines, stands by itself, and holds what was asked for.
func TestPartsOfRandomPlans(t *testing.T) {
	t.Parallel()
	for seed := uint64(500); seed < 500+seeds(6, 100); seed++ {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			w, c := randomWorld(seed), settings(func(c *config.Config) { c.Merge.Create, c.Merge.Retire = seed%2 == 0, seed%3 == 0 })
			db := w.open(t)
			_, _, whole, text := plan(t, db, c)
			lines := linesOf(t, text)
			writing := map[string]bool{}
			for _, op := range writes(whole) {
				writing[op.ClusterID] = true
			}
			for _, part := range []Part{{Limit: 1}, {Limit: 3}, {Pilot: 2}, {Pilot: 1000}, {Collections: []string{"people"}}, {Collections: []string{"organizations"}, Limit: 2}} {
				summary, header, ops := writePart(t, PlanOptions{DB: db, Config: c, Part: part})
				checkPart(t, part, summary, header, ops, lines)
				if most := max(part.Limit, part.Pilot); most > 0 && len(part.Collections) == 0 && header.Part.Chosen != min(most, int64(len(writing))) {
					t.Errorf("%+v: %d chosen of %d that write", part, header.Part.Chosen, len(writing))
				}
				if part.Pilot == 1000 && len(writes(ops)) != len(writes(whole)) {
					t.Errorf("a pilot of more than there is holds %d of %d operations", len(writes(ops)), len(writes(whole)))
				}
			}
		})
	}
}

func checkPart(t *testing.T, part Part, summary PlanSummary, header Header, ops []Operation, lines map[string]string) {
	t.Helper()
	inside := map[string]bool{}
	for _, op := range ops {
		inside[op.ID] = true
		sealed, err := sealLine(op)
		if err != nil || string(sealed) != lines[op.ID] {
			t.Errorf("%+v: %s is not the whole plan's: %v", part, op.ID, err)
		}
		for _, id := range op.DependsOn {
			if !inside[id] {
				t.Errorf("%+v: %s waits for %s, which the part lacks", part, op.ID, id)
			}
		}
	}
	if header.Part == nil || header.Operations != int64(len(writes(ops))) || summary.Writes != header.Operations || header.Withheld != int64(len(ops))-header.Operations {
		t.Errorf("%+v: header %+v, %d operations of %d lines, summary %d", part, header, len(writes(ops)), len(ops), summary.Writes)
	}
	var counted int64
	for _, n := range summary.Operations {
		counted += n
	}
	if counted != header.Operations || !strings.Contains(summary.Text(), "A part of the plan") {
		t.Errorf("%+v: the summary counts %d of %d:\n%s", part, counted, header.Operations, summary.Text())
	}
}

// TestPilotTriesEveryKind: few clusters, and every type of operation, kind of evidence and application is among them.
func TestPilotTriesEveryKind(t *testing.T) {
	t.Parallel()
	var w world
	for i := 1; i <= 40; i++ { // of one kind
		h, a := fmt.Sprintf("connec/org-1/h%02d", i), fmt.Sprintf("a/1/%d", i)
		w.rows = append(w.rows, row{key: h, cluster: fmt.Sprint("many-", i)}, row{key: a, cluster: fmt.Sprint("many-", i)})
		w.ties = append(w.ties, tie{h, a, "fuzzy", 0.999})
	}
	w.rows = append(w.rows, // and one each of others
		row{key: "connec/org-1/x1", cluster: "link"}, row{key: "a/1/x1", also: []string{"b/77/1"}, cluster: "link"},
		row{key: "connec/org-1/x2", also: []string{"b/77/2"}, cluster: "two"}, row{key: "connec/org-1/x3", cluster: "two", fields: map[string]any{"first_name": "Ann"}},
		row{col: "organizations", key: "connec/org-1/o1", cluster: "orgs", fields: map[string]any{"name": "Acme"}}, row{col: "organizations", key: "connec/org-1/o2", cluster: "orgs"},
		row{key: "connec/org-1/x4", refs: map[string]string{"organization_id": "connec/org-1/o2"}})
	w.ties = append(w.ties, tie{"connec/org-1/x1", "a/1/x1", "link", 0}, tie{"connec/org-1/x2", "connec/org-1/x3", "decision", 0}, tie{"connec/org-1/o1", "connec/org-1/o2", "shared_id", 0})
	_, header, ops := writePart(t, PlanOptions{DB: w.open(t), Config: settings(nil), Part: Part{Pilot: 5}})
	seen := map[string]bool{}
	for _, op := range ops {
		seen[op.Type] = true
		for _, kind := range op.Reason.Kinds {
			seen[kind] = true
		}
		for _, app := range applicationsOf(op) {
			seen[app] = true
		}
	}
	for _, want := range []string{TypeAttach, TypeConsolidate, TypeRepoint, "fuzzy", "link", "decision", "shared_id", "a/1", "b/77"} {
		if !seen[want] {
			t.Errorf("the pilot tries no %s: %+v", want, header.Part)
		}
	}
	if header.Part.Chosen != 5 || header.Part.OfClusters != 43 {
		t.Errorf("part %+v", header.Part)
	}
}

// A cluster is found by its ID and by one that it had; what it depends on comes along, and nothing else.
func TestPartByCluster(t *testing.T) {
	t.Parallel()
	db := goldenCases()["create"].world.open(t)
	if _, err := db.Exec("INSERT INTO cluster_names VALUES ('people', 0, 'people-old', 1, 'alone-a/1/5')"); err != nil {
		t.Fatal(err)
	}
	c := settings(func(c *config.Config) { c.Merge.Create = true })
	_, header, ops := writePart(t, PlanOptions{DB: db, Config: c, Part: Part{Clusters: []string{"people-old"}}})
	if got := []string{ops[0].Type, ops[1].Type}; len(ops) != 2 || !slices.Equal(got, []string{TypeAttach, TypeCreate}) || header.Part.Along != 1 || header.Part.Chosen != 1 {
		t.Errorf("%d operations: %v, part %+v", len(ops), got, header.Part)
	}
	if got := header.Part.Clusters; !slices.Equal(got, []string{"alone-a/1/5"}) {
		t.Errorf("the part names %q", got)
	}
}

func TestPartRefuses(t *testing.T) {
	t.Parallel()
	db := withheldWorld().open(t)
	for _, c := range []struct {
		part Part
		want string
	}{
		{Part{Clusters: []string{"nobody"}}, `cluster "nobody" is not in the match`},
		{Part{Clusters: []string{"p3"}}, "cluster p3 is in review"},
		{Part{Collections: []string{"items"}}, `collection "items" was not matched: there are organizations, people`},
	} {
		path := filepath.Join(t.TempDir(), "p")
		_, err := WritePlan(t.Context(), PlanOptions{DB: db, Config: settings(nil), Out: path, Part: c.part})
		if !errors.Is(err, ErrPart) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v, want %q", c.part, err, c.want)
		}
		if _, err := os.Stat(path); err == nil {
			t.Errorf("%+v: a file was left", c.part)
		}
	}
}

// TestDiffOfPlans says what is new, gone and altered, also when the newer plan has taken the older one's place.
func TestDiffOfPlans(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "plan.ndjson")
	write := func(w world, change func(*config.Config)) {
		t.Helper()
		if _, err := WritePlan(t.Context(), PlanOptions{DB: w.open(t), Config: settings(change), Out: path, ToolVersion: "test"}); err != nil {
			t.Fatal(err)
		}
	}
	before := goldenCases()["consolidate"].world
	before.rows = append(before.rows, row{key: "connec/org-1/h8", cluster: "people-8"}, row{key: "a/1/8", cluster: "people-8"}, row{key: "a/1/lone"})
	before.ties = append(before.ties, tie{"connec/org-1/h8", "a/1/8", "link", 0})
	write(before, nil)
	old, err := IndexPlan(path)
	if err != nil {
		t.Fatal(err)
	}
	defer old.Close()
	after := goldenCases()["consolidate"].world // h8 and a/1/8 are gone; h2 is called otherwise
	after.rows = slices.Clone(after.rows)
	after.rows[2].fields = maps.Clone(after.rows[2].fields)
	after.rows[2].fields["first_name"] = "Johnny"
	after.rows = append(after.rows, row{key: "connec/org-1/h9", cluster: "people-9"}, row{key: "a/1/9", cluster: "people-9"}, row{key: "a/1/lone"})
	after.ties = append(after.ties, tie{"connec/org-1/h9", "a/1/9", "link", 0})
	write(after, func(c *config.Config) { c.Merge.Allow = []string{HazardForeignID} })
	d, err := old.Diff(path)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, c := range d.Changes {
		got[c.Change+" "+c.Type+" "+c.Record] = strings.Join(c.What, "\n")
	}
	for _, want := range []string{"new attach connec/org-1/h9", "gone attach connec/org-1/h8"} {
		if _, ok := got[want]; !ok {
			t.Errorf("no %q in %v", want, got)
		}
	}
	if what := got["altered consolidate connec/org-1/h2"]; !strings.Contains(what, "fields: ") || !strings.Contains(what, "Johnny") || strings.Contains(what, "request") {
		t.Errorf("altered: %q in %v", what, got)
	}
	if d.Same != 2 || !strings.Contains(strings.Join(d.Header, "\n"), "allowed: [] -> [\"foreign_id\"]") {
		t.Errorf("%d alike, header %q", d.Same, d.Header)
	}
	if text := d.Text(); !strings.Contains(text, "1 new attach") || !strings.Contains(text, "gone attach people connec/org-1/h8") {
		t.Errorf("text:\n%s", text)
	}
}

// TestDiffNamesEveryPart: whatever part of an operation changes, the comparison says which.
func TestDiffNamesEveryPart(t *testing.T) {
	t.Parallel()
	parts := reflect.TypeFor[Operation]()
	for i := range parts.NumField() {
		name := parts.Field(i).Name
		if slices.Contains([]string{"ID", "Type", "Collection"}, name) {
			continue // by which the two are found to be one
		}
		var a, b Operation
		alter(reflect.ValueOf(&b).Elem().Field(i))
		if lines := operationDifferences(a, b); len(lines) != 1 || lines[0] == "its wording" {
			t.Errorf("%s: %q", name, lines)
		}
	}
}

// alter makes a value another than it is before anything was set.
func alter(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString("x")
	case reflect.Int:
		v.SetInt(1)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		alter(v.Index(0))
	case reflect.Map:
		key := reflect.New(v.Type().Key()).Elem()
		alter(key)
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(key, reflect.Zero(v.Type().Elem()))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		alter(v.Elem())
	case reflect.Struct:
		alter(v.Field(0))
	case reflect.Uint8:
		v.SetUint('1')
	default:
		panic("no value of " + v.Type().String())
	}
}

// A plan compared with itself differs in nothing.
func TestDiffOfThePlanItself(t *testing.T) {
	t.Parallel()
	for name, c := range goldenCases() {
		path := filepath.Join("testdata", "plans", name+".ndjson")
		x, err := IndexPlan(path)
		if err != nil {
			t.Fatal(err)
		}
		d, err := x.Diff(path)
		x.Close()
		if err != nil || len(d.Changes)+len(d.Header) > 0 || d.Same == 0 {
			t.Errorf("%s (%d rows): %+v, %v", name, len(c.world.rows), d, err)
		}
	}
}
