package merge

import (
	"slices"
	"time"
)

// Belongings are the files that lie beside a plan and are worth nothing without it, there or not: its journal and lock, and
// the plans of its undos with theirs.
func Belongings(plan string) []string {
	files := []string{journalPath(plan), plan + ".lock"}
	undos := []string{UndoPath(plan, "")}
	if _, state, err := journalOf(plan); err == nil {
		undos = append(undos, undoPlans(plan, state)...)
	}
	for _, undo := range undos {
		for _, file := range []string{undo, journalPath(undo), undo + ".lock"} {
			if !slices.Contains(files, file) {
				files = append(files, file)
			}
		}
	}
	return files
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
