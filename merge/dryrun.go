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
	"github.com/sameas/sameas/internal/mask"
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
	n.state.set(e.Op, e.Outcome)
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
	doer := &readOnly{}
	client, err := newClient(ctx, o, plan.Header(), func(inner connec.Doer) connec.Doer {
		doer.inner = inner
		return doer
	})
	if err != nil {
		return ApplyResult{}, err
	}
	r := newRunner(o, plan, facts, client, &journal{state: state})
	r.journal, r.result.DryRun = noJournal{state}, true
	p := &printer{out: o.Out, doer: doer, mask: o.Mask, allowed: o.Config.Merge.Allow, of: facts.operations - state.settledOps()}
	document := &documentPrinter{out: o.OutJSON, doer: doer, mask: o.Mask}
	if err := errors.Join(p.head(plan, o.Plan), document.begin()); err != nil {
		return ApplyResult{}, err
	}
	r.show = p.step
	if o.OutJSON != nil {
		r.show = document.step
	}
	for _, refusal := range append(facts.refusals(o.Config.Merge), facts.covers(state)) {
		if refusal != nil {
			r.result.Refusals = append(r.result.Refusals, refusal.Error())
		}
	}
	r.note(state.notes()...)
	err = r.run(ctx)
	result := r.finish(err)
	return result, errors.Join(err, document.end(result))
}

// printer prints a dry-run for a person: one paragraph for each operation.
type printer struct {
	out     io.Writer
	doer    *readOnly
	mask    *mask.Masker
	allowed []string
	of, n   int64
}

// head says what plan is printed, and where it would be sent.
func (p *printer) head(plan *PlanReader, path string) error {
	h := plan.Header()
	return p.write(fmt.Appendf(nil, "%s (sha256 %s)\n%s for %s, group %s. Nothing is sent.\n\n",
		path, plan.SHA256(), plural(p.of, "operation"), h.Endpoint, h.Group))
}

func (p *printer) write(text []byte) error {
	if p.out == nil {
		return nil
	}
	_, err := p.out.Write(text)
	return err
}

// step prints one operation: why, how dangerous, what changes, and the request as it would go out.
func (p *printer) step(s step) error {
	s, kept, err := maskedStep(p.mask, s, p.doer.kept)
	if err != nil {
		return err
	}
	p.doer.kept = nil
	p.n++
	op := s.op
	var b bytes.Buffer
	fmt.Fprintf(&b, "%d of %d: %s %s %s\n", p.n, p.of, op.Type, op.Collection, orText(op.Target, "a new record for "+op.Record))
	fmt.Fprintf(&b, "  why: %s\n", orText(op.Reason.Text, strings.Join(op.Reason.Kinds, ", ")))
	if s.outcome != OutcomeWouldWrite {
		fmt.Fprintf(&b, "  %s: %s\n", s.outcome, orText(s.text(), "already as wanted, nothing would be sent"))
	} else {
		p.request(&b, op, kept)
	}
	p.hazards(&b, op)
	fmt.Fprintf(&b, "  in the plan: %s, level %d", op.ID, op.Level)
	if op.ClusterID != "" {
		fmt.Fprintf(&b, ", cluster %s", op.ClusterID)
	}
	if n := len(op.DependsOn); n > 0 {
		fmt.Fprintf(&b, ", after %s", plural(int64(n), "other operation"))
	}
	b.WriteString("\n\n")
	return p.write(b.Bytes())
}

func (p *printer) request(b *bytes.Buffer, op Operation, kept *keptRequest) {
	for _, line := range changes(op) {
		fmt.Fprintf(b, "  %s\n", line)
	}
	if kept != nil {
		fmt.Fprintf(b, "  %s %s\n  %s\n", kept.Method, kept.Path, kept.Body)
	}
}

// hazards prints each in one line. What cannot be undone is said once, by the operation rather than by its notice.
func (p *printer) hazards(b *bytes.Buffer, op Operation) {
	for _, h := range op.Hazards {
		word := "notice"
		switch {
		case h.Stop && slices.Contains(p.allowed, h.Name):
			word = "stop, allowed"
		case h.Stop:
			word = "STOP"
		case h.Name == HazardIrreversible && op.Irreversible != "":
			continue
		}
		fmt.Fprintf(b, "  %s: %s: %s\n", word, h.Name, h.Text)
	}
	if op.Irreversible != "" {
		fmt.Fprintf(b, "  cannot be undone: %s\n", op.Irreversible)
	}
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
