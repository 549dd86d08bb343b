package merge

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sameas/sameas/internal/config"
	"github.com/sameas/sameas/internal/connec"
	"github.com/sameas/sameas/internal/suppress"
	queries "github.com/sameas/sameas/sql"
)

// ErrNoHub says that the configuration names no hub to plan for, or more than one.
var ErrNoHub = errors.New("a plan is for one hub: the configuration must have one source of type connec")

// planner holds what is known while a plan is made: the settings, what was found so far, and where it goes.
type planner struct {
	o         PlanOptions
	allowed   map[string]bool
	onboarded map[account]bool // the applications that the file sources list
	priority  map[string]int   // of sources, by name: the configuration's order
	digests   stageDigests
	measured  *Measured // what is known of the API; nil for nothing
	// suppressed are records that must never be created again.
	suppressed suppress.List

	losers     map[string]map[string]loser // by collection and key
	unheld     map[string]map[string]bool  // by collection and UUID: records that duplicates refer to and that were not extracted
	hubRecords map[string]int64            // by collection: how many the hub holds
	repointed  map[string][]string         // loser's key -> operations that move references away from it
	review     map[string]bool             // collection and review cluster that a person must look at
	bearers    map[string]map[connec.ExternalID]*bearer
	waiting    []Operation       // retirements and merges, until the references to their losers are known
	unsure     map[string]string // by collection: why the hub's records may not all have been read
	store      *planStore
	decided    map[string][]decidedField // by collection: what people said of fields
	kept       map[string]bool           // operations of a plan of a part; nil when the plan is whole
	summary    PlanSummary
}

// WritePlan writes the plan of the workspace's auto clusters, whole or not at all, and records it in the tables plans,
// operations and operation_fields. The same workspace and configuration give the same bytes.
//
// A hub record that lacks an application's ID gains it (attach); no field of it is written, because the application's
// own sync will push what it holds. Where several hub records are one, the survivor gains the IDs and the surviving
// values of the others (consolidate): hub records alone contribute values. References to a loser move to the survivor
// (repoint). Whatever is left alone is listed with the reason (withheld).
//
// A plan that was sent is never lost by it: it is set aside with its journal and its undos, see PlanSummary.SetAside, or
// stays where the new one would be the same, see PlanSummary.Applied; and one that is under way is not touched.
//
// With a Part the plan holds that part alone: the operations are those of the whole plan, to the byte.
//
// Errors: ErrNoHub, ErrNoMatch, ErrStaleMatch, ErrPart, what MayReplace refuses, or what the workspace or the file system answers.
func WritePlan(ctx context.Context, o PlanOptions) (PlanSummary, error) {
	hub, err := hubSource(o.Config)
	if err != nil {
		return PlanSummary{}, err
	}
	p := newPlanner(o)
	if p.measured, err = readMeasured(o.Config); err != nil {
		return PlanSummary{}, fmt.Errorf("plan: %w", err)
	}
	if p.suppressed, err = suppressed(o.Config); err != nil {
		return PlanSummary{}, fmt.Errorf("plan: %w", err)
	}
	if p.digests, err = readStages(ctx, o.DB); err != nil {
		return PlanSummary{}, fmt.Errorf("plan: %w", err)
	}
	if err := p.digests.check(); err != nil {
		return PlanSummary{}, err
	}
	if err := MayReplace(ctx, o.DB, o.Config, o.Out); err != nil {
		return PlanSummary{}, err
	}
	if p.o.Part, err = p.resolvePart(ctx); err != nil {
		return PlanSummary{}, err
	}
	if p.store, err = openStore(ctx, o.DB, filepath.Dir(o.Out)); err != nil {
		return PlanSummary{}, fmt.Errorf("plan: %w", err)
	}
	defer p.store.abandon()
	if err := p.planAll(ctx); err != nil {
		return PlanSummary{}, fmt.Errorf("plan: %w", err)
	}
	if err := p.finish(ctx, hub); err != nil {
		return PlanSummary{}, fmt.Errorf("plan: %w", err)
	}
	return p.summary, nil
}

func hubSource(c *config.Config) (config.Source, error) {
	hubs := slices.DeleteFunc(slices.Clone(c.Sources), func(s config.Source) bool { return s.Type != config.TypeConnec })
	if len(hubs) != 1 {
		return config.Source{}, fmt.Errorf("%w, it has %d", ErrNoHub, len(hubs))
	}
	return hubs[0], nil
}

func newPlanner(o PlanOptions) *planner {
	p := &planner{o: o, allowed: map[string]bool{}, onboarded: map[account]bool{}, priority: map[string]int{},
		losers: map[string]map[string]loser{}, repointed: map[string][]string{}, review: map[string]bool{},
		bearers: map[string]map[connec.ExternalID]*bearer{}}
	p.summary = PlanSummary{Path: o.Out, Operations: map[string]int64{}, Hazards: map[string]int64{}, Withheld: map[string]int64{}, Stops: []string{}}
	for _, name := range o.Config.Merge.Allow {
		p.allowed[name] = true
	}
	for i, s := range o.Config.Sources {
		p.priority[s.Name] = i
		if s.Type == config.TypeFile && s.ID.Provider != "" {
			p.onboarded[account{s.ID.Provider, s.ID.Realm}] = true
		}
	}
	return p
}

// ownersOfNothing names the owners of fields that have no say in what is merged: records in the hub are merged by what the
// hub holds, which a file is no source of.
func ownersOfNothing(c *config.Config) (notes []string) {
	for _, s := range c.Sources {
		var fields []string
		for _, field := range slices.Sorted(maps.Keys(c.Merge.Owners)) {
			if c.Merge.Owners[field] == s.Name && s.Type == config.TypeFile && s.ID.Provider != "" {
				fields = append(fields, field)
			}
		}
		if len(fields) > 0 {
			notes = append(notes, fmt.Sprintf("merge.owners: %s owns %s of the records that merge.create makes; where records in the hub are merged, "+
				"they alone give the values, and a file owns none", s.Name, strings.Join(fields, ", ")))
		}
	}
	return notes
}

func (p *planner) native() bool { return p.o.Config.Merge.Via == config.ViaNative }

func (p *planner) stepRepoint() int {
	if p.native() {
		return stepRepointFirst
	}
	return stepRepoint
}

func (p *planner) attach(collection string) float64 { return p.o.Config.Thresholds(collection).Attach }

// planAll goes through the collections in the order of their levels.
func (p *planner) planAll(ctx context.Context) error {
	if err := readReviewItems(ctx, p.o.DB, p.review); err != nil {
		return err
	}
	var err error
	if p.decided, err = readFieldDecisions(ctx, p.o.DB); err != nil {
		return err
	}
	if p.unsure, err = readUnsure(ctx, p.o.DB, p.digests.collections()); err != nil {
		return err
	}
	if p.hubRecords, err = readCounts(ctx, p.o.DB, "merge/plan_hub_records.sql"); err != nil {
		return err
	}
	for _, collection := range p.digests.collections() {
		if err := p.planCollection(ctx, collection); err != nil {
			return err
		}
	}
	return nil
}

func (p *planner) planCollection(ctx context.Context, collection string) (err error) {
	creating, on := p.o.Config.Merge.Create, p.store.tx
	if creating {
		if p.bearers[collection], err = readReferredIDs(ctx, p.o.DB, collection); err != nil {
			return err
		}
	}
	to, err := gather(ctx, on, collection, creating, p.o.Config.Thresholds(collection).Review)
	if err != nil {
		return err
	}
	if err := p.readUnheld(ctx, on); err != nil {
		return err
	}
	if err := eachCluster(ctx, on, collection, to.clusters, p.planCluster); err != nil {
		return err
	}
	if err := p.repoint(ctx, on, collection, to.referrers); err != nil {
		return err
	}
	if err := p.emitWaiting(); err != nil {
		return err
	}
	err = eachLoose(ctx, on, to.loose, func(l looseRecord) error { return p.planLoose(collection, l) })
	if err != nil {
		return err
	}
	_, err = queries.Exec(ctx, on, "merge/plan_scratch_clear.sql", nil)
	return err
}

func (p *planner) emitAll(ops []Operation) error {
	for _, op := range ops {
		if op.Type == TypeRetire || op.Type == TypeMerge {
			p.waiting = append(p.waiting, op)
			continue
		}
		if err := p.emit(op); err != nil {
			return err
		}
	}
	return nil
}

// emitWaiting lets go of what had to wait for the references: a loser goes out of use once nothing refers to it.
func (p *planner) emitWaiting() error {
	for _, op := range p.waiting {
		gone := []string{op.Target}
		if op.Type == TypeMerge {
			gone = p.losersOf(op)
		}
		for _, key := range gone {
			op.DependsOn = append(op.DependsOn, p.repointed[key]...)
		}
		if err := p.emit(op); err != nil {
			return err
		}
	}
	p.waiting = p.waiting[:0]
	return nil
}

func (p *planner) losersOf(op Operation) []string {
	var keys []string
	for key, l := range p.losers[op.Collection] {
		if l.survivor == op.Target {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

// emit keeps the operation, in its final form.
func (p *planner) emit(op Operation) error { return p.emitOf(op.Collection, op) }

// emitOf keeps an operation whose cluster is of the collection home.
func (p *planner) emitOf(home string, op Operation) error {
	slices.Sort(op.DependsOn)
	op.DependsOn = slices.Compact(op.DependsOn)
	if op.Reason.Kinds == nil {
		op.Reason.Kinds = []string{}
	}
	for _, id := range op.BearsIDs {
		if b := p.bearers[op.Collection][id]; b != nil && !b.held && b.maker == "" {
			b.maker = op.ID
		}
	}
	return p.store.add(home, op)
}

// count adds the operation to the summary.
func (p *planner) count(op Operation) {
	if op.Type == TypeWithheld {
		p.summary.Withheld[op.Withheld]++
		return
	}
	p.summary.Operations[op.Type]++
	for _, h := range op.Hazards {
		p.summary.Hazards[h.Name]++
		if h.Stop && !p.allowed[h.Name] && !slices.Contains(p.summary.Stops, h.Name) {
			p.summary.Stops = append(p.summary.Stops, h.Name)
		}
	}
}

// finish chooses what the plan is to hold, gives it its header, writes the file and records it.
func (p *planner) finish(ctx context.Context, hub config.Source) error {
	if err := p.store.flush(); err != nil {
		return err
	}
	if err := p.choose(ctx); err != nil {
		return err
	}
	header, err := p.header(ctx, hub)
	if err != nil {
		return err
	}
	first, err := sealLine(header)
	if err != nil {
		return err
	}
	file, err := createPlan(p.o.Out)
	if err != nil {
		return err
	}
	defer file.discard()
	if err := p.writeFile(file, first); err != nil {
		return err
	}
	record := queries.Args{"plan_id": p.summary.SHA256, "path": filepath.Base(p.o.Out), "header": string(first[:len(first)-1]),
		"operations": header.Operations, "withheld": header.Withheld, "review_items": header.ReviewItems}
	if err := p.record(ctx, record, header.Config); err != nil {
		return err
	}
	before, err := findPredecessor(ctx, p.o.DB, p.o.Config, p.o.Out)
	if err != nil {
		return err
	}
	if p.summary.Applied = before.stays(p.summary.SHA256); p.summary.Applied {
		return p.store.commit(ctx)
	}
	p.summary.SetAside, err = before.replace(func() error {
		_, err := file.close()
		return err
	})
	if err != nil {
		return err
	}
	return p.store.commit(ctx)
}

func (p *planner) writeFile(file *planWriter, header []byte) (err error) {
	if err := file.line(header); err != nil {
		return err
	}
	if err := p.eachLine(file.line); err != nil {
		return err
	}
	p.summary.SHA256, err = file.seal()
	return err
}

// record fills the tables with the plan's operations, and the summary with their counts, now that its digest is known.
func (p *planner) record(ctx context.Context, record queries.Args, configDigest string) error {
	rows, err := p.store.recorder(ctx, p.summary.SHA256)
	if err != nil {
		return err
	}
	err = p.eachLine(func(line []byte) error {
		var op Operation
		if err := json.Unmarshal(line, &op); err != nil {
			return fmt.Errorf("read back a line of the plan: %w", err)
		}
		p.count(op)
		return rows.add(op, line)
	})
	if err := errors.Join(err, rows.close()); err != nil {
		return err
	}
	slices.Sort(p.summary.Stops)
	return p.store.seal(ctx, record, configDigest)
}

// eachLine calls f with every line of the plan but the header, in the order of the file.
func (p *planner) eachLine(f func(line []byte) error) error {
	return p.store.lines.each(func(line []byte) error {
		if p.kept != nil && !p.kept[idOfLine(line)] {
			return nil
		}
		return f(line)
	})
}

func (p *planner) header(ctx context.Context, hub config.Source) (Header, error) {
	h := Header{Format: Format, Tool: p.o.ToolVersion, Endpoint: hub.Endpoint, Group: hub.Group, Source: hub.Name,
		Extract: digestOf(p.digests.extract), Match: digestOf(p.digests.match), Config: p.o.Config.Digest(config.StagePlan),
		ReviewItems: int64(len(p.review)), MaxShare: p.o.Config.Merge.MaxShare, NotExtracted: p.notExtracted(),
		Allow: append([]string{}, p.o.Config.Merge.Allow...)}
	slices.Sort(h.Allow)
	h.Allow = slices.Compact(h.Allow)
	h.Behaviour, h.HubRecords = p.measured, p.hubRecords
	var err error
	if h.ExtractedAt, err = readExtractedAt(ctx, p.o.DB); err != nil {
		return h, err
	}
	if h.InDoubt, err = readInDoubt(ctx, p.o.DB); err != nil {
		return h, err
	}
	if h.Writes, err = readCounts(ctx, p.store.tx, "merge/plan_writes.sql"); err != nil {
		return h, err
	}
	part := p.o.Part
	err = queries.One(ctx, p.store.tx, "merge/plan_totals.sql", nil, &h.Operations, &h.Withheld, &h.Irreversible, &h.Notifications,
		&part.Chosen, &part.Along, &part.OfClusters, &part.OfOperations)
	if !part.whole() {
		h.Part = &part
	}
	p.summary.Writes, p.summary.ReviewItems, p.summary.Irreversible = h.Operations, h.ReviewItems, h.Irreversible
	p.summary.Notifications, p.summary.NotExtracted, p.summary.Part = h.Notifications, h.NotExtracted, h.Part
	p.summary.InDoubt = h.InDoubt
	p.summary.Notes = ownersOfNothing(p.o.Config)
	return h, err
}
