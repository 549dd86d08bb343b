package match

import (
	"context"
	"database/sql"
	"errors"

	"github.com/sameas/sameas/internal/evidence"
	queries "github.com/sameas/sameas/sql"
)

// ErrNotMatched says that there are no clusters to judge.
var ErrNotMatched = errors.New("nothing matched yet: run `sameas match` first")

// defaultMisses is how many missed pairs of each cause are listed.
const defaultMisses = 20

// Evaluate measures the stored clusters against a truth file. Without one, or when it is asked to, it leaves one provider
// out at a time, matches again in a temporary workspace, and reports how many of the pairs come back that only its IDs
// joined; with a truth file, how far that is from the truth.
func Evaluate(ctx context.Context, o EvaluateOptions) (Evaluation, error) {
	o.Options = o.Options.withDefaults()
	collections, err := matchedCollections(ctx, o.DB)
	if err != nil {
		return Evaluation{}, err
	}
	if len(collections) == 0 {
		return Evaluation{}, ErrNotMatched
	}
	if o.Truth == nil {
		return leaveOneOut(ctx, o.Options, nil)
	}
	truth, err := readTruth(o.Truth, o.TruthName)
	if err != nil {
		return Evaluation{}, err
	}
	var e Evaluation
	worlds := map[string]*judged{}
	for _, collection := range collections {
		j, err := loadJudged(ctx, o.DB, collection, truth, len(collections) > 1)
		if err != nil {
			return Evaluation{}, err
		}
		if len(j.records) == 0 {
			continue
		}
		c, err := j.evaluate(ctx, o)
		if err != nil {
			return Evaluation{}, err
		}
		worlds[collection] = j
		e.Collections = append(e.Collections, c)
		e.Notes = append(e.Notes, j.notes...)
	}
	e.Unknown = truth.unknown()
	if len(e.Collections) == 0 {
		return Evaluation{}, truth.nothingFound(collections)
	}
	if !o.LeaveOut {
		return e, nil
	}
	left, err := leaveOneOut(ctx, o.Options, worlds)
	e.LeftOut, e.Notes = left.LeftOut, append(e.Notes, left.Notes...)
	return e, err
}

func matchedCollections(ctx context.Context, db *sql.DB) ([]string, error) {
	var names []string
	err := queries.Each(ctx, db, "match/evaluate_collections.sql", nil, func(rows *sql.Rows) error {
		var name string
		err := rows.Scan(&name)
		names = append(names, name)
		return err
	})
	return names, err
}

// evaluate computes one collection's figures, over all pairs and over those that IDs do not join.
func (j *judged) evaluate(ctx context.Context, o EvaluateOptions) (CollectionEvaluation, error) {
	s, err := schemaOf(j.collection, o.Config)
	if err != nil {
		return CollectionEvaluation{}, err
	}
	m, err := storedModel(ctx, o.DB, s)
	if err != nil {
		return CollectionEvaluation{}, err
	}
	scored, err := j.loadScored(ctx, o.DB)
	if err != nil {
		return CollectionEvaluation{}, err
	}
	keys, err := j.loadBlockKeys(ctx, o.DB, s)
	if err != nil {
		return CollectionEvaluation{}, err
	}
	c := CollectionEvaluation{Collection: j.collection, Records: int64(len(j.records)), Unjudged: j.unjudged}
	grid := thresholdGrid(m.Thresholds)
	c.Figures = j.figures(false, scored, keys, grid)
	c.NotByIDs = j.figures(true, scored, keys, grid)
	c.Missed, err = j.missed(ctx, o, s, m, scored, keys)
	return c, err
}

func (j *judged) figures(notByIDs bool, scored []scoredPair, keys blockKeys, grid []ThresholdFigures) Figures {
	v := view{j.records, notByIDs}
	f := Figures{TruePairs: v.pairs(byEntity)}
	blocked := v.blocked(keys, len(j.kinds))
	f.BlockingRecall = ratio(blocked.pairs, f.TruePairs)
	f.Auto = v.pairFigures(byAuto, f.TruePairs)
	f.AutoAndReview = v.pairFigures(byReview, f.TruePairs)
	f.OracleReview = OracleFigures{v.pairFigures(byOracle, f.TruePairs), j.items, 100 * ratio(j.items, int64(len(j.records))+j.unjudged)}
	bounds := v.intervals()
	for tier, figures := range []*PairFigures{&f.Auto, &f.AutoAndReview, &f.OracleReview.PairFigures} {
		figures.PrecisionInterval, figures.RecallInterval = bounds[tier].precision, bounds[tier].recall
	}
	f.BestThreshold, f.Thresholds = v.thresholds(scored, f.TruePairs, grid)
	f.BCubed = v.bCubed(byAuto)
	f.AutoClusters, f.ImpureClusters = v.impure(byAuto)
	f.ImpureShare = ratio(f.ImpureClusters, f.AutoClusters)
	f.ImpureAtMost = Ratio(evidence.AtMost(f.ImpureClusters, f.AutoClusters))
	f.BySize = v.bySize(byAuto)
	f.ByKind = v.byKind(j.kinds, blocked.kinds)
	f.LookAlikes = v.lookAlikes(j.kinds)
	return f
}
