package match

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"math"

	queries "github.com/sameas/sameas/sql"
)

// ErrNotMatched says that there are no clusters to judge.
var ErrNotMatched = errors.New("nothing matched yet: run `sameas match` first")

// Ratio is a share between 0 and 1; NaN, of nothing at all, is null in JSON and a dash in text.
type Ratio float64

// MarshalJSON writes NaN as null.
func (r Ratio) MarshalJSON() ([]byte, error) {
	if math.IsNaN(float64(r)) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(r))
}

// Interval bounds a figure with 95 % confidence.
type Interval struct {
	Low  Ratio `json:"low"`
	High Ratio `json:"high"`
}

// Rates are the figures of pairs: precision is true pairs found / pairs found, recall true pairs found / true pairs,
// F1 their harmonic mean. What blocking missed is missed here, too.
type Rates struct {
	Precision Ratio `json:"precision"`
	Recall    Ratio `json:"recall"`
	F1        Ratio `json:"f1"`
}

// PairFigures are the rates of the pairs inside clusters.
type PairFigures struct {
	Pairs     int64 `json:"pairs"` // pairs inside clusters
	TruePairs int64 `json:"true_pairs_found"`
	Rates
	// PrecisionInterval and RecallInterval are by bootstrap over connected groups (auto only).
	PrecisionInterval *Interval `json:"precision_interval,omitempty"`
	RecallInterval    *Interval `json:"recall_interval,omitempty"`
}

// OracleFigures are those of auto with every review item judged by the truth.
type OracleFigures struct {
	PairFigures
	Items int64 `json:"items"` // how many items a person would have to judge
}

// Threshold is the probability at which scored pairs, without closure, have the best F1.
type Threshold struct {
	Threshold Ratio `json:"threshold"`
	Rates
}

// KindFigures are the pairs of which a record is of that kind in the truth file.
type KindFigures struct {
	Kind       string `json:"kind"`
	TruePairs  int64  `json:"true_pairs"`
	Auto       Ratio  `json:"recall_auto"`
	Review     Ratio  `json:"recall_auto_and_review"`
	FalsePairs int64  `json:"false_pairs_auto"` // pairs of auto that the truth says are different things
}

// Figures are all that is measured over one choice of pairs.
type Figures struct {
	TruePairs      int64         `json:"true_pairs"`
	BlockingRecall Ratio         `json:"blocking_recall"` // true pairs that share a block key or are must-linked
	Auto           PairFigures   `json:"auto"`
	AutoAndReview  PairFigures   `json:"auto_and_review"`
	OracleReview   OracleFigures `json:"oracle_review"`
	BestThreshold  Threshold     `json:"best_threshold"`
	BCubed         Rates         `json:"bcubed"` // of auto, averaged over records
	AutoClusters   int64         `json:"auto_clusters"`
	ImpureClusters int64         `json:"impure_clusters"` // auto clusters that hold two entities
	ByKind         []KindFigures `json:"by_kind,omitempty"`
}

// CollectionEvaluation is what the truth says of one collection's clusters.
type CollectionEvaluation struct {
	Collection string `json:"collection"`
	Records    int64  `json:"records"`  // that the truth names; the others are judged by nothing
	Unjudged   int64  `json:"unjudged"` // records of the workspace that the truth does not name
	Figures
	// NotByIDs are the same figures over the pairs that no chain of shared IDs and links joins.
	NotByIDs Figures `json:"not_by_ids"`
}

// LeftOut is what matching found again after one application's IDs were taken away.
type LeftOut struct {
	Provider      string `json:"provider"`
	Realm         string `json:"realm"`
	Collection    string `json:"collection"`
	LinkedPairs   int64  `json:"linked_pairs"` // pairs joined only by way of its IDs
	Auto          Ratio  `json:"recall_auto"`
	AutoAndReview Ratio  `json:"recall_auto_and_review"`
}

// Evaluation is the result of Evaluate: against a truth file, or by leaving one provider out.
type Evaluation struct {
	Collections []CollectionEvaluation `json:"collections,omitempty"`
	LeftOut     []LeftOut              `json:"left_out,omitempty"`
	// Unknown counts the truth file's rows that name no record of the workspace.
	Unknown int64    `json:"truth_rows_unknown"`
	Notes   []string `json:"notes,omitempty"`
}

// Evaluate measures the stored clusters against a truth file. Without one it leaves one provider out at a time,
// matches again in a temporary workspace, and reports how many of the pairs come back that only its IDs joined.
func Evaluate(ctx context.Context, o EvaluateOptions) (Evaluation, error) {
	collections, err := matchedCollections(ctx, o.DB)
	if err != nil {
		return Evaluation{}, err
	}
	if len(collections) == 0 {
		return Evaluation{}, ErrNotMatched
	}
	if o.Truth == nil {
		return leaveOneOut(ctx, o.Options)
	}
	truth, err := readTruth(o.Truth, o.TruthName)
	if err != nil {
		return Evaluation{}, err
	}
	var e Evaluation
	for _, collection := range collections {
		j, err := loadJudged(ctx, o.DB, collection, truth, len(collections) > 1)
		if err != nil {
			return Evaluation{}, err
		}
		if len(j.records) == 0 {
			continue
		}
		c, err := j.evaluate(ctx, o.Options)
		if err != nil {
			return Evaluation{}, err
		}
		e.Collections = append(e.Collections, c)
		e.Notes = append(e.Notes, j.notes...)
	}
	e.Unknown = truth.unknown()
	if len(e.Collections) == 0 {
		return Evaluation{}, truth.nothingFound(collections)
	}
	return e, nil
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
func (j *judged) evaluate(ctx context.Context, o Options) (CollectionEvaluation, error) {
	s, err := schemaOf(j.collection, o.Config)
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
	c.Figures = j.figures(false, scored, keys)
	c.NotByIDs = j.figures(true, scored, keys)
	return c, nil
}

func (j *judged) figures(notByIDs bool, scored []scoredPair, keys blockKeys) Figures {
	v := view{j.records, notByIDs}
	f := Figures{TruePairs: v.pairs(byEntity)}
	f.BlockingRecall = ratio(v.blocked(keys), f.TruePairs)
	f.Auto = v.pairFigures(byAuto, f.TruePairs)
	f.Auto.PrecisionInterval, f.Auto.RecallInterval = v.intervals()
	f.AutoAndReview = v.pairFigures(byReview, f.TruePairs)
	f.OracleReview = OracleFigures{v.pairFigures(byOracle, f.TruePairs), j.items}
	f.BestThreshold = v.bestThreshold(scored, f.TruePairs)
	f.BCubed = v.bCubed(byAuto)
	f.AutoClusters, f.ImpureClusters = v.impure(byAuto)
	f.ByKind = v.byKind(j.kinds)
	return f
}
