package merge

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/sameas/sameas/internal/connec"
)

// errNoWrites is what a dry-run's client answers to every request that would write.
var errNoWrites = errors.New("dry-run: the client cannot write")

// readOnly passes reads on and keeps the last other request instead of sending it: with such a Doer no client can
// write, whatever the code above it does.
type readOnly struct {
	inner connec.Doer
	kept  *keptRequest
}

// keptRequest is a request as it would have gone out.
type keptRequest struct {
	Method string          `json:"method"`
	Path   string          `json:"path"`
	Body   json.RawMessage `json:"body"`
}

// Do sends the request if it is a GET.
func (d *readOnly) Do(req *http.Request) (*http.Response, error) {
	if req.Method == http.MethodGet {
		return d.inner.Do(req)
	}
	d.kept = &keptRequest{Method: req.Method, Path: req.URL.Path}
	if req.Body != nil {
		body, err := io.ReadAll(req.Body)
		if err != nil {
			return nil, errors.Join(errNoWrites, err)
		}
		_ = req.Body.Close()
		d.kept.Body = body
	}
	return nil, errNoWrites
}

// noJournal is dry-run's recorder: it remembers outcomes for the operations that wait for them, and writes nothing.
type noJournal struct{ state *journalState }

func (n noJournal) intent(Operation, int) error { return nil }

func (n noJournal) outcome(e journalEntry) error {
	op := n.state.op(e.Op)
	op.outcome, op.pending = e.Outcome, false
	n.state.ops[e.Op] = &op
	return nil
}

// DryRun prints every request that Apply would send, by the loop that Apply runs; its client cannot write.
// Stop hazards and max_share do not keep it from printing: they are listed in Refusals.
func DryRun(ctx context.Context, o ApplyOptions) (ApplyResult, error) {
	o.seams = o.seams.filled()
	plan, facts, err := openChecked(ctx, o)
	if err != nil {
		return ApplyResult{}, err
	}
	defer plan.Close()
	state, err := peekJournal(journalPath(o.Plan), plan.SHA256())
	if err != nil {
		return ApplyResult{}, err
	}
	inner := o.Doer
	if inner == nil {
		inner = &http.Client{Transport: connec.NewTransport(), CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	doer := &readOnly{inner: inner}
	client, err := newClient(o, plan.Header(), doer)
	if err != nil {
		return ApplyResult{}, err
	}
	r := newRunner(o, plan, facts, client, &journal{state: state})
	r.journal, r.result.DryRun = noJournal{state}, true
	r.show = func(s step) error { return printStep(o.Out, s, doer) }
	for _, refusal := range append(facts.refusals(o.Config.Merge), facts.covers(state)) {
		if refusal != nil {
			r.result.Refusals = append(r.result.Refusals, refusal.Error())
		}
	}
	r.note(state.notes()...)
	err = r.run(ctx)
	return r.finish(err), err
}

// printStep prints one operation: why, how dangerous, what changes, and the request as it would go out.
func printStep(out io.Writer, s step, doer *readOnly) error {
	kept := doer.kept
	doer.kept = nil
	if out == nil {
		return nil
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s %s %s (level %d", s.op.ID, s.op.Type, s.op.Collection, orText(s.op.Target, "a new record"), s.op.Level)
	if s.op.ClusterID != "" {
		fmt.Fprintf(&b, ", cluster %s", s.op.ClusterID)
	}
	fmt.Fprintf(&b, ")\n  why: %s\n", orText(s.op.Reason.Text, strings.Join(s.op.Reason.Kinds, ", ")))
	for _, h := range s.op.Hazards {
		fmt.Fprintf(&b, "  %s: %s: %s\n", hazardWord(h), h.Name, h.Text)
	}
	if s.outcome != OutcomeWouldWrite {
		fmt.Fprintf(&b, "  %s: %s\n\n", s.outcome, orText(s.text(), "already as wanted, nothing would be sent"))
		_, err := out.Write(b.Bytes())
		return err
	}
	for _, line := range changes(s.op) {
		fmt.Fprintf(&b, "  %s\n", line)
	}
	if kept != nil {
		fmt.Fprintf(&b, "  %s %s\n  %s\n", kept.Method, kept.Path, kept.Body)
	}
	if s.op.Irreversible != "" {
		fmt.Fprintf(&b, "  cannot be undone: %s\n", s.op.Irreversible)
	}
	b.WriteByte('\n')
	_, err := out.Write(b.Bytes())
	return err
}

func hazardWord(h Hazard) string {
	if h.Stop {
		return "STOP"
	}
	return "notice"
}

// changes are the values before and after, one line for each that differs.
func changes(op Operation) []string {
	var lines []string
	for _, id := range op.Expect.IDs {
		if !slices.Contains(op.Before.IDs, id) {
			lines = append(lines, "ID: + "+id.String())
		}
	}
	for _, path := range unionOfKeys(op.Expect.Fields, nil) {
		before, after := op.Before.Fields[path], op.Expect.Fields[path]
		if canonicalRaw(before) != canonicalRaw(after) {
			lines = append(lines, fmt.Sprintf("%s: %s -> %s", path, rawOrNull(before), rawOrNull(after)))
		}
	}
	for _, path := range unionOfKeys(op.Expect.Refs, nil) {
		if before, after := op.Before.Refs[path], op.Expect.Refs[path]; before != after {
			lines = append(lines, fmt.Sprintf("%s: %s -> %s", path, orNothing(before), orNothing(after)))
		}
	}
	return lines
}
