package connec

import (
	"slices"
	"strings"
	"testing"
)

func TestDiscover(t *testing.T) {
	t.Parallel()
	s := newServer(t, answerWith(200, []byte(`{"_links": [{"people": {"href": "https://other.example/people"}}, {"accounts": {}, "Bad Name": {}}, {"people": {}}]}`)))
	names, err := s.client(t).Discover(t.Context())
	if err != nil || !slices.Equal(names, []string{"accounts", "people"}) {
		t.Errorf("%q, %v", names, err)
	}
	if got := s.received(); len(got) != 1 || got[0].URL.Path != "/api/v2/cld-1234" {
		t.Errorf("%d requests, the first to %s", len(got), got[0].URL.Path)
	}
	for body, want := range map[string]string{`{"people": []}`: "no list of collections", `{"_links": 3}`: "no list", `{`: "not sound JSON"} {
		if names, err := newServer(t, answerWith(200, []byte(body))).client(t).Discover(t.Context()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %q, %v", body, names, err)
		}
	}
	if _, err := newServer(t, answerWith(404, nil)).client(t).Discover(t.Context()); !IsNotFound(err) {
		t.Errorf("404: %v", err)
	}
}

// TestKnownCollections holds the lists together: what may refer is known, each name once and fit for a URL.
func TestKnownCollections(t *testing.T) {
	t.Parallel()
	known := KnownCollections()
	for i, name := range known {
		if CheckCollection(name) != nil || slices.Contains(known[:i], name) {
			t.Errorf("%s", name)
		}
	}
	for _, name := range PossibleReferrers() {
		if !slices.Contains(known, name) || Refers(name) == "" {
			t.Errorf("%s may refer and is not known", name)
		}
	}
	if Refers("people") != RefersKnown || Refers("payments") != RefersKnown || Refers("credit_notes") != RefersPossible || Refers("organizations") != "" {
		t.Error("who refers")
	}
}
