package merge

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	queries "github.com/sameas/sameas/sql"
)

// ErrPart says that the part of a plan that was asked for cannot be made.
var ErrPart = errors.New("no such part of the plan")

// Part says which clusters a plan is to hold. Its zero value is the whole plan. Clusters that those chosen depend on or
// refer to are taken along, so that the plan stands by itself.
type Part struct {
	// Clusters are IDs of clusters, former ones included; none is any.
	Clusters []string `json:"clusters,omitempty"`
	// Collections are those of the clusters; none is any.
	Collections []string `json:"collections,omitempty"`
	// Limit is at most how many clusters that write are taken, the first of the plan; 0 is no limit.
	Limit int64 `json:"limit,omitempty"`
	// Pilot is at most how many clusters that write are drawn, so that every kind of operation, of evidence and of
	// application is tried, the most frequent first; 0 draws none. It goes before Limit.
	Pilot int64 `json:"pilot,omitempty"`

	// What came of it: clusters that write chosen, further ones taken along, and how much the whole plan holds.
	Chosen       int64 `json:"chosen"`
	Along        int64 `json:"along"`
	OfClusters   int64 `json:"of_clusters"`
	OfOperations int64 `json:"of_operations"`
}

func (p Part) whole() bool {
	return len(p.Clusters) == 0 && len(p.Collections) == 0 && p.Limit == 0 && p.Pilot == 0
}

// words says how the part was chosen.
func (p Part) words() string {
	var how []string
	if p.Pilot > 0 {
		how = append(how, fmt.Sprintf("a pilot of %d", p.Pilot))
	} else if p.Limit > 0 {
		how = append(how, fmt.Sprintf("the first %d", p.Limit))
	}
	if len(p.Collections) > 0 {
		how = append(how, "of "+strings.Join(p.Collections, " and "))
	}
	if len(p.Clusters) > 0 {
		how = append(how, "of the clusters asked for")
	}
	return strings.Join(how, " ")
}

// resolvePart checks the part against the match: collections must have been matched, and clusters must exist, under their
// present ID or a former one.
func (p *planner) resolvePart(ctx context.Context) (Part, error) {
	part := p.o.Part
	matched := p.digests.collections()
	for _, c := range part.Collections {
		if !slices.Contains(matched, c) {
			return part, fmt.Errorf("%w: collection %q was not matched: there are %s", ErrPart, c, strings.Join(matched, ", "))
		}
	}
	clusters := []string{}
	for _, name := range part.Clusters {
		var id, tier sql.NullString
		err := queries.One(ctx, p.o.DB, "merge/plan_cluster_named.sql", queries.Args{"name": name}, &id, &tier)
		switch {
		case err != nil:
			return part, fmt.Errorf("plan: %w", err)
		case !id.Valid:
			return part, fmt.Errorf("%w: cluster %q is not in the match: clusters.csv of `sameas report` lists them", ErrPart, name)
		case tier.String == "review":
			return part, fmt.Errorf("%w: cluster %s is in review: a person must judge it first", ErrPart, id.String)
		}
		clusters = append(clusters, id.String)
	}
	slices.Sort(clusters)
	part.Clusters = slices.Compact(clusters)
	slices.Sort(part.Collections)
	part.Collections = slices.Compact(part.Collections)
	return part, nil
}

// choose finds out which operations the plan is to hold.
func (p *planner) choose(ctx context.Context) error {
	on, part := p.store.tx, p.o.Part
	if part.whole() {
		_, err := queries.Exec(ctx, on, "merge/plan_choose_all.sql", nil)
		return err
	}
	most, spread := part.Limit, part.Pilot > 0
	if spread {
		most = part.Pilot
	}
	args := queries.Args{"collections": append([]string{}, part.Collections...), "clusters": append([]string{}, part.Clusters...), "most": most, "spread": spread}
	if _, err := queries.Exec(ctx, on, "merge/plan_choose.sql", args); err != nil {
		return err
	}
	if _, err := queries.Exec(ctx, on, "merge/plan_choose_along.sql", nil); err != nil {
		return err
	}
	p.kept = map[string]bool{}
	return queries.Each(ctx, on, "merge/plan_kept.sql", nil, func(rows *sql.Rows) error {
		var id string
		err := rows.Scan(&id)
		p.kept[id] = true
		return err
	})
}

// idOfLine is the operation's ID, which a line begins with.
func idOfLine(line []byte) string {
	rest, ok := bytes.CutPrefix(line, []byte(`{"op":"`))
	id, _, found := bytes.Cut(rest, []byte(`"`))
	if !ok || !found {
		return ""
	}
	return string(id)
}
