package match

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/sameas/sameas/internal/config"
	"github.com/sameas/sameas/internal/connec"
	queries "github.com/sameas/sameas/sql"
)

// Constraint is what keeps two clusters apart, or takes one out of auto.
type Constraint struct {
	Kind     string `json:"kind"` // of conflict
	Provider string `json:"provider,omitempty"`
	Realm    string `json:"realm,omitempty"`
	// Left and Right are the records of the pair that is refused.
	Left  string `json:"left,omitempty"`
	Right string `json:"right,omitempty"`
	// LeftIDs and RightIDs are the different IDs of one application, each with the record that carries it.
	LeftIDs  []HeldID `json:"left_ids,omitempty"`
	RightIDs []HeldID `json:"right_ids,omitempty"`
	Weight   *float64 `json:"weight,omitempty"` // of the refused pair
	Detail   string   `json:"detail"`
}

// HeldID is an ID and the record that carries it.
type HeldID struct {
	ID     string `json:"id"`
	Record string `json:"record"`
}

// scanConstraint reads a conflict, and the cluster beside the one asked for that it stands with, "" for none.
func scanConstraint(rows *sql.Rows) (c Constraint, other string, err error) {
	var weight float64
	var scored bool
	err = rows.Scan(&c.Kind, &other, &c.Left, &c.Right, &c.Provider, &c.Realm, &weight, &scored, &c.Detail)
	if scored {
		c.Weight = &weight
	}
	return c, other, err
}

// findConstraints reads what was noted between the clusters of the pair, or inside theirs, and what their IDs say of it.
func (e *Explanation) findConstraints(ctx context.Context, o Options, v *pairView) error {
	args := queries.Args{"collection": v.l.collection, "left_cluster": v.l.cluster, "right_cluster": v.r.cluster}
	err := queries.Each(ctx, v.db, "match/104_pair_conflicts.sql", args, func(rows *sql.Rows) error {
		c, other, err := scanConstraint(rows)
		if err != nil {
			return err
		}
		e.Conflicts = append(e.Conflicts, c.Kind+": "+c.Detail)
		if v.l.cluster == v.r.cluster || other != "" {
			e.KeptApart = append(e.KeptApart, c)
		}
		return nil
	})
	if err != nil || v.l.cluster == v.r.cluster {
		return err
	}
	apart, err := differentIDs(ctx, o, v.l.collection, v.l.cluster, v.r.cluster)
	if err != nil {
		return err
	}
	e.attach(apart)
	return nil
}

// differentIDs are the applications that hold two clusters to be two things, each with their IDs.
func differentIDs(ctx context.Context, o Options, collection, left, right string) ([]Constraint, error) {
	var all []Constraint
	args := queries.Args{"collection": collection, "left_cluster": left, "right_cluster": right, "hub_provider": connec.HubProvider}
	err := queries.Each(ctx, o.DB, "match/107_different_ids.sql", args, func(rows *sql.Rows) error {
		var provider, realm string
		var held HeldID
		var onLeft bool
		if err := rows.Scan(&provider, &realm, &held.ID, &held.Record, &onLeft); err != nil {
			return err
		}
		if n := len(all); n == 0 || all[n-1].Provider != provider || all[n-1].Realm != realm {
			all = append(all, Constraint{Kind: "cannot_link", Provider: provider, Realm: realm})
		}
		c := &all[len(all)-1]
		if onLeft {
			c.LeftIDs = append(c.LeftIDs, held)
		} else {
			c.RightIDs = append(c.RightIDs, held)
		}
		return nil
	})
	var apart []Constraint
	for _, c := range all {
		if o.Config.Distinct(c.Provider, c.Realm) != config.DistinctAllow && differ(c.LeftIDs, c.RightIDs) {
			c.Detail = fmt.Sprintf("%s holds two records for them, %s (on %s) and %s (on %s): whatever else agrees, they are not merged unasked", scope{c.Provider, c.Realm},
				c.LeftIDs[0].ID, c.LeftIDs[0].Record, c.RightIDs[0].ID, c.RightIDs[0].Record)
			apart = append(apart, c)
		}
	}
	return apart, err
}

// differ reports that both hold an ID, and no common one.
func differ(left, right []HeldID) bool {
	for _, l := range left {
		for _, r := range right {
			if l.ID == r.ID {
				return false
			}
		}
	}
	return len(left) > 0 && len(right) > 0
}

// attach gives the IDs to the refusal that was noted because of them; of an application that refused nothing, since no
// pair between the clusters was strong enough, a constraint of its own.
func (e *Explanation) attach(apart []Constraint) {
	for _, c := range apart {
		noted := false
		for i := range e.KeptApart {
			if k := &e.KeptApart[i]; k.Kind == c.Kind && k.Provider == c.Provider && k.Realm == c.Realm {
				k.LeftIDs, k.RightIDs = c.LeftIDs, c.RightIDs
				noted = true
			}
		}
		if !noted {
			e.KeptApart = append(e.KeptApart, c)
		}
	}
}
