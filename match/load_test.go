package match

import (
	"strings"
	"testing"
)

// A field may hold the very characters that the fields are joined by on their way from the workspace.
func TestSeparatorsInsideAFieldMoveNoOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	odd := anna("b/1/500")
	odd.given, odd.city = "anna"+fieldSeparator+"bel", "fern"+fieldSeparator+fieldSeparator+"hill"
	w.fill("people", append(town(120, "town"), odd, anna("connec/org/1")), nil)
	w.run(nil, 1)
	texts := strings.Split(w.text(`SELECT vals FROM features JOIN clusters USING (rid) WHERE key = 'b/1/500'`), fieldSeparator)
	s, err := schemaOf("people", nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(texts) != len(s.fields) {
		t.Fatalf("%d values of %d fields: %q", len(texts), len(s.fields), texts)
	}
	for field, want := range map[string]string{"given": "anna bel", "family": "thistlewood", "city": "fern hill", "birth_date": "1971-04-09", "mobile": "61411222333"} {
		if got := texts[s.index(field)]; got != want {
			t.Errorf("%s is %q, want %q", field, got, want)
		}
	}
	if !w.together("b/1/500", "connec/org/1") {
		t.Error("the record is not with its like")
	}
}
