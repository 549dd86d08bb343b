package sandbox_test

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sameas/sameas/internal/sandbox"
)

// fixtures is a hub with the public record's own example records.
func fixtures(t *testing.T, o sandbox.Options) *hub {
	t.Helper()
	o.Group, o.Channel = "cld-1234", "org-fg4a"
	h := newHub(t, o)
	for _, name := range []string{"people", "organizations"} { // references before their targets
		if err := h.Load(name, bytes.NewReader(fixture(t, name+".ndjson"))); err != nil {
			t.Fatal(err)
		}
	}
	return h
}

const john = "23daf041-e18e-0133-7b6a-15461b913fab"

func TestPutAddsIDsAndLeavesTheRestAlone(t *testing.T) {
	t.Parallel()
	h := fixtures(t, sandbox.Options{})
	before := record(decode(t, h.raw("GET", "/api/v2/cld-1234/people/"+john, "").Body.Bytes()), "people")
	w := h.raw("PUT", "/api/v2/cld-1234/people/"+john, person("", "my-application/2243/17"))
	after := record(decode(t, w.Body.Bytes()), "people")
	same(t, "ids", []string{"my-application/2243/17", "connec"}, ids(after["id"]))
	for _, m := range []map[string]any{before, after} {
		delete(m, "id")
		delete(m, "updated_at")
	}
	same(t, "other fields", before, after)
}

func TestSparseUpdate(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, put, field, want string }{
		{"absent keeps", `"last_name":"B"`, "first_name", `Ann`},
		{"empty clears", `"first_name":""`, "first_name", `<nil>`},
		{"null clears", `"first_name":null`, "first_name", `<nil>`},
		{"objects merge", `"email":{"address2":"b@x.org"}`, "email", `map[address:a@x.org address2:b@x.org]`},
		{"a nested value clears", `"email":{"address":""}`, "email", `map[]`},
		{"an empty object changes nothing", `"email":{}`, "email", `map[address:a@x.org]`},
		{"objects merge at any depth", `"address_home":{"billing":{"city":"Rome"}}`, "address_home", `map[billing:map[city:Rome line1:1 Road]]`},
		{"arrays are replaced", `"notes":[{"id":"2"}]`, "notes", `[map[id:2]]`},
		{"numbers stay", `"rank":1.50`, "rank", `1.5`},
		{"an unknown field is kept", `"national_id":"77-X"`, "national_id", `77-X`},
		{"status", `"status":"ARCHIVED"`, "status", `ARCHIVED`},
		{"an empty status restores", `"status":""`, "status", `ACTIVE`},
		{"the code stays", `"code":""`, "code", `PE1`},
		{"a client sets no server's field", `"created_at":"2001-01-01T00:00:00Z"`, "created_at", `2016-10-04T00:36:23Z`},
		{"a reference is cleared", `"organization_id":""`, "organization_id", `<nil>`},
		{"not sparse", `"opts":{"sparse":false},"last_name":"B"`, "first_name", `<nil>`},
		{"not sparse keeps what is the server's", `"opts":{"sparse":false},"last_name":"B"`, "code", `PE1`},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			h := newHub(t, sandbox.Options{})
			h.do(201, "POST", "/organizations", body("organizations", "Acme", "my-application/2243/o"))
			created := h.do(201, "POST", "/people", `{"people":{"first_name":"Ann","email":{"address":"a@x.org"},"notes":[{"id":"1"}],`+
				`"address_home":{"billing":{"line1":"1 Road"}},"organization_id":[{"provider":"my-application","realm":"2243","id":"o"}]}}`)
			path := "/people/" + uuid(record(created, "people")["id"])
			h.do(200, "PUT", path, `{"people":{`+test.put+`}}`)
			read := record(h.do(200, "GET", path, ""), "people")
			if got := fmt.Sprint(read[test.field]); got != test.want {
				t.Errorf("%s is %s, want %s", test.field, got, test.want)
			}
		})
	}
}

func TestReferencesFollowTheirTarget(t *testing.T) {
	t.Parallel()
	h := fixtures(t, sandbox.Options{})
	org := "2305c5e0-e18e-0133-890f-07d4de9f9781"
	reference := func() []string {
		r := record(decode(t, h.raw("GET", "/api/v2/cld-1234/people/"+john, "").Body.Bytes()), "people")
		return ids(r["organization_id"])
	}
	same(t, "of a target that is loaded, its own IDs", []string{"connec"}, reference())
	h.raw("PUT", "/api/v2/cld-1234/organizations/"+org, body("organizations", "", "my-application/2243/5"))
	same(t, "after the target gained an ID", []string{"my-application/2243/5", "connec"}, reference())
	m := decode(t, h.raw("POST", "/api/v2/cld-1234/people", `{"people":{"organization_id":[{"provider":"my-application","realm":"2243","id":"5"}]}}`).Body.Bytes())
	same(t, "the answer adds the hub's own", []string{"my-application/2243/5", "connec"}, ids(record(m, "people")["organization_id"]))
}

func TestAReferenceWithoutItsTargetIsKept(t *testing.T) {
	t.Parallel()
	h := newHub(t, sandbox.Options{Group: "cld-1234", Channel: "org-fg4a"})
	if err := h.Load("people", bytes.NewReader(fixture(t, "people.ndjson"))); err != nil {
		t.Fatal(err)
	}
	r := record(decode(t, h.raw("GET", "/api/v2/cld-1234/people/"+john, "").Body.Bytes()), "people")
	same(t, "IDs as loaded", []string{"connec", "provider/oauth uid/ext org id"}, ids(r["organization_id"]))
}

func TestReferencesBelowTheTopLevel(t *testing.T) {
	t.Parallel()
	h := newHub(t, sandbox.Options{})
	h.do(201, "POST", "/items", `{"items":{"id":[{"provider":"my-application","realm":"2243","id":"9"}],"name":"Nail"}}`)
	m := h.do(201, "POST", "/invoices", `{"invoices":{"lines":[{"id":"1","item_id":[{"provider":"my-application","realm":"2243","id":"9"}]},{"id":"2"}]}}`)
	line := record(m, "invoices")["lines"].([]any)[0].(map[string]any)
	same(t, "item of a line", []string{"my-application/2243/9", "connec"}, ids(line["item_id"]))
}

func TestWithoutTheHeaderIDsAreText(t *testing.T) {
	t.Parallel()
	h := fixtures(t, sandbox.Options{})
	r := request("GET", "/api/v2/cld-1234/people/"+john, "")
	r.SetBasicAuth(sandbox.DefaultKey, sandbox.DefaultSecret)
	m := record(h.serve(r), "people")
	same(t, "id", any(john), m["id"])
	same(t, "reference", any("2305c5e0-e18e-0133-890f-07d4de9f9781"), m["organization_id"])
}

func TestMatchingFields(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, fields, given string
		status              int
	}{
		{"all of a group", `[["first_name","last_name"]]`, `"first_name":"Ann","last_name":"Lee"`, 200},
		{"one of a group only", `[["first_name","last_name"]]`, `"first_name":"Ann","last_name":"Ray"`, 201},
		{"any of the groups", `[["first_name","last_name"],["email.address"]]`, `"email":{"address":"a@x.org"}`, 200},
		{"the case differs", `[["first_name"]]`, `"first_name":"ANN"`, 201},
		{"no value matches nothing", `[["title"]]`, `"title":""`, 201},
		{"not an array of arrays", `["first_name"]`, `"first_name":"Ann"`, 400},
		{"a server's field", `[["id"]]`, `"first_name":"Ann"`, 400},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			h := newHub(t, sandbox.Options{})
			h.do(201, "POST", "/people", `{"people":{"first_name":"Ann","last_name":"Lee","email":{"address":"a@x.org"}}}`)
			h.do(test.status, "POST", "/people", `{"people":{"opts":{"matching_fields":`+test.fields+`},`+test.given+`}}`)
		})
	}
}

// TestBehaviour sets each switch to each value. The hub holds two records, H1{a/1/x, my-application/2243/1} and
// H2{b/2/y, my-application/2243/1}: one ID is on both.
func TestBehaviour(t *testing.T) {
	t.Parallel()
	const get = "/people/1?opts[provider]=my-application&opts[realm]=2243"
	both := person("New", "a/1/x", "b/2/y")
	for _, test := range []struct {
		behave, method, path, body string
		status                     int
		hit                        string   // H1, H2, or "" for another
		ids                        []string // of H1 afterwards
	}{
		{"", "POST", "/people", both, 200, "H1", []string{"a/1/x", "my-application/2243/1", "b/2/y", "connec"}},
		{"multi-match=newest", "POST", "/people", both, 200, "H2", nil},
		{"multi-match=error", "POST", "/people", both, 409, "", nil},
		{"post-adds-ids=false", "POST", "/people", both, 200, "H1", []string{"a/1/x", "my-application/2243/1", "connec"}},
		{"held-id=share", "PUT", "/people/H1", person("", "b/2/y"), 200, "H1", []string{"a/1/x", "my-application/2243/1", "b/2/y", "connec"}},
		{"held-id=move", "PUT", "/people/H2", person("", "a/1/x"), 200, "H2", []string{"my-application/2243/1", "connec"}},
		{"held-id=error", "PUT", "/people/H1", person("", "b/2/y"), 409, "", []string{"a/1/x", "my-application/2243/1", "connec"}},
		{"held-id=error", "PUT", "/people/H1", person("", "a/1/x"), 200, "H1", nil},
		{"get-ambiguous=first", "GET", get, "", 200, "H1", nil},
		{"get-ambiguous=newest", "GET", get, "", 200, "H2", nil},
		{"get-ambiguous=error", "GET", get, "", 409, "", nil},
		{"foreign-id=accept", "PUT", "/people/H1", person("", "c/3/z"), 200, "H1", []string{"a/1/x", "my-application/2243/1", "c/3/z", "connec"}},
		{"foreign-id=drop", "PUT", "/people/H1", person("", "c/3/z", "my-application/2243/9"), 200, "H1", []string{"a/1/x", "my-application/2243/1", "my-application/2243/9", "connec"}},
		{"foreign-id=403", "PUT", "/people/H1", person("", "c/3/z"), 403, "", []string{"a/1/x", "my-application/2243/1", "connec"}},
		{"foreign-id=403", "PUT", "/people/H1", person("", "my-application/2243/9"), 200, "H1", nil},
		{"foreign-id=drop", "POST", "/people", person("New", "a/1/x"), 201, "", nil},
	} {
		t.Run(test.behave+" "+test.method, func(t *testing.T) {
			t.Parallel()
			h := newHub(t, behaving(t, test.behave))
			twoRecords(t, h)
			m := h.do(test.status, test.method, test.path, test.body)
			if got := uuid(record(m, "people")["id"]); test.hit != "" && got != test.hit {
				t.Errorf("answered with %s, want %s", got, test.hit)
			}
			if test.ids != nil {
				same(t, "IDs of H1", test.ids, ids(record(h.do(200, "GET", "/people/H1", ""), "people")["id"]))
			}
		})
	}
}

func twoRecords(t *testing.T, h *hub) {
	t.Helper()
	err := h.Load("people", strings.NewReader(
		`{"id":[{"provider":"a","realm":"1","id":"x"},{"provider":"my-application","realm":"2243","id":"1"},{"provider":"connec","realm":"org-sandbox","id":"H1"}],"first_name":"One"}
{"id":[{"provider":"b","realm":"2","id":"y"},{"provider":"my-application","realm":"2243","id":"1"},{"provider":"connec","realm":"org-sandbox","id":"H2"}],"first_name":"Two","code":"PE7"}
`))
	if err != nil {
		t.Fatal(err)
	}
}

func TestUnmatchedReference(t *testing.T) {
	t.Parallel()
	const post = `{"people":{"first_name":"Ann","organization_id":[{"provider":"my-application","realm":"2243","id":"404"}]}}`
	for behave, want := range map[string]struct {
		status        int
		organizations int
		reference     []string
	}{
		"unmatched-reference=drop":   {201, 0, nil},
		"unmatched-reference=error":  {400, 0, nil},
		"unmatched-reference=create": {201, 1, []string{"my-application/2243/404", "connec"}},
	} {
		h := newHub(t, behaving(t, behave))
		m := h.do(want.status, "POST", "/people", post)
		same(t, behave, want.reference, ids(record(m, "people")["organization_id"]))
		same(t, behave, want.organizations, h.Len("organizations"))
	}
}

func TestNativeMerge(t *testing.T) {
	t.Parallel()
	for behave, want := range map[string]struct{ ids, reference []string }{
		"merge-moves-ids=true":  {[]string{"my-application/2243/1", "my-application/2243/2", "connec"}, []string{"my-application/2243/1", "my-application/2243/2", "connec"}},
		"merge-moves-ids=false": {[]string{"my-application/2243/1", "connec"}, []string{"my-application/2243/2", "connec"}},
	} {
		h := newHub(t, behaving(t, behave+",held-id=error"))
		prime := uuid(record(h.do(201, "POST", "/organizations", body("organizations", "Acme", "my-application/2243/1")), "organizations")["id"])
		loser := uuid(record(h.do(201, "POST", "/organizations", body("organizations", "Acme Ltd", "my-application/2243/2")), "organizations")["id"])
		who := uuid(record(h.do(201, "POST", "/people", `{"people":{"organization_id":[{"provider":"my-application","realm":"2243","id":"2"}]}}`), "people")["id"])
		m := h.do(200, "PUT", "/organizations/"+prime+"/merge", `{"ids":["`+loser+`"],"organizations":{"industry":"Nails"}}`)
		kept := record(m, "organizations")
		same(t, behave, want.ids, ids(kept["id"]))
		same(t, behave, any("Nails"), kept["industry"])
		same(t, behave, want.reference, ids(record(h.do(200, "GET", "/people/"+who, ""), "people")["organization_id"]))
		h.do(404, "GET", "/organizations/"+loser, "")
		same(t, behave+": total", any(1.0), h.do(200, "GET", "/organizations", "")["pagination"].(map[string]any)["total"])
		h.do(404, "PUT", "/organizations/"+prime+"/merge", `{"ids":["`+loser+`"],"organizations":{}}`)
		h.do(400, "PUT", "/organizations/"+prime+"/merge", `{"ids":["`+prime+`"],"organizations":{}}`)
		h.do(400, "PUT", "/organizations/"+prime+"/merge", `{"organizations":{}}`)
	}
}

func TestBatch(t *testing.T) {
	t.Parallel()
	h := fixtures(t, sandbox.Options{})
	w := h.raw("POST", "/batch", string(fixture(t, "batch.json")))
	if w.Code != http.StatusOK {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	results := decode(t, w.Body.Bytes())["results"].([]any)
	var statuses []float64
	for _, r := range results {
		statuses = append(statuses, r.(map[string]any)["status"].(float64))
	}
	same(t, "statuses by position", []float64{201, 200, 404, 200}, statuses)
	last := record(results[3].(map[string]any)["body"].(map[string]any), "people")
	same(t, "one after the other", "Bob Dole", fmt.Sprint(last["first_name"], " ", last["last_name"]))
	if got := h.raw("POST", "/batch", `{"ops":[{"method":"post","url":"/batch","params":{}}]}`); !strings.Contains(got.Body.String(), `"status":404`) {
		t.Errorf("a batch in a batch: %s", got.Body)
	}
}

func TestConcurrentUpsertsMakeOneRecord(t *testing.T) {
	t.Parallel()
	h := newHub(t, sandbox.Options{Now: func() time.Time { return time.Unix(1e9, 0) }})
	var wg sync.WaitGroup
	codes := make([]int, 64)
	for i := range codes {
		wg.Add(2)
		go func() {
			defer wg.Done()
			codes[i] = h.raw("POST", "/api/v2/cld-sandbox/people", person(fmt.Sprint("N", i), "my-application/2243/1")).Code
		}()
		go func() {
			defer wg.Done()
			h.raw("GET", "/api/v2/cld-sandbox/people?$orderby=updated_at+desc&$filter=status+eq+'ACTIVE'", "")
		}()
	}
	wg.Wait()
	created := 0
	for _, code := range codes {
		if code == http.StatusCreated {
			created++
		}
	}
	if created != 1 || h.Len("people") != 1 {
		t.Errorf("%d created, %d there, want 1 and 1", created, h.Len("people"))
	}
}

func TestClonesPartWays(t *testing.T) {
	t.Parallel()
	h := newHub(t, sandbox.Options{})
	twoRecords(t, h)
	c := &hub{t, h.Clone(), h.clock}
	c.do(200, "PUT", "/people/H1", person("Changed", "my-application/2243/77"))
	c.do(201, "POST", "/people", person("More", "my-application/2243/78"))
	h.do(200, "PUT", "/people/H1", person("", "my-application/2243/88"))
	same(t, "the first", []string{"a/1/x", "my-application/2243/1", "my-application/2243/88", "connec"}, ids(record(h.do(200, "GET", "/people/H1", ""), "people")["id"]))
	same(t, "its clone", []string{"a/1/x", "my-application/2243/1", "my-application/2243/77", "connec"}, ids(record(c.do(200, "GET", "/people/H1", ""), "people")["id"]))
	h.do(404, "GET", "/people/77?opts[provider]=my-application&opts[realm]=2243", "")
	same(t, "name", any("One"), record(h.do(200, "GET", "/people/H1", ""), "people")["first_name"])
	if h.Len("people") != 2 || c.Len("people") != 3 {
		t.Errorf("%d and %d people, want 2 and 3", h.Len("people"), c.Len("people"))
	}
}

// TestCodesGoOn: the server's next code follows the greatest it holds.
func TestCodesGoOn(t *testing.T) {
	t.Parallel()
	h := newHub(t, sandbox.Options{})
	twoRecords(t, h)
	same(t, "code", any("PE8"), record(h.do(201, "POST", "/people", person("A")), "people")["code"])
	same(t, "a client's own", any("LEA1"), record(h.do(201, "POST", "/people", `{"people":{"code":"LEA1"}}`), "people")["code"])
}
