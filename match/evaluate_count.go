package match

import (
	"cmp"
	"math"
	"slices"
)

// grouping names the group of a record under one way of dividing them.
type grouping func(*verdict) int32

func byEntity(v *verdict) int32 { return v.entity }
func byAuto(v *verdict) int32   { return v.auto }
func byReview(v *verdict) int32 { return v.review }
func byOracle(v *verdict) int32 { return v.oracle }
func byLinked(v *verdict) int32 { return v.linked }
func byLabel(v *verdict) int32  { return v.label }

// view is a choice of pairs: all, or those that IDs do not join. Pairs that the truth calls indistinguishable are
// in neither. No pair is ever built: a group of n records holds n(n-1)/2 pairs, and pairs to be left out are groups,
// too, so that inclusion and exclusion give every count.
type view struct {
	records  []verdict
	notByIDs bool
}

// groupKey is a record's groups under up to five groupings.
type groupKey [5]int32

// sizes counts records by their groups under all the groupings at once, of the records that only lets through. A record
// that is alone in its group under one of the first `shared` groupings makes no pair and is left out: most are.
func sizes(records []verdict, only func(*verdict) bool, shared int, groupings ...grouping) map[groupKey]int64 {
	alone := make([][]bool, shared)
	for i, by := range groupings[:shared] {
		alone[i] = aloneIn(records, by)
	}
	counts := map[groupKey]int64{}
next:
	for i := range records {
		v := &records[i]
		if only != nil && !only(v) {
			continue
		}
		for g := range alone {
			if alone[g][groupings[g](v)] {
				continue next
			}
		}
		counts[keyOf(v, groupings)]++
	}
	return counts
}

// aloneIn tells of each group's number whether the group has one record only; groups are numbered from 0 or 1, densely.
func aloneIn(records []verdict, by grouping) []bool {
	var alone, several []bool
	for i := range records {
		g := int(by(&records[i]))
		for len(alone) <= g {
			alone, several = append(alone, false), append(several, false)
		}
		alone[g], several[g] = !several[g] && !alone[g], several[g] || alone[g]
	}
	return alone
}

func keyOf(v *verdict, groupings []grouping) groupKey {
	var k groupKey
	for i, g := range groupings {
		k[i] = g(v)
	}
	return k
}

func labelled(v *verdict) bool { return v.label != 0 }

// pairs counts the view's pairs whose two records share every one of the groups.
func (v view) pairs(groupings ...grouping) int64 {
	total := int64(0)
	for _, t := range v.terms() {
		all := slices.Concat(groupings, t.more)
		for _, n := range sizes(v.records, t.only, len(all), all...) {
			total += t.sign * (n * (n - 1) / 2)
		}
	}
	return total
}

// term is one part of an inclusion-exclusion sum.
type term struct {
	sign int64
	only func(*verdict) bool
	more []grouping
}

// terms are: all pairs, less the indistinguishable, less those joined by IDs, plus those that are both.
func (v view) terms() []term {
	terms := []term{{sign: 1}, {-1, labelled, []grouping{byLabel}}}
	if v.notByIDs {
		terms = append(terms, term{-1, nil, []grouping{byLinked}}, term{1, labelled, []grouping{byLabel, byLinked}})
	}
	return terms
}

// counts reports whether the pair is in the view.
func (v view) counts(a, b *verdict) bool {
	return (a.label == 0 || a.label != b.label) && (!v.notByIDs || a.linked != b.linked)
}

func ratio(part, whole int64) Ratio {
	if whole == 0 {
		return Ratio(math.NaN())
	}
	return Ratio(float64(part) / float64(whole))
}

// ratesOf are the rates of `found` pairs of which `right` are among all the `wanted` ones.
func ratesOf(right, found, wanted int64) Rates {
	return Rates{ratio(right, found), ratio(right, wanted), ratio(2*right, found+wanted)}
}

func (v view) pairFigures(by grouping, wanted int64) PairFigures {
	f := PairFigures{Pairs: v.pairs(by), TruePairs: v.pairs(by, byEntity)}
	f.Rates = ratesOf(f.TruePairs, f.Pairs, wanted)
	return f
}

// bCubed averages over records how much of a record's cluster is its entity, and how much of its entity is in its
// cluster (Bagga and Baldwin 1998). The record itself counts in each, pairs outside the view in none.
func (v view) bCubed(by grouping) Rates {
	cluster, entity, both := v.companions(by), v.companions(byEntity), v.companions(by, byEntity)
	var precision, recall float64
	for i := range v.records {
		precision += float64(both(i)) / float64(cluster(i))
		recall += float64(both(i)) / float64(entity(i))
	}
	n := float64(len(v.records))
	precision, recall = precision/n, recall/n
	return Rates{Ratio(precision), Ratio(recall), Ratio(2 * precision * recall / (precision + recall))}
}

// companions gives the number of records, itself included, that a record has pairs of the view with inside its groups.
func (v view) companions(groupings ...grouping) func(i int) int64 {
	terms := v.terms()
	tables := make([]map[groupKey]int64, len(terms))
	for i, t := range terms {
		terms[i].more = slices.Concat(groupings, t.more)
		tables[i] = sizes(v.records, t.only, len(terms[i].more), terms[i].more...)
	}
	return func(i int) int64 {
		r, n := &v.records[i], int64(1)
		for k, t := range terms {
			if t.only == nil || t.only(r) {
				n += t.sign * max(0, tables[k][keyOf(r, t.more)]-1) // none, of a record that is alone
			}
		}
		return n
	}
}

// groupPairs counts, group by group, the view's pairs inside it and those of one entity.
type groupPairs struct{ found, right int64 }

func (v view) perGroup(by grouping) map[int32]groupPairs {
	counts := map[int32]groupPairs{}
	for _, t := range v.terms() {
		found := slices.Concat([]grouping{by}, t.more)
		for k, n := range sizes(v.records, t.only, len(found), found...) {
			c := counts[k[0]]
			c.found += t.sign * (n * (n - 1) / 2)
			counts[k[0]] = c
		}
		right := slices.Concat([]grouping{by, byEntity}, t.more)
		for k, n := range sizes(v.records, t.only, len(right), right...) {
			c := counts[k[0]]
			c.right += t.sign * (n * (n - 1) / 2)
			counts[k[0]] = c
		}
	}
	return counts
}

// impure counts the clusters with a pair of the view, and of these the ones in which such a pair is of two entities.
func (v view) impure(by grouping) (clusters, impure int64) {
	for _, c := range v.perGroup(by) {
		if c.found > 0 {
			clusters++
		}
		if c.found > c.right {
			impure++
		}
	}
	return clusters, impure
}

func byKind(v *verdict) int32 { return v.kind }

// touching counts, for each kind, the view's pairs that share the groups and of which at least one record is of the
// kind: of a group of n records with k of the kind, n(n-1)/2 less (n-k)(n-k-1)/2.
func (v view) touching(kinds int, groupings ...grouping) []int64 {
	totals := make([]int64, kinds+1)
	for _, t := range v.terms() {
		all := slices.Concat(groupings, t.more)
		whole := sizes(v.records, t.only, len(all), all...)
		for k, n := range sizes(v.records, t.only, len(all), append(all, byKind)...) {
			kind := k[len(all)]
			k[len(all)] = 0
			size := whole[k]
			totals[kind] += t.sign * (size*(size-1)/2 - (size-n)*(size-n-1)/2)
		}
	}
	return totals
}

// byKind is the table of kinds, sorted by name. A pair of two kinds stands under both.
func (v view) byKind(kinds []string, blocked []int64) []KindFigures {
	if len(kinds) == 0 {
		return nil
	}
	n := len(kinds)
	wanted, auto := v.touching(n, byEntity), v.touching(n, byAuto)
	right, withReview := v.touching(n, byAuto, byEntity), v.touching(n, byReview, byEntity)
	table := make([]KindFigures, n)
	for i, name := range kinds {
		k := i + 1
		table[i] = KindFigures{name, wanted[k], ratio(right[k], wanted[k]), ratio(withReview[k], wanted[k]), auto[k] - right[k], ratio(blocked[k], wanted[k])}
	}
	slices.SortFunc(table, func(a, b KindFigures) int { return cmp.Compare(a.Kind, b.Kind) })
	return table
}
