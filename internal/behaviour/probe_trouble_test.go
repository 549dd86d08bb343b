package behaviour_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/sameas/sameas/internal/behaviour"
	"github.com/sameas/sameas/internal/connec"
)

// wire passes requests on until trouble says otherwise.
type wire struct {
	inner   connec.Doer
	n       int // requests that write
	trouble func(n int, r *http.Request, send func() (*http.Response, error)) (*http.Response, error)
}

func (w *wire) Do(r *http.Request) (*http.Response, error) {
	if r.Method != http.MethodGet {
		w.n++
	}
	return w.trouble(w.n, r, func() (*http.Response, error) { return w.inner.Do(r) })
}

func reply(r *http.Request, status int, body string) *http.Response {
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: r}
}

// Whichever write goes wrong, lost before or after its effect, answered by 500 or by half an answer: what is found is
// true, what was not asked is unknown, and every record made is named.
func TestProbeInTrouble(t *testing.T) {
	t.Parallel()
	settings := aloneAndInPairs()[0].With(behaviour.UnmatchedReference, behaviour.Create).With(behaviour.HeldID, behaviour.Move)
	troubles := map[string]func(r *http.Request, send func() (*http.Response, error)) (*http.Response, error){
		"lost before": func(*http.Request, func() (*http.Response, error)) (*http.Response, error) {
			return nil, errors.New("reset")
		},
		"lost after": func(_ *http.Request, send func() (*http.Response, error)) (*http.Response, error) {
			_, _ = send()
			return nil, errors.New("reset")
		},
		"500": func(r *http.Request, _ func() (*http.Response, error)) (*http.Response, error) {
			return reply(r, 500, `{"errors":[{"title":"Internal server error"}]}`), nil
		},
		"cut": func(r *http.Request, send func() (*http.Response, error)) (*http.Response, error) {
			a, err := send()
			if err != nil {
				return nil, err
			}
			body, err := io.ReadAll(a.Body)
			return reply(r, a.StatusCode, string(body[:len(body)/2])), err
		},
	}
	for name, trouble := range troubles {
		for at := 1; ; at++ {
			hub := server(t, settings, true)
			before := state(hub)
			doer, err := hub.Doer(endpoint)
			if err != nil {
				t.Fatal(err)
			}
			w := &wire{inner: doer, trouble: func(n int, r *http.Request, send func() (*http.Response, error)) (*http.Response, error) {
				if n == at && r.Method != http.MethodGet {
					return trouble(r, send)
				}
				return send()
			}}
			f, err := behaviour.Probe(context.Background(), options(t, w))
			for name, finding := range f.Findings {
				if finding.Value != behaviour.Unknown && finding.Value != settings[name] {
					t.Errorf("%s at write %d: %s found %s, it is %s", name, at, name, finding.Value, settings[name])
				}
			}
			if (err != nil) != (f.Stopped != "") {
				t.Errorf("%s at write %d: %v, stopped %q", name, at, err, f.Stopped)
			}
			told(t, name, at, f, before, state(hub))
			if at > w.n {
				break
			}
		}
	}
}

// told holds what the hub holds more than before against what the file says is left.
func told(t *testing.T, name string, at int, f behaviour.File, before, after map[string]string) {
	t.Helper()
	for key, text := range after {
		if before[key] == text {
			continue
		}
		if before[key] != "" {
			t.Errorf("%s at write %d: changed %s", name, at, text)
		}
		if !slices.ContainsFunc(f.LeftBehind, func(l behaviour.Left) bool {
			_, own, _ := strings.Cut(l.Key, "sameas-probe-")
			return l.Collection+" "+l.Key == key || own != "" && strings.Contains(text, `"sameas-probe-`+own+`"`)
		}) {
			t.Errorf("%s at write %d: %s is left and not told: %+v", name, at, text, f.LeftBehind)
		}
	}
}

// A hub that does what no setting says is not forced into one.
func TestProbeOfAnotherHub(t *testing.T) {
	t.Parallel()
	refuse := func(matches func(r *http.Request, body string) bool) func(int, *http.Request, func() (*http.Response, error)) (*http.Response, error) {
		return func(_ int, r *http.Request, send func() (*http.Response, error)) (*http.Response, error) {
			if r.Body == nil {
				return send()
			}
			body, err := io.ReadAll(r.Body)
			if err != nil {
				return nil, err
			}
			r.Body = io.NopCloser(bytes.NewReader(body))
			if matches(r, string(body)) {
				return reply(r, 422, `{"errors":[{"title":"No"}]}`), nil
			}
			return send()
		}
	}
	for _, x := range []struct {
		name    string
		refuses func(r *http.Request, body string) bool
		unknown []string
	}{
		{"one ID an account", func(r *http.Request, body string) bool {
			return r.Method == "PUT" && strings.Contains(body, `"my-application"`) && !strings.Contains(body, "organization_id")
		},
			[]string{behaviour.HeldID, behaviour.MultiMatch}},
		{"no merge for applications", func(r *http.Request, _ string) bool { return strings.HasSuffix(r.URL.Path, "/merge") }, []string{behaviour.MergeMovesIDs}},
		{"no upsert of two IDs", func(r *http.Request, body string) bool {
			return r.Method == "POST" && strings.Count(body, "sameas-probe") > 1
		},
			[]string{behaviour.PostAddsIDs}},
	} {
		doer, err := server(t, aloneAndInPairs()[0], true).Doer(endpoint)
		if err != nil {
			t.Fatal(err)
		}
		f, err := behaviour.Probe(context.Background(), options(t, &wire{inner: doer, trouble: refuse(x.refuses)}))
		if err != nil {
			t.Errorf("%s: %v", x.name, err)
		}
		for _, name := range x.unknown {
			if got := f.Findings[name]; got.Value != behaviour.Unknown || got.Note == "" || got.Note == "not asked" {
				t.Errorf("%s: %s: %+v", x.name, name, got)
			}
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                                 "format",
		"format: sameas-behaviour/2\n":     "want sameas-behaviour/1",
		"format: sameas-behaviour/1\nx: 1": "2:1: unknown field",
		"format: sameas-behaviour/1\nfindings: {held: {value: share}}":         `"held" is no question: there are multi-match`,
		"format: sameas-behaviour/1\nfindings: {held-id: {value: maybe}}":      `held-id "maybe": want share, move, error, or unknown`,
		"format: sameas-behaviour/1\nfindings: {page-max: {value: many}}":      "whole number",
		"format: sameas-behaviour/1\nfindings: {held-id: {value: [share]}}":    "2:",
		"format: sameas-behaviour/1\nfindings:\n  held-id: {value: share}\n\t": "",
	} {
		path := filepath.Join(t.TempDir(), "b.yaml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := behaviour.Load(path)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	if _, err := behaviour.Load(filepath.Join(t.TempDir(), "none.yaml")); err == nil || !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "sameas probe") {
		t.Errorf("a missing file: %v", err)
	}
}
