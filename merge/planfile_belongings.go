package merge

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Belongings are the files that lie beside a plan and are worth nothing without it, there or not: the plans of its undos with
// their journals and locks, the plans of before that were set aside from its place with what belongs to them, and its own
// lock and journal. What tells of others comes after them.
func Belongings(plan string) []string {
	undos := []string{UndoPath(plan, "")}
	if _, state, err := journalOf(plan); err == nil {
		undos = append(undos, undoPlans(plan, state)...)
	}
	var files []string
	for _, undo := range undos {
		for _, file := range []string{undo + ".lock", journalPath(undo), undo} {
			if !slices.Contains(files, file) {
				files = append(files, file)
			}
		}
	}
	for _, aside := range setAside(plan) {
		files = append(append(files, Belongings(aside)...), aside)
	}
	return append(files, plan+".lock", journalPath(plan))
}

// UndoUntil is until when the plan that lies there may be undone, days after it was written to last; false when nothing was
// written, of the plan of an undo, and when plan and journal cannot be read, so that it could not be undone in any case.
func UndoUntil(plan string, days int) (time.Time, bool) {
	header, state, err := journalOf(plan)
	if err != nil || header.Undoes != "" {
		return time.Time{}, false
	}
	return undoUntil(state, days)
}

func journalOf(plan string) (Header, *journalState, error) {
	reader, err := OpenPlan(plan)
	if err != nil {
		return Header{}, nil, err
	}
	defer reader.Close()
	state, err := peekJournal(journalPath(plan), reader.SHA256())
	return reader.Header(), state, err
}

// IsBelonging reports whether the file, one of Belongings by its name, is what apply or undo wrote, as it shows by itself:
// the sealed plan of an undo or one in the folder that it was set aside in, a journal whose every line is chained to the one
// before, an empty lock.
func IsBelonging(path string) bool {
	info, err := os.Lstat(path)
	switch {
	case err != nil || !info.Mode().IsRegular():
		return false
	case strings.HasSuffix(path, ".lock"):
		return info.Size() == 0
	case strings.HasSuffix(path, journalPath("")):
		return isJournal(path)
	}
	plan, err := OpenPlan(path)
	if err != nil {
		return false
	}
	aside := isAsideFolder(filepath.Dir(path), plan.SHA256())
	return plan.Close() == nil && (plan.Header().Undoes != "" || aside)
}

// isJournal reports whether the journal holds, for whichever plan it names. A kill may have cut its last line, or its first.
func isJournal(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	first, err := journalLine(bufio.NewReader(f))
	var open journalEntry
	switch {
	case errors.Is(err, io.EOF):
		beginning, _, encodeErr := encodeEntry(journalEntry{Kind: kindOpen, Format: journalFormat}, "")
		n := min(len(first), bytes.Index(beginning, []byte(`,"sum"`)))
		return encodeErr == nil && bytes.Equal(first[:n], beginning[:n])
	case err != nil || json.Unmarshal(first, &open) != nil:
		return false
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return false
	}
	_, err = readJournal(f, path, open.Plan)
	return err == nil
}
