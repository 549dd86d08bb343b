package sandbox

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/sameas/sameas/internal/connec"
)

// The generated world's second application.
const (
	OtherProvider = "other-app"
	OtherRealm    = "77"
)

// Application is one account of an application.
type Application struct {
	Provider, Realm string
}

// id is the ID that the application gives a record.
func (a Application) id(local string) connec.ExternalID {
	return connec.ExternalID{Provider: a.Provider, Realm: a.Realm, ID: local}
}

// Local is a record in the application's own store.
type Local struct {
	ID      string
	Fields  map[string]string // column: value, as in the application's own file
	Updated time.Time         // zero for what was there before the first sync
	// Created marks a record that a sync made from a record of the hub.
	Created bool

	changed bool      // not pushed yet
	synced  time.Time // the hub record's updated_at that was applied last
	entity  string    // of the truth, "" when unknown
}

// Connector syncs one application with a hub as Maestrano's connector framework does: organizations before people;
// what changed locally is sent by POST with the application's own ID and nothing else to know it by; then all that
// changed at the hub is read: a record with an own ID updates its local record, one without is created locally, and its
// new local ID is attached to it. Where both sides changed, the newest update wins. What was pulled is not pushed back.
// It is not safe for concurrent use.
type Connector struct {
	Application
	client *connec.Client
	now    func() time.Time
	truth  *Truth
	stores map[string]*store // by collection
	since  map[string]time.Time
}

// store is the records of one collection, in order of arrival.
type store struct {
	records map[string]*Local
	order   []string
	next    int64          // the next number that the application gives
	held    map[string]int // the application's own records by entity
	copied  map[string]int // records that syncing made, by entity
}

// SyncStats counts what one round did in one collection.
type SyncStats struct {
	Collection string
	Pushed     int // local changes sent
	Updated    int // local records changed by the hub's
	Created    int // local records made from the hub's
	Twins      int // of those, how many the application held already by itself, by the truth
	Copies     int // of those, how many it had only from the hub, which holds them more than once
	Deleted    int // local records removed because the hub's is INACTIVE
	Skipped    int // hub records left for a later round, as what they refer to has no own ID
}

// syncOrder is the order of collections: what people refer to goes first.
func syncOrder() []string { return []string{"organizations", "people"} }

// NewConnector returns an application with empty stores. The client must bear its credentials; truth may be nil.
func NewConnector(a Application, client *connec.Client, now func() time.Time, truth *Truth) *Connector {
	if now == nil {
		now = time.Now
	}
	c := &Connector{Application: a, client: client, now: now, truth: truth, stores: map[string]*store{}, since: map[string]time.Time{}}
	for _, name := range syncOrder() {
		c.stores[name] = &store{records: map[string]*Local{}, next: 1, held: map[string]int{}, copied: map[string]int{}}
	}
	return c
}

// Put adds a local record or changes the columns given; the change is pushed in the next round.
func (c *Connector) Put(collection, id string, fields map[string]string) error {
	s := c.stores[collection]
	if s == nil {
		return fmt.Errorf("%s/%s: it has no %s", c.Provider, c.Realm, collection)
	}
	r := s.records[id]
	if r == nil {
		r = &Local{ID: id, Fields: map[string]string{}, entity: c.truth.entity(collection, c.id(id))}
		s.add(r)
	}
	for column, value := range fields {
		r.Fields[column] = value
	}
	r.Updated, r.changed = c.now(), true
	return nil
}

// Remove deletes a local record silently: the hub is not told.
func (c *Connector) Remove(collection, id string) {
	s := c.stores[collection]
	if s == nil || s.records[id] == nil {
		return
	}
	s.count(s.records[id])[s.records[id].entity]--
	delete(s.records, id)
	s.order = slices.DeleteFunc(s.order, func(other string) bool { return other == id })
}

// Records are the local records in order of arrival.
func (c *Connector) Records(collection string) []*Local {
	s := c.stores[collection]
	if s == nil {
		return nil
	}
	all := make([]*Local, 0, len(s.order))
	for _, id := range s.order {
		all = append(all, s.records[id])
	}
	return all
}

// count is the one of the two counts by entity that the record belongs to.
func (s *store) count(r *Local) map[string]int {
	if r.Created {
		return s.copied
	}
	return s.held
}

func (s *store) add(r *Local) {
	s.count(r)[r.entity]++
	s.records[r.ID] = r
	s.order = append(s.order, r.ID)
	if n, err := strconv.ParseInt(r.ID, 10, 64); err == nil && n >= s.next {
		s.next = n + 1
	}
}

// newID is the next number that no record has.
func (s *store) newID() string {
	for {
		id := strconv.FormatInt(s.next, 10)
		s.next++
		if s.records[id] == nil {
			return id
		}
	}
}

// Sync is one round: Push and Pull of each collection.
func (c *Connector) Sync(ctx context.Context) ([]SyncStats, error) {
	var all []SyncStats
	for _, name := range syncOrder() {
		stats, err := c.round(ctx, name, true, true)
		if err != nil {
			return nil, err
		}
		all = append(all, stats)
	}
	return all, nil
}

// Push sends local changes and reads nothing back but what settles conflicts.
func (c *Connector) Push(ctx context.Context) error {
	for _, name := range syncOrder() {
		if _, err := c.round(ctx, name, true, false); err != nil {
			return err
		}
	}
	return nil
}

// Pull reads what changed at the hub and sends no local change.
func (c *Connector) Pull(ctx context.Context) error {
	for _, name := range syncOrder() {
		if _, err := c.round(ctx, name, false, true); err != nil {
			return err
		}
	}
	return nil
}

// round syncs one collection. The hub's changes are read first, so that a conflict is seen before anything is sent.
func (c *Connector) round(ctx context.Context, collection string, push, pull bool) (SyncStats, error) {
	stats := SyncStats{Collection: collection}
	fail := func(err error) (SyncStats, error) {
		return stats, fmt.Errorf("sync %s of %s/%s: %w", collection, c.Provider, c.Realm, err)
	}
	started := c.now()
	incoming, err := c.fetch(ctx, collection)
	if err != nil {
		return fail(err)
	}
	if push {
		if err := c.push(ctx, collection, incoming, &stats); err != nil {
			return fail(err)
		}
	}
	if pull {
		if err := c.pull(ctx, collection, incoming, &stats); err != nil {
			return fail(err)
		}
		c.since[collection] = started
	}
	return stats, nil
}

// push sends every local change but those that an incoming newer one overrules.
func (c *Connector) push(ctx context.Context, collection string, incoming []hubRecord, stats *SyncStats) error {
	overruled := map[string]bool{}
	for _, h := range incoming {
		own, has := c.own(h.ids)
		if r := c.stores[collection].records[own]; has && r != nil && !r.Updated.After(h.updated) {
			overruled[own] = true
		}
	}
	for _, r := range c.Records(collection) {
		if !r.changed || overruled[r.ID] {
			continue
		}
		body, err := c.body(collection, r)
		if err != nil {
			return err
		}
		answer, err := c.client.Send(ctx, connec.Request{Method: "POST", Path: "/" + collection, Body: body})
		if err != nil {
			return fmt.Errorf("push %s: %w", r.ID, err)
		}
		sent, err := decodeHubRecord(answer.Body)
		if err != nil {
			return fmt.Errorf("push %s: %w", r.ID, err)
		}
		r.changed, r.synced = false, sent.updated
		stats.Pushed++
	}
	return nil
}

// pull applies what was read to the local store.
func (c *Connector) pull(ctx context.Context, collection string, incoming []hubRecord, stats *SyncStats) error {
	for _, h := range incoming {
		own, has := c.own(h.ids)
		if has {
			c.apply(collection, own, h, stats)
			continue
		}
		if h.status == "INACTIVE" || h.status == "ARCHIVED" {
			continue
		}
		fields, whole := c.columns(collection, h)
		if !whole {
			stats.Skipped++
			continue
		}
		if err := c.adopt(ctx, collection, h, fields, stats); err != nil {
			return err
		}
	}
	return nil
}

// own is the application's own ID among these; of several the first.
func (c *Connector) own(ids []connec.ExternalID) (string, bool) {
	for _, e := range ids {
		if e.Provider == c.Provider && e.Realm == c.Realm {
			return e.ID, true
		}
	}
	return "", false
}

// apply brings a local record up to date with the hub's. One that is not there was deleted in the application: its
// mapping is inactive, nothing is created again.
func (c *Connector) apply(collection, own string, h hubRecord, stats *SyncStats) {
	r := c.stores[collection].records[own]
	if r == nil || r.changed && r.Updated.After(h.updated) {
		return
	}
	if h.status == "INACTIVE" {
		c.Remove(collection, own)
		stats.Deleted++
		return
	}
	if h.updated.Before(r.synced) {
		return
	}
	r.changed, r.synced = false, h.updated
	fields, whole := c.columns(collection, h)
	if !whole {
		stats.Skipped++
		return
	}
	differs := false
	for column, value := range fields {
		if r.Fields[column] != value {
			r.Fields[column], differs = value, true
		}
	}
	if differs {
		r.Updated = h.updated
		stats.Updated++
	}
}

// adopt creates a local record from the hub's and attaches the new local ID to it.
func (c *Connector) adopt(ctx context.Context, collection string, h hubRecord, fields map[string]string, stats *SyncStats) error {
	s := c.stores[collection]
	entity := c.truth.entity(collection, h.ids...)
	switch {
	case entity == "":
	case s.held[entity] > 0:
		stats.Twins++
	case s.copied[entity] > 0:
		stats.Copies++
	}
	r := &Local{ID: s.newID(), Fields: fields, Updated: h.updated, Created: true, synced: h.updated, entity: entity}
	s.add(r)
	c.truth.add(collection, c.id(r.ID), entity)
	stats.Created++
	body, err := json.Marshal(map[string]any{collection: map[string]any{"id": []connec.ExternalID{c.id(r.ID)}}})
	if err != nil {
		return err
	}
	if _, err := c.client.Send(ctx, connec.Request{Method: "PUT", Path: "/" + collection + "/" + h.uuid, Body: body}); err != nil {
		return fmt.Errorf("attach %s to %s: %w", r.ID, h.uuid, err)
	}
	return nil
}
