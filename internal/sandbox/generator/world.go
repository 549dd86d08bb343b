package generator

import (
	"strconv"

	"github.com/sameas/sameas/internal/connec"
)

// world is what the groups of one run draw on. It is read-only while people are made.
type world struct {
	seed    uint64
	pools   *pools
	orgs    []orgRow // by number, in the order made
	orgZipf zipf     // how often people work where
}

// orgRow is what people need to know of an organization.
type orgRow struct {
	name, phone, domain string
	ids                 [2]string // A's and B's own, "" where it is not held
	refs                []orgRef
}

// orgRef is one hub record of an organization, as a reference to it looks: its whole ID array.
type orgRef struct {
	origin app
	json   string
}

// reference is the organization_id of a person's hub record pushed by the application: the application's own record of
// the organization if the hub has it, else any. One in ten has none: the framework skips what it cannot resolve.
func (w *world) reference(a app, org int, how uint64) string {
	if org < 0 || how>>20%10 == 0 {
		return ""
	}
	refs := w.orgs[org].refs
	for _, r := range refs {
		if r.origin == a {
			return r.json
		}
	}
	if len(refs) == 0 {
		return ""
	}
	return refs[0].json
}

func (w *world) localOrg(a app, org int) string {
	if org < 0 || a > appB {
		return ""
	}
	return w.orgs[org].ids[a]
}

// addOrganizations takes a finished chunk's organizations into the table, in order.
func (w *world) addOrganizations(gs []*group[organization]) {
	for _, g := range gs {
		first := len(w.orgs)
		for e := range g.entities {
			o := g.entities[e].base
			w.orgs = append(w.orgs, orgRow{name: o.name, phone: o.phone, domain: o.domain()})
		}
		for i := range g.hubs {
			h := &g.hubs[i]
			var o object
			o.idArray(true, h.hubFirst, h.uuid, h.ids)
			row := &w.orgs[first+h.ent]
			row.refs = append(row.refs, orgRef{h.origin, string(o.b)})
		}
		for i := range g.locals {
			if l := &g.locals[i]; l.app <= appB && w.orgs[first+l.ent].ids[l.app] == "" {
				w.orgs[first+l.ent].ids[l.app] = l.id
			}
		}
	}
}

// newGroup tells the whole story of one group.
func newGroup[T content[T]](d dice, p *pools, num uint64, entities []entity[T]) *group[T] {
	g := &group[T]{num: num, entities: entities}
	for e := range g.entities {
		g.story(d, p, e)
	}
	if len(g.entities) > 1 && d.chance(100) {
		g.misfile(d)
	}
	return g
}

// cut leaves the first n hub records.
func (g *group[T]) cut(n int) { g.hubs = g.hubs[:min(n, len(g.hubs))] }

// misdirect points a few lines of the crosswalk, 3 of a thousand, to the record of the group before: such files slip.
func (g *group[T]) misdirect(d dice, before *group[T]) {
	if before == nil {
		return
	}
	for i := range g.links {
		if !d.chance(6) {
			continue
		}
		for j := range before.locals {
			if before.locals[j].app == appB {
				g.links[i].right = before.localID(j)
				g.blame(g.links[i].left)
				g.slips++
				break
			}
		}
	}
}

// blame notes at the record on the left that its link is wrong.
func (g *group[T]) blame(left connec.ExternalID) {
	for i := range g.locals {
		if g.localID(i) == left {
			g.locals[i].kind = "wrong_crosswalk"
		}
	}
}

// entityName names an entity in the truth.
func (g *group[T]) entityName(prefix string, e int) string {
	return prefix + strconv.FormatUint(g.num%orgGroups, 10) + "-" + strconv.Itoa(e)
}
