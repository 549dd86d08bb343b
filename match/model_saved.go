package match

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/sameas/sameas/internal/config"
	"github.com/sameas/sameas/internal/evidence"
	"github.com/sameas/sameas/match/kernel"
)

// Models are the fitted models of a workspace, or those that a file keeps.
type Models struct {
	Models []evidence.Model `json:"models"`
}

// StoredModels are the models that the last run of match left, of the collections asked for, or of all.
func StoredModels(ctx context.Context, o Options) (Models, error) {
	o = o.withDefaults()
	done, err := matchedCollections(ctx, o.DB)
	if err != nil {
		return Models{}, err
	}
	if len(done) == 0 {
		return Models{}, ErrNotMatched
	}
	var all Models
	for _, collection := range matched {
		if len(o.Collections) > 0 && !slices.Contains(o.Collections, collection) || len(o.Collections) == 0 && !slices.Contains(done, collection) {
			continue
		}
		s, err := schemaOf(collection, o.Config)
		if err != nil {
			return Models{}, err
		}
		m, err := storedModel(ctx, o.DB, s)
		if err != nil {
			return Models{}, err
		}
		all.Models = append(all.Models, m.Model)
	}
	for _, c := range o.Collections {
		if !slices.Contains(matched, c) {
			return Models{}, fmt.Errorf("collection %q cannot be matched: choose among %s", c, strings.Join(matched, ", "))
		}
	}
	return all, nil
}

// ReadModels reads what `sameas match --model --json` prints; a file of one model alone will do, too.
func ReadModels(from io.Reader, name string) (Models, error) {
	text, err := io.ReadAll(from)
	if err != nil {
		return Models{}, fmt.Errorf("read models: %w", err)
	}
	var all Models
	if err := json.Unmarshal(text, &all); err != nil {
		return Models{}, fmt.Errorf("%s: no models as `sameas match --model --json` prints them: %w", name, err)
	}
	if len(all.Models) == 0 {
		var one evidence.Model
		if err := json.Unmarshal(text, &one); err != nil || one.Collection == "" {
			return Models{}, fmt.Errorf("%s: no model in it: it should hold what `sameas match --model --json` prints", name)
		}
		all.Models = []evidence.Model{one}
	}
	for i := range all.Models {
		if err := sound(&all.Models[i]); err != nil {
			return Models{}, fmt.Errorf("%s: %w", name, err)
		}
	}
	return all, nil
}

// sound refuses a model whose numbers are none that a fit makes.
func sound(m *evidence.Model) error {
	wrong := func(x, limit float64) bool { return math.IsNaN(x) || math.Abs(x) > limit }
	if wrong(m.Prior, 60) || m.Prior >= 0 {
		return fmt.Errorf("model of %s: a prior of %v bits", m.Collection, m.Prior)
	}
	for _, f := range m.Fields {
		for _, l := range f.Levels {
			if wrong(l.Bits, 60) || wrong(l.M, 1) || wrong(l.U, 1) || l.M < 0 || l.U < 0 {
				return fmt.Errorf("model of %s: field %q, level %q: m %v, u %v, %v bits", m.Collection, f.Name, l.Name, l.M, l.U, l.Bits)
			}
		}
	}
	return nil
}

// of is the kept model of a collection; nil when there is none.
func (all Models) of(collection string) *evidence.Model {
	for i := range all.Models {
		if all.Models[i].Collection == collection {
			return &all.Models[i]
		}
	}
	return nil
}

// fits refuses a kept model of other fields, and says which.
func (s *schema) fits(kept *evidence.Model) error {
	if kept.Spec != spec {
		return fmt.Errorf("the kept model of %s was fitted to %q, this sameas makes %q: fit it anew", s.collection, kept.Spec, spec)
	}
	has := func(name string) bool {
		return slices.ContainsFunc(kept.Fields, func(f evidence.Field) bool { return f.Name == name })
	}
	for _, f := range s.fields {
		if !has(f.name) {
			return fmt.Errorf("the kept model of %s has no field %q, which the configuration asks for: fit it anew, or take the field out of match.%s.fields", s.collection, f.name, s.collection)
		}
	}
	for i, f := range kept.Fields {
		at := s.index(f.Name)
		if at < 0 {
			return fmt.Errorf("the kept model of %s has a field %q that the configuration does not: add it to match.%s.fields, or fit the model anew", s.collection, f.Name, s.collection)
		}
		if at != i {
			return fmt.Errorf("the kept model of %s has its fields in another order: fit it anew", s.collection)
		}
		names := s.fields[at].kind.Levels()
		if !slices.EqualFunc(names, f.Levels, func(name string, l evidence.Level) bool { return name == l.Name }) {
			return fmt.Errorf("the kept model of %s compares %q by other levels (%s): fit it anew", s.collection, f.Name, strings.Join(names, ", "))
		}
	}
	return nil
}

// reuse is a model that was fitted to other data.
func (s *schema) reuse(kept evidence.Model, sources []string, terms []termTable, t config.Thresholds) (*model, error) {
	if err := s.fits(&kept); err != nil {
		return nil, err
	}
	if !strings.HasPrefix(kept.Trained, keptModel) {
		kept.Trained = keptModel + kept.Trained
	}
	return s.compiled(kept, sources, terms, t)
}

// compiled makes the kernel's form of a kept model. The frequencies of values are those of the data at hand.
func (s *schema) compiled(kept evidence.Model, sources []string, terms []termTable, t config.Thresholds) (*model, error) {
	if len(kept.Groups) != len(s.caps) {
		return nil, errors.New("the kept model has other groups of fields: fit it anew")
	}
	kept.Fields = slices.Clone(kept.Fields)
	m := &model{Model: kept, sources: sources, lambda: evidence.Probability(kept.Prior)}
	m.Thresholds = evidence.Thresholds{Auto: t.Auto, Review: t.Review, Attach: t.Attach}
	m.Warnings = slices.Clone(kept.Warnings)
	for i, f := range s.fields {
		m.terms = append(m.terms, nil)
		if u := kept.Fields[i].Levels[kernel.Same].U; f.tf && u > 0 {
			m.terms[i] = terms[i].adjustments(u)
			m.Fields[i].Rare = float64(terms[i].adjustment(u, 0)) * kernel.Unit
		}
	}
	m.compile(s)
	return m, nil
}

// keptModel says that a model was not fitted to the data at hand.
const keptModel = "kept from another run: "
