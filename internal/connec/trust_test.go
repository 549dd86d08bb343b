package connec

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// TestTrust speaks to a server whose certificate is signed by an authority of its own: it gets a request only where that
// authority is named and the certificate is its host's.
func TestTrust(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	answer := answerWith(200, fixture(t, "person.json"))
	serve := func(certificates ...tls.Certificate) *httptest.Server {
		s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked.Add(1)
			answer(w, r)
		}))
		s.Config.ErrorLog = log.New(io.Discard, "", 0)
		s.TLS = &tls.Config{Certificates: certificates}
		s.StartTLS()
		t.Cleanup(s.Close)
		return s
	}
	s, late := serve(), serve(runOut(t))
	own := x509.NewCertPool()
	own.AddCert(s.Certificate())
	own.AddCert(late.Certificate())
	for _, x := range []struct {
		name, url string
		roots     *x509.CertPool
		want      string // of the error; "" for none
	}{
		{"the system's authorities", s.URL, nil, "an authority of your own is named by `ca_file`"},
		{"other authorities", s.URL, x509.NewCertPool(), "does not prove that it is the server meant"},
		{"its own", s.URL, own, ""},
		{"another host's certificate", strings.Replace(s.URL, "127.0.0.1", "localhost", 1), own, "does not prove"},
		{"a certificate that has run out", late.URL, own, "expired"},
		{"no TLS", strings.Replace(s.URL, "https:", "http:", 1), own, "400"},
	} {
		before := asked.Load()
		c, err := NewClient(Options{Endpoint: x.url, Group: "cld-1", Key: canaryKey, Secret: canarySecret, RootCAs: x.roots, Retries: -1, Timeout: time.Minute})
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.Get(t.Context(), "people", "u")
		if got := asked.Load() - before; (x.want == "") != (got == 1) {
			t.Errorf("%s: %d requests were served", x.name, got)
		}
		if (x.want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), x.want) {
			t.Errorf("%s: %v", x.name, err)
		}
	}
}

// runOut is a certificate of 127.0.0.1 that was good until yesterday.
func runOut(t *testing.T) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: now.AddDate(0, -1, 0), NotAfter: now.AddDate(0, 0, -1),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// TestPlainHTTPIsAllowedByName takes the one host that is named, and no other that contains its name.
func TestPlainHTTPIsAllowedByName(t *testing.T) {
	t.Parallel()
	for endpoint, good := range map[string]bool{
		"http://hub.lan:8080/api/v2": true, "http://HUB.lan": true, "http://hub.lan.example": false, "http://sub.hub.lan": false, "http://other": false,
		"ftp://hub.lan": false, "http://u:p@hub.lan": false, "https://other": true, "http://localhost": true,
	} {
		if err := CheckEndpoint(endpoint, "hub.lan"); (err == nil) != good {
			t.Errorf("%q: %v", endpoint, err)
		}
		_, err := NewClient(Options{Endpoint: endpoint, Group: "cld-1", PlainHTTP: "hub.lan"})
		if (err == nil) != good {
			t.Errorf("client of %q: %v", endpoint, err)
		}
	}
}
