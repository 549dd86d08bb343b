package sandbox_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sameas/sameas/internal/config"
	"github.com/sameas/sameas/internal/sandbox"
)

func request(method, target, body string) *http.Request {
	return httptest.NewRequest(method, target, strings.NewReader(body))
}

func (h *hub) serve(r *http.Request) map[string]any {
	h.t.Helper()
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return decode(h.t, w.Body.Bytes())
}

func TestAuthenticationAndPaths(t *testing.T) {
	t.Parallel()
	h := fixtures(t, sandbox.Options{})
	for _, test := range []struct {
		key, secret, method, path string
		status                    int
	}{
		{"sandbox-key", "sandbox-secret", "GET", "/api/v2/cld-1234/people", 200},
		{"sandbox-key", "sandbox-secret", "GET", "/api/v2/org-fg4a/people.json", 200},
		{"sandbox-key", "sandbox-secret", "GET", "/api/v2/cld-1234/people/", 200},
		{"sandbox-key", "sandbox-secret", "GET", "/api/v2/cld-1234/people/" + john + ".json", 200},
		{"sandbox-key", "sandbox-secret", "GET", "/api/v2/cld-1234", 200},
		{"sandbox-key", "sandbox-secret", "GET", "/version", 200},
		{"sandbox-key", "wrong", "GET", "/api/v2/cld-1234/people", 401},
		{"wrong", "sandbox-secret", "GET", "/version", 401},
		{"", "", "GET", "/api/v2/cld-1234/people", 401},
		{"sandbox-key", "sandbox-secret", "GET", "/api/v2/cld-9999/people", 404},
		{"sandbox-key", "sandbox-secret", "GET", "/api/v2/cld-1234/people/nobody", 404},
		{"sandbox-key", "sandbox-secret", "GET", "/api/v2/cld-1234/people/" + john + "/matches", 404},
		{"sandbox-key", "sandbox-secret", "GET", "/api/v2/cld-1234/people/1?opts[provider]=no&opts[realm]=no", 404},
		{"sandbox-key", "sandbox-secret", "GET", "/api/v2/cld-1234/people/1?opts[provider]=no", 400},
		{"sandbox-key", "sandbox-secret", "GET", "/api/v2/cld-1234/nonsense", 400},
		{"sandbox-key", "sandbox-secret", "GET", "/api/v2/cld-1234/sales_orders", 200},
		{"sandbox-key", "sandbox-secret", "DELETE", "/api/v2/cld-1234/people/" + john, 404},
		{"sandbox-key", "sandbox-secret", "GET", "/", 404},
	} {
		r := request(test.method, test.path, "")
		if test.key != "" {
			r.SetBasicAuth(test.key, test.secret)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != test.status {
			t.Errorf("%s %s as %q: %d, want %d: %s", test.method, test.path, test.key, w.Code, test.status, w.Body)
		}
	}
}

func TestErrorsOfWrites(t *testing.T) {
	t.Parallel()
	h := fixtures(t, sandbox.Options{})
	for body, status := range map[string]int{
		`{"people":{"id":"` + john + `","first_name":"X"}}`: 409,
		`{"people":`:                   400,
		`{"people":{}} trailing`:       400,
		`{"organizations":{}}`:         400,
		`{"people":[{}]}`:              400,
		`[]`:                           400,
		`{"people":{"id":7}}`:          400,
		`{"people":{"id":["x"]}}`:      400,
		`{"people":{"id":[{"id":1}]}}`: 201, // entries that lack a part are passed over
	} {
		w := h.raw("POST", "/api/v2/cld-1234/people", body)
		if w.Code != status {
			t.Errorf("%s: %d, want %d: %s", body, w.Code, status, w.Body)
		}
		if status == 409 {
			e := decode(t, w.Body.Bytes())["errors"].([]any)[0].(map[string]any)
			same(t, "the body's own status", any("404"), e["status"])
		}
	}
}

func TestIDsWithOddCharacters(t *testing.T) {
	t.Parallel()
	h := newHub(t, sandbox.Options{})
	h.do(201, "POST", "/people", person("Ann", "provider/oauth uid/a b"))
	h.do(201, "POST", "/people", `{"people":{"id":[{"provider":"p","realm":"!ttkPj","id":"x/y?z%"}]}}`)
	h.do(200, "GET", "/people/a%20b?opts%5Bprovider%5D=provider&opts%5Brealm%5D=oauth+uid", "")
	h.do(200, "GET", "/people/x%2Fy%3Fz%25?opts[provider]=p&opts[realm]=!ttkPj", "")
	h.do(404, "GET", "/people/A%20B?opts[provider]=provider&opts[realm]=oauth+uid", "")
}

// statuses sends n different requests, twice each, in the order given, and returns what each got, by request.
func statuses(t *testing.T, faults sandbox.Faults, order []int) map[string]string {
	t.Helper()
	h := newHub(t, sandbox.Options{Faults: faults, Seed: 11})
	got := map[string]string{}
	occurrence := map[int]int{}
	for _, i := range order {
		name := fmt.Sprintf("%d.%d", i, occurrence[i])
		occurrence[i]++
		func() {
			defer func() {
				if cause := recover(); cause != nil {
					if cause != http.ErrAbortHandler {
						panic(cause)
					}
					got[name] = "aborted"
				}
			}()
			w := h.raw("GET", fmt.Sprintf("/api/v2/cld-sandbox/people/%d", i), "")
			got[name] = fmt.Sprint(w.Code, w.Header().Get("Retry-After"))
		}()
	}
	return got
}

func TestFaultsDoNotDependOnOrder(t *testing.T) {
	t.Parallel()
	faults, err := sandbox.ParseFaults("500=0.2,429=0.2,lost=0.1,reset=0.1")
	if err != nil {
		t.Fatal(err)
	}
	var order []int
	for i := range 200 {
		order = append(order, i, i)
	}
	want := statuses(t, faults, order)
	shuffled := append([]int{}, order...)
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	same(t, "shuffled", want, statuses(t, faults, shuffled))
	counts := map[string]int{}
	differ := 0
	for i := range 200 {
		counts[want[fmt.Sprintf("%d.0", i)]]++
		if want[fmt.Sprintf("%d.0", i)] != want[fmt.Sprintf("%d.1", i)] {
			differ++
		}
	}
	for kind, most := range map[string]int{"500": 60, "4290": 40, "4291": 40, "aborted": 60, "404": 110} {
		if counts[kind] == 0 || counts[kind] > most {
			t.Errorf("%d of 200 requests got %s: %v", counts[kind], kind, counts)
		}
	}
	if differ == 0 {
		t.Error("a repeated request always meets the fate of the first: no retry could help")
	}
}

// TestFaultsOnTheWire: what comes before the effect leaves none, what comes after it leaves one.
func TestFaultsOnTheWire(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		fault  string
		status int // 0: no answer
		effect int
		logged int
	}{
		{"500", 500, 0, 500}, {"429", 429, 0, 429}, {"reset", 0, 0, 0}, {"lost", 0, 1, 0}, {"truncate", 201, 1, 201}, {"slow", 201, 1, 201},
	} {
		t.Run(test.fault, func(t *testing.T) {
			t.Parallel()
			faults, err := sandbox.ParseFaults(test.fault + "=1")
			if err != nil {
				t.Fatal(err)
			}
			var log bytes.Buffer
			h := newHub(t, sandbox.Options{Faults: faults, Requests: &log})
			server := httptest.NewServer(h)
			started := time.Now()
			status, err := send(t, server.URL+"/api/v2/cld-sandbox/people")
			waited := time.Since(started)
			server.Close()
			if status != test.status || (err != nil) != (test.status == 0 || test.fault == "truncate") {
				t.Errorf("status %d, error %v; want status %d", status, err, test.status)
			}
			if got := h.Len("people"); got != test.effect {
				t.Errorf("%d records made, want %d", got, test.effect)
			}
			if test.fault == "slow" && waited < 200*time.Millisecond {
				t.Errorf("answered after %v, want at least 200 ms", waited)
			}
			line := decode(t, log.Bytes())
			same(t, "logged status", any(float64(test.logged)), line["status"])
		})
	}
}

func send(t *testing.T, target string) (int, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, target, strings.NewReader(person("Ann", "my-application/2243/1")))
	if err != nil {
		t.Fatal(err)
	}
	r.SetBasicAuth(sandbox.DefaultKey, sandbox.DefaultSecret)
	r.Close = true
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	_, err = io.ReadAll(resp.Body)
	return resp.StatusCode, err
}

func TestRequestLog(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	h := newHub(t, sandbox.Options{Requests: &log})
	body := person("Ann", "my-application/2243/1")
	h.raw("POST", "/api/v2/cld-sandbox/people", body)
	h.raw("GET", "/api/v2/cld-sandbox/people/a%2Fb?opts[provider]=my-application&opts[realm]=2243", "")
	hash := func(text string) string {
		sum := sha256.Sum256([]byte(text))
		return hex.EncodeToString(sum[:])
	}
	want := `{"time":"2016-10-04T00:36:23Z","method":"POST","path":"/api/v2/cld-sandbox/people","status":201,"sha256":"` + hash(body) + `"}
{"time":"2016-10-04T00:36:23Z","method":"GET","path":"/api/v2/cld-sandbox/people/a%2Fb","status":404,"sha256":"` + hash("") + `"}
`
	same(t, "log", want, log.String())
}

func TestParse(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"multi-match=last":  `behave: multi-match "last": want first, newest, error`,
		"page-max=0":        `behave: page-max "0": want a whole number of at least 1`,
		"order":             `behave: order "": want stable, unstable`,
		"colour=red":        `behave: unknown setting "colour": want ` + sandbox.BehaveUsage(),
		"held-id=move,,x=1": `behave: unknown setting "x": want ` + sandbox.BehaveUsage(),
	} {
		if _, err := sandbox.ParseBehave(text); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
	for text, want := range map[string]string{
		"404=0.1":         `faults: unknown kind "404": want 500, 429, reset, lost, truncate, slow`,
		"500=2":           `faults: 500 "2": want a share from 0 to 1`,
		"500=NaN":         `faults: 500 "NaN": want a share from 0 to 1`,
		"lost":            `faults: lost "": want a share from 0 to 1`,
		"500=0.6,429=0.6": `faults: the shares sum to 1.2: want at most 1, as one request has one fault`,
	} {
		if _, err := sandbox.ParseFaults(text); err == nil || err.Error() != want {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
	b, err := sandbox.ParseBehave(" held-id=move , page-max=7")
	if err != nil {
		t.Fatal(err)
	}
	again, err := sandbox.ParseBehave(b.String())
	if err != nil || again != b || b.HeldID != "move" || b.PageMax != 7 || b.MultiMatch != "first" {
		t.Errorf("%+v, again %+v, %v", b, again, err)
	}
	if _, err := sandbox.New(sandbox.Options{Behave: sandbox.Behave{Order: "odd"}}); err == nil {
		t.Error("New took an order that there is not")
	}
}

func TestSaveAndLoad(t *testing.T) {
	t.Parallel()
	h := fixtures(t, sandbox.Options{})
	h.raw("PUT", "/api/v2/cld-1234/people/"+john, person("", "my-application/2243/17"))
	h.raw("POST", "/api/v2/cld-1234/invoices", `{"invoices":{"type":"SUPPLIER","lines":[{"id":"1"}]}}`)
	dir, again := t.TempDir(), t.TempDir()
	written, err := h.Save(dir)
	if err != nil {
		t.Fatal(err)
	}
	// A rehearsal saves the records of real people: they are their owner's alone.
	paths, _ := filepath.Glob(filepath.Join(dir, "*.ndjson"))
	if !slices.Equal(written, paths) {
		t.Errorf("it says that it wrote %q, there are %q", written, paths)
	}
	for _, path := range paths {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", path, info.Mode(), err)
		}
	}
	n := newHub(t, sandbox.Options{Group: "cld-1234", Channel: "org-fg4a"})
	if err := n.LoadDir(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := n.Save(again); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"people", "organizations", "invoices"} {
		same(t, name, read(t, filepath.Join(dir, name+".ndjson")), read(t, filepath.Join(again, name+".ndjson")))
		target := "/api/v2/cld-1234/" + name
		same(t, name+" as listed", h.raw("GET", target, "").Body.String(), n.raw("GET", target, "").Body.String())
	}
	n.raw("POST", "/api/v2/cld-1234/people", person("New", "my-application/2243/17"))
	if n.Len("people") != 2 {
		t.Errorf("%d people, want 2: a loaded ID was not found", n.Len("people"))
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestLoadRefuses(t *testing.T) {
	t.Parallel()
	const good = `{"id":"u1"}` + "\n\n"
	for text, want := range map[string]string{
		good + `{"id":"u1"}`:                      `load people, line 3: a second record with the ID u1`,
		good + `{"first_name":"A"}`:               `load people, line 3: the record has no ID of the provider "connec"`,
		good + `{"id":[{"provider":"a"}]}`:        `load people, line 3: the record has no ID of the provider "connec"`,
		good + `["u2"]`:                           `load people, line 3: a record is a JSON object, not "[\"u2\"]"`,
		good + `{"id":"u2","created_at":"never"}`: `load people, line 3: created_at: parsing time "never"`,
		good + "{\"id\":\"\xff\"}":                `load people, line 3: the text is not UTF-8`,
		good + `{"id":`:                           `load people, line 3: unexpected end of JSON input`,
	} {
		err := newHub(t, sandbox.Options{}).Load("people", strings.NewReader(text))
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
	if err := newHub(t, sandbox.Options{}).LoadDir(t.TempDir()); err == nil || !strings.Contains(err.Error(), "no .ndjson file") {
		t.Errorf("an empty folder: %v", err)
	}
}

func TestServe(t *testing.T) {
	t.Parallel()
	h := newHub(t, sandbox.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	running, err := sandbox.Serve(ctx, "127.0.0.1:0", h.Server)
	if err != nil {
		t.Fatal(err)
	}
	status, err := send(t, running.Endpoint()+"/cld-sandbox/people")
	if err != nil || status != http.StatusCreated {
		t.Errorf("status %d, %v", status, err)
	}
	if _, err := sandbox.Serve(ctx, strings.TrimPrefix(running.URL, "http://"), h.Server); err == nil {
		t.Error("a second server listens on the same port")
	}
	cancel()
	if err := errors.Join(running.Wait(), running.Wait()); err != nil {
		t.Error(err)
	}
	if _, err := send(t, running.Endpoint()+"/cld-sandbox/people"); err == nil {
		t.Error("it answers after it was stopped")
	}
}

func TestProjectLoads(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := sandbox.WriteProject(dir, "http://127.0.0.1:4000", sandbox.Project{Realm: "it's"}); err != nil {
		t.Fatal(err)
	}
	c, err := config.Load(filepath.Join(dir, sandbox.ConfigFile))
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal([]any{c.Sources[0].Endpoint, c.Sources[0].Collections, c.Sources[0].Rate, c.Sources[2].ID, c.Sources[2].AlsoIDs, c.Sources[2].References, c.Merge.MaxShare, c.Merge.Allow})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "settings", `["http://127.0.0.1:4000/api/v2",["organizations","people"],0,`+
		`{"Provider":"my-application","Realm":"it's","Column":"contact_id"},[{"Provider":"other-app","Realm":"77","Column":"other_id"}],`+
		`{"organization_id":{"Provider":"my-application","Realm":"it's","Column":"account_id"}},1,["id_on_two_records","foreign_id","outcome_unknown"]]`, string(text))
	if len(c.Sources) != 5 {
		t.Errorf("%d sources, want 5", len(c.Sources))
	}
}
