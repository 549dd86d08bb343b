package match

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/sameas/sameas/internal/config"
	"github.com/sameas/sameas/internal/evidence"
)

// fittedTown is a town and its copies, matched, and what `match --model --json` prints of it.
func fittedTown(t *testing.T) (*world, []byte) {
	t.Helper()
	w := newWorld(t)
	a := town(150, "a")
	w.fill("people", append(a, copies(a, "b")...), nil)
	w.run(nil, 2)
	models, err := StoredModels(context.Background(), Options{DB: w.db})
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(models)
	if err != nil {
		t.Fatal(err)
	}
	return w, text
}

func TestAKeptModelGivesTheSameClusters(t *testing.T) {
	t.Parallel()
	const clusters = `SELECT to_json(x)::VARCHAR FROM (SELECT key, cluster_id, tier, review_id FROM clusters) AS x ORDER BY 1`
	w, text := fittedTown(t)
	want := w.text(clusters)
	kept, err := ReadModels(bytes.NewReader(text), "kept.json")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Run(context.Background(), Options{DB: w.db, Models: kept}); err != nil {
		t.Fatal(err)
	}
	if got := w.text(clusters); got != want {
		t.Error("the kept model made other clusters of the same data")
	}
	again, err := StoredModels(context.Background(), Options{DB: w.db})
	if err != nil {
		t.Fatal(err)
	}
	if trained := again.Models[0].Trained; !strings.HasPrefix(trained, keptModel) || strings.Count(trained, keptModel) != 1 {
		t.Errorf("the kept model calls itself %q", trained)
	}
}

func TestAKeptModelOfOtherFieldsIsRefused(t *testing.T) {
	t.Parallel()
	w, text := fittedTown(t)
	for _, c := range []struct {
		name, want string
		change     func(m *evidence.Model)
		fields     []config.MatchField
	}{
		{"a field that the configuration adds", `has no field "badge"`, func(*evidence.Model) {}, []config.MatchField{{Name: "badge", Path: "badge"}}},
		{"a field that the configuration lacks", `has a field "badge"`, func(m *evidence.Model) { m.Fields = append(m.Fields, evidence.Field{Name: "badge"}) }, nil},
		{"another order", "in another order", func(m *evidence.Model) { m.Fields[0], m.Fields[1] = m.Fields[1], m.Fields[0] }, nil},
		{"other levels", "by other levels", func(m *evidence.Model) { m.Fields[0].Levels = m.Fields[0].Levels[:4] }, nil},
		{"another version", "fit it anew", func(m *evidence.Model) { m.Spec = "features/0" }, nil},
		{"other groups", "other groups", func(m *evidence.Model) { m.Groups = m.Groups[:1] }, nil},
	} {
		kept, err := ReadModels(bytes.NewReader(text), "kept.json")
		if err != nil {
			t.Fatal(err)
		}
		c.change(&kept.Models[0])
		_, err = Run(context.Background(), Options{DB: w.db, Models: kept, Config: &config.Config{Match: map[string]config.MatchRules{"people": {Fields: c.fields}}}})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want an error with %q", c.name, err, c.want)
		}
	}
}

func TestReadModelsRefusesWhatIsNone(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, want string }{
		{"provider,realm,id", "no models as"},
		{`{"clusters": []}`, "no model in it"},
		{`{"models": [{"collection": "people", "prior_bits": 9}]}`, "a prior of 9 bits"},
		{`{"collection": "people", "prior_bits": -9, "fields": [{"name": "given", "levels": [{"name": "exact", "m": 3}]}]}`, `level "exact"`},
	} {
		if _, err := ReadModels(strings.NewReader(c.text), "f.json"); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want an error with %q", c.text, err, c.want)
		}
	}
}

func TestModelIsPrintedWithWhatLinksAndEMSay(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	people := append(town(150, "a"), copies(town(150, "a"), "b")...)
	for i := range 40 { // links between records whose content differs
		people[i].ids = append(people[i].ids, "c/1/"+strings.ReplaceAll(people[i].id, "/", "-"))
		people[150+i].ids = append(people[150+i].ids, "c/1/"+strings.ReplaceAll(people[i].id, "/", "-"))
		people[150+i].city = "Elsewhere"
	}
	w.fill("people", people, nil)
	w.run(nil, 2)
	models, err := StoredModels(context.Background(), Options{DB: w.db})
	if err != nil {
		t.Fatal(err)
	}
	m := models.Models[0]
	for _, f := range m.Fields {
		if f.Name != "city" {
			continue
		}
		last := f.Levels[len(f.Levels)-1]
		if f.Links != 40 || last.MLinks != 1 || f.Matches == 0 || last.MEM >= 1 || last.From != "links, EM" {
			t.Errorf("city: %v links of which %v differ, %v matches of which %v, from %q", f.Links, last.MLinks, f.Matches, last.MEM, last.From)
		}
	}
	if text := models.Text(); !strings.Contains(text, "M FROM LINKS") || !strings.Contains(text, "links, EM") || !strings.Contains(text, "is a score") {
		t.Errorf("the model is printed as\n%s", text)
	}
}

func TestFewRecordsStandOnDefaultsAndSaySo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fill("people", town(60, "a"), nil)
	warnings := strings.Join(w.run(nil, 1).Collections[0].Warnings, "\n")
	if !strings.Contains(warnings, "documented defaults: 60 records are too few to fit") {
		t.Errorf("warnings: %s", warnings)
	}
	models, err := StoredModels(context.Background(), Options{DB: w.db})
	if err != nil {
		t.Fatal(err)
	}
	if from := models.Models[0].Fields[0].Levels[1].From; from != "default" {
		t.Errorf("m of the first field is from %q", from)
	}
}
