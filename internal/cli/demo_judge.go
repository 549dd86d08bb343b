package cli

import (
	"context"
	"path/filepath"
	"time"

	"github.com/sameas/sameas/internal/connec"
	"github.com/sameas/sameas/internal/sandbox"
	"github.com/sameas/sameas/reports"
)

// judge answers every review item as a person who knows the truth would, and returns how many items there were.
func (d *demo) judge(ctx context.Context, s *session) (int, error) {
	truth, err := sandbox.ReadTruth(filepath.Join(d.dir, "truth.csv"))
	if err != nil {
		return 0, err
	}
	items, err := reports.ReviewItems(ctx, s.db)
	if err != nil {
		return 0, err
	}
	var decisions []reports.Decision
	for _, item := range items {
		answers, err := judgeItem(truth, item)
		if err != nil {
			return 0, err
		}
		decisions = append(decisions, answers...)
	}
	return len(items), reports.Decide(ctx, s.db, decisions)
}

// judgeItem says which records of the item are the same: each with the first of its entity, and the first records of
// any two entities apart.
func judgeItem(truth *sandbox.Truth, item reports.ReviewItem) ([]reports.Decision, error) {
	var firsts, decided = []string{}, []reports.Decision{}
	byEntity := map[string]string{}
	decide := func(record, other, kind string) {
		decided = append(decided, reports.Decision{
			Collection: item.Collection, Kind: kind, Record: record, Other: other,
			Who: "the truth", At: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), Why: "demo",
		})
	}
	for _, m := range item.Members {
		id, err := connec.ParseExternalID(m.Key)
		if err != nil {
			return nil, err
		}
		entity := truth.Entity(item.Collection, id)
		if first, known := byEntity[entity]; known && entity != "" {
			decide(first, m.Key, reports.Same)
			continue
		}
		byEntity[entity] = m.Key
		for _, other := range firsts {
			decide(other, m.Key, reports.Different)
		}
		firsts = append(firsts, m.Key)
	}
	return decided, nil
}
