package mask

import (
	"encoding/json"
	"errors"
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

// TestKnownValues hides, in the words of a hub, the values that are known, whatever stands around them and however a
// number is cut; the words of the sentence before them stay, and so do words that only look like a name.
func TestKnownValues(t *testing.T) {
	t.Parallel()
	m := New("key").Knowing(func() (*Known, error) {
		k := NewKnown()
		for range 3 {
			for _, value := range []string{"Ann", "O'Hara", "May", "Zoë", "12 High St, Unit 3", "0412 345 678", "1980-02-01", "ann@x.example", "The Coffee Shop", "51 824 753 556", "J", "7", "de", ""} {
				k.Add(value)
			}
		}
		return k, nil
	})
	v := m.Value
	for text, want := range map[string]string{
		"POST /people: 422: Ann is taken, may be by O'Hara (May)":       "POST /people: 422: " + v("Ann") + " is taken, may be by " + v("O'Hara") + " (" + v("May") + ")",
		"Ann of the sentence: 409: ANN, zoë, ZOË, Anna, ann":            "Ann of the sentence: 409: " + v("ANN") + ", zoë, " + v("ZOË") + ", Anna, ann",
		"422: 12 high st unit 3; 12 High Street":                        "422: " + v("12 high st unit 3") + "; 12 High Street",
		"422: 3 +61412345678, 0412-345-678, (04) 1234 5678, 0412345679": "422: 3 +" + v("61412345678") + ", " + v("0412-345-678") + ", (04) " + v("1234 5678") + ", 0412345679",
		"422: born 1980-02-01T00:00:00Z":                                "422: born " + v("1980-02-01") + "T00:00:00Z",
		"422: J at 7, de facto, the coffee shop of the coffee":          "422: J at 7, " + v("de") + " facto, " + v("the coffee shop") + " of the coffee",
		"422: ABN 51824753556 of ann@x.example":                         "422: ABN " + v("51824753556") + " of " + v("ann@x.example"),
		"line one: Ann\n500: Ann\nAnn":                                  "line one: Ann\n500: " + v("Ann") + "\nAnn",
		"GET /people: 404: no such record in group cld-1234 (17 of 20)": "GET /people: 404: no such record in group cld-1234 (17 of 20)",
	} {
		got := m.Text(text)
		if got != want || m.Text(got) != got {
			t.Errorf("%s:\ngot   %s\nagain %s\nwant  %s", text, got, m.Text(got), want)
		}
	}
	none := New("key").Knowing(func() (*Known, error) { return nil, errors.New("closed") })
	if got, want := none.Text("POST /people: 422: Ann is taken"), "POST /people: 422: "+v("Ann is taken"); got != want {
		t.Errorf("what nobody can look up: %s, want %s", got, want)
	}
	if got := none.Text("Ann is here"); got != "Ann is here" {
		t.Error(got)
	}
}

// FuzzKnown: a value that is known is nowhere left among words, and what is hidden once is not hidden again.
func FuzzKnown(f *testing.F) {
	f.Add("Ann", "is", "taken")
	f.Add("0412 345 678", "(+61", ")")
	f.Add("a#0123456789 b", "#0123456789", "x")
	f.Add("12 High St", "12", "3")
	f.Fuzz(func(t *testing.T, value, before, after string) {
		k := NewKnown()
		k.Add(value)
		k.sort()
		stood := 0
		stand := func(string) string { stood++; return "#0123456789" }
		text := before + " | " + value + " | " + after
		got := k.replace(text, stand)
		if again := k.replace(got, stand); again != got {
			t.Errorf("%q: %q, then %q", text, got, again)
		}
		if words := wordsOf(value); len(k.hashes) > 0 && len(words) > 0 && words[len(words)-1].stretch == 0 && stood == 0 {
			t.Errorf("%q is left in %q", value, got)
		}
	})
}
