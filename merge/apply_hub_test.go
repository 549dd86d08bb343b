package merge

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sameas/sameas/internal/config"
	"github.com/sameas/sameas/internal/connec"
)

// long asks for the long run: go test ./merge -long tries each random property on many more worlds.
var long = flag.Bool("long", false, "try random properties on many more seeds")

// seeds is how many random worlds a property is tried on.
func seeds(usually, inTheLongRun uint64) uint64 {
	if *long {
		return inTheLongRun
	}
	return usually
}

// fakeHub is a Connec! of a few records behind a Doer: the documented upsert, sparse PUT, reads by UUID, by external
// ID and by page. It counts what took effect, and a test may make any request fail before or after its effect.
type fakeHub struct {
	mu      sync.Mutex
	records map[string][]map[string]any // by collection, in order of creation
	created int
	effects []string // "METHOD path body" of every write that took effect
	sent    []string // the same of every write that arrived
	reads   int
	// intercept may answer a request itself; handle does what the hub would do.
	intercept func(method, path string, handle func() (int, any)) (status int, body any, err error)
}

const (
	testEndpoint = "https://hub.test/api/v2"
	testGroup    = "cld-1"
	testRealm    = "org-1"
)

func (h *fakeHub) Do(req *http.Request) (*http.Response, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	var body []byte
	if req.Body != nil {
		body, _ = io.ReadAll(req.Body)
	}
	path := strings.TrimPrefix(req.URL.Path, "/api/v2/"+testGroup)
	handle := func() (int, any) { return h.handle(req, path, body) }
	if req.Method != http.MethodGet {
		h.sent = append(h.sent, req.Method+" "+path+" "+string(body))
	} else {
		h.reads++
	}
	var status int
	var answer any
	var err error
	if h.intercept != nil {
		status, answer, err = h.intercept(req.Method, path, handle)
	} else {
		status, answer = handle()
	}
	if err != nil {
		return nil, err
	}
	text, isText := answer.(string)
	if !isText {
		raw, _ := json.Marshal(answer)
		text = string(raw)
	}
	return &http.Response{StatusCode: status, Status: http.StatusText(status), Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(text)), ContentLength: int64(len(text)), Request: req,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1}, nil
}

func notFound() (int, any) {
	return 404, map[string]any{"errors": []any{map[string]any{"status": "404", "title": "Resource not found"}}}
}

func (h *fakeHub) handle(req *http.Request, path string, body []byte) (int, any) {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	collection := parts[0]
	if req.Method != http.MethodGet {
		return h.write(req.Method, path, collection, parts[1:], body)
	}
	if len(parts) == 1 {
		return 200, map[string]any{collection: h.records[collection],
			"pagination": map[string]any{"skip": 0, "top": 100, "total": len(h.records[collection])}}
	}
	query := req.URL.Query()
	for _, r := range h.records[collection] {
		for _, id := range idsOf(r["id"]) {
			byUUID := query.Get("opts[provider]") == "" && id.IsHub()
			byID := id.Provider == query.Get("opts[provider]") && id.Realm == query.Get("opts[realm]")
			if id.ID == parts[1] && (byUUID || byID) {
				return 200, map[string]any{collection: r}
			}
		}
	}
	return notFound()
}

func (h *fakeHub) write(method, path, collection string, rest []string, body []byte) (int, any) {
	var in map[string]any
	if err := json.Unmarshal(body, &in); err != nil {
		return 400, "bad body"
	}
	attributes, _ := in[collection].(map[string]any)
	target, status := h.target(collection, rest, attributes), 200
	if target == nil && len(rest) > 0 {
		return notFound()
	}
	if target == nil {
		h.created++
		target, status = h.add(collection, fmt.Sprintf("new-%d", h.created), nil), 201
	}
	if len(rest) == 2 && !h.takeAway(collection, body) {
		return notFound()
	}
	h.effects = append(h.effects, method+" "+path+" "+string(body))
	mergeInto(target, attributes)
	return status, map[string]any{collection: target}
}

// takeAway deletes the records that a native merge names; it has no effect unless all of them are there.
func (h *fakeHub) takeAway(collection string, body []byte) bool {
	var in struct{ IDs []string }
	_ = json.Unmarshal(body, &in)
	left := slices.Clone(h.records[collection])
	for _, uuid := range in.IDs {
		left = slices.DeleteFunc(left, func(r map[string]any) bool { return slices.Contains(idsOf(r["id"]), hubKey(uuid)) })
	}
	if len(left) != len(h.records[collection])-len(in.IDs) {
		return false
	}
	h.records[collection] = left
	return true
}

// target is the record that a write addresses, nil when there is none.
func (h *fakeHub) target(collection string, rest []string, attributes map[string]any) map[string]any {
	for _, r := range h.records[collection] {
		for _, id := range idsOf(r["id"]) {
			if len(rest) > 0 && id.IsHub() && id.ID == rest[0] {
				return r
			}
			if len(rest) == 0 && slices.Contains(idsOf(attributes["id"]), id) {
				return r
			}
		}
	}
	return nil
}

// mergeInto is a sparse update: IDs are added, nested objects merged, the rest replaced.
func mergeInto(target, attributes map[string]any) {
	for key, value := range attributes {
		nested, isObject := value.(map[string]any)
		old, wasObject := target[key].(map[string]any)
		switch {
		case key == "id":
			ids := idsOf(target["id"])
			for _, id := range idsOf(value) {
				if !slices.Contains(ids, id) {
					ids = append(ids, id)
				}
			}
			target["id"] = idArray(ids)
		case isObject && wasObject:
			mergeInto(old, nested)
		default:
			target[key] = value
		}
	}
}

func idArray(ids []connec.ExternalID) []any {
	out := make([]any, len(ids))
	for i, id := range ids {
		out[i] = map[string]any{"provider": id.Provider, "realm": id.Realm, "id": id.ID}
	}
	return out
}

func (h *fakeHub) add(collection, uuid string, attributes map[string]any, ids ...connec.ExternalID) map[string]any {
	r := map[string]any{"id": idArray(append([]connec.ExternalID{hubKey(uuid)}, ids...)), "updated_at": "2026-01-01T00:00:00Z"}
	maps.Copy(r, attributes)
	if h.records == nil {
		h.records = map[string][]map[string]any{}
	}
	h.records[collection] = append(h.records[collection], r)
	return r
}

func (h *fakeHub) snapshot(t *testing.T) string {
	t.Helper()
	raw, err := json.Marshal(h.records)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func hubKey(uuid string) connec.ExternalID {
	return connec.ExternalID{Provider: connec.HubProvider, Realm: testRealm, ID: uuid}
}

func appID(id string) connec.ExternalID {
	return connec.ExternalID{Provider: "my-application", Realm: "2243", ID: id}
}

func otherID(id string) connec.ExternalID {
	return connec.ExternalID{Provider: "other-app", Realm: "77", ID: id}
}

// raw is a body of one record under its collection.
func rawBody(collection string, attributes map[string]any) json.RawMessage {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(map[string]any{collection: attributes})
	return bytes.TrimSpace(b.Bytes())
}

// attachOp gives the record the application's ID.
func attachOp(uuid, id string) Operation {
	return Operation{ID: "attach-" + uuid, Type: TypeAttach, Collection: "people", ClusterID: "people-1", Target: hubKey(uuid).String(),
		Request:  &connec.Request{Method: "PUT", Path: "/people/" + uuid, Body: rawBody("people", map[string]any{"id": idArray([]connec.ExternalID{appID(id)})})},
		BearsIDs: []connec.ExternalID{appID(id)},
		Before:   Snapshot{IDs: []connec.ExternalID{hubKey(uuid), otherID(uuid)}},
		Expect:   Snapshot{IDs: []connec.ExternalID{hubKey(uuid), appID(id), otherID(uuid)}},
		Reason:   Reason{Kinds: []string{"fuzzy"}, Probability: 0.999, Text: "same e-mail and birth date"}}
}

// fillOp sets a field of the record, by the documented upsert bearing the other application's ID.
func fillOp(uuid, before, after string) Operation {
	ids := []connec.ExternalID{hubKey(uuid), otherID(uuid)}
	return Operation{ID: "consolidate-" + uuid, Level: 1, Type: TypeConsolidate, Collection: "people", Target: hubKey(uuid).String(),
		Request: &connec.Request{Method: "POST", Path: "/people", Body: rawBody("people", map[string]any{
			"id": idArray([]connec.ExternalID{otherID(uuid)}), "email": map[string]any{"address": after}})},
		BearsIDs: []connec.ExternalID{otherID(uuid)},
		Before:   Snapshot{IDs: ids, Fields: map[string]json.RawMessage{"email.address": quoted(before)}},
		Expect:   Snapshot{IDs: ids, Fields: map[string]json.RawMessage{"email.address": quoted(after)}},
		Reason:   Reason{Kinds: []string{"shared_id"}, Probability: 1}}
}

func createOp(id, name string) Operation {
	return Operation{ID: "create-" + id, Level: 2, Type: TypeCreate, Collection: "people",
		Request: &connec.Request{Method: "POST", Path: "/people", Body: rawBody("people", map[string]any{
			"id": idArray([]connec.ExternalID{appID(id)}), "first_name": name})},
		BearsIDs: []connec.ExternalID{appID(id)},
		Expect:   Snapshot{IDs: []connec.ExternalID{appID(id)}, Fields: map[string]json.RawMessage{"first_name": quoted(name)}},
		Reason:   Reason{Text: "the hub lacks it"}}
}

func quoted(s string) json.RawMessage {
	raw, _ := json.Marshal(s)
	return raw
}

// newWorld is a hub with four people, and the options to apply a plan of the operations to it.
func newWorld(t *testing.T, ops ...Operation) (*fakeHub, ApplyOptions) {
	t.Helper()
	h := &fakeHub{}
	for i := range 4 {
		uuid := fmt.Sprintf("u%d", i+1)
		h.add("people", uuid, map[string]any{"first_name": "Ann", "email": map[string]any{"address": "old@x.org"}}, otherID(uuid))
	}
	path := filepath.Join(t.TempDir(), "plan.ndjson")
	writePlanFile(t, path, testHeader(4), ops)
	return h, optionsFor(t, path, h)
}

func testHeader(people int64) Header {
	return Header{Format: Format, Tool: "test", Endpoint: testEndpoint, Group: testGroup, Source: "hub",
		HubRecords: map[string]int64{"people": people}, Writes: map[string]int64{}, Allow: []string{}}
}

func writePlanFile(t testing.TB, path string, h Header, ops []Operation) {
	t.Helper()
	h.Operations, h.Withheld = 0, 0
	for _, op := range ops {
		if op.Type == TypeWithheld {
			h.Withheld++
		} else {
			h.Operations++
		}
	}
	writeLines(t, path, h, ops)
}

// writeLines seals a plan with the header as it is.
func writeLines(t testing.TB, path string, h Header, ops []Operation) {
	t.Helper()
	w, err := createPlan(path)
	if err != nil {
		t.Fatal(err)
	}
	defer w.discard()
	lines := []any{h}
	for _, op := range ops {
		lines = append(lines, op)
	}
	for _, v := range lines {
		sealed, err := sealLine(v)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.line(sealed); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.close(); err != nil {
		t.Fatal(err)
	}
}

func optionsFor(t testing.TB, path string, doer connec.Doer) ApplyOptions {
	return ApplyOptions{Plan: path, Doer: doer, Getenv: func(string) string { return "k" },
		Config: &config.Config{
			Sources: []config.Source{{Name: "hub", Type: config.TypeConnec, Endpoint: testEndpoint, Group: testGroup,
				Credentials: config.Credentials{KeyEnv: "K", SecretEnv: "S"}}},
			Merge: config.Merge{MaxShare: 1},
		},
		seams: seams{wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }, lockDir: t.TempDir(),
			now: func() time.Time { return time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC) }}}
}

func mustApply(t *testing.T, o ApplyOptions) ApplyResult {
	t.Helper()
	r, err := Apply(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}
