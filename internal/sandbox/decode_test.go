package sandbox

import (
	"bytes"
	"encoding/json"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

// FuzzScanner holds the quick readers of checked text to what a whole JSON decoder says.
func FuzzScanner(f *testing.F) {
	for _, text := range []string{
		`{"id":[{"provider":"a","realm":"b","id":"c"},{"id":"x","realm":"y","provider":"z"}],"a":{"b":[1,{"c":"}]\""}]}}`,
		`{"id":[{"provider":"a","realm":"b","id":7}]}`, `{"id":[{"provider":"a","realm":"b","id":"c","group_id":"d"}]}`,
		`{"id":[{"provider":"a","realm":"","id":"c"}]}`, `{"id":[]}`, `{"id":"x"}`, `{}`, `{"\u0061":1,"b":"\\"}`, `{"id":[["a"]]}`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var compact bytes.Buffer
		if !utf8.ValidString(text) || json.Compact(&compact, []byte(text)) != nil || compact.Len() == 0 || compact.Bytes()[0] != '{' {
			t.Skip()
		}
		object := compact.Bytes()
		want := map[string]json.RawMessage{}
		if err := json.Unmarshal(object, &want); err != nil {
			t.Skip()
		}
		got := map[string]json.RawMessage{}
		err := eachMember(object[1:len(object)-1], func(key string, value, _ []byte) error {
			got[key] = bytes.Clone(value)
			return nil
		})
		if err != nil {
			t.Skip()
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", object, diff)
		}
		quick, plain := plainIDs(want["id"])
		if !plain {
			return
		}
		value, err := decodeValue(want["id"])
		if err != nil {
			t.Fatal(err)
		}
		ids, err := externalIDs(value, "")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(ids, quick); diff != "" {
			t.Errorf("%s (-want +got):\n%s", want["id"], diff)
		}
	})
}
