package connec_test

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/sameas/sameas/internal/connec"
	"github.com/sameas/sameas/internal/sandbox"
)

// sandboxClient speaks to a sandbox of its own, over a real connection.
func sandboxClient(t *testing.T, o sandbox.Options, c connec.Options) *connec.Client {
	t.Helper()
	s, err := sandbox.New(o)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	c.Endpoint, c.RetryWait = server.URL+"/api/v2", time.Microsecond
	if c.Group == "" {
		c.Group, c.Key, c.Secret = sandbox.DefaultGroup, sandbox.DefaultKey, sandbox.DefaultSecret
	}
	client, err := connec.NewClient(c)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func person(id, name string) json.RawMessage {
	return json.RawMessage(fmt.Sprintf(`{"people":{"id":[{"provider":"my-application","realm":"2243","id":%q}],"first_name":%q}}`, id, name))
}

// TestLifeOfARecord creates, updates, links, lists and merges records on the sandbox.
func TestLifeOfARecord(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	c := sandboxClient(t, sandbox.Options{}, connec.Options{})
	created, err := c.Send(ctx, connec.Request{Method: "POST", Path: "/people", Body: person("a/1", "Ann")})
	if err != nil || created.Status != 201 {
		t.Fatalf("create: %d, %v", created.Status, err)
	}
	if again, err := c.Send(ctx, connec.Request{Method: "POST", Path: "/people", Body: person("a/1", "Anne")}); err != nil || again.Status != 200 {
		t.Fatalf("upsert: %d, %v", again.Status, err)
	}
	ann := connec.ExternalID{Provider: "my-application", Realm: "2243", ID: "a/1"}
	read, err := c.GetByExternalID(ctx, "people", ann)
	if err != nil || !strings.Contains(string(read.Body), `"Anne"`) {
		t.Fatalf("by external ID: %s, %v", read.Body, err)
	}
	hub := hubID(t, read)
	batch, err := c.Batch(ctx, []connec.Request{
		{Method: "POST", Path: "/people", Body: person("2", "Bob")},
		{Method: "PUT", Path: "/people/" + hub.ID, Body: person("3", "Anna")},
		{Method: "PUT", Path: "/people/no-such-uuid", Body: person("4", "Nobody")},
	})
	if err != nil || batch[0].Status != 201 || batch[1].Status != 200 || batch[2].Status != 404 || batch[2].Message == "" {
		t.Fatalf("batch: %+v, %v", batch, err)
	}
	if ids := idsOf(t, batch[1]); len(ids) != 3 {
		t.Errorf("linking added no ID: %v", ids)
	}
	page, err := c.List(ctx, "people", connec.ListOptions{Top: 1, OrderBy: "created_at asc"})
	if err != nil || page.Total != 2 || !page.More || len(page.Records) != 1 {
		t.Fatalf("list: %+v, %v", page, err)
	}
	merge := fmt.Sprintf(`{"ids":[%q],"people":{"first_name":"Ann"}}`, hubID(t, batch[0]).ID)
	if r, err := c.Send(ctx, connec.Request{Method: "PUT", Path: "/people/" + hub.ID + "/merge", Body: json.RawMessage(merge)}); err != nil || r.Status != 200 {
		t.Fatalf("native merge: %d, %v", r.Status, err)
	}
	if page, err = c.List(ctx, "people", connec.ListOptions{Skip: 0, Top: 100}); err != nil || page.Total != 1 || page.More {
		t.Errorf("after the merge: %+v, %v", page, err)
	}
	if _, err := c.Get(ctx, "people", "no-such-uuid"); !connec.IsNotFound(err) {
		t.Errorf("a record that is not there: %v", err)
	}
}

func TestSandboxRefusesAStranger(t *testing.T) {
	t.Parallel()
	c := sandboxClient(t, sandbox.Options{}, connec.Options{Group: sandbox.DefaultGroup, Key: "canary-key", Secret: "canary-secret"})
	_, err := c.List(t.Context(), "people", connec.ListOptions{})
	if err == nil || !strings.Contains(err.Error(), "GET /people: 401:") || !strings.Contains(err.Error(), sandbox.DefaultGroup) || strings.Contains(err.Error(), "canary") {
		t.Errorf("got %v", err)
	}
}

// TestReadsSurviveFaults reads a hundred times through a server that fails in every way it knows.
func TestReadsSurviveFaults(t *testing.T) {
	t.Parallel()
	faults, err := sandbox.ParseFaults("500=0.1,reset=0.1,truncate=0.1,lost=0.1")
	if err != nil {
		t.Fatal(err)
	}
	c := sandboxClient(t, sandbox.Options{Faults: faults, Seed: 1}, connec.Options{Retries: 30})
	for range 100 {
		if page, err := c.List(t.Context(), "people", connec.ListOptions{Top: 10}); err != nil || page.Total != 0 {
			t.Fatalf("%+v, %v", page, err)
		}
	}
}

func hubID(t *testing.T, r connec.Record) connec.ExternalID {
	t.Helper()
	for _, id := range idsOf(t, r) {
		if id.IsHub() {
			return id
		}
	}
	t.Fatalf("no connec ID in %s", r.Body)
	return connec.ExternalID{}
}

func idsOf(t *testing.T, r connec.Record) []connec.ExternalID {
	t.Helper()
	var record struct {
		ID json.RawMessage `json:"id"`
	}
	if err := json.Unmarshal(r.Body, &record); err != nil {
		t.Fatal(err)
	}
	ids, defects := connec.DecodeIDs(record.ID, "")
	if len(defects) > 0 {
		t.Fatalf("defects: %+v", defects)
	}
	return ids
}
