package generator

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Profiles are the versions of the world's recipe. They are frozen: what a seed makes never changes within a profile; harder
// worlds get new numbers. Gen2 is Gen1 whose addresses and dates are typed as carelessly as those of FEBRL (see careless).
const (
	Gen1 = "gen/1"
	Gen2 = "gen/2"
)

// Profiles lists them, the default first.
func Profiles() []string { return []string{Gen1, Gen2} }

// Options say how large a world to make.
type Options struct {
	// People and Organizations are the numbers of hub records, each 0 to 20,000,000. The applications' own files come on top.
	People, Organizations int
	// Seed chooses the world; the same seed makes the same bytes.
	Seed uint64
	// Profile is one of Profiles; "" is the first.
	Profile string
}

// maxRecords keeps the numbers of records within the range of IDs that the profile can make.
const maxRecords = 20_000_000

// orgGroups is where organizations' groups begin, so that no ID or UUID of theirs is a person's.
const orgGroups = 1 << 25

// Generate makes the world and writes its files into dir, which is made if need be: people.ndjson,
// organizations.ndjson, truth.csv, application_people.csv, application_organizations.csv, links_people.csv,
// links_organizations.csv, other_people.csv and other_organizations.csv. They appear whole, after the last record was
// made, or not at all. progress, if not nil, is told of hub records made, from one goroutine.
func Generate(ctx context.Context, o Options, dir string, progress func(done, total int64)) (Stats, error) {
	if o.People < 0 || o.Organizations < 0 || o.People > maxRecords || o.Organizations > maxRecords {
		return Stats{}, fmt.Errorf("%d people and %d organizations: each must be between 0 and %d", o.People, o.Organizations, maxRecords)
	}
	if o.Profile != "" && !slices.Contains(Profiles(), o.Profile) {
		return Stats{}, fmt.Errorf("profile %q: must be one of %s", o.Profile, strings.Join(Profiles(), ", "))
	}
	p, err := loadPools()
	if err != nil {
		return Stats{}, err
	}
	p.careless = o.Profile == Gen2
	out, err := openFiles(dir)
	if err != nil {
		return Stats{}, err
	}
	defer out.discard()
	r := &run{w: &world{seed: o.Seed, pools: p}, out: out, progress: progress, total: int64(o.People) + int64(o.Organizations)}
	stats, err := r.all(ctx, o)
	if err != nil {
		return Stats{}, err
	}
	if err := out.publish(ctx); err != nil {
		return Stats{}, err
	}
	return stats, nil
}

// run is one call of Generate.
type run struct {
	w           *world
	out         *files
	progress    func(done, total int64)
	done, total int64
}

func (r *run) all(ctx context.Context, o Options) (Stats, error) {
	w := r.w
	orgs := &maker[organization]{world: w, collection: "organizations", stream: streamOrganizations, firstGroup: orgGroups, prefix: "o",
		entities: w.organizationGroup, appendHub: appendOrganization, appendOwn: localOrganization, keep: true}
	so, err := collect(ctx, r, orgs, o.Organizations, func(c *chunk[organization]) { w.addOrganizations(c.groups) })
	if err != nil {
		return Stats{}, err
	}
	if len(w.orgs) > 0 {
		w.orgZipf = newZipf(len(w.orgs), 30)
	}
	people := &maker[person]{world: w, collection: "people", stream: streamPeople, prefix: "p",
		entities: w.peopleGroup, appendHub: w.appendPerson, appendOwn: w.localPerson}
	sp, err := collect(ctx, r, people, o.People, func(*chunk[person]) {})
	if err != nil {
		return Stats{}, err
	}
	sp.add(so)
	return sp, nil
}

// collect makes chunks until the collection holds exactly n hub records, and writes them.
func collect[T content[T]](ctx context.Context, r *run, m *maker[T], n int, also func(*chunk[T])) (Stats, error) {
	f := r.out.of(m.collection)
	stats := Stats{m.collection: &Counts{DuplicatesByKind: map[string]int{}, RecordsByKind: map[string]int{}}}
	if n == 0 {
		return stats, ctx.Err()
	}
	var names []uint64
	var late []provisionalRow
	left := n
	err := inOrder(ctx, func(number uint64) *chunk[T] { return m.make(number, -1) }, func(number uint64, c *chunk[T]) (bool, error) {
		if c.hubs > left {
			c = m.make(number, left)
		}
		left -= c.hubs
		names, late = append(names, c.names...), append(late, c.provisional...)
		stats.add(Stats{m.collection: &c.counts})
		also(c)
		r.report(int64(c.hubs))
		return left == 0, errors.Join(f.hub.add(&c.hub), f.a.add(&c.a), f.b.add(&c.b), f.links.write(c.links), r.out.truth.write(c.truth))
	})
	if err != nil {
		return nil, err
	}
	return stats, r.writeLate(names, late)
}

func (r *run) report(made int64) {
	r.done += made
	if r.progress != nil {
		r.progress(r.done, r.total)
	}
}

// writeLate writes the truth lines whose labels waited for the names of the whole world.
func (r *run) writeLate(names []uint64, late []provisionalRow) error {
	slices.Sort(names)
	var b []byte
	for _, row := range late {
		b = append(append(b, row.row...), ',')
		i, _ := slices.BinarySearch(names, row.name)
		if last := i + row.bearers - 1; last < len(names) && names[last] == row.name {
			b = append(b, row.label...)
		}
		b = append(b, '\n')
	}
	return r.out.truth.write(b)
}
