package sandbox

import (
	"net/http"
	"slices"

	"github.com/sameas/sameas/internal/behaviour"
	"github.com/sameas/sameas/internal/connec"
)

// merge is Connec!'s own: the record named is kept, those in `ids` are deleted, and the attributes given are written
// to the one kept. Whether IDs and references move is not documented.
func (q request) merge(collection, prime string) (answer, error) {
	p, err := q.payload(collection)
	if err != nil {
		return answer{}, err
	}
	losers, err := q.losers(prime)
	if err != nil {
		return answer{}, err
	}
	s := q.server
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.collections[collection]
	if c.find(prime) == nil {
		return answer{}, notFound()
	}
	for _, uuid := range losers {
		if c.find(uuid) == nil {
			return answer{}, notFound()
		}
	}
	p.ids = nil
	s.consulted.note(behaviour.MergeMovesIDs)
	if s.o.Behave.MergeMovesIDs == behaviour.True {
		for _, uuid := range losers {
			p.ids = append(p.ids, s.allIDs(c.find(uuid))...)
		}
		p.ids = slices.DeleteFunc(p.ids, connec.ExternalID.IsHub)
	}
	return q.mergeInto(c, prime, losers, p)
}

// mergeInto removes the losers and updates the record kept, in one step for whoever reads.
func (q request) mergeInto(c *collection, prime string, losers []string, p payload) (answer, error) {
	s := q.server
	tombs := make([]tombstone, len(losers))
	for i, uuid := range losers {
		tombs[i] = tombstone{ids: s.allIDs(c.find(uuid))}
		if s.o.Behave.MergeMovesIDs == behaviour.True {
			tombs[i].into = prime
		}
	}
	// The update goes first, as it may be refused; the losers still hold their IDs then, which is no conflict here.
	slot := c.byUUID[prime]
	own := p.ids
	p.ids = nil
	if _, err := q.update(c, slot, p, false); err != nil {
		return answer{}, err
	}
	for i, uuid := range losers {
		c.remove(c.byUUID[uuid], tombs[i])
	}
	r := c.records[slot]
	r.ids = s.withIDs(r.ids, own)
	c.replace(slot, r)
	return q.single(http.StatusOK, c, &c.records[slot]), nil
}

// losers reads the body's `ids`: UUIDs of the records that go.
func (q request) losers(prime string) ([]string, error) {
	value, err := decodeValue(q.body)
	if err != nil {
		return nil, badRequest("body is not JSON: %v", err)
	}
	body, _ := value.(map[string]any)
	list, isArray := body["ids"].([]any)
	if !isArray || len(list) == 0 {
		return nil, badRequest("ids: want an array of UUIDs")
	}
	var uuids []string
	for _, v := range list {
		uuid, isText := v.(string)
		if !isText || uuid == "" || uuid == prime {
			return nil, badRequest("ids: want UUIDs of records other than the one kept")
		}
		if !slices.Contains(uuids, uuid) {
			uuids = append(uuids, uuid)
		}
	}
	return uuids, nil
}
