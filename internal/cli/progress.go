package cli

import (
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// progress shows how far the stages are: a bar on a terminal, one plain line per finished stage elsewhere.
type progress struct {
	mu    sync.Mutex
	out   io.Writer
	tty   bool
	quiet bool
	stage string
	done  int64
	total int64
	bar   *progressbar.ProgressBar
}

func newProgress(out io.Writer, quiet bool) *progress {
	f, isFile := out.(*os.File)
	return &progress{out: out, quiet: quiet, tty: isFile && term.IsTerminal(int(f.Fd()))}
}

// Step is the callback that the stages are given; total is -1 while it is unknown.
func (p *progress) Step(stage string, done, total int64) {
	if p.quiet {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if stage != p.stage {
		p.finish()
		p.stage = stage
	}
	p.done, p.total = done, total
	if !p.tty {
		return
	}
	if p.bar == nil {
		p.bar = progressbar.NewOptions64(total,
			progressbar.OptionSetWriter(p.out),
			progressbar.OptionSetDescription(stage),
			progressbar.OptionShowCount(),
			progressbar.OptionSetPredictTime(true),
			progressbar.OptionFullWidth(),
			progressbar.OptionThrottle(65_000_000),
			progressbar.OptionClearOnFinish(),
		)
	}
	p.bar.ChangeMax64(total)
	_ = p.bar.Set64(done)
}

// Close ends the stage under way; the result that follows starts on a line of its own.
func (p *progress) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.finish()
}

func (p *progress) finish() {
	if p.stage == "" || p.quiet {
		return
	}
	if p.bar != nil {
		_ = p.bar.Finish()
		p.bar = nil
	}
	if p.total >= 0 && p.total != p.done {
		fmt.Fprintf(p.out, "%s: %d of %d\n", p.stage, p.done, p.total)
	} else {
		fmt.Fprintf(p.out, "%s: %d\n", p.stage, p.done)
	}
	p.stage = ""
}
