package merge_test

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/sameas/sameas/extract"
	"github.com/sameas/sameas/internal/config"
	"github.com/sameas/sameas/internal/sandbox"
	"github.com/sameas/sameas/internal/sandbox/generator"
	"github.com/sameas/sameas/match"
	"github.com/sameas/sameas/merge"
	queries "github.com/sameas/sameas/sql"
)

// flowPeople is the size of the generated world; SAMEAS_FLOW_PEOPLE sets another, to measure.
func flowPeople() int {
	if n, err := strconv.Atoi(os.Getenv("SAMEAS_FLOW_PEOPLE")); err == nil {
		return n
	}
	return 400
}

// TestFlow plans for a generated world that a sandbox serves, applies the plan and reads everything again. The IDs then
// in the hub are evidence of their own, so that a second plan may find a little more; but of the twins that the first
// forecast saw only those are left whose records were withheld, and little is left to write.
func TestFlow(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	people := flowPeople()
	if _, err := generator.Generate(t.Context(), generator.Options{People: people, Organizations: people / 5, Seed: 3}, dir, nil); err != nil {
		t.Fatal(err)
	}
	server, err := sandbox.New(sandbox.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := server.LoadDir(dir); err != nil {
		t.Fatal(err)
	}
	running, err := sandbox.Serve(t.Context(), "127.0.0.1:0", server)
	if err != nil {
		t.Fatal(err)
	}
	if err := sandbox.WriteProject(dir, running.URL, sandbox.Project{}); err != nil {
		t.Fatal(err)
	}
	c, err := config.Load(filepath.Join(dir, sandbox.ConfigFile))
	if err != nil {
		t.Fatal(err)
	}
	first, forecast := planOnce(t, c, dir, "1")
	if first.Operations[merge.TypeAttach] == 0 || !forecast.Twins() {
		t.Errorf("nothing to attach, or no twin to prevent: %+v", first)
	}
	second, after := planOnce(t, c, dir, "2")
	if second.Writes*10 > first.Writes {
		t.Errorf("a second plan writes %d, the first wrote %d", second.Writes, first.Writes)
	}
	if before, left := twins(forecast), twins(after); left*8 > before { // with pairs that came over the threshold since
		t.Errorf("%d twins of %d are left", left, before)
	}
}

func twins(f merge.ForecastResult) (n int64) {
	for _, a := range f.Applications {
		n += a.Twins
	}
	return n
}

func planOnce(t *testing.T, c *config.Config, dir, run string) (merge.PlanSummary, merge.ForecastResult) {
	t.Helper()
	ctx, log := t.Context(), slog.New(slog.DiscardHandler)
	db, err := queries.Open(ctx, filepath.Join(dir, run+".duckdb"), queries.Options{Create: true, ToolVersion: "test"})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	getenv := func(name string) string {
		return map[string]string{sandbox.KeyEnv: sandbox.DefaultKey, sandbox.SecretEnv: sandbox.DefaultSecret}[name]
	}
	clock := time.Now()
	lap := func(stage string) {
		t.Logf("run %s: %s %.1f s", run, stage, time.Since(clock).Seconds())
		clock = time.Now()
	}
	if _, err := extract.Run(ctx, extract.Options{DB: db, Config: c, Getenv: getenv, Log: log}); err != nil {
		t.Fatal(err)
	}
	lap("extract")
	if _, err := match.Run(ctx, match.Options{DB: db, Config: c, Log: log}); err != nil {
		t.Fatal(err)
	}
	lap("match")
	path := filepath.Join(dir, fmt.Sprintf("plan%s.ndjson", run))
	summary, err := merge.WritePlan(ctx, merge.PlanOptions{DB: db, Config: c, Out: path, ToolVersion: "test", Log: log})
	if err != nil {
		t.Fatal(err)
	}
	lap("plan")
	t.Log("\n" + summary.Text())
	forecast, err := merge.Forecast(ctx, db)
	if err != nil {
		t.Fatal(err)
	}
	lap("forecast")
	t.Log("\n" + forecast.Text())
	result, err := merge.Apply(ctx, merge.ApplyOptions{DB: db, Config: c, Plan: path, Getenv: getenv, Log: log})
	if err != nil || len(result.Problems) > 0 {
		t.Errorf("apply: %v, %d problems: %.10q", err, len(result.Problems), result.Problems)
	}
	lap("apply")
	return summary, forecast
}
