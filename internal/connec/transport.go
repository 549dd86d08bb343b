package connec

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"time"
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

// NewDoer sends by NewTransport, trusting those authorities, and follows no redirect; nil trusts the system's.
func NewDoer(roots *x509.CertPool) Doer {
	transport := NewTransport()
	transport.TLSClientConfig.RootCAs = roots
	return &http.Client{Transport: transport, CheckRedirect: stay}
}

// newHTTPClient bounds each attempt by the timeout, body included, and never follows a redirect: the credentials
// would go with it.
func newHTTPClient(o Options, pace *pace) *http.Client {
	doer := o.Doer
	switch d := doer.(type) {
	case nil:
		doer = NewDoer(o.RootCAs)
	case *http.Client:
		own := *d
		own.CheckRedirect = stay
		doer = &own
	}
	return &http.Client{
		Transport:     &pacedTransport{doer: doer, pace: pace},
		CheckRedirect: stay,
		Timeout:       o.Timeout,
	}
}

func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
