package merge

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/sameas/sameas/internal/connec"
	"github.com/sameas/sameas/internal/sandbox"
)

// editor changes targets of a plan while it is applied: before a request reaches the hub or after it has, but never
// between the read of a target and the write that was decided on it. That gap cannot be closed from here (README,
// "Limits"); everything outside it is what apply must not touch.
type editor struct {
	wire    connec.Doer
	hub     *watchedHub
	records []string // UUIDs of the plan's targets
	share   float64  // of the targets that are edited

	mu    sync.Mutex
	rng   *rand.Rand
	gap   map[string]bool // the record was read, and no write to it has been dealt with since
	edits map[string]map[string]string
}

func (e *editor) Do(r *http.Request) (*http.Response, error) {
	uuid := e.recordOf(r)
	e.edit(uuid, 100)
	if uuid != "" {
		e.mu.Lock()
		e.gap[uuid] = true
		e.mu.Unlock()
	}
	resp, err := e.wire.Do(r)
	if uuid != "" && r.Method != http.MethodGet {
		e.mu.Lock()
		delete(e.gap, uuid)
		e.mu.Unlock()
	}
	after := 100
	if uuid != "" && r.Method != http.MethodGet && (err != nil || resp.StatusCode > 299) {
		after = 3 // while apply waits to try again
	}
	e.edit(uuid, after)
	return resp, err
}

// recordOf is the target of a request, "" for one by external ID.
func (e *editor) recordOf(r *http.Request) string {
	parts := strings.Split(strings.TrimPrefix(r.URL.Path, "/api/v2/"+testGroup+"/people"), "/")
	if len(parts) > 1 && r.URL.RawQuery == "" {
		return parts[1]
	}
	if r.Method != http.MethodPost || r.GetBody == nil {
		return ""
	}
	var in struct {
		People struct{ ID []connec.ExternalID }
	}
	body, _ := r.GetBody()
	_ = json.NewDecoder(body).Decode(&in)
	for _, id := range in.People.ID {
		if id.Provider == "other-app" {
			return id.ID
		}
	}
	return ""
}

// edit changes some record in some way, once in so many calls and if it may: one of the fields that the plan writes, another field, or the status.
func (e *editor) edit(near string, oneIn int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	uuid := e.records[e.rng.IntN(len(e.records))]
	if near != "" && (oneIn < 100 || e.rng.IntN(2) == 0) {
		uuid = near // the moments around a request to the record itself
	}
	if e.gap[uuid] || e.edits[uuid] != nil || float64(len(e.edits)) >= e.share*float64(len(e.records)) || e.rng.IntN(oneIn) > 0 {
		return
	}
	value := "edited" + fmt.Sprint(len(e.edits))
	change := []map[string]any{{"email": map[string]any{"address": value}}, {"title": value}, {"first_name": value}, {"status": "ARCHIVED"},
		{"organization_id": idArray([]connec.ExternalID{hubKey("o3")})}}[e.rng.IntN(5)]
	r := httptest.NewRequest(http.MethodPut, "/api/v2/"+testGroup+"/people/"+uuid, bytes.NewReader(rawBody("people", change)))
	r.SetBasicAuth(sandbox.DefaultKey, sandbox.DefaultSecret)
	answer := httptest.NewRecorder()
	e.hub.server.ServeHTTP(answer, r)
	if answer.Code != http.StatusOK {
		return // merged away already
	}
	e.edits[uuid] = map[string]string{}
	for path, v := range change {
		switch v := v.(type) {
		case string:
			e.edits[uuid][path] = v
		case map[string]any:
			e.edits[uuid][path+".address"] = value
		default:
			e.edits[uuid][path] = hubKey("o3").String()
		}
	}
}

// lost are the edits that are no longer there.
func (e *editor) lost() (lost []string) {
	now := map[string]observed{}
	e.hub.server.Each("people", func(s sandbox.Shown) {
		if o, err := observe(s.Body); err == nil {
			now[o.uuid] = o
		}
	})
	for uuid, edit := range e.edits {
		for path, want := range edit {
			o, there := now[uuid]
			got := scalar(o.at(path))
			if path == "organization_id" {
				got = o.ref(path)
			}
			if !there || got != want {
				lost = append(lost, fmt.Sprintf("%s %s: %q, the editor wrote %q", uuid, path, got, want))
			}
		}
	}
	return lost
}

// An editor who changes 5 % of the targets while a plan is applied, on a good wire and on a bad one, loses nothing:
// what was changed before apply came to it is left alone and named, what was changed after is left alone.
func TestAnEditorLosesNothing(t *testing.T) {
	t.Parallel()
	edits, drifted := 0, int64(0)
	// Which edits meet which requests hangs on how the operations fall together: worlds are made until enough have met.
	for seed := uint64(0); seed < seeds(8, 400) || seed < 100 && (edits < 20 || drifted < 5); seed++ {
		synctest.Test(t, func(t *testing.T) {
			when := fmt.Sprintf("seed %d", seed)
			server, ops := everyTypeServer(t, 20, sandbox.Options{})
			if err := server.Load("organizations", strings.NewReader(`{"id":[{"provider":"connec","realm":"org-1","id":"o3"}],"name":"o3"}`)); err != nil {
				t.Fatal(err)
			}
			hub := &watchedHub{server: server, effects: map[string]int{}, told: func(int) {}}
			wire := &faultyWire{hub: hub, share: []float64{0, 0.2}[seed%2], kinds: faultKinds(), rng: rand.New(rand.NewPCG(seed, 18))}
			e := &editor{wire: wire, hub: hub, share: 0.05, rng: rand.New(rand.NewPCG(seed, 19)), gap: map[string]bool{}, edits: map[string]map[string]string{}}
			for _, op := range ops {
				if op.Target != "" {
					e.records = append(e.records, uuidOf(op.Target))
				}
			}
			dir := t.TempDir()
			o := childJob{Plan: filepath.Join(dir, "plan.ndjson"), Endpoint: testEndpoint, Group: testGroup, LockDir: dir, Concurrency: 4}.options()
			o.Doer, o.seams.wait, o.seams.retryWait = e, nil, 0
			writePlanFile(t, o.Plan, testHeader(120), ops)
			for run := 0; ; run++ {
				r, _ := Apply(t.Context(), o)
				if r.Outcomes[OutcomeFailed]+r.Outcomes[OutcomeUnknown]+r.Outcomes[OutcomeSkipped] == 0 && r.StoppedBy == "" {
					drifted += r.Outcomes[OutcomeDrifted]
					break
				}
				if run > 30 {
					t.Fatalf("%s: never ends: %+v", when, r)
				}
			}
			if lost := e.lost(); len(lost) > 0 {
				t.Fatalf("%s: lost %q", when, lost)
			}
			edits += len(e.edits)
		})
	}
	if edits < 20 || drifted < 5 {
		t.Errorf("%d edits, %d operations drifted", edits, drifted)
	}
	t.Logf("%d edits, %d operations drifted", edits, drifted)
}

// Whatever another editor writes to a record that Connec!'s own merge is to take away would go with it: that is drift,
// too. What this plan wrote there itself, and what syncs stamp on it, is none.
func TestAnEditedLoserIsNotMergedAway(t *testing.T) {
	t.Parallel()
	set := func(field string, value any) func(r map[string]any) {
		return func(r map[string]any) { r[field] = value }
	}
	for name, test := range map[string]struct {
		edit    func(r map[string]any)
		repoint bool // an earlier operation of the plan moves the loser's reference
		drifts  string
	}{
		"as it was":                     {edit: func(map[string]any) {}},
		"a value that survives":         {edit: set("first_name", "Annabel"), drifts: `first_name: planned from "Ann", now "Annabel", wanted merged away`},
		"a value that lost":             {edit: set("email", map[string]any{"address": "mine@x.org"}), drifts: "email.address"},
		"a value cleared":               {edit: set("email", nil), drifts: "email.address"},
		"a field that it did not have":  {edit: set("title", "Dr"), drifts: `title: planned from null, now "Dr"`},
		"a list":                        {edit: set("notes", []any{"call back"}), drifts: "notes"},
		"a reference":                   {edit: set("organization_id", idArray([]connec.ExternalID{hubKey("o3")})), drifts: "organization_id: planned from connec/org-1/o2, now connec/org-1/o3"},
		"a new reference":               {edit: set("parent_id", idArray([]connec.ExternalID{hubKey("o3")})), drifts: "parent_id: planned from nothing"},
		"archived":                      {edit: set("status", "ARCHIVED"), drifts: "status"},
		"said to be in use":             {edit: set("status", "ACTIVE")},
		"touched by a sync":             {edit: set("updated_at", "2026-02-02T00:00:00Z")},
		"a reference moved by the plan": {edit: func(map[string]any) {}, repoint: true},
		"a reference moved by the plan, another field": {edit: set("title", "Dr"), repoint: true, drifts: "title"},
		"a new ID": {edit: func(r map[string]any) {
			r["id"] = append(r["id"].([]any), idArray([]connec.ExternalID{appID("77")})...)
		}, drifts: "ID my-application/2243/77"},
		"an ID gone": {edit: func(r map[string]any) { r["id"] = r["id"].([]any)[:1] }, drifts: "ID other-app/77/lose0"},
	} {
		h := everyTypeHub()
		ops, wrote := []Operation{mergeOp("keep0", "lose0")}, 1
		if test.repoint {
			ops, wrote = []Operation{repointOp("lose0", "o2", "o1"), ops[0]}, 2
		}
		loser := h.target("people", []string{"lose0"}, nil)
		test.edit(loser)
		o := optionsFor(t, filepath.Join(t.TempDir(), "plan.ndjson"), h)
		writePlanFile(t, o.Plan, testHeader(20), ops)
		r := mustApply(t, o)
		if test.drifts != "" {
			wrote--
		}
		if r.Outcomes[OutcomeOK] != int64(wrote) || len(h.effects) != wrote || test.drifts != "" && !strings.Contains(fmt.Sprint(r.Problems), test.drifts) {
			t.Errorf("%s: %+v, wrote %q", name, r, h.effects)
		}
	}
}

// A plan that does not say what a record holds that goes is not applied: what an editor wrote since could not be told.
func TestMergeThatSaysNothingOfItsLoserIsRefused(t *testing.T) {
	t.Parallel()
	op := mergeOp("keep0", "lose0")
	op.Losers = nil
	o := optionsFor(t, filepath.Join(t.TempDir(), "plan.ndjson"), everyTypeHub())
	writePlanFile(t, o.Plan, testHeader(20), []Operation{op})
	if _, err := Apply(t.Context(), o); err == nil || !strings.Contains(err.Error(), "without saying what that record holds") {
		t.Error(err)
	}
}
