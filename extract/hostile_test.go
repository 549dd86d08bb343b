package extract_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sameas/sameas/extract"
	"github.com/sameas/sameas/internal/config"
)

// hostile is a hub that is sound but for what it answers to the second page, as long as it is not mended. It notes where
// requests went and how long answers were waited for, by the bubble's clock.
type hostile struct {
	hub    *hub
	answer func(w http.ResponseWriter)

	mu     sync.Mutex
	mended bool
	hosts  map[string]bool
}

func (h *hostile) Do(q *http.Request) (*http.Response, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.hosts[q.URL.Host] = true
	w := httptest.NewRecorder()
	if !h.mended && q.URL.Query().Get("$skip") == "3" && !q.URL.Query().Has("$filter") {
		h.answer(w)
	} else {
		h.hub.ServeHTTP(w, q)
	}
	return w.Result(), nil
}

// answers writes a body under a status, with header lines as name, value, name, value ...
func answers(status int, body string, header ...string) func(http.ResponseWriter) {
	return func(w http.ResponseWriter) {
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// secondPage is a page at offset 3 of so many records.
func secondPage(records ...string) string { return envelope("people", records, 3, 3, 8, true) }

// TestHostilePages gives a wrong answer to one page, over and over: the extraction ends in time, with words that name the
// page and what is wrong with it, and keeps what came before; when the server is mended, the next run goes on to the same
// tables as one that was never disturbed.
func TestHostilePages(t *testing.T) {
	t.Parallel()
	served := &hub{collections: map[string][]string{"people": people(8)}}
	want := ""
	for _, c := range []struct {
		name   string
		answer func(http.ResponseWriter)
		words  string
	}{
		{"none", nil, ""},
		{"429", answers(429, ""), "429: too many requests"},
		{"429 for 484289 hours", answers(429, "", "Retry-After", "1743440400"), "429: too many requests"},
		{"503", answers(503, `{"errors":[{"title":"Maintenance"}]}`), "503: Maintenance"},
		{"503 for 484289 hours", answers(503, "", "Retry-After", "1743440400"), "503: service unavailable"},
		{"401", answers(401, `{"errors":[{"title":"Unauthorized Access"}]}`), "401: Unauthorized Access (check what the source's `credentials` name"},
		{"403", answers(403, ""), "403: forbidden (may these credentials do this"},
		{"redirect", answers(302, "", "Location", "https://elsewhere.example/login"), "redirected to https://elsewhere.example: redirects are not followed"},
		{"nothing", answers(200, ""), "the answer is empty"},
		{"no content", answers(204, ""), "the answer is empty"},
		{"login page", answers(200, "<!DOCTYPE html><title>Log in</title>", "Content-Type", "text/html"), "the answer is a web page, not JSON: is `endpoint` right"},
		{"cut", answers(200, secondPage(person(3, ""))[:90]), "the answer is not sound JSON: jsontext: unexpected EOF"},
		{"another key", answers(200, `{"persons":[]}`), "the answer has no `people`: its keys are persons"},
		{"another page", answers(200, envelope("people", nil, 0, 3, 8, true)), "asked for the page at 3, answered with the page at 0"},
		{"a million brackets", answers(200, `{"people":`+strings.Repeat("[", 1_000_000)+strings.Repeat("]", 1_000_000)+`}`), "nested more than 100 deep"},
		{"brackets in a record", answers(200, secondPage(person(3, `,"x":`+strings.Repeat("[", 200)+strings.Repeat("]", 200)))), "nested more than 100 deep"},
		{"a name twice", answers(200, secondPage(person(3, `,"code":"x"`))), `duplicate object member name "code"`},
		{"not UTF-8", answers(200, secondPage(person(3, ",\"x\":\"\xc3\x28\""))), "invalid UTF-8"},
		{"lone surrogate", answers(200, secondPage(person(3, `,"x":"\ud800"`))), `invalid surrogate pair`},
		{"negative total", answers(200, envelope("people", nil, 3, 3, -8, false)), "`pagination` holds a negative number"},
		{"total beyond numbers", answers(200, strings.Replace(secondPage(), `"total":8`, `"total":1e400`, 1)), "`pagination` cannot be read"},
		{"no records but texts", answers(200, secondPage(`"a"`)), "entry 0 of `people` is not a record"},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, nil)
			s := driftingSource()
			s.PageSize, s.Concurrency = 3, 3
			w.cfg.Sources = []config.Source{s}
			h := &hostile{hub: served, answer: c.answer, hosts: map[string]bool{}, mended: c.answer == nil}
			o := w.options()
			o.Doer = h
			began := time.Now()
			_, err := extract.Run(t.Context(), o)
			if took := time.Since(began); took > 5*time.Minute {
				t.Errorf("%s: it took %s", c.name, took)
			}
			if c.answer != nil {
				if err == nil || !strings.Contains(err.Error(), c.words) || !strings.Contains(err.Error(), "source hub, people: page at offset 3: GET /people: ") ||
					!strings.HasSuffix(err.Error(), "; what came before is kept: the same command goes on from there") {
					t.Errorf("%s: %v", c.name, err)
				}
				diff(t, c.name+": kept", w.rows("SELECT status, skip, (SELECT count(*) FROM page_records) FROM extractions"), "running|3|3")
				h.mended = true
				if _, err := extract.Run(t.Context(), o); err != nil {
					t.Fatalf("%s, mended: %v", c.name, err)
				}
			}
			got := w.tables() + w.pages()
			if want == "" {
				want = got
			}
			diff(t, c.name, got, want)
			diff(t, c.name+": hosts", fmt.Sprint(h.hosts), "map[hub.example:true]")
		})
	}
}

// TestEndlessNext is sent ever more records, each with a `next` to another host.
func TestEndlessNext(t *testing.T) {
	t.Parallel()
	h := &hub{collections: map[string][]string{"people": nil}}
	h.answer = func(w http.ResponseWriter, _ string, skip, top int) bool {
		var records []string
		for i := range top {
			records = append(records, person(skip+i, ""))
		}
		fmt.Fprint(w, envelope("people", records, skip, top, 2500, true))
		return true
	}
	w := newWorld(t, h)
	w.cfg.Sources[0].PageSize, w.cfg.Sources[0].Concurrency = 1000, 4
	e := w.mustRun().Extractions[0]
	if e.Status != "in_doubt" || !strings.HasPrefix(e.Doubt, "`next` does not end: 13000 rows were read and the server counts 2500") {
		t.Errorf("%s: %s", e.Status, e.Doubt)
	}
	diff(t, "records", fmt.Sprint(e.Records), "13000")
}

// TestTotalsThatAreTooLarge does not ask for pages that the total alone promises.
func TestTotalsThatAreTooLarge(t *testing.T) {
	t.Parallel()
	h := &hub{collections: map[string][]string{"people": nil}}
	h.answer = func(w http.ResponseWriter, _ string, skip, top int) bool {
		fmt.Fprint(w, strings.Replace(envelope("people", people(5)[min(skip, 5):min(skip+top, 5)], skip, top, 0, false), `"total":0`, `"total":9000000000000000000`, 1))
		return true
	}
	w := newWorld(t, h)
	e := w.mustRun().Extractions[0]
	if e.Status != "in_doubt" || e.Records != 3 || !strings.Contains(e.Doubt, "the pages end at offset 3 although the server counts 9000000000000000000") || h.requests.Load() > 60 {
		t.Errorf("%+v after %d requests", e, h.requests.Load())
	}
}

// TestNumbersAreKept keeps numbers that no float64 holds, digit by digit, and texts beyond the first plane.
func TestNumbersAreKept(t *testing.T) {
	t.Parallel()
	const record = `{"id":[{"provider":"connec","realm":"org-1","id":"a"},{"provider":"my-application","realm":"2243","id":123456789012345678901234567890}],` +
		`"annual_revenue":9007199254740993.10,"big":-1e400,"first_name":"Jos\u00e9 \ud83d\ude00"}`
	w := newWorld(t, &hub{collections: map[string][]string{"people": {record}}})
	w.mustRun()
	diff(t, "raw", w.rows("SELECT raw FROM records"), record)
	diff(t, "name", w.rows("SELECT first_name FROM records"), "José 😀")
	diff(t, "ID", w.rows("SELECT id FROM external_ids WHERE provider = 'my-application'"), "123456789012345678901234567890")
}
