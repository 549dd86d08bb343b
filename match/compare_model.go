package match

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/sameas/sameas/internal/evidence"
	queries "github.com/sameas/sameas/sql"
)

// ModelChange is how two models of one collection differ.
type ModelChange struct {
	OldPrior  float64  `json:"old_prior_bits"`
	NewPrior  float64  `json:"new_prior_bits"`
	Added     []string `json:"fields_added"`
	Removed   []string `json:"fields_removed"`
	SpecMoved bool     `json:"normalisation_changed"` // values are made otherwise: equal ones may have become different
	// Weights are the levels that moved, the furthest first; among them stand caps of groups, priors of two sources, thresholds.
	Weights []WeightMove `json:"weights"`
}

// WeightMove is one weight that is another one now.
type WeightMove struct {
	Field string  `json:"field"` // or group, prior, threshold
	Level string  `json:"level"`
	Old   float64 `json:"old_bits"`
	New   float64 `json:"new_bits"`
}

func (w WeightMove) by() float64 { return w.New - w.Old }

// anyModel is the stored model, whatever fields it has; nil when there is none.
func anyModel(ctx context.Context, db *sql.DB, collection string) (*evidence.Model, error) {
	var text string
	err := queries.One(ctx, db, "match/101_model.sql", queries.Args{"collection": collection}, &text)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var m evidence.Model
	if err := json.Unmarshal([]byte(text), &m); err != nil {
		return nil, fmt.Errorf("stored model of %s: %w: run `sameas match` again", collection, err)
	}
	return &m, nil
}

func modelChange(old, now *evidence.Model) *ModelChange {
	c := &ModelChange{OldPrior: old.Prior, NewPrior: now.Prior, Added: []string{}, Removed: []string{}, Weights: []WeightMove{}, SpecMoved: old.Spec != now.Spec}
	move := func(field, level string, from, to float64) {
		if from != to {
			c.Weights = append(c.Weights, WeightMove{field, level, from, to})
		}
	}
	for _, f := range old.Fields {
		g := fieldNamed(now, f.Name)
		if g == nil {
			c.Removed = append(c.Removed, f.Name)
			continue
		}
		for _, l := range f.Levels {
			if i := slices.IndexFunc(g.Levels, func(o evidence.Level) bool { return o.Name == l.Name }); i >= 0 {
				move(f.Name, l.Name, l.Bits, g.Levels[i].Bits)
			}
		}
	}
	for _, f := range now.Fields {
		if fieldNamed(old, f.Name) == nil {
			c.Added = append(c.Added, f.Name)
		}
	}
	for _, g := range old.Groups {
		if i := slices.IndexFunc(now.Groups, func(o evidence.Group) bool { return o.Name == g.Name }); i >= 0 {
			move(g.Name, "cap", g.Cap, now.Groups[i].Cap)
		}
	}
	for _, p := range old.Priors {
		if i := slices.IndexFunc(now.Priors, func(o evidence.Prior) bool { return o.Left == p.Left && o.Right == p.Right }); i >= 0 {
			move("prior", p.Left+" and "+p.Right, p.Bits, now.Priors[i].Bits)
		}
	}
	move("threshold", "auto", evidence.Bits(old.Thresholds.Auto), evidence.Bits(now.Thresholds.Auto))
	move("threshold", "review", evidence.Bits(old.Thresholds.Review), evidence.Bits(now.Thresholds.Review))
	move("threshold", "attach", evidence.Bits(old.Thresholds.Attach), evidence.Bits(now.Thresholds.Attach))
	slices.SortStableFunc(c.Weights, func(a, b WeightMove) int { return cmp.Compare(math.Abs(b.by()), math.Abs(a.by())) })
	return c
}

func fieldNamed(m *evidence.Model, name string) *evidence.Field {
	for i := range m.Fields {
		if m.Fields[i].Name == name {
			return &m.Fields[i]
		}
	}
	return nil
}
