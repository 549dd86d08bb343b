package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sameas/sameas/internal/config"
	"github.com/sameas/sameas/internal/connec"
	"github.com/sameas/sameas/internal/sandbox"
	"github.com/sameas/sameas/reports"
)

// reviewer is a person who knows the truth and works at the page, by what it is told over the wire alone.
type reviewer struct {
	t      *testing.T
	base   string
	token  string // the page's
	client *http.Client
	truth  *sandbox.Truth
}

// question is what a reviewer looks at of an item.
type question struct {
	Collection, ID, Version string
	Sampled, Finished       bool
	Card                    struct {
		Members []struct {
			Key string `json:"k"`
		} `json:"m"`
	}
	Conflicts [][]string
	Progress  struct{ Done, Total, Left int }
}

func newReviewer(t *testing.T, d *demo, sample int) *reviewer {
	t.Helper()
	page, err := reports.NewReview(t.Context(), reports.ReviewOptions{DB: d.session.db, Who: "the truth", Sample: sample, Seed: 1,
		Match: func(ctx context.Context, progress func(string, int64, int64)) (string, error) {
			return d.rematch(ctx, d.session, progress)
		}})
	must(t, err)
	listener, err := reports.Listen(0)
	must(t, err)
	address := page.Open(listener)
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error)
	go func() { done <- page.Serve(ctx, listener) }()
	t.Cleanup(func() {
		cancel()
		must(t, <-done)
	})
	jar, err := cookiejar.New(nil)
	must(t, err)
	truth, err := sandbox.ReadTruth(filepath.Join(d.dir, "truth.csv"))
	must(t, err)
	r := &reviewer{t: t, base: "http://" + listener.Addr().String(), client: &http.Client{Jar: jar, Transport: &http.Transport{DisableKeepAlives: true}}, truth: truth}
	r.ask("GET", strings.TrimPrefix(address, r.base), nil, nil)
	html := r.ask("GET", "/", nil, nil)
	r.token = regexp.MustCompile(`name="token" content="([^"]+)"`).FindStringSubmatch(html)[1]
	return r
}

func (r *reviewer) ask(method, path string, body, into any) string {
	r.t.Helper()
	text, err := json.Marshal(body)
	must(r.t, err)
	q, err := http.NewRequestWithContext(r.t.Context(), method, r.base+path, bytes.NewReader(text))
	must(r.t, err)
	if method == http.MethodPost {
		q.Header.Set("Origin", r.base)
		q.Header.Set("X-Sameas-Token", r.token)
	}
	a, err := r.client.Do(q)
	must(r.t, err)
	defer a.Body.Close()
	answer, err := io.ReadAll(a.Body)
	must(r.t, err)
	if a.StatusCode != http.StatusOK {
		r.t.Fatalf("%s %s %s: %d %s", method, path, text, a.StatusCode, answer)
	}
	if into != nil {
		must(r.t, json.Unmarshal(answer, into))
	}
	return string(answer)
}

// judge answers question after question until none is left, and says how many it answered.
func (r *reviewer) judge() int {
	r.t.Helper()
	var q question
	r.ask("GET", "/next", nil, &q)
	answered := 0
	for ; !q.Finished; answered++ {
		groups := make([]int, len(q.Card.Members))
		entities := map[string]int{}
		for i, m := range q.Card.Members {
			id, err := connec.ParseExternalID(m.Key)
			must(r.t, err)
			entity := r.truth.Entity(q.Collection, id)
			if entity == "" {
				entity = m.Key
			}
			if _, known := entities[entity]; !known {
				entities[entity] = len(entities)
			}
			groups[i] = entities[entity]
		}
		left := q.Progress.Left
		answer := map[string]any{"collection": q.Collection, "id": q.ID, "sampled": q.Sampled, "version": q.Version, "groups": groups}
		q = question{}
		r.ask("POST", "/answer", answer, &q)
		if q.Progress.Left != left-1 {
			r.t.Fatalf("an answer to %v leaves %d questions of %d", answer, q.Progress.Left, left)
		}
	}
	return answered
}

// match applies the decisions from the page and waits for its words on what changed.
func (r *reviewer) match() string {
	r.t.Helper()
	var s struct {
		Running       bool
		Text, Failure string
	}
	r.ask("POST", "/match", map[string]any{}, &s)
	for s.Running {
		r.ask("GET", "/match", nil, &s)
	}
	if s.Failure != "" {
		r.t.Fatal(s.Failure)
	}
	return s.Text
}

// TestReviewPageJudgesAWorld: a person who answers all that the page asks, and applies it, is done after a few rounds,
// and the clusters are what was answered. What stands then is a file that does the same to the world extracted anew.
func TestReviewPageJudgesAWorld(t *testing.T) {
	t.Parallel()
	d := smallDemo(t, "150", nil)
	_, err := d.runner.match(t.Context(), d.session, nil, 0)
	must(t, err)
	r := newReviewer(t, d, 0)
	rounds := 0
	for answered := r.judge(); answered > 0; answered = r.judge() {
		if rounds++; rounds > 5 {
			t.Fatal("there are still questions after five rounds of answers")
		}
		if text := r.match(); !strings.Contains(text, "What changed since the match before") || !strings.Contains(text, "REVIEW ITEMS") {
			t.Errorf("match says %q", text)
		}
		checkJudged(t, d.session.db, r.truth)
	}
	if rounds == 0 {
		t.Fatal("the world has nothing to judge")
	}
	var kept bytes.Buffer
	n, _, err := reports.ExportDecisions(t.Context(), d.session.db, &kept)
	must(t, err)
	before := rows(t, d.session.db, `SELECT collection, string_agg(key, ' ' ORDER BY key) FROM clusters GROUP BY collection, cluster_id ORDER BY 1, 2`)

	anew := smallDemo(t, "150", nil)
	result, err := reports.ImportDecisions(t.Context(), anew.session.db, &kept, "kept.csv", func(string) string { return "" }, time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC))
	must(t, err)
	if result.Kept != n || result.ToLook() {
		t.Fatalf("imported into the world extracted anew: %s", result.Text())
	}
	_, err = anew.runner.match(t.Context(), anew.session, nil, 0)
	must(t, err)
	after := rows(t, anew.session.db, `SELECT collection, string_agg(key, ' ' ORDER BY key) FROM clusters GROUP BY collection, cluster_id ORDER BY 1, 2`)
	if !slices.EqualFunc(before, after, slices.Equal) {
		t.Error("the decisions do not make the same clusters of the world extracted anew")
	}
	anew.session.config.Engine.Type, anew.session.config.Engine.Launcher = config.EngineSpark, "/none/spark-submit"
	if _, err := anew.rematch(t.Context(), anew.session, func(string, int64, int64) {}); err != nil {
		t.Errorf("no pair is to be compared, and yet: %v", err)
	}
	_, err = anew.session.db.Exec(`UPDATE external_ids SET id = id || 'x' WHERE rid = 1 AND provider <> 'connec'`)
	must(t, err)
	if _, err := anew.rematch(t.Context(), anew.session, func(string, int64, int64) {}); err == nil || !strings.Contains(err.Error(), "engine.launcher") {
		t.Errorf("the page matches by another engine than the configuration's: %v", err)
	}
}

// TestReviewSampleBoundsWhatIsWrong: the audited clusters are those that were drawn, each is judged by the truth, and the
// bound counts them.
func TestReviewSampleBoundsWhatIsWrong(t *testing.T) {
	t.Parallel()
	d := smallDemo(t, "120", nil)
	_, err := d.runner.match(t.Context(), d.session, nil, 0)
	must(t, err)
	r := newReviewer(t, d, 20)
	wrong := rows(t, d.session.db, `SELECT count(DISTINCT place)::VARCHAR FROM samples`)[0][0]
	if wrong != "20" {
		t.Fatalf("%s clusters were drawn", wrong)
	}
	impure := 0
	for _, c := range rows(t, d.session.db, `SELECT collection, string_agg(key, ' ' ORDER BY key) FROM samples GROUP BY collection, place`) {
		entities := map[string]bool{}
		for key := range strings.FieldsSeq(c[1]) {
			id, err := connec.ParseExternalID(key)
			must(t, err)
			entity := r.truth.Entity(c[0], id)
			if entity == "" {
				entity = key
			}
			entities[entity] = true
		}
		if len(entities) > 1 {
			impure++
		}
	}
	var q question
	text := r.ask("GET", "/next", nil, &q)
	if !q.Sampled || !strings.Contains(text, `"drawn":20`) || !strings.Contains(text, `"open":20`) {
		t.Errorf("the audit does not come first: %.300s", text)
	}
	r.judge()
	if text = r.ask("GET", "/next", nil, &q); !strings.Contains(text, fmt.Sprintf(`"judged":20,"wrong":%d,"open":0`, impure)) {
		t.Errorf("%d of 20 are wrong, the page says %.400s", impure, text)
	}
	summary, err := reports.Summary(t.Context(), d.session.db)
	must(t, err)
	if !strings.Contains(summary, "of 20 sure clusters, drawn at random") || !strings.Contains(summary, "with 95 % confidence at most") {
		t.Errorf("the summary does not tell the bound:\n%s", summary)
	}
}
