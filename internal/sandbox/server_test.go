package sandbox_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sameas/sameas/internal/sandbox"
)

// clock is a time that only the test moves.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func (c *clock) add(d time.Duration) { c.at = c.at.Add(d) }

func newClock() *clock { return &clock{time.Date(2016, 10, 4, 0, 36, 23, 0, time.UTC)} }

// hub is a server under test, called without a network.
type hub struct {
	t *testing.T
	*sandbox.Server
	clock *clock
}

func newHub(t *testing.T, o sandbox.Options) *hub {
	t.Helper()
	c := newClock()
	if o.Now == nil {
		o.Now = c.now
	}
	s, err := sandbox.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return &hub{t, s, c}
}

func behaving(t *testing.T, text string) sandbox.Options {
	t.Helper()
	b, err := sandbox.ParseBehave(text)
	if err != nil {
		t.Fatal(err)
	}
	return sandbox.Options{Behave: b}
}

// raw sends a request with the default credentials and the external-IDs header.
func (h *hub) raw(method, target, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.SetBasicAuth(sandbox.DefaultKey, sandbox.DefaultSecret)
	r.Header.Set("CONNEC-EXTERNAL-IDS", "true")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// do sends a request below the group and requires the status; it returns the decoded body.
func (h *hub) do(status int, method, path, body string) map[string]any {
	h.t.Helper()
	w := h.raw(method, "/api/v2/cld-sandbox"+path, body)
	if w.Code != status {
		h.t.Fatalf("%s %s: status %d, want %d\n%s", method, path, w.Code, status, w.Body)
	}
	return decode(h.t, w.Body.Bytes())
}

func decode(t *testing.T, text []byte) map[string]any {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal(text, &m); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return m
}

// record is the object under the collection's key.
func record(m map[string]any, collection string) map[string]any {
	r, _ := m[collection].(map[string]any)
	return r
}

// ids are a record's or reference's IDs as provider/realm/id, in the order shown, the hub's own as "connec".
func ids(v any) []string {
	var all []string
	list, _ := v.([]any)
	for _, e := range list {
		m := e.(map[string]any)
		if m["provider"] == "connec" {
			all = append(all, "connec")
			continue
		}
		all = append(all, fmt.Sprintf("%v/%v/%v", m["provider"], m["realm"], m["id"]))
	}
	return all
}

// uuid is the hub's own ID of a record or reference with arrays of IDs.
func uuid(v any) string {
	list, _ := v.([]any)
	for _, e := range list {
		if m := e.(map[string]any); m["provider"] == "connec" {
			return m["id"].(string)
		}
	}
	return ""
}

// person is the body of a write of one person with IDs p/r/i and first name.
func person(first string, ids ...string) string {
	return body("people", first, ids...)
}

func body(collection, name string, ids ...string) string {
	var entries []string
	for _, id := range ids {
		p := strings.Split(id, "/")
		entries = append(entries, fmt.Sprintf(`{"provider":%q,"realm":%q,"id":%q}`, p[0], p[1], p[2]))
	}
	field := "first_name"
	if collection == "organizations" {
		field = "name"
	}
	text := fmt.Sprintf(`{%q:{"id":[%s]`, collection, strings.Join(entries, ","))
	if name != "" {
		text += fmt.Sprintf(`,%q:%q`, field, name)
	}
	return text + "}}"
}

func same(t *testing.T, what string, want, got any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

func fixture(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestUpsertAsDocumented(t *testing.T) {
	t.Parallel()
	h := newHub(t, sandbox.Options{Group: "cld-1234", Channel: "org-fbba"})
	w := h.raw("POST", "/api/v2/cld-1234/people", string(fixture(t, "post_person.json")))
	if w.Code != http.StatusCreated {
		t.Fatalf("status %d: %s", w.Code, w.Body)
	}
	created := record(decode(t, w.Body.Bytes()), "people")
	location := w.Header().Get("Location")
	if want := "http://example.com/api/v2/cld-1234/people/" + uuid(created["id"]); location != want {
		t.Errorf("Location %q, want %q", location, want)
	}
	for name, want := range map[string]any{
		"code": "PE1", "status": "ACTIVE", "first_name": "John", "group_id": "org-fbba", "channel_id": "org-fbba",
		"resource_type": "people", "created_at": "2016-10-04T00:36:23Z", "updated_at": "2016-10-04T00:36:23Z",
	} {
		same(t, name, want, created[name])
	}
	same(t, "id", []string{"my-application/2243/17", "connec"}, ids(created["id"]))

	h.clock.add(time.Minute)
	w = h.raw("POST", "/api/v2/cld-1234/people/", `{"people":{"id":[{"id":17,"provider":"my-application","realm":"2243"}],"last_name":"Smith"}}`)
	if w.Code != http.StatusOK || w.Header().Get("Location") != "" {
		t.Fatalf("update: status %d, Location %q: %s", w.Code, w.Header().Get("Location"), w.Body)
	}
	updated := record(decode(t, w.Body.Bytes()), "people")
	same(t, "UUID", uuid(created["id"]), uuid(updated["id"]))
	same(t, "kept", "John", updated["first_name"])
	same(t, "set", "Smith", updated["last_name"])
	same(t, "created_at", created["created_at"], updated["created_at"])
	same(t, "updated_at", any("2016-10-04T00:37:23Z"), updated["updated_at"])
	if h.Len("people") != 1 {
		t.Errorf("%d people, want 1", h.Len("people"))
	}
	read := record(decode(t, h.raw("GET", "/api/v2/cld-1234/people/17?opts[provider]=my-application&opts[realm]=2243", "").Body.Bytes()), "people")
	same(t, "group_id on a read", any("cld-1234"), read["group_id"])
}

func TestPaging(t *testing.T) {
	t.Parallel()
	h := newHub(t, sandbox.Options{})
	load(t, h, "people", 1001)
	seen := map[string]bool{}
	pages := 0
	for target := "/api/v2/cld-sandbox/people"; target != ""; pages++ {
		w := h.raw("GET", target, "")
		m := decode(t, w.Body.Bytes())
		page := m["pagination"].(map[string]any)
		same(t, "total", any(1001.0), page["total"])
		same(t, "skip", any(float64(pages*100)), page["skip"])
		same(t, "top", any(100.0), page["top"])
		for _, r := range m["people"].([]any) {
			seen[uuid(r.(map[string]any)["id"])] = true
		}
		next, _ := page["next"].(string)
		if next != "" && !strings.HasPrefix(next, "http://example.com/api/v2/cld-sandbox/people?%24skip=") {
			t.Fatalf("next = %q", next)
		}
		target = strings.TrimPrefix(next, "http://example.com")
	}
	if len(seen) != 1001 || pages != 11 {
		t.Errorf("%d records on %d pages, want 1001 on 11", len(seen), pages)
	}
}

// load puts n records into the collection: names N0, N1, ..., IDs of my-application.
func load(t *testing.T, h *hub, collection string, n int) {
	t.Helper()
	var b bytes.Buffer
	for i := range n {
		fmt.Fprintf(&b, `{"id":[{"realm":"2243","provider":"my-application","id":"%d"},{"realm":"org-sandbox","provider":"connec","id":"uuid-%04d"}],`+
			`"code":"PE%d","status":"ACTIVE","first_name":"N%d","email":{"address":"n%d@example.com"},"is_lead":%t,"rank":%d,`+
			`"created_at":"2016-01-01T00:00:%02dZ","updated_at":"2016-02-01T00:00:%02dZ"}`+"\n", i, i, i+1, i, i, i%2 == 0, i, i%60, (i*7)%60)
	}
	if err := h.Load(collection, &b); err != nil {
		t.Fatal(err)
	}
}
