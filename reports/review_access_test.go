package reports

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// served is a page that is served, and a browser that was let in.
type served struct {
	*Review
	t      testing.TB
	base   string
	client *http.Client
	cookie *http.Cookie
	end    func() error // tells it to end and waits
}

// serveReview serves the page over real sockets.
func serveReview(t testing.TB, o ReviewOptions) *served {
	t.Helper()
	o.Who = "anna"
	r, err := NewReview(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	l, err := Listen(0)
	if err != nil {
		t.Fatal(err)
	}
	address := r.Open(l)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- r.Serve(ctx, l) }()
	s := &served{Review: r, t: t, base: "http://" + l.Addr().String(), client: &http.Client{Transport: &http.Transport{}}}
	ended := false
	s.end = func() (err error) {
		if !ended {
			ended = true
			s.client.CloseIdleConnections()
			cancel()
			err = <-done
		}
		return err
	}
	t.Cleanup(func() {
		if err := s.end(); err != nil {
			t.Error(err)
		}
	})
	answer := s.send("GET", strings.TrimPrefix(address, s.base), "", nil)
	for _, c := range answer.Cookies() {
		s.cookie = c
	}
	if answer.StatusCode != http.StatusOK || s.cookie == nil || !s.cookie.HttpOnly || s.cookie.SameSite != http.SameSiteStrictMode {
		t.Fatalf("opening gives %d, cookie %v", answer.StatusCode, s.cookie)
	}
	return s
}

// send sends a request as the page would, but for what change alters, and closes the answer's body.
func (s *served) send(method, path, body string, change func(*http.Request)) *http.Response {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.base+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	if s.cookie != nil {
		r.AddCookie(&http.Cookie{Name: s.cookie.Name, Value: s.cookie.Value})
	}
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	if method != "GET" {
		r.Header.Set("Origin", s.base)
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set(tokenHeader, s.access.page)
	}
	if change != nil {
		change(r)
	}
	answer, err := s.client.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	text, err := io.ReadAll(answer.Body)
	answer.Body.Close()
	if err != nil {
		s.t.Fatal(err)
	}
	answer.Body = io.NopCloser(strings.NewReader(string(text)))
	return answer
}

// routes are all of the page's, each with whether it writes.
func routes() map[string]bool {
	return map[string]bool{"/": false, "/assets/style.css": false, "/assets/theme.js": false, "/assets/card.js": false, "/assets/review.js": false, "/data": false, "/next": false,
		"/item?collection=people&id=people-02": false, "/search?q=pena": false, "/match": false, "/nowhere": false, "/open?token=": false,
		"/answer": true, "/skip": true, "/undo": true, "/match?": true}
}

// foreign are addresses that are not the page's own, though they may lead to it.
func foreign(host string) []string {
	_, port, _ := net.SplitHostPort(host)
	names := []string{"localhost", "LOCALHOST", "localhost.", "127.0.0.2", "127.1", "127.000.000.001", "2130706433", "0x7f000001", "0177.0.0.1", "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]",
		"evil.example", "127.0.0.1.evil.example", "evil.example.127.0.0.1.nip.io", "localhost.evil.example", "sameas", "192.168.0.1", "10.0.0.1", "169.254.169.254", "xn--lcalhost-7fg.example"}
	var all []string
	for _, n := range names {
		all = append(all, n+":"+port)
	}
	return append(all, "127.0.0.1", "127.0.0.1:80", "127.0.0.1:"+port+"0", "evil.example", "localhost", host+".", host+"@evil.example", "evil.example:"+port+":"+port, " "+host+"x")
}

// TestReviewAnswersNothingWithoutEveryCheck tries each route with each check failing: the answer is always 403, holds
// nothing of the workspace, and nothing is written.
func TestReviewAnswersNothingWithoutEveryCheck(t *testing.T) {
	t.Parallel()
	s := serveReview(t, ReviewOptions{DB: handMade(t)})
	host := s.access.host
	broken := map[string]func(*http.Request){
		"no cookie": func(r *http.Request) { r.Header.Del("Cookie") },
		"wrong cookie": func(r *http.Request) {
			r.Header.Set("Cookie", s.cookie.Name+"="+strings.Repeat("x", len(s.cookie.Value)))
		},
		"empty cookie":    func(r *http.Request) { r.Header.Set("Cookie", s.cookie.Name+"=") },
		"another's":       func(r *http.Request) { r.Header.Set("Cookie", "sameas-review-1="+s.cookie.Value) },
		"two cookies":     func(r *http.Request) { r.AddCookie(&http.Cookie{Name: s.cookie.Name, Value: "x"}) },
		"a token instead": func(r *http.Request) { r.Header.Del("Cookie"); r.Header.Set("Authorization", "Bearer "+s.access.token) },
		"cross-site":      func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") },
		"same-site":       func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-site") },
		"two origins":     func(r *http.Request) { r.Header["Origin"] = []string{s.base, s.base} },
		"null origin":     func(r *http.Request) { r.Header.Set("Origin", "null") },
		"https origin":    func(r *http.Request) { r.Header.Set("Origin", "https://"+host) },
	}
	for _, h := range foreign(host) {
		if !strings.ContainsAny(h, " @") {
			broken["Host "+h] = func(r *http.Request) { r.Host = h }
		}
		broken["Origin "+h] = func(r *http.Request) { r.Header.Set("Origin", "http://"+h) }
	}
	if len(broken) < 60 {
		t.Fatalf("only %d ways to fail", len(broken))
	}
	writes := map[string]func(*http.Request){
		"no origin":        func(r *http.Request) { r.Header.Del("Origin") },
		"no page token":    func(r *http.Request) { r.Header.Del(tokenHeader) },
		"the cookie's":     func(r *http.Request) { r.Header.Set(tokenHeader, s.access.token) },
		"empty page token": func(r *http.Request) { r.Header.Set(tokenHeader, "") },
	}
	for route, isWrite := range routes() {
		method := "GET"
		if isWrite {
			method = "POST"
		}
		try := func(name, method string, change func(*http.Request)) {
			answer := s.send(method, route, `{"collection":"people","id":"people-02","last":1}`, change)
			text, _ := io.ReadAll(answer.Body)
			if answer.StatusCode != http.StatusForbidden || strings.Contains(string(text), "Pe") || !strings.HasPrefix(string(text), "refused: ") || len(answer.Cookies()) > 0 {
				t.Errorf("%s %s, %s: %d %s", method, route, name, answer.StatusCode, text)
			}
			checkHeaders(t, answer)
		}
		for name, change := range broken {
			if strings.HasPrefix(route, openPath) && (strings.Contains(name, "cookie") || strings.Contains(name, "site") || name == "another's" || name == "a token instead") {
				continue // the token is what lets in there; see TestReviewTokens
			}
			try(name, method, change)
		}
		for name, change := range writes {
			if isWrite {
				try(name, method, change)
			}
		}
		for _, other := range []string{"PUT", "DELETE", "PATCH", "OPTIONS"} {
			try("method", other, nil)
		}
	}
	if n := decisionsIn(t, s.o.DB); n != 0 {
		t.Errorf("%d decisions were written", n)
	}
}

func checkHeaders(t *testing.T, answer *http.Response) {
	t.Helper()
	for name, want := range map[string]string{"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY", "Access-Control-Allow-Origin": ""} {
		if got := answer.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	policy := answer.Header.Get("Content-Security-Policy")
	if !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "frame-ancestors 'none'") || strings.Contains(policy, "unsafe") {
		t.Errorf("policy is %q", policy)
	}
}

// TestReviewAnswersItsOwnPage: what passes every check is answered, on every route.
func TestReviewAnswersItsOwnPage(t *testing.T) {
	t.Parallel()
	s := serveReview(t, ReviewOptions{DB: handMade(t)})
	for route, isWrite := range routes() {
		method, want := "GET", http.StatusOK
		switch {
		case isWrite:
			method = "POST"
		case strings.HasPrefix(route, openPath):
			want = http.StatusForbidden // an empty token
		case route == "/nowhere":
			want = http.StatusNotFound
		}
		if route == "/answer" {
			want = http.StatusConflict // to no version
		}
		if route == "/undo" {
			want = http.StatusConflict // there is nothing
		}
		body := map[string]string{"/answer": `{"collection":"people","id":"people-02","groups":[0,0,0]}`, "/skip": `{"collection":"people","id":"people-02"}`, "/undo": `{"last":1}`}[route]
		answer := s.send(method, route, body, nil)
		if text, _ := io.ReadAll(answer.Body); answer.StatusCode != want {
			t.Errorf("%s %s: %d %s", method, route, answer.StatusCode, text)
		}
		checkHeaders(t, answer)
	}
	for _, body := range []string{"", "{", `{"unknown":1}`, `[]`, strings.Repeat("x", maxBody+10)} {
		if answer := s.send("POST", "/answer", body, nil); answer.StatusCode != http.StatusBadRequest {
			t.Errorf("%.20q: %d", body, answer.StatusCode)
		}
	}
}

// TestReviewTokens: the printed address lets in as often as it is used, the one for a browser's command line once.
func TestReviewTokens(t *testing.T) {
	t.Parallel()
	s := serveReview(t, ReviewOptions{DB: handMade(t)})
	anew := func(r *http.Request) { r.Header.Del("Cookie"); r.Header.Set("Sec-Fetch-Site", "cross-site") }
	once := strings.TrimPrefix(s.OpenOnce(), s.base)
	for i, c := range []struct {
		path string
		want int
	}{{openPath + "?token=" + s.access.token, 200}, {openPath + "?token=" + s.access.token, 200}, {once, 200}, {once, 403}, {openPath + "?token=" + s.access.page, 403}, {openPath, 403}, {openPath + "?token=" + s.access.token[1:], 403}} {
		answer := s.send("GET", c.path, "", anew)
		if answer.StatusCode != c.want || (len(answer.Cookies()) == 1) != (c.want == 200) {
			t.Errorf("%d: %s gives %d, want %d", i, c.path, answer.StatusCode, c.want)
		}
	}
	if len(s.access.token) < 32 || s.access.token == s.access.page {
		t.Errorf("tokens %q and %q", s.access.token, s.access.page)
	}
}

// TestReviewIsForThisMachine: a request from another address is refused, whatever it brings.
func TestReviewIsForThisMachine(t *testing.T) {
	t.Parallel()
	s := serveReview(t, ReviewOptions{DB: handMade(t)})
	for remote, want := range map[string]int{"127.0.0.1:5": 200, "[::1]:5": 200, "192.168.1.9:5": 403, "10.0.0.1:5": 403, "[2001:db8::1]:5": 403, "": 403, "@": 403} {
		r := httptest.NewRequest("GET", "/data", nil)
		r.Host, r.RemoteAddr = s.access.host, remote
		r.AddCookie(&http.Cookie{Name: s.cookie.Name, Value: s.cookie.Value})
		w := httptest.NewRecorder()
		s.handler(t.Context()).ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("from %q: %d, want %d", remote, w.Code, want)
		}
	}
	if !strings.HasPrefix(s.access.host, "127.0.0.1:") {
		t.Errorf("it listens at %s", s.access.host)
	}
	_, port, _ := net.SplitHostPort(s.access.host)
	if _, err := Listen(atoi(t, port)); err == nil || !strings.Contains(err.Error(), "name another with --port") {
		t.Errorf("a port in use: %v", err)
	}
}

func atoi(t *testing.T, text string) (n int) {
	t.Helper()
	if _, err := fmt.Sscan(text, &n); err != nil {
		t.Fatal(err)
	}
	return n
}
