package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sameas/sameas/match/kernel"
)

func TestCommandLine(t *testing.T) {
	t.Parallel()
	spec := filepath.Join(t.TempDir(), "spec.json")
	text := `{"contract":"sameas-kernel/1","rules":1,"caps":[],"within":[],"prior":0,"keep":0,"fields":[{"kind":"exact","bits":[0,5,-5],"group":-1,"lent":-1,"swap":-1}]}`
	if err := os.WriteFile(spec, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := run([]string{"version"}, nil, &out); err != nil || out.String() != kernel.Version()+"\nbuild "+kernel.Build()+"\n" {
		t.Errorf("version says %q, %v", out.String(), err)
	}
	out.Reset()
	rows := "0\tk\t0\t1\t1\t0\tx\t\t0:k\n0\tk\t0\t1\t2\t0\tx\t\t0:k\n"
	if err := run([]string{"--spec", spec}, strings.NewReader(rows), &out); err != nil || !strings.HasPrefix(out.String(), "e\t1\t2\t0\t1\t5\t0\nr\t0\t1\t0\t0\t0\t0\ni\t1\t7278376964871321625\t0\t0\t0\t0\nt\t2\t1\t1\t1\t") {
		t.Errorf("got %q, %v", out.String(), err)
	}
	if err := run([]string{"--spec", spec, "--format", "arrow"}, strings.NewReader(rows), &out); exitCode(err) != kernel.ExitRow || !strings.Contains(err.Error(), "no Arrow IPC stream") {
		t.Errorf("lines where Arrow is meant give %v", err)
	}
	if err := run([]string{"--spec", spec, "--format", "csv"}, strings.NewReader(rows), &out); exitCode(err) != kernel.ExitUsage {
		t.Errorf("a format that is none gives %v", err)
	}
	for _, args := range [][]string{nil, {"--spec", spec, "more"}, {"--nothing"}, {"version", "more"}} {
		if err := run(args, strings.NewReader(rows), &out); !errors.Is(err, errUsage) || exitCode(err) != 64 {
			t.Errorf("%q: got %v, want the usage", args, err)
		}
	}
	if err := run([]string{"--spec", spec + ".none"}, nil, &out); exitCode(err) != 1 {
		t.Errorf("a spec that is not there gives %v", err)
	}
	if err := run([]string{"--spec", spec}, strings.NewReader(rows+"0\n"), &out); exitCode(err) != kernel.ExitColumns {
		t.Errorf("a row of one column gives %v", err)
	}
}

// TestStandsAlone: nothing that needs a C compiler or a database is linked in, on either kind of processor.
func TestStandsAlone(t *testing.T) {
	t.Parallel()
	for _, arch := range []string{"amd64", "arm64"} {
		cmd := exec.Command("go", "list", "-deps", "-f", `{{if .CgoFiles}}cgo {{end}}{{.ImportPath}}`, ".")
		cmd.Env = append(os.Environ(), "GOFLAGS=", "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+arch)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		if !strings.Contains(string(out), "match/kernel\n") {
			t.Errorf("%s: the kernel is not among what is linked:\n%s", arch, out)
		}
		for line := range strings.Lines(string(out)) {
			if strings.HasPrefix(line, "cgo ") || strings.Contains(line, "duckdb") || strings.HasPrefix(line, "net/http") || strings.HasPrefix(line, "database/sql") {
				t.Errorf("%s: the static kernel links %s", arch, line)
			}
		}
	}
}
