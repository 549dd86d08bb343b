package connec

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
)

// FuzzSoundParts holds the quick way of taking JSON apart to the decoder's; of what is not sound it must only come to an end.
func FuzzSoundParts(f *testing.F) {
	for _, seed := range []string{
		`{}`, ` { } `, `[]`, "[\n]", `{"a":1,"b":[{"c":"]}"}],"d":"\\","e":{"f":{}}}`, `[1,-2.5e7 , true,null,"x\"y",[[]],{}]`, `{"\u0061":" { "}`,
		`{"a" : 1 , "b" :2}`, `"a"`, `7`, ``, `{`, `[`, `{"`, `{"a`, `{"a"`, `{"a":`, `["\`, `{"a":}`, `[,]`, `[}`, `{]`, `{"b":[`, `{"b":[{"c":"\\\\\""},[1],"]"], "d":[[[[]]]]}`, `{"a"1}`, `[1 2]`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		members, elements := maps.Collect(Members(text)), slices.Collect(Elements(text))
		parts, list, deepest := dissect(text, "b")
		if CheckJSON(text) != nil {
			return
		}
		var wantMembers map[string]json.RawMessage
		_ = json.Unmarshal(text, &wantMembers)
		same := func(a, b json.RawMessage) bool { return string(a) == string(b) }
		if !maps.EqualFunc(members, wantMembers, same) {
			t.Errorf("members of %s: %s, want %s", text, members, wantMembers)
		}
		var wantElements []json.RawMessage
		_ = json.Unmarshal(text, &wantElements)
		if !slices.EqualFunc(elements, wantElements, same) {
			t.Errorf("elements of %s: %s, want %s", text, elements, wantElements)
		}
		if !maps.EqualFunc(parts, wantMembers, same) {
			t.Errorf("parts of %s: %s, want %s", text, parts, wantMembers)
		}
		var wantList []json.RawMessage
		_ = json.Unmarshal(parts["b"], &wantList)
		if !slices.EqualFunc(list, wantList, same) {
			t.Errorf("b in %s: %s, want %s", text, list, wantList)
		}
		for name, value := range wantMembers {
			if got := Member(text, name); !same(got, value) {
				t.Errorf("%q of %s: %s, want %s", name, text, got, value)
			}
		}
		if got := Member(text, "no such name"); wantMembers["no such name"] == nil && got != nil {
			t.Errorf("%s has a member that it lacks: %s", text, got)
		}
		if want := depthOf(text); deepest != want {
			t.Errorf("%s nests %d deep, want %d", text, deepest, want)
		}
	})
}

// depthOf is how deep a sound text nests, counted by the decoder.
func depthOf(text []byte) (deepest int) {
	d := jsontext.NewDecoder(bytes.NewReader(text))
	for {
		if _, err := d.ReadToken(); err != nil {
			return deepest
		}
		deepest = max(deepest, d.StackDepth())
	}
}
