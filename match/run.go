package match

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/sameas/sameas/internal/config"
	"github.com/sameas/sameas/match/kernel"
	queries "github.com/sameas/sameas/sql"
)

// engineMemory is the engine's while matching holds the records in memory of its own.
const engineMemory = "512MB"

// matched are the collections that can be matched, in their order: people are matched knowing the organizations.
var matched = []string{"organizations", "people"}

// Collection reports whether a collection of this name can be matched.
func Collection(name string) bool { return slices.Contains(matched, name) }

// Run matches and replaces the rows of the tables that match owns.
func Run(ctx context.Context, o Options) (Result, error) {
	o = o.withDefaults()
	collections, err := chosen(ctx, o)
	if err != nil {
		return Result{}, err
	}
	free, err := queries.BoundMemory(ctx, o.DB, queries.Memory{Limit: engineMemory})
	if err != nil {
		return Result{}, err
	}
	defer free()
	before, err := o.told(ctx)
	if err != nil {
		return Result{}, err
	}
	var result Result
	var changes []CollectionComparison
	for _, collection := range collections {
		summary, change, err := runCollection(ctx, o, collection)
		if err != nil {
			return Result{}, fmt.Errorf("match %s: %w", collection, err)
		}
		result.Collections = append(result.Collections, summary)
		if change != nil {
			changes = append(changes, *change)
		}
	}
	result.Changes, err = o.allChanges(ctx, before, changes)
	return result, err
}

func (o Options) withDefaults() Options {
	if o.Config == nil {
		o.Config = &config.Config{}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Progress == nil {
		o.Progress = func(string, int64, int64) {}
	}
	return o
}

// chosen are the collections to match, in order; asking for one that cannot be matched or was not extracted is an error.
func chosen(ctx context.Context, o Options) ([]string, error) {
	extracted, err := extractedCollections(ctx, o.DB)
	if err != nil {
		return nil, err
	}
	for _, c := range o.Collections {
		switch {
		case !slices.Contains(matched, c):
			return nil, fmt.Errorf("collection %q cannot be matched: choose among %s", c, strings.Join(matched, ", "))
		case !slices.Contains(extracted, c):
			return nil, fmt.Errorf("%w: the workspace holds no %s: run `sameas extract` first", ErrNothingExtracted, c)
		}
	}
	var collections []string
	for _, c := range matched {
		if slices.Contains(extracted, c) && (len(o.Collections) == 0 || slices.Contains(o.Collections, c)) {
			collections = append(collections, c)
		}
	}
	if len(collections) == 0 {
		return nil, fmt.Errorf("%w: run `sameas extract` first", ErrNothingExtracted)
	}
	return collections, nil
}

func extractedCollections(ctx context.Context, db *sql.DB) ([]string, error) {
	var names []string
	err := queries.Each(ctx, db, "match/001_collections.sql", nil, func(rows *sql.Rows) error {
		var name string
		err := rows.Scan(&name)
		names = append(names, name)
		return err
	})
	return names, err
}

// matching is one collection's run: what each step hands to the next.
type matching struct {
	options   Options
	schema    *schema
	records   []record
	sources   []string // by stratum
	set       *kernel.Set
	plan      *plan
	preflight Preflight
	identity  *identity
	component []uint32
	model     *model
	judge     *judge
	scanned   kernel.Result // without its edges,
	kept      []keptPair    // which stand here, in the order of records,
	keptAt    []uint32      // those with record i as the first from keptAt[i] on
	linked    []keptPair    // the must-links, in their order, compared
	edges     int           // rows of edges that were written
	clusters  *clusterRows
	former    *formerClusters
	outcome   outcome
	oddities  []conflict // of values and of keys that too many records share
	inputs    inputs     // digests of all that was read
	// valuesStand: the normalised values are those of the run before.
	valuesStand bool
	// rejudges: only judgements, or what is merged unasked, changed since the run before, so its model, its scored pairs and
	// what it found of blocks stand.
	rejudges    bool
	ownWarnings int // how many of the model's warnings are the fit's own
}

// runCollection matches one collection, unless nothing changed. What it changed is nil where nobody asked, or it is nothing.
func runCollection(ctx context.Context, o Options, collection string) (Summary, *CollectionComparison, error) {
	s, err := schemaOf(collection, o.Config)
	if err != nil {
		return Summary{}, nil, err
	}
	m := &matching{options: o, schema: s}
	if m.inputs, err = m.inputsDigest(ctx); err != nil {
		return Summary{}, nil, err
	}
	if !o.Anew {
		before, err := m.loadBefore(ctx)
		if err != nil {
			return Summary{}, nil, err
		}
		if summary, same := m.unchanged(before); same {
			o.Log.Info("nothing changed since the match before: its clusters stand", "collection", collection)
			return summary, nil, nil
		}
		m.compareInputs(before)
	}
	rerun, err := m.beforeRerun(ctx)
	if err != nil {
		return Summary{}, nil, err
	}
	summary, err := m.run(ctx)
	if err != nil {
		return Summary{}, nil, err
	}
	var changes *CollectionComparison
	var ending errgroup.Group // neither stops the other: what is written stands, told or not
	ending.Go(func() error { return m.keepInputs(ctx, summary) })
	ending.Go(func() (err error) {
		changes, err = rerun.changes(ctx, m)
		return err
	})
	err = ending.Wait()
	return summary, changes, err
}

// run does all steps.
func (m *matching) run(ctx context.Context) (Summary, error) {
	o, collection := m.options, m.schema.collection
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var writing errgroup.Group // while the next steps go on
	former, formed := make(chan *formerClusters, 1), make(chan struct{})
	steps := []struct {
		name string
		do   func(context.Context) error
	}{
		{"features", m.features},
		{"blocks", m.blockAndIdentify},
		{"model", m.train},
		{"score", m.score},
		{"cluster", m.cluster},
		{"store", func(context.Context) error {
			if m.former = <-former; m.former != nil { // or writing stopped, and tells why
				m.clusters = m.clusterRows(m.former)
			}
			close(formed)
			return writing.Wait()
		}},
	}
	for i, step := range steps {
		o.Progress(collection+"/"+step.name, int64(i), int64(len(steps)))
		err := ctx.Err()
		if err == nil {
			err = errors.Join(step.do(ctx), ctx.Err())
		}
		if err != nil {
			cancel()
			_ = writing.Wait() // it was stopped: the reason is the step's
			return Summary{}, err
		}
		switch step.name {
		case "features":
			writing.Go(func() error { return m.saveFeatures(ctx) })
		case "score":
			writing.Go(func() error { return m.store(ctx, former, formed) })
		}
		o.Log.Debug("match step done", "collection", collection, "step", step.name)
	}
	o.Progress(collection+"/store", int64(len(steps)), int64(len(steps)))
	return m.summary(), nil
}

// features reads the records and normalises them on the way, or reads what the run before made of them.
func (m *matching) features(ctx context.Context) error {
	columns := m.madeColumns
	if m.valuesStand {
		columns = m.keptColumns
	}
	c, err := columns(ctx)
	if err != nil {
		return err
	}
	m.records, m.set = c.records, c.set()
	if !m.rejudges { // then the values are packed while other things are read
		m.set.Pack(workers(m.options.Threads))
	}
	m.sources, m.set.Stratum = strataOf(m.records)
	m.schema.forRecords(len(m.records))
	return nil
}

// madeColumns are the columns as the sources' records give them.
func (m *matching) madeColumns(ctx context.Context) (c *columns, err error) {
	var refs *employers
	if m.schema.collection == "people" {
		if refs, err = loadEmployers(ctx, m.options.DB); err != nil {
			return nil, err
		}
	}
	if c, err = readColumns(ctx, m.options.DB, m.schema, m.options.Threads, refs); err != nil {
		return nil, err
	}
	if err := c.learn(ctx); err != nil {
		return nil, err
	}
	m.oddities = m.schema.placeholderRows(c.found)
	return c, nil
}

// blockAndIdentify plans the blocks, or reads the pairs that were scored before, while the external IDs are read, which is work
// for one core.
func (m *matching) blockAndIdentify(ctx context.Context) error {
	group, ctxGroup := errgroup.WithContext(ctx)
	group.Go(func() error { return m.identify(ctxGroup) })
	if m.valuesStand {
		group.Go(func() error { return m.checkFeatures(ctxGroup) })
	}
	if m.rejudges {
		group.Go(func() error { return m.readScanned(ctxGroup) })
		return group.Wait()
	}
	group.Go(func() error { return m.planBlocks(ctxGroup) })
	if err := group.Wait(); err != nil {
		return err
	}
	m.oddities = append(m.oddities, m.plan.oversized(m.schema)...)
	return m.weighPlan(ctx)
}

func (m *matching) planBlocks(ctx context.Context) (err error) {
	m.plan, err = planBlocks(ctx, m.schema, m.set, m.options.Threads)
	return err
}

// block plans the blocks and says what comparing them will cost.
func (m *matching) block(ctx context.Context) error {
	if err := m.planBlocks(ctx); err != nil {
		return err
	}
	return m.weighPlan(ctx)
}

func (m *matching) identify(ctx context.Context) (err error) {
	m.identity, err = loadIdentity(ctx, m.options.DB, m.options.Config, m.schema.collection, m.records)
	return err
}

func (m *matching) train(ctx context.Context) (err error) {
	linked := m.identity.linked(len(m.records))
	terms, err := m.countTerms(ctx, linked)
	if err != nil {
		return err
	}
	thresholds := m.options.Config.Thresholds(m.schema.collection)
	switch kept := m.options.Models.of(m.schema.collection); {
	case kept != nil:
		m.model, err = m.schema.reuse(*kept, m.sources, terms, thresholds)
	case m.rejudges:
		m.model, err = m.before(ctx, terms, thresholds)
	default:
		m.model, err = m.fitted(ctx, terms, thresholds)
	}
	if err != nil {
		return err
	}
	m.ownWarnings = len(m.model.Warnings)
	m.model.Warnings = append(m.model.Warnings, m.identity.warnings()...)
	m.model.spec.Keep = thresholdUnits(m.model.Thresholds.Review)
	if !m.rejudges { // then little is compared
		m.model.spec.WeighSame(m.set, workers(m.options.Threads))
	}
	m.judge = newJudge(m.schema, m.model, m.set)
	m.judge.dependence = newDependence(m.schema, m.set, linked, m.model, m.options.Threads)
	return nil
}

// countTerms counts the values of all fields, over the records that links join.
func (m *matching) countTerms(ctx context.Context, linked []uint32) ([]termTable, error) {
	components, terms := newJoinedComponents(linked), make([]termTable, len(m.schema.fields))
	err := inParallel(ctx, workers(m.options.Threads), len(terms), func(_, f int) error {
		terms[f] = countTerms(m.set.Dictionaries[f], m.set.Values[f], components)
		return nil
	})
	return terms, err
}

// fitted is the model as the data have it.
func (m *matching) fitted(ctx context.Context, terms []termTable, thresholds config.Thresholds) (*model, error) {
	f, err := fitModel(ctx, m.schema, training{set: m.set, sources: m.sources, plan: m.plan, terms: terms, linked: m.linkedPatterns(),
		apart: m.identity.apartColumns(len(m.records)), threads: m.options.Threads, scan: m.scanTraining})
	if err != nil {
		return nil, err
	}
	return m.schema.build(f, m.sources, terms, m.set, thresholds), nil
}

// scanTraining counts the patterns of the pairs that the model learns from.
func (m *matching) scanTraining(ctx context.Context, set *kernel.Set, spec *kernel.Spec, blocks kernel.Blocks) (kernel.Result, error) {
	return m.options.scan(ctx, m.schema.collection+"/model", set, spec, blocks, func(int64, int64) {})
}

// linkedPatterns are those of must-linked pairs, less the pairs whose content is equal: a sync copied those, and they
// say nothing about how records of one thing differ.
func (m *matching) linkedPatterns() linkedPairs {
	comparer := kernel.NewComparer(m.set, m.schema.patternsOnly())
	var linked linkedPairs
	for _, l := range m.identity.links {
		if l.kind == "decision" || m.records[l.a].content == m.records[l.b].content {
			continue
		}
		linked.patterns = append(linked.patterns, comparer.Pattern(l.a, l.b))
		if r := m.set.FirstRule(l.a, l.b); r >= 0 && r < m.plan.keyed {
			linked.blocked++
		}
	}
	return linked
}

func (m *matching) score(ctx context.Context) (err error) {
	if m.rejudges {
		return m.judgeStored(ctx)
	}
	stage := m.schema.collection + "/score"
	m.scanned, err = m.options.scan(ctx, stage, m.set, m.model.spec, kernel.Blocks{N: m.plan.blocks(), At: m.plan.block}, func(done, total int64) {
		m.options.Progress(stage, done, total)
	})
	if err != nil {
		return err
	}
	m.plan.dropBlocks()
	edges := m.scanned.Edges
	m.scanned.Edges = nil
	return m.judgeKept(ctx, edges)
}

func (m *matching) cluster(ctx context.Context) (err error) {
	m.set.Keys = kernel.KeyColumn{} // all that is asked of them is known
	m.identity.judgeLinks(m.records, m.linked, m.judge)
	m.component = m.identity.components(len(m.records))
	if m.outcome, err = m.form(ctx); err != nil {
		return err
	}
	m.outcome.conflicts = append(m.outcome.conflicts, m.identity.conflicts...)
	m.outcome.conflicts = append(m.outcome.conflicts, m.oddities...)
	return nil
}
