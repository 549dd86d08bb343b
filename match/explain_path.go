package match

import (
	"context"
	"database/sql"
	"slices"

	queries "github.com/sameas/sameas/sql"
)

// Hop is an edge between two records as it is walked from left to right.
type Hop struct {
	Left    string  `json:"left"`
	Right   string  `json:"right"`
	Kind    string  `json:"kind"` // shared_id | link | fuzzy | decision
	Via     string  `json:"via"`  // the ID, the line of a crosswalk, or the blocking rule
	Weight  float64 `json:"weight"`
	Certain bool    `json:"certain"` // it joins its records whatever it weighs
}

// storedEdge is an edge inside one wider cluster.
type storedEdge struct {
	a, b int64
	Hop
	together bool // both records are in one cluster
}

// loadClusterEdges reads the edges inside a wider cluster: certain ones first, then by weight.
func loadClusterEdges(ctx context.Context, db *sql.DB, collection, reviewID string) ([]storedEdge, error) {
	var edges []storedEdge
	err := queries.Each(ctx, db, "match/105_cluster_edges.sql", queries.Args{"collection": collection, "review_id": reviewID}, func(rows *sql.Rows) error {
		var e storedEdge
		err := rows.Scan(&e.a, &e.b, &e.Left, &e.Right, &e.Kind, &e.Via, &e.Weight, &e.Certain, &e.together)
		edges = append(edges, e)
		return err
	})
	return edges, err
}

// spanningTree is the maximum spanning forest of edges in their order: the chains by which records hang together, of
// which the weakest edges are as strong as can be (Kruskal 1956). A must-link that does not count joins nothing.
func spanningTree(edges []storedEdge) []storedEdge {
	place := map[int64]uint32{}
	number := func(rid int64) uint32 {
		n, ok := place[rid]
		if !ok {
			n = uint32(len(place))
			place[rid] = n
		}
		return n
	}
	for _, e := range edges {
		number(e.a)
		number(e.b)
	}
	u := newUnions(len(place))
	var tree []storedEdge
	for _, e := range edges {
		if a, b := u.find(number(e.a)), u.find(number(e.b)); a != b && (e.Certain || e.Kind == "fuzzy") {
			u.join(a, b)
			tree = append(tree, e)
		}
	}
	return tree
}

// findPath finds the strongest chain of edges that joins two records: inside their cluster or, across two, inside the
// wider one.
func (e *Explanation) findPath(ctx context.Context, v *pairView) error {
	if v.l.wide != v.r.wide {
		return nil
	}
	edges, err := loadClusterEdges(ctx, v.db, v.l.collection, v.l.wide)
	if err != nil {
		return err
	}
	if v.l.cluster == v.r.cluster {
		edges = slices.DeleteFunc(edges, func(e storedEdge) bool { return !e.together })
	}
	e.Hops = pathIn(spanningTree(edges), v.l.rid, v.r.rid)
	for i, h := range e.Hops {
		if i == 0 {
			e.Path = append(e.Path, h.Left)
		}
		e.Path = append(e.Path, h.Right)
	}
	return nil
}

// pathIn is the only way from one record to another in a tree; none, when they are in two.
func pathIn(tree []storedEdge, from, to int64) []Hop {
	type step struct {
		at   int64
		edge storedEdge
	}
	next := map[int64][]step{}
	for _, e := range tree {
		next[e.a] = append(next[e.a], step{e.b, e})
		back := e
		back.Left, back.Right = e.Right, e.Left
		next[e.b] = append(next[e.b], step{e.a, back})
	}
	came := map[int64]step{from: {at: from}}
	for queue := []int64{from}; len(queue) > 0; queue = queue[1:] {
		for _, s := range next[queue[0]] {
			if _, seen := came[s.at]; !seen {
				came[s.at] = step{queue[0], s.edge}
				queue = append(queue, s.at)
			}
		}
	}
	hops := []Hop{}
	if _, reached := came[to]; !reached {
		return hops
	}
	for at := to; at != from; at = came[at].at {
		hops = append(hops, came[at].edge.Hop)
	}
	slices.Reverse(hops)
	return hops
}

// weakestHop is the hop of the least weight that is not certain; -1 where all are certain.
func weakestHop(hops []Hop) int {
	weakest := -1
	for i, h := range hops {
		if !h.Certain && (weakest < 0 || h.Weight < hops[weakest].Weight) {
			weakest = i
		}
	}
	return weakest
}
