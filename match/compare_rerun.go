package match

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"

	"github.com/sameas/sameas/internal/evidence"
	queries "github.com/sameas/sameas/sql"
)

// Snapshot is what a workspace's matching found, to be compared with what matching finds there again: 12 bytes a record and
// about 100 a cluster.
type Snapshot struct {
	collections []string
	members     map[string]*members
	models      map[string]*evidence.Model
}

// members are the records of one collection and their clusters.
type members struct {
	rids     []int64           // ascending
	place    []uint32          // of each record's cluster among the clusters
	clusters []ComparedCluster // in the order of their IDs
}

// DecidedSnapshot reads what was matched last, if people have ever decided something, be it undone; it is nil where nobody has,
// and of a workspace that was not matched.
func DecidedSnapshot(ctx context.Context, db *sql.DB) (*Snapshot, error) {
	var decided bool
	if err := queries.One(ctx, db, "match/041_decided.sql", nil, &decided); err != nil || !decided {
		return nil, err
	}
	s, err := takeMembers(ctx, db)
	if err != nil || len(s.collections) == 0 {
		return nil, err
	}
	return s, nil
}

func takeMembers(ctx context.Context, db *sql.DB) (s *Snapshot, err error) {
	s = &Snapshot{members: map[string]*members{}, models: map[string]*evidence.Model{}}
	if s.collections, err = matchedCollections(ctx, db); err != nil {
		return nil, err
	}
	for _, c := range s.collections {
		if s.members[c], err = membersOf(ctx, db, c); err != nil {
			return nil, err
		}
		if s.models[c], err = anyModel(ctx, db, c); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func membersOf(ctx context.Context, db *sql.DB, collection string) (*members, error) {
	clusters, err := loadClusters(ctx, db, collection)
	m := &members{clusters: clusters}
	if err != nil {
		return nil, err
	}
	err = queries.Each(ctx, db, "match/compare_members.sql", queries.Args{"collection": collection}, func(rows *sql.Rows) error {
		var rid int64
		var place uint32
		err := rows.Scan(&rid, &place)
		if err == nil && int(place) >= len(m.clusters) {
			err = fmt.Errorf("clusters of %s: written to while they were read: run the command again", collection)
		}
		m.rids, m.place = append(m.rids, rid), append(m.place, place)
		return err
	})
	return m, err
}

// Compare says what matching the same records again changed since the snapshot.
func (s *Snapshot) Compare(ctx context.Context, db *sql.DB) (WorkspaceComparison, error) {
	now, err := takeMembers(ctx, db)
	if err != nil {
		return WorkspaceComparison{}, err
	}
	var w WorkspaceComparison
	for _, collection := range inBoth(s.collections, now.collections) {
		c, err := compareMembers(ctx, db, collection, s.of(collection), now.of(collection))
		if err != nil {
			return WorkspaceComparison{}, err
		}
		w.Collections = append(w.Collections, c.with(s.models[collection], now.models[collection]))
	}
	return w, nil
}

func (s *Snapshot) of(collection string) *members {
	if m := s.members[collection]; m != nil {
		return m
	}
	return &members{}
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
	c.Collection, c.Old, c.New = collection, sideOf(old.clusters), sideOf(now.clusters)
	for place, cluster := range old.clusters {
		switch {
		case touched[place]:
		case cluster.Records > 1:
			c.Clusters.Unchanged++
		default:
			c.Alone.Unchanged++
		}
	}
	return c, nil
}

// touched are the clusters of which another side has no cluster of the same records and tier.
func (m *members) touched(other *members) []bool {
	touched := make([]bool, len(m.clusters))
	counterpart := make([]uint32, len(m.clusters)) // + 1
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
		mine, theirs := m.clusters[p], other.clusters[q]
		if counterpart[p] == 0 {
			counterpart[p] = q + 1
		}
		touched[p] = touched[p] || counterpart[p] != q+1 || mine.Records != theirs.Records || mine.Tier != theirs.Tier
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
	slices.Sort(places)
	for n, place := range slices.Compact(places) {
		g.places[place] = n
		g.clusters = append(g.clusters, m.clusters[place])
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
