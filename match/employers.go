package match

import (
	"context"
	"database/sql"
	"slices"

	queries "github.com/sameas/sameas/sql"
)

// employers are the clusters of the organizations that people refer to, each as "#cluster". One may stand several times.
type employers struct {
	rids     []int64  // of the people who refer to any, ascending: the numbers of their records in the workspace
	starts   []uint32 // where the organizations of each begin
	clusters []string
}

// of are the organizations that the person of a record refers to.
func (e *employers) of(rid int64) []string {
	if e == nil {
		return nil
	}
	at, refers := slices.BinarySearch(e.rids, rid)
	switch {
	case !refers:
		return nil
	case at+1 == len(e.rids):
		return e.clusters[e.starts[at]:]
	default:
		return e.clusters[e.starts[at]:e.starts[at+1]]
	}
}

// add takes the next organization, in the order of records.
func (e *employers) add(rid int64, cluster string) {
	if n := len(e.rids); n == 0 || e.rids[n-1] != rid {
		e.rids, e.starts = append(e.rids, rid), append(e.starts, uint32(len(e.clusters)))
	}
	e.clusters = append(e.clusters, cluster)
}

// loadEmployers finds the clusters of the organizations that people refer to.
func loadEmployers(ctx context.Context, db *sql.DB) (*employers, error) {
	e, names := &employers{}, texts{}
	err := queries.Each(ctx, db, "match/060_employers.sql", nil, func(rows *sql.Rows) error {
		var rid int64
		var organization string
		err := rows.Scan(&rid, &organization)
		e.add(rid, names.keep("#", organization))
		return err
	})
	return e, err
}
