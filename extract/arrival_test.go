package extract_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sameas/sameas/extract"
	"github.com/sameas/sameas/internal/config"
)

// latecomer answers in an order of its own: each answer takes some time between none and a second.
type latecomer struct {
	hub http.Handler

	mu       sync.Mutex
	r        *rand.Rand
	under    int
	most     int  // requests under way at once
	shuffled bool // an answer came before that to an earlier request
	asked    int
	answered int // the latest request answered
}

func (l *latecomer) Do(q *http.Request) (*http.Response, error) {
	l.mu.Lock()
	wait := time.Duration(l.r.IntN(1000)) * time.Millisecond
	l.under++
	l.most = max(l.most, l.under)
	l.asked++
	number := l.asked
	l.mu.Unlock()
	defer func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.under--
		l.shuffled = l.shuffled || number < l.answered
		l.answered = max(l.answered, number)
	}()
	select {
	case <-time.After(wait):
	case <-q.Context().Done():
		return nil, q.Context().Err()
	}
	answer := httptest.NewRecorder()
	l.hub.ServeHTTP(answer, q)
	return answer.Result(), nil
}

// TestArrivalDecidesNothing lets pages come in any order, one, three and eight at once: every table is the same, the
// journal's times apart.
func TestArrivalDecidesNothing(t *testing.T) {
	t.Parallel()
	served := &hub{collections: map[string][]string{
		"organizations": {`{"id":[{"realm":"org-1","provider":"connec","id":"o1"}],"name":"Acme"}`},
		"people":        people(70),
	}}
	served.collections["people"][40] = person(40, `,"organization_id":[{"realm":"org-1","provider":"connec","id":"o1"}],"note":"\ud83d\ude00"`)
	var want string
	for _, atOnce := range []int{1, 3, 8} {
		for seed := range uint64(3) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, nil)
				s := driftingSource()
				s.Collections, s.PageSize, s.Concurrency = []string{"organizations", "people"}, 3, atOnce
				w.cfg.Sources = []config.Source{s}
				late := &latecomer{hub: served, r: rand.New(rand.NewPCG(seed, uint64(atOnce)))}
				o := w.options()
				o.Doer = late
				result, err := extract.Run(t.Context(), o)
				if err != nil {
					t.Fatal(err)
				}
				if late.most != atOnce || late.shuffled != (atOnce > 1) {
					t.Errorf("%d requests were under way at once, want %d; shuffled %v", late.most, atOnce, late.shuffled)
				}
				got := asJSON(t, result) + w.tables() + w.pages()
				if want == "" {
					want = got
				}
				diff(t, fmt.Sprintf("%d at once, seed %d", atOnce, seed), got, want)
			})
		}
	}
}
