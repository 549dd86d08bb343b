package merge

import (
	"crypto/sha256"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Values of PlanChange.Change.
const (
	ChangeNew     = "new"     // the older plan does not hold it
	ChangeGone    = "gone"    // the newer plan does not hold it
	ChangeAltered = "altered" // both hold it, and not alike
)

// PlanChange is one operation, or one withheld record, in which two plans differ.
type PlanChange struct {
	Change     string `json:"change"`
	Op         string `json:"op"`
	Type       string `json:"type"`
	Collection string `json:"collection"`
	Cluster    string `json:"cluster,omitempty"`
	Record     string `json:"record"` // the hub record written to, or the application's record; by key
	// What says, of an altered one, in what: one line for each part, the older first.
	What []string `json:"what,omitempty"`
	// Reason is why a new withheld record is left alone.
	Reason string `json:"reason,omitempty"`
}

// PlanDiff says what changed between two plans.
type PlanDiff struct {
	Old       string           `json:"old"`        // path
	OldSHA256 string           `json:"old_sha256"` // digest
	Same      int64            `json:"same"`       // operations and withheld records that both hold alike
	Counts    map[string]int64 `json:"counts"`     // by change and type, such as "new attach"
	Header    []string         `json:"header"`     // what the headers differ in, a line each, the older first
	Changes   []PlanChange     `json:"changes"`    // in the order of the newer plan, then what is gone
}

// PlanIndex is an older plan, held open to compare a newer one with; the newer may take its place in the meantime. In
// memory it has a few words for each operation.
type PlanIndex struct {
	plan  *PlanReader
	path  string
	lines map[[16]byte]indexedLine
}

type indexedLine struct {
	at   int64
	size int32
	sum  [8]byte // of the line
	met  bool    // the newer plan holds the operation too
}

// IndexPlan opens a plan and notes where its operations lie; errors are those of OpenPlan.
func IndexPlan(path string) (*PlanIndex, error) {
	plan, err := OpenPlan(path)
	if err != nil {
		return nil, err
	}
	x := &PlanIndex{plan: plan, path: path, lines: map[[16]byte]indexedLine{}}
	var at int64
	err = plan.scan(func(line int64, text []byte) error {
		if line > 1 && !isTrailer(text) {
			x.lines[nameOf(idOfLine(text))] = indexedLine{at: at, size: int32(len(text)), sum: sumOf(text)}
		}
		at += int64(len(text))
		return nil
	})
	if err != nil {
		plan.Close()
		return nil, err
	}
	return x, nil
}

// Close closes the file.
func (x *PlanIndex) Close() error { return x.plan.Close() }

func nameOf(id string) (name [16]byte) {
	sum := sha256.Sum256([]byte(id))
	copy(name[:], sum[:])
	return name
}

func sumOf(line []byte) (short [8]byte) {
	sum := sha256.Sum256(line)
	copy(short[:], sum[:])
	return short
}

// Diff compares the plan with the newer one at that path. It may be called once.
func (x *PlanIndex) Diff(newer string) (PlanDiff, error) {
	d := PlanDiff{Old: x.path, OldSHA256: x.plan.SHA256(), Counts: map[string]int64{}, Changes: []PlanChange{}}
	plan, err := OpenPlan(newer)
	if err != nil {
		return d, err
	}
	defer plan.Close()
	d.Header = headerDifferences(x.plan.Header(), plan.Header())
	err = plan.scan(func(line int64, text []byte) error {
		if line == 1 || isTrailer(text) {
			return nil
		}
		name := nameOf(idOfLine(text))
		old, known := x.lines[name]
		if known && old.sum == sumOf(text) {
			d.Same++
			delete(x.lines, name)
			return nil
		}
		op, err := plan.operation(line, text)
		if err != nil {
			return err
		}
		change := changeOf(ChangeNew, op)
		if known {
			old.met = true
			x.lines[name] = old
			before, err := x.read(old)
			if err != nil {
				return err
			}
			change = changeOf(ChangeAltered, op)
			change.What = operationDifferences(before, op)
		}
		d.add(change)
		return nil
	})
	if err != nil {
		return d, err
	}
	return d, x.gone(&d)
}

// gone adds what the newer plan does not hold, in the order of the older.
func (x *PlanIndex) gone(d *PlanDiff) error {
	var rest []indexedLine
	for _, l := range x.lines {
		if !l.met {
			rest = append(rest, l)
		}
	}
	slices.SortFunc(rest, func(a, b indexedLine) int { return int(min(1, max(-1, a.at-b.at))) })
	for _, l := range rest {
		op, err := x.read(l)
		if err != nil {
			return err
		}
		d.add(changeOf(ChangeGone, op))
	}
	return nil
}

func (x *PlanIndex) read(l indexedLine) (Operation, error) {
	text := make([]byte, l.size)
	if _, err := io.ReadFull(io.NewSectionReader(x.plan.file, l.at, int64(l.size)), text); err != nil {
		return Operation{}, fmt.Errorf("read plan %s again: %w", x.path, err)
	}
	return x.plan.operation(0, text)
}

func (d *PlanDiff) add(c PlanChange) {
	d.Counts[c.Change+" "+c.Type]++
	d.Changes = append(d.Changes, c)
}

func changeOf(change string, op Operation) PlanChange {
	c := PlanChange{Change: change, Op: op.ID, Type: op.Type, Collection: op.Collection, Cluster: op.ClusterID, Record: orText(op.Target, op.Record)}
	if op.Type == TypeWithheld {
		c.Reason = op.Withheld
	}
	return c
}

// operationDifferences says in what two versions of one operation differ, part by part in the order of importance.
func operationDifferences(a, b Operation) []string {
	var lines differences
	lines.say("request", a.Request, b.Request)
	lines.say("IDs that it bears", a.BearsIDs, b.BearsIDs)
	lines.say("record", a.Target+a.Record, b.Target+b.Record)
	lines.say("withheld", a.Withheld, b.Withheld)
	lines.say("before", a.Before, b.Before)
	lines.say("expected after", a.Expect, b.Expect)
	lines.say("merged away", a.Merges, b.Merges)
	lines.say("losers", a.Losers, b.Losers)
	lines.say("hazards", hazardNames(a), hazardNames(b))
	lines.say("cluster", a.ClusterID, b.ClusterID)
	lines.say("reason", a.Reason, b.Reason)
	lines.say("survivor by", a.SurvivorRule, b.SurvivorRule)
	lines.say("fields", a.Fields, b.Fields)
	lines.say("IDs that it leaves out", a.LeftIDs, b.LeftIDs)
	lines.say("IDs that name nothing", a.NoIdentity, b.NoIdentity)
	lines.say("IDs that may come along", a.MayGain, b.MayGain)
	lines.say("inverse", a.Inverse, b.Inverse)
	lines.say("cannot be undone", a.Irreversible, b.Irreversible)
	lines.say("undoes", a.Undoes, b.Undoes)
	lines.say("level", a.Level, b.Level)
	lines.say("waits for", a.DependsOn, b.DependsOn)
	if len(lines) == 0 {
		lines = append(lines, "its wording")
	}
	return lines
}

func hazardNames(op Operation) string {
	var names []string
	for _, h := range op.Hazards {
		names = append(names, h.Name)
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// differences are what two versions of a thing say differently, a line each.
type differences []string

func (d *differences) say(what string, before, after any) {
	if left, right := oneLine(before), oneLine(after); left != right {
		*d = append(*d, fmt.Sprintf("%s: %s -> %s", what, left, right))
	}
}

// oneLine is the value as a person reads it on one line; "nothing" for none.
func oneLine(v any) string {
	if s, ok := v.(string); ok {
		return orNothing(s)
	}
	text, err := encode(v)
	if err != nil || string(text) == "null" || string(text) == "{}" {
		return orNothing("")
	}
	return string(text)
}

// headerDifferences are the parts of the headers that say what the plans were made for and from.
func headerDifferences(a, b Header) []string {
	lines := differences{}
	lines.say("made by sameas", a.Tool, b.Tool)
	lines.say("endpoint", a.Endpoint, b.Endpoint)
	lines.say("group", a.Group, b.Group)
	lines.say("extraction", a.Extract, b.Extract)
	lines.say("match", a.Match, b.Match)
	lines.say("configuration", a.Config, b.Config)
	lines.say("what is known of the API", a.Behaviour, b.Behaviour)
	lines.say("part", a.Part, b.Part)
	lines.say("allowed", a.Allow, b.Allow)
	return lines
}

// Text is the comparison for a terminal.
func (d PlanDiff) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "Compared with %s (sha256 %.12s): %s as before", d.Old, d.OldSHA256, plural(d.Same, "line"))
	for _, name := range byCount(d.Counts) {
		fmt.Fprintf(&b, ", %d %s", d.Counts[name], name)
	}
	b.WriteString("\n")
	for _, line := range d.Header {
		fmt.Fprintf(&b, "  %s\n", line)
	}
	for _, c := range d.Changes[:min(len(d.Changes), maxListed)] {
		fmt.Fprintf(&b, "  %s %s %s %s", c.Change, c.Type, c.Collection, c.Record)
		if c.Reason != "" {
			fmt.Fprintf(&b, " (%s)", c.Reason)
		}
		b.WriteString("\n")
		for _, what := range c.What {
			fmt.Fprintf(&b, "    %s\n", what)
		}
	}
	if more := len(d.Changes) - maxListed; more > 0 {
		fmt.Fprintf(&b, "  ... and %d more: --json lists them all\n", more)
	}
	return b.String()
}
