package reports

import (
	"bufio"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"
)

func decisionsIn(t testing.TB, db *sql.DB) (n int) {
	t.Helper()
	if err := db.QueryRow(`SELECT (SELECT count(*) FROM decisions WHERE withdrawn_at IS NULL) + (SELECT count(*) FROM field_decisions WHERE withdrawn_at IS NULL)`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// failure is what the page is told when something is refused.
type failure struct {
	Error string
	Now   *shown
}

// get asks for an item; post sends a write. The answer must have the status.
func get(s *served, path string, status int) shown {
	return exchange[shown](s, "GET", path, nil, status)
}

func exchange[T any](s *served, method, path string, body any, status int) (out T) {
	s.t.Helper()
	var text []byte
	if body != nil {
		var err error
		if text, err = json.Marshal(body); err != nil {
			s.t.Fatal(err)
		}
	}
	answer := s.send(method, path, string(text), nil)
	if answer.StatusCode != status {
		var f failure
		_ = json.NewDecoder(answer.Body).Decode(&f)
		s.t.Fatalf("%s %s: %d %s, want %d", method, path, answer.StatusCode, f.Error, status)
	}
	if err := json.NewDecoder(answer.Body).Decode(&out); err != nil {
		s.t.Fatal(err)
	}
	return out
}

func (s *served) answering(to shown, groups []int, more []func(*answer)) answer {
	a := answer{Collection: to.Collection, ID: to.ID, Sampled: to.Sampled, Version: to.Version, Groups: groups}
	for _, m := range more {
		m(&a)
	}
	return a
}

// answer gives an answer that is kept, and returns what the page shows next.
func (s *served) answer(to shown, groups []int, more ...func(*answer)) shown {
	s.t.Helper()
	return exchange[shown](s, "POST", "/answer", s.answering(to, groups, more), http.StatusOK)
}

// refused gives an answer that is refused with the status, and returns what the page is told.
func (s *served) refused(to shown, groups []int, status int, more ...func(*answer)) failure {
	s.t.Helper()
	return exchange[failure](s, "POST", "/answer", s.answering(to, groups, more), status)
}

// standingTexts are the decisions on pairs that stand, as "record kind other".
func standingTexts(t testing.TB, db *sql.DB) []string {
	t.Helper()
	all, err := standing(t.Context(), db)
	if err != nil {
		t.Fatal(err)
	}
	texts := []string{}
	for _, d := range all {
		texts = append(texts, strings.TrimSpace(d.Record+" "+d.Kind+" "+d.Other+d.Field))
	}
	slices.Sort(texts)
	return texts
}

func TestReviewLoop(t *testing.T) {
	t.Parallel()
	db := handMade(t)
	s := serveReview(t, ReviewOptions{DB: db})
	first := get(s, "/next", 200)
	if first.ID != "people-02" || len(first.Groups) != 3 || first.Judged || first.Progress.Total != 1 || first.Progress.Left != 1 {
		t.Fatalf("first: %+v", first)
	}
	// The link holds p-3 and p-4 together: the question is whether 18 is theirs.
	if !slices.Equal(first.Groups, []int{0, 0, 1}) {
		t.Errorf("groups %v", first.Groups)
	}
	done := s.answer(first, []int{0, 0, 1})
	if !done.Finished || done.Progress.Done != 1 || done.Progress.Last != 1 {
		t.Errorf("after the answer: %+v", done.Progress)
	}
	want := []string{"connec/org-1/p-3 different my-application/2243/18", "connec/org-1/p-4 different my-application/2243/18"}
	if got := standingTexts(t, db); !slices.Equal(got, want) {
		t.Errorf("kept %q, want %q", got, want)
	}
	// Looked up again, it shows what stands, and another answer takes its place.
	get(s, "/item?collection=people&id=people-99", 404)
	if again := get(s, "/item?collection=people&id=people-03", 200); again.ID != "people-02" || !again.Asked {
		t.Errorf("an item by the ID of one of its clusters: %+v", again)
	}
	again := get(s, "/item?collection=people&id=people-02", 200)
	if !again.Settled || len(again.Said) != 2 || again.Said[0].Who != "anna" || again.Version == first.Version {
		t.Errorf("again: %+v", again)
	}
	s.answer(again, []int{0, 0, 0}, func(a *answer) { a.Why = "same phone" })
	got := standingTexts(t, db)
	want = []string{"connec/org-1/p-3 same my-application/2243/18", "connec/org-1/p-4 same my-application/2243/18"}
	if !slices.Equal(got, want) {
		t.Errorf("kept %q, want %q", got, want)
	}
	// Undo goes back, answer by answer.
	back := exchange[shown](s, "POST", "/undo", map[string]int{"last": 2}, 200)
	if back.ID != "people-02" || !back.Settled || !slices.Equal(back.Groups, []int{0, 0, 1}) || back.Progress.Last != 1 {
		t.Errorf("after an undo: %+v", back)
	}
	back = exchange[shown](s, "POST", "/undo", map[string]int{"last": 1}, 200)
	if back.Settled || back.Judged || back.Version != first.Version || decisionsIn(t, db) != 0 {
		t.Errorf("after two undos: %+v", back)
	}
	exchange[failure](s, "POST", "/undo", map[string]int{"last": 1}, 409)
}

// TestReviewSecondTab: an answer to a state that is no more is refused, with what stands now; so is an undo.
func TestReviewSecondTab(t *testing.T) {
	t.Parallel()
	db := handMade(t)
	s := serveReview(t, ReviewOptions{DB: db})
	one, other := get(s, "/next", 200), get(s, "/next", 200)
	s.answer(one, []int{0, 0, 1})
	refused := s.refused(other, []int{0, 0, 0}, 409)
	if now := refused.Now; !strings.Contains(refused.Error, "judged meanwhile") || now == nil || len(now.Said) != 2 || now.Said[0].Kind != Different || now.Version == other.Version {
		t.Fatalf("the second tab is told %+v", refused)
	}
	if got := standingTexts(t, db); len(got) != 2 || !strings.Contains(got[0], "different") {
		t.Errorf("kept %q", got)
	}
	s.answer(*refused.Now, []int{0, 0, 0})
	f := exchange[failure](s, "POST", "/undo", map[string]int{"last": 1}, 409)
	if !strings.Contains(f.Error, "nothing was undone") || len(standingTexts(t, db)) != 2 {
		t.Errorf("a late undo: %+v", f)
	}
}

// TestReviewAsksWhatThePlanSentBack: a sure cluster whose birth dates differ is a question once the plan has said so, with its
// reason; an answer settles it, and with another match the plan speaks no more.
func TestReviewAsksWhatThePlanSentBack(t *testing.T) {
	t.Parallel()
	db := handMade(t)
	execute(t, db, `INSERT INTO operations (plan_id, op_id, seq, level, type, collection, cluster_id, hazards, reason, operation) VALUES
		('abc', 'op-9', 9, 0, 'withheld', 'people', 'people-01', [], 'field_conflict_birth_date', '{"op":"op-9","reason":{"text":"birth dates differ"}}')`)
	s := serveReview(t, ReviewOptions{DB: db})
	item := get(s, "/next", 200)
	if item.ID != "people-01" || item.SentBack != "birth dates differ" || !item.Asked || item.Settled || item.Progress.Total != 2 || !slices.Equal(item.Groups, []int{0, 1, 2}) {
		t.Fatalf("asked first: %s, sent back for %q, groups %v, %+v", item.ID, item.SentBack, item.Groups, item.Progress)
	}
	after := s.answer(item, []int{0, 0, 0})
	if after.ID != "people-02" || after.SentBack != "" || after.Progress.Done != 1 {
		t.Errorf("after the answer: %s, %+v", after.ID, after.Progress)
	}
	if got := standingTexts(t, db); !slices.Equal(got, []string{"connec/org-1/p-1 same connec/org-1/p-2", "connec/org-1/p-1 same my-application/2243/17"}) {
		t.Errorf("kept %q", got)
	}
	if items, err := ReviewItems(t.Context(), db); err != nil || len(items) != 1 {
		t.Errorf("match itself asks %d questions, want 1: %v", len(items), err)
	}
	execute(t, db, `INSERT INTO stages (stage, collection, digest, input_digest, config_digest, finished_at) VALUES ('plan', 'people', 'cc', 'older', 'c', '2026-01-05 10:03:00')`)
	if got := get(serveReview(t, ReviewOptions{DB: db}), "/next", 200); got.Progress.Total != 1 {
		t.Errorf("a plan of another match is listened to: %+v", got.Progress)
	}
}

// TestReviewOfARecordThatAnotherBears: a decision on a record that was merged away is on the one that bears its ID now, as
// match takes it; an answer takes its place, and an undo brings it back.
func TestReviewOfARecordThatAnotherBears(t *testing.T) {
	t.Parallel()
	db := handMade(t)
	execute(t, db, `INSERT INTO external_ids (rid, collection, provider, realm, id, position) SELECT rid, 'people', 'connec', 'org-1', 'p-old', 9 FROM records WHERE key = 'connec/org-1/p-3'`)
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	old := Decision{Collection: "people", Kind: Different, Record: "my-application/2243/18", Other: "connec/org-1/p-old", Who: "ben", At: at}
	nobody := Decision{Collection: "people", Kind: Different, Record: "my-application/2243/18", Other: "connec/org-1/p-gone", Who: "ben", At: at}
	if err := Decide(t.Context(), db, []Decision{old, nobody}); err != nil {
		t.Fatal(err)
	}
	s := serveReview(t, ReviewOptions{DB: db})
	item := get(s, "/item?collection=people&id=people-02", 200)
	if len(item.Said) != 1 || item.Said[0].Kind != Different || !item.Settled || !slices.Equal(item.Groups, []int{0, 0, 1}) {
		t.Fatalf("it is judged already, but %+v", item)
	}
	s.answer(item, []int{0, 0, 0})
	got := get(s, "/item?collection=people&id=people-02", 200)
	if len(got.Conflicts) != 0 || !got.Settled {
		t.Errorf("after the answer: conflicts %v, said %+v", got.Conflicts, got.Said)
	}
	back := exchange[shown](s, "POST", "/undo", map[string]int{"last": 1}, 200)
	if back.Version != item.Version {
		t.Errorf("after an undo there is said %+v", back.Said)
	}
	// Judged the same by its own ID in another workspace, it contradicts itself, and the page says so.
	importText(t, db, "collection,decision,record,other,decided_at\npeople,same,connec/org-1/p-3,my-application/2243/18,2025-01-01T00:00:00Z\n")
	if got := get(serveReview(t, ReviewOptions{DB: db}), "/next", 200); !got.Finished {
		t.Errorf("an older import contradicts: %v", got.Conflicts)
	}
	if err := Decide(t.Context(), db, []Decision{{Collection: "people", Kind: Same, Record: "connec/org-1/p-3", Other: "my-application/2243/18", Who: "ben", At: at}}); err != nil {
		t.Fatal(err)
	}
	want := [][]string{{"connec/org-1/p-3", "my-application/2243/18"}}
	if got := get(serveReview(t, ReviewOptions{DB: db}), "/next", 200); fmt.Sprint(got.Conflicts) != fmt.Sprint(want) {
		t.Errorf("conflicts %v, want %v", got.Conflicts, want)
	}
}

// TestReviewShowsContradictions: decisions from elsewhere that cannot all be true come first, with the way between them.
func TestReviewShowsContradictions(t *testing.T) {
	t.Parallel()
	db := handMade(t)
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	decide := func(record, kind, other string) Decision {
		return Decision{Collection: "people", Kind: kind, Record: record, Other: other, Who: "ben", At: at}
	}
	if err := Decide(t.Context(), db, []Decision{decide("connec/org-1/p-3", Same, "my-application/2243/18"), decide("my-application/2243/18", Same, "connec/org-1/p-4"),
		decide("connec/org-1/p-3", Different, "connec/org-1/p-4")}); err != nil {
		t.Fatal(err)
	}
	s := serveReview(t, ReviewOptions{DB: db})
	item := get(s, "/next", 200)
	want := [][]string{{"connec/org-1/p-3", "my-application/2243/18", "connec/org-1/p-4"}}
	if item.Progress.Disputed != 1 || fmt.Sprint(item.Conflicts) != fmt.Sprint(want) || item.Settled {
		t.Errorf("conflicts %v, want %v; %+v", item.Conflicts, want, item.Progress)
	}
	after := s.answer(item, []int{0, 0, 0})
	if !after.Finished || after.Progress.Disputed != 0 {
		t.Errorf("after the answer: %+v", after)
	}
	if got := get(s, "/item?collection=people&id=people-02", 200); len(got.Conflicts) != 0 || !got.Settled {
		t.Errorf("it still shows %v", got.Conflicts)
	}
}

func TestReviewSkipAndSearch(t *testing.T) {
	t.Parallel()
	db := handMade(t)
	s := serveReview(t, ReviewOptions{DB: db})
	item := get(s, "/next", 200)
	after := exchange[shown](s, "POST", "/skip", skip{Collection: item.Collection, ID: item.ID}, 200)
	if after.ID != item.ID {
		t.Errorf("skipped items come last: %+v", after)
	}
	for text, want := range map[string]string{"PEÑA": "people-02", "kate@brook": "people-01", "my-application/2243/17": "people-01", "503": "people-02", "people-01": "people-01", "nobody": "", "%": "", "eople": "", "people-": "", "onnec/": "", "org-1": "", "connec/org-1/p-3": "people-02", "P-4": "people-02"} {
		hits := exchange[[]searchHit](s, "GET", "/search?q="+urlEscape(text), nil, 200)
		got := ""
		if len(hits) > 0 {
			got = hits[0].ID
		}
		if got != want {
			t.Errorf("%q finds %q, want %q", text, got, want)
		}
	}
}

// TestReviewSkipsAreKept: what was put off comes last on a page that is served anew, too, the longest ago first.
func TestReviewSkipsAreKept(t *testing.T) {
	t.Parallel()
	db := judgeable(t)
	s := serveReview(t, ReviewOptions{DB: db})
	var order []string
	putOff := func(item shown) shown {
		order = append(order, item.ID)
		return exchange[shown](s, "POST", "/skip", skip{Collection: item.Collection, ID: item.ID}, 200)
	}
	third := putOff(putOff(get(s, "/next", 200)))
	s = serveReview(t, ReviewOptions{DB: db})
	if got := get(s, "/next", 200); got.ID != third.ID || got.Progress.Skipped != 2 {
		t.Errorf("served anew it asks %s, want %s; %+v", got.ID, third.ID, got.Progress)
	}
	for range 6 {
		putOff(get(s, "/next", 200))
	}
	if want := slices.Repeat(order[:4], 2); !slices.Equal(order, want) || len(slices.Compact(slices.Sorted(slices.Values(order)))) != 4 {
		t.Errorf("the order is %v, want %v", order, want)
	}
	item := get(s, "/next", 200)
	groups := make([]int, len(item.Groups))
	if after := s.answer(item, groups); after.Progress.Skipped != 3 || after.ID != order[1] {
		t.Errorf("after an answer: %s, %+v", after.ID, after.Progress)
	}
	var kept int
	if err := db.QueryRow("SELECT count(*) FROM skips").Scan(&kept); err != nil || kept != 3 {
		t.Errorf("%d are kept as put off: %v", kept, err)
	}
}

// TestReviewReadsAWriteBeforeItsTurn: a body that is still coming holds nobody up.
func TestReviewReadsAWriteBeforeItsTurn(t *testing.T) {
	t.Parallel()
	s := serveReview(t, ReviewOptions{DB: handMade(t)})
	item := get(s, "/next", 200)
	text, err := json.Marshal(s.answering(item, []int{0, 0, 1}, nil))
	if err != nil {
		t.Fatal(err)
	}
	body, rest := io.Pipe()
	q := httptest.NewRequest("POST", s.base+"/answer", body)
	q.RemoteAddr = "127.0.0.1:1"
	q.AddCookie(&http.Cookie{Name: s.access.cookie(), Value: s.access.token})
	q.Header.Set("Origin", s.base)
	q.Header.Set(tokenHeader, s.access.page)
	answer, answered := httptest.NewRecorder(), make(chan struct{})
	go func() {
		s.handler(t.Context()).ServeHTTP(answer, q)
		close(answered)
	}()
	if _, err := rest.Write(text[:10]); err != nil { // it is being read when this returns
		t.Fatal(err)
	}
	if got := get(s, "/next", 200); got.Version != item.Version {
		t.Errorf("meanwhile: %+v", got)
	}
	if _, err := rest.Write(text[10:]); err != nil {
		t.Fatal(err)
	}
	rest.Close()
	<-answered
	if answer.Code != 200 || decisionsIn(t, s.o.DB) != 2 {
		t.Errorf("the answer, once it has come, is given %d %s", answer.Code, answer.Body)
	}
}

func urlEscape(text string) string {
	return strings.NewReplacer("%", "%25", " ", "%20", "/", "%2F", "Ñ", "%C3%91", "@", "%40").Replace(text)
}

// TestReviewOfMoreRecordsThanACardShows: the answer is on those that are shown, and the question is done with it.
func TestReviewOfMoreRecordsThanACardShows(t *testing.T) {
	t.Parallel()
	db := handMade(t)
	for i := range maxMembers + 5 {
		key := fmt.Sprintf("connec/org-1/m%03d", i)
		if i%2 == 1 {
			key = fmt.Sprintf("a/1/m%03d", i)
		}
		execute(t, db, `INSERT INTO records (rid, source, collection, key, provider, realm, id, hub, content_hash, raw) VALUES ($1, 'hub', 'people', $2, 'x', 'y', $2, $3, '', '{}')`, 300+i, key, i%2 == 0)
		execute(t, db, `INSERT INTO clusters (collection, rid, key, cluster_id, tier, review_id) VALUES ('people', $1, $2, $3, 'review', 'people-m')`, 300+i, key, fmt.Sprintf("people-m%d", i%3))
	}
	s := serveReview(t, ReviewOptions{DB: db})
	item := get(s, "/next", 200)
	if item.ID != "people-m" || len(item.Groups) != maxMembers || item.Card.MembersAll != maxMembers+5 {
		t.Fatalf("first: %s with %d records of %d", item.ID, len(item.Groups), item.Card.MembersAll)
	}
	if after := s.answer(item, make([]int, maxMembers)); after.ID != "people-02" || after.Progress.Done != 1 {
		t.Errorf("after it: %s, %+v", after.ID, after.Progress)
	}
}

// TestReviewOrder: first what is likeliest to be one thing and concerns the most records.
func TestReviewOrder(t *testing.T) {
	t.Parallel()
	item := func(id string, p float64, clusters ...string) ReviewItem {
		i := ReviewItem{Collection: "people", ID: id, Probability: p}
		for n, c := range clusters {
			i.Members = append(i.Members, ReviewMember{Key: fmt.Sprint(id, n), Cluster: c, Tier: "auto"})
		}
		return i
	}
	items := []ReviewItem{item("a", 0.5, "x", "y"), item("b", 0.9, "x", "y"), item("c", 0.5, "x", "y", "z"), item("d", 0.9, "x", "x", "x"), item("e", 0.9, "x", "x", "y")}
	byValue(items)
	var order []string
	for _, i := range items {
		order = append(order, fmt.Sprintf("%s %.1f", i.ID, i.Value()))
	}
	if want := []string{"d 1.8", "c 1.0", "b 0.9", "e 0.9", "a 0.5"}; !slices.Equal(order, want) {
		t.Errorf("order %q, want %q", order, want)
	}
}

func TestMedianPace(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	var acts []act
	for i, seconds := range []int{0, 4, 6, 1000, 1010, 1012} {
		acts = append(acts, act{int64(i + 1), start.Add(time.Duration(seconds) * time.Second)})
	}
	if got := medianPace(acts); got != 4 { // 2, 2, 4, 10: a pause is left out
		t.Errorf("pace %v", got)
	}
	if got := medianPace(acts[:3]); got != 0 {
		t.Errorf("pace of three answers is %v", got)
	}
}

// TestReviewHostileValues: what stands in records reaches the page without a character that hides or ends anything.
func TestReviewHostileValues(t *testing.T) {
	t.Parallel()
	db := handMade(t)
	for i, v := range hostile() {
		key := fmt.Sprintf("connec/org-1/h%03d", i)
		execute(t, db, `INSERT INTO records (rid, source, collection, key, provider, realm, id, hub, first_name, last_name, emails, content_hash, raw) VALUES ($1, 'hub', 'people', $2, 'connec', 'org-1', $2, true, $3, $3, [$3], '', '{}')`, 200+i, key, v)
		execute(t, db, `INSERT INTO clusters (collection, rid, key, cluster_id, tier, review_id) VALUES ('people', $1, $2, $2, 'single', 'people-h')`, 200+i, key)
	}
	s := serveReview(t, ReviewOptions{DB: db})
	for path, least := range map[string]int{"/item?collection=people&id=people-h": 5000, "/search?q=h0": 50} {
		answer := s.send("GET", path, "", nil)
		var text strings.Builder
		if _, err := bufio.NewReader(answer.Body).WriteTo(&text); err != nil {
			t.Fatal(err)
		}
		body := strings.TrimSuffix(text.String(), "\n")
		if answer.StatusCode != 200 || len(body) < least || strings.ContainsFunc(body, hides) || strings.ContainsAny(body, "<>") || answer.Header.Get("Content-Type") != "application/json; charset=utf-8" {
			t.Errorf("%s gives %d %.300q", path, answer.StatusCode, body)
		}
	}
}
