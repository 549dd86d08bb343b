package match

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/sameas/sameas/internal/connec"
	queries "github.com/sameas/sameas/sql"
)

// verdict is one judged record: numbers of the groups that it is in, equal for records of the same group.
type verdict struct {
	entity, auto, review, oracle int32
	linked                       int32 // component of shared IDs and links
	label                        int32 // of indistinguishable records; 0 for none
	kind                         int32 // place in judged.kinds
}

// judged is a collection's records that the truth names.
type judged struct {
	collection string
	records    []verdict
	place      map[int64]int // rid: place in records
	names      []naming
	kinds      []string
	items      int64 // review items
	unjudged   int64
	notes      []string
}

// naming is what a judged record and its cluster are called.
type naming struct {
	key, source            string
	cluster, tier, channel string
}

// stored is a record with its clusters as the tables have them.
type stored struct {
	rid                           int64
	own                           connec.ExternalID
	auto, review, cluster, tier   string
	entity, kind, distinguishable string
	key, source, channel          string
	judged                        bool
	linked                        uint32
}

func loadJudged(ctx context.Context, db *sql.DB, collection string, truth *truthFile, several bool) (*judged, error) {
	records, err := loadStored(ctx, db, collection)
	if err != nil {
		return nil, err
	}
	places := make(map[int64]int, len(records))
	own := make([]bearer, len(records))
	for i, r := range records {
		places[r.rid] = i
		own[i] = bearer{i, r.own}
	}
	borne, err := loadBorne(ctx, db, collection, places, truth)
	if err != nil {
		return nil, err
	}
	labels, err := truth.label(collection, len(records), own, borne, several)
	if err != nil {
		return nil, err
	}
	for i, row := range labels {
		if row >= 0 {
			t := truth.rows[row]
			records[i].judged, records[i].entity, records[i].kind, records[i].distinguishable = true, t.entity, t.kind, t.indistinguishable
		}
	}
	components, err := loadComponents(ctx, db, collection, places)
	if err != nil {
		return nil, err
	}
	for i := range records {
		records[i].linked = components.find(uint32(i))
	}
	return number(collection, records), nil
}

func loadStored(ctx context.Context, db *sql.DB, collection string) ([]stored, error) {
	var records []stored
	err := queries.Each(ctx, db, "match/evaluate_records.sql", queries.Args{"collection": collection}, func(rows *sql.Rows) error {
		var r stored
		err := rows.Scan(&r.rid, &r.own.Provider, &r.own.Realm, &r.own.ID, &r.auto, &r.review, &r.cluster, &r.tier, &r.key, &r.source, &r.channel)
		records = append(records, r)
		return err
	})
	return records, err
}

// loadBorne keeps of all external IDs those that the truth names.
func loadBorne(ctx context.Context, db *sql.DB, collection string, places map[int64]int, truth *truthFile) ([]bearer, error) {
	var borne []bearer
	err := queries.Each(ctx, db, "match/evaluate_ids.sql", queries.Args{"collection": collection}, func(rows *sql.Rows) error {
		var rid int64
		var id connec.ExternalID
		if err := rows.Scan(&rid, &id.Provider, &id.Realm, &id.ID); err != nil {
			return err
		}
		if place, ok := places[rid]; ok && truth.byID[id] != nil {
			borne = append(borne, bearer{place, id})
		}
		return nil
	})
	return borne, err
}

// loadComponents joins what shared IDs and links join.
func loadComponents(ctx context.Context, db *sql.DB, collection string, places map[int64]int) (*unions, error) {
	u := newUnions(len(places))
	err := queries.Each(ctx, db, "match/evaluate_must_links.sql", queries.Args{"collection": collection}, func(rows *sql.Rows) error {
		var a, b int64
		if err := rows.Scan(&a, &b); err != nil {
			return err
		}
		left, known := places[a]
		right, alsoKnown := places[b]
		if !known || !alsoKnown {
			return fmt.Errorf("edge %d-%d names a record that is not there: run `sameas match` again", a, b)
		}
		u.join(uint32(left), uint32(right))
		return nil
	})
	return u, err
}

// numbering gives texts numbers from 1 in the order of their first use.
type numbering map[string]int32

func (n numbering) of(text string) int32 {
	number, ok := n[text]
	if !ok {
		number = int32(len(n) + 1)
		n[text] = number
	}
	return number
}

// number turns the groups' names into numbers, which is all that counting needs.
func number(collection string, records []stored) *judged {
	j := &judged{collection: collection, place: map[int64]int{}}
	items := reviewItems(records)
	j.items = int64(len(items))
	entities, groups, labels, kinds := numbering{}, numbering{}, numbering{}, numbering{}
	for i, r := range records {
		if !r.judged {
			j.unjudged++
			continue
		}
		alone := fmt.Sprintf("alone %d", i)
		named := func(kind, name string) int32 {
			if name == "" {
				return groups.of(alone)
			}
			return groups.of(kind + " " + name)
		}
		v := verdict{entity: entities.of(r.entity), auto: named("auto", r.auto), review: named("review", r.review), linked: int32(r.linked)}
		v.oracle = v.auto
		if items[r.review] {
			v.oracle = groups.of("judged " + r.review + "\x00" + r.entity)
		}
		if r.distinguishable != "" {
			v.label = labels.of(r.distinguishable)
		}
		if r.kind != "" {
			v.kind = kinds.of(r.kind)
			if int(v.kind) > len(j.kinds) {
				j.kinds = append(j.kinds, r.kind)
			}
		}
		j.place[r.rid] = len(j.records)
		j.records = append(j.records, v)
		j.names = append(j.names, naming{r.key, r.source, r.cluster, r.tier, r.channel})
	}
	return j
}

// reviewItems are the review groups that a person has to judge: those of more than one cluster, or taken out of auto.
func reviewItems(records []stored) map[string]bool {
	first, items := map[string]string{}, map[string]bool{}
	for _, r := range records {
		if r.review == "" {
			continue
		}
		cluster, seen := first[r.review]
		if !seen {
			first[r.review] = r.cluster
		}
		if r.tier == "review" || seen && cluster != r.cluster {
			items[r.review] = true
		}
	}
	return items
}
