package main

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	_ "github.com/duckdb/duckdb-go/v2"
	"github.com/rogpeppe/go-internal/testscript"
)

// serverKey is where a script's server is found.
const serverKey = "server"

// server is the sandbox of one script.
type server struct {
	running *background
}

func serve(ts *testscript.TestScript, neg bool, args []string) {
	wantArgs(ts, neg, true, "serve [flags]")
	s := ts.Value(serverKey).(*server)
	if s.running != nil {
		ts.Fatalf("serve: a server is already running")
	}
	all := append([]string{"sandbox", "serve"}, args...)
	if !slices.Contains(args, "--out") {
		all = append(all, "--out", "sandbox")
	}
	running, err := startServer(command(ts, "sameas", all...))
	ts.Check(err)
	s.running = running
	for name, value := range running.env {
		ts.Setenv(name, value)
	}
	ts.Setenv("URL", running.url)
	ts.Setenv("ADDR", strings.TrimPrefix(running.url, "http://"))
	ts.Defer(func() {
		if s.running != nil {
			s.running.kill()
		}
	})
}

func stop(ts *testscript.TestScript, neg bool, args []string) {
	wantArgs(ts, neg, len(args) == 0, "stop")
	s := ts.Value(serverKey).(*server)
	if s.running == nil {
		ts.Fatalf("stop: no server is running")
	}
	err := s.running.stop()
	s.running = nil
	ts.Check(err)
}

func canned(ts *testscript.TestScript, neg bool, args []string) {
	wantArgs(ts, neg, len(args) == 1 || len(args) == 2, "canned FILE [STATUS]")
	body := []byte(ts.ReadFile(args[0]))
	status := http.StatusOK
	if len(args) == 2 {
		var err error
		status, err = strconv.Atoi(args[1])
		ts.Check(err)
	}
	contentType := "application/json"
	if filepath.Ext(args[0]) == ".html" {
		contentType = "text/html"
	}
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = w.Write(body)
	}))
	ts.Defer(web.Close)
	ts.Setenv("URL", web.URL)
}

func code(ts *testscript.TestScript, neg bool, args []string) {
	wantArgs(ts, neg, len(args) >= 2, "code N command args...")
	err := ts.Exec(args[1], args[2:]...)
	if got := fmt.Sprint(exitStatus(err)); got != args[0] {
		ts.Fatalf("exit code %s, want %s (%v)", got, args[0], err)
	}
}

func exitStatus(err error) int {
	if err == nil {
		return 0
	}
	if exit, ok := err.(*exec.ExitError); ok {
		return exit.ExitCode()
	}
	return -1
}

func interrupt(ts *testscript.TestScript, neg bool, args []string) {
	wantArgs(ts, neg, len(args) >= 2, "interrupt TEXT command args...")
	cmd := command(ts, args[1], args[2:]...)
	watch := &watcher{text: args[0], found: func() { _ = cmd.Process.Signal(syscall.SIGINT) }}
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, watch
	err := cmd.Run()
	fmt.Fprint(ts.Stdout(), out.String())
	fmt.Fprint(ts.Stderr(), watch.all.String())
	if !watch.seen {
		ts.Fatalf("interrupt: no line held %q; stderr was:\n%s", args[0], watch.all.String())
	}
	if exitStatus(err) != 1 {
		ts.Fatalf("interrupt: exit code %d, want 1 (%v)\n%s", exitStatus(err), err, watch.all.String())
	}
}

// watcher calls found once, when what was written to it holds text.
type watcher struct {
	mu    sync.Mutex
	all   strings.Builder
	text  string
	seen  bool
	found func()
}

func (w *watcher) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all.Write(p)
	if !w.seen && strings.Contains(w.all.String(), w.text) {
		w.seen = true
		w.found()
	}
	return len(p), nil
}

func edit(ts *testscript.TestScript, neg bool, args []string) {
	wantArgs(ts, neg, len(args) == 4, "edit FILE OLD NEW OUT")
	unescape := strings.NewReplacer(`\n`, "\n", `\0`, "\x00", `\xff`, "\xff")
	text, before, after := ts.ReadFile(args[0]), unescape.Replace(args[1]), unescape.Replace(args[2])
	if !strings.Contains(text, before) {
		ts.Fatalf("edit: %s does not hold %q", args[0], before)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[3]), []byte(strings.ReplaceAll(text, before, after)), 0o600))
}

// open opens a workspace in this process, which is not the one that runs the script's commands.
func open(ts *testscript.TestScript, path string) *sql.DB {
	db, err := sql.Open("duckdb", ts.MkAbs(path))
	ts.Check(err)
	ts.Check(db.Ping())
	return db
}

func hold(ts *testscript.TestScript, neg bool, args []string) {
	wantArgs(ts, neg, len(args) == 1, "hold WORKSPACE")
	db := open(ts, args[0])
	ts.Defer(func() { db.Close() })
}

func query(ts *testscript.TestScript, neg bool, args []string) {
	wantArgs(ts, neg, len(args) == 2, "query WORKSPACE SQL")
	db := open(ts, args[0])
	defer db.Close()
	rows, err := db.Query(args[1])
	ts.Check(err)
	defer rows.Close()
	columns, err := rows.Columns()
	ts.Check(err)
	for rows.Next() {
		values, targets := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			targets[i] = &values[i]
		}
		ts.Check(rows.Scan(targets...))
		texts := make([]string, len(columns))
		for i, v := range values {
			texts[i] = fmt.Sprint(v)
		}
		fmt.Fprintln(ts.Stdout(), strings.Join(texts, "\t"))
	}
	ts.Check(rows.Err())
}

// requestLog holds the lines of --requests against what the help and the documentation say of them.
func requestLog(ts *testscript.TestScript, neg bool, args []string) {
	wantArgs(ts, neg, len(args) == 1, "requestlog FILE")
	hash := regexp.MustCompile(`^[0-9a-f]{64}$`)
	lines := 0
	for line := range strings.Lines(ts.ReadFile(args[0])) {
		lines++
		d := json.NewDecoder(strings.NewReader(line))
		d.DisallowUnknownFields()
		var e struct {
			Time   *time.Time
			Method *string
			Path   *string
			Status *int
			SHA256 *string
		}
		if err := d.Decode(&e); err != nil || !strings.HasSuffix(line, "}\n") {
			ts.Fatalf("requestlog: line %d: %v: %q", lines, err, line)
		}
		for _, key := range []string{"time", "method", "path", "status", "sha256"} {
			if strings.Count(line, `"`+key+`":`) != 1 {
				ts.Fatalf("requestlog: line %d: key %q: %s", lines, key, line)
			}
		}
		if strings.ContainsAny(*e.Path, "?#") || !strings.HasPrefix(*e.Path, "/") || !hash.MatchString(*e.SHA256) || *e.Status < 0 || *e.Status > 599 {
			ts.Fatalf("requestlog: line %d: %s", lines, line)
		}
	}
	if lines == 0 {
		ts.Fatalf("requestlog: %s is empty", args[0])
	}
}

// figures reads the result of `evaluate --json`; a figure is named by its path, the keys joined by dots.
func figures(ts *testscript.TestScript, neg bool, args []string) {
	wantArgs(ts, neg, len(args) >= 3, "figures FILE COLLECTION FIGURE>=MIN...")
	var result struct {
		Collections []map[string]any `json:"collections"`
	}
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &result))
	i := slices.IndexFunc(result.Collections, func(c map[string]any) bool { return c["collection"] == args[1] })
	if i < 0 {
		ts.Fatalf("figures: %s has nothing on %s", args[0], args[1])
	}
	for _, bound := range args[2:] {
		name, text, found := strings.Cut(bound, ">=")
		least, err := strconv.ParseFloat(text, 64)
		if !found || err != nil {
			ts.Fatalf("figures: %q: want FIGURE>=MIN", bound)
		}
		var value any = result.Collections[i]
		for key := range strings.SplitSeq(name, ".") {
			object, _ := value.(map[string]any)
			value = object[key]
		}
		got, isNumber := value.(float64)
		ts.Logf("%s %s %v, at least %v", args[1], name, value, least)
		if !isNumber || got < least {
			ts.Fatalf("figures: %s: %s is %v, want at least %v", args[1], name, value, least)
		}
	}
}

func wantArgs(ts *testscript.TestScript, neg, ok bool, usage string) {
	if neg || !ok {
		ts.Fatalf("usage: %s", usage)
	}
}

// command is a command of the script's environment that runs beside the script.
func command(ts *testscript.TestScript, name string, args ...string) *exec.Cmd {
	first, _, _ := strings.Cut(ts.Getenv("PATH"), string(os.PathListSeparator)) // where testscript put the commands
	cmd := exec.Command(filepath.Join(first, name), args...)
	cmd.Dir = ts.MkAbs(".")
	for _, name := range []string{"HOME", "PATH", "TMPDIR", "CONNEC_API_KEY", "CONNEC_API_SECRET"} {
		cmd.Env = append(cmd.Env, name+"="+ts.Getenv(name))
	}
	return cmd
}

// background is a `sameas sandbox serve` that runs beside a test.
type background struct {
	cmd  *exec.Cmd
	url  string
	env  map[string]string // what it says to export
	err  bytes.Buffer
	done chan error
}

// startServer starts the command and returns when it listens.
func startServer(cmd *exec.Cmd) (*background, error) {
	b := &background{cmd: cmd, env: map[string]string{}, done: make(chan error, 1)}
	out := &watcher{text: "_SECRET="}
	listening := make(chan struct{})
	out.found = func() { close(listening) }
	cmd.Stdout, cmd.Stderr = out, &b.err
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	go func() { b.done <- cmd.Wait() }()
	select {
	case err := <-b.done:
		return nil, fmt.Errorf("sandbox serve ended before it listened: %w\n%s", err, b.err.String())
	case <-listening:
	}
	out.mu.Lock()
	defer out.mu.Unlock()
	for line := range strings.Lines(out.all.String()) {
		line = strings.TrimSuffix(line, "\n")
		if rest, ok := strings.CutPrefix(line, "listening on "); ok {
			b.url = rest
		} else if rest, ok := strings.CutPrefix(line, "export "); ok {
			name, value, _ := strings.Cut(rest, "=")
			b.env[name] = value
		} else {
			b.kill()
			return nil, fmt.Errorf("sandbox serve printed %q", line)
		}
	}
	return b, nil
}

// stop is Ctrl-C; the server must end with exit code 0.
func (b *background) stop() error {
	if err := b.cmd.Process.Signal(os.Interrupt); err != nil {
		return err
	}
	if err := <-b.done; err != nil {
		return fmt.Errorf("sandbox serve after Ctrl-C: %w\n%s", err, b.err.String())
	}
	return nil
}

func (b *background) kill() {
	_ = b.cmd.Process.Kill()
	<-b.done
}
