package merge

import (
	"context"
	"errors"
	"net/http"
	"testing"
)

// TestMaxFailures ends a run at the operation that reaches the limit; the others are left for the next run, which has
// its own count.
func TestMaxFailures(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		limit     int64
		sent      int
		remaining int64
		stopped   bool
	}{{0, 4, 4, false}, {1, 1, 4, true}, {3, 3, 4, true}, {5, 4, 4, false}} {
		h, o := newWorld(t, attachOp("u1", "17"), attachOp("u2", "18"), attachOp("u3", "19"), attachOp("u4", "20"))
		h.intercept = func(method, _ string, handle func() (int, any)) (int, any, error) {
			if method == http.MethodGet {
				status, body := handle()
				return status, body, nil
			}
			return 422, map[string]any{"errors": []any{}}, nil
		}
		o.MaxFailures = c.limit
		r, err := Apply(context.Background(), o)
		var stopped *StoppedError
		if errors.As(err, &stopped) != c.stopped || len(h.sent) != c.sent || r.Remaining != c.remaining {
			t.Errorf("limit %d: %v, %d sent, %d left, want %+v", c.limit, err, len(h.sent), r.Remaining, c)
		}
		h.intercept = nil
		if r, err := Apply(context.Background(), o); err != nil || r.Remaining != 0 {
			t.Errorf("limit %d, once the server takes them: %v, %+v", c.limit, err, r)
		}
	}
}
