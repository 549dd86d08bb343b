package match

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"github.com/sameas/sameas/internal/config"
	"github.com/sameas/sameas/internal/connec"
	queries "github.com/sameas/sameas/sql"
)

// hubValueRecords is how many records may carry one ID before it stops being believed: an application's record is
// held once by its own file and once by each hub record made for it, and more than a few of these is not a story of
// duplicates but of a default value.
const hubValueRecords = 10

// scope is an application: a provider and a realm.
type scope struct{ provider, realm string }

func (s scope) String() string { return s.provider + "/" + s.realm }

// hash is that of what comes before an ID's own part: an ID's hash goes on from it.
func (s scope) hash() uint64 {
	return hashed(fnvOffset, s.provider+fieldSeparator+s.realm+fieldSeparator)
}

func (s scope) compare(o scope) int {
	return cmp.Or(cmp.Compare(s.provider, o.provider), cmp.Compare(s.realm, o.realm))
}

// mustLink is a pair held to be one thing because of an ID, a link or a decision.
type mustLink struct {
	a, b    uint32   // a < b
	kind    string   // shared_id | link | decision
	via     string   // the ID, or source:line
	source  string   // what stands for its quality: "provider/realm" or a link file's name
	also    []string // the other link files, of a link by way of an ID that no record bears
	weight  float64
	scored  bool
	likely  bool // the fields speak neither against it nor, as far as they tell, against its sources
	off     bool // never merges anything by itself: its source is off
	lost    bool // of a source most of whose links are contradicted: not even worth a person's time
	doubt   bool // contradicted, or of a contradictory component: review only
	ruled   bool // a person judged its two records different: it links nothing
	refused bool // it would have joined records judged different, by way of others
}

// counts reports that the link joins its records unasked.
func (l *mustLink) counts() bool { return !l.off && !l.doubt && !l.ruled && !l.refused }

// identity is all that IDs say of a collection's records.
type identity struct {
	verdicts
	links      []mustLink
	holdings   [][]holding // per record: the IDs that keep it apart from others
	ids        *externalIDs
	conflicts  []conflict
	native     map[connec.ExternalID][]connec.ExternalID // what crosswalks hold an ID to be
	told       told                                      // what crosswalks say of IDs that no record bears
	toldOf     map[uint32]bool                           // records that such an ID keeps apart from others
	keepsApart func(scope) bool                          // of which applications, beside the hub, IDs keep records apart
	listed     map[scope]bool                            // applications of which files list records: whether these are all
	absent     map[scope]int                             // IDs that an application's own file lacks, though it may not list all
	byIDs      []uint32                                  // per record: the smallest of those that IDs and links alone join it to
	joined     []uint32                                  // per record: the same with the judgements of people
	// judgedBetween are the pairs judged the same, by the two records of byIDs that stand for their components.
	judgedBetween map[[2]uint32][][2]uint32
}

// holding is one ID, by its number, that keeps records apart: two records with different ids under one scope are two things.
type holding struct{ scope, id uint32 }

// loadIdentity reads IDs, links and decisions and turns them into must-links and cannot-links.
func loadIdentity(ctx context.Context, db *sql.DB, c *config.Config, collection string, records []record) (*identity, error) {
	ids, err := loadExternalIDs(ctx, db, collection, records)
	if err != nil {
		return nil, err
	}
	id := &identity{ids: ids, verdicts: verdicts{different: map[[2]uint32]bool{}}, native: map[connec.ExternalID][]connec.ExternalID{},
		told: told{number: map[connec.ExternalID]uint32{}}, absent: map[scope]int{}}
	hubs := id.shareIDs()
	if err := id.loadLinks(ctx, db, collection, hubs); err != nil {
		return nil, err
	}
	if err := id.loadDecisions(ctx, db, collection, records); err != nil {
		return nil, err
	}
	if err := id.loadHoldings(ctx, db, c, collection, records, hubs); err != nil {
		return nil, err
	}
	return id, nil
}

// shareIDs links the records of every ID that several carry, and returns the IDs that are not to be believed.
func (id *identity) shareIDs() map[uint32]bool {
	hubs := map[uint32]bool{}
	for n := range uint32(id.ids.len()) {
		records := id.ids.records(n)
		if len(records) < 2 {
			continue
		}
		e := id.ids.id(n)
		if why := hubValue(e, len(records)); why != "" {
			hubs[n] = true
			id.conflicts = append(id.conflicts, conflict{kind: "hub_value", provider: e.Provider, realm: e.Realm, keyA: e.String(),
				detail: fmt.Sprintf("the ID %s %s; correct it in the application that wrote it", e, why)})
			continue
		}
		for _, r := range records[1:] {
			id.links = append(id.links, mustLink{a: records[0], b: r, kind: "shared_id", via: e.String(), source: scope{e.Provider, e.Realm}.String()})
		}
	}
	return hubs
}

// hubValue says why an ID is none that joins or keeps apart; "" when it is one.
func hubValue(e connec.ExternalID, records int) string {
	switch {
	case e.NamesNothing():
		return fmt.Sprintf("stands where none is known, on %d records: it says nothing of them", records)
	case records > hubValueRecords:
		return fmt.Sprintf("is carried by %d records, more than can be one thing: it links none of them", records)
	}
	return ""
}

// loadLinks reads the crosswalks. A line with an ID that stands where none is known says nothing.
func (id *identity) loadLinks(ctx context.Context, db *sql.DB, collection string, hubs map[uint32]bool) error {
	err := queries.Each(ctx, db, "match/030_links.sql", queries.Args{"collection": collection}, func(rows *sql.Rows) error {
		var source string
		var line int64
		var l, r connec.ExternalID
		if err := rows.Scan(&source, &line, &l.Provider, &l.Realm, &l.ID, &r.Provider, &r.Realm, &r.ID); err != nil {
			return err
		}
		left, okL := id.ids.find(l)
		right, okR := id.ids.find(r)
		if okL && hubs[left] || okR && hubs[right] || l.NamesNothing() || r.NamesNothing() {
			return nil
		}
		id.native[l], id.native[r] = append(id.native[l], r), append(id.native[r], l)
		via := fmt.Sprintf("%s:%d", source, line)
		if !okL || !okR {
			id.told.lines = append(id.told.lines, toldLine{[2]toldEnd{id.end(l, left, okL), id.end(r, right, okR)}, source, via})
			return nil
		}
		if a, b := id.ids.records(left)[0], id.ids.records(right)[0]; a != b {
			id.links = append(id.links, mustLink{a: min(a, b), b: max(a, b), kind: "link", via: via, source: source})
		}
		return nil
	})
	id.joinTold()
	return err
}

// loadHoldings finds the IDs that keep records apart: those of applications, not the hub's own, not of a provider
// whose duplicates are allowed, not hub values, and not IDs that are gone from an application listed in full.
func (id *identity) loadHoldings(ctx context.Context, db *sql.DB, c *config.Config, collection string, records []record, hubs map[uint32]bool) error {
	var err error
	if id.listed, err = listedScopes(ctx, db, c, collection); err != nil {
		return err
	}
	id.keepsApart = func(s scope) bool { return c.Distinct(s.provider, s.realm) != config.DistinctAllow }
	counted := make([]uint32, id.ids.len()) // of records that an ID keeps apart
	held := make([]uint32, len(records)+1)
	for n := range uint32(id.ids.len()) {
		s := id.ids.scopes[id.ids.scope[n]]
		if s.provider == connec.HubProvider || hubs[n] {
			continue
		}
		if whole, own := id.listed[s]; own && !id.owned(n, records) {
			if whole {
				e := id.ids.id(n)
				id.conflicts = append(id.conflicts, conflict{kind: "dead_id", provider: s.provider, realm: s.realm, keyA: e.String(),
					detail: fmt.Sprintf("no record of %s has the ID %s any more: it keeps no records apart", s, e.ID)})
				continue
			}
			id.absent[s]++
		}
		if !id.keepsApart(s) {
			continue
		}
		carriers := id.ids.records(n)
		counted[n] = uint32(len(carriers))
		for _, r := range carriers {
			held[r]++
		}
	}
	id.layOut(counted, held)
	return nil
}

// listedScopes are the applications of which a file source lists records; true where it lists all of them: the
// configuration says so of each such source, every row of it was fit to load, and what was extracted of it before was
// read or is gone, with a verdict that is complete.
func listedScopes(ctx context.Context, db *sql.DB, c *config.Config, collection string) (map[scope]bool, error) {
	listed := map[scope]bool{}
	err := queries.Each(ctx, db, "match/050_own_ids.sql", queries.Args{"collection": collection}, func(rows *sql.Rows) error {
		var s scope
		var source string
		var rejected bool
		if err := rows.Scan(&s.provider, &s.realm, &source, &rejected); err != nil {
			return err
		}
		whole, before := listed[s]
		listed[s] = (whole || !before) && c.Lists(source) && !rejected
		return nil
	})
	return listed, err
}

// owned reports that an ID is the own one of a file source's record.
func (id *identity) owned(n uint32, records []record) bool {
	key := ""
	for _, r := range id.ids.records(n) {
		if records[r].hub {
			continue
		}
		if key == "" {
			key = id.ids.id(n).String()
		}
		if records[r].key == key {
			return true
		}
	}
	return false
}

// layOut makes the lists of holdings, by scope and number, out of how many each record has.
func (id *identity) layOut(counted, held []uint32) {
	total := uint32(0)
	for _, n := range held {
		total += n
	}
	all := make([]holding, 0, total)
	id.holdings = make([][]holding, len(held)-1)
	for r := range id.holdings {
		from := len(all)
		all = all[:from+int(held[r])]
		id.holdings[r] = all[from:from:len(all)]
	}
	for n, count := range counted {
		if count == 0 {
			continue
		}
		for _, r := range id.ids.records(uint32(n)) {
			id.holdings[r] = append(id.holdings[r], holding{id.ids.scope[n], uint32(n)})
		}
	}
	for _, list := range id.holdings {
		if len(list) > 1 {
			slices.SortFunc(list, holding.compare)
		}
	}
}

// scopeOf splits "provider/realm".
func scopeOf(text string) (provider, realm string) {
	provider, realm, _ = strings.Cut(text, "/")
	return provider, realm
}
