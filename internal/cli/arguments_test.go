package cli

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"
)

// leaves are the paths of all commands that do something.
func leaves(commands []*cli.Command, path []string) [][]string {
	var all [][]string
	for _, c := range commands {
		p := append(slices.Clone(path), c.Name)
		if len(c.Subcommands) == 0 {
			all = append(all, p)
			continue
		}
		all = append(all, leaves(c.Subcommands, p)...)
	}
	return all
}

// TestGlobalFlagsBeforeAndAfter runs every command with every global flag at both places, up to the point where the
// command's own action would begin, and compares what the action would see.
func TestGlobalFlagsBeforeAndAfter(t *testing.T) {
	t.Parallel()
	values := map[string]string{"config": "c.yaml", "workspace": "w.duckdb", "log-format": "json"}
	paths := leaves(newApp(Env{}).Commands, nil)
	if len(paths) < 15 {
		t.Fatalf("only %d commands", len(paths))
	}
	for _, path := range paths {
		for _, f := range globalFlags() {
			name := f.Names()[0]
			flag := []string{"--" + name}
			if value, takes := values[name]; takes {
				flag = append(flag, value)
			}
			before := append(append([]string{"sameas"}, flag...), append(slices.Clone(path), "argument")...)
			after := append(append([]string{"sameas"}, path...), append([]string{"argument"}, flag...)...)
			a, b := seen(t, before, path, name), seen(t, after, path, name)
			if a != b || !strings.Contains(a, "argument") {
				t.Errorf("%s: --%s before gives %q, after gives %q", strings.Join(path, " "), name, a, b)
			}
			if value, takes := values[name]; takes && !strings.HasPrefix(a, value) || !takes && !strings.HasPrefix(a, "true") {
				t.Errorf("%s: --%s is seen as %q", strings.Join(path, " "), name, a)
			}
		}
	}
}

// seen is the value of the flag and the arguments that the command's action gets.
func seen(t *testing.T, args, path []string, flag string) string {
	t.Helper()
	var out bytes.Buffer
	app := newApp(Env{Stdout: &out, Stderr: &out})
	got := ""
	eachCommand(app.Commands, func(c *cli.Command) {
		c.Action = func(c *cli.Context) error {
			got = c.String(flag)
			if c.Bool(flag) {
				got = "true"
			}
			got += " " + strings.Join(c.Args().Slice(), " ")
			return nil
		}
	})
	if err := app.RunContext(t.Context(), permute(app, args)); err != nil {
		t.Fatalf("%q: %v\n%s", args, err, out.String())
	}
	return got
}

func TestPermute(t *testing.T) {
	t.Parallel()
	app := newApp(Env{})
	for _, c := range []struct{ in, want string }{
		{"sameas merge plan --out p.ndjson", "sameas merge plan --out p.ndjson"},
		{"sameas --quiet merge --out p.ndjson plan", "sameas merge plan --quiet --out p.ndjson"},
		{"sameas explain a/b/c --collection people d/e/f", "sameas explain --collection people a/b/c d/e/f"},
		{"sameas explain -- -a -b", "sameas explain -- -a -b"},
		{"sameas match --threads=2 people", "sameas match --threads=2 people"},
		{"sameas match people --nope", "sameas match --nope people"},
		{"sameas", "sameas"},
		{"sameas extract extract", "sameas extract extract"},
	} {
		if got := strings.Join(permute(app, strings.Fields(c.in)), " "); got != c.want {
			t.Errorf("%q becomes %q, want %q", c.in, got, c.want)
		}
	}
}

func TestExitCodes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err  error
		want int
	}{
		{nil, ExitDone},
		{os.ErrNotExist, ExitError},
		{usageError(os.ErrInvalid), ExitUsage},
		{exitWith(ExitLook), ExitLook},
		{exitWith(ExitPartial), ExitPartial},
	} {
		if got := exitCode(c.err); got != c.want {
			t.Errorf("%v: exit code %d, want %d", c.err, got, c.want)
		}
		if c.want == ExitLook && printable(c.err) {
			t.Error("a result that needs a person is printed as an error")
		}
	}
}

// TestDemoLeavesOtherFoldersAlone: the folder is emptied only when an earlier demo made it.
func TestDemoLeavesOtherFoldersAlone(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	precious := filepath.Join(dir, "precious")
	if err := os.WriteFile(precious, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := prepareDemo(dir); err == nil || !strings.Contains(err.Error(), "--dir") {
		t.Errorf("a folder of somebody else's: got %v", err)
	}
	if _, err := os.Stat(precious); err != nil {
		t.Error(err)
	}
	own := filepath.Join(t.TempDir(), "demo")
	for range 2 {
		if err := prepareDemo(own); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(own, "left over"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := prepareDemo(own); err != nil {
		t.Fatal(err)
	}
	if entries, _ := os.ReadDir(own); len(entries) != 1 {
		t.Errorf("an earlier demo's folder was not emptied: %v", entries)
	}
}

// TestNoFlagTakesACredential: what stands in a command line every user of the machine can read. The sandbox's own guard
// generated data.
func TestNoFlagTakesACredential(t *testing.T) {
	t.Parallel()
	seen := 0
	eachCommand(newApp(Env{}).Commands, func(c *cli.Command) {
		for _, f := range c.Flags {
			seen++
			for _, name := range f.Names() {
				if c.Name != "serve" && slices.Contains([]string{"key", "secret", "token", "password", "user", "credentials"}, name) {
					t.Errorf("%s --%s", c.Name, name)
				}
			}
		}
	})
	if seen < 50 {
		t.Errorf("only %d flags were looked at", seen)
	}
}
