package reports

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

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

// explain builds the waterfall of a stored pair, or nil when it was not scored or the model is of another shape.
func (m models) explain(collection, levels, tf string) *evidence.Waterfall {
	model := m.of(collection)
	if model == nil || levels == "" {
		return nil
	}
	pattern, ok := parseLevels(levels, model)
	if !ok {
		return nil
	}
	adjust, ok := parseFloats(tf, len(pattern))
	if !ok {
		return nil
	}
	w := model.Explain(pattern, adjust, nil, nil)
	return &w
}

func parseLevels(text string, model *evidence.Model) ([]uint8, bool) {
	parts := strings.Split(text, ",")
	if len(parts) != len(model.Fields) {
		return nil, false
	}
	levels := make([]uint8, len(parts))
	for i, p := range parts {
		n, err := strconv.ParseUint(p, 10, 8)
		if err != nil || int(n) >= len(model.Fields[i].Levels) {
			return nil, false
		}
		levels[i] = uint8(n)
	}
	return levels, true
}

func parseFloats(text string, want int) ([]float64, bool) {
	if text == "" {
		return nil, true
	}
	parts := strings.Split(text, ",")
	if len(parts) != want {
		return nil, false
	}
	values := make([]float64, want)
	for i, p := range parts {
		v, err := strconv.ParseFloat(p, 64)
		if err != nil {
			return nil, false
		}
		values[i] = v
	}
	return values, true
}

// signed writes bits as every view of them does.
func signed(bits float64) string { return evidence.Signed(bits) }

// waterfall is the function of that name in csv_pairs.sql: of a pair's collection, weight, levels and tf the reason in one
// line, or nothing when it was not scored.
func (m models) waterfall(line []byte, values []any) ([]byte, error) {
	w := m.explain(textOf(values[0]), textOf(values[2]), textOf(values[3]))
	if w == nil {
		return line, nil
	}
	if weight, ok := values[1].(float64); ok { // of these two sources: what the steps leave
		*w = w.From(w.Prior + weight - w.Total)
	}
	return append(line, w.Line()...), nil
}

// textOf is a text of a row; NULL is none.
func textOf(v any) string {
	if text, is := v.(*string); is {
		return *text
	}
	return ""
}
