package kernel

import (
	"bytes"
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/apache/arrow-go/v18/arrow"
)

// built makes the kernel for a platform as the README says, and requires that it stands alone: no loader, no library.
func built(t *testing.T, arch string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "kernel-"+arch)
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", path, "./cmd")
	cmd.Env = append(os.Environ(), "GOFLAGS=", "CGO_ENABLED=0", "GOOS=linux", "GOARCH="+arch)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", arch, err, out)
	}
	file, err := elf.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if want := map[string]elf.Machine{"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64}[arch]; file.Machine != want {
		t.Errorf("%s: built for %s", arch, file.Machine)
	}
	if libraries, _ := file.ImportedLibraries(); len(libraries) > 0 {
		t.Errorf("%s: it wants %v", arch, libraries)
	}
	for _, part := range file.Progs {
		if part.Type == elf.PT_INTERP || part.Type == elf.PT_DYNAMIC {
			t.Errorf("%s: it is not static", arch)
		}
	}
	return path
}

func TestBuildsStatic(t *testing.T) {
	t.Parallel()
	built(t, "amd64") // arm64 is built where it can be run: that takes long where nothing of it is built yet
}

// TestEveryProcessorGivesTheSame runs the kernel built for arm64, under QEMU's emulation, beside this process on the
// same rows: edges, counts and trailers are equal byte for byte in either format, and so are the versions. A processor
// that multiplies and adds in one rounding, or a library that takes a logarithm its own way, would show here. With
// SAMEAS_KERNEL_ROWS and SAMEAS_KERNEL_SPEC, files that BenchmarkStream of package match writes, it runs those rows too.
func TestEveryProcessorGivesTheSame(t *testing.T) {
	t.Parallel()
	emulator, err := exec.LookPath("qemu-aarch64")
	if err != nil {
		t.Skip("qemu-aarch64 is not installed (Debian's package qemu-user)")
	}
	arm := built(t, "arm64")
	emulated := func(stdin string, args ...string) string {
		t.Helper()
		cmd := exec.Command(emulator, append([]string{arm}, args...)...)
		cmd.Stdin = strings.NewReader(stdin)
		var told bytes.Buffer
		cmd.Stderr = &told
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("arm64 %v: %v\n%s", args, err, told.Bytes())
		}
		return string(out)
	}
	if got, want := emulated("", "version"), Version()+"\n"; !strings.HasPrefix(got, want) || !strings.HasSuffix(got, "linux/arm64\n") {
		t.Errorf("on arm64 the version is %q, here %q", got, want)
	}
	town := newTown(1200, 8)
	set := town.set()
	spec := town.spec(set)
	spec.Keep = -3000
	schema := inSchema(columnsBefore+len(spec.Fields)+columnsAfter, arrow.BinaryTypes.String)
	for _, count := range []bool{false, true} {
		spec.Count = count
		var file bytes.Buffer
		if err := WriteSpec(&file, spec, set); err != nil {
			t.Fatal(err)
		}
		rows := streams(t, set, spec, 1, 500)[0].String()
		checkEmulated(t, emulated, TSV, file.String(), rows)
		checkEmulated(t, emulated, Arrow, file.String(), string(arrowOf(t, rows, schema, 2000)))
	}
	if path := os.Getenv("SAMEAS_KERNEL_ROWS"); path != "" {
		rows, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		file, err := os.ReadFile(os.Getenv("SAMEAS_KERNEL_SPEC"))
		if err != nil {
			t.Fatal(err)
		}
		t.Log(checkEmulated(t, emulated, TSV, string(file), string(rows)))
	}
}

// checkEmulated holds what the emulated kernel says against what this one does, and returns the trailer.
func checkEmulated(t *testing.T, emulated func(stdin string, args ...string) string, format Format, spec, rows string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "spec.json")
	if err := os.WriteFile(path, []byte(spec), 0o600); err != nil {
		t.Fatal(err)
	}
	var want bytes.Buffer
	if err := Filter(format, strings.NewReader(spec), strings.NewReader(rows), &want); err != nil {
		t.Fatal(err)
	}
	got := emulated(rows, "--spec", path, "--format", string(format))
	if got != want.String() || len(got) < 15_000 {
		t.Errorf("%s: %d bytes on arm64, %d here, or others", format, len(got), want.Len())
	}
	if format == Arrow {
		got = textOf(t, []byte(got))
	}
	return lastLine(got)
}
