package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/sameas/sameas/internal/cli"
)

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

// TestReadmeExitCodes: the table, the help and the constants agree.
func TestReadmeExitCodes(t *testing.T) {
	t.Parallel()
	want := map[string]string{
		fmt.Sprint(cli.ExitDone):    "done",
		fmt.Sprint(cli.ExitError):   "error",
		fmt.Sprint(cli.ExitLook):    "nothing failed but a person must look",
		fmt.Sprint(cli.ExitPartial): "`merge apply` skipped, found drifted or failed some operations",
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
