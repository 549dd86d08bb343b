package config

import (
	"strings"
	"testing"
)

// TestDraftsLoad writes drafts with names that YAML gives a meaning to, and reads them back as they were.
func TestDraftsLoad(t *testing.T) {
	t.Parallel()
	names := []string{
		"a", "yes", "007", "~", "# no comment", "a: b", `"quoted" 'twice'`, "tab\tand\nbreak", "\\", "[x]", "{y}", "*ContactName", "&amp", "%", "@", "`", "Größe", "a\u2028b", "a\x00b",
	}
	var drafts []Draft
	for i, name := range names {
		drafts = append(drafts, Draft{
			Name: "s" + strings.Repeat("x", i), Path: "dir/" + name + ".csv", Collection: "people", About: []string{"about\n" + name},
			ID: IDColumn{Provider: name, Realm: name, Column: name}, IDWhy: name + "\nwhy",
			Fields:     []DraftEntry{{"first_name", name, "by its name"}},
			References: []DraftEntry{{"organization_id", name, "by its name"}},
			Unmapped:   []DraftEntry{{"", name, "no field"}, {"", "other", "no values"}, {"", "last", "no field"}},
		})
	}
	text := string(WithDrafts(drafts, Hub{}))
	c, err := load(t, text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if len(c.Sources) != len(drafts) {
		t.Fatalf("%d sources of %d", len(c.Sources), len(drafts))
	}
	for i, s := range c.Sources {
		d := drafts[i]
		if s.ID != d.ID || s.Fields["first_name"] != d.Fields[0].Column || s.References["organization_id"] != d.ID || !strings.HasSuffix(s.Path, d.Path) || s.MaxRejected != defaultMaxRejected {
			t.Errorf("%q came back as %+v", d.ID.Column, s)
		}
	}
	if len(c.Providers) != len(drafts) || c.Merge.Via != ViaUpsert {
		t.Errorf("%d providers, via %s", len(c.Providers), c.Merge.Via)
	}
	if !strings.Contains(text, `# Not mapped, no field: "a", "last"`) {
		t.Errorf("columns that are not mapped are not listed by reason:\n%s", text)
	}
}

// TestPlaceholderIsNoName: nothing is planned while a source does not say whose its IDs are.
func TestPlaceholderIsNoName(t *testing.T) {
	t.Parallel()
	c, err := load(t, string(WithDrafts([]Draft{{Name: "crm", Path: "a.csv", Collection: "people", ID: IDColumn{Provider: "app", Realm: Placeholder, Column: "id"}}}, Hub{})))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.CheckNamed(); err == nil || !strings.HasPrefix(err.Error(), "source crm: provider or realm of `id` is still CHANGE-ME") {
		t.Error(err)
	}
	c.Sources[0].ID.Realm = "7"
	if err := c.CheckNamed(); err != nil {
		t.Error(err)
	}
}

func TestDialectKeys(t *testing.T) {
	t.Parallel()
	const file = "sources:\n  - {name: crm, type: file, path: a.csv, collection: people, "
	for more, want := range map[string]string{
		"encoding: windows-1252, delimiter: tab, header_line: 3, max_rejected: 0": "",
		"encoding: cp1252, delimiter: \"|\"":                                      "",
		"encoding: windows1252":                                                   "did you mean `windows-1252`?",
		"encoding: klingon":                                                       "encoding \"klingon\" is not known: valid are `utf-8`",
		"delimiter: \";;\"":                                                       "`delimiter` is one ASCII character",
		"delimiter: \"\\\"\"":                                                     "`delimiter` is one ASCII character",
		"dates: american":                                                         "`dates` must be day_first or month_first",
		"dates: month_first":                                                      "",
		"header_line: 0":                                                          "`header_line` counts the file's lines from 1",
		"max_rejected: 5":                                                         "`max_rejected` must be between 0 and 1",
		"max_reject: 0.5":                                                         "did you mean `max_rejected`?",
	} {
		_, err := load(t, file+more+"}\n")
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", more, err, want)
		}
	}
	if _, err := load(t, "sources:\n  - {name: hub, type: connec, endpoint: \"https://x.example/api/v2\", group: cld-1, encoding: utf-8}\n"); err == nil || !strings.Contains(err.Error(), "`encoding` is not a key of sources of type `connec`") {
		t.Error(err)
	}
}

// TestTheHubIsWhereItWasSaidToBe: with its address the hub is a source, beside drafted files and without.
func TestTheHubIsWhereItWasSaidToBe(t *testing.T) {
	t.Parallel()
	hub := Hub{Endpoint: "http://127.0.0.1:8080/api/v2", Group: "cld-99"}
	drafts := []Draft{{Name: "crm", Path: "a.csv", Collection: "people", ID: IDColumn{Provider: "app", Realm: "1", Column: "id"}}}
	for name, text := range map[string][]byte{"alone": Template(hub), "beside a file": WithDrafts(drafts, hub)} {
		c, err := load(t, string(text))
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, text)
		}
		if s := c.Sources[0]; s.Type != "connec" || s.Endpoint != hub.Endpoint || s.Group != hub.Group {
			t.Errorf("%s: the first source is %+v", name, s)
		}
	}
	if c, err := load(t, string(WithDrafts(drafts, Hub{Group: "cld-7"}))); err != nil || c.Sources[0].Group != "cld-7" || c.Sources[0].Endpoint == "" {
		t.Errorf("a group alone: %v", err)
	}
}
