package connec

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// slowServer answers each request after a time, and knows how many were under way at once.
type slowServer struct {
	mu          sync.Mutex
	under, most int
	arrived     []string // method and path, in the order of arrival
	at          []time.Time
	takes       time.Duration
	status      int
}

func (s *slowServer) Do(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	s.under++
	s.most = max(s.most, s.under)
	s.arrived, s.at = append(s.arrived, r.Method+r.URL.Path), append(s.at, time.Now())
	takes, status := s.takes, s.status
	s.mu.Unlock()
	time.Sleep(takes)
	s.mu.Lock()
	s.under--
	s.mu.Unlock()
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("{}")), Request: r}, nil
}

func (s *slowServer) set(takes time.Duration, status int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.takes, s.status, s.most = takes, status, 0
}

// send sends n requests at once through the transport and waits for their answers.
func send(t *testing.T, p *pacedTransport, method string, n int) {
	t.Helper()
	var all sync.WaitGroup
	for i := range n {
		all.Add(1)
		go func() {
			defer all.Done()
			r, err := http.NewRequestWithContext(t.Context(), method, fmt.Sprintf("http://hub.test/%d", i), nil)
			if err != nil {
				t.Error(err)
				return
			}
			resp, err := p.RoundTrip(r)
			if err != nil {
				t.Error(err)
				return
			}
			resp.Body.Close()
			resp.Body.Close() // twice is once
		}()
	}
	all.Wait()
}

func TestPaceKeepsToItsConcurrency(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &slowServer{takes: 20 * time.Millisecond, status: 200}
		p := &pacedTransport{s, newPace(0, 8)}
		began := time.Now()
		send(t, p, http.MethodGet, 80)
		if took := time.Since(began); s.most != 8 || took != 200*time.Millisecond {
			t.Errorf("%d at once, %v for 80 requests of 20 ms, 8 at once", s.most, took)
		}
		if p.pace.stats.Cuts != 0 || p.pace.under != 0 {
			t.Errorf("%+v, %d under way", p.pace.stats, p.pace.under)
		}
	})
}

func TestPaceSlowsDownAndRecovers(t *testing.T) {
	t.Parallel()
	for name, bad := range map[string]struct {
		takes  time.Duration
		status int
	}{"500": {20 * time.Millisecond, 500}, "429": {time.Millisecond, 429}, "latency": {400 * time.Millisecond, 200}} { // latency that stays becomes what is usual
		synctest.Test(t, func(t *testing.T) {
			s := &slowServer{takes: 20 * time.Millisecond, status: 200}
			p := &pacedTransport{s, newPace(0, 8)}
			send(t, p, http.MethodGet, 80)
			s.set(bad.takes, bad.status)
			send(t, p, http.MethodGet, 200)
			if name != "latency" && p.pace.allowed >= 2 || p.pace.stats.Cuts == 0 || p.pace.stats.Least > 3 {
				t.Errorf("%s: still %.1f at once, %+v", name, p.pace.allowed, p.pace.stats)
			}
			s.set(20*time.Millisecond, 200)
			send(t, p, http.MethodGet, 400)
			send(t, p, http.MethodGet, 80)
			if p.pace.allowed != 8 || s.most != 8 {
				t.Errorf("%s: %.1f at once once it is well again, %d were", name, p.pace.allowed, s.most)
			}
		})
	}
}

// A burst of failures that were under way together is one sign of overload, not eight; and one request is always let out.
func TestPaceHalvesOnceForEachRound(t *testing.T) {
	t.Parallel()
	p := newPace(0, 8)
	for i, want := range []float64{8, 8, 8, 8, 8, 8, 8, 4, 4, 4, 4, 2, 2, 1, 1, 1} {
		p.under++
		p.leave("GET", time.Millisecond, overloaded)
		if p.allowed != want {
			t.Fatalf("after failure %d: %v at once, want %v", i+1, p.allowed, want)
		}
	}
}

// A refusal is no sign of overload, whether it comes fast or slowly.
func TestPaceTakesRefusalsCalmly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &slowServer{takes: 20 * time.Millisecond, status: 200}
		p := &pacedTransport{s, newPace(0, 4)}
		send(t, p, http.MethodGet, 40)
		s.set(0, 404)
		send(t, p, http.MethodGet, 40)
		s.set(20*time.Millisecond, 200)
		send(t, p, http.MethodGet, 40)
		if p.pace.stats.Cuts != 0 {
			t.Errorf("%+v", p.pace.stats)
		}
	})
}

func TestPaceKeepsToItsRate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &slowServer{status: 200}
		p := &pacedTransport{s, newPace(10, 4)}
		began := time.Now()
		send(t, p, http.MethodGet, 21)
		if took := time.Since(began); took < 1999*time.Millisecond || took > 2010*time.Millisecond {
			t.Errorf("21 reads at 10 a second took %v", took)
		}
		began = time.Now()
		send(t, p, http.MethodPut, 41) // nothing but writes: they may be ahead of their turns, but the rate holds
		if took := time.Since(began); took < 3500*time.Millisecond || took > 4200*time.Millisecond {
			t.Errorf("41 writes at 10 a second took %v", took)
		}
	})
}

// A write goes right after the read that it was decided on, however many reads wait for their turns.
func TestPaceLetsWritesOutFirst(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := &slowServer{status: 200}
		p := &pacedTransport{s, newPace(2, 4)}
		gaps := make([]time.Duration, 8)
		var all sync.WaitGroup
		for i := range gaps {
			all.Add(1)
			go func() {
				defer all.Done()
				send(t, p, http.MethodGet, 1)
				read := time.Now()
				send(t, p, http.MethodPut, 1)
				gaps[i] = time.Since(read)
			}()
		}
		began := time.Now()
		all.Wait()
		for i, gap := range gaps {
			if gap > 10*time.Millisecond {
				t.Errorf("pair %d: %v between the read and the write", i, gap)
			}
		}
		if took := time.Since(began); took < 6900*time.Millisecond {
			t.Errorf("16 requests at 2 a second took %v", took)
		}
	})
}

func TestPaceLeavesNobodyWaitingAfterACancel(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPace(0, 1)
		if err := p.enter(t.Context(), false); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- p.enter(ctx, true) }()
		synctest.Wait()
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		p.leave("GET", 0, wellAnswered)
		if err := p.enter(t.Context(), true); err != nil || p.under != 1 || len(p.ahead)+len(p.others) != 0 {
			t.Errorf("%v, %d under way, %d waiting", err, p.under, len(p.ahead)+len(p.others))
		}
	})
}
