package spark

import (
	"fmt"
	"io"
	"slices"
	"testing"
	"time"
)

// TestTheWaitEndsWithTheLastTasks: while the result is put in its place no bar is shown, however long it takes.
func TestTheWaitEndsWithTheLastTasks(t *testing.T) {
	t.Parallel()
	var calls []string
	w := newWatch(io.Discard, func(int64, int64) {}, time.Now())
	w.busy, w.ending = func() { calls = append(calls, "busy") }, func() { calls = append(calls, "ending") }
	for _, bar := range []string{"0:>  (0 + 0) / 4", "0:=> (2 + 2) / 4", "1:>  (0 + 0) / 8", "1:>  (0 + 2) / 8", "1:=> (6 + 2) / 8", "1:=> (6 + 0) / 8", "1:=> (6 + 0) / 8", "1:=> (6 + 2) / 8"} {
		fmt.Fprintf(w, "\r[Stage %s]", bar)
	}
	if want := []string{"busy", "busy", "ending", "busy", "ending"}; !slices.Equal(calls, want) {
		t.Errorf("got %q, want %q", calls, want)
	}
}
