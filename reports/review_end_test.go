package reports

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	queries "github.com/sameas/sameas/sql"
)

func TestReviewEndsWhenIdle(t *testing.T) {
	t.Parallel()
	r, err := NewReview(t.Context(), ReviewOptions{DB: handMade(t), Idle: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	l, err := Listen(0)
	if err != nil {
		t.Fatal(err)
	}
	r.Open(l)
	if err := r.Serve(t.Context(), l); !errors.Is(err, ErrIdle) {
		t.Errorf("served until %v", err)
	}
}

// TestReviewAnswersSurviveAKill: a process that is killed the moment after it said that an answer is kept has kept it.
func TestReviewAnswersSurviveAKill(t *testing.T) {
	t.Parallel()
	const child = "SAMEAS_TEST_REVIEW_WORKSPACE"
	if path := os.Getenv(child); path != "" {
		answerAndWait(t, path)
		return
	}
	for range 3 {
		path := filepath.Join(t.TempDir(), "w.duckdb")
		db, err := queries.Open(t.Context(), path, queries.Options{Create: true})
		if err != nil {
			t.Fatal(err)
		}
		execute(t, db, readText(t, "testdata/workspace.sql"))
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(os.Args[0], "-test.run", "^TestReviewAnswersSurviveAKill$")
		cmd.Env = append(os.Environ(), child+"="+path)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		line, err := bufio.NewReader(out).ReadString('\n')
		if err := errors.Join(err, cmd.Process.Kill()); err != nil || line != "kept\n" {
			t.Fatalf("the child says %q: %v", line, err)
		}
		_ = cmd.Wait()
		again, err := queries.Open(t.Context(), path, queries.Options{})
		if err != nil {
			t.Fatal(err)
		}
		want := []string{"connec/org-1/p-3 different my-application/2243/18", "connec/org-1/p-4 different my-application/2243/18"}
		if got := standingTexts(t, again); !slices.Equal(got, want) {
			t.Errorf("after the kill there stands %q, want %q", got, want)
		}
		again.Close()
	}
}

// answerAndWait is the child: it answers over the wire, says so once it was told that the answer is kept, and waits for
// its end.
func answerAndWait(t *testing.T, path string) {
	db, err := queries.Open(t.Context(), path, queries.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := serveReview(t, ReviewOptions{DB: db})
	s.answer(get(s, "/next", 200), []int{0, 0, 1})
	fmt.Println("kept")
	select {}
}
