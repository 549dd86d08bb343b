package spark

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/sameas/sameas/match/kernel"
)

// Of the tasks that blocks are shared out among, where the configuration leaves it open: some seconds of a core each, in a
// small job to share it out, in a large one to have no more of them than need be.
const (
	pairsPerTask      = 10_000_000
	pairsPerSmallTask = 1_000_000
	tasksAtLeast      = 8
	tasksOfASmallJob  = 64 // at most
	tasksAtMost       = 20_000
)

// kernelMemory is what an executor needs beside its Java for each kernel, in megabytes.
const kernelMemory = 512

// exitTimeout is how many seconds Spark waits for a kernel to end once it has read all rows and closed its output. Its
// default, 10, is for scripts that end at once; past it Spark takes the result of a script that never said how it ended.
const exitTimeout = 86_400

func (s *scan) tasks() int {
	if n := s.options.Engine.ShufflePartitions; n > 0 {
		return n
	}
	small := min(s.placed.pairs/pairsPerSmallTask, tasksOfASmallJob)
	return int(max(tasksAtLeast, small, min(s.placed.pairs/pairsPerTask, tasksAtMost)))
}

// settings are those of the job, by name: never Spark's defaults where these make large jobs fail. What the configuration
// sets goes before.
func (s *scan) settings() []string {
	c := s.options.Engine
	conf := map[string]string{
		"spark.executor.memory":                               c.ExecutorMemory,
		"spark.executor.cores":                                strconv.Itoa(c.ExecutorCores),
		"spark.executor.memoryOverhead":                       fmt.Sprintf("%dm", kernelMemory*c.ExecutorCores),
		"spark.sql.shuffle.partitions":                        strconv.Itoa(s.tasks()),
		"spark.sql.adaptive.enabled":                          "false", // it would put tasks together by their bytes: the work is in the pairs
		"spark.sql.scriptTransformation.exitTimeoutInSeconds": strconv.Itoa(exitTimeout),
		"spark.sql.parser.escapedStringLiterals":              "false",     // '\t' in the job is a tab; the configuration refuses another value
		"spark.sql.catalogImplementation":                     "in-memory", // no metastore: the job has no table
		"spark.sql.parquet.compression.codec":                 "zstd",
		"spark.ui.showConsoleProgress":                        "true", // by which the watch sees that tasks are at work; the configuration refuses another value
	}
	if strings.HasPrefix(c.Master, "local") {
		conf["spark.driver.memory"] = c.ExecutorMemory // driver and executor are one process
	}
	for key, value := range c.Conf {
		conf[key] = value
	}
	var settings []string
	for key, value := range conf {
		settings = append(settings, key+"="+value)
	}
	slices.Sort(settings)
	return settings
}

// quickStart has Java compile quickly and plainly: a driver that only drives has ended before more would pay.
const quickStart = "-XX:TieredStopAtLevel=1"

// environment is the launcher's: options of the user's own go before.
func (s *scan) environment() []string {
	const options = "SPARK_SUBMIT_OPTS"
	if strings.HasPrefix(s.options.Engine.Master, "local") {
		return os.Environ()
	}
	return append(os.Environ(), strings.TrimSpace(options+"="+quickStart+" "+os.Getenv(options)))
}

// arguments are the launcher's.
func (s *scan) arguments() []string {
	args := []string{"--master", s.options.Engine.Master, "--name", "sameas " + s.name,
		"--files", s.kernel.path + "," + filepath.Join(s.folder, specFile)}
	for _, setting := range s.settings() {
		args = append(args, "--conf", setting)
	}
	return append(s.launcher.arguments(args), "-f", filepath.Join(s.folder, jobFile))
}

// write writes the spec and the job.
func (s *scan) write() error {
	if err := os.WriteFile(filepath.Join(s.folder, specFile), s.spec, 0o600); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(s.folder, jobFile), []byte(s.job()), 0o600)
}

// job is the SQL text. A tile's number is its own among all blocks, so that sorting needs no text. A kernel that fails says why on stderr, which Spark reads in a thread of its own and may forget when
// the process is gone at once: hence the second of sleep.
func (s *scan) job() string {
	return fmt.Sprintf(`-- %s: compare %d pairs, in %d blocks of %d records, for %s.
-- A record is the columns of the kernel's rows that are its own, from its id on, with tabs between. Its blocks are the columns
-- before these for each block that it stands in, rule, key, tile and side with tabs between, and spaces between the blocks.
CREATE TEMPORARY VIEW records (record STRING, blocks STRING) USING parquet OPTIONS (path '%s');

-- Of what the kernel writes, e is a pair that was kept, r counts the pairs of a rule, c those of a pattern, i says which blocks
-- came in, and t is the trailer of one process, which says what there must be of the others.
INSERT OVERWRITE DIRECTORY '%s' USING parquet
SELECT TRANSFORM (block, record)
  ROW FORMAT DELIMITED FIELDS TERMINATED BY '\t' LINES TERMINATED BY '\n'
  USING '%s || { code=$?; sleep 1; exit $code; }'
  AS (kind STRING, a BIGINT, b BIGINT, c BIGINT, d BIGINT, e BIGINT, f BIGINT)
  ROW FORMAT DELIMITED FIELDS TERMINATED BY '\t' LINES TERMINATED BY '\n'
FROM (
  SELECT CAST(split_part(block, '\t', 3) AS BIGINT) AS tile, block, record
  FROM (SELECT explode(split(blocks, ' ')) AS block, record FROM records)
  DISTRIBUTE BY tile
  SORT BY tile
);
`, s.name, s.placed.pairs, s.placed.blocks, len(s.placed.records), kernel.Version(), s.shared.at(recordsFolder), s.shared.at(s.want.Out), s.kernel.command())
}
