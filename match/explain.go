package match

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/sameas/sameas/internal/connec"
	"github.com/sameas/sameas/internal/evidence"
	"github.com/sameas/sameas/match/kernel"
	queries "github.com/sameas/sameas/sql"
)

// ErrNotFound says that no matched record carries an ID, or that no cluster is called so.
var ErrNotFound = errors.New("no such record")

// Explanation says why two records are, or are not, the same.
type Explanation struct {
	Collection string             `json:"collection"`
	Left       string             `json:"left"`
	Right      string             `json:"right"`
	Sources    [2]string          `json:"sources"` // of the left and of the right record
	Verdict    string             `json:"verdict"` // same | review | different, in the stored clusters
	Reason     string             `json:"reason"`  // in words
	Waterfall  evidence.Waterfall `json:"waterfall"`
	AutoBits   float64            `json:"auto_bits"` // the thresholds, as weights
	ReviewBits float64            `json:"review_bits"`
	FoundBy    string             `json:"found_by"` // blocking rules, shared ID or link; or why none did
	Rules      []RuleCheck        `json:"rules"`
	Conflicts  []string           `json:"conflicts"`
	KeptApart  []Constraint       `json:"kept_apart"`
	Path       []string           `json:"path"` // keys joining the two inside their cluster
	Hops       []Hop              `json:"hops"` // the same, with the edges
	Changes    []string           `json:"would_change"`
}

// explained is one of the two records.
type explained struct {
	collection          string
	rid                 int64
	key, channel        string
	source              string
	vals                []string
	cluster, tier, wide string
}

// pairView is a pair while it is explained.
type pairView struct {
	db         *sql.DB
	schema     *schema
	weigher    *weigher
	l, r       explained
	comparison kernel.Comparison
}

// Explain explains the pair from the stored model; collection "" means the one in which both IDs are found.
func Explain(ctx context.Context, o Options, collection string, left, right connec.ExternalID) (Explanation, error) {
	o = o.withDefaults()
	if err := checkCollection(collection); err != nil {
		return Explanation{}, err
	}
	l, r, err := findPair(ctx, o.DB, collection, left, right)
	if err != nil {
		return Explanation{}, err
	}
	e := Explanation{Collection: l.collection, Left: l.key, Right: r.key, Sources: [2]string{l.source, r.source},
		Rules: []RuleCheck{}, Conflicts: []string{}, KeptApart: []Constraint{}, Path: []string{}, Hops: []Hop{}, Changes: []string{}}
	if l.rid == r.rid {
		e.Verdict, e.Reason, e.FoundBy = "same", fmt.Sprintf("both IDs are carried by one record, %s", l.key), "one record"
		return e, nil
	}
	v, err := newPairView(ctx, o, l, r)
	if err != nil {
		return Explanation{}, err
	}
	if err := e.weigh(ctx, v); err != nil {
		return Explanation{}, err
	}
	for _, step := range []func() error{
		func() error { return e.findRules(ctx, v) },
		func() error { return e.findConstraints(ctx, o, v) },
		func() error { return e.findPath(ctx, v) },
	} {
		if err := step(); err != nil {
			return Explanation{}, err
		}
	}
	e.judge(v)
	e.findChanges(v)
	return e, nil
}

func checkCollection(collection string) error {
	if collection != "" && !slices.Contains(matched, collection) {
		return fmt.Errorf("collection %q cannot be matched: choose among %s", collection, strings.Join(matched, ", "))
	}
	return nil
}

func newPairView(ctx context.Context, o Options, l, r explained) (*pairView, error) {
	s, err := schemaOf(l.collection, o.Config)
	if err == nil {
		err = s.asMatched(ctx, o.DB)
	}
	if err != nil {
		return nil, err
	}
	m, err := storedModel(ctx, o.DB, s)
	if err != nil {
		return nil, err
	}
	w, err := newWeigher(ctx, o.DB, s, m, [][]string{l.vals, r.vals}, l.source, r.source)
	if err != nil {
		return nil, err
	}
	return &pairView{db: o.DB, schema: s, weigher: w, l: l, r: r, comparison: w.judge.Compare(0, 1)}, nil
}

// weigh makes the waterfall, with the values as given beside those compared.
func (e *Explanation) weigh(ctx context.Context, v *pairView) error {
	e.Waterfall = v.weigher.waterfall(0, 1)
	e.AutoBits = float64(thresholdUnits(v.weigher.model.Thresholds.Auto)) * kernel.Unit
	e.ReviewBits = float64(thresholdUnits(v.weigher.model.Thresholds.Review)) * kernel.Unit
	given, err := loadGiven(ctx, v.db, []int64{v.l.rid, v.r.rid})
	if err != nil {
		return err
	}
	for i := range e.Waterfall.Steps {
		step := &e.Waterfall.Steps[i]
		step.LeftGiven = given[v.l.rid].of(&v.schema.fields[i], v.l.vals[i])
		step.RightGiven = given[v.r.rid].of(&v.schema.fields[i], v.r.vals[i])
	}
	return nil
}

func findPair(ctx context.Context, db *sql.DB, collection string, left, right connec.ExternalID) (l, r explained, err error) {
	ls, err := findRecords(ctx, db, collection, left)
	if err != nil {
		return l, r, err
	}
	rs, err := findRecords(ctx, db, collection, right)
	if err != nil {
		return l, r, err
	}
	if len(ls) == 0 {
		return l, r, notFound(left, collection)
	}
	if len(rs) == 0 {
		return l, r, notFound(right, collection)
	}
	for _, different := range []bool{true, false} { // an ID that several records carry rather means another one
		for _, a := range ls {
			for _, b := range rs {
				if a.collection == b.collection && (!different || a.rid != b.rid || left == right) {
					return a, b, nil
				}
			}
		}
	}
	return l, r, fmt.Errorf("%w: %s is of %s and %s of %s: two records of one collection are compared", ErrNotFound, left, ls[0].collection, right, rs[0].collection)
}

func notFound(id connec.ExternalID, collection string) error {
	searched := collection
	if searched == "" {
		searched = strings.Join(matched, ", ")
	}
	return fmt.Errorf("%w: %s carries no matched record (searched %s): check the ID, or run `sameas extract` and `sameas match` first", ErrNotFound, id, searched)
}

func findRecords(ctx context.Context, db *sql.DB, collection string, id connec.ExternalID) ([]explained, error) {
	var found []explained
	args := queries.Args{"provider": id.Provider, "realm": id.Realm, "id": id.ID, "collection": collection}
	err := queries.Each(ctx, db, "match/100_find_records.sql", args, func(rows *sql.Rows) error {
		var e explained
		var vals string
		if err := rows.Scan(&e.collection, &e.rid, &e.key, &e.source, &e.channel, &vals, &e.cluster, &e.tier, &e.wide); err != nil {
			return err
		}
		e.vals = strings.Split(vals, fieldSeparator)
		found = append(found, e)
		return nil
	})
	return found, err
}

// judge words the verdict.
func (e *Explanation) judge(v *pairView) {
	l, r := v.l, v.r
	switch {
	case l.cluster == r.cluster && l.tier == "auto":
		e.Verdict, e.Reason = "same", fmt.Sprintf("both are in the cluster %s", l.cluster)
	case l.cluster == r.cluster:
		e.Verdict, e.Reason = "review", fmt.Sprintf("both are in the cluster %s, which something speaks against", l.cluster)
	case l.wide == r.wide:
		e.Verdict, e.Reason = "review", fmt.Sprintf("they stand in two clusters, %s and %s, that may be one", l.cluster, r.cluster)
	default:
		e.Verdict, e.Reason = "different", fmt.Sprintf("they stand in two clusters, %s and %s", l.cluster, r.cluster)
	}
	if len(e.Conflicts) == 0 && e.Verdict != "same" {
		e.Reason += fmt.Sprintf("; the evidence of this pair is %.1f bits, auto begins at %.1f and review at %.1f", e.Waterfall.Total, e.AutoBits, e.ReviewBits)
	}
}
