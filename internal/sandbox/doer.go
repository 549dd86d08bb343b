package sandbox

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// Doer answers a client's requests without a network: with it, a client that is configured for the endpoint (with its
// path) speaks to this server, under the server's own credentials. Nothing leaves the process.
type Doer struct {
	server *Server
	path   string // of the endpoint
}

// Doer returns one for the endpoint.
func (s *Server) Doer(endpoint string) (Doer, error) {
	u, err := url.Parse(endpoint)
	if err != nil {
		return Doer{}, fmt.Errorf("sandbox: the endpoint is not a URL")
	}
	return Doer{s, strings.TrimRight(u.Path, "/")}, nil
}

// Do hands the request to the server and returns its answer.
func (d Doer) Do(r *http.Request) (*http.Response, error) {
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	own := r.Clone(r.Context())
	if own.Body == nil {
		own.Body = http.NoBody
	}
	path, found := strings.CutPrefix(r.URL.EscapedPath(), d.path)
	if !found {
		return nil, fmt.Errorf("sandbox: %s is not below the endpoint", r.URL.Path)
	}
	at, err := url.Parse(apiRoot + path)
	if err != nil {
		return nil, err
	}
	own.URL.Path, own.URL.RawPath = at.Path, at.RawPath
	own.Host = own.URL.Host
	own.SetBasicAuth(d.server.o.Key, d.server.o.Secret)
	w := &recorder{header: http.Header{}}
	d.server.ServeHTTP(w, own)
	return &http.Response{Status: http.StatusText(w.status), StatusCode: w.status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: w.header, Body: io.NopCloser(&w.body), ContentLength: int64(w.body.Len()), Request: r}, nil
}

// recorder keeps an answer in memory.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (w *recorder) Header() http.Header { return w.header }

func (w *recorder) WriteHeader(status int) { w.status = status }

func (w *recorder) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.body.Write(p)
}
