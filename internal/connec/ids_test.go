package connec

import (
	"encoding/json"
	"fmt"
	"testing"
)

func TestDecodeIDs(t *testing.T) {
	t.Parallel()
	const connecA = `{"realm":"org-1","provider":"connec","id":"a"}`
	for raw, want := range map[string]string{
		``: "", `null`: "", `""`: "", `{}`: "", `[]`: "", ` [ ] `: "", "{\n}": "",
		`"eb80-78db"`:                       "connec/org-1/eb80-78db",
		`[` + connecA + `]`:                 "connec/org-1/a",
		connecA:                             "connec/org-1/a",
		`["a"]`:                             "connec/org-1/a",
		`[` + connecA + `,` + connecA + `]`: "connec/org-1/a",
		`[{"id":483570,"provider":"base","realm":"!ttkPj","group_id":"cld-9"},` + connecA + `]`: "base/!ttkPj/483570 connec/org-1/a",
		`[{"id":123456789012345678901234567890,"provider":"p","realm":7}]`:                      "p/7/123456789012345678901234567890",
		`[{"id":"BAS Excluded","provider":"xero","realm":"oauth uid"}]`:                         "xero/oauth uid/BAS Excluded",
		`[{"provider":"p","realm":"r"},` + connecA + `]`:                                        "connec/org-1/a !0 lacks id",
		`[{"id":"1"}]`: "!0 lacks provider and realm",
		`[{"id":"","provider":"p","realm":null}]`:     "!0 lacks realm and id",
		`[{"id":{"a":1},"provider":"p","realm":"r"}]`: "!0 lacks id",
		`[true,` + connecA + `,null]`:                 "connec/org-1/a !0 is neither an ID nor an object !2 is neither an ID nor an object",
		`true`:                                        "!0 is neither an ID nor an object",
		`[`:                                           "!0 is not JSON",
	} {
		ids, defects := DecodeIDs(json.RawMessage(raw), "org-1")
		got := ""
		for _, id := range ids {
			got += " " + id.String()
		}
		for _, d := range defects {
			got += fmt.Sprintf(" !%d %s", d.Position, d.Why)
		}
		if got != "" {
			got = got[1:]
		}
		if got != want {
			t.Errorf("%s: %q, want %q", raw, got, want)
		}
	}
	if ids, defects := DecodeIDs(json.RawMessage(`"uuid"`), ""); len(ids) != 0 || len(defects) != 1 {
		t.Errorf("a UUID without its channel: %v, %v", ids, defects)
	}
}

func TestDecodeIDsOfFixtures(t *testing.T) {
	t.Parallel()
	var record struct {
		ID        json.RawMessage `json:"id"`
		Reference json.RawMessage `json:"organization_id"`
		Channel   string          `json:"channel_id"`
	}
	if err := json.Unmarshal(fixture(t, "person_header_off.json"), &record); err != nil {
		t.Fatal(err)
	}
	id, _ := DecodeIDs(record.ID, record.Channel)
	reference, _ := DecodeIDs(record.Reference, record.Channel)
	if fmt.Sprint(id, reference) != "[connec/org-fg5b/eb8004d1-78db-0133-67ba-0620e3ce3a45] [connec/org-fg5b/aaaa-bbbb]" {
		t.Errorf("%v %v", id, reference)
	}
}

// FuzzDecodeIDs holds two things against any text: every ID is complete and named once, and of the entries of a
// sound array none is lost without being a repetition.
func FuzzDecodeIDs(f *testing.F) {
	for _, seed := range []string{`null`, `"u"`, `[{"provider":"p","realm":"r","id":1e400}]`, `[{"id":"a"},1,"x",{}]`, `{"id":[]}`, "[\"\xff\"]"} {
		f.Add(seed, "org-1")
	}
	f.Fuzz(func(t *testing.T, raw, channel string) {
		ids, defects := DecodeIDs(json.RawMessage(raw), channel)
		seen := map[ExternalID]bool{}
		for _, id := range ids {
			if !id.Complete() || seen[id] {
				t.Errorf("%q: incomplete or repeated %+v", raw, id)
			}
			seen[id] = true
		}
		var entries []json.RawMessage
		if json.Unmarshal([]byte(raw), &entries) == nil {
			if len(entries) > 0 && len(ids)+len(defects) == 0 || len(ids)+len(defects) > len(entries) {
				t.Errorf("%q: %d entries, %d IDs, %d defects", raw, len(entries), len(ids), len(defects))
			}
		}
	})
}
