package merge

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// The journal is NDJSON, append-only, one line before each request (the intent, on disk before the request leaves)
// and one after it (the outcome). Every line ends in the SHA-256 of the line before it and of itself; the first line
// is chained to the plan's digest. So a line that was changed, added, taken out of the middle or moved is found, and a
// journal serves its own plan only. The outcome line is not fsynced by itself: if a power cut takes it, the intent is
// resolved by reading the target, which is what has to happen anyway when the cut comes one moment earlier.

// journalFormat is the version of the journal.
const journalFormat = "sameas-journal/1"

// Kinds of journal lines.
const (
	kindOpen    = "open"
	kindIntent  = "intent"
	kindOutcome = "outcome"
	kindUndo    = "undo" // an undo of the plan begins: Plan is its own plan's digest, Path its file; apply writes nothing more
)

// journalEntry is one line, its sum excepted.
type journalEntry struct {
	Seq    int64  `json:"seq"` // 0 for the open line, then 1, 2, 3
	Kind   string `json:"kind"`
	Format string `json:"format,omitempty"` // of the open line
	Plan   string `json:"plan,omitempty"`   // of the open line: the plan's digest; of an undo line: the undo plan's
	Op     string `json:"op,omitempty"`
	At     string `json:"at,omitempty"`
	// Of intents: what is about to be sent.
	Try           int    `json:"try,omitempty"`
	Method        string `json:"method,omitempty"`
	Path          string `json:"path,omitempty"`
	RequestSHA256 string `json:"request_sha256,omitempty"`
	// Of outcomes.
	Outcome string `json:"outcome,omitempty"`
	Status  int    `json:"status,omitempty"`
	UUID    string `json:"uuid,omitempty"`   // of the record that answered
	Canary  bool   `json:"canary,omitempty"` // the record was read back and was as wanted
	Stop    string `json:"stop,omitempty"`   // why the plan must never go on
	Detail  string `json:"detail,omitempty"`
}

// maxDetail bounds the server's words in a journal line, in bytes.
const maxDetail = 2000

// encodeEntry is the line of an entry, and its sum, chained to the sum before it.
func encodeEntry(e journalEntry, previous string) (line []byte, sum string, err error) {
	if len(e.Detail) > maxDetail {
		e.Detail = strings.ToValidUTF8(e.Detail[:maxDetail], "") + "..."
	}
	body, err := json.Marshal(e)
	if err != nil {
		return nil, "", fmt.Errorf("encode a line of the journal: %w", err)
	}
	sum = chain(previous, body)
	line = append(body[:len(body)-1], journalSuffix(sum)...)
	return line, sum, nil
}

// chain is the sum of a line whose object, without its sum, is body.
func chain(previous string, body []byte) string {
	h := sha256.New()
	h.Write([]byte(previous))
	h.Write(body)
	return hex.EncodeToString(h.Sum(nil))
}

func journalSuffix(sum string) string { return `,"sum":"` + sum + "\"}\n" }

// journalFile is what the journal needs of its file.
type journalFile interface {
	io.ReadWriteSeeker
	Truncate(size int64) error
	Sync() error
	Close() error
}

// openJournalFile opens or makes the file, readable by its owner alone; a link or a folder in its place is refused.
func openJournalFile(path string) (journalFile, error) {
	info, err := os.Lstat(path)
	if err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("journal %s is not a regular file: move it away", path)
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open journal: %w: it must be writable, nothing is sent without it", err)
	}
	return f, nil
}

// journal is an open journal: what it said when it was opened, and the place where it goes on. Operations that are
// worked on side by side share it: their lines are written one after the other, and one fsync serves all the lines that
// were written before it began.
type journal struct {
	path  string
	state *journalState
	now   func() time.Time

	mu      sync.Mutex
	file    journalFile
	err     error         // the first error of writing; nothing is written or sent after it
	synced  int64         // bytes that are known to be on disk
	syncing chan struct{} // closed when the fsync under way has ended; nil when there is none
}

// openJournal opens the plan's journal and reads it whole. A last line without its newline was cut off by a crash: it
// is dropped, and said. Anything else that does not hold is refused with its line number.
func openJournal(path, plan string, s seams) (*journal, error) {
	file, err := s.openJournal(path)
	if err != nil {
		return nil, err
	}
	j := &journal{file: file, path: path, now: s.now}
	j.state, err = readJournal(file, path, plan)
	if err == nil {
		err = j.prepare(plan)
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return j, nil
}

// prepare drops the torn tail, if there is one, and writes the open line of a new journal.
func (j *journal) prepare(plan string) error {
	if j.state.torn > 0 {
		if err := j.file.Truncate(j.state.size); err != nil {
			return fmt.Errorf("journal %s: drop the torn last line: %w", j.path, err)
		}
	}
	if _, err := j.file.Seek(j.state.size, io.SeekStart); err != nil {
		return fmt.Errorf("journal %s: %w", j.path, err)
	}
	if j.state.lines > 0 {
		return nil
	}
	end, err := j.append(journalEntry{Kind: kindOpen, Format: journalFormat, Plan: plan})
	if err != nil {
		return err
	}
	if err := j.durable(end); err != nil {
		return err
	}
	return syncFolder(filepath.Dir(j.path))
}

// intent puts it on disk that a request is about to be sent. When it returns an error nothing may be sent.
func (j *journal) intent(op Operation, try int) error {
	sum := sha256.Sum256(op.Request.Body)
	end, err := j.append(journalEntry{Kind: kindIntent, Op: op.ID, Try: try, Method: op.Request.Method,
		Path: op.Request.Path, RequestSHA256: hex.EncodeToString(sum[:])})
	if err != nil {
		return err
	}
	return j.durable(end)
}

// undoBegins puts it on disk that an undo is about to start; without it nothing of the undo may be sent.
func (j *journal) undoBegins(u undoMark) error {
	end, err := j.append(journalEntry{Kind: kindUndo, Plan: u.plan, Path: u.file})
	if err != nil {
		return err
	}
	return j.durable(end)
}

// outcome notes what became of the operation.
func (j *journal) outcome(e journalEntry) error {
	e.Kind = kindOutcome
	_, err := j.append(e)
	return err
}

// append writes one line and says where it ends; after a failed write nothing more is written, because what is on disk
// is not known.
func (j *journal) append(e journalEntry) (end int64, err error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.err != nil {
		return 0, j.err
	}
	e.Seq = j.state.lines
	if e.Kind != kindOpen {
		e.At = j.now().UTC().Format(time.RFC3339Nano)
	}
	line, sum, err := encodeEntry(e, j.state.sum)
	if err != nil {
		return 0, err
	}
	if _, err := j.file.Write(line); err != nil {
		return 0, j.broken("write", err)
	}
	err = j.state.take(e, sum, int64(len(line)))
	return j.state.size, err
}

// durable returns once all bytes before end are on disk. Whoever finds no fsync under way begins one, for all that is
// written by then. One that failed may have lost what it was to keep, and a second would report success without it: so
// after a failure none is tried again.
func (j *journal) durable(end int64) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	for j.err == nil && j.synced < end {
		if under := j.syncing; under != nil {
			j.mu.Unlock()
			<-under
			j.mu.Lock()
			continue
		}
		done, upTo := make(chan struct{}), j.state.size
		j.syncing = done
		j.mu.Unlock()
		err := j.file.Sync()
		j.mu.Lock()
		j.syncing = nil
		close(done)
		if err != nil {
			return j.broken("sync", err)
		}
		j.synced = upTo
	}
	return j.err
}

func (j *journal) broken(what string, err error) error {
	j.err = fmt.Errorf("%s journal %s: %w: nothing is sent without it; make room, or mend the disk, and run the same command again", what, j.path, err)
	return j.err
}

// close syncs and closes the file; it may be called twice, and when nothing is at work on the journal any more.
func (j *journal) close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.file == nil {
		return nil
	}
	file := j.file
	j.file = nil
	var err error
	if j.err == nil {
		err = file.Sync()
	}
	if err := errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("close journal %s: %w", j.path, err)
	}
	return nil
}
