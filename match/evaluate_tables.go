package match

import (
	"cmp"
	"math"
	"slices"
	"strconv"

	"github.com/sameas/sameas/internal/evidence"
	"github.com/sameas/sameas/match/kernel"
)

// thresholdGrid is the rows of the threshold table, the lowest first: the thresholds that the clusters were formed by,
// and a coarse grid above the lowest of them, below which no pair is kept.
func thresholdGrid(t evidence.Thresholds) []ThresholdFigures {
	rows := []ThresholdFigures{{Name: "review", Threshold: t.Review}, {Name: "auto", Threshold: t.Auto}, {Name: "attach", Threshold: t.Attach}}
	for _, p := range []float64{0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.995, 0.999, 0.9999, 0.99999, 0.999999} {
		known := slices.ContainsFunc(rows, func(r ThresholdFigures) bool { return r.Threshold == p })
		if p > t.Review && !known {
			rows = append(rows, ThresholdFigures{Threshold: p})
		}
	}
	for i := range rows {
		rows[i].Bits = float64(thresholdUnits(rows[i].Threshold)) * kernel.Unit
	}
	slices.SortStableFunc(rows, func(a, b ThresholdFigures) int { return cmp.Compare(a.Threshold, b.Threshold) })
	return rows
}

// thresholds goes down the scored pairs, fills the grid, and keeps the weight with the best F1, the highest of equals.
func (v view) thresholds(scored []scoredPair, wanted int64, grid []ThresholdFigures) (Threshold, []ThresholdFigures) {
	best := Threshold{Threshold: Ratio(math.NaN()), Rates: ratesOf(0, 0, wanted)}
	table := slices.Clone(grid)
	var right, found int64
	next := len(table) - 1
	reach := func(weight float64) { // a pair of this weight comes next: rows above it are complete
		for ; next >= 0 && table[next].Bits > weight; next-- {
			row := &table[next]
			row.Pairs, row.TruePairs, row.Rates = found, right, ratesOf(right, found, wanted)
		}
	}
	for i, p := range scored {
		reach(p.weight)
		a, b := &v.records[p.a], &v.records[p.b]
		if v.counts(a, b) {
			found++
			if a.entity == b.entity {
				right++
			}
		}
		if i+1 < len(scored) && scored[i+1].weight == p.weight || found == 0 {
			continue // pairs of one weight are above a threshold together
		}
		if r := ratesOf(right, found, wanted); math.IsNaN(float64(best.Threshold)) || r.F1 > best.F1 {
			best = Threshold{Ratio(p.probability), r}
		}
	}
	reach(math.Inf(-1))
	return best, table
}

// sizeClasses are the rows of the table of cluster sizes, each from so many records on.
func sizeClasses() []int64 { return []int64{2, 3, 4, 5, 10} }

// bySize is the table of clusters by how many judged records they hold.
func (v view) bySize(by grouping) []SizeFigures {
	classes := sizeClasses()
	table := make([]SizeFigures, len(classes))
	right := make([]int64, len(classes))
	records := sizes(v.records, nil, 1, by)
	for group, p := range v.perGroup(by) {
		if p.found == 0 {
			continue
		}
		size := records[groupKey{group}]
		class, exact := slices.BinarySearch(classes, size)
		if !exact {
			class--
		}
		row := &table[class]
		row.Clusters++
		row.Pairs += p.found
		right[class] += p.right
		if p.found > p.right {
			row.Impure++
		}
	}
	for i := range table {
		table[i].Size = sizeName(classes, i)
		table[i].Precision = ratio(right[i], table[i].Pairs)
	}
	return table
}

func sizeName(classes []int64, i int) string {
	name := strconv.FormatInt(classes[i], 10)
	switch {
	case i == len(classes)-1:
		return name + "+"
	case classes[i+1] > classes[i]+1:
		return name + "-" + strconv.FormatInt(classes[i+1]-1, 10)
	}
	return name
}

// kindPairs counts, for each two kinds, smaller number first, the view's pairs that share the groups.
func (v view) kindPairs(groupings ...grouping) map[[2]int32]int64 {
	type part struct {
		kind int32
		n    int64
	}
	totals := map[[2]int32]int64{}
	for _, t := range v.terms() {
		all := slices.Concat(groupings, t.more)
		groups := map[groupKey][]part{}
		for k, n := range sizes(v.records, t.only, len(all), append(all, byKind)...) {
			kind := k[len(all)]
			k[len(all)] = 0
			groups[k] = append(groups[k], part{kind, n})
		}
		for _, parts := range groups {
			for i, a := range parts {
				totals[[2]int32{a.kind, a.kind}] += t.sign * (a.n * (a.n - 1) / 2)
				for _, b := range parts[i+1:] {
					totals[[2]int32{min(a.kind, b.kind), max(a.kind, b.kind)}] += t.sign * a.n * b.n
				}
			}
		}
	}
	return totals
}

// lookAlikes is the table of wrong pairs by the kinds of their two records, the most frequent first.
func (v view) lookAlikes(kinds []string) []LookAlikes {
	if len(kinds) == 0 {
		return nil
	}
	auto, rightAuto := v.kindPairs(byAuto), v.kindPairs(byAuto, byEntity)
	review, rightReview := v.kindPairs(byReview), v.kindPairs(byReview, byEntity)
	pairs := map[[2]int32]bool{}
	name := func(kind int32) string {
		if kind == 0 {
			return ""
		}
		return kinds[kind-1]
	}
	for pair := range review {
		pairs[pair] = true
	}
	for pair := range auto {
		pairs[pair] = true
	}
	var table []LookAlikes
	for pair := range pairs {
		row := LookAlikes{[2]string{name(pair[0]), name(pair[1])}, auto[pair] - rightAuto[pair], review[pair] - rightReview[pair]}
		slices.Sort(row.Kinds[:])
		if row.Auto > 0 || row.Review > 0 {
			table = append(table, row)
		}
	}
	slices.SortFunc(table, func(a, b LookAlikes) int {
		return cmp.Or(cmp.Compare(b.Auto, a.Auto), cmp.Compare(b.Review, a.Review), slices.Compare(a.Kinds[:], b.Kinds[:]))
	})
	return table
}
