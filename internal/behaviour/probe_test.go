package behaviour_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sameas/sameas/internal/behaviour"
	"github.com/sameas/sameas/internal/connec"
	"github.com/sameas/sameas/internal/sandbox"
)

const endpoint = "http://127.0.0.1:9/api/v2"

// pageMax is a limit that tests try beside the server's own.
const pageMax = "7"

// valuesOf are the values of a question that the tests try.
func valuesOf(q behaviour.Question) []string {
	if q.Name == behaviour.PageMax {
		return []string{"100", pageMax}
	}
	return q.Values()
}

// aloneAndInPairs are the default settings, each other value alone, and each two.
func aloneAndInPairs() []behaviour.Settings {
	defaults := behaviour.Settings{}
	for _, q := range behaviour.Questions() {
		defaults[q.Name] = valuesOf(q)[0]
	}
	all := []behaviour.Settings{defaults}
	for i, q := range behaviour.Questions() {
		for _, v := range valuesOf(q)[1:] {
			one := defaults.With(q.Name, v)
			all = append(all, one)
			for _, other := range behaviour.Questions()[i+1:] {
				for _, w := range valuesOf(other)[1:] {
					all = append(all, one.With(other.Name, w))
				}
			}
		}
	}
	return all
}

// server behaves so, and holds 30 people, two of whom share an ID; people share it from long before any probe.
func server(t *testing.T, s behaviour.Settings, shared bool) *sandbox.Server {
	t.Helper()
	b, err := sandbox.BehaveAs(s)
	if err != nil {
		t.Fatal(err)
	}
	hub, err := sandbox.New(sandbox.Options{Behave: b, Now: func() time.Time { return time.Date(2026, 5, 1, 8, 0, 0, 0, time.UTC) }})
	if err != nil {
		t.Fatal(err)
	}
	var people strings.Builder
	for i := range 30 {
		id := i
		if shared && i == 20 {
			id = 10
		}
		fmt.Fprintf(&people, `{"id":[{"provider":"connec","realm":"org-sandbox","id":"u%d"},{"provider":"other-app","realm":"77","id":"x%d"}],"first_name":"Ann","created_at":"2026-01-%02dT00:00:00Z"}`+"\n", i, id, i+1)
	}
	if err := hub.Load("people", strings.NewReader(people.String())); err != nil {
		t.Fatal(err)
	}
	return hub
}

func options(t *testing.T, doer connec.Doer) behaviour.Options {
	t.Helper()
	client, err := connec.NewClient(connec.Options{Endpoint: endpoint, Group: sandbox.DefaultGroup, Doer: doer, RetryWait: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	return behaviour.Options{Hub: client, Endpoint: endpoint, Group: sandbox.DefaultGroup, Provider: sandbox.DefaultProvider, Realm: sandbox.DefaultRealm,
		ForeignProvider: "other-app", ForeignRealm: "77", Mark: "t1", Native: true, Now: func() time.Time { return time.Date(2026, 5, 1, 8, 0, 0, 0, time.UTC) }}
}

func probe(t *testing.T, hub *sandbox.Server) behaviour.File {
	t.Helper()
	doer, err := hub.Doer(endpoint)
	if err != nil {
		t.Fatal(err)
	}
	f, err := behaviour.Probe(context.Background(), options(t, doer))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// hidden are the questions that no request can answer under the settings: a server that refuses every ID which another
// record holds refuses an upsert by two records' IDs whichever it would choose.
func hidden(s behaviour.Settings, shared bool) []string {
	var names []string
	if s[behaviour.HeldID] == behaviour.Error && s[behaviour.PostAddsIDs] == behaviour.True {
		names = append(names, behaviour.MultiMatch)
	}
	if s[behaviour.HeldID] != behaviour.Share && !shared {
		names = append(names, behaviour.GetAmbiguous)
	}
	return names
}

// Whatever the server does, alone or in pairs, the probe finds it; what no request can show stays unknown, with why.
// Nothing else of the hub has changed then, what the probe made is told and out of use, and of the group's own records,
// which it may have to read, no content is kept.
func TestProbeFindsEverySetting(t *testing.T) {
	t.Parallel()
	for _, settings := range aloneAndInPairs() {
		for _, shared := range []bool{true, false} {
			if !shared && settings[behaviour.HeldID] == behaviour.Share {
				continue // the probe shares an ID of its own: those of others are not looked for
			}
			hub := server(t, settings, shared)
			before := state(hub)
			f := probe(t, hub)
			unseen := hidden(settings, shared)
			for name, want := range settings {
				got := f.Findings[name]
				if slices.Contains(unseen, name) {
					want = behaviour.Unknown
				}
				if got.Value != want || want == behaviour.Unknown && got.Note == "" || len(got.Shown) == 0 {
					t.Errorf("%s, shared %t: %s is %+v, want %s", settings, shared, name, got, want)
				}
			}
			if text := fmt.Sprint(f); strings.Contains(text, "Ann") {
				t.Errorf("%s: a person of the group stands in the file: %s", settings, text)
			}
			leavesWhatItSays(t, settings, f, before, state(hub))
		}
	}
}

func leavesWhatItSays(t *testing.T, settings behaviour.Settings, f behaviour.File, before, after map[string]string) {
	t.Helper()
	var left, made []string
	for _, l := range f.LeftBehind {
		if l.State != "INACTIVE" {
			t.Errorf("%s: %+v", settings, l)
		}
		left = append(left, l.Collection+" "+l.Key)
	}
	for key, text := range after {
		if before[key] == text {
			continue
		}
		if before[key] != "" {
			t.Errorf("%s: the probe changed %s to %s", settings, key, text)
		}
		made = append(made, key)
	}
	slices.Sort(left)
	slices.Sort(made)
	if diff := cmp.Diff(made, left); diff != "" {
		t.Errorf("%s: made and not told, or told and not made:\n%s", settings, diff)
	}
}

// state is every record of the hub by collection and key.
func state(hub *sandbox.Server) map[string]string {
	all := map[string]string{}
	for _, collection := range []string{"people", "organizations"} {
		hub.Each(collection, func(r sandbox.Shown) {
			all[collection+" "+r.Key.String()] = string(r.Body)
		})
	}
	return all
}

// What was written is what is read; the sandbox then behaves as what was probed did.
func TestFileRoundTrip(t *testing.T) {
	t.Parallel()
	for _, settings := range aloneAndInPairs()[:8] {
		f := probe(t, server(t, settings, true))
		path := filepath.Join(t.TempDir(), "behaviour.yaml")
		if err := f.Save(path); err != nil {
			t.Fatal(err)
		}
		back, err := behaviour.Load(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(f, back); diff != "" {
			t.Errorf("%s: %s", settings, diff)
		}
		again := probe(t, server(t, back.Settings(), true))
		if diff := cmp.Diff(f.Settings(), again.Settings()); diff != "" {
			t.Errorf("%s: probed again: %s", settings, diff)
		}
	}
}
