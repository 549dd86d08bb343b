package spark

import (
	"bytes"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// watch keeps what the launcher says in a log and reads it on the way: how far the job is, and what goes wrong.
type watch struct {
	log      io.Writer
	progress func(done, total int64)
	busy     func() // some task is at work
	ending   func() // every task of the last stage is done, or at work: what is left is to put the result in its place
	ended    bool   // ending was the last that was called
	started  time.Time
	first    time.Time // when a task was seen first
	line     []byte

	application string
	kernel      string            // what a kernel said that failed
	seen        map[string]string // the first line with each of the symptoms
	last        string            // exception
}

func newWatch(log io.Writer, progress func(done, total int64), started time.Time) *watch {
	return &watch{log: log, progress: progress, busy: func() {}, ending: func() {}, started: started, seen: map[string]string{}}
}

// startup is how long it took until a task was at work.
func (w *watch) startup() time.Duration {
	if w.first.IsZero() {
		return 0
	}
	return w.first.Sub(w.started)
}

// Write takes a piece of the output; lines end with a line feed, bars of progress with a carriage return.
func (w *watch) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0; {
		cut := bytes.IndexAny(rest, "\r\n")
		if cut < 0 {
			if w.line = append(w.line, rest...); bytes.HasSuffix(rest, []byte("]")) {
				w.end() // a bar that the next one will be written over
			}
			break
		}
		w.line = append(w.line, rest[:cut]...)
		w.end()
		rest = rest[cut+1:]
	}
	return w.log.Write(p)
}

// end ends a line, or a bar of progress.
func (w *watch) end() {
	line := string(bytes.TrimSpace(w.line))
	w.line = w.line[:0]
	if line != "" {
		w.read(line)
	}
}

var (
	stageBar    = regexp.MustCompile(`\[Stage (\d+):[^\]]*?\((\d+) \+ (\d+)\) / (\d+)\]`)
	kernelWords = regexp.MustCompile(`(?:kernel|sameas): error: .*`)
	application = regexp.MustCompile(`Application Id: (\S+)`)
	exception   = regexp.MustCompile(`^(?:Caused by: |Exception in thread "main" )?[a-z]\w*(?:\.\w+)+(?:Exception|Error)\b.*|^Error: .*|^\[[A-Z_.]+\] .*`)
)

func (w *watch) read(line string) {
	if bars := stageBar.FindAllStringSubmatch(line, -1); bars != nil {
		w.readBars(bars)
		return
	}
	if m := application.FindStringSubmatch(line); m != nil {
		w.application = m[1]
	}
	if m := kernelWords.FindString(line); m != "" && w.kernel == "" {
		w.kernel = m
	}
	if exception.MatchString(line) {
		w.last = line
	}
	for i := range symptoms {
		if s := &symptoms[i]; w.seen[s.words] == "" && strings.Contains(line, s.words) {
			w.seen[s.words] = line
		}
	}
}

// readBars reads Spark's bars, such as "[Stage 1:===>   (2 + 2) / 64]": tasks done, at work, in all.
func (w *watch) readBars(bars [][]string) {
	for _, bar := range bars {
		done, _ := strconv.ParseInt(bar[2], 10, 64)
		working, _ := strconv.ParseInt(bar[3], 10, 64)
		total, _ := strconv.ParseInt(bar[4], 10, 64)
		stage, _ := strconv.Atoi(bar[1])
		w.tasks(stage, done, working, total)
		if done+working > 0 && w.first.IsZero() {
			w.first = time.Now()
		}
		w.progress(done, total)
	}
}

// tasks says whether the job is at work. Stages count from 0, in which the records are read, and the last one compares. Once
// none of its tasks waits there may be no bar any more while Spark puts the result in its place; a task that was lost
// and waits again has bars.
func (w *watch) tasks(stage int, done, working, total int64) {
	switch ending := stage > 0 && done+working >= total; {
	case ending:
		w.ending()
		w.ended = true
	case working > 0 || w.ended:
		w.busy()
		w.ended = false
	}
}
