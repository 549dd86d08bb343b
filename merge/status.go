package merge

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"text/tabwriter"
)

// StatusOptions of Status.
type StatusOptions struct {
	Plan  string // path of the plan, or of an undo's own; its journal is beside it
	Audit bool   // list every operation
}

// StatusResult is how far a plan is, and what its undos have taken back.
type StatusResult struct {
	ApplyResult
	Undos []UndoStatus      `json:"undos"`
	Audit []OperationStatus `json:"audit,omitempty"` // in the plan's order
}

// UndoStatus is how far an undo of the plan is.
type UndoStatus struct {
	UndoPlan   string `json:"undo_plan"`  // path of its own plan
	Operations int64  `json:"operations"` // what can be taken back
	Undone     int64  `json:"undone"`     // of these, how many are
}

// OperationStatus is one operation as the journals tell of it: what was sent, when, and what came back.
type OperationStatus struct {
	Op         string `json:"op"`
	Type       string `json:"type"`
	Collection string `json:"collection"`
	Cluster    string `json:"cluster,omitempty"`
	Target     string `json:"target,omitempty"`
	Request    string `json:"request"`                  // method and path
	SHA256     string `json:"request_sha256,omitempty"` // of the body, in hex; empty before it was sent
	Tries      int    `json:"tries"`                    // how often it was sent
	Sent       string `json:"sent,omitempty"`           // RFC 3339: when it was first about to be sent
	Answered   string `json:"answered,omitempty"`       // when the latest outcome was known
	Outcome    string `json:"outcome"`                  // one of the outcomes; empty before it was tried
	Status     int    `json:"status,omitempty"`         // HTTP status of the answer
	UUID       string `json:"uuid,omitempty"`           // of the record that answered
	Detail     string `json:"detail,omitempty"`
	Undo       string `json:"undo,omitempty"`   // outcome of the operation that takes it back
	Undone     string `json:"undone,omitempty"` // when that was known
}

// Status is the state of a plan by its journal, and of its undos by theirs; it needs no server and no workspace, and
// changes nothing.
func Status(ctx context.Context, o StatusOptions) (StatusResult, error) {
	reader, err := OpenPlan(o.Plan)
	if err != nil {
		return StatusResult{}, err
	}
	defer reader.Close()
	facts, err := surveyPlan(reader)
	if err != nil {
		return StatusResult{}, err
	}
	state, err := peekJournal(journalPath(o.Plan), reader.SHA256())
	if err != nil {
		return StatusResult{}, err
	}
	r := StatusResult{ApplyResult: newResult(o.Plan, reader.SHA256(), facts), Undos: []UndoStatus{}}
	r.Notes = append(r.Notes, state.notes()...)
	for _, kept := range setAside(o.Plan) {
		r.Notes = append(r.Notes, "a plan that lay here before was applied: it is kept as "+kept)
	}
	undone, err := r.readUndos(ctx, o.Plan, state)
	if err != nil {
		return StatusResult{}, err
	}
	err = reader.Each(func(op Operation) error {
		if op.Type == TypeWithheld {
			return nil
		}
		s := state.op(op.ID)
		r.tell(op, s)
		if o.Audit {
			entry, err := auditOf(op, s, undone[op.ID])
			if err != nil {
				return fmt.Errorf("journal %s: %w", journalPath(o.Plan), err)
			}
			r.Audit = append(r.Audit, entry)
		}
		return ctx.Err()
	})
	if err != nil {
		return StatusResult{}, err
	}
	if err := facts.covers(state); err != nil {
		r.StoppedBy = err.Error()
	}
	r.Finished = r.Remaining == 0 && r.Operations > 0
	r.Next = nextCommand(r.ApplyResult, state, reader.Header(), o.Plan)
	return r, nil
}

// readUndos reads the journals of the plan's undos: what became of each operation of the plan that they take back.
func (r *StatusResult) readUndos(ctx context.Context, path string, s *journalState) (map[string]opState, error) {
	undone := map[string]opState{}
	for _, file := range undoPlans(path, s) {
		plan, err := OpenPlan(file)
		if errors.Is(err, fs.ErrNotExist) {
			r.Notes = append(r.Notes, "the plan of an undo that has begun is missing: "+file)
			continue
		}
		if err != nil {
			return nil, err
		}
		status := UndoStatus{UndoPlan: file}
		state, err := peekJournal(journalPath(file), plan.SHA256())
		if err == nil {
			err = plan.Each(func(op Operation) error {
				if op.Type == TypeWithheld {
					return nil
				}
				status.Operations++
				if state.op(op.ID).settled() {
					status.Undone++
				}
				if !undone[op.Undoes].settled() {
					undone[op.Undoes] = state.op(op.ID)
				}
				return ctx.Err()
			})
		}
		if err := errors.Join(err, plan.Close()); err != nil {
			return nil, err
		}
		r.Undos = append(r.Undos, status)
	}
	return undone, nil
}

// auditOf refuses a journal that tells of another request than the plan holds.
func auditOf(op Operation, s, undo opState) (OperationStatus, error) {
	a := OperationStatus{Op: op.ID, Type: op.Type, Collection: op.Collection, Cluster: op.ClusterID, Target: op.Target,
		Request: op.Request.Method + " " + op.Request.Path, Tries: s.tries, Sent: s.first, Outcome: s.shown(), Status: s.status, UUID: s.uuid, Detail: s.detail,
		Undo: undo.shown()}
	if s.tries > 0 {
		if s.request != sha256.Sum256(op.Request.Body) {
			return a, fmt.Errorf("%w: what it says was sent for %s is not the request of the plan", ErrJournal, op.ID)
		}
		a.SHA256 = hex.EncodeToString(s.request[:])
	}
	if !s.pending {
		a.Answered = s.at
	}
	if undo.settled() {
		a.Undone = undo.at
	}
	return a, nil
}

// shown is the outcome as it is told: a request whose answer nobody saw is unknown.
func (s opState) shown() string {
	if s.pending {
		return OutcomeUnknown
	}
	return s.outcome
}

// tell counts one operation as its journal left it.
func (r *ApplyResult) tell(op Operation, s opState) {
	r.Writes += int64(s.tries)
	if s.settled() {
		r.Outcomes[s.outcome]++
		return
	}
	r.Remaining++
	outcome, detail := s.outcome, s.detail
	switch {
	case s.pending:
		outcome, detail = OutcomeUnknown, "sent, the answer is not known: apply again reads the target first"
	case outcome == "":
		return // not tried yet: no problem
	}
	r.Outcomes[outcome]++
	r.Problems = append(r.Problems, step{op: op, outcome: outcome, detail: detail}.problem())
}

func nextCommand(r ApplyResult, s *journalState, h Header, plan string) string {
	switch {
	case r.StoppedBy != "":
		return "sameas extract"
	case s.lines == 0 && h.Undoes == "":
		return "sameas merge dry-run " + plan
	case r.Remaining > 0:
		return resumeWith(h, plan)
	}
	return fmt.Sprintf("sameas merge verify %s", plan)
}

// Text is the result for a terminal; every operation comes first, where they were asked for.
func (r StatusResult) Text() string {
	var b strings.Builder
	if len(r.Audit) > 0 {
		w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "OPERATION\tTARGET\tREQUEST\tREQUEST SHA-256\tTRIES\tSENT\tANSWERED\tOUTCOME\tSTATUS\tRECORD\tUNDO\tUNDONE")
		for _, a := range r.Audit {
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", a.Op, orText(a.Target, "-"), a.Request, orText(a.SHA256, "-"), a.Tries,
				orText(a.Sent, "-"), orText(a.Answered, "-"), orText(a.Outcome, "-"), statusText(a.Status), orText(a.UUID, "-"), orText(a.Undo, "-"), orText(a.Undone, "-"))
		}
		_ = w.Flush()
		b.WriteString("\n")
	}
	text := r.ApplyResult.Text()
	for _, u := range r.Undos {
		text += fmt.Sprintf("undone: %d of %d operations that can be, by %s\n", u.Undone, u.Operations, u.UndoPlan)
	}
	return b.String() + text
}

func statusText(status int) string {
	if status == 0 {
		return "-"
	}
	return fmt.Sprint(status)
}
