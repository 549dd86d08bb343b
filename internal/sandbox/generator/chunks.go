package generator

import (
	"context"
	"runtime"
	"strconv"
	"strings"

	"github.com/sameas/sameas/internal/connec"
	"golang.org/x/sync/errgroup"
)

// groupsPerChunk is how many groups one goroutine makes at a time. Part of the profile: a wrong crosswalk line points
// to the group before within the chunk.
const groupsPerChunk = 256

// chunk is what some consecutive groups add to the files.
type chunk[T content[T]] struct {
	hubs         int
	hub, a, b    rows
	links, truth []byte
	provisional  []provisionalRow
	names        []uint64 // hash of each entity's name
	counts       Counts
	groups       []*group[T] // kept for organizations only
}

// provisionalRow is a truth line whose label stands only if so many entities bear the name.
type provisionalRow struct {
	row, label string // row is the line up to the label
	name       uint64
	bearers    int
}

// maker makes the groups of one collection.
type maker[T content[T]] struct {
	world      *world
	collection string
	stream     uint64
	firstGroup uint64
	prefix     string // of entities in the truth
	entities   func(dice) []entity[T]
	appendHub  func([]byte, *hubRec[T]) []byte
	appendOwn  func([]byte, *localRec[T]) []byte
	keep       bool
}

// make makes one chunk; at most limit hub records, all of them for limit < 0. A chunk's bytes depend on nothing but
// the world, its number and the limit.
func (m *maker[T]) make(number uint64, limit int) *chunk[T] {
	c := &chunk[T]{}
	var before *group[T]
	for i := uint64(0); i < groupsPerChunk && limit != 0; i++ {
		num := m.firstGroup + number*groupsPerChunk + i
		d := newDice(m.world.seed, m.stream, num)
		g := newGroup(d, m.world.pools, num, m.entities(d))
		g.misdirect(d, before)
		before = g
		if limit > 0 {
			g.cut(limit)
			limit -= len(g.hubs)
		}
		g.mark()
		m.write(c, g)
		countGroup(&c.counts, g)
		if m.keep {
			c.groups = append(c.groups, g)
		}
	}
	return c
}

func (m *maker[T]) write(c *chunk[T], g *group[T]) {
	for i := range g.hubs {
		h := &g.hubs[i]
		c.hub.b = m.appendHub(c.hub.b, h)
		c.hub.end(uint64(h.created), mix(h.slot))
		m.truth(c, connec.ExternalID{Provider: connec.HubProvider, Realm: HubChannel, ID: h.uuid}, g, h.ent, h.kind, h.label)
	}
	c.hubs += len(g.hubs)
	for i := range g.locals {
		l := &g.locals[i]
		switch l.app {
		case appA:
			c.a.b = m.appendOwn(c.a.b, l)
			c.a.end(l.serial, 0)
		case appB:
			c.b.b = m.appendOwn(c.b.b, l)
			c.b.end(l.serial, 0)
		default:
			continue
		}
		m.truth(c, g.localID(i), g, l.ent, l.kind, l.label)
	}
	for _, l := range g.links {
		c.links = csvRow(c.links, l.left.Provider, l.left.Realm, l.left.ID, l.right.Provider, l.right.Realm, l.right.ID)
	}
	for e := range g.entities {
		base := g.entities[e].base
		c.names = append(c.names, hashName(base.nameKey()), hashName(familyMark+base.familyKey()))
	}
}

// truth adds a truth line; one whose label is provisional waits for the names of the whole world.
func (m *maker[T]) truth(c *chunk[T], id connec.ExternalID, g *group[T], e int, kind, label string) {
	fields := []string{id.Provider, id.Realm, id.ID, g.entityName(m.prefix, e), m.collection, kind}
	late := provisionalRow{}
	if name, ok := strings.CutPrefix(label, namePrefix); ok {
		late = provisionalRow{label: labelOfName(m.prefix, name), name: hashName(name), bearers: 2}
	} else if strings.HasPrefix(label, apartPrefix) {
		late = provisionalRow{label: m.prefix + label, name: hashName(familyMark + g.entities[e].base.familyKey()), bearers: commonFamily}
	}
	if late.bearers > 0 {
		late.row = strings.TrimSuffix(string(csvRow(nil, fields...)), "\n")
		c.provisional = append(c.provisional, late)
		return
	}
	if label != "" {
		label = m.prefix + label
	}
	c.truth = csvRow(c.truth, append(fields, label)...)
}

// familyMark keeps family names apart from full names in the list of hashes.
const familyMark = "family|"

// hashName is FNV-1a, 64 bits.
func hashName(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}

// labelOfName is the label of records that a name alone describes.
func labelOfName(prefix, name string) string {
	return prefix + namePrefix + strconv.FormatUint(hashName(name), 16)
}

// inOrder makes chunks on every core and hands them over in the order of their numbers until take reports that it has
// enough. At most a few are in memory.
func inOrder[C any](ctx context.Context, produce func(uint64) C, take func(uint64, C) (bool, error)) error {
	workers := runtime.GOMAXPROCS(0)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	queue := make(chan chan C, 2*workers)
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		defer close(queue)
		var pool errgroup.Group
		pool.SetLimit(workers)
		defer pool.Wait()
		for n := uint64(0); ; n++ {
			slot := make(chan C, 1)
			select {
			case queue <- slot:
			case <-gctx.Done():
				return nil
			}
			pool.Go(func() error { slot <- produce(n); return nil })
		}
	})
	g.Go(func() error {
		defer cancel()
		n := uint64(0)
		for slot := range queue {
			select {
			case c := <-slot:
				if done, err := take(n, c); done || err != nil {
					return err
				}
				n++
			case <-gctx.Done():
				return context.Cause(gctx)
			}
		}
		return context.Cause(gctx)
	})
	return g.Wait()
}
