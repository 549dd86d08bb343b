package connec

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// wire is a network of its own in a bubble of its own time: every request is answered by the bytes that answer writes, and
// then the connection is reset.
type wire struct {
	answer   func(n int, to io.Writer) // n counts requests from 0
	most     int64                     // bytes that an answer may have, 0 for the client's own bound
	requests atomic.Int64
	taken    atomic.Int64 // bytes that the client has taken
}

// takenConn counts what the other side has taken.
type takenConn struct {
	net.Conn
	n *atomic.Int64
}

func (c takenConn) Write(b []byte) (int, error) {
	n, err := c.Conn.Write(b)
	c.n.Add(int64(n))
	return n, err
}

// resetConn tells the end of what came as a reset.
type resetConn struct{ net.Conn }

func (c resetConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	if errors.Is(err, io.EOF) {
		err = &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
	}
	return n, err
}

func (w *wire) dial(context.Context, string, string) (net.Conn, error) {
	near, far := net.Pipe()
	go func() {
		defer far.Close()
		if _, err := http.ReadRequest(bufio.NewReader(far)); err != nil {
			return
		}
		w.answer(int(w.requests.Add(1))-1, takenConn{far, &w.taken})
	}()
	return resetConn{near}, nil
}

// onWire reads the first page of people and returns how long that took by the bubble's clock.
func onWire(t *testing.T, w *wire) (p Page, took time.Duration, err error) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		transport := NewTransport()
		transport.DialContext, transport.Proxy = w.dial, nil
		c, newErr := NewClient(Options{Endpoint: "http://127.0.0.1/api/v2", Group: "cld-1", Key: canaryKey, Secret: canarySecret, Concurrency: 2,
			Doer: &http.Client{Transport: transport}})
		if newErr != nil {
			t.Fatal(newErr)
		}
		if w.most > 0 {
			c.maxBody = w.most
		}
		began := time.Now()
		p, err = c.List(t.Context(), "people", ListOptions{Top: 2})
		took = time.Since(began)
		transport.CloseIdleConnections()
		time.Sleep(time.Minute) // of the bubble's: the other sides find out
	})
	return p, took, err
}

const (
	smallPageBody   = `{"people":[{"id":"a","n":123456789012345678901234567890.10},{"id":"b","first_name":"Jos\u00e9 \ud83d\ude00"}],"pagination":{"skip":0,"top":2,"total":2}}`
	smallPageHeader = "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.api+json\r\n"
)

// framings are the three ways in which HTTP/1.1 says where a body ends.
func framings() map[string]string {
	return map[string]string{
		"length":  fmt.Sprintf("%sContent-Length: %d\r\n\r\n%s", smallPageHeader, len(smallPageBody), smallPageBody),
		"chunks":  fmt.Sprintf("%sTransfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n", smallPageHeader, 20, smallPageBody[:20], len(smallPageBody)-20, smallPageBody[20:]),
		"closing": fmt.Sprintf("%sConnection: close\r\n\r\n%s", smallPageHeader, smallPageBody),
	}
}

// TestResetAtEachByte resets the connection after each byte of a small page: what is read then is the whole page of the
// next answer, or the whole of this one.
func TestResetAtEachByte(t *testing.T) {
	t.Parallel()
	for name, raw := range framings() {
		for cut := range len(raw) {
			w := &wire{answer: func(n int, to io.Writer) {
				if n == 0 {
					_, _ = io.WriteString(to, raw[:cut])
				} else {
					_, _ = io.WriteString(to, framings()["length"])
				}
			}}
			p, _, err := onWire(t, w)
			if err != nil || string(p.Body) != smallPageBody || len(p.Records) != 2 || w.requests.Load() > 2 {
				t.Fatalf("%s, cut after %d bytes: %q after %d requests, %v", name, cut, p.Body, w.requests.Load(), err)
			}
			if w.requests.Load() == 1 && cut < strings.Index(raw, smallPageBody[len(smallPageBody)-1:]) {
				t.Fatalf("%s, cut after %d bytes: taken for whole", name, cut)
			}
		}
	}
}

// TestSlowAnswersEnd gives an answer a byte at a time, for ever.
func TestSlowAnswersEnd(t *testing.T) {
	t.Parallel()
	for name, begin := range map[string]string{"header": "HTTP/1.1 200 OK\r\nX-Slow: ", "body": smallPageHeader + "\r\n{\"people\":[\""} {
		w := &wire{answer: func(_ int, to io.Writer) {
			_, err := io.WriteString(to, begin)
			for err == nil {
				time.Sleep(10 * time.Second)
				_, err = io.WriteString(to, "x")
			}
		}}
		_, took, err := onWire(t, w)
		if err == nil || !strings.Contains(err.Error(), "3m0s") || w.requests.Load() != 5 || took > 16*time.Minute {
			t.Errorf("%s: %v after %s and %d requests", name, err, took, w.requests.Load())
		}
	}
}

// TestWaitsThatServersAskFor refuses some requests, or all, with and without a word on when to come again.
func TestWaitsThatServersAskFor(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		after    string
		refused  int
		min, max time.Duration
		good     bool
	}{
		{"", 2, 1500 * time.Millisecond, 2 * time.Second, true},
		{"Retry-After: 0\r\n", 2, 0, time.Second, true},
		{"Retry-After: 7\r\n", 2, 14 * time.Second, 15 * time.Second, true},
		{"Retry-After: 1743440400\r\n", 2, 2 * time.Minute, 2*time.Minute + time.Second, true}, // 484289 hours
		{"Retry-After: Fri, 31 Dec 9999 23:59:59 GMT\r\n", 1, time.Minute, time.Minute + time.Second, true},
		{"Retry-After: soon\r\n", 1, 500 * time.Millisecond, time.Second, true},
		{"", 99, 7 * time.Second, 10 * time.Second, false},
		{"Retry-After: 1743440400\r\n", 99, 4 * time.Minute, 5 * time.Minute, false},
	} {
		for _, status := range []string{"429 Too Many Requests", "503 Service Unavailable"} {
			w := &wire{answer: func(n int, to io.Writer) {
				if n < c.refused {
					fmt.Fprintf(to, "HTTP/1.1 %s\r\n%sContent-Length: 0\r\n\r\n", status, c.after)
				} else {
					_, _ = io.WriteString(to, framings()["length"])
				}
			}}
			p, took, err := onWire(t, w)
			if (err == nil) != c.good || took < c.min || took > c.max || c.good && len(p.Records) != 2 {
				t.Errorf("%s, %q, %d times: %v after %s", status, c.after, c.refused, err, took)
			}
			if !c.good && (!strings.Contains(err.Error(), status[:3]) || w.requests.Load() != 5) {
				t.Errorf("%s, %q: %v after %d requests", status, c.after, err, w.requests.Load())
			}
		}
	}
}

// zeros never end.
type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

// TestHugeAnswersAreRefusedEarly sends a gibibyte in three ways; little more is read than an answer may have.
func TestHugeAnswersAreRefusedEarly(t *testing.T) {
	t.Parallel()
	const huge, most = 1 << 30, 8 << 20
	var member bytes.Buffer // of a gzip file, which may have many
	z := gzip.NewWriter(&member)
	if _, err := io.CopyN(z, zeros{}, 1<<20); err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	bomb := bytes.Repeat(member.Bytes(), huge>>20)
	for _, c := range []struct {
		name, header string
		body         func() io.Reader
		taken        int64 // bytes at most
	}{
		{"its length told", fmt.Sprintf("Content-Length: %d\r\n", huge), func() io.Reader { return io.LimitReader(zeros{}, huge) }, 1 << 20},
		{"its length not told", "Connection: close\r\n", func() io.Reader { return io.LimitReader(zeros{}, huge) }, most + 1<<20},
		{"compressed", fmt.Sprintf("Content-Encoding: gzip\r\nContent-Length: %d\r\n", len(bomb)), func() io.Reader { return bytes.NewReader(bomb) }, 1 << 18},
	} {
		w := &wire{most: most, answer: func(_ int, to io.Writer) {
			if _, err := io.WriteString(to, smallPageHeader+c.header+"\r\n"); err == nil {
				_, _ = io.Copy(struct{ io.Writer }{to}, c.body())
			}
		}}
		_, _, err := onWire(t, w)
		if err == nil || !strings.Contains(err.Error(), "more than 8388608 bytes") || !strings.Contains(err.Error(), "`page_size`") || w.requests.Load() != 1 {
			t.Errorf("%s: %v after %d requests", c.name, err, w.requests.Load())
		}
		if w.taken.Load() > c.taken {
			t.Errorf("%s: %d bytes were read", c.name, w.taken.Load())
		}
	}
}
