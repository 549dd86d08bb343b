package config

import (
	"regexp"
	"strings"
)

// Values of Engine.Type.
const (
	EngineEmbedded = "embedded" // this machine alone
	EngineSpark    = "spark"    // Apache Spark compares the pairs
)

// Engine says what compares the pairs of a match. It changes no result, and is in no digest.
type Engine struct {
	Type string `yaml:"type"`
	// Launcher is spark-submit or spark-sql, or the folder that Spark lies in; "" looks into SPARK_HOME and PATH.
	Launcher string `yaml:"launcher"`
	// Master is what Spark calls so: local[*], spark://host:7077, yarn, k8s://https://host:443.
	Master         string `yaml:"master"`
	ExecutorMemory string `yaml:"executor_memory"` // of an executor's Java, such as 4g
	ExecutorCores  int    `yaml:"executor_cores"`  // tasks that an executor works on at once, each with a kernel of its own
	// ShufflePartitions is how many tasks the blocks are shared out among; 0 goes by the pairs to compare.
	ShufflePartitions int `yaml:"shuffle_partitions"`
	// SharedFolder is where this machine and the executors hand each other rows: a folder that all of them see under one
	// path, or a URI of a file system that Spark knows; "" is a folder beside the workspace, for a Spark on this machine.
	SharedFolder string `yaml:"shared_folder"`
	// Wait is how many seconds no task may be at work before the job is given up; 120 at least.
	Wait float64 `yaml:"wait"`
	// Conf is handed on to Spark as --conf, and goes before what is set here.
	Conf map[string]string `yaml:"conf"`
	// Kernel is the static kernel, built for the executors' processors; "" ships this very program.
	Kernel string `yaml:"kernel"`
}

// IsURI reports whether the shared folder is reached by Spark alone.
func (e Engine) IsURI() bool { return strings.Contains(e.SharedFolder, "://") }

func (e *Engine) setDefaults(d *document) {
	setDefault(d, "engine.type", &e.Type, EngineEmbedded)
	setDefault(d, "engine.master", &e.Master, defaultMaster)
	setDefault(d, "engine.executor_memory", &e.ExecutorMemory, defaultExecutorMemory)
	setDefault(d, "engine.executor_cores", &e.ExecutorCores, defaultExecutorCores)
	setDefault(d, "engine.wait", &e.Wait, defaultEngineWait)
}

var (
	memorySize = regexp.MustCompile(`^[1-9][0-9]*[mgMG]$`)
	master     = regexp.MustCompile(`^(?:local(?:-cluster)?(?:\[[^\]]+\])?|yarn|(?:spark|k8s)://.+)$`)
	confKey    = regexp.MustCompile(`^spark\.[A-Za-z0-9._-]+$`)
	// secretConf are settings of Spark, and of what it hands on, whose values are credentials: those of S3, Azure (shared access
	// signatures, too), Google and Kubernetes among them, and what variables of the environment call a key or a pass. Where the
	// name's last word is one of plainConf's, the value names but a place or a way; not so where that word is an account's name.
	secretConf  = regexp.MustCompile(`(?i)secret|passw|passphrase|pwd|token|credential|connection[._-]?string|(?:access|account|private|api|encryption)[._-]?key|[._-]sas(?:[._-]|$)|[._-](?:key|pass)$|(?-i:[a-z](?:Key|Pass)$)`)
	plainConf   = regexp.MustCompile(`[._-](?i:file|path|provider|alias|type|enabled|renewer|interval)$|[a-z](?:File|Path|Provider|Alias|Type|Enabled|Renewer|Interval)$`)
	accountConf = regexp.MustCompile(`(?i)\.account\.key\.[^.]+$|\.azure\.sas\.[^.]+\.[^.]+$`)
	// secretValue is a credential within a value, such as an option of Java.
	secretValue = regexp.MustCompile(`(?i)(?:secret|passw|passphrase|pwd|token|(?:access|account)[._-]?key)[\w.-]*=|[._-]pass=|[?&]sig=`)
	// secretURI is a URI with a password.
	secretURI = regexp.MustCompile(`://[^/@]*:[^/@]*@`)
	// globbed are the signs that Hadoop takes for patterns in a path, and those that a job's text would need escaped.
	globbed = regexp.MustCompile("[*?{}\\[\\]\\\\'\"`\\x00-\\x1f]")
)

func (e Engine) validate(d *document) {
	d.wantOneOf("engine.type", "type", e.Type, []string{EngineEmbedded, EngineSpark})
	if strings.Contains(e.Master, "@") {
		d.at("engine.master", "`master` holds a credential: name the host alone, and put what it asks for into Spark's spark-defaults.conf, not into this file")
	}
	if !master.MatchString(e.Master) {
		d.at("engine.master", "`master` must be a master of Spark's: local[*], spark://host:7077, yarn or k8s://https://host:443")
	}
	if !memorySize.MatchString(e.ExecutorMemory) {
		d.at("engine.executor_memory", "`executor_memory` must be a number of m or g, such as 4g")
	}
	if e.ExecutorCores < 1 {
		d.at("engine.executor_cores", "`executor_cores` must be at least 1")
	}
	if e.ShufflePartitions < 0 {
		d.at("engine.shuffle_partitions", "`shuffle_partitions` must not be negative: 0 goes by the pairs to compare")
	}
	if secretURI.MatchString(e.SharedFolder) {
		d.at("engine.shared_folder", "`shared_folder` holds a credential: put it into the core-site.xml of Spark's Hadoop, not into this file")
	}
	if globbed.MatchString(e.SharedFolder) {
		d.at("engine.shared_folder", "`shared_folder` holds a sign that Spark takes for a pattern, a quote or a backslash: name a folder without")
	}
	if e.Wait < leastEngineWait {
		d.at("engine.wait", "`wait` must be at least %d: seconds without any task at work, of which Spark tells once a minute", leastEngineWait)
	}
	for _, key := range sortedKeys(e.Conf) {
		at := "engine.conf." + key
		switch {
		case key == "spark.ui.showConsoleProgress" && e.Conf[key] != "true":
			d.atKey(at, "`%s` must be true: it shows sameas whether tasks are at work", key)
		case key == "spark.sql.parser.escapedStringLiterals" && e.Conf[key] != "false":
			d.atKey(at, "`%s` must be false: the job that sameas writes holds tabs as `\\t`", key)
		case isSecret(key), secretValue.MatchString(e.Conf[key]), secretURI.MatchString(e.Conf[key]):
			d.atKey(at, "`%s` holds a credential: put it into the core-site.xml of Spark's Hadoop, or what is no file system's into spark-defaults.conf, not into this file", key)
		case !confKey.MatchString(key):
			d.atKey(at, "`%s` is no setting of Spark: they begin with spark.", key)
		}
	}
}

// isSecret reports whether the value of a setting is a credential, by the setting's name.
func isSecret(key string) bool {
	return secretConf.MatchString(key) && (accountConf.MatchString(key) || !plainConf.MatchString(key))
}
