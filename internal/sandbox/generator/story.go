package generator

import (
	"fmt"
	"time"

	"github.com/sameas/sameas/internal/connec"
)

// app is one application of the company.
type app int

// The applications: A is the one being onboarded, the others are connected already.
const (
	appA app = iota
	appB
	appShop
	appNZ
	apps
)

// HubGroup and HubChannel name the sandbox's group and channel.
const (
	HubGroup   = "cld-sandbox"
	HubChannel = "org-sandbox"
)

// system is what the world knows of one application.
type system struct {
	provider, realm string
	multiplier      uint64     // of its ID numbers
	format          string     // of its IDs
	phones          phoneStyle // its usual way to write phones
	connected       int64      // Unix time of its first sync
}

// The systems by app. B, the shop and the New Zealand books were connected one after the other; A once ran a trial.
func systemOf(a app) system {
	switch a {
	case appA:
		return system{"my-application", "2243", 2_654_435_761, "%d", styleNational, date(2017, 5, 3)}
	case appB:
		return system{"other-app", "77", 2_246_822_519, "%d", styleInternational, date(2015, 3, 16)}
	case appShop:
		return system{"shop-front", "au-1", 3_266_489_917, "cus_%08x", styleDigits, date(2016, 2, 8)}
	}
	return system{"other-app", "nz-9", 668_265_263, "%d", styleDashed, date(2016, 9, 19)}
}

func date(y, m, d int) int64 { return time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC).Unix() }

// content is what the story needs of a person or an organization.
type content[T any] interface {
	// vary is the thing as somebody else has entered it, with the kind of error made.
	vary(d dice, p *pools) (T, string)
	// dress leaves what the application keeps, written in its way.
	dress(d dice, a app) T
	// drift changes one field, as time does between two copies of one record.
	drift(d dice, p *pools) T
	// shares reports whether the two have anything in common that tells them from others, the name apart.
	shares(o T) bool
	// lend gives one telling value of the thing to its copy that has none.
	lend(to T) T
	// nameKey is the folded name, familyKey the folded family name or an organization's stem, as it really is.
	nameKey() string
	familyKey() string
	// compatible reports whether nothing in either says that they are two things: equal names, no field that differs.
	compatible(o T) bool
	// mailbox is the main e-mail address, and reachedAt the thing with another.
	mailbox() string
	reachedAt(address string) T
}

// hubRec is one record of the hub.
type hubRec[T any] struct {
	body             T
	ent              int // index in the group
	kind, label      string
	slot             uint64
	uuid             string
	ids              []connec.ExternalID // of applications
	hubFirst         bool                // the hub's own ID comes first in the array
	origin           app
	created, updated int64
}

// localRec is one record of an application's own.
type localRec[T any] struct {
	body        T
	ent         int
	app         app
	id          string
	serial      uint64 // the number in id
	kind, label string
	knows       string // B's ID of it, where A knows it
}

// entity is one person or organization as it is.
type entity[T any] struct {
	base T
	kind string // original, or the look-alike that its first record is
}

// link is one line of what A natively knows of B.
type link struct{ left, right connec.ExternalID }

// group is a few entities that have to do with one another, and every record of them.
type group[T content[T]] struct {
	num      uint64
	entities []entity[T]
	hubs     []hubRec[T]
	locals   []localRec[T]
	links    []link
	slips    int // of links, how many name another entity's record
}

// hubSizes: of the entities that the hub holds, how many have one record there, two, ... six, of a thousand.
// 28 % have more than one; sizes fall off by about the 2.2th power, as Zipf-like cluster sizes do.
var hubSizes = [...]int{720, 186, 56, 22, 10, 6}

// story tells how the entity came into the applications and the hub.
func (g *group[T]) story(d dice, p *pools, e int) {
	ent := &g.entities[e]
	switch x := d.IntN(1000); {
	case x < 148: // only A has it, now and then B too, not yet synced
		g.addLocal(appA, e, ent.base.dress(d, appA), ent.kind)
		if d.chance(80) {
			body, kind := ent.base.vary(d, p)
			g.addLocal(appB, e, body.dress(d, appB), kind)
		}
	case x < 160:
		g.addLocal(appB, e, ent.base.dress(d, appB), ent.kind)
	default:
		g.push(d, p, e)
		if !g.holds(appA, e) && d.chance(460) {
			body, kind := ent.base.vary(d, p)
			g.addLocal(appA, e, body.dress(d, appA), kind)
		}
	}
	if g.holds(appA, e) && d.chance(32) { // a duplicate inside A
		body, kind := ent.base.vary(d, p)
		g.addLocal(appA, e, body.dress(d, appA), kind)
	}
	g.mend(d, e)
	g.linkNatively(d, e)
}

func (g *group[T]) holds(a app, e int) bool {
	for i := range g.locals {
		if g.locals[i].ent == e && g.locals[i].app == a {
			return true
		}
	}
	return false
}

// push makes the entity's hub records: each was pushed by one application with its own ID only.
func (g *group[T]) push(d dice, p *pools, e int) {
	x, size := d.IntN(1000), 1
	for i, w := range hubSizes {
		if x -= w; x < 0 {
			size = i + 1
			break
		}
	}
	ent := &g.entities[e]
	weights := [apps]uint64{appA: 55, appB: 500, appShop: 290, appNZ: 150}
	for i := range size {
		if i > 0 && i == size-1 && d.chance(45) {
			g.repeatUpsert(d, e)
			continue
		}
		a := app(newTable(g.untaken(weights, e)).draw(d))
		body, kind := ent.base, ent.kind
		if i > 0 {
			body, kind = ent.base.vary(d, p)
		}
		plain := body
		body = body.dress(d, a)
		id := g.addLocal(a, e, body, kind)
		g.pushed(d, p, len(g.locals)-1)
		h := g.addHub(d, a, e, body, kind, id)
		g.linkNaively(d, h, plain)
	}
}

// untaken makes an application that holds the entity already an unlikely one to hold it once more: most duplicates at the
// hub come from different applications, a few from one that duplicates itself.
func (g *group[T]) untaken(weights [apps]uint64, e int) []uint64 {
	for a := range apps {
		if g.holds(a, e) {
			weights[a] = weights[a]/25 + 1
		}
	}
	return weights[:]
}

// pushed lets an application's copy drift from what it pushed, now and then.
func (g *group[T]) pushed(d dice, p *pools, i int) {
	if d.chance(150) {
		g.locals[i].body = g.locals[i].body.drift(d, p)
		g.locals[i].kind = "drift"
	}
}

// repeatUpsert is a second hub record by concurrent upserts: the same content and IDs, created in the same moment.
func (g *group[T]) repeatUpsert(d dice, e int) {
	first := g.hubs[len(g.hubs)-1]
	if first.ent != e {
		return
	}
	again := g.addHub(d, first.origin, e, first.body, "concurrent_upsert", connec.ExternalID{})
	again.ids = append([]connec.ExternalID(nil), first.ids...)
	again.created, again.updated = first.created, first.updated
	again.uuid = uuidAt(again.created, again.slot)
}

// linkNaively attaches a further application's ID to the last hub record of the entity, as the applications' own exact
// rules did; that application holds an equal record, so only records with a mailbox are linked.
func (g *group[T]) linkNaively(d dice, h *hubRec[T], plain T) {
	if h.body.mailbox() == "" || !d.chance(140) {
		return
	}
	other := [...]app{appB, appB, appShop, appNZ, appA}[d.IntN(5)]
	if g.holds(other, h.ent) || other == appA && !d.chance(500) {
		return
	}
	id := g.addLocal(other, h.ent, plain.dress(d, other).reachedAt(h.body.mailbox()), "exact")
	h.ids = append(h.ids, id)
	h.updated = max(h.updated, systemOf(other).connected+int64(d.IntN(3*3600)))
}

// addHub adds a hub record pushed by the application with the ID, if it is complete.
func (g *group[T]) addHub(d dice, a app, e int, body T, kind string, id connec.ExternalID) *hubRec[T] {
	slot := g.num*64 + uint64(len(g.hubs))
	h := hubRec[T]{body: body, ent: e, kind: kind, slot: slot, origin: a, hubFirst: d.chance(300)}
	if id.Complete() {
		h.ids = []connec.ExternalID{id}
	}
	if d.chance(15) { // a placeholder that some import left
		s := systemOf(app(1 + d.IntN(3)))
		h.ids = append(h.ids, connec.ExternalID{Provider: s.provider, Realm: s.realm, ID: pick(d, []string{"0", "0", "N/A"})})
	}
	h.created = systemOf(a).connected
	if d.chance(550) { // came with the first sync
		h.created += int64(d.IntN(4 * 3600))
	} else {
		h.created += int64(d.IntN(900 * 86400))
	}
	h.updated = h.created
	if d.chance(450) {
		h.updated += int64(d.IntN(int(worldEnd() - h.created)))
	}
	h.uuid = uuidAt(h.created, slot)
	g.hubs = append(g.hubs, h)
	return &g.hubs[len(g.hubs)-1]
}

// worldEnd is when the world is looked at; no time in it is later.
func worldEnd() int64 { return date(2019, 12, 31) }

// uuidAt is a time-based UUID as the hub makes them: 100-nanosecond ticks since 1970 with 01 for the version bits, and
// a constant node. The slot makes it unique: its low bits are the clock sequence, its high bits part of the second.
func uuidAt(created int64, slot uint64) string {
	x := slotID(slot, 2_654_435_769)
	ticks := uint64(created)*10_000_000 + (x>>16)*152 + mix(slot)%152
	return fmt.Sprintf("%08x-%04x-%04x-%04x-15461b913fab", uint32(ticks), uint16(ticks>>32), 0x0100|uint16(ticks>>48)&0xff, uint16(x))
}

// addLocal gives the entity a record in the application and returns its ID.
func (g *group[T]) addLocal(a app, e int, body T, kind string) connec.ExternalID {
	s := systemOf(a)
	serial := slotID(g.num*64+uint64(len(g.locals)), s.multiplier) + 1000
	id := fmt.Sprintf(s.format, serial)
	g.locals = append(g.locals, localRec[T]{body: body, ent: e, app: a, id: id, serial: serial, kind: kind})
	return connec.ExternalID{Provider: s.provider, Realm: s.realm, ID: id}
}

// linkNatively lets A know some of B's IDs: in a column of its own, in the crosswalk, or both.
func (g *group[T]) linkNatively(d dice, e int) {
	for i := range g.locals {
		if g.locals[i].ent != e || g.locals[i].app != appA || !d.chance(450) {
			continue
		}
		for j := range g.locals {
			if g.locals[j].ent != e || g.locals[j].app != appB {
				continue
			}
			column := d.chance(600)
			if column {
				g.locals[i].knows = g.locals[j].id
			}
			if !column || d.chance(400) {
				g.links = append(g.links, link{g.localID(i), g.localID(j)})
			}
			break
		}
	}
}

func (g *group[T]) localID(i int) connec.ExternalID {
	s := systemOf(g.locals[i].app)
	return connec.ExternalID{Provider: s.provider, Realm: s.realm, ID: g.locals[i].id}
}

// misfile gives a hub record of one entity the ID of another's record, as an e-mail-only match at a shared mailbox
// does. The hub record keeps the content, and so the entity, that it had.
func (g *group[T]) misfile(d dice) {
	for i := range g.hubs {
		h := &g.hubs[i]
		for j := range g.locals {
			l := &g.locals[j]
			if l.ent == h.ent || l.app == appA && !d.chance(300) || l.app == h.origin || h.kind == "concurrent_upsert" {
				continue
			}
			if h.body.mailbox() == "" || l.body.mailbox() != h.body.mailbox() {
				continue
			}
			h.ids = append(h.ids, g.localID(j))
			h.kind = "wrong_link"
			return
		}
	}
}
