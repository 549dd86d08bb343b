package match

import (
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

// idUse is one external ID and the records that carry it, ascending.
type idUse struct {
	id      connec.ExternalID
	records []uint32
}

// mustLink is a pair held to be one thing because of an ID, a link or a decision.
type mustLink struct {
	a, b    uint32 // a < b
	kind    string // shared_id | link | decision
	via     string // the ID, or source:line
	source  string // what stands for its quality: "provider/realm" or a link file's name
	weight  float64
	scored  bool
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
	links     []mustLink
	holdings  [][]holding // per record: the IDs that keep it apart from others
	scopes    []scope
	conflicts []conflict
	uses      []idUse
	native    map[connec.ExternalID][]connec.ExternalID // what crosswalks hold an ID to be
	byIDs     []uint32                                  // per record: the smallest of those that IDs and links alone join it to
	joined    []uint32                                  // per record: the same with the judgements of people
}

// holding is one ID that keeps records apart: two records with different ids under one scope are two things.
type holding struct{ scope, id uint32 }

// loadIdentity reads IDs, links and decisions and turns them into must-links and cannot-links.
func loadIdentity(ctx context.Context, db *sql.DB, c *config.Config, collection string, records []record) (*identity, error) {
	numbers := make(map[int64]uint32, len(records))
	for i := range records {
		numbers[records[i].rid] = uint32(i)
	}
	id := &identity{verdicts: verdicts{different: map[[2]uint32]bool{}}, holdings: make([][]holding, len(records)), native: map[connec.ExternalID][]connec.ExternalID{}}
	if err := id.loadUses(ctx, db, collection, numbers); err != nil {
		return nil, err
	}
	hubs := id.shareIDs()
	if err := id.loadLinks(ctx, db, collection, hubs); err != nil {
		return nil, err
	}
	if err := id.loadDecisions(ctx, db, collection, records); err != nil {
		return nil, err
	}
	if err := id.loadHoldings(ctx, db, c, collection, hubs); err != nil {
		return nil, err
	}
	return id, nil
}

func (id *identity) loadUses(ctx context.Context, db *sql.DB, collection string, numbers map[int64]uint32) error {
	return queries.Each(ctx, db, "match/020_external_ids.sql", queries.Args{"collection": collection}, func(rows *sql.Rows) error {
		var rid int64
		var e connec.ExternalID
		if err := rows.Scan(&rid, &e.Provider, &e.Realm, &e.ID); err != nil {
			return err
		}
		n, ok := numbers[rid]
		if !ok {
			return nil
		}
		if last := len(id.uses) - 1; last >= 0 && id.uses[last].id == e {
			if !slices.Contains(id.uses[last].records, n) {
				id.uses[last].records = append(id.uses[last].records, n)
			}
			return nil
		}
		id.uses = append(id.uses, idUse{id: e, records: []uint32{n}})
		return nil
	})
}

// shareIDs links the records of every ID that several carry, and returns the IDs that are not to be believed.
func (id *identity) shareIDs() map[connec.ExternalID]bool {
	hubs := map[connec.ExternalID]bool{}
	for _, use := range id.uses {
		if len(use.records) < 2 {
			continue
		}
		if len(use.records) > hubValueRecords || !use.id.IsHub() && isPlaceholder(fold(use.id.ID)) || use.id.ID == "-1" {
			hubs[use.id] = true
			id.conflicts = append(id.conflicts, conflict{kind: "hub_value", provider: use.id.Provider, realm: use.id.Realm, keyA: use.id.String(),
				detail: fmt.Sprintf("the ID %s is carried by %d records, more than can be one thing: it links none of them; correct it in the application that wrote it", use.id, len(use.records))})
			continue
		}
		for _, n := range use.records[1:] {
			id.links = append(id.links, mustLink{a: min(use.records[0], n), b: max(use.records[0], n), kind: "shared_id",
				via: use.id.String(), source: scope{use.id.Provider, use.id.Realm}.String()})
		}
	}
	return hubs
}

func (id *identity) loadLinks(ctx context.Context, db *sql.DB, collection string, hubs map[connec.ExternalID]bool) error {
	holders := make(map[connec.ExternalID]uint32, len(id.uses))
	for _, use := range id.uses {
		holders[use.id] = use.records[0]
	}
	return queries.Each(ctx, db, "match/030_links.sql", queries.Args{"collection": collection}, func(rows *sql.Rows) error {
		var source string
		var line int64
		var l, r connec.ExternalID
		if err := rows.Scan(&source, &line, &l.Provider, &l.Realm, &l.ID, &r.Provider, &r.Realm, &r.ID); err != nil {
			return err
		}
		a, okA := holders[l]
		b, okB := holders[r]
		if !hubs[l] && !hubs[r] {
			id.native[l], id.native[r] = append(id.native[l], r), append(id.native[r], l)
		}
		if !okA || !okB || a == b || hubs[l] || hubs[r] {
			return nil
		}
		id.links = append(id.links, mustLink{a: min(a, b), b: max(a, b), kind: "link", via: fmt.Sprintf("%s:%d", source, line), source: source})
		return nil
	})
}

func (id *identity) recordsByKey(records []record) map[string]uint32 {
	byKey := make(map[string]uint32, len(records)+len(id.uses))
	for _, use := range id.uses {
		byKey[use.id.String()] = use.records[0]
	}
	for i := len(records) - 1; i >= 0; i-- {
		byKey[records[i].key] = uint32(i)
	}
	return byKey
}

// loadHoldings finds the IDs that keep records apart: those of applications, not the hub's own, not of a provider
// whose duplicates are allowed, not hub values, and not IDs that are gone from an application listed in full.
func (id *identity) loadHoldings(ctx context.Context, db *sql.DB, c *config.Config, collection string, hubs map[connec.ExternalID]bool) error {
	listed := map[scope]bool{}
	err := queries.Each(ctx, db, "match/050_own_ids.sql", queries.Args{"collection": collection}, func(rows *sql.Rows) error {
		var s scope
		err := rows.Scan(&s.provider, &s.realm)
		listed[s] = true
		return err
	})
	if err != nil {
		return err
	}
	owned, err := ownIDs(ctx, db, collection)
	if err != nil {
		return err
	}
	for n, use := range id.uses {
		s := scope{use.id.Provider, use.id.Realm}
		if use.id.IsHub() || hubs[use.id] || c.Distinct(s.provider, s.realm) == config.DistinctAllow {
			continue
		}
		if listed[s] && !owned[use.id] {
			id.conflicts = append(id.conflicts, conflict{kind: "dead_id", provider: s.provider, realm: s.realm, keyA: use.id.String(),
				detail: fmt.Sprintf("no record of %s has the ID %s any more: it keeps no records apart", s, use.id.ID)})
			continue
		}
		for _, r := range use.records {
			id.holdings[r] = append(id.holdings[r], holding{id.scopeNumber(s), uint32(n)})
		}
	}
	return nil
}

func ownIDs(ctx context.Context, db *sql.DB, collection string) (map[connec.ExternalID]bool, error) {
	owned := map[connec.ExternalID]bool{}
	err := queries.Each(ctx, db, "match/051_file_ids.sql", queries.Args{"collection": collection}, func(rows *sql.Rows) error {
		var e connec.ExternalID
		err := rows.Scan(&e.Provider, &e.Realm, &e.ID)
		owned[e] = true
		return err
	})
	return owned, err
}

func (id *identity) scopeNumber(s scope) uint32 {
	i := slices.Index(id.scopes, s)
	if i < 0 {
		i = len(id.scopes)
		id.scopes = append(id.scopes, s)
	}
	return uint32(i)
}

// scopeOf splits "provider/realm".
func scopeOf(text string) (provider, realm string) {
	provider, realm, _ = strings.Cut(text, "/")
	return provider, realm
}
