package match

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"

	"github.com/sameas/sameas/match/kernel"
	queries "github.com/sameas/sameas/sql"
)

// manyRecords is the size beyond which the missed pairs of an entity are counted, but not looked at one by one.
const manyRecords = 200

// Causes of a missed pair.
const (
	notBlocked  = "not_blocked"
	scoredLow   = "scored_low"
	refused     = "refused"
	notLookedAt = "not_looked_at"
)

// cause is why a true pair stands in no auto cluster.
type cause struct{ why, constraint string }

// missedPair is one while the strongest are looked for.
type missedPair struct {
	a, b   int // places, a < b
	weight int32
}

// causes collects missed pairs by their cause.
type causes struct {
	*judged
	weigher   *weigher
	obstacles *obstacles
	keys      blockKeys
	kept      map[[2]int]bool
	auto      int32 // threshold in units
	keep      int
	rows      map[cause]*Missed
	worst     map[cause][]missedPair
}

// missed goes through the true pairs outside auto, entity by entity, and sorts them by what kept them out. No more of
// them is held than is listed.
func (j *judged) missed(ctx context.Context, o EvaluateOptions, s *schema, m *model, scored []scoredPair, keys blockKeys) ([]Missed, error) {
	var err error
	c := &causes{judged: j, keys: keys, kept: make(map[[2]int]bool, len(scored)), auto: thresholdUnits(m.Thresholds.Auto), keep: defaultMisses,
		rows: map[cause]*Missed{}, worst: map[cause][]missedPair{}}
	if o.Misses != nil {
		c.keep = *o.Misses
	}
	if c.weigher, err = j.loadWeigher(ctx, o.DB, s, m); err != nil {
		return nil, err
	}
	if c.obstacles, err = loadObstacles(ctx, o.DB, j.collection); err != nil {
		return nil, err
	}
	for _, p := range scored {
		c.kept[[2]int{min(p.a, p.b), max(p.a, p.b)}] = true
	}
	for _, list := range entities(j.records) {
		if len(list) > manyRecords {
			c.tooMany(list)
			continue
		}
		for n, a := range list {
			for _, b := range list[n+1:] {
				if j.misses(a, b) {
					c.add(a, b)
				}
			}
		}
	}
	return c.table(), nil
}

// misses reports that a true pair stands in no auto cluster; an indistinguishable one does not count.
func (j *judged) misses(a, b int) bool {
	x, y := &j.records[a], &j.records[b]
	return x.auto != y.auto && (x.label == 0 || x.label != y.label)
}

func (c *causes) add(a, b int) {
	weight := c.weigher.judge.Weight(c.weigher.number[a], c.weigher.number[b])
	why := c.of(a, b, weight)
	row := c.row(why)
	row.Pairs++
	if c.records[a].linked != c.records[b].linked {
		row.NotByIDs++
	}
	if c.records[a].review == c.records[b].review {
		row.InReview++
	}
	worst := append(c.worst[why], missedPair{a, b, weight})
	if len(worst) > 2*c.keep+16 {
		worst = c.strongest(worst)
	}
	c.worst[why] = worst
}

func (c *causes) row(why cause) *Missed {
	if c.rows[why] == nil {
		c.rows[why] = &Missed{Why: why.why, Constraint: why.constraint}
	}
	return c.rows[why]
}

// strongest are the pairs to list: those of the strongest evidence, in the order of records among equals.
func (c *causes) strongest(pairs []missedPair) []missedPair {
	slices.SortFunc(pairs, func(x, y missedPair) int {
		return cmp.Or(cmp.Compare(y.weight, x.weight), cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b))
	})
	return pairs[:min(len(pairs), c.keep)]
}

// of finds what kept a pair out of auto: first what stands between its two clusters or takes theirs out of auto, for
// without that the pair would be in; then what the pair itself lacks.
func (c *causes) of(a, b int, weight int32) cause {
	x, y := c.names[a], c.names[b]
	if x.cluster != "" && x.cluster == y.cluster {
		return cause{refused, cmp.Or(c.obstacles.inside[x.cluster], "review")}
	}
	if kind := c.obstacles.between[twoNames(x.cluster, y.cluster)]; kind != "" {
		return cause{refused, kind}
	}
	if c.obstacles.ambiguous[x.cluster] || c.obstacles.ambiguous[y.cluster] {
		return cause{refused, "ambiguous"}
	}
	if c.records[a].linked == c.records[b].linked {
		return cause{refused, "link_off"}
	}
	switch {
	case !sharesKey(c.keys[a], c.keys[b]):
		return cause{why: notBlocked}
	case x.channel != "" && y.channel != "" && x.channel != y.channel:
		return cause{notBlocked, "channels"}
	case weight >= c.weigher.model.spec.Keep && !c.kept[[2]int{a, b}]:
		return cause{notBlocked, "oversized_block"}
	case weight < c.auto:
		return cause{why: scoredLow}
	case !c.weigher.independent(c.weigher.number[a], c.weigher.number[b]):
		return cause{refused, "independence"}
	}
	return cause{refused, "not_joined"}
}

// sharesKey reports whether two ascending lists hold a number in common.
func sharesKey(a, b []uint64) bool {
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0] < b[0]:
			a = a[1:]
		case a[0] > b[0]:
			b = b[1:]
		default:
			return true
		}
	}
	return false
}

// tooMany counts the missed pairs of an entity that has too many to look at.
func (c *causes) tooMany(list []int) {
	members := make([]verdict, len(list))
	for i, r := range list {
		members[i] = c.records[r]
	}
	missed := func(v view, and ...grouping) int64 {
		return v.pairs(slices.Concat([]grouping{byEntity}, and)...) - v.pairs(slices.Concat([]grouping{byEntity, byAuto}, and)...)
	}
	row := c.row(cause{why: notLookedAt})
	row.Pairs += missed(view{members, false})
	row.NotByIDs += missed(view{members, true})
	row.InReview += missed(view{members, false}, byReview)
}

// table lists the causes: not blocked, scored low, then what refused, the most frequent first.
func (c *causes) table() []Missed {
	order := []string{notBlocked, scoredLow, refused, notLookedAt}
	table := []Missed{}
	for why, row := range c.rows {
		row.Worst = []MissedPair{}
		for _, p := range c.strongest(c.worst[why]) {
			row.Worst = append(row.Worst, c.described(p))
		}
		table = append(table, *row)
	}
	slices.SortFunc(table, func(x, y Missed) int {
		return cmp.Or(cmp.Compare(slices.Index(order, x.Why), slices.Index(order, y.Why)), cmp.Compare(y.Pairs, x.Pairs), cmp.Compare(x.Constraint, y.Constraint))
	})
	return table
}

func (c *causes) described(p missedPair) MissedPair {
	a, b := &c.records[p.a], &c.records[p.b]
	w := c.weigher.waterfall(c.weigher.number[p.a], c.weigher.number[p.b])
	return MissedPair{Left: c.names[p.a].key, Right: c.names[p.b].key, Kinds: [2]string{c.kindOf(a), c.kindOf(b)},
		NotByIDs: a.linked != b.linked, InReview: a.review == b.review, Weight: float64(p.weight) * kernel.Unit, Evidence: w.Line()}
}

func (j *judged) kindOf(v *verdict) string {
	if v.kind == 0 {
		return ""
	}
	return j.kinds[v.kind-1]
}

// loadWeigher makes a weigher of the records that are in a missed pair.
func (j *judged) loadWeigher(ctx context.Context, db *sql.DB, s *schema, m *model) (*weigher, error) {
	wanted := make([]bool, len(j.records))
	for _, list := range entities(j.records) {
		if len(list) > manyRecords {
			continue
		}
		for n, a := range list {
			for _, b := range list[n+1:] {
				if j.misses(a, b) {
					wanted[a], wanted[b] = true, true
				}
			}
		}
	}
	return loadWeigher(ctx, db, s, m, j.place, wanted)
}

// obstacles are what clustering noted between and inside clusters.
type obstacles struct {
	between   map[[2]string]string // of two clusters: the kind of conflict
	inside    map[string]string
	ambiguous map[string]bool
}

func loadObstacles(ctx context.Context, db *sql.DB, collection string) (*obstacles, error) {
	o := &obstacles{between: map[[2]string]string{}, inside: map[string]string{}, ambiguous: map[string]bool{}}
	err := queries.Each(ctx, db, "match/evaluate_conflicts.sql", queries.Args{"collection": collection}, func(rows *sql.Rows) error {
		var kind, cluster, other string
		if err := rows.Scan(&kind, &cluster, &other); err != nil {
			return err
		}
		if kind == "ambiguous" {
			o.ambiguous[cluster] = true
		}
		if other == "" {
			o.inside[cluster] = firstObstacle(o.inside[cluster], kind)
		} else {
			pair := twoNames(cluster, other)
			o.between[pair] = firstObstacle(o.between[pair], kind)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read conflicts: %w", err)
	}
	return o, nil
}

// twoNames are two names in their order.
func twoNames(a, b string) [2]string { return [2]string{min(a, b), max(a, b)} }

// firstObstacle is the one of two kinds of conflict that goes before the other: a person's word, then what IDs say, then
// what fields say, then the shape of clusters. A contradicted link comes last: it keeps nothing apart.
func firstObstacle(a, b string) string {
	order := []string{"judged_different", "decision_conflict", "link_overruled", "id_contradiction", "echo", "cannot_link", "suppressed",
		"ambiguous", "veto", "large_cluster", "weak_bridge", "", "link_contradicted"}
	rank := func(kind string) int {
		if i := slices.Index(order, kind); i >= 0 && kind != "" {
			return i
		}
		return slices.Index(order, "")
	}
	switch {
	case a == "":
		return b
	case b == "":
		return a
	}
	return slices.MinFunc([]string{a, b}, func(x, y string) int { return cmp.Or(cmp.Compare(rank(x), rank(y)), cmp.Compare(x, y)) })
}
