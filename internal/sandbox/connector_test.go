package sandbox

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sameas/sameas/internal/connec"
)

// pair is a hub and the two applications of the generated world, with 3 people that both hold and 1 that each holds alone.
type pair struct {
	hub  *Server
	a, b *Connector
	at   time.Time
}

func newPair(t *testing.T) *pair {
	t.Helper()
	p := &pair{at: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)}
	now := func() time.Time { return p.at }
	var err error
	if p.hub, err = New(Options{Now: now}); err != nil {
		t.Fatal(err)
	}
	p.hub.Allow("other", "secret", OtherProvider, OtherRealm)
	truth := &Truth{entities: map[truthKey]string{}}
	connector := func(app Application, key, secret string, first int) *Connector {
		client, err := p.hub.client(key, secret)
		if err != nil {
			t.Fatal(err)
		}
		c := NewConnector(app, client, now, truth)
		for i := range 4 {
			id, entity := fmt.Sprint(first+i), fmt.Sprint("e", i)
			if i == 3 {
				entity = app.Provider
			}
			truth.add("people", app.id(id), entity)
			if err := c.Put("people", id, map[string]string{"given_name": "Name" + entity, "email": entity + "@example.com"}); err != nil {
				t.Fatal(err)
			}
		}
		return c
	}
	p.a = connector(Application{DefaultProvider, DefaultRealm}, DefaultKey, DefaultSecret, 1)
	p.b = connector(Application{OtherProvider, OtherRealm}, "other", "secret", 7)
	return p
}

func (p *pair) sync(t *testing.T, rounds int) {
	t.Helper()
	for range rounds {
		for _, c := range []*Connector{p.a, p.b} {
			p.step(t, c.syncQuietly)
		}
	}
}

// syncQuietly is Sync without its counts.
func (c *Connector) syncQuietly(ctx context.Context) error {
	_, err := c.Sync(ctx)
	return err
}

func (p *pair) step(t *testing.T, f func(context.Context) error) {
	t.Helper()
	p.at = p.at.Add(time.Minute)
	if err := f(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// counts are people in A, B and hub, then duplicates in the same.
func (p *pair) counts() [6]int {
	return [6]int{
		len(p.a.Records("people")), len(p.b.Records("people")), p.hub.Len("people"),
		p.a.Duplicates("people"), p.b.Duplicates("people"), p.hub.Duplicates("people", p.a.truth),
	}
}

// TestDuplicatesAppear is what sameas is for, in its four states: nobody told the hub which records are the same, so
// each application is given copies of what it holds.
func TestDuplicatesAppear(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name          string
		before        func(p *pair) []func(context.Context) error
		start, synced [6]int
	}{
		{"only B pushed", func(p *pair) []func(context.Context) error { return []func(context.Context) error{p.b.Push} },
			[6]int{4, 4, 4, 0, 0, 0}, [6]int{8, 8, 8, 3, 3, 3}},
		{"only A pushed", func(p *pair) []func(context.Context) error { return []func(context.Context) error{p.a.Push} },
			[6]int{4, 4, 4, 0, 0, 0}, [6]int{8, 8, 8, 3, 3, 3}},
		{"both pushed", func(p *pair) []func(context.Context) error { return []func(context.Context) error{p.a.Push, p.b.Push} },
			[6]int{4, 4, 8, 0, 0, 3}, [6]int{8, 8, 8, 3, 3, 3}},
		{"both pushed and synced back", func(p *pair) []func(context.Context) error {
			return []func(context.Context) error{p.a.Push, p.b.Push, p.a.Pull, p.b.Pull}
		}, [6]int{8, 8, 8, 3, 3, 3}, [6]int{8, 8, 8, 3, 3, 3}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := newPair(t)
			for _, f := range test.before(p) {
				p.step(t, f)
			}
			if diff := cmp.Diff(test.start, p.counts()); diff != "" {
				t.Errorf("before (-want +got):\n%s", diff)
			}
			p.sync(t, 1)
			p.sync(t, 2)
			if diff := cmp.Diff(test.synced, p.counts()); diff != "" {
				t.Errorf("after three rounds (-want +got):\n%s", diff)
			}
		})
	}
}

// TestLinkedBeforehand is the same with the IDs attached first: what one application lacks is created once, nothing twice.
func TestLinkedBeforehand(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	p.step(t, p.b.Push)
	for i := range 3 {
		h, err := p.a.client.GetByExternalID(t.Context(), "people", p.b.id(fmt.Sprint(7+i)))
		if err != nil {
			t.Fatal(err)
		}
		p.attach(t, h, p.a.id(fmt.Sprint(1+i)))
	}
	p.sync(t, 3)
	if diff := cmp.Diff([6]int{5, 5, 5, 0, 0, 0}, p.counts()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func (p *pair) attach(t *testing.T, h connec.Record, id connec.ExternalID) {
	t.Helper()
	r, err := decodeHubRecord(h.Body)
	if err != nil {
		t.Fatal(err)
	}
	body := fmt.Appendf(nil, `{"people":{"id":[{"provider":%q,"realm":%q,"id":%q}]}}`, id.Provider, id.Realm, id.ID)
	if _, err := p.a.client.Send(t.Context(), connec.Request{Method: "PUT", Path: "/people/" + r.uuid, Body: body}); err != nil {
		t.Fatal(err)
	}
}

func local(t *testing.T, c *Connector, id string) *Local {
	t.Helper()
	r := c.stores["people"].records[id]
	if r == nil {
		t.Fatalf("%s has no person %s", c.Provider, id)
	}
	return r
}

func TestUpdatesTravelAndTheNewestWins(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	p.sync(t, 3)
	// B holds A's person 4 as a copy. A changes it, then B does; B's is newer.
	var copied *Local
	for _, r := range p.b.Records("people") {
		if r.Fields["given_name"] == "Namemy-application" {
			copied = r
		}
	}
	if copied == nil || !copied.Created {
		t.Fatal("B has no copy of A's own person")
	}
	p.at = p.at.Add(time.Minute)
	if err := p.a.Put("people", "4", map[string]string{"surname": "Older"}); err != nil {
		t.Fatal(err)
	}
	p.at = p.at.Add(time.Minute)
	if err := p.b.Put("people", copied.ID, map[string]string{"surname": "Newer"}); err != nil {
		t.Fatal(err)
	}
	p.step(t, p.b.syncQuietly)
	p.step(t, p.a.syncQuietly)
	if got := local(t, p.a, "4").Fields["surname"]; got != "Newer" {
		t.Errorf("A has %q, want the newest", got)
	}
	stats, err := p.a.Sync(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range stats {
		if s.Pushed != 0 || s.Created != 0 {
			t.Errorf("a pulled update was pushed back or created again: %+v", s)
		}
	}
}

func TestRemovedStaysAwayAndInactiveDeletes(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	p.sync(t, 2)
	p.a.Remove("people", "1")
	h, err := p.a.client.GetByExternalID(t.Context(), "people", p.a.id("1"))
	if err != nil {
		t.Fatal(err)
	}
	r, err := decodeHubRecord(h.Body)
	if err != nil {
		t.Fatal(err)
	}
	put := func(body string) {
		p.at = p.at.Add(time.Minute)
		if _, err := p.a.client.Send(t.Context(), connec.Request{Method: "PUT", Path: "/people/" + r.uuid, Body: []byte(body)}); err != nil {
			t.Fatal(err)
		}
	}
	put(`{"people":{"last_name":"Changed"}}`)
	p.sync(t, 1)
	if p.a.stores["people"].records["1"] != nil {
		t.Error("a record removed from the application was created again")
	}
	before := len(p.b.Records("people"))
	put(`{"people":{"status":"INACTIVE"}}`)
	p.sync(t, 1)
	if got := len(p.b.Records("people")); got != before-1 {
		t.Errorf("B holds %d, want %d: INACTIVE is a delete", got, before-1)
	}
}

func TestOfSeveralOwnIDsTheFirstIsUsed(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	p.step(t, p.a.Push)
	h, err := p.a.client.GetByExternalID(t.Context(), "people", p.a.id("2"))
	if err != nil {
		t.Fatal(err)
	}
	p.attach(t, h, p.a.id("3"))
	r, err := decodeHubRecord(h.Body)
	if err != nil {
		t.Fatal(err)
	}
	p.at = p.at.Add(time.Minute)
	if _, err := p.a.client.Send(t.Context(), connec.Request{Method: "PUT", Path: "/people/" + r.uuid, Body: []byte(`{"people":{"title":"Dr"}}`)}); err != nil {
		t.Fatal(err)
	}
	p.step(t, p.a.Pull)
	if local(t, p.a, "2").Fields["title"] != "Dr" || local(t, p.a, "3").Fields["title"] == "Dr" {
		t.Error("want the first own ID's record changed, and that one only")
	}
}

// TestReferencesWaitForTheirTarget: a person whose organization has no own ID is left for later, as the framework does.
func TestReferencesWaitForTheirTarget(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	if err := p.a.Put("organizations", "20", map[string]string{"name": "Acme"}); err != nil {
		t.Fatal(err)
	}
	if err := p.a.Put("people", "4", map[string]string{referenceColumn: "20"}); err != nil {
		t.Fatal(err)
	}
	p.step(t, p.a.Push)
	stats, err := p.b.round(t.Context(), "people", false, true)
	if err != nil {
		t.Fatal(err)
	}
	if stats.Skipped != 1 || stats.Created != 3 {
		t.Errorf("%+v, want 3 created and 1 skipped", stats)
	}
	p.b.since = map[string]time.Time{}
	p.step(t, p.b.syncQuietly)
	orgs := p.b.Records("organizations")
	if len(orgs) != 1 {
		t.Fatalf("%d organizations in B, want 1", len(orgs))
	}
	for _, r := range p.b.Records("people") {
		if r.Fields["given_name"] == "Namemy-application" && r.Fields[referenceColumn] != orgs[0].ID {
			t.Errorf("the copy refers to %q, want B's own %q", r.Fields[referenceColumn], orgs[0].ID)
		}
	}
}

// world writes a small world's files: two people that both applications hold, one of them on the hub twice.
func world(t *testing.T) (*Server, string) {
	t.Helper()
	dir := t.TempDir()
	files := map[string]string{
		"truth.csv": "provider,realm,id,entity,collection,kind,indistinguishable\n" +
			"connec,org-sandbox,h1,e1,people,,\nconnec,org-sandbox,h2,e1,people,,\nother-app,77,7,e1,people,,\nother-app,77,8,e2,people,,\n" +
			"my-application,2243,1,e1,people,,\nmy-application,2243,2,e2,people,,\n",
		"application_people.csv": "contact_id,given_name,surname,date_of_birth\n1,Ann,Lee,1980-02-03\n2,Bob,Ray,\n",
		"other_people.csv":       "contact_id,given_name,surname\n7,Anne,Lee\n8,Bob,Ray\n",
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s, err := New(Options{})
	if err != nil {
		t.Fatal(err)
	}
	ndjson := `{"id":[{"provider":"other-app","realm":"77","id":"7"},{"provider":"connec","realm":"org-sandbox","id":"h1"}],"status":"ACTIVE","first_name":"Anne","created_at":"2020-01-01T00:00:00Z","updated_at":"2020-01-01T00:00:00Z"}
{"id":[{"provider":"connec","realm":"org-sandbox","id":"h2"}],"status":"ACTIVE","first_name":"Ann","created_at":"2020-01-01T00:00:00Z","updated_at":"2020-01-01T00:00:00Z"}
`
	if err := s.Load("people", strings.NewReader(ndjson)); err != nil {
		t.Fatal(err)
	}
	return s, dir
}

func TestOnboardWithAndWithout(t *testing.T) {
	t.Parallel()
	s, dir := world(t)
	without, err := Onboard(t.Context(), s, dir, 3)
	if err != nil {
		t.Fatal(err)
	}
	if s.Len("people") != 2 {
		t.Errorf("the server itself has %d people now, want 2 as before", s.Len("people"))
	}
	again, err := Onboard(t.Context(), s, dir, 3)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(without, again); diff != "" {
		t.Errorf("two trials differ:\n%s", diff)
	}
	// What a plan does: A's IDs on the records of the same people, B's too.
	for uuid, body := range map[string]string{
		"h1": `{"people":{"id":[{"provider":"my-application","realm":"2243","id":"1"}]}}`,
		"h2": `{"people":{"id":[{"provider":"my-application","realm":"2243","id":"1"},{"provider":"other-app","realm":"77","id":"7"}]}}`,
	} {
		client, err := s.client(DefaultKey, DefaultSecret)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.Send(t.Context(), connec.Request{Method: "PUT", Path: "/people/" + uuid, Body: []byte(body)}); err != nil {
			t.Fatal(err)
		}
	}
	with, err := Onboard(t.Context(), s, dir, 3)
	if err != nil {
		t.Fatal(err)
	}
	want := []Comparison{
		{Provider: "my-application", Realm: "2243", Collection: "organizations"},
		{Provider: "my-application", Realm: "2243", Collection: "people", Without: 3, With: 1, TwinsWithout: 3, TwinsWith: 1},
		{Provider: "other-app", Realm: "77", Collection: "organizations"},
		{Provider: "other-app", Realm: "77", Collection: "people", Without: 3, With: 1, TwinsWithout: 3, TwinsWith: 1},
	}
	if diff := cmp.Diff(want, Compare(without, with)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestFilesRoundTrip(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	path := filepath.Join(t.TempDir(), "people.csv")
	if err := p.a.WriteFile("people", path); err != nil {
		t.Fatal(err)
	}
	c := NewConnector(p.a.Application, p.a.client, nil, p.a.truth)
	if err := c.LoadFile("people", path); err != nil {
		t.Fatal(err)
	}
	for _, r := range p.a.Records("people") {
		got := local(t, c, r.ID)
		if got.Fields["email"] != r.Fields["email"] || got.entity != r.entity {
			t.Errorf("%s: %v, want %v", r.ID, got, r)
		}
	}
}
