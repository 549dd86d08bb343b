package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// minimal is the shortest file that loads; %s stands for what a case adds.
const minimal = "sources:\n  - {name: crm, type: file, path: people.ndjson, collection: people}\n"

func load(t *testing.T, text string) (*Config, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "sameas.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return Load(path)
}

func TestTemplateLoadsAndShowsEveryKey(t *testing.T) {
	t.Parallel()
	if _, err := load(t, string(Template(Hub{}))); err != nil {
		t.Fatal(err)
	}
	var every func(reflect.Type)
	seen := 0
	every = func(typ reflect.Type) {
		switch typ.Kind() {
		case reflect.Slice, reflect.Map:
			every(typ.Elem())
		case reflect.Struct:
			for i := range typ.NumField() {
				key := typ.Field(i).Tag.Get("yaml")
				if key == "" {
					continue
				}
				seen++
				if !strings.Contains(string(Template(Hub{})), key+": ") && !strings.Contains(string(Template(Hub{})), key+":\n") {
					t.Errorf("the template does not show `%s`", key)
				}
				every(typ.Field(i).Type)
			}
		}
	}
	every(reflect.TypeFor[Config]())
	if seen < 40 {
		t.Errorf("only %d keys were looked for", seen)
	}
}

func TestDefaultsAndPaths(t *testing.T) {
	t.Parallel()
	c, err := load(t, "sources:\n  - {name: hub, type: connec, endpoint: \"https://x.example/api/v2\", group: cld-1}\n"+
		"  - {name: crm, type: file, path: sub/people.ndjson, collection: people}\n  - {name: abs, type: file, path: /data/p.csv, collection: people}\n"+
		"match:\n  people:\n    thresholds: {auto: 0.999}\n  items:\n    thresholds: {auto: 0.4}\n")
	if err != nil {
		t.Fatal(err)
	}
	hub := c.Sources[0]
	if hub.PageSize != 100 || hub.Concurrency != 4 || hub.Rate != 10 || strings.Join(hub.Collections, " ") != "organizations people" ||
		!reflect.DeepEqual(hub.Credentials, Credentials{KeyEnv: "CONNEC_API_KEY", SecretEnv: "CONNEC_API_SECRET", Timeout: 60}) {
		t.Errorf("hub defaults: %+v", hub)
	}
	if c.Merge.Via != ViaUpsert || c.Merge.MaxShare != 0.3 || c.Merge.Rate != 2 || c.Merge.Retire || c.Merge.Create {
		t.Errorf("merge defaults: %+v", c.Merge)
	}
	if c.Workspace != filepath.Join(c.folder, "sameas.duckdb") || c.Sources[1].Path != filepath.Join(c.folder, "sub/people.ndjson") || c.Sources[2].Path != "/data/p.csv" {
		t.Errorf("paths: %q %q %q", c.Workspace, c.Sources[1].Path, c.Sources[2].Path)
	}
	for collection, want := range map[string]Thresholds{
		"organizations": {0.99, 0.5, 0.995}, "people": {0.999, 0.5, 0.999}, "items": {0.4, 0.4, 0.995},
	} {
		if got := c.Thresholds(collection); got != want {
			t.Errorf("thresholds of %s: %+v, want %+v", collection, got, want)
		}
	}
}

func TestZeroIsKept(t *testing.T) {
	t.Parallel()
	c, err := load(t, "sources:\n  - {name: hub, type: connec, endpoint: \"http://127.0.0.1:8080/api/v2\", group: cld-1, rate: 0}\nmerge: {rate: 0}\n")
	if err != nil {
		t.Fatal(err)
	}
	if c.Sources[0].Rate != 0 || c.Merge.Rate != 0 {
		t.Errorf("a rate of 0 was replaced: %v, %v", c.Sources[0].Rate, c.Merge.Rate)
	}
}

func TestAliasesStandForTheirAnchors(t *testing.T) {
	t.Parallel()
	c, err := load(t, `sources:
  - {name: a, type: file, path: a.csv, collection: people, id: {provider: p, realm: 4a, column: id}, fields: &f {first_name: given}}
  - {name: b, type: file, path: b.csv, collection: people, id: {provider: p, realm: 2243, column: id}, fields: *f}
`)
	if err != nil {
		t.Fatal(err)
	}
	if c.Sources[1].Fields["first_name"] != "given" || c.Sources[1].ID.Realm != "2243" {
		t.Errorf("%+v", c.Sources[1])
	}
}

func TestPublicExamplesLoad(t *testing.T) {
	t.Parallel()
	files, _ := filepath.Glob("../../testdata/public/*.yaml")
	if len(files) == 0 {
		t.Skip("no public examples here")
	}
	for _, f := range files {
		if _, err := Load(f); err != nil {
			t.Error(err)
		}
	}
}

func TestMissingFileOffersInit(t *testing.T) {
	t.Parallel()
	_, err := Load(filepath.Join(t.TempDir(), "sameas.yaml"))
	if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "sameas init") {
		t.Errorf("got %v", err)
	}
}

func TestDistinct(t *testing.T) {
	t.Parallel()
	c := &Config{Providers: []Provider{{"a", "1", DistinctForbid}, {"a", "*", DistinctAllow}}}
	for _, x := range []struct{ provider, realm, want string }{
		{"a", "1", DistinctForbid}, {"a", "2", DistinctAllow}, {"b", "1", DistinctReview}, {"connec", "org-1", DistinctAllow},
	} {
		if got := c.Distinct(x.provider, x.realm); got != x.want {
			t.Errorf("%s/%s: %s, want %s", x.provider, x.realm, got, x.want)
		}
	}
}

func TestDigestFollowsWhatTheStageUses(t *testing.T) {
	t.Parallel()
	base := minimal + "match:\n  people: {thresholds: {auto: 0.9}}\n"
	digests := func(text string) map[string]string {
		c, err := load(t, text)
		if err != nil {
			t.Fatal(err)
		}
		return map[string]string{StageExtract: c.Digest(StageExtract), StageMatch: c.Digest(StageMatch), StagePlan: c.Digest(StagePlan)}
	}
	first := digests(base)
	for name, x := range map[string]struct {
		text    string
		changes []string
	}{
		"the same, in another folder":     {base, nil},
		"a default written out":           {minimal + "match:\n  people: {thresholds: {auto: 0.9, review: 0.5}}\n", nil},
		"a threshold":                     {strings.Replace(base, "0.9", "0.8", 1), []string{StageMatch, StagePlan}},
		"how fast writes are sent":        {base + "merge: {rate: 7}\n", nil},
		"how long it can be undone":       {base + "merge: {undo_days: 7}\n", nil},
		"what a plan may hold":            {base + "merge: {retire: true}\n", []string{StagePlan}},
		"which file is read":              {strings.Replace(base, "people.ndjson", "other.ndjson", 1), []string{StageExtract, StageMatch, StagePlan}},
		"which different IDs are allowed": {base + "providers: [{provider: a, distinct: allow}]\n", []string{StageMatch, StagePlan}},
	} {
		got := digests(x.text)
		for _, stage := range []string{StageExtract, StageMatch, StagePlan} {
			changed, want := got[stage] != first[stage], strings.Contains(strings.Join(x.changes, " "), stage)
			if changed != want {
				t.Errorf("%s: digest of %s changed: %v, want %v", name, stage, changed, want)
			}
		}
	}
}

// TestDigestIsFreeOfHowTheHubIsReached: another way to the same records makes no result stale.
func TestDigestIsFreeOfHowTheHubIsReached(t *testing.T) {
	t.Parallel()
	digests := map[string]bool{}
	for _, more := range []string{"", "    ca_file: ca.pem\n", "    allow_plain_http: x.example\n", "    credentials: {command: [pass, canary]}\n", "    rate: 3\n"} {
		c, err := load(t, hub+more)
		if err != nil {
			t.Fatal(err)
		}
		digests[c.Digest(StageExtract)+c.Digest(StageMatch)+c.Digest(StagePlan)] = true
	}
	if len(digests) != 1 {
		t.Errorf("%d digests of the same records", len(digests))
	}
}
