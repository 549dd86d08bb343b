package main

import (
	"bytes"
	"cmp"
	"database/sql"
	"encoding/json"
	"fmt"
	"io/fs"
	"math/rand/v2"
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
	"testing"
	"time"

	_ "github.com/duckdb/duckdb-go/v2"
	"github.com/rogpeppe/go-internal/testscript"

	"github.com/sameas/sameas/internal/cli"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"sameas": func() { os.Exit(run(os.Args)) }})
}

// TestScripts runs the command line as a user would, on real servers and files. Beside testscript's own commands:
//
//	serve [flags]               start `sameas sandbox serve` on a free port, with --out sandbox unless flags name one;
//	                            sets $URL, $ADDR and the credentials
//	halt                        stop it as Ctrl-C would, and wait; testscript's own stop ends the script as passed, so that
//	                            no script may hold it
//	canned FILE [STATUS]        answer every request with this file from here on; sets $URL
//	code N cmd args...          run a command and require exactly this exit code
//	told N cmd args...          the same, and keep what it told on both streams as a file below told/, for nowhere
//	nowhere FILE [FOLDER...]    require of each line of FILE that no file in these folders holds it, or in none but given/
//	interrupt TEXT cmd ...      run a command, send it SIGINT when a line of its stderr holds TEXT, and wait
//	edit FILE OLD NEW OUT       write FILE to OUT with every OLD, of which there must be one, replaced; \n, \0 and \xff
//	                            in OLD and NEW are those bytes
//	hold WORKSPACE              open a workspace in another process than the commands', until the script ends
//	query WORKSPACE SQL         print the rows, tabs between the columns
//	requestlog FILE             require of each line that it has the documented keys and no other, in their forms
//	figures FILE COLLECTION F>=N ...  require figures of an `evaluate --json` result, such as auto.precision>=0.99
func TestScripts(t *testing.T) {
	t.Parallel()
	public, err := filepath.Abs("testdata/public")
	if err != nil {
		t.Fatal(err)
	}
	scripts, err := filepath.Glob("testdata/script/*.txtar")
	if err != nil || len(scripts) == 0 {
		t.Fatalf("%d scripts, %v", len(scripts), err)
	}
	for _, path := range scripts {
		if text, err := os.ReadFile(path); err != nil || regexp.MustCompile(`(?m)^stop\b`).Match(text) {
			t.Errorf("%s holds `stop`, which ends it as passed: write halt (%v)", path, err)
		}
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Values[serverKey] = &server{}
			env.Setenv("PUBLIC", public)
			// apply keeps its locks in the user's cache folder.
			env.Setenv("HOME", filepath.Join(env.WorkDir, "home"))
			env.Setenv("SPARK_HOME", os.Getenv(sparkHome))
			env.Setenv("JAVA_HOME", os.Getenv("JAVA_HOME"))
			return nil
		},
		Condition: func(name string) (bool, error) {
			if name != "spark" {
				return false, fmt.Errorf("no condition %q", name)
			}
			return os.Getenv(sparkHome) != "", nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"serve":      serve,
			"halt":       halt,
			"canned":     canned,
			"code":       code,
			"told":       told,
			"nowhere":    nowhere,
			"interrupt":  interrupt,
			"edit":       edit,
			"shuffle":    shuffle,
			"hold":       hold,
			"query":      query,
			"requestlog": requestLog,
			"figures":    figures,
		},
	})
}

// sparkHome names the variable that names the folder of a Spark; scripts that want a real one skip without.
const sparkHome = "SAMEAS_SPARK"

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
			s.running = nil // a script that serves twice comes here twice
		}
	})
}

func halt(ts *testscript.TestScript, neg bool, args []string) {
	wantArgs(ts, neg, len(args) == 0, "halt")
	s := ts.Value(serverKey).(*server)
	if s.running == nil {
		ts.Fatalf("halt: no server is running")
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

func told(ts *testscript.TestScript, neg bool, args []string) {
	wantArgs(ts, neg, len(args) >= 2, "told N command args...")
	err := ts.Exec(args[1], args[2:]...)
	kept, mkdirErr := ts.MkAbs("told"), os.MkdirAll(ts.MkAbs("told"), 0o700)
	ts.Check(mkdirErr)
	before, readErr := os.ReadDir(kept)
	ts.Check(readErr)
	text := strings.Join(args, " ") + "\n" + ts.ReadFile("stdout") + ts.ReadFile("stderr")
	ts.Check(os.WriteFile(filepath.Join(kept, fmt.Sprintf("%03d", len(before))), []byte(text), 0o600))
	if got := fmt.Sprint(exitStatus(err)); got != args[0] {
		ts.Fatalf("exit code %s, want %s (%v)", got, args[0], err)
	}
}

// nowhere looks through every byte of every file of the script's folder, their names included.
func nowhere(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) == 0 {
		ts.Fatalf("usage: nowhere FILE [FOLDER...]")
	}
	words := strings.Split(strings.TrimSpace(ts.ReadFile(args[0])), "\n")
	folders := args[1:]
	if len(folders) == 0 {
		folders = []string{"."}
	}
	var found []string
	for _, folder := range folders {
		ts.Check(filepath.WalkDir(ts.MkAbs(folder), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.Name() == "given" {
				return cmp.Or(err, fs.SkipDir)
			}
			text := []byte(path)
			if d.Type().IsRegular() {
				if text, err = os.ReadFile(path); err != nil {
					return err
				}
				text = append(text, path...)
			}
			for _, w := range words {
				if bytes.Contains(text, []byte(w)) {
					found = append(found, fmt.Sprintf("%s holds %q", path, w))
				}
			}
			return nil
		}))
	}
	switch {
	case neg && len(found) == 0:
		ts.Fatalf("no file holds any of %q", words)
	case !neg && len(found) > 0:
		ts.Fatalf("%s", strings.Join(found, "\n"))
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

// shuffle writes a file's lines in another order, those of a CSV below its header.
func shuffle(ts *testscript.TestScript, neg bool, args []string) {
	wantArgs(ts, neg, len(args) == 2, "shuffle FILE OUT")
	lines := slices.Collect(strings.Lines(ts.ReadFile(args[0])))
	header := 0
	if strings.HasSuffix(args[0], ".csv") {
		header = 1
	}
	rows := lines[header:]
	rand.New(rand.NewPCG(1, uint64(len(rows)))).Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(strings.Join(lines, "")), 0o600))
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

// step is one `$ sameas ...` line of a console block.
type step struct {
	line int
	args []string
	code string   // "0" unless the line ends in `# exit code N`
	want []string // the lines below it, `...` in them standing for anything
}

func readme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// consoleSteps are the commands of all ```console blocks, in order.
func consoleSteps(t *testing.T, text string) []step {
	t.Helper()
	exit := regexp.MustCompile(`\s+# exit code (\d+)$`)
	var steps []step
	inside := false
	for i, line := range strings.Split(text, "\n") {
		switch {
		case strings.HasPrefix(line, "```"):
			inside = line == "```console"
		case !inside:
		case strings.HasPrefix(line, "$ "):
			s := step{line: i + 1, code: "0"}
			if m := exit.FindStringSubmatch(line); m != nil {
				s.code, line = m[1], strings.TrimSuffix(line, m[0])
			}
			line, _, _ = strings.Cut(line, " #")
			s.args = strings.Fields(line)[1:]
			if len(s.args) < 2 || s.args[0] != "sameas" || strings.ContainsAny(line, `'"|<>&;\`) {
				t.Fatalf("README.md:%d: %q: want a plain sameas command", i+1, line)
			}
			steps = append(steps, s)
		case len(steps) > 0:
			steps[len(steps)-1].want = append(steps[len(steps)-1].want, line)
		default:
			t.Fatalf("README.md:%d: output above the first command", i+1)
		}
	}
	return steps
}

// TestReadme runs the tutorial as a reader would: the server in another terminal, the rest one by one.
func TestReadme(t *testing.T) {
	t.Parallel()
	steps := consoleSteps(t, readme(t))
	if len(steps) < 8 {
		t.Fatalf("only %d commands found", len(steps))
	}
	dir := t.TempDir()
	env := append(os.Environ(), "HOME="+dir, "XDG_CACHE_HOME="+dir)
	for _, s := range steps {
		cmd := exec.Command(s.args[0], s.args[1:]...)
		cmd.Dir, cmd.Env = dir, env
		if strings.HasPrefix(strings.Join(s.args, " "), "sameas sandbox serve") {
			server, err := startServer(cmd)
			if err != nil {
				t.Fatalf("README.md:%d: %v", s.line, err)
			}
			t.Cleanup(func() {
				if err := server.stop(); err != nil {
					t.Error(err)
				}
			})
			for name, value := range server.env {
				env = append(env, name+"="+value)
			}
			continue
		}
		var out, errs bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &errs
		err := cmd.Run()
		if got := fmt.Sprint(exitStatus(err)); got != s.code {
			t.Fatalf("README.md:%d: %s: exit code %s, it says %s\n%s%s", s.line, strings.Join(s.args, " "), got, s.code, out.String(), errs.String())
		}
		if !holds(out.String(), s.want) {
			t.Errorf("README.md:%d: %s prints\n%s\nit says\n%s", s.line, strings.Join(s.args, " "), out.String(), strings.Join(s.want, "\n"))
		}
	}
}

// holds reports whether the output is what the lines say; none say nothing.
func holds(output string, lines []string) bool {
	text := strings.TrimSpace(strings.Join(lines, "\n"))
	if text == "" {
		return true
	}
	pattern := strings.ReplaceAll(regexp.QuoteMeta(text), `\.\.\.`, `(?s:.*)`)
	return regexp.MustCompile(`^` + pattern + `$`).MatchString(strings.TrimSpace(output))
}

func TestHolds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		output string
		lines  []string
		want   bool
	}{
		{"anything", nil, true},
		{"a 1\nb 2\n", []string{"a 1", "b 2", ""}, true},
		{"a 1\nb 2\n", []string{"a 1"}, false},
		{"a 1\nb 2\nc 3\n", []string{"a ...", "c 3"}, true},
		{"a 1\nb 2\nc 3\n", []string{"a ...", "c 4"}, false},
		{"a.b", []string{"a+b"}, false},
	} {
		if got := holds(c.output, c.lines); got != c.want {
			t.Errorf("%q by %q: %v, want %v", c.output, c.lines, got, c.want)
		}
	}
}

// sameas runs one command in this process.
func sameas(t *testing.T, args ...string) (stdout string, code int) {
	t.Helper()
	var out, errs bytes.Buffer
	code = cli.Run(t.Context(), append([]string{"sameas"}, args...), cli.Env{Stdout: &out, Stderr: &errs, Getenv: os.Getenv})
	return out.String(), code
}

// TestReadmeNamesCommandsThatExist: every command in a block or in backticks has a help of its own.
func TestReadmeNamesCommandsThatExist(t *testing.T) {
	t.Parallel()
	named := regexp.MustCompile("(?m)(?:^|`|\\$ |go run )(?:sameas|\\.) ([a-z]+)(?: ([a-z-]+))?").FindAllStringSubmatch(readme(t), -1)
	groups := map[string]bool{"merge": true, "sandbox": true}
	seen := map[string]bool{}
	for _, m := range named {
		path := []string{m[1]}
		if groups[m[1]] {
			path = append(path, m[2])
		}
		name := strings.Join(path, " ")
		if seen[name] {
			continue
		}
		seen[name] = true
		if out, code := sameas(t, append(path, "--help")...); code != 0 || !strings.Contains(out, "sameas "+name+" - ") {
			t.Errorf("README.md names `sameas %s`; its help ends with %d and says\n%s", name, code, out)
		}
	}
	for _, name := range []string{"demo", "init", "extract", "match", "evaluate", "forecast", "merge plan", "merge apply", "report", "run", "sandbox serve"} {
		if !seen[name] {
			t.Errorf("README.md does not name `sameas %s`", name)
		}
	}
}

// TestReadmeNamesTestsThatExist: what README.md says is held by a test is.
func TestReadmeNamesTestsThatExist(t *testing.T) {
	t.Parallel()
	var all bytes.Buffer
	for _, dir := range []string{".", "merge", "match", "extract", "reports", "internal/*"} {
		files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			all.Write(text)
		}
	}
	names := regexp.MustCompile(`\bTest[A-Z]\w+`).FindAllString(readme(t), -1)
	if len(names) < 20 {
		t.Errorf("README.md names only %d tests", len(names))
	}
	for _, name := range names {
		if !strings.Contains(all.String(), "\nfunc "+name+"(t *testing.T)") {
			t.Errorf("README.md names %s, which is not there", name)
		}
	}
}

// TestReadmeExitCodes: the table, the help and the constants agree.
func TestReadmeExitCodes(t *testing.T) {
	t.Parallel()
	want := map[string]string{
		fmt.Sprint(cli.ExitDone):    "done",
		fmt.Sprint(cli.ExitError):   "error",
		fmt.Sprint(cli.ExitLook):    "nothing failed but a person must look",
		fmt.Sprint(cli.ExitPartial): "`merge apply` or `undo` skipped, found drifted or failed some operations",
		fmt.Sprint(cli.ExitUsage):   "usage",
	}
	_, chapter, found := strings.Cut(readme(t), "\n## Exit codes\n")
	chapter, _, _ = strings.Cut(chapter, "\n## ")
	rows := regexp.MustCompile(`(?m)^\| (\d+) \| (.*) \|$`).FindAllStringSubmatch(chapter, -1)
	if !found || len(rows) != len(want) {
		t.Fatalf("%d rows in README.md's table of exit codes, want %d", len(rows), len(want))
	}
	help, _ := sameas(t, "--help")
	for _, row := range rows {
		words, known := want[row[1]]
		if !known || !strings.HasPrefix(row[2], words) {
			t.Errorf("README.md says %s %q, want %q", row[1], row[2], words)
		}
		if !regexp.MustCompile(`(?m)^ +` + row[1] + ` +` + regexp.QuoteMeta(strings.ReplaceAll(words, "`", ""))).MatchString(help) {
			t.Errorf("the help does not say %s: %s", row[1], words)
		}
	}
}
