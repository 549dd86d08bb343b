package spark

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sameas/sameas/internal/config"
	queries "github.com/sameas/sameas/sql"
)

// share is the folder that this machine and the executors hand each other rows in: one that this machine sees, too, or one
// that only Spark reaches, by a URI.
type share struct {
	path string // as this machine sees it; "" for a URI
	uri  string // as Spark names it
}

// shareOf is the folder for the workspace whose jobs lie in folder. In a folder that several workspaces may use, its name
// tells them apart.
func shareOf(c config.Engine, folder string) (share, error) {
	if c.SharedFolder == "" {
		if strings.ContainsAny(folder, "*?{}[]\\'\"`\n\r\t") {
			return share{}, fmt.Errorf("spark: %s holds a sign that Spark takes for a pattern, a quote or a backslash: name an `engine.shared_folder` without", folder)
		}
		return share{path: folder, uri: "file:" + folder}, nil
	}
	host, _ := os.Hostname()
	h := sha256.Sum256([]byte(host + "\n" + folder))
	own := "sameas-" + hex.EncodeToString(h[:6])
	if c.IsURI() {
		return share{uri: strings.TrimRight(c.SharedFolder, "/") + "/" + own}, nil
	}
	path, err := filepath.Abs(filepath.Join(c.SharedFolder, own))
	if err != nil {
		return share{}, err
	}
	if _, err := os.Stat(c.SharedFolder); err != nil {
		return share{}, fmt.Errorf("spark: engine.shared_folder: %w: it must be there, on this machine and on all executors", err)
	}
	return share{path: path, uri: "file:" + path}, nil
}

// Folders are those that the jobs of a workspace leave on this machine, as far as they are there: the one of the jobs
// themselves, and the workspace's own in the shared folder. What an interrupted job left there names persons.
func Folders(c config.Engine, folder string) []string {
	var there []string
	add := func(path string) {
		if _, err := os.Stat(path); err == nil && !slices.Contains(there, path) {
			there = append(there, path)
		}
	}
	if absolute, err := filepath.Abs(folder); err == nil {
		add(absolute)
		if shared, err := shareOf(c, absolute); err == nil && shared.path != "" {
			add(shared.path)
		}
	}
	return there
}

// below is a folder in it.
func (s share) below(name string) share {
	if s.path != "" {
		s.path = filepath.Join(s.path, name)
	}
	s.uri += "/" + name
	return s
}

// at is how Spark names what lies in it.
func (s share) at(name string) string { return s.uri + "/" + name }

// here is where this machine writes or reads what lies in the share: there, or in a copy beside the job.
func (s *scan) here(name string) string {
	if s.shared.path == "" {
		return filepath.Join(s.folder, name)
	}
	return filepath.Join(s.shared.path, name)
}

// writeRecords writes the records and, where only Spark reaches the share, has it take them there.
func (s *scan) writeRecords(ctx context.Context) error {
	folder := s.here(recordsFolder)
	if err := s.remove(ctx, recordsFolder); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(folder), 0o777); err != nil {
		return err
	}
	_, err := queries.Insert(ctx, s.options.DB, "match/120_spark_records.sql", queries.Args{"folder": folder}, s.rows())
	if err != nil || s.shared.path != "" {
		return err
	}
	if err := s.files(ctx, "-mkdir", "-p", s.shared.uri); err != nil {
		return err
	}
	if err := s.files(ctx, "-put", folder, s.shared.at(recordsFolder)); err != nil {
		return err
	}
	return os.RemoveAll(folder)
}

// fetch makes what Spark left in the share readable here.
func (s *scan) fetch(ctx context.Context, name string) error {
	if s.shared.path != "" {
		return nil
	}
	if err := os.RemoveAll(s.here(name)); err != nil {
		return err
	}
	return s.files(ctx, "-get", s.shared.at(name), s.here(name))
}

// remove removes what lies in the share, and the copy of it.
func (s *scan) remove(ctx context.Context, name string) error {
	if s.shared.path == "" {
		if err := s.files(ctx, "-rm", "-r", "-f", "-skipTrash", s.shared.at(name)); err != nil {
			return err
		}
	}
	return os.RemoveAll(s.here(name))
}

// files runs Hadoop's own file commands, which Spark brings along, with the file systems and credentials of Spark's.
func (s *scan) files(ctx context.Context, args ...string) error {
	command := []string{"org.apache.hadoop.fs.FsShell"}
	for _, key := range slices.Sorted(maps.Keys(s.options.Engine.Conf)) {
		if setting, ok := strings.CutPrefix(key, "spark.hadoop."); ok {
			command = append(command, "-D", setting+"="+s.options.Engine.Conf[key])
		}
	}
	cmd := exec.CommandContext(ctx, filepath.Join(filepath.Dir(s.launcher.path), "spark-class"), append(command, args...)...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w: %s", strings.Join(args, " "), err, lastLine(string(out)))
	}
	return nil
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}
