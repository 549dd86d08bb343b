package spark

import (
	"errors"
	"fmt"
	"strings"
)

// symptom is what the log of a failed job shows, and what to do about it.
type symptom struct {
	words, remedy string
}

// symptoms in the order in which they are believed: what is named first explains what is named later.
var symptoms = []symptom{
	{"Exec format error", "the kernel was built for other processors than the executors': build it with GOARCH set to theirs, and name it by engine.kernel"},
	{"cannot execute binary file", "the kernel was built for other processors than the executors': build it with GOARCH set to theirs, and name it by engine.kernel"},
	{"GLIBC_", "the executors' C library is older than this program needs: build the static kernel with CGO_ENABLED=0 go build -o kernel ./match/kernel/cmd, and name it by engine.kernel"},
	{"No space left on device", "a disk is full: make room where the line says, or name larger ones by engine.conf (spark.local.dir)"},
	{"Disk quota exceeded", "a disk is over its quota: make room where the line says"},
	{"All masters are unresponsive", "the master did not answer: see that it runs, or name another by engine.master"},
	{"PATH_NOT_FOUND", "the records are not where they were written: engine.shared_folder must be one folder, seen under one path by this machine and all executors"},
	{"FAILED_READ_FILE", "an executor cannot read what this machine wrote: engine.shared_folder must be one folder, seen under one path by this machine and all executors"},
	{"FileNotFoundException", "an executor cannot see what this machine wrote: engine.shared_folder must be one folder, seen under one path by this machine and all executors"},
	{"Mkdirs failed to create", "an executor cannot write into engine.shared_folder: it must be one folder, which all executors may write to under the path that it has here"},
	{"Permission denied", "an executor may not read or write: see that the user whom the executors run as may use engine.shared_folder, and run the kernel"},
	{"OutOfMemoryError", "Java had too little memory: raise engine.executor_memory, or engine.shuffle_partitions"},
	{"Container killed by YARN", "an executor took more memory than it was given: raise spark.executor.memoryOverhead by engine.conf, or lower engine.executor_cores"},
	{"Initial job has not accepted any resources", "the cluster has no executor for what is asked: lower engine.executor_memory or engine.executor_cores, or see that workers run and can reach this machine"},
}

// failure says why the job failed: the kernel's own words, a symptom with its remedy, or the last exception.
func (s *scan) failure(w *watch, err error) error {
	var told []string
	if w.kernel != "" {
		told = append(told, w.kernel)
	}
	remedy := ""
	for _, known := range symptoms {
		if line := w.seen[known.words]; line != "" {
			if w.kernel == "" || !strings.Contains(line, w.kernel) {
				told = append(told, clip(line))
			}
			remedy = known.remedy
			break
		}
	}
	if len(told) == 0 && w.last != "" {
		told = append(told, clip(w.last))
	}
	if errors.Is(err, errIdle) && remedy == "" {
		remedy = "see that the cluster has executors free for what is asked, or raise engine.wait"
	}
	text := fmt.Errorf("the job failed: %w", err)
	if len(told) > 0 {
		text = fmt.Errorf("%w: %s", text, strings.Join(told, ": "))
	}
	if remedy != "" {
		text = fmt.Errorf("%w: %s", text, remedy)
	}
	return fmt.Errorf("%w (log: %s); the workspace is as it was, and the same command goes on from the records that were handed over", text, s.log())
}

// clip keeps a line readable.
func clip(line string) string {
	const most = 300
	if len(line) > most {
		return strings.ToValidUTF8(line[:most], "") + " ..."
	}
	return line
}
