package match

import (
	"context"
	"database/sql"
	"math/bits"
	"slices"
	"strings"

	queries "github.com/sameas/sameas/sql"
)

// leftOut sets the recall on linked pairs beside the truth. Whoever has no truth file takes that recall for the one on
// pairs that nothing links; but links are where applications were connected early and records are well kept, so the
// two are compared among pairs of the same sources and of as many values. again is the matching without the IDs.
func (j *judged) leftOut(ctx context.Context, o Options, again *judged) (*LeftOutByTruth, error) {
	mask, err := j.loadPresence(ctx, o.DB)
	if err != nil {
		return nil, err
	}
	linked, without := make([]verdict, len(j.records)), slices.Clone(j.records)
	for rid, at := range j.place {
		r := again.records[again.place[rid]]
		linked[at] = verdict{entity: j.records[at].entity, auto: r.auto, review: r.review, linked: r.linked, kind: r.entity, label: j.records[at].label}
		without[at].auto = r.auto
	}
	v, unlinked := view{linked, true}, view{j.records, true}
	out := &LeftOutByTruth{TruePairs: v.pairs(byKind, byEntity), UnlinkedPairs: unlinked.pairs(byEntity)}
	out.Auto = ratio(v.pairs(byKind, byEntity, byAuto), out.TruePairs)
	out.AutoAndReview = ratio(v.pairs(byKind, byEntity, byReview), out.TruePairs)
	out.UnlinkedAuto = ratio(unlinked.pairs(byEntity, byAuto), out.UnlinkedPairs)
	out.UnlinkedReview = ratio(unlinked.pairs(byEntity, byReview), out.UnlinkedPairs)
	out.UnlinkedWithout = ratio(view{without, true}.pairs(byEntity, byAuto), out.UnlinkedPairs)
	out.Strata = strata(j.count(v, mask, true), j.count(unlinked, mask, false), j.count(view{without, true}, mask, false))
	return out, nil
}

// stratum is what is seen of a pair: its sources, the smaller name first, and how many values both records have.
type stratum struct {
	sources [2]string
	fields  int // class
}

// tried counts the true pairs of one stratum.
type tried struct{ pairs, auto int64 }

// count sorts the view's true pairs into strata; of the linked ones those that one component of IDs holds. Entities of
// very many records are left out: their pairs would be most of all.
func (j *judged) count(v view, mask []uint16, linked bool) map[stratum]tried {
	counts := map[stratum]tried{}
	for _, list := range entities(v.records) {
		if len(list) > manyRecords {
			continue
		}
		for n, x := range list {
			for _, y := range list[n+1:] {
				a, b := &v.records[x], &v.records[y]
				if !v.counts(a, b) || linked && a.kind != b.kind {
					continue
				}
				s := stratum{twoNames(j.names[x].source, j.names[y].source), fieldClass(bits.OnesCount16(mask[x] & mask[y]))}
				f := counts[s]
				f.pairs++
				if a.auto == b.auto {
					f.auto++
				}
				counts[s] = f
			}
		}
	}
	return counts
}

func fieldClass(fields int) int {
	switch {
	case fields < 4:
		return 0
	case fields < 7:
		return 1
	case fields < 10:
		return 2
	}
	return 3
}

// strata puts the counts side by side.
func strata(linked, unlinked, without map[stratum]tried) []Stratum {
	names := [...]string{"0-3", "4-6", "7-9", "10+"}
	keys := make([]stratum, 0, len(linked)+len(unlinked))
	for s := range linked {
		keys = append(keys, s)
	}
	for s := range unlinked {
		if linked[s].pairs == 0 {
			keys = append(keys, s)
		}
	}
	slices.SortFunc(keys, func(a, b stratum) int {
		if c := slices.Compare(a.sources[:], b.sources[:]); c != 0 {
			return c
		}
		return a.fields - b.fields
	})
	table := make([]Stratum, 0, len(keys))
	for _, s := range keys {
		l, u := linked[s], unlinked[s]
		row := Stratum{Sources: s.sources, Fields: names[s.fields], Linked: l.pairs, Unlinked: u.pairs,
			LinkedRecall: ratio(l.auto, l.pairs), UnlinkedRecall: ratio(u.auto, u.pairs), UnlinkedWithout: ratio(without[s].auto, u.pairs)}
		row.Gap = row.LinkedRecall - row.UnlinkedRecall // nothing, where either is
		table = append(table, row)
	}
	return table
}

// loadPresence tells of each judged record which fields of the model it has, one bit a field.
func (j *judged) loadPresence(ctx context.Context, db *sql.DB) ([]uint16, error) {
	mask := make([]uint16, len(j.records))
	err := queries.Each(ctx, db, "match/evaluate_features.sql", queries.Args{"collection": j.collection}, func(rows *sql.Rows) error {
		var rid int64
		var vals string
		if err := rows.Scan(&rid, &vals); err != nil {
			return err
		}
		at, ok := j.place[rid]
		if !ok {
			return nil
		}
		f := 0
		for v := range strings.SplitSeq(vals, fieldSeparator) {
			if v != "" {
				mask[at] |= 1 << f
			}
			f++
		}
		return nil
	})
	return mask, err
}
