package merge

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// A request whose answer was lost is told of as unknown, also when another operation ends the run before it can be sent
// again; one that had not left yet is not sent, and no outcome.
func TestLostAnswerIsToldWhenAnotherOperationEndsTheRun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		other := fillOp("u2", "old@x.org", "new@x.org")
		other.Level = 0
		h, o := newWorld(t, attachOp("u1", "1"), other)
		o.seams.wait = nil // pauses end once all else has
		left := make(chan struct{})
		o.Doer = doerFunc(func(r *http.Request) (*http.Response, error) {
			switch r.Method {
			case http.MethodPut:
				close(left)
				return nil, errors.New("connection reset")
			case http.MethodPost:
				<-left
				return answered(r, 401, `{"errors":[]}`, ""), nil
			}
			return h.Do(r)
		})
		r, err := Apply(t.Context(), o)
		if err == nil || !strings.Contains(err.Error(), "credentials") {
			t.Fatalf("error %v", err)
		}
		lost := slices.ContainsFunc(r.Problems, func(p string) bool { return strings.HasPrefix(p, "attach-u1 ") && strings.Contains(p, ": unknown: ") })
		if r.Outcomes[OutcomeUnknown] != 1 || !lost {
			t.Errorf("%+v", r)
		}
	})
}

// Ctrl-C after the target was read, and before the intent: nothing is sent.
func TestInterruptedBeforeTheIntentSendsNothing(t *testing.T) {
	t.Parallel()
	op := fillOp("u1", "old@x.org", "new@x.org")
	op.Request.Method, op.Request.Path, op.BearsIDs = http.MethodPut, "/people/u1", nil
	h, o := newWorld(t, op)
	ctx, cancel := context.WithCancel(t.Context())
	now := o.seams.now
	o.seams.now = func() time.Time {
		if h.reads > 0 {
			cancel()
		}
		return now()
	}
	r, err := Apply(ctx, o)
	if !errors.Is(err, context.Canceled) || len(h.sent) > 0 || r.Writes != 0 || r.StoppedBy != "interrupted" {
		t.Errorf("%v, sent %q, %+v", err, h.sent, r)
	}
}
