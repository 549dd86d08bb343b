package match

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/sameas/sameas/internal/connec"
	"github.com/sameas/sameas/internal/evidence"
	"github.com/sameas/sameas/match/kernel"
	queries "github.com/sameas/sameas/sql"
)

// ErrNotFound says that no matched record carries an ID.
var ErrNotFound = errors.New("no such record")

// explained is one of the two records.
type explained struct {
	collection          string
	rid                 int64
	key                 string
	vals                []string
	cluster, tier, wide string
}

// Explain explains the pair from the stored model; collection "" means the one in which both IDs are found.
func Explain(ctx context.Context, o Options, collection string, left, right connec.ExternalID) (Explanation, error) {
	o = o.withDefaults()
	if collection != "" && !slices.Contains(matched, collection) {
		return Explanation{}, fmt.Errorf("collection %q cannot be matched: choose among %s", collection, strings.Join(matched, ", "))
	}
	l, r, err := findPair(ctx, o.DB, collection, left, right)
	if err != nil {
		return Explanation{}, err
	}
	e := Explanation{Collection: l.collection, Left: l.key, Right: r.key}
	if l.rid == r.rid {
		e.Verdict, e.Reason, e.FoundBy = "same", fmt.Sprintf("both IDs are carried by one record, %s", l.key), "one record"
		return e, nil
	}
	s, err := schemaOf(l.collection, o.Config)
	if err != nil {
		return Explanation{}, err
	}
	if e.Waterfall, err = storedWaterfall(ctx, o.DB, s, l, r); err != nil {
		return Explanation{}, err
	}
	if err := e.read(ctx, o.DB, s, l, r); err != nil {
		return Explanation{}, err
	}
	e.judge(l, r)
	return e, nil
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
	searched := collection
	if searched == "" {
		searched = strings.Join(matched, ", ")
	}
	for _, side := range []struct {
		id    connec.ExternalID
		found []explained
	}{{left, ls}, {right, rs}} {
		if len(side.found) == 0 {
			return l, r, fmt.Errorf("%w: %s carries no matched record (searched %s): check the ID, or run `sameas extract` and `sameas match` first", ErrNotFound, side.id, searched)
		}
	}
	for _, a := range ls {
		for _, b := range rs {
			if a.collection == b.collection && (a.rid != b.rid || left == right) {
				return a, b, nil
			}
		}
	}
	for _, a := range ls {
		for _, b := range rs {
			if a.collection == b.collection {
				return a, b, nil
			}
		}
	}
	return l, r, fmt.Errorf("%w: %s is of %s and %s of %s: two records of one collection are compared", ErrNotFound, left, ls[0].collection, right, rs[0].collection)
}

func findRecords(ctx context.Context, db *sql.DB, collection string, id connec.ExternalID) ([]explained, error) {
	var found []explained
	args := queries.Args{"provider": id.Provider, "realm": id.Realm, "id": id.ID, "collection": collection}
	err := queries.Each(ctx, db, "match/100_find_records.sql", args, func(rows *sql.Rows) error {
		var e explained
		var vals string
		if err := rows.Scan(&e.collection, &e.rid, &e.key, &vals, &e.cluster, &e.tier, &e.wide); err != nil {
			return err
		}
		e.vals = strings.Split(vals, fieldSeparator)
		found = append(found, e)
		return nil
	})
	return found, err
}

// storedWaterfall compares the two records anew with the stored model; the sum is the stored one, to the last bit.
func storedWaterfall(ctx context.Context, db *sql.DB, s *schema, l, r explained) (evidence.Waterfall, error) {
	if len(l.vals) != len(s.fields) || len(r.vals) != len(s.fields) {
		return evidence.Waterfall{}, fmt.Errorf("the fields in the configuration are not those that were matched: run `sameas match` again")
	}
	m, err := storedModel(ctx, db, s)
	if err != nil {
		return evidence.Waterfall{}, err
	}
	set := s.coded([][]string{l.vals, r.vals})
	if err := m.loadTerms(ctx, db, s, set); err != nil {
		return evidence.Waterfall{}, err
	}
	m.compile(s)
	j := newJudge(s, m, set)
	if j.dependence, err = storedDependence(ctx, db, s, set); err != nil {
		return evidence.Waterfall{}, err
	}
	c := j.Compare(0, 1)
	return m.Explain(c.Levels, termBits(c.Terms), readable(l.vals), readable(r.vals)), nil
}

func storedModel(ctx context.Context, db *sql.DB, s *schema) (*model, error) {
	var text string
	err := queries.One(ctx, db, "match/101_model.sql", queries.Args{"collection": s.collection}, &text)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("%s are not matched: run `sameas match` first", s.collection)
	}
	if err != nil {
		return nil, err
	}
	m := &model{}
	if err := json.Unmarshal([]byte(text), &m.Model); err != nil {
		return nil, fmt.Errorf("stored model of %s: %w: run `sameas match` again", s.collection, err)
	}
	if len(m.Fields) != len(s.fields) {
		return nil, fmt.Errorf("the fields in the configuration are not those of the stored model: run `sameas match` again")
	}
	return m, nil
}

// loadTerms reads the frequencies of just the values that the two records have; a value without one is rare.
func (m *model) loadTerms(ctx context.Context, db *sql.DB, s *schema, set *kernel.Set) error {
	m.terms = make([][]int32, len(s.fields))
	var texts []string
	for f, d := range set.Dictionaries {
		if s.fields[f].tf {
			m.terms[f] = slices.Repeat([]int32{units(m.Fields[f].Rare)}, d.TermCount())
		}
		texts = append(texts, d.Terms()...)
	}
	slices.Sort(texts)
	return queries.Each(ctx, db, "match/102_term_weights.sql", queries.Args{"collection": s.collection, "terms": slices.Compact(texts)}, func(rows *sql.Rows) error {
		var field, term string
		var bits float64
		if err := rows.Scan(&field, &term, &bits); err != nil {
			return err
		}
		if f := s.index(field); f >= 0 && m.terms[f] != nil {
			if n := slices.Index(set.Dictionaries[f].Terms(), term); n >= 0 {
				m.terms[f][n] = units(bits)
			}
		}
		return nil
	})
}

// readable shows several values as a person would write them.
func readable(vals []string) []string {
	out := make([]string, len(vals))
	for i, v := range vals {
		out[i] = strings.ReplaceAll(strings.ReplaceAll(v, kernel.Named, ""), valueSeparator, ", ")
	}
	return out
}

// read finds what made or forbade the pair.
func (e *Explanation) read(ctx context.Context, db *sql.DB, s *schema, l, r explained) error {
	var found []string
	args := queries.Args{"collection": s.collection, "left": l.rid, "right": r.rid}
	err := queries.Each(ctx, db, "match/103_pair_edges.sql", args, func(rows *sql.Rows) error {
		var kind, via string
		err := rows.Scan(&kind, &via)
		found = append(found, foundBy(kind, via))
		return err
	})
	if err != nil {
		return err
	}
	e.FoundBy = strings.Join(found, "; ")
	if e.FoundBy == "" {
		e.FoundBy = s.whyNotFound(l, r)
	}
	err = queries.Each(ctx, db, "match/104_pair_conflicts.sql", queries.Args{"collection": s.collection, "left_cluster": l.cluster, "right_cluster": r.cluster}, func(rows *sql.Rows) error {
		var kind, detail string
		err := rows.Scan(&kind, &detail)
		e.Conflicts = append(e.Conflicts, kind+": "+detail)
		return err
	})
	if err != nil || l.wide != r.wide {
		return err
	}
	e.Path, err = pathBetween(ctx, db, s.collection, l, r)
	return err
}

func foundBy(kind, via string) string {
	switch kind {
	case "shared_id":
		return "both carry the ID " + via
	case "link":
		return "linked by " + via
	case "decision":
		return "judged the same: " + via
	}
	return "compared under the rule \"" + via + "\""
}

// whyNotFound says whether blocking would have compared the pair, and what it lacks.
func (s *schema) whyNotFound(l, r explained) string {
	var lacking []string
	left, right := s.newKeyring(), s.newKeyring()
	left.read(l.vals)
	right.read(r.vals)
	for i, rule := range s.rules {
		a, b := left.of(i), right.of(i)
		if slices.ContainsFunc(a, func(k uint64) bool { return slices.Contains(b, k) }) {
			return fmt.Sprintf("compared under the rule %q, and not kept: it weighs less than the review threshold", rule.name)
		}
		if len(a) == 0 || len(b) == 0 {
			lacking = append(lacking, rule.name)
		}
	}
	text := "no blocking rule puts the two together: they share no key under any"
	if len(lacking) > 0 {
		text += "; values are missing for " + strings.Join(lacking, ", ")
	}
	return text
}

// judge words the verdict.
func (e *Explanation) judge(l, r explained) {
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
	if len(e.Conflicts) == 0 && e.Verdict == "review" {
		e.Reason += fmt.Sprintf("; the evidence of this pair is %.1f bits", e.Waterfall.Total)
	}
}
