package sandbox_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/sameas/sameas/internal/sandbox"
)

// listed are the first names on the page.
func (h *hub) listed(query string) string {
	h.t.Helper()
	m := h.do(200, "GET", "/people?"+query, "")
	var names []string
	for _, r := range m["people"].([]any) {
		names = append(names, fmt.Sprint(r.(map[string]any)["first_name"]))
	}
	return strings.Join(names, " ")
}

func TestFilters(t *testing.T) {
	t.Parallel()
	h := newHub(t, sandbox.Options{})
	err := h.Load("people", strings.NewReader(
		`{"id":"u1","code":"PE1","status":"ACTIVE","first_name":"Ann","is_lead":true,"rank":9,"email":{"address":"a@x.org"},"organization_id":"o1","created_at":"2016-01-01T00:00:00Z","updated_at":"2016-03-01T00:00:00Z"}
{"id":"u2","code":"PE2","status":"ARCHIVED","first_name":"Bob","is_lead":false,"rank":10,"email":{},"title":"O'Hara \"x\"","created_at":"2016-01-02T00:00:00Z","updated_at":"2016-02-01T00:00:00Z"}
{"id":"u3","code":"PE3","status":"ACTIVE","first_name":"Cy","rank":11,"email":{"address":""},"title":"é/z","created_at":"2016-01-03T00:00:00Z","updated_at":"2016-01-04T00:00:00Z"}
`))
	if err != nil {
		t.Fatal(err)
	}
	for filter, want := range map[string]string{
		`code eq 'PE2'`:                                      "Bob",
		`code ne 'PE2'`:                                      "Ann Cy",
		`is_lead eq true`:                                    "Ann",
		`is_lead eq false`:                                   "Bob",
		`is_lead ne true`:                                    "Bob Cy",
		`email.address eq null`:                              "Bob Cy",
		`email/address ne null`:                              "Ann",
		`status ne 'ARCHIVED'`:                               "Ann Cy",
		`updated_at gt '2016-02-01T00:00:00Z'`:               "Ann",
		`updated_at gte '2016-02-01T00:00:00Z'`:              "Ann Bob",
		`updated_at lt '2016-02-01T01:00:00+01:00'`:          "Cy",
		`updated_at lte '2016-02-01T00:00:00Z'`:              "Bob Cy",
		`created_at eq '2016-01-02T00:00:00Z'`:               "Bob",
		`rank gt 9`:                                          "Bob Cy",
		`rank lte 10`:                                        "Ann Bob",
		`rank gt '9'`:                                        "",
		`_id in ['u3','u1']`:                                 "Ann Cy",
		`_id in [u2,u9]`:                                     "Bob",
		`_id in []`:                                          "",
		`_id eq 'u2'`:                                        "Bob",
		`organization_id eq 'o1'`:                            "Ann",
		`first_name match /^[AB]/`:                           "Ann Bob",
		`first_name match /ANN/i`:                            "Ann",
		`title match /\//`:                                   "Cy",
		`title eq 'O''Hara "x"'`:                             "Bob",
		`title eq 'é/z'`:                                     "Cy",
		`code eq 'PE1' or code eq 'PE2' and status eq 'X'`:   "Ann",
		`(code eq 'PE1' or code eq 'PE2') AND rank gt 9`:     "Bob",
		`code eq 'PE1' and is_lead eq true and rank eq 9`:    "Ann",
		`nothing eq null and first_name eq 'Cy'`:             "Cy",
		`resource_type eq 'people' and first_name gte 'Bob'`: "Bob Cy",
	} {
		if got := h.listed("$filter=" + url.QueryEscape(filter)); got != want {
			t.Errorf("%s: %q, want %q", filter, got, want)
		}
	}
	for order, want := range map[string]string{
		"created_at ASC": "Ann Bob Cy", "created_at desc": "Cy Bob Ann", "updated_at asc": "Cy Bob Ann",
		"first_name desc": "Cy Bob Ann", "status asc": "Ann Cy Bob", "email.address": "Bob Cy Ann",
	} {
		if got := h.listed("$orderby=" + url.QueryEscape(order)); got != want {
			t.Errorf("order %s: %q, want %q", order, got, want)
		}
	}
}

func TestUnsupportedSyntaxIsRefused(t *testing.T) {
	t.Parallel()
	h := newHub(t, sandbox.Options{})
	for _, query := range []string{
		"$filter=" + url.QueryEscape(`id eq 'x'`),
		"$filter=" + url.QueryEscape(`code`),
		"$filter=" + url.QueryEscape(`code eq`),
		"$filter=" + url.QueryEscape(`code eq PE1`),
		"$filter=" + url.QueryEscape(`code eq 'PE1`),
		"$filter=" + url.QueryEscape(`code like 'P%'`),
		"$filter=" + url.QueryEscape(`code eq 'a' code eq 'b'`),
		"$filter=" + url.QueryEscape(`(code eq 'a'`),
		"$filter=" + url.QueryEscape(`code match /(/`),
		"$filter=" + url.QueryEscape(`code match /a`),
		"$filter=" + url.QueryEscape(`_id in ['a'`),
		"$filter=" + url.QueryEscape(`startswith(code,'a')`),
		"$filter=" + url.QueryEscape(strings.Repeat("(", 60)+"a eq 1"+strings.Repeat(")", 60)),
		"$orderby=" + url.QueryEscape(`code up`),
		"$orderby=" + url.QueryEscape(`a asc, b asc`),
		"$top=0", "$top=-1", "$top=ten", "$skip=-1", "$skip=x", "$search=a", "$expand=matching_records", "mappings[]=x",
	} {
		m := h.do(400, "GET", "/people?"+query, "")
		errors, _ := m["errors"].([]any)
		if len(errors) != 1 {
			t.Fatalf("%s: %v", query, m)
		}
		e := errors[0].(map[string]any)
		same(t, query, []any{"400", "bad-request", "Bad request", nil}, []any{e["status"], e["code"], e["title"], e["href"]})
		if e["id"] == "" || e["detail"] == "" {
			t.Errorf("%s: no id or detail in %v", query, e)
		}
	}
}

func TestPagesAreCappedAndNextKeepsTheQuery(t *testing.T) {
	t.Parallel()
	o := behaving(t, "page-max=10")
	o.BaseURL = "https://hub.example"
	h := newHub(t, o)
	load(t, h, "people", 30)
	query := "$top=500&$skip=5&$orderby=created_at+desc&$filter=" + url.QueryEscape("is_lead eq true")
	page := h.do(200, "GET", "/people?"+query, "")["pagination"].(map[string]any)
	same(t, "top granted", any(10.0), page["top"])
	same(t, "total of the filter", any(15.0), page["total"])
	if _, there := page["next"]; there {
		t.Errorf("next on the last page: %v", page)
	}
	page = h.do(200, "GET", "/people?"+strings.Replace(query, "$skip=5", "$skip=1", 1), "")["pagination"].(map[string]any)
	same(t, "next", any("https://hub.example/api/v2/cld-sandbox/people?%24filter=is_lead+eq+true&%24orderby=created_at+desc&%24skip=11&%24top=10"), page["next"])
	page = h.do(200, "GET", "/people?$skip=1000", "")["pagination"].(map[string]any)
	same(t, "beyond the end", map[string]any{"skip": 1000.0, "top": 10.0, "total": 30.0}, page)
}

// TestUnstableOrder: a scan sees some records twice and misses others, but each page is whole and nothing is invented.
func TestUnstableOrder(t *testing.T) {
	t.Parallel()
	for _, orderBy := range []string{"", "&$orderby=created_at+asc"} {
		o := behaving(t, "order=unstable,page-max=10")
		o.Seed = 4
		h := newHub(t, o)
		load(t, h, "people", 100)
		var first, second []string
		for skip := 0; skip < 100; skip += 10 {
			first = append(first, strings.Fields(h.listed(fmt.Sprintf("$skip=%d%s", skip, orderBy)))...)
		}
		for skip := 0; skip < 100; skip += 10 {
			second = append(second, strings.Fields(h.listed(fmt.Sprintf("$skip=%d%s", skip, orderBy)))...)
		}
		if len(first) != 100 || slices.Equal(first, second) {
			t.Errorf("order %q: %d names, and two scans are the same: %t", orderBy, len(first), slices.Equal(first, second))
		}
		slices.Sort(first)
		if distinct := len(slices.Compact(first)); distinct == 100 && orderBy == "" {
			t.Error("an unstable order lost nothing in this scan")
		}
	}
}
