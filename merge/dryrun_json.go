package merge

import (
	"encoding/json"
	"io"

	"github.com/sameas/sameas/internal/mask"
)

// DryRunStep is one operation of a dry-run as JSON.
type DryRunStep struct {
	Op         string `json:"op"`
	Level      int    `json:"level"`
	Type       string `json:"type"`
	Collection string `json:"collection"`
	Cluster    string `json:"cluster,omitempty"`
	Target     string `json:"target,omitempty"` // the hub record written to, by key
	Record     string `json:"record,omitempty"` // of a create: the application's record, by key
	Why        Reason `json:"why"`
	// Outcome is would_write, or why nothing would be sent: done, drifted, skipped, failed; Detail says more.
	Outcome string `json:"outcome"`
	Detail  string `json:"detail,omitempty"`
	// Request is what apply would send, to the byte; absent when it would send nothing.
	Request *keptRequest `json:"request,omitempty"`
	// Before and After are the target as far as the operation reads or writes it, as planned.
	Before       Snapshot `json:"before"`
	After        Snapshot `json:"after"`
	Hazards      []Hazard `json:"hazards,omitempty"`
	Irreversible string   `json:"irreversible,omitempty"`
	DependsOn    []string `json:"depends_on,omitempty"`
}

// documentPrinter writes a dry-run as one JSON document, a step at a time: {"steps": [...], and then the members of the
// result. Without a writer it writes nothing.
type documentPrinter struct {
	out  io.Writer
	doer *readOnly
	mask *mask.Masker
	n    int
}

func (p *documentPrinter) write(text string) error {
	if p.out == nil {
		return nil
	}
	_, err := io.WriteString(p.out, text)
	return err
}

func (p *documentPrinter) begin() error { return p.write("{\"steps\": [") }

func (p *documentPrinter) step(s step) error {
	s, kept, err := maskedStep(p.mask, s, p.doer.kept)
	if err != nil {
		return err
	}
	op := s.op
	p.doer.kept = nil
	if s.outcome != OutcomeWouldWrite {
		kept = nil
	}
	text, err := encode(DryRunStep{Op: op.ID, Level: op.Level, Type: op.Type, Collection: op.Collection, Cluster: op.ClusterID,
		Target: op.Target, Record: op.Record, Why: op.Reason, Outcome: s.outcome, Detail: s.text(), Request: kept,
		Before: op.Before, After: op.Expect, Hazards: op.Hazards, Irreversible: op.Irreversible, DependsOn: op.DependsOn})
	if err != nil {
		return err
	}
	between := ",\n"
	if p.n == 0 {
		between = "\n"
	}
	p.n++
	return p.write(between + string(text))
}

// end closes the list and adds the result's members, so that the document is whole also when the run had to stop.
func (p *documentPrinter) end(result ApplyResult) error {
	text, err := json.MarshalIndent(result, "", "  ")
	if err != nil {
		return err
	}
	return p.write("\n],\n" + string(text[1:]) + "\n")
}
