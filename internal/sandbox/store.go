package sandbox

import (
	"maps"
	"slices"
	"sync"

	"github.com/sameas/sameas/internal/connec"
)

// namespace is a provider and realm, interned: an ID costs one string and four bytes.
type namespace uint32

type providerRealm struct{ provider, realm string }

type names struct {
	all   []providerRealm
	index map[providerRealm]namespace
	texts map[string]string // names of members, held once
}

func newNames() *names {
	return &names{index: map[providerRealm]namespace{}, texts: map[string]string{}}
}

// text returns the one copy of a member's name.
func (n *names) text(name string) string {
	if held, ok := n.texts[name]; ok {
		return held
	}
	n.texts[name] = name
	return name
}

func (n *names) clone() *names {
	return &names{all: slices.Clone(n.all), index: maps.Clone(n.index), texts: maps.Clone(n.texts)}
}

// intern returns the namespace, made when it is new; the caller holds the server's lock for writing.
func (n *names) intern(provider, realm string) namespace {
	key := providerRealm{provider, realm}
	if ns, ok := n.index[key]; ok {
		return ns
	}
	ns := namespace(len(n.all))
	n.all = append(n.all, key)
	n.index[key] = ns
	return ns
}

func (n *names) of(ns namespace) providerRealm { return n.all[ns] }

// find returns the identifier of an external ID; ok is false when nobody ever used its provider and realm.
func (n *names) find(e connec.ExternalID) (identifier, bool) {
	ns, ok := n.index[providerRealm{e.Provider, e.Realm}]
	return identifier{ns, e.ID}, ok
}

// identifier is an external ID in compact form.
type identifier struct {
	ns namespace
	id string
}

// reference is one reference field at the top level of a record. The target is looked up by UUID whenever the record
// is shown, so that it follows the target's IDs. Without a target (it was never loaded) the IDs stand as they came.
type reference struct {
	field  string
	target string // collection
	uuid   string
	given  []connec.ExternalID // as loaded, when they name more than the UUID; not kept once the target is there
}

// record is one resource. It is never changed in place: a write puts another in its slot, so that clones share it.
type record struct {
	uuid             string
	channel          namespace // of the hub's own ID
	ids              []identifier
	refs             []reference
	members          []byte // the other members as compact JSON, without the braces
	created, updated int64  // unix seconds
	gone             bool   // merged away
	nested           bool   // members may hold references below the top level
}

// tombstone is what remains of a record that a merge removed: references to it show this.
type tombstone struct {
	into string // UUID that references follow, "" when they are left as they were
	ids  []connec.ExternalID
}

// collection is the records of one kind, in order of arrival.
type collection struct {
	name    string
	records []record
	byUUID  map[string]uint32
	byID    map[identifier]uint32   // the first holder
	shared  map[identifier][]uint32 // further holders, in order of arrival
	tombs   map[string]tombstone
	removed int
	codes   int64 // the greatest number in a code that the server might have assigned

	generation uint64 // counts writes
	shape      uint64 // counts writes that add or remove a record
	views      viewCache
}

func newCollection(name string) *collection {
	return &collection{
		name:   name,
		byUUID: map[string]uint32{},
		byID:   map[identifier]uint32{},
		shared: map[identifier][]uint32{},
		tombs:  map[string]tombstone{},
	}
}

func (c *collection) clone() *collection {
	n := &collection{
		name: c.name, records: slices.Clone(c.records), byUUID: maps.Clone(c.byUUID), byID: maps.Clone(c.byID),
		shared: make(map[identifier][]uint32, len(c.shared)), tombs: maps.Clone(c.tombs),
		removed: c.removed, codes: c.codes, generation: c.generation, shape: c.shape,
	}
	for id, slots := range c.shared {
		n.shared[id] = slices.Clone(slots)
	}
	return n
}

func (c *collection) live() int { return len(c.records) - c.removed }

// find returns the record of that UUID, nil when there is none (any more).
func (c *collection) find(uuid string) *record {
	if c == nil {
		return nil
	}
	if slot, ok := c.byUUID[uuid]; ok {
		return &c.records[slot]
	}
	return nil
}

// holders are the slots of the records that bear the ID, in order of arrival.
func (c *collection) holders(id identifier) []uint32 {
	first, ok := c.byID[id]
	if !ok {
		return nil
	}
	return append([]uint32{first}, c.shared[id]...)
}

// insert appends a record and indexes it; its UUID must be new.
func (c *collection) insert(r record) uint32 {
	slot := uint32(len(c.records))
	c.records = append(c.records, r)
	c.byUUID[r.uuid] = slot
	for _, id := range r.ids {
		c.hold(id, slot)
	}
	c.generation++
	c.shape++
	return slot
}

// replace puts another version of the record in its slot; index entries follow its IDs.
func (c *collection) replace(slot uint32, r record) {
	old := c.records[slot]
	for _, id := range old.ids {
		if !slices.Contains(r.ids, id) {
			c.release(id, slot)
		}
	}
	for _, id := range r.ids {
		if !slices.Contains(old.ids, id) {
			c.hold(id, slot)
		}
	}
	c.records[slot] = r
	c.generation++
}

// remove takes the record out; references to it show the tombstone.
func (c *collection) remove(slot uint32, t tombstone) {
	r := c.records[slot]
	for _, id := range r.ids {
		c.release(id, slot)
	}
	delete(c.byUUID, r.uuid)
	c.tombs[r.uuid] = t
	c.records[slot] = record{uuid: r.uuid, channel: r.channel, gone: true}
	c.removed++
	c.generation++
	c.shape++
}

func (c *collection) hold(id identifier, slot uint32) {
	first, ok := c.byID[id]
	switch {
	case !ok:
		c.byID[id] = slot
	case slot < first: // keep the order of arrival
		c.byID[id] = slot
		c.shared[id] = append([]uint32{first}, c.shared[id]...)
	case slot > first:
		at, found := slices.BinarySearch(c.shared[id], slot)
		if !found {
			c.shared[id] = slices.Insert(c.shared[id], at, slot)
		}
	}
}

func (c *collection) release(id identifier, slot uint32) {
	rest := c.shared[id]
	if c.byID[id] != slot {
		if at, found := slices.BinarySearch(rest, slot); found {
			rest = slices.Delete(rest, at, at+1)
		}
	} else if len(rest) == 0 {
		delete(c.byID, id)
	} else {
		c.byID[id], rest = rest[0], rest[1:]
	}
	if len(rest) == 0 {
		delete(c.shared, id)
	} else {
		c.shared[id] = rest
	}
}

// viewCache keeps the last sorted or filtered lists of slots, so that a scan sorts once and not once a page.
type viewCache struct {
	mu   sync.Mutex
	list []view
}

// view is the slots of a list in order, good as long as its stamp is the collection's.
type view struct {
	key   string
	stamp uint64
	slots []uint32
}

const cachedViews = 8

func (v *viewCache) get(key string, stamp uint64, build func() []uint32) []uint32 {
	v.mu.Lock()
	defer v.mu.Unlock()
	for i, e := range v.list {
		if e.key == key {
			if e.stamp == stamp {
				return e.slots
			}
			v.list = slices.Delete(v.list, i, i+1)
			break
		}
	}
	if len(v.list) == cachedViews {
		v.list = slices.Delete(v.list, 0, 1)
	}
	slots := build()
	v.list = append(v.list, view{key, stamp, slots})
	return slots
}
