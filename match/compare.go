package match

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"

	"github.com/sameas/sameas/internal/evidence"
	queries "github.com/sameas/sameas/sql"
)

// WorkspaceComparison is what changed from one matched workspace to another.
type WorkspaceComparison struct {
	Collections []CollectionComparison `json:"collections"`
}

// CollectionComparison is what changed in one collection. Clusters are told by the external IDs of their records: their
// own IDs, and the numbers of records, differ between workspaces that were extracted apart.
type CollectionComparison struct {
	Collection string       `json:"collection"`
	Old        ComparedSide `json:"old"`
	New        ComparedSide `json:"new"`
	// Clusters counts changes by kind; a change has a cluster of two records or more on either side.
	Clusters ChangeCounts `json:"clusters"`
	// Alone counts records that stood alone before and after, or on the one side that has them.
	Alone AloneCounts `json:"alone"`
	Tiers []TierMove  `json:"tiers"` // of clusters that are one on both sides
	// Changes are all but the unchanged ones; of those, the ones whose tier changed.
	Changes []ClusterChange `json:"changes"`
	Model   *ModelChange    `json:"model,omitempty"`
}

// ComparedSide is what a workspace holds of a collection.
type ComparedSide struct {
	Records  int `json:"records"`
	Clusters int `json:"clusters"` // of two records or more
}

// ChangeCounts are the changes by kind.
type ChangeCounts struct {
	Unchanged int `json:"unchanged"`
	New       int `json:"new"`       // none of its IDs was there before
	Gone      int `json:"gone"`      // none of its IDs is there any more
	Grown     int `json:"grown"`     // IDs came to it
	Shrunk    int `json:"shrunk"`    // IDs left it
	Changed   int `json:"changed"`   // both
	Split     int `json:"split"`     // its IDs stand in several clusters now
	Merged    int `json:"merged"`    // its IDs stood in several clusters before
	Regrouped int `json:"regrouped"` // several clusters and several others exchanged IDs
}

// AloneCounts are the records without a cluster.
type AloneCounts struct {
	Unchanged int `json:"unchanged"`
	New       int `json:"new"`
	Gone      int `json:"gone"`
}

// TierMove counts clusters that went from one tier to another.
type TierMove struct {
	From     string `json:"from"`
	To       string `json:"to"`
	Clusters int    `json:"clusters"`
}

// ClusterChange is one change: the clusters of before and after that hold the same IDs.
type ClusterChange struct {
	Kind   string            `json:"kind"`
	Old    []ComparedCluster `json:"old"`
	New    []ComparedCluster `json:"new"`
	Gained []string          `json:"gained"` // external IDs that no cluster of before held
	Lost   []string          `json:"lost"`   // external IDs that no cluster of now holds
}

// ComparedCluster is one cluster of a change.
type ComparedCluster struct {
	Cluster string   `json:"cluster"`
	Tier    string   `json:"tier"`
	Records int      `json:"records"`
	IDs     []string `json:"ids"`
}

// snapshot is what a workspace's matching found, told by external IDs: about 200 bytes an ID.
type snapshot struct {
	collections []string
	grouped     map[string]*grouped
	models      map[string]*evidence.Model
}

// takeSnapshot reads what was matched last; a workspace that was not matched is ErrNotMatched.
func takeSnapshot(ctx context.Context, db *sql.DB) (*snapshot, error) {
	collections, err := matchedCollections(ctx, db)
	if err == nil && len(collections) == 0 {
		err = ErrNotMatched
	}
	if err != nil {
		return nil, err
	}
	s := &snapshot{collections: collections, grouped: map[string]*grouped{}, models: map[string]*evidence.Model{}}
	for _, c := range collections {
		if s.grouped[c], err = loadGrouped(ctx, db, c); err != nil {
			return nil, err
		}
		if s.models[c], err = anyModel(ctx, db, c); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// Compare says what changed from one workspace to another. Neither is written to.
func Compare(ctx context.Context, before, after *sql.DB) (WorkspaceComparison, error) {
	old, err := takeSnapshot(ctx, before)
	if err != nil {
		return WorkspaceComparison{}, fmt.Errorf("the old workspace: %w", err)
	}
	now, err := takeSnapshot(ctx, after)
	if err != nil {
		return WorkspaceComparison{}, fmt.Errorf("the new workspace: %w", err)
	}
	return compareSnapshots(old, now), nil
}

func compareSnapshots(old, now *snapshot) WorkspaceComparison {
	var w WorkspaceComparison
	for _, collection := range inBoth(old.collections, now.collections) {
		c := compareClusters(old.of(collection), now.of(collection))
		c.Collection = collection
		w.Collections = append(w.Collections, c.with(old.models[collection], now.models[collection]))
	}
	return w
}

// inBoth are the collections of either side, each once and in order.
func inBoth(old, now []string) []string {
	both := slices.Concat(old, now)
	slices.Sort(both)
	return slices.Compact(both)
}

// with says of the model what changed, if both sides have one.
func (c CollectionComparison) with(before, after *evidence.Model) CollectionComparison {
	if before != nil && after != nil {
		c.Model = modelChange(before, after)
	}
	return c
}

func (s *snapshot) of(collection string) *grouped {
	if g := s.grouped[collection]; g != nil {
		return g
	}
	return &grouped{of: map[string]int{}}
}

// grouped is the clusters of one workspace and the IDs that tell them.
type grouped struct {
	clusters []ComparedCluster // in the order of their IDs
	of       map[string]int    // cluster by external ID
	ids      []int             // how many external IDs each has
}

func loadGrouped(ctx context.Context, db *sql.DB, collection string) (*grouped, error) {
	clusters, err := loadClusters(ctx, db, collection)
	if err != nil {
		return nil, err
	}
	g := &grouped{clusters: clusters, of: map[string]int{}, ids: make([]int, len(clusters))}
	place := map[string]int{}
	for i := range clusters {
		place[clusters[i].Cluster] = i
	}
	err = queries.Each(ctx, db, "match/compare_ids.sql", queries.Args{"collection": collection}, func(rows *sql.Rows) error {
		var id, cluster string
		err := rows.Scan(&id, &cluster)
		g.of[id] = place[cluster]
		g.ids[place[cluster]]++
		return err
	})
	return g, err
}

// loadClusters reads the clusters of a collection, in the order of their IDs.
func loadClusters(ctx context.Context, db *sql.DB, collection string) (clusters []ComparedCluster, err error) {
	err = queries.Each(ctx, db, "match/compare_clusters.sql", queries.Args{"collection": collection}, func(rows *sql.Rows) error {
		var c ComparedCluster
		err := rows.Scan(&c.Cluster, &c.Tier, &c.Records)
		clusters = append(clusters, c)
		return err
	})
	return clusters, err
}

func sideOf(clusters []ComparedCluster) ComparedSide {
	var s ComparedSide
	for _, c := range clusters {
		s.Records += c.Records
		if c.Records > 1 {
			s.Clusters++
		}
	}
	return s
}

// overlap is clusters of before and after that hang together by common IDs.
type overlap struct {
	old, now []int
	shared   int // IDs that both sides have
}

// overlaps finds them, in the order of their first clusters.
func overlaps(old, now *grouped) []overlap {
	n := len(old.clusters)
	u := newUnions(n + len(now.clusters))
	shared := make([]int, n)
	for id, o := range old.of {
		if c, still := now.of[id]; still {
			u.join(uint32(o), uint32(n+c))
			shared[o]++
		}
	}
	place := map[uint32]int{}
	var all []overlap
	for i := range n + len(now.clusters) {
		root := u.find(uint32(i))
		at, ok := place[root]
		if !ok {
			at = len(all)
			place[root] = at
			all = append(all, overlap{})
		}
		if i < n {
			all[at].old = append(all[at].old, i)
			all[at].shared += shared[i]
		} else {
			all[at].now = append(all[at].now, i-n)
		}
	}
	return all
}

// compareClusters sorts the overlaps by what happened.
func compareClusters(old, now *grouped) CollectionComparison {
	c := CollectionComparison{Old: sideOf(old.clusters), New: sideOf(now.clusters), Tiers: []TierMove{}, Changes: []ClusterChange{}}
	moves := map[[2]string]int{}
	listed := map[int]*ClusterChange{} // by place among the overlaps
	all := overlaps(old, now)
	for at, o := range all {
		kind := o.kind(old, now)
		if o.alone(old, now) {
			c.Alone.count(kind)
			continue
		}
		c.Clusters.count(kind)
		moved := false
		if len(o.old) == 1 && len(o.now) == 1 {
			from, to := old.clusters[o.old[0]].Tier, now.clusters[o.now[0]].Tier
			if moved = from != to; moved {
				moves[[2]string{from, to}]++
			}
		}
		if kind != kindUnchanged || moved {
			listed[at] = &ClusterChange{Kind: kind, Old: []ComparedCluster{}, New: []ComparedCluster{}, Gained: []string{}, Lost: []string{}}
		}
	}
	for move, n := range moves {
		c.Tiers = append(c.Tiers, TierMove{move[0], move[1], n})
	}
	slices.SortFunc(c.Tiers, func(a, b TierMove) int {
		return cmp.Or(cmp.Compare(b.Clusters, a.Clusters), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
	})
	c.Changes = append(c.Changes, describe(all, listed, old, now)...)
	return c
}

// alone reports that no cluster of two records or more is concerned.
func (o *overlap) alone(old, now *grouped) bool {
	single := func(g *grouped) func(int) bool { return func(i int) bool { return g.clusters[i].Records < 2 } }
	return len(o.old) < 2 && len(o.now) < 2 && !slices.ContainsFunc(o.old, func(i int) bool { return !single(old)(i) }) &&
		!slices.ContainsFunc(o.now, func(i int) bool { return !single(now)(i) })
}

// Kinds of change.
const (
	kindUnchanged = "unchanged"
	kindNew       = "new"
	kindGone      = "gone"
	kindGrown     = "grown"
	kindShrunk    = "shrunk"
	kindChanged   = "changed"
	kindSplit     = "split"
	kindMerged    = "merged"
	kindRegrouped = "regrouped"
)

// changeKinds are the kinds in the order of lists.
func changeKinds() []string {
	return []string{kindNew, kindGone, kindGrown, kindShrunk, kindChanged, kindSplit, kindMerged, kindRegrouped, kindUnchanged}
}

func (o *overlap) kind(old, now *grouped) string {
	switch {
	case len(o.old) == 0:
		return kindNew
	case len(o.now) == 0:
		return kindGone
	case len(o.old) > 1 && len(o.now) > 1:
		return kindRegrouped
	case len(o.now) > 1:
		return kindSplit
	case len(o.old) > 1:
		return kindMerged
	}
	lost, gained := old.ids[o.old[0]] > o.shared, now.ids[o.now[0]] > o.shared
	switch {
	case lost && gained:
		return kindChanged
	case lost:
		return kindShrunk
	case gained:
		return kindGrown
	}
	return kindUnchanged
}

func (n *ChangeCounts) count(kind string) {
	*map[string]*int{kindUnchanged: &n.Unchanged, kindNew: &n.New, kindGone: &n.Gone, kindGrown: &n.Grown, kindShrunk: &n.Shrunk, kindChanged: &n.Changed,
		kindSplit: &n.Split, kindMerged: &n.Merged, kindRegrouped: &n.Regrouped}[kind]++
}

func (n *AloneCounts) count(kind string) {
	switch kind {
	case kindNew:
		n.New++
	case kindGone:
		n.Gone++
	default:
		n.Unchanged++ // an ID more or less does not make a cluster of it
	}
}

// describe fills the changes that are listed with their clusters and IDs.
func describe(all []overlap, listed map[int]*ClusterChange, old, now *grouped) []ClusterChange {
	oldIDs, newIDs := idsOf(all, listed, old, false), idsOf(all, listed, now, true)
	changes := make([]ClusterChange, 0, len(listed))
	for at, change := range listed {
		for _, i := range all[at].old {
			c := old.clusters[i]
			c.IDs = oldIDs[i]
			change.Old = append(change.Old, c)
			change.Lost = append(change.Lost, missingFrom(c.IDs, now)...)
		}
		for _, i := range all[at].now {
			c := now.clusters[i]
			c.IDs = newIDs[i]
			change.New = append(change.New, c)
			change.Gained = append(change.Gained, missingFrom(c.IDs, old)...)
		}
		slices.Sort(change.Lost)
		slices.Sort(change.Gained)
		changes = append(changes, *change)
	}
	first := func(clusters []ComparedCluster) string {
		if len(clusters) == 0 {
			return ""
		}
		return clusters[0].Cluster
	}
	slices.SortFunc(changes, func(a, b ClusterChange) int {
		return cmp.Or(cmp.Compare(slices.Index(changeKinds(), a.Kind), slices.Index(changeKinds(), b.Kind)), cmp.Compare(first(a.Old), first(b.Old)), cmp.Compare(first(a.New), first(b.New)))
	})
	return changes
}

// idsOf are the external IDs of those clusters that are listed.
func idsOf(all []overlap, listed map[int]*ClusterChange, g *grouped, after bool) map[int][]string {
	ids := map[int][]string{}
	for at := range listed {
		of := all[at].old
		if after {
			of = all[at].now
		}
		for _, i := range of {
			ids[i] = []string{}
		}
	}
	for id, i := range g.of {
		if _, wanted := ids[i]; wanted {
			ids[i] = append(ids[i], id)
		}
	}
	for i := range ids {
		slices.Sort(ids[i])
	}
	return ids
}

func missingFrom(ids []string, g *grouped) []string {
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool { _, there := g.of[id]; return there })
}
