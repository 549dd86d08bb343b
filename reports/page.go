package reports

import (
	"context"
	"database/sql"
	"fmt"

	"golang.org/x/sync/errgroup"

	queries "github.com/sameas/sameas/sql"
)

// page is the read-model of the report's summary: every figure that stands in report.html outside the cards, and in
// the terminal summary.
type page struct {
	ToolVersion string
	Stages      stages
	NotRun      []string
	Extractions []extraction
	Collections []collectionFigures
	Forecast    []forecast
	Unread      []string // collections of which the hub was not read
	Onboarding  []application
	Plan        planFigures
	Runbook     runbook
	Operations  []operationFigures
	Hazards     []hazard
	Withheld    []countOf
	Problems    []problem
	Blocking    []blockingRule
	Conflicts   []conflictKind
	FixInApp    []fixInApp
	Quality     []qualityRow
	Models      models
	Weights     []weightBin
	Sizes       []sizeBin
	Overlap     []overlapCell
	Judged      []judgedBin
	Truth       []TruthCurve       // none when no truth file was given
	Audit       string             // what the latest sample shows, in words; "" when there is none
	Contradict  []DecisionConflict // decisions that contradict each other
}

type extraction struct {
	Source, Type, Collection, Endpoint, Group, FinishedAt string
	Total                                                 sql.NullInt64
	Records, Repeated, IDDefects, DanglingRefs            int64
	IDsChecked, IDsKnown                                  sql.NullInt64
	Status, Doubt, Note                                   string
}

type collectionFigures struct {
	Collection                                                               string
	Records, Hub, AutoClusters, AutoRecords, ReviewItems, Singles, Conflicts int64
}

type forecast struct {
	Collection, Provider, Realm                         string
	Hub, Known, WouldCreate, Twins, ReviewTwins, Copies int64
}

// application is one account of one provider; those of Onboarding are the ones whose own records were given.
type application struct{ Provider, Realm string }

type planFigures struct {
	Made                              bool
	Operations, Withheld, ReviewItems int64
	Path                              string // base name
	ID                                string // its digest, in hex
}

type operationFigures struct {
	Type                                                string
	Level                                               int64
	Planned, Done, Skipped, Failed, Verified, Different int64
	Undone                                              int64 // taken back by an undo
}

type hazard struct {
	Name    string
	Stop    bool
	Count   int64
	Example string
}

type countOf struct {
	What  string
	Count int64
}

type problem struct{ Op, Type, Target, Outcome, Detail, Difference string }

type blockingRule struct {
	Collection, Rule                   string
	Keys, Largest, Pairs, Kept, Linked int64
}

type conflictKind struct {
	Collection, Kind string
	Total            int64
	Examples         []conflictExample
}

type conflictExample struct{ KeyA, KeyB, Detail string }

type fixInApp struct{ Collection, Provider, Realm, KeepID, MergeID, KeepName, MergeName, Why, Item string }

type qualityRow struct {
	Source, Collection, Field string
	Records, Filled           int64
	FillRate                  float64
	Distinct                  int64
	TopValue                  sql.NullString
	TopCount                  sql.NullInt64
	TopValues                 string
	Placeholders, Malformed   int64
	Example                   sql.NullString // of a malformed value
}

type weightBin struct {
	Collection       string
	Bit, Fuzzy, ByID int64
}

type sizeBin struct {
	Collection         string
	Size, Auto, Review int64
}

type overlapCell struct {
	Collection, A, B string
	Things           int64
}

// ShareOfPairs is how many of its collection's pairs the rule found first, from 0 to 1.
func (p *page) ShareOfPairs(rule blockingRule) float64 {
	var all int64
	for _, b := range p.Blocking {
		if b.Collection == rule.Collection {
			all += b.Pairs
		}
	}
	return float64(rule.Pairs) / float64(max(all, 1))
}

// readRows runs a statement and scans each row into a T by the targets given.
func readRows[T any](ctx context.Context, on queries.Querier, statement string, targets func(*T) []any) ([]T, error) {
	var all []T
	err := queries.Each(ctx, on, statement, nil, func(rows *sql.Rows) error {
		var row T
		if err := rows.Scan(targets(&row)...); err != nil {
			return err
		}
		all = append(all, row)
		return nil
	})
	return all, err
}

// readPage reads the figures; what a stage that has not run would give is empty. What asks for the twins of first syncs is
// read from twins.
func readPage(ctx context.Context, on *sql.DB, twins queries.Querier, toolVersion string) (*page, error) {
	p := &page{ToolVersion: toolVersion}
	var err error
	if p.Stages, err = readStages(ctx, on); err != nil {
		return nil, err
	}
	p.NotRun = p.Stages.notRun()
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return p.readPlan(ctx, twins) })
	for _, read := range []func(context.Context, queries.Querier) error{p.readSources, p.readClusters, p.readCharts, p.readDecisions} {
		group.Go(func() error { return read(ctx, on) }) // each fills fields of its own
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return p, nil
}

// readDecisions reads what people have judged.
func (p *page) readDecisions(ctx context.Context, on queries.Querier) error {
	decisions, err := effective(ctx, on)
	if err != nil {
		return err
	}
	j := newJudgements(decisions)
	samples, err := latestSample(ctx, on)
	p.Audit, p.Contradict = boundOf(samples, j).Words(), j.conflicts
	return err
}

func (p *page) readSources(ctx context.Context, on queries.Querier) (err error) {
	p.Extractions, err = readRows(ctx, on, "reports/page_extractions.sql", func(e *extraction) []any {
		return []any{&e.Source, &e.Type, &e.Collection, &e.Endpoint, &e.Group, &e.FinishedAt, &e.Total, &e.Records, &e.Repeated,
			&e.IDDefects, &e.DanglingRefs, &e.IDsChecked, &e.IDsKnown, &e.Status, &e.Doubt, &e.Note}
	})
	if err != nil {
		return err
	}
	p.Collections, err = readRows(ctx, on, "reports/page_collections.sql", func(c *collectionFigures) []any {
		return []any{&c.Collection, &c.Records, &c.Hub, &c.AutoClusters, &c.AutoRecords, &c.ReviewItems, &c.Singles, &c.Conflicts}
	})
	if err != nil {
		return err
	}
	p.Unread, err = readRows(ctx, on, "merge/forecast_unread.sql", func(c *string) []any { return []any{c} })
	if err != nil {
		return err
	}
	p.Quality, err = readRows(ctx, on, "reports/csv_quality.sql", func(q *qualityRow) []any {
		return []any{&q.Source, &q.Collection, &q.Field, &q.Records, &q.Filled, &q.FillRate, &q.Distinct, &q.TopValue, &q.TopCount, &q.TopValues, &q.Placeholders, &q.Malformed, &q.Example}
	})
	return err
}

func (p *page) readClusters(ctx context.Context, on queries.Querier) (err error) {
	if p.Models, err = readModels(ctx, on); err != nil {
		return err
	}
	p.Blocking, err = readRows(ctx, on, "reports/page_blocking.sql", func(b *blockingRule) []any {
		return []any{&b.Collection, &b.Rule, &b.Keys, &b.Largest, &b.Pairs, &b.Kept, &b.Linked}
	})
	if err != nil {
		return err
	}
	return p.readConflicts(ctx, on)
}

func (p *page) readConflicts(ctx context.Context, on queries.Querier) error {
	return queries.Each(ctx, on, "reports/page_conflicts.sql", nil, func(rows *sql.Rows) error {
		var k conflictKind
		var x conflictExample
		if err := rows.Scan(&k.Collection, &k.Kind, &k.Total, &x.KeyA, &x.KeyB, &x.Detail); err != nil {
			return err
		}
		if n := len(p.Conflicts); n == 0 || p.Conflicts[n-1].Collection != k.Collection || p.Conflicts[n-1].Kind != k.Kind {
			p.Conflicts = append(p.Conflicts, k)
		}
		last := &p.Conflicts[len(p.Conflicts)-1]
		last.Examples = append(last.Examples, x)
		return nil
	})
}

func (p *page) readPlan(ctx context.Context, on queries.Querier) (err error) {
	if p.Forecast, err = readForecast(ctx, on); err != nil {
		return err
	}
	p.FixInApp, err = readRows(ctx, on, "reports/csv_fix_in_app.sql", func(f *fixInApp) []any {
		return []any{&f.Collection, &f.Provider, &f.Realm, &f.KeepID, &f.MergeID, &f.KeepName, &f.MergeName, &f.Why, &f.Item}
	})
	if err != nil {
		return err
	}
	p.Onboarding, err = readRows(ctx, on, "reports/page_onboarding.sql", func(a *application) []any { return []any{&a.Provider, &a.Realm} })
	if err != nil {
		return err
	}
	if p.Stages.Planned {
		p.Plan.Made = true
		var header string
		err := queries.One(ctx, on, "reports/plan.sql", nil, &p.Plan.Operations, &p.Plan.Withheld, &p.Plan.ReviewItems, &p.Plan.Path, &p.Plan.ID, &header)
		if err != nil {
			return err
		}
		if err := p.readRunbook(ctx, on, header); err != nil {
			return err
		}
	}
	p.Operations, err = readRows(ctx, on, "reports/page_operations.sql", func(o *operationFigures) []any {
		return []any{&o.Type, &o.Level, &o.Planned, &o.Done, &o.Skipped, &o.Failed, &o.Verified, &o.Different, &o.Undone}
	})
	if err != nil {
		return err
	}
	p.Hazards, err = readRows(ctx, on, "reports/page_hazards.sql", func(h *hazard) []any {
		return []any{&h.Name, &h.Stop, &h.Count, &h.Example}
	})
	if err != nil {
		return err
	}
	p.Withheld, err = readRows(ctx, on, "reports/page_withheld.sql", func(w *countOf) []any { return []any{&w.What, &w.Count} })
	if err != nil {
		return err
	}
	p.Problems, err = readRows(ctx, on, "reports/page_problems.sql", func(x *problem) []any {
		return []any{&x.Op, &x.Type, &x.Target, &x.Outcome, &x.Detail, &x.Difference}
	})
	return err
}

// readForecast reads what merge counts; reports and merge meet in the statement and nowhere else.
func readForecast(ctx context.Context, on queries.Querier) ([]forecast, error) {
	all, err := readRows(ctx, on, "merge/forecast_applications.sql", func(f *forecast) []any {
		return []any{&f.Collection, &f.Provider, &f.Realm, &f.Hub, &f.Known, &f.WouldCreate, &f.Twins, &f.ReviewTwins, &f.Copies}
	})
	if err != nil {
		return nil, fmt.Errorf("forecast: %w", err)
	}
	return all, nil
}

func (p *page) readCharts(ctx context.Context, on queries.Querier) (err error) {
	p.Weights, err = readRows(ctx, on, "reports/page_weights.sql", func(w *weightBin) []any {
		return []any{&w.Collection, &w.Bit, &w.Fuzzy, &w.ByID}
	})
	if err != nil {
		return err
	}
	p.Sizes, err = readRows(ctx, on, "reports/page_sizes.sql", func(s *sizeBin) []any {
		return []any{&s.Collection, &s.Size, &s.Auto, &s.Review}
	})
	if err != nil {
		return err
	}
	p.Overlap, err = readRows(ctx, on, "reports/page_overlap.sql", func(o *overlapCell) []any {
		return []any{&o.Collection, &o.A, &o.B, &o.Things}
	})
	if err != nil {
		return err
	}
	p.Judged, err = readRows(ctx, on, "reports/page_judged.sql", func(b *judgedBin) []any {
		return []any{&b.Collection, &b.Bit, &b.Same, &b.Different}
	})
	return err
}
