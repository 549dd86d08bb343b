package merge

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
)

// spool sorts a plan's lines by level: one file a level, in which they stand as they came. The files have no name, so
// that nothing of them is left however the process ends.
type spool struct {
	dir    string
	levels map[int]*spoolLevel
}

type spoolLevel struct {
	file *os.File
	out  *bufio.Writer
}

// add keeps a line, newline included.
func (s *spool) add(level int, line []byte) error {
	l := s.levels[level]
	if l == nil {
		file, err := os.CreateTemp(s.dir, ".plan-level-*")
		if err != nil {
			return fmt.Errorf("keep the plan's lines: %w", err)
		}
		if err := os.Remove(file.Name()); err != nil {
			file.Close()
			return fmt.Errorf("keep the plan's lines: %w", err)
		}
		l = &spoolLevel{file: file, out: bufio.NewWriterSize(file, 1<<16)}
		if s.levels == nil {
			s.levels = map[int]*spoolLevel{}
		}
		s.levels[level] = l
	}
	if _, err := l.out.Write(line); err != nil {
		return fmt.Errorf("keep the plan's lines: %w", err)
	}
	return nil
}

// each calls f with every line, the lowest level's first; the slice is good until f returns.
func (s *spool) each(f func(line []byte) error) error {
	for _, level := range slices.Sorted(maps.Keys(s.levels)) {
		if err := s.levels[level].each(f); err != nil {
			return err
		}
	}
	return nil
}

func (l *spoolLevel) each(f func(line []byte) error) error {
	if err := l.out.Flush(); err != nil {
		return fmt.Errorf("keep the plan's lines: %w", err)
	}
	if _, err := l.file.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("read the plan's lines: %w", err)
	}
	in := bufio.NewReaderSize(l.file, 1<<16)
	for {
		line, err := readLine(in)
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("read the plan's lines: %w", err)
		}
		if err := f(line); err != nil {
			return err
		}
	}
}

func (s *spool) close() {
	for _, l := range s.levels {
		_ = l.file.Close()
	}
}
