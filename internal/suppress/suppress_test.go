package suppress

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sameas/sameas/internal/connec"
)

func TestAddAndHold(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "suppress.txt")
	ann, bob := connec.ExternalID{Provider: "crm", Realm: "1", ID: "17"}, connec.ExternalID{Provider: "crm", Realm: "1", ID: "18"}
	for i, want := range []int{2, 0} {
		l, err := Load(path, i > 0)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := l.Add(path, "people", []connec.ExternalID{ann, bob, ann}, time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)); n != want || err != nil {
			t.Errorf("round %d: %d added, %v", i, n, err)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil || strings.Contains(string(text), "crm/1/17") || !strings.Contains(string(text), " 2026-01-02\n") {
		t.Errorf("%v\n%s", err, text)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	if err := os.WriteFile(path, []byte(string(text)+"\n# a remark\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	l, err := Load(path, true)
	if err != nil || l.Len() != 2 || !l.Holds("people", ann) || !l.Holds("people", bob) || l.Holds("organizations", ann) || l.Holds("people", connec.ExternalID{Provider: "crm", Realm: "1", ID: "19"}) {
		t.Errorf("%+v, %v", l, err)
	}
	carol := connec.ExternalID{Provider: "crm", Realm: "1", ID: "19"}
	if _, err := l.Add(path, "people", []connec.ExternalID{carol}, time.Now()); err != nil {
		t.Fatal(err)
	}
	if l, err = Load(path, true); err != nil || l.Len() != 3 || !l.Holds("people", ann) || !l.Holds("people", carol) {
		t.Errorf("added to: %+v, %v", l, err)
	}
	if text, _ := os.ReadFile(path); !strings.Contains(string(text), "# a remark") {
		t.Error("a remark is gone")
	}
}

func TestMistakes(t *testing.T) {
	t.Parallel()
	key := "key " + strings.Repeat("0", 64) + "\n"
	entry := "people ~" + strings.Repeat("0", 32)
	for text, want := range map[string]string{
		entry + "\n":                 "has no line `key`",
		key + key:                    ":2: a second key",
		"key 12\n":                   ":1: the key has 64 hexadecimal digits",
		key + "people crm/1/17\n":    ":2: want a collection and a digest",
		key + "# a\nPeople ~0\n":     ":3: want a collection",
		key + entry + " 2026-01-02":  "",
		key + "\r\n" + entry + "# x": "",
		"":                           "",
	} {
		path := filepath.Join(t.TempDir(), "suppress.txt")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := Load(path, true)
		if (want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	if _, err := Load("none.txt", true); err == nil {
		t.Error("a list that must be there is not")
	}
	if l, err := Load("none.txt", false); err != nil || l.Holds("people", connec.ExternalID{ID: "1"}) {
		t.Errorf("no list: %v", err)
	}
}
