package merge

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/sameas/sameas/internal/connec"
	queries "github.com/sameas/sameas/sql"
)

// heldID is one external ID of a record, with what the workspace knows of it.
type heldID struct {
	Key     string
	Holders int  // hub records of the collection that hold it
	Dead    bool // the application that it belongs to no longer lists it
	Void    bool // no identity: a placeholder, or on more records than can be true

	id      connec.ExternalID
	outside bool // a hub record outside the part of the cluster that is planned holds it too
}

// account is an application in one of its accounts: what an ID is unique in.
type account struct{ provider, realm string }

func (h heldID) account() account { return account{h.id.Provider, h.id.Realm} }

// spreads reports whether the ID may be written to another record that is the same thing.
func (h heldID) spreads() bool { return !h.Dead && !h.Void && !h.outside && !h.id.IsHub() }

// member is one record of a cluster.
type member struct {
	Key       string
	Source    string
	Hub       bool
	Status    string
	Channel   string
	Created   string
	BirthDate string
	readings  []string // both of a birth date that nothing tells the reading of, BirthDate being empty then
	Reference string
	RefsIn    int64
	Ambiguous bool
	IDs       []heldID
	Linked    []heldID // borne by no record: a crosswalk says that they are this record's too
	Raw       json.RawMessage

	complete int // see completeness; known once the records of the cluster are ranked

	leaves map[string]json.RawMessage // the record's fields that hold a value, by path
}

// inUse reports whether the hub shows the record to applications as one of theirs.
func (m *member) inUse() bool { return statusInUse(m.Status) }

func statusInUse(status string) bool {
	return !strings.EqualFold(status, "INACTIVE") && !strings.EqualFold(status, "ARCHIVED")
}

// uuid is the last part of a hub record's key.
func (m *member) uuid() string {
	id, err := connec.ParseExternalID(m.Key)
	if err != nil {
		return m.Key
	}
	return id.ID
}

// externalIDs are all of the record's IDs, sorted.
func (m *member) externalIDs() []connec.ExternalID {
	ids := make([]connec.ExternalID, 0, len(m.IDs))
	for _, h := range m.IDs {
		ids = append(ids, h.id)
	}
	return ids
}

// identities are the record's IDs that name it, sorted: all but those that are no identity.
func (m *member) identities() []connec.ExternalID { return m.idsWhere(false) }

// voids are the record's IDs that are no identity, sorted.
func (m *member) voids() []connec.ExternalID { return m.idsWhere(true) }

func (m *member) idsWhere(void bool) []connec.ExternalID {
	var ids []connec.ExternalID
	for _, h := range m.IDs {
		if h.Void == void {
			ids = append(ids, h.id)
		}
	}
	return ids
}

// snapshot begins an operation on the record with what it is to find there: the IDs, and the status of a record out
// of use.
func (m *member) snapshot(op *Operation) {
	op.Before.IDs, op.NoIdentity = m.identities(), m.voids()
	if !m.inUse() {
		setField(&op.Before.Fields, "status", textJSON(m.Status))
	}
}

func textJSON(s string) json.RawMessage {
	text, _ := json.Marshal(s) // of a string it cannot fail
	return text
}

// holds reports whether the record bears any ID of the account, or the very ID.
func (m *member) holdsAny(a account) bool {
	return slices.ContainsFunc(m.IDs, func(h heldID) bool { return h.account() == a && !h.Void })
}

func (m *member) holds(key string) bool {
	return slices.ContainsFunc(m.IDs, func(h heldID) bool { return h.Key == key })
}

// accounts counts the applications that know the record, and of these the ones that know it only by an ID that is gone
// or that a record outside its cluster bears too.
func (m *member) accounts() (known, doubtful int) {
	var all, sound []account
	for _, h := range m.IDs {
		a := h.account()
		if h.Void || h.id.IsHub() {
			continue
		}
		if !slices.Contains(all, a) {
			all = append(all, a)
		}
		if h.spreads() && !slices.Contains(sound, a) {
			sound = append(sound, a)
		}
	}
	return len(all), len(all) - len(sound)
}

// bond is one edge inside a cluster.
type bond struct {
	A, B string
	Kind string
	P    *float64
}

// probability of a bond that IDs or a person made is 1.
func (b bond) probability() float64 {
	if b.certain() {
		return 1
	}
	if b.P == nil {
		return 0
	}
	return *b.P
}

func (b bond) certain() bool { return b.Kind != "fuzzy" }

// cluster is one auto cluster, or the part of one that holds together at the attach threshold.
type cluster struct {
	collection string
	id         string
	reviewID   string
	reason     string
	company    bool   // its review cluster is wider than it
	candidate  string // the hub record outside it that it may be; "" when there is none
	members    []*member
	bonds      []bond
}

func (c *cluster) hubs() []*member { return c.where(true) }

func (c *cluster) applications() []*member { return c.where(false) }

func (c *cluster) where(hub bool) []*member {
	var found []*member
	for _, m := range c.members {
		if m.Hub == hub {
			found = append(found, m)
		}
	}
	return found
}

// stretch is how many clusters, loose records or records that refer are in memory at once.
const stretch = 1000

// eachStretch calls f with the bounds of one stretch after the other, up to the last place.
func eachStretch(last int64, f func(bounds queries.Args) error) error {
	for first := int64(1); first <= last; first += stretch {
		if err := f(queries.Args{"first": first, "last": min(first+stretch-1, last)}); err != nil {
			return err
		}
	}
	return nil
}

// extent is how far the places of what was gathered go.
type extent struct{ clusters, loose, referrers int64 }

// gather puts what a plan must know of one collection into the scratch tables, in the order that it is read in: the
// driver hands results over whole, so that whatever is read in one piece is in memory in one piece.
func gather(ctx context.Context, on queries.Querier, collection string, creating bool, review float64) (e extent, err error) {
	of := queries.Args{"collection": collection}
	for _, step := range []struct {
		name string
		args queries.Args
	}{
		{"merge/plan_scratch_clear.sql", nil},
		{"merge/plan_members.sql", queries.Args{"collection": collection, "creating": creating}},
		{"merge/plan_candidates.sql", queries.Args{"collection": collection, "review": review}},
		{"merge/plan_raws_gather.sql", nil},
		{"merge/plan_ids_gather.sql", of},
		{"merge/plan_bonds_gather.sql", of},
		{"merge/plan_references_gather.sql", queries.Args{"target": collection}},
	} {
		if _, err := queries.Exec(ctx, on, step.name, step.args); err != nil {
			return e, err
		}
	}
	return e, queries.One(ctx, on, "merge/plan_extent.sql", nil, &e.clusters, &e.loose, &e.referrers)
}

// eachCluster calls f for every auto cluster that was gathered, in the order of cluster IDs.
func eachCluster(ctx context.Context, on queries.Querier, collection string, last int64, f func(*cluster) error) error {
	return eachStretch(last, func(bounds queries.Args) error {
		clusters, err := readClusters(ctx, on, collection, bounds)
		if err != nil {
			return err
		}
		for _, c := range clusters {
			if err := c.prepare(); err != nil {
				return fmt.Errorf("cluster %s: %w", c.id, err)
			}
			if err := f(c); err != nil {
				return err
			}
		}
		return nil
	})
}

// readClusters reads one stretch: members, what belongs to each, then edges.
func readClusters(ctx context.Context, on queries.Querier, collection string, bounds queries.Args) ([]*cluster, error) {
	var all []*cluster
	byPlace, byRID := map[int64]*cluster{}, map[int64]*member{}
	err := queries.Each(ctx, on, "merge/plan_clusters.sql", bounds, func(rows *sql.Rows) error {
		m := &member{}
		c := cluster{collection: collection}
		var rid, place int64
		var kinds string
		if err := rows.Scan(&rid, &place, &c.id, &c.reviewID, &c.reason, &m.Key, &m.Source, &m.Hub, &m.Status, &m.Channel, &m.Created,
			&m.BirthDate, &m.Reference, &m.RefsIn, &kinds, &c.company, &c.candidate); err != nil {
			return err
		}
		m.Ambiguous = slices.Contains(strings.Split(kinds, ","), "ambiguous")
		if byPlace[place] == nil {
			byPlace[place] = &c
			all = append(all, &c)
		}
		byPlace[place].candidate = cmp.Or(byPlace[place].candidate, c.candidate)
		byPlace[place].members = append(byPlace[place].members, m)
		byRID[rid] = m
		return nil
	})
	if err != nil {
		return nil, err
	}
	if err := readBelongings(ctx, on, bounds, false, byRID); err != nil {
		return nil, err
	}
	return all, queries.Each(ctx, on, "merge/plan_bonds.sql", bounds, func(rows *sql.Rows) error {
		var place int64
		var b bond
		err := rows.Scan(&place, &b.A, &b.B, &b.Kind, &b.P)
		if c := byPlace[place]; c != nil {
			c.bonds = append(c.bonds, b)
		}
		return err
	})
}

// readBelongings gives the members of a stretch their IDs, and the records behind those whose fields are read.
func readBelongings(ctx context.Context, on queries.Querier, bounds queries.Args, loose bool, byRID map[int64]*member) error {
	args := queries.Args{"first": bounds["first"], "last": bounds["last"], "loose": loose}
	err := queries.Each(ctx, on, "merge/plan_ids.sql", args, func(rows *sql.Rows) error {
		var rid int64
		var h heldID
		var told bool
		if err := rows.Scan(&rid, &h.id.Provider, &h.id.Realm, &h.id.ID, &h.Holders, &h.Dead, &h.Void, &told); err != nil {
			return err
		}
		m := byRID[rid]
		h.Key = h.id.String()
		if told {
			m.Linked = append(m.Linked, h)
		} else {
			m.IDs = append(m.IDs, h)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return queries.Each(ctx, on, "merge/plan_raws.sql", args, func(rows *sql.Rows) error {
		var rid int64
		var raw string
		err := rows.Scan(&rid, &raw)
		byRID[rid].Raw = json.RawMessage(raw)
		return err
	})
}

// prepare drops a hub record's second row, when two sources hold it, and reads the members' fields.
func (c *cluster) prepare() error {
	c.members = slices.CompactFunc(c.members, func(a, b *member) bool { return a.Hub && b.Hub && a.Key == b.Key })
	for _, m := range c.members {
		if err := m.prepare(); err != nil {
			return err
		}
	}
	return nil
}

func (m *member) prepare() (err error) {
	for _, list := range [][]heldID{m.IDs, m.Linked} {
		slices.SortFunc(list, func(a, b heldID) int { return a.id.Compare(b.id) })
	}
	if strings.Contains(m.BirthDate, "|") {
		m.readings, m.BirthDate = strings.Split(m.BirthDate, "|"), ""
	}
	if len(m.Raw) == 0 {
		return nil
	}
	if m.leaves, err = readLeaves(m.Raw); err != nil {
		return fmt.Errorf("record %s: %w", m.Key, err)
	}
	if _, given := m.leaves["birth_date"]; given && !m.Hub && m.BirthDate != "" { // as it was read, whatever form the file has
		m.leaves["birth_date"] = textJSON(m.BirthDate)
	}
	return nil
}

// looseRecord is an application's record that no auto cluster holds.
type looseRecord struct {
	clusterID string
	reviewID  string
	tier      string
	company   bool   // its review cluster is wider than its cluster
	candidate string // the hub record outside its cluster that it may be; "" when there is none
	kinds     string // conflicts that name it, comma-separated
	member    *member
}

// eachLoose calls f for every such record that was gathered, in the order of keys.
func eachLoose(ctx context.Context, on queries.Querier, last int64, f func(looseRecord) error) error {
	return eachStretch(last, func(bounds queries.Args) error {
		var all []looseRecord
		byRID := map[int64]*member{}
		err := queries.Each(ctx, on, "merge/plan_loose.sql", bounds, func(rows *sql.Rows) error {
			m := &member{}
			l := looseRecord{member: m}
			var rid int64
			err := rows.Scan(&rid, &l.clusterID, &l.reviewID, &l.tier, &m.Key, &m.Source, &l.company, &l.candidate, &l.kinds, &m.BirthDate)
			all, byRID[rid] = append(all, l), m
			return err
		})
		if err != nil {
			return err
		}
		if err := readBelongings(ctx, on, bounds, true, byRID); err != nil {
			return err
		}
		for _, l := range all {
			if err := l.member.prepare(); err != nil {
				return err
			}
			if err := f(l); err != nil {
				return err
			}
		}
		return nil
	})
}

// reference is one reference field of a hub record whose target shares its cluster with other hub records.
type reference struct {
	collection string
	key        string
	path       string
	target     string
	status     string          // of the record that refers
	raw        json.RawMessage // of the record that refers, when the path is nested
}

// eachReference calls f for every such reference that was gathered, in the order of collection, key, path.
func eachReference(ctx context.Context, on queries.Querier, last int64, f func(reference) error) error {
	return eachStretch(last, func(bounds queries.Args) error {
		var all []reference
		err := queries.Each(ctx, on, "merge/plan_references.sql", bounds, func(rows *sql.Rows) error {
			var r reference
			var raw string
			err := rows.Scan(&r.collection, &r.key, &r.path, &r.target, &r.status, &raw)
			r.raw = json.RawMessage(raw)
			all = append(all, r)
			return err
		})
		if err != nil {
			return err
		}
		for _, r := range all {
			if err := f(r); err != nil {
				return err
			}
		}
		return nil
	})
}
