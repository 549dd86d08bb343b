package merge

import (
	"context"
	"fmt"
	"slices"

	"github.com/sameas/sameas/internal/connec"
)

// VerifyResult lists what differs from what the plan said to expect.
type VerifyResult struct {
	Plan        string   `json:"plan"`
	Checked     int64    `json:"checked"`     // operations: those ok or done, and those that were answered well though something was amiss
	Unwritten   int64    `json:"unwritten"`   // the others: not checked
	Unsure      int64    `json:"unsure"`      // of these, sent without anybody knowing whether it took effect
	Undone      int64    `json:"undone"`      // operations that an undo has taken in hand: its own plan is to be verified
	UndoPlans   []string `json:"undo_plans"`  // the plans of these undos
	Records     int64    `json:"records"`     // hub records read back
	Differences []string `json:"differences"` // one line for each, with its operation
	Expected    []string `json:"expected"`    // IDs that another record answers to, as the plan said or as it was before

	byOperation map[string]string // the differences, by operation
	resume      string            // the command that settles what is unsure
}

// verifyChunk bounds how many records' expectations are in memory.
const verifyChunk = 50_000

// listFrom is the share of a collection from which reading all its pages is cheaper than asking record by record.
const listFrom = 0.25

// expectation is what the plan's written operations, taken together, make of one record.
type expectation struct {
	op         string // the latest operation that wrote to it
	ops        []string
	collection string
	uuid       string // "" for a created record: it is found by its IDs
	want       Snapshot
	two        bool                // some ID is on two records, and the plan said so
	brought    []connec.ExternalID // IDs that the plan's operations gave the record
	merged     []string            // hub records, by key, that were merged into it and must be gone
	left       int32
}

// Verify reads back every record that the plan wrote, by UUID and by every external ID, and notes in the workspace
// what was found. Operations that were not written are not checked; they are counted.
func Verify(ctx context.Context, o ApplyOptions) (VerifyResult, error) {
	o.seams = o.seams.filled()
	plan, err := OpenPlan(o.Plan)
	if err != nil {
		return VerifyResult{}, err
	}
	defer plan.Close()
	facts, err := surveyPlan(plan)
	if err != nil {
		return VerifyResult{}, err
	}
	state, err := peekJournal(journalPath(o.Plan), plan.SHA256())
	if err != nil {
		return VerifyResult{}, err
	}
	undone, err := undoneBy(o.Plan, state)
	if err != nil {
		return VerifyResult{}, err
	}
	client, err := newClient(ctx, o, plan.Header(), asItIs)
	if err != nil {
		return VerifyResult{}, err
	}
	v := &verifier{o: o, hub: client, facts: facts, state: state, undone: undone, several: map[[16]byte]*expectation{}, found: map[string]string{},
		result: VerifyResult{Plan: o.Plan, Differences: []string{}, Expected: []string{}, UndoPlans: []string{}, resume: resumeWith(plan.Header(), o.Plan)}}
	v.result.byOperation = v.found
	v.result.UndoPlans = append(v.result.UndoPlans, undoPlans(o.Plan, state)...)
	if err := v.run(ctx, plan); err != nil {
		return v.result, err
	}
	if o.DB == nil {
		return v.result, nil
	}
	return v.result, recordVerification(ctx, o.DB, plan, v.found)
}

type verifier struct {
	o       ApplyOptions
	hub     hub
	facts   *planFacts
	state   *journalState
	undone  map[string]string         // operations that an undo has in hand
	several map[[16]byte]*expectation // records that more operations are to come for
	pending map[string][]*expectation // by collection
	waiting int
	found   map[string]string // operation -> difference
	result  VerifyResult
}

func (v *verifier) run(ctx context.Context, plan *PlanReader) error {
	v.pending = map[string][]*expectation{}
	err := plan.Each(func(op Operation) error {
		if op.Type == TypeWithheld {
			return nil
		}
		v.expect(op)
		if v.waiting >= verifyChunk {
			return v.check(ctx)
		}
		return ctx.Err()
	})
	if err != nil {
		return err
	}
	return v.check(ctx)
}

// expect folds an operation into what its target must show; the target is due once its last operation was seen.
func (v *verifier) expect(op Operation) {
	key := targetDigest(op)
	e := v.several[key]
	if e == nil {
		e = &expectation{collection: op.Collection, uuid: uuidOf(op.Target), left: v.facts.perTarget[key]}
		v.several[key] = e
	}
	switch s := v.state.op(op.ID); {
	case v.undone[op.ID] != "":
		v.result.Undone++
	case s.settled() || s.answeredWell() && (e.uuid != "" || s.uuid != ""):
		v.result.Checked++
		e.fold(op)
		if e.uuid == "" {
			e.uuid = s.uuid
		}
	default:
		v.result.Unwritten++
		if s.tries > 0 && s.uncertain() {
			v.result.Unsure++
		}
	}
	if e.left--; e.left > 0 {
		return
	}
	delete(v.several, key)
	if len(e.ops) > 0 {
		v.pending[e.collection] = append(v.pending[e.collection], e)
		v.waiting++
	}
}

func (e *expectation) fold(op Operation) {
	e.op, e.ops = op.ID, append(e.ops, op.ID)
	e.two = e.two || hasHazard(op, HazardTwoRecords)
	e.merged = append(e.merged, op.Merges...)
	for _, id := range op.Expect.IDs {
		if !slices.Contains(op.Before.IDs, id) {
			e.brought = append(e.brought, id)
		}
		if !slices.Contains(e.want.IDs, id) {
			e.want.IDs = append(e.want.IDs, id)
		}
	}
	if e.want.Fields == nil {
		e.want.Fields, e.want.Refs = op.Expect.Fields, op.Expect.Refs
		return
	}
	for path, value := range op.Expect.Fields {
		e.want.Fields[path] = value
	}
	if e.want.Refs == nil {
		e.want.Refs = op.Expect.Refs
		return
	}
	for path, key := range op.Expect.Refs {
		e.want.Refs[path] = key
	}
}

// check reads back what is pending, collection by collection.
func (v *verifier) check(ctx context.Context) error {
	for _, collection := range unionOfKeys(v.pending, nil) {
		due := v.pending[collection]
		read := v.byRecord
		if v.o.Whole || float64(len(due)) > listFrom*float64(v.facts.header.HubRecords[collection]) && len(due) > 100 {
			read = v.byPages
		}
		if err := read(ctx, collection, due); err != nil {
			return err
		}
		v.result.Records += int64(len(due))
		delete(v.pending, collection)
	}
	v.waiting = 0
	return nil
}

// byRecord asks for each record by its UUID, and for each of its IDs.
func (v *verifier) byRecord(ctx context.Context, collection string, due []*expectation) error {
	for i, e := range due {
		now, err := v.get(ctx, e)
		if err != nil {
			return err
		}
		v.compare(e, now)
		for _, id := range e.want.IDs {
			if err := v.answers(ctx, e, id); err != nil {
				return err
			}
		}
		if err := v.gone(ctx, e); err != nil {
			return err
		}
		v.progress(i+1, len(due))
	}
	return nil
}

func (v *verifier) progress(done, total int) {
	if v.o.Progress != nil {
		v.o.Progress("verify", int64(done), int64(total))
	}
}

// get reads the record, nil when it is gone.
func (v *verifier) get(ctx context.Context, e *expectation) (*observed, error) {
	answer, err := v.hub.Get(ctx, e.collection, e.uuid)
	if statusOf(err) == 404 {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("verify %s: read %s %s: %w", e.op, e.collection, e.uuid, err)
	}
	now, err := observe(answer.Body)
	if err != nil {
		return nil, fmt.Errorf("verify %s: read %s %s: %w", e.op, e.collection, e.uuid, err)
	}
	return &now, nil
}

// gone asks for the records that were merged away.
func (v *verifier) gone(ctx context.Context, e *expectation) error {
	remaining, err := remainingOf(ctx, v.hub, Operation{Collection: e.collection, Merges: e.merged})
	if err != nil {
		return fmt.Errorf("verify %s: %w", e.op, err)
	}
	for _, loser := range remaining {
		v.differs(e, "record "+loser.key()+" was merged into it and is still there")
	}
	return nil
}

// compare holds the record against what is expected of it.
func (v *verifier) compare(e *expectation, now *observed) {
	if now == nil {
		v.differs(e, "record "+e.uuid+" is gone")
		return
	}
	if now.uuid != e.uuid {
		v.differs(e, fmt.Sprintf("record %s is answered by record %s", e.uuid, now.uuid))
		return
	}
	if text := lacking(Operation{Expect: e.want}, *now); text != "" {
		v.differs(e, text)
	}
}

// answers asks who answers to the ID; the hub's own was asked for already.
func (v *verifier) answers(ctx context.Context, e *expectation, id connec.ExternalID) error {
	if id.IsHub() {
		return nil
	}
	answer, err := v.hub.GetByExternalID(ctx, e.collection, id)
	if status := statusOf(err); err != nil && (status == 401 || status == 403 || !isRefusal(err)) {
		return fmt.Errorf("verify %s: read %s by %s: %w", e.op, e.collection, id, err)
	}
	holder := "no record"
	if err == nil {
		if now := recordOf(answer.Body); now != nil {
			holder = "record " + now.uuid
		}
	} else if statusOf(err) != 404 {
		holder = "an error: " + err.Error()
	}
	switch {
	case holder == "record "+e.uuid:
	case holder == "no record":
		v.differs(e, fmt.Sprintf("ID %s is answered by no record, not by record %s", id, e.uuid))
	case !slices.Contains(e.brought, id):
		// Whether the record bears it was compared already; who else does is not the plan's doing.
		v.result.Expected = append(v.result.Expected, fmt.Sprintf("%s: ID %s of %s is answered by %s: this record bore it before the plan", e.op, id, e.uuid, holder))
	case e.two:
		v.result.Expected = append(v.result.Expected, fmt.Sprintf("%s: ID %s of %s is answered by %s: it is on two records, as the plan says (%s)", e.op, id, e.uuid, holder, HazardTwoRecords))
	default:
		v.differs(e, fmt.Sprintf("ID %s is answered by %s, not by record %s", id, holder, e.uuid))
	}
	return nil
}

func (v *verifier) differs(e *expectation, text string) {
	v.result.Differences = append(v.result.Differences, fmt.Sprintf("%s %s connec/%s: %s", e.op, e.collection, e.uuid, text))
	for _, op := range e.ops {
		if v.found[op] != "" {
			text = v.found[op] + "; " + text
		}
		v.found[op] = text
	}
}
