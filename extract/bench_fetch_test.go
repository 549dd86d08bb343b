package extract_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/sameas/sameas/extract"
	"github.com/sameas/sameas/internal/config"
	"github.com/sameas/sameas/internal/connec"
	"github.com/sameas/sameas/internal/sandbox"
	queries "github.com/sameas/sameas/sql"
)

// BenchmarkFetchAtLatency reads pages from a sandbox that holds each answer back for 20 ms, four at once: first by a bare
// client that fetches the same pages and throws them away, then by extract, whose time until all pages are kept counts.
// -people says how many records.
func BenchmarkFetchAtLatency(b *testing.B) {
	const atOnce = 4
	server, err := sandbox.New(sandbox.Options{Latency: 20 * time.Millisecond, PageMax: 1000})
	if err != nil {
		b.Fatal(err)
	}
	var all bytes.Buffer
	for i := range *manyPeople {
		fmt.Fprintln(&all, person(i, fullPerson(i)))
	}
	if err := server.Load("people", &all); err != nil {
		b.Fatal(err)
	}
	web := httptest.NewServer(server)
	defer web.Close()
	source := config.Source{
		Name: "hub", Type: config.TypeConnec, Endpoint: web.URL + "/api/v2", Group: sandbox.DefaultGroup,
		Credentials: config.Credentials{KeyEnv: "K", SecretEnv: "S"}, Collections: []string{"people"}, Concurrency: atOnce,
	}
	for _, size := range []int{100, 1000} {
		b.Run(fmt.Sprintf("page=%d", size), func(b *testing.B) {
			source.PageSize = int64(size)
			var bare, fetch time.Duration
			for b.Loop() {
				bare += fetchBare(b, source, *manyPeople)
				fetch += fetchTime(b, source, *manyPeople)
			}
			b.ReportMetric(bare.Seconds()/float64(b.N), "s-bare")
			b.ReportMetric(fetch.Seconds()/float64(b.N), "s-fetch")
			b.ReportMetric(fetch.Seconds()/bare.Seconds(), "fetch/bare")
		})
	}
}

// fetchBare fetches all pages and discards them.
func fetchBare(b *testing.B, s config.Source, people int) time.Duration {
	client := &http.Client{Transport: connec.NewTransport()}
	defer client.CloseIdleConnections()
	began := time.Now()
	offsets := make(chan int)
	var all sync.WaitGroup
	for range s.Concurrency {
		all.Go(func() {
			for skip := range offsets {
				request, _ := http.NewRequest(http.MethodGet, fmt.Sprintf("%s/%s/people?$skip=%d&$top=%d&$orderby=created_at+asc", s.Endpoint, s.Group, skip, s.PageSize), nil)
				request.SetBasicAuth(sandbox.DefaultKey, sandbox.DefaultSecret)
				request.Header.Set("CONNEC-EXTERNAL-IDS", "true")
				answer, err := client.Do(request)
				if err != nil {
					b.Error(err)
					continue
				}
				if _, err := io.Copy(io.Discard, answer.Body); err != nil || answer.StatusCode != http.StatusOK {
					b.Error(answer.Status, err)
				}
				answer.Body.Close()
			}
		})
	}
	for skip := 0; skip < people; skip += int(s.PageSize) {
		offsets <- skip
	}
	close(offsets)
	all.Wait()
	return time.Since(began)
}

// readSeconds is a log that waits for what extract says of the time that reading took.
type readSeconds struct {
	slog.Handler
	seconds float64
}

func (r *readSeconds) Enabled(context.Context, slog.Level) bool { return true }

func (r *readSeconds) Handle(_ context.Context, record slog.Record) error {
	record.Attrs(func(a slog.Attr) bool {
		if record.Message == "read" && a.Key == "seconds" {
			r.seconds = a.Value.Float64()
		}
		return true
	})
	return nil
}

// fetchTime extracts, and returns how long it took until every page was kept.
func fetchTime(b *testing.B, s config.Source, people int) time.Duration {
	db, err := queries.Open(b.Context(), filepath.Join(b.TempDir(), "w.duckdb"), queries.Options{Create: true})
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	var read readSeconds
	result, err := extract.Run(b.Context(), extract.Options{
		DB: db, Config: &config.Config{Sources: []config.Source{s}}, Log: slog.New(&read),
		Getenv: func(name string) string {
			return map[string]string{"K": sandbox.DefaultKey, "S": sandbox.DefaultSecret}[name]
		},
	})
	if err != nil {
		b.Fatal(err)
	}
	if e := result.Extractions[0]; e.Records != int64(people) || e.Status != "complete" {
		b.Fatalf("%+v", e)
	}
	return time.Duration(read.seconds * float64(time.Second))
}
