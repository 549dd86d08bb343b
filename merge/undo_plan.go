package merge

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
)

// undoer makes the plan of an undo: first one pass over the plan undone finds what was sent, then each line is read
// again in the order of the undo. In memory are a few words for each operation that was sent, never the operations.
type undoer struct {
	o     UndoOptions
	plan  *PlanReader
	state *journalState

	sent      []sentOperation
	last      int                 // the highest level of the plan
	after     map[string][]string // operation -> the undo's operations that must come before its own
	gone      map[string]string   // record, by key -> the native merge that took it away
	survivors map[string]bool     // of an undo of one cluster: the hub records that its references were moved to
	result    UndoResult
}

// sentOperation is where an operation that was sent lies in the plan's file.
type sentOperation struct {
	level  int
	intent int64 // its latest line in the journal
	at     int64 // offset of the line in the file
	size   int
}

func newUndoer(o UndoOptions, plan *PlanReader, state *journalState) (*undoer, error) {
	u := &undoer{o: o, plan: plan, state: state, after: map[string][]string{}, gone: map[string]string{}, survivors: map[string]bool{}}
	u.result = UndoResult{Plan: o.Plan, SHA256: plan.SHA256(), Cluster: o.Cluster, UndoPlan: o.UndoPlan, Stays: map[string]int64{}, Staying: []Staying{}}
	if o.Cluster != "" {
		if err := u.findCluster(); err != nil {
			return nil, err
		}
	}
	var at int64
	err := plan.scan(func(line int64, text []byte) error {
		start := at
		at += int64(len(text))
		if line == 1 || isTrailer(text) {
			return nil
		}
		op, err := plan.operation(line, text)
		if err != nil {
			return err
		}
		u.survey(op, start, len(text))
		return nil
	})
	if err != nil {
		return nil, err
	}
	// Newest first. What waited for another operation is of a higher level than that and goes back before it, also when
	// the lower one was sent once more in a later run.
	slices.SortFunc(u.sent, func(a, b sentOperation) int {
		return cmp.Or(cmp.Compare(b.level, a.level), cmp.Compare(b.intent, a.intent))
	})
	return u, nil
}

// findCluster makes sure that the plan knows the cluster, and notes where references were moved on its account.
func (u *undoer) findCluster() error {
	known := false
	err := u.plan.Each(func(op Operation) error {
		if op.ClusterID != u.o.Cluster || op.Type == TypeWithheld {
			return nil
		}
		known = true
		if op.Type == TypeConsolidate || op.Type == TypeMerge {
			u.survivors[op.Target] = true
		}
		if moved := movedTo(op); op.Type == TypeRepoint && len(moved) == 1 {
			u.survivors[moved[0]] = true
		}
		return nil
	})
	if err == nil && !known {
		return refuse("clusters.csv and operations.csv of the report name them", "%s has no operation of cluster %s", u.o.Plan, u.o.Cluster)
	}
	return err
}

// movedTo are the records, each once, that the operation makes references point to.
func movedTo(op Operation) []string {
	var keys []string
	for path, key := range op.Expect.Refs {
		if key != op.Before.Refs[path] && !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	return keys
}

// survey notes an operation of the plan that was sent, and what that means for those that it waited for.
func (u *undoer) survey(op Operation, at int64, size int) {
	s := u.state.op(op.ID)
	if op.Type == TypeWithheld || !maybeTaken(s) {
		return
	}
	for _, key := range op.Merges {
		u.gone[key] = op.ID
	}
	if !u.concerns(op) {
		return
	}
	u.last = max(u.last, op.Level)
	u.sent = append(u.sent, sentOperation{level: op.Level, intent: s.sent, at: at, size: size})
	if op.Type == TypeRetire && u.invert(op, s).op != nil {
		// A record is in use again before references return to it, and before its survivor loses its values.
		for _, before := range op.DependsOn {
			u.after[before] = append(u.after[before], "undo-"+op.ID)
		}
	}
}

// maybeTaken reports whether a request of the operation was sent and may have taken effect.
func maybeTaken(s opState) bool {
	refusedOnce := s.tries == 1 && !s.pending && s.outcome == OutcomeFailed && s.uuid == "" && s.status >= 400 && s.status < 500
	return s.tries > 0 && !refusedOnce
}

// concerns reports whether the operation belongs to what is undone: to the cluster, or, of an undo of one cluster, by
// references that were moved on its account.
func (u *undoer) concerns(op Operation) bool {
	if u.o.Cluster == "" || op.ClusterID == u.o.Cluster {
		return true
	}
	return slices.ContainsFunc(movedTo(op), func(key string) bool { return u.survivors[key] })
}

// level turns the levels round.
func (u *undoer) level(op Operation) int { return u.last - op.Level }

// each calls f with every operation that was sent, in the order of the undo, and what takes it back.
func (u *undoer) each(f func(inverse) error) error {
	var text []byte
	for _, s := range u.sent {
		text = slices.Grow(text[:0], s.size)[:s.size]
		if _, err := u.plan.file.ReadAt(text, s.at); err != nil {
			return fmt.Errorf("read plan %s: %w", u.o.Plan, err)
		}
		if !sumHolds(text) {
			return fmt.Errorf("plan %s: %w while it was read: %s", u.o.Plan, ErrPlanAltered, planAgain)
		}
		var op Operation
		if err := json.Unmarshal(text, &op); err != nil {
			return fmt.Errorf("plan %s: %w: %w", u.o.Plan, ErrPlanAltered, err)
		}
		if err := f(u.inverseOf(op)); err != nil {
			return err
		}
	}
	return nil
}

// inverseOf is invert, but for requests that serve several clusters of which one is undone: they are left as they are.
func (u *undoer) inverseOf(op Operation) inverse {
	if u.o.Cluster != "" && (op.ClusterID != u.o.Cluster || op.Type == TypeRepoint && len(movedTo(op)) > 1) {
		return inverse{stays: []Operation{staying(op, op.Target, StaysShared,
			op.ID+" moved references of this cluster together with others, or with values of cluster "+op.ClusterID+": undo the whole plan")}}
	}
	v := u.invert(op, u.state.op(op.ID))
	v.known = applicationsKnowing(op)
	return v
}

// write makes the undo's plan, whole or not at all, unless an undo by it has begun; then that plan is gone on with.
func (u *undoer) write() error {
	begun, err := u.begun()
	if err != nil {
		return err
	}
	if begun != nil {
		defer begun.Close()
		return begun.Each(u.tell)
	}
	header, err := u.header()
	if err != nil {
		return err
	}
	file, err := createPlan(u.o.UndoPlan)
	if err != nil {
		return err
	}
	defer file.discard()
	line := func(v any) error {
		sealed, err := sealLine(v)
		if err != nil {
			return err
		}
		return file.line(sealed)
	}
	if err := errors.Join(line(header), u.lines(line)); err != nil {
		return err
	}
	_, err = file.close()
	return err
}

// lines gives out the plan's lines: what stays comes first, so that a reader meets it before any request.
func (u *undoer) lines(line func(any) error) error {
	err := u.each(func(v inverse) error {
		for _, op := range v.stays {
			if err := errors.Join(u.tell(op), line(op)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return u.each(func(v inverse) error {
		if v.op == nil {
			return nil
		}
		return errors.Join(u.tell(*v.op), line(*v.op))
	})
}

// tell counts a line of the undo's plan in the result.
func (u *undoer) tell(op Operation) error {
	u.result.Sent = int64(len(u.sent))
	if op.Type != TypeWithheld {
		u.result.Undoes++
		return nil
	}
	u.result.Stays[op.Withheld]++
	u.result.Staying = append(u.result.Staying, Staying{Why: op.Withheld, Operation: op.Undoes, Collection: op.Collection,
		Record: op.Record, IDs: op.Expect.IDs, Text: op.Reason.Text})
	return nil
}

// header counts what the lines will be. Its notifications are those to applications whose IDs the plan undone names on
// the records written: at least so many.
func (u *undoer) header() (Header, error) {
	of := u.plan.Header()
	h := Header{Format: Format, Tool: of.Tool, Endpoint: of.Endpoint, Group: of.Group, Source: of.Source,
		Extract: of.Extract, Match: of.Match, Config: of.Config, ExtractedAt: of.ExtractedAt, HubRecords: of.HubRecords, Writes: map[string]int64{},
		MaxShare: u.o.Config.Merge.MaxShare, Allow: append([]string{}, u.o.Config.Merge.Allow...), Behaviour: of.Behaviour,
		Undoes: u.plan.SHA256(), UndoesFile: fromFolderOf(u.o.UndoPlan, u.o.Plan), UndoesJournal: u.state.applied(), UndoesCluster: u.o.Cluster}
	slices.Sort(h.Allow)
	h.Allow = slices.Compact(h.Allow)
	written := map[[16]byte]bool{}
	err := u.each(func(v inverse) error {
		h.Withheld += int64(len(v.stays))
		if v.op == nil {
			return nil
		}
		h.Operations++
		h.Notifications += v.known
		if key := targetDigest(*v.op); !written[key] {
			written[key] = true
			h.Writes[v.op.Collection]++
		}
		return nil
	})
	return h, err
}

// applicationsKnowing counts the applications that hold an ID of the operation's target once it is done.
func applicationsKnowing(op Operation) int64 {
	accounts := map[account]bool{}
	for _, id := range slices.Concat(op.Before.IDs, op.Expect.IDs) {
		if !id.IsHub() {
			accounts[account{id.Provider, id.Realm}] = true
		}
	}
	return int64(len(accounts))
}
