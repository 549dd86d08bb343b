package cli_test

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sameas/sameas/internal/cli"
	"github.com/sameas/sameas/internal/sandbox"
	"github.com/sameas/sameas/internal/sandbox/generator"
)

// interruptedText is what a command that Ctrl-C stopped says, whatever it was doing.
const interruptedText = "sameas: error: interrupted: what was done is kept; run the same command again to go on\n"

// tempDir is the folder of one run.
var tempDir = regexp.MustCompile(`/[^|\t\n]*/TestCtrlC[^/|]*/\d+`)

// resumedNote is what an extraction notes of a resume.
var resumedNote = regexp.MustCompile(`resumed at offset \d+ of a run begun at [^\t|]+`)

// TestCtrlC stops every stage at many points, runs it again, and requires what an undisturbed run makes. Each stage
// starts from one and the same workspace, so that all that differs is the interruption.
func TestCtrlC(t *testing.T) {
	t.Parallel()
	p := newInterrupted(t)
	p.extract()
	p.match()
	p.plan()
	p.report()
	p.apply()
	p.undo()
}

// interrupted is a generated project, a server whose hub can be changed for another, and the workspace so far.
type interrupted struct {
	t    *testing.T
	base string // the project with the undisturbed workspace
	hub  *sandbox.Server

	mu       sync.Mutex
	serving  *sandbox.Server
	requests int
	writes   int
	stop     func() // at request or write number at
	at       int
	atWrites bool
}

func newInterrupted(t *testing.T) *interrupted {
	t.Helper()
	p := &interrupted{t: t, base: t.TempDir()}
	_, err := generator.Generate(t.Context(), generator.Options{People: 120, Organizations: 24, Seed: 5}, p.base, nil)
	p.must(err)
	p.hub, err = sandbox.New(sandbox.Options{Seed: 1, Now: func() time.Time { return time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC) }})
	p.must(err)
	for _, collection := range []string{"organizations", "people"} {
		f, err := os.Open(filepath.Join(p.base, collection+".ndjson"))
		p.must(err)
		p.must(p.hub.Load(collection, f))
		f.Close()
	}
	p.serving = p.hub
	web := httptest.NewServer(p)
	t.Cleanup(web.Close)
	p.must(sandbox.WriteProject(p.base, web.URL, sandbox.Project{}))
	config := filepath.Join(p.base, sandbox.ConfigFile)
	text, err := os.ReadFile(config)
	p.must(err)
	small := bytes.ReplaceAll(text, []byte("page_size: 100"), []byte("page_size: 15"))
	if bytes.Equal(small, text) {
		t.Fatal("the project names no page size")
	}
	p.must(os.WriteFile(config, small, 0o600))
	return p
}

func (p *interrupted) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.requests++
	if r.Method != http.MethodGet {
		p.writes++
	}
	count := p.requests
	if p.atWrites {
		count = p.writes
	}
	if p.stop != nil && count == p.at {
		p.stop()
		p.stop = nil
	}
	hub := p.serving
	p.mu.Unlock()
	hub.ServeHTTP(w, r)
}

// stopAt lets a request stop the run; stop nil lets none.
func (p *interrupted) stopAt(at int, writes bool, stop func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.requests, p.writes, p.at, p.atWrites, p.stop = 0, 0, at, writes, stop
}

func (p *interrupted) counted() (requests, writes int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.requests, p.writes
}

func (p *interrupted) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}

// copied is a folder of its own with all that the base holds so far.
func (p *interrupted) copied() string { return p.elsewhere(p.base) }

// elsewhere is a copy of the folder. What was stopped goes on there: the engine may hold a file as long as the process
// lives in which one of its queries was stopped, and here, unlike for a user, that process is the same.
func (p *interrupted) elsewhere(from string) string {
	p.t.Helper()
	dir := p.t.TempDir()
	p.must(os.CopyFS(dir, os.DirFS(from)))
	return dir
}

// lineWriter calls found when the n-th line has been written.
type lineWriter struct {
	bytes.Buffer
	n     int
	found func()
}

func (w *lineWriter) Write(text []byte) (int, error) {
	before := bytes.Count(w.Bytes(), []byte("\n"))
	w.Buffer.Write(text)
	if w.found != nil && before < w.n && bytes.Count(w.Bytes(), []byte("\n")) >= w.n {
		w.found()
	}
	return len(text), nil
}

// run runs one command in the folder's project.
func (p *interrupted) run(ctx context.Context, dir string, errs *lineWriter, command string, args ...string) (code int) {
	p.t.Helper()
	all := append([]string{"sameas", "--config", filepath.Join(dir, sandbox.ConfigFile)}, strings.Fields(command)...)
	return cli.Run(ctx, append(all, args...), cli.Env{Stdout: &bytes.Buffer{}, Stderr: errs, Getenv: func(name string) string {
		return map[string]string{sandbox.KeyEnv: sandbox.DefaultKey, sandbox.SecretEnv: sandbox.DefaultSecret}[name]
	}})
}

// ends runs one command to its end and requires its exit code.
func (p *interrupted) ends(code int, dir, command string, args ...string) *lineWriter {
	p.t.Helper()
	errs := &lineWriter{}
	if got := p.run(p.t.Context(), dir, errs, command, args...); got != code {
		p.t.Fatalf("%s: exit code %d, want %d\n%s", command, got, code, errs.String())
	}
	return errs
}

// wasStopped requires the exit code and the words of a command that was stopped.
func (p *interrupted) wasStopped(code int, errs *lineWriter, where string) {
	p.t.Helper()
	if code != cli.ExitError || !strings.HasSuffix(errs.String(), interruptedText) {
		p.t.Errorf("%s: exit code %d, want %d; stderr\n%s", where, code, cli.ExitError, errs.String())
	}
}

// countdown is a context that cancels itself when it is looked at for the n-th time: wherever that is, the work must
// stop there and leave nothing half done.
type countdown struct {
	context.Context
	looked atomic.Int64
	n      int64
	cancel context.CancelFunc
}

func newCountdown(ctx context.Context, n int64) *countdown {
	inner, cancel := context.WithCancel(ctx)
	return &countdown{Context: inner, n: n, cancel: cancel}
}

func (c *countdown) look() {
	if c.looked.Add(1) == c.n {
		c.cancel()
	}
}

func (c *countdown) Done() <-chan struct{} { c.look(); return c.Context.Done() }
func (c *countdown) Err() error            { c.look(); return c.Context.Err() }

// everyLine runs a command once to its end and then for every step-th line that it writes to stderr, stopped there.
func (p *interrupted) everyLine(command string, step int, check func(dir, where string)) {
	p.t.Helper()
	lines := strings.Split(strings.TrimSpace(p.ends(0, p.copied(), command).String()), "\n")
	if len(lines) < 5 {
		p.t.Fatalf("%s says only %q", command, lines)
	}
	// The last one is written when all is done.
	for n := 1; n < len(lines); n += step {
		dir, where := p.copied(), fmt.Sprintf("%s stopped at line %d (%s)", command, n, lines[n-1])
		ctx, cancel := context.WithCancel(p.t.Context())
		errs := &lineWriter{n: n, found: cancel}
		p.wasStopped(p.run(ctx, dir, errs, command), errs, where)
		cancel()
		dir = p.elsewhere(dir)
		p.ends(0, dir, command)
		check(dir, where)
	}
}

func (p *interrupted) extract() {
	p.t.Helper()
	undisturbed := p.copied()
	p.stopAt(0, false, nil)
	p.ends(0, undisturbed, "extract")
	requests, _ := p.counted()
	want := p.tables(undisturbed)
	if requests < 10 {
		p.t.Fatalf("only %d requests", requests)
	}
	for _, n := range []int{1, 2, requests / 2, requests - 1, requests} {
		dir, where := p.copied(), fmt.Sprintf("extract stopped at request %d of %d", n, requests)
		ctx, cancel := context.WithCancel(p.t.Context())
		p.stopAt(n, false, cancel)
		errs := &lineWriter{}
		p.wasStopped(p.run(ctx, dir, errs, "extract"), errs, where)
		cancel()
		p.stopAt(0, false, nil)
		dir = p.elsewhere(dir)
		p.ends(0, dir, "extract")
		p.same(want, p.tables(dir), where)
		if rest, _ := p.counted(); n >= requests-1 && rest >= requests {
			p.t.Errorf("%s: the resume made %d requests", where, rest)
		}
	}
	p.everyLine("extract", 2, func(dir, where string) { p.same(want, p.tables(dir), where) })
	p.base = undisturbed
}

func (p *interrupted) match() {
	p.t.Helper()
	undisturbed := p.copied()
	p.ends(0, undisturbed, "match")
	want := p.tables(undisturbed)
	p.everyLine("match", 2, func(dir, where string) { p.same(want, p.tables(dir), where) })
	p.base = undisturbed
}

func (p *interrupted) plan() {
	p.t.Helper()
	undisturbed := p.copied()
	planned := func(dir string) string { return filepath.Join(dir, "plan.ndjson") }
	counted := newCountdown(p.t.Context(), -1)
	if code := p.run(counted, undisturbed, &lineWriter{}, "merge plan", "--out", planned(undisturbed)); code != cli.ExitLook {
		p.t.Fatalf("merge plan: exit code %d", code)
	}
	want := p.read(planned(undisturbed))
	tables := p.tables(undisturbed)
	for _, n := range []int64{1, counted.looked.Load() / 4, counted.looked.Load() / 2} {
		dir, where := p.copied(), fmt.Sprintf("merge plan stopped at look %d of %d", n, counted.looked.Load())
		errs := &lineWriter{}
		p.wasStopped(p.run(newCountdown(p.t.Context(), n), dir, errs, "merge plan", "--out", planned(dir)), errs, where)
		if left, _ := filepath.Glob(planned(dir) + "*"); len(left) > 0 {
			p.t.Errorf("%s: left %v", where, left)
		}
		dir = p.elsewhere(dir)
		p.ends(cli.ExitLook, dir, "merge plan", "--out", planned(dir))
		if !bytes.Equal(want, p.read(planned(dir))) {
			p.t.Errorf("%s: another plan after the resume", where)
		}
		p.same(tables, p.tables(dir), where)
	}
	p.base = undisturbed
}

func (p *interrupted) report() {
	p.t.Helper()
	undisturbed := p.copied()
	counted := newCountdown(p.t.Context(), -1)
	if code := p.run(counted, undisturbed, &lineWriter{}, "report", "--out", filepath.Join(undisturbed, "report")); code != 0 {
		p.t.Fatalf("report: exit code %d", code)
	}
	names, err := filepath.Glob(filepath.Join(undisturbed, "report", "*"))
	p.must(err)
	for _, n := range []int64{1, counted.looked.Load() / 4, counted.looked.Load() / 2} {
		dir, where := p.copied(), fmt.Sprintf("report stopped at look %d of %d", n, counted.looked.Load())
		errs := &lineWriter{}
		out := filepath.Join(dir, "report")
		p.wasStopped(p.run(newCountdown(p.t.Context(), n), dir, errs, "report", "--out", out), errs, where)
		dir = p.elsewhere(dir)
		out = filepath.Join(dir, "report")
		p.ends(0, dir, "report", "--out", out)
		for _, name := range names {
			if filepath.Base(name) != "extractions.csv" && !bytes.Equal(p.read(name), p.read(filepath.Join(out, filepath.Base(name)))) {
				p.t.Errorf("%s: another %s after the resume", where, filepath.Base(name))
			}
		}
	}
}

// apply stops at a write, which is finished; the resume sends the others, none twice.
func (p *interrupted) apply() {
	p.t.Helper()
	dir := p.copied()
	p.serve(p.hub.Clone())
	p.stopAt(0, true, nil)
	p.ends(0, dir, "merge apply", filepath.Join(dir, "plan.ndjson"))
	_, writes := p.counted()
	want := p.saved()
	if writes < 40 {
		p.t.Fatalf("only %d writes", writes)
	}
	for _, n := range []int{1, 2, writes / 2, writes - 20} { // the last ones may all be under way together
		dir, where := p.copied(), fmt.Sprintf("merge apply stopped at write %d of %d", n, writes)
		plan := filepath.Join(dir, "plan.ndjson")
		p.serve(p.hub.Clone())
		ctx, cancel := context.WithCancel(p.t.Context())
		p.stopAt(n, true, cancel)
		errs := &lineWriter{}
		p.wasStopped(p.run(ctx, dir, errs, "merge apply", plan), errs, where)
		cancel()
		_, first := p.counted()
		p.stopAt(0, true, nil)
		dir = p.elsewhere(dir)
		plan = filepath.Join(dir, "plan.ndjson")
		p.ends(0, dir, "merge apply", plan)
		_, rest := p.counted()
		if first < n || first+rest != writes {
			p.t.Errorf("%s: %d writes before, %d after, %d undisturbed", where, first, rest, writes)
		}
		if got := p.saved(); !slices.Equal(want, got) {
			p.t.Errorf("%s: another hub after the resume", where)
		}
		ctx, cancel = context.WithCancel(p.t.Context())
		p.stopAt(2, false, cancel)
		errs = &lineWriter{}
		p.wasStopped(p.run(ctx, dir, errs, "merge verify", plan), errs, "merge verify")
		cancel()
		p.stopAt(0, true, nil)
		dir = p.elsewhere(dir)
		p.ends(0, dir, "merge verify", filepath.Join(dir, "plan.ndjson"))
	}
}

// undo stops at a write, which is finished; the resume takes back the rest, none twice.
func (p *interrupted) undo() {
	p.t.Helper()
	applied := p.copied()
	p.serve(p.hub.Clone())
	p.ends(0, applied, "merge apply", filepath.Join(applied, "plan.ndjson"))
	hub := p.serving
	dir := p.elsewhere(applied)
	p.serve(hub.Clone())
	p.stopAt(0, true, nil)
	p.ends(0, dir, "merge undo", "--apply", filepath.Join(dir, "plan.ndjson"))
	_, writes := p.counted()
	want := p.saved()
	if writes < 4 {
		p.t.Fatalf("only %d writes", writes)
	}
	for _, n := range []int{1, 2, writes / 2} {
		dir, where := p.elsewhere(applied), fmt.Sprintf("merge undo stopped at write %d of %d", n, writes)
		p.serve(hub.Clone())
		ctx, cancel := context.WithCancel(p.t.Context())
		p.stopAt(n, true, cancel)
		errs := &lineWriter{}
		p.wasStopped(p.run(ctx, dir, errs, "merge undo", "--apply", filepath.Join(dir, "plan.ndjson")), errs, where)
		cancel()
		_, first := p.counted()
		p.stopAt(0, true, nil)
		dir = p.elsewhere(dir)
		p.ends(0, dir, "merge undo", "--apply", filepath.Join(dir, "plan.ndjson"))
		_, rest := p.counted()
		if first < n || first+rest != writes {
			p.t.Errorf("%s: %d writes before, %d after, %d undisturbed", where, first, rest, writes)
		}
		if got := p.saved(); !slices.Equal(want, got) {
			p.t.Errorf("%s: another hub after the resume", where)
		}
		p.ends(0, dir, "merge verify", filepath.Join(dir, "plan.undo.ndjson"))
	}
}

func (p *interrupted) serve(hub *sandbox.Server) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.serving = hub
}

// saved is the hub's content, a text a collection.
func (p *interrupted) saved() []string {
	p.t.Helper()
	dir := p.t.TempDir()
	_, err := p.serving.Save(dir)
	p.must(err)
	return []string{string(p.read(filepath.Join(dir, "organizations.ndjson"))), string(p.read(filepath.Join(dir, "people.ndjson")))}
}

func (p *interrupted) read(path string) []byte {
	p.t.Helper()
	text, err := os.ReadFile(path)
	p.must(err)
	return text
}

// tables is the content of the workspace's tables less times and the number of the run, which an interruption changes.
func (p *interrupted) tables(dir string) map[string]string {
	p.t.Helper()
	db, err := sql.Open("duckdb", filepath.Join(dir, "sameas.duckdb"))
	p.must(err)
	defer db.Close()
	texts := map[string]string{}
	for _, row := range p.rows(db, `SELECT table_name, string_agg('coalesce("' || column_name || '"::VARCHAR, ''NULL'')', ' || ''|'' || ' ORDER BY column_index)
		FROM duckdb_columns() WHERE NOT internal AND data_type <> 'TIMESTAMP' AND column_name <> 'run' GROUP BY ALL ORDER BY ALL`) {
		name, columns, _ := strings.Cut(row, "\t")
		where := ""
		switch name {
		case "extractions":
			where = "WHERE status <> 'failed'" // runs that were stopped stay in the list
		case "places":
			where = "WHERE sha256 <> ''" // and so does where they were about to write: the folder has moved since
		}
		text := strings.Join(p.rows(db, fmt.Sprintf("SELECT %s, '' FROM %s %s ORDER BY ALL", columns, name, where)), "\n")
		texts[name] = resumedNote.ReplaceAllString(tempDir.ReplaceAllString(text, "DIR"), "NULL")
	}
	if len(texts) < 15 {
		p.t.Fatalf("only %d tables", len(texts))
	}
	return texts
}

// rows are the rows of a query of two columns, joined by a tab.
func (p *interrupted) rows(db *sql.DB, query string) []string {
	p.t.Helper()
	rows, err := db.QueryContext(p.t.Context(), query)
	p.must(err)
	defer rows.Close()
	var all []string
	for rows.Next() {
		var a, b string
		p.must(rows.Scan(&a, &b))
		all = append(all, a+"\t"+b)
	}
	p.must(rows.Err())
	return all
}

func (p *interrupted) same(want, got map[string]string, where string) {
	p.t.Helper()
	for name := range want {
		if want[name] != got[name] {
			p.t.Errorf("%s: after the resume table %s holds\n%.600s\nundisturbed\n%.600s", where, name, got[name], want[name])
		}
	}
}
