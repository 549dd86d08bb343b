package reports

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/sameas/sameas/internal/evidence"
	queries "github.com/sameas/sameas/sql"
)

// models are the fitted models in order of collection.
type models []evidence.Model

func (m models) of(collection string) *evidence.Model {
	for i := range m {
		if m[i].Collection == collection {
			return &m[i]
		}
	}
	return nil
}

func readModels(ctx context.Context, on queries.Querier) (models, error) {
	var all models
	err := queries.Each(ctx, on, "reports/models.sql", nil, func(rows *sql.Rows) error {
		var collection, text string
		if err := rows.Scan(&collection, &text); err != nil {
			return err
		}
		var m evidence.Model
		if err := json.Unmarshal([]byte(text), &m); err != nil {
			return fmt.Errorf("model of %s: %w: run `sameas match` again", collection, err)
		}
		m.Collection = collection
		all = append(all, m)
		return nil
	})
	return all, err
}

// explainer explains stored pairs one after the other, each in the memory of the one before.
type explainer struct {
	models models
	levels []uint8
	tf     []float64
	fall   evidence.Waterfall
}

// explain builds the waterfall of a stored pair, which is good until the next one, or nil when it was not scored or the model
// is of another shape.
func (e *explainer) explain(collection, levels, tf string) *evidence.Waterfall {
	model := e.models.of(collection)
	if model == nil || levels == "" || !e.readLevels(levels, model) || !e.readTF(tf) {
		return nil
	}
	adjust := e.tf
	if tf == "" {
		adjust = nil
	}
	model.ExplainInto(&e.fall, model.Prior, e.levels, adjust, nil, nil)
	return &e.fall
}

// readLevels reads one level for each field of the model.
func (e *explainer) readLevels(text string, model *evidence.Model) bool {
	e.levels = e.levels[:0]
	for part := range strings.SplitSeq(text, ",") {
		n, err := strconv.ParseUint(part, 10, 8)
		if i := len(e.levels); err != nil || i == len(model.Fields) || int(n) >= len(model.Fields[i].Levels) {
			return false
		}
		e.levels = append(e.levels, uint8(n))
	}
	return len(e.levels) == len(model.Fields)
}

// readTF reads one adjustment for each level, or none at all.
func (e *explainer) readTF(text string) bool {
	e.tf = e.tf[:0]
	if text == "" {
		return true
	}
	for part := range strings.SplitSeq(text, ",") {
		v := 0.0
		if part != "0" { // most are
			var err error
			if v, err = strconv.ParseFloat(part, 64); err != nil {
				return false
			}
		}
		e.tf = append(e.tf, v)
	}
	return len(e.tf) == len(e.levels)
}

// signed writes bits as every view of them does.
func signed(bits float64) string { return evidence.Signed(bits) }

// waterfalls is the function waterfall() in csv_pairs.sql: of a pair's collection, weight, levels and tf the reason in one
// line, or nothing when it was not scored.
func (m models) waterfalls() queries.LineFunc {
	atRest := sync.Pool{New: func() any { return &explainer{models: m} }}
	return func(line []byte, values []any) ([]byte, error) {
		e := atRest.Get().(*explainer)
		defer atRest.Put(e)
		w := e.explain(textOf(values[0]), textOf(values[2]), textOf(values[3]))
		if w == nil {
			return line, nil
		}
		if weight, ok := values[1].(float64); ok { // of these two sources: what the steps leave
			w.Prior += weight - w.Total
		}
		return w.AppendLine(line), nil
	}
}

// textOf is a text of a row; NULL is none.
func textOf(v any) string {
	if text, is := v.(*string); is {
		return *text
	}
	return ""
}
