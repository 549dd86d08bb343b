package merge

import (
	"encoding/json"
	"testing"

	"github.com/sameas/sameas/internal/connec"
)

func TestCanonicalFoldsWaysToSayNothing(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{`""`, `null`, true}, {`{}`, `null`, true}, {`[]`, ``, true}, {`{"a":""}`, `{}`, true}, {`{"a":{"b":null}}`, ``, true},
		{`"x\n"`, `"x"`, true}, {`"x"`, `"X"`, false}, {`" x"`, `"x"`, false}, {`"0"`, `0`, false}, {`0`, `null`, false}, {`false`, `null`, false},
		{`1.0`, `1`, true}, {`1e2`, `100`, true}, {`1.5`, `1.50`, true}, {`12345678901234567890`, `12345678901234567891`, false},
		{`{"b":1,"a":2}`, `{"a":2,"b":1}`, true}, {`[1,2]`, `[2,1]`, false}, {`["",1]`, `[1]`, false}, {`"\u00e9"`, `"é"`, true},
	} {
		if got := canonicalRaw(json.RawMessage(c.a)) == canonicalRaw(json.RawMessage(c.b)); got != c.same {
			t.Errorf("%s and %s: same %v, want %v", c.a, c.b, got, c.same)
		}
	}
}

func TestObserveReadsEachFormOfARecord(t *testing.T) {
	t.Parallel()
	full := `{"id":[{"provider":"my-application","realm":"2243","id":17},{"id":"x"},{"realm":"org-1","provider":"connec","id":"u1"}],
		"organization_id":[{"provider":"a","realm":"b","id":"c"},{"provider":"connec","realm":"org-1","id":"o1"}],
		"lines":[{"item_id":"i1"},{"item_id":""}],"email":{"address":"a@x.org"}}`
	o, err := observe(json.RawMessage(full))
	if err != nil || o.uuid != "u1" || len(o.ids) != 2 || o.ids[1] != appID("17") {
		t.Fatalf("%+v %v", o, err)
	}
	for path, want := range map[string]string{"organization_id": "connec/org-1/o1", "lines/0/item_id": "connec//i1", "lines/1/item_id": "", "lines/7/item_id": "", "nothing": ""} {
		if got := o.ref(path); got != want {
			t.Errorf("reference %s is %q, want %q", path, got, want)
		}
	}
	if got := o.field("email.address"); got != `"a@x.org"` {
		t.Errorf("field is %s", got)
	}
	if bare, err := observe(json.RawMessage(`{"id":"u1"}`)); err != nil || bare.uuid != "u1" || !holds(bare, hubKey("u1")) {
		t.Errorf("bare form: %+v %v", bare, err)
	}
	for _, bad := range []string{`{}`, `[]`, `{"id":[{"provider":"a","realm":"b","id":"c"}]}`, ``, `{"id":7}`} {
		if _, err := observe(json.RawMessage(bad)); err == nil {
			t.Errorf("%s was taken for a record", bad)
		}
	}
	for _, c := range []struct {
		a, b string
		same bool
	}{{"connec//i1", "connec/org-1/i1", true}, {"connec/org-1/i1", "connec/org-2/i1", false}, {"", "", true}, {"", "connec//i1", false}, {"a/b/c", "connec//c", false}} {
		if sameRecord(c.a, c.b) != c.same || sameRecord(c.b, c.a) != c.same {
			t.Errorf("%q and %q: want the same record %v", c.a, c.b, c.same)
		}
	}
}

func TestJudge(t *testing.T) {
	t.Parallel()
	repoint := Operation{Type: TypeRepoint, Before: Snapshot{IDs: []connec.ExternalID{hubKey("u1")}, Refs: map[string]string{"organization_id": "connec/org-1/lose"}},
		Expect: Snapshot{Refs: map[string]string{"organization_id": "connec/org-1/keep"}}}
	retire := Operation{Type: TypeRetire, Before: Snapshot{IDs: []connec.ExternalID{hubKey("u1")}, Fields: map[string]json.RawMessage{"status": json.RawMessage("null")}},
		Expect: Snapshot{Fields: map[string]json.RawMessage{"status": quoted("INACTIVE")}}}
	reads := Operation{Type: TypeConsolidate, Before: Snapshot{Fields: map[string]json.RawMessage{"first_name": quoted("Ann"), "last_name": quoted("Lee")}},
		Expect: Snapshot{Fields: map[string]json.RawMessage{"first_name": quoted("Anna")}}}
	archived := reads
	archived.Hazards = []Hazard{{Name: HazardArchived, Stop: true}}
	for name, c := range map[string]struct {
		op   Operation
		now  string
		want standing
	}{
		"reference as before":             {repoint, `"organization_id":[{"provider":"connec","realm":"org-1","id":"lose"}]`, asBefore},
		"reference as wanted":             {repoint, `"organization_id":[{"provider":"connec","realm":"org-1","id":"keep"},{"provider":"a","realm":"b","id":"c"}]`, asWanted},
		"reference bare, as wanted":       {repoint, `"organization_id":"keep"`, asWanted},
		"reference moved by others":       {repoint, `"organization_id":[{"provider":"connec","realm":"org-1","id":"else"}]`, hasDrifted},
		"reference cleared by others":     {repoint, `"organization_id":""`, hasDrifted},
		"status as before":                {retire, `"status":""`, asBefore},
		"retired already":                 {retire, `"status":"INACTIVE"`, asWanted},
		"archived by others":              {retire, `"status":"ARCHIVED"`, hasDrifted},
		"read field changed":              {reads, `"first_name":"Ann","last_name":"Li"`, hasDrifted},
		"written field as before":         {reads, `"first_name":"Ann","last_name":"Lee"`, asBefore},
		"as wanted, read field no matter": {reads, `"first_name":"Anna","last_name":"Li"`, asWanted},
		"taken out of use since":          {reads, `"first_name":"Ann","last_name":"Lee","status":"INACTIVE"`, hasDrifted},
		"out of use, as the plan knew":    {archived, `"first_name":"Ann","last_name":"Lee","status":"INACTIVE"`, asBefore},
	} {
		now, err := observe(json.RawMessage(`{"id":[{"provider":"connec","realm":"org-1","id":"u1"}],` + c.now + `}`))
		if err != nil {
			t.Fatal(err)
		}
		if got, drift := judge(c.op, now, nil); got != c.want {
			t.Errorf("%s: %v (%s), want %v", name, got, joinDifferences(drift), c.want)
		}
	}
	now, err := observe(json.RawMessage(`{"id":[{"provider":"connec","realm":"org-1","id":"u1"},{"provider":"third","realm":"r","id":"5"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := judge(retire, now, nil); got != hasDrifted {
		t.Error("a loser that another application has come to know would be deleted there")
	}
}
