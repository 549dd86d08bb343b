package match

import (
	"strings"
	"testing"

	"github.com/sameas/sameas/internal/config"
	"github.com/sameas/sameas/match/kernel"
)

// FuzzEveryValueCanBeWrittenInARow puts a text into every field of a record, and several times into those that take
// several values.
func FuzzEveryValueCanBeWrittenInARow(f *testing.F) {
	for _, text := range []string{"ann@example.net\tbob@example.net", "ann@a.test\r\nbob@b.test", `CORP\jsmith`, `CORP\jsmith@corp.test`,
		"1990\t01\n01", "\x1f", "a\x1f\x1fb", `\`, "a\x00b@c.test", "mailto:\\@\\", "de la\tCruz", "https://a\\b.test/\n", "+61 4\t12 345\\678", "12\\3 High\nSt"} {
		f.Add(text)
	}
	c := &config.Config{Match: map[string]config.MatchRules{}}
	for _, collection := range []string{"people", "organizations"} {
		c.Match[collection] = config.MatchRules{Fields: []config.MatchField{{Name: "a", Path: "a", Compare: "exact"}, {Name: "b", Path: "b", Compare: "text"}}}
	}
	f.Fuzz(func(t *testing.T, text string) {
		several := []string{text, "x" + text, text + "y"}
		at := address{"address_home", text, text, text, text, text}
		for collection := range c.Match {
			s, err := schemaOf(collection, c)
			if err != nil {
				t.Fatal(err)
			}
			set := &kernel.Set{Values: make([][]uint32, len(s.fields)), Keys: kernel.KeyColumn{Start: []uint32{0, 0}}}
			m := s.newMaker()
			m.raw = raw{text, text, text, text, text, text, several, several, several, several, several, []address{at}, []string{"a\x1e" + text, "b\x1e" + text}, several}
			values := make([]string, len(s.fields))
			m.features(values)
			for i, v := range values {
				if !writable(strings.ReplaceAll(v, valueSeparator, "")) {
					t.Errorf("%s: %s is %q", collection, s.fields[i].name, v)
				}
				d := kernel.NewDictionary(s.fields[i].kind)
				set.Dictionaries, set.Values[i] = append(set.Dictionaries, d), []uint32{d.Code(v)}
			}
			if _, err := kernel.NewRecordWriter(set, &kernel.Spec{}).Append(nil, 0); err != nil {
				t.Errorf("%s: %v", collection, err)
			}
		}
	})
}

func TestDamagedMailboxes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Ann@Example.NET\tbob@example.net": "ann@example.netbob@example.net",
		`CORP\jsmith`:                      "corpjsmith",
		`CORP\jsmith@corp.test`:            "corpjsmith@corp.test",
		"a\x1f@b.test":                     "a@b.test",
		"ann.lee+x@corp.test":              "ann.lee@corp.test",
	} {
		if got, _ := new(texts).emailOf(text); got != want {
			t.Errorf("%q is read as %q, want %q", text, got, want)
		}
	}
}
