package reports

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"testing"
)

// TestReviewMatches: while match runs answers are refused; when it is done the page has read all anew, and says so.
func TestReviewMatches(t *testing.T) {
	t.Parallel()
	db := handMade(t)
	begun, finish := make(chan struct{}), make(chan error)
	s := serveReview(t, ReviewOptions{DB: db, Match: func(ctx context.Context, progress func(string, int64, int64)) (string, error) {
		progress("people/score", 1, 4)
		close(begun)
		if err := <-finish; err != nil {
			return "", err
		}
		_, err := db.ExecContext(ctx, `UPDATE clusters SET review_id = 'people-03' WHERE cluster_id = 'people-03'`)
		return "1 fewer", err
	}})
	item := get(s, "/next", 200)
	exchange[matchStatus](s, "POST", "/match", map[string]int{}, 200)
	<-begun
	if st := exchange[matchStatus](s, "GET", "/match", nil, 200); !st.Running || st.Stage != "people/score" || st.Total != 4 {
		t.Errorf("while it runs: %+v", st)
	}
	if refused := s.refused(item, []int{0, 0, 0}, 409); !strings.Contains(refused.Error, "match is running") {
		t.Errorf("an answer meanwhile: %+v", refused)
	}
	finish <- nil
	<-s.matching.over
	if st := exchange[matchStatus](s, "GET", "/match", nil, 200); st.Running || st.Text != "1 fewer" || st.Failure != "" {
		t.Errorf("when it is done: %+v", st)
	}
	if got := get(s, "/next", 200); !got.Finished {
		t.Errorf("the item is still asked: %+v", got)
	}
}

func TestReviewMatchThatFails(t *testing.T) {
	t.Parallel()
	s := serveReview(t, ReviewOptions{DB: handMade(t), Match: func(context.Context, func(string, int64, int64)) (string, error) { return "", errors.New("disk full") }})
	exchange[matchStatus](s, "POST", "/match", map[string]int{}, 200)
	<-s.matching.over
	if st := exchange[matchStatus](s, "GET", "/match", nil, 200); st.Running || st.Failure != "disk full" {
		t.Errorf("%+v", st)
	}
	if got := get(s, "/next", 200); got.ID != "people-02" {
		t.Errorf("%+v", got)
	}
}

// TestReviewWantsAMatch: of records that were extracted anew, the clusters of before name others.
func TestReviewWantsAMatch(t *testing.T) {
	t.Parallel()
	stale := handMade(t)
	execute(t, stale, `UPDATE stages SET digest = 'another' WHERE stage = 'extract'`)
	for name, db := range map[string]*sql.DB{"not matched": newWorkspace(t), "stale": stale} {
		if _, err := NewReview(t.Context(), ReviewOptions{DB: db}); !errors.Is(err, ErrNoMatch) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
