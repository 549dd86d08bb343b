package merge

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sameas/sameas/internal/connec"
	"github.com/sameas/sameas/internal/sandbox"
)

// operations is the size of the plan that BenchmarkApplyAtLatency applies.
var operations = flag.Int("operations", 2000, "operations of BenchmarkApplyAtLatency")

const benchConcurrency = 8

// BenchmarkApplyAtLatency applies a plan to a server that answers after 20 ms, eight requests at once, and sends the
// same reads and writes by a bare loop to another: no journal, no comparison, nothing but the requests. Both go at the
// same time, so that what else the machine does weighs on both. The servers and apply are processes of their own.
// Reported are both speeds, their share, and the most memory that apply's process ever had.
//
//	go test ./merge -run - -bench ApplyAtLatency -benchtime 1x -operations 100000 -timeout 2h
func BenchmarkApplyAtLatency(b *testing.B) {
	people := *operations * 2 / 3
	_, ops := sandboxPeople(people)
	for range b.N {
		endpoint, other := serveAtLatency(b, people), serveAtLatency(b, people)
		h := testHeader(int64(people))
		h.Endpoint, h.Group = endpoint, sandbox.DefaultGroup
		dir := b.TempDir()
		path := filepath.Join(dir, "plan.ndjson")
		writePlanFile(b, path, h, ops)
		bareTook := make(chan time.Duration, 1)
		go func() { bareTook <- bareLoop(b, other, ops) }()
		began := time.Now()
		c := childJob{Do: "apply", Plan: path, Endpoint: endpoint, LockDir: dir, Concurrency: benchConcurrency}.start(b)
		report, ok := c.end(b)
		took := time.Since(began)
		bare := <-bareTook
		if !ok || report.Error != "" || report.Result.Remaining > 0 {
			b.Fatalf("%+v", report)
		}
		b.Log(report.Result.Notes)
		b.ReportMetric(float64(len(ops))/took.Seconds(), "ops/s")
		b.ReportMetric(float64(len(ops))/bare.Seconds(), "bare-ops/s")
		b.ReportMetric(100*bare.Seconds()/took.Seconds(), "%-of-bare")
		b.ReportMetric(float64(report.PeakKB)/1024, "MiB-peak")
		b.ReportMetric(report.Result.Gap.Mean, "ms-gap-mean")
		b.ReportMetric(report.Result.Gap.Most, "ms-gap-most")
		b.ReportMetric(c.ProcessState.UserTime().Seconds()+c.ProcessState.SystemTime().Seconds(), "cpu-s")
	}
}

// serveAtLatency is the endpoint of a fresh server in a process of its own.
func serveAtLatency(b *testing.B, people int) string {
	_, address := childJob{Do: "serve", Latency: 20 * time.Millisecond, People: people}.firstLine(b)
	return address + "/api/v2"
}

// bareLoop sends for each operation the reads of apply and the write, and returns how long that took.
func bareLoop(b *testing.B, endpoint string, ops []Operation) time.Duration {
	client := &http.Client{Transport: connec.NewTransport()}
	queue := make(chan Operation)
	failed := make(chan error, benchConcurrency)
	var workers sync.WaitGroup
	began := time.Now()
	for range benchConcurrency {
		workers.Add(1)
		go func() {
			defer workers.Done()
			for op := range queue {
				if err := bareRequests(client, endpoint+"/"+sandbox.DefaultGroup, op); err != nil {
					failed <- err
					return
				}
			}
		}()
	}
	for _, op := range ops {
		select {
		case queue <- op:
		case err := <-failed:
			b.Error(err)
			return time.Since(began)
		}
	}
	close(queue)
	workers.Wait()
	return time.Since(began)
}

func bareRequests(client *http.Client, base string, op Operation) error {
	var err error
	if op.Target != "" {
		err = bareSend(client, http.MethodGet, base+"/people/"+uuidOf(op.Target), "")
	}
	for _, id := range op.BearsIDs {
		query := url.Values{"opts[provider]": {id.Provider}, "opts[realm]": {id.Realm}}
		err = errors.Join(err, bareSend(client, http.MethodGet, base+"/people/"+url.PathEscape(id.ID)+"?"+query.Encode(), ""))
	}
	return errors.Join(err, bareSend(client, op.Request.Method, base+op.Request.Path, string(op.Request.Body)))
}

func bareSend(client *http.Client, method, target, body string) error {
	r, err := http.NewRequestWithContext(context.Background(), method, target, strings.NewReader(body))
	if err != nil {
		return err
	}
	r.SetBasicAuth(sandbox.DefaultKey, sandbox.DefaultSecret)
	r.Header.Set("CONNEC-EXTERNAL-IDS", "true")
	resp, err := client.Do(r)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode > 299 && resp.StatusCode != http.StatusNotFound {
		return fmt.Errorf("%s %s: %d", method, target, resp.StatusCode)
	}
	_, err = io.Copy(io.Discard, resp.Body)
	return err
}
