package match

import (
	"encoding/json"
	"fmt"
	"math"
)

// Ratio is a share between 0 and 1; NaN, of nothing at all, is null in JSON and a dash in text.
type Ratio float64

// MarshalJSON writes NaN as null.
func (r Ratio) MarshalJSON() ([]byte, error) {
	if math.IsNaN(float64(r)) {
		return []byte("null"), nil
	}
	return json.Marshal(float64(r))
}

// String is four decimals, rounded towards zero so that only the whole is 1.0000; a dash for a share of nothing.
func (r Ratio) String() string {
	if math.IsNaN(float64(r)) {
		return "-"
	}
	return fmt.Sprintf("%.4f", math.Floor(float64(r)*1e4+1e-9)/1e4)
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
	// PrecisionInterval and RecallInterval are by bootstrap over connected groups.
	PrecisionInterval *Interval `json:"precision_interval,omitempty"`
	RecallInterval    *Interval `json:"recall_interval,omitempty"`
}

// OracleFigures are those of auto with every review item judged by the truth.
type OracleFigures struct {
	PairFigures
	Items    int64 `json:"items"`                 // how many items a person would have to judge
	ItemsPer Ratio `json:"items_per_100_records"` // of all records of the collection
}

// Threshold is the probability at which scored pairs, without closure, have the best F1.
type Threshold struct {
	Threshold Ratio `json:"threshold"`
	Rates
}

// ThresholdFigures are the scored pairs at or above one threshold, without closure, constraints or witnesses: what the
// score alone would do there.
type ThresholdFigures struct {
	Name      string  `json:"name,omitempty"` // review, auto, attach: the thresholds that the clusters were formed by
	Threshold float64 `json:"threshold"`      // probability
	Bits      float64 `json:"bits"`           // the same as weight
	Pairs     int64   `json:"pairs"`
	TruePairs int64   `json:"true_pairs_found"`
	Rates
}

// SizeFigures are the auto clusters of so many records.
type SizeFigures struct {
	Size      string `json:"size"` // 2, 3, 4, 5-9, 10+
	Clusters  int64  `json:"clusters"`
	Impure    int64  `json:"impure_clusters"`
	Pairs     int64  `json:"pairs"`
	Precision Ratio  `json:"precision"`
}

// KindFigures are the pairs of which a record is of that kind in the truth file.
type KindFigures struct {
	Kind       string `json:"kind"`
	TruePairs  int64  `json:"true_pairs"`
	Auto       Ratio  `json:"recall_auto"`
	Review     Ratio  `json:"recall_auto_and_review"`
	FalsePairs int64  `json:"false_pairs_auto"` // pairs of auto that the truth says are different things
	Blocking   Ratio  `json:"blocking_recall"`
}

// LookAlikes are the wrong pairs between records of two kinds: what was taken for one though the truth says two.
type LookAlikes struct {
	Kinds  [2]string `json:"kinds"` // "" is a record without a kind
	Auto   int64     `json:"false_pairs_auto"`
	Review int64     `json:"false_pairs_auto_and_review"`
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
	ImpureShare    Ratio         `json:"impure_share"`
	// ImpureAtMost is what the share is with 95 % confidence at most (Clopper and Pearson).
	ImpureAtMost Ratio              `json:"impure_share_at_most"`
	Thresholds   []ThresholdFigures `json:"thresholds"`
	BySize       []SizeFigures      `json:"by_cluster_size"`
	ByKind       []KindFigures      `json:"by_kind,omitempty"`
	LookAlikes   []LookAlikes       `json:"false_by_kinds,omitempty"`
}

// MissedPair is a true pair that no auto cluster holds.
type MissedPair struct {
	Left     string    `json:"left"`
	Right    string    `json:"right"`
	Kinds    [2]string `json:"kinds"`
	NotByIDs bool      `json:"not_by_ids"`
	InReview bool      `json:"in_review"` // a person is asked about it
	Weight   float64   `json:"weight"`    // in bits, whether or not blocking found the pair
	Evidence string    `json:"evidence"`  // the waterfall in one line
}

// Missed is one cause for which true pairs stand in no auto cluster.
type Missed struct {
	Why string `json:"why"` // not_blocked | scored_low | refused
	// Constraint is what refused: a kind of conflict, `independence` (the score is high enough, but nothing independent
	// bears it out), `link_off` (an ID or link that does not count), or, of not_blocked, what kept blocking from it.
	Constraint string       `json:"constraint,omitempty"`
	Pairs      int64        `json:"pairs"`
	NotByIDs   int64        `json:"pairs_not_by_ids"`
	InReview   int64        `json:"pairs_in_review"`
	Worst      []MissedPair `json:"worst"` // the strongest evidence first
}

// CollectionEvaluation is what the truth says of one collection's clusters.
type CollectionEvaluation struct {
	Collection string `json:"collection"`
	Records    int64  `json:"records"`  // that the truth names; the others are judged by nothing
	Unjudged   int64  `json:"unjudged"` // records of the workspace that the truth does not name
	Figures
	// NotByIDs are the same figures over the pairs that no chain of shared IDs and links joins.
	NotByIDs Figures `json:"not_by_ids"`
	// Missed are the true pairs outside auto by what kept them out; each pair counts once.
	Missed []Missed `json:"missed"`
}

// Stratum compares pairs that differ in how they came about, but not in what one can see of them.
type Stratum struct {
	Sources [2]string `json:"sources"`
	// Fields is how many fields of the model both records of a pair have: 0-3, 4-6, 7-9, 10+.
	Fields string `json:"fields_in_both"`
	// Linked are the true pairs that the left-out IDs joined, Unlinked those that no ID joins in the workspace itself.
	Linked         int64 `json:"linked_pairs"`
	LinkedRecall   Ratio `json:"linked_recall_auto"` // without the IDs
	Unlinked       int64 `json:"unlinked_pairs"`
	UnlinkedRecall Ratio `json:"unlinked_recall_auto"`
	// UnlinkedWithout is their recall without the IDs, too: what is left of the gap is due to what the IDs keep apart.
	UnlinkedWithout Ratio `json:"unlinked_recall_auto_without_the_ids"`
	Gap             Ratio `json:"gap"` // linked less unlinked: by how much the linked flatter the clusters
}

// LeftOut is what matching found again after one application's IDs were taken away.
type LeftOut struct {
	Provider      string `json:"provider"`
	Realm         string `json:"realm"`
	Collection    string `json:"collection"`
	LinkedPairs   int64  `json:"linked_pairs"` // pairs joined only by way of its IDs
	Auto          Ratio  `json:"recall_auto"`
	AutoAndReview Ratio  `json:"recall_auto_and_review"`
	// ByTruth is what a truth file says of the same, where there is one.
	ByTruth *LeftOutByTruth `json:"by_truth,omitempty"`
}

// LeftOutByTruth holds the recall on linked pairs against the truth, and against the pairs that nothing links.
type LeftOutByTruth struct {
	TruePairs      int64 `json:"true_pairs"` // linked pairs that are one thing by the truth
	Auto           Ratio `json:"recall_auto"`
	AutoAndReview  Ratio `json:"recall_auto_and_review"`
	UnlinkedPairs  int64 `json:"unlinked_pairs"` // true pairs that no ID joins, in the workspace itself
	UnlinkedAuto   Ratio `json:"unlinked_recall_auto"`
	UnlinkedReview Ratio `json:"unlinked_recall_auto_and_review"`
	// UnlinkedWithout is their recall without the IDs, too.
	UnlinkedWithout Ratio     `json:"unlinked_recall_auto_without_the_ids"`
	Strata          []Stratum `json:"strata"`
}

// Evaluation is the result of Evaluate: against a truth file, by leaving one provider out, or both.
type Evaluation struct {
	Collections []CollectionEvaluation `json:"collections,omitempty"`
	LeftOut     []LeftOut              `json:"left_out,omitempty"`
	// Unknown counts the truth file's rows that name no record of the workspace.
	Unknown int64    `json:"truth_rows_unknown"`
	Notes   []string `json:"notes,omitempty"`
}
