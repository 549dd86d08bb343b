package connec

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"
)

// FuzzSoundParts holds the quick way of taking JSON apart to the decoder's; of what is not sound it must only come to an end.
func FuzzSoundParts(f *testing.F) {
	for _, seed := range []string{
		`{}`, ` { } `, `[]`, "[\n]", `{"a":1,"b":[{"c":"]}"}],"d":"\\","e":{"f":{}}}`, `[1,-2.5e7 , true,null,"x\"y",[[]],{}]`, `{"\u0061":" { "}`,
		`{"a" : 1 , "b" :2}`, `"a"`, `7`, ``, `{`, `[`, `{"`, `{"a`, `{"a"`, `{"a":`, `["\`, `{"a":}`, `[,]`, `[}`, `{]`, `{"a"1}`, `[1 2]`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		members, elements := maps.Collect(Members(text)), slices.Collect(Elements(text))
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
	})
}
