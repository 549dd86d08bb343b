package match

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"hash/maphash"
	"slices"
	"strings"

	queries "github.com/sameas/sameas/sql"
)

// formerClusters is what runs before this one called their clusters. An ID that was ever given has a number, which it keeps.
type formerClusters struct {
	names     []string // every ID that was ever given, by its number
	runs      []int64  // of each: the run that gave it, from 1
	successor []uint32 // of an ID whose cluster was merged into another: that one's number + 1; 0 of others
	shares    []share
	before    *standing // nil where the records are others than those of the run before

	kept  texts
	seed  maphash.Seed
	last  []uint32 // of each place that a hash may have, a power of two of them: number + 1 of the last ID there
	alike []uint32 // of each ID: number + 1 of the one before at the same place
}

func newFormerClusters() *formerClusters {
	return &formerClusters{seed: maphash.MakeSeed(), last: make([]uint32, 1)}
}

// expect makes room for some more IDs.
func (f *formerClusters) expect(more int) {
	f.names, f.runs, f.successor = slices.Grow(f.names, more), slices.Grow(f.runs, more), slices.Grow(f.successor, more)
	if all := len(f.names) + more; all > len(f.last) {
		f.placeAnew(all)
	}
}

// placeAnew gives the IDs places, so many that few share one.
func (f *formerClusters) placeAnew(ids int) {
	places := len(f.last)
	for places < 4*ids {
		places *= 2
	}
	f.last, f.alike = make([]uint32, places), slices.Grow(f.alike[:0], ids)
	for n := range f.names {
		f.index(uint32(n))
	}
}

func (f *formerClusters) index(n uint32) {
	place := f.place(f.names[n])
	f.alike = append(f.alike, *place)
	*place = n + 1
}

// place is that of an ID's hash.
func (f *formerClusters) place(id string) *uint32 {
	return &f.last[maphash.String(f.seed, id)&uint64(len(f.last)-1)]
}

// number is that of an ID.
func (f *formerClusters) number(id string) (n uint32, known bool) {
	return f.numberAt(*f.place(id), id)
}

// numberAt is that of an ID of which the last one at its place is known.
func (f *formerClusters) numberAt(last uint32, id string) (n uint32, known bool) {
	for at := last; at != 0; at = f.alike[at-1] {
		if f.names[at-1] == id {
			return at - 1, true
		}
	}
	return 0, false
}

// texts are the IDs of some numbers.
func (f *formerClusters) texts(numbers []uint32) []string {
	texts := make([]string, len(numbers))
	for i, n := range numbers {
		texts[i] = f.names[n]
	}
	return texts
}

// share is some external IDs of a former cluster that a record carries.
type share struct {
	record  uint32
	cluster uint32 // its ID's number
	ids     uint32
}

func (m *matching) loadFormer(ctx context.Context, on queries.Querier) (*formerClusters, error) {
	f := newFormerClusters()
	args := queries.Args{"collection": m.schema.collection}
	table := "cluster_names"
	whole, err := f.load(ctx, on, args)
	if err == nil && whole {
		if m.rejudges {
			return f, m.loadStanding(ctx, on, f)
		}
		table = "cluster_keys"
		whole, err = f.loadShares(ctx, on, args, m.identity.ids, m.records)
	}
	switch {
	case err != nil || whole:
		return f, err
	case !m.options.Anew:
		return nil, m.unlike(table)
	}
	m.options.Log.Warn("the IDs of former clusters are not as the match before left them: all are given anew", "collection", m.schema.collection, "table", table)
	return newFormerClusters(), nil
}

// load reads the IDs, and reports whether they are numbered as they should be.
func (f *formerClusters) load(ctx context.Context, on queries.Querier, args queries.Args) (whole bool, err error) {
	var held int64
	if err := queries.One(ctx, on, "match/069_cluster_names_held.sql", args, &held); err != nil {
		return false, err
	}
	f.names, f.runs, f.successor = make([]string, held), make([]int64, held), make([]uint32, held)
	whole = true
	merged := map[uint32]string{}
	err = queries.Stream(ctx, on, "match/071_cluster_names.sql", args, func(row *queries.Streamed) error {
		n, run := row.Int(0), row.Int(2)
		if whole = whole && 0 <= n && n < held && run > 0 && f.runs[n] == 0; !whole {
			return nil
		}
		f.names[n], f.runs[n] = f.kept.keep(row.Text(1)), run
		if successor := row.Text(3); successor != "" {
			merged[uint32(n)] = f.kept.keep(successor)
		}
		return nil
	})
	if err != nil || !whole {
		return whole, err
	}
	f.placeAnew(len(f.names))
	for n, name := range f.names { // an ID with two numbers is found by one
		found, _ := f.number(name)
		whole = whole && found == uint32(n)
	}
	for n, successor := range merged {
		to, known := f.number(successor)
		f.successor[n], whole = to+1, whole && known && merged[to] == "" // a successor stands
	}
	return whole, nil
}

// loadShares reads which external IDs told the clusters of the run before, and reports whether all name clusters.
func (f *formerClusters) loadShares(ctx context.Context, on queries.Querier, args queries.Args, ids *externalIDs, records []record) (whole bool, err error) {
	whole = true
	last := 0
	err = queries.Stream(ctx, on, "match/070_previous_clusters.sql", args, func(row *queries.Streamed) error {
		hash, cluster := row.Uint(0), row.Int(1)
		whole = whole && 0 <= cluster && cluster < int64(len(f.names))
		var found bool
		if last, found = ids.seek(hash, last); found && whole {
			f.shares = append(f.shares, share{ids.carrier(uint32(last), records), uint32(cluster), 1})
		}
		return nil
	})
	return whole, err
}

// claim is a former cluster's ID and the present cluster that holds the largest part of it.
type claim struct {
	id      uint32 // its number
	run     int64  // that gave it
	group   int
	overlap int
}

// heirs finds for every former cluster the present one that shares most external IDs with it; of equal parts the first
// cluster's. An ID on several records counts once: for the one whose own ID it is, or the first of them.
func (f *formerClusters) heirs(group []uint32) []claim {
	slices.SortFunc(f.shares, func(a, b share) int {
		return cmp.Or(cmp.Compare(a.cluster, b.cluster), cmp.Compare(group[a.record], group[b.record]))
	})
	var claims []claim
	best := claim{group: -1}
	for from := 0; from < len(f.shares); {
		s := f.shares[from]
		part := claim{s.cluster, f.runs[s.cluster], int(group[s.record]), 0}
		to := from
		for ; to < len(f.shares) && f.shares[to].cluster == s.cluster && int(group[f.shares[to].record]) == part.group; to++ {
			part.overlap += int(f.shares[to].ids)
		}
		if best.group < 0 || part.overlap > best.overlap {
			best = part
		}
		if from = to; from == len(f.shares) || f.shares[from].cluster != s.cluster {
			claims = append(claims, best)
			best = claim{group: -1}
		}
	}
	return claims
}

// unnamed is the number of no ID.
const unnamed = ^uint32(0)

// nameClusters gives every cluster an ID, of which it returns the number; group is the cluster of each record. A former ID
// goes to the cluster that holds the largest part of its external IDs; of several that come together the one given first
// stays, and the others become its aliases. What is left gets a new one, made from its smallest key. It keeps f in step.
func nameClusters(collection string, records []record, groups [][]uint32, group []uint32, f *formerClusters, threads int) []uint32 {
	numbers := slices.Repeat([]uint32{unnamed}, len(groups))
	f.keep(numbers, groups)
	claims := f.heirs(group)
	slices.SortFunc(claims, func(a, b claim) int {
		return cmp.Or(cmp.Compare(a.run, b.run), cmp.Compare(b.overlap, a.overlap), strings.Compare(f.names[a.id], f.names[b.id]))
	})
	for _, c := range claims {
		if numbers[c.group] == unnamed {
			numbers[c.group] = c.id
			f.successor[c.id] = 0
		} else {
			f.successor[c.id] = numbers[c.group] + 1
		}
	}
	now := int64(1)
	for _, run := range f.runs {
		now = max(now, run+1)
	}
	var unnamedGroups []uint32
	for g, n := range numbers {
		if n == unnamed {
			unnamedGroups = append(unnamedGroups, uint32(g))
		}
	}
	first := f.giveNew(now, collection, len(unnamedGroups), threads, func(i int) string { return records[groups[unnamedGroups[i]][0]].key })
	for i, g := range unnamedGroups {
		numbers[g] = first + uint32(i)
	}
	return numbers
}

// giveNew gives so many new IDs, each made from a key, and returns the number of the first. They are thought out on all
// threads, and then each is given if it is free.
func (f *formerClusters) giveNew(run int64, collection string, ids, threads int, key func(i int) string) (first uint32) {
	f.expect(ids)
	from := len(f.names)
	f.names, f.successor = f.names[:from+ids], f.successor[:from+ids]
	_ = inPieces(context.Background(), threads, ids, 1<<13, func(_, at, end int) { // nothing can fail
		var kept texts
		for i := at; i < end; i++ {
			var memory [64]byte
			f.names[from+i] = kept.keep(string(shortID(memory[:0], collection, key(i))))
		}
	})
	for i := range ids {
		n := from + i
		f.runs, f.successor[n] = append(f.runs, run), 0
		place := f.place(f.names[n])
		if _, taken := f.numberAt(*place, f.names[n]); taken {
			f.names[n] = f.newID(collection, key(i))
			place = f.place(f.names[n])
		}
		f.alike = append(f.alike, *place)
		*place = uint32(n) + 1
	}
	return uint32(from)
}

// shortDigits is how many digits of a hash an ID has when nothing else begins with them.
const shortDigits = 8

// shortID appends the ID that a cluster with that smallest key has first choice of: the collection and a hash of the key.
func shortID(id []byte, collection, key string) []byte {
	sum := keyHash(collection, key)
	return hex.AppendEncode(append(append(id, collection...), '-'), sum[:shortDigits/2])
}

func keyHash(collection, key string) [sha256.Size]byte {
	var memory [128]byte
	return sha256.Sum256(append(append(append(memory[:0], collection...), 0), key...))
}

// newID is the collection and a hash of the smallest key, as short as is free.
func (f *formerClusters) newID(collection, key string) string {
	isTaken := func(id string) bool {
		_, is := f.number(id)
		return is
	}
	if id := string(shortID(nil, collection, key)); !isTaken(id) {
		return id
	}
	sum := keyHash(collection, key)
	digits := hex.EncodeToString(sum[:])
	for n := shortDigits + 1; ; n++ {
		id := collection + "-" + digits[:min(n, len(digits))]
		for range n - len(digits) {
			id += "x" // every prefix of this key's hash was given before
		}
		if !isTaken(id) {
			return id
		}
	}
}

// standing is the number + 1 of the cluster that stands for a former one that was merged, 0 of one that was not; an alias of
// an alias names the cluster that stands.
func (f *formerClusters) standing(n uint32) uint32 {
	successor := f.successor[n]
	for next := successor; next != 0; next = f.successor[next-1] {
		successor = next
	}
	return successor
}

// rows are those of cluster_names.
func (f *formerClusters) rows() queries.Rows {
	return queries.Rows{Len: len(f.names), Fill: f.fill}
}

func (f *formerClusters) fill(row *queries.Row, n int) {
	row.Int(int64(n))
	row.Text(f.names[n])
	row.Int(f.runs[n])
	if successor := f.standing(uint32(n)); successor != 0 {
		row.Text(f.names[successor-1])
	} else {
		row.Null()
	}
}
