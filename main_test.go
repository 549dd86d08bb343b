package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"sameas": func() { os.Exit(run(os.Args)) }})
}

// TestScripts runs the command line as a user would, on real servers and files. Beside testscript's own commands:
//
//	serve [flags]           start `sameas sandbox serve` on a free port with --out sandbox; sets $URL and the credentials
//	stop                    stop it as Ctrl-C would, and wait
//	code N cmd args...      run a command and require exactly this exit code
//	interrupt TEXT cmd ...  run a command, send it SIGINT when a line of its stderr holds TEXT, and wait
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Values["server"] = &server{}
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"serve":     serve,
			"stop":      stop,
			"code":      code,
			"interrupt": interrupt,
		},
	})
}

// server is the sandbox of one script.
type server struct {
	cmd  *exec.Cmd
	done chan error
}

func serve(ts *testscript.TestScript, neg bool, args []string) {
	s := ts.Value("server").(*server)
	if s.cmd != nil {
		ts.Fatalf("serve: a server is already running")
	}
	all := append([]string{"sandbox", "serve", "--addr", "127.0.0.1:0", "--out", "sandbox"}, args...)
	cmd := command(ts, "sameas", all...)
	out, err := cmd.StdoutPipe()
	ts.Check(err)
	cmd.Stderr = ts.Stderr()
	ts.Check(cmd.Start())
	lines := bufio.NewScanner(out)
	url := ""
	for lines.Scan() {
		line := lines.Text()
		if rest, ok := strings.CutPrefix(line, "listening on "); ok {
			url = rest
			ts.Setenv("URL", rest)
		}
		if rest, ok := strings.CutPrefix(line, "export "); ok {
			name, value, _ := strings.Cut(rest, "=")
			ts.Setenv(name, strings.Trim(value, `'"`))
			if strings.Contains(name, "SECRET") {
				break
			}
		}
	}
	if url == "" {
		_ = cmd.Process.Kill()
		ts.Fatalf("serve: no `listening on` line; it ended with %v", cmd.Wait())
	}
	s.cmd, s.done = cmd, make(chan error, 1)
	go func() {
		for lines.Scan() {
		}
		s.done <- cmd.Wait()
	}()
	ts.Defer(func() {
		if s.cmd != nil {
			_ = s.cmd.Process.Kill()
			<-s.done
		}
	})
}

func stop(ts *testscript.TestScript, neg bool, args []string) {
	s := ts.Value("server").(*server)
	if s.cmd == nil {
		ts.Fatalf("stop: no server is running")
	}
	ts.Check(s.cmd.Process.Signal(os.Interrupt))
	err := <-s.done
	s.cmd = nil
	if err != nil {
		ts.Fatalf("stop: the server ended with %v", err)
	}
}

func code(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) < 2 {
		ts.Fatalf("usage: code N command args...")
	}
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
	if len(args) < 2 {
		ts.Fatalf("usage: interrupt TEXT command args...")
	}
	cmd := command(ts, args[1], args[2:]...)
	watch := &watcher{text: args[0], found: func() { _ = cmd.Process.Signal(syscall.SIGINT) }}
	var out strings.Builder
	cmd.Stdout, cmd.Stderr = &out, watch
	err := cmd.Run()
	fmt.Fprint(ts.Stdout(), out.String())
	fmt.Fprint(ts.Stderr(), watch.all.String())
	ts.Check(os.WriteFile(ts.MkAbs("interrupted.stderr"), []byte(watch.all.String()), 0o600))
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

// command is a command of the script's environment that runs beside the script.
func command(ts *testscript.TestScript, name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(binDir(ts), name), args...)
	cmd.Dir = ts.MkAbs(".")
	cmd.Env = []string{"HOME=" + ts.Getenv("HOME"), "PATH=" + ts.Getenv("PATH"), "TMPDIR=" + ts.Getenv("TMPDIR")}
	for _, name := range []string{"CONNEC_API_KEY", "CONNEC_API_SECRET"} {
		cmd.Env = append(cmd.Env, name+"="+ts.Getenv(name))
	}
	return cmd
}

// binDir is where testscript put the commands: the first folder of the script's PATH.
func binDir(ts *testscript.TestScript) string {
	first, _, _ := strings.Cut(ts.Getenv("PATH"), string(os.PathListSeparator))
	return first
}
