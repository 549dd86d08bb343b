package match

import (
	"context"
	"database/sql"
	"slices"
	"strings"

	"github.com/sameas/sameas/internal/connec"
	queries "github.com/sameas/sameas/sql"
)

// externalIDs are all external IDs of a collection's records, each with the records that carry it. An ID is named by its
// number, from 0; numbers follow the IDs' hashes, so that they do not depend on the order of rows.
type externalIDs struct {
	scopes  []scope  // ascending
	scope   []uint32 // of each ID
	hash    []uint64 // ascending, of those that records carry
	text    []string // the ID's own part
	start   []uint32 // where its records begin among carried
	carried []uint32 // numbers of records, ascending for each ID
}

// idRow is one ID of one record while it is read.
type idRow struct {
	scope  uint32
	record uint32
	hash   uint64
	text   string
}

// loadExternalIDs reads the external IDs of one collection's records.
func loadExternalIDs(ctx context.Context, db *sql.DB, collection string, records []record) (*externalIDs, error) {
	args := queries.Args{"collection": collection}
	var held int
	if err := queries.One(ctx, db, "match/019_external_ids_held.sql", args, &held); err != nil {
		return nil, err
	}
	x, numbers, rows := &externalIDs{}, numbersOf(records), make([]idRow, 0, held)
	var kept texts
	var prefix []uint64 // of each scope: its hash
	last := 0
	err := queries.Stream(ctx, db, "match/020_external_ids.sql", args, func(row *queries.Streamed) error {
		n, known := numbers.of(row.Int(0))
		if !known {
			return nil
		}
		s, id := scope{row.Text(1), row.Text(2)}, row.Text(3)
		if last >= len(x.scopes) || x.scopes[last] != s {
			if last = int(x.scopeOf(s)); last == len(prefix) {
				prefix = append(prefix, s.hash())
			}
		}
		rows = append(rows, idRow{uint32(last), n, mix(hashed(prefix[last], id)), kept.keep(id)})
		return nil
	})
	if err != nil {
		return nil, err
	}
	x.sortScopes(rows)
	x.number(rows)
	return x, nil
}

func (x *externalIDs) scopeOf(s scope) uint32 {
	i := slices.Index(x.scopes, s)
	if i < 0 {
		i = len(x.scopes)
		x.scopes = append(x.scopes, scope{strings.Clone(s.provider), strings.Clone(s.realm)})
	}
	return uint32(i)
}

// sortScopes numbers the scopes in their order, whichever row came first.
func (x *externalIDs) sortScopes(rows []idRow) {
	sorted := slices.Clone(x.scopes)
	slices.SortFunc(sorted, scope.compare)
	place := make([]uint32, len(sorted))
	for i, s := range x.scopes {
		place[i] = uint32(slices.Index(sorted, s))
	}
	for i := range rows {
		rows[i].scope = place[rows[i].scope]
	}
	x.scopes = sorted
}

// number gives every distinct ID a number and lists its records.
func (x *externalIDs) number(rows []idRow) {
	entries := make(keyEntries, len(rows))
	for i := range rows {
		entries[i] = keyEntry{rows[i].hash, uint32(i)}
	}
	entries = entries.sorted()
	distinct := 0
	entries.runs(1, func(keyEntries) { distinct++ })
	x.hash, x.text, x.scope = make([]uint64, 0, distinct), make([]string, 0, distinct), make([]uint32, 0, distinct)
	x.start, x.carried = make([]uint32, 0, distinct+1), make([]uint32, 0, len(rows))
	for i, e := range entries {
		r := &rows[e.record]
		if last := len(x.hash) - 1; last < 0 || x.hash[last] != r.hash || x.text[last] != r.text || x.scope[last] != r.scope {
			x.hash, x.text, x.scope = append(x.hash, r.hash), append(x.text, r.text), append(x.scope, r.scope)
			x.start = append(x.start, uint32(i))
		}
		x.carried = append(x.carried, r.record)
	}
	x.start = append(x.start, uint32(len(x.carried)))
	end := 0
	for n := range x.hash {
		carriers := x.carried[x.start[n]:x.start[n+1]]
		slices.Sort(carriers)
		x.start[n] = uint32(end)
		end += copy(x.carried[end:], slices.Compact(carriers))
	}
	x.start[len(x.hash)], x.carried = uint32(end), x.carried[:end]
}

// addUnborne gives an ID that no record carries a number of its own, beyond those of len. find does not know it.
func (x *externalIDs) addUnborne(e connec.ExternalID) uint32 {
	x.scope, x.text = append(x.scope, x.scopeOf(scope{e.Provider, e.Realm})), append(x.text, e.ID)
	x.start = append(x.start, x.start[len(x.start)-1])
	return uint32(len(x.text) - 1)
}

// len is the number of distinct IDs that records carry.
func (x *externalIDs) len() int { return len(x.hash) }

// id is the ID of a number.
func (x *externalIDs) id(n uint32) connec.ExternalID {
	s := x.scopes[x.scope[n]]
	return connec.ExternalID{Provider: s.provider, Realm: s.realm, ID: x.text[n]}
}

// records that carry an ID, ascending, each once.
func (x *externalIDs) records(n uint32) []uint32 {
	return x.carried[x.start[n]:x.start[n+1]:x.start[n+1]]
}

// find returns the number of an ID.
func (x *externalIDs) find(id connec.ExternalID) (uint32, bool) {
	h := mix(hashed(scope{id.Provider, id.Realm}.hash(), id.ID))
	n, found := slices.BinarySearch(x.hash, h)
	for ; found && n < len(x.hash) && x.hash[n] == h; n++ {
		if x.id(uint32(n)) == id {
			return uint32(n), true
		}
	}
	return 0, false
}

// seek finds the ID of a hash, going on from where another was found: hashes mostly come in their order.
func (x *externalIDs) seek(hash uint64, from int) (n int, found bool) {
	if from >= len(x.hash) || x.hash[from] > hash {
		from = 0
	}
	for steps := 0; from < len(x.hash) && x.hash[from] < hash; steps++ {
		if steps == 8 {
			rest, found := slices.BinarySearch(x.hash[from:], hash)
			return from + rest, found
		}
		from++
	}
	return from, from < len(x.hash) && x.hash[from] == hash
}

// own is the record of which an ID on several is the own one; none if it is of none or of more.
func (x *externalIDs) own(n uint32, records []record) (own uint32, ok bool) {
	carriers := x.records(n)
	if len(carriers) < 2 {
		return 0, false
	}
	key := x.id(n).String()
	for _, r := range carriers {
		switch {
		case records[r].key != key:
		case ok:
			return 0, false
		default:
			own, ok = r, true
		}
	}
	return own, ok
}

// ridNumbers finds a record by its number in the workspace.
type ridNumbers struct {
	first int64
	dense []uint32 // number + 1 by rid - first
	other map[int64]uint32
}

// numbersOf indexes the records. Their numbers in the workspace are close together, unless somebody made it by hand.
func numbersOf(records []record) ridNumbers {
	if len(records) == 0 {
		return ridNumbers{}
	}
	first, last := records[0].rid, records[0].rid
	for i := range records {
		first, last = min(first, records[i].rid), max(last, records[i].rid)
	}
	x := ridNumbers{first: first}
	if last-first > int64(len(records))*8 {
		x.other = make(map[int64]uint32, len(records))
		for i := range records {
			x.other[records[i].rid] = uint32(i)
		}
		return x
	}
	x.dense = make([]uint32, last-first+1)
	for i := range records {
		x.dense[records[i].rid-first] = uint32(i) + 1
	}
	return x
}

func (x ridNumbers) of(rid int64) (uint32, bool) {
	if x.dense == nil {
		n, ok := x.other[rid]
		return n, ok
	}
	if rid < x.first || rid-x.first >= int64(len(x.dense)) || x.dense[rid-x.first] == 0 {
		return 0, false
	}
	return x.dense[rid-x.first] - 1, true
}

// ascending lists the records in the order of their numbers in the workspace; not all of them where these are far apart.
func (x ridNumbers) ascending() []uint32 {
	var order []uint32
	for _, n := range x.dense {
		if n > 0 {
			order = append(order, n-1)
		}
	}
	return order
}
