package reports

import (
	"crypto/subtle"
	"net"
	"net/http"
	"sync"
)

// access is who may use the page: a browser of this machine that was given the token, and no page of another site in it.
type access struct {
	host  string // address and port, as a browser names it
	token string // in the address that a person opens; then in a cookie
	page  string // in the page itself; every write bears it
	once  string // lets a browser in a single time; "" once it has
	mu    sync.Mutex
}

const (
	openPath    = "/open"
	tokenHeader = "X-Sameas-Token" //nolint:gosec // a header's name
	maxBody     = 1 << 20
)

// cookie bears the port in its name: browsers keep the cookies of all ports of a host together.
func (a *access) cookie() string {
	_, port, _ := net.SplitHostPort(a.host)
	return "sameas-review-" + port
}

func equal(a, b string) bool { return b != "" && subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// refusal names the first check that the request does not pass; "" when it passes all: it comes from this machine, to the
// very address that is served, not from another site's page, with the cookie, and writes with the page's own token, by
// POST alone. The address that a person opens is let in by the token instead of the cookie.
func (a *access) refusal(r *http.Request) string {
	remote, _, _ := net.SplitHostPort(r.RemoteAddr)
	origin, site := r.Header.Values("Origin"), r.Header.Get("Sec-Fetch-Site")
	opening := r.URL.Path == openPath
	switch {
	case !net.ParseIP(remote).IsLoopback():
		return "not from this machine"
	case r.Host != a.host:
		return "another Host"
	case len(origin) > 1 || len(origin) == 1 && origin[0] != "http://"+a.host:
		return "another Origin"
	case !opening && site != "" && site != "same-origin" && site != "none":
		return "from another site"
	case !opening && !a.hasCookie(r):
		return "no token"
	case r.Method != http.MethodGet && r.Method != http.MethodPost:
		return "neither GET nor POST"
	case r.Method == http.MethodPost && (len(origin) != 1 || !equal(r.Header.Get(tokenHeader), a.page)):
		return "a write without the page's token"
	}
	return ""
}

func (a *access) hasCookie(r *http.Request) bool {
	cookies := r.CookiesNamed(a.cookie())
	return len(cookies) == 1 && equal(cookies[0].Value, a.token)
}

// lets reports whether the token of an opened address is right; one that was good once is used up.
func (a *access) lets(token string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if equal(token, a.once) {
		a.once = ""
		return true
	}
	return equal(token, a.token)
}

// guard answers nothing to a request that does not pass every check, and lets a browser do nothing with an answer but
// show the page.
func (r *Review) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		h := w.Header()
		for name, value := range map[string]string{
			"Content-Security-Policy":      reviewPolicy,
			"Cache-Control":                "no-store",
			"X-Content-Type-Options":       "nosniff",
			"X-Frame-Options":              "DENY",
			"Referrer-Policy":              "no-referrer",
			"Cross-Origin-Opener-Policy":   "same-origin",
			"Cross-Origin-Resource-Policy": "same-origin",
		} {
			h.Set(name, value)
		}
		if why := r.access.refusal(q); why != "" {
			http.Error(w, "refused: "+why+"; open the address that `sameas review` printed", http.StatusForbidden)
			return
		}
		r.touched()
		q.Body = http.MaxBytesReader(w, q.Body, maxBody)
		next.ServeHTTP(w, q)
	})
}

// reviewPolicy lets the page load its own scripts and style and ask its own server, and nothing else.
const reviewPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
