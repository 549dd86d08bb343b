package merge

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// writesOf are the records that an operation of a type writes or takes away.
func writesOf(op Operation) int { return 1 + len(op.Merges) }

// planOfWrites is a plan of the types, in turn, that writes exactly so many records; nil when the types cannot.
func planOfWrites(types []int, writes int) []Operation {
	var ops []Operation
	for n := 0; writes > 0; n++ {
		op := everyType(n)[types[n%len(types)]]
		if writesOf(op) > writes {
			if len(types) == 1 {
				return nil
			}
			op = everyType(n)[0]
		}
		writes -= writesOf(op)
		ops = append(ops, op)
	}
	slices.SortStableFunc(ops, func(a, b Operation) int { return a.Level - b.Level })
	return ops
}

// The guard counts every record that would be written, of whatever type, created and merged away ones included, has no
// floor under which it is silent, and speaks before the first request.
func TestBlastRadius(t *testing.T) {
	t.Parallel()
	kinds := map[string][]int{"every type": {0, 1, 2, 3, 4, 5}}
	for i, op := range everyType(0) {
		kinds[op.Type] = []int{i}
	}
	tried := 0
	for name, types := range kinds {
		for _, records := range []int64{0, 1, 9, 10, 11, 100} {
			most := int(records * 3 / 10) // max_share 0.3
			for _, writes := range []int{0, most - 1, most, most + 1, most + 2, int(records), 2 * int(records)} {
				if writes < 0 {
					continue
				}
				ops := planOfWrites(types, writes)
				if writes > 0 && ops == nil {
					continue
				}
				tried++
				h := &fakeHub{}
				o := optionsFor(t, filepath.Join(t.TempDir(), "plan.ndjson"), h)
				o.Config.Merge.MaxShare = 0.3
				writePlanFile(t, o.Plan, testHeader(records), ops)
				_, err := Apply(context.Background(), o)
				var refused *RefusedError
				if got := errors.As(err, &refused); got != (writes > most) {
					t.Fatalf("%s: %d writes to %d records: refused %v (%v)", name, writes, records, got, err)
				}
				if refused != nil && (h.reads+len(h.sent) > 0 || !strings.Contains(err.Error(), fmt.Sprintf("the plan writes %d people records", writes))) {
					t.Fatalf("%s: %d writes to %d records: %d requests before %v", name, writes, records, h.reads+len(h.sent), err)
				}
			}
		}
	}
	if tried < 200 {
		t.Errorf("only %d plans", tried)
	}
}
