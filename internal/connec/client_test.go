package connec

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	canaryKey    = "canary-key-4711"
	canarySecret = "canary/secret+0815"
)

// server answers every request with handle and keeps what it received.
type server struct {
	*httptest.Server
	mu       sync.Mutex
	requests []*http.Request
	bodies   []string
}

func newServer(t *testing.T, handle http.HandlerFunc) *server {
	t.Helper()
	s := &server{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		s.mu.Lock()
		s.requests, s.bodies = append(s.requests, r), append(s.bodies, string(body))
		s.mu.Unlock()
		handle(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *server) received() []*http.Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests
}

func (s *server) client(t *testing.T) *Client {
	t.Helper()
	c, err := NewClient(Options{Endpoint: s.URL + "/api/v2", Group: "cld-1234", Key: canaryKey, Secret: canarySecret,
		RetryWait: time.Microsecond, Timeout: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func fixture(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func answerWith(status int, body []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		w.Write(body)
	}
}

func TestListReadsTheDocumentedPage(t *testing.T) {
	t.Parallel()
	s := newServer(t, answerWith(200, fixture(t, "people_page.json")))
	p, err := s.client(t).List(t.Context(), "people", ListOptions{Skip: 0, Top: 2, Filter: "updated_at gt '2016-10-04T00:36:23Z'", OrderBy: "created_at asc"})
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Records) != 2 || p.Skip != 0 || p.Top != 2 || p.Total != 5 || !p.More || string(p.Body) != string(fixture(t, "people_page.json")) {
		t.Errorf("page: %d records, skip %d top %d total %d more %v", len(p.Records), p.Skip, p.Top, p.Total, p.More)
	}
	if !strings.Contains(string(p.Records[1]), `"unknown_field":{"kept":true}`) {
		t.Error("an unknown field was lost")
	}
	r := s.received()[0]
	if r.URL.Path != "/api/v2/cld-1234/people" || r.URL.Query().Get("$skip") != "0" || r.URL.Query().Get("$top") != "2" ||
		r.URL.Query().Get("$filter") != "updated_at gt '2016-10-04T00:36:23Z'" || r.URL.Query().Get("$orderby") != "created_at asc" {
		t.Errorf("asked for %s", r.URL)
	}
	for name, want := range map[string]string{"CONNEC-EXTERNAL-IDS": "true", "Accept": mediaType, "Content-Type": mediaType, "Idempotency-Key": ""} {
		if got := r.Header.Get(name); got != want {
			t.Errorf("header %s: %q, want %q", name, got, want)
		}
	}
	if key, secret, _ := r.BasicAuth(); key != canaryKey || secret != canarySecret {
		t.Error("basic auth is not that of the options")
	}
	if len(s.received()) != 1 {
		t.Error("the next link was followed")
	}
}

func TestListTakesWhatIsTolerated(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		collection, body string
		want             Page
		records          int
	}{
		"no pagination (emulator)":  {"people", `{"people":[{"id":"a"}]}`, Page{Skip: 0, Top: 10, Total: -1}, 1},
		"singular resource":         {"company", `{"company":{"name":"Acme"}}`, Page{Skip: 0, Top: 10, Total: -1}, 1},
		"no record":                 {"people", `{"people":[],"pagination":{"skip":0,"top":100,"total":0}}`, Page{Top: 100, Total: 0}, 0},
		"fewer granted than wanted": {"people", `{"people":[{}],"pagination":{"skip":0,"top":1,"total":2,"next":"x"}}`, Page{Top: 1, Total: 2, More: true}, 1},
		"next beside pagination":    {"people", `{"people":[],"pagination":{"skip":0,"top":1,"total":2},"next":"x"}`, Page{Top: 1, Total: 2, More: true}, 0},
		"next is null":              {"people", `{"people":[],"pagination":{"skip":0,"top":1,"total":0,"next":null}}`, Page{Top: 1, Total: 0}, 0},
	} {
		p, err := newServer(t, answerWith(200, []byte(x.body))).client(t).List(t.Context(), x.collection, ListOptions{Top: 10})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if p.Skip != x.want.Skip || p.Top != x.want.Top || p.Total != x.want.Total || p.More != x.want.More || len(p.Records) != x.records {
			t.Errorf("%s: %+v with %d records", name, p, len(p.Records))
		}
	}
}

func TestUnsoundAnswersAreErrors(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		body, want string
		requests   int // 1: it would only come again; 5: it may be better the next time
	}{
		"empty":               {"", "the answer is empty", 5},
		"web page":            {"<!DOCTYPE html><html>hi</html>", "a web page, not JSON", 5},
		"another key":         {`{"error_page":1,"persons":[]}`, "has no `people`: its keys are error_page, persons", 5},
		"no key":              {`{}`, "it has no keys at all", 5},
		"a list":              {`[1]`, "not a JSON object", 5},
		"cut":                 {`{"people":[{"id":"a"`, "not sound JSON", 5},
		"name given twice":    {`{"people":[],"people":[{}]}`, "duplicate object member name", 1},
		"twice deep inside":   {`{"people":[{"a":{"b":1,"b":2}}]}`, "duplicate object member name", 1},
		"not UTF-8":           {"{\"people\":[{\"a\":\"\xff\"}]}", "invalid UTF-8", 1},
		"deep":                {`{"people":` + strings.Repeat("[", 1_000_000) + strings.Repeat("]", 1_000_000) + `}`, "nested more than 100", 1},
		"more after the end":  {`{"people":[]} {}`, "more follows after the end", 1},
		"a text for a list":   {`{"people":"x"}`, "neither a list nor a record", 5},
		"a number for record": {`{"people":[1]}`, "entry 0 of `people` is not a record", 5},
		"another page":        {`{"people":[],"pagination":{"skip":7,"top":1,"total":9}}`, "asked for the page at 0", 5},
		"total is text":       {`{"people":[],"pagination":{"total":"many"}}`, "`pagination` cannot be read", 5},
		"negative total":      {`{"people":[],"pagination":{"total":-4}}`, "negative", 5},
	} {
		s := newServer(t, answerWith(200, []byte(x.body)))
		_, err := s.client(t).List(t.Context(), "people", ListOptions{Top: 10})
		var e *Error
		if !errors.As(err, &e) || e.Status != 200 || !strings.Contains(e.Message, x.want) || len(e.Message) > 600 {
			t.Errorf("%s: %v", name, err)
		}
		if got := len(s.received()); got != x.requests {
			t.Errorf("%s: %d requests, want %d", name, got, x.requests)
		}
	}
}

func TestReadsAreRepeatedByStatus(t *testing.T) {
	t.Parallel()
	for status := 300; status < 600; status++ {
		want := 1
		switch status {
		case 408, 429, 500, 502, 503, 504:
			want = 5
		}
		s := newServer(t, answerWith(status, fixture(t, "error_404.json")))
		_, err := s.client(t).Get(t.Context(), "people", "u-1")
		var e *Error
		if !errors.As(err, &e) || e.Status != status {
			t.Errorf("%d: %v", status, err)
		}
		if got := len(s.received()); got != want {
			t.Errorf("%d: %d requests, want %d", status, got, want)
		}
	}
}

func TestReadRecovers(t *testing.T) {
	t.Parallel()
	var n int
	var mu sync.Mutex
	body := fixture(t, "person.json")
	s := newServer(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		n++
		turn := n
		mu.Unlock()
		switch turn {
		case 1:
			panic(http.ErrAbortHandler) // reset
		case 2: // cut: fewer bytes than promised
			w.Header().Set("Content-Length", fmt.Sprint(len(body)))
			w.Write(body[:20])
		case 3:
			w.WriteHeader(503)
		default:
			w.Write(body)
		}
	})
	r, err := s.client(t).GetByExternalID(t.Context(), "people", ExternalID{"my app", "22/43", "a/../17"})
	if err != nil || r.Status != 200 || !strings.Contains(string(r.Body), "PE136") {
		t.Fatalf("%+v, %v", r, err)
	}
	asked := s.received()[3].URL
	if asked.EscapedPath() != "/api/v2/cld-1234/people/a%2F..%2F17" || asked.Query().Get("opts[provider]") != "my app" || asked.Query().Get("opts[realm]") != "22/43" {
		t.Errorf("asked for %s", asked)
	}
}

func TestIDsDoNotLeaveTheirCollection(t *testing.T) {
	t.Parallel()
	s := newServer(t, answerWith(200, fixture(t, "person.json")))
	for _, id := range []string{".", "..", "../x", "a?b", "a#b", "a b", "%2e", "ü"} {
		if _, err := s.client(t).GetByExternalID(t.Context(), "people", ExternalID{"p", "r", id}); err != nil {
			t.Fatal(err)
		}
		all := s.received()
		if got := all[len(all)-1].URL.Path; got != "/api/v2/cld-1234/people/"+id {
			t.Errorf("ID %q: asked for %q", id, got)
		}
	}
	for _, collection := range []string{"", "../x", "people/1", "People", "a?b"} {
		if _, err := s.client(t).Get(t.Context(), collection, "u"); err == nil {
			t.Errorf("collection %q was taken", collection)
		}
	}
}

func TestWritesAreSentOnce(t *testing.T) {
	t.Parallel()
	reset := func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	for name, x := range map[string]struct {
		handle  http.HandlerFunc
		status  int
		unknown bool
	}{
		"reset":   {reset, 0, true},
		"500":     {answerWith(500, nil), 500, true},
		"503":     {answerWith(503, nil), 503, true},
		"408":     {answerWith(408, nil), 408, true},
		"429":     {answerWith(429, nil), 429, false},
		"400":     {answerWith(400, nil), 400, false},
		"501":     {answerWith(501, nil), 501, false},
		"cut 200": {answerWith(200, []byte(`{"people":{`)), 200, true},
		"html":    {answerWith(201, []byte(`<html>`)), 201, true},
	} {
		for _, w := range []Request{
			{"POST", "/people", json.RawMessage(`{"people":{}}`)},
			{"PUT", "/people/u-1", json.RawMessage(`{"people":{}}`)},
		} {
			s := newServer(t, x.handle)
			_, err := s.client(t).Send(t.Context(), w)
			var e *Error
			if !errors.As(err, &e) || e.Status != x.status || e.OutcomeUnknown() != x.unknown || e.Unsent() {
				t.Errorf("%s %s: %v", w.Method, name, err)
			}
			if n := len(s.received()); n != 1 {
				t.Errorf("%s %s: sent %d times", w.Method, name, n)
			}
		}
	}
}

func TestWriteThatTimesOutIsSentOnce(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	s := newServer(t, func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-release:
		case <-r.Context().Done():
		}
	})
	defer close(release)
	c, err := NewClient(Options{Endpoint: s.URL, Group: "cld-1", Timeout: 30 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Send(t.Context(), Request{"POST", "/people", json.RawMessage(`{"people":{}}`)})
	var e *Error
	if !errors.As(err, &e) || !e.OutcomeUnknown() || !strings.Contains(e.Message, "no answer within 30ms") || len(s.received()) != 1 {
		t.Errorf("%d requests, %v", len(s.received()), err)
	}
}

func TestWriteCarriesItsBytes(t *testing.T) {
	t.Parallel()
	s := newServer(t, answerWith(201, fixture(t, "person.json")))
	body := `{"people": {"id":[{"id":"17","provider":"my-application","realm":"2243"}],  "first_name":"Bob"}}`
	r, err := s.client(t).Send(t.Context(), Request{"POST", "/people", json.RawMessage(body)})
	if err != nil || r.Status != 201 || !strings.Contains(string(r.Body), "PE136") {
		t.Fatalf("%+v, %v", r, err)
	}
	if s.bodies[0] != body || s.received()[0].URL.Path != "/api/v2/cld-1234/people" || s.received()[0].Header.Get("CONNEC-EXTERNAL-IDS") != "true" {
		t.Errorf("sent %s to %s", s.bodies[0], s.received()[0].URL)
	}
	if _, err := s.client(t).Send(t.Context(), Request{"PUT", "/people/u-1/merge", json.RawMessage(`{"ids":["u-2"],"people":{}}`)}); err != nil {
		t.Fatal(err)
	}
	if s.received()[1].Header.Get("CONNEC-EXTERNAL-IDS") != "false" {
		t.Error("a native merge must go with the header off")
	}
}

func TestWritesThatAreNoWritesAreRefused(t *testing.T) {
	t.Parallel()
	s := newServer(t, answerWith(200, nil))
	for _, w := range []Request{
		{"GET", "/people", nil}, {"DELETE", "/people/u", nil}, {"POST", "/people/u", json.RawMessage(`{}`)}, {"PUT", "/people", json.RawMessage(`{}`)},
		{"PUT", "/people/../x", json.RawMessage(`{}`)}, {"PUT", "/people/u?x=1", json.RawMessage(`{}`)}, {"POST", "people", json.RawMessage(`{}`)},
		{"POST", "//evil.example/people", json.RawMessage(`{}`)}, {"PUT", "/people/u/other", json.RawMessage(`{}`)}, {"POST", "/people", json.RawMessage(`{`)},
	} {
		if _, err := s.client(t).Send(t.Context(), w); err == nil {
			t.Errorf("%s %s was sent", w.Method, w.Path)
		}
	}
	if n := len(s.received()); n != 0 {
		t.Errorf("%d requests", n)
	}
}

func TestBatch(t *testing.T) {
	t.Parallel()
	writes := []Request{
		{"POST", "/people", json.RawMessage(`{"people":{"id":[{"id":"17","provider":"my-application","realm":"2243"}],"first_name":"Bob"}}`)},
		{"PUT", "/people/23daf041-e18e-0133-7b6a-15461b913fab", json.RawMessage(`{"people":{"id":[{"id":"17","provider":"my-application","realm":"2243"}]}}`)},
	}
	s := newServer(t, answerWith(200, fixture(t, "batch_answer.json")))
	got, err := s.client(t).Batch(t.Context(), writes)
	if err != nil {
		t.Fatal(err)
	}
	if s.received()[0].URL.Path != "/batch" || s.bodies[0] != strings.TrimSpace(string(fixture(t, "batch_request.json"))) {
		t.Errorf("sent to %s: %s", s.received()[0].URL, s.bodies[0])
	}
	if len(got) != 2 || got[0].Status != 201 || !strings.Contains(string(got[0].Body), "Bob") || got[1].Status != 400 || got[1].Message != "Validation failed" {
		t.Errorf("%+v", got)
	}
	var e *Error
	if _, err := s.client(t).Batch(t.Context(), writes[:1]); !errors.As(err, &e) || !e.OutcomeUnknown() || !strings.Contains(e.Message, "1 writes were sent, 2 results") {
		t.Errorf("count: %v", err)
	}
	if _, err := s.client(t).Batch(t.Context(), make([]Request, MaxBatch+1)); err == nil {
		t.Error("51 writes were taken")
	}
}

func TestRedirectsAreRefused(t *testing.T) {
	t.Parallel()
	other := newServer(t, answerWith(200, fixture(t, "person.json")))
	for _, status := range []int{301, 302, 303, 307, 308} {
		s := newServer(t, func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, strings.Replace(other.URL, "127.0.0.1", "localhost", 1)+"/x?secret=1", status)
		})
		for name, c := range map[string]*Client{"own": s.client(t), "given": given(t, s, &http.Client{})} {
			_, readErr := c.Get(t.Context(), "people", "u")
			_, writeErr := c.Send(t.Context(), Request{"POST", "/people", json.RawMessage(`{}`)})
			for _, err := range []error{readErr, writeErr} {
				if err == nil || !strings.Contains(err.Error(), "redirects are not followed") {
					t.Errorf("%d, %s client: %v", status, name, err)
				}
			}
		}
	}
	if n := len(other.received()); n != 0 {
		t.Errorf("%d requests went to the other host", n)
	}
}

func given(t *testing.T, s *server, d Doer) *Client {
	t.Helper()
	c, err := NewClient(Options{Endpoint: s.URL, Group: "cld-1", Key: canaryKey, Secret: canarySecret, Doer: d, RetryWait: time.Microsecond})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestErrorsSayWhatToDo(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]string{
		401: "CONNEC_API_KEY and CONNEC_API_SECRET", 403: "may these credentials", 404: "does the collection exist", 500: "Resource not found",
	} {
		_, err := newServer(t, answerWith(status, fixture(t, "error_404.json"))).client(t).List(t.Context(), "people", ListOptions{})
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), fmt.Sprintf("GET /people: %d: Resource not found", status)) {
			t.Errorf("%d: %v", status, err)
		}
	}
	s := newServer(t, answerWith(200, nil))
	c := s.client(t)
	s.Close()
	_, err := c.List(t.Context(), "people", ListOptions{})
	var e *Error
	if !errors.As(err, &e) || e.Status != 0 || !e.Unsent() || e.OutcomeUnknown() || !strings.Contains(e.Message, "is the server there") {
		t.Errorf("closed: %v", err)
	}
}

func TestCancelledReadsEnd(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	s := newServer(t, func(w http.ResponseWriter, _ *http.Request) {
		cancel()
		w.Header().Set("Retry-After", "60")
		w.WriteHeader(503)
	})
	if _, err := s.client(t).Get(ctx, "people", "u"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
