package mask

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

func TestValue(t *testing.T) {
	t.Parallel()
	m, other := New("key"), New("another")
	ann := m.Value("Ann")
	if len(ann) != 11 || ann[0] != '#' || ann != m.Value("Ann") || ann == m.Value("ann") || ann == other.Value("Ann") || m.Value("") != "" {
		t.Errorf("stand-ins %q %q %q %q", ann, m.Value("Ann"), m.Value("ann"), other.Value("Ann"))
	}
	var none *Masker
	if none.Value("Ann") != "Ann" || none.Text(`"Ann"`) != `"Ann"` || none.JSON(`{"a": 1}`) != `{"a": 1}` || none.Plan("x") != "x" || string(none.Lines([]byte("x"))) != "x" {
		t.Error("a nil Masker changes something")
	}
	if a, b := NewKey(), NewKey(); len(a) != 64 || a == b {
		t.Errorf("keys %q %q", a, b)
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	m := New("key")
	ann, mail := m.Value("Ann"), m.Value("ann@x.example")
	for text, want := range map[string]string{
		`first_name: planned from "Ann", now null, wanted "ACTIVE"`: `first_name: planned from "` + ann + `", now null, wanted "ACTIVE"`,
		fmt.Sprintf("name %q stands on 3 records", "Ann"):           `name "` + ann + `" stands on 3 records`,
		fmt.Sprintf("%q", "say \"hi\"\n"):                           `"` + m.Value("say \"hi\"\n") + `"`,
		`"\u00e9"`:                                                  `"` + m.Value("é") + `"`,
		"my-application/2243/17 and people":                         "my-application/2243/17 and people",
		"crm/1/ann@x.example is held":                               "crm/1/" + mail + " is held",
		"crm/1/ann%40x.example":                                     "crm/1/" + m.Value("ann%40x.example"),
		"422: ann@x.example, taken":                                 "422: " + mail + ", taken",
		`an odd " quote`:                                            `an odd " quote`,
		"":                                                          "",
	} {
		got := m.Text(text)
		if got != want || m.Text(got) != got {
			t.Errorf("%s: got %s, again %s, want %s", text, got, m.Text(got), want)
		}
	}
}

const person = `{"people": {"id": [{"provider": "crm", "realm": "1", "id": "17"}, {"provider": "m", "realm": "1", "id": "ann@x.example"}],
	"organization_id": "e1-7", "status": "INACTIVE", "first_name": "Ann", "number": 42, "is_lead": true, "email": {"address": "ann@x.example", "address2": ""},
	"notes": [{"value": "called <Ann>"}, null]}}`

func TestJSON(t *testing.T) {
	t.Parallel()
	m := New("key")
	got := m.JSON(person)
	for _, gone := range []string{"Ann", "42", "ann@"} {
		if strings.Contains(got, gone) {
			t.Errorf("%s is left in %s", gone, got)
		}
	}
	for _, kept := range []string{`"id":"17"`, `"organization_id":"e1-7"`, `"status":"INACTIVE"`, `"is_lead":true`, `"address2":""`, `"first_name":"` + m.Value("Ann"), m.Value("42"), `"address":"` + m.Value("ann@x.example"), "null"} {
		if !strings.Contains(got, kept) {
			t.Errorf("%s is not in %s", kept, got)
		}
	}
	if m.JSON(`"Ann"`) != `"`+m.Value("Ann")+`"` || m.JSON("not JSON") != m.Value("not JSON") || m.JSON("") != "" {
		t.Error("single values")
	}
}

// TestPlan masks a line of a plan: the words of sameas and the IDs stay, every value of a record goes.
func TestPlan(t *testing.T) {
	t.Parallel()
	m := New("key")
	line := `{"op": "consolidate-people-1", "level": 2, "target": "connec/o/u", "withheld": "twin", "request": {"method": "POST", "path": "/people", "body": ` + person + `},
		"before": {"ids": [{"provider": "crm", "realm": "1", "id": "17"}], "fields": {"first_name": "Ann", "birth_date": null}, "refs": {"organization_id": "connec/o/e1"}},
		"fields": [{"field": "first_name", "before": "Ann", "after": "Ann", "winner": "crm/1/17", "rule": "owner", "losing": [{"key": "crm/1/18", "value": {"line1": "Ann"}}]}],
		"reason": {"kinds": ["fuzzy"], "text": "both are \"Ann\""}, "hazards": [{"name": "field_conflict", "text": "the records differ in first_name"}]}`
	got := m.Plan(line)
	if !json.Valid([]byte(got)) || strings.Contains(got, "Ann") || strings.Contains(got, "42") || strings.Contains(got, "ann@") {
		t.Errorf("a value is left: %s", got)
	}
	for _, kept := range []string{"consolidate-people-1", `"level":2`, "connec/o/u", `"withheld":"twin"`, `"path":"/people"`, `"id":"17"`, "connec/o/e1", `"winner":"crm/1/17"`, `"key":"crm/1/18"`, `"rule":"owner"`, `["fuzzy"]`, "the records differ in first_name"} {
		if !strings.Contains(got, kept) {
			t.Errorf("%s is not in %s", kept, got)
		}
	}
}

func TestLines(t *testing.T) {
	t.Parallel()
	m := New("key")
	document := "{\n  \"people\": \"my-application/2243/17\",\n  \"detail\": \"now \\\"Ann\\\"\",\n  \"n\": 3\n}\n"
	want := strings.Replace(document, "Ann", m.Value("Ann"), 1)
	if got := string(m.Lines([]byte(document))); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
