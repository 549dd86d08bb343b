package sandbox

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

// maxBody is the greatest request body read.
const maxBody = 64 << 20

// answer is what a request gets.
type answer struct {
	status   int
	body     []byte
	location string // of a record created
	retry    string // Retry-After
}

// ServeHTTP handles one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	sum := sha256.Sum256(body)
	number := uint64(0)
	if s.draws != nil {
		number = s.draws.next(r.Method, r.URL.RequestURI(), sum)
	}
	fault := s.o.Faults.draw(number)
	var a answer
	switch {
	case err != nil:
		a = failure(http.StatusRequestEntityTooLarge, "request-too-large", "Request body cannot be read", err.Error())
	case fault == fault500:
		a = failure(http.StatusInternalServerError, "internal-server-error", "Internal server error", "drawn by --faults")
	case fault == fault429:
		a = failure(http.StatusTooManyRequests, "too-many-requests", "Too many requests", "drawn by --faults")
		a.retry = strconv.FormatUint(scramble(number)&1, 10)
	case fault == faultReset:
		s.logged(r, 0, sum)
		abort(w, true)
		return
	default:
		a = s.handle(r, body, number)
	}
	s.hold(r, fault)
	s.send(w, r, a, fault, sum)
}

// hold waits as long as latency and a drawn slowness ask, or until the client leaves.
func (s *Server) hold(r *http.Request, fault string) {
	wait := s.o.Latency
	if fault == faultSlow {
		wait += slowBy
	}
	if wait <= 0 {
		return
	}
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-t.C:
	case <-r.Context().Done():
	}
}

func (s *Server) send(w http.ResponseWriter, r *http.Request, a answer, fault string, sum [sha256.Size]byte) {
	if fault == faultLost {
		s.logged(r, 0, sum)
		abort(w, false)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/vnd.api+json")
	h.Set("Date", s.o.Now().UTC().Format(http.TimeFormat)) // by the clock that its records bear
	h.Set("Content-Length", strconv.Itoa(len(a.body)))
	if a.location != "" {
		h.Set("Location", a.location)
	}
	if a.retry != "" {
		h.Set("Retry-After", a.retry)
	}
	w.WriteHeader(a.status)
	if fault == faultTruncate {
		_, _ = w.Write(a.body[:len(a.body)/2])
		_ = http.NewResponseController(w).Flush()
		s.logged(r, a.status, sum)
		abort(w, false)
		return
	}
	status := a.status
	if _, err := w.Write(a.body); err != nil {
		status = 0
	}
	s.logged(r, status, sum)
}

// logged writes the request's line. A log that cannot be written must not look whole, but it is no reason to answer
// otherwise than the server would: what was written until then stands.
func (s *Server) logged(r *http.Request, status int, sum [sha256.Size]byte) {
	_ = s.journal.write(r.Method, r.URL.EscapedPath(), status, sum)
}

// abort ends the connection without an answer, by a reset when asked.
func abort(w http.ResponseWriter, reset bool) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		// The way that net/http gives a handler to end a connection; it recovers from it.
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := conn.(*net.TCPConn); ok && reset {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

// handle authenticates the request and carries it out.
func (s *Server) handle(r *http.Request, body []byte, number uint64) answer {
	app, ok := s.authenticate(r)
	if !ok {
		return failure(http.StatusUnauthorized, "unauthorized", "Unauthorized Access", "Unauthorized Access")
	}
	q := request{
		server:   s,
		app:      app,
		method:   r.Method,
		path:     r.URL.EscapedPath(),
		query:    r.URL.RawQuery,
		body:     body,
		external: r.Header.Get("CONNEC-EXTERNAL-IDS") == "true",
		base:     s.o.BaseURL,
		number:   number,
	}
	if q.base == "" {
		q.base = "http://" + r.Host
	}
	a, err := q.route()
	if err != nil {
		return failed(err)
	}
	return a
}

// failed is the answer to a request that a *problem, or anything else, went wrong with.
func failed(err error) answer {
	var p *problem
	if errors.As(err, &p) {
		return failure(p.status, p.code, p.title, p.detail)
	}
	return failure(http.StatusInternalServerError, "internal-server-error", "Internal server error", err.Error())
}

// authenticate finds whose key and secret the request bears, comparing in constant time.
func (s *Server) authenticate(r *http.Request) (credentials, bool) {
	key, secret, ok := r.BasicAuth()
	if !ok {
		return credentials{}, false
	}
	for _, app := range s.apps {
		sameKey := subtle.ConstantTimeCompare([]byte(key), []byte(app.key))
		sameSecret := subtle.ConstantTimeCompare([]byte(secret), []byte(app.secret))
		if sameKey&sameSecret == 1 {
			return app, true
		}
	}
	return credentials{}, false
}
