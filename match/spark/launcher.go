package spark

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/sameas/sameas/match/kernel"
)

// The oldest Spark that is asked: SELECT TRANSFORM without Hive and split_part are there.
const (
	leastMajor = 3
	leastMinor = 4
)

// How long a question may take that needs no cluster.
const (
	versionWait = 2 * time.Minute
	dialWait    = 10 * time.Second
)

// launcher is spark-submit, or spark-sql, which is spark-submit for one class.
type launcher struct {
	path    string
	version string
}

// arguments are those of running SQL files.
func (l launcher) arguments(args []string) []string {
	if filepath.Base(l.path) == "spark-sql" {
		return args
	}
	return append([]string{"--class", "org.apache.spark.sql.hive.thriftserver.SparkSQLCLIDriver"}, args...)
}

// findLauncher finds the launcher and asks it for its version.
func findLauncher(ctx context.Context, named string) (launcher, error) {
	path, err := launcherPath(named)
	if err != nil {
		return launcher{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, versionWait)
	defer cancel()
	out, err := exec.CommandContext(ctx, path, "--version").CombinedOutput()
	if ctx.Err() != nil {
		return launcher{}, fmt.Errorf("spark: %s --version: no answer: %w", path, ctx.Err())
	}
	if reason := javaTrouble(string(out)); reason != "" {
		return launcher{}, fmt.Errorf("spark: %s: %s", path, reason)
	}
	found := regexp.MustCompile(`version (\d+)\.(\d+)(\.\S+)?`).FindStringSubmatch(string(out))
	if err != nil {
		return launcher{}, fmt.Errorf("spark: %s --version: %w: %s", path, err, lastLine(string(out)))
	}
	if found == nil {
		return launcher{}, fmt.Errorf("spark: %s --version does not name a version: %s: name spark-submit, spark-sql or the folder that Spark lies in", path, lastLine(string(out)))
	}
	major, _ := strconv.Atoi(found[1])
	minor, _ := strconv.Atoi(found[2])
	if major < leastMajor || major == leastMajor && minor < leastMinor {
		return launcher{}, fmt.Errorf("spark: %s is of %s: sameas needs Spark %d.%d or later: name another by engine.launcher or SPARK_HOME", path, found[0], leastMajor, leastMinor)
	}
	return launcher{path: path, version: strings.TrimPrefix(found[0], "version ")}, nil
}

// launcherPath is the launcher that is named, or the one of SPARK_HOME, or the one in PATH.
func launcherPath(named string) (string, error) {
	home := os.Getenv("SPARK_HOME")
	switch info, err := os.Stat(named); {
	case named != "" && err == nil && info.IsDir():
		home = named
	case named != "":
		path, err := exec.LookPath(named)
		if err != nil {
			return "", fmt.Errorf("spark: engine.launcher: %w: name spark-submit, spark-sql or the folder that Spark lies in", err)
		}
		return filepath.Abs(path)
	}
	if home != "" {
		path := filepath.Join(home, "bin", "spark-submit")
		if _, err := os.Stat(path); err != nil {
			return "", fmt.Errorf("spark: no launcher: %w: name Spark's folder by engine.launcher or SPARK_HOME", err)
		}
		return filepath.Abs(path)
	}
	path, err := exec.LookPath("spark-submit")
	if err != nil {
		return "", errors.New("spark: no spark-submit in PATH, and SPARK_HOME is not set: install Apache Spark 3.4 or later, or name it by engine.launcher; without Spark, --engine embedded matches on this machine")
	}
	return filepath.Abs(path)
}

// namesClassPath reports whether Spark's spark-env.sh has a say in what comes last in the class path: it may take it from
// elsewhere only where nothing is set, and a Spark without a Hadoop of its own finds there all that it needs.
func (l launcher) namesClassPath() bool {
	folder := os.Getenv("SPARK_CONF_DIR")
	if home := os.Getenv("SPARK_HOME"); folder == "" && home != "" { // the scripts beside the launcher go by it, too
		folder = filepath.Join(home, "conf")
	}
	if folder == "" {
		folder = filepath.Join(filepath.Dir(l.path), "..", "conf")
	}
	text, err := os.ReadFile(filepath.Join(folder, "spark-env.sh"))
	return err == nil && strings.Contains(string(text), distClassPath)
}

// javaTrouble says what is wrong with Java, or nothing.
func javaTrouble(out string) string {
	for _, words := range []string{"JAVA_HOME is not set", "bin/java: No such file", "java: command not found", "java: not found"} {
		if strings.Contains(out, words) {
			return "Spark finds no Java: install one that this Spark runs on (17 for Spark 4), and set JAVA_HOME: " + firstLineWith(out, words)
		}
	}
	if strings.Contains(out, "UnsupportedClassVersionError") {
		return "this Java is too old for this Spark: Spark 4 needs Java 17: " + firstLineWith(out, "UnsupportedClassVersionError")
	}
	return ""
}

func firstLineWith(text, words string) string {
	for line := range strings.Lines(text) {
		if strings.Contains(line, words) {
			return strings.TrimSpace(line)
		}
	}
	return ""
}

// dial sees that a master of its own kind is there at all: Spark itself would try for a minute.
func dial(ctx context.Context, master string) error {
	hosts, ok := strings.CutPrefix(master, "spark://")
	if !ok {
		return nil
	}
	var last error
	for host := range strings.SplitSeq(hosts, ",") {
		d := net.Dialer{Timeout: dialWait}
		conn, err := d.DialContext(ctx, "tcp", host)
		if err == nil {
			return conn.Close()
		}
		last = err
	}
	return fmt.Errorf("spark: no master at %s: %w: start it, or name another by engine.master", master, last)
}

// shipped is the kernel that the executors run.
type shipped struct {
	path string
	self bool // it is sameas itself
}

var fileName = regexp.MustCompile(`^[A-Za-z0-9._-]+$`)

// kernelOf is the named kernel or, without one, this program; its version must be that of this program. One that was built
// for other processors cannot be asked here: it asks itself, by the spec, before its first row.
func kernelOf(ctx context.Context, named, self string) (shipped, error) {
	k := shipped{path: named}
	if named == "" {
		k = shipped{path: self, self: true}
	}
	path, err := filepath.EvalSymlinks(k.path) // Spark takes the name that a link leads to
	if err != nil {
		return k, fmt.Errorf("spark: engine.kernel: %w", err)
	}
	if k.path, err = filepath.Abs(path); err != nil {
		return k, err
	}
	if !fileName.MatchString(filepath.Base(k.path)) || strings.Contains(k.path, ",") {
		return k, fmt.Errorf("spark: the kernel %s: Spark cannot ship a file of this name: use letters, digits, dot, dash and underscore", k.path)
	}
	if k.self {
		return k, nil
	}
	ctx, cancel := context.WithTimeout(ctx, versionWait)
	defer cancel()
	out, err := exec.CommandContext(ctx, k.path, "version").Output()
	if errors.Is(err, syscall.ENOEXEC) {
		return k, nil
	}
	version, _, _ := strings.Cut(string(out), "\n")
	switch {
	case err != nil:
		return k, fmt.Errorf("spark: the kernel %s: %w: build it with CGO_ENABLED=0 go build -o kernel ./match/kernel/cmd", k.path, err)
	case !strings.HasPrefix(version, "sameas-kernel/"):
		return k, fmt.Errorf("spark: %s is no kernel: build it with CGO_ENABLED=0 go build -o kernel ./match/kernel/cmd", k.path)
	case version != kernel.Version():
		return k, fmt.Errorf("spark: the kernel %s is of version %s, this sameas of %s: build it from the same source, with CGO_ENABLED=0 go build -o kernel ./match/kernel/cmd", k.path, version, kernel.Version())
	}
	return k, nil
}

// command is how an executor runs it, in the folder that Spark puts shipped files into.
func (k shipped) command() string {
	command := "./" + filepath.Base(k.path)
	if k.self {
		command += " kernel"
	}
	return command + " --spec " + specFile
}
