package match

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/sameas/sameas/internal/evidence"
	"github.com/sameas/sameas/match/kernel"
	queries "github.com/sameas/sameas/sql"
)

// weigher weighs any two of some stored records by the stored model, blocked or not. Every view of a pair takes its
// evidence from here, so no two can disagree; the sums are those that matching stored, to the last bit.
type weigher struct {
	schema *schema
	model  *model
	set    *kernel.Set
	judge  *judge
	number []uint32 // the kernel's number of a record by its place among all, where only some were loaded
}

// newWeigher compares records by their stored values; the sources give each pair its prior.
func newWeigher(ctx context.Context, db *sql.DB, s *schema, m *model, texts [][]string, sources ...string) (*weigher, error) {
	for _, vals := range texts {
		if len(vals) != len(s.fields) {
			return nil, fmt.Errorf("the fields in the configuration are not those that were matched: run `sameas match` again")
		}
	}
	set := s.coded(texts)
	set.Stratum = m.strata(sources...)
	if err := m.loadTerms(ctx, db, s, set); err != nil {
		return nil, err
	}
	m.compile(s)
	m.spec.Keep = thresholdUnits(m.Thresholds.Review)
	j := newJudge(s, m, set)
	var err error
	j.dependence, err = storedDependence(ctx, db, s, set)
	return &weigher{schema: s, model: m, set: set, judge: j}, err
}

// loadWeigher reads the values of those records that are wanted, by their place.
func loadWeigher(ctx context.Context, db *sql.DB, s *schema, m *model, place map[int64]int, wanted []bool) (*weigher, error) {
	values, sourceOf := make([]string, len(wanted)), make([]string, len(wanted))
	names := interned{}
	err := queries.Each(ctx, db, "match/evaluate_values.sql", queries.Args{"collection": s.collection}, func(r *sql.Rows) error {
		var rid int64
		var vals, source string
		if err := r.Scan(&rid, &vals, &source); err != nil {
			return err
		}
		if at, ok := place[rid]; ok && wanted[at] {
			values[at], sourceOf[at] = vals, names.of(source)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var texts [][]string
	var sources []string
	number := make([]uint32, len(wanted))
	for at := range wanted { // in the order of records, whatever the order of rows
		if wanted[at] {
			number[at] = uint32(len(texts))
			texts, sources = append(texts, strings.Split(values[at], fieldSeparator)), append(sources, sourceOf[at])
		}
	}
	w, err := newWeigher(ctx, db, s, m, texts, sources...)
	if err != nil {
		return nil, err
	}
	w.number = number
	return w, nil
}

// waterfall is the evidence of a pair in full.
func (w *weigher) waterfall(a, b uint32) evidence.Waterfall {
	c := w.judge.Compare(a, b)
	return w.model.ExplainFrom(float64(w.judge.prior(a, b))*kernel.Unit, c.Levels, termBits(c.Terms), readable(vals(w.set, a, nil)), readable(vals(w.set, b, nil)))
}

// independent reports that two independent groups of fields of a pair agree.
func (w *weigher) independent(a, b uint32) bool {
	return w.judge.independent(min(a, b), max(a, b), w.judge.Compare(a, b))
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
	m.sources = m.priorSources()
	return m, nil
}

// fewTerms is up to how many values are asked for by name; of more, all are read.
const fewTerms = 2000

// eachTermWeight hands over the stored weights of some values, whatever field or table they stand for.
func eachTermWeight(ctx context.Context, db *sql.DB, collection string, terms []string, take func(field, term string, bits float64)) error {
	slices.Sort(terms)
	terms = slices.Compact(terms)
	args := queries.Args{"collection": collection, "every": len(terms) > fewTerms, "terms": terms}
	if len(terms) > fewTerms {
		args["terms"] = []string{}
	}
	return queries.Each(ctx, db, "match/102_term_weights.sql", args, func(rows *sql.Rows) error {
		var field, term string
		var bits float64
		err := rows.Scan(&field, &term, &bits)
		take(field, term, bits)
		return err
	})
}

// loadTerms reads the frequencies of the values that the set's records have; a value without one is rare.
func (m *model) loadTerms(ctx context.Context, db *sql.DB, s *schema, set *kernel.Set) error {
	m.terms = make([][]int32, len(s.fields))
	numbers := make([]map[string]int, len(s.fields))
	texts := []string{}
	for f, d := range set.Dictionaries {
		if !s.fields[f].tf {
			continue
		}
		m.terms[f] = slices.Repeat([]int32{units(m.Fields[f].Rare)}, d.TermCount())
		numbers[f] = make(map[string]int, d.TermCount())
		for n, term := range d.Terms() {
			numbers[f][term] = n
			texts = append(texts, term)
		}
	}
	return eachTermWeight(ctx, db, s.collection, texts, func(field, term string, bits float64) {
		if f := s.index(field); f >= 0 && m.terms[f] != nil {
			if n, ok := numbers[f][term]; ok {
				m.terms[f][n] = units(bits)
			}
		}
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
