package connec

import (
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestWaitsAreCapped(t *testing.T) {
	t.Parallel()
	now := time.Date(2019, 1, 30, 12, 0, 0, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"0": 0, "1": time.Second, "60": time.Minute, "61": time.Minute,
		"1743440400":              maxRetryAfter, // 484289 hours
		"99999999999999999999999": maxRetryAfter,
		now.Add(5 * time.Second).Format(http.TimeFormat): 5 * time.Second,
		now.Add(-time.Hour).Format(http.TimeFormat):      0,
		"Fri, 31 Dec 9999 23:59:59 GMT":                  maxRetryAfter,
	} {
		if got, ok := retryAfter(value, now); !ok || got != want {
			t.Errorf("Retry-After %q: %v %v, want %v", value, got, ok, want)
		}
	}
	for _, value := range []string{"", "soon", "-1", "1.5"} {
		if got, ok := retryAfter(value, now); ok {
			t.Errorf("Retry-After %q was read as %v", value, got)
		}
	}
	for attempt, want := range []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second, 16 * time.Second, maxBackoff, maxBackoff} {
		if got := backoff(time.Second, maxBackoff, attempt, nil); got != want {
			t.Errorf("pause %d: %v, want %v", attempt, got, want)
		}
	}
	if got := backoff(time.Second, maxBackoff, 1_000_000, nil); got != maxBackoff {
		t.Errorf("pause 1000000: %v", got)
	}
	late := &http.Response{StatusCode: 429, Header: http.Header{"Retry-After": {"1743440400"}}}
	if got := backoff(time.Second, maxBackoff, 0, late); got != maxRetryAfter {
		t.Errorf("pause that the server wants: %v", got)
	}
}

// TestSecretsAreInNoError lets a server echo the credentials in every place that an error could take words from.
func TestSecretsAreInNoError(t *testing.T) {
	t.Parallel()
	basic := base64.StdEncoding.EncodeToString([]byte(canaryKey + ":" + canarySecret))
	echo := fmt.Sprintf("%s %s %s", canaryKey, canarySecret, basic)
	var texts []string
	for _, body := range []string{
		echo, `{"errors":[{"title":"` + echo + `","detail":"` + echo + `"}]}`, `{"` + echo + `":1}`, `"` + echo + `"`, "{" + echo, `{"people":"` + echo + `"}`,
	} {
		for _, status := range []int{200, 301, 400, 401, 404, 500} {
			s := newServer(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Location", "https://"+canaryKey+"@example.com/?"+basic)
				w.WriteHeader(status)
				fmt.Fprint(w, body)
			})
			c := s.client(t)
			_, err := c.List(t.Context(), "people", ListOptions{})
			_, writeErr := c.Send(t.Context(), Request{"POST", "/people", json.RawMessage(`{}`)})
			_, batchErr := c.Batch(t.Context(), []Request{{"POST", "/people", json.RawMessage(`{}`)}})
			texts = append(texts, fmt.Sprintf("%v %+v %#v", err, err, err), fmt.Sprint(writeErr, batchErr), fmt.Sprintf("%v %+v %#v", c, c, c))
		}
	}
	o := Options{Endpoint: "https://x.example", Group: "cld-1", Key: canaryKey, Secret: canarySecret}
	texts = append(texts, fmt.Sprintf("%v %+v %#v %s", o, o, o, &o))
	_, err := NewClient(Options{Endpoint: "https://" + canaryKey + ":" + canarySecret + "@x.example", Group: "cld-1"})
	_, worse := NewClient(Options{Endpoint: "https://" + canaryKey + ":%zz@x.example", Group: "cld-1"})
	texts = append(texts, fmt.Sprint(err, worse))
	for _, text := range texts {
		for _, secret := range []string{canaryKey, canarySecret, basic} {
			if strings.Contains(text, secret) {
				t.Errorf("a credential stands in %q", text)
			}
		}
	}
}

func TestAnswersAreBounded(t *testing.T) {
	t.Parallel()
	s := newServer(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		defer z.Close()
		fmt.Fprint(z, `{"people":[{"a":"`+strings.Repeat("x", 1<<20)+`"}]}`)
	})
	c := s.client(t)
	if p, err := c.List(t.Context(), "people", ListOptions{}); err != nil || len(p.Records) != 1 {
		t.Fatalf("below the limit: %v", err)
	}
	c.maxBody = 1 << 20
	_, err := c.List(t.Context(), "people", ListOptions{})
	var e *Error
	if !errors.As(err, &e) || !strings.Contains(e.Message, "more than 1048576 bytes") || len(s.received()) != 2 {
		t.Errorf("%d requests, %v", len(s.received()), err)
	}
}

func TestEndpoints(t *testing.T) {
	t.Parallel()
	for endpoint, good := range map[string]bool{
		"https://api-connec.maestrano.com/api/v2": true, "http://127.0.0.1:8080/api/v2": true, "http://[::1]:1/": true, "http://localhost": true,
		"http://api-connec.maestrano.com": false, "http://localhost.example.com": false, "http://127.0.0.1.example.com": false, "https://user@x.example": false,
		"ftp://x.example": false, "https://": false, "x.example": false, "": false, "https://x.example?a=1": false, "https://x.example#a": false, "https://:443": false,
		"http://0x7f.1": false, "http://127.1": false, "https://x.example/%zz": false,
	} {
		if err := CheckEndpoint(endpoint, ""); (err == nil) != good {
			t.Errorf("%q: %v", endpoint, err)
		}
	}
}

// TestDepthIsCountedOutsideOfTexts holds the quick check to the same bound as the thorough one.
func TestDepthIsCountedOutsideOfTexts(t *testing.T) {
	t.Parallel()
	nested := func(depth int) string {
		return strings.Repeat(`[{"a":`, depth/2) + `"\"[[{{\\"` + strings.Repeat("}]", depth/2)
	}
	for depth, sound := range map[int]bool{2: true, 98: true, 100: true, 102: false, 4000: false} {
		if err := CheckJSON([]byte(nested(depth))); (err == nil) != sound {
			t.Errorf("depth %d: %v", depth, err)
		}
	}
}
