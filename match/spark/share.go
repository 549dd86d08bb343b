package spark

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
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
	switch info, err := os.Stat(c.SharedFolder); {
	case err != nil:
		return share{}, fmt.Errorf("spark: engine.shared_folder: %w: it must be there, on this machine and on all executors", err)
	case !info.IsDir():
		return share{}, fmt.Errorf("spark: engine.shared_folder: %s is no folder", c.SharedFolder)
	}
	return share{path: path, uri: "file:" + path}, nil
}

// placeAt is the place that Spark names so.
func placeAt(uri string) share {
	if path, ok := strings.CutPrefix(uri, "file:"); ok && !strings.HasPrefix(path, "//") {
		return share{path: path, uri: uri}
	}
	return share{uri: uri}
}

// ownName is the name of a workspace's own folder in a shared one.
var ownName = regexp.MustCompile(`^sameas-[0-9a-f]{12}$`)

// Folders are the places that the jobs of a workspace leave, the one that the configuration names and those that it named
// before. Those on this machine, as far as they are there: the one of the jobs themselves, and the workspace's own in shared
// folders. And those that only Spark reaches, by their URIs. What an interrupted job left there names persons.
func Folders(c config.Engine, folder string) (here, beyond []string) {
	absolute, err := filepath.Abs(folder)
	if err != nil {
		return nil, nil
	}
	add := func(path string) {
		if _, err := os.Stat(path); err == nil && !slices.Contains(here, path) {
			here = append(here, path)
		}
	}
	add(absolute)
	if shared, err := shareOf(c, absolute); err == nil && shared.path != "" {
		add(shared.path)
	} else if err == nil {
		beyond = append(beyond, shared.uri)
	}
	manifests, _ := filepath.Glob(filepath.Join(absolute, "*", manifestFile)) // a malformed pattern finds none
	for _, path := range manifests {
		m := readManifest(filepath.Dir(path))
		for _, uri := range append(m.Left, m.Share) {
			place := placeAt(uri)
			own := filepath.Dir(place.path)
			switch {
			case place.path == "" && uri != "" && !slices.Contains(beyond, parentOf(uri)):
				beyond = append(beyond, parentOf(uri))
			case place.path != "" && ownName.MatchString(filepath.Base(own)):
				add(own)
			}
		}
	}
	return here, beyond
}

// parentOf is the folder that a URI's lies in.
func parentOf(uri string) string { return uri[:max(0, strings.LastIndexByte(uri, '/'))] }

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
	beside := filepath.Dir(folder) == s.folder
	mode := fs.FileMode(0o777) // in a shared folder executors write beside it, as whom the user's umask lets
	if beside {
		mode = 0o700
	}
	if err := os.MkdirAll(filepath.Dir(folder), mode); err != nil {
		return err
	}
	_, err := queries.Insert(ctx, s.options.DB, "match/120_spark_records.sql", queries.Args{"folder": folder}, s.rows())
	if err == nil && beside {
		err = private(folder)
	}
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

// private keeps a folder and what lies in it for the user alone.
func private(folder string) error {
	return filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			return os.Chmod(path, 0o700)
		}
		return os.Chmod(path, 0o600)
	})
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

// handed reports whether the records lie in the share.
func (s *scan) handed(ctx context.Context) bool {
	if s.shared.path == "" {
		return s.files(ctx, "-test", "-e", s.shared.at(recordsFolder)) == nil
	}
	found, err := filepath.Glob(filepath.Join(s.here(recordsFolder), "*.parquet"))
	return err == nil && len(found) > 0
}

// lying is the names of what lies in the share, or in the copy of it.
func (s *scan) lying(ctx context.Context) ([]string, error) {
	entries, err := os.ReadDir(filepath.Dir(s.here(recordsFolder)))
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	if s.shared.path == "" {
		listed, err := s.tell(ctx, "-ls", "-C", s.shared.uri)
		if err != nil {
			return nil, err
		}
		for line := range strings.Lines(listed) {
			names = append(names, path.Base(strings.TrimSpace(line)))
		}
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// leave removes the scan from a place where it lay before, and the workspace's own folder there once it is empty. Beside
// the workspace the job, its log and the manifest stay.
func (s *scan) leave(ctx context.Context, place share) error {
	switch {
	case place.path == "":
		return s.files(ctx, "-rm", "-r", "-f", "-skipTrash", place.uri)
	case place.path == s.folder:
		old := *s
		old.shared = place
		old.want.Out = ""
		return old.forget(ctx)
	}
	own := filepath.Dir(place.path)
	if !ownName.MatchString(filepath.Base(own)) {
		return errors.New("it is in no folder of sameas's own")
	}
	if _, err := os.Stat(filepath.Dir(own)); err != nil {
		return err
	}
	if err := os.RemoveAll(place.path); err != nil {
		return err
	}
	_ = os.Remove(own) // where another scan still lies in it, it stays
	return nil
}

// files runs a file command whose words nobody needs.
func (s *scan) files(ctx context.Context, args ...string) error {
	_, err := s.tell(ctx, args...)
	return err
}

// tell runs Hadoop's own file commands, which Spark brings along, with the file systems and credentials of Hadoop's, and
// returns what they say.
func (s *scan) tell(ctx context.Context, args ...string) (string, error) {
	command := []string{"org.apache.hadoop.fs.FsShell"}
	for _, key := range slices.Sorted(maps.Keys(s.options.Engine.Conf)) {
		if setting, ok := strings.CutPrefix(key, "spark.hadoop."); ok {
			command = append(command, "-D", setting+"="+s.options.Engine.Conf[key])
		}
	}
	cmd := exec.CommandContext(ctx, filepath.Join(filepath.Dir(s.launcher.path), "spark-class"), append(command, args...)...)
	var err error
	if cmd.Env, err = s.hadoop(); err != nil {
		return "", err
	}
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s: %w: %s", strings.Join(args, " "), err, lastLine(said.String()))
	}
	return string(out), nil
}

// distClassPath is the variable that holds what Spark puts last into its class path: behind the folder of its own settings,
// HADOOP_CONF_DIR and YARN_CONF_DIR.
const distClassPath = "SPARK_DIST_CLASSPATH"

// hadoop is the environment of Hadoop's file commands. These want files of settings to be there, which a Spark without a
// Hadoop beside it does not bring along: empty ones stand last in the class path, where they hide none of the user's.
func (s *scan) hadoop() ([]string, error) {
	if s.launcher.namesClassPath() {
		return os.Environ(), nil
	}
	folder := filepath.Join(s.folder, "hadoop")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	for _, name := range []string{"core-site.xml", "hdfs-site.xml"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte("<configuration/>\n"), 0o600); err != nil {
			return nil, err
		}
	}
	path := folder
	if named := os.Getenv(distClassPath); named != "" {
		path = named + string(filepath.ListSeparator) + folder
	}
	return append(os.Environ(), distClassPath+"="+path), nil
}

// lastLine is the last line that says something: those of a trace of calls behind it are indented.
func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	for _, line := range slices.Backward(lines) {
		if line != "" && !strings.ContainsAny(line[:1], " \t") {
			return line
		}
	}
	return lines[len(lines)-1]
}
