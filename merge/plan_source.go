package merge

import (
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
	Key     string `json:"k"`
	Holders int    `json:"n"` // hub records of the collection that hold it
	Dead    bool   `json:"d"` // the application that it belongs to no longer lists it
	Void    bool   `json:"v"` // no identity: a placeholder, or on more records than can be true

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
	Key       string          `json:"key"`
	Source    string          `json:"source"`
	Hub       bool            `json:"hub"`
	Status    string          `json:"status"`
	Channel   string          `json:"channel"`
	Created   string          `json:"created"`
	BirthDate string          `json:"birth_date"`
	Reference string          `json:"reference"`
	RefsIn    int64           `json:"refs_in"`
	Ambiguous bool            `json:"ambiguous"`
	IDs       []heldID        `json:"ids"`
	Linked    []heldID        `json:"linked"` // borne by no record: a crosswalk says that they are this record's too
	Raw       json.RawMessage `json:"-"`
	RawText   string          `json:"raw"`

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
	A    string   `json:"a"`
	B    string   `json:"b"`
	Kind string   `json:"kind"`
	P    *float64 `json:"p"`
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

// eachCluster calls f for every auto cluster of the collection that may need a write, in the order of cluster IDs.
func eachCluster(ctx context.Context, db queries.Querier, collection string, f func(*cluster) error) error {
	args := queries.Args{"collection": collection}
	return queries.Each(ctx, db, "merge/plan_clusters.sql", args, func(rows *sql.Rows) error {
		c := &cluster{collection: collection}
		var members, bonds []byte
		if err := rows.Scan(&c.id, &c.reviewID, &c.reason, &members, &bonds); err != nil {
			return err
		}
		if err := json.Unmarshal(members, &c.members); err != nil {
			return fmt.Errorf("cluster %s: %w", c.id, err)
		}
		if err := json.Unmarshal(bonds, &c.bonds); err != nil {
			return fmt.Errorf("cluster %s: %w", c.id, err)
		}
		if err := c.prepare(); err != nil {
			return fmt.Errorf("cluster %s: %w", c.id, err)
		}
		return f(c)
	})
}

// prepare drops a hub record's second row, when two sources hold it, and reads the parts of IDs and fields.
func (c *cluster) prepare() error {
	c.members = slices.CompactFunc(c.members, func(a, b *member) bool { return a.Hub && b.Hub && a.Key == b.Key })
	for _, m := range c.members {
		if err := m.prepare(); err != nil {
			return err
		}
	}
	return nil
}

func (m *member) prepare() error {
	for _, list := range [][]heldID{m.IDs, m.Linked} {
		for i := range list {
			id, err := connec.ParseExternalID(list[i].Key)
			if err != nil {
				return fmt.Errorf("record %s: %w", m.Key, err)
			}
			list[i].id = id
			list[i].Void = list[i].Void || isVoid(id)
		}
		slices.SortFunc(list, func(a, b heldID) int { return a.id.Compare(b.id) })
	}
	if m.RawText == "" {
		return nil
	}
	m.Raw, m.RawText = json.RawMessage(m.RawText), ""
	leaves, err := readLeaves(m.Raw)
	if err != nil {
		return fmt.Errorf("record %s: %w", m.Key, err)
	}
	m.leaves = leaves
	return nil
}

// isVoid reports whether the ID is a placeholder, whoever bears it.
func isVoid(id connec.ExternalID) bool {
	return !id.IsHub() && placeholderID.MatchString(strings.ToLower(strings.TrimSpace(id.ID)))
}

// looseRecord is an application's record that no auto cluster holds.
type looseRecord struct {
	clusterID string
	tier      string
	company   bool // its review cluster is wider than its cluster
	candidate string
	kinds     string // conflicts that name it, comma-separated
	member    *member
}

// eachLoose calls f for every such record of the collection, in the order of keys; raw is read only for creating.
func eachLoose(ctx context.Context, db queries.Querier, collection string, withRaw bool, f func(looseRecord) error) error {
	args := queries.Args{"collection": collection, "with_raw": withRaw}
	return queries.Each(ctx, db, "merge/plan_loose.sql", args, func(rows *sql.Rows) error {
		l := looseRecord{member: &member{}}
		var candidate, raw sql.NullString
		var ids []byte
		if err := rows.Scan(&l.clusterID, &l.tier, &l.member.Key, &l.member.Source, &l.company, &candidate, &l.kinds, &ids, &raw); err != nil {
			return err
		}
		if err := json.Unmarshal(ids, &l.member.IDs); err != nil {
			return fmt.Errorf("record %s: %w", l.member.Key, err)
		}
		l.candidate, l.member.RawText = candidate.String, raw.String
		if err := l.member.prepare(); err != nil {
			return err
		}
		return f(l)
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

// eachReference calls f for every such reference to the target collection, in the order of collection, key, path.
func eachReference(ctx context.Context, db queries.Querier, target string, f func(reference) error) error {
	return queries.Each(ctx, db, "merge/plan_references.sql", queries.Args{"target": target}, func(rows *sql.Rows) error {
		var r reference
		var status, raw sql.NullString
		if err := rows.Scan(&r.collection, &r.key, &r.path, &r.target, &status, &raw); err != nil {
			return err
		}
		r.status, r.raw = status.String, json.RawMessage(raw.String)
		return f(r)
	})
}
