package spark

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// stopWait is how long the launcher may take to end its job once it is asked to.
const stopWait = 20 * time.Second

// errIdle says that no task was at work for too long.
var errIdle = errors.New("no task was at work")

func (s *scan) log() string { return filepath.Join(s.folder, logFile) }

// compare runs the job to its end. When ctx ends the launcher is asked to end the job, which Spark does on the cluster,
// too, and after stopWait made to.
func (s *scan) compare(ctx context.Context) error {
	if err := s.attempt(ctx); err != nil {
		return err
	}
	log, err := os.OpenFile(s.log(), os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	started := time.Now()
	s.options.Log.Info("spark: job starts", "scan", s.name, "spark", s.launcher.version, "master", s.options.Engine.Master, "tasks", s.tasks(), "log", s.log())
	w := newWatch(log, s.progress, started)
	err = s.launch(ctx, w)
	if err == nil {
		s.options.Log.Info("spark: job done", "scan", s.name, "application", w.application, "seconds", seconds(started), "until_the_first_task", w.startup().Seconds())
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return s.failure(w, err)
}

// attempt names a folder of its own for the result and writes the job.
func (s *scan) attempt(ctx context.Context) error {
	if s.want.Out != "" {
		if err := s.remove(ctx, s.want.Out); err != nil {
			return err
		}
	}
	s.want.Written, s.want.Out = true, fmt.Sprintf("%s%x", outPrefix, time.Now().UnixNano())
	if err := s.want.write(s.folder); err != nil {
		return err
	}
	return s.write()
}

// launch starts the launcher as a group of processes of its own, so that Ctrl-C reaches it through ctx alone.
func (s *scan) launch(ctx context.Context, w *watch) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	wait := time.Duration(s.options.Engine.Wait * float64(time.Second))
	idle := time.AfterFunc(wait, func() { stop(errIdle) })
	defer idle.Stop()
	w.busy, w.ending = func() { idle.Reset(wait) }, func() { idle.Stop() }

	cmd := exec.CommandContext(ctx, s.launcher.path, s.arguments()...)
	cmd.Dir, cmd.Stdout, cmd.Stderr, cmd.Env = s.folder, w, w, s.environment()
	cmd.WaitDelay = stopWait
	inGroup(cmd)
	err := cmd.Run()
	w.end()
	if ctx.Err() != nil {
		killGroup(cmd)
	}
	if errors.Is(context.Cause(ctx), errIdle) {
		return fmt.Errorf("%w for %s", errIdle, wait)
	}
	return err
}
