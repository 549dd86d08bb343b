package cli_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sameas/sameas/internal/cli"
	"github.com/sameas/sameas/internal/connec"
	"github.com/sameas/sameas/internal/sandbox"
)

// The seed's scenario: A is ours and knows natively that its records 1, 2 and 3 are B's 7, 8 and 9. A4 and B10 have no
// counterpart. Five people, therefore, whoever counts.
const seedPeople = 5

// counts of people in A, in B and on the hub.
type counts struct{ a, b, hub int }

func TestSeedScenario(t *testing.T) {
	t.Parallel()
	type state struct {
		name string
		// push brings the hub into the state that onboarding meets.
		push func(*seed)
		// before, synced and settled are the counts with sameas: when it starts, after the first sync of both
		// applications, and after two more rounds. control is what sync alone leads to.
		before, synced, settled, control counts
		// native lets Connec!'s own merge take the hub's duplicates away.
		native bool
	}
	states := []state{
		{
			name:    "only B was pushed",
			push:    func(s *seed) { s.must(s.b.Push(s.ctx)) },
			before:  counts{4, 4, 4},
			synced:  counts{5, 5, 5},
			settled: counts{5, 5, 5},
			control: counts{8, 8, 8},
		},
		{
			name:    "only A was pushed",
			push:    func(s *seed) { s.must(s.a.Push(s.ctx)) },
			before:  counts{4, 4, 4},
			synced:  counts{4, 5, 5}, // A syncs first, and B has yet to push its own
			settled: counts{5, 5, 5},
			control: counts{8, 8, 8},
		},
		{
			name:    "both were pushed",
			push:    func(s *seed) { s.must(s.a.Push(s.ctx)); s.must(s.b.Push(s.ctx)) },
			before:  counts{4, 4, 8},
			synced:  counts{5, 5, 8},
			settled: counts{5, 5, 8},
			control: counts{8, 8, 8},
		},
		{
			name:    "both were pushed, merged by the hub",
			push:    func(s *seed) { s.must(s.a.Push(s.ctx)); s.must(s.b.Push(s.ctx)) },
			before:  counts{4, 4, 8},
			synced:  counts{5, 5, 5},
			settled: counts{5, 5, 5},
			control: counts{8, 8, 8},
			native:  true,
		},
		{
			// The sync made the copies before sameas was asked: four in each application, three of them of a person that
			// it held already. They go first, by hand; the hub keeps its eight records, each with IDs of both sides.
			name: "both were pushed and synced back",
			push: func(s *seed) {
				s.must(s.a.Push(s.ctx))
				s.must(s.b.Push(s.ctx))
				s.sync(2)
			},
			before:  counts{8, 8, 8},
			synced:  counts{5, 5, 8},
			settled: counts{5, 5, 8},
			control: counts{8, 8, 8},
		},
	}
	for _, st := range states {
		t.Run(st.name, func(t *testing.T) {
			t.Parallel()
			control := newSeed(t)
			st.push(control)
			control.sync(3)
			control.want("sync without sameas", st.control)

			with := newSeed(t)
			with.native = st.native
			st.push(with)
			with.want("before", st.before)
			with.onboard(st.before.a > 4)
			with.sync(1)
			with.want("after the first sync", st.synced)
			with.sync(2)
			with.want("after two more rounds", st.settled)
			if st.settled.a != seedPeople || st.settled.b != seedPeople || st.control.a == st.settled.a {
				t.Error("the case shows nothing")
			}
		})
	}
}

// seed is one hub with two applications.
type seed struct {
	t      *testing.T
	ctx    context.Context
	dir    string
	server *sandbox.Server
	url    string
	a, b   *sandbox.Connector
	clock  *stepClock
	native bool
}

// stepClock moves on by a second at each look, so that newer is always told from older.
type stepClock struct {
	mu sync.Mutex
	at time.Time
}

func (c *stepClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(time.Second)
	return c.at
}

func newSeed(t *testing.T) *seed {
	t.Helper()
	s := &seed{t: t, ctx: t.Context(), dir: t.TempDir(), clock: &stepClock{at: time.Date(2018, 5, 1, 9, 0, 0, 0, time.UTC)}}
	var err error
	s.server, err = sandbox.New(sandbox.Options{Now: s.clock.now, Seed: 1})
	s.must(err)
	s.server.Allow("b-key", "b-secret", sandbox.OtherProvider, sandbox.OtherRealm)
	web := httptest.NewServer(s.server)
	t.Cleanup(web.Close)
	s.url = web.URL
	s.a = s.application(sandbox.DefaultProvider, sandbox.DefaultRealm, sandbox.DefaultKey, sandbox.DefaultSecret)
	s.b = s.application(sandbox.OtherProvider, sandbox.OtherRealm, "b-key", "b-secret")
	for _, p := range []struct{ a, b, given, surname, email, born string }{
		{"1", "7", "Amelia", "Okafor", "amelia.okafor@example.com", "1984-03-12"},
		{"2", "8", "Bruno", "Castellanos", "bruno@example.net", "1971-11-30"},
		{"3", "9", "Chloe", "Winterbourne", "chloe.w@example.org", "1990-07-04"},
		{"4", "", "Dmitri", "Halvorsen", "dmitri@example.com", "1966-01-25"},
		{"", "10", "Esther", "Nakamura", "esther.n@example.com", "1979-09-09"},
	} {
		if p.a != "" {
			s.must(s.a.Put("people", p.a, map[string]string{"given_name": p.given, "surname": p.surname, "email": p.email, "date_of_birth": p.born}))
		}
		if p.b != "" {
			s.must(s.b.Put("people", p.b, map[string]string{"given_name": strings.ToUpper(p.given), "surname": p.surname, "email": p.email}))
		}
	}
	return s
}

func (s *seed) application(provider, realm, key, secret string) *sandbox.Connector {
	s.t.Helper()
	client, err := connec.NewClient(connec.Options{Endpoint: s.url + "/api/v2", Group: sandbox.DefaultGroup, Key: key, Secret: secret})
	s.must(err)
	return sandbox.NewConnector(sandbox.Application{Provider: provider, Realm: realm}, client, s.clock.now, nil)
}

func (s *seed) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// sync runs rounds of both applications' sync.
func (s *seed) sync(rounds int) {
	s.t.Helper()
	for range rounds {
		for _, app := range []*sandbox.Connector{s.a, s.b} {
			_, err := app.Sync(s.ctx)
			s.must(err)
		}
	}
}

func (s *seed) want(when string, want counts) {
	s.t.Helper()
	got := counts{len(s.a.Records("people")), len(s.b.Records("people")), s.server.Len("people")}
	if got != want {
		s.t.Errorf("%s: people in A, B and the hub %v, want %v", when, got, want)
	}
}

// onboard runs sameas as an engineer would; with echoes, once to be told of them and once after they were removed.
func (s *seed) onboard(echoes bool) {
	s.t.Helper()
	s.writeFiles()
	if echoes {
		s.sameas(0, "extract")
		out := s.sameas(0, "match")
		if !strings.Contains(out, "3 echo") {
			s.t.Errorf("match does not name the three echoes:\n%s", out)
		}
		s.sameas(0, "report", "--out", filepath.Join(s.dir, "report"))
		fix, err := os.ReadFile(filepath.Join(s.dir, "report", "fix_in_app.csv"))
		s.must(err)
		for i, original := range []string{"1", "2", "3"} {
			s.listed(fix, s.a, original, created(s.a)[i])
		}
		for i, original := range []string{"7", "8", "9"} {
			s.listed(fix, s.b, original, created(s.b)[i])
		}
		s.removeCopies()
		s.writeFiles()
	}
	s.sameas(0, "extract")
	s.sameas(0, "match")
	plan := filepath.Join(s.dir, "plan.ndjson")
	s.sameas(0, "merge", "plan", "--out", plan)
	s.sameas(0, "merge", "dry-run", plan)
	s.sameas(0, "merge", "apply", plan)
	s.sameas(0, "merge", "verify", plan)
	if out := s.sameas(0, "merge", "apply", plan); !strings.Contains(out, "0 writes") && !strings.Contains(out, "nothing") {
		s.t.Errorf("a second apply does not say that it sent nothing:\n%s", out)
	}
	s.sameas(0, "extract", "--workspace", filepath.Join(s.dir, "after.duckdb"))
	s.sameas(0, "match", "--workspace", filepath.Join(s.dir, "after.duckdb"))
	s.sameas(0, "forecast", "--workspace", filepath.Join(s.dir, "after.duckdb"))
}

// listed checks that the file tells to keep the original and to merge the copy into it.
func (s *seed) listed(fix []byte, app *sandbox.Connector, original, copied string) {
	s.t.Helper()
	row := fmt.Sprintf("people,%s,%q,%q,%q,", app.Provider, app.Realm, original, copied) // in quotes, as texts that look like numbers are
	if !bytes.Contains(fix, []byte("\n"+row)) {
		s.t.Errorf("fix_in_app.csv has no row %q:\n%s", row, fix)
	}
}

// created are the IDs of the records that syncing made of people that the application held already.
func created(app *sandbox.Connector) []string {
	var ids []string
	for _, r := range app.Records("people") {
		if r.Created && !strings.Contains("Dmitri ESTHER", r.Fields["given_name"]) {
			ids = append(ids, r.ID)
		}
	}
	return ids
}

func (s *seed) removeCopies() {
	for _, app := range []*sandbox.Connector{s.a, s.b} {
		for _, id := range created(app) {
			app.Remove("people", id)
		}
	}
}

// writeFiles writes what the engineer has: both applications' exports, A's native links and the configuration.
func (s *seed) writeFiles() {
	s.t.Helper()
	s.must(s.a.WriteFile("people", filepath.Join(s.dir, "a.csv")))
	s.must(s.b.WriteFile("people", filepath.Join(s.dir, "b.csv")))
	links := "left_provider,left_realm,left_id,right_provider,right_realm,right_id\n"
	for i, b := range []string{"7", "8", "9"} {
		links += fmt.Sprintf("%s,%s,%d,%s,%s,%s\n", s.a.Provider, s.a.Realm, i+1, s.b.Provider, s.b.Realm, b)
	}
	s.must(os.WriteFile(filepath.Join(s.dir, "links.csv"), []byte(links), 0o600))
	merge := "{max_share: 1, rate: 0, allow: [id_on_two_records, foreign_id, outcome_unknown]}"
	if s.native {
		merge = "{max_share: 1, rate: 0, via: native, allow: [id_on_two_records, foreign_id, outcome_unknown]}"
	}
	fields := "{first_name: given_name, last_name: surname, birth_date: date_of_birth, email.address: email}"
	s.must(os.WriteFile(filepath.Join(s.dir, "sameas.yaml"), fmt.Appendf(nil, `sources:
  - {name: hub, type: connec, endpoint: "%s/api/v2", group: %s, collections: [people], rate: 0}
  - {name: a, type: file, path: a.csv, collection: people, complete: true, id: {provider: %s, realm: "%s", column: contact_id}, fields: %s}
  - {name: b, type: file, path: b.csv, collection: people, complete: true, id: {provider: %s, realm: "%s", column: contact_id}, fields: %s}
  - {name: known-links, type: links, path: links.csv, collection: people}
merge: %s
`, s.url, sandbox.DefaultGroup, s.a.Provider, s.a.Realm, fields, s.b.Provider, s.b.Realm, fields, merge), 0o600))
}

// sameas runs one command on the seed's project and requires its exit code.
func (s *seed) sameas(code int, args ...string) string {
	s.t.Helper()
	var out, errs bytes.Buffer
	all := append([]string{"sameas", "--quiet", "--config", filepath.Join(s.dir, "sameas.yaml")}, args...)
	got := cli.Run(s.ctx, all, cli.Env{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs, Getenv: func(name string) string {
		return map[string]string{"CONNEC_API_KEY": sandbox.DefaultKey, "CONNEC_API_SECRET": sandbox.DefaultSecret}[name]
	}})
	if got != code {
		s.t.Fatalf("sameas %s: exit code %d, want %d\n%s%s", strings.Join(args, " "), got, code, out.String(), errs.String())
	}
	return out.String()
}
