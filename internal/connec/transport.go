package connec

import (
	"crypto/tls"
	"net"
	"net/http"
	"time"

	"golang.org/x/time/rate"
)

// NewTransport is an HTTP transport with bounds on every wait but the answer's own, which Options.Timeout bounds.
// A proxy named by HTTPS_PROXY is used, as everywhere in Go; requests to loopback never go through one.
func NewTransport() *http.Transport {
	dialer := &net.Dialer{Timeout: 15 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Transport{
		Proxy:                  http.ProxyFromEnvironment,
		DialContext:            dialer.DialContext,
		ForceAttemptHTTP2:      true,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    15 * time.Second,
		ExpectContinueTimeout:  time.Second,
		IdleConnTimeout:        90 * time.Second,
		MaxIdleConns:           64,
		MaxIdleConnsPerHost:    64,
		MaxResponseHeaderBytes: 1 << 20,
	}
}

// newHTTPClient bounds each attempt by the timeout, body included, and never follows a redirect: the credentials
// would go with it.
func newHTTPClient(o Options) *http.Client {
	doer := o.Doer
	switch d := doer.(type) {
	case nil:
		doer = &http.Client{Transport: NewTransport(), CheckRedirect: stay}
	case *http.Client:
		own := *d
		own.CheckRedirect = stay
		doer = &own
	}
	limit := rate.Inf
	if o.Rate > 0 {
		limit = rate.Limit(o.Rate)
	}
	return &http.Client{
		Transport:     &pacedTransport{doer: doer, limiter: rate.NewLimiter(limit, 1)},
		CheckRedirect: stay,
		Timeout:       o.Timeout,
	}
}

func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// pacedTransport lets every attempt, repeated ones too, wait for its turn under the rate limit.
type pacedTransport struct {
	doer    Doer
	limiter *rate.Limiter
}

func (t *pacedTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := t.limiter.Wait(r.Context()); err != nil {
		if r.Body != nil {
			r.Body.Close()
		}
		return nil, &notSentError{err}
	}
	return t.doer.Do(r)
}

// notSentError says that no byte of the request left this process.
type notSentError struct{ err error }

func (e *notSentError) Error() string { return "not sent: " + e.err.Error() }
func (e *notSentError) Unwrap() error { return e.err }
