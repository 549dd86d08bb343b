package match

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	queries "github.com/sameas/sameas/sql"
)

// scoredPair is one kept and scored pair of judged records.
type scoredPair struct {
	a, b                int
	weight, probability float64
}

func (j *judged) loadScored(ctx context.Context, db *sql.DB) ([]scoredPair, error) {
	var pairs []scoredPair
	err := queries.Each(ctx, db, "match/evaluate_scored.sql", queries.Args{"collection": j.collection}, func(rows *sql.Rows) error {
		var p scoredPair
		var a, b int64
		if err := rows.Scan(&a, &b, &p.weight, &p.probability); err != nil {
			return err
		}
		var left, right bool
		p.a, left = j.place[a]
		p.b, right = j.place[b]
		if left && right {
			pairs = append(pairs, p)
		}
		return nil
	})
	return pairs, err
}

// blockKeys are the numbers of each judged record's block keys, sorted.
type blockKeys [][]uint64

func (j *judged) loadBlockKeys(ctx context.Context, db *sql.DB, s *schema) (blockKeys, error) {
	keys := make(blockKeys, len(j.records))
	if err := s.asMatched(ctx, db); err != nil {
		return nil, err
	}
	ring := s.newKeyring()
	err := queries.Each(ctx, db, "match/evaluate_features.sql", queries.Args{"collection": j.collection}, func(rows *sql.Rows) error {
		var rid int64
		var vals string
		if err := rows.Scan(&rid, &vals); err != nil {
			return err
		}
		place, ok := j.place[rid]
		if !ok {
			return nil
		}
		texts := strings.Split(vals, fieldSeparator)
		if len(texts) != len(s.fields) {
			return fmt.Errorf("the fields in the configuration are not those that were matched: run `sameas match` again")
		}
		ring.read(texts)
		for r := range s.rules {
			for _, key := range ring.of(r) {
				keys[place] = append(keys[place], mix(key+uint64(r)))
			}
		}
		slices.Sort(keys[place])
		return nil
	})
	for name, n := range sizes(j.records, nil, 1, byEntity) {
		if n > giantEntity {
			j.notes = append(j.notes, fmt.Sprintf("%s: entity number %d of the truth has %d records: its blocking recall is a lower bound", j.collection, name[0], n))
		}
	}
	slices.Sort(j.notes)
	return keys, err
}

// giantEntity is the size beyond which an entity's pairs are no longer walked through one by one.
const giantEntity = 20_000

// blockedPairs counts true pairs that blocking finds, in all and by the kinds of their records.
type blockedPairs struct {
	pairs int64
	kinds []int64
}

func (p *blockedPairs) add(a, b *verdict) {
	p.pairs++
	p.kinds[a.kind]++
	if b.kind != a.kind {
		p.kinds[b.kind]++
	}
}

// blocked counts the true pairs of the view that share a block key or are must-linked.
func (v view) blocked(keys blockKeys, kinds int) blockedPairs {
	total := blockedPairs{kinds: make([]int64, kinds+1)}
	for _, list := range entities(v.records) {
		if len(list) > giantEntity {
			v.blockedInGiant(keys, list, &total)
		} else {
			v.blockedInEntity(keys, list, &total)
		}
	}
	return total
}

// entities are the records of each entity that has several, in the order of their first.
func entities(records []verdict) [][]int {
	place := map[int32]int{}
	var lists [][]int
	for i := range records {
		at, seen := place[records[i].entity]
		if !seen {
			at = len(lists)
			place[records[i].entity] = at
			lists = append(lists, nil)
		}
		lists[at] = append(lists[at], i)
	}
	return slices.DeleteFunc(lists, func(list []int) bool { return len(list) < 2 })
}

// blockedInEntity marks, for each record, the later ones that share a key with it or are must-linked to it.
func (v view) blockedInEntity(keys blockKeys, list []int, total *blockedPairs) {
	byKey, byLink := map[uint64][]int{}, map[int32][]int{}
	for place, i := range list {
		for _, k := range keys[i] {
			byKey[k] = append(byKey[k], place)
		}
		byLink[v.records[i].linked] = append(byLink[v.records[i].linked], place)
	}
	seen := make([]int, len(list)) // by which record (from 1) a place was marked last
	for place, i := range list {
		mark := func(others []int) {
			later, _ := slices.BinarySearch(others, place+1)
			for _, other := range others[later:] {
				if seen[other] != place+1 {
					seen[other] = place + 1
					if a, b := &v.records[i], &v.records[list[other]]; v.counts(a, b) {
						total.add(a, b)
					}
				}
			}
		}
		for _, k := range keys[i] {
			mark(byKey[k])
		}
		mark(byLink[v.records[i].linked])
	}
}

// blockedInGiant counts by formula the pairs under the entity's commonest key alone: at least so many were found.
func (v view) blockedInGiant(keys blockKeys, list []int, total *blockedPairs) {
	counts := map[uint64]int64{}
	for _, i := range list {
		for _, k := range keys[i] {
			counts[k]++
		}
	}
	var commonest uint64
	for k, n := range counts {
		if n > counts[commonest] || n == counts[commonest] && k < commonest {
			commonest = k
		}
	}
	var under []verdict
	for _, i := range list {
		if _, has := slices.BinarySearchFunc(keys[i], commonest, cmp.Compare[uint64]); has {
			under = append(under, v.records[i])
		}
	}
	found := view{under, v.notByIDs}
	total.pairs += found.pairs()
	for kind, n := range found.touching(len(total.kinds) - 1) {
		total.kinds[kind] += n
	}
}
