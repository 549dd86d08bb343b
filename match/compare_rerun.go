package match

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strconv"
	"strings"

	"github.com/sameas/sameas/internal/evidence"
	queries "github.com/sameas/sameas/sql"
)

// members are the records of one collection and their clusters: 12 bytes a record and some 40 a cluster, beside its name.
type members struct {
	rids  []int64  // ascending
	place []uint32 // of each record's cluster among the clusters
	// Of the clusters, in any order; what no record is in is none.
	names []string
	tiers []uint8 // among tierNames
	sizes []uint32
}

func (m *members) cluster(place uint32) ComparedCluster {
	return ComparedCluster{Cluster: m.names[place], Tier: tierNames[m.tiers[place]], Records: int(m.sizes[place])}
}

// side counts what there is.
func (m *members) side() ComparedSide {
	s := ComparedSide{Records: len(m.rids)}
	for _, size := range m.sizes {
		if size > 1 {
			s.Clusters++
		}
	}
	return s
}

// inOrder puts the records in the order of their numbers.
func (m *members) inOrder() *members {
	if slices.IsSorted(m.rids) {
		return m
	}
	order := make([]uint32, len(m.rids))
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, func(a, b uint32) int { return cmp.Compare(m.rids[a], m.rids[b]) })
	m.rids, m.place = permuted(m.rids, order), permuted(m.place, order)
	return m
}

// members are the clusters of this run.
func (c *clusterRows) members() *members {
	m := &members{rids: ridsOf(c.records), place: c.group, names: c.names, tiers: make([]uint8, len(c.groups)), sizes: make([]uint32, len(c.groups))}
	for g, members := range c.groups {
		m.tiers[g] = uint8(slices.Index(tierNames[:], c.tier(uint32(g))))
		m.sizes[g] = uint32(len(members))
	}
	return m.inOrder()
}

// members are the clusters of the run before, of the same records.
func (f *formerClusters) members() *members {
	s := f.before
	m := &members{rids: ridsOf(s.records), place: s.cluster, names: f.names[:s.known], tiers: make([]uint8, s.known), sizes: make([]uint32, s.known)}
	for i, p := range s.cluster {
		m.tiers[p] = s.tier[i]
		m.sizes[p]++
	}
	return m.inOrder()
}

func ridsOf(records []record) []int64 {
	rids := make([]int64, len(records))
	for i := range records {
		rids[i] = records[i].rid
	}
	return rids
}

// membersBefore reads the clusters of the run before.
func (m *matching) membersBefore(ctx context.Context) (*members, error) {
	before, places := &members{}, map[string]uint32{}
	var kept texts
	err := m.eachBefore(ctx, m.options.DB, func(r recordBefore) error {
		tier := max(r.tier, 0) // of one that somebody wrote by hand: matching anew is to put it right
		place, known := places[r.cluster]
		if !known {
			place = uint32(len(before.names))
			name := kept.keep(r.cluster)
			places[name] = place
			before.names, before.tiers, before.sizes = append(before.names, name), append(before.tiers, uint8(tier)), append(before.sizes, 0)
		}
		before.sizes[place]++
		before.rids, before.place = append(before.rids, r.rid), append(before.place, place)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return before.inOrder(), nil
}

// rerun is what a run is compared with when it is asked what it changed; nil when it is not.
type rerun struct {
	old   *members // nil where the run itself reads them
	model *evidence.Model
}

func (m *matching) beforeRerun(ctx context.Context) (*rerun, error) {
	if !m.options.Tell {
		return nil, nil
	}
	model, err := anyModel(ctx, m.options.DB, m.schema.collection)
	r := &rerun{model: model}
	if err == nil && !m.rejudges {
		r.old, err = m.membersBefore(ctx)
	}
	return r, err
}

// changes says what a run has changed; nil where nobody asked.
func (r *rerun) changes(ctx context.Context, m *matching) (*CollectionComparison, error) {
	if r == nil {
		return nil, nil
	}
	if m.rejudges {
		r.old = m.former.members()
	}
	c, err := compareMembers(ctx, m.options.DB, m.schema.collection, r.old, m.clusters.members())
	if err != nil {
		return nil, err
	}
	c = c.with(r.model, &m.model.Model)
	return &c, nil
}

// told reports whether Run is to say what it changes, and which collections were matched before: that is worth a person's time
// where people have decided something, be it undone. Clusters are held against each other by the numbers of their records,
// so that nothing can be said where an extraction numbered these anew.
func (o *Options) told(ctx context.Context) (before []string, err error) {
	if !o.Tell {
		return nil, nil
	}
	var decided, renumbered bool
	if err := queries.One(ctx, o.DB, "match/041_decided.sql", nil, &decided, &renumbered); err != nil {
		return nil, err
	}
	if o.Tell = decided && !renumbered; !o.Tell {
		if decided {
			o.Log.Info("records were numbered anew since the match before: what this one changes is not told; `sameas compare` tells it of a copy of the workspace")
		}
		return nil, nil
	}
	before, err = matchedCollections(ctx, o.DB)
	o.Tell = len(before) > 0
	return before, err
}

// allChanges are those that were made, and that nothing was changed in all other collections.
func (o *Options) allChanges(ctx context.Context, before []string, made []CollectionComparison) (*WorkspaceComparison, error) {
	if !o.Tell {
		return nil, nil
	}
	now, err := matchedCollections(ctx, o.DB)
	if err != nil {
		return nil, err
	}
	var w WorkspaceComparison
	for _, collection := range inBoth(before, now) {
		at := slices.IndexFunc(made, func(c CollectionComparison) bool { return c.Collection == collection })
		if at >= 0 {
			w.Collections = append(w.Collections, made[at])
			continue
		}
		c, err := unchangedComparison(ctx, o.DB, collection)
		if err != nil {
			return nil, err
		}
		w.Collections = append(w.Collections, c)
	}
	return &w, nil
}

// unchangedComparison is that of a collection with itself.
func unchangedComparison(ctx context.Context, db *sql.DB, collection string) (CollectionComparison, error) {
	c := compareClusters(&grouped{}, &grouped{})
	var side ComparedSide
	err := queries.One(ctx, db, "match/compare_counts.sql", queries.Args{"collection": collection}, &side.Records, &side.Clusters, &c.Alone.Unchanged)
	if err != nil {
		return CollectionComparison{}, err
	}
	c.Collection, c.Old, c.New, c.Clusters.Unchanged = collection, side, side, side.Clusters
	model, err := anyModel(ctx, db, collection)
	return c.with(model, model), err
}

// compareMembers compares by their IDs the clusters that are not of the same records and tier as before; the others are
// unchanged.
func compareMembers(ctx context.Context, db *sql.DB, collection string, old, now *members) (CollectionComparison, error) {
	touched, touchedNow := old.touched(now), now.touched(old)
	oldSide, nowSide, err := groupTouched(ctx, db, collection, old.these(touched), now.these(touchedNow))
	if err != nil {
		return CollectionComparison{}, err
	}
	c := compareClusters(oldSide, nowSide)
	c.Collection, c.Old, c.New = collection, old.side(), now.side()
	for place, size := range old.sizes {
		switch {
		case touched[place] || size == 0:
		case size > 1:
			c.Clusters.Unchanged++
		default:
			c.Alone.Unchanged++
		}
	}
	return c, nil
}

// touched are the clusters of which another side has no cluster of the same records and tier.
func (m *members) touched(other *members) []bool {
	touched := make([]bool, len(m.names))
	counterpart := make([]uint32, len(m.names)) // + 1
	at := 0
	for i, rid := range m.rids {
		for at < len(other.rids) && other.rids[at] < rid {
			at++
		}
		p := m.place[i]
		if at == len(other.rids) || other.rids[at] != rid {
			touched[p] = true
			continue
		}
		q := other.place[at]
		if counterpart[p] == 0 {
			counterpart[p] = q + 1
		}
		touched[p] = touched[p] || counterpart[p] != q+1 || m.sizes[p] != other.sizes[q] || m.tiers[p] != other.tiers[q]
	}
	return touched
}

// touchedMembers are the clusters that changed, and where each of their records is.
type touchedMembers struct {
	*members
	of map[int64]uint32
}

func (m *members) these(touched []bool) touchedMembers {
	of := map[int64]uint32{}
	for i, rid := range m.rids {
		if touched[m.place[i]] {
			of[rid] = m.place[i]
		}
	}
	return touchedMembers{m, of}
}

// groupTouched reads the IDs that tell the changed clusters of either side: those that one cluster alone carries.
func groupTouched(ctx context.Context, db *sql.DB, collection string, old, now touchedMembers) (oldSide, nowSide *grouped, err error) {
	oldTouched, nowTouched := newTouchedSide(old), newTouchedSide(now)
	var rids []byte
	for _, rid := range ascending(old.of, now.of) {
		rids = append(strconv.AppendInt(rids, rid, 10), ',')
	}
	if len(rids) == 0 {
		return oldTouched.grouped, nowTouched.grouped, nil
	}
	args := queries.Args{"collection": collection, "rids": string(rids[:len(rids)-1])}
	id, carriers := "", []int64(nil)
	flush := func() {
		oldTouched.tell(id, carriers)
		nowTouched.tell(id, carriers)
	}
	err = queries.Each(ctx, db, "match/compare_ids_of.sql", args, func(rows *sql.Rows) error {
		var text string
		var rid int64
		if err := rows.Scan(&text, &rid); err != nil {
			return err
		}
		if text != id {
			flush()
			id, carriers = text, carriers[:0]
		}
		carriers = append(carriers, rid)
		return nil
	})
	flush()
	return oldTouched.grouped, nowTouched.grouped, err
}

func ascending(sides ...map[int64]uint32) []int64 {
	var rids []int64
	for _, side := range sides {
		for rid := range side {
			rids = append(rids, rid)
		}
	}
	slices.Sort(rids)
	return slices.Compact(rids)
}

// touchedSide fills the IDs of the changed clusters of one side.
type touchedSide struct {
	*grouped
	in     touchedMembers
	places map[uint32]int // among the changed ones, by the place among all
}

func newTouchedSide(m touchedMembers) touchedSide {
	g := touchedSide{&grouped{of: map[string]int{}}, m, map[uint32]int{}}
	places := make([]uint32, 0, len(m.of))
	for _, place := range m.of {
		places = append(places, place)
	}
	slices.SortFunc(places, func(a, b uint32) int { return strings.Compare(m.names[a], m.names[b]) }) // in the order of their IDs
	for n, place := range slices.Compact(places) {
		g.places[place] = n
		g.clusters = append(g.clusters, m.cluster(place))
	}
	g.ids = make([]int, len(g.clusters))
	return g
}

// tell notes an ID of the cluster that alone carries it.
func (g *touchedSide) tell(id string, carriers []int64) {
	if len(carriers) == 0 {
		return
	}
	place, changed := g.in.of[carriers[0]]
	for _, rid := range carriers {
		if p, ok := g.in.of[rid]; !ok || !changed || p != place {
			return // another cluster carries it too
		}
	}
	g.of[id] = g.places[place]
	g.ids[g.places[place]]++
}
