package spark

import (
	"context"
	"database/sql"
	"flag"
	"fmt"
	"hash/fnv"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sameas/sameas/match/kernel"
	queries "github.com/sameas/sameas/sql"
)

// fakeMode is the environment variable that has this test's program play the launcher of a Spark, and how it fails.
const fakeMode = "SAMEAS_TEST_LAUNCHER"

func TestMain(m *testing.M) {
	switch {
	case os.Getenv(fakeMode) != "":
		os.Exit(launch(os.Getenv(fakeMode), os.Args[1:]))
	case len(os.Args) > 2 && os.Args[1] == "kernel":
		os.Exit(filter(os.Args[2:]))
	}
	os.Exit(m.Run())
}

// filter is this program as the kernel that it ships.
func filter(args []string) int {
	flags := flag.NewFlagSet("kernel", flag.ExitOnError)
	path := flags.String("spec", "", "")
	_ = flags.Parse(args)
	spec, err := os.Open(*path)
	if err == nil {
		err = kernel.Filter(kernel.TSV, spec, os.Stdin, os.Stdout)
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "sameas: error: %s\n", kernel.Line(err))
	}
	return kernel.ExitCode(err)
}

// launch plays spark-submit: it reads the job's text and does what Spark would.
func launch(mode string, args []string) int {
	if args[0] == "--version" {
		return sayVersion(mode)
	}
	f := &fakeSpark{mode: mode, conf: map[string]string{}, twins: map[string]string{}}
	for i := 0; i+1 < len(args); i++ {
		switch args[i] {
		case "--files":
			f.files = strings.Split(args[i+1], ",")
		case "--conf":
			key, value, _ := strings.Cut(args[i+1], "=")
			f.conf[key] = value
		case "-f":
			f.job = args[i+1]
		}
	}
	if err := f.run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func sayVersion(mode string) int {
	switch mode {
	case "old":
		fmt.Fprintln(os.Stderr, "   /___/ .__/\\_,_/_/ /_/\\_\\   version 3.3.2")
	case "no java":
		fmt.Fprintln(os.Stderr, "JAVA_HOME is not set")
		return 1
	case "no spark":
		fmt.Fprintln(os.Stderr, "what?")
	default:
		fmt.Fprintln(os.Stderr, "   /___/ .__/\\_,_/_/ /_/\\_\\   version 4.0.1")
	}
	return 0
}

// fakeSpark is a job under way.
type fakeSpark struct {
	mode  string
	files []string
	conf  map[string]string
	job   string
	twins map[string]string // the first part with a trailer, by that
}

var (
	recordsPath = regexp.MustCompile(`(?s)CREATE TEMPORARY VIEW records.*?path 'file:([^']+)'`)
	outPath     = regexp.MustCompile(`INSERT OVERWRITE DIRECTORY 'file:([^']+)' USING parquet`)
	command     = regexp.MustCompile(`  USING '(.+)'\n`)
)

func (f *fakeSpark) run() error {
	switch f.mode {
	case "idle":
		fmt.Fprintln(os.Stderr, "26/01/01 00:00:00 WARN TaskSchedulerImpl: Initial job has not accepted any resources; check your cluster UI")
		time.Sleep(time.Hour)
	case "interrupted":
		child := exec.Command("sleep", "3600") // a worker of the job
		if err := child.Start(); err != nil {
			return err
		}
		pids := fmt.Sprintf("%d %d", os.Getpid(), child.Process.Pid)
		if err := os.WriteFile(filepath.Join(filepath.Dir(f.job), "pids"), []byte(pids), 0o600); err != nil {
			return err
		}
		fmt.Fprint(os.Stderr, "\r[Stage 0:>        (0 + 2) / 4]")
		time.Sleep(time.Hour)
	case "killed":
		fmt.Fprint(os.Stderr, "\r[Stage 0:==>      (1 + 2) / 4]")
		p, _ := os.FindProcess(os.Getpid())
		_ = p.Kill()
		time.Sleep(time.Hour)
	case "full":
		return fmt.Errorf("26/01/01 ERROR Executor: java.io.IOException: No space left on device\norg.apache.spark.SparkException: Job aborted due to stage failure: Task 3 in stage 1.0 failed 4 times, most recent failure: Lost task 3.3 (TID 9) (10.0.0.7 executor 1)")
	case "elsewhere":
		return nil
	}
	text, err := os.ReadFile(f.job)
	if err != nil {
		return err
	}
	db, err := queries.Open(context.Background(), "", queries.Options{Create: true})
	if err != nil {
		return err
	}
	defer db.Close()
	n, _ := strconv.Atoi(f.conf["spark.sql.shuffle.partitions"])
	parts, err := partitions(db, recordsPath.FindSubmatch(text)[1], n)
	if err != nil {
		return err
	}
	return f.compare(db, parts, string(command.FindSubmatch(text)[1]), string(outPath.FindSubmatch(text)[1]))
}

// partitions makes the rows of the records, shares them out by the hash of rule, key and tile and sorts them.
func partitions(db *sql.DB, records []byte, n int) ([][]string, error) {
	rows, err := db.Query(`SELECT record, unnest(string_split(blocks, ' ')) FROM read_parquet($1)`, string(records)+"/*.parquet")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	parts := make([][]string, n)
	for rows.Next() {
		var record, block string
		if err := rows.Scan(&record, &block); err != nil {
			return nil, err
		}
		tile := block[:strings.LastIndexByte(block, '\t')]
		h := fnv.New32a()
		_, _ = io.WriteString(h, tile)
		p := &parts[h.Sum32()%uint32(n)]
		*p = append(*p, block+"\t"+record+"\n")
	}
	for _, p := range parts {
		slices.Sort(p)
	}
	return parts, rows.Err()
}

// compare runs the command over each part, as TRANSFORM would, and writes what it says as Parquet.
func (f *fakeSpark) compare(db *sql.DB, parts [][]string, command, out string) error {
	work, err := os.MkdirTemp("", "executor")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	for _, file := range f.files {
		if err := os.Symlink(file, filepath.Join(work, filepath.Base(file))); err != nil {
			return err
		}
	}
	if f.mode == "other kernel" {
		if err := otherVersion(filepath.Join(work, specFile)); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(out, 0o700); err != nil {
		return err
	}
	for i, part := range parts {
		fmt.Fprintf(os.Stderr, "\r[Stage 1:==>      (%d + 1) / %d]", i, len(parts))
		cmd := exec.Command("/bin/bash", "-c", command)
		cmd.Dir, cmd.Env, cmd.Stdin = work, slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, fakeMode+"=") }), strings.NewReader(strings.Join(part, ""))
		var said strings.Builder
		cmd.Stderr = &said
		lines, err := cmd.Output()
		if err != nil {
			return fmt.Errorf("org.apache.spark.SparkException: Subprocess exited with status 70. Error: %s", said.String())
		}
		if err := f.keep(db, i, string(lines), out); err != nil {
			return err
		}
	}
	return nil
}

// keep writes one part, with the fault of the mode in the second.
func (f *fakeSpark) keep(db *sql.DB, i int, lines, out string) error {
	file := filepath.Join(out, fmt.Sprintf("part-%05d.parquet", i))
	faulty := i == 1
	if faulty {
		switch f.mode {
		case "missing":
			return nil
		case "no trailer":
			lines = lines[:strings.LastIndex(lines, "t\t")]
		case "altered":
			lines = strings.Replace(lines, "e\t", "e\t0", 1)
			at := strings.Index(lines, "\t")
			end := at + 1 + strings.Index(lines[at+1:], "\t")
			lines = lines[:at+1] + "0" + lines[end:]
		case "thrice":
			lines = thrice(lines)
		case "null":
			lines = strings.Replace(lines, "e\t", "e\tx", 1)
		}
	}
	tsv := file + ".tsv"
	if err := os.WriteFile(tsv, []byte(lines), 0o600); err != nil {
		return err
	}
	defer os.Remove(tsv)
	const write = `COPY (SELECT column0 AS kind, TRY_CAST(column1 AS BIGINT) AS a, TRY_CAST(column2 AS BIGINT) AS b, TRY_CAST(column3 AS BIGINT) AS c,
		TRY_CAST(column4 AS BIGINT) AS d, TRY_CAST(column5 AS BIGINT) AS e, TRY_CAST(column6 AS BIGINT) AS f
		FROM read_csv('%s', delim = '\t', header = false, all_varchar = true)) TO '%s' (FORMAT parquet)`
	if _, err := db.Exec(fmt.Sprintf(write, tsv, file)); err != nil {
		return err
	}
	if faulty && f.mode == "cut" {
		return os.Truncate(file, 200)
	}
	if faulty && f.mode == "twice" {
		return os.Link(file, filepath.Join(out, "part-again.parquet"))
	}
	if f.mode == "twin" {
		return f.twin(file, lines[strings.LastIndex(lines, "t\t"):])
	}
	return nil
}

// twin puts a part in the place of another one that has the same trailer.
func (f *fakeSpark) twin(file, trailer string) error {
	first, found := f.twins[trailer]
	if !found {
		f.twins[trailer] = file
		return nil
	}
	if err := os.Remove(file); err != nil {
		return err
	}
	return os.Link(first, file)
}

// thrice repeats an edge twice, so that the hash stays, with a trailer that says so.
func thrice(lines string) string {
	at := strings.Index(lines, "e\t")
	edge := lines[at : at+strings.IndexByte(lines[at:], '\n')+1]
	trailer := strings.LastIndex(lines, "t\t")
	columns := strings.Split(lines[trailer:], "\t")
	edges, _ := strconv.Atoi(columns[4])
	columns[4] = strconv.Itoa(edges + 2)
	return lines[:trailer] + edge + edge + strings.Join(columns, "\t")
}

// otherVersion puts a spec for another kernel in the place of a link to the one that was shipped.
func otherVersion(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := os.Remove(path); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(strings.Replace(string(text), kernel.Version(), kernel.Contract+"+0123456789abcdef", 1)), 0o600)
}

// launcherOf writes a launcher that plays Spark in a mode.
func launcherOf(t *testing.T, mode string) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "bin", "spark-submit")
	if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	script := fmt.Sprintf("#!/bin/sh\n%s='%s' exec '%s' \"$@\"\n", fakeMode, mode, self)
	if err := os.WriteFile(path, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}
