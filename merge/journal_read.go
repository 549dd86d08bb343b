package merge

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"sync"
)

// ErrJournal says that a journal is not what apply wrote for this plan.
var ErrJournal = errors.New("the journal does not hold")

// maxJournalLine bounds a line in bytes: apply writes no line as long.
const maxJournalLine = 1 << 20

// opState is what the journal says of one operation.
type opState struct {
	outcome string            // the latest; "" when there is none
	pending bool              // the latest line is an intent: the answer is not known
	tries   int               // intents
	sent    int64             // number of the line of the latest intent: what was written last has the greatest
	first   string            // when the first intent was written
	request [sha256.Size]byte // digest of the body that the latest intent names
	status  int
	uuid    string
	at      string
	detail  string
}

// settled reports whether nothing is left to do.
func (s opState) settled() bool { return s.outcome == OutcomeOK || s.outcome == OutcomeDone }

// answeredWell reports whether the server took the request, though what it then showed was not as it should be.
func (s opState) answeredWell() bool {
	return !s.pending && s.outcome == OutcomeFailed && s.status >= 200 && s.status < 300
}

// uncertain reports whether a request may have taken effect without anybody having seen it.
func (s opState) uncertain() bool { return s.pending || s.outcome == OutcomeUnknown }

// journalState is what a journal says up to some line.
type journalState struct {
	lines int64
	size  int64 // bytes of complete lines
	torn  int64 // bytes after them
	sum   string

	mu     sync.Mutex // for what is below, which is read while lines are added
	ops    map[string]*opState
	proven map[string]bool // operations whose canary was read back
	stop   string          // why the plan must never go on
	undos  []undoMark      // undos that have begun, each once
	before string          // the sum that the journal had before the first of them
	last   string          // when the latest line but those of undos was written
}

// undoMark names an undo that has begun: the digest of its own plan, and that plan's file beside the plan undone.
type undoMark struct{ plan, file string }

// applied is the sum over all that apply wrote: an undo is of exactly that.
func (s *journalState) applied() string {
	if len(s.undos) > 0 {
		return s.before
	}
	return s.sum
}

// settledOps counts the operations that need nothing more.
func (s *journalState) settledOps() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	var n int64
	for _, op := range s.ops {
		if op.settled() {
			n++
		}
	}
	return n
}

func (s *journalState) notes() []string {
	if s.torn == 0 {
		return nil
	}
	return []string{fmt.Sprintf("the journal's last line was cut off (%d bytes without a newline): dropped", s.torn)}
}

// op is the operation's state, the zero one when the journal does not name it.
func (s *journalState) op(id string) opState {
	s.mu.Lock()
	defer s.mu.Unlock()
	if found := s.ops[id]; found != nil {
		return *found
	}
	return opState{}
}

// isProven reports whether the operation was a canary that came back as wanted.
func (s *journalState) isProven(id string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.proven[id]
}

// set is what dry-run notes in the place of lines.
func (s *journalState) set(id, outcome string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	op := s.ops[id]
	if op == nil {
		op = &opState{}
		s.ops[id] = op
	}
	op.outcome, op.pending = outcome, false
}

// readJournal reads a journal of the plan whose digest is given, checking every line.
func readJournal(in io.Reader, path, plan string) (*journalState, error) {
	state := &journalState{sum: plan, ops: map[string]*opState{}, proven: map[string]bool{}}
	lines := bufio.NewReaderSize(in, 64<<10)
	for {
		text, err := journalLine(lines)
		last := errors.Is(err, io.EOF)
		switch {
		case last:
			err = state.tail(text)
		case err == nil:
			err = state.line(text, plan)
		}
		if err != nil {
			return nil, fmt.Errorf("journal %s: line %d: %w: keep it, it says what was sent; make a new plan from a new extraction",
				path, state.lines+1, err)
		}
		if last {
			return state, nil
		}
	}
}

// tail takes what follows the last newline: a line that was cut off. A whole line with another byte in the newline's
// place was not cut, it was changed.
func (s *journalState) tail(text []byte) error {
	s.torn = int64(len(text))
	n := len(text) - len(journalSuffix(s.sum))
	if n < 1 {
		return nil
	}
	suffix := journalSuffix(chain(s.sum, append(bytes.Clone(text[:n]), '}')))
	if string(text[n:len(text)-1]) == suffix[:len(suffix)-1] {
		return fmt.Errorf("%w: its last byte was changed", ErrJournal)
	}
	return nil
}

// journalLine is the next line with its newline, or what is left without one and io.EOF.
func journalLine(in *bufio.Reader) ([]byte, error) {
	var text []byte
	for {
		part, err := in.ReadSlice('\n')
		text = append(text, part...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return text, err
		}
		if len(text) > maxJournalLine {
			return nil, fmt.Errorf("%w: longer than any line of a journal", ErrJournal)
		}
	}
}

// line checks one complete line and takes it in.
func (s *journalState) line(text []byte, plan string) error {
	n := len(text) - len(journalSuffix(plan))
	if n < 1 {
		return fmt.Errorf("%w: too short", ErrJournal)
	}
	body := append(bytes.Clone(text[:n]), '}')
	var e journalEntry
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	decodeErr := decoder.Decode(&e)
	if s.lines == 0 && decodeErr == nil && e.Kind == kindOpen && e.Plan != plan {
		return fmt.Errorf("%w: it is the journal of another plan (%.12s, not %.12s)", ErrJournal, e.Plan, plan)
	}
	sum := chain(s.sum, body)
	if string(text[n:]) != journalSuffix(sum) {
		return fmt.Errorf("%w: its checksum is wrong, or a line before it is missing", ErrJournal)
	}
	if decodeErr != nil {
		return fmt.Errorf("%w: %w", ErrJournal, decodeErr)
	}
	return s.take(e, sum, int64(len(text)))
}

// take adds a line to what is known, and refuses one that cannot stand where it stands.
func (s *journalState) take(e journalEntry, sum string, size int64) error {
	if e.Seq != s.lines {
		return fmt.Errorf("%w: line number %d where %d was due", ErrJournal, e.Seq, s.lines)
	}
	if (e.Kind == kindOpen) != (s.lines == 0) {
		return fmt.Errorf("%w: a line of kind %q cannot stand here", ErrJournal, e.Kind)
	}
	if err := s.takeEntry(e); err != nil {
		return err
	}
	s.lines, s.sum, s.size = s.lines+1, sum, s.size+size
	return nil
}

func (s *journalState) takeEntry(e journalEntry) error {
	if e.Kind == kindOpen {
		if e.Format != journalFormat {
			return fmt.Errorf("%w: format %q, this sameas knows %q", ErrJournal, e.Format, journalFormat)
		}
		return nil
	}
	if e.Kind == kindUndo {
		return s.takeUndo(e)
	}
	if e.Op == "" {
		return fmt.Errorf("%w: no operation named", ErrJournal)
	}
	if len(s.undos) > 0 {
		return fmt.Errorf("%w: %s of %s after an undo had begun", ErrJournal, e.Kind, e.Op)
	}
	s.last = e.At
	s.mu.Lock()
	defer s.mu.Unlock()
	op := s.ops[e.Op]
	if op == nil {
		op = &opState{}
		s.ops[e.Op] = op
	}
	switch {
	case e.Kind == kindIntent && !op.settled():
		op.pending, op.tries, op.at, op.sent = true, op.tries+1, e.At, e.Seq
		if op.first == "" {
			op.first = e.At
		}
		op.request = digestIn(e.RequestSHA256)
	case e.Kind == kindOutcome && knownOutcome(e.Outcome) && !op.settled() && (e.Outcome != OutcomeOK || op.pending):
		op.outcome, op.pending = e.Outcome, false
		op.status, op.uuid, op.at, op.detail = e.Status, e.UUID, e.At, e.Detail
	default:
		return fmt.Errorf("%w: %s %s of %s cannot follow what the journal says of it", ErrJournal, e.Kind, e.Outcome, e.Op)
	}
	if e.Canary {
		s.proven[e.Op] = true
	}
	if e.Stop != "" {
		s.stop = e.Stop + ": " + e.Detail
	}
	return nil
}

// digestIn reads a digest in hex; what is none is that of no request.
func digestIn(text string) (sum [sha256.Size]byte) {
	if raw, err := hex.DecodeString(text); err == nil && len(raw) == sha256.Size {
		sum = [sha256.Size]byte(raw)
	}
	return sum
}

func (s *journalState) takeUndo(e journalEntry) error {
	mark := undoMark{plan: e.Plan, file: e.Path}
	if mark.plan == "" || slices.Contains(s.undos, mark) {
		return fmt.Errorf("%w: an undo that has no plan, or began before", ErrJournal)
	}
	if len(s.undos) == 0 {
		s.before = s.sum
	}
	s.undos = append(s.undos, mark)
	return nil
}

func knownOutcome(name string) bool {
	switch name {
	case OutcomeOK, OutcomeDone, OutcomeSkipped, OutcomeDrifted, OutcomeFailed, OutcomeUnknown:
		return true
	}
	return false
}

// peekJournal reads the journal beside a plan without changing it; a plan that was never applied has none.
func peekJournal(path, plan string) (*journalState, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return readJournal(bytes.NewReader(nil), path, plan)
	}
	if err != nil {
		return nil, fmt.Errorf("open journal: %w", err)
	}
	defer f.Close()
	return readJournal(f, path, plan)
}
