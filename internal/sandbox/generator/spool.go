package generator

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
)

// A hub lists records as they were created and an application by its own numbers, so the records of one person lie
// far apart. They are made together, so each file is spooled as made and copied in its order at the end: memory holds
// an index of 32 bytes a record, never the records.

// row is one record's place in a spool and in the order of its file.
type row struct {
	key, tie uint64
	at       int64
	n        int64
}

// rows are some records' bytes, one after another, with where each ends.
type rows struct {
	b    []byte
	ends []row // at and n count within b
}

// end closes the record appended last.
func (r *rows) end(key, tie uint64) {
	at := int64(0)
	if k := len(r.ends); k > 0 {
		at = r.ends[k-1].at + r.ends[k-1].n
	}
	r.ends = append(r.ends, row{key, tie, at, int64(len(r.b)) - at})
}

// spool collects the records of one output.
type spool struct {
	out   *output
	f     *os.File
	w     *bufio.Writer
	size  int64
	index []row
}

func newSpool(dir string, out *output) (*spool, error) {
	f, err := os.CreateTemp(dir, ".spool-*")
	if err != nil {
		return nil, fmt.Errorf("make a temporary file beside %s: %w", out.path, err)
	}
	return &spool{out: out, f: f, w: bufio.NewWriterSize(f, 1<<20)}, nil
}

// add takes over a chunk's records.
func (s *spool) add(r *rows) error {
	for _, e := range r.ends {
		e.at += s.size
		s.index = append(s.index, e)
	}
	s.size += int64(len(r.b))
	if _, err := s.w.Write(r.b); err != nil {
		return fmt.Errorf("write the spool of %s: %w; free some space or choose another folder", s.out.path, err)
	}
	return nil
}

// sorted copies the records to the output in order, and removes the spool.
func (s *spool) sorted(ctx context.Context) error {
	defer s.discard()
	if err := s.w.Flush(); err != nil {
		return fmt.Errorf("write the spool of %s: %w; free some space or choose another folder", s.out.path, err)
	}
	slices.SortFunc(s.index, func(a, b row) int {
		return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.tie, b.tie), cmp.Compare(a.at, b.at))
	})
	var buf []byte
	for i, r := range s.index {
		if i%10_000 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		buf = slices.Grow(buf[:0], int(r.n))[:r.n]
		if _, err := s.f.ReadAt(buf, r.at); err != nil {
			return fmt.Errorf("read the spool of %s: %w", s.out.path, err)
		}
		if err := s.out.write(buf); err != nil {
			return err
		}
	}
	return nil
}

// discard removes the spool; twice does no harm.
func (s *spool) discard() {
	if s.f == nil {
		return
	}
	_ = s.f.Close()
	_ = os.Remove(s.f.Name())
	s.f, s.index = nil, nil
}
