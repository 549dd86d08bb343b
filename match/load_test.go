package match

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// A field may hold the very characters that kept values are joined by.
func TestSeparatorsInsideAFieldMoveNoOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	odd := anna("b/1/500")
	odd.given, odd.city = "anna"+fieldSeparator+"bel", "fern"+fieldSeparator+fieldSeparator+"hill"
	w.fill("people", append(town(120, "town"), odd, anna("connec/org/1")), nil)
	w.run(nil, 1)
	texts := strings.Split(w.text(`SELECT vals FROM features JOIN clusters USING (rid) WHERE key = 'b/1/500'`), fieldSeparator)
	s, err := schemaOf("people", nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(texts) != len(s.fields) {
		t.Fatalf("%d values of %d fields: %q", len(texts), len(s.fields), texts)
	}
	for field, want := range map[string]string{"given": "anna bel", "family": "thistlewood", "city": "fern hill", "birth_date": "1971-04-09", "mobile": "61411222333"} {
		if got := texts[s.index(field)]; got != want {
			t.Errorf("%s is %q, want %q", field, got, want)
		}
	}
	if !w.together("b/1/500", "connec/org/1") {
		t.Error("the record is not with its like")
	}
}

// TestRecordsComeInTheOrderOfTheirKeys, however they are numbered: close together and in that order, as extraction does it,
// or as somebody did who made a workspace by hand.
func TestRecordsComeInTheOrderOfTheirKeys(t *testing.T) {
	t.Parallel()
	for name, rid := range map[string]func(i int) int64{
		"by their keys":   func(i int) int64 { return int64(i) + 7 },
		"against them":    func(i int) int64 { return int64(-i) },
		"far apart":       func(i int) int64 { return int64(i*7919%1000) << 40 },
		"twice":           func(i int) int64 { return int64(i / 2) },
		"the same of all": func(int) int64 { return 3 },
	} {
		var records []record
		for i := range 1000 {
			records = append(records, record{rid: rid(i), key: fmt.Sprintf("a/1/%04d", i)})
		}
		if inKeyOrder(records) != nil {
			t.Errorf("%s: records that stand in the order of their keys are put in another", name)
		}
		r := rand.New(rand.NewPCG(5, 5))
		r.Shuffle(len(records), func(i, j int) { records[i], records[j] = records[j], records[i] })
		sorted := permuted(records, inKeyOrder(records))
		if len(sorted) != 1000 || !slices.IsSortedFunc(sorted, func(a, b record) int { return strings.Compare(a.key, b.key) }) {
			t.Errorf("%s: not in the order of keys", name)
		}
		slices.SortFunc(sorted, func(a, b record) int { return strings.Compare(a.key, b.key) })
		if len(slices.CompactFunc(sorted, func(a, b record) bool { return a.key == b.key })) != 1000 {
			t.Errorf("%s: a record was lost", name)
		}
	}
}

func TestRangesCoverEveryNumberOnce(t *testing.T) {
	t.Parallel()
	for _, all := range []ridRange{{1, 1}, {1, 5000}, {-7, 3_000_000}, {1, 1 << 36}, {math.MinInt64, math.MaxInt64 - 1}, {math.MinInt64, math.MaxInt64}} {
		for _, threads := range []int{1, 2, 7} {
			ranges := all.cut(threads)
			if len(ranges) > rangesAtMost+1 || ranges[0].first != all.first || ranges[len(ranges)-1].last != all.last {
				t.Fatalf("%v, %d threads: %d ranges, from %v to %v", all, threads, len(ranges), ranges[0], ranges[len(ranges)-1])
			}
			for i, r := range ranges {
				if r.last < r.first || i > 0 && r.first != ranges[i-1].last+1 {
					t.Fatalf("%v, %d threads: range %d is %v after %v", all, threads, i, r, ranges[max(0, i-1)])
				}
			}
		}
	}
	if got := len((ridRange{1, 100_000}).cut(2)); got != 2 {
		t.Errorf("two threads read a hundred thousand numbers in %d ranges", got)
	}
}

func TestAnIDThatStandsTwiceOnARecordIsCarriedOnce(t *testing.T) {
	t.Parallel()
	x := &externalIDs{scopes: []scope{{"a", "1"}}}
	x.number([]idRow{{0, 5, 9, "y"}, {0, 3, 9, "y"}, {0, 5, 9, "y"}, {0, 5, 7, "x"}, {0, 5, 7, "x"}, {0, 2, 11, "z"}})
	for range 2 {
		for n, want := range [][]uint32{{5}, {3, 5}, {2}} {
			if got := x.records(uint32(n)); !slices.Equal(got, want) {
				t.Errorf("ID %s is carried by %v, not %v", x.text[n], got, want)
			}
		}
	}
}
