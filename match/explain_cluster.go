package match

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/sameas/sameas/internal/connec"
	"github.com/sameas/sameas/match/kernel"
	queries "github.com/sameas/sameas/sql"
)

// ClusterExplanation says why some records are held to be one thing, and how well they hang together.
type ClusterExplanation struct {
	Cluster    string `json:"cluster"`
	Collection string `json:"collection"`
	AskedFor   string `json:"asked_for"` // the ID by which it was found
	Tier       string `json:"tier"`      // single | auto | review
	Reason     string `json:"reason"`    // in words; "" of a record alone
	// OutOfAuto is what took the cluster out of auto.
	OutOfAuto  []Constraint `json:"out_of_auto"`
	Records    int          `json:"records"`
	HubRecords int          `json:"hub_records"`
	ByIDs      bool         `json:"by_ids"`  // must-links alone hold it together
	Density    float64      `json:"density"` // pairs with an edge / all pairs
	// Tree is the maximum spanning tree: the edges that joined the records, Weakest the least of them that is not certain.
	Tree    []Hop `json:"tree"`
	Weakest *Hop  `json:"weakest,omitempty"`
	// BridgeCount is how many edges are the only way between two parts; not looked for in clusters of over 50 records.
	BridgeCount int             `json:"bridges"`
	Members     []ClusterMember `json:"members"`
	Edges       []ClusterEdge   `json:"edges"`
	FormerIDs   []string        `json:"former_ids"` // of clusters that were merged into it
	ReviewID    string          `json:"review_id"`
	// MayBeOne are the other clusters that a person is asked about together with this one.
	MayBeOne []string `json:"may_be_one_with"`
	// KeptApart is what keeps it apart from other clusters.
	KeptApart []Constraint `json:"kept_apart"`

	model *model
}

// ClusterMember is one record of a cluster.
type ClusterMember struct {
	Key    string        `json:"key"`
	Source string        `json:"source"`
	Hub    bool          `json:"hub"`
	IDs    []string      `json:"ids"`
	Values []MemberValue `json:"values"` // of the fields that it has a value in

	rid           int64
	vals          []string
	cluster, tier string
	reviewID      string
}

// MemberValue is the value of one field.
type MemberValue struct {
	Field    string `json:"field"`
	Label    string `json:"label"`
	Given    string `json:"given"`
	Compared string `json:"compared"`
}

// ClusterEdge is an edge inside a cluster, with its evidence.
type ClusterEdge struct {
	Hop
	InTree   bool   `json:"in_tree"`
	Bridge   bool   `json:"bridge"`
	Evidence string `json:"evidence"` // the waterfall in one line; its sum is the weight
}

// ExplainCluster explains the cluster of that ID, or of the record that carries the external ID; collection "" means the
// one in which it is found.
func ExplainCluster(ctx context.Context, o Options, collection, name string) (ClusterExplanation, error) {
	o = o.withDefaults()
	if err := checkCollection(collection); err != nil {
		return ClusterExplanation{}, err
	}
	e := ClusterExplanation{AskedFor: name}
	if err := e.locate(ctx, o.DB, collection); err != nil {
		return ClusterExplanation{}, err
	}
	members, err := loadMembers(ctx, o.DB, e.Collection, e.Cluster)
	if err != nil {
		return ClusterExplanation{}, err
	}
	e.share(members)
	s, err := schemaOf(e.Collection, o.Config)
	if err != nil {
		return ClusterExplanation{}, err
	}
	m, err := storedModel(ctx, o.DB, s)
	if err != nil {
		return ClusterExplanation{}, err
	}
	e.model = m
	if err := e.addValues(ctx, o.DB, s); err != nil {
		return ClusterExplanation{}, err
	}
	if err := e.addEdges(ctx, o.DB, s, m); err != nil {
		return ClusterExplanation{}, err
	}
	return e, e.addNotes(ctx, o.DB)
}

// locate finds the cluster by its ID, by a former one, or by an external ID of one of its records.
func (e *ClusterExplanation) locate(ctx context.Context, db *sql.DB, collection string) error {
	gone := int64(0)
	err := queries.Each(ctx, db, "match/108_cluster.sql", queries.Args{"cluster": e.AskedFor}, func(rows *sql.Rows) error {
		var in, successor string
		var assigned int64
		var stands bool
		if err := rows.Scan(&in, &assigned, &successor, &stands); err != nil {
			return err
		}
		switch {
		case collection != "" && in != collection:
		case stands:
			e.Collection, e.Cluster = in, e.AskedFor
		case successor != "":
			e.Collection, e.Cluster = in, successor
		default:
			gone = assigned
		}
		return nil
	})
	switch {
	case err != nil || e.Cluster != "":
		return err
	case gone > 0:
		return fmt.Errorf("%w: the cluster %s stands no more: it was given in matching %d, and none of its IDs is left in the workspace", ErrNotFound, e.AskedFor, gone)
	}
	id, err := connec.ParseExternalID(e.AskedFor)
	if err != nil {
		return fmt.Errorf("%w: %q is no cluster of the workspace, and no ID: %w", ErrNotFound, e.AskedFor, err)
	}
	found, err := findRecords(ctx, db, collection, id)
	if err != nil {
		return err
	}
	if len(found) == 0 {
		if !strings.Contains(e.AskedFor, "/") {
			return fmt.Errorf("%w: neither a cluster of the workspace nor a matched record of the hub is called %s: check it, or run `sameas extract` and `sameas match` first", ErrNotFound, e.AskedFor)
		}
		return notFound(id, collection)
	}
	if last := found[len(found)-1]; last.collection != found[0].collection {
		return fmt.Errorf("%s is found in %s and in %s: say which with --collection", id, found[0].collection, last.collection)
	}
	e.Collection, e.Cluster = found[0].collection, found[0].cluster
	return nil
}

func loadMembers(ctx context.Context, db *sql.DB, collection, cluster string) ([]ClusterMember, error) {
	var members []ClusterMember
	err := queries.Each(ctx, db, "match/109_cluster_members.sql", queries.Args{"collection": collection, "cluster": cluster}, func(rows *sql.Rows) error {
		var m ClusterMember
		var ids, vals string
		if err := rows.Scan(&m.rid, &m.Key, &m.Source, &m.Hub, &ids, &vals, &m.cluster, &m.tier, &m.reviewID); err != nil {
			return err
		}
		m.IDs, m.vals = strings.Split(ids, partSeparator), strings.Split(vals, fieldSeparator)
		members = append(members, m)
		return nil
	})
	return members, err
}

// share keeps the cluster's own records and the names of the other clusters of the wider one.
func (e *ClusterExplanation) share(members []ClusterMember) {
	e.MayBeOne = []string{}
	for _, m := range members {
		switch {
		case m.cluster != e.Cluster:
			e.MayBeOne = append(e.MayBeOne, m.cluster)
		default:
			e.Members = append(e.Members, m)
			e.Tier, e.ReviewID = m.tier, m.reviewID
			if m.Hub {
				e.HubRecords++
			}
		}
	}
	slices.Sort(e.MayBeOne)
	e.MayBeOne = slices.Compact(e.MayBeOne)
	e.Records = len(e.Members)
}

func (e *ClusterExplanation) addValues(ctx context.Context, db *sql.DB, s *schema) error {
	rids := make([]int64, len(e.Members))
	for i := range e.Members {
		rids[i] = e.Members[i].rid
	}
	given, err := loadGiven(ctx, db, rids)
	if err != nil {
		return err
	}
	for i := range e.Members {
		m := &e.Members[i]
		if len(m.vals) != len(s.fields) {
			return fmt.Errorf("the fields in the configuration are not those that were matched: run `sameas match` again")
		}
		compared := readable(m.vals)
		for f := range s.fields {
			if m.vals[f] != "" {
				m.Values = append(m.Values, MemberValue{s.fields[f].name, s.fields[f].label, given[m.rid].of(&s.fields[f], m.vals[f]), compared[f]})
			}
		}
	}
	return nil
}

// addEdges reads the edges inside, compares their records again, and measures how the cluster hangs together.
func (e *ClusterExplanation) addEdges(ctx context.Context, db *sql.DB, s *schema, m *model) error {
	edges, err := loadClusterEdges(ctx, db, e.Collection, e.ReviewID)
	if err != nil {
		return err
	}
	number := make(map[int64]uint32, len(e.Members))
	texts, sources := make([][]string, len(e.Members)), make([]string, len(e.Members))
	for i := range e.Members {
		number[e.Members[i].rid] = uint32(i)
		texts[i], sources[i] = e.Members[i].vals, e.Members[i].Source
	}
	edges = slices.DeleteFunc(edges, func(edge storedEdge) bool {
		_, inside := number[edge.a]
		return !inside || !edge.together
	})
	w, err := newWeigher(ctx, db, s, m, texts, sources...)
	if err != nil {
		return err
	}
	tree := spanningTree(edges)
	e.Tree, e.Edges = []Hop{}, []ClusterEdge{}
	for _, t := range tree {
		e.Tree = append(e.Tree, t.Hop)
	}
	if weakest := weakestHop(e.Tree); weakest >= 0 {
		e.Weakest = &e.Tree[weakest]
	}
	bridge := bridgesOf(len(e.Members), edges, number)
	for _, edge := range edges {
		waterfall := w.waterfall(number[edge.a], number[edge.b])
		e.Edges = append(e.Edges, ClusterEdge{Hop: edge.Hop, InTree: slices.Contains(tree, edge), Bridge: bridge[[2]int64{edge.a, edge.b}], Evidence: waterfall.Line()})
	}
	return nil
}

// bridgesOf are the pairs whose loss splits the cluster, by what holds it together.
func bridgesOf(n int, edges []storedEdge, number map[int64]uint32) map[[2]int64]bool {
	found := map[[2]int64]bool{}
	if n > largeCluster {
		return found
	}
	var links []link
	pairs := map[[2]uint32][2]int64{}
	for _, e := range edges {
		a, b := number[e.a], number[e.b]
		if _, known := pairs[ordered(a, b)]; !known && (e.Certain || e.Kind == "fuzzy") {
			pairs[ordered(a, b)] = [2]int64{e.a, e.b}
			links = append(links, link{a, b, units(e.Weight), e.Certain})
		}
	}
	for _, l := range bridges(n, links, func(number uint32) uint32 { return number }) {
		found[pairs[ordered(l.a, l.b)]] = true
	}
	return found
}

// addNotes reads what matching noted of the cluster.
func (e *ClusterExplanation) addNotes(ctx context.Context, db *sql.DB) error {
	args := queries.Args{"collection": e.Collection, "cluster": e.Cluster}
	err := queries.One(ctx, db, "match/110_cluster_stats.sql", args, &e.Density, &e.BridgeCount, &e.ByIDs, &e.Reason)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	e.OutOfAuto, e.KeptApart, e.FormerIDs = []Constraint{}, []Constraint{}, []string{}
	err = queries.Each(ctx, db, "match/111_cluster_conflicts.sql", args, func(rows *sql.Rows) error {
		c, other, err := scanConstraint(rows)
		if err != nil {
			return err
		}
		switch {
		case other != "":
			e.KeptApart = append(e.KeptApart, c)
		case e.Tier == "review":
			e.OutOfAuto = append(e.OutOfAuto, c)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return queries.Each(ctx, db, "match/112_former_ids.sql", args, func(rows *sql.Rows) error {
		var former string
		err := rows.Scan(&former)
		e.FormerIDs = append(e.FormerIDs, former)
		return err
	})
}

// autoBits is where auto begins, as weight.
func (e *ClusterExplanation) autoBits() float64 {
	return float64(thresholdUnits(e.model.Thresholds.Auto)) * kernel.Unit
}
