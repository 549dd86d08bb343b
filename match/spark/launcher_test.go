package spark

import (
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sameas/sameas/internal/config"
)

func TestWhatIsWrongBeforeTheJob(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := listener.Addr().String()
	listener.Close()
	script := func(text string) string {
		path := filepath.Join(t.TempDir(), "kernel")
		if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text+"\n"), 0o700); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for name, c := range map[string]struct {
		mode   string
		change func(e *config.Engine)
		want   string
	}{
		"old":                    {"old", nil, "sameas needs Spark 3.4 or later"},
		"no java":                {"no java", nil, "Spark finds no Java"},
		"no spark":               {"no spark", nil, "does not name a version"},
		"no launcher":            {"works", func(e *config.Engine) { e.Launcher = "/none/spark-submit" }, "name spark-submit, spark-sql or the folder"},
		"no folder":              {"works", func(e *config.Engine) { e.Launcher = t.TempDir() }, "no launcher"},
		"no master":              {"works", func(e *config.Engine) { e.Master = "spark://" + nobody }, "no master at spark://"},
		"no kernel":              {"works", func(e *config.Engine) { e.Kernel = "/none/kernel" }, "engine.kernel"},
		"other kernel":           {"works", func(e *config.Engine) { e.Kernel = script("echo sameas-kernel/1+0000000000000000") }, "is of version sameas-kernel/1+0000000000000000, this sameas of"},
		"another thing":          {"works", func(e *config.Engine) { e.Kernel = script("echo hello") }, "is no kernel"},
		"a share that is a file": {"works", func(e *config.Engine) { e.SharedFolder = script("") }, "is no folder"},
		"no share":               {"works", func(e *config.Engine) { e.SharedFolder = "/none/shared" }, "it must be there, on this machine and on all executors"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := options(t, launcherOf(t, c.mode), 3)
			if c.change != nil {
				c.change(&o.Engine)
			}
			_, err := New(t.Context(), o)
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
				t.Errorf("got %v, want %q in one line", err, c.want)
			}
			if _, err := os.Stat(o.Folder); err == nil {
				t.Error("something was written")
			}
		})
	}
}
