package sandbox

import (
	"net/http"
	"slices"

	"github.com/sameas/sameas/internal/behaviour"
	"github.com/sameas/sameas/internal/connec"
)

// admitted are the IDs that these credentials may write; what becomes of another application's is not documented.
func (q request) admitted(ids []connec.ExternalID) ([]connec.ExternalID, error) {
	var kept []connec.ExternalID
	for _, e := range ids {
		if e.IsHub() || q.app.owns(e) {
			kept = append(kept, e)
			continue
		}
		q.server.consulted.note(behaviour.ForeignID)
		switch q.server.o.Behave.ForeignID {
		case behaviour.Accept:
			kept = append(kept, e)
		case behaviour.Refused:
			return nil, &problem{http.StatusForbidden, "forbidden", "Forbidden",
				"the ID " + e.String() + " is not of this application"}
		}
	}
	return kept, nil
}

// claim settles what happens to IDs that records other than the slot's hold: they are shared, taken from them, or
// the write is refused. A slot below 0 is a record still to be made.
func (s *Server) claim(c *collection, ids []connec.ExternalID, slot int64) error {
	for _, e := range ids {
		if e.IsHub() {
			continue
		}
		id, known := s.names.find(e)
		if !known {
			continue
		}
		for _, holder := range c.holders(id) {
			if int64(holder) == slot {
				continue
			}
			s.consulted.note(behaviour.HeldID)
			switch s.o.Behave.HeldID {
			case behaviour.Share:
				continue
			case behaviour.Error:
				return conflict("id-held", "%s is held by %s", e, c.records[holder].uuid)
			}
			r := c.records[holder]
			r.ids = slices.DeleteFunc(slices.Clone(r.ids), func(i identifier) bool { return i == id })
			c.replace(holder, r)
		}
	}
	return nil
}

// withIDs are a record's IDs with those given that it lacks; an array given is never changed in place.
func (s *Server) withIDs(held []identifier, given []connec.ExternalID) []identifier {
	ids := slices.Clip(held)
	for _, e := range given {
		if e.IsHub() {
			continue
		}
		id := identifier{s.names.intern(e.Provider, e.Realm), e.ID}
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}
